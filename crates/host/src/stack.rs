//! Threads with large stacks, and knowing when one is nearly used up.

use std::io;
use std::thread::JoinHandle;

/// How much stack must be left for [`Stack::is_low`] to say no.
const RESERVE: usize = 256 * 1024;

/// Runs `f` on a new thread that has a stack of `stack_bytes`. The memory is used only as far as the stack gets deep.
pub fn big_thread<T: Send + 'static>(
    name: &str,
    stack_bytes: usize,
    f: impl FnOnce(Stack) -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .stack_size(stack_bytes)
        .spawn(move || f(Stack::begin(stack_bytes)))
}

/// The extent of a thread's stack, to be asked by code that recurses as deep as its input says.
#[derive(Clone, Copy, Debug)]
pub struct Stack {
    lowest: usize,
}

impl Stack {
    /// The stack of the thread that asks, which has about `bytes` left.
    pub fn begin(bytes: usize) -> Stack {
        Stack { lowest: here().saturating_sub(bytes) }
    }

    /// True when so little is left that going deeper is dangerous.
    #[inline]
    pub fn is_low(&self) -> bool {
        self.left() < RESERVE
    }

    /// How many bytes are left, about.
    #[inline]
    pub fn left(&self) -> usize {
        here().saturating_sub(self.lowest)
    }
}

/// About where the stack is now. It grows downwards on every machine Linux runs on that Rust knows.
#[inline(never)]
fn here() -> usize {
    let marker = 0u8;
    std::ptr::from_ref(std::hint::black_box(&marker)).addr()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth(stack: &Stack, n: usize) -> usize {
        if stack.is_low() {
            return n;
        }
        let deeper = depth(stack, n + 1);
        std::hint::black_box([n; 100]);
        deeper
    }

    #[test]
    fn recursion_can_stop_before_the_stack_ends() {
        let deep = |bytes| big_thread("deep", bytes, |stack| depth(&stack, 0)).unwrap().join().unwrap();
        let (small, large) = (deep(1 << 20), deep(16 << 20));
        assert!(small > 100 && large > small * 10, "{small} {large}");
    }
}
