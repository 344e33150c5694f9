//! Runs: programs that are started for a session that is remembered, with what they print passed on and kept.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bstr::{BStr, BString};
use rkbuild_engine::jobs::recall::Asked;
use rkbuild_host::eyes::{Output, Step as Given};
use rkbuild_host::poll::{self, Ready};
use rkbuild_host::watch::{Watch, Watched, keeper};
use rkbuild_host::{Child, Exit, Eyes, Spawn, fd, relay, signals};

use crate::command::{DEFAULT_PATH, Look, MOST_PRINTED};
use crate::memory::Memory;
use crate::script;

/// The signal that comes to us alone, and that we pass on.
const TERM: i32 = 15;

/// How a program is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// What it does is found out.
    Watched,
    /// As without recall.
    AsItIs,
}

/// A program that was started.
enum Started {
    Watched(Watch),
    AsItIs(Child),
}

impl Started {
    fn child(&self) -> &Child {
        match self {
            Started::Watched(watch) => watch.child(),
            Started::AsItIs(child) => child,
        }
    }

    /// What it did, where that was watched to the end.
    fn finish(self) -> Option<Watched> {
        match self {
            Started::Watched(watch) => watch.finish().ok(),
            Started::AsItIs(_) => None,
        }
    }
}

/// What running a command gave.
pub struct Ran {
    /// What it gave.
    pub output: Output,
    /// What it did; `None` when it was not watched, or the watch broke off while it ran.
    pub watched: Option<Watched>,
    /// Where its program was looked for.
    pub sought: Vec<Look>,
    /// How long it ran.
    pub took: Duration,
}

impl Ran {
    /// Why it says nothing of how the command ends or what it prints in another run, if it does not.
    pub fn cut_off(&self) -> Option<&'static str> {
        if self.output.out.len() + self.output.err.len() > MOST_PRINTED {
            return Some("it prints much");
        }
        let signalled = signals::pending().is_some() || matches!(self.output.exit, Exit::Signal { .. });
        signalled.then_some("a signal came")
    }
}

/// One of the pipes that a command prints to.
struct Stream {
    /// `None` once nothing more comes of it.
    end: Option<OwnedFd>,
    err: bool,
    kept: Vec<u8>,
}

impl Stream {
    fn new(end: OwnedFd, err: bool) -> Stream {
        Stream { end: Some(end), err, kept: Vec::new() }
    }

    /// Whether something can be taken now, or it is over.
    fn is_ready(&self) -> bool {
        let moment = Some(Duration::ZERO);
        self.end.as_ref().is_some_and(|end| poll::wait_one(end.as_fd(), Ready::Read, moment).unwrap_or(true))
    }

    /// Passes on what there is when the command has ended, and leaves the rest, if others still hold the pipe, to a process of its own.
    fn leave(&mut self, asked: &Asked<'_>) {
        // No more than was there: what is left may print without end.
        let mut there = self.end.as_ref().map_or(0, fd::waiting_bytes);
        while there > 0 && self.is_ready() {
            there = there.saturating_sub(self.pass_on(asked));
        }
        if self.is_over() {
            self.end = None;
        }
        let Some(end) = self.end.take() else { return };
        asked.eyes.effect("what a command left behind can print");
        let real = if self.err { &asked.stdio.stderr } else { &asked.stdio.stdout };
        // Where that can't be, whoever prints is told.
        let _ = relay::leave(end, real);
    }

    /// Whether nothing is there, and nobody can write any more.
    fn is_over(&self) -> bool {
        self.is_ready() && self.end.as_ref().is_some_and(|end| fd::waiting_bytes(end) == 0)
    }

    /// Takes what there is, and passes it on unless a makefile asked for it. Gives how many bytes that was.
    fn pass_on(&mut self, asked: &Asked<'_>) -> u64 {
        let Some(end) = self.end.as_ref().filter(|_| self.is_ready()) else { return 0 };
        let before = self.kept.len();
        let length = fd::read_some(end, &mut self.kept).unwrap_or(0);
        let mut over = length == 0;
        if self.err || !asked.captured {
            let (much, new) = (before > MOST_PRINTED, self.kept.get(before..).unwrap_or_default());
            if much {
                // It is not remembered, so it need not be kept.
                asked.eyes.effect("a command printed much");
                over |= write(asked, self.err, new).is_err();
                self.kept.truncate(before);
            } else {
                over |= !pass_on(asked, self.err, new);
            }
        }
        // Where the reader went away, whoever prints is told as if there were nothing in between.
        if over {
            self.end = None;
        }
        length as u64
    }
}

impl Memory {
    /// Runs a command under watch. `None` when it can't be watched, or did not start; nothing of it ran then. What it prints is
    /// passed on and kept.
    pub(crate) fn run_watched(&self, asked: &Asked<'_>) -> Option<Ran> {
        if self.apart.has(&self.host, asked) {
            return None;
        }
        if !keeper::is_allowed() && asked.argv.last().is_some_and(|text| script::leaves_behind(text)) {
            return None;
        }
        self.run_command(asked, How::Watched)
    }

    /// Runs a command. `None` when it did not start. What it prints is passed on and kept, but where somebody may be answering it.
    pub(crate) fn run_command(&self, asked: &Asked<'_>, how: How) -> Option<Ran> {
        if shows_itself(asked) {
            return self.run_in_sight(asked, how);
        }
        // What recipes print goes on write by write.
        let pipe = || if asked.captured { fd::pipe() } else { fd::packet_pipe().or_else(|_| fd::pipe()) };
        let (out_read, out_write) = pipe().ok()?;
        let (err_read, err_write) = match fd::is_terminal(&asked.stdio.stderr) {
            true => fd::terminal_like(&asked.stdio.stderr).ok()?,
            false => pipe().ok()?,
        };
        let began = Instant::now();
        let one = !asked.captured && asked.stdio.same_output();
        let err = if one { out_write.as_fd() } else { err_write.as_fd() };
        let (started, sought) = self.start(asked, how, out_write.as_fd(), err)?;
        drop((out_write, err_write));
        let mut streams = [Stream::new(out_read, false), Stream::new(err_read, true)];
        let mut ended = false;
        loop {
            // What a makefile asked for is over when nobody can print any more of it; a recipe's line when its shell has ended.
            let more_to_come = asked.captured && streams.first().is_some_and(|out| out.end.is_some());
            if ended && !more_to_come {
                break;
            }
            let mut fds: Vec<(BorrowedFd<'_>, Ready)> = Vec::new();
            fds.extend(streams.iter().filter_map(|stream| Some((stream.end.as_ref()?.as_fd(), Ready::Read))));
            if !ended {
                fds.push((started.child().fd(), Ready::Read));
            }
            if let Some(signals) = signals::fd() {
                fds.push((signals, Ready::Read));
            }
            if poll::wait(&fds, None).is_err() {
                break;
            }
            if let Some(signal) = signals::pending() {
                if signal == TERM {
                    let _ = started.child().kill(signal);
                }
                // A make that has to end does not wait for what it only asked, which may go on.
                if asked.captured {
                    let exit = Exit::Signal { signal, core: false };
                    let [out, _] = streams;
                    let output = Output { exit, out: out.kept, err: Vec::new() };
                    return Some(Ran { output, watched: None, sought, took: began.elapsed() });
                }
                break;
            }
            let moment = Some(Duration::ZERO);
            ended = ended || poll::wait_one(started.child().fd(), Ready::Read, moment).unwrap_or(true);
            streams.iter_mut().for_each(|stream| {
                stream.pass_on(asked);
            });
        }
        let exit = started.child().wait().unwrap_or(Exit::Code(2));
        let took = began.elapsed();
        streams.iter_mut().for_each(|stream| stream.leave(asked));
        let watched = started.finish();
        let [out, err] = streams;
        Some(Ran { output: Output { exit, out: out.kept, err: err.kept }, watched, sought, took })
    }

    /// Starts a command, and tells where its program was looked for.
    fn start(
        &self,
        asked: &Asked<'_>,
        how: How,
        stdout: BorrowedFd<'_>,
        stderr: BorrowedFd<'_>,
    ) -> Option<(Started, Vec<Look>)> {
        let path = asked.env.get(b"PATH").map_or(BStr::new(DEFAULT_PATH), |path| path);
        let (program, sought) = self.seek(asked, asked.argv.first()?, path)?;
        let spawn = Spawn {
            program: &program,
            argv: asked.argv,
            env: asked.env,
            dir: asked.dir,
            stdin: asked.stdio.stdin.as_fd(),
            stdout,
            stderr,
            inherit: &[],
        };
        let started = match how {
            How::Watched => Started::Watched(self.host.watch(&spawn).ok()?),
            How::AsItIs => Started::AsItIs(self.host.spawn(&spawn).ok()?),
        };
        Some((started, sought))
    }

    /// Finds a command's program, and tells where it was looked for.
    fn seek(&self, asked: &Asked<'_>, name: &[u8], path: &[u8]) -> Option<(BString, Vec<Look>)> {
        let eyes = Arc::new(Eyes::default());
        let program = self.host.seen_by(eyes.clone()).find_program(asked.dir, name, path).ok()?;
        let sought = eyes.take().facts.into_iter().map(|((ask, path), seen)| (ask, path, seen));
        Some((program, sought.collect()))
    }

    /// Runs a command that writes to where the session does, to a terminal say, where somebody may be answering it. What it prints
    /// is not kept.
    pub(crate) fn run_in_sight(&self, asked: &Asked<'_>, how: How) -> Option<Ran> {
        let began = Instant::now();
        let (out, err) = (asked.stdio.stdout.as_fd(), asked.stdio.stderr.as_fd());
        let (started, sought) = self.start(asked, how, out, err)?;
        if let Some(signals) = signals::fd() {
            let _ = poll::wait(&[(started.child().fd(), Ready::Read), (signals, Ready::Read)], None);
        }
        if signals::pending() == Some(TERM) {
            let _ = started.child().kill(TERM);
        }
        let exit = started.child().wait().unwrap_or(Exit::Code(2));
        let took = began.elapsed();
        let watched = started.finish();
        Some(Ran { output: Output { exit, out: Vec::new(), err: Vec::new() }, watched, sought, took })
    }
}

/// Whether a command writes to a terminal what nobody keeps.
pub(crate) fn shows_itself(asked: &Asked<'_>) -> bool {
    !asked.captured && [&asked.stdio.stdout, &asked.stdio.stderr].into_iter().any(fd::is_terminal)
}

/// Writes what a command gave, and notes it with the session.
pub(crate) fn print(asked: &Asked<'_>, output: &Output) {
    for (err, bytes) in [(false, &output.out), (true, &output.err)] {
        if bytes.is_empty() || asked.captured && !err {
            continue;
        }
        pass_on(asked, err, bytes);
    }
}

/// Whether it could be written.
fn pass_on(asked: &Asked<'_>, err: bool, bytes: &[u8]) -> bool {
    let done = write(asked, err, bytes);
    if done.is_err() {
        asked.eyes.effect("what a command printed could not be written");
    }
    asked.eyes.step(Given::Print { err, bytes: bytes.to_vec() });
    done.is_ok()
}

fn write(asked: &Asked<'_>, err: bool, bytes: &[u8]) -> io::Result<()> {
    if err { asked.stdio.write_err(bytes) } else { asked.stdio.write_out(bytes) }
}
