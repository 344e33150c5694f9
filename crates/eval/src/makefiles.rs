//! Makefiles that were read, shared by all sessions of a process while the files stay as they were.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rkbuild_base::{BString, FxMap};
use rkbuild_host::eyes::{self, Ask};
use rkbuild_host::{Dir, Host, Meta};
use rkbuild_syntax::{Makefile, Record};

use crate::session::Shared;

/// Wall-clock distance from a file's times below which a later change could bear the same time stamp.
const RACY_NS: i64 = 50_000_000;

/// What a makefile holds.
pub enum Contents {
    /// Bytes that were not looked at yet.
    Bytes(Vec<u8>),
    /// They are parsed already.
    Makefile(Arc<Makefile>),
}

/// A cache of parsed makefiles by absolute path; an entry serves while the file's identity, size and times are
/// those it was read with.
///
/// A makefile is kept from the second time it is read: most of a large tree's are read once, and would together fill the
/// memory. Records of one command each are never kept: they are parsed as quickly as they are found in memory.
#[derive(Default)]
pub struct Makefiles {
    entries: Mutex<FxMap<BString, Entry>>,
    /// Memory that held makefiles and may hold others.
    buffers: Mutex<Vec<Vec<u8>>>,
}

/// So many buffers are kept,
const MOST_BUFFERS: usize = 4;
/// none of them larger than this.
const LARGEST_BUFFER: usize = 1 << 20;

enum Entry {
    /// It was read once.
    Met,
    Kept {
        meta: Meta,
        /// Of the contents.
        hash: u128,
        makefile: Arc<Makefile>,
    },
}

fn same(a: &Meta, b: &Meta) -> bool {
    (a.dev, a.ino, a.size, a.mtime_ns, a.ctime_ns) == (b.dev, b.ino, b.size, b.mtime_ns, b.ctime_ns)
}

impl Makefiles {
    /// Reads a makefile, or gives the one in memory when the file is provably unchanged.
    pub fn read(&self, shared: &Shared, host: &Host, dir: &Dir, path: &[u8]) -> io::Result<Contents> {
        let mut key: BString = dir.path().to_owned();
        if path.starts_with(b"/") {
            key.clear();
        } else {
            key.push(b'/');
        }
        key.extend_from_slice(path);
        let first = !self.lock().contains_key(&key);
        if first {
            let buffer = self.buffers().pop().unwrap_or_default();
            let bytes = host.read_makefile(dir, path, buffer)?;
            self.lock().insert(key, Entry::Met);
            return Ok(Contents::Bytes(bytes));
        }
        let Ok(meta) = host.look_unseen(Ask::Stat, dir, path) else {
            // The same error, and it is noted.
            return Ok(Contents::Bytes(host.read(dir, path)?));
        };
        if !meta.is_file() {
            // A pipe or a device can be read once only; a directory gives its error.
            return Ok(Contents::Bytes(host.read_makefile(dir, path, Vec::new())?));
        }
        let kept = match self.lock().get(&key) {
            Some(Entry::Kept { meta: kept, hash, makefile }) if same(kept, &meta) => {
                Some((*hash, makefile.clone()))
            }
            _ => None,
        };
        if let Some((hash, makefile)) = kept {
            host.note_contents(dir, path, &meta, hash);
            return Ok(Contents::Makefile(makefile));
        }
        let before = host.now_ns();
        let bytes = host.read_makefile(dir, path, Vec::new())?;
        if Record::parse(&bytes, &shared.lists, &shared.lang.names).is_some() {
            return Ok(Contents::Bytes(bytes));
        }
        let hash = eyes::hash(&bytes);
        let makefile = Arc::new(Makefile::shared(bytes));
        let settled = meta.mtime_ns.max(meta.ctime_ns) + RACY_NS < before;
        if settled && host.look_unseen(Ask::Stat, dir, path).is_ok_and(|after| same(&after, &meta)) {
            self.lock().insert(key, Entry::Kept { meta, hash, makefile: makefile.clone() });
        }
        Ok(Contents::Makefile(makefile))
    }

    /// Gives back what a makefile was read into.
    pub fn give_back(&self, buffer: Vec<u8>) {
        if buffer.capacity() <= LARGEST_BUFFER {
            let mut buffers = self.buffers();
            if buffers.len() < MOST_BUFFERS {
                buffers.push(buffer);
            }
        }
    }

    fn buffers(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.buffers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, FxMap<BString, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
