//! Whether the reasons that `--explain` gives in a round of churn name what was changed.

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

/// What was changed since all was up to date.
#[derive(Debug, Default)]
pub struct Pending {
    changes: Vec<Change>,
}

impl Pending {
    /// The reasons that name no change, this last one included, and the printed commands that have no reason. Where `built`
    /// all there is was built, and only what is built otherwise next time is left.
    pub fn judge(&mut self, change: &Change, reasons: &[String], printed: &[u8], built: bool) -> Vec<String> {
        self.changes.push(change.clone());
        let named = |reason: &String| is_phony(reason) || self.changes.iter().any(|c| names(c, reason));
        let unnamed = reasons.iter().filter(|reason| !named(reason));
        let mut wrong: Vec<String> = unnamed.map(|reason| format!("not the root: {reason}")).collect();
        let is_explained = |name: &str| {
            reasons.iter().any(|reason| reason.split(": ").next().is_some_and(|target| base(target) == name))
        };
        let commands = printed.lines().filter_map(|line| command_of(line.to_str().ok()?));
        wrong.extend(
            commands
                .filter(|target| !is_explained(base(target)))
                .map(|target| format!("no reason for {target}")),
        );
        match change {
            // Without these flags all will be made once more.
            Change::Flags { .. } => {}
            _ if built => self.changes.clear(),
            _ => {}
        }
        wrong
    }
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
        Change::Option { name, .. } => why.contains(&format!("CONFIG_{name}")),
        Change::Flags { value, .. } => why.contains(&format!("-DCHURN={value}")),
        Change::Delete(file) => {
            let file = file.to_str_lossy();
            let name = base(&file);
            match name.strip_prefix('.').and_then(|name| name.strip_suffix(".cmd")) {
                Some(made) => {
                    why.contains("no record of")
                        && (base(target) == made || why.split([' ', ',']).any(|word| base(word) == made))
                }
                None => {
                    base(target) == name && why == "it does not exist"
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

    #[test]
    fn another_root_and_a_command_without_reason_are_told() {
        let mut pending = Pending::default();
        let touched = Change::Touch("d/a.c".into());
        let printed = b"  CC [M]  /m/d/a.o\n  LD [M]  /m/x.ko\nmake: done\n";
        let reasons = ["d/a.o: d/a.c is newer".to_string(), "y: b.c is newer".to_string()];
        assert_eq!(
            pending.judge(&touched, &reasons, printed, true),
            ["not the root: y: b.c is newer", "no reason for /m/x.ko"]
        );
        // It was built: it is no reason any more.
        assert_eq!(pending.judge(&Change::Nothing, &reasons[..1], b"", true).len(), 1);
    }

    #[test]
    fn flags_are_the_reason_once_more_when_they_are_gone() {
        let mut pending = Pending::default();
        let flags = Change::Flags { value: 7, directory: String::new() };
        let gone = ["a.o: its command line changed: -DCHURN=7 is gone".to_string()];
        assert!(pending.judge(&flags, &gone, b"", true).is_empty());
        assert!(pending.judge(&Change::Nothing, &gone, b"", true).is_empty());
        assert_eq!(pending.judge(&Change::Nothing, &gone, b"", true).len(), 1);
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
