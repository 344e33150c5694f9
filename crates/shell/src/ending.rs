//! How commands end: what a child's end is for the shell that waited, and signals that end the shell itself.

use bstr::BString;
use rkbuild_host::Exit;

use crate::interp::{Interp, Mode, Ran, Stop, Trap};
use crate::script::{Node, Script};
use crate::signal;
use crate::streams::Stream;

impl Interp<'_> {
    /// The status of a subshell or child that ended. Without a process of its own to come back to, its death by a
    /// signal is ours.
    pub fn ended(&mut self, exit: Exit, mode: Mode) -> Ran {
        self.check_interrupted()?;
        match exit {
            Exit::Code(status) => Ok(status),
            Exit::Signal { .. } if mode.last && self.traps.is_empty() => Err(Stop::Exit(exit)),
            Exit::Signal { signal, core } => {
                self.say_killed(signal, core);
                Ok(128 + signal)
            }
        }
    }

    /// Says on standard error what killed a child, as the shell that waited for it does.
    fn say_killed(&self, signal: i32, core: bool) {
        say_killed(self.stderr(), signal, core);
    }

    /// A signal came that would have killed this shell: clean up as its trap says, and die of it.
    pub fn check_interrupted(&mut self) -> Ran<()> {
        if self.allowance.is_some_and(|allowance| allowance.is_used_up()) {
            return Err(Stop::Exit(Exit::Signal { signal: signal::XCPU, core: false }));
        }
        let Some(signal) = self.programs.interrupted() else { return Ok(()) };
        let trap = self.traps.iter().find(|(number, _)| *number == signal).map(|(_, trap)| trap.clone());
        if let Some(Trap::RemoveAndDie(remove)) = trap {
            let mut copy = self.subshell();
            copy.errexit = false;
            copy.remove_for_trap(&remove);
        }
        Err(Stop::Exit(Exit::Signal { signal, core: false }))
    }

    /// Runs the `rm -f` of a trap; not stopped by the signal that brought it about.
    fn remove_for_trap(&mut self, script: &Script) {
        let [Node::Simple(simple)] = script.commands.as_slice() else { return };
        if let Ok(argv) = self.fields(&simple.words) {
            for name in argv.iter().skip(2) {
                // What `rm -f` cannot remove it leaves, too.
                let _ = self.host.unlink(&self.dir, name);
            }
        }
    }
}

/// Says what killed a child, as the shell that waited for it does.
pub(crate) fn say_killed(stderr: &Stream, signal: i32, core: bool) {
    if signal == signal::INT || signal == signal::PIPE {
        return;
    }
    let mut text = BString::from(rkbuild_host::signals::description(signal).as_bytes());
    if core {
        text.extend_from_slice(b" (core dumped)");
    }
    text.push(b'\n');
    // Nobody is left to tell when standard error fails.
    let _ = stderr.write(&text);
}
