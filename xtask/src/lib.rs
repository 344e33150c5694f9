//! What the people who work on rkbuild run. Each command is a module; `cargo xtask --help` lists them.

pub mod bench;
pub mod candidate;
pub mod change;
pub mod checks;
pub mod churn;
pub mod confine;
pub mod conformance;
pub mod debian;
pub mod explain;
pub mod fuzz;
pub mod generate;
pub mod lang;
pub mod machine;
pub mod oracle;
pub mod places;
pub mod process;
pub mod programs;
pub mod recipe;
pub mod reference;
pub mod snapshot;
pub mod sources;
pub mod stage;
pub mod suite;
pub mod targets;
pub mod trial;
pub mod verdict;
