//! Recall as a user meets it: what is given again, and what has it look anew. One test for each thing that could fool it.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

/// A directory with a makefile, and what is remembered of it.
struct Tree {
    keep: TempDir,
    env: Vec<(String, String)>,
}

/// What one run gave.
#[derive(Debug)]
struct Run {
    out: String,
    err: String,
    code: i32,
}

impl Run {
    /// A count of `--stats`.
    fn count(&self, name: &str) -> u64 {
        let line = self.err.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_whitespace().last()?.parse().ok()).unwrap_or(u64::MAX)
    }

    fn is_given(&self) -> bool {
        self.count("sessions evaluated") == 0
    }
}

impl Tree {
    fn new(makefile: &str) -> Tree {
        let tree = Tree { keep: tempfile::tempdir().unwrap(), env: Vec::new() };
        fs::create_dir(tree.path("w")).unwrap();
        tree.write("Makefile", &format!("{makefile}.PHONY: all other\n"));
        tree
    }

    fn path(&self, name: &str) -> PathBuf {
        self.keep.path().join(name)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.path("w").join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.at(name), text).unwrap();
    }

    fn program(&self, name: &str, text: &str) {
        fs::create_dir_all(self.at(name).parent().unwrap()).unwrap();
        self.write(name, text);
        fs::set_permissions(self.at(name), fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn run_with(&self, args: &[&str], env: &[(&str, &str)]) -> Run {
        let out = Command::new(env!("CARGO_BIN_EXE_rkbuild"))
            .args(args)
            .arg("--stats")
            .current_dir(self.at(""))
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("RKBUILD_RECALL", "on")
            .env("XDG_CACHE_HOME", self.path("cache"))
            .envs(self.env.iter().cloned())
            .envs(env.iter().copied())
            .output()
            .unwrap();
        Run {
            out: String::from_utf8_lossy(&out.stdout).into_owned(),
            err: String::from_utf8_lossy(&out.stderr).into_owned(),
            code: out.status.code().unwrap_or(-1),
        }
    }

    fn run(&self) -> Run {
        self.run_with(&[], &[])
    }

    /// Runs it until it is remembered, and looks that it is.
    fn remembered(&self) -> Run {
        // What is young is not trusted, so that what was just written is looked at once more.
        std::thread::sleep(Duration::from_millis(60));
        self.run();
        let run = self.run();
        assert!(run.is_given(), "{run:?}");
        run
    }

    fn store(&self) -> PathBuf {
        let all = fs::read_dir(self.path("cache/rkbuild/recall")).unwrap();
        all.map(|entry| entry.unwrap().path()).find(|path| !path.ends_with("commands")).unwrap()
    }
}

fn touch(path: &Path) {
    fs::File::options().write(true).open(path).unwrap().set_modified(SystemTime::now()).unwrap();
}

const SUBMAKE: &str = "all: x ; @$(MAKE) --no-print-directory -C d\nx: y ; @echo x > x\n.PHONY: all\n";

fn with_submake() -> Tree {
    let tree = Tree::new(SUBMAKE);
    fs::create_dir(tree.at("d")).unwrap();
    tree.write("d/Makefile", "all: ; @echo below; cat z\n");
    tree.write("d/z", "z1\n");
    tree.write("y", "");
    tree
}

#[test]
fn nothing_to_do_is_given_and_prints_the_same() {
    let tree = with_submake();
    tree.run();
    let run = tree.remembered();
    assert_eq!((run.out.as_str(), run.code), ("below\nz1\n", 0));
}

#[test]
fn what_changed_is_evaluated_and_the_rest_given() {
    let tree = with_submake();
    tree.run();
    tree.remembered();
    touch(&tree.at("y"));
    let run = tree.run();
    assert_eq!(run.out, "below\nz1\n");
    assert_eq!((run.count("sessions evaluated"), run.count("sessions given")), (1, 1), "{run:?}");
    tree.write("d/z", "z2\n");
    assert_eq!(tree.run().out, "below\nz2\n");
}

#[test]
fn a_file_changed_within_the_clocks_grain_is_seen() {
    let tree = Tree::new("all: ; @cat f\n");
    for n in 0..40 {
        tree.write("f", &format!("{n:04}"));
        assert_eq!(tree.run().out, format!("{n:04}"));
    }
}

#[test]
fn contents_rewritten_as_they_were_hold_and_times_do_not() {
    let tree = Tree::new("A := $(file <f)\nall: t\nt: s ; @echo made; touch t\n");
    tree.write("f", "1\n");
    tree.write("s", "");
    tree.run();
    tree.remembered();
    tree.write("f", "1\n");
    assert!(tree.run().is_given());
    std::thread::sleep(Duration::from_millis(20));
    touch(&tree.at("s"));
    assert_eq!(tree.run().out, "made\n");
}

#[test]
fn a_link_that_leads_elsewhere_is_seen() {
    let tree = Tree::new("all: ; @cat link\n");
    tree.write("a", "one\n");
    tree.write("b", "two\n");
    symlink("a", tree.at("link")).unwrap();
    tree.remembered();
    fs::remove_file(tree.at("link")).unwrap();
    symlink("b", tree.at("link")).unwrap();
    assert_eq!(tree.run().out, "two\n");
}

#[test]
fn a_link_to_nothing_where_there_was_nothing_is_seen() {
    let tree = Tree::new("X := $(shell readlink link; true)\nall: ; @echo [$(X)]\n");
    assert_eq!(tree.remembered().out, "[]\n");
    symlink("nowhere", tree.at("link")).unwrap();
    assert_eq!(tree.run().out, "[nowhere]\n");
}

#[test]
fn a_name_earlier_in_path_is_seen() {
    let mut tree = Tree::new("all: ; @echo $(shell tool)\n");
    fs::create_dir(tree.at("first")).unwrap();
    tree.program("second/tool", "#!/bin/sh\necho second\n");
    let path = format!("{}:{}:/usr/bin:/bin", tree.at("first").display(), tree.at("second").display());
    tree.env.push(("PATH".into(), path));
    assert_eq!(tree.remembered().out, "second\n");
    tree.program("first/tool", "#!/bin/sh\necho first\n");
    assert_eq!(tree.run().out, "first\n");
}

#[test]
fn a_name_earlier_in_vpath_is_seen() {
    let tree = Tree::new("VPATH = p q\nall: f ; @echo $<\n");
    fs::create_dir(tree.at("p")).unwrap();
    fs::create_dir(tree.at("q")).unwrap();
    tree.write("q/f", "");
    assert_eq!(tree.remembered().out, "q/f\n");
    tree.write("p/f", "");
    assert_eq!(tree.run().out, "p/f\n");
}

#[test]
fn a_file_that_a_wildcard_matches_is_seen() {
    let tree = Tree::new("all: ; @echo $(wildcard *.c) $(wildcard d/e)\n");
    tree.write("a.c", "");
    tree.remembered();
    tree.write("b.c", "");
    assert_eq!(tree.run().out, "a.c b.c\n");
    fs::create_dir(tree.at("d")).unwrap();
    tree.write("d/e", "");
    assert_eq!(tree.run().out, "a.c b.c d/e\n");
}

#[test]
fn times_in_the_future_are_not_remembered() {
    let tree = Tree::new("all: t ; @echo done\nt: ;\n");
    tree.write("t", "");
    let future = SystemTime::now() + Duration::from_secs(3600);
    fs::File::options().write(true).open(tree.at("t")).unwrap().set_modified(future).unwrap();
    for _ in 0..3 {
        let run = tree.run();
        assert!(!run.is_given() && run.err.contains("Clock skew"), "{run:?}");
    }
}

#[test]
fn a_program_replaced_by_one_of_the_same_size_and_time_is_seen() {
    let tree = Tree::new("all: ; @echo $(shell ./tool)\n");
    tree.program("tool", "#!/bin/sh\necho one\n");
    tree.remembered();
    let time = fs::metadata(tree.at("tool")).unwrap().modified().unwrap();
    tree.program("new", "#!/bin/sh\necho two\n");
    fs::File::options().write(true).open(tree.at("new")).unwrap().set_modified(time).unwrap();
    fs::rename(tree.at("new"), tree.at("tool")).unwrap();
    assert_eq!(tree.run().out, "two\n");
}

#[test]
fn a_make_that_changes_what_it_looked_at_is_not_given() {
    let tree = Tree::new("N := $(file <n)\nall: ; @echo $(N); echo $(N)x > n\n");
    tree.write("n", "0");
    for want in ["0\n", "0x\n", "0xx\n", "0xxx\n"] {
        assert_eq!(tree.run().out, want);
    }
}

#[test]
fn remade_makefiles_start_over_each_time() {
    let tree = Tree::new("include inc.mk\nall: ; @echo $(A)\ninc.mk: src ; @echo A := `cat src` > inc.mk\n");
    tree.write("src", "1");
    assert_eq!(tree.run().out, "1\n");
    std::thread::sleep(Duration::from_millis(30));
    tree.write("src", "2");
    assert_eq!(tree.run().out, "2\n");
    tree.remembered();
}

#[test]
fn switches_that_do_not_only_build_are_not_given() {
    let tree = Tree::new("all: t\nt: s ; @echo made; touch t\n");
    tree.write("s", "");
    tree.run();
    tree.remembered();
    for switch in ["-n", "-q", "-t", "-B", "-Ws", "-p", "--trace", "-d", "-os"] {
        assert!(!tree.run_with(&[switch], &[]).is_given(), "{switch}");
        assert!(!tree.run_with(&[switch], &[]).is_given(), "{switch}");
    }
    assert_eq!(tree.run_with(&["-B"], &[]).out, "made\n");
}

#[test]
fn variables_that_change_from_shell_to_shell_count_only_where_they_are_looked_at() {
    let tree = Tree::new("all: ; @echo x\n");
    tree.remembered();
    assert!(tree.run_with(&[], &[("SSH_TTY", "/dev/pts/1")]).is_given());
    for makefile in [
        "all: ; @echo $(SSH_TTY)\n",
        "all: ; @echo $$SSH_TTY\n",
        "X := $(shell echo $$SSH_TTY)\nall: ; @echo $(X)\n",
    ] {
        let tree = Tree::new(makefile);
        for tty in ["a", "b", "a", "c"] {
            assert_eq!(tree.run_with(&[], &[("SSH_TTY", tty)]).out, format!("{tty}\n"), "{makefile}");
        }
    }
}

#[test]
fn other_variables_and_arguments_are_remembered_apart() {
    let tree = Tree::new("all: ; @echo $(A) $(B)\nother: ; @echo other\n");
    for _ in 0..3 {
        assert_eq!(tree.run_with(&["A=1"], &[("B", "x")]).out, "1 x\n");
        assert_eq!(tree.run_with(&["A=2"], &[("B", "x")]).out, "2 x\n");
        assert_eq!(tree.run_with(&["A=1"], &[("B", "y")]).out, "1 y\n");
        assert_eq!(tree.run_with(&["other"], &[]).out, "other\n");
    }
}

#[test]
fn a_repeated_command_is_repeated() {
    let tree = Tree::new("all: ; @echo text > out; ln -sfn out link\n");
    tree.run();
    tree.remembered();
    fs::remove_file(tree.at("link")).unwrap();
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    fs::File::options().write(true).open(tree.at("out")).unwrap().set_modified(old).unwrap();
    tree.run();
    assert_eq!(fs::read_link(tree.at("link")).unwrap(), Path::new("out"));
    assert!(fs::metadata(tree.at("out")).unwrap().modified().unwrap() > old);
}

#[test]
fn failures_are_not_remembered() {
    let tree = Tree::new("all: ; @echo try; false\n");
    for _ in 0..3 {
        let run = tree.run();
        assert!((run.out.as_str(), run.code) == ("try\n", 2) && !run.is_given(), "{run:?}");
    }
}

#[test]
fn a_store_that_is_damaged_cut_off_or_open_to_others_is_as_good_as_none() {
    let tree = with_submake();
    tree.run();
    tree.remembered();
    let good = fs::read(tree.store()).unwrap();
    let mut flipped = good.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    for bad in [&flipped[..], &good[..good.len() - 9], &good[..40], b""] {
        fs::write(tree.store(), bad).unwrap();
        let run = tree.run();
        assert!(run.out == "below\nz1\n" && !run.is_given(), "{run:?}");
    }
    tree.remembered();
    fs::set_permissions(tree.store(), fs::Permissions::from_mode(0o666)).unwrap();
    assert!(!tree.run().is_given());
}

#[test]
fn a_home_that_cant_be_written_changes_nothing() {
    let tree = with_submake();
    fs::write(tree.path("cache"), "no directory").unwrap();
    for _ in 0..2 {
        let run = tree.run();
        assert_eq!((run.out.as_str(), run.code), ("below\nz1\n", 0));
    }
}

#[test]
fn verify_evaluates_everything_and_finds_no_difference() {
    let tree = with_submake();
    tree.run();
    tree.remembered();
    let run = tree.run_with(&["--recall=verify"], &[]);
    assert!(run.code == 0 && run.out == "below\nz1\n" && run.count("sessions evaluated") == 2, "{run:?}");
}

#[test]
fn what_is_forgotten_is_evaluated() {
    let tree = with_submake();
    tree.run();
    tree.remembered();
    assert!(!tree.run_with(&["--forget"], &[]).is_given());
}
