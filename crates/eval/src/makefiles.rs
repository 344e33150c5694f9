//! Makefiles that were read, shared by all sessions of a process while the files stay as they were.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rkbuild_base::options::Options;
use rkbuild_base::{BString, FxMap};
use rkbuild_host::eyes::{self, Answer, Ask, Eyes, Seen, used};
use rkbuild_host::{Dir, Host, Meta};
use rkbuild_syntax::{Makefile, Record};

use crate::layer::Settings;
use crate::library::{KnownRecord, Library, RecordFile};
use crate::session::Shared;

/// Wall-clock distance from a file's times below which a later change could bear the same time stamp.
const RACY_NS: i64 = 50_000_000;

/// What a makefile holds.
pub enum Contents {
    /// Bytes that were not looked at yet, and where they are from if they may be kept from one run to the next.
    Bytes(Vec<u8>, Option<RecordFile>),
    /// They are a record that an earlier run read.
    Record(KnownRecord),
    /// They are parsed already.
    Makefile(Arc<Makefile>),
    /// It is a list of options.
    Options(Arc<Settings>, Arc<Makefile>),
}

/// A cache of parsed makefiles by absolute path; an entry serves while the file's identity, size and times are
/// those it was read with.
///
/// A makefile is kept from the second time it is read: most of a large tree's are read once, and would together fill the
/// memory. A list of options is kept from the first. Records of one command each are never kept: they are parsed as quickly
/// as they are found in memory. What remembers them from one run to the next is the [`Library`], where there is one.
#[derive(Default)]
pub struct Makefiles {
    library: OnceLock<Arc<dyn Library>>,
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
    Kept(Kept),
}

/// What is wanted of a makefile.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// A list of options comes back as such; where the session notes what it sees, it has to note what of it counts.
    pub by_option: bool,
    /// A record may come from an earlier run.
    pub records: bool,
}

/// A makefile in memory.
#[derive(Clone)]
struct Kept {
    meta: Meta,
    /// Of the contents.
    hash: u128,
    makefile: Arc<Makefile>,
    /// What it is as a list of options.
    list: Option<List>,
}

/// A list of options: as the file has it, and as sessions do.
#[derive(Clone)]
struct List {
    options: Arc<Options>,
    settings: Arc<Settings>,
}

impl Kept {
    fn contents(self, by_option: bool) -> Contents {
        match self.list {
            Some(list) if by_option => Contents::Options(list.settings, self.makefile),
            _ => Contents::Makefile(self.makefile),
        }
    }
}

/// A list of options that was read: which of them count is known when the session is over.
pub struct OptionList {
    /// As it was included.
    name: BString,
    path: BString,
    meta: Meta,
    young: bool,
    hash: u128,
    options: Arc<Options>,
}

/// More options than this are as good as all.
const MOST_OPTIONS: usize = 4096;

impl OptionList {
    /// Whether it was read by this name.
    pub fn is_called(&self, name: &[u8]) -> bool {
        self.name == name
    }

    /// Notes that the list was read for the values of these options, in the order of their names; `None`: for all of it.
    pub fn note(self, eyes: &Eyes, names: Option<&[BString]>) {
        let OptionList { mut path, meta, young, hash, options, .. } = self;
        let answer = Answer::Meta(meta);
        match names.filter(|names| names.len() <= MOST_OPTIONS) {
            Some(names) => {
                let values = options.values_of(names.iter().map(|name| name.as_slice()));
                for name in names {
                    path.push(0);
                    path.extend_from_slice(name);
                }
                let contents = Some(eyes::hash(&values));
                eyes.pay(Ask::Options, path, Seen { used: used::CONTENTS, answer, contents, young });
            }
            None => {
                let used = used::THERE | used::CONTENTS;
                eyes.pay(Ask::Stat, path, Seen { used, answer, contents: Some(hash), young });
            }
        }
    }
}

/// Notes what was read; a list of options is given back, and owed.
fn note(
    host: &Host,
    dir: &Dir,
    path: &[u8],
    (meta, hash): (&Meta, u128),
    options: Option<Arc<Options>>,
) -> Option<OptionList> {
    let absolute = eyes::absolute(dir.path(), path);
    if let (Some(eyes), Some(options), Some(absolute), true) =
        (host.eyes(), options, absolute, meta.is_file())
        && !absolute.starts_with(b"/proc/")
        && !absolute.starts_with(b"/sys/")
    {
        let now = host.now_ns();
        eyes.saw(Ask::Stat, dir, path, used::THERE, Answer::Meta(*meta), now);
        eyes.owe();
        let (name, young) = (BString::from(path), eyes::is_young(meta, now));
        return Some(OptionList { name, path: absolute, meta: *meta, young, hash, options });
    }
    host.note_contents(dir, path, meta, hash);
    None
}

fn same(a: &Meta, b: &Meta) -> bool {
    (a.dev, a.ino, a.size, a.mtime_ns, a.ctime_ns) == (b.dev, b.ino, b.size, b.mtime_ns, b.ctime_ns)
}

impl Makefiles {
    /// Sets what remembers records, once.
    pub fn set_library(&self, library: Arc<dyn Library>) {
        let _ = self.library.set(library);
    }

    /// What remembers records.
    pub(crate) fn library(&self) -> Option<&dyn Library> {
        self.library.get().map(|library| &**library)
    }

    /// Reads a makefile, or gives the one in memory when the file is provably unchanged.
    pub fn read(
        &self,
        shared: &Shared,
        host: &Host,
        dir: &Dir,
        path: &[u8],
        wanted: Wanted,
    ) -> io::Result<(Contents, Option<OptionList>)> {
        let Wanted { by_option, records } = wanted;
        let note = |meta: &Meta, hash: u128, list: Option<&List>| {
            let options = list.filter(|_| by_option).map(|list| list.options.clone());
            note(host, dir, path, (meta, hash), options)
        };
        let note_bytes = |bytes: &[u8], meta: &Meta| {
            let hash = host.eyes().is_some().then(|| eyes::hash(bytes));
            if let Some(hash) = hash {
                host.note_contents(dir, path, meta, hash);
            }
            hash
        };
        let mut key: BString = dir.path().to_owned();
        if path.starts_with(b"/") {
            key.clear();
        } else {
            key.push(b'/');
        }
        key.extend_from_slice(path);
        let library = self.library().filter(|_| records);
        if let Some(library) = library {
            let mut look = || host.look_unseen(Ask::Stat, dir, path).ok().filter(Meta::is_file);
            if let Some((kept, meta)) = library.find(&key, &mut look, shared) {
                host.note_contents(dir, path, &meta, kept.hash);
                return Ok((Contents::Record(kept), None));
            }
        }
        let before = host.now_ns();
        // Where a file is from, if a later change of it could be seen.
        let from = |path: &BString, meta: &Meta, hash: Option<u128>| {
            let settled = library.is_some() && meta.is_file() && !eyes::is_young(meta, before);
            settled.then(|| RecordFile { path: path.clone(), meta: *meta, hash })
        };
        let first = !self.lock().contains_key(&key);
        let mut buffer = Vec::new();
        if first {
            buffer = self.buffers().pop().unwrap_or_default();
        } else {
            let Ok(meta) = host.look_unseen(Ask::Stat, dir, path) else {
                // The same error, and it is noted.
                return Ok((Contents::Bytes(host.read(dir, path)?, None), None));
            };
            if !meta.is_file() {
                // A pipe or a device can be read once only; a directory gives its error.
                let (bytes, meta) = host.read_makefile(dir, path, buffer)?;
                note_bytes(&bytes, &meta);
                return Ok((Contents::Bytes(bytes, None), None));
            }
            let kept = match self.lock().get(&key) {
                Some(Entry::Kept(kept)) if same(&kept.meta, &meta) => Some(kept.clone()),
                _ => None,
            };
            if let Some(kept) = kept {
                let list = note(&meta, kept.hash, kept.list.as_ref());
                return Ok((kept.contents(by_option), list));
            }
        }
        let (bytes, meta) = host.read_makefile(dir, path, buffer)?;
        let options = if meta.is_file() { Options::read(&bytes) } else { None };
        if first && options.is_none() {
            let hash = note_bytes(&bytes, &meta);
            let from = from(&key, &meta, hash);
            self.lock().insert(key, Entry::Met);
            return Ok((Contents::Bytes(bytes, from), None));
        }
        let hash = eyes::hash(&bytes);
        let list = options.map(|options| {
            let settings = Arc::new(Settings::new(&options, &shared.lang.names));
            List { options: Arc::new(options), settings }
        });
        let owed = note(&meta, hash, list.as_ref());
        if Record::parse(&bytes, &shared.lists, &shared.lang.names).is_some() {
            let from = from(&key, &meta, Some(hash));
            return Ok((Contents::Bytes(bytes, from), None));
        }
        let kept = Kept { meta, hash, makefile: Arc::new(Makefile::shared(bytes)), list };
        let settled = meta.mtime_ns.max(meta.ctime_ns) + RACY_NS < before;
        if settled && host.look_unseen(Ask::Stat, dir, path).is_ok_and(|after| same(&after, &meta)) {
            self.lock().insert(key, Entry::Kept(kept.clone()));
        }
        Ok((kept.contents(by_option), owed))
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
