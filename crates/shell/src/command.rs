//! External commands: finding them, offering them, starting them and waiting.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use bstr::{BStr, BString, ByteSlice};
use rkbuild_host::{Dir, Env, Exit, Host, Spawn, Stdio};

use rustix::io::Errno;

use crate::interp::{Interp, Mode, Ran, Stop};
use crate::patience::{is_shortage, patiently};
use crate::redirect::{Redirected, Redirection};
use crate::script::{RedirectKind, Simple};
use crate::shell::{Invocation, Programs};
use crate::streams::{Capture, Stream};
use crate::word::quote;
use crate::{pathname, streams, tool};

/// What it takes to start a program.
pub(crate) struct Start<'a> {
    pub program: &'a BStr,
    pub argv: &'a [BString],
    pub env: &'a Env,
    pub dir: &'a Dir,
    pub stdio: &'a Stdio,
    pub inherit: &'a [Arc<OwnedFd>],
}

/// Starts a program and waits for it, letting the build know of it meanwhile.
pub(crate) fn start(host: &Arc<Host>, programs: &dyn Programs, start: &Start<'_>) -> io::Result<Exit> {
    let inherit: Vec<BorrowedFd<'_>> = start.inherit.iter().map(|fd| fd.as_fd()).collect();
    let child = patiently(|| {
        host.spawn(&Spawn {
            program: start.program,
            argv: start.argv,
            env: start.env,
            dir: start.dir,
            stdin: start.stdio.stdin.as_fd(),
            stdout: start.stdio.stdout.as_fd(),
            stderr: start.stdio.stderr.as_fd(),
            inherit: &inherit,
        })
    })?;
    let child = Arc::new(child);
    programs.started(&child);
    let exit = child.wait();
    programs.finished(&child);
    exit
}

impl Interp<'_> {
    /// Runs an external command, its redirections and assignments made first.
    pub(crate) fn external(&mut self, simple: &Simple, argv: &[BString], mode: Mode) -> Ran {
        let redirections = self.redirections(&simple.redirects)?;
        let saved = self.streams.clone();
        let result = match self.make(&redirections, true) {
            // What killed it is told while the redirections still hold.
            Redirected::Made => {
                self.run_program(simple, argv, false).and_then(|ran| self.ended(ran.exit, mode))
            }
            Redirected::Failed => Ok(2),
            Redirected::Unusual => {
                self.streams = saved.clone();
                self.unusual(simple, argv, &redirections).and_then(|exit| self.ended(exit, mode))
            }
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
        let ran = self.run_program(simple, command, true)?;
        if ran.started {
            // What takes the shell's place takes its traps with it.
            self.traps.clear();
        }
        Err(Stop::Exit(ran.exit))
    }

    /// Lets the real shell run a simple command, redirections and all.
    pub(crate) fn unusual(
        &mut self,
        simple: &Simple,
        argv: &[BString],
        redirections: &[Redirection],
    ) -> Ran<Exit> {
        self.settle_pwd();
        let (env, _) = self.command_environment(simple)?;
        let mut text = quote(argv);
        for Redirection { fd, kind, word } in redirections {
            let operator: &[u8] = match (kind, fd) {
                (RedirectKind::Read, _) => b"<",
                (RedirectKind::Write, _) => b">",
                (RedirectKind::Append, _) => b">>",
                (RedirectKind::Dup, 0) => b"<&",
                (RedirectKind::Dup, _) => b">&",
            };
            text.extend_from_slice(format!(" {fd}").as_bytes());
            text.extend_from_slice(operator);
            text.extend_from_slice(&quote(std::slice::from_ref(word)));
        }
        self.real_shell(&text, &env)
    }

    /// Runs a command with the streams as they are; `exec`: in the place of this shell.
    fn run_program(&mut self, simple: &Simple, argv: &[BString], exec: bool) -> Ran<RanProgram> {
        let prefix: &[u8] = if exec { b"exec: " } else { b"" };
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
        let program = match patiently(|| self.host.find_program(&dir, name, &path)) {
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
            Err(error) if Errno::from_io_error(&error) == Some(Errno::NOEXEC) => {
                // A script without a first line that names its program, or a program of another machine: the real shell
                // looks into the file to tell.
                let mut text = BString::from(if exec { "exec " } else { "" });
                text.extend_from_slice(&quote(argv));
                ran(self.real_shell(&text, &env)?)
            }
            Err(error) if is_shortage(&error) => Err(self.fatal(b"Cannot fork")),
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
        self.settle_pwd();
        let env = self.vars.environment();
        let exit = self.real_shell(&quote(argv), &env)?;
        self.ended(exit, Mode { tested: false, last: false })
    }

    /// The names a pattern matches for the real shell; none when nothing does.
    pub(crate) fn real_expansion(&mut self, pattern: &[u8]) -> Ran<Vec<BString>> {
        let mut text = BString::from("set -- ");
        text.extend_from_slice(&pathname::as_text(pattern));
        text.extend_from_slice(b"; printf '%s\\0' \"$@\"");
        let env = self.vars.environment();
        let capture = Arc::new(Capture::default());
        let [_, stdout, _] = &mut self.streams;
        let saved = std::mem::replace(stdout, Stream::Capture(capture.clone()));
        let exit = self.real_shell(&text, &env);
        let [_, stdout, _] = &mut self.streams;
        *stdout = saved;
        exit?;
        let names = capture.finish().map_err(|_| self.fatal(b"read error"))?;
        let names: Vec<BString> = names.split(|c| *c == 0).map(BString::from).collect();
        // What matches nothing comes back as it was, and the last name ends too.
        Ok(names.into_iter().filter(|name| !name.is_empty()).collect())
    }

    /// Has the real shell run `command`, with the streams as they are.
    fn real_shell(&mut self, command: &[u8], env: &Env) -> Ran<Exit> {
        let Ok(stdio) = streams::to_stdio(&self.streams) else { return Err(self.fatal(b"Pipe call failed")) };
        // As many lines down as here, so that a message names the same line.
        let mut text: BString = vec![b'\n'; usize::try_from(self.line).unwrap_or(1).saturating_sub(1)].into();
        text.extend_from_slice(command);
        let exit = start(
            self.host,
            self.programs,
            &Start {
                program: self.shell.name.as_bstr(),
                argv: &[self.shell.name.clone(), "-c".into(), text],
                env,
                dir: &self.dir,
                stdio: &stdio,
                inherit: self.shell.inherit,
            },
        );
        exit.map_err(|_| self.fatal(b"Cannot fork"))
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
