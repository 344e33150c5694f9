//! Any bytes as a shell command: the parser accepts it or gives a reason, and ends.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let accepted = rkbuild_shell::parse(data).is_some();
    let declined = rkbuild_shell::decline_reason(data).is_some();
    assert!(accepted != declined, "neither accepted nor declined, or both");
});
