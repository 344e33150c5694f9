//! Looking at many names of one directory, through the directory opened once.

use std::io;
use std::os::fd::OwnedFd;

use rustix::fs::{AtFlags, CWD, Mode, OFlags};

use crate::{Host, Meta};

/// A directory whose names are looked at.
#[derive(Debug)]
pub struct Place(OwnedFd);

impl Host {
    /// Opens the directory of an absolute path.
    pub fn place(&self, path: &[u8]) -> io::Result<Place> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Place(rustix::fs::openat(CWD, path, flags, Mode::empty())?))
    }

    /// The attributes of a name in it; `follow` says whether links are followed.
    pub fn stat_in(&self, place: &Place, name: &[u8], follow: bool) -> io::Result<Meta> {
        self.counts.stats.add(1);
        let flags = if follow { AtFlags::empty() } else { AtFlags::SYMLINK_NOFOLLOW };
        Ok(rustix::fs::statat(&place.0, name, flags)?.into())
    }

    /// The contents of a name in it.
    pub fn read_in(&self, place: &Place, name: &[u8]) -> io::Result<Vec<u8>> {
        use std::os::fd::AsFd;
        self.read_at(place.0.as_fd(), name)
    }
}
