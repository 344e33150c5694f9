//! The three standard streams of a shell as values: real descriptors, the memory of a command substitution, or files that
//! are opened when something is there to be written.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use rkbuild_host::apart::Failed;
use rkbuild_host::{Dir, Host, Meta, OpenMode, Stdio, fd};

use crate::patience::patiently;
use bstr::BString;

/// Where a stream goes.
#[derive(Clone)]
pub(crate) enum Stream {
    Fd(Arc<OwnedFd>),
    Capture(Arc<Capture>),
    /// One of the files of a command's redirections.
    Late(Arc<Late>, usize),
}

/// The files of a command's redirections, before they are opened. A file that was emptied and not yet written is a wrong one
/// if this process is killed, so that is put off until the command has something to write; a program opens them itself.
pub(crate) struct Late {
    pub host: Arc<Host>,
    pub dir: Arc<Dir>,
    pub files: Vec<LateFile>,
    state: Mutex<LateState>,
}

/// A file, and how it is opened; `None`: for reading.
pub(crate) struct LateFile {
    pub name: BString,
    pub how: Option<OpenMode>,
}

enum LateState {
    Unopened,
    /// All of them, in order.
    Opened(Vec<Arc<OwnedFd>>),
    /// A program has them, or had: what it wrote is there.
    Passed,
    /// One could not be opened.
    Failed,
}

impl Late {
    pub fn new(host: &Arc<Host>, dir: &Arc<Dir>, files: Vec<LateFile>) -> Late {
        Late { host: host.clone(), dir: dir.clone(), files, state: Mutex::new(LateState::Unopened) }
    }

    fn state(&self) -> MutexGuard<'_, LateState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether nobody has opened them.
    pub fn is_unopened(&self) -> bool {
        matches!(*self.state(), LateState::Unopened)
    }

    /// Whether one could not be opened.
    pub fn has_failed(&self) -> bool {
        matches!(*self.state(), LateState::Failed)
    }

    /// A program has opened them.
    pub fn pass(&self) {
        *self.state() = LateState::Passed;
    }

    /// Opens all, in order, if nobody did.
    pub fn open(&self) -> io::Result<()> {
        match &mut *self.state() {
            LateState::Passed => Ok(()),
            state => self.opened(state),
        }
    }

    fn opened(&self, state: &mut LateState) -> io::Result<()> {
        // What is added to what a program wrote goes behind it.
        let passed = match state {
            LateState::Opened(_) => return Ok(()),
            LateState::Failed => return Err(io::ErrorKind::Other.into()),
            LateState::Unopened => false,
            LateState::Passed => true,
        };
        let open = |file: &LateFile| match file.how {
            None => self.host.open_read(&self.dir, &file.name),
            Some(_) if passed => self.host.open_write(&self.dir, &file.name, OpenMode::Append),
            Some(how) => self.host.open_write(&self.dir, &file.name, how),
        };
        match self.files.iter().map(|file| patiently(|| open(file)).map(Arc::new)).collect() {
            Ok(opened) => {
                *state = LateState::Opened(opened);
                Ok(())
            }
            Err(error) => {
                *state = LateState::Failed;
                Err(error)
            }
        }
    }

    /// Writes to the file at `at`, in such a way that all arrives even if this process is killed.
    fn write(&self, at: usize, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        let is_null = self.files.get(at).is_none_or(|file| file.name == "/dev/null");
        if !matches!(*state, LateState::Unopened) || bytes.is_empty() || is_null {
            drop(state);
            return fd::write_all(self.fd(at)?, bytes);
        }
        let files: Vec<_> = self.files.iter().map(|file| (file.name.as_slice(), file.how)).collect();
        let mut last = None;
        let written = patiently(|| match self.host.write_apart(&self.dir, &files, 0o666, at, bytes) {
            Err(Failed::Open(error)) => Err(error),
            // What was written can't be written again.
            other => {
                last = Some(other);
                Ok(())
            }
        });
        match (written, last) {
            (Ok(()), Some(Err(Failed::Write(error) | Failed::Open(error)))) => {
                *state = LateState::Passed;
                Err(error)
            }
            (Ok(()), _) => {
                *state = LateState::Passed;
                Ok(())
            }
            (Err(error), _) => {
                *state = LateState::Failed;
                Err(error)
            }
        }
    }

    fn fd(&self, at: usize) -> io::Result<Arc<OwnedFd>> {
        let mut state = self.state();
        self.opened(&mut state)?;
        match &*state {
            LateState::Opened(opened) => opened.get(at).cloned(),
            _ => None,
        }
        .ok_or_else(|| io::ErrorKind::Other.into())
    }
}

/// The output of a command substitution. What builtins write is kept in memory; a pipe, with a thread that reads it, is
/// made when the first child needs a descriptor.
#[derive(Default)]
pub(crate) struct Capture {
    state: Mutex<CaptureState>,
}

#[derive(Default)]
struct CaptureState {
    memory: Vec<u8>,
    /// The write end, and who reads the other.
    pipe: Option<(Arc<OwnedFd>, Reader)>,
}

type Reader = JoinHandle<io::Result<Vec<u8>>>;

impl Capture {
    fn state(&self) -> MutexGuard<'_, CaptureState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        let Some((fd, _)) = &state.pipe else {
            state.memory.extend_from_slice(bytes);
            return Ok(());
        };
        let fd = fd.clone();
        drop(state);
        fd::write_all(&fd, bytes)
    }

    pub fn fd(&self) -> io::Result<Arc<OwnedFd>> {
        let mut state = self.state();
        if let Some((fd, _)) = &state.pipe {
            return Ok(fd.clone());
        }
        let (read, write) = fd::pipe()?;
        let reader =
            std::thread::Builder::new().name("capture".into()).stack_size(64 << 10).spawn(move || {
                let mut data = Vec::new();
                fd::read_to_end(&read, &mut data)?;
                Ok(data)
            })?;
        let fd = Arc::new(write);
        state.pipe = Some((fd.clone(), reader));
        Ok(fd)
    }

    /// All that was written, once everybody who could write is gone.
    pub fn finish(&self) -> io::Result<Vec<u8>> {
        let (mut data, pipe) = {
            let mut state = self.state();
            (std::mem::take(&mut state.memory), state.pipe.take())
        };
        if let Some((write, reader)) = pipe {
            drop(write);
            let read = reader.join().map_err(|_| io::Error::other("reader failed"))??;
            data.extend_from_slice(&read);
        }
        Ok(data)
    }
}

impl Stream {
    /// The stream as a descriptor for a child.
    pub fn fd(&self) -> io::Result<Arc<OwnedFd>> {
        match self {
            Stream::Fd(fd) => Ok(fd.clone()),
            Stream::Capture(capture) => capture.fd(),
            Stream::Late(late, at) => late.fd(*at),
        }
    }

    /// Whether its file could not be opened.
    pub fn has_failed(&self) -> bool {
        matches!(self, Stream::Late(late, _) if late.has_failed())
    }

    /// The attributes of the file it goes to, or will go to if there is one; an error where that can't be told.
    pub fn file(&self, host: &Host) -> io::Result<Option<Meta>> {
        match self {
            Stream::Fd(fd) => host.fstat(fd).map(Some),
            Stream::Capture(_) => Ok(None),
            Stream::Late(late, at) => match late.files.get(*at) {
                Some(file) => match host.stat(&late.dir, &file.name) {
                    Ok(meta) => Ok(Some(meta)),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                    Err(error) => Err(error),
                },
                None => Ok(None),
            },
        }
    }

    /// Says that something was written to it.
    pub fn wrote(&self, host: &Host) {
        match self {
            Stream::Fd(fd) => host.wrote(fd),
            Stream::Capture(_) => {}
            Stream::Late(..) => host.changed(),
        }
    }

    /// Writes all of `bytes`.
    pub fn write(&self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Stream::Fd(fd) => fd::write_all(fd, bytes),
            Stream::Capture(capture) => capture.write(bytes),
            Stream::Late(late, at) => late.write(*at, bytes),
        }
    }
}

/// Standard input, output and error.
pub(crate) type Streams = [Stream; 3];

pub(crate) fn from_stdio(stdio: &Stdio) -> Streams {
    [Stream::Fd(stdio.stdin.clone()), Stream::Fd(stdio.stdout.clone()), Stream::Fd(stdio.stderr.clone())]
}

pub(crate) fn to_stdio(streams: &Streams) -> io::Result<Stdio> {
    let [stdin, stdout, stderr] = streams;
    Ok(Stdio { stdin: stdin.fd()?, stdout: stdout.fd()?, stderr: stderr.fd()? })
}

/// The same for a program that opens the late ones itself: what stands in for them is not used.
pub(crate) fn to_stdio_but_late(streams: &Streams, instead: &Stdio) -> io::Result<Stdio> {
    let fd = |stream: &Stream, instead: &Arc<OwnedFd>| match stream {
        Stream::Late(..) => Ok(instead.clone()),
        Stream::Fd(_) | Stream::Capture(_) => stream.fd(),
    };
    let [stdin, stdout, stderr] = streams;
    Ok(Stdio {
        stdin: fd(stdin, &instead.stdin)?,
        stdout: fd(stdout, &instead.stdout)?,
        stderr: fd(stderr, &instead.stderr)?,
    })
}
