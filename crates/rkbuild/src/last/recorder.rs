//! Watches a build for its record.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use rkbuild_base::{BString, FxMap, FxSet};
use rkbuild_host::{Dir, Exit, Host};

use crate::command_text::{again, first_error, without_wrapping, word_of};
use crate::explain::paths;
use crate::hub::{Event, Listener};
use crate::last::record::{Failure, Made, Piece, Record};
use crate::last::store::Store;
use crate::tally::{Outcome, Ran, Tally, Target};

/// How many targets, failures and names of makes a record has at most.
const MOST_MADE: usize = 20_000;
const MOST_FAILURES: usize = 20;
const MOST_GIVEN: usize = 20;
const MOST_PIECES: usize = 2_000;
/// How long a line to repeat a command may be.
const LONGEST: usize = 64 << 10;
/// How long an error may be.
const LONGEST_ERROR: usize = 1000;

/// A command that took this long is work, whatever it changed.
const LONG: Duration = Duration::from_secs(1);

/// How far the time of a file may lie behind the clock, in nanoseconds: the system's clock of files ticks.
const GRAIN: i64 = 20_000_000;

/// What a build is remembered by.
pub struct Recorder {
    host: Arc<Host>,
    store: Store,
    top: BString,
    argv: Vec<BString>,
    began_ns: i64,
    tally: Tally,
    /// The first errors of commands that failed, by their numbers.
    errors: FxMap<u64, Vec<u8>>,
    /// Commands with nothing in them.
    idle: FxSet<u64>,
    /// Commands that ended well, after which there was no file called as their target.
    missing: FxSet<u64>,
    /// Where those files are looked for, once there is one to look for.
    root: Option<Arc<Dir>>,
}

impl Recorder {
    /// For the build that `argv` starts in `dir`.
    pub fn new(host: &Arc<Host>, store: Store, dir: &Dir, argv: &[BString]) -> Recorder {
        let (tally, errors, idle, missing, root) = Default::default();
        let (top, argv, began_ns) = (dir.path().to_owned(), argv.to_vec(), host.now_ns());
        Recorder { host: host.unseen(), store, top, argv, began_ns, tally, errors, idle, missing, root }
    }

    /// Commands that do more than start makes.
    fn work(&self) -> impl Iterator<Item = &Ran> {
        self.tally.ran.iter().filter(|ran| !ran.command.makes)
    }

    /// Whether there was something to do. Recipes that run each time and leave their targets alone are none; what changed its target,
    /// failed, or took long is.
    fn had_work(&self) -> bool {
        let failed = |ran: &Ran| !matches!(ran.outcome(), Outcome::Done);
        if self.work().any(|ran| failed(ran) || ran.took() >= LONG) {
            return true;
        }
        let mut work = self.work().peekable();
        // A build that is given from recall has none, and opens nothing.
        let Some(root) = work.peek().and_then(|_| Dir::root().ok()) else { return false };
        work.any(|ran| {
            let meta = self.host.lstat(&root, &ran.path);
            meta.is_ok_and(|meta| meta.is_file() && meta.mtime_ns >= self.began_ns - GRAIN)
        })
    }

    /// Looks whether a command that ended well left its target; what makes below were started for, they tell of.
    fn look_at_target(&mut self, id: u64) {
        let Some(command) = self.tally.running(id).filter(|command| !command.makes) else { return };
        let path = paths::absolute(&command.dir, &command.target);
        if self.root.is_none() {
            self.root = Dir::root().ok();
        }
        let look = self.root.as_ref().map(|root| self.host.lstat(root, &path));
        if look.is_some_and(|look| look.is_err_and(|error| error.kind() == ErrorKind::NotFound)) {
            self.missing.insert(id);
        }
    }

    /// Whether a target is no file, or was there when the last command of its recipe had ended well.
    fn is_written(&self, target: &Target) -> bool {
        let last = target.parts.last().and_then(|last| self.tally.ran.get(*last));
        last.is_none_or(|ran| !self.missing.contains(&ran.command.id) || self.tally.is_phony(&ran.command))
    }

    fn failures(&self) -> impl Iterator<Item = Failure> + '_ {
        // What an interrupt ended did not fail.
        let interrupt = self.tally.status - 128;
        let failed = self.work().filter(move |ran| match ran.outcome() {
            Outcome::Done | Outcome::Unfinished => false,
            Outcome::Killed(signal) => signal != interrupt,
            Outcome::Failed(_) => true,
        });
        failed.map(|ran| Failure {
            name: paths::shown(&self.top, &ran.path),
            place: ran.command.place.to_string(),
            directory: ran.command.dir.to_vec(),
            outcome: ran.outcome(),
            took: ran.took(),
            again: Some(again(&ran.command.dir, &ran.command.text)).filter(|line| line.len() <= LONGEST),
            error: self.errors.get(&ran.command.id).cloned(),
        })
    }

    /// Keeps the record; `given_commands` were given from recall.
    pub fn keep(&mut self, given_commands: u64) {
        if !self.had_work() {
            return;
        }
        let critical = self.tally.critical_path(&self.top).into_iter();
        let critical = critical.map(|step| Piece { name: step.name, reading: step.reading, took: step.took });
        let made = self.tally.targets(&self.top).into_iter().map(|target| {
            let first = target.parts.first().and_then(|first| self.tally.ran.get(*first));
            let word = first.map(|ran| word_of(&ran.command.text)).unwrap_or_default();
            Made { word, written: self.is_written(&target), target }
        });
        let failures: Vec<Failure> = self.failures().collect();
        let mut record = Record {
            began: self.began_ns / 1_000_000_000,
            took: self.tally.took,
            status: self.tally.status,
            directory: self.top.to_vec(),
            arguments: self.argv.iter().map(|word| word.to_vec()).collect(),
            evaluated: self.tally.evaluated.len(),
            given: self.tally.given.len(),
            given_names: self.tally.given.iter().take(MOST_GIVEN).map(|given| given.name()).collect(),
            given_commands,
            made: made.collect(),
            left_out: 0,
            more_failures: failures.len().saturating_sub(MOST_FAILURES),
            failures: failures.into_iter().take(MOST_FAILURES).collect(),
            critical: critical.take(MOST_PIECES).collect(),
        };
        if record.made.len() > MOST_MADE {
            record.shorten(MOST_MADE);
        }
        self.store.keep(record, self.began_ns);
    }
}

impl Listener for Recorder {
    fn event(&mut self, at: Duration, event: &Event<'_>) {
        match event {
            Event::CommandStarted(command) if without_wrapping(&command.text).is_empty() => {
                self.idle.insert(command.id);
                return;
            }
            Event::CommandEnded { id, .. } if self.idle.remove(id) => return,
            Event::CommandEnded { id, exit: Exit::Code(0) } => self.look_at_target(*id),
            Event::CommandFailed { id, output, mixed } => {
                let command = self.tally.running(*id).map(|command| command.text.as_slice());
                if let Some(mut error) = first_error(output, command.unwrap_or_default(), *mixed) {
                    error.truncate(LONGEST_ERROR);
                    self.errors.insert(*id, error);
                }
            }
            _ => {}
        }
        self.tally.event(at, event);
    }

    fn end(&mut self, at: Duration, status: i32) {
        self.tally.end(at, status);
    }
}
