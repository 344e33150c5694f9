//! What ran in a build, when, and what waited for what: what `--profile` draws and `--last` remembers.
//!
//! A [`Tally`] listens to a build. Afterwards it has every command ([`Ran`]: target, place, text, directory of its make, when,
//! how it ended, the row it is drawn in, which command of its recipe it was), every make that was evaluated ([`Evaluated`]: when,
//! and how long it read makefiles before it made anything) and every one that was given from recall ([`Given`]). From these
//! [`Tally::targets`] sums up recipes, [`Tally::critical_path`] gives the chain of work, each piece needed by the next, that
//! took longest, and [`Tally::directories`] the time by directory; these three are values that serde writes and reads.
//!
//! **The critical path** is found while the build runs: when a target's prerequisites are done with, the longest chain that leads
//! to them is known, and so is that of every command when it starts. What a command waits for:
//!
//! - the commands before it in its recipe, and the prerequisites of its target that were made in this build, by whichever make: a
//!   file has one name in all of them;
//! - its make: that it has read its makefiles and brought them up to date. And with it all that the command waited for which
//!   started the make;
//! - a command that starts makes ends when all that these did has ended, and its own share is the time when none of them ran.
//!
//! Waiting for a free job is in no chain, so no number of jobs makes a build shorter than its critical path.

use std::time::Duration;

use rkbuild_base::{BString, ByteSlice, FxMap};
use rkbuild_engine::graph::observer::{Considered, Make};
use rkbuild_host::Exit;
use serde::{Deserialize, Serialize};

use crate::explain::paths;
use crate::hub::{Command, Event, Listener};

/// Work that is in a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work {
    /// A command, by its place in `ran`.
    Command(usize),
    /// A make reads its makefiles: its place in `evaluated`.
    Reading(usize),
}

/// A chain of work, by its last piece.
#[derive(Clone, Copy, Debug, Default)]
struct Chain {
    /// How long all of it took.
    time: Duration,
    last: Option<Work>,
}

impl Chain {
    fn longer(self, other: Chain) -> Chain {
        if other.time > self.time || self.last.is_none() { other } else { self }
    }

    fn then(self, work: Work, took: Duration) -> Chain {
        Chain { time: self.time + took, last: Some(work) }
    }
}

/// A command that ran.
#[derive(Clone, Debug)]
pub struct Ran {
    /// What, where and why.
    pub command: Command,
    /// The absolute path of its target.
    pub path: BString,
    /// How many commands of its recipe ran before it.
    pub position: usize,
    /// When it started.
    pub begin: Duration,
    /// When it ended; for one that had not, the end of the build.
    pub end: Duration,
    /// How; `None` where it had not ended.
    pub exit: Option<Exit>,
    /// The row it is drawn in: nothing else in that row ran at the same time. `None` where it started makes.
    pub row: Option<usize>,
    /// How long makes ran that it started.
    below: Duration,
    /// What it waited for, and what those makes did.
    before: Chain,
}

impl Ran {
    /// How long it took, without the makes it started; no time where it does nothing but start them.
    pub fn took(&self) -> Duration {
        if self.command.makes {
            return Duration::ZERO;
        }
        self.end.saturating_sub(self.begin).saturating_sub(self.below)
    }

    /// How it ended.
    pub fn outcome(&self) -> Outcome {
        match self.exit {
            Some(Exit::Code(0)) => Outcome::Done,
            Some(Exit::Code(status)) => Outcome::Failed(status),
            Some(Exit::Signal { signal, .. }) => Outcome::Killed(signal),
            None => Outcome::Unfinished,
        }
    }
}

/// A make that was evaluated.
#[derive(Clone, Debug)]
pub struct Evaluated {
    /// The command that started it, by its place in [`Tally::ran`].
    pub above: Option<usize>,
    /// Its arguments, the program's own name first.
    pub argv: Vec<BString>,
    /// Its working directory, before `-C`.
    pub dir: BString,
    /// When it started.
    pub begin: Duration,
    /// When it first made something, or ended: until then it read makefiles and looked at files.
    pub read: Duration,
    /// When it ended.
    pub end: Duration,
    /// Its exit status; `None` where it had not ended.
    pub status: Option<i32>,
    /// The row its reading is drawn in.
    pub row: usize,
    /// Nothing has been made yet.
    reading: bool,
    /// It brings its makefiles up to date.
    for_makefiles: bool,
    /// What it waited for itself.
    waited: Chain,
    /// What all that it makes waits for; what it will wait for when makefiles are up to date; the longest chain in it.
    before: Chain,
    remade: Chain,
    longest: Chain,
}

/// A make that was given from recall.
#[derive(Clone, Debug)]
pub struct Given {
    /// Its arguments, the program's own name first.
    pub argv: Vec<BString>,
    /// Its working directory, before `-C`.
    pub dir: BString,
    /// When.
    pub at: Duration,
}

/// How something ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Well.
    Done,
    /// With this status.
    Failed(i32),
    /// By this signal.
    Killed(i32),
    /// Not before the build did.
    Unfinished,
}

/// A target whose recipe ran, with all the commands of it that do more than start makes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its name, from the build's directory.
    pub name: String,
    /// The directory of the make that made it.
    pub directory: String,
    /// `file:line` of the first command.
    pub place: String,
    /// When the first command started, in microseconds.
    #[serde(with = "micros")]
    pub begin: Duration,
    /// When the last ended.
    #[serde(with = "micros")]
    pub end: Duration,
    /// How long they took together.
    #[serde(with = "micros")]
    pub took: Duration,
    /// How many.
    pub commands: usize,
    /// How the last one ended.
    pub outcome: Outcome,
    /// It is on the critical path.
    pub critical: bool,
    /// The commands, by their place in [`Tally::ran`]; not written.
    #[serde(skip)]
    pub parts: Vec<usize>,
}

/// A piece of the critical path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The target, or the goals of a make that read its makefiles.
    pub name: String,
    /// A make read its makefiles.
    pub reading: bool,
    /// When it began, in microseconds.
    #[serde(with = "micros")]
    pub begin: Duration,
    /// Its own share.
    #[serde(with = "micros")]
    pub took: Duration,
    /// The commands, by their place in [`Tally::ran`]; for a make its place in [`Tally::evaluated`].
    pub parts: Vec<usize>,
}

/// What the targets in a directory took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directory {
    /// Its name, from the build's directory; `.` for that one.
    pub name: String,
    /// How long all commands in it took together, in microseconds.
    #[serde(with = "micros")]
    pub took: Duration,
    /// How many targets.
    pub targets: usize,
}

/// Durations as microseconds.
mod micros {
    use super::{Deserialize, Duration};

    pub fn serialize<S: serde::Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(u64::try_from(time.as_micros()).unwrap_or(u64::MAX))
    }

    pub fn deserialize<'d, D: serde::Deserializer<'d>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_micros)
    }
}

/// What ran.
#[derive(Default)]
pub struct Tally {
    /// Commands, in the order they started.
    pub ran: Vec<Ran>,
    /// Makes that were evaluated, in the order they started.
    pub evaluated: Vec<Evaluated>,
    /// Makes that were given.
    pub given: Vec<Given>,
    /// How long the build took.
    pub took: Duration,
    /// Its exit status.
    pub status: i32,
    /// Where commands under way are in `ran`, and makes in `evaluated`, by their numbers.
    running: FxMap<u64, usize>,
    makes: FxMap<u64, usize>,
    /// Rows in use.
    busy: Vec<bool>,
    /// The longest chain to each target, and how many commands of it ran.
    done: FxMap<BString, (Chain, usize)>,
    /// Targets that the recipe of another makes.
    peers: FxMap<BString, BString>,
}

impl Tally {
    fn take_row(&mut self) -> usize {
        let row = self.busy.iter().position(|busy| !busy).unwrap_or(self.busy.len());
        match self.busy.get_mut(row) {
            Some(busy) => *busy = true,
            None => self.busy.push(true),
        }
        row
    }

    fn free_row(&mut self, row: Option<usize>) {
        if let Some(busy) = row.and_then(|row| self.busy.get_mut(row)) {
            *busy = false;
        }
    }

    fn chain_to(&self, key: &BString) -> Chain {
        let key = self.peers.get(key).unwrap_or(key);
        self.done.get(key).map(|(chain, _)| *chain).unwrap_or_default()
    }

    fn make(&mut self, id: u64) -> Option<&mut Evaluated> {
        self.makes.get(&id).and_then(|at| self.evaluated.get_mut(*at))
    }

    fn make_started(&mut self, at: Duration, id: u64, make: &Make<'_>) {
        let above = self.running.get(&make.above).copied();
        let row = above.and_then(|above| self.ran.get_mut(above)).and_then(|ran| ran.row.take());
        self.free_row(row);
        let before = above.and_then(|above| self.ran.get(above)).map(|ran| ran.before).unwrap_or_default();
        let row = self.take_row();
        self.makes.insert(id, self.evaluated.len());
        self.evaluated.push(Evaluated {
            above,
            argv: make.argv.to_vec(),
            dir: make.dir.path().to_owned(),
            begin: at,
            read: at,
            end: at,
            status: None,
            row,
            reading: true,
            for_makefiles: false,
            waited: before,
            before,
            remade: before,
            longest: before,
        });
    }

    /// A make has read what it reads before it makes anything.
    fn has_read(&mut self, at: Duration, id: u64) {
        let Some(index) = self.makes.get(&id).copied() else { return };
        let Some(make) = self.evaluated.get_mut(index).filter(|make| make.reading) else { return };
        (make.reading, make.read) = (false, at);
        let chain = make.before.then(Work::Reading(index), at.saturating_sub(make.begin));
        (make.before, make.remade, make.longest) = (chain, chain, chain);
        let row = make.row;
        self.free_row(Some(row));
    }

    fn make_ended(&mut self, at: Duration, id: u64, status: i32) {
        self.has_read(at, id);
        let Some(make) = self.make(id) else { return };
        (make.end, make.status) = (at, Some(status));
        let (above, longest, took) = (make.above, make.longest, at.saturating_sub(make.begin));
        if let Some(ran) = above.and_then(|above| self.ran.get_mut(above)) {
            ran.before = ran.before.longer(longest);
            ran.below += took;
        }
    }

    fn considered(&mut self, at: Duration, target: &Considered<'_>) {
        if !target.remade {
            return;
        }
        // FORCE and its like are nothing to be made.
        if !target.place.is_empty() {
            self.has_read(at, target.make);
        }
        if let Some(make) = self.make(target.make) {
            make.for_makefiles = target.for_makefiles;
            if !make.for_makefiles {
                make.before = make.before.longer(make.remade);
            }
        }
        let dir = target.dir.path();
        let key_of = |name, phony| paths::key(target.make, dir, name, phony);
        // Before the first command nothing has a chain.
        let chain = if self.done.is_empty() {
            Chain::default()
        } else {
            let needs = target.prerequisites.iter().map(|p| key_of(p.name, p.phony));
            let own = self.chain_to(&key_of(target.target, target.phony));
            needs.fold(own, |chain, need| chain.longer(self.chain_to(&need)))
        };
        // Of a target that waited for no command nothing is to be known, but that it is phony: there may be many.
        let kept = target.phony || chain.last.is_some();
        if !kept && target.grouped.is_empty() {
            return;
        }
        let key = key_of(target.target, target.phony);
        for peer in &target.grouped {
            let peer = paths::absolute(dir, peer);
            if peer != key {
                self.peers.insert(peer, key.clone());
            }
        }
        if kept {
            self.done.entry(key).or_default().0 = chain;
        }
    }

    /// The name of a command's target in the whole build: the phony one of its make, or else the file.
    fn key_of(&self, command: &Command) -> BString {
        let phony = paths::key(command.make, &command.dir, &command.target, true);
        match self.done.contains_key(&phony) {
            true => phony,
            false => paths::absolute(&command.dir, &command.target),
        }
    }

    fn command_started(&mut self, at: Duration, command: &Command) {
        self.has_read(at, command.make);
        let key = self.key_of(command);
        let own = self.make(command.make).map(|make| make.before).unwrap_or_default();
        let before = own.longer(self.chain_to(&key));
        let count = &mut self.done.entry(key).or_default().1;
        let position = *count;
        *count += 1;
        let row = if command.makes { None } else { Some(self.take_row()) };
        self.running.insert(command.id, self.ran.len());
        self.ran.push(Ran {
            path: paths::absolute(&command.dir, &command.target),
            command: command.clone(),
            position,
            begin: at,
            end: at,
            exit: None,
            row,
            below: Duration::ZERO,
            before,
        });
    }

    /// A command that runs.
    pub fn running(&self, id: u64) -> Option<&Command> {
        self.ran.get(*self.running.get(&id)?).map(|ran| &ran.command)
    }

    /// Whether the target of a command is phony.
    pub fn is_phony(&self, command: &Command) -> bool {
        self.done.contains_key(&paths::key(command.make, &command.dir, &command.target, true))
    }

    fn command_ended(&mut self, at: Duration, id: u64, exit: Option<Exit>) {
        let Some(index) = self.running.remove(&id) else { return };
        let Some(ran) = self.ran.get_mut(index) else { return };
        (ran.end, ran.exit) = (at, exit);
        // One that only starts makes is no work itself.
        let chain = match ran.command.makes {
            true => ran.before,
            false => ran.before.then(Work::Command(index), ran.took()),
        };
        let row = ran.row;
        let make = ran.command.make;
        self.free_row(row);
        if let Some(ran) = self.ran.get(index) {
            let key = self.key_of(&ran.command);
            self.done.entry(key).or_default().0 = chain;
        }
        if let Some(make) = self.make(make) {
            make.longest = make.longest.longer(chain);
            if make.for_makefiles {
                make.remade = make.remade.longer(chain);
            }
        }
    }

    /// How many rows there are: what ran at once at most.
    pub fn rows(&self) -> usize {
        self.busy.len()
    }

    /// The chain of work, each piece needed by the next, that took longest, in order. Commands of a recipe that follow each
    /// other are one step; what took no time is left out.
    pub fn critical_path(&self, top: &[u8]) -> Vec<Step> {
        let longest = self.evaluated.iter().map(|make| make.longest);
        let mut next = longest.fold(Chain::default(), Chain::longer).last;
        let mut steps: Vec<Step> = Vec::new();
        let mut later: Option<&Ran> = None;
        while let Some(work) = next {
            match work {
                Work::Reading(index) => {
                    let Some(make) = self.evaluated.get(index) else { break };
                    let (name, took) = (make.name(), make.read.saturating_sub(make.begin));
                    if !took.is_zero() {
                        steps.push(Step { name, reading: true, begin: make.begin, took, parts: vec![index] });
                    }
                    (next, later) = (make.waited.last, None);
                }
                Work::Command(index) => {
                    let Some(ran) = self.ran.get(index) else { break };
                    next = ran.before.last;
                    if ran.took().is_zero() {
                        continue;
                    }
                    let same = later.is_some_and(|later| {
                        (later.command.make, &later.path) == (ran.command.make, &ran.path)
                    });
                    match steps.last_mut().filter(|_| same) {
                        Some(step) => {
                            step.begin = ran.begin;
                            step.took += ran.took();
                            step.parts.insert(0, index);
                        }
                        None => steps.push(Step {
                            name: paths::shown(top, &ran.path),
                            reading: false,
                            begin: ran.begin,
                            took: ran.took(),
                            parts: vec![index],
                        }),
                    }
                    later = Some(ran);
                }
            }
        }
        steps.reverse();
        steps
    }

    /// The targets whose recipes ran commands that do more than start makes, in the order they were begun.
    pub fn targets(&self, top: &[u8]) -> Vec<Target> {
        let mut at: FxMap<(u64, &[u8]), usize> = FxMap::default();
        let mut targets: Vec<Target> = Vec::new();
        let mut critical = vec![false; self.ran.len()];
        for part in self.critical_path(top).iter().filter(|step| !step.reading).flat_map(|step| &step.parts) {
            if let Some(critical) = critical.get_mut(*part) {
                *critical = true;
            }
        }
        let works = self.ran.iter().zip(critical).enumerate().filter(|(_, (ran, _))| !ran.command.makes);
        for (part, (ran, critical)) in works {
            let index = *at.entry((ran.command.make, &ran.path)).or_insert(targets.len());
            match targets.get_mut(index) {
                Some(target) => {
                    target.end = target.end.max(ran.end);
                    target.took += ran.took();
                    target.commands += 1;
                    target.parts.push(part);
                    target.outcome = ran.outcome();
                    target.critical |= critical;
                }
                None => targets.push(Target {
                    name: paths::shown(top, &ran.path),
                    directory: ran.command.dir.to_str_lossy().into_owned(),
                    place: ran.command.place.to_str_lossy().into_owned(),
                    begin: ran.begin,
                    end: ran.end,
                    took: ran.took(),
                    commands: 1,
                    outcome: ran.outcome(),
                    critical,
                    parts: vec![part],
                }),
            }
        }
        targets
    }

    /// The directories of the targets, the one that took longest first.
    pub fn directories(&self, top: &[u8]) -> Vec<Directory> {
        let mut at: FxMap<String, usize> = FxMap::default();
        let mut directories: Vec<Directory> = Vec::new();
        for target in self.targets(top) {
            let name = directory_of(&target.name);
            let index = *at.entry(name.to_string()).or_insert(directories.len());
            match directories.get_mut(index) {
                Some(directory) => {
                    directory.took += target.took;
                    directory.targets += 1;
                }
                None => directories.push(Directory { name: name.to_string(), took: target.took, targets: 1 }),
            }
        }
        directories.sort_by_key(|directory| std::cmp::Reverse(directory.took));
        directories
    }
}

/// The directory in a target's name; `.` where there is none.
pub fn directory_of(name: &str) -> &str {
    name.rsplit_once('/').map_or(".", |(directory, _)| directory)
}

impl Evaluated {
    /// What it is called.
    pub fn name(&self) -> String {
        name_of(&self.argv)
    }
}

impl Given {
    /// What it is called.
    pub fn name(&self) -> String {
        name_of(&self.argv)
    }
}

/// What a make is called: the name of its makefile, goals and variables, without options that say nothing of what it makes.
fn name_of(argv: &[BString]) -> String {
    let mut name = String::from("make");
    let mut put = |word: &[u8]| {
        name.push(' ');
        name.push_str(&word.to_str_lossy());
    };
    let mut words = argv.iter().skip(1);
    while let Some(word) = words.next() {
        match word.as_slice() {
            b"-f" | b"-C" => {
                put(word);
                let of = words.next().map(|of| of.as_slice()).unwrap_or_default();
                put(if word == "-f" { of.rsplit(|c| *c == b'/').next().unwrap_or(of) } else { of });
            }
            [b'-', ..] => {}
            word => put(word),
        }
    }
    name
}

impl Listener for Tally {
    fn event(&mut self, at: Duration, event: &Event<'_>) {
        match event {
            Event::MakeStarted { id, make } => self.make_started(at, *id, make),
            Event::MakeEnded { id, status } => self.make_ended(at, *id, *status),
            Event::MakeGiven { make, .. } => {
                self.given.push(Given { argv: make.argv.to_vec(), dir: make.dir.path().to_owned(), at });
            }
            Event::Considered(target) => self.considered(at, target),
            Event::CommandStarted(command) => self.command_started(at, command),
            Event::CommandFailed { .. } => {}
            Event::CommandEnded { id, exit } => self.command_ended(at, *id, Some(*exit)),
        }
    }

    fn end(&mut self, at: Duration, status: i32) {
        (self.took, self.status) = (at, status);
        // What is still under way, the innermost first: commands and makes whose end nobody saw.
        let mut open: Vec<u64> = self.running.keys().copied().collect();
        open.sort_unstable_by_key(|id| std::cmp::Reverse(*id));
        for id in open {
            self.command_ended(at, id, None);
        }
        for make in self.evaluated.iter_mut().filter(|make| make.status.is_none()) {
            make.end = at;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rkbuild_engine::graph::observer::{Age, Prerequisite};
    use rkbuild_host::Dir;

    use super::*;

    /// Tells a tally of a build, with times in milliseconds.
    struct Play {
        tally: Tally,
        dir: Arc<Dir>,
    }

    impl Play {
        fn new() -> Play {
            Play { tally: Tally::default(), dir: Dir::root().unwrap() }
        }

        fn tell(&mut self, at: u64, event: &Event<'_>) {
            self.tally.event(Duration::from_millis(at), event);
        }

        fn make(&mut self, at: u64, id: u64, above: u64) {
            let argv = ["make".into(), "-s".into(), format!("obj={id}").into()];
            let dir = self.dir.clone();
            self.tell(at, &Event::MakeStarted { id, make: &Make { above, argv: &argv, dir: &dir } });
        }

        fn made(&mut self, at: u64, id: u64) {
            self.tell(at, &Event::MakeEnded { id, status: 0 });
        }

        /// A target that is remade; phony ones begin with `.`.
        fn target(&mut self, at: u64, make: u64, target: &'static str, needs: &[&'static str]) {
            self.considered(at, make, target, needs, &[], false);
        }

        fn considered(
            &mut self,
            at: u64,
            make: u64,
            target: &'static str,
            needs: &[&'static str],
            peers: &[&'static str],
            for_makefiles: bool,
        ) {
            let prerequisites = needs.iter().map(|name| Prerequisite {
                name: name.as_bytes(),
                order_only: false,
                phony: name.starts_with('.'),
                age: Age::Newer,
            });
            let dir = self.dir.clone();
            let considered = Considered {
                make,
                dir: &dir,
                target: target.as_bytes(),
                goal: false,
                for_makefiles,
                phony: target.starts_with('.'),
                missing: true,
                remade: true,
                always: false,
                endless: false,
                grouped: peers.iter().map(|peer| peer.as_bytes()).collect(),
                place: if target == "FORCE" { Vec::new() } else { b"Makefile:1".to_vec() },
                prerequisites: prerequisites.collect(),
            };
            self.tell(at, &Event::Considered(&considered));
        }

        fn command(&mut self, at: u64, make: u64, id: u64, target: &str, makes: bool) {
            let command = Command {
                id,
                make,
                target: target.into(),
                dir: "/".into(),
                place: format!("Makefile:{id}").into(),
                text: "cc".into(),
                makes,
                reason: None,
            };
            self.tell(at, &Event::CommandStarted(&command));
        }

        fn ended(&mut self, at: u64, id: u64, status: i32) {
            self.tell(at, &Event::CommandEnded { id, exit: Exit::Code(status) });
        }

        fn ran(&mut self, times: (u64, u64), make: u64, id: u64, target: &str) {
            self.command(times.0, make, id, target, false);
            self.ended(times.1, id, 0);
        }

        /// The critical path as names, each with its milliseconds.
        fn critical(&mut self) -> Vec<(String, u128)> {
            self.tally.end(Duration::from_millis(1000), 0);
            let steps = self.tally.critical_path(b"/");
            steps.into_iter().map(|step| (step.name, step.took.as_millis())).collect()
        }
    }

    fn path(steps: &[(&str, u128)]) -> Vec<(String, u128)> {
        steps.iter().map(|(name, took)| (name.to_string(), *took)).collect()
    }

    #[test]
    fn the_critical_path_is_the_longest_chain_of_prerequisites_and_not_what_ended_last() {
        let mut play = Play::new();
        play.make(0, 1, 0);
        play.target(10, 1, "a.o", &["a.c"]);
        play.command(10, 1, 1, "a.o", false);
        play.target(11, 1, "b.o", &["b.c"]);
        play.command(11, 1, 2, "b.o", false);
        play.ended(110, 1, 0);
        play.ended(311, 2, 0);
        play.target(311, 1, "lib.a", &["a.o", "b.o"]);
        play.ran((320, 340), 1, 3, "lib.a");
        // It waited for a job, for nothing else.
        play.target(341, 1, "c.o", &["c.c"]);
        play.ran((341, 500), 1, 4, "c.o");
        assert_eq!(play.critical(), path(&[("make obj=1", 10), ("b.o", 300), ("lib.a", 20)]));
    }

    #[test]
    fn it_goes_through_makes_in_both_directions() {
        let mut play = Play::new();
        play.make(0, 1, 0);
        play.target(10, 1, "conf.h", &[]);
        play.ran((10, 60), 1, 1, "conf.h");
        // What the make below makes waits for what the target waited for that started it.
        play.target(60, 1, ".dir", &["conf.h"]);
        play.command(60, 1, 2, ".dir", true);
        play.make(61, 2, 2);
        play.target(66, 2, "dir/a.o", &["dir/a.c"]);
        play.ran((70, 170), 2, 3, "dir/a.o");
        play.made(171, 2);
        play.ended(172, 2, 0);
        // A rule without a recipe stands for what was made below.
        play.target(173, 1, "dir/a.o", &[".dir"]);
        play.target(174, 1, "vmlinux", &["dir/a.o"]);
        play.ran((175, 205), 1, 4, "vmlinux");
        let expected =
            [("make obj=1", 10), ("conf.h", 50), ("make obj=2", 5), ("dir/a.o", 100), ("vmlinux", 30)];
        assert_eq!(play.critical(), path(&expected));
    }

    #[test]
    fn makes_of_one_recipe_follow_each_other() {
        let mut play = Play::new();
        play.make(0, 1, 0);
        play.target(0, 1, ".modules", &[]);
        for (make, target) in [(2, "m.mod.c"), (3, "m.ko")] {
            let at = make * 100;
            play.command(at, 1, make, ".modules", true);
            play.make(at, make, make);
            play.target(at, make, target, &[]);
            play.ran((at, at + 40), make, make + 10, target);
            play.made(at + 50, make);
            play.ended(at + 50, make, 0);
        }
        assert_eq!(play.critical(), path(&[("m.mod.c", 40), ("m.ko", 40)]));
    }

    #[test]
    fn a_make_reads_until_it_makes_something() {
        let mut play = Play::new();
        play.make(0, 1, 0);
        play.target(10, 1, "FORCE", &[]);
        play.target(30, 1, "a.o", &["FORCE"]);
        play.ran((35, 50), 1, 1, "a.o");
        play.made(51, 1);
        assert_eq!(play.critical(), path(&[("make obj=1", 30), ("a.o", 15)]));
        // One that makes nothing reads to its end.
        play.make(100, 2, 0);
        play.made(120, 2);
        let make = &play.tally.evaluated[1];
        assert_eq!((make.read, make.end, make.row), (make.end, Duration::from_millis(120), 0));
    }

    #[test]
    fn goals_wait_for_makefiles_that_are_made() {
        let mut play = Play::new();
        play.make(0, 1, 0);
        play.considered(5, 1, "auto.conf", &[], &[], true);
        play.ran((5, 45), 1, 1, "auto.conf");
        play.target(50, 1, "a.o", &["a.c"]);
        play.ran((50, 70), 1, 2, "a.o");
        assert_eq!(play.critical(), path(&[("make obj=1", 5), ("auto.conf", 40), ("a.o", 20)]));
    }

    #[test]
    fn what_the_recipe_of_another_makes_is_known_by_both_names() {
        let mut play = Play::new();
        play.make(0, 1, 0);
        play.considered(5, 1, "a.h", &[], &["a.c"], false);
        play.ran((5, 45), 1, 1, "a.h");
        play.target(50, 1, "a.o", &["a.c"]);
        play.ran((50, 70), 1, 2, "a.o");
        assert_eq!(play.critical(), path(&[("make obj=1", 5), ("a.h", 40), ("a.o", 20)]));
    }

    #[test]
    fn a_recipe_of_several_commands_is_one_target() {
        let mut play = Play::new();
        play.make(0, 1, 0);
        play.target(0, 1, "dir/a.o", &[]);
        play.ran((0, 30), 1, 1, "dir/a.o");
        play.command(30, 1, 2, "dir/a.o", false);
        play.ended(40, 2, 1);
        assert_eq!(play.critical(), path(&[("dir/a.o", 40)]));
        let targets = play.tally.targets(b"/");
        let [target] = targets.as_slice() else { panic!("{targets:?}") };
        assert_eq!((target.commands, target.took.as_millis(), target.end.as_millis()), (2, 40, 40));
        assert_eq!((target.outcome, target.critical), (Outcome::Failed(1), true));
        assert_eq!((target.directory.as_str(), target.place.as_str()), ("/", "Makefile:1"));
        assert_eq!(play.tally.ran[1].position, 1);
    }

    #[test]
    fn a_row_is_free_while_a_make_below_runs() {
        let mut play = Play::new();
        play.make(0, 1, 0);
        play.target(5, 1, ".dir", &[]);
        // Not only a make, which is not known before it starts.
        play.command(5, 1, 1, ".dir", false);
        play.make(25, 2, 1);
        play.target(30, 2, "a.o", &[]);
        play.ran((30, 60), 2, 2, "a.o");
        play.made(61, 2);
        play.ended(71, 1, 0);
        let took: Vec<_> = play.tally.ran.iter().map(|ran| (ran.row, ran.took().as_millis())).collect();
        assert_eq!(took, [(None, 30), (Some(0), 30)]);
        assert_eq!(play.tally.rows(), 1);
    }

    #[test]
    fn a_make_is_called_by_what_tells_it_from_others() {
        let argv =
            ["make", "-s", "-f", "/usr/src/linux/scripts/Makefile.build", "-j2", "obj=fs", "need-builtin=1"];
        let argv: Vec<BString> = argv.into_iter().map(BString::from).collect();
        assert_eq!(name_of(&argv), "make -f Makefile.build obj=fs need-builtin=1");
        assert_eq!(name_of(&["rkbuild".into(), "-C".into(), "/a/b".into()]), "make -C /a/b");
    }

    #[test]
    fn what_had_not_ended_ends_with_the_build() {
        let mut play = Play::new();
        play.make(0, 1, 0);
        play.target(100, 1, "a.o", &[]);
        play.command(100, 1, 1, "a.o", false);
        assert_eq!(play.critical(), path(&[("make obj=1", 100), ("a.o", 900)]));
        assert_eq!(play.tally.targets(b"/")[0].outcome, Outcome::Unfinished);
    }

    #[test]
    fn time_is_summed_up_by_directory_and_kept_as_json() {
        let mut play = Play::new();
        play.make(0, 1, 0);
        for (id, target) in [(1, "a.o"), (2, "d/e/b.o"), (3, "d/e/c.o")] {
            play.ran((id * 10, id * 10 + id), 1, id, target);
        }
        let directories = play.tally.directories(b"/");
        let seen: Vec<_> =
            directories.iter().map(|d| (d.name.as_str(), d.took.as_millis(), d.targets)).collect();
        assert_eq!(seen, [("d/e", 5, 2), (".", 1, 1)]);
        let text = serde_json::to_string(&directories[0]).unwrap();
        assert_eq!(text, r#"{"name":"d/e","took":5000,"targets":2}"#);
        assert_eq!(serde_json::from_str::<Directory>(&text).unwrap(), directories[0]);
        // Where the commands are is of use to this process alone.
        let mut targets = play.tally.targets(b"/");
        targets.iter_mut().for_each(|target| target.parts.clear());
        let text = serde_json::to_string(&targets).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Target>>(&text).unwrap(), targets);
    }
}
