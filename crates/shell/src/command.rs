//! External commands: finding them, offering them, starting them and waiting.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use bstr::{BStr, BString, ByteSlice};
use rkbuild_host::{Child, Dir, Env, Exit, Host, Openings, Spawn, Stdio};

use rustix::io::Errno;

use crate::interp::{Interp, Mode, Ran, Stop};
use crate::patience::{is_shortage, patiently};
use crate::redirect::{Redirected, Redirection};
use crate::script::{RedirectKind, Simple};
use crate::shell::{Invocation, Programs};
use crate::streams::{Capture, Late, Stream};
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

impl Start<'_> {
    fn spawn(&self, host: &Arc<Host>, openings: &Openings<'_>) -> io::Result<Child> {
        let inherit: Vec<BorrowedFd<'_>> = self.inherit.iter().map(|fd| fd.as_fd()).collect();
        let spawn = Spawn {
            program: self.program,
            argv: self.argv,
            env: self.env,
            dir: self.dir,
            stdin: self.stdio.stdin.as_fd(),
            stdout: self.stdio.stdout.as_fd(),
            stderr: self.stdio.stderr.as_fd(),
            inherit: &inherit,
        };
        host.spawn_opening(&spawn, openings)
    }
}

/// Starts a program and waits for it, letting the build know of it meanwhile.
pub(crate) fn start(host: &Arc<Host>, programs: &dyn Programs, start: &Start<'_>) -> io::Result<Exit> {
    let child = patiently(|| start.spawn(host, &Openings::NONE))?;
    wait(programs, child)
}

fn wait(programs: &dyn Programs, child: Child) -> io::Result<Exit> {
    let child = Arc::new(child);
    programs.started(&child);
    let exit = child.wait();
    programs.finished(&child);
    exit
}

impl Interp<'_> {
    /// Runs an external command, its redirections and assignments made first.
    pub(crate) fn external(&mut self, simple: &Simple, argv: &[BString], mode: Mode) -> Ran {
        if let Some(ahead) = self.ahead.clone() {
            let exit = self.cat_ahead(&ahead, argv)?;
            return self.ended(exit, mode);
        }
        let redirections = self.redirections(&simple.redirects)?;
        let saved = self.streams.clone();
        if !redirections.is_empty()
            && let Some(late) = self.make_late(&redirections)
        {
            let ran = self.run_opening(simple, argv, &late);
            // What killed it is told while the redirections still hold.
            let ended = ran.and_then(|exit| exit.map(|exit| self.ended(exit, mode)).transpose());
            self.streams = saved.clone();
            if let Some(status) = ended? {
                return Ok(status);
            }
        }
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

    /// Runs a command whose files are opened when it has something to write, or by the program it is. `None`: something is in
    /// the way, and nothing has been done that is not done again when they are opened first.
    fn run_opening(&mut self, simple: &Simple, argv: &[BString], late: &Late) -> Ran<Option<Exit>> {
        let Some(name) = argv.first() else { return Ok(None) };
        self.settle_pwd();
        let (env, path) = self.command_environment(simple)?;
        let (dir, inherit, begun) = (self.dir.clone(), self.shell.inherit, &self.begun);
        let invocation = Invocation { argv, env: &env, dir: &dir, inherit, begun, streams: &self.streams };
        // What takes the command and writes nothing has its files made, too.
        let done = |exit| (!late.has_failed() && late.open().is_ok()).then_some(exit);
        let used = self.allowance.map(|allowance| allowance.used());
        let offered = self.programs.offer(&invocation);
        self.allowance = self.allowance.zip(used).map(|(allowance, used)| allowance.with_used(used));
        if let Some(exit) = offered {
            return Ok(done(exit));
        }
        if late.has_failed() {
            return Ok(None);
        }
        let Ok(program) = self.host.find_program(&dir, name, &path) else { return Ok(None) };
        if self.programs.native_tools() && tool::is_done_here(self.host, &dir, program.as_bstr(), &env) {
            let [_, stdout, _] = &self.streams;
            let waits = matches!(stdout, Stream::Late(..)) && tool::only_prints(name);
            if !waits && late.open().is_err() {
                return Ok(None);
            }
            if let Some(exit) = tool::run(self.host, program.as_bstr(), &invocation) {
                return Ok(done(exit));
            }
        }
        if !late.is_unopened() {
            return Ok(None);
        }
        let files: Vec<_> = late.files.iter().map(|file| (file.name.as_slice(), file.how)).collect();
        let stream = |stream: &Stream| match stream {
            Stream::Late(_, at) => Some(*at),
            Stream::Fd(_) | Stream::Capture(_) => None,
        };
        let openings = Openings { files: &files, streams: self.streams.each_ref().map(stream) };
        let Ok(stdio) = streams::to_stdio_but_late(&self.streams, &self.shell.stdio) else { return Ok(None) };
        let start = Start { program: program.as_bstr(), argv, env: &env, dir: &dir, stdio: &stdio, inherit };
        // Whatever the error is, who opens the files first meets it again, and says what dash would.
        let Ok(child) = start.spawn(self.host, &openings) else { return Ok(None) };
        late.pass();
        invocation.has_begun();
        wait(self.programs, child).map(Some).map_err(|_| self.fatal(b"Cannot fork"))
    }

    /// Runs a command with the streams as they are; `exec`: in the place of this shell.
    pub(crate) fn run_program(&mut self, simple: &Simple, argv: &[BString], exec: bool) -> Ran<RanProgram> {
        let prefix: &[u8] = if exec { b"exec: " } else { b"" };
        let ran = |exit| Ok(RanProgram { exit, started: true });
        let failed = |status| Ok(RanProgram { exit: Exit::Code(status), started: false });
        let Some(name) = argv.first() else { return failed(0) };
        self.settle_pwd();
        let (env, path) = self.command_environment(simple)?;
        let inherit = self.shell.inherit;
        let dir = self.dir.clone();
        let begun = &self.begun;
        let invocation = Invocation { argv, env: &env, dir: &dir, inherit, begun, streams: &self.streams };
        let used = self.allowance.map(|allowance| allowance.used());
        let offered = self.programs.offer(&invocation);
        // A sub-make has its own.
        self.allowance = self.allowance.zip(used).map(|(allowance, used)| allowance.with_used(used));
        if let Some(exit) = offered {
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
        if self.programs.native_tools() {
            if let Some(exit) = tool::run(self.host, program.as_bstr(), &invocation) {
                return ran(exit);
            }
            // Assignments are made once.
            if simple.assignments.is_empty()
                && tool::xargs::takes(self.host, program.as_bstr(), &invocation)
                && let Some(command) = argv.get(1..)
                && let Some(status) = self.xargs(simple, command, &path)?
            {
                return ran(Exit::Code(status));
            }
        }
        let begun = &self.begun;
        let invocation = Invocation { argv, env: &env, dir: &dir, inherit, begun, streams: &self.streams };
        let Ok(stdio) = streams::to_stdio(&self.streams) else { return Err(self.fatal(b"Pipe call failed")) };
        let start = Start { program: program.as_bstr(), argv, env: &env, dir: &dir, stdio: &stdio, inherit };
        let ended = patiently(|| start.spawn(self.host, &Openings::NONE)).and_then(|child| {
            invocation.has_begun();
            wait(self.programs, child)
        });
        match ended {
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
    fn command_environment(&mut self, simple: &Simple) -> Ran<(Env, BString)> {
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
        // Nor does it say, as one that begins there would, that the directory was removed: the one it stands for began earlier.
        let elsewhere = self.dir.as_it_is().path().is_empty().then(|| {
            let mut elsewhere = env.clone();
            elsewhere.set(b"PWD", "/proc/self/cwd");
            elsewhere
        });
        if elsewhere.is_some() {
            match env.get(b"PWD") {
                Some(path) => {
                    text.extend_from_slice(b"PWD=");
                    text.extend_from_slice(&quote(&[path.to_owned()]));
                }
                None => text.extend_from_slice(b"unset PWD"),
            }
            text.extend_from_slice(b"; ");
        }
        let env = elsewhere.as_ref().unwrap_or(env);
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
pub(crate) struct RanProgram {
    pub exit: Exit,
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
