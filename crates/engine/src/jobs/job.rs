//! Recipes under way: their commands one after the other, waiting for them, job slots and tokens.

use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rkbuild_eval::session::Entering;
use rkbuild_eval::{FileId, Result, ScopeId, Session};
use rkbuild_host::fd::{self, Waker};
use rkbuild_host::poll::{self, Ready};
use rkbuild_host::{Child, Env, Exit, Stdio, errors, signals};

use crate::graph::builder::{Builder, Status};
use crate::jobs::command::ShellSpec;
use crate::jobs::interrupt;
use crate::jobs::jobserver::Jobserver;
use crate::jobs::output::{Held, Sync};
use crate::jobs::process::Process;
use crate::jobs::recipe::{Flags, Line, any_recursive, is_blank};
use crate::jobs::start::{Command, Way};

/// How often the load is looked at when it is too high to start a job.
const LOAD_INTERVAL: Duration = Duration::from_secs(1);

/// The stack of a thread that runs commands; a sub-make gets a larger one of its own.
const STACK: usize = 2 << 20;

/// What came of starting a recipe.
pub enum Started {
    /// It is over.
    Done(Status),
    /// Its end will be told by [`Builder::wait_one`].
    Running,
}

/// The recipes of a session that are under way.
pub struct Jobs {
    process: Arc<Process>,
    jobserver: Option<Jobserver>,
    sync: Sync,
    /// How many may run at once; 0 for no limit.
    slots: u32,
    /// In the order they were started.
    pub(crate) running: Vec<Job>,
    /// Recipes that ended while we waited for something else.
    pub(crate) ended: Vec<(FileId, Status)>,
    /// A signal came: nothing more is started.
    pub(crate) dying: bool,
    /// A job has the session's standard input.
    input_taken: bool,
    /// What the others read: nothing.
    no_input: Option<Arc<OwnedFd>>,
    /// Commands that ran on threads of this process and are over.
    over: Arc<Mutex<Vec<(u64, Exit)>>>,
    waker: Option<Arc<Waker>>,
    next: u64,
}

/// One recipe under way.
pub(crate) struct Job {
    id: u64,
    pub file: FileId,
    lines: VecDeque<Line>,
    spec: ShellSpec,
    /// Made when the first command starts.
    env: Option<Env>,
    pub scope: ScopeId,
    pub work: Work,
    /// Some line of the recipe is recursive.
    recursive: bool,
    /// Why it runs was told (`--trace`).
    traced: bool,
    /// It reads the session's standard input.
    has_input: bool,
    /// Its output, where that is kept together.
    held: Option<Held>,
    /// The command that runs now.
    pub flags: Flags,
    pub line: u32,
    /// The process that ended last.
    last_pid: i32,
}

impl Job {
    /// The process that runs, or ran last.
    pub(crate) fn pid(&self) -> i32 {
        if let Work::Child(child) = &self.work { child.pid() } else { self.last_pid }
    }

    /// The number that tells it from other jobs.
    pub(crate) fn id(&self) -> u64 {
        self.id
    }
}

pub(crate) enum Work {
    None,
    Child(Child),
    Thread,
    /// It was over at once.
    Over(Exit),
}

impl Jobs {
    /// No recipe is under way yet.
    pub fn new(session: &Session, process: Arc<Process>, jobserver: Option<Jobserver>, sync: Sync) -> Jobs {
        let slots = match (&jobserver, session.options.jobs) {
            (Some(_), _) => 0,
            (None, Some(jobs)) => jobs,
            (None, None) => 1,
        };
        Jobs {
            process,
            jobserver,
            sync,
            slots,
            running: Vec::new(),
            ended: Vec::new(),
            dying: false,
            input_taken: false,
            no_input: None,
            over: Arc::default(),
            waker: None,
            next: 0,
        }
    }

    /// The session's standard input for one job at a time; the others read an empty one.
    fn input(&mut self, job: &mut Job, session: &Session) -> Arc<OwnedFd> {
        job.has_input |= !std::mem::replace(&mut self.input_taken, true);
        if job.has_input {
            return session.stdio.stdin.clone();
        }
        if self.no_input.is_none() {
            self.no_input = fd::empty_input().ok().map(Arc::new);
        }
        self.no_input.clone().unwrap_or_else(|| session.stdio.stdin.clone())
    }

    fn give_back_tokens(&mut self) {
        let keep = self.running.len().saturating_sub(1);
        if let Some(jobserver) = &mut self.jobserver {
            jobserver.give_back(keep);
        }
    }
}

impl Builder<'_> {
    /// How many recipes are under way, or ended and not told of yet.
    pub fn running(&self) -> usize {
        self.jobs.running.len() + self.jobs.ended.len()
    }

    /// Runs the recipe of `file`; waits for its end where only one may run at a time.
    pub fn run_recipe(&mut self, file: FileId) -> Result<Started> {
        let Some(recipe) = self.session.targets[file].recipe.clone() else {
            return Ok(Started::Done(Status::Success));
        };
        self.check_length(&recipe)?;
        let scope = self.set_automatic(file)?;
        let lines = self.expand_recipe(file, &recipe, scope)?;
        if lines.is_empty() {
            // What expands to nothing is a recipe, too; what is written so never starts.
            let blank = is_blank(&recipe);
            if self.traces_reasons() && !blank {
                self.trace_reason(file, scope);
            }
            self.state(file).ended_unrun = !blank;
            return Ok(Started::Done(Status::Success));
        }
        let saved = std::mem::replace(&mut self.session.vars.current, scope);
        let spec = crate::jobs::shell::shell_spec(self.session);
        self.session.vars.current = saved;
        let id = self.jobs.next;
        self.jobs.next += 1;
        let mut job = Job {
            id,
            file,
            lines,
            spec: spec?,
            env: None,
            scope,
            work: Work::None,
            recursive: any_recursive(&recipe, self.session.targets.one_shell),
            traced: false,
            has_input: false,
            held: None,
            flags: Flags::default(),
            line: 0,
            last_pid: 0,
        };
        let serial = self.serial();
        if !serial {
            self.wait_for_slot()?;
        }
        // The token may have come from a make that the same signal ended.
        self.check_signal(None)?;
        if let Some(status) = self.advance(&mut job)? {
            self.jobs.give_back_tokens();
            return Ok(Started::Done(status));
        }
        self.trace_job("Putting child", &job, true, "on the chain.");
        self.jobs.running.push(job);
        self.jobs.give_back_tokens();
        if !serial {
            return Ok(Started::Running);
        }
        // One at a time: this one is over before anything else is looked at.
        loop {
            self.wait_for_event()?;
            if let Some(at) = self.jobs.ended.iter().position(|(f, _)| *f == file) {
                let (_, status) = self.jobs.ended.remove(at);
                return Ok(Started::Done(status));
            }
        }
    }

    /// True when recipes follow each other.
    fn serial(&self) -> bool {
        self.jobs.slots == 1 || self.not_parallel
    }

    /// Runs commands of a job until one has to be waited for; the status when all are over.
    fn advance(&mut self, job: &mut Job) -> Result<Option<Status>> {
        let result = self.run_lines(job);
        if !matches!(result, Ok(None)) {
            self.release_output(job);
            if job.has_input {
                self.jobs.input_taken = false;
            }
        }
        result
    }

    fn run_lines(&mut self, job: &mut Job) -> Result<Option<Status>> {
        loop {
            match std::mem::replace(&mut job.work, Work::None) {
                Work::None => {}
                Work::Over(exit) => {
                    if let Some(failed) = self.command_ended(job, exit)? {
                        return Ok(Some(failed));
                    }
                }
                other => {
                    job.work = other;
                    return Ok(None);
                }
            }
            let Some(line) = job.lines.pop_front() else { return Ok(Some(Status::Success)) };
            if let Some(status) = self.start_line(job, line)? {
                return Ok(Some(status));
            }
        }
    }

    /// Shows and starts one command.
    fn start_line(&mut self, job: &mut Job, line: Line) -> Result<Option<Status>> {
        job.flags = line.flags;
        job.line = line.line;
        let options = &self.session.options;
        let (just_print, question, touch) = (options.just_print, options.question, options.touch);
        // From 4.4 on --trace is a kind of --debug, which is quiet about makefiles unless told otherwise.
        let newer = self.session.identity().is_4_4();
        let print = if newer { self.trace.print } else { options.trace };
        let silent =
            options.silent || self.session.targets.all_silent || self.session.targets[job.file].silent;
        let argv = job.spec.argv(&line.text, line.flags.ignore);
        let runs = argv.is_some() && (!touch || line.flags.recursive);
        self.state(job.file).ended_unrun = !runs;
        let held = self.jobs.sync.holds(self.session, line.flags.recursive);
        if held && job.held.is_none() {
            job.held = Held::new(self.session).ok();
        }
        if self.traces_reasons() && !std::mem::replace(&mut job.traced, true) {
            self.with_output(job, |builder, job| builder.trace_reason(job.file, job.scope));
        }
        let Some(argv) = argv else { return Ok(None) };
        if question && !line.flags.recursive {
            // After a line that did run, the answer counts as a failure: the target goes, changed or not. Those of a
            // grouped rule stay, and so do the others a pattern rule makes.
            let by_pattern = self.state(job.file).tried_implicit;
            if job.env.is_some() && (by_pattern || self.session.targets[job.file].grouped.is_empty()) {
                self.state(job.file).mtime = None;
                self.with_output(job, |builder, job| builder.delete_target(job.file, None));
            }
            return Ok(Some(Status::Question));
        }
        if !runs {
            return Ok(None);
        }
        if !held {
            self.release_output(job);
            job.held = None;
        }
        if just_print || print || (!silent && !line.flags.silent) {
            let mut text = line.text.to_vec();
            text.push(b'\n');
            self.with_output(job, |builder, _| builder.session.out(&text));
        }
        self.session.commands += 1;
        if ShellSpec::is_no_op(&argv) || just_print && !line.flags.recursive {
            self.state(job.file).ended_unrun = true;
            return Ok(None);
        }
        if self.session.entering.get() == Entering::Undecided {
            self.session.enter_directory();
        }
        let env = match &job.env {
            Some(env) => env.clone(),
            None => {
                let env = self.job_environment(job)?;
                job.env.insert(env).clone()
            }
        };
        let inherit = match &self.jobs.jobserver {
            Some(jobserver) if line.flags.recursive => jobserver.inherit().to_vec(),
            _ => Vec::new(),
        };
        let stdin = self.jobs.input(job, self.session);
        let streams = job.held.as_ref().map_or(&self.session.stdio, |held| &held.stdio);
        let stdio = Stdio { stdin, ..streams.clone() };
        let command = Command {
            process: self.jobs.process.clone(),
            text: line.text,
            target: self.name_of(job.file),
            argv,
            env,
            dir: self.session.dir.clone(),
            stdio,
            inherit,
        };
        // What is told of children is about processes.
        let native = !self.session.options.no_native && !self.trace.jobs;
        job.work = match command.way(native) {
            Way::Done(exit) => Work::Over(exit),
            Way::Here(run) => self.run_here(job.id, run),
            Way::Program(command) => match command.spawn() {
                Ok(child) => Work::Child(child),
                Err(error) => {
                    let mut message = command.name();
                    message.extend_from_slice(b": ");
                    message.extend_from_slice(errors::describe(&error).as_bytes());
                    self.with_output(job, |builder, _| builder.session.error(None, &message));
                    Work::Over(Exit::Code(127))
                }
            },
        };
        Ok(None)
    }

    /// The environment of a recipe. The descriptors of a jobserver's pipe are open only in recursive commands; a
    /// recipe without one is told so.
    fn job_environment(&mut self, job: &Job) -> Result<Env> {
        let hidden = self.jobs.jobserver.as_ref().is_some_and(Jobserver::is_pipe) && !job.recursive;
        let more: &[u8] =
            if hidden && self.session.identity().is_4_4() { b" --jobserver-auth=-2,-2" } else { b"" };
        let place = self.session.targets[job.file].recipe.as_ref().map(|recipe| recipe.place);
        self.session.reading = place.map(|place| rkbuild_base::Place { line: job.line, ..place });
        let env = self.session.recipe_environment(job.scope, more);
        self.session.reading = None;
        env
    }

    /// Does something whose output belongs to a job.
    fn with_output(&mut self, job: &Job, f: impl FnOnce(&mut Self, &Job)) {
        let Some(held) = &job.held else { return f(self, job) };
        let real = std::mem::replace(&mut self.session.stdio, held.stdio.clone());
        f(self, job);
        self.session.stdio = real;
    }

    /// Writes out what a job's output was kept for.
    pub(crate) fn release_output(&self, job: &Job) {
        if let Some(held) = &job.held {
            self.jobs.sync.release(self.session, &self.jobs.process, held);
        }
    }

    /// Runs a command of this process: at once where jobs follow each other, else on a thread.
    fn run_here(&mut self, id: u64, run: Box<dyn FnOnce() -> Exit + Send>) -> Work {
        if self.serial() {
            return Work::Over(run());
        }
        if self.jobs.waker.is_none() {
            self.jobs.waker = Waker::new().ok().map(Arc::new);
        }
        let Some(waker) = self.jobs.waker.clone() else { return Work::Over(run()) };
        let over = self.jobs.over.clone();
        let body = Arc::new(Mutex::new(Some(run)));
        let taken = body.clone();
        let thread = std::thread::Builder::new().name("recipe".into()).stack_size(STACK).spawn(move || {
            let run = taken.lock().unwrap_or_else(PoisonError::into_inner).take();
            let exit = run.map_or(Exit::Code(2), |run| {
                std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_or(Exit::Code(2))
            });
            over.lock().unwrap_or_else(PoisonError::into_inner).push((id, exit));
            waker.wake();
        });
        match thread {
            Ok(_) => Work::Thread,
            // No thread to be had: the command runs here after all.
            Err(_) => {
                let run = body.lock().unwrap_or_else(PoisonError::into_inner).take();
                Work::Over(run.map_or(Exit::Code(2), |run| run()))
            }
        }
    }

    /// Says what became of a command; `Some` when the recipe ends with it.
    fn command_ended(&mut self, job: &mut Job, exit: Exit) -> Result<Option<Status>> {
        self.session.host().changed();
        self.directories.clear(self.session);
        interrupt::settle(exit);
        self.check_signal(Some((job, exit)))?;
        if self.jobs.sync.by_line() {
            self.release_output(job);
        }
        if exit == Exit::Code(0) {
            return Ok(None);
        }
        let ignored = job.flags.ignore
            || self.session.options.ignore_errors
            || self.session.targets[job.file].ignore_errors;
        // A sub-make that was only asked says with 1 that something is out of date.
        let asked = self.session.options.question && job.flags.recursive && exit == Exit::Code(1);
        if ignored || !asked {
            self.with_output(job, |builder, job| builder.command_error(job, exit, ignored));
        }
        if ignored {
            return Ok(None);
        }
        self.state(job.file).failed_line = Some(job.line);
        if self.delete_on_error || matches!(exit, Exit::Signal { .. }) {
            self.with_output(job, |builder, job| builder.delete_targets(job.file));
        }
        Ok(Some(if asked { Status::Question } else { Status::Failed }))
    }

    /// Waits until another job may start.
    fn wait_for_slot(&mut self) -> Result<()> {
        loop {
            let running = self.jobs.running.len();
            if running == 0 {
                return Ok(());
            }
            if !self.load_is_low() {
                self.wait_for_event_or(false, Some(LOAD_INTERVAL))?;
                self.stop_at_failure()?;
                continue;
            }
            if let Some(jobserver) = &mut self.jobs.jobserver {
                match jobserver.try_take() {
                    Ok(true) => return Ok(()),
                    Ok(false) => self.wait_for_event_or(true, None)?,
                    Err(error) => {
                        let why = errors::describe(&error);
                        return Err(self.session.fatal(None, format!("read jobs pipe: {why}")));
                    }
                }
            } else if self.jobs.slots == 0 || running < self.jobs.slots as usize {
                return Ok(());
            } else {
                self.wait_for_event()?;
            }
            self.stop_at_failure()?;
        }
    }

    /// A recipe that failed while another was about to start ends the session before that.
    fn stop_at_failure(&mut self) -> Result<()> {
        if self.session.options.keep_going {
            return Ok(());
        }
        let ended = std::mem::take(&mut self.jobs.ended);
        if !ended.iter().any(|(file, status)| *status != Status::Success && !self.is_unwanted(*file)) {
            self.jobs.ended = ended;
            return Ok(());
        }
        self.recipes_ended(&ended)
    }

    fn load_is_low(&self) -> bool {
        let Some(most) = self.session.options.max_load else { return true };
        let Some(load) = self.session.host().load() else { return true };
        if self.session.identity().is_4_4() {
            // How many run right now, but for us, tells more than an average that lags behind.
            return f64::from(load.running.saturating_sub(1)) <= most;
        }
        load.minute < most
    }

    /// Waits until a recipe has ended; gives all that have.
    pub fn wait_one(&mut self) -> Result<Vec<(FileId, Status)>> {
        while self.jobs.ended.is_empty() && !self.jobs.running.is_empty() {
            self.wait_for_event()?;
        }
        Ok(std::mem::take(&mut self.jobs.ended))
    }

    fn wait_for_event(&mut self) -> Result<()> {
        self.wait_for_event_or(false, None)
    }

    /// Waits until a command ends (or a token can be had, or the time is over) and goes on with its recipe.
    pub(crate) fn wait_for_event_or(&mut self, token: bool, timeout: Option<Duration>) -> Result<()> {
        for job in &self.jobs.running {
            self.trace_job("Live child", job, true, "");
        }
        let ready = {
            let mut fds: Vec<(BorrowedFd<'_>, Ready)> = Vec::new();
            for job in &self.jobs.running {
                if let Work::Child(child) = &job.work {
                    fds.push((child.fd(), Ready::Read));
                }
            }
            if let Some(waker) = &self.jobs.waker {
                fds.push((waker.as_fd(), Ready::Read));
            }
            if let (true, Some(jobserver)) = (token, &self.jobs.jobserver) {
                fds.push((jobserver.fd(), Ready::Read));
            }
            if let (Some(signals), false) = (signals::fd(), self.jobs.dying) {
                fds.push((signals, Ready::Read));
            }
            poll::wait(&fds, timeout)
        };
        if let Err(error) = ready {
            let why = errors::describe(&error);
            return Err(self.session.fatal(None, format!("poll: {why}")));
        }
        if let Some(waker) = &self.jobs.waker {
            waker.drain();
        }
        self.check_signal(None)?;
        let over = std::mem::take(&mut *self.jobs.over.lock().unwrap_or_else(PoisonError::into_inner));
        let mut at = 0;
        while let Some(job) = self.jobs.running.get(at) {
            let exit = match &job.work {
                Work::Child(child) => child.try_wait().unwrap_or(Some(Exit::Code(2))),
                Work::Thread => over.iter().find(|(id, _)| *id == job.id).map(|(_, exit)| *exit),
                Work::None | Work::Over(_) => None,
            };
            let Some(exit) = exit else {
                at += 1;
                continue;
            };
            let mut job = self.jobs.running.remove(at);
            let how = if exit == Exit::Code(0) { "Reaping winning child" } else { "Reaping losing child" };
            self.trace_job(how, &job, false, "");
            let pid = job.pid();
            if self.jobs.dying {
                self.last_word(&mut job, exit);
                continue;
            }
            job.work = Work::Over(exit);
            match self.advance(&mut job)? {
                Some(status) => {
                    job.last_pid = pid;
                    self.trace_job("Removing child", &job, false, "from chain.");
                    self.jobs.ended.push((job.file, status));
                    self.jobs.give_back_tokens();
                    // What a failure ends is said before it is seen that others have ended as well.
                    let fails = status != Status::Success && !self.is_unwanted(job.file);
                    if fails && !self.session.options.keep_going {
                        let unseen: Vec<u64> = self.jobs.running.iter().skip(at).map(|job| job.id).collect();
                        let left = over.into_iter().filter(|(id, _)| unseen.contains(id));
                        self.jobs.over.lock().unwrap_or_else(PoisonError::into_inner).extend(left);
                        if let Some(waker) = &self.jobs.waker {
                            waker.wake();
                        }
                        break;
                    }
                }
                None => {
                    self.jobs.running.insert(at, job);
                    at += 1;
                }
            }
        }
        Ok(())
    }

    /// `-t`: touches a target, as `touch` would.
    pub fn touch_target(&mut self, file: FileId) -> Result<Status> {
        let name = self.name_of(file);
        if !self.session.options.silent && !self.session.targets.all_silent {
            let mut line = b"touch ".to_vec();
            line.extend_from_slice(name);
            line.push(b'\n');
            self.session.out(&line);
        }
        if self.session.options.just_print {
            return Ok(Status::Success);
        }
        if crate::graph::archive::split(name).is_some() {
            return Ok(match self.touch_member(file) {
                Ok(()) => Status::Success,
                Err(message) => {
                    self.session.error(None, message);
                    Status::Failed
                }
            });
        }
        match self.session.host().touch(&self.session.dir, name) {
            Ok(()) => Ok(Status::Success),
            Err(error) => {
                let mut message = b"touch: open: ".to_vec();
                message.extend_from_slice(name);
                message.extend_from_slice(b": ");
                message.extend_from_slice(errors::describe(&error).as_bytes());
                self.session.error(None, message);
                Ok(Status::Failed)
            }
        }
    }
}
