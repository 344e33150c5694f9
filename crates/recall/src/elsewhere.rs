//! Toolchains outside the system's directories: those of kernel.org, Buildroot, Yocto, or of one's own.
//!
//! A program of the system is what it is called. One that lies elsewhere, or has a name that others may have as well (`*-gcc`), has to
//! say what it is: an ELF file with a text in it that nobody else has a reason to hold. What lies below the directory a command runs in is the tree's own, whatever it says.

use std::sync::{Mutex, PoisonError};

use bstr::{BString, ByteSlice};
use rkbuild_host::eyes::{self, Ask};
use rkbuild_host::{Dir, Host, Meta};
use rustc_hash::FxHashMap;

/// The programs that were looked into.
#[derive(Default)]
pub struct Elsewhere(Mutex<FxHashMap<BString, (Meta, bool)>>);

impl Elsewhere {
    /// Whether the program at `path` says that it is what it is called: `says` is in it. `dir`: where the command runs.
    pub fn says(&self, host: &Host, root: &Dir, dir: &Dir, path: &BString, says: &str) -> bool {
        let within = path.strip_prefix(dir.path().as_bytes()).is_some_and(|rest| rest.starts_with(b"/"));
        let Ok(meta) = host.look_unseen(Ask::Stat, root, path) else { return false };
        if within || says.is_empty() {
            return false;
        }
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(path).copied();
        if let Some((_, says)) = known.filter(|(then, _)| *then == meta) {
            return says;
        }
        let began = host.now_ns();
        let holds = |(text, now): (Vec<u8>, Meta)| {
            now == meta && text.starts_with(b"\x7fELF") && text.find(says).is_some()
        };
        let found = host.read_unseen(root, path).is_ok_and(holds);
        // A file that is written to within the clock's grain keeps its times.
        if !eyes::is_young(&meta, began) {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(path.clone(), (meta, found));
        }
        found
    }
}
