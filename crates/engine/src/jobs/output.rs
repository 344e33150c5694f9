//! Keeping the output of parallel jobs together (`-O`), and where temporary files go.
//!
//! A job whose output is kept writes to files without names; when it is over (or a line of it is, `-Oline`), they
//! are copied to the real streams while a lock is held that all makes of the tree share.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Arc, PoisonError};

use rkbuild_base::{BString, ByteSlice};
use rkbuild_eval::Session;
use rkbuild_eval::options::OutputSync;
use rkbuild_host::stdio::StandIn;
use rkbuild_host::{Dir, Eyes, Host, Permission, Stdio, errors, fd};

use crate::jobs::process::Process;
use crate::jobs::screen::Printed;

/// How much of what a command printed an observer may see.
const MOST_SHOWN: usize = 1 << 20;

/// How a session keeps output together.
pub struct Sync {
    mode: OutputSync,
    lock: Option<Arc<OwnedFd>>,
    /// Somebody shows what is printed above a line of his own.
    shown: bool,
    /// The lock file to remove at the end: this session made it.
    made: Option<LockFile>,
}

struct LockFile {
    host: Arc<Host>,
    dir: Arc<Dir>,
    path: BString,
}

/// Streams that stand in for a session's, and where what they hold is to go in the end.
pub(crate) struct Held {
    /// What commands and messages write to.
    pub stdio: Stdio,
    /// `None` when the stream is closed, and stays so for commands.
    out: Option<Printed>,
    /// `None` also when both streams lead to the same place, and so share one file here.
    err: Option<Printed>,
    real: Stdio,
    /// Where what is done meanwhile is noted: its steps have their place where it is written out.
    pub host: Arc<Host>,
}

impl Sync {
    /// What the options say, and the lock a make above us made.
    pub fn new(session: &mut Session, process: &Process) -> Sync {
        if session.options.output_sync != OutputSync::None
            && let Err(error) = temporary_file(session)
        {
            let (directory, why) = (session.temporary_directory.clone(), errors::describe(&error));
            let message = [b"cannot create temporary file ", directory.as_bytes(), b": ", why.as_bytes()];
            session.error(None, message.concat());
            session.error(None, "cannot open output-sync lock file, suppressing output-sync.");
            session.options.output_sync = OutputSync::None;
        }
        let path = session.options.sync_mutex.as_ref().and_then(|m| m.strip_prefix(b"fnm:"));
        let lock = path.and_then(|path| process.lock_file(&session.dir, path));
        Sync { mode: session.options.output_sync, lock, shown: process.screen().is_some(), made: None }
    }

    /// After makefiles are read: jobs may run in parallel now. A lock is made if there is none; its name goes to
    /// sub-makes in MAKEFLAGS. With `-Orecurse` only the outermost make writes, and needs none. (4.3 locks a file all have open; here the threads of this process are kept apart.)
    pub fn begin(&mut self, session: &mut Session, process: &Process) {
        self.mode = session.options.output_sync;
        let wanted = self.holds_reading() && parallel(session) && session.identity().is_4_4();
        if !wanted || self.lock.is_some() {
            return;
        }
        let directory = session.temporary_directory.clone();
        let Ok((path, _)) = process.host().create_temp(&session.dir, &directory, b"Gm") else { return };
        self.lock = process.lock_file(&session.dir, &path);
        let mut name = BString::from("fnm:");
        name.extend_from_slice(&path);
        session.options.sync_mutex = Some(name);
        self.made = Some(LockFile { host: process.host().clone(), dir: session.dir.clone(), path });
    }

    /// True when what make itself says while it reads makefiles is kept together.
    pub fn holds_reading(&self) -> bool {
        matches!(self.mode, OutputSync::Line | OutputSync::Target)
    }

    /// Does what is done while makefiles are read; what is said meanwhile is kept together, if it is to be.
    pub fn hold_reading<T>(
        &self,
        session: &mut Session,
        process: &Process,
        read: impl FnOnce(&mut Session) -> T,
    ) -> T {
        let held = if self.holds_reading() { Held::new(session).ok() } else { None };
        let Some(held) = held else { return read(session) };
        let real = std::mem::replace(&mut session.stdio, held.stdio.clone());
        let host = session.see_through(held.host.clone());
        let result = read(session);
        session.stdio = real;
        session.see_through(host);
        self.release(session, process, &held);
        result
    }

    /// True when the output of a command is kept: recursive ones keep theirs together themselves.
    pub(crate) fn holds(&self, session: &Session, recursive: bool) -> bool {
        parallel(session)
            && match self.mode {
                OutputSync::None => self.shown && !recursive,
                OutputSync::Line | OutputSync::Target => !recursive,
                OutputSync::Recurse => true,
            }
    }

    /// True for `-Oline`.
    pub(crate) fn by_line(&self) -> bool {
        self.mode == OutputSync::Line
    }

    /// True when whoever writes says which directory it is about each time.
    fn names_directory(&self, session: &Session) -> bool {
        self.holds_reading() && session.prints_directory()
    }

    /// Copies what is held to the real streams, undisturbed by other makes and jobs, and empties it.
    pub(crate) fn release(&self, session: &Session, process: &Process, held: &Held) {
        let take = |file: Option<&Printed>| file.map_or(Some(Vec::new()), Printed::take);
        let (out, err) = (take(held.out.as_ref()), take(held.err.as_ref()));
        let (Some(out), Some(err)) = (out, err) else {
            if let Some(eyes) = session.eyes() {
                eyes.effect("what was kept together could not be read");
            }
            return;
        };
        let named = self.names_directory(session);
        let line = |word| if named { session.directory_text(word) } else { Vec::new() };
        let (enter, leave): (Vec<u8>, Vec<u8>) = (line("Entering"), line("Leaving"));
        if let Some(eyes) = held.host.eyes() {
            let kept = self.mode != OutputSync::None;
            eyes.put_in_place(kept.then(|| (enter.clone(), leave.clone())));
        }
        if out.is_empty() && err.is_empty() {
            return;
        }
        let _threads = process.output.lock().unwrap_or_else(PoisonError::into_inner);
        let locked = self.lock.as_ref().is_some_and(|lock| fd::lock(&**lock).is_ok());
        if named {
            write_out(session, held, &enter);
        }
        if let Some(error) = write_out(session, held, &out) {
            let _ = held.real.write_err(format!("fwrite(): {}\n", errors::describe(&error)).as_bytes());
        }
        let _ = held.real.write_err(&err);
        if named {
            write_out(session, held, &leave);
        }
        if let (true, Some(lock)) = (locked, &self.lock) {
            let _ = fd::unlock(&**lock);
        }
    }
}

impl Drop for Sync {
    fn drop(&mut self) {
        if let Some(LockFile { host, dir, path }) = self.made.take() {
            let _ = host.unlink(&dir, &path);
        }
    }
}

/// Writes to the real standard output. Gives the error if it is the session's first; a later one is not told.
fn write_out(session: &Session, held: &Held, text: &[u8]) -> Option<io::Error> {
    let error = held.real.write_out(text).err()?;
    if session.out_error.get().is_some() {
        return None;
    }
    session.out_error.set(error.raw_os_error());
    Some(error)
}

/// Whether several commands may run at once.
pub(crate) fn parallel(session: &Session) -> bool {
    session.options.jobs.is_some_and(|jobs| jobs != 1)
}

impl Held {
    /// New files in the place of the session's streams.
    pub fn new(session: &Session) -> io::Result<Held> {
        let real = session.stdio.clone();
        let StandIn { stdio, out, err } = real.stand_in(|| temporary_file(session))?;
        let (out, err) = (out.map(Printed::new), err.map(Printed::new));
        let host = session.host();
        let host = host.eyes().map_or(host.clone(), |eyes| host.seen_by(Eyes::part_of(eyes)));
        Ok(Held { stdio, out, err, real, host })
    }

    /// What both streams are told, where that is one file.
    pub fn printed(&self) -> Option<&Printed> {
        self.out.as_ref().filter(|_| self.err.is_none())
    }

    /// What is held, which stays there: errors where they are kept apart, or all.
    pub fn so_far(&self) -> Option<Vec<u8>> {
        let file = &*self.err.as_ref().or(self.out.as_ref())?.file;
        fd::read_at_most(file, MOST_SHOWN).ok()
    }
}

/// A file without a name, to which every writer adds at the end wherever others have got to.
fn temporary_file(session: &Session) -> io::Result<Arc<OwnedFd>> {
    let host = session.host();
    // 4.3 never asks where they should be.
    let newer = session.identity().is_4_4();
    let directory = if newer { session.temporary_directory.as_slice() } else { b"/tmp" };
    // That it can be made there is what the session depends on; the file itself is nobody's.
    let _ = host.access(&session.dir, directory, Permission::Write);
    let host = host.unseen();
    let (path, file) = host.create_temp(&session.dir, directory, b"Gm")?;
    host.unlink(&session.dir, &path)?;
    fd::set_append(&file)?;
    Ok(Arc::new(file))
}
