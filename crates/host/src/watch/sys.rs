//! The system's side of a watch: ptrace, waiting for any tracee of this thread, and reading a tracee's memory.

use std::ffi::{c_int, c_uint};
use std::io;
use std::mem::MaybeUninit;

use bstr::{BString, ByteSlice};

/// The longest path the system takes, the NUL at its end included.
const PATH_MAX: usize = 4096;
/// No page is smaller, so a read that does not go over such a boundary is whole or not at all.
const PAGE: u64 = 4096;

/// The events a tracee stops for, as in the upper half of its status.
pub(super) mod event {
    use std::ffi::c_int;

    pub const FORK: c_int = libc::PTRACE_EVENT_FORK;
    pub const VFORK: c_int = libc::PTRACE_EVENT_VFORK;
    pub const CLONE: c_int = libc::PTRACE_EVENT_CLONE;
    pub const EXEC: c_int = libc::PTRACE_EVENT_EXEC;
    pub const SECCOMP: c_int = libc::PTRACE_EVENT_SECCOMP;
    /// The libc crate does not declare it for every C library.
    pub const STOP: c_int = 128;
}

/// A system call a tracee is about to make.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub arch: u32,
    pub number: u64,
    pub args: [u64; 6],
}

fn ptrace(request: c_uint, pid: i32, addr: usize, data: usize) -> io::Result<usize> {
    // SAFETY: addr and data are numbers, or `data` points to memory of the size the request says, which the callers in
    // this file see to; ptrace of another process changes nothing of this one.
    let result = unsafe { libc::ptrace(request, pid, addr, data) };
    usize::try_from(result).map_err(|_| io::Error::last_os_error())
}

/// What a tracee stops for, and that what it starts is traced too.
const OPTIONS: c_int = libc::PTRACE_O_TRACESECCOMP
    | libc::PTRACE_O_TRACEFORK
    | libc::PTRACE_O_TRACEVFORK
    | libc::PTRACE_O_TRACECLONE
    | libc::PTRACE_O_TRACEEXEC;

/// Makes the child of this thread its tracee. It is not stopped by this; what it starts is traced too, and all are killed when
/// this thread is gone.
pub(super) fn seize(pid: i32) -> io::Result<()> {
    ptrace(libc::PTRACE_SEIZE, pid, 0, (OPTIONS | libc::PTRACE_O_EXITKILL) as usize).map(drop)
}

/// Makes any process a tracee of this thread that is not killed with it.
pub(super) fn seize_to_keep(pid: i32) -> io::Result<()> {
    ptrace(libc::PTRACE_SEIZE, pid, 0, OPTIONS as usize).map(drop)
}

/// Stops tracing a stopped tracee. One that job control stopped stays so.
pub(super) fn let_go(pid: i32) {
    let _ = ptrace(libc::PTRACE_DETACH as c_uint, pid, 0, 0);
}

/// Has a stopped tracee go on, with a signal if there is one. It may have been killed meanwhile, which its status will tell.
pub(super) fn go_on(pid: i32, signal: c_int) {
    let _ = ptrace(libc::PTRACE_CONT as c_uint, pid, 0, signal as usize);
}

/// Leaves a tracee that job control stopped as it is, until something wakes it.
pub(super) fn leave_stopped(pid: i32) {
    let _ = ptrace(libc::PTRACE_LISTEN as c_uint, pid, 0, 0);
}

/// The number an event came with: the new process's, or the former one's.
pub(super) fn event_message(pid: i32) -> io::Result<i32> {
    let mut message: libc::c_ulong = 0;
    ptrace(libc::PTRACE_GETEVENTMSG as c_uint, pid, 0, (&raw mut message).addr_for_kernel())?;
    i32::try_from(message).map_err(io::Error::other)
}

/// The call that a tracee stopped at.
pub(super) fn entry(pid: i32) -> io::Result<Entry> {
    let mut info = MaybeUninit::<libc::ptrace_syscall_info>::zeroed();
    let size = size_of::<libc::ptrace_syscall_info>();
    ptrace(libc::PTRACE_GET_SYSCALL_INFO, pid, size, info.as_mut_ptr().addr_for_kernel())?;
    // SAFETY: all zeros is a valid value, and the kernel wrote at most `size` bytes over it.
    let info = unsafe { info.assume_init() };
    if info.op != libc::PTRACE_SYSCALL_INFO_SECCOMP {
        return Err(io::Error::other("not at a system call"));
    }
    // SAFETY: `op` says which field of the union was written; all fields are plain numbers.
    let seccomp = unsafe { info.u.seccomp };
    Ok(Entry { arch: info.arch, number: seccomp.nr, args: seccomp.args })
}

/// A pointer as the number a system call takes it as, with the memory it points to exposed to the call.
trait ForKernel {
    fn addr_for_kernel(self) -> usize;
}

impl<T> ForKernel for *mut T {
    fn addr_for_kernel(self) -> usize {
        self.expose_provenance()
    }
}

/// What became of a tracee.
#[derive(Clone, Copy, Debug)]
pub(super) struct Status(pub c_int);

impl Status {
    /// The signal that stopped it and the event, which is 0 for a signal about to be delivered.
    pub(super) fn stopped(self) -> Option<(c_int, c_int)> {
        libc::WIFSTOPPED(self.0).then(|| (libc::WSTOPSIG(self.0), self.0 >> 16))
    }

    /// How it ended.
    pub(super) fn ended(self) -> Option<crate::Exit> {
        if libc::WIFEXITED(self.0) {
            return Some(crate::Exit::Code(libc::WEXITSTATUS(self.0)));
        }
        let core = libc::WCOREDUMP(self.0);
        libc::WIFSIGNALED(self.0).then(|| crate::Exit::Signal { signal: libc::WTERMSIG(self.0), core })
    }
}

/// Waits for a child or tracee of this thread, and of no other thread. `None` when there is nothing to tell now, which is
/// only said to one who does not `block`.
pub(super) fn wait(block: bool) -> io::Result<Option<(i32, Status)>> {
    let flags = libc::__WALL | libc::__WNOTHREAD | if block { 0 } else { libc::WNOHANG };
    loop {
        let mut status = 0;
        // SAFETY: status is ours to be written to.
        match unsafe { libc::waitpid(-1, &mut status, flags) } {
            -1 => match io::Error::last_os_error() {
                e if e.raw_os_error() == Some(libc::EINTR) => {}
                e => return Err(e),
            },
            0 => return Ok(None),
            pid => return Ok(Some((pid, Status(status)))),
        }
    }
}

/// Sends a signal to a child or tracee that has not been waited for.
pub(super) fn signal(pid: i32, signal: c_int) {
    // SAFETY: kill takes two numbers.
    unsafe { libc::kill(pid, signal) };
}

/// Reads a tracee's memory, all of `into` or nothing.
pub(super) fn read(pid: i32, address: u64, into: &mut [u8]) -> io::Result<()> {
    let length = into.len();
    let local = libc::iovec { iov_base: into.as_mut_ptr().cast(), iov_len: length };
    let remote = libc::iovec {
        iov_base: std::ptr::without_provenance_mut(usize::try_from(address).map_err(io::Error::other)?),
        iov_len: length,
    };
    // SAFETY: the local vector is `into`; the remote one is only numbers to this process.
    match unsafe { libc::process_vm_readv(pid, &local, 1, &remote, 1, 0) } {
        -1 => Err(io::Error::last_os_error()),
        n if usize::try_from(n) == Ok(length) => Ok(()),
        _ => Err(io::Error::from_raw_os_error(libc::EFAULT)),
    }
}

/// A number of a tracee.
pub(super) fn read_u64(pid: i32, address: u64) -> io::Result<u64> {
    let mut bytes = [0; 8];
    read(pid, address, &mut bytes)?;
    Ok(u64::from_ne_bytes(bytes))
}

/// A text of a tracee that ends with a NUL; what is longer than a path may be is cut off.
pub(super) fn read_text(pid: i32, address: u64) -> io::Result<BString> {
    let mut text = Vec::new();
    while text.len() < PATH_MAX {
        let at = address.wrapping_add(text.len() as u64);
        // Most paths are short, so the first reads are, too.
        let most = (PAGE - at % PAGE).min(if text.is_empty() { 256 } else { PAGE });
        let begin = text.len();
        text.resize(begin + most as usize, 0);
        let Some(part) = text.get_mut(begin..) else { break };
        read(pid, at, part)?;
        if let Some(end) = part.find_byte(0) {
            text.truncate(begin + end);
            break;
        }
    }
    Ok(text.into())
}

/// The texts a null-ended table of a tracee's points to, if there are at most so many (E2BIG).
pub(super) fn read_texts(pid: i32, address: u64, most: usize) -> io::Result<Vec<BString>> {
    const FEW: u64 = 16;
    let mut texts = Vec::new();
    let mut at = address;
    if address == 0 {
        return Ok(texts);
    }
    loop {
        let length = (FEW * 8).min(PAGE - at % PAGE);
        let mut pointers = vec![0; length as usize];
        read(pid, at, &mut pointers)?;
        for pointer in pointers.chunks_exact(8) {
            let pointer = u64::from_ne_bytes(pointer.try_into().unwrap_or_default());
            if pointer == 0 {
                return Ok(texts);
            }
            if texts.len() == most {
                return Err(io::Error::from_raw_os_error(libc::E2BIG));
            }
            texts.push(read_text(pid, pointer)?);
        }
        at += length;
    }
}
