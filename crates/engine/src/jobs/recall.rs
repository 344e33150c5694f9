//! Where sessions and commands may be given instead of evaluated and run: the trait that the crate recall implements.

use std::sync::Arc;

use rkbuild_base::BString;
pub use rkbuild_eval::library::{KnownRecord, Library, Numbered, ReadRecord};
pub use rkbuild_eval::session::Proof;
use rkbuild_host::eyes::{Ask, Command, Output, Seen};
use rkbuild_host::{Dir, Env, Exit, Eyes, Stdio};
pub use rkbuild_syntax::{Around, LineId};

use crate::jobs::invocation::Invocation;

/// What is wanted of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gives {
    /// It prints where it may.
    Printed,
    /// Its standard output is wanted.
    Captured,
    /// The same, and where it is known how long it gives that, to know it.
    Proved,
}

/// A command that is about to start.
pub struct Asked<'a> {
    /// The words of the program: those of the command itself, or a shell's with the script as the last.
    pub argv: &'a [BString],
    /// The environment it would run in.
    pub env: &'a Env,
    /// Its working directory.
    pub dir: &'a Arc<Dir>,
    /// Its standard streams.
    pub stdio: &'a Stdio,
    /// Standard output is wanted, not to be written anywhere: `$(shell)`.
    pub captured: bool,
    /// It is of use to know how long what it gives holds.
    pub proved: bool,
    /// Where the session notes what it sees; what the command looks at is noted there too.
    pub eyes: &'a Eyes,
}

/// What a command gave.
#[derive(Debug)]
pub struct Recalled {
    /// How it ended, and what it wrote.
    pub output: Output,
    /// Where that was asked for, and the command does nothing but write to standard output: what it depends on, and the
    /// variables it may look at. `*` at the end of a name stands for any text.
    pub proof: Option<(Arc<dyn Proof>, Vec<BString>)>,
}

/// Runs commands again that are steps of a session.
pub trait Again {
    /// Runs a command of builtins, or one that is known to do the same as before, in its directory.
    fn run(&self, command: &Command, dir: Arc<Dir>, stdio: Stdio) -> Exit;

    /// Writes what was kept together to the streams of a session, undisturbed by other makes and jobs.
    fn write_together(&self, invocation: &Invocation, kept: &Kept);
}

/// What a session that keeps output together writes at once.
#[derive(Debug)]
pub struct Kept {
    /// The line before, where each time is told which directory it is about; or nothing.
    pub enter: Vec<u8>,
    /// For standard output.
    pub out: Vec<u8>,
    /// For standard error.
    pub err: Vec<u8>,
    /// The line after.
    pub leave: Vec<u8>,
}

/// Remembers what sessions and commands looked at and gave. What it does not know entirely it leaves alone.
pub trait Recall: Send + Sync {
    /// A number for a session that is about to start, by which the session above it names it.
    fn number(&self) -> u64;

    /// Offered each session before it starts. `Some`: it was given, this is its exit status.
    fn give(&self, again: &dyn Again, invocation: &Invocation) -> Option<i32>;

    /// The session is evaluated: where it notes what it sees, if it is to be remembered.
    fn begin(&self, invocation: &Invocation) -> Option<Arc<Eyes>>;

    /// An evaluated session ended.
    fn end(&self, invocation: &Invocation, eyes: &Eyes, status: i32);

    /// Offered each program that is about to start. `Some`: what it gave. It was written to its streams, but for standard
    /// output that is captured.
    fn command(&self, asked: &Asked<'_>) -> Option<Recalled>;

    /// What holds as long as somebody who looks again sees the same.
    fn proof(&self, looks: Vec<(Ask, BString, Seen)>) -> Arc<dyn Proof>;
}
