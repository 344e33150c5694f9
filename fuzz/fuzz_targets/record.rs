//! Any bytes as a makefile that is included, one time by the way of records and one time by the general way: what the
//! session knows afterwards is the same. The first byte says what was read before.

#![no_main]

use std::cell::RefCell;

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/eval/tests/common/mod.rs"]
mod common;

thread_local! {
    static BENCH: RefCell<common::Bench> = RefCell::new(common::Bench::new());
}

fuzz_target!(|data: &[u8]| {
    let Some((setting, text)) = data.split_first() else { return };
    BENCH.with_borrow_mut(|bench| {
        let [record, general, known] = bench.all(text, usize::from(*setting));
        assert_eq!(record, general);
        assert_eq!(known, general);
    });
});
