//! Recipes under way: starting commands, waiting for them, job slots and tokens.

use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rkbuild_base::{BString, Place};
use rkbuild_eval::{Fatal, FileId, Result, ScopeId, Session};
use rkbuild_host::fd::Waker;
use rkbuild_host::poll::{self, Ready};
use rkbuild_host::{Child, Dir, Env, Exit, Spawn, Stdio, errors, signals};
use rkbuild_shell::Shell;

use crate::builder::{Builder, Status};
use crate::command::{Argv, ShellSpec};
use crate::jobserver::Jobserver;
use crate::native;
use crate::process::Process;
use crate::recipe::{Flags, Line};
use crate::submake::{self, SubMakes};
use crate::times::Time;

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
    /// How many may run at once; 0 for no limit.
    slots: u32,
    running: Vec<Job>,
    /// Recipes that ended while we waited for something else.
    ended: Vec<(FileId, Status)>,
    /// Commands that ran on threads of this process and are over.
    over: Arc<Mutex<Vec<(u64, Exit)>>>,
    waker: Option<Arc<Waker>>,
    next: u64,
}

/// One recipe under way.
struct Job {
    id: u64,
    file: FileId,
    lines: VecDeque<Line>,
    spec: ShellSpec,
    env: Env,
    scope: ScopeId,
    work: Work,
    /// Why it runs was told (`--trace`).
    traced: bool,
    /// The command that runs now.
    flags: Flags,
    line: u32,
}

enum Work {
    None,
    Child(Child),
    Thread,
    /// It was over at once.
    Over(Exit),
}

impl Jobs {
    /// No recipe is under way yet.
    pub fn new(session: &Session, process: Arc<Process>, jobserver: Option<Jobserver>) -> Jobs {
        let slots = match (&jobserver, session.options.jobs) {
            (Some(_), _) => 0,
            (None, Some(jobs)) => jobs,
            (None, None) => 1,
        };
        Jobs {
            process,
            jobserver,
            slots,
            running: Vec::new(),
            ended: Vec::new(),
            over: Arc::default(),
            waker: None,
            next: 0,
        }
    }

    fn serial(&self) -> bool {
        self.slots == 1
    }
}

impl Builder<'_> {
    /// How many recipes are under way, or ended and not told of yet.
    pub fn running(&self) -> usize {
        self.jobs.running.len() + self.jobs.ended.len()
    }

    /// Ends the part this session has in a jobserver.
    pub fn end_jobs(&mut self) {
        if let Some(jobserver) = self.jobs.jobserver.take() {
            jobserver.close(self.session);
        }
    }

    /// Runs the recipe of `file`; waits for its end where only one may run at a time.
    pub fn run_recipe(&mut self, file: FileId) -> Result<Started> {
        let Some(recipe) = self.session.targets[file].recipe.clone() else {
            return Ok(Started::Done(Status::Success));
        };
        let scope = self.set_automatic(file)?;
        let lines = self.expand_recipe(file, &recipe, scope)?;
        if lines.is_empty() {
            return Ok(Started::Done(Status::Success));
        }
        let saved = std::mem::replace(&mut self.session.vars.current, scope);
        let spec = crate::shell::shell_spec(self.session);
        self.session.vars.current = saved;
        let id = self.jobs.next;
        self.jobs.next += 1;
        let mut job = Job {
            id,
            file,
            lines,
            spec: spec?,
            env: Env::new(),
            scope,
            work: Work::None,
            traced: false,
            flags: Flags::default(),
            line: 0,
        };
        let serial = self.jobs.serial() || self.not_parallel;
        if !serial {
            self.wait_for_slot()?;
        }
        if let Some(status) = self.advance(&mut job, serial)? {
            self.give_back_tokens();
            return Ok(Started::Done(status));
        }
        self.jobs.running.push(job);
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

    /// Runs commands of a job until one has to be waited for; the status when all are over.
    fn advance(&mut self, job: &mut Job, serial: bool) -> Result<Option<Status>> {
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
            if let Some(status) = self.start_line(job, line, serial)? {
                return Ok(Some(status));
            }
        }
    }

    /// Shows and starts one command.
    fn start_line(&mut self, job: &mut Job, line: Line, serial: bool) -> Result<Option<Status>> {
        job.flags = line.flags;
        job.line = line.line;
        let options = &self.session.options;
        let (just_print, question, touch) = (options.just_print, options.question, options.touch);
        let trace = options.trace || self.trace.print;
        let silent =
            options.silent || self.session.targets.all_silent || self.session.targets[job.file].silent;
        let Some(argv) = job.spec.argv(&line.text) else { return Ok(None) };
        if question && !line.flags.recursive {
            return Ok(Some(Status::Question));
        }
        if touch && !line.flags.recursive {
            return Ok(None);
        }
        if trace && !std::mem::replace(&mut job.traced, true) {
            self.trace_reason(job);
        }
        let shown = just_print || trace || (!silent && !line.flags.silent);
        if shown {
            let mut text = line.text.to_vec();
            text.push(b'\n');
            self.session.out(&text);
        }
        self.session.commands += 1;
        if ShellSpec::is_no_op(&argv) {
            return Ok(None);
        }
        if just_print && !line.flags.recursive {
            return Ok(None);
        }
        // Recursive commands may use the jobserver; from all others a pipe is hidden.
        let hidden = self.jobs.jobserver.as_ref().is_some_and(Jobserver::is_pipe) && !line.flags.recursive;
        let more: &[u8] = if hidden { b" --jobserver-auth=-2,-2" } else { b"" };
        job.env = self.session.recipe_environment(job.scope, more)?;
        job.work = self.start(job, &line, argv, serial);
        Ok(None)
    }

    fn start(&mut self, job: &Job, line: &Line, argv: Argv, serial: bool) -> Work {
        let process = self.jobs.process.clone();
        let native = !self.session.options.no_native;
        let inherit: Vec<Arc<OwnedFd>> = match &self.jobs.jobserver {
            Some(jobserver) if line.flags.recursive => jobserver.inherit().to_vec(),
            _ => Vec::new(),
        };
        let dir = self.session.dir.clone();
        let stdio = self.session.stdio.clone();
        if native {
            let offer = native::Line {
                text: line.text.as_ref(),
                target: self.name_of(job.file).into(),
                env: &job.env,
                dir: &dir,
                stdio: &stdio,
            };
            if let Some(exit) = process.native.line(&offer) {
                return Work::Over(exit);
            }
            if let Argv::Direct(words) = &argv
                && let Some(name) = words.first()
                && submake::is_sub_make(&process, &dir, name, &job.env)
            {
                let (words, env) = (words.clone(), job.env.clone());
                return self.run_here(job.id, serial, move || {
                    submake::run(&process, words, env, dir, stdio, inherit)
                });
            }
            if let Argv::Shell(words) = &argv
                && let [shell, flag, text] = words.as_slice()
                && (flag == "-c" || flag == "-ec")
                && let Some(dialect) = process.dialect(&dir, shell)
                && let Some(script) = process.script(text)
            {
                let (name, errexit, env) = (shell.clone(), flag == "-ec", job.env.clone());
                return self.run_here(job.id, serial, move || {
                    let programs = SubMakes::new(process.clone(), &inherit);
                    Shell {
                        host: process.host(),
                        dir,
                        env,
                        stdio,
                        programs: &programs,
                        name,
                        errexit,
                        inherit: &inherit,
                        dialect,
                    }
                    .run(&script)
                });
            }
        }
        let (Argv::Direct(words) | Argv::Shell(words)) = &argv;
        match spawn(&process, words, &job.env, &dir, &stdio, &inherit) {
            Ok(child) => Work::Child(child),
            Err(error) => {
                let mut message = words.first().cloned().unwrap_or_default();
                message.extend_from_slice(b": ");
                message.extend_from_slice(errors::describe(&error).as_bytes());
                self.session.error(None, message);
                let absent = error.kind() == std::io::ErrorKind::NotFound;
                Work::Over(Exit::Code(if absent { 127 } else { 126 }))
            }
        }
    }

    /// Runs a command of this process: at once where jobs follow each other, else on a thread.
    fn run_here(&mut self, id: u64, serial: bool, run: impl FnOnce() -> Exit + Send + 'static) -> Work {
        if serial {
            return Work::Over(run());
        }
        if self.jobs.waker.is_none() {
            self.jobs.waker = Waker::new().ok().map(Arc::new);
        }
        let Some(waker) = self.jobs.waker.clone() else { return Work::Over(run()) };
        let over = self.jobs.over.clone();
        let body = Arc::new(Mutex::new(Some(run)));
        let taken = body.clone();
        let thread = std::thread::Builder::new().name("recipe".into()).stack_size(2 << 20).spawn(move || {
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
    fn command_ended(&mut self, job: &Job, exit: Exit) -> Result<Option<Status>> {
        self.session.host().changed();
        if exit == Exit::Code(0) {
            return Ok(None);
        }
        if let Some(signal) = signals::pending() {
            return Err(self.interrupted(job.file, job.line, signal));
        }
        let ignored = job.flags.ignore
            || self.session.options.ignore_errors
            || self.ignore_all_errors
            || self.session.targets[job.file].ignore_errors;
        // A sub-make that was only asked says with 1 that something is out of date.
        if self.session.options.question && job.flags.recursive && exit == Exit::Code(1) {
            return Ok(Some(Status::Question));
        }
        let quiet = self.session.options.silent || self.session.targets.all_silent;
        if !(ignored && quiet) {
            self.command_error(job, exit, ignored);
        }
        if ignored {
            return Ok(None);
        }
        if self.delete_on_error || matches!(exit, Exit::Signal { .. }) {
            self.delete_target(job.file);
        }
        Ok(Some(Status::Failed))
    }

    fn place_text(&self, file: FileId, line: u32) -> Vec<u8> {
        let recipe = self.session.targets[file].recipe.as_ref();
        match recipe.map(|r| r.place) {
            Some(place) if line > 0 => Place { file: place.file, line }.text(&self.session.shared.lang.names),
            _ => b"<builtin>".to_vec(),
        }
    }

    fn command_error(&mut self, job: &Job, exit: Exit, ignored: bool) {
        if self.session.targets[job.file].dont_care && self.for_makefiles && !ignored {
            return;
        }
        if !ignored {
            self.show_goal_error();
        }
        let mut message: Vec<u8> = if ignored { Vec::new() } else { b"*** ".to_vec() };
        message.push(b'[');
        message.extend_from_slice(&self.place_text(job.file, job.line));
        message.extend_from_slice(b": ");
        message.extend_from_slice(self.name_of(job.file));
        message.extend_from_slice(b"] ");
        match exit {
            Exit::Code(code) => message.extend_from_slice(format!("Error {code}").as_bytes()),
            Exit::Signal { signal, core } => {
                message.extend_from_slice(signals::description(signal).as_bytes());
                if core {
                    message.extend_from_slice(b" (core dumped)");
                }
            }
        }
        if ignored {
            message.extend_from_slice(b" (ignored)");
        }
        self.session.error(None, message);
    }

    /// `--trace`: which target is remade, and why.
    fn trace_reason(&mut self, job: &Job) {
        let place = self.session.targets[job.file].recipe.as_ref().map_or(0, |r| r.place.line);
        let mut line = self.place_text(job.file, place);
        let name = self.name_of(job.file);
        let question = self.session.known.question;
        let newer = self
            .session
            .vars
            .lookup_in(job.scope, question)
            .map(|v| v.data.borrow().value.bytes.clone())
            .unwrap_or_default();
        let missing = self.state(job.file).mtime.is_none_or(Time::is_missing);
        let reason: &[u8] = if self.session.targets[job.file].phony && self.session.identity().is_4_4() {
            b"target is .PHONY"
        } else if missing {
            b"target does not exist"
        } else if newer.is_empty() {
            b"unknown reasons"
        } else {
            &newer
        };
        if missing && !self.session.identity().is_4_4() {
            line.extend_from_slice(b": target '");
            line.extend_from_slice(name);
            line.extend_from_slice(b"' does not exist");
        } else {
            line.extend_from_slice(b": update target '");
            line.extend_from_slice(name);
            line.extend_from_slice(b"' due to: ");
            line.extend_from_slice(reason);
        }
        line.push(b'\n');
        self.session.out(&line);
    }

    /// Deletes a target whose recipe failed half-way, if the recipe changed it.
    fn delete_target(&mut self, file: FileId) {
        let mut files = vec![file];
        files.extend(self.session.targets[file].grouped.iter().copied());
        for file in files {
            let target = &self.session.targets[file];
            if target.precious || target.phony {
                continue;
            }
            let name = self.name_of(file);
            let now = self.stat_time(name);
            let before = self.state(file).mtime.unwrap_or(Time::Missing);
            let is_file = self.session.host().stat(&self.session.dir, name).is_ok_and(|m| m.is_file());
            if now == before || !is_file {
                continue;
            }
            let mut message = b"*** Deleting file '".to_vec();
            message.extend_from_slice(name);
            message.push(b'\'');
            self.session.error(None, message);
            let _ = self.session.host().unlink(&self.session.dir, name);
        }
    }

    /// A signal came: the commands under way are ended, their targets deleted.
    fn interrupted(&mut self, file: FileId, line: u32, signal: i32) -> Fatal {
        let mut files = vec![(file, line)];
        for job in std::mem::take(&mut self.jobs.running) {
            files.push((job.file, job.line));
            if let Work::Child(child) = &job.work {
                let _ = child.kill(signal);
                let _ = child.wait();
            }
        }
        files.dedup();
        for (file, line) in files {
            let mut message = b"*** [".to_vec();
            message.extend_from_slice(&self.place_text(file, line));
            message.extend_from_slice(b": ");
            message.extend_from_slice(self.name_of(file));
            message.extend_from_slice(b"] ");
            message.extend_from_slice(signals::description(signal).as_bytes());
            self.session.error(None, message);
            self.delete_target(file);
        }
        Fatal { status: 128 + signal }
    }

    /// Waits until another job may start.
    fn wait_for_slot(&mut self) -> Result<()> {
        loop {
            let running = self.jobs.running.len();
            if running == 0 {
                return Ok(());
            }
            if !self.load_is_low() {
                self.wait_for_event_or(None, Some(Duration::from_secs(1)))?;
                continue;
            }
            if let Some(jobserver) = &mut self.jobs.jobserver {
                match jobserver.try_take() {
                    Ok(true) => return Ok(()),
                    Ok(false) => {
                        self.wait_for_event_or(Some(()), None)?;
                        continue;
                    }
                    Err(error) => {
                        let why = errors::describe(&error);
                        return Err(self.session.fatal(None, format!("read jobs pipe: {why}")));
                    }
                }
            }
            if self.jobs.slots == 0 || running < self.jobs.slots as usize {
                return Ok(());
            }
            self.wait_for_event()?;
        }
    }

    fn load_is_low(&self) -> bool {
        match self.session.options.max_load {
            Some(most) => self.session.host().loadavg().is_none_or(|load| load < most),
            None => true,
        }
    }

    fn give_back_tokens(&mut self) {
        let keep = self.jobs.running.len().saturating_sub(1);
        if let Some(jobserver) = &mut self.jobs.jobserver {
            jobserver.give_back(keep);
        }
    }

    /// Waits until a recipe has ended; gives all that have.
    pub fn wait_one(&mut self) -> Result<Vec<(FileId, Status)>> {
        while self.jobs.ended.is_empty() && !self.jobs.running.is_empty() {
            self.wait_for_event()?;
        }
        Ok(std::mem::take(&mut self.jobs.ended))
    }

    fn wait_for_event(&mut self) -> Result<()> {
        self.wait_for_event_or(None, None)
    }

    /// Waits until a command ends (or a token can be had, or the time is over) and goes on with its recipe.
    fn wait_for_event_or(&mut self, token: Option<()>, timeout: Option<Duration>) -> Result<()> {
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
            if let (Some(()), Some(jobserver)) = (token, &self.jobs.jobserver) {
                fds.push((jobserver.fd(), Ready::Read));
            }
            if let Some(signals) = signals::fd() {
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
        if let Some(signal) = signals::pending()
            && let Some(job) = self.jobs.running.first()
        {
            let (file, line) = (job.file, job.line);
            return Err(self.interrupted(file, line, signal));
        }
        let over = std::mem::take(&mut *self.jobs.over.lock().unwrap_or_else(PoisonError::into_inner));
        let mut at = 0;
        while at < self.jobs.running.len() {
            let job = &mut self.jobs.running[at];
            let exit = match &job.work {
                Work::Child(child) => match child.try_wait() {
                    Ok(exit) => exit,
                    Err(_) => Some(Exit::Code(2)),
                },
                Work::Thread => over.iter().find(|(id, _)| *id == job.id).map(|(_, exit)| *exit),
                Work::None | Work::Over(_) => None,
            };
            let Some(exit) = exit else {
                at += 1;
                continue;
            };
            let mut job = self.jobs.running.remove(at);
            job.work = Work::Over(exit);
            let serial = self.jobs.serial() || self.not_parallel;
            match self.advance(&mut job, serial)? {
                Some(status) => {
                    self.jobs.ended.push((job.file, status));
                    self.give_back_tokens();
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
        if !self.session.options.silent {
            let mut line = b"touch ".to_vec();
            line.extend_from_slice(name);
            line.push(b'\n');
            self.session.out(&line);
        }
        if self.session.options.just_print {
            return Ok(Status::Success);
        }
        if crate::archive::split(name).is_some() {
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

/// Starts a program; a script without `#!` is given to the shell.
fn spawn(
    process: &Process,
    words: &[BString],
    env: &Env,
    dir: &Arc<Dir>,
    stdio: &Stdio,
    inherit: &[Arc<OwnedFd>],
) -> std::io::Result<Child> {
    const ENOEXEC: i32 = 8;
    let host = process.host();
    let path = env.get(b"PATH").map(|p| p.to_owned()).unwrap_or_default();
    let name = words.first().cloned().unwrap_or_default();
    let program = host.find_program(dir, &name, &path)?;
    let inherit: Vec<BorrowedFd<'_>> = inherit.iter().map(|fd| fd.as_fd()).collect();
    let start = |program: &[u8], argv: &[BString]| {
        host.spawn(&Spawn {
            program,
            argv,
            env,
            dir,
            stdin: stdio.stdin.as_fd(),
            stdout: stdio.stdout.as_fd(),
            stderr: stdio.stderr.as_fd(),
            inherit: &inherit,
        })
    };
    match start(&program, words) {
        Err(error) if error.raw_os_error() == Some(ENOEXEC) => {
            let mut argv: Vec<BString> = vec!["/bin/sh".into(), program];
            argv.extend(words.iter().skip(1).cloned());
            start(b"/bin/sh", &argv)
        }
        result => result,
    }
}
