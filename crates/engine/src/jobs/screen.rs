//! Where somebody keeps a line of the terminal for himself: the trait behind `--progress`.
//!
//! What jobs print is kept together then, as with `-O`, so that it can be shown above that line. A command that draws on the
//! terminal or asks something gets it for itself.

use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};

use rkbuild_host::{Stdio, fd};

/// Shows what is printed, above a line of its own.
pub trait Screen: Send + Sync {
    /// The terminal itself, for a command that reads keys or draws: the line is away until it is given back. All that was
    /// printed before is to be seen.
    fn lend(&self) -> Stdio;

    /// The terminal is no longer needed.
    fn give_back(&self);

    /// A command that can read the terminal prints this. Where it asks something, that is shown before it is over.
    fn may_ask(&self, printed: Printed);
}

/// The terminal, until this value goes.
pub(crate) struct Lent(pub Arc<dyn Screen>);

impl Drop for Lent {
    fn drop(&mut self) {
        self.0.give_back();
    }
}

/// Whether a target is of the kind that asks or draws: `menuconfig`, `oldconfig`, `syncconfig`.
pub(crate) fn is_interactive(target: &[u8]) -> bool {
    target.ends_with(b"config")
}

/// What a command printed so far, of which some may have been shown.
#[derive(Clone)]
pub struct Printed {
    pub(crate) file: Arc<OwnedFd>,
    shown: Arc<Mutex<usize>>,
}

impl Printed {
    /// What is written to `file`, which is empty.
    pub(crate) fn new(file: Arc<OwnedFd>) -> Printed {
        Printed { file, shown: Arc::default() }
    }

    /// Hands out what was not shown yet; it counts as shown where `show` says so.
    pub fn show(&self, show: impl FnOnce(&[u8]) -> bool) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let Ok(all) = fd::read_memory_file(&*self.file) else { return };
        if show(all.get(*shown..).unwrap_or_default()) {
            *shown = all.len();
        }
    }

    /// Takes out what was not shown yet; nothing is left.
    pub(crate) fn take(&self) -> Option<Vec<u8>> {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = fd::read_memory_file(&*self.file).ok()?;
        if !all.is_empty() {
            fd::empty(&*self.file).ok()?;
        }
        let shown = std::mem::take(&mut *shown).min(all.len());
        Some(all.split_off(shown))
    }

    /// Whether nobody else has it: the command is over.
    pub fn is_over(&self) -> bool {
        Arc::strong_count(&self.shown) == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_shown_is_not_taken_again() {
        let file = Arc::new(fd::memory_file().unwrap());
        fd::set_append(&file).unwrap();
        let printed = Printed::new(file.clone());
        let text = |printed: &Printed| String::from_utf8(printed.take().unwrap()).unwrap();
        fd::write_all(&file, b"name? ").unwrap();
        printed.show(|text| {
            assert_eq!(text, b"name? ");
            false
        });
        printed.show(|text| text == b"name? ");
        fd::write_all(&file, b"hello\n").unwrap();
        assert_eq!(text(&printed), "hello\n");
        assert_eq!(text(&printed), "");
        fd::write_all(&file, b"more\n").unwrap();
        assert_eq!(text(&printed), "more\n");
        let other = printed.clone();
        assert!(!other.is_over());
        drop(printed);
        assert!(other.is_over());
    }
}
