//! The open files of a jobserver's pool, which all sessions of this process share: each would need two of its own.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use rkbuild_base::{BStr, BString};
use rkbuild_eval::Session;
use rkbuild_host::poll::Ready;
use rkbuild_host::{OpenMode, fd};

/// No such file or directory.
const ENOENT: i32 = 2;

/// The open files of a pool, which all sessions of this process share.
pub(crate) struct Pool {
    /// What children find in MAKEFLAGS: `fifo:PATH`, or the two descriptors of a pipe.
    pub auth: BString,
    /// Reads without waiting; an open file of our own, so that other processes' reads still wait.
    pub take: OwnedFd,
    pub give: Arc<OwnedFd>,
    /// The descriptors of the pipe, which recursive commands inherit.
    pub pipe: Vec<Arc<OwnedFd>>,
}

/// The pools that sessions of this process have open.
#[derive(Default)]
pub(crate) struct Pools(Mutex<Vec<Weak<Pool>>>);

impl Pools {
    /// The pool that is the `same`, where a session has it open, or a new one.
    fn find(
        &self,
        same: impl Fn(&Pool) -> bool,
        open: impl FnOnce() -> io::Result<Pool>,
    ) -> io::Result<Arc<Pool>> {
        let mut pools = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = pools.iter().filter_map(Weak::upgrade).find(|pool| same(pool)) {
            return Ok(pool);
        }
        let pool = Arc::new(open()?);
        pools.retain(|pool| pool.strong_count() > 0);
        pools.push(Arc::downgrade(&pool));
        Ok(pool)
    }
}

impl Pool {
    /// The pool that a fifo holds.
    pub fn open_fifo(session: &Session, pools: &Pools, path: &BStr) -> io::Result<Arc<Pool>> {
        let host = &session.shared.host;
        if path.is_empty() {
            return Err(io::Error::from_raw_os_error(ENOENT));
        }
        let file = host.stat(&session.dir, path)?;
        let mut auth = BString::from("fifo:");
        auth.extend_from_slice(path);
        let same = |pool: &Pool| {
            pool.auth == auth
                && host.fstat(&*pool.give).is_ok_and(|open| (open.dev, open.ino) == (file.dev, file.ino))
        };
        pools.find(same, || {
            // Open for reading and writing, a fifo neither waits for the other side nor ends when a client goes.
            let give = host.open_write(&session.dir, path, OpenMode::ReadWrite)?;
            let take = host.open_nonblocking(&session.dir, path)?;
            Ok(Pool { auth: auth.clone(), take, give: Arc::new(give), pipe: Vec::new() })
        })
    }

    /// The pool that a pipe holds.
    pub fn of_pipe(pools: &Pools, read: Arc<OwnedFd>, write: Arc<OwnedFd>) -> io::Result<Arc<Pool>> {
        let ends = [read, write];
        let same = |pool: &Pool| {
            pool.pipe.len() == ends.len() && pool.pipe.iter().zip(&ends).all(|(a, b)| Arc::ptr_eq(a, b))
        };
        pools.find(same, || {
            let [read, write] = &ends;
            let auth = format!("{},{}", read.as_raw_fd(), write.as_raw_fd()).into();
            let take = match fd::reopen_nonblocking(&**read, Ready::Read) {
                // A read says what is wrong.
                _ if fd::is_unreadable_file(&**read) => fd::duplicate(&**read)?,
                Ok(take) => take,
                // Where it can't be opened once more nobody's reads wait, as with GNU make.
                Err(_) => {
                    fd::set_nonblocking(&**read, true)?;
                    fd::duplicate(&**read)?
                }
            };
            Ok(Pool { auth, take, give: write.clone(), pipe: ends.to_vec() })
        })
    }
}
