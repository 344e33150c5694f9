//! Every accepted construct gives what dash gives, and, where the two agree, what bash gives.

mod common;

use common::Bench;

/// The scripts of a file in `tests/cases`, which lines of `%%` separate. A first line `# bash differs` marks those whose
/// result is dash's alone.
fn cases(text: &str) -> impl Iterator<Item = &str> {
    text.split("\n%%\n").map(|case| case.strip_suffix('\n').unwrap_or(case))
}

fn compare(text: &str) {
    let bench = Bench::new();
    let mut wrong = Vec::new();
    for script in cases(text) {
        let dash = bench.real("/bin/dash", &[], script.as_bytes());
        let Some(ours) = bench.ours(false, script.as_bytes()) else {
            wrong.push(format!(
                "declined: {script}\n  {:?}",
                rkbuild_shell::decline_reason(script.as_bytes())
            ));
            continue;
        };
        if ours != dash {
            wrong.push(format!("{script}\n  dash: {dash:?}\n  ours: {ours:?}"));
            continue;
        }
        let bash = bench.real("/bin/bash", &["--posix"], script.as_bytes());
        let agrees = (&bash.exit, &bash.stdout, &bash.files) == (&ours.exit, &ours.stdout, &ours.files);
        if agrees == script.starts_with("# bash differs") {
            wrong.push(format!("{script}\n  bash: {bash:?}\n  ours: {ours:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} scripts:\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn words_and_expansions() {
    compare(include_str!("cases/words.sh"));
}

#[test]
fn commands_and_lists() {
    compare(include_str!("cases/commands.sh"));
}

#[test]
fn builtins() {
    compare(include_str!("cases/builtins.sh"));
}

#[test]
fn failures_and_signals() {
    compare(include_str!("cases/failures.sh"));
}

#[test]
fn file_tools() {
    compare(include_str!("cases/tools.sh"));
}

#[test]
fn files_of_unusual_kinds_and_names() {
    compare(include_str!("cases/shapes.sh"));
}

#[test]
fn kbuild_recipes() {
    compare(include_str!("cases/kbuild.sh"));
}

#[test]
fn what_is_not_understood_is_declined() {
    let accepted: Vec<&str> = cases(include_str!("cases/declined.sh"))
        .filter(|s| rkbuild_shell::parse(s.as_bytes()).is_some())
        .collect();
    assert!(accepted.is_empty(), "accepted:\n{}", accepted.join("\n%%\n"));
}

#[test]
fn errexit_may_be_given_as_an_option() {
    let bench = Bench::new();
    for script in ["false; echo no", "if false; then :; fi; false || echo yes; (exit 3); echo no"] {
        let dash = bench.real("/bin/dash", &["-e"], script.as_bytes());
        assert_eq!(bench.ours(true, script.as_bytes()).unwrap(), dash, "{script}");
    }
}
