//! The jobserver: one pool of tokens for all makes of a tree, held in a pipe or a fifo (manual 13.1).
//!
//! Every make may run one job on its own account; each further one needs a token, a byte read from the pool and
//! written back when the job is over. A session of this process is a client like any process: it reads and writes
//! the same pipe or fifo.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use rkbuild_base::{BStr, BString, ByteSlice};
use rkbuild_eval::{Fatal, Session};
use rkbuild_host::{Dir, Host, errors, fd};

use crate::jobs::pool::Pool;
use crate::jobs::process::Process;

/// What stands for a token whose byte is not remembered.
const TOKEN: u8 = b'+';

/// The most tokens a pool is filled with: what surely fits into a pipe.
const MOST_TOKENS: u32 = 4096;

/// A pool of tokens this session takes part in.
pub struct Jobserver {
    pool: Arc<Pool>,
    /// The tokens held, as they were read.
    held: Vec<u8>,
    /// The fifo to remove in the end: this session made it.
    fifo: Option<Fifo>,
}

struct Fifo {
    host: Arc<Host>,
    dir: Arc<Dir>,
    path: BString,
}

impl Jobserver {
    fn new(pool: Arc<Pool>) -> Jobserver {
        Jobserver { pool, held: Vec::new(), fifo: None }
    }

    /// A new pool with `tokens` tokens.
    fn create(session: &Session, process: &Process, fifo: bool, tokens: u32) -> io::Result<Jobserver> {
        let mut jobserver = None;
        if fifo {
            match Jobserver::create_fifo(session, process) {
                Ok(made) => jobserver = Some(made),
                Err(error) => {
                    // A pipe does as well.
                    let (directory, why) = (&session.temporary_directory, errors::describe(&error));
                    let message = [b"jobserver mkfifo: ", directory.as_bytes(), b"/GMfifo: ", why.as_bytes()];
                    session.error(None, message.concat());
                }
            }
        }
        let jobserver = match jobserver {
            Some(jobserver) => jobserver,
            None => {
                let (read, write) = fd::pipe()?;
                Jobserver::new(Pool::of_pipe(&process.pools, Arc::new(read), Arc::new(write))?)
            }
        };
        let tokens = vec![TOKEN; tokens.min(MOST_TOKENS) as usize];
        fd::write_all(&*jobserver.pool.give, &tokens)?;
        Ok(jobserver)
    }

    fn create_fifo(session: &Session, process: &Process) -> io::Result<Jobserver> {
        let host = &session.shared.host;
        let path = host.create_temp_fifo(&session.dir, &session.temporary_directory, b"GMfifo")?;
        let fifo = Fifo { host: host.clone(), dir: session.dir.clone(), path };
        match Pool::open_fifo(session, &process.pools, fifo.path.as_bstr()) {
            Ok(pool) => Ok(Jobserver { pool, held: Vec::new(), fifo: Some(fifo) }),
            Err(error) => {
                let _ = host.unlink(&fifo.dir, &fifo.path);
                Err(error)
            }
        }
    }

    /// What MAKEFLAGS says of it.
    pub fn auth(&self) -> &BStr {
        self.pool.auth.as_bstr()
    }

    /// True for the pipe style, whose descriptors have to be kept from children that are no makes.
    pub fn is_pipe(&self) -> bool {
        !self.pool.pipe.is_empty()
    }

    /// The descriptors a recursive command needs.
    pub fn inherit(&self) -> &[Arc<OwnedFd>] {
        &self.pool.pipe
    }

    /// Readable when there may be a token.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.pool.take.as_fd()
    }

    /// How many tokens this session holds.
    pub fn held(&self) -> usize {
        self.held.len()
    }

    /// Takes a token if there is one.
    pub fn try_take(&mut self) -> io::Result<bool> {
        let token = fd::try_read_byte(&self.pool.take)?;
        self.held.extend(token);
        Ok(token.is_some())
    }

    /// Gives tokens back until at most `keep` are held.
    pub fn give_back(&mut self, keep: usize) -> io::Result<()> {
        while self.held.len() > keep
            && let Some(token) = self.held.pop()
        {
            fd::write_all(&*self.pool.give, &[token])?;
        }
        Ok(())
    }
}

impl Drop for Jobserver {
    fn drop(&mut self) {
        // A pool that can't be written to is gone, and everybody who waits for tokens with it.
        let _ = self.give_back(0);
        if let Some(Fifo { host, dir, path }) = self.fifo.take() {
            let _ = host.unlink(&dir, &path);
        }
    }
}

/// Before makefiles are read: takes part in the pool `--jobserver-auth` names. `forced` says that `-j` was on the
/// command line and not inherited, which ends the membership; `inherited` are the descriptors above 2 that a session
/// in this process was given (a process finds its own). On return the options say what holds: how many jobs, and
/// whether there is a pool.
pub fn join(
    session: &mut Session,
    process: &Process,
    inherited: Option<&[Arc<OwnedFd>]>,
    forced: bool,
    again: bool,
) -> Result<Option<Jobserver>, Fatal> {
    // A make that starts over was told the first time.
    let warn = |session: &Session, message: &[u8]| {
        if !again {
            session.error(None, message);
        }
    };
    let Some(auth) = session.options.jobserver_auth.take() else { return Ok(None) };
    if forced {
        let jobs = session.options.jobs.unwrap_or(0);
        let message = format!("warning: -j{jobs} forced in submake: resetting jobserver mode.");
        warn(session, message.as_bytes());
        return Ok(None);
    }
    let joined = match parse(auth.as_bstr()) {
        Some(Auth::Fifo(path)) if session.identity().is_4_4() => {
            match Pool::open_fifo(session, &process.pools, path) {
                Ok(pool) => Some(Jobserver::new(pool)),
                Err(error) => {
                    let why = errors::describe(&error);
                    let message =
                        [b"cannot open jobserver ", path.as_bytes(), b": ", why.as_bytes()].concat();
                    warn(session, &message);
                    None
                }
            }
        }
        Some(Auth::Pipe(read, write)) => {
            let find = |number| match inherited {
                Some(inherited) => inherited.iter().find(|fd| fd.as_raw_fd() == number).cloned(),
                None => process.inherited(number),
            };
            let both = find(read).zip(find(write));
            both.and_then(|(read, write)| Pool::of_pipe(&process.pools, read, write).ok()).map(Jobserver::new)
        }
        _ => {
            let message = [b"invalid --jobserver-auth string '", auth.as_bytes(), b"'"].concat();
            if !session.identity().is_4_4() {
                return Err(session.fatal(None, [b"internal error: ", &message[..]].concat()));
            }
            warn(session, &message);
            None
        }
    };
    match &joined {
        Some(jobserver) => session.options.jobserver_auth = Some(jobserver.auth().to_owned()),
        None => {
            warn(session, b"warning: jobserver unavailable: using -j1.  Add '+' to parent make rule.");
            session.options.jobs = Some(1);
        }
    }
    Ok(joined)
}

/// After makefiles are read: makes a pool when several jobs are wanted and there is none yet.
pub fn serve(
    session: &mut Session,
    process: &Process,
    joined: Option<Jobserver>,
) -> Result<Option<Jobserver>, Fatal> {
    if joined.is_some() {
        return Ok(joined);
    }
    let Some(jobs @ 2..) = session.options.jobs else { return Ok(None) };
    let fifo = match session.options.jobserver_style.as_deref().map(Vec::as_slice) {
        None => session.identity().is_4_4(),
        Some(b"fifo") => true,
        Some(b"pipe") => false,
        Some(style) => {
            return Err(session.fatal(None, [&b"unknown jobserver auth style '"[..], style, b"'"].concat()));
        }
    };
    match Jobserver::create(session, process, fifo, jobs - 1) {
        Ok(jobserver) => {
            session.options.jobserver_auth = Some(jobserver.auth().to_owned());
            Ok(Some(jobserver))
        }
        Err(error) => {
            let why = errors::describe(&error);
            Err(session.fatal(None, format!("creating jobs pipe: {why}")))
        }
    }
}

enum Auth<'a> {
    Fifo(&'a BStr),
    Pipe(i32, i32),
}

fn parse(auth: &BStr) -> Option<Auth<'_>> {
    if let Some(path) = auth.strip_prefix(b"fifo:") {
        return Some(Auth::Fifo(path.as_bstr()));
    }
    let (read, rest) = leading_number(auth)?;
    let (write, _) = leading_number(rest.strip_prefix(b",")?)?;
    Some(Auth::Pipe(read, write))
}

/// The number a text begins with, behind blanks, and what follows it.
fn leading_number(text: &[u8]) -> Option<(i32, &[u8])> {
    let text = text.trim_start();
    let sign = usize::from(matches!(text.first(), Some(b'-' | b'+')));
    let end = sign + text.iter().skip(sign).take_while(|c| c.is_ascii_digit()).count();
    let (number, rest) = text.split_at_checked(end)?;
    // One that is too large names no descriptor.
    let number = number.to_str().ok()?.parse::<i128>().ok()?;
    Some((i32::try_from(number).unwrap_or(-1), rest))
}
