//! The state of a running shell process or subshell, and what it says.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;

use bstr::{BStr, BString};
use rkbuild_host::{Allowance, Dir, Exit, Host, Meta};

use crate::script::{Node, Script};
use crate::shell::{Programs, Shell};
use crate::streams::{self, Stream, Streams};
use crate::vars::Vars;

/// How a shell is that only finds out what commands will print.
#[derive(Clone, Default)]
pub(crate) struct Ahead {
    /// Where that will go, which `cat` may not read.
    pub target: Option<Meta>,
    /// It can't be told.
    pub failed: Arc<AtomicBool>,
}

impl Ahead {
    /// It can't be told: the attempt ends here.
    pub fn fail(&self) -> Stop {
        self.failed.store(true, Ordering::Relaxed);
        Stop::Exit(Exit::Code(0))
    }
}

/// Why a command did not end in a status for the next one to look at.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The shell process ends.
    Exit(Exit),
    /// Leave so many loops.
    Break(u32),
    /// Leave all but one of so many loops and go on in that one.
    Continue(u32),
}

pub(crate) type Ran<T = i32> = Result<T, Stop>;

/// How a command is run.
#[derive(Clone, Copy)]
pub(crate) struct Mode {
    /// Its status is tested, so a failure does not end the shell under `set -e`.
    pub tested: bool,
    /// It is the last thing this subshell does: an external command replaces the process.
    pub last: bool,
}

impl Mode {
    pub const PLAIN: Mode = Mode { tested: false, last: false };

    /// For a part that is not the last thing done.
    pub fn inner(self) -> Mode {
        Mode { last: false, ..self }
    }
}

pub(crate) const TESTED: Mode = Mode { tested: true, last: false };

/// A trap that is set.
#[derive(Clone)]
pub(crate) enum Trap {
    /// The text to run at the end.
    AtExit(BString),
    /// Run this `rm`, then die of the signal.
    RemoveAndDie(Arc<Script>),
}

/// A running shell process or subshell. A subshell is a copy.
#[derive(Clone)]
pub(crate) struct Interp<'a> {
    pub shell: &'a Shell<'a>,
    pub host: &'a Arc<Host>,
    pub programs: &'a dyn Programs,
    pub vars: Vars,
    pub params: Vec<BString>,
    pub dir: Arc<Dir>,
    /// The logical working directory, once somebody asked.
    pub pwd: Option<BString>,
    pub streams: Streams,
    pub errexit: bool,
    pub nounset: bool,
    pub status: i32,
    /// The status of the last command substitution in the words being expanded.
    pub substituted: Option<i32>,
    /// The line of the command being run, for messages.
    pub line: u32,
    pub traps: Vec<(i32, Trap)>,
    pub pid: Option<i32>,
    /// Runs the commands of a `$(…)` and gives their output: what knows commands hands it in, for words hold some.
    pub substitution: Substitution,
    /// How much CPU time it may use.
    pub allowance: Option<Allowance>,
    /// The thread is in the directory, as a shell is.
    pub stays: bool,
    /// It only finds out what commands will print.
    pub ahead: Option<Ahead>,
    /// Who waits until a program of this stage of a pipeline has begun.
    pub begun: Option<Sender<()>>,
}

pub(crate) type Substitution = fn(&mut Interp<'_>, &[Node]) -> Ran<Vec<u8>>;

impl<'a> Interp<'a> {
    pub fn new(shell: &'a Shell<'a>, pid: Option<i32>, substitution: Substitution) -> Interp<'a> {
        Interp {
            shell,
            host: shell.host,
            programs: shell.programs,
            vars: Vars::new(shell.env.clone()),
            params: Vec::new(),
            dir: shell.dir.clone(),
            pwd: None,
            streams: streams::from_stdio(&shell.stdio),
            errexit: shell.errexit,
            nounset: false,
            status: 0,
            substituted: None,
            line: 1,
            traps: Vec::new(),
            pid,
            substitution,
            allowance: Allowance::new(),
            stays: false,
            ahead: None,
            begun: None,
        }
    }

    /// A copy that stands for a forked process: the same state, no traps.
    pub fn subshell(&self) -> Interp<'a> {
        Interp { traps: Vec::new(), allowance: Allowance::new(), ..self.clone() }
    }

    pub fn stderr(&self) -> &Stream {
        let [_, _, stderr] = &self.streams;
        stderr
    }

    pub fn stdout(&self) -> &Stream {
        let [_, stdout, _] = &self.streams;
        stdout
    }

    /// Writes a message as the shell does.
    pub fn say(&self, parts: &[&[u8]]) {
        let mut text = self.shell.name.clone();
        text.extend_from_slice(format!(": {}: ", self.line).as_bytes());
        for part in parts {
            text.extend_from_slice(part);
        }
        text.push(b'\n');
        // Nobody is left to tell when standard error fails.
        let _ = self.stderr().write(&text);
        self.stderr().wrote(self.host);
    }

    /// An error that ends the shell.
    pub fn fatal(&self, message: &[u8]) -> Stop {
        self.say(&[message]);
        Stop::Exit(Exit::Code(2))
    }

    /// The logical working directory: PWD when it is right, else the physical one.
    pub fn logical_dir(&mut self) -> BString {
        if let Some(pwd) = &self.pwd {
            return pwd.clone();
        }
        let physical: &BStr = self.dir.path();
        let pwd = match self.vars.get(b"PWD") {
            Some(given) if given == physical => physical.to_owned(),
            Some(given) if given.starts_with(b"/") => {
                let same = |a: &[u8], b: &[u8]| {
                    let (a, b) = (self.host.which(&self.dir, a).ok()?, self.host.which(&self.dir, b).ok()?);
                    Some(a == b)
                };
                if same(given, b".") == Some(true) { given.to_owned() } else { physical.to_owned() }
            }
            _ => physical.to_owned(),
        };
        self.pwd = Some(pwd.clone());
        pwd
    }

    /// Sets PWD, as a shell does when it starts, before anything can look at it.
    pub fn settle_pwd(&mut self) {
        if self.pwd.is_none() {
            let pwd = self.logical_dir();
            self.vars.set(b"PWD", &pwd);
            self.vars.export(b"PWD");
        }
    }
}
