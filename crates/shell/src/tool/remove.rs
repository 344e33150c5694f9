//! `rm`.

use bstr::{BString, ByteSlice};
use rkbuild_host::Kind;

use super::{Done, Place, is_missing, letters};

/// How deep a tree may be.
const MAX_DEPTH: u32 = 200;

/// `rm -f FILE…` and `rm -rf FILE…`. Without `-f` it may ask, which is left to the real one.
pub(super) fn rm(place: &Place<'_>, args: &[BString]) -> Done {
    let args = letters(args, b"frR")?;
    if !args.has(b'f') {
        return None;
    }
    let recursive = args.has(b'r') || args.has(b'R');
    for name in &args.operands {
        // "." and ".." are refused with a message, "" is not there, "/" needs more care.
        let last = name.rsplit_str("/").find(|part| !part.is_empty());
        if matches!(last, None | Some(b"." | b"..")) {
            return None;
        }
        match place.host.unlink(place.dir, name) {
            Ok(()) => {}
            Err(error) if is_missing(&error) => {}
            Err(_) if recursive => remove(place, name, 0)?,
            Err(_) => return None,
        }
    }
    Some(Vec::new())
}

/// Removes a directory and all in it.
fn remove(place: &Place<'_>, name: &[u8], depth: u32) -> Option<()> {
    let meta = place.host.lstat(place.dir, name).ok()?;
    if !meta.is_dir() || depth > MAX_DEPTH {
        return None;
    }
    let entries = place.host.listing(place.dir, name).ok()?;
    for (entry, kind) in entries.iter() {
        if entry == "." || entry == ".." {
            continue;
        }
        let path: BString = [name, b"/", entry.as_bytes()].concat().into();
        if kind == Kind::Dir || place.host.unlink(place.dir, &path).is_err() {
            match place.host.lstat(place.dir, &path) {
                Err(error) if is_missing(&error) => {}
                _ => remove(place, &path, depth + 1)?,
            }
        }
    }
    place.host.rmdir(place.dir, name).ok()
}
