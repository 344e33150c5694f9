//! Redirections: opening files and moving streams.
//!
//! What is opened here: plain files, what is missing, directories, and the kernel's own devices (/dev/null, /dev/zero).
//! Opening a fifo may wait for ever, and the meaning of names below /proc and of `/dev/stdin` and its like is another one
//! in each process (see [`Look::Own`]). A simple command with such a redirection is given to the real shell; where the
//! state of this shell hangs on the command, the name is opened as that shell would have.

use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::sync::Arc;

use bstr::{BString, ByteSlice};
use rkbuild_host::{Look, Meta, OpenMode, Openings};
use rustix::io::Errno;

use crate::interp::{Interp, Ran};
use crate::patience::patiently;
use crate::script::{Redirect, RedirectKind};
use crate::streams::{Late, LateFile, Stream};

/// A redirection whose word is expanded.
pub(crate) struct Redirection {
    pub fd: u8,
    pub kind: RedirectKind,
    pub word: BString,
}

/// What came of redirections.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Redirected {
    Made,
    /// One failed, and the message has been written.
    Failed,
    /// One is not made here, as the caller allowed: the real shell makes them all.
    Unusual,
}

/// The major number of the kernel's memory devices: null, zero, full, random.
const MEMORY_DEVICES: u32 = 1;
/// How many links may lead to a descriptor.
const MOST_LINKS: u32 = 40;

/// How a file is opened; `None`: for reading.
fn how(kind: RedirectKind) -> Option<OpenMode> {
    match kind {
        RedirectKind::Read => None,
        RedirectKind::Append => Some(OpenMode::Append),
        RedirectKind::Write | RedirectKind::Dup => Some(OpenMode::Truncate),
    }
}

impl Interp<'_> {
    /// Expands the words of redirections, all before the first is made.
    pub fn redirections(&mut self, redirects: &[Redirect]) -> Ran<Vec<Redirection>> {
        redirects
            .iter()
            .map(|r| Ok(Redirection { fd: r.fd, kind: r.kind, word: self.string(&r.word)? }))
            .collect()
    }

    /// Makes redirections, also unusual ones. False: one failed.
    pub fn redirect(&mut self, redirects: &[Redirect]) -> Ran<bool> {
        let redirections = self.redirections(redirects)?;
        let made = self.make(&redirections, false) == Redirected::Made;
        if !made {
            self.check_interrupted()?;
        }
        Ok(made)
    }

    /// Makes redirections; `only_usual`: or none of the rest, if one is to be left to the real shell.
    pub fn make(&mut self, redirections: &[Redirection], only_usual: bool) -> Redirected {
        for redirection in redirections {
            let word = &redirection.word;
            let stream = match redirection.kind {
                RedirectKind::Dup => self.duplicate(word),
                kind => {
                    let usual = self.is_usual(word);
                    if !usual && only_usual {
                        return Redirected::Unusual;
                    }
                    let opened = if usual { self.open(kind, word) } else { self.open_unusual(kind, word) };
                    match opened {
                        Ok(fd) => Stream::Fd(Arc::new(fd)),
                        // The wait for the other end of a fifo was ended.
                        Err(_) if self.programs.interrupted().is_some() => return Redirected::Failed,
                        Err(error) => {
                            self.say_cannot_open(kind, word, &error);
                            return Redirected::Failed;
                        }
                    }
                }
            };
            self.set_stream(redirection.fd, stream);
        }
        Redirected::Made
    }

    /// Has redirections made when the command has something to write, or by the program it is. `None`, and nothing is done:
    /// one of them is unusual, or there are too many.
    pub fn make_late(&mut self, redirections: &[Redirection]) -> Option<Arc<Late>> {
        let names = || redirections.iter().filter(|r| r.kind != RedirectKind::Dup);
        if names().count() > Openings::MOST || !names().all(|r| self.is_usual(&r.word)) {
            return None;
        }
        let files = names().map(|r| LateFile { name: r.word.clone(), how: how(r.kind) }).collect();
        let late = Arc::new(Late::new(self.host, &self.dir, files));
        let mut numbers = 0..;
        for redirection in redirections {
            let stream = match redirection.kind {
                RedirectKind::Dup => self.duplicate(&redirection.word),
                _ => Stream::Late(late.clone(), numbers.next()?),
            };
            self.set_stream(redirection.fd, stream);
        }
        Some(late)
    }

    fn duplicate(&self, word: &[u8]) -> Stream {
        let [stdin, stdout, stderr] = &self.streams;
        match word {
            b"0" => stdin.clone(),
            b"1" => stdout.clone(),
            _ => stderr.clone(),
        }
    }

    fn set_stream(&mut self, fd: u8, stream: Stream) {
        let [stdin, stdout, stderr] = &mut self.streams;
        match fd {
            0 => *stdin = stream,
            1 => *stdout = stream,
            _ => *stderr = stream,
        }
    }

    /// The plain file that `name` leads to, which may be written as a whole; no attributes: it is missing. `None`: something else,
    /// or that can't be told.
    pub fn plain_target(&self, name: &[u8]) -> Option<Option<Meta>> {
        match patiently(|| self.host.look(&self.dir, name, true)).ok()? {
            Look::Found(meta) if meta.is_file() => Some(Some(meta)),
            Look::Missing => Some(None),
            Look::Found(_) | Look::Own => None,
        }
    }

    /// Whether opening `name` is the same in any process, and does not wait for others.
    fn is_usual(&self, name: &[u8]) -> bool {
        if name == b"/dev/null" {
            return true;
        }
        match patiently(|| self.host.look(&self.dir, name, true)) {
            Ok(Look::Found(meta)) => {
                meta.is_file() || meta.is_dir() || rustix::fs::major(meta.rdev) == MEMORY_DEVICES
            }
            Ok(Look::Own) => false,
            // Opening shows what is wrong.
            Ok(Look::Missing) | Err(_) => true,
        }
    }

    fn open(&self, kind: RedirectKind, name: &[u8]) -> io::Result<OwnedFd> {
        patiently(|| match how(kind) {
            None => self.host.open_read(&self.dir, name),
            Some(how) => self.host.open_write(&self.dir, name, how),
        })
    }

    /// Opens what has another meaning in each process, with the one it has in the process this shell stands for.
    fn open_unusual(&self, kind: RedirectKind, name: &[u8]) -> io::Result<OwnedFd> {
        let ours = format!("/proc/{}/", std::process::id());
        if let Some(number) = self.descriptor_named(name, &ours)
            && let Some(stream) = self.streams.get(number)
        {
            let fd = stream.fd()?;
            return self.open(kind, format!("/proc/self/fd/{}", fd.as_raw_fd()).as_bytes());
        }
        let fd = self.open(kind, name)?;
        // What /proc has on this process is not what was asked for, and what was asked for is not to be had.
        match self.path_of(&fd) {
            Ok(path) if path.starts_with(ours.as_bytes()) => Err(Errno::PERM.into()),
            _ => Ok(fd),
        }
    }

    fn path_of(&self, fd: impl AsFd) -> io::Result<BString> {
        self.host.read_link(&self.dir, format!("/proc/self/fd/{}", fd.as_fd().as_raw_fd()).as_bytes())
    }

    /// The number of the descriptor that `name` stands for, if it does; `ours` is this process's place in /proc.
    fn descriptor_named(&self, name: &[u8], ours: &str) -> Option<usize> {
        let mut name = BString::from(name);
        for _ in 0..MOST_LINKS {
            let (parent, last) = match name.rfind_byte(b'/') {
                Some(at) => name.split_at(at + 1),
                None => (&b"."[..], name.as_slice()),
            };
            let place = self.host.realpath(&self.dir, parent).ok()?;
            if place.starts_with(ours.as_bytes()) && place.ends_with(b"/fd") {
                return last.to_str().ok()?.parse().ok();
            }
            let text = self.host.read_link(&self.dir, &name).ok()?;
            name = if text.starts_with(b"/") { text } else { [&place, &b"/"[..], &text].concat().into() };
        }
        None
    }

    fn say_cannot_open(&self, kind: RedirectKind, name: &BString, error: &io::Error) {
        let read = kind == RedirectKind::Read;
        let missing = matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory);
        let verb: &[u8] = if read { b"cannot open " } else { b"cannot create " };
        let why = match (missing, read) {
            (true, true) => "No such file".into(),
            (true, false) => "Directory nonexistent".into(),
            (false, _) => rkbuild_host::errors::describe(error),
        };
        self.say(&[verb, name, b": ", why.as_bytes()]);
    }
}
