//! External commands: finding them, offering them, starting them and waiting.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use bstr::{BStr, BString, ByteSlice};
use rkbuild_host::{Dir, Env, Exit, Host, Spawn, Stdio};

use crate::run::{Interp, Mode, Ran, Stop};
use crate::script::Simple;
use crate::shell::{Invocation, Programs};
use crate::{streams, tool};

/// What it takes to start a program.
pub(crate) struct Start<'a> {
    pub program: &'a BStr,
    pub argv: &'a [BString],
    pub env: &'a Env,
    pub dir: &'a Dir,
    pub stdio: &'a Stdio,
    pub inherit: &'a [Arc<OwnedFd>],
}

/// What runs a file that is executable but in no format the system knows.
const SCRIPT_SHELL: &[u8] = b"/bin/sh";

/// Starts a program and waits for it, letting the build know of it meanwhile.
pub(crate) fn start(host: &Arc<Host>, programs: &dyn Programs, start: &Start<'_>) -> io::Result<Exit> {
    let inherit: Vec<BorrowedFd<'_>> = start.inherit.iter().map(|fd| fd.as_fd()).collect();
    let mut spawn = Spawn {
        program: start.program,
        argv: start.argv,
        env: start.env,
        dir: start.dir,
        stdin: start.stdio.stdin.as_fd(),
        stdout: start.stdio.stdout.as_fd(),
        stderr: start.stdio.stderr.as_fd(),
        inherit: &inherit,
    };
    let mut as_script: Vec<BString>;
    let child = match host.spawn(&spawn) {
        Err(error) if error.raw_os_error() == Some(rustix::io::Errno::NOEXEC.raw_os_error()) => {
            as_script = vec![SCRIPT_SHELL.into(), start.program.to_owned()];
            as_script.extend(start.argv.iter().skip(1).cloned());
            spawn.program = SCRIPT_SHELL;
            spawn.argv = &as_script;
            host.spawn(&spawn)?
        }
        other => other?,
    };
    let child = Arc::new(child);
    programs.started(&child);
    let exit = child.wait();
    programs.finished(&child);
    exit
}

impl Interp<'_> {
    /// Runs an external command, its redirections and assignments made first.
    pub(crate) fn external(&mut self, simple: &Simple, argv: &[BString], mode: Mode) -> Ran {
        let saved = self.streams.clone();
        let result = match self.redirect(&simple.redirects) {
            // What killed it is told while the redirections still hold.
            Ok(true) => self.run_program(simple, argv, b"").and_then(|ran| self.ended(ran.exit, mode)),
            Ok(false) => Ok(2),
            Err(stop) => Err(stop),
        };
        self.streams = saved;
        result
    }

    /// `exec`: lasting redirections, or a command that takes this shell's place.
    pub(crate) fn exec(&mut self, simple: &Simple, argv: &[BString]) -> Ran {
        if !self.redirect(&simple.redirects)? {
            return Err(Stop::Exit(Exit::Code(2)));
        }
        let Some(command) = argv.get(1..).filter(|c| !c.is_empty()) else { return Ok(0) };
        let ran = self.run_program(simple, command, b"exec: ")?;
        if ran.started {
            // What takes the shell's place takes its traps with it.
            self.traps.clear();
        }
        Err(Stop::Exit(ran.exit))
    }

    /// Runs a command with the streams as they are.
    fn run_program(&mut self, simple: &Simple, argv: &[BString], prefix: &[u8]) -> Ran<RanProgram> {
        let ran = |exit| Ok(RanProgram { exit, started: true });
        let failed = |status| Ok(RanProgram { exit: Exit::Code(status), started: false });
        let Some(name) = argv.first() else { return failed(0) };
        self.settle_pwd();
        let (env, path) = self.command_environment(simple)?;
        let inherit = self.shell.inherit;
        let dir = self.dir.clone();
        let invocation = Invocation { argv, env: &env, dir: &dir, inherit, streams: &self.streams };
        if let Some(exit) = self.programs.offer(&invocation) {
            return ran(exit);
        }
        let program = match self.host.find_program(&dir, name, &path) {
            Ok(program) => program,
            Err(error) => {
                // Not found where it was looked for: 127, also when what is there may not be run.
                self.say(&[prefix, name, b": ", &words_for(&error)]);
                return failed(127);
            }
        };
        if self.programs.native_tools()
            && let Some(exit) = tool::run(self.host, program.as_bstr(), &invocation)
        {
            return ran(exit);
        }
        let Ok(stdio) = invocation.stdio() else { return Err(self.fatal(b"Pipe call failed")) };
        let begun = start(
            self.host,
            self.programs,
            &Start { program: program.as_bstr(), argv, env: &env, dir: &dir, stdio: &stdio, inherit },
        );
        match begun {
            Ok(exit) => ran(exit),
            Err(error) => {
                self.say(&[prefix, name, b": ", &words_for(&error)]);
                failed(if is_missing(&error) { 127 } else { 126 })
            }
        }
    }

    /// The environment of a command with its assignments, and the PATH it is looked up in.
    fn command_environment(&mut self, simple: &Simple) -> Ran<(Arc<Env>, BString)> {
        let path = |sh: &Self| sh.vars.get(b"PATH").map(ToOwned::to_owned).unwrap_or_default();
        if simple.assignments.is_empty() {
            return Ok((self.vars.environment(), path(self)));
        }
        // The assignments are made one after another, each seeing the ones before, and undone afterwards.
        let saved = self.vars.clone();
        let mut result = Ok(());
        for (name, word) in &simple.assignments {
            match self.string(word) {
                Ok(value) => {
                    self.vars.set(name, &value);
                    self.vars.export(name);
                }
                Err(stop) => {
                    result = Err(stop);
                    break;
                }
            }
        }
        let made = (self.vars.environment(), path(self));
        self.vars = saved;
        result.map(|()| made)
    }

    /// Runs a builtin of the real shell on these arguments, for the rare cases that are not done here.
    pub(crate) fn real_builtin(&mut self, argv: &[BString]) -> Ran {
        let Some((name, arguments)) = argv.split_first() else { return Ok(0) };
        self.settle_pwd();
        let env = self.vars.environment();
        let stdio = match streams::to_stdio(&self.streams) {
            Ok(stdio) => stdio,
            Err(_) => return Err(self.fatal(b"Pipe call failed")),
        };
        // As many lines down as here, so that a message names the same line.
        let mut text: BString = vec![b'\n'; usize::try_from(self.line).unwrap_or(1).saturating_sub(1)].into();
        text.extend_from_slice(name);
        text.extend_from_slice(b" \"$@\"");
        let mut command: Vec<BString> =
            vec![self.shell.name.clone(), "-c".into(), text, self.shell.name.clone()];
        command.extend(arguments.iter().cloned());
        let exit = start(
            self.host,
            self.programs,
            &Start {
                program: self.shell.name.as_bstr(),
                argv: &command,
                env: &env,
                dir: &self.dir,
                stdio: &stdio,
                inherit: self.shell.inherit,
            },
        );
        match exit {
            Ok(exit) => self.ended(exit, Mode { tested: false, last: false }),
            Err(_) => Err(self.fatal(b"Cannot fork")),
        }
    }
}

/// How a program ended, or that it was never started.
struct RanProgram {
    exit: Exit,
    started: bool,
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// What dash says of a command that could not be started.
fn words_for(error: &io::Error) -> Vec<u8> {
    if is_missing(error) {
        return b"not found".to_vec();
    }
    rkbuild_host::errors::describe(error).into_bytes()
}
