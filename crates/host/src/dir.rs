//! A working directory as a value, so that many sessions of one process can each have their own.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use bstr::{BStr, BString, ByteSlice};
use rustix::fs::{CWD, Mode, OFlags};
use rustix::io::Errno;

use crate::fd;
use crate::limits::patiently;

const FLAGS: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// A directory that relative paths start from: what the current directory is to a process.
#[derive(Debug)]
pub struct Dir {
    path: BString,
    fd: OwnedFd,
}

impl Dir {
    /// The directory this process was started in. Its path is the physical one (make's `CURDIR`).
    pub fn current() -> io::Result<Arc<Dir>> {
        let path = rustix::process::getcwd(Vec::new())?.into_bytes();
        let dir = Dir::current_unnamed()?;
        Ok(Arc::new(Dir { path: path.into(), fd: dir }))
    }

    /// The directory this process was started in when it has no path (it was removed): files in it can't be named
    /// absolutely, and [`Dir::path`] is empty.
    pub fn current_without_path() -> io::Result<Arc<Dir>> {
        Ok(Arc::new(Dir { path: BString::default(), fd: Dir::current_unnamed()? }))
    }

    /// The root directory, to be held long: under a high number (see [`fd`]).
    pub fn root() -> io::Result<Arc<Dir>> {
        let fd = fd::move_high(patiently(|| rustix::fs::openat(CWD, c"/", FLAGS, Mode::empty()))?)?;
        Ok(Arc::new(Dir { path: "/".into(), fd }))
    }

    fn current_unnamed() -> io::Result<OwnedFd> {
        fd::move_high(patiently(|| rustix::fs::openat(CWD, c".", FLAGS, Mode::empty()))?)
    }

    /// The same directory; without a path if it was removed.
    pub fn as_it_is(self: &Arc<Dir>) -> Arc<Dir> {
        let removed =
            !self.path.is_empty() && rustix::fs::fstat(&self.fd).is_ok_and(|stat| stat.st_nlink == 0);
        if !removed {
            return self.clone();
        }
        match self.fd.try_clone() {
            Ok(fd) => Arc::new(Dir { path: BString::default(), fd }),
            Err(_) => self.clone(),
        }
    }

    /// What `chdir(path)` from here would lead to, with the path `getcwd` would then give. Like chdir, it fails when
    /// the directory may not be searched.
    pub fn open(&self, path: &[u8]) -> io::Result<Arc<Dir>> {
        let fd = patiently(|| rustix::fs::openat(&self.fd, path, FLAGS, Mode::empty()))?;
        // O_PATH asks for no permission on the directory itself; looking something up in it does.
        rustix::fs::statat(&fd, c".", rustix::fs::AtFlags::empty())?;
        let path = match physical(fd.as_fd()) {
            Some(path) => path,
            None if self.path.is_empty() && !path.starts_with(b"/") => BString::default(),
            None => self.realpath(path)?,
        };
        Ok(Arc::new(Dir { path, fd }))
    }

    /// Makes it the directory this thread alone is in. Programs the thread starts are in it as well, also when it may not be searched
    /// any more.
    pub fn stay_in(&self) -> io::Result<()> {
        // SAFETY: nothing but the directory, the root and the umask stops being shared, and no thread changes the others.
        unsafe { rustix::thread::unshare_unsafe(rustix::thread::UnshareFlags::FS)? };
        Ok(rustix::process::fchdir(&self.fd)?)
    }

    /// The absolute, physical path.
    pub fn path(&self) -> &BStr {
        self.path.as_bstr()
    }

    /// `path` made absolute by putting this directory before it; symlinks and dots in it stay.
    pub fn absolute(&self, path: &[u8]) -> BString {
        if path.starts_with(b"/") {
            return path.into();
        }
        let mut out = self.path.clone();
        if !out.ends_with(b"/") {
            out.push(b'/');
        }
        out.extend_from_slice(path);
        out
    }

    /// The absolute path of `path` without symlinks, `.` and `..`, as realpath(3): all of it must exist.
    pub fn realpath(&self, path: &[u8]) -> io::Result<BString> {
        const MOST_LINKS: usize = 40;
        // Where a removed directory is can't be told.
        if path.is_empty() || self.path.is_empty() && !path.starts_with(b"/") {
            return Err(Errno::NOENT.into());
        }
        let mut done = BString::default();
        if !path.starts_with(b"/") && self.path != b"/" {
            done.clone_from(&self.path);
        }
        let mut todo: Vec<BString> = path.rsplit(|c| *c == b'/').map(BString::from).collect();
        let mut links = 0;
        while let Some(part) = todo.pop() {
            match part.as_slice() {
                b"" | b"." | b".." => {
                    if !done.is_empty() && !self.is_directory(&done)? {
                        return Err(Errno::NOTDIR.into());
                    }
                    if part == ".." {
                        let parent = done.rfind_byte(b'/').unwrap_or(0);
                        done.truncate(parent);
                    }
                    continue;
                }
                _ => {}
            }
            let parent = done.len();
            done.push(b'/');
            done.extend_from_slice(&part);
            match rustix::fs::readlinkat(&self.fd, done.as_slice(), Vec::new()) {
                Ok(link) => {
                    links += 1;
                    if links > MOST_LINKS {
                        return Err(Errno::LOOP.into());
                    }
                    let link = link.as_bytes();
                    done.truncate(if link.starts_with(b"/") { 0 } else { parent });
                    todo.extend(link.rsplit(|c| *c == b'/').map(BString::from));
                }
                Err(Errno::INVAL) => {}
                Err(e) => return Err(e.into()),
            }
        }
        if done.is_empty() {
            done.push(b'/');
        }
        Ok(done)
    }

    fn is_directory(&self, path: &[u8]) -> io::Result<bool> {
        let stat = rustix::fs::statat(&self.fd, path, rustix::fs::AtFlags::empty())?;
        Ok(rustix::fs::FileType::from_raw_mode(stat.st_mode).is_dir())
    }
}

impl AsFd for Dir {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// The path of an open directory, as the kernel knows it; `None` when it doesn't say.
fn physical(fd: BorrowedFd<'_>) -> Option<BString> {
    let path = rustix::fs::readlinkat(CWD, fd::proc_path(fd), Vec::new()).ok()?.into_bytes();
    // "(deleted)" and "(unreachable)" are not paths; a directory really called so is found the slow way.
    (path.starts_with(b"/") && !path.ends_with(b" (deleted)")).then(|| path.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::tests::scratch;

    #[test]
    fn opening_a_directory_through_a_symlink_gives_the_physical_path() {
        let (_keep, dir) = scratch();
        std::fs::create_dir_all(dir.path().to_path().unwrap().join("a/b")).unwrap();
        std::os::unix::fs::symlink("a/b", dir.path().to_path().unwrap().join("l")).unwrap();
        let l = dir.open(b"l").unwrap();
        assert_eq!(l.path(), dir.absolute(b"a/b"));
        assert_eq!(l.open(b"..").unwrap().path(), dir.absolute(b"a"));
        assert_eq!(l.open(b"/").unwrap().path(), "/");
    }

    #[test]
    fn opening_what_is_no_directory_fails_as_chdir_does() {
        let (_keep, dir) = scratch();
        std::fs::write(dir.path().to_path().unwrap().join("f"), "").unwrap();
        let errno = |p: &[u8]| dir.open(p).map(|_| ()).unwrap_err().raw_os_error();
        assert_eq!(errno(b"f"), Some(libc::ENOTDIR));
        assert_eq!(errno(b"none"), Some(libc::ENOENT));
        assert_eq!(errno(b""), Some(libc::ENOENT));
    }

    #[test]
    fn the_current_directory_is_absolute() {
        assert!(Dir::current().unwrap().path().starts_with(b"/"));
    }

    #[test]
    fn realpath_resolves_links_and_dots_and_wants_everything_to_exist() {
        let (_keep, dir) = scratch();
        let root = dir.path().to_path().unwrap();
        std::fs::create_dir_all(root.join("a/b")).unwrap();
        std::fs::write(root.join("a/f"), "").unwrap();
        std::os::unix::fs::symlink("../a/./f", root.join("a/rel")).unwrap();
        std::os::unix::fs::symlink(root.join("a"), root.join("abs")).unwrap();
        std::os::unix::fs::symlink("loop", root.join("loop")).unwrap();
        let good = |p: &[u8]| dir.realpath(p).unwrap();
        assert_eq!(good(b"abs/rel"), dir.absolute(b"a/f"));
        assert_eq!(good(b"a//b/../b/."), dir.absolute(b"a/b"));
        assert_eq!(good(b"."), dir.path());
        assert_eq!(good(b"/.."), "/");
        let bad = |p: &[u8]| dir.realpath(p).unwrap_err().raw_os_error();
        assert_eq!(bad(b"a/none"), Some(libc::ENOENT));
        assert_eq!(bad(b""), Some(libc::ENOENT));
        assert_eq!(bad(b"a/f/"), Some(libc::ENOTDIR));
        assert_eq!(bad(b"a/f/.."), Some(libc::ENOTDIR));
        assert_eq!(bad(b"loop"), Some(libc::ELOOP));
    }
}
