//! What a session is started with: switches from the environment and the arguments, and variables from the environment.

use std::sync::{Arc, Weak};

use rkbuild_base::{BString, ByteSlice, Name, Place};
use rkbuild_eval::options::{Options, Problems, Source};
use rkbuild_eval::switch::{HOST, usage};
use rkbuild_eval::variable::{Export, Flavor, GLOBAL, Origin};
use rkbuild_eval::{Fatal, Result, Session, Shared};
use rkbuild_host::{Env, Kind, errors};
use rkbuild_syntax::Text;

use crate::jobs::invocation::Invocation;

/// Reads the switches of GNUMAKEFLAGS, MAKEFLAGS and the arguments, in that order, into the session.
pub(crate) fn read(invocation: &Invocation, session: &mut Session) -> Result<()> {
    let newer = session.identity().is_4_4();
    let mut options = Options::default();
    for name in [&b"GNUMAKEFLAGS"[..], b"MAKEFLAGS"] {
        if let Some(value) = invocation.env.get(name) {
            let value = value_of(value, invocation, session)?;
            let problems = options.parse_flags(&value, Source::Environment, newer);
            tell(session, problems, b"", &options)?;
        }
    }
    // 4.4 passes --eval on in MAKEFLAGS; the strings are those of the outermost make.
    let from_env = options.clone();
    let mut own = options;
    own.jobs = None;
    own.eval.clear();
    let args = invocation.argv.get(1..).unwrap_or_default();
    let mut given = Options::default();
    given.parse(args, Source::CommandLine, newer);
    session.print_directory_given = given.print_directory.filter(|_| newer);
    let problems = own.parse(args, Source::CommandLine, newer);
    let program = invocation.argv.first().map_or(b"".as_slice(), |name| name.as_slice());
    tell(session, problems, program, &own)?;
    session.jobs_given = own.jobs.is_some();
    if own.jobs.is_none() {
        own.jobs = from_env.jobs;
    }
    let mut evals = from_env.eval;
    evals.append(&mut own.eval);
    own.eval = evals;
    own.no_native = invocation.no_native;
    if own.shuffle.as_ref().is_some_and(|mode| mode == "random") {
        let seed = (session.host().now_ns() >> 10) as u32;
        own.shuffle = Some(seed.to_string().into());
    }
    own.settle(newer);
    own.announces_directory = !newer && own.print_directory == Some(true);
    let home = |name: &BString| name.starts_with(b"~");
    if own.goals.iter().any(home) || own.file_names().any(|name| home(name)) {
        // For HOME.
        import_environment(session, &invocation.env);
        for goal in &mut own.goals {
            *goal = session.expand_tilde(goal);
        }
    }
    session.expand_file_names(&mut own);
    session.options = own;
    if session.options.goals.iter().any(|goal| goal.is_empty()) {
        return session
            .without_directory(|session| Err(session.fatal(None, "empty string invalid as file name")));
    }
    Ok(())
}

/// Prints what `--help` and `--version` are to print.
pub(crate) fn show(session: &mut Session) {
    let newer = session.identity().is_4_4();
    if session.options.help {
        if std::mem::take(&mut session.options.version) {
            session.tell(version_before_usage(session).as_bytes());
        }
        session.tell(usage(&session.program.to_str_lossy(), newer).as_bytes());
    }
    // Make never comes to know where it is.
    session.directory_unknown = true;
}

/// Decides where temporary files go. A directory of the environment that is none is told of (4.4), whether or not there
/// will be such files.
pub(crate) fn choose_temporary_directory(session: &mut Session) {
    let newer = session.identity().is_4_4();
    let names: &[&[u8]] = if newer { &[b"MAKE_TMPDIR", b"TMPDIR"] } else { &[b"TMPDIR"] };
    let mut told = false;
    for name in names {
        let Some(dir) = session.env.get(name).filter(|dir| !dir.is_empty()).map(|dir| dir.to_owned()) else {
            continue;
        };
        let wrong = match session.host().kind(&session.dir, &dir) {
            _ if !newer => None,
            Ok(Kind::Dir) => None,
            Ok(_) => Some("not a directory".to_owned()),
            Err(error) => Some(errors::describe(&error)),
        };
        let Some(why) = wrong else {
            session.temporary_directory = dir;
            return;
        };
        session.error(None, [*name, b" value ", dir.as_slice(), b": ", why.as_bytes()].concat());
        told = true;
    }
    if told {
        session.error(None, "using default temporary directory '/tmp'");
    }
}

/// How deep below the first make this one is: MAKELEVEL, from the arguments or the environment. What is said while these
/// are read is said without it.
pub(crate) fn level(invocation: &Invocation, options: &Options) -> u32 {
    let given = options.assignments.iter().rev().find_map(|word| {
        let (name, _, value) = rkbuild_syntax::statement::definition(word)?;
        (name == b"MAKELEVEL").then_some(value)
    });
    let level = given.or_else(|| invocation.env.get(b"MAKELEVEL").map(|level| level.as_bytes()));
    let digits: Vec<u8> = level.unwrap_or_default().bytes().take_while(u8::is_ascii_digit).collect();
    digits.to_str().ok().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// What a variable of the environment expands to. Other variables count only where it refers to them.
fn value_of(value: &[u8], invocation: &Invocation, session: &mut Session) -> Result<Vec<u8>> {
    let plain = value.replace("$$", "");
    if !plain.contains(&b'$') {
        return Ok(value.replace("$$", "$"));
    }
    import_environment(session, &invocation.env);
    // It may even run something.
    let known = session.known;
    session.set_simple(known.shell, b"/bin/sh", Origin::Default);
    session.set_simple(known.shellflags, b"-c", Origin::Default);
    session.expand_bytes(value)
}

/// Says what is wrong with switches, and ends the session if that is enough. `program` is what getopt calls us; `options`
/// are those that hold by now.
fn tell(session: &mut Session, problems: Problems, program: &[u8], options: &Options) -> Result<()> {
    if problems.said.is_empty() && problems.fatal.is_none() {
        return Ok(());
    }
    session.options = options.clone();
    session.without_directory(|session| {
        for problem in &problems.said {
            if problem.by_getopt {
                session.err_directly(&[program, b": ", problem.message.as_slice(), b"\n"].concat());
            } else {
                session.error(None, &problem.message);
            }
        }
        if problems.usage {
            let newer = session.identity().is_4_4();
            if session.options.version {
                session.tell(version_before_usage(session).as_bytes());
            }
            session.err_directly(usage(&session.program.to_str_lossy(), newer).as_bytes());
            // The usage text is all there is to say.
            session.options.version = false;
            return Err(Fatal { status: 2 });
        }
        problems.fatal.map_or(Ok(()), |message| Err(session.fatal(None, message)))
    })
}

/// The names and values of an environment, as sessions of one process have them.
struct Imported {
    /// Names count in what all sessions of a process share.
    shared: Weak<Shared>,
    variables: Vec<(Name, Arc<Text>)>,
}

/// Makes variables of the environment.
pub(crate) fn import_environment(session: &mut Session, env: &Env) {
    let known = session.known;
    let shared = session.shared.clone();
    let import = || Imported {
        shared: Arc::downgrade(&shared),
        variables: env
            .iter()
            .map(|(name, value)| (shared.lang.names.intern(name), Arc::new(Text::new(value.to_vec()))))
            .collect(),
    };
    let imported = env.read_as(import, |known| std::ptr::eq(known.shared.as_ptr(), &*shared));
    // As many again come from makefiles, if this is like others.
    session.vars.reserve(GLOBAL, imported.variables.len() * 2);
    for (name, value) in &imported.variables {
        let name = *name;
        // The user's shell is not the recipes'; it is passed on as it came.
        if name == known.shell || name == known.makeflags || name == known.make_restarts {
            continue;
        }
        // With -e it becomes an override when a makefile sets it.
        let origin = Origin::Environment;
        let var = session.vars.define(GLOBAL, name, value.clone(), Flavor::Recursive, origin, Place::NONE);
        if name != known.mflags && name != known.makelevel {
            var.data.borrow_mut().export = Export::Yes;
        }
    }
    if session.vars.lookup_in(GLOBAL, known.makefiles).is_none() {
        session.set_simple(known.makefiles, b"", Origin::Default);
    }
}

/// What `--version` prints where what `--help` prints follows.
fn version_before_usage(session: &Session) -> String {
    let between = if session.identity().is_4_4() { "\n" } else { "" };
    version_text(session) + between
}

/// What `--version` prints.
pub(crate) fn version_text(session: &Session) -> String {
    format!(
        "GNU Make {}\nrkbuild {}, a drop-in replacement for GNU make in Linux kernel trees\n\
         Built for {HOST}\nLicense MIT\n",
        session.identity().version(),
        env!("CARGO_PKG_VERSION"),
    )
}
