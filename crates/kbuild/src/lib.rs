//! The kbuild layer: recognition of kbuild's idioms, never replacement.
//!
//! It is what the builder asks through [`Native`] before a command is run in any other way. Nothing is recognised yet:
//! every command takes the general path, with the same result.

use rkbuild_engine::jobs::native::Native;

/// All idioms that are recognised.
pub struct Layer;

impl Native for Layer {}
