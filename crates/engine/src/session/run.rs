//! One whole session: arguments to makefiles to goals to exit status.

use std::rc::Rc;
use std::sync::Arc;

use rkbuild_base::{BString, Name};
use rkbuild_eval::session::ReadFile;
use rkbuild_eval::switch::HOST;
use rkbuild_eval::variable::{Data, Export, GLOBAL, Origin};
use rkbuild_eval::{Fatal, FileId, Result, Session};
use rkbuild_host::{errors, signals};

use crate::graph::states::Status;
use crate::graph::times::Time;
use crate::graph::trace::Trace;
use crate::jobs::invocation::Invocation;
use crate::jobs::jobserver::Jobserver;
use crate::jobs::output::{Held, Sync};
use crate::jobs::process::Process;
use crate::jobs::shell::ShellDoor;
use crate::session::arguments::{self, import_environment, version_text};
use crate::update::builder::Builder;

/// Nobody reads standard output any more, or it was closed from the start: nothing is said about that.
const EBADF: i32 = 9;
const EPIPE: i32 = 32;
/// What is said of a working directory that was removed.
const GETCWD: &str = "getcwd: No such file or directory";
/// What this make can do, as `.FEATURES` names it.
const FEATURES_4_3: &str = "target-specific order-only second-expansion else-if shortest-stem undefine oneshell \
    nocomment grouped-target extra-prereqs archives jobserver output-sync check-symlink";
const FEATURES_4_4: &str = "target-specific order-only second-expansion else-if shortest-stem undefine oneshell \
    nocomment grouped-target extra-prereqs notintermediate shell-export archives jobserver jobserver-fifo \
    output-sync check-symlink";

/// The names a makefile has when none is given.
const DEFAULT_MAKEFILES: [&[u8]; 3] = [b"GNUmakefile", b"makefile", b"Makefile"];

/// How a session ended.
enum End {
    /// With this exit status.
    Status(i32),
    /// A makefile was remade: once more from the start.
    Restart,
}

/// Runs a make to its end and gives its exit status. The caller's stack has to be large: see
/// [`rkbuild_host::stack`].
pub fn run_session(process: &Arc<Process>, invocation: &Invocation) -> i32 {
    let mut restarts = 0;
    let mut stdin = None;
    let mut entered = invocation.env.get(b"MAKE_RESTARTS").is_some_and(|given| given.starts_with(b"-"));
    loop {
        match run_once(process, invocation, restarts, &mut stdin, &mut entered) {
            End::Status(status) => return status,
            End::Restart => restarts += 1,
        }
    }
}

/// The name messages begin with.
pub fn program_of(argv: &[BString]) -> BString {
    let name = argv.first().map(|a| a.as_slice()).unwrap_or(b"make");
    name.rsplit(|c| *c == b'/').next().unwrap_or(b"make").into()
}

/// `entered`: `Entering directory` was printed, by an earlier run if makefiles were remade. It stays so over a restart, and
/// only the last run prints `Leaving directory`.
fn run_once(
    process: &Arc<Process>,
    invocation: &Invocation,
    restarts: u32,
    stdin: &mut Option<BString>,
    entered: &mut bool,
) -> End {
    let mut session = Session::new(
        process.shared.clone(),
        program_of(&invocation.argv),
        invocation.dir.as_it_is(),
        invocation.env.clone(),
        invocation.stdio.clone(),
        Rc::new(ShellDoor::new(process.clone())),
    );
    session.own_process = invocation.own_process;
    session.entered.set(*entered);
    let run = Run { process, invocation, restarts };
    let end = match run.session(&mut session, stdin) {
        Ok(end) => end,
        Err(fatal) => End::Status(fatal.status),
    };
    // The signal came when nothing was waited for any more.
    let end = match (end, signals::pending()) {
        (End::Status(0) | End::Restart, Some(signal)) if invocation.own_process => {
            End::Status(Fatal::of_signal(signal).status)
        }
        (End::Restart, None) => again(invocation, &session, restarts + 1, stdin.as_ref()),
        (end, _) => end,
    };
    // A makefile may ask for it, too.
    if session.options.version && matches!(end, End::Status(_)) {
        session.out(version_text(&session).as_bytes());
    }
    *entered = session.entered.get();
    let killed = signals::pending().is_some() && !matches!(end, End::Status(0) | End::Restart);
    if *entered && !killed && !matches!(end, End::Restart) {
        session.directory_line("Leaving");
    }
    if let End::Status(_) = end {
        if let Some(temporary) = stdin.take() {
            let _ = session.host().unlink(&session.dir, &temporary);
        }
        if let Some(errno) = session.out_error.get().filter(|errno| !matches!(errno, &EBADF | &EPIPE)) {
            // What is printed at the very end fails when the stream is closed, which 4.4 tells the reason of.
            let last = session.options.version || session.options.help;
            if last && session.identity().is_4_4() {
                session.error(None, format!("write error: stdout: {}", errors::text(errno)));
            } else {
                session.error(None, "write error: stdout");
            }
            return End::Status(1);
        }
    }
    end
}

/// GNU make executes itself once more to start over: that can be seen, and it can fail.
fn again(invocation: &Invocation, session: &Session, restarts: u32, stdin: Option<&BString>) -> End {
    let name = invocation.argv.first().cloned().unwrap_or_default();
    if Trace::of(&session.options).basic {
        let newer = session.identity().is_4_4();
        let mut line = format!("Re-executing[{restarts}]:").into_bytes();
        for arg in shown_arguments(&invocation.argv, stdin, newer) {
            line.push(b' ');
            line.extend_from_slice(&arg);
        }
        line.push(b'\n');
        session.tell(&line);
    }
    let path = session.env.get(b"PATH").map(|p| p.to_owned()).unwrap_or_default();
    let host = session.host();
    let found = host.find_program(&invocation.dir, &name, &path);
    match found.and_then(|program| host.access_exec(&invocation.dir, &program)) {
        Ok(()) => End::Restart,
        Err(error) => {
            let why = errors::describe(&error);
            session.error(None, [name.as_slice(), b": ", why.as_bytes()].concat());
            End::Status(127)
        }
    }
}

/// The arguments with which GNU make would start over: what was read from standard input is in a file now.
fn shown_arguments(argv: &[BString], stdin: Option<&BString>, newer: bool) -> Vec<BString> {
    let Some(file) = stdin else { return argv.to_vec() };
    let mut shown: Vec<BString> = Vec::new();
    let mut rest = argv.iter().peekable();
    while let Some(arg) = rest.next() {
        let short = arg.starts_with(b"-") && !arg.starts_with(b"--");
        let attached = [&b"--file=-"[..], b"--makefile=-"].contains(&arg.as_slice());
        let takes_next = short && arg.ends_with(b"f") || arg == "--file" || arg == "--makefile";
        let separate = takes_next && rest.peek().is_some_and(|next| *next == "-");
        if !(attached || separate || short && arg.ends_with(b"f-")) {
            shown.push(arg.clone());
            continue;
        }
        if separate {
            rest.next();
        }
        let before =
            arg.strip_suffix(b"f-").or_else(|| arg.strip_suffix(b"f")).filter(|b| short && b.len() > 1);
        shown.extend(before.map(BString::from));
        if newer {
            shown.push([b"--temp-stdin=", file.as_slice()].concat().into());
        } else {
            shown.extend(["-f".into(), file.clone()]);
        }
    }
    if !newer {
        shown.push([b"-o", file.as_slice()].concat().into());
    }
    shown
}

/// What came of bringing the makefiles up to date.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Remade {
    Nothing,
    /// One changed: everything starts over.
    Changed,
    /// One could not be remade; the goals are made all the same, and make fails.
    Failed,
}

struct Run<'a> {
    process: &'a Arc<Process>,
    invocation: &'a Invocation,
    restarts: u32,
}

impl Run<'_> {
    fn session(&self, session: &mut Session, stdin: &mut Option<BString>) -> Result<End> {
        if session.dir.path().is_empty() && self.restarts == 0 {
            session.error(None, GETCWD);
        }
        arguments::choose_temporary_directory(session);
        arguments::read(self.invocation, session)?;
        let overrides = self.evaluate_overrides(session)?;
        if session.options.help || session.options.version {
            arguments::show(session);
            return Ok(End::Status(0));
        }
        session.level = arguments::level(self.invocation, &session.options);
        let newer = session.identity().is_4_4();
        let process = self.process;
        let mut sync = Sync::new(session, process);
        // From 4.4 on a makefile can still say whether the directory is announced; in 4.3 only that it is. Output that is
        // kept together names it each time.
        let open = newer || session.options.announces_directory;
        if open && !sync.holds_reading() {
            session.leave_entering_open();
        }
        self.change_directory(session)?;
        // 4.3 says what is wrong with the jobserver before it decides whether to announce the directory.
        let joined = if newer { None } else { Some(self.join(session)?) };
        if !newer && self.announced_unasked(session) {
            session.options.print_directory = Some(true);
            session.options.announces_directory = true;
            if !sync.holds_reading() {
                session.leave_entering_open();
            }
        }
        let jobs = session.options.jobs;
        let held = if sync.holds_reading() { Held::new(session).ok() } else { None };
        let real = held.as_ref().map(|held| std::mem::replace(&mut session.stdio, held.stdio.clone()));
        let joined = self.read(session, joined, overrides, stdin);
        if let (Some(held), Some(real)) = (held, real) {
            session.stdio = real;
            sync.release(session, process, &held);
        }
        let joined = match joined {
            Ok(joined) => joined,
            Err(fatal) => {
                if session.options.print_data_base {
                    crate::session::database::print(&mut Builder::new(session, process.clone(), None, sync));
                }
                return Err(fatal);
            }
        };
        // What a makefile says about -j is for makes that were not told.
        if session.jobs_given {
            session.options.jobs = jobs;
        }
        sync.begin(session, process);
        let in_turn = session.options.jobs.is_none_or(|jobs| jobs == 1);
        let opens_now = if sync.holds_reading() { in_turn } else { !open };
        if opens_now {
            session.leave_entering_open();
        }
        let jobserver = crate::jobs::jobserver::serve(session, joined)?;
        session.define_makeflags(true);
        // Special targets speak of goals; in 4.3 also of the one that is chosen where none was asked for.
        if !newer {
            self.goals(session)?;
        }
        crate::session::special::snap(session)?;
        // Behind what suffix rules become.
        session.define_builtin_patterns();
        let goals = self.goals(session)?;
        let mut builder = Builder::new(session, process.clone(), jobserver, sync);
        // What is a goal stays, also where it is made for a makefile.
        builder.goals.clone_from(&goals);
        if !newer {
            builder.expand_all_secondary()?;
        }
        for name in builder.session.options.old_files.clone() {
            let file = enter(builder.session, &name);
            builder.mark_old(file);
        }
        // Started over, a makefile that -B or -W had remade is not to be remade again.
        let first = self.restarts == 0;
        if first {
            mark_new_files(&mut builder);
        }
        let always = builder.always_make;
        builder.always_make &= first;
        let again = self.remake_makefiles(&mut builder, stdin, &goals);
        builder.always_make = always;
        if !first {
            mark_new_files(&mut builder);
        }
        if again.is_err() {
            builder.check_signal(None)?;
        }
        if !matches!(again, Ok(Remade::Nothing | Remade::Failed)) {
            builder.remove_intermediates(false);
        }
        let remade = again?;
        if remade == Remade::Changed {
            return Ok(End::Restart);
        }
        let result = self.build(&mut builder, goals);
        if result.is_err() {
            builder.check_signal(None)?;
        }
        builder.remove_intermediates(false);
        if builder.session.options.print_data_base {
            crate::session::database::print(&mut builder);
        }
        if builder.clock_skew {
            let message = "warning:  Clock skew detected.  Your build may be incomplete.";
            builder.session.error(None, message);
        }
        Ok(End::Status(match result? {
            Status::Success if remade == Remade::Failed => 2,
            Status::Success => 0,
            Status::Question => 1,
            Status::Failed => 2,
        }))
    }

    /// `-j` on the command line of a make that has a jobserver above it.
    fn jobs_forced(&self, session: &Session) -> bool {
        session.jobs_given && session.options.jobserver_auth.is_some()
    }

    /// 4.3 decides before it reads makefiles to announce the directory, and tells its children so.
    fn announced_unasked(&self, session: &Session) -> bool {
        let options = &session.options;
        let moved = !options.directories.is_empty() || session.level > 0;
        moved && !options.silent && options.print_directory.is_none()
    }

    fn change_directory(&self, session: &mut Session) -> Result<()> {
        // Until all are entered, messages name the one it began in.
        let mut dir = session.dir.clone();
        for name in session.options.directories.clone() {
            match dir.open(&name) {
                Ok(entered) => dir = entered,
                Err(error) => {
                    let mut message = name.to_vec();
                    message.extend_from_slice(b": ");
                    message.extend_from_slice(errors::describe(&error).as_bytes());
                    // Also where what is read later is kept together.
                    if session.identity().is_4_4() || session.options.announces_directory {
                        session.leave_entering_open();
                    }
                    return Err(session.fatal(None, message));
                }
            }
        }
        if !session.options.directories.is_empty() {
            session.dir = dir;
            if session.dir.path().is_empty() {
                session.error(None, GETCWD);
                session.directory_unknown = true;
            }
        }
        Ok(())
    }

    /// What the command line's assignments give: there are only the variables of the environment yet, and the directory is
    /// not known.
    fn evaluate_overrides(&self, session: &mut Session) -> Result<Vec<(Name, Data)>> {
        import_environment(session, &self.invocation.env);
        let known = session.known;
        for name in [known.shell, known.makeflags] {
            if let Some(value) = self.invocation.env.get(session.text(name)) {
                let value = value.to_vec();
                session.set_recursive(name, &value, Origin::Environment);
            }
        }
        session.set_simple(known.shellflags, b"-c", Origin::Default);
        let older = !session.identity().is_4_4();
        let features = if older { FEATURES_4_3 } else { FEATURES_4_4 };
        session.set_simple(known.features, features.as_bytes(), Origin::Default);
        for name in [&b".RECIPEPREFIX"[..], b".LOADED"] {
            let name = session.name(name);
            session.set_simple(name, b"", Origin::Default);
        }
        session.without_directory(Session::evaluate_overrides)
    }

    /// `MAKE_RESTARTS`: how often makefiles were remade, counted on from what the environment says (manual 6.14).
    fn restarts_text(&self) -> Option<BString> {
        let given =
            self.invocation.env.get(b"MAKE_RESTARTS").map(|given| given.strip_prefix(b"-").unwrap_or(given));
        if self.restarts == 0 {
            return given.map(BString::from);
        }
        let digits = given.unwrap_or_default().trim_ascii_start();
        let digits = digits.iter().take_while(|c| c.is_ascii_digit());
        let before = digits.fold(0u32, |n, c| n.wrapping_mul(10).wrapping_add(u32::from(c - b'0')));
        Some(before.wrapping_add(self.restarts).to_string().into())
    }

    fn define_variables(&self, session: &mut Session, overrides: Vec<(Name, Data)>) -> Result<()> {
        let known = session.known;
        session.define_automatic_forms();
        if !session.options.no_builtin_variables {
            session.define_builtin_variables();
        }
        session.define_builtin_suffixes();
        // It can be told whether the environment had one.
        if self.invocation.env.contains(b"SHELL") {
            session.set_recursive(known.shell, b"/bin/sh", Origin::File);
        } else {
            session.set_simple(known.shell, b"/bin/sh", Origin::Default);
        }
        session.set_simple(known.default_goal, b"", Origin::File);
        let version = session.identity().version();
        for (name, value) in [("MAKE_VERSION", version.as_bytes()), ("MAKE_HOST", HOST.as_bytes())] {
            let name = session.name(name.as_bytes());
            session.set_simple(name, value, Origin::Default);
        }
        let command = self.command(session);
        let name = session.name(b"MAKE_COMMAND");
        session.set_simple(name, &command, Origin::Default);
        session.set_recursive(known.make, b"$(MAKE_COMMAND)", Origin::Default);
        session.set_simple(known.makefile_list, b"", Origin::File);
        let path = session.dir.path().to_owned();
        session.set_simple(known.curdir, &path, Origin::File);
        let level = session.level.to_string();
        session.set_simple(known.makelevel, level.as_bytes(), session.environment_origin());
        if let Some(restarts) = self.restarts_text() {
            let var = session.set_recursive(known.make_restarts, &restarts, Origin::Environment);
            var.data.borrow_mut().export = Export::No;
        }
        for (name, fd) in
            [(known.make_termout, &session.stdio.stdout), (known.make_termerr, &session.stdio.stderr)]
                .map(|(name, fd)| (name, rkbuild_host::fd::terminal_name(fd)))
        {
            if let Some(tty) = fd
                && session.vars.lookup_in(GLOBAL, name).is_none()
            {
                session.set_simple(name, &tty, Origin::Default).data.borrow_mut().export = Export::Yes;
            }
        }
        session.define_include_dirs();
        session.define_overrides(overrides);
        session.define_makeflags(false);
        // Unless a makefile says otherwise.
        if let Some(variable) = session.vars.lookup_in(GLOBAL, known.makeflags) {
            variable.data.borrow_mut().export = Export::Yes;
        }
        // Make looks at it, and under -e sets it as well.
        if let Some(variable) = session.vars.lookup_in(GLOBAL, known.makefiles) {
            let mut data = variable.data.borrow_mut();
            if data.origin == Origin::Environment {
                data.origin = session.environment_origin();
            }
        }
        // The text came from there, and is in MAKEFLAGS now.
        let gnumakeflags = known.gnumakeflags;
        let given = self.invocation.env.get(b"GNUMAKEFLAGS").is_some();
        if given || !session.identity().is_4_4() {
            // It is one of the built-in variables, which looks at it like a makefile.
            let again = !session.options.no_builtin_variables;
            let origin = if again { session.environment_origin() } else { Origin::Environment };
            session.set_simple(gnumakeflags, b"", origin);
        }
        let goals: Vec<&[u8]> =
            session.options.goals.iter().map(|g| rkbuild_eval::target::strip_dot_slash(g)).collect();
        let goals = goals.join(&b' ');
        // What the user asks for is mentioned: other rules may count on it.
        for goal in session.options.goals.clone() {
            let goal = enter(session, &goal);
            session.targets[goal].mentioned = true;
        }
        let name = session.name(b"MAKECMDGOALS");
        if !goals.is_empty() {
            session.set_simple(name, &goals, Origin::Default);
        }
        Ok(())
    }

    /// What `$(MAKE)` runs: the name we were called by, made absolute where it is a path.
    fn command(&self, session: &Session) -> BString {
        let name = self.invocation.argv.first().cloned().unwrap_or_else(|| session.program.clone());
        if name.starts_with(b"/") || !name.contains(&b'/') {
            return name;
        }
        let mut path: BString = self.invocation.dir.path().to_owned();
        path.push(b'/');
        path.extend_from_slice(&name);
        path
    }

    /// Takes part in the jobserver of the make above, if there is one.
    fn join(&self, session: &mut Session) -> Result<Option<Jobserver>> {
        let invocation = self.invocation;
        let inherited = (!invocation.own_process).then_some(invocation.inherited.as_slice());
        let forced = self.jobs_forced(session);
        crate::jobs::jobserver::join(session, self.process, inherited, forced, self.restarts > 0)
    }

    /// Sets variables and reads the makefiles. `joined` is what [`Run::join`] gave where it had to be asked before, as in 4.3;
    /// gives the jobserver of the make above.
    fn read(
        &self,
        session: &mut Session,
        joined: Option<Option<Jobserver>>,
        overrides: Vec<(Name, Data)>,
        stdin: &mut Option<BString>,
    ) -> Result<Option<Jobserver>> {
        let joined = match joined {
            Some(joined) => joined,
            None => self.join(session)?,
        };
        let again = self.restarts > 0;
        let jobs = session.options.jobs;
        self.define_variables(session, overrides)?;
        self.read_makefiles(session, stdin)?;
        self.end_reading(session)?;
        if joined.is_some() && !session.jobs_given && session.options.jobs != jobs {
            let jobs = session.options.jobs.unwrap_or(0);
            if !again {
                let message = format!("warning: -j{jobs} forced in makefile: resetting jobserver mode.");
                session.error(None, message);
            }
            session.options.jobserver_auth = None;
            return Ok(None);
        }
        Ok(joined)
    }

    fn read_makefiles(&self, session: &mut Session, stdin: &mut Option<BString>) -> Result<()> {
        let given = session.options.makefiles.clone();
        let from_stdin = |name: &&BString| **name == "-" || session.options.temp_stdin.contains(*name);
        if given.iter().filter(from_stdin).count() > 1 {
            let dot = if session.identity().is_4_4() { "" } else { "." };
            let message = format!("Makefile from standard input specified twice{dot}");
            return Err(session.fatal(None, message));
        }
        let trace = Trace::of(&session.options);
        session.trace_reading = trace.verbose;
        if trace.basic {
            session.tell(version_text(session).as_bytes());
            session.tell(b"Reading makefiles...\n");
        }
        for text in session.options.eval.clone() {
            session.eval_text(&text)?;
        }
        let list = session.variable_value(session.known.makefiles)?;
        session.no_default_goal = true;
        for name in rkbuild_base::text::words(&list) {
            let record = self.record(session, name, true, false);
            session.read_makefile(name, true, record)?;
        }
        session.no_default_goal = false;
        for name in &given {
            let name = if name == "-" { self.standard_input(session, stdin)? } else { name.clone() };
            if session.options.temp_stdin.contains(&name) {
                *stdin = Some(name.clone());
            }
            let record = self.record(session, &name, false, true);
            let record = session.read_makefile(&name, false, record)?;
            if !record.found {
                let why = errors::text(record.errno);
                session.error(None, [name.as_slice(), b": ", why.as_bytes()].concat());
            }
        }
        if !given.is_empty() {
            return Ok(());
        }
        for name in DEFAULT_MAKEFILES {
            // A link to nothing is there, too.
            if session.host().lstat(&session.dir, name).is_ok() {
                let record = self.record(session, name, false, true);
                let record = session.read_makefile(name, false, record)?;
                if !record.found {
                    let why = errors::text(record.errno);
                    session.error(None, [name, b": ", why.as_bytes()].concat());
                }
                return Ok(());
            }
        }
        // None exists: one may be made by an implicit rule, without complaint if it can't.
        for name in DEFAULT_MAKEFILES {
            let mut record = self.record(session, name, true, true);
            record.errno = 2;
            session.read_files.push(record);
        }
        Ok(())
    }

    fn record(&self, session: &Session, name: &[u8], optional: bool, top: bool) -> ReadFile {
        ReadFile { name: session.name(name), optional, found: false, errno: 0, place: None, top }
    }

    /// A makefile from standard input is kept in a file, so that it can be read again.
    fn standard_input(&self, session: &mut Session, stdin: &mut Option<BString>) -> Result<BString> {
        if let Some(name) = stdin {
            return Ok(name.clone());
        }
        let mut text = Vec::new();
        let host = session.shared.host.clone();
        let newer = session.identity().is_4_4();
        // What can't be read (it may be closed, or a directory) ends like an empty file.
        let _ = rkbuild_host::fd::read_to_end(&*session.stdio.stdin, &mut text);
        let directory = session.temporary_directory.clone();
        let (path, file) = match host.create_temp(&session.dir, &directory, b"Gm") {
            Ok(made) => made,
            Err(error) => {
                let why = errors::describe(&error);
                if newer {
                    let mut message = b"cannot create temporary file ".to_vec();
                    message.extend_from_slice(&directory);
                    message.extend_from_slice(format!("/GmXXXXXX: {why}").as_bytes());
                    session.error(None, message);
                    let what = "cannot store makefile from stdin to a temporary file";
                    return Err(session.fatal(None, what));
                }
                return Err(session.fatal(None, format!("fopen (temporary file): {why}")));
            }
        };
        // From here on it is removed when the session ends.
        *stdin = Some(path.clone());
        rkbuild_host::fd::write_all(&file, &text).map_err(|error| {
            let why = errors::describe(&error);
            session.fatal(None, format!("fwrite (temporary file): {why}"))
        })?;
        Ok(path)
    }

    /// What makefiles did to MAKEFLAGS takes effect.
    fn end_reading(&self, session: &mut Session) -> Result<()> {
        session.reading = None;
        session.take_gnumakeflags()?;
        session.take_makeflags()?;
        if session.options.no_builtin_rules || session.options.no_builtin_variables {
            session.options.no_builtin_rules = true;
            session.drop_builtin_suffix_rules();
        }
        if session.options.no_builtin_variables {
            session.undefine_builtin_variables();
        }
        Ok(())
    }

    fn goals(&self, session: &mut Session) -> Result<Vec<FileId>> {
        let names: Vec<BString> = if session.options.goals.is_empty() {
            let value = session.variable_value(session.known.default_goal)?;
            let whole = session.name(&value);
            let names: Vec<BString> = match session.targets.lookup(whole) {
                // A target's name may hold blanks.
                Some(_) => vec![value.into()],
                None => rkbuild_base::text::words(&value).map(BString::from).collect(),
            };
            if names.len() > 1 {
                return Err(session.fatal(None, ".DEFAULT_GOAL contains more than one target"));
            }
            names
        } else {
            session.options.goals.clone()
        };
        Ok(names.iter().map(|name| enter(session, name)).collect())
    }

    /// Brings the makefiles up to date.
    fn remake_makefiles(
        &self,
        builder: &mut Builder<'_>,
        stdin: &Option<BString>,
        goals: &[FileId],
    ) -> Result<Remade> {
        let newer = builder.session.identity().is_4_4();
        let mut records: Vec<ReadFile> = builder.session.read_files.clone();
        if !newer {
            records.reverse();
        }
        if builder.tracing() {
            if let Some(mode) = builder.session.options.shuffle.as_ref().filter(|mode| *mode != "none") {
                builder.session.tell(&[b"Enabled shuffle mode: ", mode.as_slice(), b"\n"].concat());
            }
            builder.session.tell(b"Updating makefiles....\n");
        }
        let mut files: Vec<(FileId, ReadFile)> = Vec::new();
        let mut skipped: Vec<ReadFile> = Vec::new();
        for record in records {
            let name = builder.session.text(record.name);
            if stdin.as_ref().is_some_and(|s| s == name) {
                continue;
            }
            let file = enter(builder.session, name);
            builder.session.targets[file].name_explicitly();
            let target = &builder.session.targets[file];
            // A `::` rule without prerequisites would remake its makefile for ever; a phony one too.
            let endless = |f: &FileId| {
                let t = &builder.session.targets[*f];
                t.is_double_colon && t.deps.is_empty() && t.secondary.is_empty() && t.recipe.is_some()
            };
            let endless = endless(&file) || target.double_colon.iter().any(endless);
            if endless || (target.phony && newer) {
                if Trace::of(&builder.session.options).verbose {
                    let line = [b"Makefile '", builder.name_of(file), b"' might loop; not remaking it.\n"];
                    builder.session.tell(&line.concat());
                }
                skipped.push(record);
                continue;
            }
            files.push((file, record));
        }
        let mut before = Vec::with_capacity(files.len());
        for (file, record) in &files {
            if record.unreadable() {
                builder.treat_as_missing(*file);
            }
            before.push(builder.mtime_of(*file, false));
            let told = record.top;
            if !record.found && !told {
                // Where it is included again it is the first time that is told of.
                builder.goal_errors.entry(*file).or_insert((record.place, record.errno));
            }
        }
        let trace = builder.trace;
        if !trace.makefiles {
            builder.trace = Trace::default();
        }
        // What would only be shown or asked is done for makefiles, unless they are goals of the command line. The makes they start are never
        // told of it.
        let named = !builder.session.options.goals.is_empty();
        let options = &mut builder.session.options;
        let asked = (options.just_print, options.question, options.touch);
        let asks = asked != (false, false, false);
        if asks {
            (options.just_print, options.question, options.touch) = (false, false, false);
            builder.session.define_makeflags(true);
            let named = if named { goals.to_vec() } else { Vec::new() };
            builder.asked_of_makefiles = Some((asked, named));
        }
        let touched = asked == (false, false, true);
        let ids: Vec<FileId> = files.iter().map(|(f, _)| *f).collect();
        let optional: Vec<bool> = files.iter().map(|(_, record)| record.optional).collect();
        let result = builder.update_goals(&ids, Some(&optional));
        builder.trace = trace;
        builder.asked_of_makefiles = None;
        let needed = |file: &FileId| files.iter().any(|(f, record)| f == file && !record.optional);
        builder.goal_errors.retain(|file, _| needed(file));
        // An error ends the session before they count again: intermediate files are really removed.
        let status = result?;
        if status != Status::Success && builder.told_failure && !builder.session.options.keep_going {
            return Err(Fatal { status: 2 });
        }
        if asks {
            let options = &mut builder.session.options;
            (options.just_print, options.question, options.touch) = asked;
            builder.session.define_makeflags(true);
        }
        // Only asked with -q, as a goal that is a makefile as well: nothing was done.
        if status == Status::Question {
            builder.forget_goals(&ids);
            return Ok(Remade::Nothing);
        }
        let mut changed = false;
        let mut missing = false;
        let mut failed: Vec<(FileId, &ReadFile)> = Vec::new();
        for ((file, record), before) in files.iter().zip(before) {
            let done = builder.goal_status(*file);
            let look = builder.was_run(*file) || touched;
            let now = if look { builder.mtime_of(*file, false) } else { before };
            match done {
                // With -n nothing was done; with -t it was, and what is new has to be read.
                Some(Status::Success) => changed |= now != before && (now != Time::New || touched),
                Some(_) if !record.optional && status != Status::Success => {
                    failed.push((*file, record));
                    changed |= now != before && !now.is_missing();
                    missing |= record.top || !record.found || builder.session.options.keep_going;
                }
                _ => {}
            }
        }
        // In 4.4 another that was made does not make up for one that never is, unless some third one failed.
        if newer {
            let lacking = |r: &&ReadFile| !r.found && !r.optional;
            for record in skipped.iter().rev().filter(lacking) {
                let mut message = builder.session.text(record.name).to_vec();
                message.extend_from_slice(b": ");
                message.extend_from_slice(errors::text(record.errno).as_bytes());
                builder.session.error(record.place, message);
                missing = true;
                changed &= !failed.is_empty();
            }
        }
        // With -k 4.3 goes on with what it could read, and names no place.
        let goes_on = !newer && builder.session.options.keep_going && !failed.is_empty();
        for (file, record) in failed {
            let mut message = b"Failed to remake makefile '".to_vec();
            message.extend_from_slice(builder.name_of(file));
            message.extend_from_slice(b"'.");
            builder.session.error(record.place.filter(|_| newer), message);
        }
        if changed {
            return Ok(Remade::Changed);
        }
        if missing && !goes_on {
            return Err(Fatal { status: 2 });
        }
        builder.forget_goals(&ids);
        Ok(if goes_on { Remade::Failed } else { Remade::Nothing })
    }

    fn build(&self, builder: &mut Builder<'_>, goals: Vec<FileId>) -> Result<Status> {
        if goals.is_empty() {
            let read = builder.session.read_files.iter().any(|f| f.found);
            let message = if read { "No targets" } else { "No targets specified and no makefile found" };
            return Err(builder.session.fatal(None, message));
        }
        if builder.trace.basic {
            builder.session.tell(b"Updating goal targets....\n");
        }
        builder.update_goals(&goals, None)
    }
}

/// `-W`: these files have just been changed.
fn mark_new_files(builder: &mut Builder<'_>) {
    for name in builder.session.options.new_files.clone() {
        let file = enter(builder.session, &name);
        builder.mark_new(file);
    }
}

/// Enters a file that an option names. Implicit rules count on it where nothing else is found.
fn enter(session: &mut Session, name: &[u8]) -> FileId {
    let name = session.name(rkbuild_eval::target::strip_dot_slash(name));
    let file = session.targets.enter(name);
    session.targets[file].mentioned = true;
    file
}
