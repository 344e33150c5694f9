//! `$(shell)` and `!=`: the command's output, from a program, the in-process shell or the real one.

use std::os::fd::AsFd;
use std::sync::Arc;

use rkbuild_base::BString;
use rkbuild_eval::session::{ShellResult, Steady};
use rkbuild_eval::{Doors, Origin, Result, Session};
use rkbuild_host::eyes::{Ask, Seen};
use rkbuild_host::poll::{self, Ready};
use rkbuild_host::{Exit, errors, fd, signals};

use crate::jobs::command::ShellSpec;
use crate::jobs::process::Process;
use crate::jobs::recall::{Gives, Recalled};
use crate::jobs::signal::{self, TERM};
use crate::jobs::start::{Command, Kind};

/// Runs the commands of `$(shell)` for one session.
pub struct ShellDoor {
    process: Arc<Process>,
}

impl ShellDoor {
    /// The door of a session of this process.
    pub fn new(process: Arc<Process>) -> ShellDoor {
        ShellDoor { process }
    }
}

/// The values of SHELL, .SHELLFLAGS and IFS in the current scope.
pub(crate) fn shell_spec(session: &mut Session) -> Result<ShellSpec> {
    let known = session.known;
    let shell = session.variable_value(known.shell)?;
    let flags = shell_flags(session)?;
    let ifs = session.name(b"IFS");
    let ifs = match session.vars.lookup(ifs).is_some() {
        true => Some(session.variable_value(ifs)?),
        false => None,
    };
    let mut spec = ShellSpec::new(&shell, &flags, ifs.as_deref());
    let origin = session.vars.lookup(known.shellflags).map(|var| var.data.borrow().origin);
    spec.posix = session.targets.posix && origin == Some(Origin::Default);
    Ok(spec)
}

/// `.SHELLFLAGS`. From 4.4 on what is stored is expanded, whatever the flavor, and a target's `+=` adds to nothing.
fn shell_flags(session: &mut Session) -> Result<Vec<u8>> {
    let name = session.known.shellflags;
    if !session.identity().is_4_4() {
        return session.variable_value(name);
    }
    let stored = session.vars.lookup(name).map(|var| var.data.borrow().value.clone());
    let mut flags = Vec::new();
    if let Some(value) = stored {
        session.expand(&value, &mut flags)?;
    }
    Ok(flags)
}

/// What a shell gives for how a command ended.
pub(crate) fn status_of(exit: Exit) -> i32 {
    match exit {
        Exit::Code(code) => code,
        Exit::Signal { signal, .. } => signal + 128,
    }
}

impl ShellDoor {
    /// How long a script of builtins gives the same, which did nothing but look and print if it is `silent`.
    fn steady(&self, silent: bool, looks: Option<Vec<(Ask, BString, Seen)>>) -> Steady {
        match (looks, &self.process.recall) {
            _ if !silent => Steady::Unknown,
            (Some(looks), Some(recall)) => Steady::WithThese(recall.proof(looks)),
            _ => Steady::WithFiles,
        }
    }
}

impl Doors for ShellDoor {
    fn shell(&self, session: &mut Session, command: &[u8]) -> Result<ShellResult> {
        let nothing = ShellResult { output: Vec::new(), status: 0, steady: Steady::WithFiles };
        let spec = shell_spec(session)?;
        let Some(argv) = spec.function_argv(command) else { return Ok(nothing) };
        if ShellSpec::is_no_op(&argv) {
            return Ok(nothing);
        }
        // It may change directories.
        session.commands_in_text += 1;
        let command = Command {
            process: self.process.clone(),
            host: session.host().clone(),
            given_again: true,
            again: true,
            text: command.into(),
            target: b"",
            argv,
            env: session.shell_environment()?,
            dir: session.dir.clone(),
            stdio: session.stdio.clone(),
            inherit: Vec::new(),
            observed: 0,
        };
        let native = !session.options.no_native;
        let command = if native { command.with_tool() } else { command };
        let here = if native { command.script() } else { None };
        let mut steady = Steady::Unknown;
        let keeping = session.is_keeping();
        let gives = if keeping { Gives::Proved } else { Gives::Captured };
        let result = match here {
            Some(script) => match command.kind(&script) {
                Kind::Closed => command.run_closed_captured(&script).map(|ran| {
                    steady = self.steady(ran.silent && script.looks_only(), ran.looks.filter(|_| keeping));
                    (ran.exit, ran.output)
                }),
                Kind::Open => match command.recalled(gives) {
                    Some(given) => Ok(take(given, &mut steady)),
                    None => command.run_captured(&script),
                },
                Kind::Unnoted if keeping && script.looks_only() => command.run_apart(&script).map(|ran| {
                    steady = self.steady(ran.silent, ran.looks);
                    (ran.exit, ran.output)
                }),
                Kind::Unnoted => command.run_captured(&script),
                Kind::Makes => {
                    if let Some(eyes) = session.eyes() {
                        eyes.effect("a make in $(shell)");
                    }
                    command.run_captured(&script)
                }
            },
            None => match command.recalled(gives) {
                Some(given) => Ok(take(given, &mut steady)),
                None => output_of(command, session),
            },
        };
        session.check_signal()?;
        match result {
            Ok((exit, output)) => Ok(ShellResult { output, status: status_of(exit), steady }),
            Err(error) if errors::is_scarce(&error) => {
                let why = errors::describe(&error);
                Err(session.fatal(session.place(), format!("$(shell): {why}")))
            }
            Err(error) => {
                let why = errors::describe(&error);
                session.error(None, format!("$(shell): {why}"));
                Ok(ShellResult { output: Vec::new(), status: 127, steady: Steady::Unknown })
            }
        }
    }
}

/// What a command gave that is known, and how long it holds.
fn take(given: Recalled, steady: &mut Steady) -> (Exit, Vec<u8>) {
    *steady = given.proof.map_or(Steady::Unknown, |(proof, variables)| Steady::While(proof, variables));
    (given.output.exit, given.output.out)
}

/// Runs a program and gives what it writes to standard output, by the program or whoever inherits it.
fn output_of(mut command: Command, session: &Session) -> std::io::Result<(Exit, Vec<u8>)> {
    let (read, write) = fd::pipe()?;
    command.stdio.stdout = Arc::new(write);
    let child = match command.spawn() {
        Ok(child) => child,
        // It would be read as if it had printed nothing.
        Err(error) if errors::is_scarce(&error) => return Err(error),
        Err(error) => {
            let mut message = command.name();
            message.extend_from_slice(b": ");
            message.extend_from_slice(errors::describe(&error).as_bytes());
            session.error(None, message);
            return Ok((Exit::Code(127), Vec::new()));
        }
    };
    drop(command);
    let mut output = Vec::new();
    loop {
        if let Some(signals) = signals::fd() {
            poll::wait(&[(read.as_fd(), Ready::Read), (signals, Ready::Read)], None)?;
        }
        // A make that has to end does not wait for what it only asked.
        if let Some(signal) = signals::pending() {
            if signal == TERM {
                let _ = child.kill(signal);
            }
            return Ok((Exit::Signal { signal, core: false }, output));
        }
        if fd::read_some(&read, &mut output)? == 0 {
            break;
        }
    }
    let exit = child.wait()?;
    signal::settle(exit);
    Ok((exit, output))
}
