//! The kbuild layer: recognition of kbuild's idioms, never replacement.
//!
//! It is what the builder asks through [`Native`] before a command is run in any other way. What is not known to the
//! letter takes the general path, with the same result.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::unreachable))]
#![cfg_attr(not(test), deny(clippy::todo, clippy::unimplemented, clippy::print_stdout, clippy::print_stderr))]

mod ar;
mod definitions;
mod depfile;
mod edition;
mod exports;
mod fixdep;
mod symbols;
mod thin;
mod trial;

use std::sync::Arc;

use rkbuild_engine::jobs::native::Native;
use rkbuild_host::{Exit, Host, preload};
use rkbuild_shell::Invocation;

pub use crate::definitions::Definitions;

use crate::ar::Archiver;
use crate::exports::Exports;
use crate::fixdep::Fixdep;

/// All idioms that are recognised.
#[derive(Default)]
pub struct Layer {
    fixdep: Fixdep,
    archiver: Archiver,
    exports: Exports,
}

impl Native for Layer {
    fn command(&self, host: &Arc<Host>, command: &Invocation<'_>) -> Option<Exit> {
        // What is loaded into programs may change what they do.
        if preload::is_in(command.env) {
            return None;
        }
        self.fixdep
            .run(host, command)
            .or_else(|| self.archiver.run(host, command))
            .or_else(|| self.exports.run(host, command))
    }
}
