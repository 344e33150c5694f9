//! A pipe in front of the pipe that a build prints to, so that the last of what was printed can be looked at.
//!
//! What goes into a pipe only its reader sees. So a process of its own, [`serve`], reads what is written to a pipe of ours,
//! keeps a copy of the last of it in memory, and hands it on; it is this very program, started once more. It is no thread of
//! the build: whatever becomes of that, what its commands print arrives, and the reader sees the end when the last writer is
//! gone, as without it. Each write goes on as one write, whole as far as pipes keep writes whole, and when the reader goes away
//! the writers are told by SIGPIPE.
//!
//! The same process passes on what is printed by what a watched command left behind ([`leave`]).
//!
//! Its streams: 0 is the pipe that is written to, 1 the real one, 2 a socket on which [`Relay`] asks. Its argument is the
//! descriptor of the file for the copy.

use std::collections::VecDeque;
use std::ffi::{CStr, CString};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::fs::FileExt;
use std::os::unix::net::UnixStream;
use std::ptr::null_mut;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bstr::BString;
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fs::FileType;
use rustix::io::Errno;

use crate::launch::{Launch, Source};
use crate::{Dir, Stdio, fd, poll, signals, start, stdio};

/// What it is called as.
const NAME: &CStr = c"rkbuild-relay";
/// How much of what was printed last the copy has. After it stands how many bytes were printed in all, twice that, and one more
/// while some are being taken.
const ROOM: u64 = 2 << 20;
/// How much is taken before the reader took what was there.
const MOST_WAITING: usize = 64 << 10;
/// How long an answer may take. It takes microseconds, on a machine that has time.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long what was printed may still take when a fatal signal came.
const PATIENCE_AT_END: Duration = Duration::from_secs(1);

/// How many bytes were written.
const WRITTEN: u8 = b'w';
/// The same, once they are all in the copy.
const COPIED: u8 = b'c';
/// The same, once the reader has got them, or can take them.
const HANDED_ON: u8 = b'h';

/// The build's end.
#[derive(Debug)]
pub struct Relay {
    socket: Mutex<Socket>,
    copy: File,
    pipe: Arc<OwnedFd>,
}

#[derive(Debug)]
struct Socket {
    stream: UnixStream,
    questions: u8,
}

impl Relay {
    /// Puts one before standard error, and before standard output where that is the same, and gives the streams to be used then.
    /// `None` where errors go to no pipe, or something else of this process leads to the same one: what is written there would
    /// overtake.
    pub fn start(stdio: &Stdio) -> Option<(Relay, Stdio)> {
        let real =
            pipe_of(&stdio.stderr).filter(|real| !stdio::is_closed(&stdio.stderr) && is_alone(*real))?;
        let together = pipe_of(&stdio.stdout) == Some(real);
        let (read, write) = fd::packet_pipe().ok()?;
        let (read, write) = (fd::move_high(read).ok()?, Arc::new(fd::move_high(write).ok()?));
        let (stream, copy) = launch(read, &stdio.stderr).ok()?;
        let socket = Mutex::new(Socket { stream, questions: 0 });
        let relay = Relay { socket, copy, pipe: write.clone() };
        let stdout = if together { write.clone() } else { stdio.stdout.clone() };
        Some((relay, Stdio { stdin: stdio.stdin.clone(), stdout, stderr: write }))
    }

    /// Whether what is written to a stream goes through it.
    pub fn serves(&self, stream: &OwnedFd) -> bool {
        pipe_of(stream).is_some_and(|pipe| pipe_of(&self.pipe) == Some(pipe))
    }

    /// How many bytes were written so far.
    pub fn position(&self) -> Option<u64> {
        self.position_when(WRITTEN)
    }

    fn position_when(&self, what: u8) -> Option<u64> {
        // Nearly always nothing is on its way, and need not be asked for.
        if fd::waiting_bytes(&self.pipe) == 0 {
            let mut count = [0; 8];
            self.copy.read_exact_at(&mut count, ROOM).ok()?;
            let count = u64::from_ne_bytes(count);
            if count.is_multiple_of(2) {
                return Some(count / 2);
            }
        }
        self.ask(what, PATIENCE)
    }

    /// What was written from the byte `start` on, up to `most` bytes, as far as it is remembered.
    pub fn since(&self, start: u64, most: usize) -> Option<Vec<u8>> {
        let end = self.position_when(COPIED)?;
        let start = start.max(end.saturating_sub(ROOM));
        let length = usize::try_from(end.checked_sub(start)?).ok()?.min(most);
        let mut data = vec![0; length];
        let at = start % ROOM;
        let split = length.min(usize::try_from(ROOM - at).ok()?);
        let (first, second) = data.split_at_mut(split);
        self.copy.read_exact_at(first, at).ok()?;
        self.copy.read_exact_at(second, 0).ok()?;
        Some(data)
    }

    /// Waits until the reader has got what was written, or could. What commands that still run write later gets there without us.
    pub fn finish(&self) {
        let _ = self.ask(HANDED_ON, Duration::MAX);
    }

    fn ask(&self, what: u8, patience: Duration) -> Option<u64> {
        let mut socket = self.socket.lock().unwrap_or_else(PoisonError::into_inner);
        socket.questions = socket.questions.wrapping_add(1);
        let number = socket.questions;
        socket.stream.write_all(&[what, number]).ok()?;
        let began = Instant::now();
        let mut interrupted = None;
        loop {
            if poll::wait_one(socket.stream.as_fd(), poll::Ready::Read, Some(PATIENCE_AT_END / 10)).ok()? {
                let mut answer = [0; 9];
                socket.stream.read_exact(&mut answer).ok()?;
                // One that came too late for another question is no answer.
                if let [own, position @ ..] = answer
                    && own == number
                {
                    return Some(u64::from_ne_bytes(position));
                }
            } else if signals::pending().is_some() {
                let since: &mut Instant = interrupted.get_or_insert_with(Instant::now);
                if since.elapsed() > PATIENCE_AT_END {
                    return None;
                }
            } else if began.elapsed() > patience {
                return None;
            }
        }
    }
}

/// What identifies a pipe.
fn pipe_of(stream: &OwnedFd) -> Option<(u64, u64)> {
    let stat = rustix::fs::fstat(stream).ok()?;
    (FileType::from_raw_mode(stat.st_mode) == FileType::Fifo).then_some((stat.st_dev, stat.st_ino))
}

/// Whether no descriptor but the standard streams was there at the start that leads to the pipe.
fn is_alone(pipe: (u64, u64)) -> bool {
    let other = |fd: usize| {
        let number = RawFd::try_from(fd).unwrap_or(-1);
        let mut stat = std::mem::MaybeUninit::<libc::stat>::zeroed();
        // SAFETY: the call fills in what it is given, and fails where the number is none; all zeros is a valid value.
        let (known, stat) = unsafe { (libc::fstat(number, stat.as_mut_ptr()) == 0, stat.assume_init()) };
        known && (stat.st_dev, stat.st_ino) == pipe
    };
    !(3..start::FDS).filter(|fd| start::was_open(*fd)).any(other)
}

/// Has a process of its own pass on what is left in a pipe, and what is written to it as long as somebody does.
pub fn leave(pipe: OwnedFd, real: &OwnedFd) -> io::Result<()> {
    launch(pipe, real).map(drop)
}

/// Gives the socket, and the file with the copy.
fn launch(read: OwnedFd, real: &OwnedFd) -> io::Result<(UnixStream, File)> {
    let (own, served) = UnixStream::pair()?;
    let copy = fd::move_high(fd::memory_file()?)?;
    let root = Dir::root()?;
    let argument = CString::new(copy.as_raw_fd().to_string())?;
    let started = Launch {
        program: c"/proc/self/exe",
        argv: &[NAME.as_ptr().cast_mut(), argument.as_ptr().cast_mut(), null_mut()],
        envp: &[null_mut()],
        dir: root.as_fd().as_raw_fd(),
        files: &[],
        streams: [Source::Fd(read.as_raw_fd()), Source::Fd(real.as_raw_fd()), Source::Fd(served.as_raw_fd())],
        inherit: &[copy.as_raw_fd()],
    }
    .start()?;
    // It outlives this process by a moment, and nobody waits for it.
    drop((started, served));
    // It says so when no signal can end it any more.
    own.set_read_timeout(Some(PATIENCE))?;
    let mut own = UnixStream::from(fd::move_high(own.into())?);
    own.read_exact(&mut [0])?;
    Ok((own, copy.into()))
}

/// The descriptor for the copy, where this process was started as a relay.
pub fn is_wanted(argv: &[BString]) -> Option<RawFd> {
    let [name, number] = argv else { return None };
    if name.as_slice() != NAME.to_bytes() {
        return None;
    }
    let number: RawFd = std::str::from_utf8(number).ok()?.parse().ok()?;
    usize::try_from(number).is_ok_and(|n| n > 2 && start::was_open(n)).then_some(number)
}

/// Is the relay, until nobody writes any more or the reader is gone.
pub fn serve(copy: RawFd) {
    signals::keep_off();
    let _ = rustix::thread::set_name(NAME);
    // SAFETY: whoever started this program as a relay passed these descriptors to it, and nothing else here knows of them.
    let [input, output, socket, copy] = unsafe { [0, 1, 2, copy].map(|fd| OwnedFd::from_raw_fd(fd)) };
    close_others(copy.as_raw_fd());
    // What is no pipe does not wait, and opened once more it would begin at its beginning, or be our terminal.
    let own = pipe_of(&output).and_then(|_| fd::reopen_nonblocking(&output, poll::Ready::Write).ok());
    let blocks = own.is_none();
    let output = own.unwrap_or(output);
    if fd::set_nonblocking(&input, true).is_err() {
        return;
    }
    let mut server = Server {
        input,
        output,
        blocks,
        socket: Some(UnixStream::from(socket)),
        copy: File::from(copy),
        waiting: VecDeque::new(),
        waiting_bytes: 0,
        taken: 0,
        owed: None,
        drained: true,
        ended: false,
    };
    server.count(0);
    server.answer(&[0]);
    while server.step().is_some() {}
    // The descriptors of the standard streams are closed with it.
}

/// Closes what whoever started the build had open: locks and ends of pipes are not to be held longer than by the build.
fn close_others(but: RawFd) {
    let close = |first: RawFd, last: libc::c_uint| {
        // SAFETY: the call takes numbers; nothing here has descriptors but those that are left alone.
        unsafe { libc::syscall(libc::SYS_close_range, first as libc::c_uint, last, 0) };
    };
    close(3, but.saturating_sub(1).unsigned_abs());
    close(but.saturating_add(1), libc::c_uint::MAX);
}

struct Server {
    input: OwnedFd,
    output: OwnedFd,
    /// A write may wait: the real pipe could not be opened once more.
    blocks: bool,
    socket: Option<UnixStream>,
    copy: File,
    /// What the reader has not got yet, write by write.
    waiting: VecDeque<Vec<u8>>,
    waiting_bytes: usize,
    /// How many bytes were read in all.
    taken: u64,
    /// The question that is answered once the reader has got so many bytes: what was written before it. Others may write without end.
    owed: Option<(u8, u64)>,
    /// Nothing was left to be taken when that was last tried.
    drained: bool,
    ended: bool,
}

impl Server {
    /// Does what can be done, and waits for more. `None`: it is over.
    fn step(&mut self) -> Option<()> {
        self.take(0);
        self.hand_on()?;
        let got = self.taken - self.waiting_bytes as u64;
        if let Some((number, _)) = self.owed.take_if(|(_, all)| got >= *all) {
            self.tell(number);
        }
        if self.waiting.is_empty() && self.ended {
            return None;
        }
        let nothing = PollFlags::empty();
        let reads = !self.ended && self.waiting_bytes < MOST_WAITING;
        let writes = !self.waiting.is_empty();
        let mut polled = vec![PollFd::new(&self.output, if writes { PollFlags::OUT } else { nothing })];
        polled.extend(self.socket.as_ref().map(|socket| PollFd::new(socket, PollFlags::IN)));
        if reads {
            polled.push(PollFd::new(&self.input, PollFlags::IN));
        }
        // Where more can be taken, whoever asks is heard in between.
        let moment = (reads && !self.drained).then_some(Timespec { tv_sec: 0, tv_nsec: 0 });
        match rustix::event::poll(&mut polled, moment.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(_) => return None,
        }
        let asked = self.socket.is_some() && polled.get(1).is_some_and(|fd| !fd.revents().is_empty());
        // Nobody reads any more: whoever writes is to be told.
        if polled.first().is_some_and(|fd| fd.revents().contains(PollFlags::ERR)) {
            return None;
        }
        if asked {
            self.be_asked();
        }
        Some(())
    }

    /// Takes what was written, as far as there is room for it, and the first `least` bytes whether there is or not.
    fn take(&mut self, least: u64) {
        self.drained = self.ended;
        self.count(1);
        while !self.drained && (self.waiting_bytes < MOST_WAITING || self.taken < least) {
            let mut packet = vec![0; fd::PACKET];
            match rustix::io::read(&self.input, &mut packet) {
                Ok(length @ 1..) => {
                    packet.truncate(length);
                    self.remember(&packet);
                    self.waiting_bytes += length;
                    self.waiting.push_back(packet);
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => self.drained = true,
                Ok(_) | Err(_) => (self.drained, self.ended) = (true, true),
            }
        }
        self.count(0);
    }

    /// Writes down how many bytes were taken, and whether more are being taken now.
    fn count(&self, taking: u64) {
        let _ = self.copy.write_all_at(&(self.taken * 2 + taking).to_ne_bytes(), ROOM);
    }

    fn remember(&mut self, packet: &[u8]) {
        let at = self.taken % ROOM;
        let split = packet.len().min(usize::try_from(ROOM - at).unwrap_or(0));
        let (first, second) = packet.split_at(split);
        // Where there is no memory for it, it is not remembered right.
        let _ = self.copy.write_all_at(first, at).and_then(|()| self.copy.write_all_at(second, 0));
        self.taken += packet.len() as u64;
    }

    /// Hands on what the reader has room for. `None`: there is no reader.
    fn hand_on(&mut self) -> Option<()> {
        while let Some(packet) = self.waiting.front_mut() {
            let moment = Some(Duration::ZERO);
            if self.blocks && !poll::wait_one(self.output.as_fd(), poll::Ready::Write, moment).ok()? {
                break;
            }
            match rustix::io::write(&self.output, packet) {
                Ok(written) => {
                    self.waiting_bytes -= written;
                    packet.drain(..written);
                    if packet.is_empty() {
                        self.waiting.pop_front();
                    }
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => break,
                Err(_) => return None,
            }
        }
        Some(())
    }

    fn be_asked(&mut self) {
        let mut question = [0; 2];
        let asked = self.socket.as_mut().is_some_and(|socket| socket.read_exact(&mut question).is_ok());
        let [what, number] = question;
        match what {
            // The build is over, or was killed; what still runs may print.
            _ if !asked => self.socket = None,
            WRITTEN => self.tell(number),
            // What is printed from now on waits for the reader again.
            COPIED => {
                let all = self.written();
                self.take(all);
                self.tell(number);
            }
            _ => {
                self.owed = Some((number, self.written()));
            }
        }
    }

    fn written(&self) -> u64 {
        self.taken + fd::waiting_bytes(&self.input)
    }

    /// Says how many bytes were written.
    fn tell(&mut self, number: u8) {
        let mut answer = [number; 9];
        let [_, position @ ..] = &mut answer;
        *position = self.written().to_ne_bytes();
        self.answer(&answer);
    }

    fn answer(&mut self, answer: &[u8]) {
        if self.socket.as_mut().is_some_and(|socket| socket.write_all(answer).is_err()) {
            self.socket = None;
        }
    }
}
