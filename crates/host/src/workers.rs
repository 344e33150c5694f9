//! Threads that do one piece of work after the other: a build has more of it than it would be worth to start threads for.

use std::io;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::Machine;

/// What a thread is given to do.
pub type Work = Box<dyn FnOnce() + Send>;

/// The stack of a thread that runs commands, or a session, which has it grow.
const STACK: usize = 2 << 20;

/// How many threads wait for more to do; where more would, they end.
const MOST_IDLE: usize = 8;

/// Where work is sent to the threads that have none. They end when it goes.
type Idle = Mutex<Vec<SyncSender<Work>>>;

/// The threads of a process that do its recipes' work.
#[derive(Default)]
pub(crate) struct Workers {
    idle: Arc<Idle>,
}

impl Machine {
    /// Has a thread do `work`: one that ended other work, or a new one. It must not leave the thread in another state than it was
    /// (its directory, its signals).
    ///
    /// # Errors
    /// No thread can be had; nothing of the work was done.
    pub fn work(&self, mut work: Work) -> io::Result<()> {
        while let Some(thread) = lock(&self.workers.idle).pop() {
            match thread.send(work) {
                Ok(()) => return Ok(()),
                Err(back) => work = back.0,
            }
        }
        let idle = Arc::downgrade(&self.workers.idle);
        std::thread::Builder::new()
            .name("recipe".into())
            .stack_size(STACK)
            .spawn(move || serve(work, &idle))
            .map(drop)
    }
}

/// Does `work`, and then what else it is sent.
fn serve(mut work: Work, idle: &Weak<Idle>) {
    loop {
        work();
        let (sender, receiver) = sync_channel(1);
        {
            let Some(idle) = idle.upgrade() else { return };
            let mut idle = lock(&idle);
            if idle.len() >= MOST_IDLE {
                return;
            }
            idle.push(sender);
        }
        let Ok(next) = receiver.recv() else { return };
        work = next;
    }
}

fn lock(idle: &Idle) -> std::sync::MutexGuard<'_, Vec<SyncSender<Work>>> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::thread::ThreadId;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::Host;

    /// Work that says which thread does it, and then waits.
    fn waiting(who: &Sender<ThreadId>) -> (Work, Sender<()>) {
        let (go, gone): (Sender<()>, Receiver<()>) = channel();
        let who = who.clone();
        let work = move || {
            who.send(std::thread::current().id()).unwrap();
            let _ = gone.recv();
        };
        (Box::new(work), go)
    }

    fn wait_until(what: impl Fn() -> bool) {
        let since = Instant::now();
        while !what() {
            assert!(since.elapsed() < Duration::from_secs(20));
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn a_thread_that_is_done_does_the_next_work() {
        let host = Host::new();
        let (who, told) = channel();
        let mut ids = Vec::new();
        for _ in 0..3 {
            let (work, go) = waiting(&who);
            host.work(work).unwrap();
            ids.push(told.recv().unwrap());
            drop(go);
            wait_until(|| !lock(&host.workers.idle).is_empty());
        }
        assert!(ids.iter().all(|id| *id == ids[0]));
    }

    #[test]
    fn work_at_the_same_time_has_threads_of_its_own_of_which_few_stay() {
        let host = Host::new();
        let (who, told) = channel();
        let mut going = Vec::new();
        for _ in 0..3 * MOST_IDLE {
            let (work, go) = waiting(&who);
            host.work(work).unwrap();
            going.push(go);
        }
        let ids: std::collections::HashSet<ThreadId> = told.iter().take(going.len()).collect();
        assert_eq!(ids.len(), going.len());
        drop(going);
        wait_until(|| lock(&host.workers.idle).len() == MOST_IDLE);
    }

    #[test]
    fn threads_end_with_the_host() {
        let host = Host::new();
        let (who, _told) = channel();
        let (work, go) = waiting(&who);
        host.work(work).unwrap();
        drop(go);
        wait_until(|| !lock(&host.workers.idle).is_empty());
        let idle = Arc::downgrade(&host.workers.idle);
        drop(host);
        assert!(idle.upgrade().is_none());
    }
}
