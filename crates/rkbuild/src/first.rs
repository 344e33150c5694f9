//! The first session of the process, on a thread of its own.

use std::sync::Arc;

use rkbuild_engine::jobs::invocation::Invocation;
use rkbuild_engine::jobs::process::Process;
use rkbuild_engine::session::run::run_session;
use rkbuild_host::blocked;
use rkbuild_host::fd::Waker;

/// The stack of the first session's thread; where it is too small it grows.
const STACK: usize = 8 << 20;

/// Tells that the session is over, also when it panicked.
struct End(Arc<Waker>);

impl Drop for End {
    fn drop(&mut self) {
        self.0.wake();
    }
}

/// Runs the first session on a thread of its own.
pub fn run(process: Arc<Process>, invocation: Invocation) -> std::io::Result<i32> {
    let over = Arc::new(Waker::new()?);
    let guard = End(over.clone());
    let session = std::thread::Builder::new().name("make".into()).stack_size(STACK).spawn(move || {
        let _guard = guard;
        let status = run_session(&process, &invocation);
        // The process ends: to take its caches apart piece by piece would only cost time.
        std::mem::forget((process, invocation));
        status
    })?;
    blocked::attend(&over)?;
    // A panic was reported by its hook: an internal error, for the caller a make that failed.
    Ok(session.join().unwrap_or(2))
}
