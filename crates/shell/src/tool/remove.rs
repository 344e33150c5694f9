//! `rm`.

use bstr::{BString, ByteSlice};
use rkbuild_host::Kind;

use super::place::{Done, Place, Thing, letters};

/// How deep a tree may be.
const MAX_DEPTH: u32 = 200;

/// `rm -f NAME…` and `rm -rf NAME…`, also `-R`, any number of names. Taken: what is missing, files of any kind and links,
/// which go themselves whatever they lead to, and with `-r` directories. Not: a name whose last part is `.` or `..`, a
/// directory without `-r`, and what the kernel does not let go; the real one goes on where this stopped, and what is gone
/// is no error for it. Without `-f` it may ask, which is left to it too. Nor a directory whose name leads through a link
/// or `..`: the way may be part of what is removed, and the real one keeps the directory open.
pub(super) fn rm(place: &Place<'_>, args: &[BString]) -> Done {
    let args = letters(args, b"frR")?;
    if !args.has(b'f') {
        return None;
    }
    let recursive = args.has(b'r') || args.has(b'R');
    for name in &args.operands {
        if matches!(name.rsplit_str("/").next(), None | Some(b"" | b"." | b"..")) {
            return None;
        }
        match place.thing(name)? {
            Thing::Missing => {}
            Thing::File(_) | Thing::Link | Thing::Other => place.host.unlink(place.dir, name).ok()?,
            Thing::Dir if recursive && straight(place, name)? => remove(place, name, 0)?,
            Thing::Dir => return None,
        }
    }
    Some(Vec::new())
}

/// Whether all directories above the last part of `name` are just that.
fn straight(place: &Place<'_>, name: &[u8]) -> Option<bool> {
    for at in name.find_iter("/").filter(|at| *at > 0) {
        let above = name.get(..at)?;
        let (last, slash) = (above.rsplit_str("/").next(), above.ends_with(b"/"));
        if last == Some(b"..") || !slash && !matches!(place.thing(above)?, Thing::Dir) {
            return Some(false);
        }
    }
    Some(true)
}

/// Removes a directory and all in it.
fn remove(place: &Place<'_>, name: &[u8], depth: u32) -> Option<()> {
    if depth > MAX_DEPTH {
        return None;
    }
    let entries = place.host.listing(place.dir, name).ok()?;
    for (entry, kind) in entries.iter() {
        let path: BString = [name, b"/", entry.as_bytes()].concat().into();
        // A listing that is not fresh, or a file system that does not tell kinds, shows here.
        if kind == Kind::Dir || place.host.unlink(place.dir, &path).is_err() {
            match place.thing(&path)? {
                Thing::Missing => {}
                Thing::Dir => remove(place, &path, depth + 1)?,
                Thing::File(_) | Thing::Link | Thing::Other => return None,
            }
        }
    }
    place.host.rmdir(place.dir, name).ok()
}
