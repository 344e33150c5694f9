//! The one door to the machine: every stat, read, directory listing, glob, process start, environment read and clock
//! read of rkbuild goes through a [`Host`].
//!
//! One process has one `Host`, shared by all its sessions, which are threads. So nothing here has a process-wide
//! current directory, environment or standard stream: a working directory is a [`Dir`] value, an environment an
//! [`Env`] value, and standard streams a [`Stdio`] value.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::unreachable))]
#![cfg_attr(not(test), deny(clippy::todo, clippy::unimplemented, clippy::print_stdout, clippy::print_stderr))]

pub mod apart;
pub mod blocked;
mod counts;
mod dir;
pub mod env;
pub mod errors;
pub mod eyes;
pub mod fd;
mod file;
mod glob;
mod launch;
pub mod limits;
mod listing;
mod look;
pub mod machine;
pub mod memory;
mod parents;
mod place;
pub mod poll;
pub mod preload;
mod process;
mod program;
pub mod relay;
pub mod signals;
mod start;
pub mod stdio;
mod system;
pub mod terminal;
mod user;
pub mod watch;
mod workers;

use std::fmt;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

pub use counts::{Count, Counts};
pub use dir::Dir;
pub use env::Env;
pub use eyes::Eyes;
pub use file::{Kind, Meta, OpenMode};
pub use glob::{has_magic, matches, unescape};
pub use limits::{Allowance, Promise};
pub use listing::Listing;
pub use look::{Look, Permission};
pub use parents::Parents;
pub use place::Place;
pub use process::{Child, Exit, Openings, Spawn};
pub use stdio::Stdio;
pub use system::{Load, LocalTime};

use rustix::fs::FileType;
use rustix::time::{ClockId, Timespec, clock_getres, clock_gettime};

/// The clock that gives files their times is not waited for longer than this.
const LONGEST_TICK: Duration = Duration::from_millis(100);

/// What a change adds to the epoch.
const CHANGE: u64 = 1 << 32;

/// The machine, as one session sees it, or as all sessions of a process do.
pub struct Host {
    machine: Arc<Machine>,
    /// What is asked and changed is noted here.
    eyes: Option<Arc<Eyes>>,
}

/// What all views of the machine share.
pub struct Machine {
    counts: Counts,
    /// Goes up whenever something this process did may have changed files; see [`Host::changed`]. Its upper half counts all but
    /// what is known to have renewed the times of a directory and changed nothing else.
    epoch: AtomicU64,
    /// When the last of these changes was, in nanoseconds since 1970; the files are not younger.
    changed_at: AtomicI64,
    /// Children that run now. While there are any, an unchanged epoch proves nothing.
    running: AtomicUsize,
    listings: RwLock<listing::Cache>,
    listed_devices: RwLock<listing::Devices>,
    pins: watch::Pins,
    room: limits::Room,
    workers: workers::Workers,
}

impl Host {
    /// The host of this process; make one and share it.
    pub fn new() -> Arc<Host> {
        signals::expect_children();
        let machine = Machine {
            counts: Counts::default(),
            epoch: AtomicU64::new(CHANGE),
            changed_at: AtomicI64::new(0),
            running: AtomicUsize::new(0),
            listings: RwLock::default(),
            listed_devices: RwLock::default(),
            pins: watch::Pins::default(),
            room: limits::Room::new(),
            workers: workers::Workers::default(),
        };
        Arc::new(Host { machine: Arc::new(machine), eyes: None })
    }

    /// The same machine, for a session whose looks and changes are noted in `eyes`.
    pub fn seen_by(&self, eyes: Arc<Eyes>) -> Arc<Host> {
        Arc::new(Host { machine: self.machine.clone(), eyes: Some(eyes) })
    }

    /// The same machine with nobody who notes anything.
    pub fn unseen(&self) -> Arc<Host> {
        Arc::new(Host { machine: self.machine.clone(), eyes: None })
    }

    /// What is asked and changed is noted here, if anywhere.
    pub fn eyes(&self) -> Option<&Arc<Eyes>> {
        self.eyes.as_ref()
    }
}

impl std::ops::Deref for Host {
    type Target = Machine;

    fn deref(&self) -> &Machine {
        &self.machine
    }
}

impl Machine {
    /// What was asked of the machine so far.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Says that files may have been changed: by a child, or by a builtin through a descriptor it held. The
    /// operations of `Host` that change files, and the start and end of a [`Child`], say so themselves.
    pub fn changed(&self) {
        self.changed_at.store(clock_ns(ClockId::Realtime), Ordering::SeqCst);
        self.epoch.fetch_add(CHANGE, Ordering::SeqCst);
    }

    /// Waits until a file that is written now is younger than all that this process changed: the times of files come from a
    /// clock that goes on a few milliseconds at once, or from an exact one where somebody looks at them. A program that is
    /// started takes that long by itself; what is done in its place does not.
    pub fn let_the_clock_go_on(&self) {
        let tick_ns = timespec_ns(clock_getres(ClockId::RealtimeCoarse)).unsigned_abs();
        let began = Instant::now();
        loop {
            let changed_at = self.changed_at.load(Ordering::SeqCst);
            let now = clock_ns(ClockId::RealtimeCoarse);
            if now > changed_at {
                break;
            }
            // The clock was set back: nothing is younger than what was written before that, however long one waits.
            if began.elapsed() > LONGEST_TICK {
                let _ = self.changed_at.compare_exchange(changed_at, now, Ordering::SeqCst, Ordering::SeqCst);
                break;
            }
            std::thread::sleep(Duration::from_nanos(tick_ns / 4));
        }
    }

    /// Says that the times of a directory were renewed, and nothing else of it changed.
    pub(crate) fn renewed_directory(&self) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
    }

    /// Like [`Host::epoch`], for what does not depend on the times of directories.
    pub fn change_count(&self) -> u64 {
        self.epoch() / CHANGE
    }

    /// Says that something was written to an open file. What has no name nobody can look at: where what a command prints is
    /// read, no file has changed.
    pub fn wrote(&self, file: &OwnedFd) {
        let unnamed = rustix::fs::fstat(file).is_ok_and(|stat| {
            let kind = FileType::from_raw_mode(stat.st_mode);
            stat.st_nlink == 0
                || matches!(kind, FileType::Fifo | FileType::Socket | FileType::CharacterDevice)
        });
        if !unnamed {
            self.changed();
        }
    }

    /// A number that goes up with each [`Host::changed`]. What was learned about files at one epoch still holds, as far
    /// as this process is concerned, while the epoch is the same and [`Host::is_quiet`] says true.
    pub fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::SeqCst)
    }

    /// True when no child of this process runs.
    pub fn is_quiet(&self) -> bool {
        self.running.load(Ordering::SeqCst) == 0
    }

    /// The epoch, if what is learned under it can be kept; `None` while children run.
    pub fn quiet_epoch(&self) -> Option<u64> {
        let epoch = self.epoch();
        // In this order: a child that starts in between is seen running, or has ended and changed the epoch.
        self.is_quiet().then_some(epoch)
    }
}

/// What a clock says now, in nanoseconds since its beginning.
fn clock_ns(clock: ClockId) -> i64 {
    timespec_ns(clock_gettime(clock))
}

fn timespec_ns(time: Timespec) -> i64 {
    nanoseconds(time.tv_sec, time.tv_nsec)
}

/// A time in one number; one that does not fit is the first or the last that does.
fn nanoseconds(seconds: i64, ns: i64) -> i64 {
    seconds.saturating_mul(1_000_000_000).saturating_add(ns)
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host")
            .field("epoch", &self.epoch())
            .field("counts", &self.counts)
            .finish_non_exhaustive()
    }
}
