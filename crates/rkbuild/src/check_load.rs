//! `--check-load`: whether a kernel would load a built module, and if not, what it would mind and what sets that.

use std::collections::BTreeMap;
use std::fmt::Write;

use rkbuild_base::{BStr, BString, ByteSlice};
use rkbuild_host::{Dir, Host, errors};

use crate::module::Module;
use crate::target_kernel::{Export, Target, WORDS};

/// How many symbols are named before only their number is told.
const MOST_NAMED: usize = 20;

/// What was found of one module.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// For each of these the kernel refuses the module.
    pub refused: Vec<String>,
    /// Worth knowing.
    pub notes: Vec<String>,
}

/// Looks at modules against the kernel `value` names. Gives the text, and the exit status: 0 if all would be loaded, 1 if not.
pub fn run(host: &Host, dir: &Dir, value: &BStr, files: &[BString]) -> Result<(Vec<u8>, i32), String> {
    let target = Target::find(host, dir, value)?;
    let mut modules = Vec::new();
    for path in files {
        let cannot = |why: String| format!("'{path}' can't be read: {why}");
        let data = host.read(dir, path).map_err(|error| cannot(errors::describe(&error)))?;
        modules.push(Module::read(&data).map_err(|error| cannot(error.to_string()))?);
    }
    // Modules that are looked at together are loaded together.
    let mut beside: BTreeMap<BString, Export> = BTreeMap::new();
    for (module, path) in modules.iter().zip(files) {
        for (name, crc) in &module.exports {
            let export = Export { crc: *crc, module: path.clone(), ..Export::default() };
            beside.insert(name.clone(), export);
        }
    }
    let mut text = String::new();
    let mut status = 0;
    for (path, module) in files.iter().zip(&modules) {
        let found = check(module, &target, &beside);
        for line in &found.refused {
            let _ = writeln!(text, "{path}: {line}");
        }
        for line in &found.notes {
            let _ = writeln!(text, "{path}: note: {line}");
        }
        if found.refused.is_empty() {
            let _ = writeln!(text, "{path}: nothing was found that '{value}' would mind");
        } else {
            status = 1;
        }
    }
    Ok((text.into_bytes(), status))
}

/// What `target` minds of `module`; `beside` are the exports of modules that are loaded with it.
pub fn check(module: &Module, target: &Target, beside: &BTreeMap<BString, Export>) -> Findings {
    let mut found = Findings::default();
    if let Some(machine) = &target.machine
        && *machine != module.machine
    {
        found.refused.push(format!(
            "it is for {}, and the kernel for {machine}: ARCH and CROSS_COMPILE set that",
            module.machine
        ));
    }
    match (&module.vermagic, &target.vermagic) {
        (Some(module_words), Some(target_words)) => {
            compare_words(module_words, target_words, !module.versions.is_empty(), &mut found);
        }
        (None, _) => {
            found.refused.push("it has no vermagic: it is no module that kbuild has finished".into())
        }
        (_, None) => found.notes.push("the vermagic of the kernel is not known from what was given".into()),
    }
    compare_symbols(module, target, beside, &mut found);
    found
}

/// The words of vermagic one by one. With checksums the kernel leaves out the first, the release.
fn compare_words(module: &BString, target: &BString, has_crcs: bool, found: &mut Findings) {
    let split = |text: &BString| -> Vec<String> {
        text.fields().map(|word| word.to_str_lossy().into_owned()).collect()
    };
    let (ours, theirs) = (split(module), split(target));
    let (our_release, our_words) =
        ours.split_first().map_or((String::new(), &[][..]), |(r, w)| (r.clone(), w));
    let (their_release, their_words) =
        theirs.split_first().map_or((String::new(), &[][..]), |(r, w)| (r.clone(), w));
    if our_release != their_release {
        let text = format!(
            "vermagic: built for release '{our_release}', and the kernel is '{their_release}': {}",
            what_sets_release(&our_release, &their_release)
        );
        if has_crcs && their_words.iter().any(|word| word == "modversions") {
            found
                .notes
                .push(format!("{text}. It is not refused for that, as checksums are compared instead"));
        } else {
            found.refused.push(text);
        }
    }
    for word in our_words.iter().filter(|word| !their_words.contains(word)) {
        found
            .refused
            .push(format!("vermagic: the module has '{word}', and the kernel has not: {}", what_sets(word)));
    }
    for word in their_words.iter().filter(|word| !our_words.contains(word)) {
        found
            .refused
            .push(format!("vermagic: the kernel has '{word}', and the module has not: {}", what_sets(word)));
    }
}

/// What in a tree sets a word.
fn what_sets(word: &str) -> String {
    if let Some((_, option)) = WORDS.iter().find(|(known, _)| *known == word) {
        return format!("CONFIG_{option} sets it");
    }
    if word.starts_with("RANDSTRUCT") {
        return "the seed of CONFIG_RANDSTRUCT sets it, which is made anew in each tree".into();
    }
    match word {
        "aarch64" => "ARCH=arm64 sets it".into(),
        _ if word.starts_with("ARMv") || word.starts_with("p2v") || word.starts_with("thumb") => {
            "the processor options of ARCH=arm set it".into()
        }
        _ => "the architecture sets it".into(),
    }
}

/// What makes two releases differ.
fn what_sets_release(ours: &str, theirs: &str) -> String {
    let base =
        |text: &str| -> usize { text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len()) };
    let (our_base, our_rest) = ours.split_at(base(ours));
    let (their_base, their_rest) = theirs.split_at(base(theirs));
    if our_base != their_base {
        return "these are headers of another version".into();
    }
    let by_git = |rest: &str| rest.contains("-g") || rest.ends_with('+') || rest.contains("-dirty");
    if by_git(our_rest) || by_git(their_rest) {
        return "CONFIG_LOCALVERSION_AUTO and the state of the git tree set what differs (LOCALVERSION= leaves out the '+')".into();
    }
    if our_rest.is_empty() {
        return format!(
            "the module's tree lacks '{their_rest}': CONFIG_LOCALVERSION, a localversion file or LOCALVERSION= set it"
        );
    }
    "CONFIG_LOCALVERSION, a localversion file, EXTRAVERSION or LOCALVERSION= set what differs".into()
}

/// Names symbols, or so many of them.
fn named(mut names: Vec<String>) -> String {
    let more = names.len().saturating_sub(MOST_NAMED);
    names.truncate(MOST_NAMED);
    let mut text = names.join(", ");
    if more > 0 {
        let _ = write!(text, " and {more} more");
    }
    text
}

fn compare_symbols(
    module: &Module,
    target: &Target,
    beside: &BTreeMap<BString, Export>,
    found: &mut Findings,
) {
    let (mut missing, mut differ, mut gpl) = (Vec::new(), Vec::new(), Vec::new());
    let mut namespaces: BTreeMap<&BString, Vec<String>> = BTreeMap::new();
    let names: Vec<&BString> =
        module.undefined.iter().filter(|(_, weak)| !**weak).map(|(name, _)| name).collect();
    for name in &names {
        let Some(export) = target.exports.get(*name).or_else(|| beside.get(*name)) else {
            if target.complete {
                missing.push(name.to_string());
            }
            continue;
        };
        if export.gpl && !module.gpl {
            gpl.push(name.to_string());
        }
        if !export.namespace.is_empty() && !module.imports.contains(&export.namespace) {
            namespaces.entry(&export.namespace).or_default().push(name.to_string());
        }
    }
    // `module_layout` is no symbol that is used: its checksum stands for struct module.
    for (name, ours) in &module.versions {
        let theirs = target.exports.get(name).or_else(|| beside.get(name)).and_then(|export| export.crc);
        let theirs = theirs.or_else(|| target.versions.get(name).copied());
        if theirs.is_some_and(|theirs| theirs != *ours) {
            differ
                .push(format!("{name} ({ours:#010x}, the kernel's is {:#010x})", theirs.unwrap_or_default()));
        }
    }
    let count = |names: &[String]| {
        if names.len() == 1 { "1 symbol".to_owned() } else { format!("{} symbols", names.len()) }
    };
    if !missing.is_empty() {
        let (count, names) = (count(&missing), named(missing));
        found.refused.push(format!(
            "{count} the kernel does not export: {names}. An option that is off, another version, or a module that has to be \
             loaded first (its Module.symvers in KBUILD_EXTRA_SYMBOLS) is the cause"
        ));
    }
    if !differ.is_empty() {
        let (count, names) = (count(&differ), named(differ));
        found.refused.push(format!(
            "checksums: {count} have changed since: {names}. Build with the headers of that very kernel"
        ));
    }
    if !gpl.is_empty() {
        let (count, names) = (count(&gpl), named(gpl));
        found.refused.push(format!("{count} for GPL modules alone: {names}. MODULE_LICENSE() decides"));
    }
    for (namespace, names) in namespaces {
        found.refused.push(format!(
            "{} in namespace {namespace}, which is not imported: {}. MODULE_IMPORT_NS() does",
            count(&names),
            named(names)
        ));
    }
    if module.versions.is_empty()
        && target.vermagic.as_ref().is_some_and(|words| words.contains_str(" modversions"))
    {
        found.refused.push(
            "it has no checksums: the tree it was built in had no Module.symvers, or no CONFIG_MODVERSIONS"
                .into(),
        );
    }
    if !target.complete && !names.is_empty() {
        found.notes.push("not all exports of the kernel are known from what was given: undefined symbols were not looked at".into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: &str = "6.1.0-48-amd64 SMP preempt mod_unload modversions ";

    fn words(module: &str, target: &str, has_crcs: bool) -> Findings {
        let mut found = Findings::default();
        compare_words(&module.into(), &target.into(), has_crcs, &mut found);
        found
    }

    #[test]
    fn the_same_words_are_right() {
        assert_eq!(words(FULL, FULL.trim_end(), true), Findings::default());
    }

    #[test]
    fn each_word_that_is_missing_or_too_many_is_told_with_its_option() {
        for (word, option) in [
            ("SMP", "CONFIG_SMP"),
            ("preempt", "CONFIG_PREEMPT_BUILD"),
            ("mod_unload", "CONFIG_MODULE_UNLOAD"),
            ("modversions", "CONFIG_MODVERSIONS"),
        ] {
            let without = FULL.replace(&format!("{word} "), "");
            let lacks = words(&without, FULL, true).refused;
            assert_eq!(
                lacks,
                [format!("vermagic: the kernel has '{word}', and the module has not: {option} sets it")]
            );
            let has = words(FULL, &without, true).refused;
            assert_eq!(
                has,
                [format!("vermagic: the module has '{word}', and the kernel has not: {option} sets it")]
            );
        }
    }

    #[test]
    fn a_missing_localversion_is_told_and_refused_unless_checksums_are_compared() {
        let plain = FULL.replace("-48-amd64", "");
        let refused = words(&plain, FULL, false).refused;
        assert!(refused[0].contains("lacks '-48-amd64': CONFIG_LOCALVERSION"), "{refused:?}");
        let found = words(&plain, FULL, true);
        assert!(found.refused.is_empty() && found.notes[0].contains("-48-amd64"));
    }

    #[test]
    fn releases_differ_by_version_or_by_git() {
        assert!(what_sets_release("6.1.0-48-amd64", "6.12.9-amd64").contains("another version"));
        assert!(what_sets_release("6.1.0+", "6.1.0").contains("LOCALVERSION_AUTO"));
    }

    #[test]
    fn symbols_are_looked_for_by_name_checksum_licence_and_namespace() {
        let mut target = Target { complete: true, ..Target::default() };
        let text =
            b"0x00000001\tkept\tvmlinux\tEXPORT_SYMBOL\t\n0x00000002\tchanged\tvmlinux\tEXPORT_SYMBOL\t\n\
                     0x00000003\tgpl\tvmlinux\tEXPORT_SYMBOL_GPL\tNS\n";
        target.exports = crate::target_kernel::symvers(text);
        let names = ["kept", "changed", "gpl", "gone"];
        let module = Module {
            vermagic: Some("6.1 ".into()),
            undefined: names.iter().map(|name| ((*name).into(), false)).collect(),
            versions: [("kept", 1), ("changed", 7), ("gpl", 3)].map(|(name, crc)| (name.into(), crc)).into(),
            ..Module::default()
        };
        let refused = check(&module, &target, &BTreeMap::new()).refused;
        assert_eq!(refused.len(), 4, "{refused:?}");
        assert!(refused[0].starts_with("1 symbol the kernel does not export: gone."));
        assert!(refused[1].contains("changed (0x00000007, the kernel's is 0x00000002)"));
        assert!(refused[2].contains("GPL modules alone: gpl."));
        assert!(refused[3].contains("namespace NS"));
        let beside = BTreeMap::from([("gone".into(), Export::default())]);
        assert_eq!(check(&module, &target, &beside).refused.len(), 3);
    }

    #[test]
    fn of_many_symbols_some_are_named() {
        let text = named((0..25).map(|n| format!("s{n}")).collect());
        assert!(text.ends_with("s19 and 5 more"), "{text}");
    }
}
