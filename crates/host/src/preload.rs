//! Libraries that are loaded into this process in front of the C library: fakeroot's, Yocto's pseudo, bear, the build wrappers of code
//! analysers.
//!
//! They learn what a program does, and change what it sees, by standing in for the C library's functions. So what make itself does
//! to files goes through these functions here, and where such a library may want to know of it, scripts run in a real shell. Their
//! functions lock and allocate: they must not be called by a child on its parent's memory.

use std::ffi::{CString, OsString, c_int};
use std::os::fd::{FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::sync::OnceLock;

use rustix::fs::{AtFlags, OFlags};
use rustix::io::{Errno, Result};

use crate::file::DEFAULT_MODE;
use crate::{Dir, Env};

/// How the names of libraries begin that have nothing to do with what becomes of files: memory allocators, and what makes writing
/// to disk sooner done or windows look otherwise.
const HARMLESS: [&[u8]; 5] =
    [b"libeatmydata", b"libgtk3-nocsd", b"libjemalloc", b"libmimalloc", b"libtcmalloc"];

fn libraries() -> &'static OsString {
    static LIBRARIES: OnceLock<OsString> = OnceLock::new();
    LIBRARIES.get_or_init(|| std::env::var_os("LD_PRELOAD").unwrap_or_default())
}

/// Whether this process was started with a library that may note or change what becomes of files.
pub fn may_mind_files() -> bool {
    minds_files(libraries().as_bytes())
}

/// Whether a process with this environment would be.
pub fn is_in(env: &Env) -> bool {
    env.get(b"LD_PRELOAD").is_some_and(|libraries| minds_files(libraries))
}

fn minds_files(libraries: &[u8]) -> bool {
    names(libraries).any(|name| !HARMLESS.iter().any(|harmless| name.starts_with(harmless)))
}

/// The libraries' names, without their directories. Spaces and colons divide them (ld.so(8)).
fn names(libraries: &[u8]) -> impl Iterator<Item = &[u8]> {
    let words = libraries.split(|c| matches!(c, b' ' | b':')).filter(|word| !word.is_empty());
    words.map(|word| word.rsplit(|c| *c == b'/').next().unwrap_or(word))
}

/// Opens a file as open(2) does, and makes it with `O_CREAT`, as far as the umask lets others read and write it.
pub(crate) fn open(dir: &Dir, path: &[u8], flags: OFlags) -> Result<OwnedFd> {
    let flags = flags | OFlags::CLOEXEC;
    if !may_mind_files() {
        return rustix::fs::openat(dir, path, flags, DEFAULT_MODE);
    }
    let path = full(dir, path)?;
    // SAFETY: the path is a C string.
    let fd = unsafe { libc::open(path.as_ptr(), flags.bits() as c_int, DEFAULT_MODE.bits()) };
    if fd == -1 {
        return Err(last_error());
    }
    // SAFETY: it was opened just now, and nobody else knows of it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Removes a file.
pub(crate) fn unlink(dir: &Dir, path: &[u8]) -> Result<()> {
    if !may_mind_files() {
        return rustix::fs::unlinkat(dir, path, AtFlags::empty());
    }
    let path = full(dir, path)?;
    // SAFETY: the path is a C string.
    match unsafe { libc::unlink(path.as_ptr()) } {
        -1 => Err(last_error()),
        _ => Ok(()),
    }
}

/// The whole path: such libraries know no directory that was opened without them.
fn full(dir: &Dir, path: &[u8]) -> Result<CString> {
    if path.is_empty() {
        return Err(Errno::NOENT);
    }
    CString::new(dir.absolute(path).to_vec()).map_err(|_| Errno::INVAL)
}

fn last_error() -> Errno {
    // SAFETY: errno's address is always good.
    Errno::from_raw_os_error(unsafe { *libc::__errno_location() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_that_is_not_known_may_mind_files() {
        let minds = |text: &str| minds_files(text.as_bytes());
        assert!(minds("libfakeroot-sysv.so"));
        assert!(minds("/usr/lib/x86_64-linux-gnu/pseudo/libpseudo.so"));
        assert!(minds("libeatmydata.so /opt/libmine.so:"));
        assert!(minds("/jemalloc/libmine.so"));
        assert!(!minds("/usr/lib/libeatmydata.so.1:libjemalloc.so.2"));
        assert!(!minds(" : "));
    }
}
