//! Checks of names and commands: what was superseded, what nobody sets, what should be written otherwise.

use rkbuild_base::{BStr, BString, ByteSlice};
use rkbuild_syntax::Lang;

use crate::lint::report::Report;
use crate::lint::source::{References, words};
use crate::lint::tree::Tree;
use crate::nearest::distance;

/// A name, its successor, and since when.
const SUPERSEDED: &[(&str, &str, &str)] = &[
    ("EXTRA_CFLAGS", "ccflags-y", "since 2.6.24; the old name is gone from 6.15 on"),
    ("EXTRA_AFLAGS", "asflags-y", "since 2.6.24; the old name is gone from 6.15 on"),
    ("EXTRA_LDFLAGS", "ldflags-y", "since 2.6.24; the old name is gone from 6.15 on"),
    ("EXTRA_CPPFLAGS", "ccflags-y and asflags-y", "since 2.6.24"),
    ("hostprogs-y", "hostprogs", "since 5.6"),
    ("hostprogs-m", "hostprogs", "since 5.6"),
    ("always", "always-y", "since 5.6"),
    ("host-progs", "hostprogs", "since 5.6"),
    ("export-objs", "nothing: EXPORT_SYMBOL() is enough", "since 2.5"),
    ("list-multi", "nothing: foo-y says it", "since 2.5"),
    ("O_TARGET", "obj-y", "since 2.5"),
    ("header-y", "nothing: all below include/uapi is exported", "since 4.13"),
    ("KBUILD_NOPEDANTIC", "nothing: kbuild does not look any more", "since 2.6.25"),
];

/// Names of kbuild and make that their own makefiles set, or the environment: nobody need set them here.
const BUILTIN: [&str; 12] =
    ["MAKE", "CURDIR", "PWD", "KERNELRELEASE", "KDIR", "M", "O", "V", "W", "obj", "src", "DESTDIR"];

/// All checks.
pub fn check(lang: &Lang, tree: &Tree, report: &mut Report<'_>) {
    superseded(report);
    pwd(lang, report);
    commands(lang, report);
    options(lang, tree, report);
    unset(lang, tree, report);
}

fn superseded(report: &mut Report<'_>) {
    let source = report.source;
    for assignment in &source.assignments {
        let Some((old, new, since)) = SUPERSEDED.iter().find(|(old, _, _)| assignment.name == *old) else {
            continue;
        };
        // `always = $(always-y)` is how a makefile serves older kernels, too.
        if assignment.value.contains_str(format!("$({new})")) {
            continue;
        }
        report.add(
            "superseded",
            assignment.at,
            old.as_bytes(),
            format!("{old} was superseded by {new}, {since}"),
            match new.split_once(':') {
                Some(_) => "leave it out".to_owned(),
                None => format!("write {new}"),
            },
        );
    }
    for rule in &source.rules {
        for (at, text) in &rule.recipe {
            if words(text).iter().any(|word| word.starts_with(b"SUBDIRS=")) && names_make(text) {
                report.add(
                    "superseded",
                    *at,
                    b"SUBDIRS=",
                    "SUBDIRS= was superseded by M=, since 2.6.7; kernels from 5.4 on do not look at it"
                        .into(),
                    "write M=$(CURDIR)",
                );
            }
        }
    }
}

fn names_make(text: &[u8]) -> bool {
    text.contains_str("$(MAKE)") || text.contains_str("${MAKE}") || text.contains_str("make ")
}

/// `$(PWD)` is where the shell was, not where make is.
fn pwd(lang: &Lang, report: &mut Report<'_>) {
    let source = report.source;
    if source.assignments.iter().any(|a| a.name == "PWD") {
        return;
    }
    for (at, text) in source.texts() {
        if References::of(lang, text).variables.contains(BStr::new("PWD")) {
            report.add(
                "pwd",
                at,
                if text.contains_str("$(PWD)") { b"$(PWD)" } else { b"${PWD}" },
                "PWD comes from the environment: it is where the caller was, which sudo leaves out and make -C does not change"
                    .into(),
                "write $(src) for the sources of a Kbuild file, $(CURDIR) where make is",
            );
        }
    }
}

/// The simple commands of a recipe line or of `$(shell)`, by their words.
fn simple_commands(text: &[u8]) -> impl Iterator<Item = Vec<&BStr>> {
    let text = text.trim_start_with(|c| "@+- \t".contains(c));
    let (mut quote, mut before) = (None, 0);
    let ends = move |c: &u8| {
        // The bracket of a reference begins no command.
        let reference = std::mem::replace(&mut before, *c) == b'$';
        match (quote, *c) {
            (Some(open), c) => {
                if c == open {
                    quote = None;
                }
                false
            }
            (None, c @ (b'\'' | b'"')) => {
                quote = Some(c);
                false
            }
            (None, c) => b";|&\n".contains(&c) || c == b'(' && !reference,
        }
    };
    text.split(ends).map(words)
}

fn commands(lang: &Lang, report: &mut Report<'_>) {
    let source = report.source;
    for rule in &source.rules {
        for (at, text) in &rule.recipe {
            for command in simple_commands(text) {
                if command.first().is_some_and(|name| *name == "make" || *name == "/usr/bin/make") {
                    report.add(
                        "plain-make",
                        *at,
                        b"make",
                        "make where $(MAKE) is meant: -n, -j and the variables of the command line do not reach it".into(),
                        "write $(MAKE)",
                    );
                }
            }
            for word in words(text) {
                let Some(value) = word.strip_prefix(b"M=") else { continue };
                let relative = !value.is_empty() && !b"/$`\"'".contains(&value[0]);
                if relative && names_make(text) {
                    report.add(
                        "relative-module",
                        *at,
                        word,
                        format!(
                            "M={} is looked for below the kernel's output directory, not here",
                            BStr::new(value)
                        ),
                        "write M=$(CURDIR)",
                    );
                }
            }
            searches(report, *at, text);
        }
    }
    for assignment in &source.assignments {
        for command in References::of(lang, &assignment.value).commands {
            searches(report, assignment.at, &command);
        }
    }
}

/// `grep CONFIG_X .config`
fn searches(report: &mut Report<'_>, at: usize, text: &[u8]) {
    for command in simple_commands(text) {
        let program = command.first().map(|name| name.as_bytes());
        if !matches!(program, Some(b"grep" | b"egrep" | b"fgrep" | b"sed" | b"awk")) {
            continue;
        }
        let Some(file) = command.iter().find(|word| **word == ".config" || word.ends_with(b"/.config"))
        else {
            continue;
        };
        report.add(
            "config-searched",
            at,
            file,
            "the configuration is searched as text: with O= it is elsewhere, and distributions' headers may not have it".into(),
            "use $(CONFIG_NAME): kbuild has read include/config/auto.conf",
        );
    }
}

/// CONFIG_ names that no Kconfig file defines.
fn options(lang: &Lang, tree: &Tree, report: &mut Report<'_>) {
    let Some(options) = &tree.options else { return };
    let source = report.source;
    let mut told: Vec<BString> = Vec::new();
    for (at, text) in source.texts() {
        for name in References::of(lang, text).variables {
            unknown_option(options, tree, report, at, &name, &mut told);
        }
    }
    for assignment in &source.assignments {
        for name in References::of(lang, &assignment.name).variables {
            unknown_option(options, tree, report, assignment.at, &name, &mut told);
        }
    }
}

fn unknown_option(
    options: &std::collections::BTreeSet<BString>,
    tree: &Tree,
    report: &mut Report<'_>,
    at: usize,
    name: &BString,
    told: &mut Vec<BString>,
) {
    let Some(option) = name.strip_prefix(b"CONFIG_").map(BStr::new) else { return };
    if options.contains(option) || tree.set.contains(name) || told.contains(name) || option.contains(&b'$') {
        return;
    }
    told.push(name.clone());
    let near = options.iter().find(|known| distance(known, option) <= 1);
    let mend = near.map_or_else(
        || "take out what it selects, or add the option".to_owned(),
        |near| format!("is CONFIG_{near} meant?"),
    );
    report.add(
        "unknown-option",
        at,
        name,
        format!("no Kconfig file defines {option}: '{name}' is always empty"),
        mend,
    );
}

/// A name without what is counted or chosen behind it: `CPUFLAGS-1`, `libs-y`.
fn stem(name: &BStr) -> &[u8] {
    let name = name.trim_end_with(|c| c.is_ascii_digit());
    name.rfind_byte(b'-').filter(|at| name.len() - at <= 2).map_or(name, |at| &name[..at])
}

/// Names nobody sets that are nearly those of variables this makefile sets.
fn unset(lang: &Lang, tree: &Tree, report: &mut Report<'_>) {
    const SHORTEST: usize = 5;
    let source = report.source;
    let mut told: Vec<BString> = Vec::new();
    for (at, text) in source.texts() {
        for name in References::of(lang, text).variables {
            let known = tree.set.contains(&name)
                || BUILTIN.iter().any(|builtin| name == *builtin)
                || name.len() < SHORTEST
                || name.starts_with(b"CONFIG_")
                || told.contains(&name)
                || source.assignments.iter().any(|a| a.name == name);
            if known {
                continue;
            }
            let near = source.assignments.iter().find(|a| {
                a.name.len() >= SHORTEST
                    && !a.name.contains(&b'$')
                    && stem(a.name.as_bstr()) != stem(name.as_bstr())
                    && distance(&a.name, &name) == 1
            });
            if let Some(near) = near {
                told.push(name.clone());
                report.add(
                    "never-set",
                    at,
                    &name,
                    format!("nothing sets '{name}', and '{}' is set", near.name),
                    format!("write {}", near.name),
                );
            }
        }
    }
}
