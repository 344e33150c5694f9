//! Records that were read, from one run to the next: a file beside the tree's store.
//!
//! A record is a sequence of pieces: the words of what stands around its list, and the lines of the list. Each different piece is
//! kept once, and numbered in the order pieces were met, so that what follows one another in many records has numbers that do,
//! too: a record is a few dozen runs of numbers. A record counts as long as its file is what it was when it was read, by
//! device, inode, size and times.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bstr::{BStr, BString};
use indexmap::IndexSet;
use rkbuild_engine::jobs::recall::{KnownRecord, Library, LineId, Numbered, ReadRecord};
use rkbuild_host::{Count, Dir, Host, Meta};
use rustc_hash::{FxBuildHasher, FxHashMap};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use crate::place::Place;
use crate::store::{put_number, take_number};

const MAGIC: &[u8; 8] = b"rkrecord";
/// Goes up when the format changes.
const VERSION: u32 = 1;
/// Magic, version, machine and the sum of what follows.
const HEADER: usize = 8 + 4 + 16 + 8;
/// The file is written anew when so many of those it holds are known newly for one: fewer are read as quickly again.
const FEW: usize = 32;
/// A record that was of no use when the file was written so many times is dropped.
const UNUSED: u8 = 8;

/// What is kept.
#[derive(Serialize, Deserialize)]
struct Saved<'a> {
    #[serde(borrow)]
    pieces: Vec<&'a [u8]>,
    #[serde(borrow)]
    entries: Vec<Entry<&'a [u8]>>,
}

/// One record.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Entry<T> {
    /// The hash of its file's path.
    path: u128,
    file: Identity,
    /// Of the whole text.
    hash: u128,
    /// How often the file was written since it was of use.
    unused: u8,
    /// How many pieces stand before the list,
    head: u32,
    /// and how many are the list.
    lines: u32,
    /// The pieces, as runs of numbers: how far the first is from the end of the last run, and how many there are.
    runs: T,
}

/// What a file is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Identity {
    dev: u64,
    ino: u64,
    size: u64,
    mtime_ns: i64,
    ctime_ns: i64,
}

impl From<&Meta> for Identity {
    fn from(meta: &Meta) -> Identity {
        let Meta { dev, ino, size, mtime_ns, ctime_ns, .. } = *meta;
        Identity { dev, ino, size, mtime_ns, ctime_ns }
    }
}

/// Runs of numbers, as they are kept.
struct Runs<'a> {
    bytes: &'a [u8],
    at: u32,
}

impl Iterator for Runs<'_> {
    type Item = std::ops::Range<u32>;

    fn next(&mut self) -> Option<Self::Item> {
        let far = take_number(&mut self.bytes)? as u32;
        let start = self.at.wrapping_add(far >> 1 ^ (far & 1).wrapping_neg());
        self.at = start.checked_add(u32::try_from(take_number(&mut self.bytes)?).ok()?)?;
        Some(start..self.at)
    }
}

/// Puts numbers down as runs.
#[derive(Default)]
struct Putting {
    out: Vec<u8>,
    run: std::ops::Range<u32>,
    at: u32,
}

impl Putting {
    fn add(&mut self, number: u32) {
        if number != self.run.end || self.run.is_empty() {
            self.end_run();
            self.run = number..number;
        }
        self.run.end = number.saturating_add(1);
    }

    fn end_run(&mut self) {
        if !self.run.is_empty() {
            let far = self.run.start.wrapping_sub(self.at) as i32;
            put_number(u64::from((far << 1 ^ far >> 31) as u32), &mut self.out);
            put_number(u64::from(self.run.end - self.run.start), &mut self.out);
            self.at = self.run.end;
        }
    }

    fn finish(mut self) -> Vec<u8> {
        self.end_run();
        self.out
    }
}

/// The file as it was read.
struct Book {
    saved: Saved<'static>,
    by_path: FxHashMap<u128, u32>,
    /// The lines that pieces are in this process, by the piece; one more than their numbers, and 0 where nobody asked yet.
    lines: Box<[AtomicU32]>,
    /// Which of the records were of use.
    used: Box<[AtomicBool]>,
}

impl Book {
    /// Takes a file's contents, which stay for as long as the process lives, as names do; `None` when they are not what this
    /// very program would have written on this machine.
    fn new(data: Vec<u8>, machine: u128) -> Option<Book> {
        let (header, body) = data.split_at_checked(HEADER)?;
        if header != head(machine, body) {
            return None;
        }
        let data: &'static [u8] = data.leak();
        let saved: Saved<'static> = postcard::from_bytes(data.get(HEADER..)?).ok()?;
        let by_path = saved.entries.iter().zip(0..).map(|(entry, n)| (entry.path, n)).collect();
        let lines = saved.pieces.iter().map(|_| AtomicU32::new(0)).collect();
        let used = saved.entries.iter().map(|_| AtomicBool::new(false)).collect();
        Some(Book { saved, by_path, lines, used })
    }

    /// The line that a piece is.
    fn line(&self, piece: u32, lines: &dyn Numbered) -> Option<LineId> {
        let known = self.lines.get(piece as usize)?;
        if let Some(id) = known.load(Ordering::Relaxed).checked_sub(1) {
            return Some(LineId(id));
        }
        let line = lines.number(self.saved.pieces.get(piece as usize)?)?;
        known.store(line.0.checked_add(1)?, Ordering::Relaxed);
        Some(line)
    }

    /// A record's parts.
    fn record(&self, entry: &Entry<&[u8]>, lines: &dyn Numbered) -> Option<KnownRecord> {
        let mut known = KnownRecord {
            hash: entry.hash,
            around: Vec::with_capacity(entry.file.size.min(1 << 13) as usize),
            tail: 0,
            lines: Vec::with_capacity(entry.lines.min(1 << 16) as usize),
        };
        let (mut head, mut list) = (entry.head, entry.lines);
        for piece in (Runs { bytes: entry.runs, at: 0 }).flatten() {
            if head == 0 && list > 0 {
                known.lines.push(self.line(piece, lines)?);
                list -= 1;
                continue;
            }
            known.around.extend_from_slice(self.saved.pieces.get(piece as usize)?);
            if head > 0 {
                head -= 1;
                known.tail = known.around.len();
            }
        }
        Some(known)
    }
}

/// What a file begins with whose contents are `body`.
fn head(machine: u128, body: &[u8]) -> Vec<u8> {
    let mut head = Vec::with_capacity(HEADER);
    head.extend_from_slice(MAGIC);
    head.extend_from_slice(&VERSION.to_le_bytes());
    head.extend_from_slice(&machine.to_le_bytes());
    head.extend_from_slice(&xxh3_64(body).to_le_bytes());
    head
}

/// Records that the next file will hold.
#[derive(Default)]
struct New {
    pieces: IndexSet<BString, FxBuildHasher>,
    /// The pieces that lines are, by their numbers in this process; one more than that of the piece, and 0 where nobody asked yet.
    of_lines: Vec<u32>,
    entries: FxHashMap<u128, Entry<Vec<u8>>>,
}

impl New {
    fn piece(&mut self, text: &[u8]) -> u32 {
        let text = BStr::new(text);
        let at = self.pieces.get_index_of(text).unwrap_or_else(|| self.pieces.insert_full(text.to_owned()).0);
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    fn add(&mut self, read: &ReadRecord<'_>, lines: &dyn Numbered) {
        let words = |text| <[u8]>::split_inclusive(text, |c| matches!(c, b' ' | b'\n'));
        let (mut pieces, mut head) = (Putting::default(), 0);
        for word in words(read.around.head) {
            pieces.add(self.piece(word));
            head += 1;
        }
        for line in read.around.lines {
            let at = line.index();
            if at >= self.of_lines.len() {
                self.of_lines.resize(at + 1, 0);
            }
            let piece = match self.of_lines[at].checked_sub(1) {
                Some(piece) => piece,
                None => {
                    let piece = self.piece(lines.text(*line));
                    self.of_lines[at] = piece.saturating_add(1);
                    piece
                }
            };
            pieces.add(piece);
        }
        words(read.around.tail).for_each(|word| pieces.add(self.piece(word)));
        let entry = Entry {
            path: xxh3_128(read.path),
            file: Identity::from(read.meta),
            hash: read.hash,
            unused: 0,
            head,
            lines: u32::try_from(read.around.lines.len()).unwrap_or(u32::MAX),
            runs: pieces.finish(),
        };
        self.entries.insert(entry.path, entry);
    }

    /// Adds those of an older file that are not known newly.
    fn add_old(&mut self, book: &Book) {
        let mut numbers: Vec<Option<u32>> = vec![None; book.saved.pieces.len()];
        for (entry, used) in book.saved.entries.iter().zip(&book.used) {
            let unused = if used.load(Ordering::Relaxed) { 0 } else { entry.unused + 1 };
            if unused > UNUSED || self.entries.contains_key(&entry.path) {
                continue;
            }
            let mut pieces = Putting::default();
            for piece in (Runs { bytes: entry.runs, at: 0 }).flatten() {
                let Some(number) = numbers.get_mut(piece as usize) else { continue };
                let text = book.saved.pieces.get(piece as usize).copied().unwrap_or_default();
                pieces.add(*number.get_or_insert_with(|| self.piece(text)));
            }
            let Entry { path, file, hash, head, lines, .. } = *entry;
            let entry = Entry { path, file, hash, unused, head, lines, runs: pieces.finish() };
            self.entries.insert(entry.path, entry);
        }
    }

    fn bytes(&self, machine: u128) -> Option<Vec<u8>> {
        let mut entries: Vec<_> = self.entries.values().map(Entry::borrowed).collect();
        entries.sort_unstable_by_key(|entry| entry.path);
        let saved = Saved { pieces: self.pieces.iter().map(|piece| piece.as_slice()).collect(), entries };
        let body = postcard::to_stdvec(&saved).ok()?;
        let mut data = head(machine, &body);
        data.extend(body);
        Some(data)
    }
}

impl Entry<Vec<u8>> {
    fn borrowed(&self) -> Entry<&[u8]> {
        let Entry { path, file, hash, unused, head, lines, ref runs } = *self;
        Entry { path, file, hash, unused, head, lines, runs }
    }
}

/// The records of a tree.
pub struct Records {
    host: Arc<Host>,
    root: Arc<Dir>,
    place: Place,
    machine: u128,
    /// The file, read when it is first needed.
    book: OnceLock<Option<Book>>,
    new: Mutex<New>,
    /// How many were known.
    pub known: Count,
}

impl Records {
    pub(crate) fn new(host: &Arc<Host>, root: &Arc<Dir>, place: Place, machine: u128) -> Records {
        Records {
            host: host.clone(),
            root: root.clone(),
            place,
            machine,
            book: OnceLock::new(),
            new: Mutex::default(),
            known: Count::default(),
        }
    }

    fn book(&self) -> Option<&Book> {
        let read = || Book::new(self.place.read(&self.host, &self.root)?, self.machine);
        self.book.get_or_init(read).as_ref()
    }

    /// Writes the file, if enough is new; all files together may have `most` bytes.
    pub(crate) fn write(&self, most: u64) {
        let mut new = std::mem::take(&mut *self.new.lock().unwrap_or_else(PoisonError::into_inner));
        let book = self.book.get().and_then(Option::as_ref);
        let old = book.map_or(0, |book| book.saved.entries.len());
        if new.entries.is_empty() || new.entries.len() < old / FEW {
            if self.known.get() > 0 {
                self.place.touch(&self.host, &self.root);
            }
            return;
        }
        if let Some(book) = book {
            new.add_old(book);
        }
        let Some(data) = new.bytes(self.machine).filter(|data| data.len() as u64 <= most) else { return };
        // Where it can't be written the next build reads them again.
        if self.place.write(&self.host, &self.root, &data).is_ok() {
            self.place.make_room(&self.host, &self.root, most - data.len() as u64);
        }
    }
}

impl Library for Records {
    fn find(
        &self,
        path: &[u8],
        meta: &mut dyn FnMut() -> Option<Meta>,
        lines: &dyn Numbered,
    ) -> Option<(KnownRecord, Meta)> {
        let book = self.book()?;
        let n = *book.by_path.get(&xxh3_128(path))? as usize;
        let entry = book.saved.entries.get(n)?;
        let meta = meta().filter(|meta| Identity::from(meta) == entry.file)?;
        let record = book.record(entry, lines)?;
        book.used.get(n)?.store(true, Ordering::Relaxed);
        self.known.add(1);
        Some((record, meta))
    }

    fn keep(&self, read: &ReadRecord<'_>, lines: &dyn Numbered) {
        self.new.lock().unwrap_or_else(PoisonError::into_inner).add(read, lines);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use rkbuild_engine::jobs::recall::Around;
    use rkbuild_host::Env;
    use rkbuild_host::eyes::Ask;
    use tempfile::TempDir;

    use super::*;

    /// Lines numbered as they are met, from some number on.
    struct Met(RefCell<Vec<&'static [u8]>>);

    impl Met {
        fn after(before: usize) -> Met {
            Met(RefCell::new(vec![b"before"; before]))
        }
    }

    impl Numbered for Met {
        fn number(&self, text: &[u8]) -> Option<LineId> {
            let mut all = self.0.borrow_mut();
            let at = all.iter().position(|known| *known == text).unwrap_or_else(|| {
                all.push(text.to_vec().leak());
                all.len() - 1
            });
            Some(LineId(at as u32 * 2))
        }

        fn text(&self, line: LineId) -> &'static [u8] {
            self.0.borrow()[line.0 as usize / 2]
        }
    }

    struct Bench {
        keep: TempDir,
        host: Arc<Host>,
        root: Arc<Dir>,
        meta: Meta,
    }

    /// A process.
    struct Run {
        records: Records,
        lines: Met,
    }

    const LINES: [&str; 4] =
        ["  a.h \\\n", "  b.h \\\n", "    $(wildcard include/config/C) \\\n", "  d.h \\\n"];

    impl Bench {
        fn new() -> Bench {
            let (keep, host, root) =
                (tempfile::tempdir().unwrap(), Host::new().unseen(), Dir::root().unwrap());
            let meta = host.look_unseen(Ask::Stat, &root, b"bin/sh").unwrap();
            Bench { keep, host, root, meta }
        }

        /// A new process of that machine, in which so many lines were met before.
        fn run(&self, machine: u128, before: usize) -> Run {
            let cache = self.keep.path().as_os_str().as_encoded_bytes();
            let env = Env::from_iter([("XDG_CACHE_HOME", cache)]);
            let place = Place::new(&env, 1, true).unwrap().of_records();
            Run { records: Records::new(&self.host, &self.root, place, machine), lines: Met::after(before) }
        }
    }

    impl Run {
        fn keep(&self, name: &str, meta: &Meta, list: &[&str]) {
            let head = format!("cmd_{name} := gcc -O2 -c -o {name}\n\ndeps_{name} := \\\n");
            let list: Vec<LineId> =
                list.iter().filter_map(|line| self.lines.number(line.as_bytes())).collect();
            let around = Around { head: head.as_bytes(), lines: &list, tail: b"\nx: $(deps_x)\n" };
            self.records.keep(&ReadRecord { path: name.as_bytes(), meta, hash: 7, around }, &self.lines);
        }

        fn write(&self) {
            self.records.write(1 << 20);
        }

        fn find(&self, name: &str, meta: Meta) -> Option<String> {
            let (known, _) = self.records.find(name.as_bytes(), &mut || Some(meta), &self.lines)?;
            assert_eq!(known.hash, 7);
            Some(String::from_utf8(known.text(|line| self.lines.text(line))).unwrap())
        }
    }

    fn text(name: &str, list: &[&str]) -> String {
        format!(
            "cmd_{name} := gcc -O2 -c -o {name}\n\ndeps_{name} := \\\n{}\n\nx: $(deps_x)\n",
            list.concat()
        )
    }

    #[test]
    fn what_was_kept_is_known_in_the_next_run() {
        let bench = Bench::new();
        let lists: [&[&str]; 4] = [&LINES, &LINES[1..], &[LINES[3], LINES[0], LINES[0]], &[]];
        let run = bench.run(1, 5);
        for (name, list) in ["a", "b", "c", "d"].iter().zip(lists) {
            run.keep(name, &bench.meta, list);
        }
        run.write();
        let run = bench.run(1, 3);
        for (name, list) in ["a", "b", "c", "d", "a"].iter().zip(lists.iter().chain([&lists[0]])) {
            assert_eq!(run.find(name, bench.meta), Some(text(name, list)));
        }
        assert_eq!(run.records.known.get(), 5);
        assert_eq!(run.find("e", bench.meta), None);
    }

    #[test]
    fn a_file_that_is_not_what_it_was_is_not_known() {
        let bench = Bench::new();
        let run = bench.run(1, 0);
        run.keep("a", &bench.meta, &LINES);
        run.write();
        let changes: [fn(&mut Meta); 5] = [
            |meta| meta.dev += 1,
            |meta| meta.ino += 1,
            |meta| meta.size += 1,
            |meta| meta.mtime_ns += 1,
            |meta| meta.ctime_ns += 1,
        ];
        let run = bench.run(1, 0);
        for change in changes {
            let mut meta = bench.meta;
            change(&mut meta);
            assert_eq!(run.find("a", meta), None);
        }
        assert!(run.find("a", bench.meta).is_some());
        assert_eq!(bench.run(2, 0).find("a", bench.meta), None);
    }

    #[test]
    fn a_file_of_records_that_is_damaged_or_cut_off_is_none() {
        let bench = Bench::new();
        let run = bench.run(1, 0);
        run.keep("a", &bench.meta, &LINES);
        run.write();
        let file = bench.keep.path().join("rkbuild/recall").join(format!("{:032x}.records", 1));
        let whole = std::fs::read(&file).unwrap();
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            std::fs::write(&file, damaged).unwrap();
            assert_eq!(bench.run(1, 0).find("a", bench.meta), None, "{at}");
            std::fs::write(&file, &whole[..at]).unwrap();
            assert_eq!(bench.run(1, 0).find("a", bench.meta), None, "{at}");
        }
        std::fs::write(&file, whole).unwrap();
        assert!(bench.run(1, 0).find("a", bench.meta).is_some());
    }

    #[test]
    fn the_file_is_written_anew_when_enough_of_it_is_and_drops_what_nobody_used() {
        let bench = Bench::new();
        let names: Vec<String> = (0..FEW * 2).map(|n| format!("n{n}")).collect();
        let run = bench.run(1, 0);
        names.iter().for_each(|name| run.keep(name, &bench.meta, &LINES));
        run.write();
        // One is too few: the next run does not know it.
        let run = bench.run(1, 0);
        assert!(run.find("n0", bench.meta).is_some());
        run.keep("n1", &bench.meta, &LINES[1..]);
        run.write();
        assert_eq!(bench.run(1, 0).find("n1", bench.meta), Some(text("n1", &LINES)));
        for _ in 0..=UNUSED {
            let run = bench.run(1, 0);
            assert!(run.find("n0", bench.meta).is_some());
            run.keep("n1", &bench.meta, &LINES[1..]);
            run.keep("n2", &bench.meta, &LINES);
            run.write();
        }
        let run = bench.run(1, 0);
        assert_eq!(run.find("n0", bench.meta), Some(text("n0", &LINES)));
        assert_eq!(run.find("n1", bench.meta), Some(text("n1", &LINES[1..])));
        assert_eq!(run.find("n3", bench.meta), None);
    }
}
