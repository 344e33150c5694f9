//! Tools that change names and attributes, not contents: `mkdir`, `touch`, `ln`, `mv`, `chmod`; and `basename`, `dirname`.

use std::io;

use bstr::{BString, ByteSlice};

use rkbuild_host::{Kind, Permission};

use super::place::{Done, Place, Thing, letters, same};

/// `mkdir DIR` and `mkdir -p DIR…`; a slash at the end is as good as none. Taken: what is missing, and with `-p` what is
/// a directory or leads to one. Not: several without `-p`, where what has been made would be in the way of the real
/// program; a umask that keeps the owner out, of which parents would be free.
pub(super) fn mkdir(place: &Place<'_>, args: &[BString]) -> Done {
    let args = letters(args, b"p")?;
    let parents = args.has(b'p');
    if args.operands.is_empty() || !parents && args.operands.len() > 1 {
        return None;
    }
    for name in &args.operands {
        let bare = name.trim_end_with(|c| c == '/');
        match place.target(bare)? {
            Thing::Missing => match place.host.mkdir(place.dir, name) {
                Ok(()) => {}
                Err(error) if parents && error.kind() == io::ErrorKind::NotFound => make_all(place, bare)?,
                Err(_) => return None,
            },
            Thing::Dir if parents => {}
            _ => return None,
        }
    }
    Some(Vec::new())
}

/// Makes the directories above `name` and `name` itself.
fn make_all(place: &Place<'_>, name: &[u8]) -> Option<()> {
    if place.host.umask() & 0o300 != 0 {
        return None;
    }
    let ends = name.find_iter("/").filter(|at| *at > 0).chain([name.len()]);
    for end in ends {
        let part = name.get(..end)?;
        match place.host.mkdir(place.dir, part) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if place.host.kind(place.dir, part).ok()? != Kind::Dir {
                    return None;
                }
            }
            Err(_) => return None,
        }
    }
    Some(())
}

/// `touch FILE…`, any number. Taken: what is missing, and plain files that may be written. Not: links, directories.
pub(super) fn touch(place: &Place<'_>, args: &[BString]) -> Done {
    let args = letters(args, b"")?;
    if args.operands.is_empty() {
        return None;
    }
    for name in &args.operands {
        match place.thing(name)? {
            Thing::Missing | Thing::File(_) => place.host.touch(place.dir, name).ok()?,
            Thing::Dir | Thing::Link | Thing::Other => return None,
        }
    }
    Some(Vec::new())
}

/// `ln -s TARGET LINK` where nothing is called LINK, and with `-f` where that is a link: with `-n` any, without one that
/// does not lead to a directory. Not: LINK is a file, which could be TARGET itself, or a directory.
pub(super) fn ln(place: &Place<'_>, args: &[BString]) -> Done {
    let args = letters(args, b"sfn")?;
    let [target, link] = args.operands.as_slice() else { return None };
    if !args.has(b's') || target.is_empty() {
        return None;
    }
    match place.thing(link)? {
        Thing::Missing => place.host.symlink(place.dir, target, link).ok()?,
        Thing::Link if args.has(b'f') => {
            if !args.has(b'n') && matches!(place.target(link)?, Thing::Dir) {
                return None;
            }
            // As the real one does: a link beside it, moved over it.
            let temporary = beside(link);
            place.host.symlink(place.dir, target, &temporary).ok()?;
            if place.host.rename(place.dir, &temporary, link).is_err() {
                // The real program starts from what was there before.
                place.host.unlink(place.dir, &temporary).ok();
                return None;
            }
        }
        _ => return None,
    }
    Some(Vec::new())
}

/// A name in the directory of `path` that nothing has.
fn beside(path: &[u8]) -> BString {
    let mut name: BString = match path.rfind_byte(b'/') {
        Some(at) => path.get(..=at).unwrap_or_default().into(),
        None => BString::default(),
    };
    name.extend_from_slice(format!(".ln{}-{}", std::process::id(), rustix::thread::gettid()).as_bytes());
    name
}

/// `mv FILE NAME` and `mv -f FILE NAME` within a file system. Taken: FILE is a plain file, NAME is missing or another
/// plain file, and one that may be written, since `mv` without `-f` asks about others in a terminal. Not: links on either
/// side, two names of one file.
pub(super) fn mv(place: &Place<'_>, args: &[BString]) -> Done {
    let args = letters(args, b"f")?;
    let [from, to] = args.operands.as_slice() else { return None };
    let Thing::File(source) = place.thing(from)? else { return None };
    match place.thing(to)? {
        Thing::Missing => {}
        Thing::File(target) if !same(&source, &target) => {
            if !args.has(b'f') {
                place.host.access(place.dir, to, Permission::Write).ok()?;
            }
        }
        _ => return None,
    }
    place.host.rename(place.dir, from, to).ok()?;
    Some(Vec::new())
}

/// `chmod MODE FILE…` of plain files, any number, where MODE is `+x`, `a+x`, `u+x`, `u+w`, `a-w`, or three or four octal
/// digits. Not: links, directories, whose special bits have rules of their own.
pub(super) fn chmod(place: &Place<'_>, args: &[BString]) -> Done {
    let (mode, files) = args.split_first()?;
    if files.is_empty() || files.iter().any(|f| f.starts_with(b"-")) {
        return None;
    }
    for name in files {
        let Thing::File(meta) = place.thing(name)? else { return None };
        let old = meta.mode & 0o7777;
        let new = match mode.as_bytes() {
            b"+x" => old | (0o111 & !place.host.umask()),
            b"a+x" => old | 0o111,
            b"u+x" => old | 0o100,
            b"u+w" => old | 0o200,
            b"a-w" => old & !0o222,
            text if (3..=4).contains(&text.len()) && text.iter().all(|c| (b'0'..=b'7').contains(c)) => {
                u32::from_str_radix(text.to_str().ok()?, 8).ok()?
            }
            _ => return None,
        };
        place.host.chmod(place.dir, name, new).ok()?;
    }
    Some(Vec::new())
}

/// `basename NAME [SUFFIX]`, of text that does not start with a dash.
pub(super) fn basename(_: &Place<'_>, args: &[BString]) -> Done {
    let (name, suffix): (&[u8], &[u8]) = match args {
        [name] => (name, b""),
        [name, suffix] => (name, suffix),
        _ => return None,
    };
    if name.starts_with(b"-") || name.is_empty() {
        return None;
    }
    let trimmed = name.trim_end_with(|c| c == '/');
    let base = match trimmed.rsplit_str("/").next() {
        _ if trimmed.is_empty() => &b"/"[..],
        Some(base) => base,
        None => trimmed,
    };
    let base = match base.strip_suffix(suffix) {
        Some(stem) if !stem.is_empty() && !suffix.is_empty() && base != b"/" => stem,
        _ => base,
    };
    Some([base, b"\n"].concat())
}

/// `dirname NAME`, of text that does not start with a dash or two slashes.
pub(super) fn dirname(_: &Place<'_>, args: &[BString]) -> Done {
    let [name] = args else { return None };
    if name.starts_with(b"-") || name.is_empty() || name.starts_with(b"//") {
        return None;
    }
    let trimmed = name.trim_end_with(|c| c == '/');
    let dir: &[u8] = match trimmed.rfind_byte(b'/') {
        _ if trimmed.is_empty() => b"/",
        None => b".",
        Some(at) => match trimmed.get(..at).unwrap_or_default().trim_end_with(|c| c == '/') {
            b"" => b"/",
            dir => dir,
        },
    };
    Some([dir, b"\n"].concat())
}
