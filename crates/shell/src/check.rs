//! Which commands are known: the builtins that run in-process with the arguments they may have, and the names that are
//! some shell's own and are not.

use std::sync::Arc;

use bstr::{BString, ByteSlice};

use crate::names::{FOREIGN, RESERVED, builtin_named, is_listed, is_name, settable};
use crate::reader::{Parsed, Parser};
use crate::script::{
    Builtin, EXIT_TRAP, Node, Operation, Parameter, Part, Script, Simple, TrapAction, TrapCommand, Word,
};
use crate::signal;

impl Parser<'_> {
    /// Checks that the command is one whose meaning is known, and fills in what the builtins need.
    pub(crate) fn check_command(&mut self, simple: &mut Simple) -> Parsed<()> {
        let Some(first) = simple.words.first() else { return Ok(()) };
        // A lone `[` is no pattern.
        let bracket = first.bare().is_some_and(|text| text == "[").then(|| BString::from("["));
        let Some(name) = bracket.or_else(|| first.literal()) else {
            return self.decline("command name that is expanded");
        };
        if name.is_empty() {
            return self.decline("empty command name");
        }
        if is_listed(FOREIGN, &name) || RESERVED.contains(&name.as_slice()) {
            return self.decline("builtin that is not run in-process");
        }
        let Some(builtin) = builtin_named(&name) else {
            self.takes_rights |= name.rsplit_str("/").next() == Some(b"chmod");
            if simple.words.iter().any(names_the_shell) {
                return self.decline("shell that is looked at from outside");
            }
            return Ok(());
        };
        simple.builtin = Some(builtin);
        if !simple.assignments.is_empty()
            && !matches!(
                builtin,
                Builtin::True
                    | Builtin::False
                    | Builtin::Echo
                    | Builtin::Printf
                    | Builtin::Test
                    | Builtin::Bracket
            )
        {
            return self.decline("assignment in front of a builtin");
        }
        let args: Vec<Option<BString>> = simple.words.iter().skip(1).map(Word::literal).collect();
        let first = args.first();
        match builtin {
            Builtin::Break | Builtin::Continue => {
                let count = match args.as_slice() {
                    [] => 1,
                    [Some(n)] => small_number(n).unwrap_or(0),
                    _ => 0,
                };
                if count == 0 || count > self.loops {
                    return self.decline("break or continue outside a loop");
                }
            }
            Builtin::Exit | Builtin::Shift => {
                let known = match args.as_slice() {
                    [] => true,
                    [None] => builtin == Builtin::Exit,
                    [Some(n)] => small_number(n).is_some(),
                    _ => false,
                };
                if !known {
                    return self.decline("argument of exit or shift");
                }
            }
            Builtin::Set => self.check_set(&args)?,
            Builtin::Export => self.check_export(simple)?,
            Builtin::Unset => {
                let names = match args.as_slice() {
                    [Some(option), names @ ..] if option == "-v" => names,
                    names => names,
                };
                let known = |n: &Option<BString>| {
                    n.as_ref().is_some_and(|n| is_name(n) && settable(n) && n != "PATH" && n != "HOME")
                };
                if !names.iter().all(known) {
                    return self.decline("unset of something else than a plain variable");
                }
            }
            Builtin::Exec => match args.as_slice() {
                [] => {}
                [Some(command), ..] if !command.is_empty() && !command.starts_with(b"-") => {}
                _ => return self.decline("exec of a command that is expanded"),
            },
            Builtin::CommandV => match args.as_slice() {
                [Some(option), Some(name)]
                    if option == "-v" && !name.is_empty() && !name.starts_with(b"-") => {}
                [Some(option), None] if option == "-v" => {
                    return self.decline("command -v of a word that is expanded");
                }
                _ => return self.decline("command other than `command -v name`"),
            },
            Builtin::Pwd => {
                if !args.iter().all(|a| a.as_ref().is_some_and(|a| a == "-P" || a == "-L")) || args.len() > 1
                {
                    return self.decline("argument of pwd");
                }
            }
            Builtin::Cd => {
                let option = matches!(first, Some(Some(a)) if a.len() > 1 && a.starts_with(b"-"));
                if option || args.len() > 1 {
                    return self.decline("option or second operand of cd");
                }
            }
            Builtin::Bracket => {
                if !matches!(args.last(), Some(Some(last)) if last == "]") {
                    return self.decline("`[` without `]`");
                }
            }
            Builtin::Trap => simple.trap = Some(self.trap_command(simple)?),
            Builtin::Colon
            | Builtin::True
            | Builtin::False
            | Builtin::Echo
            | Builtin::Printf
            | Builtin::Test => {}
        }
        Ok(())
    }

    fn check_set(&self, args: &[Option<BString>]) -> Parsed<()> {
        let mut args = args.iter();
        let mut any = false;
        while let Some(arg) = args.next() {
            let Some(arg) = arg else { return self.decline("set with an argument that is expanded") };
            any = true;
            match arg.as_bytes() {
                b"--" => return Ok(()),
                b"-o" | b"+o" => {
                    let option = args.next().and_then(Option::as_ref);
                    if !matches!(option.map(|o| o.as_bytes()), Some(b"errexit" | b"nounset")) {
                        return self.decline("set option");
                    }
                }
                [b'-' | b'+', letters @ ..] if !letters.is_empty() => {
                    if !letters.iter().all(|c| matches!(c, b'e' | b'u')) {
                        return self.decline("set option");
                    }
                }
                [b'-' | b'+'] => return self.decline("set option"),
                _ => return Ok(()),
            }
        }
        if any { Ok(()) } else { self.decline("set without arguments") }
    }

    fn check_export(&self, simple: &Simple) -> Parsed<()> {
        let mut any = false;
        for word in simple.words.iter().skip(1) {
            any = true;
            let Some(Part::Text(text)) = word.0.first() else {
                return self.decline("export of an expanded name");
            };
            let name = text.split_str("=").next().unwrap_or_default();
            if !is_name(name) || !settable(name) || (name.len() == text.len() && word.0.len() > 1) {
                return self.decline("export of something else than a plain variable");
            }
        }
        if any { Ok(()) } else { self.decline("export without arguments") }
    }

    /// `trap 'action' SIG…` and `trap - SIG…`.
    fn trap_command(&mut self, simple: &Simple) -> Parsed<TrapCommand> {
        let mut words = simple.words.iter().skip(1);
        let (Some(action), false) = (words.next(), simple.words.len() < 3) else {
            return self.decline("trap without action and signal");
        };
        let mut signals = Vec::new();
        for word in words {
            match word.literal().as_deref().and_then(|w| signal::number_in_trap(w)) {
                Some(number) => signals.push(number),
                None => return self.decline("trap on an unusual signal"),
            }
        }
        if action.literal().is_some_and(|a| a == "-") {
            return Ok(TrapCommand::Reset(signals));
        }
        let Some(text) = action.with_pid(b"1") else {
            return self.decline("trap action that is expanded");
        };
        if text.is_empty() || text.iter().all(u8::is_ascii_digit) {
            return self.decline("trap that ignores a signal");
        }
        if signals.iter().all(|s| *s == EXIT_TRAP) {
            // Whatever the process id is, it is a number: if the action is understood with one, it is with all.
            self.nested(|p| (p.grammar.script)(&text, p.depth))?;
            return Ok(TrapCommand::Set { action: TrapAction::AtExit(word_copy(action)), signals });
        }
        if let ([number], Some(text)) = (signals.as_slice(), action.literal())
            && let Some(remove) = self.remove_and_die(&text, *number)
        {
            return Ok(TrapCommand::Set { action: TrapAction::RemoveAndDie(remove), signals });
        }
        self.decline("trap action other than removing a file and dying")
    }

    /// Takes `rm -f WORDS; trap - SIG; kill -s SIG $$` apart: the script of its `rm`.
    fn remove_and_die(&mut self, action: &[u8], number: i32) -> Option<Arc<Script>> {
        let (rest, kill) = action.rsplit_once_str(";")?;
        let (remove, reset) = rest.rsplit_once_str(";")?;
        let kill: Vec<&[u8]> = kill.fields().collect();
        let reset: Vec<&[u8]> = reset.fields().collect();
        let [b"kill", b"-s", signal, b"$$"] = kill.as_slice() else { return None };
        let [b"trap", b"-", other] = reset.as_slice() else { return None };
        if signal != other || signal::number_in_trap(signal) != Some(number) {
            return None;
        }
        if let Some(known) = self.removed.as_ref().filter(|known| known.text == remove) {
            return Some(known.clone());
        }
        let script = Arc::new((self.grammar.script)(remove, self.depth).ok()?);
        let [Node::Simple(simple)] = script.commands.as_slice() else { return None };
        let is = |index: usize, text: &str| {
            simple.words.get(index).and_then(Word::literal).is_some_and(|w| w == text)
        };
        let plain =
            is(0, "rm") && is(1, "-f") && simple.assignments.is_empty() && simple.redirects.is_empty();
        if plain {
            self.removed = Some(script.clone());
        }
        plain.then_some(script)
    }
}

/// `$$` alone, or below /proc, is the process itself and not just a number that nobody else has.
fn names_the_shell(word: &Word) -> bool {
    let is_pid = |part: &Part| matches!(part, Part::Parameter { name: Parameter::Pid, .. });
    let in_proc = |part: &Part| matches!(part, Part::Text(t) | Part::Quoted(t) if t.contains_str("/proc/"));
    match word.0.as_slice() {
        [only] => is_pid(only),
        [first, rest @ ..] => in_proc(first) && rest.first().is_some_and(is_pid),
        [] => false,
    }
}

/// A copy of a word made of text and `$$` only.
fn word_copy(word: &Word) -> Word {
    Word(
        word.0
            .iter()
            .filter_map(|part| match part {
                Part::Text(t) => Some(Part::Text(t.clone())),
                Part::Quoted(t) => Some(Part::Quoted(t.clone())),
                Part::Parameter { name, quoted, .. } => {
                    Some(Part::Parameter { name: name.clone(), op: Operation::Plain, quoted: *quoted })
                }
                Part::Command { .. } | Part::Arithmetic { .. } => None,
            })
            .collect(),
    )
}

fn small_number(text: &[u8]) -> Option<u32> {
    if text.is_empty() || text.len() > 4 || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    text.to_str().ok()?.parse().ok()
}
