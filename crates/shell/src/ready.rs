//! Output that can be told before anything is opened: what commands say that only print, into a file or a pipe.
//!
//! A target that was emptied and is not yet written is a wrong one if this process is killed just then; and a reader whose
//! writer is killed takes what it has for all. So where commands look at nothing but their words, their output is made in
//! memory first. It is then written at once, before a reader is started. Commands here are `echo`, `printf`, `:`, `true`, `false`,
//! assignments and `cat` of plain files, in lists, conditions and `for`; what they come upon that only shows when they run
//! (a pattern that has to look for files, say) ends the attempt, and they run as they always would.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bstr::BString;
use rkbuild_host::{Exit, Meta};

use crate::interp::{Ahead, Interp, Mode, Ran, Stop};
use crate::script::{Builtin, Node, Operation, Part, Redirect, RedirectKind, Simple, Word};
use crate::streams::{Capture, Stream};
use crate::tool;

/// What commands came to.
struct Told<'a> {
    shell: Interp<'a>,
    result: Ran,
    output: Vec<u8>,
}

impl<'a> Interp<'a> {
    /// Runs a compound command that only prints, and then writes what it printed to the file it is redirected to. `None`, and
    /// nothing is done: it is none of these. The streams are as before afterwards.
    pub(crate) fn ready(&mut self, body: &Node, redirects: &[Redirect], mode: Mode) -> Ran<Option<i32>> {
        let [Redirect { fd: 1, kind: RedirectKind::Write | RedirectKind::Append, .. }] = redirects else {
            return Ok(None);
        };
        if self.ahead.is_some() || !only_prints(body) || !redirects.iter().all(|r| is_told(&r.word)) {
            return Ok(None);
        }
        let redirections = self.redirections(redirects)?;
        let Some(target) = redirections.first().and_then(|r| self.plain_target(&r.word)) else {
            return Ok(None);
        };
        let Some(told) = self.told(body, mode, target) else { return Ok(None) };
        self.check_interrupted()?;
        let saved = self.streams.clone();
        let Some(late) = self.make_late(&redirections) else { return Ok(None) };
        let written = if told.output.is_empty() { late.open() } else { self.stdout().write(&told.output) };
        self.host.changed();
        if late.has_failed() {
            // Who opens it in the usual way meets the same error, and says so.
            self.streams = saved;
            return Ok(None);
        }
        let streams = std::mem::replace(&mut self.streams, saved);
        let result = match written {
            Ok(()) => told.result,
            Err(error) => match crate::signal::of_write(&error) {
                Some(exit) => Err(Stop::Exit(exit)),
                // The commands meet the same error, and each says so.
                None => {
                    let before = std::mem::replace(&mut self.streams, streams);
                    let result = self.node(body, mode);
                    self.streams = before;
                    return result.map(Some);
                }
            },
        };
        let Interp { vars, status, substituted, line, pwd, .. } = told.shell;
        (self.vars, self.status, self.substituted, self.line, self.pwd) =
            (vars, status, substituted, line, pwd);
        result.map(Some)
    }

    /// What a command that only prints will print, and that it ends well, where that can be told.
    pub(crate) fn output_ahead(&mut self, node: &Node, mode: Mode) -> Option<Vec<u8>> {
        if self.ahead.is_some() || !only_prints(node) {
            return None;
        }
        let Told { result: Ok(_), output, .. } = self.told(node, mode, None)? else { return None };
        Some(output)
    }

    fn told(&self, body: &Node, mode: Mode, target: Option<Meta>) -> Option<Told<'a>> {
        let ahead = Ahead { target, ..Ahead::default() };
        let capture = Arc::new(Capture::default());
        let mut shell = self.clone();
        shell.ahead = Some(ahead.clone());
        let [_, stdout, _] = &mut shell.streams;
        *stdout = Stream::Capture(capture.clone());
        let result = shell.node(body, mode);
        let output = capture.finish().ok()?;
        let told = !ahead.failed.load(Ordering::Relaxed);
        told.then_some(Told { shell, result, output })
    }

    /// `cat`, when it is to be told what it will print.
    pub(crate) fn cat_ahead(&mut self, ahead: &Ahead, argv: &[BString]) -> Ran<Exit> {
        let path = self.vars.get(b"PATH").map(ToOwned::to_owned).unwrap_or_default();
        let env = self.vars.environment();
        let data = argv.split_first().and_then(|(name, args)| {
            let program = self.host.find_program(&self.dir, name, &path).ok()?;
            let native = self.programs.native_tools();
            let native = native && tool::is_done_here(self.host, &self.dir, program.as_ref(), &env);
            if !native {
                return None;
            }
            tool::concatenated(self.host, &self.dir, args, ahead.target.as_ref())
        });
        let Some(data) = data else { return Err(ahead.fail()) };
        // It goes to memory.
        self.stdout().write(&data).map_err(|_| ahead.fail())?;
        Ok(Exit::Code(0))
    }
}

/// Whether a command does nothing but print, as far as can be seen before it runs.
fn only_prints(node: &Node) -> bool {
    match node {
        Node::Simple(simple) => prints(simple),
        Node::Seq(nodes) => nodes.iter().all(only_prints),
        Node::Not(node) => only_prints(node),
        Node::AndOr(first, rest) => only_prints(first) && rest.iter().all(|(_, node)| only_prints(node)),
        Node::If { branches, otherwise } => {
            branches.iter().all(|(test, body)| only_prints(test) && only_prints(body))
                && otherwise.iter().all(|node| only_prints(node))
        }
        Node::For { words, body, .. } => words.iter().flatten().all(is_told) && only_prints(body),
        Node::Case { word, arms, .. } => {
            let told = |(patterns, body): &(Vec<Word>, Option<Node>)| {
                patterns.iter().all(is_told) && body.iter().all(only_prints)
            };
            is_told(word) && arms.iter().all(told)
        }
        // A loop may have no end.
        Node::Pipe(_) | Node::Loop { .. } | Node::Subshell { .. } | Node::Redirected { .. } => false,
    }
}

fn prints(simple: &Simple) -> bool {
    let known = match simple.builtin {
        Some(builtin) => matches!(
            builtin,
            Builtin::Colon | Builtin::True | Builtin::False | Builtin::Echo | Builtin::Printf
        ),
        None => match simple.words.first() {
            Some(name) => simple.assignments.is_empty() && name.literal().is_some_and(|name| name == "cat"),
            None => true,
        },
    };
    known
        && simple.redirects.is_empty()
        && simple.words.iter().all(is_told)
        && simple.assignments.iter().all(|(_, word)| is_told(word))
}

/// Whether a word expands to the same whatever runs beside it.
fn is_told(word: &Word) -> bool {
    word.0.iter().all(|part| match part {
        Part::Text(_) | Part::Quoted(_) => true,
        Part::Parameter { op, .. } => match op {
            Operation::Plain | Operation::Length => true,
            Operation::Default { word, .. }
            | Operation::Assign { word, .. }
            | Operation::Alternative { word, .. }
            | Operation::Trim { pattern: word, .. } => is_told(word),
        },
        Part::Arithmetic { text, .. } => is_told(text),
        Part::Command { .. } => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(script: &str) -> bool {
        crate::parse(script.as_bytes()).unwrap().commands.iter().all(only_prints)
    }

    #[test]
    fn what_only_prints_is_told_from_what_looks_or_does() {
        for script in [
            "echo a",
            "for i in 1 2; do echo $i; printf '%s' \"${x:-$y}\"; done",
            "if false; then echo a; else cat b c; fi",
            "case $x in a) echo $((i + 1));; esac",
            "x=1; ! :",
        ] {
            assert!(told(script), "{script}");
        }
        for script in [
            "echo a > b",
            "echo $(date)",
            "gcc -c a.c",
            "test -e a",
            "while :; do echo y; done",
            "X=1 cat a",
            "echo a | cat b",
            "rm a",
            "exit 3",
        ] {
            assert!(!told(script), "{script}");
        }
    }
}
