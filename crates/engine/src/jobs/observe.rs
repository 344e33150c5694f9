//! Telling an observer of commands, and showing it the variables they see.

use rkbuild_base::{BStr, FxSet, text};
use rkbuild_eval::variable::{Data, Export, GLOBAL, Scope};
use rkbuild_eval::{Origin, ScopeId, Session};
use rkbuild_host::{Exit, fd};

use crate::graph::observer::{self, Seen, Value, Values};
use crate::jobs::output::parallel;
use crate::jobs::roster::{Job, Jobs};
use crate::jobs::start::Command;

/// What a command printed before more than this is not looked into.
const MOST_SAID: usize = 1 << 20;

/// The variables of a session, from a target's scope on.
struct Sees<'a> {
    session: &'a Session,
    scope: ScopeId,
}

impl Sees<'_> {
    fn value_of(&self, name: &'static [u8], data: &Data) -> Value {
        Value {
            name,
            text: data.value.bytes.clone(),
            place: data.place.text(&self.session.shared.lang.names),
            origin: data.origin.text(),
        }
    }

    /// The scopes in which names are looked up, the nearest first.
    fn scopes(&self) -> Vec<&Scope> {
        let mut scopes = Vec::new();
        let mut next = Some(self.scope);
        while let Some(id) = next {
            let scope = self.session.vars.scope(id);
            scopes.push(scope);
            next = scope.next;
        }
        scopes
    }
}

impl Values for Sees<'_> {
    fn value(&self, name: &[u8]) -> Option<Value> {
        let name = self.session.shared.lang.names.get(name)?;
        let variable = self.session.vars.lookup_from(self.scope, name)?;
        Some(self.value_of(self.session.text(name), &variable.data.borrow()))
    }

    fn with_word(&self, word: &[u8]) -> Vec<Value> {
        let mut found = Vec::new();
        let mut met = FxSet::default();
        for scope in self.scopes() {
            for variable in scope.variables() {
                let data = variable.data.borrow();
                let automatic = data.origin == Origin::Automatic;
                if met.insert(variable.name)
                    && !automatic
                    && memchr::memmem::find(&data.value.bytes, word).is_some()
                    && text::words(&data.value.bytes).any(|own| own == word)
                {
                    found.push(self.value_of(self.session.text(variable.name), &data));
                }
            }
        }
        found
    }

    fn exported(&self) -> Vec<Value> {
        let all = self.session.vars.export_all;
        let variables = self.session.vars.scope(GLOBAL).variables();
        let own = variables.filter_map(|variable| {
            let data = variable.data.borrow();
            let passed = match data.export {
                Export::Yes => true,
                Export::Default => all || data.origin == Origin::CommandLine,
                Export::No | Export::IfSet => false,
            };
            (passed && data.place.line > 0).then(|| self.value_of(self.session.text(variable.name), &data))
        });
        own.collect()
    }

    fn makefiles(&self) -> Vec<&'static [u8]> {
        let read = self.session.read_files.iter().filter(|file| file.found);
        read.map(|file| self.session.text(file.name)).collect()
    }
}

impl Jobs<'_> {
    /// Tells the observer, if there is one, of a command about to run, and says what it has to say. False where nothing is to
    /// be run.
    pub(crate) fn observe(&mut self, job: &mut Job, command: &Command) -> bool {
        let Some(observer) = self.observed.by.clone() else { return true };
        let looks = observer.only_looks();
        let makes = (job.flags.recursive || looks) && command.only_makes();
        let place = self.place_text(job.file, job.line);
        let seen = observer.command_started(&observer::Line {
            make: self.observed.make,
            dir: &self.session.dir,
            target: self.name_of(job.file),
            place,
            text: BStr::new(&command.text),
            rest: job.lines.iter().map(|line| BStr::new(&line.text)).collect(),
            first: job.observed == 0,
            makes,
            values: &Sees { session: self.session, scope: job.scope },
        });
        let Seen { id, say } = seen;
        job.observed = id;
        job.said_from = if job.held.is_none() { self.said_so_far() } else { None };
        if !say.is_empty() {
            // Unnoted: what is given again gives no reasons.
            self.with_output(job, |jobs, _| {
                let _ = jobs.session.stdio.write_err(&say);
            });
        }
        !looks || makes
    }

    /// How many bytes standard error has, where it can be looked at: that of a file, or of a pipe that a relay is before.
    fn said_so_far(&self) -> Option<u64> {
        let stderr = &self.session.stdio.stderr;
        fd::file_size(stderr).or_else(|| self.process.relay(stderr)?.position())
    }

    /// What the command that failed printed, errors at least: where it is held, or went to where it can be looked at; and
    /// whether that has what others printed at the same time, too.
    pub(crate) fn said(&self, job: &Job) -> Option<(Vec<u8>, bool)> {
        if let Some(held) = &job.held {
            return held.so_far().map(|said| (said, false));
        }
        let (stderr, start) = (&self.session.stdio.stderr, job.said_from?);
        let said = match self.process.relay(stderr) {
            Some(relay) => relay.since(start, MOST_SAID),
            None => fd::read_since(stderr, start, MOST_SAID).ok(),
        };
        said.map(|said| (said, parallel(self.session)))
    }

    /// Tells the observer of a command's end.
    pub(crate) fn observe_end(&self, job: &Job, exit: Exit) {
        if let Some(observer) = &self.observed.by
            && job.observed != 0
        {
            observer.command_ended(job.observed, exit);
        }
    }
}
