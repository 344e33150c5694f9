//! One whole session, pass by pass: arguments to makefiles to goals to exit status.

use std::rc::Rc;
use std::sync::Arc;

use rkbuild_base::{BStr, BString, Name};
use rkbuild_eval::variable::Data;
use rkbuild_eval::{Fatal, FileId, Result, Session};
use rkbuild_host::{Eyes, errors, signals};

use crate::graph::observer::Observed;
use crate::graph::states::Status;
use crate::jobs::invocation::Invocation;
use crate::jobs::jobserver::{self, Jobserver};
use crate::jobs::output::Sync;
use crate::jobs::process::Process;
use crate::jobs::shell::ShellDoor;
use crate::session::arguments::{self, version_text};
use crate::session::remake::{self, Remade};
use crate::session::{database, entering, kept, makefiles, named, older, restart, special, variables};
use crate::update::builder::Builder;

/// Nobody reads standard output any more, or it was closed from the start: nothing is said about that.
const EBADF: i32 = 9;
const EPIPE: i32 = 32;

/// How a session ended.
enum End {
    /// With this exit status.
    Status(i32),
    /// A makefile was remade: once more from the start.
    Restart,
}

/// One run of a session, and what stays over a restart.
struct Run<'a> {
    process: &'a Arc<Process>,
    invocation: &'a Invocation,
    /// How often makefiles were remade.
    restarts: u32,
    /// The file that holds the makefile that came from standard input.
    stdin: Option<BString>,
    /// `Entering directory` was printed, by an earlier run if makefiles were remade; only the last run prints `Leaving directory`.
    entered: bool,
    /// Where it notes what it sees, asks and gives, if it may be remembered.
    eyes: Option<Arc<Eyes>>,
    /// What the observer calls it.
    observed: u64,
}

/// Runs a make to its end and gives its exit status.
pub fn run_session(process: &Arc<Process>, invocation: &Invocation) -> i32 {
    let entered = invocation.env.get(b"MAKE_RESTARTS").is_some_and(|given| given.starts_with(b"-"));
    let eyes = process.recall.as_ref().and_then(|recall| recall.begin(invocation));
    let observed = process.observer().map_or(0, |observer| observer.make_started(&invocation.observed()));
    let mut run = Run { process, invocation, restarts: 0, stdin: None, entered, eyes, observed };
    let status = loop {
        match run.once() {
            End::Status(status) => break status,
            End::Restart => run.restarts += 1,
        }
    };
    if let (Some(recall), Some(eyes)) = (&process.recall, &run.eyes) {
        recall.end(invocation, eyes, status);
    }
    if let Some(witness) = process.witness() {
        witness.make_ended(invocation, status);
    }
    if let Some(observer) = process.observer() {
        observer.make_ended(observed, status);
    }
    status
}

/// The name messages begin with.
pub fn program_of(argv: &[BString]) -> BString {
    let name = argv.first().map(|a| a.as_slice()).unwrap_or(b"make");
    name.rsplit(|c| *c == b'/').next().unwrap_or(b"make").into()
}

impl Run<'_> {
    /// From the start to the end, or to where it starts over.
    fn once(&mut self) -> End {
        let (process, invocation) = (self.process, self.invocation);
        let mut session = Session::new(
            process.shared.clone(),
            program_of(&invocation.argv),
            invocation.dir.as_it_is(),
            invocation.env.clone(),
            invocation.stdio.clone(),
            Rc::new(ShellDoor::new(process.clone())),
        );
        session.own_process = invocation.own_process;
        if let Some(eyes) = &self.eyes {
            session.see_by(eyes.clone());
        }
        session.entered.set(self.entered);
        let end = self.passes(&mut session).and_then(|end| session.check_scarce().map(|()| end));
        let end = end.unwrap_or_else(|fatal| End::Status(fatal.status));
        session.note_options();
        session.count_definitions();
        if let Some(eyes) = &self.eyes
            && let Some(why) = kept::why_not(&session, self.restarts, self.stdin.is_some())
        {
            eyes.effect(why);
        }
        let end = self.finish(&session, end);
        if invocation.own_process && matches!(end, End::Status(_)) {
            // The process ends: to take apart piece by piece what is known of each file would only cost time.
            std::mem::forget(session);
        }
        end
    }

    /// The whole of make. Where GNU make 4.3 does something in another place, [`older`] does it there; with 4.4.1 these calls do
    /// nothing.
    fn passes(&mut self, session: &mut Session) -> Result<End> {
        let (process, invocation) = (self.process, self.invocation);
        let first = self.restarts == 0;

        // What was asked for. From here on the options are those of the environment and the command line, until makefiles change
        // MAKEFLAGS. There are no variables but those of the environment; what the command line sets is expanded with them.
        if first {
            entering::tell_if_lost(session);
        }
        arguments::choose_temporary_directory(session);
        arguments::read(invocation, session)?;
        if let Some(eyes) = self.eyes.as_ref().filter(|_| kept::asks(&session.options)) {
            // A makefile may yet take the switch back: it counts all the same.
            eyes.effect(kept::SWITCH);
            session.see_for_itself();
        }
        let overrides = variables::evaluate_overrides(session, invocation)?;
        if session.options.help || session.options.version {
            arguments::show(session);
            return Ok(End::Status(0));
        }

        // Where. From here on messages say how deep this make is below the first, and relative names are in its directory.
        session.level = arguments::level(invocation, &session.options);
        let mut sync = Sync::new(session, process);
        let open = entering::may_be_told(session, &sync);
        entering::change_directory(session)?;
        let joined = if older::joins_early(session) { self.join(session)? } else { None };
        older::announce_directory(session, &sync);

        // Reading. From here on the variables and the explicit rules are known. Nothing was made but by `$(shell)`.
        let jobs = session.options.jobs;
        let read = sync.hold_reading(session, process, |session| self.read(session, joined, overrides));
        let joined = match read {
            Ok(joined) => joined,
            Err(fatal) => {
                if session.options.print_data_base {
                    database::print(&mut Builder::new(session, process.clone(), None, sync));
                }
                return Err(fatal);
            }
        };

        if let Some(witness) = process.witness() {
            let names = session.targets.ruled();
            if witness.has_read(&mut names.map(|name| BStr::new(session.text(name)))) {
                return Ok(End::Status(0));
            }
        }

        // Jobs. From here on the options are final, and so is what children get in MAKEFLAGS; there is a jobserver where several
        // jobs may run.
        if session.jobs_given {
            // What a makefile says about -j is for makes that were not told.
            session.options.jobs = jobs;
        }
        sync.begin(session, process);
        entering::may_be_told_now(session, &sync, open);
        let jobserver = jobserver::serve(session, process, joined)?;
        session.define_makeflags(true);

        // Special targets. From here on each target has the flags they give, and there are only pattern rules for implicit-rule
        // search: suffix rules became some, and the built-in ones stand behind them.
        older::choose_goals(session)?;
        special::snap(session)?;
        session.define_builtin_patterns();
        let goals = named::goals(session)?;

        // Targets. From here on rules come and prerequisites change only as targets are considered, and times are asked for.
        let mut builder = Builder::new(session, process.clone(), jobserver, sync);
        builder.again = self.invocation.again;
        builder.observed = Observed { by: process.observer().cloned(), make: self.observed };
        builder.goals.clone_from(&goals);
        older::expand_all_secondary(&mut builder)?;
        named::mark_old(&mut builder);

        // Makefiles. From here on they are as their rules would make them, and none is made on its own account any more.
        let remade = remake::makefiles(&mut builder, self.stdin.as_ref(), &goals, first)?;
        if remade == Remade::Changed {
            return Ok(End::Restart);
        }

        // Who surveys wants to know of everything.
        builder.always_make |= builder.session.options.just_print && process.survey().is_some();

        // Goals. From here on nothing more is made, and no job is waited for.
        let made = make(&mut builder, &goals);
        if made.is_err() {
            builder.check_signal(None)?;
        }

        // What is left to do.
        builder.remove_intermediates(false);
        if builder.session.options.print_data_base {
            database::print(&mut builder);
        }
        if builder.clock_skew {
            let message = "warning:  Clock skew detected.  Your build may be incomplete.";
            builder.session.error(None, message);
        }
        Ok(End::Status(match made? {
            Status::Success if remade == Remade::Failed => 2,
            Status::Success => 0,
            Status::Question => 1,
            Status::Failed => 2,
        }))
    }

    /// Defines variables and reads makefiles; `joined`: the jobserver of the make above, where that was joined early. Gives it,
    /// unless a makefile wants another.
    fn read(
        &mut self,
        session: &mut Session,
        joined: Option<Jobserver>,
        overrides: Vec<(Name, Data)>,
    ) -> Result<Option<Jobserver>> {
        let joined = if older::joins_early(session) { joined } else { self.join(session)? };
        let jobs = session.options.jobs;
        variables::define(session, self.invocation, self.restarts, overrides);
        makefiles::read(session, &mut self.stdin)?;
        makefiles::end_reading(session)?;
        if joined.is_some() && !session.jobs_given && session.options.jobs != jobs {
            let jobs = session.options.jobs.unwrap_or(0);
            if self.restarts == 0 {
                let message = format!("warning: -j{jobs} forced in makefile: resetting jobserver mode.");
                session.error(None, message);
            }
            session.options.jobserver_auth = None;
            return Ok(None);
        }
        Ok(joined)
    }

    /// Takes part in the jobserver of the make above, if there is one.
    fn join(&self, session: &mut Session) -> Result<Option<Jobserver>> {
        let invocation = self.invocation;
        let inherited = (!invocation.own_process).then_some(invocation.inherited.as_slice());
        // `-j` on the command line of a make that has a jobserver above it.
        let forced = session.jobs_given && session.options.jobserver_auth.is_some();
        jobserver::join(session, self.process, inherited, forced, self.restarts > 0)
    }

    /// What is done when all is said and done, or before everything starts over.
    fn finish(&mut self, session: &Session, end: End) -> End {
        let end = match (end, signals::pending()) {
            // The signal came when nothing was waited for any more.
            (End::Status(0) | End::Restart, Some(signal)) if self.invocation.own_process => {
                End::Status(Fatal::of_signal(signal).status)
            }
            (End::Restart, None) => {
                let failed =
                    restart::announce(self.invocation, session, self.restarts + 1, self.stdin.as_ref());
                failed.map_or(End::Restart, End::Status)
            }
            (end, _) => end,
        };
        let over = matches!(end, End::Status(_));
        // A makefile may ask for it, too.
        if session.options.version && over {
            session.out(version_text(session).as_bytes());
        }
        self.entered = session.entered.get();
        let killed = signals::pending().is_some() && !matches!(end, End::Status(0) | End::Restart);
        if self.entered && !killed && over {
            session.directory_line("Leaving");
        }
        if !over {
            return end;
        }
        if let Some(temporary) = self.stdin.take() {
            let _ = session.host().unlink(&session.dir, &temporary);
        }
        let Some(errno) = session.out_error.get().filter(|errno| !matches!(errno, &EBADF | &EPIPE)) else {
            return end;
        };
        // What is printed at the very end fails when the stream is closed, which 4.4 tells the reason of.
        let last = session.options.version || session.options.help;
        if last && session.identity().is_4_4() {
            session.error(None, format!("write error: stdout: {}", errors::text(errno)));
        } else {
            session.error(None, "write error: stdout");
        }
        End::Status(1)
    }
}

/// Brings the goals up to date.
fn make(builder: &mut Builder<'_>, goals: &[FileId]) -> Result<Status> {
    if goals.is_empty() {
        let read = builder.session.read_files.iter().any(|f| f.found);
        let message = if read { "No targets" } else { "No targets specified and no makefile found" };
        return Err(builder.session.fatal(None, message));
    }
    if builder.trace.basic {
        builder.session.tell(b"Updating goal targets....\n");
    }
    builder.update_goals(goals, None)
}
