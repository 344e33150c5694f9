//! Putting together what a run found out and what was known before.

use std::hash::BuildHasher;

use bstr::{BStr, BString, ByteSlice};
use hashbrown::HashTable;
use hashbrown::hash_table::Entry as Slot;
use rkbuild_base::Chunks;
use rkbuild_host::eyes::{self, Answer, Ask, Seen, used};
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use crate::fact::{Fact, split};
use crate::key;
use crate::store::{Contents, Store};
use crate::trace::{Command, Environment, Step, Trace, Use};

/// Traces that were not used in so many runs that wrote the store go.
const OLD: u32 = 40;

/// A fact of this run or the store.
pub(crate) struct Noted {
    path: BString,
    ask: Ask,
    seen: Seen,
    /// What of it was seen to be otherwise later.
    stale: u8,
}

/// Facts of this run and the store: all of them, and the latest answer to each question. A path is kept once, however long it is.
#[derive(Default)]
pub(crate) struct Facts {
    all: Chunks<Noted>,
    /// By question, the places of their latest answers in `all`.
    latest: HashTable<u32>,
}

impl Facts {
    /// Where the place of the latest answer to a question is, or goes if nobody asked it yet; and all facts.
    fn question(&mut self, ask: Ask, path: &BStr) -> (Slot<'_, u32>, &mut Chunks<Noted>) {
        let hash = |ask: Ask, path: &BStr| FxBuildHasher.hash_one((ask, path));
        let all = &self.all;
        let slot = self.latest.entry(
            hash(ask, path),
            |n| (all[*n as usize].ask, all[*n as usize].path.as_bstr()) == (ask, path),
            |n| hash(all[*n as usize].ask, all[*n as usize].path.as_bstr()),
        );
        (slot, &mut self.all)
    }
}

/// New facts and traces.
#[derive(Default)]
pub(crate) struct New {
    pub facts: Facts,
    pub traces: Vec<Trace>,
    pub envs: Vec<Environment>,
    pub env_ids: FxHashMap<u128, u32>,
    /// Why sessions were not kept, and how many for each reason.
    pub lost: Vec<(String, u32)>,
}

/// Gives a question back whose answer follows from another one's: what can be followed is there, and what is not there can't be
/// followed.
fn is_implied(
    facts: &FxHashMap<(Ask, BString), Seen>,
    ask: Ask,
    path: &BString,
    seen: &Seen,
) -> Option<(Ask, BString)> {
    let other = |ask| facts.get(&(ask, path.clone()));
    let implied = match (ask, &seen.answer) {
        // Not what it is itself: that can be a link now, or not any more.
        (Ask::Lstat, Answer::There) if seen.used == used::THERE => {
            matches!(other(Ask::Stat)?.answer, Answer::Meta(_))
        }
        (Ask::Stat, Answer::Failed(_)) => other(Ask::Lstat)?.answer == seen.answer,
        _ => false,
    };
    implied.then(|| (ask, path.clone()))
}

impl New {
    /// The place of each fact a session saw, and what of it was used.
    pub fn uses(&mut self, mut facts: FxHashMap<(Ask, BString), Seen>) -> Vec<(u32, u8)> {
        let mut uses = Vec::with_capacity(facts.len());
        let implied: Vec<(Ask, BString)> =
            facts.iter().filter_map(|((ask, path), seen)| is_implied(&facts, *ask, path, seen)).collect();
        for question in implied {
            facts.remove(&question);
        }
        for ((ask, path), seen) in facts {
            uses.push((self.fact(ask, path, &seen), seen.used));
        }
        uses
    }

    pub fn fact(&mut self, ask: Ask, path: BString, seen: &Seen) -> u32 {
        let next = self.facts.all.len() as u32;
        match self.facts.question(ask, path.as_bstr()) {
            (Slot::Vacant(slot), _) => {
                slot.insert(next);
            }
            (Slot::Occupied(mut slot), all) => {
                let n = *slot.get();
                if let Some(before) = all.get_mut(n as usize) {
                    if before.seen.agrees(seen) {
                        before.seen.join(seen);
                        return n;
                    }
                    // It changed meanwhile: what was seen before holds no more, for whom that was used.
                    before.stale |= before.seen.differing(seen);
                }
                *slot.get_mut() = next;
            }
        }
        self.facts.all.push(Noted { path, ask, seen: seen.clone(), stale: 0 });
        next
    }

    pub fn command(&mut self, command: eyes::Command) -> Command {
        let mut hasher = key::Hasher::new();
        for (name, value) in command.env.iter() {
            hasher.text(name);
            hasher.text(value);
        }
        let next = self.envs.len() as u32;
        let env = *self.env_ids.entry(hasher.finish()).or_insert(next);
        if env == next {
            self.envs.push(command.env.iter().map(|(n, v)| (n.to_vec(), v.to_vec())).collect());
        }
        Command { argv: command.argv.into_iter().map(Into::into).collect(), env, dir: command.dir.into() }
    }
}

/// Where a fact of the store is among the new ones.
struct Places {
    /// As it was.
    old: Option<u32>,
    /// As it is, and what of it is not as it was.
    renewed: Option<(u32, u8)>,
}

/// The old store and what is new, put together.
pub(crate) struct Merge<'a> {
    new: New,
    old: Option<&'a Store>,
    run: u32,
    given: &'a [u32],
    /// Facts of the store about files that were written again with the same contents, as they are now.
    renewed: &'a dyn Fn(u32) -> Option<Fact>,
    contents: Contents,
    /// Why traces were dropped.
    dropped: Vec<String>,
}

impl<'a> Merge<'a> {
    pub fn new(
        new: New,
        old: Option<&'a Store>,
        run: u32,
        given: &'a [u32],
        renewed: &'a dyn Fn(u32) -> Option<Fact>,
    ) -> Merge<'a> {
        Merge { new, old, run, given, renewed, contents: Contents::default(), dropped: Vec::new() }
    }

    /// The contents of the new file, and why traces are not in it.
    pub fn contents(mut self) -> (Contents, Vec<String>) {
        let envs = self.old_envs();
        let mut traces: Vec<Option<Trace>> = self.old_traces();
        for trace in &mut traces {
            for step in trace.iter_mut().flat_map(|trace| &mut trace.steps) {
                if let Step::Run { command, .. } | Step::Ask { command, .. } = step {
                    command.env += envs;
                }
            }
        }
        for trace in std::mem::take(&mut self.new.traces) {
            // A trace that saw what was different later holds no more.
            let stale = trace.facts.iter().find_map(|(n, used)| {
                let Noted { path, ask, stale, .. } = self.new.facts.all.get(*n as usize)?;
                let broken = stale & used;
                let counts = broken != 0 && !(broken == used::TIME && trace.writes.contains(path));
                counts.then(|| format!("{path} changed after it was looked at ({ask:?} {used})"))
            });
            if let Some(why) = &stale {
                self.dropped.push(why.clone());
            }
            traces.push((stale.is_none()).then_some(Trace { run: self.run, ..trace }));
        }
        // Of two traces with one key the new one counts.
        let mut keys: FxHashMap<u128, usize> = FxHashMap::default();
        for (n, trace) in traces.iter().enumerate() {
            if let Some(trace) = trace {
                keys.insert(trace.key, n);
            }
        }
        let successor: Vec<Option<usize>> = traces
            .iter()
            .map(|trace| trace.as_ref().and_then(|trace| keys.get(&trace.key).copied()))
            .collect();
        self.drop_touched(&mut traces, &successor);
        // A trace holds only with all below it.
        loop {
            let gone: Vec<bool> = traces.iter().map(Option::is_none).collect();
            let mut again = false;
            for trace in &mut traces {
                let lost = trace.as_ref().is_some_and(|trace| {
                    trace.steps.iter().filter_map(Step::below).any(|n| {
                        let n = successor.get(n as usize).copied().flatten();
                        n.is_none_or(|n| gone.get(n).copied().unwrap_or(true))
                    })
                });
                if lost {
                    *trace = None;
                    again = true;
                }
            }
            if !again {
                break;
            }
        }
        let mut place: FxHashMap<usize, u32> = FxHashMap::default();
        for (n, trace) in traces.iter().enumerate() {
            let superseded = successor.get(n).copied().flatten() != Some(n);
            if trace.is_some() && !superseded {
                place.insert(n, place.len() as u32);
            }
        }
        for (n, trace) in traces.into_iter().enumerate() {
            let (Some(mut trace), true) = (trace, place.contains_key(&n)) else { continue };
            for step in &mut trace.steps {
                if let Step::Session(below) | Step::Within(below) = step {
                    let now = successor.get(*below as usize).copied().flatten();
                    *below = now.and_then(|now| place.get(&now).copied()).unwrap_or_default();
                }
            }
            self.contents.traces.push(trace);
        }
        self.keep_used_facts();
        (self.contents, self.dropped)
    }

    /// Environments: the new ones first, those of the store after them. Gives how many are new.
    fn old_envs(&mut self) -> u32 {
        let new = std::mem::take(&mut self.new.envs);
        let count = new.len() as u32;
        self.contents.envs = new;
        if let Some(old) = self.old {
            let all = (0..).map_while(|n| old.env(n));
            self.contents.envs.extend(all);
        }
        count
    }

    /// The traces of the store that may still hold, their facts among the new ones.
    fn old_traces(&mut self) -> Vec<Option<Trace>> {
        let Some(old) = self.old else { return Vec::new() };
        let mut used = vec![0u8; old.facts()];
        for entry in (0..old.traces() as u32).filter_map(|n| old.entry(n)) {
            for (fact, bits) in old.uses(&entry) {
                if let Some(of_all) = used.get_mut(fact as usize) {
                    *of_all |= bits;
                }
            }
        }
        let places: Vec<Places> = (0..).zip(used).map(|(n, used)| self.places(old, n, used)).collect();
        (0..old.traces() as u32).map(|n| self.old_trace(old, n, &places)).collect()
    }

    fn old_trace(&self, old: &Store, n: u32, places: &[Places]) -> Option<Trace> {
        let entry = old.entry(n)?;
        let run = if self.given.contains(&n) { self.run } else { entry.run };
        if run + OLD < self.run {
            return None;
        }
        let facts = old.uses(&entry).map(|(fact, used)| {
            let places = places.get(fact as usize)?;
            let renewed = places.renewed.filter(|(_, broken)| broken & used == 0);
            Some((renewed.map(|(place, _)| place).or(places.old)?, used))
        });
        let facts = facts.collect::<Option<Vec<_>>>()?;
        let steps = old.steps(&entry)?;
        let writes: FxHashSet<BString> = old.writes(&entry)?.into_iter().collect();
        let holds = |(n, used): &Use| {
            self.new.facts.all.get(*n as usize).is_some_and(|fact| {
                let broken = fact.stale & used;
                broken == 0 || broken == rkbuild_host::eyes::used::TIME && writes.contains(&fact.path)
            })
        };
        if !facts.iter().all(holds) {
            return None;
        }
        Some(Trace { key: entry.key(), top: entry.top, status: entry.status, run, facts, steps, writes })
    }

    fn places(&mut self, old: &Store, n: u32, used: u8) -> Places {
        let renewed = (self.renewed)(n).and_then(|now| self.renewed_fact(old, n, used, now));
        Places { old: self.old_fact(old, n, used), renewed }
    }

    /// Where a fact is among the new ones that is renewed, and what of it is not as it was. `None` where something else was seen meanwhile.
    fn renewed_fact(&mut self, old: &Store, n: u32, used: u8, now: Fact) -> Option<(u32, u8)> {
        let before = old.fact(n)?.seen(used);
        let (ask, path, now) = (now.ask, old.path(n), now.seen(used));
        // Of a list of options nothing counts but the values that were asked for.
        let broken = if ask == Ask::Options { 0 } else { before.differing(&now) };
        if let (Slot::Occupied(slot), all) = self.new.facts.question(ask, path.as_bstr())
            && !all.get(*slot.get() as usize).is_some_and(|seen| seen.seen.agrees(&now))
        {
            return None;
        }
        Some((self.new.fact(ask, path, &now), broken))
    }

    /// Where a fact of the store is among the new ones. Where something else was seen since, it is one of its own.
    fn old_fact(&mut self, old: &Store, n: u32, used: u8) -> Option<u32> {
        let fact = old.fact(n)?;
        let ask = fact.ask;
        let before = fact.seen(used);
        let path = old.path(n);
        let next = self.new.facts.all.len() as u32;
        match self.new.facts.question(ask, path.as_bstr()) {
            (Slot::Vacant(slot), all) => {
                slot.insert(next);
                all.push(Noted { path, ask, seen: before, stale: 0 });
                Some(next)
            }
            (Slot::Occupied(slot), all) => {
                let n = *slot.get();
                let now = all.get_mut(n as usize)?;
                let contents = if before.contents.is_some() { used::CONTENTS } else { 0 };
                let differing = before.differing(&now.seen);
                if differing & (used | contents) != 0 {
                    // Good for a trace that uses nothing of it which differs, and for one that writes it: there the order of
                    // times counts.
                    let next = all.len() as u32;
                    all.push(Noted { path, ask, seen: before, stale: differing });
                    return Some(next);
                }
                // What was seen now is the newer.
                now.seen.used |= before.used;
                now.seen.contents = now.seen.contents.or(before.contents);
                now.seen.young |= before.young;
                if now.seen.answer == Answer::There {
                    now.seen.answer = before.answer;
                }
                Some(n)
            }
        }
    }

    /// Drops the traces that depend on the time of a file which a step of some other trace writes each time. Where it is a step of
    /// its own, that time was compared before it: whether its place among the others is the same is seen when it is looked at.
    /// One that another takes the place of does not count.
    fn drop_touched(&mut self, traces: &mut [Option<Trace>], successor: &[Option<usize>]) {
        let counting = (0..).zip(traces.iter()).filter(|(n, _)| successor.get(*n) == Some(&Some(*n)));
        let written: FxHashSet<&BString> =
            counting.filter_map(|(_, trace)| trace.as_ref()).flat_map(|trace| &trace.writes).collect();
        if written.is_empty() {
            return;
        }
        let touched: Vec<bool> = self.new.facts.all.iter().map(|fact| written.contains(&fact.path)).collect();
        let drop: Vec<Option<u32>> = traces
            .iter()
            .map(|trace| {
                let trace = trace.as_ref()?;
                let (n, _) = trace.facts.iter().find(|(n, used)| {
                    let fact = self.new.facts.all.get(*n as usize);
                    used & used::TIME != 0
                        && touched.get(*n as usize).copied().unwrap_or(true)
                        && fact
                            .is_none_or(|fact| used & used::SAME != 0 || !trace.writes.contains(&fact.path))
                })?;
                Some(*n)
            })
            .collect();
        for (trace, drop) in traces.iter_mut().zip(drop) {
            let Some(n) = drop else { continue };
            *trace = None;
            if let Some(Noted { path, .. }) = self.new.facts.all.get(n as usize) {
                self.dropped.push(format!("the time of {path} was compared, which is written each time"));
            }
        }
    }

    /// Leaves out facts and environments that no trace uses any more. The others stay in their order: those of the store are
    /// sorted, which is soon done again.
    fn keep_used_facts(&mut self) {
        let mut facts = std::mem::take(&mut self.new.facts).all;
        let mut place: Vec<Option<u32>> = vec![None; facts.len()];
        for (n, _) in self.contents.traces.iter().flat_map(|trace| &trace.facts) {
            if let Some(slot) = place.get_mut(*n as usize) {
                *slot = Some(0);
            }
        }
        self.contents.facts.reserve_exact(place.iter().flatten().count());
        for (slot, fact) in place.iter_mut().zip(facts.iter_mut_from(0)).filter(|(slot, _)| slot.is_some()) {
            *slot = Some(self.contents.facts.len() as u32);
            let now = Fact::new(fact.ask, &fact.seen);
            self.contents.facts.push((std::mem::take(&mut fact.path), now));
        }
        for (n, _) in self.contents.traces.iter_mut().flat_map(|trace| &mut trace.facts) {
            *n = place.get(*n as usize).copied().flatten().unwrap_or(*n);
        }
        let envs = std::mem::take(&mut self.contents.envs);
        let mut place: FxHashMap<u32, u32> = FxHashMap::default();
        for trace in &mut self.contents.traces {
            for step in &mut trace.steps {
                if let Step::Run { command, .. } | Step::Ask { command, .. } = step {
                    let next = self.contents.envs.len() as u32;
                    let at = *place.entry(command.env).or_insert(next);
                    if at == next {
                        self.contents.envs.push(envs.get(command.env as usize).cloned().unwrap_or_default());
                    }
                    command.env = at;
                }
            }
        }
    }
}

/// Where what is not in a directory that is not there is noted: at the topmost directory that is missing.
struct Missing<F> {
    is_missing: F,
    known: FxHashMap<BString, Option<BString>>,
}

impl<F: Fn(&BStr) -> bool> Missing<F> {
    /// The topmost directory that is missing on the way to what is in `dir`.
    fn top(&mut self, dir: &BStr) -> Option<BString> {
        if dir == "/" {
            return None;
        }
        if let Some(top) = self.known.get(dir) {
            return top.clone();
        }
        let top = match (self.is_missing)(dir) {
            true => self.top(split(dir).0).or_else(|| Some(dir.to_owned())),
            false => None,
        };
        self.known.insert(dir.to_owned(), top.clone());
        top
    }
}

impl Contents {
    /// Puts one fact in the place of all that say that something is not in a directory which itself is not there: that it is
    /// missing is enough for them. `is_missing` looks at a path without following a link at its end.
    pub(crate) fn fold_missing(&mut self, is_missing: impl Fn(&BStr) -> bool) {
        const ENOENT: i32 = 2;
        let mut missing = Missing { is_missing, known: FxHashMap::default() };
        let mut tops: FxHashMap<BString, Vec<u32>> = FxHashMap::default();
        for (n, (path, fact)) in (0..).zip(&self.facts) {
            let path = path.as_bstr();
            if fact.answer == Answer::Failed(ENOENT)
                && let Some(top) = missing.top(split(path.strip_suffix(b"/").unwrap_or(path).as_bstr()).0)
            {
                tops.entry(top).or_default().push(n);
            }
        }
        // Where somebody looked at that directory itself, that is the fact.
        let mut place: Vec<u32> = (0..self.facts.len() as u32).collect();
        let mut heads: FxHashMap<BString, u32> = FxHashMap::default();
        for (n, (path, fact)) in (0..).zip(&self.facts) {
            if fact.ask != Ask::Lstat || !tops.contains_key(path) {
                continue;
            }
            if fact.answer == Answer::Failed(ENOENT) {
                heads.insert(path.clone(), n);
            } else {
                // It was there before, and what was seen then counts.
                tops.remove(path);
            }
        }
        for (top, below) in tops {
            let head = heads.get(&top).copied().unwrap_or_else(|| {
                let seen =
                    Seen { used: used::THERE, answer: Answer::Failed(ENOENT), contents: None, young: false };
                self.facts.push((top, Fact::new(Ask::Lstat, &seen)));
                self.facts.len() as u32 - 1
            });
            for n in below {
                if let Some(slot) = place.get_mut(n as usize) {
                    *slot = head;
                }
            }
        }
        place.extend(place.len() as u32..self.facts.len() as u32);
        self.move_facts(&place);
    }

    /// Makes the uses of each fact those of the one whose number `place` has; facts that are then used nowhere go.
    fn move_facts(&mut self, place: &[u32]) {
        let mut now: Vec<Option<u32>> = vec![None; self.facts.len()];
        let mut kept: u32 = 0;
        for (n, to) in (0..).zip(place) {
            if n == *to
                && let Some(slot) = now.get_mut(n as usize)
            {
                *slot = Some(kept);
                kept += 1;
            }
        }
        for trace in &mut self.traces {
            for (n, _) in &mut trace.facts {
                let to = place.get(*n as usize).and_then(|to| now.get(*to as usize));
                *n = to.copied().flatten().unwrap_or(*n);
            }
            // A few sorted runs.
            trace.facts.sort();
            trace.facts.dedup_by(|next, kept| {
                let same = next.0 == kept.0;
                if same {
                    kept.1 |= next.1;
                }
                same
            });
        }
        let mut at = 0;
        self.facts.retain(|_| {
            at += 1;
            now.get(at - 1).copied().flatten().is_some()
        });
    }
}

#[cfg(test)]
mod tests {
    use rkbuild_host::Meta;

    use super::*;

    fn contents(facts: &[(Ask, &str, Answer)]) -> Contents {
        let fact = |(ask, path, answer): &(Ask, &str, Answer)| {
            let seen = Seen { used: 1, answer: answer.clone(), contents: None, young: false };
            (BString::from(*path), Fact::new(*ask, &seen))
        };
        let trace = Trace {
            key: 1,
            top: true,
            status: 0,
            run: 0,
            facts: (0..facts.len() as u32).map(|n| (n, 1)).collect(),
            steps: Vec::new(),
            writes: FxHashSet::default(),
        };
        Contents { facts: facts.iter().map(fact).collect(), traces: vec![trace], envs: Vec::new() }
    }

    fn folded(facts: &[(Ask, &str, Answer)], missing: &[&str]) -> (Vec<String>, Vec<(u32, u8)>) {
        let mut contents = contents(facts);
        contents.fold_missing(|path| {
            missing.iter().any(|m| path == *m || path.starts_with(format!("{m}/").as_bytes()))
        });
        let paths = contents.facts.iter().map(|(path, fact)| format!("{:?} {path}", fact.ask)).collect();
        (paths, contents.traces.remove(0).facts)
    }

    const NO: Answer = Answer::Failed(2);

    #[test]
    fn a_time_that_changed_meanwhile_drops_only_those_that_used_it() {
        let at = |mtime_ns| {
            let meta =
                Meta { mtime_ns, ctime_ns: 1, size: 1, mode: 0o040_755, dev: 1, ino: 2, rdev: 0, uid: 0 };
            Seen { used: used::THERE | used::TIME, answer: Answer::Meta(meta), contents: None, young: false }
        };
        let mut new = New::default();
        let early = new.fact(Ask::Stat, "/d".into(), &at(5));
        let late = new.fact(Ask::Stat, "/d".into(), &at(6));
        let uses = [(early, used::THERE), (early, used::THERE | used::TIME), (late, used::TIME)];
        for (key, used) in uses.into_iter().enumerate() {
            let (key, facts) = (key as u128, vec![used]);
            let (steps, writes) = (Vec::new(), FxHashSet::default());
            new.traces.push(Trace { key, top: true, status: 0, run: 1, facts, steps, writes });
        }
        let (contents, dropped) = Merge::new(new, None, 1, &[], &|_| None).contents();
        assert_eq!(contents.traces.iter().map(|trace| trace.key).collect::<Vec<_>>(), [0, 2]);
        assert_eq!(dropped, ["/d changed after it was looked at (Stat 5)"]);
    }

    #[test]
    fn what_is_not_in_a_missing_directory_is_one_fact() {
        let facts = [
            (Ask::Lstat, "/d/RCS/a", NO),
            (Ask::Stat, "/d/a", Answer::There),
            (Ask::Stat, "/d/RCS/x/b", NO),
            (Ask::Lstat, "/d/RCS", NO),
            (Ask::Lstat, "/e/b", NO),
        ];
        let (paths, uses) = folded(&facts, &["/d/RCS"]);
        assert_eq!(paths, ["Stat /d/a", "Lstat /d/RCS", "Lstat /e/b"]);
        assert_eq!(uses, [(0, 1), (1, 1), (2, 1)]);
        let (paths, _) = folded(&facts[..3], &["/d/RCS"]);
        assert_eq!(paths, ["Stat /d/a", "Lstat /d/RCS"]);
    }

    #[test]
    fn a_directory_that_was_seen_there_does_not_stand_for_what_it_lacked() {
        let facts = [(Ask::Lstat, "/d/RCS/a", NO), (Ask::Lstat, "/d/RCS", Answer::There)];
        assert_eq!(folded(&facts, &["/d/RCS"]).0, ["Lstat /d/RCS/a", "Lstat /d/RCS"]);
    }
}
