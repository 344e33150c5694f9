//! What happens when all makefiles are read: special targets take effect.

use rkbuild_base::Name;
use rkbuild_eval::sequence::Wildcards;
use rkbuild_eval::{Dep, FileId, Result, Session};

/// Ends the reading of makefiles: special targets mark their prerequisites, suffix rules become pattern rules.
pub fn snap(session: &mut Session) -> Result<()> {
    session.targets.snapped = true;
    let known = session.known;
    for file in marked(session, known.precious) {
        session.targets[file].precious = true;
    }
    for file in marked(session, known.low_resolution_time) {
        session.targets[file].rare_mut().low_resolution_time = true;
    }
    for file in marked(session, known.phony) {
        session.targets[file].phony = true;
        session.targets[file].is_target = true;
    }
    let is_4_4 = session.identity().is_4_4();
    let mut no_intermediates = false;
    if is_4_4 && session.targets.lookup(known.notintermediate).is_some() {
        let files = marked(session, known.notintermediate);
        no_intermediates = files.is_empty();
        for file in files {
            session.targets[file].notintermediate = true;
        }
    }
    for file in marked(session, known.intermediate) {
        if session.targets[file].notintermediate {
            return Err(both(session, file, ".INTERMEDIATE"));
        }
        session.targets[file].intermediate = true;
    }
    let mut all_secondary = false;
    // That its name came up, even as something else than a target, is enough for this and `.NOTINTERMEDIATE`.
    if session.targets.lookup(known.secondary).is_some() {
        let files = marked(session, known.secondary);
        all_secondary = files.is_empty();
        for file in files {
            if session.targets[file].notintermediate {
                return Err(both(session, file, ".SECONDARY"));
            }
            session.targets[file].intermediate = true;
            session.targets[file].secondary_flag = true;
        }
    }
    if no_intermediates && all_secondary {
        let message = ".NOTINTERMEDIATE and .SECONDARY are mutually exclusive";
        return Err(session.fatal(None, message));
    }
    for target in session.targets.files.iter_mut_from(0) {
        if all_secondary && !target.notintermediate {
            target.intermediate = true;
            target.secondary_flag |= !is_4_4;
        }
        if no_intermediates && !target.intermediate && !target.secondary_flag {
            target.notintermediate = true;
        }
    }
    session.targets.all_secondary = all_secondary;
    session.targets.no_intermediates = no_intermediates;
    if is_target(session, known.export_all) {
        session.vars.export_all = true;
        session.vars.changes += 1;
    }
    let ignored = marked(session, known.ignore);
    if ignored.is_empty() && is_target(session, known.ignore) {
        // As -i does, it speaks for the makes below, too.
        session.options.ignore_errors = true;
        session.define_makeflags(true);
    }
    for file in ignored {
        session.targets[file].ignore_errors = true;
    }
    let silent = marked(session, known.silent);
    if silent.is_empty() && is_target(session, known.silent) {
        session.targets.all_silent = true;
    }
    for file in silent {
        session.targets[file].silent = true;
    }
    if is_4_4 {
        for file in marked(session, known.notparallel) {
            session.targets[file].rare_mut().not_parallel = true;
        }
    }
    for (head, recipe) in std::mem::take(&mut session.targets.behind) {
        if is_4_4 {
            let file = session.targets.add_double_colon(head);
            session.targets[file].recipe = Some(recipe);
            session.targets[file].builtin = true;
        }
    }
    crate::search::suffix::convert(session)?;
    extra_prerequisites(session)
}

fn both(session: &Session, file: FileId, what: &str) -> rkbuild_eval::Fatal {
    let mut message = session.text(session.targets[file].name).to_vec();
    message.extend_from_slice(format!(" cannot be both .NOTINTERMEDIATE and {what}").as_bytes());
    session.fatal(None, message)
}

fn is_target(session: &Session, name: Name) -> bool {
    session.targets.lookup(name).is_some_and(|id| session.targets[id].is_target)
}

/// The prerequisites of a special target, all its `::` rules together.
fn marked(session: &Session, name: Name) -> Vec<FileId> {
    let Some(id) = session.targets.lookup(name).filter(|id| session.targets[*id].is_target) else {
        return Vec::new();
    };
    let rules = std::iter::once(id).chain(session.targets[id].double_colon().iter().copied());
    let mut out = Vec::new();
    for rule in rules {
        for dep in &session.targets[rule].deps {
            out.push(dep.file);
            // What is said of a name is said of each of its `::` rules.
            out.extend(session.targets[dep.file].double_colon().iter().copied());
        }
    }
    out
}

/// `.EXTRA_PREREQS`: prerequisites of every target, or of one when target-specific, that automatic variables leave
/// out (manual 6.15).
fn extra_prerequisites(session: &mut Session) -> Result<()> {
    let name = session.known.extra_prereqs;
    let global = session.variable_value(name)?;
    let global = enter_words(session, &global);
    session.targets.extra_prereqs = global.clone();
    for at in 0..session.targets.files.len() {
        let file = FileId::at(at);
        let own = match session.targets[file].scope {
            Some(scope) if session.vars.lookup_in(scope, name).is_some() => {
                let mut value = Vec::new();
                session.expand_in(scope, &rkbuild_syntax::Text::new("$(.EXTRA_PREREQS)"), &mut value)?;
                Some(enter_words(session, &value))
            }
            _ => None,
        };
        if own.is_none() && (global.is_empty() || !session.targets[file].is_target) {
            continue;
        }
        let extra = own.unwrap_or_else(|| global.clone());
        let text = session.text(session.targets[file].name);
        // Special targets are not made.
        if text.first() == Some(&b'.')
            && !text.contains(&b'/')
            && text.get(1).is_some_and(u8::is_ascii_uppercase)
        {
            continue;
        }
        // One of them does not wait for the others.
        if extra.iter().all(|d| d.file != file) {
            session.targets.added_behind_list(file, extra.len());
            session.targets[file].deps.extend(extra);
        }
    }
    Ok(())
}

/// Enters names of files, which implicit rules count on where nothing else is found.
fn enter_words(session: &mut Session, value: &[u8]) -> Vec<Dep> {
    let names = session.file_sequence(value, b"", Wildcards::Expand);
    let names: Vec<Name> = names.iter().map(|name| session.name(name)).collect();
    names
        .into_iter()
        .map(|name| {
            let file = session.targets.enter(name);
            session.targets[file].mentioned = true;
            Dep { file, order_only: false, wait: false, extra: true, explicit: true }
        })
        .collect()
}
