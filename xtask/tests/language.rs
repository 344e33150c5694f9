//! The language tests as a cargo test: `cargo test -p xtask --test language`.

use xtask::candidate;
use xtask::lang::{self, Kind};
use xtask::places::Places;

#[test]
fn language_tests_agree_with_gnu_make() {
    let places = Places::find().unwrap();
    let variants = candidate::variants(&places, None).unwrap();
    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    let report = lang::run_all(&places, Kind::Named(""), variants, jobs).unwrap();
    for (name, text) in &report.failures {
        println!("{name}: FAILED\n{text}");
    }
    assert!(report.passed > 40, "only {} tests ran", report.passed);
    assert!(report.failures.is_empty(), "{} of the language tests fail", report.failures.len());
}
