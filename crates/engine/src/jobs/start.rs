//! Starting one command: by the native layer, as a session of this process, by the in-process shell, or as a program.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, LazyLock};

use memchr::memmem::Finder;
use rkbuild_base::{BStr, BString, ByteSlice, stack};
use rkbuild_host::env::{TERMINALS, VOLATILE};
use rkbuild_host::eyes::{Ask, Command as Noted, Seen, Step};
use rkbuild_host::{Child, Dir, Env, Exit, Eyes, Host, Promise, Spawn, Stdio, fd, preload};
use rkbuild_shell::{Dialect, Script, Shell};

use crate::jobs::command::Argv;
use crate::jobs::native;
use crate::jobs::process::Process;
use crate::jobs::recall::{Asked, Gives, Recalled};
use crate::jobs::room::{SCRIPT, SESSION, room};
use crate::jobs::submake::{self, SubMakes};

/// The stack a script needs.
const STACK: usize = 1 << 20;

/// A file that is larger is not looked into for a script, in bytes. Programs are.
const LONGEST_SCRIPT: u64 = 12 << 10;

/// Who runs such a file becomes another user, or of another group.
const SET_IDS: u32 = 0o6000;

/// Where programs are looked for when the environment has no PATH.
const DEFAULT_PATH: &[u8] = b"/bin:/usr/bin";

/// A command that is about to start.
pub(crate) struct Command {
    pub process: Arc<Process>,
    /// The machine, as the session sees it.
    pub host: Arc<Host>,
    /// It may be given next time, so that it pays to find out what it depends on.
    pub given_again: bool,
    /// It runs in each build.
    pub again: bool,
    /// The line, and the target it is for.
    pub text: BString,
    pub target: &'static [u8],
    pub argv: Argv,
    pub env: Env,
    pub dir: Arc<Dir>,
    pub stdio: Stdio,
    /// Descriptors above 2 that it inherits.
    pub inherit: Vec<Arc<OwnedFd>>,
    /// What the observer calls it.
    pub observed: u64,
}

/// How a command can be run.
pub(crate) enum Way {
    /// It was done.
    Done(Exit),
    /// In this process; it may take long.
    Here(Box<dyn FnOnce() -> Exit + Send>),
    /// As a program.
    Program(Command),
    /// As a program whose outcome may be known, or is to be found out: [`Command::recalled`]. What is promised is for that.
    Asked(Command, Promise),
}

/// What a script may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nobody asks.
    Unnoted,
    /// It does all by itself: builtins and tools.
    Closed,
    /// It starts makes and nothing else.
    Makes,
    /// It starts programs.
    Open,
}

/// What a script of builtins gave.
pub struct Captured {
    /// How it ended.
    pub exit: Exit,
    /// What it wrote to standard output, if somebody wanted that.
    pub output: Vec<u8>,
    /// It wrote nothing to standard error.
    pub silent: bool,
    /// What it looked at, where that is known and it did nothing else.
    pub looks: Option<Vec<(Ask, BString, Seen)>>,
}

/// Whether a script names a variable that changes from shell to shell, or from terminal to terminal.
fn names_volatile(text: &[u8], env: &Env) -> bool {
    static NAMES: LazyLock<Vec<Finder<'static>>> = LazyLock::new(|| {
        let names = VOLATILE.into_iter().filter(|name| *name != b"_");
        [&b"$_"[..], b"${_}"].into_iter().chain(names).map(Finder::new).collect()
    });
    NAMES.iter().any(|name| name.find(text).is_some())
        || TERMINALS.iter().any(|name| env.contains(name) && text.contains_str(name))
}

/// Runs a command of builtins again, as [`Step::Run`] says; `dir` is its directory.
pub fn run_again(process: &Arc<Process>, command: &Noted, dir: Arc<Dir>, stdio: Stdio) -> Exit {
    let command = Command {
        process: process.clone(),
        host: process.host().clone(),
        given_again: false,
        again: true,
        text: command.argv.last().cloned().unwrap_or_default(),
        target: b"",
        argv: Argv::Shell(command.argv.clone()),
        env: command.env.clone(),
        dir,
        stdio,
        inherit: Vec::new(),
        observed: 0,
    };
    match command.script() {
        Some(script) => command.run_script(&script),
        None => command.spawn().and_then(|child| child.wait()).unwrap_or(Exit::Code(127)),
    }
}

impl Command {
    /// Finds the way it is run; `native` says whether it may run in this process.
    pub fn way(self, native: bool) -> Way {
        if !native || !self.fits() {
            return Way::Program(self);
        }
        let offer = native::Line {
            text: BStr::new(&self.text),
            target: BStr::new(self.target),
            env: &self.env,
            dir: &self.dir,
            stdio: &self.stdio,
        };
        if let Some(exit) = self.process.native.line(&offer) {
            return Way::Done(exit);
        }
        match &self.argv {
            Argv::Direct(words) => {
                let is_make = words.first().is_some_and(|name| {
                    submake::is_sub_make(&self.process, &self.host, &self.dir, name, &self.env)
                });
                if is_make && let Some(promise) = room(&self.process, SESSION) {
                    let number = self.process.recall.as_ref().map_or(0, |recall| recall.number());
                    if let Some(eyes) = self.host.eyes() {
                        eyes.step(Step::Session(number));
                    }
                    return Way::Here(Box::new(move || {
                        let _promise = promise;
                        let (Argv::Direct(words) | Argv::Shell(words)) = self.argv;
                        let Command { process, env, dir, stdio, inherit, observed, again, .. } = self;
                        submake::run(&process, (number, observed, again), words, env, dir, stdio, inherit)
                    }));
                }
                if let Some((argv, script)) = self.tool(words).or_else(|| self.script_file(words)) {
                    let command = Command { argv, ..self };
                    return Way::Here(Box::new(move || match command.host.eyes() {
                        Some(_) => command.run_closed(&script),
                        None => command.run_script(&script),
                    }));
                }
            }
            Argv::Shell(_) => {
                let script = self.script();
                // Many recipes of a build that is up to date are nothing but traps.
                if self.host.eyes().is_none() && script.as_ref().is_some_and(|script| script.script.is_idle())
                {
                    return Way::Done(Exit::Code(0));
                }
                if let Some(script) = script
                    && let Some(promise) = room(&self.process, SCRIPT)
                {
                    let kind = self.kind(&script);
                    let asked = self.is_asked();
                    return Way::Here(Box::new(move || {
                        let _promise = promise;
                        match kind {
                            Kind::Closed => self.run_closed(&script),
                            Kind::Makes => self.run_makes(&script),
                            Kind::Open if asked => match self.recalled(Gives::Printed) {
                                Some(given) => given.output.exit,
                                None => self.run_script(&script),
                            },
                            Kind::Unnoted | Kind::Open => self.run_script(&script),
                        }
                    }));
                }
            }
        }
        // Finding out takes descriptors of this process: pipes, and what the watched program is told and looks at.
        match self.is_asked().then(|| room(&self.process, SCRIPT)).flatten() {
            Some(promise) => Way::Asked(self, promise),
            None => Way::Program(self),
        }
    }

    /// The script that does what a program does that is one of the in-process shell's tools, and the words of a shell that
    /// runs it.
    fn tool(&self, words: &[BString]) -> Option<(Argv, InProcess)> {
        let text = rkbuild_shell::tool_script(words)?;
        let path = self.env.get(b"PATH").map_or(DEFAULT_PATH, |path| path.as_ref());
        self.host.find_program(&self.dir, words.first()?, path).ok()?;
        let argv = Argv::Shell(vec!["/bin/sh".into(), "-c".into(), text]);
        let script = self.script_of(&argv)?;
        script.script.needs().are_none().then_some((argv, script))
    }

    /// The script that a program without arguments is, where the in-process shell can do all of it, and the words of a shell that
    /// would say the same of itself.
    fn script_file(&self, words: &[BString]) -> Option<(Argv, InProcess)> {
        let [name] = words else { return None };
        // What is found in PATH is a program of the system's.
        if !name.contains(&b'/') || self.dir.path().is_empty() {
            return None;
        }
        let meta = self.host.look_unseen(Ask::Stat, &self.dir, name).ok()?;
        if !meta.is_file() || meta.size > LONGEST_SCRIPT || meta.mode & SET_IDS != 0 {
            return None;
        }
        let text = self.host.read(&self.dir, name).ok()?;
        let flag = match text.split(|c| *c == b'\n').next()? {
            b"#!/bin/sh" | b"#! /bin/sh" => "-c",
            b"#!/bin/sh -e" | b"#! /bin/sh -e" => "-ec",
            _ => return None,
        };
        self.host.access_exec(&self.dir, name).ok()?;
        let argv = Argv::Shell(vec!["/bin/sh".into(), flag.into(), text.into(), name.clone()]);
        let script = self.script_of(&argv)?;
        script.script.needs().are_none().then_some((argv, script))
    }

    /// The same command, as a script where it is one of the in-process shell's tools. Where what it sees is noted it stays as it
    /// is, since it may be given, or asked again. But kbuild has each directory made so, for which no program has to be watched.
    pub fn with_tool(self) -> Command {
        match &self.argv {
            Argv::Direct(words) if self.host.eyes().is_none() || makes_directories(words) => {
                match self.tool(words) {
                    Some((argv, _)) => Command { argv, ..self },
                    None => self,
                }
            }
            Argv::Direct(_) | Argv::Shell(_) => self,
        }
    }

    /// Whether what the command gives may be known, or is to be found out.
    fn is_asked(&self) -> bool {
        self.given_again
            && self.inherit.is_empty()
            && self.process.recall.is_some()
            && self.host.eyes().is_some()
    }

    /// Whether it starts sub-makes and no other program.
    pub fn only_makes(&self) -> bool {
        let is_make =
            |name: &BString| submake::is_sub_make(&self.process, &self.host, &self.dir, name, &self.env);
        match &self.argv {
            Argv::Direct(words) => words.first().is_some_and(is_make),
            Argv::Shell(_) => self.script().is_some_and(|script| {
                let programs = &script.script.needs().programs;
                !programs.is_empty() && programs.iter().all(is_make)
            }),
        }
    }

    /// What a script may do, where the session notes what it sees or what programs give may be known.
    pub fn kind(&self, script: &InProcess) -> Kind {
        let noted = self.host.eyes().is_some();
        if !noted && self.process.recall.is_none() {
            return Kind::Unnoted;
        }
        let needs = script.script.needs();
        if needs.are_none() {
            return if noted { Kind::Closed } else { Kind::Unnoted };
        }
        if needs.programs.is_empty() {
            return Kind::Open;
        }
        let makes = needs
            .programs
            .iter()
            .all(|name| submake::is_sub_make(&self.process, &self.host, &self.dir, name, &self.env));
        match (makes && !needs.surroundings, noted) {
            (true, true) => Kind::Makes,
            (true, false) => Kind::Unnoted,
            (false, _) => Kind::Open,
        }
    }

    /// Runs a script of builtins alone. What it prints is a step of the session; one that changes files is a step itself.
    pub fn run_closed(&self, script: &InProcess) -> Exit {
        self.closed(script, false).map_or(Exit::Code(2), |ran| ran.exit)
    }

    /// Runs a script of builtins alone and gives its standard output.
    pub fn run_closed_captured(&self, script: &InProcess) -> io::Result<Captured> {
        self.closed(script, true)
    }

    /// The same where the session notes nothing of what it does.
    pub fn run_apart(&self, script: &InProcess) -> io::Result<Captured> {
        let err = Arc::new(fd::memory_file()?);
        let streams = Stdio { stderr: err.clone(), ..self.stdio.clone() };
        let eyes = self.process.recall.is_some().then(|| Arc::new(Eyes::default()));
        let host = eyes.as_ref().map_or_else(|| self.host.clone(), |eyes| self.host.seen_by(eyes.clone()));
        let programs = SubMakes::asked(self.process.clone(), &host, &self.inherit);
        let (exit, output) = stack::with(STACK, || {
            self.shell(script, &host, streams, &programs).run_captured(&script.script)
        })?;
        let complained = fd::read_memory_file(&err)?;
        // As with a command that writes itself: where nobody listens any more, nobody is told.
        let _ = self.stdio.write_err(&complained);
        let looks = eyes.and_then(|eyes| eyes.looks());
        Ok(Captured { exit, output, silent: complained.is_empty(), looks })
    }

    fn closed(&self, script: &InProcess, captured: bool) -> io::Result<Captured> {
        let Some(session) = self.host.eyes() else { return Err(io::ErrorKind::Other.into()) };
        let out = Arc::new(fd::memory_file()?);
        let err = match captured || !self.stdio.same_output() {
            true => Arc::new(fd::memory_file()?),
            false => out.clone(),
        };
        let eyes = Arc::new(Eyes::default());
        let streams = Stdio { stdin: Arc::new(fd::empty_input()?), stdout: out.clone(), stderr: err.clone() };
        let host = self.host.seen_by(eyes.clone());
        let programs = SubMakes::new(self.process.clone(), &host, &self.inherit, (self.observed, self.again));
        let exit = self.shell(script, &host, streams, &programs).run(&script.script);
        let written = fd::read_memory_file(&out)?;
        let complained = if Arc::ptr_eq(&out, &err) { Vec::new() } else { fd::read_memory_file(&err)? };
        if names_volatile(script.script.text(), &self.env) {
            session.effect("a script with a variable that changes from shell to shell");
        }
        let looks = if captured && script.looks_only() { eyes.looks() } else { None };
        let changed = session.absorb(&eyes, script.script.needs().times);
        if changed {
            session.step(Step::Run { command: self.noted(), captured });
        }
        let print = |err: bool, bytes: &[u8]| {
            if bytes.is_empty() {
                return;
            }
            let done = if err { self.stdio.write_err(bytes) } else { self.stdio.write_out(bytes) };
            if done.is_err() {
                session.effect("what a command printed could not be written");
            }
            if !changed {
                session.step(Step::Print { err, bytes: bytes.to_vec() });
            }
        };
        if !captured {
            print(false, &written);
        }
        print(true, &complained);
        let silent = complained.is_empty();
        Ok(Captured { exit, output: if captured { written } else { Vec::new() }, silent, looks })
    }

    /// Runs a script that starts makes alone, which are sessions of this process.
    fn run_makes(&self, script: &InProcess) -> Exit {
        let Some(session) = self.host.eyes() else { return self.run_script(script) };
        let eyes = Arc::new(Eyes::default());
        let host = self.host.seen_by(eyes.clone());
        let programs = SubMakes::new(self.process.clone(), &host, &self.inherit, (self.observed, self.again));
        let exit = self.shell(script, &host, self.stdio.clone(), &programs).run(&script.script);
        session.absorb(&eyes, script.script.needs().times);
        session.step(Step::Run { command: self.noted(), captured: false });
        exit
    }

    fn noted(&self) -> Noted {
        let (Argv::Direct(words) | Argv::Shell(words)) = &self.argv;
        Noted { argv: words.clone(), env: self.env.clone(), dir: self.dir.path().to_owned() }
    }

    /// Has the command given, or run under watch, if that can be done; what it writes is written here, but for standard
    /// output that is captured.
    pub fn recalled(&self, gives: Gives) -> Option<Recalled> {
        let recall = self.process.recall.as_ref()?;
        let nobody = Eyes::default();
        let session = self.host.eyes().map_or(&nobody, |eyes| eyes);
        let (Argv::Direct(words) | Argv::Shell(words)) = &self.argv;
        let asked = Asked {
            argv: words,
            env: &self.env,
            dir: &self.dir,
            stdio: &self.stdio,
            captured: gives != Gives::Printed,
            proved: gives == Gives::Proved,
            eyes: session,
        };
        recall.command(&asked)
    }

    /// Whether the system would start it, which is to be seen here as well, and no library is to see what it does.
    fn fits(&self) -> bool {
        let (Argv::Direct(words) | Argv::Shell(words)) = &self.argv;
        self.env.fits(words) && !preload::is_in(&self.env)
    }

    /// The script that `$(SHELL) -c` would run, when the in-process shell can.
    pub fn script(&self) -> Option<InProcess> {
        // A real shell complains of a directory that was removed.
        if !self.fits() || self.dir.path().is_empty() {
            return None;
        }
        self.script_of(&self.argv)
    }

    fn script_of(&self, argv: &Argv) -> Option<InProcess> {
        let Argv::Shell(words) = argv else { return None };
        // What a shell calls itself may follow.
        let (shell, flag, text, name) = match words.as_slice() {
            [shell, flag, text] => (shell, flag, text, shell),
            [shell, flag, text, name] => (shell, flag, text, name),
            _ => return None,
        };
        let errexit = match flag.as_slice() {
            b"-c" => false,
            b"-ec" => true,
            _ => return None,
        };
        let dialect = self.process.dialect(&self.host, &self.dir, shell)?;
        if dialect != Dialect::Dash {
            return None;
        }
        let script = self.process.script(text)?;
        Some(InProcess { script, name: name.clone(), errexit, dialect })
    }

    /// Runs a script found by [`Command::script`].
    pub fn run_script(&self, script: &InProcess) -> Exit {
        let programs =
            SubMakes::new(self.process.clone(), &self.host, &self.inherit, (self.observed, self.again));
        let shell = || self.shell(script, &self.host, self.stdio.clone(), &programs).run(&script.script);
        stack::with(STACK, shell)
    }

    /// Runs a script found by [`Command::script`], and gives what it writes to standard output.
    pub fn run_captured(&self, script: &InProcess) -> io::Result<(Exit, Vec<u8>)> {
        let programs = SubMakes::asked(self.process.clone(), &self.host, &self.inherit);
        stack::with(STACK, || {
            self.shell(script, &self.host, self.stdio.clone(), &programs).run_captured(&script.script)
        })
    }

    fn shell<'a>(
        &'a self,
        script: &InProcess,
        host: &'a Arc<Host>,
        stdio: Stdio,
        programs: &'a SubMakes,
    ) -> Shell<'a> {
        Shell {
            host,
            dir: self.dir.clone(),
            env: self.env.clone(),
            stdio,
            programs,
            name: script.name.clone(),
            errexit: script.errexit,
            inherit: &self.inherit,
            dialect: script.dialect,
        }
    }

    /// Starts the program. An executable file that is no program the system knows is given to the shell.
    pub fn spawn(&self) -> io::Result<Child> {
        const ENOEXEC: i32 = 8;
        let (Argv::Direct(words) | Argv::Shell(words)) = &self.argv;
        let host = &self.host;
        let path = self.env.get(b"PATH").map_or(DEFAULT_PATH, |path| path.as_ref());
        let name = words.first().map(|name| name.as_slice()).unwrap_or_default();
        let program = host.find_program(&self.dir, name, path)?;
        let inherit: Vec<BorrowedFd<'_>> = self.inherit.iter().map(|fd| fd.as_fd()).collect();
        let start = |program: &[u8], argv: &[BString]| {
            host.spawn(&Spawn {
                program,
                argv,
                env: &self.env,
                dir: &self.dir,
                stdin: self.stdio.stdin.as_fd(),
                stdout: self.stdio.stdout.as_fd(),
                stderr: self.stdio.stderr.as_fd(),
                inherit: &inherit,
            })
        };
        match start(&program, words) {
            Err(error) if error.raw_os_error() == Some(ENOEXEC) => {
                let mut argv: Vec<BString> = vec!["/bin/sh".into(), program];
                argv.extend(words.iter().skip(1).cloned());
                start(b"/bin/sh", &argv)
            }
            result => result,
        }
    }

    /// The name messages give when it can't be started.
    pub fn name(&self) -> BString {
        let (Argv::Direct(words) | Argv::Shell(words)) = &self.argv;
        words.first().cloned().unwrap_or_default()
    }
}

/// Whether a command is `mkdir -p NAME…`: what the tool takes to its end, but where an error is to be told.
fn makes_directories(words: &[BString]) -> bool {
    let [name, option, dirs @ ..] = words else { return false };
    name == "mkdir" && option == "-p" && dirs.iter().all(|dir| !dir.starts_with(b"-"))
}

/// A script for the in-process shell, and the shell it stands in for.
pub(crate) struct InProcess {
    script: Arc<Script>,
    /// What that calls itself.
    name: BString,
    errexit: bool,
    dialect: Dialect,
}

impl InProcess {
    /// Whether it does nothing but look at files, and takes nothing of its environment but what commands are found by.
    pub fn looks_only(&self) -> bool {
        let needs = self.script.needs();
        needs.are_none() && !needs.variables
    }
}
