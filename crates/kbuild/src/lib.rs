//! The kbuild layer: recognition of kbuild's idioms, never replacement.
//!
//! It plugs into the builder through [`rkbuild_build::native::Native`]. Nothing is recognised yet: every command takes
//! the general path, with the same result.
