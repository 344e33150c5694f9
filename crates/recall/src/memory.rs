//! What is remembered in one process: the store of the tree, what of it holds, and what is new.

use std::io::ErrorKind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use bstr::{BStr, BString, ByteSlice};
use rkbuild_engine::jobs::invocation::Invocation;
use rkbuild_engine::jobs::recall::{Again, Asked, Library, Proof as StillHolds, Recall, Recalled};
use rkbuild_host::env::VOLATILE;
use rkbuild_host::eyes::{self, Answer, Ask, Seen, State, used};
use rkbuild_host::{Count, Dir, Env, Eyes, Host, Listing};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::apart::Apart;
use crate::command::{self, Class, Known};
use crate::contents::Files;
use crate::elsewhere::Elsewhere;
use crate::fact::{Fact, listed};
use crate::habit::{self, Habit, Habits};
use crate::key;
use crate::look::{Looking, Looks};
use crate::merge::{Merge, New};
use crate::place::Place;
use crate::records::Records;
use crate::run::{self, How};
use crate::store::{Proof, Store};
use crate::trace::{Step, Trace};

/// How many bytes all stores may have together, unless `RKBUILD_CACHE_SIZE` says otherwise.
const MOST_BYTES: u64 = 512 << 20;

/// How many reasons for not keeping a session are told apart.
const MOST_REASONS: usize = 1000;

/// What is done with what is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Of commands of `$(shell)` and of records alone: what is known of them is given, sessions are evaluated.
    Probes,
    /// It is given.
    On,
    /// All is evaluated, and where recall would have spoken differently is told.
    Verify,
}

/// How a build is to be remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub mode: Mode,
    /// Whether somebody said so. A home may be the very directory that is built: it stays as it is unless somebody did.
    pub asked_for: bool,
}

/// What came of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// It was given, or could have been: a trace of the store.
    Given(u32),
    /// It was evaluated, and is remembered: a new trace.
    New(u32),
    /// It can't be given again.
    Lost,
}

/// Commands whose outcome is known, of all trees.
struct Commands {
    place: Place,
    /// The file, read when it is first needed.
    store: OnceLock<Option<(Store, Looks)>>,
    new: Mutex<New>,
    /// Those that were learned in this run, by their second key.
    learned: Mutex<FxHashMap<u128, Arc<Known>>>,
    /// The names of variables that tell commands apart, by their first key.
    names: Mutex<FxHashMap<u128, Arc<Vec<BString>>>>,
    /// Traces of the file that were used.
    used: Mutex<Vec<u32>>,
    /// Those that turned out not to be pure in this run, by their first key. With [`Mode::Probes`] they need not be watched again.
    others: Mutex<FxHashSet<u128>>,
    /// Those that need not be watched again in any mode.
    habits: Habits,
}

impl Commands {
    fn new(place: Place) -> Commands {
        Commands {
            place,
            store: OnceLock::new(),
            new: Mutex::default(),
            learned: Mutex::default(),
            names: Mutex::default(),
            used: Mutex::default(),
            others: Mutex::default(),
            habits: Habits::default(),
        }
    }
}

/// The second key of a command: the first, and the variables it looks at. A name with `*` at its end stands for all that begin
/// so, those included that were not set when the command was learned.
fn second_key(first: u128, variables: &[BString], env: &Env) -> u128 {
    let mut hasher = key::Hasher::new();
    hasher.number(first as u64);
    hasher.number((first >> 64) as u64);
    for name in variables {
        hasher.text(name);
        let start = name.strip_suffix(b"*");
        let counts = |other: &BStr| match start {
            Some(start) => other.starts_with(start) && !VOLATILE.contains(&other.as_bytes()),
            None => other == name,
        };
        for (name, value) in env.iter().filter(|(name, _)| counts(name.as_bstr())) {
            hasher.text(name);
            hasher.normalised(value);
        }
        hasher.number(u64::MAX);
    }
    hasher.finish()
}

/// Counts of one run.
#[derive(Clone, Debug, Default)]
pub struct Stats {
    /// Sessions that were evaluated.
    pub evaluated: u64,
    /// Sessions that were given, those below them left out.
    pub given: u64,
    /// Facts in the store.
    pub facts: u64,
    /// Names of the first facts that had changed.
    pub changed: Vec<BString>,
    /// How many had changed.
    pub changed_count: u64,
    /// Why evaluated sessions are not remembered, and how many.
    pub lost: Vec<(String, u32)>,
    /// Commands that were given.
    pub commands_given: u64,
    /// Commands that were run under watch and need not be run again.
    pub commands_pure: u64,
    /// Commands that are run again, and compared.
    pub commands_repeatable: u64,
    /// Commands that do more than looking.
    pub commands_effective: u64,
    /// Records that were known without reading their files.
    pub records_known: u64,
    /// The size of the store that was read, in bytes.
    pub store: u64,
    /// Facts that were looked at, those that a directory's own attributes proved left out.
    pub looked: u64,
    /// How long each phase took, in nanoseconds, all threads together.
    pub phases: [(&'static str, u64); 4],
}

/// Time that went into what a memory does.
#[derive(Debug, Default)]
struct Phases {
    reading: Count,
    looking: Count,
    giving: Count,
    writing: Count,
}

/// Runs something and adds how long it took.
fn timed<T>(phase: &Count, work: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let done = work();
    phase.add(began.elapsed().as_nanos() as u64);
    done
}

/// What one process remembers.
pub struct Memory {
    pub(crate) host: Arc<Host>,
    pub(crate) root: Arc<Dir>,
    mode: Mode,
    machine: u128,
    place: Place,
    pub(crate) store: Option<(Store, Looks)>,
    /// The paths that steps of any trace of the store write; once it was asked for.
    pub(crate) all_written: OnceLock<FxHashSet<BString>>,
    next: AtomicU64,
    outcomes: Mutex<FxHashMap<u64, Outcome>>,
    new: Mutex<New>,
    commands: Commands,
    records: Arc<Records>,
    /// Programs of toolchains that are not the system's.
    pub(crate) elsewhere: Elsewhere,
    /// What is in the files that commands read.
    pub(crate) files: Files,
    pub(crate) apart: Apart,
    stats: Mutex<Stats>,
    /// In verify mode: what would have been given, by the session's number.
    expected: Mutex<FxHashMap<u64, u32>>,
    /// In verify mode: where recall would have spoken differently.
    differences: Mutex<Vec<String>>,
    phases: Phases,
    most: u64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Memory {
    /// What is remembered of the tree that a make called with `argv` in `dir` works on. `build` identifies this program.
    /// `None` where nothing can be remembered; nor does anything make a `~/.cache` for those who did not ask for recall.
    pub fn new(
        host: &Arc<Host>,
        env: &Env,
        dir: &Dir,
        argv: &[BString],
        build: u128,
        wanted: Wanted,
    ) -> Option<Arc<Memory>> {
        let mode = wanted.mode;
        if key::is_given_by_make(argv, env) {
            return None;
        }
        let root = Dir::root().ok()?;
        let host = host.unseen();
        let place = Place::new(env, key::of_tree(dir.path(), argv), wanted.asked_for)?;
        if !wanted.asked_for && !place.can_be_made(&root) {
            return None;
        }
        let machine = key::of_machine(build);
        let phases = Phases::default();
        let store = timed(&phases.reading, || {
            if mode == Mode::Probes {
                return None;
            }
            let store = Store::new(place.read(&host, &root)?, machine)?;
            let looks = Looks::new(&store);
            Some((store, looks))
        });
        let commands = Commands::new(place.of_commands());
        let records = Arc::new(Records::new(&host, &root, place.of_records(), machine));
        let most = env
            .get(b"RKBUILD_CACHE_SIZE")
            .and_then(|text| text.to_str().ok())
            .and_then(|text| text.parse().ok())
            .unwrap_or(MOST_BYTES);
        Some(Arc::new(Memory {
            host,
            root,
            mode,
            machine,
            place,
            store,
            all_written: OnceLock::new(),
            next: AtomicU64::new(1),
            outcomes: Mutex::default(),
            new: Mutex::default(),
            commands,
            records,
            elsewhere: Elsewhere::default(),
            files: Files::default(),
            apart: Apart::default(),
            stats: Mutex::default(),
            expected: Mutex::default(),
            differences: Mutex::default(),
            phases,
            most,
        }))
    }

    /// Forgets what is remembered of that tree.
    pub fn forget(host: &Arc<Host>, env: &Env, dir: &Dir, argv: &[BString]) {
        if let (Some(place), Ok(root)) = (Place::new(env, key::of_tree(dir.path(), argv), false), Dir::root())
        {
            place.forget(&host.unseen(), &root);
            place.of_records().forget(&host.unseen(), &root);
        }
    }

    /// Records that earlier runs read, unless everything is to be evaluated.
    pub fn library(&self) -> Option<Arc<dyn Library>> {
        (self.mode != Mode::Verify).then(|| self.records.clone() as Arc<dyn Library>)
    }

    /// Counts of this run so far.
    pub fn stats(&self) -> Stats {
        let mut stats = lock(&self.stats).clone();
        stats.lost = lock(&self.new).lost.clone();
        stats.facts = self.store.as_ref().map_or(0, |(store, _)| store.facts() as u64);
        stats.store = self.store.as_ref().map_or(0, |(store, _)| store.size() as u64);
        let commands = self.commands.store.get().and_then(|store| store.as_ref());
        stats.looked =
            [self.store.as_ref(), commands].iter().flatten().map(|(_, looks)| looks.looked.get()).sum();
        stats.records_known = self.records.known.get();
        stats.phases = [
            ("reading what is remembered", self.phases.reading.get()),
            ("looking", self.phases.looking.get()),
            ("giving", self.phases.giving.get()),
            ("writing what is new", self.phases.writing.get()),
        ];
        stats
    }

    /// In verify mode: where recall would have spoken differently.
    pub fn differences(&self) -> Vec<String> {
        lock(&self.differences).clone()
    }

    fn key(&self, invocation: &Invocation) -> u128 {
        key::of_session(invocation, &self.host)
    }

    /// The trace of a session that holds, it and all below it.
    fn holding(&self, invocation: &Invocation) -> Option<u32> {
        let (store, looks) = self.store.as_ref()?;
        let n = store.find(self.key(invocation))?;
        let mut changed = Vec::new();
        if timed(&self.phases.looking, || self.holds(store, looks, n, &mut changed)) {
            return Some(n);
        }
        let mut stats = lock(&self.stats);
        stats.changed_count += changed.len() as u64;
        for fact in changed {
            if stats.changed.len() < 10 {
                let path = of_file(store.path(fact));
                if !stats.changed.contains(&path) {
                    stats.changed.push(path);
                }
            }
        }
        None
    }

    fn holds(&self, store: &Store, looks: &Looks, n: u32, changed: &mut Vec<u32>) -> bool {
        let Some(entry) = store.entry(n) else { return false };
        let matters = |fact: u32| !self.written(store).contains(&store.path(fact));
        let at = Looking { store, host: &self.host, root: &self.root, matters: &matters };
        if let Some(closure) = store.closure(&entry) {
            return looks.hold_all(at, closure, changed) || self.keeps_order_below(store, n, changed);
        }
        let Some(traces) = store.with_below(n) else { return false };
        let all = traces.iter().flat_map(|trace| store.uses(trace));
        if looks.is_broken_still(at, all, changed) {
            return false;
        }
        traces.iter().all(|trace| {
            let mut own = Vec::new();
            let holds = looks.hold(at, store.uses(trace), &mut own) || self.keeps_order(store, trace, &own);
            if !holds {
                changed.append(&mut own);
            }
            holds
        })
    }

    /// Writes what is new. Called when the process's own make has ended.
    pub fn finish(&self) {
        timed(&self.phases.writing, || self.write());
    }

    fn write(&self) {
        self.records.write(self.most);
        self.finish_commands();
        let mut new = std::mem::take(&mut *lock(&self.new));
        lock(&self.new).lost = std::mem::take(&mut new.lost);
        if new.traces.is_empty() {
            if self.store.is_some() {
                self.place.touch(&self.host, &self.root);
            }
            return;
        }
        let old = self.store.as_ref().map(|(store, _)| store);
        let run = old.map_or(0, |store| store.run) + 1;
        let given: Vec<u32> = lock(&self.outcomes)
            .values()
            .filter_map(|outcome| match outcome {
                Outcome::Given(n) => Some(*n),
                _ => None,
            })
            .collect();
        let lost = std::mem::take(&mut lock(&self.new).lost);
        let renewed = |n: u32| {
            let (store, looks) = self.store.as_ref()?;
            let at = Looking { store, host: &self.host, root: &self.root, matters: &|_| true };
            looks.renewed(at, n)
        };
        let (mut contents, dropped) = Merge::new(new, old, run, &given, &renewed).contents();
        lock(&self.new).lost = lost;
        for why in dropped {
            self.reason(&why);
        }
        if contents.traces.is_empty() {
            return;
        }
        contents.fold_missing(|path| self.is_missing(path));
        let data = contents.bytes(
            self.machine,
            run,
            |dir, names| self.prove(old, dir, names),
            |path, fact| self.prove_listing(old, path, fact),
        );
        // A disk that is full or a home that can't be written: the next build is evaluated like this one.
        if data.len() as u64 <= self.most && self.place.write(&self.host, &self.root, &data).is_ok() {
            self.place.make_room(&self.host, &self.root, self.most - data.len() as u64);
        }
    }

    fn command_store(&self) -> Option<&(Store, Looks)> {
        let read = || {
            let data = self.commands.place.read(&self.host, &self.root)?;
            let store = Store::new(data, self.machine)?;
            let looks = Looks::new(&store);
            Some((store, looks))
        };
        self.commands.store.get_or_init(read).as_ref()
    }

    /// What is known of a command, if all it depends on is as it was.
    fn known_command(&self, first: u128, asked: &Asked<'_>) -> Option<Known> {
        let names = lock(&self.commands.names).get(&first).cloned();
        let names = match names {
            Some(names) => names,
            None => {
                let (store, _) = self.command_store()?;
                let entry = store.entry(store.find(first)?)?;
                let Some(Step::Variables(names)) = store.steps(&entry)?.pop() else { return None };
                Arc::new(names.into_iter().map(BString::from).collect())
            }
        };
        let second = second_key(first, &names, asked.env);
        let learned = lock(&self.commands.learned).get(&second).cloned();
        if let Some(known) = learned {
            return command::hold(&self.host, &self.root, &known.facts).then(|| (*known).clone());
        }
        let (store, looks) = self.command_store()?;
        let n = store.find(second)?;
        let entry = store.entry(n)?;
        let at = Looking { store, host: &self.host, root: &self.root, matters: &|_| true };
        if !looks.hold(at, store.uses(&entry), &mut Vec::new()) {
            return None;
        }
        let (mut writes, mut renews) = (Vec::new(), Vec::new());
        let mut output = None;
        for step in store.steps(&entry)? {
            match step {
                Step::Write { path, mode, contents } => writes.push((path.into(), mode, contents)),
                Step::Renew { path } => renews.push(path.into()),
                Step::Output(given) => output = Some(given.into()),
                _ => return None,
            }
        }
        let facts = store.uses(&entry).map(|(n, used)| {
            let (fact, path) = (store.fact(n)?, store.path(n));
            let (ask, mut seen) = (fact.ask, fact.seen(used));
            if looks.is_another(n) {
                self.renew(ask, &path, &mut seen);
            }
            Some((ask, path, seen))
        });
        let facts = facts.collect::<Option<Vec<_>>>()?;
        lock(&self.commands.used).push(n);
        Some(Known { variables: names.to_vec(), facts, writes, renews, output: output? })
    }

    /// Of a file that has the contents it had, but was written again: what it is now, as whoever looks at it next sees it.
    fn renew(&self, ask: Ask, path: &BString, seen: &mut Seen) {
        let now = self.host.look_unseen(ask, &self.root, path);
        if let (Answer::Meta(before), Ok(now)) = (&mut seen.answer, now) {
            *before = now;
            // Contents that nobody used were not compared: they may be others by now.
            seen.contents = seen.contents.filter(|_| seen.used & used::CONTENTS != 0);
            seen.young = eyes::is_young(before, self.host.now_ns());
        }
    }

    /// Remembers a command.
    fn learn_command(&self, first: u128, known: Known, env: &Env) {
        let names = known.variables.clone();
        let second = second_key(first, &names, env);
        let mut new = lock(&self.commands.new);
        let mut uses = Vec::with_capacity(known.facts.len());
        for (ask, path, seen) in &known.facts {
            uses.push((new.fact(*ask, path.clone(), seen), seen.used));
        }
        let mut steps: Vec<Step> = Vec::new();
        for (path, mode, contents) in &known.writes {
            steps.push(Step::Write { path: path.to_vec(), mode: *mode, contents: contents.clone() });
        }
        steps.extend(known.renews.iter().map(|path| Step::Renew { path: path.to_vec() }));
        steps.push(Step::Output(known.output.clone().into()));
        new.traces.push(Trace::of_command(second, uses, steps));
        let texts = names.iter().map(|name| name.to_vec()).collect();
        new.traces.push(Trace::of_command(first, Vec::new(), vec![Step::Variables(texts)]));
        drop(new);
        lock(&self.commands.names).insert(first, Arc::new(names));
        lock(&self.commands.learned).insert(second, Arc::new(known));
    }

    /// What is known of a command that is not pure, and need not be watched again.
    fn habit(&self, first: u128, asked: &Asked<'_>) -> Option<Habit> {
        let habits = &self.commands.habits;
        let key = habit::key_of_effective(first);
        let known = habits.get(key).or_else(|| habits.get(habit::key_of_repeatable(first, asked.env)));
        if known.is_some() {
            return known;
        }
        let (store, _) = self.command_store()?;
        let n = store.find(key)?;
        let Some(Step::Took(ms)) = store.steps(&store.entry(n)?)?.pop() else { return None };
        let habit = Habit::of_effective(Duration::from_millis(ms))?;
        lock(&self.commands.used).push(n);
        habits.set(key, habit);
        Some(habit)
    }

    /// Remembers how long a command took that does more than looking; `None` when it is to be watched the next time.
    fn learn_habit(&self, first: u128, took: Option<Duration>) {
        let key = habit::key_of_effective(first);
        let habit = took.and_then(Habit::of_effective);
        let ms = match habit {
            Some(Habit::Effective(took)) => took.as_millis() as u64,
            _ => 0,
        };
        let was_known = self.commands.habits.get(key).is_some();
        match habit {
            Some(habit) => self.commands.habits.set(key, habit),
            None => self.commands.habits.forget(key),
        }
        if habit.is_some() || was_known {
            lock(&self.commands.new).traces.push(Trace::of_command(key, Vec::new(), vec![Step::Took(ms)]));
        }
    }

    /// Runs a command as it is that need not be watched. `None` when nothing says so, or it did not start.
    fn run_by_habit(&self, first: u128, asked: &Asked<'_>) -> Option<Recalled> {
        let habit = self.habit(first, asked)?;
        let ran = match habit {
            // What it prints has to be kept, to be compared.
            Habit::Repeatable if run::shows_itself(asked) => return None,
            Habit::Effective(_) if !asked.captured => self.run_in_sight(asked, How::AsItIs)?,
            _ => self.run_command(asked, How::AsItIs)?,
        };
        let stats = |count: fn(&mut Stats) -> &mut u64| *count(&mut lock(&self.stats)) += 1;
        let cut_off = ran.cut_off();
        match habit {
            Habit::Repeatable => {
                stats(|stats| &mut stats.commands_repeatable);
                match cut_off {
                    None => self.note_repeatable(asked, &ran.output),
                    Some(why) => asked.eyes.effect(why),
                }
            }
            Habit::Effective(before) => {
                stats(|stats| &mut stats.commands_effective);
                let text = asked.argv.join(&b' ').to_str_lossy().into_owned();
                asked.eyes.effect(format!("it did more than looking before: {text}"));
                if cut_off.is_none() && habit::is_quicker(ran.took, before) {
                    self.learn_habit(first, None);
                }
            }
        }
        Some(Recalled { output: ran.output, proof: None })
    }

    fn finish_commands(&self) {
        let new = std::mem::take(&mut *lock(&self.commands.new));
        if new.traces.is_empty() {
            return;
        }
        let old = self.command_store().map(|(store, _)| store);
        let run = old.map_or(0, |store| store.run) + 1;
        let used = lock(&self.commands.used).clone();
        let (mut contents, _) = Merge::new(new, old, run, &used, &|_| None).contents();
        contents.fold_missing(|path| self.is_missing(path));
        let data = contents.bytes(
            self.machine,
            run,
            |dir, names| self.prove(old, dir, names),
            |path, fact| self.prove_listing(old, path, fact),
        );
        if data.len() as u64 <= self.most {
            // Where it can't be written the next build finds out again.
            let _ = self.commands.place.write(&self.host, &self.root, &data);
        }
    }

    fn is_missing(&self, path: &BStr) -> bool {
        let look = self.host.look_unseen(Ask::Lstat, &self.root, path);
        look.is_err_and(|error| error.kind() == ErrorKind::NotFound)
    }

    /// What proves that a directory has these names, or lacks them, as long as it stays the same; `None` where nothing does.
    fn prove(&self, old: Option<&Store>, dir: &BStr, names: &[(&BStr, bool)]) -> Option<Proof> {
        let known = old.and_then(|old| {
            let n = old.find_dir(dir)?;
            old.proof(n).filter(|_| old.says(n, names))
        });
        self.prove_now(known, dir, |listing| {
            names.iter().all(|(name, there)| listing.contains(name) == *there)
        })
    }

    /// What proves a fact about the listing of a directory as long as the directory stays the same; `None` where nothing does.
    fn prove_listing(&self, old: Option<&Store>, path: &BStr, fact: &Fact) -> Option<Proof> {
        let dir = listed(fact.ask, path);
        let known = old.and_then(|old| {
            let n = old.find_fact(path, fact.ask)?;
            old.listing_proof(n).filter(|_| old.fact(n).as_ref() == Some(fact))
        });
        self.prove_now(known, dir, |listing| fact.is_listing(path, listing))
    }

    /// The proof that was known of a directory, if that is still the same; else a new one, where its listing is as it was.
    fn prove_now(
        &self,
        known: Option<Proof>,
        dir: &BStr,
        is_as_it_was: impl Fn(&Listing) -> bool,
    ) -> Option<Proof> {
        if let Some(proof) = known
            && let Ok(now) = self.host.look_unseen(Ask::Stat, &self.root, dir)
            && Proof::of(&now) == proof
        {
            return Some(proof);
        }
        let now = self.host.now_ns();
        let (listing, meta) = self.host.names_now(&self.root, dir).ok()??;
        (is_as_it_was(&listing) && !eyes::is_young(&meta, now)).then(|| Proof::of(&meta))
    }

    fn lose(&self, number: u64, why: &str) {
        lock(&self.outcomes).insert(number, Outcome::Lost);
        self.reason(why);
    }

    fn reason(&self, why: &str) {
        let mut new = lock(&self.new);
        if let Some((_, count)) = new.lost.iter_mut().find(|(reason, _)| reason == why) {
            *count += 1;
        } else if new.lost.len() < MOST_REASONS {
            new.lost.push((why.to_string(), 1));
        }
    }

    /// Makes a trace of what a session saw and gave.
    fn keep(&self, invocation: &Invocation, state: State, status: i32) -> Result<(), String> {
        if let Some(why) = state.effect {
            return Err(why);
        }
        if let Some(path) = state.changes.first() {
            return Err(format!("{path} was changed"));
        }
        if status != 0 {
            return Err("it failed".into());
        }
        let mut new = lock(&self.new);
        let mut steps = Vec::with_capacity(state.steps.len());
        for step in state.steps {
            steps.push(self.step(&mut new, step)?);
        }
        let facts = new.uses(state.facts);
        let trace = Trace {
            key: self.key(invocation),
            top: invocation.own_process,
            status,
            run: 0,
            facts,
            steps,
            writes: state.repeated,
        };
        new.traces.push(trace);
        let n = new.traces.len() as u32 - 1;
        drop(new);
        lock(&self.outcomes).insert(invocation.number, Outcome::New(n));
        Ok(())
    }

    fn step(&self, new: &mut New, step: eyes::Step) -> Result<Step, String> {
        Ok(match step {
            eyes::Step::Print { err, bytes } => Step::Print { err, bytes },
            eyes::Step::Run { command, captured } => Step::Run { command: new.command(command), captured },
            eyes::Step::Ask { command, together, output } => {
                Step::Ask { command: new.command(command), together, output: output.into() }
            }
            eyes::Step::Write { path, mode, contents } => Step::Write { path: path.into(), mode, contents },
            eyes::Step::Renew { path } => Step::Renew { path: path.into() },
            eyes::Step::Together => Step::Together,
            eyes::Step::Apart { enter, leave } => Step::Apart { enter, leave },
            eyes::Step::Session(number) => Step::Session(self.below(number)?),
            eyes::Step::Within(number) => Step::Within(self.below(number)?),
        })
    }

    /// A session below, as steps of new traces name it: those of the store by their place, new ones after them.
    fn below(&self, number: u64) -> Result<u32, String> {
        let old = self.store.as_ref().map_or(0, |(store, _)| store.traces() as u32);
        match lock(&self.outcomes).get(&number) {
            Some(Outcome::Given(n)) => Ok(*n),
            Some(Outcome::New(n)) => Ok(old + n),
            Some(Outcome::Lost) | None => Err("a make below is not remembered".into()),
        }
    }

    /// Compares what a session gave with what would have been given.
    fn verify(&self, invocation: &Invocation, state: &State, status: i32) {
        let Some(n) = lock(&self.expected).remove(&invocation.number) else { return };
        let Some((store, _)) = &self.store else { return };
        let Some(entry) = store.entry(n) else { return };
        let name = invocation.argv.join(&b' ').to_str_lossy().into_owned();
        let say = |what: String| lock(&self.differences).push(format!("{name}: {what}"));
        if status != entry.status {
            return say(format!("exit status {status}, not {}", entry.status));
        }
        if let Some(why) = &state.effect {
            return say(format!("not only looking: {why}"));
        }
        if let Some(path) = state.changes.first() {
            return say(format!("{path} was changed"));
        }
        let steps = store.steps(&entry).unwrap_or_default();
        // Sessions below have been compared by themselves.
        let mut before: Vec<&Step> =
            steps.iter().filter(|step| !matches!(step, Step::Session(_) | Step::Within(_))).collect();
        let mut new = New::default();
        let mut now = Vec::new();
        for step in state.steps.clone() {
            if !matches!(step, eyes::Step::Session(_) | eyes::Step::Within(_)) {
                now.extend(self.step(&mut new, step));
            }
        }
        // Jobs that run side by side renew the times of directories in any order.
        let place = |step: &Step| if let Step::Renew { path } = step { Some(path.clone()) } else { None };
        before.sort_by_key(|step| place(step));
        now.sort_by_key(place);
        for (at, (was, is)) in before.iter().zip(&now).enumerate() {
            if !same_step(was, is) {
                return say(format!("step {at} would have been {was:?}, and is {is:?}"));
            }
        }
        if before.len() != now.len() {
            say(format!("{} steps, not {}", now.len(), before.len()));
        }
    }
}

/// The file a fact is about: of a list of options, without theirs.
fn of_file(mut path: BString) -> BString {
    let end = path.find_byte(0).unwrap_or(path.len());
    path.truncate(end);
    path
}

/// Environments have other numbers in other runs.
fn same_step(a: &Step, b: &Step) -> bool {
    match (a, b) {
        (Step::Run { command: a, .. }, Step::Run { command: b, .. })
        | (Step::Ask { command: a, .. }, Step::Ask { command: b, .. }) => {
            (&a.argv, &a.dir) == (&b.argv, &b.dir)
        }
        _ => a == b,
    }
}

impl Recall for Memory {
    fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    fn give(&self, again: &dyn Again, invocation: &Invocation) -> Option<i32> {
        let n = self.holding(invocation)?;
        if self.mode == Mode::Verify {
            lock(&self.expected).insert(invocation.number, n);
            return None;
        }
        let status = timed(&self.phases.giving, || self.give_trace(again, invocation, n))?;
        lock(&self.outcomes).insert(invocation.number, Outcome::Given(n));
        lock(&self.stats).given += 1;
        Some(status)
    }

    fn begin(&self, _: &Invocation) -> Option<Arc<Eyes>> {
        lock(&self.stats).evaluated += 1;
        (self.mode != Mode::Probes).then(Arc::default)
    }

    fn end(&self, invocation: &Invocation, eyes: &Eyes, status: i32) {
        let state = eyes.take();
        if self.mode == Mode::Verify {
            self.verify(invocation, &state, status);
        }
        if let Err(why) = self.keep(invocation, state, status) {
            self.lose(invocation.number, &why);
        }
    }

    fn command(&self, asked: &Asked<'_>) -> Option<Recalled> {
        let key = command::key(asked);
        let in_sight = run::shows_itself(asked);
        let probes = self.mode == Mode::Probes;
        if probes && (!asked.captured || lock(&self.commands.others).contains(&key)) {
            return None;
        }
        if self.mode != Mode::Verify
            && !in_sight
            && let Some(known) = self.known_command(key, asked)
            && self.note(asked, &known, true).is_ok()
        {
            lock(&self.stats).commands_given += 1;
            run::print(asked, &known.output);
            return Some(self.given(asked, known));
        }
        if self.mode == Mode::On
            && let Some(recalled) = self.run_by_habit(key, asked)
        {
            return Some(recalled);
        }
        let ran = self.run_watched(asked)?;
        let class = self.class_of(asked, &ran);
        if probes && !matches!(class, Class::Pure(_)) {
            lock(&self.commands.others).insert(key);
        }
        let mut stats = lock(&self.stats);
        match class {
            Class::Pure(known) => {
                stats.commands_pure += 1;
                drop(stats);
                if in_sight {
                    self.note_in_sight(asked, &known);
                } else {
                    // Its files are written already.
                    let _ = self.note(asked, &known, false);
                    self.learn_command(key, known, asked.env);
                }
            }
            Class::Repeatable(why) if !in_sight => {
                stats.commands_repeatable += 1;
                drop(stats);
                self.reason(&format!("asked again: {why}"));
                self.note_repeatable(asked, &ran.output);
                self.commands.habits.set(habit::key_of_repeatable(key, asked.env), Habit::Repeatable);
            }
            Class::Effective(why) | Class::Repeatable(why) => {
                stats.commands_effective += 1;
                drop(stats);
                let text = asked.argv.join(&b' ').to_str_lossy().into_owned();
                asked.eyes.effect(format!("{why}: {text}"));
                if ran.cut_off().is_none() {
                    self.learn_habit(key, Some(ran.took));
                }
            }
        }
        Some(Recalled { output: ran.output, proof: None })
    }

    fn proof(&self, looks: Vec<(Ask, BString, Seen)>) -> Arc<dyn StillHolds> {
        self.proof_of(looks)
    }
}
