//! The public face: what a [`Shell`] is given, and what the build offers to it while it runs.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::mpsc::Sender;

use bstr::BString;
use rkbuild_host::{Child, Dir, Env, Exit, Host, Stdio};

use crate::streams::{self, Stream, Streams};

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
    pub env: &'a Env,
    /// Its working directory.
    pub dir: &'a Arc<Dir>,
    /// Descriptors above 2 that it inherits.
    pub inherit: &'a [Arc<OwnedFd>],
    /// Who waits until it has begun: the next stage of a pipeline.
    pub(crate) begun: &'a Option<Sender<()>>,
    pub(crate) streams: &'a Streams,
}

impl Invocation<'_> {
    /// The next stage of a pipeline may begin.
    pub(crate) fn has_begun(&self) {
        if let Some(begun) = self.begun {
            // Nobody may be left who waits.
            let _ = begun.send(());
        }
    }

    /// Its standard streams, redirections made. In a command substitution this makes the pipe that a child would need:
    /// what only has something to say uses [`write_out`](Invocation::write_out).
    pub fn stdio(&self) -> io::Result<Stdio> {
        self.has_begun();
        streams::to_stdio(self.streams)
    }

    /// Whether its standard output is a file.
    pub fn writes_to_file(&self, host: &Host) -> bool {
        let [_, stdout, _] = self.streams;
        match stdout {
            Stream::Late(..) => true,
            Stream::Fd(fd) => host.fstat(fd).is_ok_and(|meta| meta.is_file()),
            Stream::Capture(_) => false,
        }
    }

    /// Writes to its standard output.
    pub fn write_out(&self, bytes: &[u8]) -> io::Result<()> {
        self.has_begun();
        let [_, stdout, _] = self.streams;
        stdout.write(bytes)
    }

    /// Writes to its standard error.
    pub fn write_err(&self, bytes: &[u8]) -> io::Result<()> {
        self.has_begun();
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

/// The stack of threads that run parts of scripts.
pub(crate) const STACK: usize = 4 << 20;
