//! The last builds: which leave a record, what it tells, and that nothing else changes.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

const MAKEFILE: &str = "\
all: out
out: in ; @echo '  GEN     $@'; cp $< $@
each: FORCE ; @true; echo each
broken: ; @echo '  BAD     $@'; echo 'in:1: error: no sense' >&2; exit 3
asks: ; @$(MAKE) out
FORCE:
.PHONY: all each broken asks
";

struct Run {
    out: String,
    err: String,
    code: i32,
}

struct Tree {
    keep: TempDir,
}

impl Tree {
    fn new() -> Tree {
        let tree = Tree { keep: tempfile::tempdir().unwrap() };
        for dir in ["w", "cache"] {
            fs::create_dir(tree.path(dir)).unwrap();
        }
        fs::write(tree.path("w/Makefile"), MAKEFILE).unwrap();
        fs::write(tree.path("w/in"), "text\n").unwrap();
        tree
    }

    fn path(&self, name: &str) -> PathBuf {
        self.keep.path().join(name)
    }

    fn run_as(&self, name: &str, args: &[&str], env: &[(&str, &str)]) -> Run {
        let program = self.path(name);
        if !program.exists() {
            symlink(env!("CARGO_BIN_EXE_rkbuild"), &program).unwrap();
        }
        let out = Command::new(program)
            .args(args)
            .current_dir(self.path("w"))
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("XDG_CACHE_HOME", self.path("cache"))
            .env("RKBUILD_RECALL", "off")
            .envs(env.iter().copied())
            .output()
            .unwrap();
        Run {
            out: String::from_utf8_lossy(&out.stdout).into_owned(),
            err: String::from_utf8_lossy(&out.stderr).into_owned(),
            code: out.status.code().unwrap_or(-1),
        }
    }

    fn run(&self, args: &[&str]) -> Run {
        self.run_as("rkbuild", args, &[])
    }

    /// The records that are there.
    fn records(&self) -> Vec<PathBuf> {
        let Ok(dir) = fs::read_dir(self.path("cache/rkbuild/last")) else { return Vec::new() };
        dir.map(|entry| entry.unwrap().path()).collect()
    }

    fn json(&self, which: &str) -> Value {
        serde_json::from_str(&self.run(&[&format!("--last={which}")]).out).unwrap()
    }
}

#[test]
fn a_build_that_made_something_is_remembered_under_either_name_and_one_that_did_not_leaves_nothing() {
    let tree = Tree::new();
    assert_eq!(tree.run(&["--last"]).code, 2);
    tree.run_as("make", &["each"], &[]);
    assert!(tree.records().is_empty(), "what runs each time and changes nothing is no work");
    assert!(!tree.path("cache/rkbuild").exists());
    let plain = tree.run_as("make", &[], &[]);
    assert_eq!((plain.out.as_str(), plain.err.as_str()), ("  GEN     out\n", ""));
    assert_eq!(tree.records().len(), 1);
    tree.run(&["each", "all"]);
    assert_eq!(tree.records().len(), 1, "nothing was left to do");
    let told = tree.run(&["--last"]);
    assert!(told.out.contains("it succeeded\n\nran: recipes of 1 targets: 1 GEN\n"), "{}", told.out);
    assert_eq!(told.code, 0);
}

#[test]
fn switched_off_and_while_make_only_looks_nothing_is_remembered() {
    let tree = Tree::new();
    for args in [&["-n"][..], &["-q"], &["-t", "-n"], &["-p", "-f", "Makefile"]] {
        tree.run(args);
        fs::remove_file(tree.path("w/out")).ok();
    }
    tree.run_as("make", &[], &[("MAKEFLAGS", "n")]);
    tree.run_as("make", &[], &[("RKBUILD_LAST", "off")]);
    fs::remove_file(tree.path("w/out")).unwrap();
    tree.run_as("make", &[], &[("MAKELEVEL", "1")]);
    assert!(tree.records().is_empty());
    let wrong = tree.run_as("make", &[], &[("RKBUILD_LAST", "x")]);
    assert_eq!((wrong.code, wrong.err.as_str()), (2, "rkbuild: RKBUILD_LAST is on or off, not 'x'\n"));
}

#[test]
fn a_recipe_that_does_not_write_its_target_is_told_of_by_last_and_by_lint_until_it_is_mended() {
    const RULES: &str = "\
all: out wrong.o made.i phony
out: in
\tcp $< $@
wrong.o: in
\tcp $< wrong.x
made.i: made.c
\tcp $< $@
%.c: in
\tcp $< $@
phony: in
\t@echo phony > seen
.INTERMEDIATE: made.c
.PHONY: all phony
";
    let tree = Tree::new();
    fs::write(tree.path("w/Makefile"), RULES).unwrap();
    assert_eq!(tree.run(&[]).code, 0);
    assert!(!tree.path("w/made.c").exists(), "an intermediate file is removed, and was written");
    let told = tree.run(&["--last"]).out;
    let part = "\nnot there after their recipes, so that these run each time:\n  wrong.o (Makefile:5)\n\n";
    assert!(told.contains(part), "{told}");
    let made = tree.json("json")["build"]["made"].clone();
    let unwritten = made.as_array().unwrap().iter().filter(|made| made["written"] == false);
    assert_eq!(unwritten.map(|made| made["target"].as_str().unwrap()).collect::<Vec<_>>(), ["wrong.o"]);
    let lint = tree.run(&["--lint"]);
    assert!(
        lint.out.contains(
            "warning[target-not-written]: this recipe ran in the last build, and wrong.o was not there"
        ),
        "{}",
        lint.out
    );
    assert!(lint.out.contains("--> Makefile:5:2") && lint.code == 1, "{}", lint.out);
    // What was changed since then may have been mended.
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(5);
    let makefile = fs::File::options().append(true).open(tree.path("w/Makefile")).unwrap();
    makefile.set_modified(later).unwrap();
    assert_eq!(tree.run(&["--lint"]).code, 0);
}

#[test]
fn what_failed_is_told_with_the_place_of_its_rule_and_a_line_that_repeats_it() {
    let tree = Tree::new();
    assert_eq!(tree.run(&["broken"]).code, 2);
    let told = tree.run(&["--last"]).out;
    assert!(told.contains("it failed (exit status 2)\n\nfailed:\n  broken: exit status 3 after "), "{told}");
    assert!(told.contains(" (Makefile:4)\n    in:1: error: no sense\n    cd /"), "{told}");
    let again = tree.json("json")["build"]["failures"][0]["again"].as_str().unwrap().to_owned();
    let out = Command::new("sh").arg("-c").arg(again).current_dir("/").output().unwrap();
    assert_eq!(out.status.code(), Some(3));
    assert_eq!(out.stderr, b"in:1: error: no sense\n");
}

#[test]
fn where_nobody_can_look_at_what_was_printed_that_is_said() {
    let tree = Tree::new();
    tree.run(&["--version"]);
    let script = "exec \"$0\" broken > /dev/null 2>&1";
    let mut command = Command::new("sh");
    command.args(["-c", script]).arg(tree.path("rkbuild")).current_dir(tree.path("w")).env_clear();
    command.env("PATH", "/usr/bin:/bin").env("XDG_CACHE_HOME", tree.path("cache"));
    assert_eq!(command.status().unwrap().code(), Some(2));
    let told = tree.run(&["--last"]).out;
    let expected = " (Makefile:4)\n    no error of its was seen; to see what it prints:\n    cd /";
    assert!(told.contains(expected), "{told}");
}

#[test]
fn the_first_error_is_told_where_output_is_kept_together() {
    let tree = Tree::new();
    let run = tree.run(&["-j2", "-O", "broken"]);
    assert!(run.err.starts_with("in:1: error: no sense\n"), "{}", run.err);
    let told = tree.run(&["--last"]).out;
    assert!(told.contains("(Makefile:4)\n    in:1: error: no sense\n    cd /"), "{told}");
}

/// In the file, where others print as well: what was there before is nobody's, and of two errors each has its own.
#[test]
fn the_first_error_is_told_where_output_goes_to_a_file() {
    let tree = Tree::new();
    let makefile = "all: b.x a.x\n%.x: ; @echo $*.c:$(words $*):1: error: here >&2; sleep 0.1; exit 1\n";
    fs::write(tree.path("w/Makefile"), makefile).unwrap();
    tree.run(&["--version"]);
    let script = "echo x: error: before > log; exec \"$0\" -k -j2 >> log 2>&1";
    let out = Command::new("sh")
        .args(["-c", script])
        .arg(tree.path("rkbuild"))
        .current_dir(tree.path("w"))
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("XDG_CACHE_HOME", tree.path("cache"))
        .status()
        .unwrap();
    assert_eq!(out.code(), Some(2));
    let told = tree.run(&["--last"]).out;
    for name in ["a", "b"] {
        let failed = told.split(&format!("  {name}.x: exit status 1")).nth(1).unwrap_or_default();
        let error = failed.lines().nth(1).unwrap_or_default();
        assert_eq!(error, format!("    {name}.c:1:1: error: here"), "{told}");
    }
}

#[test]
fn targets_of_sub_makes_belong_to_the_build() {
    let tree = Tree::new();
    tree.run(&["asks"]);
    let build = &tree.json("json")["build"];
    assert_eq!(build["made"].as_array().unwrap().len(), 1, "{build}");
    assert_eq!(build["made"][0]["target"], "out");
    assert_eq!(build["made"][0]["critical"], true);
    assert_eq!(build["makes_evaluated"], 2);
}

#[test]
fn builds_are_told_apart_by_what_leads_elsewhere_and_the_last_of_any_is_found_without() {
    let tree = Tree::new();
    tree.run(&["A=1"]);
    tree.run(&["broken"]);
    let first = |args: &[&str]| tree.run(args).out.lines().next().unwrap_or_default().to_owned();
    assert!(first(&["--last"]).starts_with("rkbuild broken in "));
    assert!(first(&["--last=2"]).starts_with("rkbuild A=1 in "));
    assert!(first(&["--last", "A=1"]).starts_with("rkbuild A=1 in "));
    assert_eq!(tree.run(&["--last", "A=2"]).code, 2);
    let difference = tree.json("diff:json");
    assert_eq!(difference["only_before"][0]["target"], "out");
    assert_eq!(difference["only_after"][0]["target"], "broken");
}

#[test]
fn a_cache_that_cannot_be_written_or_is_damaged_changes_no_build() {
    let tree = Tree::new();
    let build = |cache: &str| {
        fs::remove_file(tree.path("w/out")).ok();
        let run = tree.run_as("make", &[], &[("XDG_CACHE_HOME", cache)]);
        assert_eq!((run.out.as_str(), run.err.as_str(), run.code), ("  GEN     out\n", "", 0), "{cache}");
    };
    build("/proc/none");
    build(tree.path("w/in").to_str().unwrap());
    build(tree.path("cache").to_str().unwrap());
    for record in tree.records() {
        assert_eq!(fs::metadata(&record).unwrap().permissions().mode() & 0o777, 0o600);
        fs::write(record, "damaged").unwrap();
    }
    let dir = fs::metadata(tree.path("cache/rkbuild/last")).unwrap();
    assert_eq!(dir.permissions().mode() & 0o777, 0o700);
    assert_eq!(tree.run(&["--last"]).code, 2);
    build(tree.path("cache").to_str().unwrap());
    assert_eq!(tree.run(&["--last"]).code, 0);
}

#[test]
fn a_home_without_a_cache_directory_gets_none() {
    let tree = Tree::new();
    let home = tree.path("w/home");
    fs::create_dir(&home).unwrap();
    let build = || {
        fs::remove_file(tree.path("w/out")).ok();
        tree.run_as("make", &[], &[("XDG_CACHE_HOME", ""), ("HOME", home.to_str().unwrap())]);
    };
    build();
    assert_eq!(fs::read_dir(&home).unwrap().count(), 0);
    fs::create_dir(home.join(".cache")).unwrap();
    build();
    assert_eq!(fs::read_dir(home.join(".cache/rkbuild/last")).unwrap().count(), 1);
}

#[test]
fn many_at_once_each_leave_a_whole_record() {
    let tree = Tree::new();
    let program = env!("CARGO_BIN_EXE_rkbuild");
    let start = |_| {
        let mut command = Command::new(program);
        command.arg("broken").current_dir(tree.path("w")).env("XDG_CACHE_HOME", tree.path("cache"));
        command.env_remove("MAKELEVEL").env_remove("MAKEFLAGS");
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        command.spawn().unwrap()
    };
    let children: Vec<_> = (0..64).map(start).collect();
    for mut child in children {
        assert_eq!(child.wait().unwrap().code(), Some(2));
    }
    let count = tree.records().len();
    assert!((1..=64).contains(&count));
    for nth in 1..=count.min(16) {
        assert_eq!(tree.run(&[&format!("--last={nth}")]).code, 0, "{nth} of {count}");
    }
}
