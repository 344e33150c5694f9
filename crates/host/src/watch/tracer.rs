//! The thread that traces one watched program and all it starts.
//!
//! A tracee belongs to the thread that attached it, so each watch has a thread of its own, which waits for its own tracees
//! only. It ends when the last of them has, or when those that outlive the program were handed over.

use std::io;
use std::os::fd::AsRawFd;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use rustc_hash::FxHashSet;
use rustix::process::Pid;

use super::child::{Prepared, Setup};
use super::handle::Watcher;
use super::pin::Pin;
use super::sys::{self, Status, event};
use super::{Reason, Watched, keeper, unsupported, walk};
use crate::process::{Slot, Tries};
use crate::{Exit, Host, Meta, Spawn, stdio};

const STACK: usize = 512 * 1024;
/// How long, in milliseconds, what a program started may live on after it without being told of.
const GRACE: u32 = 50;

/// How long what is to be handed over may take to stop.
const LONGEST_STOP: Duration = Duration::from_secs(2);

/// What the caller waits for: the program's process id when it runs.
type Started = mpsc::SyncSender<io::Result<i32>>;

/// Starts a program and the thread that watches it.
pub(super) fn start(
    spawn: &Spawn<'_>,
    host: &Arc<Host>,
) -> io::Result<(Pid, Arc<Slot>, mpsc::Receiver<Watched>)> {
    let setup = Setup::new(spawn)?;
    let stdin = (!stdio::is_closed(spawn.stdin)).then(|| identity(spawn.stdin.as_raw_fd())).flatten();
    let inherited = spawn.inherit.iter().filter_map(|fd| {
        let number = u32::try_from(fd.as_raw_fd()).ok().filter(|number| *number > 2)?;
        identity(fd.as_raw_fd()).map(|identity| (number, identity))
    });
    let inherited: Vec<_> = inherited.collect();
    let slot = Arc::new(Slot::new()?);
    let (started, has_started) = mpsc::sync_channel(1);
    let (report, reported) = mpsc::sync_channel(1);
    let (end, host) = (slot.clone(), host.clone());
    std::thread::Builder::new().name("watch".to_owned()).stack_size(STACK).spawn(move || {
        crate::signals::block_all();
        let watcher = Watcher::new(stdin, inherited);
        let tracer = Tracer { watcher, main: 0, pin: Pin::new(&host.pins), end, report };
        tracer.run(&setup, &started);
    })?;
    let pid = has_started.recv().map_err(|_| io::Error::other("the watch broke off"))??;
    let pid = Pid::from_raw(pid).ok_or(rustix::io::Errno::CHILD)?;
    Ok((pid, slot, reported))
}

/// Which file one of our descriptors is, unless reading it says nothing: a device that holds nothing.
fn identity(fd: i32) -> Option<(u64, u64)> {
    let path = format!("/proc/self/fd/{fd}");
    let target = rustix::fs::readlinkat(rustix::fs::CWD, path.as_str(), Vec::new()).ok()?;
    if walk::is_null(target.as_bytes()) {
        return None;
    }
    let stat = rustix::fs::statat(rustix::fs::CWD, path, rustix::fs::AtFlags::empty()).ok()?;
    let meta = Meta::from(stat);
    Some((meta.dev, meta.ino))
}

struct Tracer<'a> {
    watcher: Watcher,
    main: i32,
    pin: Option<Pin<'a>>,
    end: Arc<Slot>,
    report: mpsc::SyncSender<Watched>,
}

/// What an event means for the program as a whole.
enum Step {
    /// It goes on.
    On,
    /// The first exec is over: the program runs.
    Runs,
    /// The program itself has ended.
    Ended(Exit),
    /// Its first call could not be looked at.
    Blind,
}

impl Tracer<'_> {
    fn run(mut self, setup: &Setup, started: &Started) {
        let result = self.begin(setup);
        let runs = result.is_ok();
        // Nobody is there to hear it only when the caller is gone.
        let _ = started.send(result);
        if runs {
            self.watch();
        }
    }

    /// Starts the program; gives its process id when its exec is over.
    fn begin(&mut self, setup: &Setup) -> io::Result<i32> {
        let mut tries = Tries::new();
        loop {
            match self.try_begin(setup) {
                Err(e) if tries.again(&e) => {}
                other => return other,
            }
        }
    }

    fn try_begin(&mut self, setup: &Setup) -> io::Result<i32> {
        let child = Prepared::new(setup)?;
        self.main = child.pid();
        if sys::seize(child.pid()).is_err() {
            child.send_away();
            return Err(unsupported("the system does not allow tracing"));
        }
        self.watcher.began(child.pid());
        child.let_go();
        loop {
            let Some((pid, status)) = sys::wait(true)? else { continue };
            match self.step(pid, status, true) {
                Step::On => {}
                Step::Runs => return Ok(pid),
                Step::Ended(_) => return Err(child.error()),
                Step::Blind => {
                    child.send_away();
                    return Err(unsupported("the system does not show what a traced program does"));
                }
            }
        }
    }

    /// Watches to the end of the program, and what it started to its end.
    fn watch(mut self) {
        let exit = loop {
            match sys::wait(true) {
                Ok(Some((pid, status))) => {
                    if let Step::Ended(exit) = self.step(pid, status, false) {
                        break exit;
                    }
                }
                Ok(None) => {}
                // It can't be, and whoever waits must not wait for ever.
                Err(_) => break Exit::Signal { signal: libc::SIGKILL, core: false },
            }
        };
        self.end.set(exit);
        self.part();
        let mut left = GRACE;
        while !self.watcher.tracees.is_empty() && left > 0 {
            match sys::wait(false) {
                Ok(Some((pid, status))) => {
                    self.step(pid, status, false);
                }
                Ok(None) => {
                    std::thread::sleep(Duration::from_millis(1));
                    left -= 1;
                }
                Err(_) => break,
            }
        }
        if !self.watcher.tracees.is_empty() && left == 0 {
            self.watcher.record.reasons.insert(Reason::Outlived);
        }
        let mut processes: Vec<i32> = self.watcher.ever.iter().copied().collect();
        processes.sort_unstable();
        let watched = self.watcher.record.finish(exit, processes);
        let handed_over = self.hand_over();
        // Not before: this may be the last that is waited for, and our end would be that of what is left.
        let _ = self.report.send(watched);
        if handed_over {
            return;
        }
        // The filter stays with what still runs, and its calls fail without a tracer.
        while let Ok(event) = sys::wait(true) {
            if let Some((pid, status)) = event {
                self.step(pid, status, false);
            }
        }
    }

    /// Hands what still runs over to a keeper. Says whether there is something, and a keeper has it.
    fn hand_over(&mut self) -> bool {
        if self.watcher.tracees.is_empty() || !keeper::is_allowed() || !self.stop_all() {
            return false;
        }
        let pids: Vec<i32> = self.watcher.tracees.keys().copied().collect();
        let kept = keeper::start(&pids);
        if !kept {
            pids.iter().for_each(|pid| sys::signal(*pid, libc::SIGCONT));
        }
        kept
    }

    /// Stops all tracees as job control does. Says whether they are.
    fn stop_all(&mut self) -> bool {
        let begun = Instant::now();
        let (mut told, mut stopped) = (FxHashSet::default(), FxHashSet::default());
        while self.watcher.tracees.keys().any(|pid| !stopped.contains(pid)) {
            for pid in self.watcher.tracees.keys().filter(|pid| told.insert(**pid)) {
                sys::signal(*pid, libc::SIGSTOP);
            }
            match sys::wait(false) {
                Ok(Some((pid, status))) if status.stopped() == Some((libc::SIGSTOP, event::STOP)) => {
                    stopped.insert(pid);
                }
                Ok(Some((pid, status))) => {
                    stopped.remove(&pid);
                    self.step(pid, status, false);
                }
                Ok(None) if begun.elapsed() < LONGEST_STOP => std::thread::sleep(Duration::from_millis(1)),
                _ => {
                    // One does not stop, such as a process that waits for a child of vfork: all go on as they were.
                    stopped.iter().for_each(|pid| sys::leave_stopped(*pid));
                    told.iter().for_each(|pid| sys::signal(*pid, libc::SIGCONT));
                    return false;
                }
            }
        }
        true
    }

    /// Lets all run on any processor.
    fn part(&mut self) {
        if let Some(pin) = &mut self.pin {
            pin.take_off(self.watcher.tracees.keys().copied());
        }
    }

    /// Deals with one event of one tracee.
    fn step(&mut self, pid: i32, status: Status, first: bool) -> Step {
        let Some((signal, event)) = status.stopped() else {
            self.watcher.ended(pid);
            return match status.ended() {
                Some(exit) if pid == self.main => Step::Ended(exit),
                _ => Step::On,
            };
        };
        self.watcher.began(pid);
        if let Some(pin) = &self.pin {
            if pin.is_over(self.watcher.tracees.len()) {
                self.part();
            } else if event == event::STOP {
                pin.free(pid);
            }
        }
        let mut inject = 0;
        let mut step = Step::On;
        match event {
            event::SECCOMP => match sys::entry(pid) {
                Ok(entry) => {
                    if first && sys::read_text(pid, entry.args[0]).is_err() {
                        return Step::Blind;
                    }
                    self.watcher.stop(pid, &entry);
                    if self.watcher.asks_processors {
                        self.part();
                    }
                }
                Err(_) if first => return Step::Blind,
                // It was killed meanwhile, most likely.
                Err(_) => {
                    self.watcher.record.reasons.insert(Reason::Unreadable);
                }
            },
            event::FORK | event::VFORK | event::CLONE => {
                if let Ok(new) = sys::event_message(pid) {
                    self.watcher.began(new);
                }
            }
            event::EXEC => {
                // When a thread executes, it takes on the process's number.
                if let Ok(former) = sys::event_message(pid)
                    && former != pid
                {
                    self.watcher.ended(former);
                }
                if first && pid == self.main {
                    step = Step::Runs;
                }
            }
            event::STOP => {
                if matches!(signal, libc::SIGSTOP | libc::SIGTSTP | libc::SIGTTIN | libc::SIGTTOU) {
                    sys::leave_stopped(pid);
                    return step;
                }
            }
            _ => inject = signal,
        }
        sys::go_on(pid, inject);
        step
    }
}
