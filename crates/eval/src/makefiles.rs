//! Makefiles that were read, shared by all sessions of a process while the files stay as they were.

use std::io;
use std::sync::{Arc, Mutex};

use rkbuild_base::{BString, FxMap};
use rkbuild_host::{Dir, Host, Meta};
use rkbuild_syntax::Makefile;

/// Wall-clock distance from a file's times below which a later change could bear the same time stamp.
const RACY_NS: i64 = 50_000_000;

/// A cache of parsed makefiles by absolute path; an entry serves while the file's identity, size and times are
/// those it was read with.
///
/// A makefile is kept from the second time it is read: most of a large tree's are records of one command each, which
/// one session reads once, and which together would fill the memory.
#[derive(Default)]
pub struct Makefiles {
    entries: Mutex<FxMap<BString, Entry>>,
}

enum Entry {
    /// It was read once.
    Met,
    Kept {
        meta: Meta,
        makefile: Arc<Makefile>,
    },
}

fn same(a: &Meta, b: &Meta) -> bool {
    (a.dev, a.ino, a.size, a.mtime_ns, a.ctime_ns) == (b.dev, b.ino, b.size, b.mtime_ns, b.ctime_ns)
}

impl Makefiles {
    /// Reads and parses a makefile, or gives the one in memory when the file is provably unchanged.
    pub fn read(&self, host: &Host, dir: &Dir, path: &[u8]) -> io::Result<Arc<Makefile>> {
        let mut key: BString = dir.path().to_owned();
        if path.starts_with(b"/") {
            key.clear();
        } else {
            key.push(b'/');
        }
        key.extend_from_slice(path);
        let meta = host.stat(dir, path)?;
        if !meta.is_file() {
            // A pipe or a device can be read once only; a directory gives its error.
            return Ok(Arc::new(Makefile::new(&host.read(dir, path)?)));
        }
        let mut entries = self.lock();
        match entries.get(&key) {
            Some(Entry::Kept { meta: kept, makefile }) if same(kept, &meta) => return Ok(makefile.clone()),
            Some(_) => {}
            None => {
                entries.insert(key, Entry::Met);
                drop(entries);
                return Ok(Arc::new(Makefile::new(&host.read(dir, path)?)));
            }
        }
        drop(entries);
        let before = host.now_ns();
        let makefile = Arc::new(Makefile::new(&host.read(dir, path)?));
        let settled = meta.mtime_ns.max(meta.ctime_ns) + RACY_NS < before;
        if settled && host.stat(dir, path).is_ok_and(|after| same(&after, &meta)) {
            self.lock().insert(key, Entry::Kept { meta, makefile: makefile.clone() });
        }
        Ok(makefile)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, FxMap<BString, Entry>> {
        self.entries.lock().unwrap_or_else(|e| e.into_inner())
    }
}
