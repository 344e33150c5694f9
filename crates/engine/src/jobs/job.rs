//! Recipes under way: their commands one after the other, waiting for them, job slots and tokens.

use std::os::fd::{AsFd, BorrowedFd};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rkbuild_base::{BStr, BString, ByteSlice};
use rkbuild_eval::session::Entering;
use rkbuild_eval::{FileId, Result};
use rkbuild_host::fd::{self, Waker};
use rkbuild_host::poll::{self, Ready};
use rkbuild_host::{Env, Exit, Stdio, errors, signals};

use crate::graph::states::Status;
use crate::jobs::command::ShellSpec;
use crate::jobs::jobserver::Jobserver;
use crate::jobs::output::Held;
use crate::jobs::recall::Gives;
use crate::jobs::recipe::{self, Flags, Line, all_recursive, any_recursive, is_blank};
use crate::jobs::roster::{Job, Jobs, Work};
use crate::jobs::screen::{self, Lent};
use crate::jobs::shell::shell_spec;
use crate::jobs::signal;
use crate::jobs::start::{Command, Way};

/// How often it is tried to start what could not be started: other sessions' programs end unseen.
const RETRY: Duration = Duration::from_millis(20);

/// What came of starting a recipe.
pub enum Started {
    /// It is over.
    Done(Status),
    /// Its end will be told by [`Jobs::wait_one`].
    Running,
    /// It was not started: a recipe that ended meanwhile, which [`Jobs::wait_one`] tells of, failed.
    Stopped,
}

/// Whether a command has `name` as a word.
fn names(text: &[u8], name: &[u8]) -> bool {
    let is_part = |c: Option<&u8>| c.is_some_and(|c| c.is_ascii_alphanumeric() || *c == b'_');
    text.find_iter(name).any(|at| {
        let before = at.checked_sub(1).and_then(|at| text.get(at));
        !is_part(before) && !is_part(text.get(at + name.len()))
    })
}

/// Words in the names of targets that people ask for to have something done, not to have something made.
const ACTIONS: [&[u8]; 24] = [
    b"bench",
    b"benchmark",
    b"check",
    b"checks",
    b"debug",
    b"deploy",
    b"flash",
    b"fuzz",
    b"gdb",
    b"install",
    b"load",
    b"memcheck",
    b"reload",
    b"run",
    b"serve",
    b"server",
    b"shell",
    b"start",
    b"stop",
    b"test",
    b"tests",
    b"uninstall",
    b"unload",
    b"upload",
];

/// Whether a target's name says that something is done. Where no such thing was asked for (`goals`) it has to begin so: `test-unit`, and
/// not kbuild's `modules_check`, which is part of every build.
fn is_action(target: &[u8], goals: &[BString]) -> bool {
    let mut words = words(target);
    let begins = words.next().is_some_and(|word| ACTIONS.contains(&word));
    begins || words.any(|word| ACTIONS.contains(&word)) && goals.iter().any(|goal| has_action(goal))
}

fn has_action(name: &[u8]) -> bool {
    words(name).any(|word| ACTIONS.contains(&word))
}

fn words(name: &[u8]) -> impl Iterator<Item = &[u8]> {
    name.split(|c| !c.is_ascii_alphanumeric())
}

impl Jobs<'_> {
    /// Runs the recipe of `file`; waits for its end where only one may run at a time.
    pub fn run_recipe(&mut self, file: FileId) -> Result<Started> {
        let Some(recipe) = self.session.targets[file].recipe.clone() else {
            return Ok(Started::Done(Status::Success));
        };
        recipe::check_length(self.session, &recipe)?;
        let nothing = recipe::is_empty(&recipe) && !self.session.options.print_data_base;
        // Variables of patterns may be set by what must be run for it, and `$(eval)` may yet set some of its own.
        if nothing && (self.session.may_eval || !self.session.targets.pattern_vars.is_empty()) {
            self.link_scopes(file)?;
        }
        if nothing {
            // There is nothing to expand: nobody asks for automatic variables, which only `-p` would show.
            let one_shell = self.session.targets.one_shell;
            let state = self.state(file);
            state.all_recursive = recipe.lines.is_empty() && !one_shell;
            state.ended_unrun = false;
            return Ok(Started::Done(Status::Success));
        }
        let scope = self.set_automatic(file)?;
        let lines = recipe::expand(self, file, &recipe, scope)?;
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
        let spec = shell_spec(self.session);
        self.session.vars.current = saved;
        let id = self.next;
        self.next += 1;
        let (noted, name) = (self.session.eyes().is_some(), self.name_of(file));
        let mut job = Job {
            id,
            // A make below is told what to do: `modules: ; $(MAKE) -C $(KDIR) M=$(CURDIR) $@` makes no file of that name.
            names_target: noted && lines.iter().any(|line| !line.flags.recursive && names(&line.text, name)),
            file,
            lines,
            spec: spec?,
            env: None,
            scope,
            work: Work::None,
            here: false,
            promise: None,
            recursive: any_recursive(&recipe, self.session.targets.one_shell),
            observed: 0,
            said_from: None,
            traced: false,
            has_input: false,
            held: None,
            lent: None,
            flags: Flags::default(),
            line: 0,
            half_made: false,
            last_pid: 0,
        };
        let serial = self.serial();
        if !serial && !self.wait_for_slot()? {
            return Ok(Started::Stopped);
        }
        // The token may have come from a make that the same signal ended.
        self.check_signal(None)?;
        if let Some(status) = self.advance(&mut job)? {
            self.give_back_tokens()?;
            return Ok(Started::Done(status));
        }
        self.trace_job("Putting child", &job, true, "on the chain.");
        self.running.push(job);
        self.give_back_tokens()?;
        if !serial {
            return Ok(Started::Running);
        }
        // One at a time: this one is over before anything else is looked at.
        loop {
            self.wait_for_event()?;
            if let Some(at) = self.ended.iter().position(|(f, _)| *f == file) {
                let (_, status) = self.ended.remove(at);
                return Ok(Started::Done(status));
            }
        }
    }

    /// True when the recipe of `file` has a line that runs even with `-t`.
    pub(crate) fn is_recursive(&self, file: FileId) -> bool {
        let one_shell = self.session.targets.one_shell;
        self.session.targets[file].recipe.as_deref().is_some_and(|r| any_recursive(r, one_shell))
    }

    /// True when all lines of the recipe of `file` run even with `-n`: as written, or with a `+` that came of expansion.
    pub(crate) fn all_recursive(&mut self, file: FileId) -> bool {
        let one_shell = self.session.targets.one_shell;
        self.state(file).all_recursive
            || self.session.targets[file].recipe.as_deref().is_some_and(|r| all_recursive(r, one_shell))
    }

    /// Runs commands of a job until one has to be waited for; the status when all are over.
    fn advance(&mut self, job: &mut Job) -> Result<Option<Status>> {
        let result = self.run_lines(job);
        if !matches!(result, Ok(None)) {
            self.release_output(job);
            if job.has_input {
                self.input_taken = false;
            }
        }
        result
    }

    fn run_lines(&mut self, job: &mut Job) -> Result<Option<Status>> {
        loop {
            match std::mem::replace(&mut job.work, Work::None) {
                Work::None => {}
                Work::Over(exit) => {
                    job.promise = None;
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
        let interactive = self.process.screen().is_some() && screen::is_interactive(self.name_of(job.file));
        let held = self.sync.holds(self.session, line.flags.recursive) && !interactive;
        if held && job.held.is_none() {
            job.held = Held::new(self.session).ok();
        }
        if self.traces_reasons() && !std::mem::replace(&mut job.traced, true) {
            self.with_output(job, |jobs, job| jobs.trace_reason(job.file, job.scope));
        }
        let Some(argv) = argv else { return Ok(None) };
        if question && !line.flags.recursive {
            // After a line that did run, the answer counts as a failure: the target goes, changed or not. Those of a
            // grouped rule stay, and so do the others a pattern rule makes.
            let by_pattern = self.state(job.file).tried_implicit;
            if job.env.is_some() && (by_pattern || self.session.targets[job.file].grouped().is_empty()) {
                self.state(job.file).mtime = None;
                self.with_output(job, |jobs, job| jobs.delete_target(job.file, None));
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
        let mut argv = argv;
        let survey = self.process.survey().filter(|_| just_print).cloned();
        if let Some(survey) = &survey {
            let text = BStr::new(&line.text);
            let within = survey.line(&self.session.dir, BStr::new(self.name_of(job.file)), text);
            let within = within.map(|within| self.session.expand_bytes(&within)).transpose()?;
            if let Some(within) = within.and_then(|within| job.spec.argv(&within, line.flags.ignore)) {
                argv = within;
            } else if !self.may_start_make(&line.text)? {
                self.state(job.file).ended_unrun = true;
                return Ok(None);
            }
        } else if just_print || print || (!silent && !line.flags.silent) {
            let mut text = line.text.to_vec();
            text.push(b'\n');
            self.with_output(job, |jobs, _| jobs.session.out(&text));
        }
        self.session.commands += 1;
        if ShellSpec::is_no_op(&argv) || just_print && !line.flags.recursive && survey.is_none() {
            self.state(job.file).ended_unrun = true;
            return Ok(None);
        }
        // What could not be looked at must not have been taken to be missing.
        self.session.check_scarce()?;
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
        let inherit = match &self.jobserver {
            Some(jobserver) if line.flags.recursive => jobserver.inherit().to_vec(),
            _ => Vec::new(),
        };
        let stdin = self.input(job);
        self.session.check_scarce()?;
        let streams = job.held.as_ref().map_or(&self.session.stdio, |held| &held.stdio);
        let stdio = Stdio { stdin, ..streams.clone() };
        let again = self.again && self.is_always_made(job.file, job.names_target, &line.text);
        // What makes below do would be watched, all of it; they remember it themselves. And what a test starts may be anything, also
        // what behaves otherwise when it is watched.
        let given_again = again
            && self.session.eyes().is_some_and(|eyes| !eyes.has_effect())
            && !is_action(self.name_of(job.file), &self.session.options.goals)
            && !self.may_start_make(&line.text)?;
        let command = Command {
            process: self.process.clone(),
            host: job.held.as_ref().map_or(self.session.host(), |held| &held.host).clone(),
            given_again,
            again,
            text: line.text,
            target: self.name_of(job.file),
            argv,
            env,
            dir: self.session.dir.clone(),
            stdio,
            inherit,
            observed: 0,
        };
        if survey.is_some() && !command.only_makes() {
            return Ok(None);
        }
        if !self.observe(job, &command) {
            self.state(job.file).ended_unrun = true;
            return Ok(None);
        }
        let stdio = self.lend_terminal(job, &command, interactive);
        let command = Command { observed: job.observed, stdio, ..command };
        // What is told of children is about processes.
        let native = !self.session.options.no_native && !self.trace.jobs;
        job.work = match command.way(native) {
            Way::Done(exit) => Work::Over(exit),
            Way::Here(run) => self.run_here(job.id, run),
            Way::Asked(command, promise) => {
                let mut message = self.session.prefix();
                self.run_here(
                    job.id,
                    Box::new(move || {
                        let _promise = promise;
                        if let Some(given) = command.recalled(Gives::Printed) {
                            return given.output.exit;
                        }
                        match command.spawn().and_then(|child| child.wait()) {
                            Ok(exit) => exit,
                            Err(error) => {
                                message.extend_from_slice(b": ");
                                message.extend_from_slice(&command.name());
                                message.extend_from_slice(b": ");
                                message.extend_from_slice(errors::describe(&error).as_bytes());
                                message.push(b'\n');
                                let _ = command.stdio.write_err(&message);
                                Exit::Code(127)
                            }
                        }
                    }),
                )
            }
            Way::Program(command) => self.start_program(job, Box::new(command)),
        };
        job.here = matches!(job.work, Work::Over(_) | Work::Thread);
        Ok(None)
    }

    /// The streams of a command, where somebody shows what is printed: the terminal itself, if it may draw on it. What asks something is
    /// shown before it is over.
    fn lend_terminal(&self, job: &mut Job, command: &Command, interactive: bool) -> Stdio {
        let stdio = command.stdio.clone();
        let Some(screen) = self.process.screen().filter(|_| fd::is_terminal(&self.session.stdio.stdout))
        else {
            return stdio;
        };
        if interactive || job.flags.recursive && !command.only_makes() {
            job.lent = None;
            let terminal = screen.lend();
            job.lent = Some(Lent(screen.clone()));
            return Stdio { stdin: stdio.stdin, ..terminal };
        }
        if fd::is_terminal(&stdio.stdin)
            && let Some(printed) = job.held.as_ref().and_then(Held::printed)
        {
            screen.may_ask(printed.clone());
        }
        stdio
    }

    /// Whether a command may start a sub-make: the value of MAKE is in it.
    fn may_start_make(&mut self, text: &[u8]) -> Result<bool> {
        let make = self.session.expand_bytes(b"$(MAKE)")?;
        Ok(!make.is_empty() && memchr::memmem::find(text, &make).is_some())
    }

    /// Starts a program; later, when that takes something which others have and will give back.
    fn start_program(&mut self, job: &mut Job, command: Box<Command>) -> Work {
        job.promise = self.process.host().promise(1);
        // A session has one program for which nothing need be promised.
        if job.promise.is_none() && self.running.iter().any(|job| matches!(job.work, Work::Child(_))) {
            return Work::Later(command);
        }
        match command.spawn() {
            Ok(child) => Work::Child(child),
            Err(error) if errors::is_scarce(&error) && self.others_run() => Work::Later(command),
            Err(error) => {
                let mut message = command.name();
                message.extend_from_slice(b": ");
                message.extend_from_slice(errors::describe(&error).as_bytes());
                self.with_output(job, |jobs, _| jobs.session.error(None, &message));
                Work::Over(Exit::Code(127))
            }
        }
    }

    /// True when something is under way that will end without this session's doing: a command of its own, or a program of
    /// another session.
    fn others_run(&self) -> bool {
        let runs = |job: &Job| matches!(job.work, Work::Child(_) | Work::Thread);
        self.running.iter().any(runs) || !self.session.host().is_quiet()
    }

    /// Tries once more to start what could not be started.
    fn start_later(&mut self) -> Result<()> {
        let mut at = 0;
        while let Some(job) = self.running.get(at) {
            if !matches!(job.work, Work::Later(_)) {
                at += 1;
                continue;
            }
            let mut job = self.running.remove(at);
            if let Work::Later(command) = std::mem::replace(&mut job.work, Work::None) {
                job.work = self.start_program(&mut job, command);
            }
            match self.advance(&mut job)? {
                Some(status) => {
                    self.ended.push((job.file, status));
                    self.give_back_tokens()?;
                }
                None => {
                    self.running.insert(at, job);
                    at += 1;
                }
            }
        }
        Ok(())
    }

    /// Whether nothing but phony or missing prerequisites has a target made, or it looks like a goal that is no file, or like one
    /// that stays older than what it is made from: its recipe runs each time, and may be given next time. False where nobody asks.
    fn is_always_made(&mut self, file: FileId, names_target: bool, command: &[u8]) -> bool {
        if self.session.eyes().is_none() {
            return false;
        }
        if self.session.targets[file].phony {
            return true;
        }
        match self.mtime_of(file, false).is_missing() {
            // What makes a file mostly says which, and most files have an ending or a directory. Where that is wrong a command
            // is watched that need not be, or one is not that could.
            true => !names_target && !self.name_of(file).iter().any(|c| matches!(c, b'.' | b'/')),
            // Where a recipe compares files its target mostly stays as it is. Where not, a command is watched that need not be.
            false => self.is_made_for_nothing(file) || names(command, b"cmp"),
        }
    }

    /// Whether a target that is there is made though no file it depends on has changed.
    fn is_made_for_nothing(&mut self, file: FileId) -> bool {
        if !self.changed_of_list(file).is_empty() {
            return false;
        }
        let deps = self.session.targets[file].deps.clone();
        let changed: Vec<FileId> = deps
            .iter()
            .enumerate()
            .filter(|(at, _)| self.state(file).deps.get(*at).is_some_and(|dep| dep.changed))
            .map(|(_, dep)| dep.file)
            .collect();
        changed.into_iter().all(|dep| self.session.targets[dep].phony)
    }

    /// The environment of a recipe. The descriptors of a jobserver's pipe are open only in recursive commands; a
    /// recipe without one is told so.
    fn job_environment(&mut self, job: &Job) -> Result<Env> {
        let hidden = self.jobserver.as_ref().is_some_and(Jobserver::is_pipe) && !job.recursive;
        let more: &[u8] =
            if hidden && self.session.identity().is_4_4() { b" --jobserver-auth=-2,-2" } else { b"" };
        let place = self.session.targets[job.file].recipe.as_ref().map(|recipe| recipe.place);
        self.session.reading = place.map(|place| rkbuild_base::Place { line: job.line, ..place });
        let env = self.session.recipe_environment(job.scope, more);
        self.session.reading = None;
        env
    }

    /// Runs a command of this process: at once where jobs follow each other, else on a thread.
    fn run_here(&mut self, id: u64, run: Box<dyn FnOnce() -> Exit + Send>) -> Work {
        if self.serial() {
            return Work::Over(run());
        }
        if self.waker.is_none() {
            self.waker = Waker::new().ok().map(Arc::new);
        }
        let Some(waker) = self.waker.clone() else { return Work::Over(run()) };
        let over = self.over.clone();
        let body = Arc::new(Mutex::new(Some(run)));
        let taken = body.clone();
        let thread = self.session.host().work(Box::new(move || {
            let run = taken.lock().unwrap_or_else(PoisonError::into_inner).take();
            let exit = run.map_or(Exit::Code(2), |run| {
                std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_or(Exit::Code(2))
            });
            over.lock().unwrap_or_else(PoisonError::into_inner).push((id, exit));
            waker.wake();
        }));
        match thread {
            Ok(()) => Work::Thread,
            // No thread to be had: the command runs here after all.
            Err(_) => {
                let run = body.lock().unwrap_or_else(PoisonError::into_inner).take();
                Work::Over(run.map_or(Exit::Code(2), |run| run()))
            }
        }
    }

    /// Says what became of a command; `Some` when the recipe ends with it.
    fn command_ended(&mut self, job: &mut Job, exit: Exit) -> Result<Option<Status>> {
        job.lent = None;
        if exit != Exit::Code(0)
            && let Some(observer) = &self.observed.by
            && let Some((output, mixed)) = self.said(job)
        {
            observer.command_failed(job.observed, &output, mixed);
        }
        self.observe_end(job, exit);
        // What this process does itself, and the programs it starts, say so where they change files.
        if !job.here || exit != Exit::Code(0) {
            self.session.host().changed();
        }
        self.search.directories.clear(self.search.graph.session);
        signal::settle(exit);
        self.check_signal(Some((job, exit)))?;
        if exit == Exit::Code(0) {
            self.release_line(job);
            return Ok(None);
        }
        let ignored = job.flags.ignore
            || self.session.options.ignore_errors
            || self.session.targets[job.file].ignore_errors;
        // A sub-make that was only asked says with 1 that something is out of date.
        let asked = self.session.options.question && job.flags.recursive && exit == Exit::Code(1);
        if ignored || !asked {
            self.with_output(job, |jobs, job| jobs.command_error(job, exit, ignored));
        }
        if ignored {
            self.release_line(job);
            return Ok(None);
        }
        self.state(job.file).rare_mut().failed_line = Some(job.line);
        if self.delete_on_error || matches!(exit, Exit::Signal { .. }) {
            self.with_output(job, |jobs, job| jobs.delete_targets(job.file));
        }
        Ok(Some(if asked { Status::Question } else { Status::Failed }))
    }

    /// Waits until another job may start; false when none may any more.
    fn wait_for_slot(&mut self) -> Result<bool> {
        loop {
            let running = self.running.len();
            if running == 0 {
                return Ok(true);
            }
            if !self.load_is_low() {
                // It is looked at again when a job has ended, and not before: what runs may only sleep for a while.
                self.wait_for_event()?;
                if self.has_failed() {
                    return Ok(false);
                }
                continue;
            }
            if let Some(jobserver) = &mut self.jobserver {
                match jobserver.try_take() {
                    Ok(true) => return Ok(true),
                    Ok(false) => self.wait_for_event_or(true, None)?,
                    // At its end there never is a token: one job at a time.
                    Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                        self.wait_for_event()?;
                    }
                    Err(error) => {
                        let why = errors::describe(&error);
                        return Err(self.session.fatal(None, format!("read jobs pipe: {why}")));
                    }
                }
            } else if self.slots == 0 || running < self.slots as usize {
                return Ok(true);
            } else {
                self.wait_for_event()?;
            }
            if self.has_failed() {
                return Ok(false);
            }
        }
    }

    /// True when a recipe that failed while another was about to start ends the session before that.
    fn has_failed(&mut self) -> bool {
        let failed = |(_, status): &&(FileId, Status)| *status != Status::Success;
        let files: Vec<FileId> = self.ended.iter().filter(failed).map(|(file, _)| *file).collect();
        !self.session.options.keep_going && files.into_iter().any(|file| !self.is_unwanted(file))
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
        while self.ended.is_empty() && !self.running.is_empty() {
            self.wait_for_event()?;
        }
        Ok(std::mem::take(&mut self.ended))
    }

    fn wait_for_event(&mut self) -> Result<()> {
        self.wait_for_event_or(false, None)
    }

    /// Waits until a command ends (or a token can be had, or the time is over) and goes on with its recipe.
    pub(crate) fn wait_for_event_or(&mut self, token: bool, timeout: Option<Duration>) -> Result<()> {
        for job in &self.running {
            self.trace_job("Live child", job, true, "");
        }
        if self.dying {
            // What never started has no last word.
            self.running.retain(|job| !matches!(job.work, Work::Later(_)));
        }
        let waiting = self.running.iter().any(|job| matches!(job.work, Work::Later(_)));
        let timeout = if waiting { Some(timeout.map_or(RETRY, |time| time.min(RETRY))) } else { timeout };
        let ready = {
            let mut fds: Vec<(BorrowedFd<'_>, Ready)> = Vec::new();
            for job in &self.running {
                if let Work::Child(child) = &job.work {
                    fds.push((child.fd(), Ready::Read));
                }
            }
            if let Some(waker) = &self.waker {
                fds.push((waker.as_fd(), Ready::Read));
            }
            if let (true, Some(jobserver)) = (token, &self.jobserver) {
                fds.push((jobserver.fd(), Ready::Read));
            }
            if let (Some(signals), false) = (signals::fd(), self.dying) {
                fds.push((signals, Ready::Read));
            }
            poll::wait(&fds, timeout)
        };
        if let Err(error) = ready {
            let why = errors::describe(&error);
            return Err(self.session.fatal(None, format!("poll: {why}")));
        }
        if let Some(waker) = &self.waker {
            waker.drain();
        }
        self.check_signal(None)?;
        let reaped = self.reap(waiting);
        if reaped.is_err() {
            self.wake();
        }
        reaped
    }

    /// Others may have ended as well, and who waits for them is to see it.
    fn wake(&self) {
        if let Some(waker) = &self.waker {
            waker.wake();
        }
    }

    /// Goes on with the recipes whose commands have ended.
    fn reap(&mut self, waiting: bool) -> Result<()> {
        let mut at = 0;
        while let Some(job) = self.running.get(at) {
            let exit = match &job.work {
                Work::Child(child) => child.try_wait().unwrap_or(Some(Exit::Code(2))),
                Work::Thread => self.taken_over(job.id),
                Work::None | Work::Over(_) | Work::Later(_) => None,
            };
            let Some(exit) = exit else {
                at += 1;
                continue;
            };
            let mut job = self.running.remove(at);
            let how = if exit == Exit::Code(0) { "Reaping winning child" } else { "Reaping losing child" };
            self.trace_job(how, &job, false, "");
            let pid = job.pid();
            if self.dying {
                self.ended_dying(&mut job, exit);
                continue;
            }
            job.work = Work::Over(exit);
            match self.advance(&mut job)? {
                Some(status) => {
                    job.last_pid = pid;
                    self.trace_job("Removing child", &job, false, "from chain.");
                    self.ended.push((job.file, status));
                    self.give_back_tokens()?;
                    // What a failure ends is said before it is seen that others have ended as well.
                    let fails = status != Status::Success && !self.is_unwanted(job.file);
                    if fails && !self.session.options.keep_going {
                        self.wake();
                        break;
                    }
                }
                None => {
                    self.running.insert(at, job);
                    at += 1;
                }
            }
        }
        if waiting && !self.dying { self.start_later() } else { Ok(()) }
    }

    /// How the command of a job ended that ran on a thread, if it has. One after the other: a signal can end the session
    /// between two, which then waits for those that are left.
    fn taken_over(&self, id: u64) -> Option<Exit> {
        let mut over = self.over.lock().unwrap_or_else(PoisonError::into_inner);
        let at = over.iter().position(|(job, _)| *job == id)?;
        Some(over.swap_remove(at).1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_names_a_target_when_it_has_it_as_a_word() {
        assert!(names(b"cat x > out", b"out") && names(b"out", b"out") && names(b"> d/out; y", b"out"));
        assert!(!names(b"echo output layout", b"out") && !names(b"echo", b"out"));
        assert!(names(b"echo layout; >out", b"out"));
    }

    #[test]
    fn a_check_that_is_part_of_a_build_is_no_action() {
        let check = [BString::from("check")];
        for name in ["test", "check-local", "run_tests", "run"] {
            assert!(is_action(name.as_bytes(), &[]), "{name}");
        }
        assert!(is_action(b"unit-tests", &check) && !is_action(b"unit-tests", &[]));
        assert!(!is_action(b"modules_check", &[]) && !is_action(b"modules_check", &["modules".into()]));
        assert!(!is_action(b"checksyscalls", &check) && !is_action(b"all", &check));
    }
}
