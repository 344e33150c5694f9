//! A trace: what a session or a command looked at, in which order it gave what, and how it ended.

use bstr::BString;
use rkbuild_host::Exit;
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

/// A fact by its place in the table, and what of it was used.
pub type Use = (u32, u8);

/// A step as it is kept; see [`rkbuild_host::eyes::Step`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Step {
    /// Bytes were written to standard output, or error.
    Print {
        /// To standard error.
        err: bool,
        /// What was written.
        bytes: Vec<u8>,
    },
    /// A command of builtins, run again.
    Run {
        /// The command.
        command: Command,
        /// Its standard output goes nowhere.
        captured: bool,
    },
    /// A command that is run again and must give the same.
    Ask {
        /// The command.
        command: Command,
        /// Its standard error went where its output did.
        together: bool,
        /// What it gave.
        output: Output,
    },
    /// A file is written.
    Write {
        /// Its absolute path.
        path: Vec<u8>,
        /// Its permissions.
        mode: u32,
        /// Its contents.
        contents: Vec<u8>,
    },
    /// The times of a directory become this moment.
    Renew {
        /// Its absolute path.
        path: Vec<u8>,
    },
    /// A session below, by its place in the table of traces.
    Session(u32),
    /// A session that the next command starts.
    Within(u32),
    /// What the steps up to the next [`Step::Apart`] give is written at once.
    Together,
    /// What was kept is written, between these lines.
    Apart {
        /// The line before.
        enter: Vec<u8>,
        /// The line after.
        leave: Vec<u8>,
    },
    /// What a command gave.
    Output(Output),
    /// The variables whose values tell apart the traces of a command.
    Variables(Vec<Vec<u8>>),
    /// How many milliseconds a command took that does more than looking.
    Took(u64),
}

impl Step {
    /// The trace of the session below, where it is one.
    pub fn below(&self) -> Option<u32> {
        match self {
            Step::Session(below) | Step::Within(below) => Some(*below),
            _ => None,
        }
    }
}

/// A command as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// Its words.
    pub argv: Vec<Vec<u8>>,
    /// Its environment, by its place in the table of environments.
    pub env: u32,
    /// Its directory.
    pub dir: Vec<u8>,
}

/// What a command gave, as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Output {
    /// The exit status, or the signal.
    pub code: i32,
    /// A signal ended it.
    pub signalled: bool,
    /// What it wrote to standard output.
    pub out: Vec<u8>,
    /// What it wrote to standard error.
    pub err: Vec<u8>,
}

impl From<rkbuild_host::eyes::Output> for Output {
    fn from(output: rkbuild_host::eyes::Output) -> Output {
        let (code, signalled) = match output.exit {
            Exit::Code(code) => (code, false),
            Exit::Signal { signal, .. } => (signal, true),
        };
        Output { code, signalled, out: output.out, err: output.err }
    }
}

impl From<Output> for rkbuild_host::eyes::Output {
    fn from(output: Output) -> rkbuild_host::eyes::Output {
        let exit = match output.signalled {
            true => Exit::Signal { signal: output.code, core: false },
            false => Exit::Code(output.code),
        };
        rkbuild_host::eyes::Output { exit, out: output.out, err: output.err }
    }
}

/// An environment as it is kept: names and values.
pub type Environment = Vec<(Vec<u8>, Vec<u8>)>;

/// A trace in memory.
#[derive(Clone, Debug)]
pub struct Trace {
    /// What it is found by.
    pub key: u128,
    /// It is that of the make the user called.
    pub top: bool,
    /// The exit status.
    pub status: i32,
    /// The run it was last used in.
    pub run: u32,
    /// The facts it depends on, by their place.
    pub facts: Vec<Use>,
    /// The steps.
    pub steps: Vec<Step>,
    /// Paths that steps write: whose time nobody may have used.
    pub writes: FxHashSet<BString>,
}

impl Trace {
    /// What is remembered of a command.
    pub fn of_command(key: u128, facts: Vec<Use>, steps: Vec<Step>) -> Trace {
        Trace { key, top: false, status: 0, run: 0, facts, steps, writes: FxHashSet::default() }
    }
}
