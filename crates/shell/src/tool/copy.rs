//! Tools that read files: `cat`, `cmp -s`, `cp`. Everything is read before anything is written, so giving up leaves no
//! trace, and a target is incomplete for no longer than one write takes.

use bstr::{BString, ByteSlice};
use rkbuild_host::{Exit, Meta, OpenMode};
use rustix::fs::FileType;

use super::place::{Done, Place, Thing, letters, same};
use crate::shell::Invocation;

/// The largest file that is read whole; larger ones are left to the real program.
const LARGE: u64 = 16 << 20;

/// What a pipe holds.
const PIPE: usize = 64 << 10;

impl Place<'_> {
    /// The plain file a name leads to.
    fn file(&self, name: &[u8]) -> Option<Meta> {
        match self.target(name)? {
            Thing::File(meta) if meta.size <= LARGE => Some(meta),
            _ => None,
        }
    }

    fn contents(&self, name: &[u8]) -> Option<Vec<u8>> {
        self.host.read(self.dir, name).ok()
    }
}

/// `cat FILE…` of plain files and links to them, of moderate size and none of which is also the output. Not: standard
/// input, a file that cannot be read, more than a pipe holds into a pipe.
pub(super) fn cat(place: &Place<'_>, args: &[BString], command: &Invocation<'_>) -> Option<Exit> {
    let [_, stdout, _] = command.streams;
    let out = stdout.file(place.host).ok()?;
    let data = concatenated(place, args, out.as_ref())?;
    if data.is_empty() {
        return Some(Exit::Code(0));
    }
    // If this process is killed while it waits for a reader, that takes what it has for all there is.
    let is_pipe = |meta: &Meta| FileType::from_raw_mode(meta.mode) == FileType::Fifo;
    if data.len() > PIPE && out.as_ref().is_some_and(is_pipe) {
        return None;
    }
    command.has_begun();
    let written = stdout.write(&data);
    place.host.changed();
    match written {
        Ok(()) => Some(Exit::Code(0)),
        Err(_) if stdout.has_failed() => None,
        Err(error) => match crate::signal::of_write(&error) {
            Some(exit) => Some(exit),
            None => {
                let why = rkbuild_host::errors::describe(&error);
                // Nobody is left to tell when standard error fails.
                let _ = command.write_err(format!("cat: write error: {why}\n").as_bytes());
                Some(Exit::Code(1))
            }
        },
    }
}

/// What `cat` writes, given what its output is.
pub(super) fn concatenated(place: &Place<'_>, args: &[BString], out: Option<&Meta>) -> Option<Vec<u8>> {
    let args = letters(args, b"")?;
    if args.operands.is_empty() {
        return None;
    }
    let mut data = Vec::new();
    for name in &args.operands {
        let meta = place.file(name)?;
        // A file that is also the output would grow under its reader.
        if out.is_some_and(|out| same(&meta, out)) {
            return None;
        }
        data.extend(place.contents(name)?);
    }
    Some(data)
}

/// `cmp -s A B` of plain files and links to them, which can be read.
pub(super) fn cmp(place: &Place<'_>, args: &[BString]) -> Option<Exit> {
    let args = letters(args, b"s")?;
    let [a, b] = args.operands.as_slice() else { return None };
    if !args.has(b's') {
        return None;
    }
    let (ma, mb) = (place.file(a)?, place.file(b)?);
    for name in [a, b] {
        place.host.access(place.dir, name, rkbuild_host::Permission::Read).ok()?;
    }
    let equal = if ma.size != mb.size && ma.size > 0 && mb.size > 0 {
        false
    } else {
        same(&ma, &mb) || place.contents(a)? == place.contents(b)?
    };
    Some(Exit::Code(i32::from(!equal)))
}

/// `cp FILE NEW` and `cp -f FILE NEW`. Taken: FILE is a plain file without special bits that can be read, NEW is missing
/// or another plain file that may be written. Not: links on either side, two names of one file, a directory.
pub(super) fn cp(place: &Place<'_>, args: &[BString]) -> Done {
    let args = letters(args, b"f")?;
    let [from, to] = args.operands.as_slice() else { return None };
    let Thing::File(source) = place.thing(from)? else { return None };
    if source.size > LARGE || source.mode & 0o7000 != 0 {
        return None;
    }
    let how = match place.thing(to)? {
        Thing::Missing => OpenMode::New,
        Thing::File(target) if !same(&source, &target) && target.mode & 0o7000 == 0 => OpenMode::Truncate,
        _ => return None,
    };
    let data = place.contents(from)?;
    let written =
        place.host.write_apart(place.dir, &[(to.as_bytes(), Some(how))], source.mode & 0o777, 0, &data);
    // What can't be written the real one can't write either, and says so.
    written.ok()?;
    Some(Vec::new())
}
