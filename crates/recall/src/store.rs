//! The file of one tree: facts, traces, environments, in a form that is used as it is read.
//!
//! All numbers are little-endian. A header, then the tables of directories, facts, traces and environments with entries of
//! fixed size, then the bytes they point into. Facts are sorted by directory, so that each directory is opened once
//! to look at all of its names. A file that is damaged, cut off, of another version or another machine is no file.

use bstr::{BStr, BString, ByteSlice};
use rkbuild_host::Meta;
use rkbuild_host::eyes::{Answer, Ask};
use rustc_hash::{FxHashMap, FxHashSet};
use xxhash_rust::xxh3::xxh3_64;

use crate::fact::{Fact, split};
use crate::trace::{Environment, Step, Trace, Use};

const MAGIC: &[u8; 8] = b"rkrecall";
/// Goes up when the format changes.
const VERSION: u32 = 9;
const HEADER: usize = 8 + 4 + 16 + 4 + 4 * 4 + 8;
const DIR_SIZE: usize = 48;
const FACT_SIZE: usize = 80;
const TRACE_SIZE: usize = 52;
const ENV_SIZE: usize = 8;
/// Fewer names are looked for one by one.
const FEW_NAMES: usize = 2;
/// More than anybody's tree needs; a table that claims more is damaged.
const MOST: usize = 1 << 28;

/// A file's contents, checked.
pub struct Store {
    data: Vec<u8>,
    /// How often the tree's records were written.
    pub run: u32,
    dirs: Section,
    facts: Section,
    traces: Section,
    envs: Section,
    /// Traces by their keys.
    keys: FxHashMap<u128, u32>,
}

#[derive(Clone, Copy, Debug)]
struct Section {
    start: usize,
    count: usize,
}

/// A directory's attributes: while they are the same, its names are. Both times, device and inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof([u64; 4]);

impl Proof {
    /// The attributes that count.
    pub fn of(meta: &Meta) -> Proof {
        Proof([meta.mtime_ns as u64, meta.ctime_ns as u64, meta.dev, meta.ino])
    }
}

/// What a trace's entry says.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    key: u128,
    /// The exit status.
    pub status: i32,
    /// The run it was last used in.
    pub run: u32,
    /// It is that of the make the user called.
    pub top: bool,
    facts: (usize, usize),
    steps: (usize, usize),
    closure: (usize, usize),
}

fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(data.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn u64_at(data: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(data.get(at..at.checked_add(8)?)?.try_into().ok()?))
}

fn u128_at(data: &[u8], at: usize) -> Option<u128> {
    Some(u128::from_le_bytes(data.get(at..at.checked_add(16)?)?.try_into().ok()?))
}

impl Entry {
    /// What the trace is found by.
    pub fn key(&self) -> u128 {
        self.key
    }
}

impl Store {
    /// Takes a file's contents; `None` when they are not what this very program would have written on this machine.
    pub fn new(data: Vec<u8>, machine: u128) -> Option<Store> {
        let sum_at = data.len().checked_sub(8)?;
        if data.get(..8)? != MAGIC || u32_at(&data, 8)? != VERSION || u128_at(&data, 12)? != machine {
            return None;
        }
        if u64_at(&data, sum_at)? != xxh3_64(data.get(..sum_at)?) {
            return None;
        }
        let run = u32_at(&data, 28)?;
        let mut start = HEADER;
        let mut section = |at: usize, size: usize| -> Option<Section> {
            let count = u32_at(&data, at)? as usize;
            let section = Section { start, count };
            start = start.checked_add(count.checked_mul(size)?)?;
            (count < MOST && start <= sum_at).then_some(section)
        };
        let dirs = section(32, DIR_SIZE)?;
        let facts = section(36, FACT_SIZE)?;
        let traces = section(40, TRACE_SIZE)?;
        let envs = section(44, ENV_SIZE)?;
        let mut store = Store { data, run, dirs, facts, traces, envs, keys: FxHashMap::default() };
        for n in 0..store.traces.count as u32 {
            let key = store.entry(n)?.key;
            store.keys.insert(key, n);
        }
        Some(store)
    }

    /// The size of the file, in bytes.
    pub fn size(&self) -> usize {
        self.data.len()
    }

    fn slice(&self, (at, len): (usize, usize)) -> &[u8] {
        self.data.get(at..at.saturating_add(len)).unwrap_or_default()
    }

    fn pair(&self, at: usize) -> Option<(usize, usize)> {
        Some((u32_at(&self.data, at)? as usize, u32_at(&self.data, at + 4)? as usize))
    }

    /// How many facts there are.
    pub fn facts(&self) -> usize {
        self.facts.count
    }

    /// How many traces there are.
    pub fn traces(&self) -> usize {
        self.traces.count
    }

    /// The trace with that key.
    pub fn find(&self, key: u128) -> Option<u32> {
        self.keys.get(&key).copied()
    }

    /// A trace's entry.
    pub fn entry(&self, n: u32) -> Option<Entry> {
        let at = self.traces.start + (n as usize) * TRACE_SIZE;
        if n as usize >= self.traces.count {
            return None;
        }
        Some(Entry {
            key: u128_at(&self.data, at)?,
            status: u32_at(&self.data, at + 16)? as i32,
            run: u32_at(&self.data, at + 20)?,
            top: u32_at(&self.data, at + 24)? != 0,
            facts: self.pair(at + 28)?,
            steps: self.pair(at + 36)?,
            closure: self.pair(at + 44)?,
        })
    }

    /// The facts of a trace.
    pub fn uses(&self, entry: &Entry) -> Uses<'_> {
        Uses { bytes: self.slice(entry.facts), last: 0 }
    }

    /// The facts of a trace and of all below it, directory by directory; nothing where only the trace's own were kept.
    pub fn closure(&self, entry: &Entry) -> Option<Groups<'_>> {
        (entry.closure.1 > 0).then(|| Groups { bytes: self.slice(entry.closure), last: 0 })
    }

    /// How many directories there are.
    pub fn dirs(&self) -> usize {
        self.dirs.count
    }

    /// The steps of a trace; `None` when they can't be read.
    pub fn steps(&self, entry: &Entry) -> Option<Vec<Step>> {
        let (_, steps): (Vec<&[u8]>, _) = postcard::take_from_bytes(self.slice(entry.steps)).ok()?;
        postcard::from_bytes(steps).ok()
    }

    /// A trace and all below it, each once; `None` when they can't be read.
    pub fn with_below(&self, n: u32) -> Option<Vec<Entry>> {
        let (mut met, mut todo, mut all) = (FxHashSet::default(), vec![n], Vec::new());
        while let Some(n) = todo.pop() {
            if met.insert(n) {
                let entry = self.entry(n)?;
                todo.extend(self.steps(&entry)?.iter().rev().filter_map(Step::below));
                all.push(entry);
            }
        }
        Some(all)
    }

    /// The paths that the steps of a trace write.
    pub fn writes(&self, entry: &Entry) -> Option<Vec<BString>> {
        let (writes, _): (Vec<&[u8]>, _) = postcard::take_from_bytes(self.slice(entry.steps)).ok()?;
        Some(writes.into_iter().map(BString::from).collect())
    }

    /// An environment.
    pub fn env(&self, n: u32) -> Option<Environment> {
        if n as usize >= self.envs.count {
            return None;
        }
        postcard::from_bytes(self.slice(self.pair(self.envs.start + n as usize * ENV_SIZE)?)).ok()
    }

    /// The number of a fact's directory.
    pub fn dir_of(&self, n: u32) -> Option<u32> {
        if n as usize >= self.facts.count {
            return None;
        }
        u32_at(&self.data, self.facts.start + n as usize * FACT_SIZE)
    }

    /// The path of a directory.
    pub fn dir(&self, n: u32) -> &BStr {
        let pair = self.pair(self.dirs.start + n as usize * DIR_SIZE).unwrap_or_default();
        self.slice(pair).as_bstr()
    }

    /// What proves that a directory has the names it had when the file was written.
    pub fn proof(&self, n: u32) -> Option<Proof> {
        let at = self.dirs.start + n as usize * DIR_SIZE;
        if n as usize >= self.dirs.count || u64_at(&self.data, at + 8)? == 0 {
            return None;
        }
        let word = |k: usize| u64_at(&self.data, at + 16 + k * 8);
        Some(Proof([word(0)?, word(1)?, word(2)?, word(3)?]))
    }

    /// What proves that a fact about the listing of a directory holds: the directory's attributes.
    pub fn listing_proof(&self, n: u32) -> Option<Proof> {
        let at = self.facts.start + n as usize * FACT_SIZE;
        let [ask, 3, ..] = *self.data.get(at + 12..at + 16)? else { return None };
        if n as usize >= self.facts.count || !Ask::from_number(ask)?.lists() {
            return None;
        }
        let word = |k: usize| u64_at(&self.data, at + 16 + k * 8);
        let proof = [word(2)?, word(3)?, word(4)?, word(5)?];
        (proof != [0; 4]).then_some(Proof(proof))
    }

    /// The number of a fact, by its path and how it was asked.
    pub fn find_fact(&self, path: &BStr, ask: Ask) -> Option<u32> {
        let (dir, name) = split(path);
        let dir = self.find_dir(dir)?;
        let key = |n: u32| Some((self.dir_of(n)?, self.name(n), self.fact(n)?.ask));
        let (mut low, mut high) = (0, self.facts.count as u32);
        while low < high {
            let middle = low + (high - low) / 2;
            if key(middle) < Some((dir, name, ask)) { low = middle + 1 } else { high = middle }
        }
        (key(low) == Some((dir, name, ask))).then_some(low)
    }

    /// The number of a directory, by its path.
    pub fn find_dir(&self, path: &BStr) -> Option<u32> {
        // They are in the order of their paths.
        let (mut low, mut high) = (0, self.dirs.count as u32);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.dir(middle) < path { low = middle + 1 } else { high = middle }
        }
        (low < self.dirs.count as u32 && self.dir(low) == path).then_some(low)
    }

    /// Whether facts say that a directory has each of these names, or has it not; names in their order.
    pub fn says(&self, dir: u32, names: &[(&BStr, bool)]) -> bool {
        let (mut at, mut high) = (0, self.facts.count as u32);
        while at < high {
            let middle = at + (high - at) / 2;
            if self.dir_of(middle) < Some(dir) { at = middle + 1 } else { high = middle }
        }
        names.iter().all(|(name, there)| {
            while self.dir_of(at) == Some(dir) && self.name(at) <= *name {
                let fact = (self.name(at) == *name).then(|| self.fact(at)).flatten();
                if fact.is_some_and(|fact| fact.is_of_names() && (fact.answer == Answer::There) == *there) {
                    return true;
                }
                at += 1;
            }
            false
        })
    }

    /// A fact's name in its directory.
    pub fn name(&self, n: u32) -> &BStr {
        let pair = self.pair(self.facts.start + n as usize * FACT_SIZE + 4).unwrap_or_default();
        self.slice(pair).as_bstr()
    }

    /// A fact's path.
    pub fn path(&self, n: u32) -> BString {
        let dir = self.dir(self.dir_of(n).unwrap_or_default());
        let mut path = dir.to_owned();
        if !path.ends_with(b"/") {
            path.push(b'/');
        }
        path.extend_from_slice(self.name(n));
        path
    }

    /// A fact.
    pub fn fact(&self, n: u32) -> Option<Fact> {
        if n as usize >= self.facts.count {
            return None;
        }
        let at = self.facts.start + n as usize * FACT_SIZE;
        let [ask, kind, flags, _] = *self.data.get(at + 12..at + 16)? else { return None };
        let word = |k: usize| u64_at(&self.data, at + 16 + k * 8);
        let answer = match kind {
            0 => Answer::Failed(word(0)? as i32),
            1 => Answer::There,
            2 => Answer::Meta(Meta {
                mtime_ns: word(0)? as i64,
                ctime_ns: word(1)? as i64,
                size: word(2)?,
                mode: word(3)? as u32,
                dev: word(4)?,
                ino: word(5)?,
                rdev: 0,
                uid: (word(3)? >> 32) as u32,
            }),
            3 => Answer::Text(self.slice((word(0)? as usize, word(1)? as usize)).into()),
            _ => return None,
        };
        Some(Fact {
            ask: Ask::from_number(ask)?,
            answer,
            contents: if flags & 2 != 0 { u128_at(&self.data, at + 64) } else { None },
            young: flags & 1 != 0,
        })
    }
}

/// The facts a trace uses, in the order of their numbers.
#[derive(Clone)]
pub struct Uses<'a> {
    bytes: &'a [u8],
    last: u32,
}

impl Iterator for Uses<'_> {
    type Item = Use;

    fn next(&mut self) -> Option<Use> {
        let value = take_number(&mut self.bytes)?;
        self.last = self.last.wrapping_add((value >> 6) as u32);
        Some((self.last, (value & 63) as u8))
    }
}

/// Facts of one directory.
#[derive(Clone)]
pub struct Group<'a> {
    /// The directory.
    pub dir: u32,
    /// Those that say no more than that it has a name, or has it not.
    pub names: Uses<'a>,
    /// The others.
    pub others: Uses<'a>,
}

/// The facts of a trace and of all below it, by directory. Those that the directory's own attributes may prove stand apart, so
/// that they can be left out unread.
pub struct Groups<'a> {
    bytes: &'a [u8],
    last: u32,
}

impl<'a> Iterator for Groups<'a> {
    type Item = Group<'a>;

    fn next(&mut self) -> Option<Group<'a>> {
        self.last = self.last.wrapping_add(take_number(&mut self.bytes)? as u32);
        let names = take_number(&mut self.bytes)? as usize;
        let others = take_number(&mut self.bytes)? as usize;
        let mut take = |len: usize| {
            let (bytes, rest) = self.bytes.split_at_checked(len)?;
            self.bytes = rest;
            Some(Uses { bytes, last: 0 })
        };
        Some(Group { dir: self.last, names: take(names)?, others: take(others)? })
    }
}

/// Takes a number that [`put_number`] wrote.
pub(crate) fn take_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..=42).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// Writes a number in as few bytes as it needs.
pub(crate) fn put_number(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn put_uses(uses: &mut [Use], out: &mut Vec<u8>) {
    // A few sorted runs.
    uses.sort();
    let mut last = 0;
    for (n, used) in uses {
        put_number(u64::from(n.wrapping_sub(last)) << 6 | u64::from(*used & 63), out);
        last = *n;
    }
}

/// Writes what [`Groups`] reads. `of`: the directory of each fact, and whether that may prove it.
fn put_groups(uses: &[Use], of: &[(u32, bool)], out: &mut Vec<u8>) {
    let mut last = 0;
    for group in uses.chunk_by(|a, b| of[a.0 as usize].0 == of[b.0 as usize].0) {
        let Some(dir) = group.first().map(|first| of[first.0 as usize].0) else { continue };
        let (mut names, mut others): (Vec<Use>, Vec<Use>) =
            group.iter().partition(|(n, _)| of[*n as usize].1);
        let (mut first, mut second) = (Vec::new(), Vec::new());
        put_uses(&mut names, &mut first);
        put_uses(&mut others, &mut second);
        for number in [dir - last, first.len() as u32, second.len() as u32] {
            put_number(u64::from(number), out);
        }
        out.extend_from_slice(&first);
        out.extend_from_slice(&second);
        last = dir;
    }
}

/// Everything that goes into a file.
#[derive(Default)]
pub struct Contents {
    /// Facts with their paths; traces name them by their place here.
    pub facts: Vec<(BString, Fact)>,
    /// Traces; steps name others by their place here.
    pub traces: Vec<Trace>,
    /// Environments.
    pub envs: Vec<Environment>,
}

impl Contents {
    /// The bytes of the file. `prove` gives what proves a directory's names, some of which are there and some are not, now;
    /// `prove_listing` what proves that a fact about the listing of a directory holds.
    pub fn bytes(
        mut self,
        machine: u128,
        run: u32,
        prove: impl Fn(&BStr, &[(&BStr, bool)]) -> Option<Proof>,
        prove_listing: impl Fn(&BStr, &Fact) -> Option<Proof>,
    ) -> Vec<u8> {
        let mut order: Vec<u32> = (0..self.facts.len() as u32).collect();
        let keys = self.facts.iter().map(|(path, fact)| {
            let (dir, name) = split(path.as_bstr());
            (dir, name, fact.ask)
        });
        let keys: Vec<(&BStr, &BStr, Ask)> = keys.collect();
        let key = |n: &u32| keys[*n as usize];
        order.sort_by(|a, b| key(a).cmp(&key(b)));
        let mut place = vec![0u32; order.len()];
        for (at, n) in order.iter().enumerate() {
            place[*n as usize] = at as u32;
        }
        for trace in &mut self.traces {
            for (n, _) in &mut trace.facts {
                *n = place[*n as usize];
            }
        }
        let mut dirs: Vec<(u32, u32)> = Vec::new();
        let mut facts = Vec::with_capacity(order.len() * FACT_SIZE);
        // Where the bytes begin is known when the tables' sizes are.
        let mut dir_names: Vec<&BStr> = Vec::new();
        for n in &order {
            let dir = key(n).0;
            if dir_names.last() != Some(&dir) {
                dir_names.push(dir);
            }
        }
        let mut blob_start = HEADER
            + dir_names.len() * DIR_SIZE
            + order.len() * FACT_SIZE
            + self.traces.len() * TRACE_SIZE
            + self.envs.len() * ENV_SIZE;
        let mut blob = Vec::new();
        let mut put = |bytes: &[u8]| -> (u32, u32) {
            let at = blob_start as u32;
            blob.extend_from_slice(bytes);
            blob_start += bytes.len();
            (at, bytes.len() as u32)
        };
        for dir in &dir_names {
            dirs.push(put(dir));
        }
        let mut names: Vec<Vec<(&BStr, bool)>> = vec![Vec::new(); dir_names.len()];
        let mut dir_at = 0usize;
        // The directory of each fact, and whether that may prove it.
        let mut of = Vec::with_capacity(order.len());
        for n in &order {
            let (dir, name, _) = key(n);
            if dir_names[dir_at] != dir {
                dir_at += 1;
            }
            let fact = &self.facts[*n as usize].1;
            let is_of_names = fact.is_of_names() && !name.is_empty();
            if is_of_names {
                names[dir_at].push((name, fact.answer == Answer::There));
            }
            of.push((dir_at as u32, is_of_names));
            let (name_at, name_len) = put(name);
            for number in [dir_at as u32, name_at, name_len] {
                facts.extend_from_slice(&number.to_le_bytes());
            }
            let flags = u8::from(fact.young) | u8::from(fact.contents.is_some()) << 1;
            let (kind, words) = match &fact.answer {
                Answer::Failed(errno) => (0, [*errno as u64, 0, 0, 0, 0, 0]),
                Answer::There => (1, [0; 6]),
                Answer::Meta(meta) => (
                    2,
                    [
                        meta.mtime_ns as u64,
                        meta.ctime_ns as u64,
                        meta.size,
                        u64::from(meta.mode) | u64::from(meta.uid) << 32,
                        meta.dev,
                        meta.ino,
                    ],
                ),
                Answer::Text(text) => {
                    let (at, len) = put(text);
                    let proof = if fact.ask.lists() {
                        prove_listing(self.facts[*n as usize].0.as_bstr(), fact)
                    } else {
                        None
                    };
                    let [mtime, ctime, dev, ino] = proof.map_or([0; 4], |proof| proof.0);
                    (3, [u64::from(at), u64::from(len), mtime, ctime, dev, ino])
                }
            };
            facts.extend_from_slice(&[fact.ask as u8, kind, flags, 0]);
            words.iter().for_each(|word| facts.extend_from_slice(&word.to_le_bytes()));
            facts.extend_from_slice(&fact.contents.unwrap_or_default().to_le_bytes());
        }
        let closures: Vec<Option<Vec<Use>>> =
            (0..self.traces.len()).map(|n| self.traces[n].top.then(|| self.closure(n))).collect();
        let mut traces = Vec::with_capacity(self.traces.len() * TRACE_SIZE);
        for (trace, closure) in self.traces.iter_mut().zip(closures) {
            traces.extend_from_slice(&trace.key.to_le_bytes());
            traces.extend_from_slice(&trace.status.to_le_bytes());
            traces.extend_from_slice(&trace.run.to_le_bytes());
            traces.extend_from_slice(&u32::from(trace.top).to_le_bytes());
            let mut bytes = Vec::new();
            put_uses(&mut trace.facts, &mut bytes);
            let facts = put(&bytes);
            let mut writes: Vec<&[u8]> = trace.writes.iter().map(|path| path.as_slice()).collect();
            writes.sort_unstable();
            let mut steps = postcard::to_stdvec(&writes).unwrap_or_default();
            steps.extend(postcard::to_stdvec(&trace.steps).unwrap_or_default());
            let steps = put(&steps);
            bytes.clear();
            put_groups(&closure.unwrap_or_default(), &of, &mut bytes);
            let closure = put(&bytes);
            for (at, len) in [facts, steps, closure] {
                traces.extend_from_slice(&at.to_le_bytes());
                traces.extend_from_slice(&len.to_le_bytes());
            }
        }
        let mut envs = Vec::new();
        for env in &self.envs {
            let (at, len) = put(&postcard::to_stdvec(env).unwrap_or_default());
            envs.extend_from_slice(&at.to_le_bytes());
            envs.extend_from_slice(&len.to_le_bytes());
        }
        let mut out = Vec::with_capacity(blob_start + 8);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&machine.to_le_bytes());
        out.extend_from_slice(&run.to_le_bytes());
        for count in [dirs.len(), order.len(), self.traces.len(), self.envs.len()] {
            out.extend_from_slice(&(count as u32).to_le_bytes());
        }
        out.extend_from_slice(&0u64.to_le_bytes());
        for (((at, len), dir), names) in dirs.into_iter().zip(&dir_names).zip(&names) {
            out.extend_from_slice(&at.to_le_bytes());
            out.extend_from_slice(&len.to_le_bytes());
            let proof = if names.len() < FEW_NAMES { None } else { prove(dir, names) };
            out.extend_from_slice(&u64::from(proof.is_some()).to_le_bytes());
            for word in proof.map_or([0; 4], |proof| proof.0) {
                out.extend_from_slice(&word.to_le_bytes());
            }
        }
        out.extend_from_slice(&facts);
        out.extend_from_slice(&traces);
        out.extend_from_slice(&envs);
        out.extend_from_slice(&blob);
        let sum = xxh3_64(&out);
        out.extend_from_slice(&sum.to_le_bytes());
        out
    }

    /// The facts of a trace and of all below it.
    fn closure(&self, n: usize) -> Vec<Use> {
        let mut all = vec![0u8; self.facts.len()];
        let mut met = vec![false; self.traces.len()];
        let mut todo = vec![n];
        while let Some(n) = todo.pop() {
            let Some(trace) = self.traces.get(n).filter(|_| !std::mem::replace(&mut met[n], true)) else {
                continue;
            };
            for (fact, used) in &trace.facts {
                all[*fact as usize] |= used;
            }
            todo.extend(trace.steps.iter().filter_map(Step::below).map(|below| below as usize));
        }
        let used = all.into_iter().enumerate().filter(|(_, used)| *used != 0);
        used.map(|(n, used)| (n as u32, used)).collect()
    }
}
