//! Makefiles are targets, too: they are brought up to date before the goals are (manual 3.5).

use rkbuild_base::BString;
use rkbuild_eval::session::ReadFile;
use rkbuild_eval::target::strip_dot_slash;
use rkbuild_eval::{Fatal, FileId, Result};
use rkbuild_host::errors;

use crate::graph::states::Status;
use crate::graph::times::Time;
use crate::graph::trace::Trace;
use crate::session::named::{self, enter};
use crate::update::builder::Builder;

/// What came of bringing the makefiles up to date.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remade {
    /// None had to be made.
    Nothing,
    /// One changed: everything starts over.
    Changed,
    /// One could not be remade; the goals are made all the same, and make fails.
    Failed,
}

/// A makefile that is to be brought up to date.
struct Makefile {
    file: FileId,
    record: ReadFile,
    /// Its time before that.
    before: Time,
}

/// A makefile that was read, as a file, and whether some rule speaks of it.
type Chosen = (FileId, ReadFile, bool);

/// `-n`, `-q` and `-t`.
type Asked = (bool, bool, bool);

/// Brings the makefiles up to date. `stdin` is not one of them, the file that holds what standard input said; `first`: makefiles
/// were not remade yet.
pub(crate) fn makefiles(
    builder: &mut Builder<'_>,
    stdin: Option<&BString>,
    goals: &[FileId],
    first: bool,
) -> Result<Remade> {
    // Started over, a makefile that -B or -W had remade is not to be remade again.
    if first {
        named::mark_new(builder);
    }
    let always = builder.always_make;
    builder.always_make &= first;
    let remade = remake(builder, stdin, goals);
    builder.always_make = always;
    if !first {
        named::mark_new(builder);
    }
    if remade.is_err() {
        builder.check_signal(None)?;
    }
    if !matches!(remade, Ok(Remade::Nothing | Remade::Failed)) {
        builder.remove_intermediates(false);
    }
    remade
}

fn remake(builder: &mut Builder<'_>, stdin: Option<&BString>, goals: &[FileId]) -> Result<Remade> {
    if builder.tracing() {
        if let Some(mode) = builder.session.options.shuffle.as_ref().filter(|mode| *mode != "none") {
            builder.session.tell(&[b"Enabled shuffle mode: ", mode.as_slice(), b"\n"].concat());
        }
        builder.session.tell(b"Updating makefiles....\n");
    }
    let (makefiles, skipped) = chosen(builder, stdin);
    let makefiles = looked_at(builder, makefiles);
    let asked = set_aside(builder, goals);
    let ids: Vec<FileId> = makefiles.iter().map(|makefile| makefile.file).collect();
    let result = update(builder, &makefiles, &ids);
    // An error ends the session before what was asked counts again: intermediate files are really removed.
    let status = result?;
    if status != Status::Success && builder.told_failure && !builder.session.options.keep_going {
        return Err(Fatal { status: 2 });
    }
    ask_again(builder, asked);
    // Only asked with -q, as a goal that is a makefile as well: nothing was done.
    if status == Status::Question {
        builder.forget_goals(&ids);
        return Ok(Remade::Nothing);
    }
    let touched = asked == (false, false, true);
    let remade = what_came(builder, &makefiles, &skipped, status, touched)?;
    if remade != Remade::Changed {
        builder.forget_goals(&ids);
    }
    Ok(remade)
}

/// The makefiles that were read, as files; then those that would be remade for ever.
fn chosen(builder: &mut Builder<'_>, stdin: Option<&BString>) -> (Vec<Chosen>, Vec<ReadFile>) {
    let mut files = Vec::new();
    let mut skipped = Vec::new();
    for record in in_order(builder) {
        let name = builder.session.text(record.name);
        if stdin.is_some_and(|stdin| stdin == name) {
            continue;
        }
        let before = builder.session.targets.lookup(builder.session.name(strip_dot_slash(name)));
        let file = enter(builder.session, name);
        builder.session.targets[file].name_explicitly();
        if might_loop(builder, file) {
            if Trace::of(&builder.session.options).verbose {
                let line = [b"Makefile '", builder.name_of(file), b"' might loop; not remaking it.\n"];
                builder.session.tell(&line.concat());
            }
            skipped.push(record);
        } else {
            files.push((file, record, before.is_some()));
        }
    }
    (files, skipped)
}

/// The makefiles in the order they are remade: that of reading, in 4.3 the last one first.
fn in_order(builder: &Builder<'_>) -> Vec<ReadFile> {
    let mut records = builder.session.read_files.clone();
    if !builder.session.identity().is_4_4() {
        records.reverse();
    }
    records
}

/// A `::` rule without prerequisites would remake its makefile for ever; a phony one too, which 4.3 does not see.
fn might_loop(builder: &Builder<'_>, file: FileId) -> bool {
    let targets = &builder.session.targets;
    let endless = |file: &FileId| {
        let t = &targets[*file];
        t.is_double_colon && t.deps.is_empty() && t.secondary().is_empty() && t.recipe.is_some()
    };
    let phony = targets[file].phony && builder.session.identity().is_4_4();
    phony || endless(&file) || targets[file].double_colon().iter().any(endless)
}

/// Looks at their times, and notes what is to be said of those that could not be read.
fn looked_at(builder: &mut Builder<'_>, files: Vec<Chosen>) -> Vec<Makefile> {
    let mut makefiles = Vec::with_capacity(files.len());
    for (file, record, spoken_of) in files {
        if record.unreadable() {
            builder.treat_as_missing(file);
        }
        let before = match !spoken_of && builder.session.is_option_list(builder.name_of(file)) {
            true => builder.mtime_of_list(file),
            false => builder.mtime_of(file, false),
        };
        let told = record.top;
        if !record.found && !told {
            // Where it is included again it is the first time that is told of.
            builder.goal_errors.entry(file).or_insert((record.place, record.errno));
        }
        makefiles.push(Makefile { file, record, before });
    }
    makefiles
}

/// What would only be shown or asked is done for makefiles, unless they are goals of the command line. The makes they start are
/// never told of it. Gives what was asked.
fn set_aside(builder: &mut Builder<'_>, goals: &[FileId]) -> Asked {
    let named = if builder.session.options.goals.is_empty() { Vec::new() } else { goals.to_vec() };
    let options = &mut builder.session.options;
    let asked = (options.just_print, options.question, options.touch);
    if asked != (false, false, false) {
        (options.just_print, options.question, options.touch) = (false, false, false);
        builder.session.define_makeflags(true);
        builder.asked_of_makefiles = Some((asked, named));
    }
    asked
}

/// For the goals it counts again.
fn ask_again(builder: &mut Builder<'_>, asked: Asked) {
    if asked != (false, false, false) {
        let options = &mut builder.session.options;
        (options.just_print, options.question, options.touch) = asked;
        builder.session.define_makeflags(true);
    }
}

/// Makes what is out of date. Little is told of it unless that was asked for.
fn update(builder: &mut Builder<'_>, makefiles: &[Makefile], ids: &[FileId]) -> Result<Status> {
    let trace = builder.trace;
    if !trace.makefiles {
        builder.trace = Trace::default();
    }
    let optional: Vec<bool> = makefiles.iter().map(|makefile| makefile.record.optional).collect();
    let result = builder.update_goals(ids, Some(&optional));
    builder.trace = trace;
    builder.asked_of_makefiles = None;
    let needed = |file: &FileId| makefiles.iter().any(|m| m.file == *file && !m.record.optional);
    builder.goal_errors.retain(|file, _| needed(file));
    result
}

/// Looks at what became of each, and says so of those that failed.
fn what_came(
    builder: &mut Builder<'_>,
    makefiles: &[Makefile],
    skipped: &[ReadFile],
    status: Status,
    touched: bool,
) -> Result<Remade> {
    let mut changed = false;
    let mut missing = false;
    let mut failed: Vec<&Makefile> = Vec::new();
    for makefile in makefiles {
        let (file, record, before) = (makefile.file, &makefile.record, makefile.before);
        let done = builder.goal_status(file);
        let look = builder.was_run(file) || touched;
        let now = if look { builder.mtime_of(file, false) } else { before };
        match done {
            // With -n nothing was done; with -t it was, and what is new has to be read.
            Some(Status::Success) => changed |= now != before && (now != Time::NEW || touched),
            Some(_) if !record.optional && status != Status::Success => {
                failed.push(makefile);
                changed |= now != before && !now.is_missing();
                missing |= record.top || !record.found || builder.session.options.keep_going;
            }
            _ => {}
        }
    }
    if tell_lacking(builder, skipped) {
        // Another that was made does not make up for one that never is, unless some third one failed.
        missing = true;
        changed &= !failed.is_empty();
    }
    let goes_on = goes_on(builder) && !failed.is_empty();
    for makefile in failed {
        tell_failed(builder, makefile);
    }
    match (changed, missing) {
        (true, _) => Ok(Remade::Changed),
        (false, true) if !goes_on => Err(Fatal { status: 2 }),
        (false, _) if goes_on => Ok(Remade::Failed),
        (false, _) => Ok(Remade::Nothing),
    }
}

/// Tells of makefiles that are needed, and not there, and not remade because that would have no end: 4.4 does.
fn tell_lacking(builder: &Builder<'_>, skipped: &[ReadFile]) -> bool {
    let mut some = false;
    if builder.session.identity().is_4_4() {
        for record in skipped.iter().rev().filter(|record| !record.found && !record.optional) {
            let mut message = builder.session.text(record.name).to_vec();
            message.extend_from_slice(b": ");
            message.extend_from_slice(errors::text(record.errno).as_bytes());
            builder.session.error(record.place, message);
            some = true;
        }
    }
    some
}

/// With -k 4.3 goes on with what it could read.
fn goes_on(builder: &Builder<'_>) -> bool {
    !builder.session.identity().is_4_4() && builder.session.options.keep_going
}

/// 4.3 names no place.
fn tell_failed(builder: &Builder<'_>, makefile: &Makefile) {
    let newer = builder.session.identity().is_4_4();
    let mut message = b"Failed to remake makefile '".to_vec();
    message.extend_from_slice(builder.name_of(makefile.file));
    message.extend_from_slice(b"'.");
    builder.session.error(makefile.record.place.filter(|_| newer), message);
}
