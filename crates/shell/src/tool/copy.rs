//! Tools that read files: `cat`, `cmp -s`, `cp`.

use bstr::BString;
use rkbuild_host::{Exit, OpenMode, fd};

use super::{Done, Place, letters};
use crate::shell::Invocation;
use crate::streams::Stream;

/// The largest file that is read whole; larger ones are left to the real program.
const LARGE: u64 = 16 << 20;

/// A regular file of moderate size, read whole.
fn contents(place: &Place<'_>, name: &[u8]) -> Option<Vec<u8>> {
    let meta = place.host.stat(place.dir, name).ok()?;
    if !meta.is_file() || meta.size > LARGE {
        return None;
    }
    place.host.read(place.dir, name).ok()
}

/// `cat FILE…`. Everything is read before anything is written, so giving up leaves no trace.
pub(super) fn cat(place: &Place<'_>, args: &[BString], command: &Invocation<'_>) -> Option<Exit> {
    let args = letters(args, b"")?;
    if args.operands.is_empty() {
        return None;
    }
    let [_, stdout, _] = command.streams;
    let out = match stdout {
        Stream::Fd(fd) => Some(place.host.fstat(fd).ok()?),
        Stream::Capture(_) => None,
    };
    let mut data = Vec::new();
    for name in &args.operands {
        // "-" is standard input, and a file that is also the output would grow under its reader.
        let meta = place.host.stat(place.dir, name).ok()?;
        if *name == "-" || out.is_some_and(|out| (meta.dev, meta.ino) == (out.dev, out.ino)) {
            return None;
        }
        data.extend(contents(place, name)?);
    }
    if data.is_empty() {
        return Some(Exit::Code(0));
    }
    let written = stdout.write(&data);
    place.host.changed();
    match written {
        Ok(()) => Some(Exit::Code(0)),
        Err(error)
            if error.kind() == std::io::ErrorKind::BrokenPipe
                && !rkbuild_host::signals::pipe_was_ignored() =>
        {
            Some(Exit::Signal { signal: crate::signal::PIPE, core: false })
        }
        // The real one meets the same error, with nothing new written, and words it.
        Err(_) => None,
    }
}

/// `cmp -s A B`
pub(super) fn cmp(place: &Place<'_>, args: &[BString]) -> Option<Exit> {
    let args = letters(args, b"s")?;
    let [a, b] = args.operands.as_slice() else { return None };
    if !args.has(b's') || *a == "-" || *b == "-" {
        return None;
    }
    let (ma, mb) = (place.host.stat(place.dir, a).ok()?, place.host.stat(place.dir, b).ok()?);
    if !ma.is_file() || !mb.is_file() {
        return None;
    }
    let same = if ma.size != mb.size && ma.size > 0 && mb.size > 0 {
        false
    } else {
        (ma.dev, ma.ino) == (mb.dev, mb.ino) || contents(place, a)? == contents(place, b)?
    };
    Some(Exit::Code(i32::from(!same)))
}

/// `cp [-f] FILE NEW`, where NEW is no directory.
pub(super) fn cp(place: &Place<'_>, args: &[BString]) -> Done {
    let args = letters(args, b"f")?;
    let [from, to] = args.operands.as_slice() else { return None };
    let source = place.host.stat(place.dir, from).ok()?;
    let data = contents(place, from)?;
    let mode = source.mode & 0o777;
    match place.host.lstat(place.dir, to) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            // Like the real one: what the source may, less the umask, and never more on the way there.
            if mode & 0o200 == 0 || source.mode & 0o7000 != 0 {
                return None;
            }
            let file = place.host.open_write(place.dir, to, OpenMode::New).ok()?;
            fd::write_all(&file, &data).ok()?;
            drop(file);
            let wanted = mode & !place.host.umask();
            if wanted != 0o666 & !place.host.umask() {
                place.host.chmod(place.dir, to, wanted).ok()?;
            }
        }
        Ok(target) if target.is_file() && (target.dev, target.ino) != (source.dev, source.ino) => {
            let file = place.host.open_write(place.dir, to, OpenMode::Truncate).ok()?;
            fd::write_all(&file, &data).ok()?;
            drop(file);
            place.host.changed();
        }
        _ => return None,
    }
    Some(Vec::new())
}
