//! The allocator, and the end of a process whose memory is used up.

use std::alloc::{GlobalAlloc, Layout};
use std::sync::OnceLock;

use mimalloc::MiMalloc;

/// mimalloc: hundreds of sessions that each make some ten thousand small pieces and free them all at their end spend an eighth of
/// the CPU time in the C library's. When there is no memory left it says so as make does, and ends the process with status 2:
/// to go on would be to abort, with a signal that means something else to whoever waits.
pub struct Allocator;

static PROGRAM: OnceLock<&'static [u8]> = OnceLock::new();

/// The name the message begins with; the first call decides. It is kept for as long as the process lives.
pub fn set_program(name: &[u8]) {
    PROGRAM.get_or_init(|| Box::leak(name.into()));
}

fn checked(memory: *mut u8) -> *mut u8 {
    if memory.is_null() { exhausted() } else { memory }
}

#[cold]
fn exhausted() -> ! {
    let name = PROGRAM.get().copied().unwrap_or(b"make");
    for text in [name, b": *** virtual memory exhausted\n"] {
        // SAFETY: the bytes live for as long as the process. Nothing can be done about a failure.
        unsafe { libc::write(2, text.as_ptr().cast(), text.len()) };
    }
    // SAFETY: the call takes a number and does not return; nothing is run that could want memory.
    unsafe { libc::_exit(2) }
}

// SAFETY: every call is passed on to mimalloc as it came, and its memory is given back as it is.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the promises `MiMalloc` asks for, which are the same.
        checked(unsafe { MiMalloc.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as in `alloc`.
        checked(unsafe { MiMalloc.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as in `alloc`.
        checked(unsafe { MiMalloc.realloc(memory, layout, size) })
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as in `alloc`.
        unsafe { MiMalloc.dealloc(memory, layout) }
    }
}
