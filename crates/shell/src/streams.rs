//! The three standard streams of a shell as values: real descriptors, or the memory of a command substitution.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use rkbuild_host::{Stdio, fd};

/// Where a stream goes.
#[derive(Clone)]
pub(crate) enum Stream {
    Fd(Arc<OwnedFd>),
    Capture(Arc<Capture>),
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
        }
    }

    /// Writes all of `bytes`.
    pub fn write(&self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Stream::Fd(fd) => fd::write_all(fd, bytes),
            Stream::Capture(capture) => capture.write(bytes),
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
