//! The recipes under way, and what they share: slots, tokens, the session's standard input.

use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex};

use rkbuild_base::{FxMap, Place};
use rkbuild_eval::{Fatal, FileId, ScopeId};
use rkbuild_host::fd::{self, Waker};
use rkbuild_host::{Child, Env, Exit, Promise, errors};

use crate::graph::states::Status;
use crate::jobs::command::ShellSpec;
use crate::jobs::jobserver::Jobserver;
use crate::jobs::output::{Held, Sync};
use crate::jobs::process::Process;
use crate::jobs::recipe::{Flags, Line};
use crate::jobs::screen::Lent;
use crate::jobs::start::Command;
use crate::search::lookup::Search;

/// The recipes of a session that are under way.
pub struct Jobs<'s> {
    /// What they are run for.
    pub search: Search<'s>,
    pub(crate) process: Arc<Process>,
    pub(crate) jobserver: Option<Jobserver>,
    pub(crate) sync: Sync,
    /// How many may run at once; 0 for no limit.
    pub(crate) slots: u32,
    /// `.NOTPARALLEL` without prerequisites.
    pub not_parallel: bool,
    /// `.DELETE_ON_ERROR` was given.
    pub delete_on_error: bool,
    /// The make runs in each build.
    pub again: bool,
    /// The goal that is being worked on.
    pub current_goal: Option<FileId>,
    /// Why goals (makefiles) could not be read: place of the directive and errno.
    pub goal_errors: FxMap<FileId, (Option<Place>, i32)>,
    /// In the order they were started.
    pub(crate) running: Vec<Job>,
    /// Recipes that ended while we waited for something else.
    pub(crate) ended: Vec<(FileId, Status)>,
    /// A signal came: nothing more is started.
    pub(crate) dying: bool,
    /// Targets whose recipes were under way then and ended well.
    pub(crate) completed: Vec<FileId>,
    /// A job has the session's standard input.
    pub(crate) input_taken: bool,
    /// What the others read: nothing.
    no_input: Option<Arc<OwnedFd>>,
    /// Commands that ran on threads of this process and are over.
    pub(crate) over: Arc<Mutex<Vec<(u64, Exit)>>>,
    pub(crate) waker: Option<Arc<Waker>>,
    /// The number of the next job.
    pub(crate) next: u64,
}

/// One recipe under way.
pub(crate) struct Job {
    /// The number that tells it from other jobs.
    pub id: u64,
    pub file: FileId,
    pub lines: VecDeque<Line>,
    pub spec: ShellSpec,
    /// A line has the target's name as a word. Only known where what the session sees is noted.
    pub names_target: bool,
    /// Made when the first command starts.
    pub env: Option<Env>,
    pub scope: ScopeId,
    pub work: Work,
    /// Its command runs, or ran, in this process.
    pub here: bool,
    /// The descriptor that tells of its program's end.
    pub promise: Option<Promise>,
    /// Some line of the recipe is recursive.
    pub recursive: bool,
    /// What the observer calls the command that runs, or ran last; 0 where there is none.
    pub observed: u64,
    /// How much the file had where its errors go, when the command started: known where that is a file and somebody observes.
    pub said_from: Option<u64>,
    /// Why it runs was told (`--trace`).
    pub traced: bool,
    /// It reads the session's standard input.
    pub has_input: bool,
    /// Its output, where that is kept together.
    pub held: Option<Held>,
    /// The terminal, while its command has that to itself.
    pub lent: Option<Lent>,
    /// The command that runs now.
    pub flags: Flags,
    pub line: u32,
    /// A signal came when it had changed its targets.
    pub half_made: bool,
    /// The process that ended last.
    pub last_pid: i32,
}

impl Job {
    /// The process that runs, or ran last.
    pub(crate) fn pid(&self) -> i32 {
        if let Work::Child(child) = &self.work { child.pid() } else { self.last_pid }
    }
}

/// What a job is doing.
pub(crate) enum Work {
    /// Its next command is to be started.
    None,
    /// A process runs.
    Child(Child),
    /// A command runs on a thread of this process.
    Thread,
    /// There was nothing left to start it with: once something else has ended it is tried again.
    Later(Box<Command>),
    /// The command is over.
    Over(Exit),
}

impl<'s> Jobs<'s> {
    /// No recipe is under way yet.
    pub fn new(
        search: Search<'s>,
        process: Arc<Process>,
        jobserver: Option<Jobserver>,
        sync: Sync,
    ) -> Jobs<'s> {
        let session = &*search.session;
        let slots = match (&jobserver, session.options.jobs) {
            (Some(_), _) => 0,
            (None, Some(jobs)) => jobs,
            (None, None) => 1,
        };
        let rule = |name| {
            session.targets.lookup(name).map(|id| &session.targets[id]).filter(|target| target.is_target)
        };
        let delete_on_error = rule(session.known.delete_on_error).is_some();
        // To 4.3 prerequisites of it make no difference.
        let newer = session.identity().is_4_4();
        let not_parallel =
            rule(session.known.notparallel).is_some_and(|target| !newer || target.deps.is_empty());
        Jobs {
            search,
            process,
            jobserver,
            sync,
            slots,
            not_parallel,
            delete_on_error,
            again: true,
            current_goal: None,
            goal_errors: FxMap::default(),
            running: Vec::new(),
            ended: Vec::new(),
            dying: false,
            completed: Vec::new(),
            input_taken: false,
            no_input: None,
            over: Arc::default(),
            waker: None,
            next: 0,
        }
    }

    /// The session's standard input for one job at a time; the others read an empty one.
    pub(crate) fn input(&mut self, job: &mut Job) -> Arc<OwnedFd> {
        job.has_input |= !std::mem::replace(&mut self.input_taken, true);
        if job.has_input {
            return self.session.stdio.stdin.clone();
        }
        if self.no_input.is_none() {
            match fd::empty_input() {
                Ok(input) => self.no_input = Some(Arc::new(input)),
                // The session ends before a job gets the input of another.
                Err(error) => self.session.note_scarce(b"pipe", &error),
            }
        }
        let none = self.no_input.clone();
        none.unwrap_or_else(|| self.session.stdio.stdin.clone())
    }

    /// Gives back the tokens of jobs that are over.
    pub(crate) fn give_back_tokens(&mut self) -> Result<(), Fatal> {
        let keep = self.running.len().saturating_sub(1);
        let Some(jobserver) = &mut self.jobserver else { return Ok(()) };
        jobserver.give_back(keep).map_err(|error| {
            let why = errors::describe(&error);
            self.session.fatal(None, format!("write jobserver: {why}"))
        })
    }

    /// How many recipes are under way, or ended and not told of yet.
    pub fn running(&self) -> usize {
        self.running.len() + self.ended.len()
    }

    /// True when recipes follow each other.
    pub(crate) fn serial(&self) -> bool {
        self.slots == 1 || self.not_parallel
    }

    /// Does something whose output belongs to a job.
    pub(crate) fn with_output<T>(&mut self, job: &Job, f: impl FnOnce(&mut Self, &Job) -> T) -> T {
        let Some(held) = &job.held else { return f(self, job) };
        let real = std::mem::replace(&mut self.session.stdio, held.stdio.clone());
        let host = self.session.see_through(held.host.clone());
        let result = f(self, job);
        self.session.stdio = real;
        self.session.see_through(host);
        result
    }

    /// Writes out what a job's output was kept for.
    pub(crate) fn release_output(&self, job: &Job) {
        if let Some(held) = &job.held {
            self.sync.release(self.session, &self.process, held);
        }
    }

    /// With `-Oline`, the same after each command; but what is said of one that failed belongs to what it wrote.
    pub(crate) fn release_line(&self, job: &Job) {
        if self.sync.by_line() {
            self.release_output(job);
        }
    }

    /// `--debug=j`: what becomes of a recipe's process. Where GNU make shows an address, this shows the job's number.
    pub(crate) fn trace_job(&self, event: &str, job: &Job, named: bool, end: &str) {
        if !self.trace.jobs {
            return;
        }
        let mut line = format!("{event} 0x{:x}", job.id + 1).into_bytes();
        if named {
            line.extend_from_slice(b" (");
            line.extend_from_slice(self.name_of(job.file));
            line.push(b')');
        }
        line.extend_from_slice(format!(" PID {} {end}\n", job.pid()).as_bytes());
        self.session.tell(&line);
    }
}

impl<'s> Deref for Jobs<'s> {
    type Target = Search<'s>;

    fn deref(&self) -> &Search<'s> {
        &self.search
    }
}

impl<'s> DerefMut for Jobs<'s> {
    fn deref_mut(&mut self) -> &mut Search<'s> {
        &mut self.search
    }
}
