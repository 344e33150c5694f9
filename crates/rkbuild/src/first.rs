//! The first session of the process, on a thread of its own.

use std::sync::Arc;

use rkbuild_base::{BString, Identity};
use rkbuild_engine::jobs::invocation::Invocation;
use rkbuild_engine::jobs::process::Process;
use rkbuild_engine::session::run::run_session;
use rkbuild_eval::options::{Options, Source};
use rkbuild_host::fd::Waker;
use rkbuild_host::{Dir, Env, Stdio, blocked};

/// The stack of the first session's thread; where it is too small it grows.
const STACK: usize = 8 << 20;

/// Tells that the session is over, also when it panicked.
struct End(Arc<Waker>);

impl Drop for End {
    fn drop(&mut self) {
        self.0.wake();
    }
}

/// What make's own arguments say, where what is wrong with them is not asked for.
pub fn options(argv: &[BString], identity: Identity) -> Options {
    let mut options = Options::default();
    options.parse(argv.get(1..).unwrap_or_default(), Source::CommandLine, identity.is_4_4());
    options
}

/// Where make's own `-C` lead, from `dir`; `None` when a name is empty.
pub fn directory(dir: &Dir, options: &Options) -> Option<BString> {
    let mut path = dir.path().to_owned();
    for next in &options.directories {
        let next: &[u8] = if next.is_empty() { return None } else { next };
        path =
            if next.starts_with(b"/") { next.into() } else { [&path, b"/".as_slice(), next].concat().into() };
    }
    Some(path)
}

/// What the first session is asked for, with the streams and the directory of the process.
pub fn invocation(argv: Vec<BString>, env: Env, dir: Arc<Dir>, stdio: Stdio, no_native: bool) -> Invocation {
    let (inherited, own_process, number, observed) = (Vec::new(), true, 0, 0);
    Invocation { argv, env, dir, stdio, inherited, own_process, no_native, again: true, number, observed }
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
