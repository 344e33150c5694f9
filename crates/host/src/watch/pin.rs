//! Keeping a watched program and its watcher on one processor while that helps.
//!
//! They take turns: one waits while the other works. On two processors each turn costs an interrupt from one to the other and
//! often a wake-up from sleep, several times what the watcher itself needs. So both begin on one processor. They part when
//! the program asks which processors it may use, runs long, or starts many others, which want processors of their own.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::Pid;
use rustix::thread::{CpuSet, sched_getaffinity, sched_getcpu, sched_setaffinity};

/// What takes longer than this is free to use all processors.
const LONGEST: Duration = Duration::from_millis(100);
/// More processes than these want processors of their own.
const MOST: usize = 3;

/// How many watches keep to each processor now.
#[derive(Debug, Default)]
pub(crate) struct Pins(Mutex<Vec<u32>>);

impl Pins {
    /// The processor of those allowed that fewest watches keep to; the one the caller runs on rather than another.
    fn take(&self, allowed: &CpuSet) -> Option<usize> {
        let here = sched_getcpu();
        let mut pins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fewest = (0..CpuSet::MAX_CPU)
            .filter(|cpu| allowed.is_set(*cpu))
            .min_by_key(|cpu| (pins.get(*cpu).copied().unwrap_or(0), *cpu != here))?;
        if pins.len() <= fewest {
            pins.resize(fewest + 1, 0);
        }
        if let Some(count) = pins.get_mut(fewest) {
            *count += 1;
        }
        Some(fewest)
    }

    fn give_back(&self, cpu: usize) {
        let mut pins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = pins.get_mut(cpu) {
            *count = count.saturating_sub(1);
        }
    }
}

/// What keeps one watch to one processor.
#[derive(Debug)]
pub(super) struct Pin<'a> {
    pins: &'a Pins,
    /// Where all may run, once the pin is off.
    allowed: CpuSet,
    cpu: usize,
    begun: Instant,
    on: bool,
}

impl<'a> Pin<'a> {
    /// Keeps this thread, and what it will start, to one processor; `None` where it can't be or need not be.
    pub(super) fn new(pins: &'a Pins) -> Option<Pin<'a>> {
        let allowed = sched_getaffinity(None).ok().filter(|allowed| allowed.count() > 1)?;
        let cpu = pins.take(&allowed)?;
        let pin = Pin { pins, allowed, cpu, begun: Instant::now(), on: true };
        sched_setaffinity(None, &pin.set()).ok().map(|()| pin)
    }

    fn set(&self) -> CpuSet {
        let mut set = CpuSet::new();
        set.set(self.cpu);
        set
    }

    /// Whether it is time to part.
    pub(super) fn is_over(&self, processes: usize) -> bool {
        self.on && (processes > MOST || self.begun.elapsed() > LONGEST)
    }

    /// Lets this thread and these processes run anywhere.
    pub(super) fn take_off(&mut self, processes: impl Iterator<Item = i32>) {
        if !std::mem::replace(&mut self.on, false) {
            return;
        }
        self.pins.give_back(self.cpu);
        let _ = sched_setaffinity(None, &self.allowed);
        processes.for_each(|pid| self.free(pid));
    }

    /// Lets a process run anywhere if the pin is off: it may have been started before that by one that was not yet
    /// free. One that has chosen its processors itself is left alone.
    pub(super) fn free(&self, pid: i32) {
        let Some(pid) = Pid::from_raw(pid).filter(|_| !self.on) else { return };
        if sched_getaffinity(Some(pid)).is_ok_and(|set| set == self.set()) {
            let _ = sched_setaffinity(Some(pid), &self.allowed);
        }
    }
}

impl Drop for Pin<'_> {
    fn drop(&mut self) {
        self.take_off(std::iter::empty());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn watches_keep_to_different_processors() {
        let pins = Pins::default();
        let mut allowed = CpuSet::new();
        for cpu in [1, 3] {
            allowed.set(cpu);
        }
        let mut taken: Vec<_> = (0..4).map(|_| pins.take(&allowed).unwrap()).collect();
        taken.sort_unstable();
        assert_eq!(taken, [1, 1, 3, 3]);
        pins.give_back(3);
        assert_eq!(pins.take(&allowed), Some(3));
    }
}
