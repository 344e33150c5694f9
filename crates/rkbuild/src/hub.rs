//! What the options that watch a build have in common: one observer, which numbers and times what happens and tells it to all.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rkbuild_base::{BString, FxMap, FxSet};
use rkbuild_engine::graph::observer::{Considered, Line, Make, Observer, Seen, Wants};
use rkbuild_host::{Dir, Exit};

use crate::explain::paths;
use crate::explain::reasons::Reasons;

/// A command, from the moment it starts.
#[derive(Clone, Debug)]
pub struct Command {
    /// Its number.
    pub id: u64,
    /// The make it belongs to.
    pub make: u64,
    /// The target, as that make calls it.
    pub target: BString,
    /// The make's directory.
    pub dir: BString,
    /// `file:line`
    pub place: BString,
    /// The text.
    pub text: BString,
    /// It does nothing but start makes.
    pub makes: bool,
    /// Why it runs; only for the first of a recipe, where that is asked for.
    pub reason: Option<String>,
}

/// Something that happened.
pub enum Event<'a> {
    /// A make starts: its number, and the command above it.
    MakeStarted { id: u64, make: &'a Make<'a> },
    /// A make ended.
    MakeEnded { id: u64, status: i32 },
    /// A make was given from recall.
    MakeGiven { make: &'a Make<'a>, status: i32 },
    /// A target was considered.
    Considered(&'a Considered<'a>),
    /// A command starts.
    CommandStarted(&'a Command),
    /// A command failed, and this is what it printed.
    CommandFailed { id: u64, output: &'a [u8], mixed: bool },
    /// A command ended.
    CommandEnded { id: u64, exit: Exit },
}

/// Is told of events, in the order they happen.
pub trait Listener: Send {
    /// Something happened `at` this time since the build began.
    fn event(&mut self, at: Duration, event: &Event<'_>);

    /// The build is over.
    fn end(&mut self, at: Duration, status: i32);
}

impl<T: Listener> Listener for Arc<Mutex<T>> {
    fn event(&mut self, at: Duration, event: &Event<'_>) {
        lock(self).event(at, event);
    }

    fn end(&mut self, at: Duration, status: i32) {
        lock(self).end(at, status);
    }
}

/// What is watched, and for what.
#[derive(Clone, Copy, Debug, Default)]
pub struct Watch {
    /// Reasons are to be found.
    pub reasons: bool,
    /// Reasons are to be printed before each command.
    pub tell: bool,
    /// All targets that are considered are to be told of by name.
    pub names: bool,
    /// Nothing is to be run, and all targets are to be told of, not only those that are remade.
    pub only_looks: bool,
}

/// The observer.
pub struct Hub {
    began: Instant,
    next: AtomicU64,
    watch: Watch,
    reasons: Mutex<Reasons>,
    listeners: Mutex<Vec<Box<dyn Listener>>>,
    /// Files that would have been made, where nothing is run.
    made: Mutex<FxSet<BString>>,
    peers: Mutex<FxMap<BString, Vec<BString>>>,
}

/// Locks; what a panic left behind is as good as ever.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Hub {
    /// For `listeners`; reasons name files from the directory `reasons` was made with.
    pub fn new(watch: Watch, reasons: Reasons, listeners: Vec<Box<dyn Listener>>) -> Hub {
        Hub {
            began: Instant::now(),
            next: AtomicU64::new(1),
            watch,
            reasons: Mutex::new(reasons),
            listeners: Mutex::new(listeners),
            made: Mutex::default(),
            peers: Mutex::default(),
        }
    }

    fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    fn tell(&self, event: &Event<'_>) {
        let mut listeners = lock(&self.listeners);
        let at = self.began.elapsed();
        for listener in listeners.iter_mut() {
            listener.event(at, event);
        }
    }

    /// The build is over.
    pub fn end(&self, status: i32) {
        let at = self.began.elapsed();
        for listener in lock(&self.listeners).iter_mut() {
            listener.end(at, status);
        }
    }

    /// What is known of why targets are remade.
    pub fn reasons(&self) -> MutexGuard<'_, Reasons> {
        lock(&self.reasons)
    }

    /// Where nothing is run: whether the commands of a target would change it.
    fn would_change(&self, path: &[u8]) {
        let reasons = self.reasons();
        let changes = reasons
            .node(path)
            .is_some_and(|node| !node.phony && node.causes.iter().any(|cause| !cause.is_each_time()));
        drop(reasons);
        if changes {
            let mut made = lock(&self.made);
            made.insert(path.into());
            made.extend(lock(&self.peers).get(path).into_iter().flatten().cloned());
        }
    }
}

impl Observer for Hub {
    fn wants(&self) -> Wants {
        match self.watch {
            Watch { only_looks: true, .. } => Wants::All,
            Watch { names: true, .. } => Wants::Names,
            _ => Wants::Remade,
        }
    }

    fn make_started(&self, make: &Make<'_>) -> u64 {
        let id = self.number();
        if self.watch.reasons {
            self.reasons().make_started(id, make);
        }
        self.tell(&Event::MakeStarted { id, make });
        id
    }

    fn make_ended(&self, make: u64, status: i32) {
        self.tell(&Event::MakeEnded { id: make, status });
    }

    fn make_given(&self, make: &Make<'_>, status: i32) {
        self.tell(&Event::MakeGiven { make, status });
    }

    fn considered(&self, target: &Considered<'_>) {
        if self.watch.reasons {
            self.reasons().considered(target);
        }
        if self.watch.only_looks && !target.grouped.is_empty() {
            let absolute = |name: &[u8]| paths::absolute(target.dir.path(), name);
            let peers = target.grouped.iter().map(|peer| absolute(peer)).collect();
            lock(&self.peers).insert(absolute(target.target), peers);
        }
        self.tell(&Event::Considered(target));
    }

    fn command_started(&self, line: &Line<'_>) -> Seen {
        let id = self.number();
        let reason = if self.watch.reasons { self.reasons().command_started(id, line) } else { None };
        let dir = line.dir.path();
        if self.watch.only_looks && !line.makes {
            self.would_change(&paths::absolute(dir, line.target));
        }
        let mut say = Vec::new();
        if let Some(reason) = reason.as_ref().filter(|_| self.watch.tell) {
            let reasons = self.reasons();
            let name = reasons.shown(&paths::absolute(dir, line.target));
            say = format!("rkbuild: {name}: {reason}\n").into_bytes();
        }
        let command = Command {
            id,
            make: line.make,
            target: line.target.into(),
            dir: dir.to_owned(),
            place: line.place.clone().into(),
            text: line.text.to_owned(),
            makes: line.makes,
            reason,
        };
        self.tell(&Event::CommandStarted(&command));
        Seen { id, say }
    }

    fn command_failed(&self, command: u64, output: &[u8], mixed: bool) {
        self.tell(&Event::CommandFailed { id: command, output, mixed });
    }

    fn command_ended(&self, command: u64, exit: Exit) {
        self.tell(&Event::CommandEnded { id: command, exit });
    }

    fn only_looks(&self) -> bool {
        self.watch.only_looks
    }

    fn would_be_new(&self, dir: &Dir, name: &[u8]) -> bool {
        self.watch.only_looks && lock(&self.made).contains(&paths::absolute(dir.path(), name))
    }
}
