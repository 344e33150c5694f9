//! Tools that read files: `cat`, `cmp -s`, `cp`. Everything is read before anything is written, so giving up leaves no
//! trace, and a target is incomplete for no longer than one write takes.

use bstr::{BString, ByteSlice};
use rkbuild_host::{Exit, Look, Meta, OpenMode};
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

    /// Whether a name leads to the null device, and it can be read.
    fn reads_nothing(&self, name: &[u8]) -> bool {
        let is_null = matches!(self.host.look(self.dir, name, true), Ok(Look::Found(meta)) if meta.is_null());
        is_null && self.host.read_unseen(self.dir, name).is_ok()
    }

    fn contents(&self, name: &[u8]) -> Option<Vec<u8>> {
        self.host.read(self.dir, name).ok()
    }
}

/// `cat FILE…` of `/dev/null`, and plain files and links to them, of moderate size and none of which is also the output; where what
/// it complains of goes to `/dev/null`, names of nothing as well. Not: standard input, a file that cannot be read, more than a
/// pipe holds into a pipe.
pub(super) fn cat(place: &Place<'_>, args: &[BString], command: &Invocation<'_>) -> Option<Exit> {
    let [_, stdout, stderr] = command.streams;
    let out = stdout.file(place.host).ok()?;
    let silent = || matches!(stderr.file(place.host), Ok(Some(meta)) if meta.is_null());
    let (data, exit) = match concatenated(place, args, out.as_ref()) {
        Concatenated::Whole(data) => (data, Exit::Code(0)),
        Concatenated::Partly(data) if silent() => (data, Exit::Code(1)),
        Concatenated::Partly(_) | Concatenated::Declined => return None,
    };
    if data.is_empty() {
        return Some(exit);
    }
    // If this process is killed while it waits for a reader, that takes what it has for all there is.
    let is_pipe = |meta: &Meta| FileType::from_raw_mode(meta.mode) == FileType::Fifo;
    if data.len() > PIPE && out.as_ref().is_some_and(is_pipe) {
        return None;
    }
    command.has_begun();
    let written = stdout.write(&data);
    stdout.wrote(place.host);
    match written {
        Ok(()) => Some(exit),
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

/// What `cat` writes.
pub(super) enum Concatenated {
    /// All files, one after the other.
    Whole(Vec<u8>),
    /// Those that are there; it complains of the others.
    Partly(Vec<u8>),
    /// That is not known.
    Declined,
}

/// What `cat` writes, given what its output is.
pub(super) fn concatenated(place: &Place<'_>, args: &[BString], out: Option<&Meta>) -> Concatenated {
    let Some(args) = letters(args, b"").filter(|args| !args.operands.is_empty()) else {
        return Concatenated::Declined;
    };
    let mut data = Vec::new();
    let mut missing = false;
    for name in &args.operands {
        if **name == "/dev/null" && place.reads_nothing(name) {
            continue;
        }
        match place.target(name) {
            Some(Thing::Missing) => missing = true,
            // A file that is also the output would grow under its reader.
            Some(Thing::File(meta)) if meta.size <= LARGE && !out.is_some_and(|out| same(&meta, out)) => {
                let Some(contents) = place.contents(name) else { return Concatenated::Declined };
                data.extend(contents);
            }
            _ => return Concatenated::Declined,
        }
    }
    if missing { Concatenated::Partly(data) } else { Concatenated::Whole(data) }
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
