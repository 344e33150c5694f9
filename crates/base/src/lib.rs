//! What every other crate may know: interned names, places in makefiles, a stack that grows, and text helpers.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::unreachable))]
#![cfg_attr(not(test), deny(clippy::todo, clippy::unimplemented, clippy::print_stdout, clippy::print_stderr))]

pub mod chunks;
pub mod identity;
pub mod name;
pub mod options;
pub mod place;
pub mod stack;
pub mod text;

pub use bstr::{BStr, BString, ByteSlice, ByteVec};
pub use chunks::Chunks;
pub use identity::Identity;
pub use name::{Name, Names};
pub use place::Place;

/// The hash map used for small keys such as [`Name`]s; not for keys an attacker chooses.
pub type FxMap<K, V> = rustc_hash::FxHashMap<K, V>;
/// The hash set that goes with [`FxMap`].
pub type FxSet<K> = rustc_hash::FxHashSet<K>;
