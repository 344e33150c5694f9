//! Tools that change names and attributes, not contents: `mkdir`, `touch`, `ln`, `mv`, `chmod`; and `basename`, `dirname`.

use std::io;

use bstr::{BString, ByteSlice};

use super::{Done, Place, letters};

/// `mkdir [-p] DIR…`
pub(super) fn mkdir(place: &Place<'_>, args: &[BString]) -> Done {
    let args = letters(args, b"p")?;
    // Without -p, what has been made would be in the way of the real program when a later one can't be.
    if args.operands.is_empty() || !args.has(b'p') && args.operands.len() > 1 {
        return None;
    }
    for name in &args.operands {
        match place.host.mkdir(place.dir, name) {
            Ok(()) => {}
            Err(_) if !args.has(b'p') => return None,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if !place.host.stat(place.dir, name).ok()?.is_dir() {
                    return None;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound && !name.is_empty() => {
                parents(place, name)?
            }
            Err(_) => return None,
        }
    }
    Some(Vec::new())
}

/// Makes the directories above `name` and `name` itself.
fn parents(place: &Place<'_>, name: &[u8]) -> Option<()> {
    // Parents get u+wx whatever the umask says; with the usual ones that is no change.
    if place.host.umask() & 0o300 != 0 {
        return None;
    }
    let ends = name.find_iter("/").filter(|at| *at > 0).chain([name.len()]);
    for end in ends {
        let part = name.get(..end)?;
        match place.host.mkdir(place.dir, part) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if !place.host.stat(place.dir, part).ok()?.is_dir() {
                    return None;
                }
            }
            Err(_) => return None,
        }
    }
    Some(())
}

/// `touch FILE…`
pub(super) fn touch(place: &Place<'_>, args: &[BString]) -> Done {
    let args = letters(args, b"")?;
    if args.operands.is_empty() {
        return None;
    }
    for name in &args.operands {
        // "-" is standard output; only plain files and new ones are done here.
        if *name == "-" || place.host.stat(place.dir, name).is_ok_and(|m| !m.is_file()) {
            return None;
        }
        place.host.touch(place.dir, name).ok()?;
    }
    Some(Vec::new())
}

/// `ln -s[f] TARGET LINK`, where LINK is no directory.
pub(super) fn ln(place: &Place<'_>, args: &[BString]) -> Done {
    let args = letters(args, b"sfn")?;
    let [target, link] = args.operands.as_slice() else { return None };
    if !args.has(b's') || target.is_empty() || link.ends_with(b"/") {
        return None;
    }
    match place.host.lstat(place.dir, link) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            place.host.symlink(place.dir, target, link).ok()?;
        }
        Ok(meta) => {
            let into = meta.is_dir()
                || !args.has(b'n') && place.host.stat(place.dir, link).is_ok_and(|m| m.is_dir());
            if into || !args.has(b'f') {
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
        Err(_) => return None,
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

/// `mv [-f] FILE NAME` within a file system, where NAME is no directory.
pub(super) fn mv(place: &Place<'_>, args: &[BString]) -> Done {
    let args = letters(args, b"f")?;
    let [from, to] = args.operands.as_slice() else { return None };
    let source = place.host.lstat(place.dir, from).ok()?;
    if source.is_dir() || to.ends_with(b"/") || from.ends_with(b"/") {
        return None;
    }
    match place.host.stat(place.dir, to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        // Without -f it asks about a file that is read-only. The same file under two names is a case of its own.
        Ok(target)
            if target.is_file()
                && (args.has(b'f') || target.mode & 0o200 != 0)
                && (target.dev, target.ino) != (source.dev, source.ino) => {}
        _ => return None,
    }
    place.host.rename(place.dir, from, to).ok()?;
    Some(Vec::new())
}

/// `chmod +x FILE…`, `chmod OCTAL FILE…`
pub(super) fn chmod(place: &Place<'_>, args: &[BString]) -> Done {
    let (mode, files) = args.split_first()?;
    if files.is_empty() || files.iter().any(|f| f.starts_with(b"-")) {
        return None;
    }
    let octal = |text: &[u8]| u32::from_str_radix(text.to_str().ok()?, 8).ok();
    for name in files {
        let meta = place.host.stat(place.dir, name).ok()?;
        if !meta.is_file() {
            return None;
        }
        let old = meta.mode & 0o7777;
        let new = match mode.as_bytes() {
            b"+x" => old | (0o111 & !place.host.umask()),
            b"a+x" => old | 0o111,
            b"u+x" => old | 0o100,
            b"+w" | b"u+w" => old | 0o200,
            b"-w" if place.host.umask() & 0o222 == 0o022 => old & !0o200,
            b"a-w" => old & !0o222,
            text if (3..=4).contains(&text.len()) && text.iter().all(|c| (b'0'..=b'7').contains(c)) => {
                octal(text)?
            }
            _ => return None,
        };
        if mode == "+w" && place.host.umask() & 0o222 != 0o022 {
            return None;
        }
        place.host.chmod(place.dir, name, new).ok()?;
    }
    Some(Vec::new())
}

/// `basename NAME [SUFFIX]`
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

/// `dirname NAME`
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
