//! Checks of what kbuild asks of a Kbuild file: rules with if_changed, lists of objects, flags.

use std::collections::{BTreeMap, BTreeSet};

use rkbuild_base::{BStr, BString, ByteSlice};
use rkbuild_syntax::Lang;

use crate::lint::report::Report;
use crate::lint::source::{References, Rule, words};
use crate::lint::tree::Tree;

/// Macros whose second word is looked up as `cmd_WORD`.
const MACROS: [&[u8]; 4] = [b"if_changed", b"if_changed_dep", b"if_changed_rule", b"cmd"];

/// What an object can be made from.
const SOURCES: [&[u8]; 5] = [b".c", b".S", b".rs", b".o_shipped", b".asn1"];

/// All checks.
pub fn check(lang: &Lang, tree: &Tree, report: &mut Report<'_>) {
    calls(lang, report);
    rules(lang, report);
    modules(tree, report);
    flags(report);
}

fn is_if_changed(call: &[BString]) -> bool {
    call.first().is_some_and(|name| name.trim().starts_with(b"if_changed"))
}

/// `$(call if_changed, ld)`: the blank is part of the name.
fn calls(lang: &Lang, report: &mut Report<'_>) {
    let source = report.source;
    for (at, text) in source.texts() {
        for call in References::of(lang, text).calls {
            let [name, word, ..] = call.as_slice() else { continue };
            if MACROS.contains(&name.trim()) && word.starts_with(b" ") && !word.trim().is_empty() {
                let name = name.trim().as_bstr();
                let wrong = [b",", word.as_slice()].concat();
                let word = word.trim().as_bstr();
                report.add(
                    "call-space",
                    at,
                    &wrong,
                    format!("the blank after the comma belongs to the word: 'cmd_ {word}' is looked up, and is empty"),
                    format!("write $(call {name},{word})"),
                );
            }
        }
    }
}

/// Names of variables whose words kbuild takes for targets that have a saved command.
fn is_list_of_targets(name: &BStr) -> bool {
    let name = name.as_bytes();
    let suffixes: [&[u8]; 5] = [b"-y", b"-m", b"-objs", b"-", b"-cxxobjs"];
    name == b"targets"
        || name == b"always"
        || name.starts_with(b"hostprogs")
        || name.starts_with(b"userprogs")
        || name.contains_str("targets")
        || suffixes.iter().any(|suffix| name.ends_with(suffix))
        || name.contains_str("-$(")
}

/// Rules whose recipes use if_changed.
fn rules(lang: &Lang, report: &mut Report<'_>) {
    let source = report.source;
    let listed: Vec<&BStr> = source.words_of(is_list_of_targets).into_iter().map(|(word, _)| word).collect();
    // A list with references may hold anything.
    let open = listed.iter().any(|word| word.contains(&b'$'));
    let forced: BTreeSet<&BString> = source
        .rules
        .iter()
        .filter(|rule| has_force(&rule.prerequisites))
        .flat_map(|rule| rule.targets.iter())
        .collect();
    for rule in &source.rules {
        let uses: Vec<usize> = rule
            .recipe
            .iter()
            .filter(|(_, text)| References::of(lang, text).calls.iter().any(|call| is_if_changed(call)))
            .map(|(at, _)| *at)
            .collect();
        let Some(target) = rule.targets.first().filter(|_| !uses.is_empty()) else { continue };
        if let [_, second, ..] = uses.as_slice() {
            report.add(
                "if-changed-twice",
                *second,
                b"if_changed",
                format!("if_changed twice for '{target}': each saves its command over that of the other, and both always run"),
                "make one command of both, or a target for each",
            );
        }
        let known = rule.targets.iter().any(|target| forced.contains(target)) || may_hold_force(rule);
        if !known {
            report.add(
                "force-missing",
                rule.at,
                target,
                format!("'{target}' uses if_changed without FORCE: a changed command does not remake it"),
                "add FORCE to its prerequisites",
            );
        }
        for target in &rule.targets {
            let Some(name) =
                target.strip_prefix(b"$(obj)/").filter(|name| !name.contains(&b'$') && !name.contains(&b'%'))
            else {
                continue;
            };
            if !open && !listed.iter().any(|word| *word == name.as_bstr()) {
                report.add(
                    "not-in-targets",
                    rule.at,
                    target,
                    format!("'{target}' is not in targets: its saved command is not read, and it is remade each time"),
                    format!("add 'targets += {}'", name.as_bstr()),
                );
            }
        }
    }
}

fn has_force(prerequisites: &[u8]) -> bool {
    words(prerequisites).iter().any(|word| *word == "FORCE")
}

/// Whether the prerequisites of a rule can hold FORCE without naming it.
fn may_hold_force(rule: &Rule) -> bool {
    let plain: [&[u8]; 4] = [b"$(obj)", b"$(src)", b"$(srctree)", b"$(objtree)"];
    words(&rule.prerequisites).iter().any(|word| {
        let mut rest = word.as_bytes().to_vec();
        for known in plain {
            rest = rest.replace(known, "");
        }
        rest.contains(&b'$') || *word == "FORCE"
    })
}

/// The name of a module or composite object that `name` lists the parts of.
fn composite(name: &BStr) -> Option<&[u8]> {
    let suffixes: [&[u8]; 3] = [b"-objs", b"-y", b"-m"];
    let base = suffixes.iter().find_map(|suffix| name.strip_suffix(*suffix)).or_else(|| {
        let at = name.find("-$(CONFIG_").or_else(|| name.find("-${CONFIG_"))?;
        name.get(..at)
    })?;
    let own: [&[u8]; 14] = [
        b"obj",
        b"lib",
        b"extra",
        b"always",
        b"subdir",
        b"ccflags",
        b"asflags",
        b"ldflags",
        b"hostprogs",
        b"userprogs",
        b"targets",
        b"dtb",
        b"head",
        b"core",
    ];
    (!own.contains(&base)).then_some(base)
}

/// Lists of objects: `obj-m` and what the modules are made of.
fn modules(tree: &Tree, report: &mut Report<'_>) {
    let source = report.source;
    let modules = source.words_of(|name| *name == "obj-m");
    let objects =
        source.words_of(|name| name == "obj-m" || name == "obj-y" || name.starts_with(b"obj-$(CONFIG_"));
    let mut parts: BTreeMap<&[u8], Vec<(&BStr, usize)>> = BTreeMap::new();
    for assignment in &source.assignments {
        if let Some(base) = composite(assignment.name.as_bstr()) {
            let list = parts.entry(base).or_default();
            list.extend(words(&assignment.value).into_iter().map(|word| (word, assignment.at)));
        }
    }
    for (module, _) in &modules {
        let Some(base) = module.strip_suffix(b".o") else { continue };
        if let Some((word, at)) =
            parts.get(base).and_then(|list| list.iter().find(|(word, _)| word == module))
        {
            report.add(
                "object-names-itself",
                *at,
                word,
                format!("'{module}' is made of itself: kbuild drops the rule, and the module is made of '{base}.c' alone or not at all", base = BStr::new(base)),
                format!("give the module or the source '{}.c' another name", BStr::new(base)),
            );
        }
    }
    let named: BTreeSet<&[u8]> =
        modules.iter().filter_map(|(module, _)| module.strip_suffix(b".o")).collect();
    let mut owner: BTreeMap<&BStr, &[u8]> = BTreeMap::new();
    for (base, list) in parts.iter().filter(|(base, _)| named.contains(*base)) {
        for (word, at) in list.iter().filter(|(word, _)| word.ends_with(b".o") && !word.contains(&b'$')) {
            let other = *owner.entry(word).or_insert(base);
            if other != *base {
                report.add(
                    "object-in-two-modules",
                    *at,
                    word,
                    format!(
                        "'{word}' is in two modules, '{}' and '{}': it is compiled once, for one of them",
                        BStr::new(other),
                        BStr::new(base)
                    ),
                    "make a module of it that both use, or include its source from two files",
                );
            }
        }
    }
    if tree.knows_files() {
        sources(tree, report, &objects, &parts);
    }
}

/// Objects that nothing makes.
fn sources(
    tree: &Tree,
    report: &mut Report<'_>,
    objects: &[(&BStr, usize)],
    parts: &BTreeMap<&[u8], Vec<(&BStr, usize)>>,
) {
    let source = report.source;
    // A rule for any object, or for the sources of any, makes what it can.
    let by_pattern = source.rules.iter().any(|rule| rule.targets.iter().any(|target| target.contains(&b'%')));
    if by_pattern || source.others.iter().any(|(_, text)| text.contains_str("include ")) {
        return;
    }
    for (object, at) in objects {
        let base =
            object.strip_suffix(b".o").filter(|base| !base.contains(&b'$') && !base.ends_with(b".dtb"));
        let Some(base) = base else { continue };
        let made = SOURCES.iter().any(|suffix| tree.beside(&source.path, &[base, *suffix].concat()));
        let by_rule =
            source.rules.iter().any(|rule| rule.targets.iter().any(|target| target.contains_str(base)));
        if !made && !by_rule && !parts.contains_key(base) {
            let base = BStr::new(base);
            report.add(
                "no-source",
                *at,
                object,
                format!("nothing makes '{object}': there is no {base}.c or {base}.S, no {base}-y or {base}-objs, and no rule"),
                format!("add the source, or say what it is made of: {base}-y := …"),
            );
        }
    }
}

/// Flags that kbuild hands to compilers.
fn is_flags(name: &BStr) -> bool {
    let name = name.as_bytes();
    name.contains_str("flags-")
        || name.contains_str("CFLAGS")
        || name.contains_str("AFLAGS")
        || name.contains_str("CPPFLAGS")
}

fn flags(report: &mut Report<'_>) {
    let source = report.source;
    for assignment in source.assignments.iter().filter(|a| is_flags(a.name.as_bstr())) {
        let name = &assignment.name;
        let list = words(&assignment.value);
        for pair in list.windows(2) {
            // What begins with a tree is found wherever it stands.
            let anchored = ["$(srctree)", "${srctree}", "$(objtree)", "${objtree}", "/", "-"];
            if pair[0] == "-I" && !anchored.iter().any(|start| pair[1].starts_with(start.as_bytes())) {
                report.add(
                    "include-space",
                    assignment.at,
                    b"-I ",
                    "a blank after -I, and a directory that no tree begins: with O=, kernels before 5.3 do not look for it in the source tree".into(),
                    format!("write -I{}", pair[1]),
                );
            }
        }
        let value = assignment.value.trim_end();
        let raw = source.raw(assignment.at);
        // The comment was cut off with the rest of the word.
        let cut = raw.find_byte(b'#').filter(|at| {
            let before = raw.get(..*at).unwrap_or_default();
            !before.ends_with(b"\\") && !before.ends_with(b" ") && !before.ends_with(b"\t")
        });
        if cut.is_some() && !value.is_empty() && raw.contains_str(value) {
            report.add(
                "cut-off",
                assignment.at,
                b"#",
                format!("'#' begins a comment: {name} ends before it"),
                "write \\# or $(pound)",
            );
        }
    }
}
