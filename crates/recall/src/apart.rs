//! What is never run under watch, because it would be another program then.
//!
//! Who is watched can't be traced by another, and gets no rights of another user: a debugger starts nothing, `sudo` stays who it
//! was, and what was built with a sanitizer can't look for leaks as it ends. Such a command is run as ever, and its make not
//! remembered.

use std::sync::{Mutex, PoisonError};

use bstr::{BStr, BString, ByteSlice};
use rkbuild_engine::jobs::recall::Asked;
use rkbuild_host::Host;
use rustc_hash::FxHashMap;

/// Programs that get rights of another user, that have others do so, or that trace.
const APART: &[&str] = &[
    "apptainer",
    "bpftrace",
    "buildah",
    "bwrap",
    "doas",
    "eu-stack",
    "firejail",
    "fusermount",
    "fusermount3",
    "gcore",
    "gdb",
    "gdb-multiarch",
    "gdbserver",
    "lldb",
    "lldb-server",
    "ltrace",
    "mmdebstrap",
    "mount",
    "newgidmap",
    "newgrp",
    "newuidmap",
    "passwd",
    "ping",
    "pkexec",
    "podman",
    "proot",
    "pstack",
    "rr",
    "rust-gdb",
    "sg",
    "singularity",
    "strace",
    "su",
    "sudo",
    "udevil",
    "umount",
];

/// The same for the texts of scripts, where words can be prose.
const APART_IN_SCRIPTS: &[&str] =
    &["doas", "gdb", "gdbserver", "lldb", "ltrace", "pkexec", "podman", "proot", "strace", "sudo"];

/// What is in a program that looks for leaks.
const SANITIZERS: [&[u8]; 3] = [b"__lsan_", b"__asan_init", b"__hwasan_init"];

/// Larger files are not looked through.
const MOST_READ: u64 = 64 << 20;

/// Files that were looked through, by their paths.
#[derive(Debug, Default)]
pub(crate) struct Apart(Mutex<FxHashMap<BString, bool>>);

impl Apart {
    /// Whether a command is not to be watched. `host` notes nothing.
    pub fn has(&self, host: &Host, asked: &Asked<'_>) -> bool {
        asked.argv.iter().any(|text| {
            // What is called from where one is has a directory in its name, or an ending that a shell is told.
            words(text).any(|word| match word.contains(&b'/') || word.ends_with(b".sh") {
                false => is_in(APART, word),
                true => self.is_apart(host, asked, word),
            })
        })
    }

    /// Whether a file that a command names is such a program, or a script that names one.
    fn is_apart(&self, host: &Host, asked: &Asked<'_>, word: &[u8]) -> bool {
        let path = asked.dir.absolute(word);
        if let Some(known) = self.known().get(&path) {
            return *known;
        }
        let found = look_through(host, asked, word);
        self.known().insert(path, found);
        found
    }

    fn known(&self) -> std::sync::MutexGuard<'_, FxHashMap<BString, bool>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn look_through(host: &Host, asked: &Asked<'_>, word: &[u8]) -> bool {
    let Ok(meta) = host.stat(asked.dir, word) else { return false };
    if !meta.is_file() || meta.size > MOST_READ {
        return false;
    }
    if word.rsplit(|c| *c == b'/').next().is_some_and(|name| is_in(APART, name)) {
        return true;
    }
    // The system's programs were built without sanitizers, and its scripts are no tests of somebody's.
    if meta.mode & 0o111 == 0 && !word.ends_with(b".sh")
        || word.starts_with(b"/usr/")
        || word.starts_with(b"/bin/")
    {
        return false;
    }
    let Ok(text) = host.read(asked.dir, word) else { return false };
    if text.starts_with(b"\x7fELF") {
        return SANITIZERS.iter().any(|sign| text.contains_str(sign));
    }
    words(&text).any(|word| is_in(APART_IN_SCRIPTS, word))
}

fn is_in(names: &[&str], word: &[u8]) -> bool {
    names.binary_search_by(|name| BStr::new(name).cmp(BStr::new(word))).is_ok()
}

/// What can be the name of a program or a file.
fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_part = |c: &u8| c.is_ascii_alphanumeric() || b"_-+./@%,:~".contains(c);
    text.split(move |c| !is_part(c)).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_and_names_are_found_among_words() {
        for list in [APART, APART_IN_SCRIPTS] {
            assert!(list.is_sorted());
        }
        let has = |text: &str| words(text.as_bytes()).any(|word| is_in(APART, word));
        for text in ["sudo rmmod x; true", "cd a && (exec gdb -batch)", "x=$(sudo -n id)", "\"strace\" a"] {
            assert!(has(text), "{text}");
        }
        for text in ["pseudo", "gdb-add-index x", "scripts/gdb", "sudo-x", "suds"] {
            assert!(!has(text), "{text}");
        }
    }
}
