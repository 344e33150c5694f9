//! A stack that grows: for code that goes as deep as its input says.
//!
//! Every thread begins with a small stack. Where little of it is left, what goes deeper runs on another piece of
//! memory, which is given back when it returns. So a process of a thousand threads has no use for a thousand large stacks,
//! and none of them ends before the limits on depth that are told with a message.

/// How much must be left for one more step. A step may call anything that does not itself go as deep as its input says.
const LEAST: usize = 256 << 10;

/// The size of a further piece. Its memory is used only as far as it gets deep.
const PIECE: usize = 4 << 20;

/// Runs one step of something that may go deep.
#[inline]
pub fn deeper<T>(step: impl FnOnce() -> T) -> T {
    with(LEAST, step)
}

/// Runs `step` where at least `bytes` of stack are left.
#[inline]
pub fn with<T>(bytes: usize, step: impl FnOnce() -> T) -> T {
    match stacker::remaining_stack() {
        Some(left) if left >= bytes => step(),
        _ => on_another(bytes, step),
    }
}

#[cold]
#[inline(never)]
fn on_another<T>(bytes: usize, step: impl FnOnce() -> T) -> T {
    let size = PIECE.max(bytes.saturating_mul(2));
    // Where there is no memory, the allocator says so and ends the process, which is clearer than what the other says.
    drop(std::hint::black_box(Vec::<u8>::with_capacity(size)));
    stacker::grow(size, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth(left: u32) -> u32 {
        let frame = std::hint::black_box([left as u8; 2000]);
        let rest = if left == 0 { 0 } else { deeper(|| depth(left - 1)) };
        rest + u32::from(frame[0] == left as u8)
    }

    #[test]
    fn recursion_goes_on_behind_the_end_of_a_small_stack() {
        let thread = std::thread::Builder::new().stack_size(512 << 10).spawn(|| depth(50_000)).unwrap();
        assert_eq!(thread.join().unwrap(), 50_001);
    }

    #[test]
    fn a_panic_passes_through() {
        let result = std::panic::catch_unwind(|| with(16 << 20, || panic!("expected by this test")));
        assert!(result.is_err());
    }
}
