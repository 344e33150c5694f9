//! Files to be executed: what else the system loads to execute them.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use bstr::{BString, ByteSlice};
use rustix::fs::{AtFlags, CWD};

use super::{filter, unsupported};
use crate::{Dir, Meta};

/// How far the system reads a file to see what it is.
const HEAD: usize = 256;
const PROGRAM_HEADER: usize = 56;
const PT_INTERP: u32 = 3;

/// What kind of program a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Image {
    /// A script, and its interpreter.
    Script(BString),
    /// A program for this processor, and its loader if it has one.
    Native(Option<BString>),
    /// A program for another processor, or anything a handler of the system's is registered for.
    Foreign,
    /// Nothing that can be executed.
    Nothing,
}

/// What the file at `path` is.
pub(super) fn image(path: &[u8]) -> Image {
    look(path).unwrap_or(Image::Foreign)
}

fn look(path: &[u8]) -> io::Result<Image> {
    let flags = rustix::fs::OFlags::RDONLY | rustix::fs::OFlags::CLOEXEC | rustix::fs::OFlags::NONBLOCK;
    let file = File::from(rustix::fs::openat(CWD, path, flags, rustix::fs::Mode::empty())?);
    let mut head = [0; HEAD];
    let length = file.read_at(&mut head, 0)?;
    let head = head.get(..length).unwrap_or_default();
    if let Some(line) = head.strip_prefix(b"#!") {
        return Ok(interpreter(line).map_or(Image::Nothing, Image::Script));
    }
    if !head.starts_with(b"\x7fELF") {
        // A handler may be registered for it; else it can't be executed, and a shell that then reads it opens it.
        return Ok(if length == 0 || is_text(head) { Image::Nothing } else { Image::Foreign });
    }
    elf(&file, head)
}

fn is_text(head: &[u8]) -> bool {
    !head.lines().next().unwrap_or_default().contains(&0)
}

/// The interpreter that a script's first line names, without the `#!`.
fn interpreter(line: &[u8]) -> Option<BString> {
    let line = line.split(|c| *c == b'\n').next()?;
    let line = line.trim_start_with(|c| c == ' ' || c == '\t');
    let name = line.split(|c| matches!(c, b' ' | b'\t' | 0)).next()?;
    (!name.is_empty()).then(|| name.into())
}

fn number(bytes: &[u8], at: usize, length: usize) -> u64 {
    let bytes = bytes.get(at..at + length).unwrap_or_default();
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn elf(file: &File, head: &[u8]) -> io::Result<Image> {
    const CLASS_64_LITTLE: [u8; 2] = [2, 1];
    // The machine's number is the lower half of the number filters know it by.
    let machine = u64::from(filter::ARCH & 0xffff);
    if head.get(4..6) != Some(&CLASS_64_LITTLE) || number(head, 18, 2) != machine {
        return Ok(Image::Foreign);
    }
    let (begin, size, count) = (number(head, 32, 8), number(head, 54, 2), number(head, 56, 2));
    for i in 0..count {
        let mut header = [0; PROGRAM_HEADER];
        file.read_exact_at(&mut header, begin.saturating_add(i * size))?;
        if number(&header, 0, 4) == u64::from(PT_INTERP) {
            let length = usize::try_from(number(&header, 32, 8)).unwrap_or(usize::MAX).min(4096);
            let mut name = vec![0; length];
            file.read_exact_at(&mut name, number(&header, 8, 8))?;
            if let Some(end) = name.find_byte(0) {
                name.truncate(end);
            }
            return Ok(Image::Native(Some(name.into())));
        }
    }
    Ok(Image::Native(None))
}

/// Whether executing the file gives more rights than the user has.
pub(super) fn is_privileged(path: &[u8], mode: u32) -> bool {
    let set_group = libc::S_ISGID | libc::S_IXGRP;
    if mode & libc::S_ISUID != 0 || mode & set_group == set_group {
        return true;
    }
    let mut value = [0u8; 64];
    rustix::fs::getxattr(path, c"security.capability", &mut value[..]).is_ok()
}

/// Refuses what can't be watched: programs of other processors' kinds, and those that would not get the rights they need.
/// What can't be executed at all is let through, to fail as it would.
pub(super) fn may_be_watched(dir: &Dir, program: &[u8]) -> io::Result<()> {
    if !filter::KNOWN {
        return Err(unsupported("this processor's system calls are not known"));
    }
    let path = dir.absolute(program);
    let Ok(stat) = rustix::fs::statat(CWD, path.as_slice(), AtFlags::empty()) else { return Ok(()) };
    if is_privileged(&path, Meta::from(stat).mode) {
        return Err(unsupported("the program runs with rights of its own"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interpreters_are_those_the_system_would_start() {
        assert_eq!(interpreter(b"/bin/sh\nexit"), Some("/bin/sh".into()));
        assert_eq!(interpreter(b" \t/usr/bin/env python3 -s\n"), Some("/usr/bin/env".into()));
        assert_eq!(interpreter(b"\n"), None);
        let me = std::env::current_exe().unwrap();
        let Image::Native(Some(loader)) = image(me.as_os_str().as_encoded_bytes()) else { panic!() };
        assert!(std::path::Path::new(loader.to_str().unwrap()).exists());
        assert_eq!(image(b"/etc/passwd"), Image::Nothing);
        assert!(matches!(image(b"/none"), Image::Foreign));
    }
}
