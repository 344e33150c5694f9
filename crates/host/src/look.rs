//! What a name leads to, with care for names that mean whoever looks.
//!
//! `/dev/stdin`, `/dev/fd/3`, `/proc/self/cwd/x`, `/dev/tty` and links to them lead somewhere else in each process. A
//! command that is run in this process, in the place of one of its own, must not follow them: what it would find is
//! ours. Nothing in the text of a name tells; the way it leads is looked at.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use bstr::BString;
use rustix::fs::{AtFlags, CWD, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

use crate::eyes::{Answer, Ask, used};
use crate::{Dir, Host, Meta};

/// What [`Host::look`] finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Nothing has the name, or what is above it is no directory.
    Missing,
    /// The same thing for every process.
    Found(Meta),
    /// What the name means depends on the process that asks: the way to it goes through /proc, or it is the
    /// controlling terminal. Also a name that links lead around in a circle.
    Own,
}

/// The magic number of procfs.
const PROC: u64 = 0x9fa0;
/// The device number of /dev/tty.
const TTY: (u32, u32) = (5, 0);
/// How many links are followed on the way to a file.
const MOST_LINKS: u32 = 40;

impl Host {
    /// Looks at `path` without changing or opening what is there. `follow` goes through a symbolic link at its end.
    pub fn look(&self, dir: &Dir, path: &[u8], follow: bool) -> io::Result<Look> {
        let found = self.look_closely(dir, path, follow);
        if let Some(eyes) = self.eyes() {
            let answer = match &found {
                Ok(Look::Found(meta)) => Answer::Meta(*meta),
                Ok(Look::Missing) => Answer::Failed(Errno::NOENT.raw_os_error()),
                Ok(Look::Own) => {
                    eyes.effect("a name that means the process itself was looked at");
                    return found;
                }
                Err(error) => Answer::failed(error),
            };
            let ask = if follow { Ask::Stat } else { Ask::Lstat };
            eyes.saw(ask, dir, path, used::THERE | used::SHAPE | used::TIME, answer, self.now_ns());
        }
        found
    }

    fn look_closely(&self, dir: &Dir, path: &[u8], follow: bool) -> io::Result<Look> {
        self.counts.stats.add(1);
        let mut flags = OFlags::PATH | OFlags::CLOEXEC;
        flags.set(OFlags::NOFOLLOW, !follow);
        let opened = rustix::fs::openat2(dir, path, flags, Mode::empty(), ResolveFlags::NO_MAGICLINKS);
        match opened {
            Ok(file) => Ok(seen(file.as_fd())?),
            Err(Errno::NOENT | Errno::NOTDIR) => Ok(Look::Missing),
            Err(Errno::LOOP) => Ok(Look::Own),
            // A kernel, or a sandbox, without it.
            Err(Errno::NOSYS | Errno::PERM | Errno::INVAL) => walk(dir.as_fd(), path, follow),
            Err(error) => Err(error.into()),
        }
    }
}

fn seen(file: BorrowedFd<'_>) -> rustix::io::Result<Look> {
    let stat = rustix::fs::fstat(file)?;
    let device = |number| (rustix::fs::major(number), rustix::fs::minor(number));
    // Only a file system without a device of its own can be /proc.
    let may_be_proc = device(stat.st_dev).0 == 0;
    let own = may_be_proc && rustix::fs::fstatfs(file)?.f_type as u64 == PROC;
    let meta = Meta::from(stat);
    let is_tty = meta.mode & libc::S_IFMT == libc::S_IFCHR && device(meta.rdev) == TTY;
    Ok(if own || is_tty { Look::Own } else { Look::Found(meta) })
}

/// [`Host::look`] step by step.
fn walk(start: BorrowedFd<'_>, path: &[u8], follow: bool) -> io::Result<Look> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let root = || rustix::fs::openat(CWD, c"/", flags, Mode::empty());
    let mut at: OwnedFd = match path {
        [] => return Ok(Look::Missing),
        [b'/', ..] => root()?,
        _ => rustix::fs::openat(start, c".", flags, Mode::empty())?,
    };
    let parts = |path: &[u8]| -> Vec<BString> {
        // A slash at the end asks for a directory, as a dot behind it does.
        let dotted = if path.ends_with(b"/") { [path, b"."].concat() } else { path.to_vec() };
        dotted.split(|c| *c == b'/').filter(|part| !part.is_empty()).rev().map(BString::from).collect()
    };
    let mut todo = parts(path);
    let mut links = 0;
    let mut last = seen(at.as_fd())?;
    while let Some(part) = todo.pop() {
        let next = match rustix::fs::openat(&at, part.as_slice(), flags, Mode::empty()) {
            Ok(next) => next,
            Err(Errno::NOENT | Errno::NOTDIR) => return Ok(Look::Missing),
            Err(error) => return Err(error.into()),
        };
        last = seen(next.as_fd())?;
        match last {
            Look::Found(meta) if meta.is_symlink() && (follow || !todo.is_empty()) => {
                links += 1;
                if links > MOST_LINKS {
                    return Ok(Look::Own);
                }
                let text = rustix::fs::readlinkat(&next, c"", Vec::new())?.into_bytes();
                if text.starts_with(b"/") {
                    at = root()?;
                }
                last = seen(at.as_fd())?;
                todo.extend(parts(&text));
            }
            Look::Found(_) => at = next,
            Look::Missing | Look::Own => return Ok(last),
        }
    }
    Ok(last)
}

/// Permissions that are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Reading.
    Read,
    /// Writing.
    Write,
    /// Executing, or searching a directory.
    Execute,
}

impl Host {
    /// `Ok` when this process, with its effective ids, has the permission on what `path` leads to.
    pub fn access(&self, dir: &Dir, path: &[u8], permission: Permission) -> io::Result<()> {
        use rustix::fs::Access;
        self.counts.stats.add(1);
        let access = match permission {
            Permission::Read => Access::READ_OK,
            Permission::Write => Access::WRITE_OK,
            Permission::Execute => Access::EXEC_OK,
        };
        let ask = match permission {
            Permission::Read => Ask::Read,
            Permission::Write => Ask::Write,
            Permission::Execute => Ask::Execute,
        };
        let access = rustix::fs::accessat(dir, path, access, AtFlags::EACCESS);
        self.note_text(ask, dir, path, &access.map(|()| BString::default()).map_err(io::Error::from));
        Ok(access?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::tests::scratch;

    #[test]
    fn names_that_mean_the_process_itself_are_told_from_others() {
        let (_keep, dir) = scratch();
        let host = Host::new();
        host.write(&dir, b"f", b"x", false).unwrap();
        host.mkdir(&dir, b"d").unwrap();
        for (target, link) in [
            ("f", "to-f"),
            ("..", "d/up"),
            ("/dev/stdin", "to-stdin"),
            ("/proc", "to-proc"),
            ("to-stdin", "to-to-stdin"),
            ("nothing", "dangling"),
            ("a", "b"),
            ("b", "a"),
            ("/dev/null", "to-null"),
            ("d/", "to-d"),
        ] {
            host.symlink(&dir, target.as_bytes(), link.as_bytes()).unwrap();
        }
        #[derive(Debug, PartialEq)]
        enum Want {
            Missing,
            Found,
            Own,
        }
        use Want::{Found, Missing, Own};
        for (path, follow, want) in [
            ("f", true, Found),
            ("f", false, Found),
            ("d/up/to-f", true, Found),
            ("to-stdin", false, Found),
            ("to-stdin", true, Own),
            ("to-to-stdin", true, Own),
            ("to-proc/self/comm", true, Own),
            ("to-proc/self/cwd/f", false, Own),
            ("to-proc/self/cwd/nothing", false, Own),
            ("/proc/version", true, Own),
            ("/dev/fd/0", true, Own),
            ("/dev/tty", true, Own),
            ("/dev/null", true, Found),
            ("to-null", true, Found),
            ("dangling", true, Missing),
            ("dangling", false, Found),
            ("f/x", true, Missing),
            ("f/", true, Missing),
            ("to-f/", false, Missing),
            ("to-d", true, Found),
            ("to-d/", false, Found),
            ("", true, Missing),
            ("a", true, Own),
            ("a/x", false, Own),
            (".", true, Found),
            ("/", true, Found),
        ] {
            let fast = host.look(&dir, path.as_bytes(), follow).unwrap();
            let slow = walk(dir.as_fd(), path.as_bytes(), follow).unwrap();
            assert_eq!(fast, slow, "{path}");
            let kind = match fast {
                Look::Missing => Missing,
                Look::Found(_) => Found,
                Look::Own => Own,
            };
            assert_eq!(kind, want, "{path} {follow}");
        }
    }
}
