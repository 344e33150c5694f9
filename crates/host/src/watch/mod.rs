//! Programs under watch: a program and all it starts, stopped only at system calls that name files, change them or talk to
//! somebody, and a report of what they did.
//!
//! A seccomp filter picks the calls and ptrace stops at them. At each stop, before the call runs, the watcher looks at the
//! named file itself: what it finds is what the program is about to find. So no call is stopped at twice. The filter stays with
//! a process for life, and without a tracer its calls would fail: the tracing thread goes on for as long as anything
//! that the program started lives.
//!
//! What can't be seen: the clock (it is read without a system call), process and user ids, the names of the standard streams'
//! files, limits, and what two processes tell each other through pipes.

mod calls;
mod child;
mod filter;
mod handle;
mod image;
pub mod keeper;
mod pin;
mod record;
mod sys;
mod tracer;
mod walk;

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};

use bstr::BString;

use crate::{Child, Exit, Host, Meta, Spawn};

pub(crate) use pin::Pins;

/// What a watched program, and all it started, did.
#[derive(Clone, Debug)]
pub struct Watched {
    /// How the program ended.
    pub exit: Exit,
    /// When the watch began, in nanoseconds since 1970. A file whose times are not older than this by more than its file
    /// system's grain may have changed unseen.
    pub began_ns: i64,
    /// The programs that were started, in the order of their first start.
    pub programs: Vec<Program>,
    /// What was looked at and is not of the programs' own making, in the order of the first look.
    pub seen: Vec<Seen>,
    /// What is not as it was before.
    pub changes: Vec<Change>,
    /// What was made and is gone again.
    pub temporary: Vec<BString>,
    /// What else was done that arguments, environment and files do not account for.
    pub reasons: BTreeSet<Reason>,
    /// What was asked of the system.
    pub asked: BTreeSet<Asked>,
    /// The numbers of its processes and threads: what it printed may hold one.
    pub processes: Vec<i32>,
    /// How many times a process was stopped.
    pub stops: u64,
}

impl Watched {
    /// Whether it left files as they were, and what it did depends, as far as could be seen, on nothing but arguments,
    /// environment, the files in [`Watched::seen`] and the answers to [`Watched::asked`].
    pub fn is_quiet(&self) -> bool {
        self.changes.is_empty() && self.reasons.is_empty()
    }
}

/// A program that was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The file, without a symbolic link on the way.
    pub path: BString,
    /// Its arguments, the name it was called by first; no more than 256, and no text longer than a path may be. None for the
    /// interpreter of a script, which the system gives the script's.
    pub arguments: Vec<BString>,
    /// Whether it is a script: then its interpreter is the next of the programs, or was one before.
    pub script: bool,
    /// How often it was started so.
    pub count: u32,
}

/// Something that was looked at. The facts together say what would have to be the same for the looks to find the same: every
/// link on the way is one of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The absolute path. There is no symbolic link on the way to its last part. When something on the way is missing, it
    /// is the path of the first part that is.
    pub path: BString,
    /// What was there at the first look, just before the program looked.
    pub found: Found,
    /// What was done with it.
    pub uses: Uses,
    /// Where it leads, for a symbolic link that was followed or read.
    pub target: Option<BString>,
    /// The names in it, sorted, for a directory that was listed.
    pub names: Option<Vec<BString>>,
}

/// What a look found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// There is nothing, or it can't be reached: the error's number.
    Missing(i32),
    /// There is something with these attributes, those of the link for a symbolic link.
    Is(Meta),
}

/// What was done with a file: a set.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Uses(u8);

impl Uses {
    /// Its attributes were asked for, or it was opened without more, or looked for in vain.
    pub const STAT: Uses = Uses(1);
    /// It was asked whether it may be read, written or executed.
    pub const ACCESS: Uses = Uses(2);
    /// It was opened for reading.
    pub const READ: Uses = Uses(4);
    /// Its names were listed.
    pub const LIST: Uses = Uses(8);
    /// It was passed or read as a symbolic link, or it was asked whether it is one.
    pub const LINK: Uses = Uses(16);
    /// It was executed, or interpreted what was.
    pub const EXECUTE: Uses = Uses(32);

    /// It was made, and had to be missing for that. When it was only a temporary file, with a name that will hardly come again,
    /// this can be left out.
    pub const NEW: Uses = Uses(64);

    /// Both sets together.
    pub const fn and(self, other: Uses) -> Uses {
        Uses(self.0 | other.0)
    }

    /// Whether all of `other` is in this set.
    pub const fn has(self, other: Uses) -> bool {
        self.0 & other.0 == other.0
    }

    /// The set as a number.
    pub const fn bits(self) -> u8 {
        self.0
    }
}

impl fmt::Debug for Uses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = ["STAT", "ACCESS", "READ", "LIST", "LINK", "EXECUTE", "NEW"];
        let used = names.iter().zip(0..).filter(|(_, bit)| self.0 & 1 << bit != 0);
        f.write_str(&used.map(|(name, _)| *name).collect::<Vec<_>>().join("|"))
    }
}

/// A file that is not as it was before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The absolute path, without a symbolic link on the way.
    pub path: BString,
    /// What became of it.
    pub kind: ChangeKind,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It was not there before.
    Created,
    /// It is gone.
    Removed,
    /// It was written, or another file is in its place.
    Written,
    /// Only attributes changed.
    Attributes,
}

/// Something done that arguments, environment and files do not account for, or that can't be followed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Standard input was read, or a copy of it kept.
    Stdin,
    /// A descriptor it was given beyond the standard streams was used.
    Inherited(i32),
    /// It spoke to somebody: the address.
    Connected(BString),
    /// It opened a device.
    Device(BString),
    /// It opened a fifo that was there before.
    Fifo(BString),
    /// It looked at what the kernel makes up: a path in /proc or /sys.
    Kernel(BString),
    /// It asked for, or changed, something of a terminal.
    Terminal(u32),
    /// An ioctl of this number, on a file.
    Control(u32),
    /// It locked a file.
    Lock(BString),
    /// It sent a signal to, or looked for, a process it had not started.
    Signal(i32),
    /// A program that runs with more rights than the user has; under watch it may not have got them.
    Privileged(BString),
    /// A program for another kind of processor, or a system call as such a program makes it.
    Foreign(BString),
    /// It listed a directory in which it had changed something; the names in it are known as they were before.
    ListedOwn(BString),
    /// It used a directory that has no name any more.
    Unnamed(BString),
    /// A system call that does more than can be followed.
    Call(&'static str),
    /// A system call this table does not know.
    Unknown(u64),
    /// Memory that a system call named could not be read.
    Unreadable,
    /// Something it started was still running shortly after it had ended.
    Outlived,
}

/// Something asked of the system that is the same for all programs that run now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    /// Random bytes: nearly always for the name of a temporary file.
    Random,
    /// The system's name and release, and the host's name.
    Uname,
    /// Sizes of memory, the load and the time since the start.
    Memory,
    /// On which processors it may run.
    Processors,
    /// How much room a file system has.
    Space,
    /// Whether there is a controlling terminal: /dev/tty was opened for reading and writing without waiting. That is how bash
    /// begins, and it closes it at once. (Redirections open it otherwise, and count as any device.)
    Terminal,
}

/// A program under watch, to be waited for as any child, and its report.
#[derive(Debug)]
pub struct Watch {
    child: Child,
    report: mpsc::Receiver<Watched>,
}

impl Watch {
    /// The running program. It may be waited for, killed and polled as any other.
    pub fn child(&self) -> &Child {
        &self.child
    }

    /// Waits until it ends, and gives what it did. That comes at the same time as its end, or, when something it started still
    /// runs, a little later.
    pub fn finish(self) -> io::Result<Watched> {
        self.child.wait()?;
        self.report.recv().map_err(|_| io::Error::other("the watch broke off"))
    }
}

impl Host {
    /// Starts a program under watch. Where the system does not let us watch, the error is of kind
    /// [`Unsupported`](io::ErrorKind::Unsupported), and nothing of the program has run. The errors of the exec come back as
    /// from [`Host::spawn`].
    pub fn watch(self: &Arc<Host>, spawn: &Spawn<'_>) -> io::Result<Watch> {
        image::may_be_watched(spawn.dir, spawn.program)?;
        self.counts.spawns.add(1);
        // First say that it runs, then that things change: see `Host::quiet_epoch`.
        self.running.fetch_add(1, Ordering::SeqCst);
        self.changed();
        match tracer::start(spawn, self) {
            Ok((pid, slot, report)) => Ok(Watch { child: Child::watched(pid, slot, self.clone()), report }),
            Err(e) => {
                self.running.fetch_sub(1, Ordering::SeqCst);
                Err(e)
            }
        }
    }

    /// Runs a program under watch to its end.
    pub fn run_watched(self: &Arc<Host>, spawn: &Spawn<'_>) -> io::Result<Watched> {
        self.watch(spawn)?.finish()
    }
}

fn unsupported(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, what)
}
