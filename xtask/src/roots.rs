//! Whether the reasons that `--explain` gives in a round of churn name what was changed.

use std::collections::BTreeSet;
use std::path::Path;

use bstr::{BString, ByteSlice};

use crate::change::Change;

/// Before a build's command in bash: every `make` in it is told to explain itself.
pub const EXPLAINING: &str = "make() { command make --explain \"$@\"; }; ";

/// What a build wrote on standard error, and the reasons that were among it.
pub fn apart(text: &[u8]) -> (BString, Vec<String>) {
    let (mut rest, mut reasons) = (Vec::new(), Vec::new());
    for line in text.lines_with_terminator() {
        match line.strip_prefix(b"rkbuild: ") {
            Some(reason) => reasons.push(reason.trim_end().to_str_lossy().into_owned()),
            None => rest.extend_from_slice(line),
        }
    }
    (rest.into(), reasons)
}

/// What the script that links a kernel says it makes, beside the target whose command it is.
const LINKED: (&str, [&str; 6]) =
    ("vmlinux", ["vmlinux.o", "System.map", ".tmp_vmlinux", "modules.builtin", ".vmlinux.", ".btf.vmlinux"]);

/// What the make runs each time that this script starts.
const RUN_WITH_IT: &str = "include/generated/utsversion.h";

/// Why what runs each time does.
const FORCED: &str = "it is forced by FORCE";

/// What a build that explains itself said.
#[derive(Debug, Default)]
pub struct Explained {
    pub reasons: Vec<String>,
    /// What it printed.
    pub printed: BString,
}

/// What was changed since all was up to date.
#[derive(Debug, Default)]
pub struct Pending {
    changes: Vec<Change>,
    /// The reasons of what runs with nothing changed, too.
    each_time: BTreeSet<String>,
    /// What is printed then, by names that are no target's.
    printed: BTreeSet<String>,
}

impl Pending {
    /// Learns what a build says and prints with nothing changed. Gives the reasons that can't be right then.
    pub fn learn(&mut self, explained: &Explained) -> Vec<String> {
        let Explained { reasons, printed } = explained;
        let forced = |reason: &&String| reason.ends_with(FORCED);
        self.each_time = reasons.iter().filter(forced).cloned().collect();
        let names = printed.lines().filter_map(|line| command_of(line.to_str().ok()?));
        self.printed = names.filter(|name| !is_explained(name, reasons)).map(String::from).collect();
        reasons.iter().filter(|reason| !is_phony(reason) && !forced(reason)).map(not_the_root).collect()
    }

    /// The reasons that name no change, this last one included, and the printed commands that have no reason. Where `built`
    /// all there is was built, and only what is built otherwise next time is left.
    ///
    /// What runs each time may be told to be older than another file, if it is so in the `tree` after the build: it was made again
    /// and became what it was. A target of a rule that makes two has no record of its own when it was made with the other; which of
    /// them a make comes to first depends on what else there is to be done. What is still missing there after it was deleted will be made another time.
    pub fn judge(&mut self, change: &Change, explained: &Explained, built: bool, tree: &Path) -> Vec<String> {
        let Explained { reasons, printed } = explained;
        self.changes.push(change.clone());
        let stays_older = |reason: &String| {
            let Some((target, why)) = reason.split_once(": ") else { return false };
            let forced = format!("{target}: {FORCED}");
            let newer = why.strip_suffix(" is newer");
            self.each_time.contains(&forced) && newer.is_some_and(|newer| is_older(tree, target, newer))
        };
        let named = |reason: &String| {
            is_phony(reason)
                || self.each_time.contains(reason)
                || stays_older(reason)
                || has_no_record(reason, tree)
                || runs_with_the_kernel(reason, reasons)
                || self.changes.iter().any(|change| names(change, reason))
        };
        let mut wrong: Vec<String> =
            reasons.iter().filter(|reason| !named(reason)).map(not_the_root).collect();
        let commands = printed.lines().filter_map(|line| command_of(line.to_str().ok()?));
        wrong.extend(
            commands
                .filter(|target| !is_explained(target, reasons) && !self.printed.contains(*target))
                .map(|target| format!("no reason for {target}")),
        );
        match change {
            // Without these flags all will be made once more.
            Change::Flags { .. } => {}
            _ if built => self.changes.retain(|change| is_missing(tree, change)),
            _ => {}
        }
        wrong
    }
}

/// Whether a reason is, for itself or for what it leads to, that a target was made with another one: there is a record of that.
fn has_no_record(reason: &str, tree: &Path) -> bool {
    reason.split("; ").all(|root| {
        let with = root.split_once(", as it was made with ").map(|(_, with)| with);
        let with = with.filter(|_| root.contains("there is no record of"));
        let with = with.map(|with| with.split(", so ").next().unwrap_or(with));
        with.is_some_and(|with| {
            let (dir, name) = with.rsplit_once('/').unwrap_or((".", with));
            tree.join(dir).join(format!(".{name}.cmd")).exists()
        })
    })
}

/// Whether a reason is for what runs each time a kernel is linked, which has a reason of its own.
fn runs_with_the_kernel(reason: &str, reasons: &[String]) -> bool {
    let linked = |reason: &String| reason.split_once(": ").is_some_and(|(target, _)| target == LINKED.0);
    reason == format!("{RUN_WITH_IT}: {FORCED}") && reasons.iter().any(linked)
}

fn is_older(tree: &Path, target: &str, other: &str) -> bool {
    let time = |path: &str| tree.join(path).metadata().ok()?.modified().ok();
    time(target).zip(time(other)).is_some_and(|(target, other)| target < other)
}

fn is_missing(tree: &Path, change: &Change) -> bool {
    let Change::Delete(path) = change else { return false };
    path.to_path().is_ok_and(|path| !tree.join(path).exists())
}

fn not_the_root(reason: &String) -> String {
    format!("not the root: {reason}")
}

/// Whether one of the reasons is that of a target with the name, or of one whose command prints it.
fn is_explained(name: &str, reasons: &[String]) -> bool {
    let (kernel, parts) = LINKED;
    let is_part = parts.iter().any(|part| base(name).starts_with(part));
    // `parser.tab.[ch]`: what a rule makes at once.
    let stem = base(name).split_once('[').map(|(stem, _)| stem).filter(|stem| !stem.is_empty());
    let is_one = |target: &str| {
        let target = base(target);
        target == base(name) || stem.is_some_and(|stem| target.starts_with(stem))
    };
    let explains = |target: &str| is_one(target) || is_part && target == kernel;
    reasons.iter().any(|reason| reason.split(": ").next().is_some_and(explains))
}

/// What is forced to run each time says so.
fn is_phony(reason: &str) -> bool {
    reason.ends_with(": it is phony")
}

/// The target of a line as kbuild prints for a command.
fn command_of(line: &str) -> Option<&str> {
    let line = line.strip_prefix("  ")?;
    let (label, rest) = line.split_once(' ')?;
    let is_label = label.bytes().all(|b| b.is_ascii_uppercase()) && !label.is_empty();
    let rest = rest.trim_start();
    is_label.then(|| rest.strip_prefix("[M]").unwrap_or(rest).trim_start())
}

fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn is_source(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "c" || extension == "h")
}

/// Whether a reason has the change in it.
fn names(change: &Change, reason: &str) -> bool {
    let Some((target, why)) = reason.split_once(": ") else { return false };
    let has = |path: &Path| {
        let name = base(path.to_str().unwrap_or_default());
        why.split([' ', ',']).any(|word| base(word) == name)
    };
    match change {
        Change::Nothing => false,
        Change::Touch(file) | Change::Edit(file) => has(file) && why.contains("is newer"),
        Change::Option { name, .. } => {
            why.contains(&format!("CONFIG_{name}"))
                || target == "include/config/auto.conf" && why == ".config is newer"
        }
        Change::Flags { value, directory } => {
            // Of a directory that is no part of the kernel nothing was built before.
            why.contains(&format!("-DCHURN={value}"))
                || why.starts_with("it does not exist")
                    && !directory.is_empty()
                    && target.starts_with(directory)
        }
        Change::Delete(file) => {
            let file = file.to_str_lossy();
            let name = base(&file);
            match name.strip_prefix('.').and_then(|name| name.strip_suffix(".cmd")) {
                Some(made) => {
                    why.contains("no record of")
                        && (base(target) == made || why.split([' ', ',']).any(|word| base(word) == made))
                }
                None => {
                    base(target) == name && why.starts_with("it does not exist")
                        || why.contains(&format!("{name} does not exist"))
                }
            }
        }
        Change::Switch(directory) => {
            // A module's own directory is the one its makes are started in: names in it have no other before them.
            let is_there = |word: &Path| {
                let Some(parent) = word.parent().filter(|_| is_source(word)) else { return false };
                if directory.as_os_str().is_empty() {
                    parent == directory
                } else {
                    parent.ends_with(directory)
                }
            };
            why.contains("is newer") && why.split([' ', ',']).any(|word| is_there(Path::new(word)))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn reasons_are_taken_out_of_standard_error() {
        let (rest, reasons) = apart(b"warning\nrkbuild: a.o: a.c is newer\nend");
        assert_eq!(
            (rest.as_bytes(), reasons),
            (b"warning\nend".as_slice(), vec!["a.o: a.c is newer".into()])
        );
    }

    fn explained(reasons: &[&str], printed: &str) -> Explained {
        Explained {
            reasons: reasons.iter().map(|reason| reason.to_string()).collect(),
            printed: printed.into(),
        }
    }

    /// In a tree where `h` is older than `h.s`.
    fn judged(pending: &mut Pending, change: &Change, reasons: &[&str], printed: &str) -> Vec<String> {
        let tree = tempfile::tempdir().unwrap();
        for name in ["h", "h.s", ".h.s.cmd"] {
            std::fs::write(tree.path().join(name), "").unwrap();
        }
        filetime::set_file_mtime(tree.path().join("h"), filetime::FileTime::from_unix_time(1, 0)).unwrap();
        pending.judge(change, &explained(reasons, printed), true, tree.path())
    }

    #[test]
    fn what_was_deleted_and_is_not_made_yet_is_a_reason_later() {
        let mut pending = Pending::default();
        let reason = ["k/conf.o: it does not exist"];
        assert!(judged(&mut pending, &Change::Delete("k/conf.o".into()), &[], "").is_empty());
        assert!(judged(&mut pending, &Change::Nothing, &reason, "").is_empty());
        let mut pending = Pending::default();
        assert!(judged(&mut pending, &Change::Delete("h".into()), &[], "").is_empty());
        assert_eq!(judged(&mut pending, &Change::Nothing, &["h: it does not exist"], "").len(), 1);
    }

    #[test]
    fn what_runs_when_a_kernel_is_linked_needs_that_for_a_reason() {
        let touched = Change::Touch("d/a.c".into());
        let forced = "include/generated/utsversion.h: it is forced by FORCE";
        let all = |reasons: &[&str]| judged(&mut Pending::default(), &touched, reasons, "").len();
        assert_eq!(all(&["vmlinux: d/a.c is newer, so d/a.o was made", forced]), 0);
        assert_eq!((all(&[forced]), all(&["d/a.o: d/a.c is newer", "x: it is forced by FORCE"])), (1, 1));
    }

    #[test]
    fn a_target_made_with_another_has_no_record_if_there_is_one_of_that() {
        let printed = "  YACC    k/h.[cs]\n";
        let reason = |with: &str| {
            let root = format!("there is no record of its command (.h.cmd), as it was made with {with}");
            judged(&mut Pending::default(), &Change::Nothing, &[&format!("k/h.c: {root}")], printed).len()
        };
        assert_eq!((reason("h.s"), reason("other")), (0, 1));
        let more = "a: there is no record of the command of h (.h.cmd), as it was made with h.s, so h was made; b is newer";
        assert_eq!(judged(&mut Pending::default(), &Change::Nothing, &[more], "").len(), 1);
    }

    #[test]
    fn another_root_and_a_command_without_reason_are_told() {
        let mut pending = Pending::default();
        let touched = Change::Touch("d/a.c".into());
        let reasons = ["d/a.o: d/a.c is newer", "y: b.c is newer"];
        assert_eq!(
            judged(&mut pending, &touched, &reasons, "  CC [M]  /m/d/a.o\n  LD [M]  /m/x.ko\nmake: done\n"),
            ["not the root: y: b.c is newer", "no reason for /m/x.ko"]
        );
        // It was built: it is no reason any more.
        assert_eq!(judged(&mut pending, &Change::Nothing, &reasons[..1], "").len(), 1);
    }

    #[test]
    fn what_runs_each_time_and_what_a_script_prints_need_no_change() {
        let mut pending = Pending::default();
        let (each_time, printed) =
            (["h: it is forced by FORCE", "out: it is phony"], "  GEN     Makefile\n  UPD     h\n");
        assert!(pending.learn(&explained(&each_time, printed)).is_empty());
        assert_eq!(pending.learn(&explained(&["h: a is newer"], "")).len(), 1);
        assert!(pending.learn(&explained(&each_time, printed)).is_empty());
        let mut wrong = |change: &Change, reason: &str, printed: &str| {
            judged(&mut pending, change, &[reason], printed).len()
        };
        assert_eq!(wrong(&Change::Nothing, each_time[0], printed), 0);
        assert_eq!(wrong(&Change::Nothing, "h: h.s is newer", ""), 0);
        assert_eq!(wrong(&Change::Nothing, "h: a is newer", ""), 1);
        assert_eq!(wrong(&Change::Nothing, "i: h.s is newer", ""), 1);
        assert_eq!(wrong(&Change::Nothing, "i: it is forced by FORCE", "  SYSMAP  System.map\n"), 2);
        assert_eq!(
            wrong(&Change::Touch("a.c".into()), "vmlinux: init/a.c is newer", "  SYSMAP  System.map\n"),
            0
        );
    }

    #[test]
    fn flags_are_the_reason_once_more_when_they_are_gone() {
        let mut pending = Pending::default();
        let flags = Change::Flags { value: 7, directory: String::new() };
        let gone = ["a.o: its command line changed: -DCHURN=7 is gone"];
        assert!(judged(&mut pending, &flags, &gone, "").is_empty());
        assert!(judged(&mut pending, &Change::Nothing, &gone, "").is_empty());
        assert_eq!(judged(&mut pending, &Change::Nothing, &gone, "").len(), 1);
    }

    #[test]
    fn another_version_is_of_the_sources_in_its_directory() {
        let module = Change::Switch(PathBuf::new());
        assert!(names(&module, "a.o: a.c is newer"));
        assert!(!names(&module, "a.o: /usr/include/b.h is newer"));
        assert!(!names(&module, "x.ko: x.o is newer"));
        let net = Change::Switch("net".into());
        assert!(names(&net, "net/a.o: /s/net/a.h is newer"));
        assert!(!names(&net, "a.o: /s/xnet/a.h is newer"));
        assert!(!names(&net, "a.o: /s/net/core/a.h is newer"));
    }

    #[test]
    fn a_deleted_record_is_the_reason_of_what_it_is_of() {
        let change = Change::Delete("d/.a.o.cmd".into());
        assert!(names(&change, "d/a.o: there is no record of its command (.a.o.cmd)"));
        assert!(!names(&change, "d/b.o: there is no record of its command (.b.o.cmd)"));
        assert!(names(&Change::Delete("d/a.o".into()), "d/a.o: it does not exist"));
    }
}
