//! What is in files that many commands read: programs, libraries, headers. Each is read once while it is what it was.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bstr::{BStr, BString, ByteSlice};
use rkbuild_host::{Dir, Host, Meta, eyes};
use rustc_hash::FxHashMap;

/// What a source asks a compiler with when it is.
const CLOCK: [&str; 3] = ["__DATE__", "__TIME__", "__TIMESTAMP__"];

/// What is of use of the contents of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contents {
    /// Their hash.
    pub hash: u128,
    /// A compiler that reads them is asked for the time.
    pub dated: bool,
}

impl Contents {
    fn of(data: &[u8]) -> Contents {
        // Compilers themselves hold the words they know.
        Contents { hash: eyes::hash(data), dated: !data.starts_with(b"\x7fELF") && asks_for_time(data) }
    }
}

/// Whether a compiler that is told this is asked for the time.
pub fn asks_for_time(text: &[u8]) -> bool {
    CLOCK.iter().any(|word| text.find(word).is_some())
}

/// The files that were read, by their paths, with what they were then.
#[derive(Default)]
pub struct Files(Mutex<FxHashMap<BString, (Meta, Contents)>>);

impl Files {
    /// The contents of the file at `path`, which somebody saw as `seen`. `None`: by now it is another.
    pub fn contents(
        &self,
        host: &Host,
        root: &Dir,
        path: &BStr,
        seen: &Meta,
    ) -> io::Result<Option<Contents>> {
        if let Some((then, contents)) = self.known().get(path)
            && then == seen
        {
            return Ok(Some(*contents));
        }
        let now = host.now_ns();
        let (data, meta) = host.read_unseen(root, path)?;
        if meta != *seen {
            return Ok(None);
        }
        let contents = Contents::of(&data);
        // A file that is written to within the clock's grain keeps its times.
        if !eyes::is_young(&meta, now) {
            self.known().insert(path.to_owned(), (meta, contents));
        }
        Ok(Some(contents))
    }

    fn known(&self) -> MutexGuard<'_, FxHashMap<BString, (Meta, Contents)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use rkbuild_host::eyes::Ask;

    use super::*;

    #[test]
    fn a_file_is_read_once_while_it_is_what_it_was() {
        let keep = tempfile::tempdir().unwrap();
        let (host, files) = (Host::new(), Files::default());
        let root = Dir::current().unwrap().open(keep.path().as_os_str().as_encoded_bytes()).unwrap();
        let path = keep.path().join("x.h");
        let meta = || host.look_unseen(Ask::Stat, &root, b"x.h").unwrap();
        let contents = |seen: &Meta| files.contents(&host, &root, b"x.h".as_bstr(), seen).unwrap();
        std::fs::write(&path, "a __TIME__").unwrap();
        let young = meta();
        assert!(contents(&young).unwrap().dated);
        assert!(files.known().is_empty());
        // Old enough to be kept.
        let file = std::fs::File::open(&path).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(9)).unwrap();
        std::thread::sleep(Duration::from_millis(50));
        let old = meta();
        assert_eq!(contents(&young), None);
        assert_eq!(contents(&old), Some(Contents::of(b"a __TIME__")));
        assert_eq!(files.known().len(), 1);
        std::fs::write(&path, "another").unwrap();
        assert_eq!(contents(&meta()), Some(Contents::of(b"another")));
        // What it was is still known.
        assert!(contents(&old).unwrap().dated);
    }

    #[test]
    fn a_compiler_is_asked_for_the_time_by_sources_and_not_by_programs() {
        assert!(Contents::of(b"x = __DATE__;").dated);
        assert!(!Contents::of(b"x = __DATA__;").dated);
        assert!(!Contents::of(b"\x7fELF __DATE__").dated);
        assert_ne!(Contents::of(b"a").hash, Contents::of(b"b").hash);
    }
}
