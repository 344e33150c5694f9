//! Finding the file that a command's first word names.

use std::io;

use bstr::BString;
use rustix::fs::{Access, AtFlags};
use rustix::io::Errno;

use crate::eyes::Ask;
use crate::{Dir, Host, Kind};

impl Host {
    /// `Ok` when this process may execute `path` (or, for a directory, search it).
    pub fn access_exec(&self, dir: &Dir, path: &[u8]) -> io::Result<()> {
        self.counts.stats.add(1);
        let access = rustix::fs::accessat(dir, path, Access::EXEC_OK, AtFlags::EACCESS);
        let answer = access.map(|()| bstr::BString::default()).map_err(io::Error::from);
        self.note_text(Ask::Execute, dir, path, &answer);
        Ok(access?)
    }

    /// The path to execute for the command `name`, looked for in the directories of `path_var` as make looks. A name
    /// with a slash is given back as it is: the exec tells what is wrong with it. An empty element is the current
    /// directory. When there is none, the error is the last that was not "No such file or directory".
    pub fn find_program(&self, dir: &Dir, name: &[u8], path_var: &[u8]) -> io::Result<BString> {
        if name.contains(&b'/') {
            return Ok(name.into());
        }
        if name.is_empty() {
            return Err(Errno::NOENT.into());
        }
        let mut error = Errno::NOENT.into();
        for element in path_var.split(|c| *c == b':') {
            let mut path: BString = if element.is_empty() { b"." } else { element }.into();
            if !path.ends_with(b"/") {
                path.push(b'/');
            }
            path.extend_from_slice(name);
            match self.is_program(dir, &path) {
                Ok(()) => return Ok(path),
                Err(e) if e.raw_os_error() == Some(libc::ENOENT) => {}
                Err(e) => error = e,
            }
        }
        Err(error)
    }

    fn is_program(&self, dir: &Dir, path: &[u8]) -> io::Result<()> {
        self.access_exec(dir, path)?;
        if self.kind(dir, path)? == Kind::Dir {
            return Err(Errno::ACCESS.into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::tests::scratch;

    #[test]
    fn the_first_executable_file_of_the_path_is_found() {
        let (_keep, dir) = scratch();
        let host = Host::new();
        for d in ["p1", "p2", "p1/isdir", "p3"] {
            host.mkdir(&dir, d.as_bytes()).unwrap();
        }
        for (f, mode) in [("p1/tool", 0o644), ("p2/tool", 0o755), ("here", 0o755), ("p3/notx", 0o644)] {
            host.write(&dir, f.as_bytes(), b"", false).unwrap();
            host.chmod(&dir, f.as_bytes(), mode).unwrap();
        }
        let find = |name: &str, path: &str| {
            host.find_program(&dir, name.as_bytes(), path.as_bytes())
                .map(|found| found.to_string())
                .map_err(|e| e.raw_os_error().unwrap_or(0))
        };
        assert_eq!(find("tool", "p1::p2"), Ok("p2/tool".into()));
        assert_eq!(find("tool", "p2//"), Ok("p2//tool".into()));
        assert_eq!(find("here", "p1::p2"), Ok("./here".into()));
        assert_eq!(find("here", ""), Ok("./here".into()));
        assert_eq!(find("./p1", "p2"), Ok("./p1".into()));
        assert_eq!(find("isdir", "p1:p2"), Err(libc::EACCES));
        assert_eq!(find("none", "p1:p2"), Err(libc::ENOENT));
        assert_eq!(find("", "p1:p2"), Err(libc::ENOENT));
        assert_eq!(find("notx", "p1:p3:/etc/passwd"), Err(libc::ENOTDIR));
        assert_eq!(find("notx", "/etc/passwd:p3:p1"), Err(libc::EACCES));
    }
}
