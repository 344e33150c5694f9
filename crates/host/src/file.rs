//! Files: their attributes, reading them, and changing them.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use bstr::BString;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, Timespec, Timestamps, UTIME_NOW, UTIME_OMIT};
use rustix::io::Errno;

use crate::eyes::{self, Answer, Ask, used};
use crate::limits::patiently;
use crate::{Dir, Host, blocked, fd, nanoseconds, preload, signals};

/// What kind of thing a name in a directory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Dir,
    /// A symbolic link.
    Symlink,
    /// A device, socket or fifo.
    Other,
    /// The file system does not say without a stat.
    Unknown,
}

impl From<FileType> for Kind {
    fn from(kind: FileType) -> Kind {
        match kind {
            FileType::RegularFile => Kind::File,
            FileType::Directory => Kind::Dir,
            FileType::Symlink => Kind::Symlink,
            FileType::Unknown => Kind::Unknown,
            _ => Kind::Other,
        }
    }
}

/// A file's attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meta {
    /// When the contents changed, in nanoseconds since 1970.
    pub mtime_ns: i64,
    /// When the contents or attributes changed, in nanoseconds since 1970.
    pub ctime_ns: i64,
    /// Size in bytes.
    pub size: u64,
    /// Type and permissions, as `st_mode`.
    pub mode: u32,
    /// The device the file is on.
    pub dev: u64,
    /// Its number there.
    pub ino: u64,
    /// Who owns it.
    pub uid: u32,
    /// For a device, which one.
    pub rdev: u64,
}

/// A file that is larger is not read to remember what was moved.
const MOST_MOVED: u64 = 1 << 20;

/// The device number of /dev/null.
const NULL: (u32, u32) = (1, 3);

impl Meta {
    /// What kind of file it is.
    pub fn kind(&self) -> Kind {
        FileType::from_raw_mode(self.mode).into()
    }

    /// True for a directory.
    pub fn is_dir(&self) -> bool {
        self.kind() == Kind::Dir
    }

    /// True for a regular file.
    pub fn is_file(&self) -> bool {
        self.kind() == Kind::File
    }

    /// True for the null device.
    pub fn is_null(&self) -> bool {
        let device = (rustix::fs::major(self.rdev), rustix::fs::minor(self.rdev));
        FileType::from_raw_mode(self.mode) == FileType::CharacterDevice && device == NULL
    }

    /// True for a symbolic link, which only [`Host::lstat`] shows.
    pub fn is_symlink(&self) -> bool {
        self.kind() == Kind::Symlink
    }
}

impl From<Stat> for Meta {
    // The fields' types differ between architectures.
    #[allow(clippy::unnecessary_cast)]
    fn from(stat: Stat) -> Meta {
        Meta {
            mtime_ns: nanoseconds(stat.st_mtime as i64, stat.st_mtime_nsec as i64),
            ctime_ns: nanoseconds(stat.st_ctime as i64, stat.st_ctime_nsec as i64),
            size: stat.st_size as u64,
            mode: stat.st_mode as u32,
            dev: stat.st_dev as u64,
            ino: stat.st_ino as u64,
            uid: stat.st_uid,
            rdev: stat.st_rdev as u64,
        }
    }
}

/// How a file is opened for writing. All but `New` and `Existing` make a missing file with mode 0666 less the umask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenMode {
    /// Emptied first (`>`).
    Truncate,
    /// Each write goes to the end (`>>`).
    Append,
    /// For reading and writing, kept as it is (`<>`).
    ReadWrite,
    /// It must not exist yet.
    New,
    /// It must exist, and is kept as it is: what a fifo or device wants.
    Existing,
}

impl OpenMode {
    pub(crate) fn flags(self) -> OFlags {
        match self {
            OpenMode::Truncate => OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC,
            OpenMode::Append => OFlags::WRONLY | OFlags::CREATE | OFlags::APPEND,
            OpenMode::ReadWrite => OFlags::RDWR | OFlags::CREATE,
            OpenMode::New => OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL,
            OpenMode::Existing => OFlags::WRONLY,
        }
    }
}

pub(crate) const DEFAULT_MODE: Mode = Mode::from_raw_mode(0o666);

/// Looking.
impl Host {
    /// The attributes of what `path` leads to.
    pub fn stat(&self, dir: &Dir, path: &[u8]) -> io::Result<Meta> {
        self.attributes(Ask::Stat, dir, path, used::THERE | used::SHAPE | used::TIME)
    }

    /// The attributes of `path` itself, also when it is a symbolic link.
    pub fn lstat(&self, dir: &Dir, path: &[u8]) -> io::Result<Meta> {
        self.attributes(Ask::Lstat, dir, path, used::THERE | used::SHAPE | used::TIME)
    }

    /// The same where only that it is there is used of them.
    pub fn stat_there(&self, dir: &Dir, path: &[u8]) -> io::Result<Meta> {
        self.attributes(Ask::Stat, dir, path, used::THERE)
    }

    /// What kind of thing `path` leads to.
    pub fn kind(&self, dir: &Dir, path: &[u8]) -> io::Result<Kind> {
        self.attributes(Ask::Stat, dir, path, used::THERE).map(|meta| meta.kind())
    }

    /// Which file `path` leads to: its device and its number there.
    pub fn which(&self, dir: &Dir, path: &[u8]) -> io::Result<(u64, u64)> {
        self.attributes(Ask::Stat, dir, path, used::THERE | used::FILE).map(|meta| (meta.dev, meta.ino))
    }

    /// What kind of thing `path` itself is.
    pub fn link_kind(&self, dir: &Dir, path: &[u8]) -> io::Result<Kind> {
        self.attributes(Ask::Lstat, dir, path, used::THERE).map(|meta| meta.kind())
    }

    /// Attributes, of which only those named by `used` are used.
    fn attributes(&self, ask: Ask, dir: &Dir, path: &[u8], used: u8) -> io::Result<Meta> {
        let found = self.look_unseen(ask, dir, path);
        self.note_attributes(ask, dir, path, used, &found);
        found
    }

    fn note_attributes(&self, ask: Ask, dir: &Dir, path: &[u8], used: u8, found: &io::Result<Meta>) {
        let Some(eyes) = self.eyes() else { return };
        let answer = match found {
            Ok(meta) => Answer::Meta(*meta),
            Err(error) => Answer::failed(error),
        };
        eyes.saw(ask, dir, path, used, answer, self.now_ns());
    }

    /// Notes what [`Host::stat`] would, for a file that was looked at just now.
    pub fn note_stat(&self, dir: &Dir, path: &[u8], meta: Meta) {
        self.note_attributes(Ask::Stat, dir, path, used::THERE | used::SHAPE | used::TIME, &Ok(meta));
    }

    /// Attributes, for what is told to the session's [`Eyes`] in another way.
    pub fn look_unseen(&self, ask: Ask, dir: &Dir, path: &[u8]) -> io::Result<Meta> {
        self.counts.stats.add(1);
        let flags = if ask == Ask::Stat { AtFlags::empty() } else { AtFlags::SYMLINK_NOFOLLOW };
        Ok(rustix::fs::statat(dir, path, flags)?.into())
    }

    /// The attributes of an open file.
    pub fn fstat(&self, file: impl AsFd) -> io::Result<Meta> {
        self.counts.stats.add(1);
        Ok(rustix::fs::fstat(file)?.into())
    }

    /// True when `path` leads to something.
    pub fn exists(&self, dir: &Dir, path: &[u8]) -> bool {
        self.kind(dir, path).is_ok()
    }

    /// What a symbolic link says.
    pub fn read_link(&self, dir: &Dir, path: &[u8]) -> io::Result<BString> {
        self.counts.stats.add(1);
        let link = rustix::fs::readlinkat(dir, path, Vec::new());
        let link = link.map(|link| BString::from(link.into_bytes())).map_err(io::Error::from);
        self.note_text(Ask::Link, dir, path, &link);
        link
    }

    /// Notes an answer that is a text.
    pub(crate) fn note_text(&self, ask: Ask, dir: &Dir, path: &[u8], answer: &io::Result<BString>) {
        if let Some(eyes) = self.eyes() {
            let answer = match answer {
                Ok(text) => Answer::Text(text.clone()),
                Err(error) => Answer::failed(error),
            };
            eyes.saw(ask, dir, path, used::CONTENTS, answer, 0);
        }
    }

    /// What `chdir(path)` from `dir` would lead to; see [`Dir::open`].
    pub fn enter(&self, dir: &Dir, path: &[u8]) -> io::Result<Arc<Dir>> {
        let entered = dir.open(path);
        let Some(eyes) = self.eyes() else { return entered };
        match &entered {
            // No link was passed: all parts are directories themselves.
            Ok(entered)
                if !path.starts_with(b"/")
                    && eyes::absolute(dir.path(), path).is_some_and(|name| name == entered.path()) =>
            {
                let ends = path.iter().enumerate().filter(|(_, c)| **c == b'/').map(|(at, _)| at);
                for end in ends.chain([path.len()]).filter(|end| *end > 0) {
                    let _ = self.link_kind(dir, path.get(..end).unwrap_or_default());
                }
            }
            Ok(entered) => self.note_text(Ask::Real, dir, path, &Ok(entered.path().to_owned())),
            Err(_) => {
                if self.kind(dir, &[path, b"/"].concat()).is_ok() {
                    eyes.effect("a directory that could not be entered");
                }
            }
        }
        entered
    }

    /// The absolute path without symlinks, as realpath(3); all of it must exist.
    pub fn realpath(&self, dir: &Dir, path: &[u8]) -> io::Result<BString> {
        self.counts.stats.add(1);
        let real = dir.realpath(path);
        self.note_text(Ask::Real, dir, path, &real);
        real
    }

    /// A file's contents. A signal that ends this process ends the reading, too (EINTR).
    pub fn read(&self, dir: &Dir, path: &[u8]) -> io::Result<Vec<u8>> {
        self.read_noted(dir, path, Most::ANY, Vec::new())
    }

    fn read_noted(&self, dir: &Dir, path: &[u8], most: Most, buffer: Vec<u8>) -> io::Result<Vec<u8>> {
        let (data, meta) = self.read_to_note(dir, path, most, buffer)?;
        if self.eyes().is_some() {
            self.note_contents(dir, path, &meta, eyes::hash(&data));
        }
        Ok(data)
    }

    /// Reads what is noted later, unless it fails.
    fn read_to_note(
        &self,
        dir: &Dir,
        path: &[u8],
        most: Most,
        buffer: Vec<u8>,
    ) -> io::Result<(Vec<u8>, Meta)> {
        let read = self.read_with_meta(dir.as_fd(), path, most, buffer);
        if let (Err(error), Some(eyes)) = (&read, self.eyes()) {
            eyes.saw(Ask::Stat, dir, path, used::CONTENTS, Answer::failed(error), 0);
        }
        read
    }

    /// Notes that the contents of a file were used, which bore these attributes before they were read.
    pub fn note_contents(&self, dir: &Dir, path: &[u8], meta: &Meta, hash: u128) {
        let Some(eyes) = self.eyes() else { return };
        if !meta.is_file() || path.starts_with(b"/proc/") || path.starts_with(b"/sys/") {
            return eyes.effect(format!("{} is no regular file", bstr::BStr::new(path)));
        }
        let answer = Answer::Meta(*meta);
        let used = used::THERE | used::CONTENTS;
        eyes.saw_contents(Ask::Stat, dir, path, used, answer, Some(hash), self.now_ns());
    }

    /// Contents nobody takes note of, with the attributes they had when they were opened.
    pub fn read_unseen(&self, dir: &Dir, path: &[u8]) -> io::Result<(Vec<u8>, Meta)> {
        self.read_with_meta(dir.as_fd(), path, Most::ANY, Vec::new())
    }

    /// A file's contents, if it is not larger than any makefile (EFBIG): a device may have no end. They are read into `buffer`,
    /// whatever that held before. What of them counts is for the caller to note, with the attributes they had when they were
    /// opened.
    pub fn read_makefile(&self, dir: &Dir, path: &[u8], buffer: Vec<u8>) -> io::Result<(Vec<u8>, Meta)> {
        self.read_to_note(dir, path, Most { file: MOST_OF_MAKEFILE, stream: MOST_OF_STREAM }, buffer)
    }

    pub(crate) fn read_at(&self, dir: BorrowedFd<'_>, path: &[u8]) -> io::Result<Vec<u8>> {
        self.read_with_meta(dir, path, Most::ANY, Vec::new()).map(|(data, _)| data)
    }

    fn read_with_meta(
        &self,
        dir: BorrowedFd<'_>,
        path: &[u8],
        most: Most,
        mut data: Vec<u8>,
    ) -> io::Result<(Vec<u8>, Meta)> {
        let file = open_read(dir, path)?;
        let meta = Meta::from(rustix::fs::fstat(&file)?);
        data.clear();
        if meta.is_file() && meta.size > 0 {
            let size = usize::try_from(meta.size).unwrap_or(usize::MAX);
            if size > most.file {
                return Err(Errno::FBIG.into());
            }
            data.try_reserve_exact(size).map_err(|_| Errno::NOMEM)?;
            // A regular file that gave what it said it had is read: no further read to see the end.
            while data.len() < size {
                check_signal()?;
                match rustix::io::read(&file, rustix::buffer::spare_capacity(&mut data)) {
                    Ok(0) => break,
                    Ok(_) | Err(Errno::INTR) => {}
                    Err(e) => return Err(e.into()),
                }
            }
        } else {
            while fd::read_some(&file, &mut data)? > 0 {
                check_signal()?;
                if data.len() > most.stream {
                    return Err(Errno::FBIG.into());
                }
            }
        }
        self.counts.reads.add(1);
        self.counts.bytes_read.add(data.len() as u64);
        Ok((data, meta))
    }

    /// Whether a file or directory, whose attributes were asked for, can be opened for reading.
    pub fn may_read(&self, dir: &Dir, path: &[u8]) -> bool {
        open_read(dir.as_fd(), path).is_ok()
    }

    /// Opens a file, or directory, for reading.
    pub fn open_read(&self, dir: &Dir, path: &[u8]) -> io::Result<OwnedFd> {
        if let Some(eyes) = self.eyes()
            && path != b"/dev/null"
        {
            // What will be read through the descriptor is not seen here: all of it counts.
            match self.kind(dir, path) {
                Ok(Kind::File) => drop(self.read(dir, path)),
                Ok(Kind::Dir) | Err(_) => {}
                Ok(_) => eyes.effect(format!("{} is no regular file", bstr::BStr::new(path))),
            }
        }
        open_read(dir.as_fd(), path)
    }
}

impl Host {
    /// Opens a fifo for reading, without waiting for who writes, and for reads that do not wait.
    pub fn open_nonblocking(&self, dir: &Dir, path: &[u8]) -> io::Result<OwnedFd> {
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        fd::move_high(patiently(|| rustix::fs::openat(dir, path, flags, Mode::empty()))?)
    }
}

/// The most bytes that are read.
#[derive(Clone, Copy)]
struct Most {
    /// Of a file whose size is known beforehand.
    file: usize,
    /// Of anything else.
    stream: usize,
}

impl Most {
    const ANY: Most = Most { file: usize::MAX, stream: usize::MAX };
}

/// The most bytes a makefile may have.
const MOST_OF_MAKEFILE: usize = 512 << 20;
/// The same where it can't be known before it was read.
const MOST_OF_STREAM: usize = 128 << 20;

fn check_signal() -> io::Result<()> {
    if signals::pending().is_some() { Err(Errno::INTR.into()) } else { Ok(()) }
}

fn open_read(dir: BorrowedFd<'_>, path: &[u8]) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    Ok(patiently(|| blocked::call(|| rustix::fs::openat(dir, path, flags, Mode::empty())))?)
}

/// Changing.
impl Host {
    /// Notes that a file is about to change, or did.
    pub(crate) fn note_write(&self, dir: &Dir, path: &[u8]) {
        self.counts.writes.add(1);
        self.changed();
        if let Some(eyes) = self.eyes() {
            eyes.changed(dir, path);
        }
    }

    /// Notes that a file was opened to be written, or could not be.
    pub(crate) fn note_opened(&self, dir: &Dir, path: &[u8], how: OpenMode, opened: bool) {
        if path == b"/dev/null" {
            return;
        }
        self.note_write(dir, path);
        let anew = opened && matches!(how, OpenMode::Truncate | OpenMode::New);
        if let (true, Some(eyes)) = (anew, self.eyes()) {
            eyes.began_anew(dir, path);
        }
    }

    /// Makes the contents of a file be `data`, or with `append` adds it at the end; makes the file when it is missing.
    pub fn write(&self, dir: &Dir, path: &[u8], data: &[u8], append: bool) -> io::Result<()> {
        let file = self.open_write(dir, path, if append { OpenMode::Append } else { OpenMode::Truncate })?;
        let written = fd::write_all(&file, data);
        drop(file);
        self.changed();
        written
    }

    /// Opens a file for writing. Who writes says [`Host::changed`] when done.
    pub fn open_write(&self, dir: &Dir, path: &[u8], how: OpenMode) -> io::Result<OwnedFd> {
        let flags = how.flags() | OFlags::CLOEXEC;
        let opened = patiently(|| blocked::call(|| rustix::fs::openat(dir, path, flags, DEFAULT_MODE)));
        self.note_opened(dir, path, how, opened.is_ok());
        Ok(opened?)
    }

    /// Makes a new file, for this user only, that is called `prefix` and something nobody else has; open for reading
    /// and writing. `within` is the directory it goes to. The name comes back as `within/prefix…`.
    pub fn create_temp(&self, dir: &Dir, within: &[u8], prefix: &[u8]) -> io::Result<(BString, OwnedFd)> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        self.temp_name(dir, within, prefix, |path| {
            Ok(patiently(|| rustix::fs::openat(dir, path, flags, Mode::from_raw_mode(0o600)))?)
        })
    }

    /// Makes a new fifo, for this user only, with a name as [`Host::create_temp`] makes them.
    pub fn create_temp_fifo(&self, dir: &Dir, within: &[u8], prefix: &[u8]) -> io::Result<BString> {
        let (path, ()) = self.temp_name(dir, within, prefix, |path| {
            Ok(rustix::fs::mknodat(dir, path, FileType::Fifo, Mode::from_raw_mode(0o600), 0)?)
        })?;
        Ok(path)
    }

    /// Makes a new directory, for this user only, with a name as [`Host::create_temp`] makes them.
    pub fn create_temp_dir(&self, dir: &Dir, within: &[u8], prefix: &[u8]) -> io::Result<BString> {
        let (path, ()) = self.temp_name(dir, within, prefix, |path| {
            Ok(rustix::fs::mkdirat(dir, path, Mode::from_raw_mode(0o700))?)
        })?;
        Ok(path)
    }

    fn temp_name<T>(
        &self,
        dir: &Dir,
        within: &[u8],
        prefix: &[u8],
        mut make: impl FnMut(&[u8]) -> io::Result<T>,
    ) -> io::Result<(BString, T)> {
        static SEED: AtomicU32 = AtomicU32::new(0);
        const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let mut last = Errno::EXIST.into();
        for _ in 0..1000 {
            let mut seed = (self.now_ns() as u64) ^ (u64::from(std::process::id()) << 32);
            seed ^= u64::from(SEED.fetch_add(1, Ordering::Relaxed)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let mut path: BString = within.into();
            if !path.is_empty() && !path.ends_with(b"/") {
                path.push(b'/');
            }
            path.extend_from_slice(prefix);
            for _ in 0..6 {
                seed = seed.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
                path.extend(ALPHABET.get((seed >> 33) as usize % ALPHABET.len()));
            }
            match make(&path) {
                Ok(made) => {
                    self.note_write(dir, &path);
                    return Ok((path, made));
                }
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => last = e,
                Err(e) => return Err(e),
            }
        }
        Err(last)
    }

    /// Sets a file's times to now, and makes it when it is missing, as `make -t` does: it must be writable, and a
    /// directory is refused (EISDIR).
    pub fn touch(&self, dir: &Dir, path: &[u8]) -> io::Result<()> {
        let open = |flags| patiently(|| preload::open(dir, path, OFlags::RDWR | flags));
        let (file, is_new) = match open(OFlags::empty()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => (open(OFlags::CREATE)?, true),
            file => (file?, false),
        };
        let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
        let done = rustix::fs::futimens(&file, &Timestamps { last_access: now, last_modification: now });
        self.note_write(dir, path);
        if let (Ok(()), false, Some(eyes)) = (&done, is_new, self.eyes()) {
            eyes.renewed(dir, path);
        }
        Ok(done?)
    }

    /// Makes the times of a directory this moment, as making something in it and removing it does; it is younger then than
    /// all that this process changed before.
    pub fn renew(&self, dir: &Dir, path: &[u8]) -> io::Result<()> {
        self.let_the_clock_go_on();
        let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
        let times = Timestamps { last_access: now, last_modification: now };
        self.counts.writes.add(1);
        rustix::fs::utimensat(dir, path, &times, AtFlags::empty())?;
        self.renewed_directory();
        if let Some(eyes) = self.eyes() {
            eyes.renewed(dir, path);
        }
        Ok(())
    }

    /// Sets the times of a file, in nanoseconds since 1970; `None` leaves one as it is. `follow` goes through a
    /// symbolic link.
    pub fn utimens(
        &self,
        dir: &Dir,
        path: &[u8],
        atime_ns: Option<i64>,
        mtime_ns: Option<i64>,
        follow: bool,
    ) -> io::Result<()> {
        let time = |ns: Option<i64>| match ns {
            Some(ns) => {
                Timespec { tv_sec: ns.div_euclid(1_000_000_000), tv_nsec: ns.rem_euclid(1_000_000_000) }
            }
            None => Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT },
        };
        let times = Timestamps { last_access: time(atime_ns), last_modification: time(mtime_ns) };
        let flags = if follow { AtFlags::empty() } else { AtFlags::SYMLINK_NOFOLLOW };
        self.writing(dir, path, || rustix::fs::utimensat(dir, path, &times, flags))
    }

    /// Removes a file.
    pub fn unlink(&self, dir: &Dir, path: &[u8]) -> io::Result<()> {
        let done = self.writing(dir, path, || preload::unlink(dir, path));
        if let (Ok(()), Some(eyes)) = (&done, self.eyes()) {
            eyes.removed(dir, path);
        }
        done
    }

    /// Removes an empty directory.
    pub fn rmdir(&self, dir: &Dir, path: &[u8]) -> io::Result<()> {
        self.writing(dir, path, || rustix::fs::unlinkat(dir, path, AtFlags::REMOVEDIR))
    }

    /// Makes a directory with mode 0777 less the umask.
    pub fn mkdir(&self, dir: &Dir, path: &[u8]) -> io::Result<()> {
        self.writing(dir, path, || rustix::fs::mkdirat(dir, path, Mode::from_raw_mode(0o777)))
    }

    /// Renames a file or directory.
    pub fn rename(&self, dir: &Dir, from: &[u8], to: &[u8]) -> io::Result<()> {
        self.note_moved(dir, from);
        self.writing(dir, to, || rustix::fs::renameat(dir, from, dir, to))
    }

    /// Makes `path` a symbolic link that says `target`.
    pub fn symlink(&self, dir: &Dir, target: &[u8], path: &[u8]) -> io::Result<()> {
        self.writing(dir, path, || rustix::fs::symlinkat(target, dir, path))
    }

    /// Makes `to` another name of `from`; a symbolic link is linked itself.
    pub fn link(&self, dir: &Dir, from: &[u8], to: &[u8]) -> io::Result<()> {
        self.note_moved(dir, from);
        self.writing(dir, to, || rustix::fs::linkat(dir, from, dir, to, AtFlags::empty()))
    }

    /// Sets permissions.
    pub fn chmod(&self, dir: &Dir, path: &[u8], mode: u32) -> io::Result<()> {
        self.writing(dir, path, || {
            rustix::fs::chmodat(dir, path, Mode::from_raw_mode(mode), AtFlags::empty())
        })
    }

    /// Notes that what a name leads to gets another: what is found by that depends on what it is now.
    fn note_moved(&self, dir: &Dir, from: &[u8]) {
        let Some(eyes) = self.eyes() else { return };
        match self.look_unseen(Ask::Lstat, dir, from) {
            Ok(meta) if meta.is_file() && meta.size > MOST_MOVED => {
                eyes.effect("a large file got another name");
            }
            Ok(meta) if meta.is_file() => {
                if let Ok((data, meta)) = self.read_unseen(dir, from) {
                    self.note_contents(dir, from, &meta, eyes::hash(&data));
                }
            }
            // One that was just made is on its way to its place.
            Ok(meta) if meta.is_symlink() && !eyes.has_changed(dir, from) => drop(self.read_link(dir, from)),
            Ok(meta) if meta.is_symlink() => {}
            Ok(_) => eyes.effect("a directory got another name"),
            Err(_) => {}
        }
        eyes.changed(dir, from);
    }

    fn writing(
        &self,
        dir: &Dir,
        path: &[u8],
        mut change: impl FnMut() -> rustix::io::Result<()>,
    ) -> io::Result<()> {
        let done = change();
        match (&done, self.eyes()) {
            // Nothing was changed, because of what is there or is not: a fact like any other.
            (Err(Errno::NOENT | Errno::NOTDIR | Errno::EXIST), Some(_)) => {
                let _ = self.link_kind(dir, path);
                self.counts.writes.add(1);
            }
            _ => self.note_write(dir, path),
        }
        Ok(done?)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use bstr::ByteSlice;
    use std::sync::Arc;

    /// An empty directory that is removed with the first of the pair.
    pub(crate) fn scratch() -> (tempfile::TempDir, Arc<Dir>) {
        use std::os::unix::ffi::OsStrExt;
        let keep = tempfile::tempdir().unwrap();
        let dir = Dir::current().unwrap().open(keep.path().as_os_str().as_bytes()).unwrap();
        (keep, dir)
    }

    #[test]
    fn what_is_larger_than_any_makefile_is_not_read() {
        let (keep, dir) = scratch();
        std::fs::File::create(keep.path().join("large")).unwrap().set_len(1 << 30).unwrap();
        let too_large = |path: &[u8]| {
            Host::new().read_makefile(&dir, path, Vec::new()).unwrap_err().kind()
                == io::ErrorKind::FileTooLarge
        };
        assert!(too_large(b"large") && too_large(b"/dev/zero"));
    }

    #[test]
    fn what_is_written_is_read_back_and_appending_adds() {
        let (_keep, dir) = scratch();
        let host = Host::new();
        host.write(&dir, b"f\xff", b"one\n", false).unwrap();
        host.write(&dir, b"f\xff", b"two\n", true).unwrap();
        assert_eq!(host.read(&dir, b"f\xff").unwrap().as_bstr(), "one\ntwo\n");
        host.write(&dir, b"f\xff", b"3", false).unwrap();
        assert_eq!(host.read(&dir, b"f\xff").unwrap().as_bstr(), "3");
        assert_eq!(host.stat(&dir, b"f\xff").unwrap().size, 1);
    }

    #[test]
    fn files_without_a_size_are_read_whole() {
        let host = Host::new();
        let dir = Dir::current().unwrap();
        assert!(host.read(&dir, b"/proc/self/status").unwrap().contains_str("Name:"));
    }

    #[test]
    fn reading_a_directory_or_a_name_with_nul_is_an_error() {
        let (_keep, dir) = scratch();
        let host = Host::new();
        assert_eq!(host.read(&dir, b".").unwrap_err().raw_os_error(), Some(libc::EISDIR));
        assert!(host.read(&dir, b"a\0b").is_err());
        assert!(host.stat(&dir, b"").is_err());
    }

    #[test]
    fn touch_makes_the_file_or_renews_its_time_and_refuses_a_directory() {
        let (_keep, dir) = scratch();
        let host = Host::new();
        host.touch(&dir, b"f").unwrap();
        host.utimens(&dir, b"f", None, Some(-1_500_000_000), true).unwrap();
        assert_eq!(host.stat(&dir, b"f").unwrap().mtime_ns, -1_500_000_000);
        host.touch(&dir, b"f").unwrap();
        assert!(host.stat(&dir, b"f").unwrap().mtime_ns > 1_500_000_000_000_000_000);
        assert_eq!(host.touch(&dir, b".").unwrap_err().raw_os_error(), Some(libc::EISDIR));
        assert_eq!(host.touch(&dir, b"no/f").unwrap_err().raw_os_error(), Some(libc::ENOENT));
    }

    #[test]
    fn links_are_followed_by_stat_and_not_by_lstat() {
        let (_keep, dir) = scratch();
        let host = Host::new();
        host.mkdir(&dir, b"d").unwrap();
        host.symlink(&dir, b"d", b"l").unwrap();
        host.symlink(&dir, b"nowhere", b"dangling").unwrap();
        assert!(host.stat(&dir, b"l").unwrap().is_dir());
        assert!(host.lstat(&dir, b"l").unwrap().is_symlink());
        assert_eq!(host.read_link(&dir, b"l").unwrap(), "d");
        assert!(!host.exists(&dir, b"dangling"));
        assert!(host.lstat(&dir, b"dangling").is_ok());
        host.rename(&dir, b"l", b"m").unwrap();
        host.unlink(&dir, b"m").unwrap();
        host.rmdir(&dir, b"d").unwrap();
        assert!(!host.exists(&dir, b"d"));
    }

    #[test]
    fn temporary_files_never_share_a_name() {
        let (_keep, dir) = scratch();
        let host = Host::new();
        let (a, _) = host.create_temp(&dir, b"", b"Gm").unwrap();
        let (b, _) = host.create_temp(&dir, b".", b"Gm").unwrap();
        assert!(a.starts_with(b"Gm") && a.len() == 8);
        assert!(b.starts_with(b"./Gm") && b[2..] != a);
        assert_eq!(host.stat(&dir, &a).unwrap().mode & 0o777, 0o600);
        let fifo = host.create_temp_fifo(&dir, dir.path(), b"GMfifo").unwrap();
        assert_eq!(host.stat(&dir, &fifo).unwrap().kind(), Kind::Other);
    }

    #[test]
    fn every_change_of_a_file_raises_the_epoch() {
        let (_keep, dir) = scratch();
        let host = Host::new();
        let mut last = host.epoch();
        let mut raised = |host: &Host| {
            let now = host.epoch();
            let up = now > last;
            last = now;
            up
        };
        host.write(&dir, b"f", b"", false).unwrap();
        assert!(raised(&host));
        host.chmod(&dir, b"f", 0o600).unwrap();
        assert!(raised(&host));
        host.link(&dir, b"f", b"g").unwrap();
        assert!(raised(&host));
        assert!(host.stat(&dir, b"g").is_ok());
        assert!(!raised(&host));
        host.unlink(&dir, b"f").unwrap();
        assert!(raised(&host));
        let file = host.open_write(&dir, b"w", OpenMode::Truncate).unwrap();
        assert!(raised(&host));
        host.wrote(&file);
        assert!(raised(&host));
        // Nobody finds what has no name.
        host.wrote(&crate::fd::memory_file().unwrap());
        host.wrote(&crate::fd::pipe().unwrap().1);
        assert!(!raised(&host));
        let changes = host.change_count();
        host.mkdir(&dir, b"d").unwrap();
        assert!(raised(&host) && host.change_count() > changes);
        let changes = host.change_count();
        host.renew(&dir, b"d").unwrap();
        assert!(raised(&host) && host.change_count() == changes);
        host.unlink(&dir, b"w").unwrap();
        assert!(raised(&host));
        host.wrote(&file);
        assert!(!raised(&host));
    }

    #[test]
    fn what_is_renewed_is_younger_than_all_that_was_written_before() {
        let (_keep, dir) = scratch();
        let host = Host::new();
        host.mkdir(&dir, b"d").unwrap();
        for _ in 0..5 {
            host.write(&dir, b"f", b"", false).unwrap();
            host.renew(&dir, b"d").unwrap();
            let time = |name: &[u8]| host.stat(&dir, name).unwrap().mtime_ns;
            assert!(time(b"d") > time(b"f"));
        }
    }

    #[test]
    fn open_modes_do_what_the_shell_operators_say() {
        let (_keep, dir) = scratch();
        let host = Host::new();
        host.write(&dir, b"f", b"abc", false).unwrap();
        fd::write_all(host.open_write(&dir, b"f", OpenMode::ReadWrite).unwrap(), b"X").unwrap();
        assert_eq!(host.read(&dir, b"f").unwrap().as_bstr(), "Xbc");
        assert_eq!(
            host.open_write(&dir, b"f", OpenMode::New).unwrap_err().raw_os_error(),
            Some(libc::EEXIST)
        );
        assert_eq!(
            host.open_write(&dir, b"g", OpenMode::Existing).unwrap_err().raw_os_error(),
            Some(libc::ENOENT)
        );
        host.open_write(&dir, b"f", OpenMode::Truncate).unwrap();
        assert_eq!(host.stat(&dir, b"f").unwrap().size, 0);
    }
}
