//! Room for one more command in this process: descriptors and addresses.

use rkbuild_host::Promise;

use crate::jobs::process::Process;

/// How many descriptors a sub-make may need at once in this process: its directory, what wakes it, a pipe and what is at
/// its other end, files it looks at.
pub(crate) const SESSION: usize = 8;
/// And a script: pipes, redirections, and the program that runs.
pub(crate) const SCRIPT: usize = 8;
/// The addresses that one of them may need.
const MEMORY: u64 = 16 << 20;

/// Room for something in this process; where there is none, it is done by a process of its own.
pub(crate) fn room(process: &Process, descriptors: usize) -> Option<Promise> {
    let host = process.host();
    host.promise_half(descriptors).filter(|_| host.has_memory(MEMORY) && host.has_time())
}
