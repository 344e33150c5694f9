//! Which makefiles are read: those of MAKEFILES, then those that were given, or one with a name make knows.

use rkbuild_base::BString;
use rkbuild_base::text::words;
use rkbuild_eval::session::ReadFile;
use rkbuild_eval::{Result, Session};
use rkbuild_host::errors;

use crate::graph::trace::Trace;
use crate::session::arguments::version_text;

/// The names a makefile has when none is given.
const DEFAULT_MAKEFILES: [&[u8]; 3] = [b"GNUmakefile", b"makefile", b"Makefile"];

/// Reads the makefiles. `stdin`: the file that holds what standard input said, once it was read.
pub(crate) fn read(session: &mut Session, stdin: &mut Option<BString>) -> Result<()> {
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
    for name in words(&list) {
        let record = unread(session, name, true, false);
        session.read_makefile(name, true, record)?;
    }
    session.no_default_goal = false;
    for name in &given {
        let name = if name == "-" { standard_input(session, stdin)? } else { name.clone() };
        if session.options.temp_stdin.contains(&name) {
            *stdin = Some(name.clone());
        }
        let record = unread(session, &name, false, true);
        let record = session.read_makefile(&name, false, record)?;
        tell_if_absent(session, &name, &record);
    }
    if given.is_empty() { read_default(session) } else { Ok(()) }
}

/// Reads the makefile that is there when none was given.
fn read_default(session: &mut Session) -> Result<()> {
    for name in DEFAULT_MAKEFILES {
        // A link to nothing is there, too.
        if session.host().link_kind(&session.dir, name).is_ok() {
            let record = unread(session, name, false, true);
            let record = session.read_makefile(name, false, record)?;
            tell_if_absent(session, name, &record);
            return Ok(());
        }
    }
    // None exists: one may be made by an implicit rule, without complaint if it can't.
    for name in DEFAULT_MAKEFILES {
        let mut record = unread(session, name, true, true);
        record.errno = 2;
        session.read_files.push(record);
    }
    Ok(())
}

/// Says why a makefile could not be read.
fn tell_if_absent(session: &Session, name: &[u8], record: &ReadFile) {
    if !record.found {
        let why = errors::text(record.errno);
        session.error(None, [name, b": ", why.as_bytes()].concat());
    }
}

/// A makefile that was not read yet. `top`: it is none that another includes.
fn unread(session: &Session, name: &[u8], optional: bool, top: bool) -> ReadFile {
    ReadFile { name: session.name(name), optional, found: false, errno: 0, place: None, top }
}

/// A makefile from standard input is kept in a file, so that it can be read again.
fn standard_input(session: &mut Session, stdin: &mut Option<BString>) -> Result<BString> {
    if let Some(name) = stdin {
        return Ok(name.clone());
    }
    let mut text = Vec::new();
    let host = session.shared.host.clone();
    let newer = session.identity().is_4_4();
    // What can't be read (it may be closed, or a directory) ends like an empty file.
    let _ = rkbuild_host::fd::read_to_end(&*session.stdio.stdin, &mut text);
    session.check_signal()?;
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
pub(crate) fn end_reading(session: &mut Session) -> Result<()> {
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
