//! The variables a session begins with: those of the environment and the command line, and make's own.

use rkbuild_base::{BString, Name};
use rkbuild_eval::switch::HOST;
use rkbuild_eval::variable::{Data, Export, GLOBAL, Origin};
use rkbuild_eval::{Result, Session};

use crate::jobs::invocation::Invocation;
use crate::session::arguments::import_environment;
use crate::session::named::enter;

/// What this make can do, as `.FEATURES` names it.
const FEATURES_4_3: &str = "target-specific order-only second-expansion else-if shortest-stem undefine oneshell \
    nocomment grouped-target extra-prereqs archives jobserver output-sync check-symlink";
const FEATURES_4_4: &str = "target-specific order-only second-expansion else-if shortest-stem undefine oneshell \
    nocomment grouped-target extra-prereqs notintermediate shell-export archives jobserver jobserver-fifo \
    output-sync check-symlink";

/// What the command line's assignments give: there are only the variables of the environment yet, and the directory is
/// not known.
pub(crate) fn evaluate_overrides(
    session: &mut Session,
    invocation: &Invocation,
) -> Result<Vec<(Name, Data)>> {
    import_environment(session, &invocation.env);
    let known = session.known;
    for name in [known.shell, known.makeflags] {
        if let Some(value) = invocation.env.get(session.text(name)) {
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

/// Sets all variables that makefiles find, those of the command line included. `restarts`: how often makefiles were remade.
pub(crate) fn define(
    session: &mut Session,
    invocation: &Invocation,
    restarts: u32,
    overrides: Vec<(Name, Data)>,
) {
    session.define_automatic_forms();
    if !session.options.no_builtin_variables {
        session.define_builtin_variables();
    }
    session.define_builtin_suffixes();
    define_own(session, invocation, restarts);
    session.define_include_dirs();
    session.define_overrides(overrides);
    define_flags(session, invocation);
    define_goals(session);
    // What was said of their export above.
    session.vars.changes += 1;
}

/// What make says of itself: its shell, name, version, directory, level, terminal.
fn define_own(session: &mut Session, invocation: &Invocation, restarts: u32) {
    let known = session.known;
    // It can be told whether the environment had one.
    if invocation.env.contains(b"SHELL") {
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
    let command = command(session, invocation);
    let name = session.name(b"MAKE_COMMAND");
    session.set_simple(name, &command, Origin::Default);
    session.set_recursive(known.make, b"$(MAKE_COMMAND)", Origin::Default);
    session.set_simple(known.makefile_list, b"", Origin::File);
    let path = session.dir.path().to_owned();
    session.set_simple(known.curdir, &path, Origin::File);
    let level = session.level.to_string();
    session.set_simple(known.makelevel, level.as_bytes(), session.environment_origin());
    if let Some(restarts) = restarts_text(invocation, restarts) {
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
        if session.vars.lookup_in(GLOBAL, name).is_some() {
            // Which terminal it is changes from shell to shell.
            session.vars.watch(name);
        }
    }
}

/// MAKEFLAGS, and the other variables make reads its switches from.
fn define_flags(session: &mut Session, invocation: &Invocation) {
    let known = session.known;
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
    let given = invocation.env.get(b"GNUMAKEFLAGS").is_some();
    if given || !session.identity().is_4_4() {
        // It is one of the built-in variables, which looks at it like a makefile.
        let again = !session.options.no_builtin_variables;
        let origin = if again { session.environment_origin() } else { Origin::Environment };
        session.set_simple(gnumakeflags, b"", origin);
    }
}

/// MAKECMDGOALS. What the user asks for is mentioned: other rules may count on it.
fn define_goals(session: &mut Session) {
    let goals: Vec<&[u8]> =
        session.options.goals.iter().map(|g| rkbuild_eval::target::strip_dot_slash(g)).collect();
    let goals = goals.join(&b' ');
    for goal in session.options.goals.clone() {
        let goal = enter(session, &goal);
        session.targets[goal].mentioned = true;
    }
    let name = session.name(b"MAKECMDGOALS");
    if !goals.is_empty() {
        session.set_simple(name, &goals, Origin::Default);
    }
}

/// `MAKE_RESTARTS`: how often makefiles were remade, counted on from what the environment says (manual 6.14).
fn restarts_text(invocation: &Invocation, restarts: u32) -> Option<BString> {
    let given = invocation.env.get(b"MAKE_RESTARTS").map(|given| given.strip_prefix(b"-").unwrap_or(given));
    if restarts == 0 {
        return given.map(BString::from);
    }
    let digits = given.unwrap_or_default().trim_ascii_start();
    let digits = digits.iter().take_while(|c| c.is_ascii_digit());
    let before = digits.fold(0u32, |n, c| n.wrapping_mul(10).wrapping_add(u32::from(c - b'0')));
    Some(before.wrapping_add(restarts).to_string().into())
}

/// What `$(MAKE)` runs: the name we were called by, made absolute where it is a path.
fn command(session: &Session, invocation: &Invocation) -> BString {
    let name = invocation.argv.first().cloned().unwrap_or_else(|| session.program.clone());
    if name.starts_with(b"/") || !name.contains(&b'/') {
        return name;
    }
    let mut path: BString = invocation.dir.path().to_owned();
    path.push(b'/');
    path.extend_from_slice(&name);
    path
}
