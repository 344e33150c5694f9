//! What this process may use of the machine, and what of it is promised.
//!
//! One process that runs hundreds of makes needs what hundreds of processes have: open files, threads, addresses, CPU time. The
//! limits of open files and of CPU time are raised as far as the user may raise them; programs get back those this process was
//! given. What may
//! need several descriptors asks for a [`Promise`] first. Where there is none, it has to be done by another process, or
//! later.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bstr::ByteSlice;
use rustix::fs::CWD;
use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};

use crate::{Host, signals, start};

/// A limit: as it was given, and as it is now.
struct Raised {
    given: Rlimit,
    now: Option<u64>,
}

impl Raised {
    /// Raises the soft limit to the hard one.
    fn new(resource: Resource) -> Raised {
        let given = getrlimit(resource);
        let raised = Rlimit { current: given.maximum, maximum: given.maximum };
        let now = match setrlimit(resource, raised) {
            Ok(()) => given.maximum,
            Err(_) => given.current,
        };
        Raised { given, now }
    }

    /// What programs get back; `None` when it is as it was.
    fn given_back(&self) -> Option<libc::rlimit> {
        let Raised { given, now } = self;
        let number = |limit: Option<u64>| limit.unwrap_or(libc::RLIM_INFINITY);
        (given.current != *now)
            .then(|| libc::rlimit { rlim_cur: number(given.current), rlim_max: number(given.maximum) })
    }
}

/// The limits this process raises.
struct Limits {
    files: Raised,
    time: Raised,
}

static LIMITS: OnceLock<Limits> = OnceLock::new();

/// Descriptors that are promised to nobody: standard streams and their duplicates, signals, the jobserver, the lock of
/// output, and what is open for a moment only.
const SPARE: usize = 12;

/// How long a descriptor is waited for.
const PATIENCE: Duration = Duration::from_millis(500);

/// Address space that is promised to nobody.
const SPARE_MEMORY: u64 = 96 << 20;

/// The soft limits of open files and of CPU time become the hard ones. Where addresses are few, threads share one heap: each of their own
/// would take 64 MB of them. Doing it again changes nothing.
pub fn prepare() {
    #[cfg(target_env = "gnu")]
    if getrlimit(Resource::As).current.is_some() {
        // SAFETY: mallopt takes two numbers.
        unsafe { libc::mallopt(libc::M_ARENA_MAX, 1) };
    }
    LIMITS.get_or_init(|| Limits { files: Raised::new(Resource::Nofile), time: Raised::new(Resource::Cpu) });
}

/// The limits that programs get back, by their resources; `None` for one that is as it was.
pub(crate) fn of_children() -> [(Kind, Option<libc::rlimit>); 2] {
    let limits = LIMITS.get();
    [
        (libc::RLIMIT_NOFILE, limits.and_then(|limits| limits.files.given_back())),
        (libc::RLIMIT_CPU, limits.and_then(|limits| limits.time.given_back())),
    ]
}

/// The number of a resource.
#[cfg(target_env = "gnu")]
pub(crate) type Kind = libc::__rlimit_resource_t;
#[cfg(not(target_env = "gnu"))]
pub(crate) type Kind = libc::c_int;

/// How much CPU time something that stands for a process may use, from when it began. The system counts that of a process;
/// here many are one, so what begins on a thread remembers how much the thread had used.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    began: Duration,
    most: Duration,
}

impl Allowance {
    /// What a process that begins now on this thread may use. `None`: as much as it wants, or what does not end it.
    pub fn new() -> Option<Allowance> {
        let most = LIMITS.get()?.time.given.current?;
        let ignored = start::ignored(libc::SIGXCPU);
        (!ignored).then(|| Allowance { began: used_by_thread(), most: Duration::from_secs(most) })
    }

    /// How much has been used.
    pub fn used(&self) -> Duration {
        used_by_thread().saturating_sub(self.began)
    }

    /// The same when only so much had been used: the rest went to something with an allowance of its own.
    pub fn with_used(self, used: Duration) -> Allowance {
        Allowance { began: used_by_thread().saturating_sub(used), ..self }
    }

    /// Whether it is used up, so that a process would have got SIGXCPU.
    pub fn is_used_up(&self) -> bool {
        self.used() >= self.most
    }
}

fn used_by_thread() -> Duration {
    used(ClockId::ThreadCPUTime)
}

fn used(clock: ClockId) -> Duration {
    clock_gettime(clock).try_into().unwrap_or_default()
}

/// Whether so few files may be open that each counts.
pub fn few_files() -> bool {
    const FEW: u64 = 32;
    getrlimit(Resource::Nofile).current.is_some_and(|most| most < FEW)
}

/// Does what makes a descriptor. Where there is none left it waits for one: other threads of this process have most of
/// theirs for a moment only.
pub(crate) fn patiently<T>(make: impl Fn() -> rustix::io::Result<T>) -> rustix::io::Result<T> {
    let mut waited = Duration::ZERO;
    loop {
        match make() {
            Err(Errno::MFILE | Errno::NFILE) if waited < PATIENCE && signals::pending().is_none() => {
                let pause = Duration::from_millis(1).max(waited / 4);
                std::thread::sleep(pause);
                waited += pause;
            }
            other => return other,
        }
    }
}

/// What the host keeps of it.
pub(crate) struct Room {
    /// How many descriptors can be promised.
    descriptors: usize,
    promised: AtomicUsize,
    /// The most addresses the process may use.
    memory: Option<u64>,
    /// The CPU time after which the system kills it.
    time: Option<Duration>,
}

impl Room {
    pub(crate) fn new() -> Room {
        let now = LIMITS.get().map_or_else(|| getrlimit(Resource::Nofile).current, |limits| limits.files.now);
        let most = now.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
        Room {
            descriptors: most.saturating_sub(SPARE + start::open_count()),
            promised: AtomicUsize::new(0),
            memory: getrlimit(Resource::As).current,
            time: getrlimit(Resource::Cpu).maximum.map(Duration::from_secs),
        }
    }
}

/// Descriptors that were promised to somebody, who has given them back when this is dropped.
pub struct Promise {
    host: Arc<Host>,
    descriptors: usize,
}

impl Drop for Promise {
    fn drop(&mut self) {
        self.host.room.promised.fetch_sub(self.descriptors, Ordering::SeqCst);
    }
}

impl Host {
    /// Promises so many descriptors, if they are sure to be there, to something that another process can't do.
    pub fn promise(self: &Arc<Host>, descriptors: usize) -> Option<Promise> {
        self.promise_of(self.room.descriptors, descriptors)
    }

    /// Promises so many descriptors to something that another process could do as well: half of what there is is kept for
    /// those processes.
    pub fn promise_half(self: &Arc<Host>, descriptors: usize) -> Option<Promise> {
        self.promise_of(self.room.descriptors / 2, descriptors)
    }

    fn promise_of(self: &Arc<Host>, most: usize, descriptors: usize) -> Option<Promise> {
        let room = &self.room;
        let promised = room.promised.fetch_add(descriptors, Ordering::SeqCst);
        // It is dropped, and so given back, when there are not enough.
        let promise = Promise { host: self.clone(), descriptors };
        (promised.saturating_add(descriptors) <= most).then_some(promise)
    }

    /// True when the process has used less than half of the CPU time it may use: the rest is for what is under way.
    pub fn has_time(&self) -> bool {
        self.room.time.is_none_or(|most| used(ClockId::ProcessCPUTime) < most / 2)
    }

    /// True when the process may use `bytes` more of addresses, and still has some to spare.
    pub fn has_memory(&self, bytes: u64) -> bool {
        let Some(most) = self.room.memory else { return true };
        // Nobody tells how much is used where there is no /proc: then as if half of it were.
        let used = self.read_at(CWD, b"/proc/self/statm").ok().and_then(|text| pages(&text));
        let used = used.map_or(most / 2, |pages| pages.saturating_mul(page_size()));
        used.saturating_add(bytes).saturating_add(SPARE_MEMORY) <= most
    }
}

fn page_size() -> u64 {
    // SAFETY: sysconf takes a number.
    u64::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096)
}

/// The first number of /proc/self/statm: the size of the address space in pages.
fn pages(text: &[u8]) -> Option<u64> {
    text.to_str().ok()?.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_promised_comes_back() {
        let host = Host::new();
        let most = host.room.descriptors;
        let all = host.promise(most).unwrap();
        assert!(host.promise(1).is_none());
        drop(all);
        let half = host.promise_half(most / 2).unwrap();
        assert!(host.promise_half(1).is_none());
        assert!(host.promise(1).is_some());
        drop(half);
        assert!(host.promise(1).is_some());
    }

    #[test]
    fn time_is_used_up_by_the_thread_that_began() {
        let allowance = |most| Allowance { began: used_by_thread(), most };
        let (little, much) = (allowance(Duration::from_millis(5)), allowance(Duration::from_secs(3600)));
        while !little.is_used_up() {
            std::hint::black_box(0);
        }
        assert!(!much.is_used_up());
        assert!(!little.with_used(Duration::ZERO).is_used_up());
        // Another thread has used nothing yet.
        let other = std::thread::spawn(|| {
            Allowance { began: Duration::ZERO, most: Duration::from_secs(1) }.is_used_up()
        });
        assert!(!other.join().unwrap());
        assert!(Host::new().has_time());
    }

    #[test]
    fn the_size_of_the_process_is_read_from_its_text() {
        assert_eq!(pages(b"2503 161 130 11 0 85 0\n"), Some(2503));
        assert_eq!(pages(b""), None);
    }
}
