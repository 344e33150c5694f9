//! The public face: a [`Shell`] runs a [`Script`] with its own directory, environment and streams.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use bstr::{BStr, BString};
use rkbuild_host::{Child, Dir, Env, Exit, Host, Stdio};

use crate::run::Interp;
use crate::script::Script;
use crate::streams::{self, Capture, Stream, Streams};

/// Which shell `$(SHELL)` is, so that messages and the environment of children are as its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// dash, the `/bin/sh` of Debian and its kin.
    Dash,
    /// bash, also as `sh`: every script goes to the real one, because bash words its messages and sets its variables
    /// in its own way.
    Bash,
}

/// An external simple command that is about to start.
pub struct Invocation<'a> {
    /// The words of the command; at least one.
    pub argv: &'a [BString],
    /// What the command gets: exported variables and the assignments in front of it.
    pub env: &'a Arc<Env>,
    /// Its working directory.
    pub dir: &'a Arc<Dir>,
    /// Descriptors above 2 that it inherits.
    pub inherit: &'a [Arc<OwnedFd>],
    pub(crate) streams: &'a Streams,
}

impl Invocation<'_> {
    /// Its standard streams, redirections made. In a command substitution this makes the pipe that a child would need:
    /// what only has something to say uses [`write_out`](Invocation::write_out).
    pub fn stdio(&self) -> io::Result<Stdio> {
        streams::to_stdio(self.streams)
    }

    /// Writes to its standard output.
    pub fn write_out(&self, bytes: &[u8]) -> io::Result<()> {
        let [_, stdout, _] = self.streams;
        stdout.write(bytes)
    }

    /// Writes to its standard error.
    pub fn write_err(&self, bytes: &[u8]) -> io::Result<()> {
        let [_, _, stderr] = self.streams;
        stderr.write(bytes)
    }
}

/// What the build offers to a running shell. Called from whatever thread a command runs on.
pub trait Programs: Sync {
    /// Offered every external simple command before it is started. None: not mine, start it.
    fn offer(&self, command: &Invocation<'_>) -> Option<Exit>;

    /// A child runs now. The build may kill it when a signal comes.
    fn started(&self, child: &Arc<Child>) {
        let _ = child;
    }

    /// A child told of by [`started`](Programs::started) has ended.
    fn finished(&self, child: &Arc<Child>) {
        let _ = child;
    }

    /// The signal that was sent to us and that would have killed a shell process.
    fn interrupted(&self) -> Option<i32> {
        None
    }

    /// Whether builtins may do the work of `rm`, `mkdir`, `cat` and their like where those are the system's own.
    fn native_tools(&self) -> bool {
        true
    }
}

/// A [`Programs`] that takes nothing.
pub struct NoPrograms;

impl Programs for NoPrograms {
    fn offer(&self, _: &Invocation<'_>) -> Option<Exit> {
        None
    }
}

/// A shell about to run one script, as `NAME -c SCRIPT` would.
pub struct Shell<'a> {
    /// The machine.
    pub host: &'a Arc<Host>,
    /// The working directory.
    pub dir: Arc<Dir>,
    /// The environment the shell is given.
    pub env: Env,
    /// Its standard streams.
    pub stdio: Stdio,
    /// Who else may run commands.
    pub programs: &'a dyn Programs,
    /// The program, which is also its `argv[0]` and the start of its messages: `/bin/sh`.
    pub name: BString,
    /// Options in front of `-c`: `-e` is the only one that is run in-process.
    pub errexit: bool,
    /// Descriptors above 2 that children inherit under the same number: a jobserver's.
    pub inherit: &'a [Arc<OwnedFd>],
    /// Which shell `name` is.
    pub dialect: Dialect,
}

impl Shell<'_> {
    /// Runs `script` and gives what waiting for the shell process would have given.
    pub fn run(self, script: &Script) -> Exit {
        self.run_to(script, None)
    }

    /// Runs `script` and gives its standard output too, all of it, where the streams say another one.
    pub fn run_captured(mut self, script: &Script) -> io::Result<(Exit, Vec<u8>)> {
        let capture = Arc::new(Capture::default());
        if self.leaves_to_real_shell() {
            self.stdio.stdout = capture.fd()?;
        }
        let exit = self.run_to(script, Some(&capture));
        Ok((exit, capture.finish()?))
    }

    fn leaves_to_real_shell(&self) -> bool {
        self.dialect == Dialect::Bash || !suits(&self.env)
    }

    fn run_to(self, script: &Script, capture: Option<&Arc<Capture>>) -> Exit {
        if self.leaves_to_real_shell() {
            return self.delegate(script.text());
        }
        if script.commands.is_empty() {
            return Exit::Code(0);
        }
        let run = |pid| {
            let mut interp = Interp::new(&self, pid);
            if let Some(capture) = capture {
                let [_, stdout, _] = &mut interp.streams;
                *stdout = Stream::Capture(capture.clone());
            }
            interp.script(script)
        };
        if !script.wants_pid {
            return run(None);
        }
        // `$$` must be unique while the script runs, differ from the last one's, and reach us when it is killed: the
        // id of a thread started for it is all that.
        let result = std::thread::scope(|scope| {
            std::thread::Builder::new()
                .name("sh".into())
                .stack_size(STACK)
                .spawn_scoped(scope, || run(Some(rustix::thread::gettid().as_raw_nonzero().get())))
                .map(|thread| thread.join())
        });
        match result {
            Ok(Ok(exit)) => exit,
            // Part of the script may have run: it must not run again.
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            // No thread, no number: nothing has run.
            Err(_) => Exit::Code(2),
        }
    }

    /// Gives the text to the real shell.
    fn delegate(&self, text: &BStr) -> Exit {
        let mut argv: Vec<BString> = vec![self.name.clone()];
        if self.errexit {
            argv.push("-e".into());
        }
        argv.push("-c".into());
        argv.push(text.into());
        crate::command::start(
            self.host,
            self.programs,
            &crate::command::Start {
                program: self.name.as_ref(),
                argv: &argv,
                env: &self.env,
                dir: &self.dir,
                stdio: &self.stdio,
                inherit: self.inherit,
            },
        )
        .unwrap_or(Exit::Code(127))
    }
}

/// The stack of threads that run parts of scripts.
pub(crate) const STACK: usize = 4 << 20;

/// Whether nothing in the environment makes the shell itself behave in unusual ways.
fn suits(env: &Env) -> bool {
    env.get(b"CDPATH").is_none()
}
