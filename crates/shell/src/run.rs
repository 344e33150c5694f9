//! Running a syntax tree: lists, conditions, loops, subshells and pipelines.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};

use rkbuild_host::{Allowance, Exit};

use crate::ending::say_killed;
use crate::interp::{Interp, Mode, Ran, Stop, TESTED, Trap};
use crate::patience::patiently;
use crate::pattern;
use crate::script::{Builtin, Connector, EXIT_TRAP, Node, Redirect, Script, Simple};
use crate::shell::STACK;
use crate::streams::{Capture, Stream, Streams};

impl Interp<'_> {
    /// Runs a whole script, with its traps: the exit of the shell process.
    pub fn script(mut self, script: &Script) -> Exit {
        let exit = self.commands(&script.commands, Mode::PLAIN);
        self.end(exit)
    }

    fn commands(&mut self, commands: &[Node], mode: Mode) -> Ran {
        let mut status = self.status;
        for (at, command) in commands.iter().enumerate() {
            let mode = if at + 1 == commands.len() { mode } else { mode.inner() };
            status = self.node(command, mode)?;
        }
        Ok(status)
    }

    /// What the process ends with, after its EXIT trap.
    fn end(mut self, result: Ran) -> Exit {
        let exit = match result {
            Ok(status) => Exit::Code(status),
            Err(Stop::Exit(exit)) => exit,
            Err(Stop::Break(_) | Stop::Continue(_)) => Exit::Code(self.status),
        };
        let Exit::Code(code) = exit else { return exit };
        let Some(at) = self.traps.iter().position(|(signal, _)| *signal == EXIT_TRAP) else { return exit };
        let (_, Trap::AtExit(text)) = self.traps.remove(at) else { return exit };
        // The parser saw this text before, with another number for `$$`.
        let Ok(action) = crate::parse::script(&text) else { return exit };
        self.status = code;
        match self.commands(&action.commands, Mode::PLAIN) {
            Err(Stop::Exit(exit)) => exit,
            _ => Exit::Code(code),
        }
    }

    /// Runs a command and remembers its status.
    pub fn node(&mut self, node: &Node, mode: Mode) -> Ran {
        let status = self.dispatch(node, mode)?;
        self.status = status;
        Ok(status)
    }

    /// Ends the shell when `status` is a failure `set -e` minds.
    pub(crate) fn check(&self, status: i32, mode: Mode) -> Ran {
        if status != 0 && self.errexit && !mode.tested {
            return Err(Stop::Exit(Exit::Code(status)));
        }
        Ok(status)
    }

    fn dispatch(&mut self, node: &Node, mode: Mode) -> Ran {
        match node {
            Node::Simple(simple) => {
                let status = self.simple(simple, mode)?;
                self.status = status;
                self.check(status, mode)
            }
            Node::Pipe(stages) => {
                let status = self.pipeline(stages, mode)?;
                self.status = status;
                self.check(status, mode)
            }
            Node::Not(node) => Ok(i32::from(self.node(node, TESTED)? == 0)),
            Node::AndOr(first, rest) => {
                let mut status = self.node(first, Mode { tested: true, last: false })?;
                for (at, (connector, node)) in rest.iter().enumerate() {
                    if (status == 0) != (*connector == Connector::And) {
                        continue;
                    }
                    let last = at + 1 == rest.len();
                    status = self.node(node, if last { mode } else { TESTED })?;
                }
                Ok(status)
            }
            Node::Seq(list) => self.commands(list, mode),
            Node::If { branches, otherwise } => {
                for (test, body) in branches {
                    if self.node(test, TESTED)? == 0 {
                        return self.node(body, mode);
                    }
                }
                match otherwise {
                    Some(body) => self.node(body, mode),
                    None => Ok(0),
                }
            }
            Node::Loop { until, test, body } => {
                let mut status = 0;
                loop {
                    // It may wait for something that a program of another target does before it ends.
                    self.host.changed();
                    if (self.node(test, TESTED)? == 0) == *until {
                        return Ok(status);
                    }
                    match self.body(body, mode)? {
                        Turn::Next(s) => status = s,
                        Turn::Leave(s) => return Ok(s),
                    }
                }
            }
            Node::For { variable, words, body, line } => {
                self.line = *line;
                let items = match words {
                    Some(words) => self.fields(words)?,
                    None => self.params.clone(),
                };
                let mut status = 0;
                for item in items {
                    self.vars.set(variable, &item);
                    match self.body(body, mode)? {
                        Turn::Next(s) => status = s,
                        Turn::Leave(s) => return Ok(s),
                    }
                }
                Ok(status)
            }
            Node::Case { word, arms, line } => {
                self.line = *line;
                let text = self.string(word)?;
                for (patterns, body) in arms {
                    for candidate in patterns {
                        if pattern::matches(&self.pattern(candidate)?, &text) {
                            return match body {
                                Some(body) => self.node(body, mode),
                                None => Ok(0),
                            };
                        }
                    }
                }
                Ok(0)
            }
            Node::Subshell { body, redirects, line } => {
                self.line = *line;
                let mut copy = self.subshell();
                let inside = Mode { last: true, ..mode };
                let run = move || {
                    let result = match copy.ready(body, redirects, inside) {
                        Ok(Some(status)) => Ok(status),
                        Ok(None) => match copy.redirect(redirects) {
                            Ok(true) => copy.node(body, inside),
                            Ok(false) => Ok(2),
                            Err(stop) => Err(stop),
                        },
                        Err(stop) => Err(stop),
                    };
                    copy.end(result)
                };
                let exit = self.apart(run)?;
                let status = self.ended(exit, mode)?;
                self.status = status;
                self.check(status, mode)
            }
            Node::Redirected { body, redirects, line } => {
                self.line = *line;
                if let Some(status) = self.ready(body, redirects, mode.inner())? {
                    return Ok(status);
                }
                let saved = self.streams.clone();
                let result = match self.redirect(redirects) {
                    Ok(true) => self.node(body, mode.inner()),
                    Ok(false) => self.check(2, mode),
                    Err(stop) => Err(stop),
                };
                self.restore(saved, redirects);
                result
            }
        }
    }

    /// Runs the body of a loop once.
    fn body(&mut self, body: &Node, mode: Mode) -> Ran<Turn> {
        let result = self.node(body, mode.inner());
        if let Err(Stop::Break(_) | Stop::Continue(_)) = result {
            // They end well themselves, which `$?` shows in the next turn.
            self.status = 0;
        }
        match result {
            Ok(status) => Ok(Turn::Next(status)),
            Err(Stop::Break(levels)) if levels <= 1 => Ok(Turn::Leave(0)),
            Err(Stop::Break(levels)) => Err(Stop::Break(levels - 1)),
            Err(Stop::Continue(levels)) if levels <= 1 => Ok(Turn::Next(0)),
            Err(Stop::Continue(levels)) => Err(Stop::Continue(levels - 1)),
            Err(stop) => Err(stop),
        }
    }

    /// Does what a subshell does. Where the shell stays in its directory that is done on a thread of its own, since `cd` would
    /// take the shell's thread elsewhere, and it may not be let in again.
    fn apart<T: Send>(&self, run: impl FnOnce() -> T + Send) -> Ran<T> {
        if !self.stays {
            return Ok(run());
        }
        let result = std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().name("sh".into()).stack_size(STACK);
            thread.spawn_scoped(scope, run).map(|thread| thread.join())
        });
        match result {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(_) => Err(self.fatal(b"Cannot fork")),
        }
    }

    fn pipeline(&mut self, stages: &[Node], mode: Mode) -> Ran {
        let mut copies = Vec::new();
        let mut input: Option<Stream> = None;
        let mut before: Option<Receiver<()>> = None;
        let stages = match self.first_stage(stages, mode)? {
            Some((read, rest)) => {
                input = Some(read);
                rest
            }
            None => stages,
        };
        for (at, stage) in stages.iter().enumerate() {
            let mut copy = self.subshell();
            let [stdin, stdout, _] = &mut copy.streams;
            if let Some(read) = input.take() {
                *stdin = read;
            }
            if at + 1 < stages.len() {
                let (read, write) =
                    patiently(rkbuild_host::fd::pipe).map_err(|_| self.fatal(b"Pipe call failed"))?;
                input = Some(Stream::Fd(Arc::new(read)));
                *stdout = Stream::Fd(Arc::new(write));
            }
            // Who reads begins when who writes has begun: if this process is killed in between, no program is left that
            // takes nothing for all there is.
            let after = before.take();
            if matches!(stage, Node::Simple(simple) if simple.builtin.is_none()) {
                let (sender, receiver) = mpsc::channel();
                copy.begun = Some(sender);
                before = Some(receiver);
            }
            copies.push((copy, after));
        }
        let mode_inside = Mode { last: true, ..mode };
        let mut exits: Vec<Option<Exit>> = Vec::new();
        std::thread::scope(|scope| {
            let mut threads = Vec::new();
            let mut last = None;
            for (at, ((mut copy, after), stage)) in copies.into_iter().zip(stages).enumerate() {
                let programs = self.programs;
                let run = move || {
                    copy.allowance = Allowance::new();
                    if let Some(after) = after {
                        // It was told of, or ended without.
                        let _ = after.recv();
                    }
                    // What killed a stage is said before the next one can see the end of its output.
                    let streams = copy.streams.clone();
                    let result = copy.node(stage, mode_inside);
                    let exit = copy.end(result);
                    if let (Exit::Signal { signal, core }, None) = (exit, programs.interrupted()) {
                        let [_, _, stderr] = &streams;
                        say_killed(stderr, signal, core);
                    }
                    exit
                };
                // In this thread, unless it could take it to another directory.
                if at + 1 == stages.len() && !self.stays {
                    last = Some(run);
                } else {
                    let thread = std::thread::Builder::new()
                        .name("sh".into())
                        .stack_size(STACK)
                        .spawn_scoped(scope, run);
                    threads.push(thread.ok());
                }
            }
            let last = last.map(|run| run());
            exits.extend(threads.into_iter().map(|t| t.and_then(|t| t.join().ok())));
            exits.extend(last.map(Some));
        });
        self.check_interrupted()?;
        let mut status = 0;
        for exit in exits {
            status = match exit {
                Some(exit) => exit.shell_status(),
                None => return Err(self.fatal(b"Cannot fork")),
            };
        }
        Ok(status)
    }

    /// The first stage of a pipeline, when what it prints can be told and fits into the pipe: the end to read that from, and
    /// the other stages.
    fn first_stage<'s>(&mut self, stages: &'s [Node], mode: Mode) -> Ran<Option<(Stream, &'s [Node])>> {
        let Some((first, rest)) = stages.split_first() else { return Ok(None) };
        let Some(output) = self.output_ahead(first, Mode { last: true, ..mode }) else { return Ok(None) };
        self.check_interrupted()?;
        let (read, write) = patiently(rkbuild_host::fd::pipe).map_err(|_| self.fatal(b"Pipe call failed"))?;
        if rkbuild_host::fd::widen(&write, output.len()).is_err() {
            return Ok(None);
        }
        // Nobody can have closed the other end.
        let _ = rkbuild_host::fd::write_all(&write, &output);
        Ok(Some((Stream::Fd(Arc::new(read)), rest)))
    }

    /// Undoes redirections. What `exec` did meanwhile to other streams stays.
    fn restore(&mut self, saved: Streams, redirects: &[Redirect]) {
        for (fd, (now, before)) in self.streams.iter_mut().zip(saved).enumerate() {
            if redirects.iter().any(|r| usize::from(r.fd) == fd) {
                *now = before;
            }
        }
    }

    /// A command without words: its assignments stay, and its status is the last command substitution's.
    fn assign_only(&mut self, simple: &Simple) -> Ran {
        let saved = self.streams.clone();
        let result = match self.redirect(&simple.redirects) {
            Ok(true) => self.assign(simple),
            Ok(false) => Ok(2),
            Err(stop) => Err(stop),
        };
        self.streams = saved;
        result
    }

    fn assign(&mut self, simple: &Simple) -> Ran {
        for (name, word) in &simple.assignments {
            let value = self.string(word)?;
            self.vars.set(name, &value);
        }
        Ok(self.substituted.unwrap_or(0))
    }

    /// Runs `simple`.
    fn simple(&mut self, simple: &Simple, mode: Mode) -> Ran {
        self.check_interrupted()?;
        self.line = simple.line;
        self.substituted = None;
        let argv = self.fields(&simple.words)?;
        let Some(first) = argv.first() else { return self.assign_only(simple) };
        let first = first.clone();
        match simple.builtin {
            Some(Builtin::Exec) => self.exec(simple, &argv),
            Some(builtin) => crate::builtin::run(self, builtin, simple, first.as_ref(), &argv),
            None => self.external(simple, &argv, mode),
        }
    }
}

enum Turn {
    Next(i32),
    Leave(i32),
}

/// Runs the commands of a `$(…)` and gives their output, as written.
pub(crate) fn substitution(sh: &mut Interp<'_>, commands: &[Node]) -> Ran<Vec<u8>> {
    if commands.is_empty() {
        sh.substituted = Some(0);
        return Ok(Vec::new());
    }
    let capture = Arc::new(Capture::default());
    let mut copy = sh.subshell();
    let [_, stdout, _] = &mut copy.streams;
    *stdout = Stream::Capture(capture.clone());
    let exit = sh.apart(move || {
        let result = copy.commands(commands, Mode { tested: false, last: true });
        copy.end(result)
    })?;
    let output = capture.finish();
    let status = sh.ended(exit, Mode::PLAIN)?;
    sh.substituted = Some(status);
    output.map_err(|_| sh.fatal(b"read error"))
}
