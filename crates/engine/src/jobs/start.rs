//! Starting one command: by the native layer, as a session of this process, by the in-process shell, or as a program.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use rkbuild_base::{BStr, BString, stack};
use rkbuild_host::{Child, Dir, Env, Exit, Spawn, Stdio};
use rkbuild_shell::{Dialect, Script, Shell};

use crate::jobs::command::Argv;
use crate::jobs::native;
use crate::jobs::process::Process;
use crate::jobs::room::{SCRIPT, SESSION, room};
use crate::jobs::submake::{self, SubMakes};

/// The stack a script needs.
const STACK: usize = 1 << 20;

/// Where programs are looked for when the environment has no PATH.
const DEFAULT_PATH: &[u8] = b"/bin:/usr/bin";

/// A command that is about to start.
pub(crate) struct Command {
    pub process: Arc<Process>,
    /// The line, and the target it is for.
    pub text: BString,
    pub target: &'static [u8],
    pub argv: Argv,
    pub env: Env,
    pub dir: Arc<Dir>,
    pub stdio: Stdio,
    /// Descriptors above 2 that it inherits.
    pub inherit: Vec<Arc<OwnedFd>>,
}

/// How a command can be run.
pub(crate) enum Way {
    /// It was done.
    Done(Exit),
    /// In this process; it may take long.
    Here(Box<dyn FnOnce() -> Exit + Send>),
    /// As a program.
    Program(Command),
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
                let is_make = words
                    .first()
                    .is_some_and(|name| submake::is_sub_make(&self.process, &self.dir, name, &self.env));
                if is_make && let Some(promise) = room(&self.process, SESSION) {
                    return Way::Here(Box::new(move || {
                        let _promise = promise;
                        let (Argv::Direct(words) | Argv::Shell(words)) = self.argv;
                        submake::run(&self.process, words, self.env, self.dir, self.stdio, self.inherit)
                    }));
                }
            }
            Argv::Shell(_) => {
                if let Some(script) = self.script()
                    && let Some(promise) = room(&self.process, SCRIPT)
                {
                    return Way::Here(Box::new(move || {
                        let _promise = promise;
                        self.run_script(&script)
                    }));
                }
            }
        }
        Way::Program(self)
    }

    /// Whether the system would start it. If not, that is to be seen here as well.
    fn fits(&self) -> bool {
        let (Argv::Direct(words) | Argv::Shell(words)) = &self.argv;
        self.env.fits(words)
    }

    /// The script that `$(SHELL) -c` would run, when the in-process shell can.
    pub fn script(&self) -> Option<InProcess> {
        // A real shell complains of a directory that was removed.
        if !self.fits() || self.dir.path().is_empty() {
            return None;
        }
        let Argv::Shell(words) = &self.argv else { return None };
        let [shell, flag, text] = words.as_slice() else { return None };
        let errexit = match flag.as_slice() {
            b"-c" => false,
            b"-ec" => true,
            _ => return None,
        };
        let dialect = self.process.dialect(&self.dir, shell)?;
        if dialect != Dialect::Dash {
            return None;
        }
        let script = self.process.script(text)?;
        Some(InProcess { script, shell: shell.clone(), errexit, dialect })
    }

    /// Runs a script found by [`Command::script`].
    pub fn run_script(&self, script: &InProcess) -> Exit {
        let programs = SubMakes::new(self.process.clone(), &self.inherit);
        stack::with(STACK, || self.shell(script, &programs).run(&script.script))
    }

    /// Runs a script found by [`Command::script`], and gives what it writes to standard output.
    pub fn run_captured(&self, script: &InProcess) -> io::Result<(Exit, Vec<u8>)> {
        let programs = SubMakes::new(self.process.clone(), &self.inherit);
        stack::with(STACK, || self.shell(script, &programs).run_captured(&script.script))
    }

    fn shell<'a>(&'a self, script: &InProcess, programs: &'a SubMakes) -> Shell<'a> {
        Shell {
            host: self.process.host(),
            dir: self.dir.clone(),
            env: self.env.clone(),
            stdio: self.stdio.clone(),
            programs,
            name: script.shell.clone(),
            errexit: script.errexit,
            inherit: &self.inherit,
            dialect: script.dialect,
        }
    }

    /// Starts the program. An executable file that is no program the system knows is given to the shell.
    pub fn spawn(&self) -> io::Result<Child> {
        const ENOEXEC: i32 = 8;
        let (Argv::Direct(words) | Argv::Shell(words)) = &self.argv;
        let host = self.process.host();
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

/// A script for the in-process shell, and the shell it stands in for.
pub(crate) struct InProcess {
    script: Arc<Script>,
    shell: BString,
    errexit: bool,
    dialect: Dialect,
}
