//! Files that a make writes each time, and whose time it compares: what is up to date is given all the same.

use std::fs::{File, FileTimes, create_dir, metadata, remove_dir_all};
use std::time::{Duration, SystemTime};

mod common;

use common::{Run, Tree};

/// A file that is read, compared with others and written anew in each run, as busybox's `.kernelrelease` is.
const STAMP: &str = "K := $(shell cat stamp 2>/dev/null)\nall: out say\nstamp: FORCE in\n\t@rm -f $@\n\t@echo 1 > $@\n\
                     out: in | stamp\n\tcp in out\nsay: stamp\n\t@echo K $(K)\nFORCE:\n.PHONY: say all\n";

fn run(tree: &Tree) -> Run {
    std::thread::sleep(Duration::from_millis(60));
    tree.run()
}

/// Runs until a run was given.
fn settle(tree: &Tree) {
    let given = (0..4).any(|_| run(tree).is_given());
    assert!(given);
}

#[test]
fn a_file_that_is_written_each_time_and_compared_does_not_keep_a_make_from_being_given() {
    let tree = Tree::new(STAMP);
    tree.write("in", "x\n");
    assert_eq!(run(&tree).out, "cp in out\nK\n");
    settle(&tree);
    let time = || metadata(tree.at("stamp")).unwrap().modified().unwrap();
    let before = time();
    let again = run(&tree);
    assert_eq!((again.out.as_str(), again.is_given()), ("K 1\n", true));
    assert!(time() > before);
}

#[test]
fn a_file_written_each_time_that_holds_something_else_is_read_again() {
    let tree = Tree::new(STAMP);
    tree.write("in", "x\n");
    settle(&tree);
    tree.write("stamp", "2\n");
    let changed = run(&tree);
    assert_eq!((changed.out.as_str(), changed.is_given()), ("K 2\n", false));
}

#[test]
fn a_file_written_each_time_that_has_passed_another_is_compared_again() {
    let tree = Tree::new(
        "all:\n\t@if test stamp -nt other; then echo newer; else echo older; fi\n\t@rm -f stamp; echo 1 > stamp\n",
    );
    let long_ago = |name: &str, seconds| {
        tree.write(name, "1\n");
        let time = SystemTime::now() - Duration::from_secs(seconds);
        let file = File::options().write(true).open(tree.at(name)).unwrap();
        file.set_times(FileTimes::new().set_modified(time)).unwrap();
    };
    long_ago("stamp", 100);
    long_ago("other", 50);
    assert_eq!(run(&tree).out, "older\n");
    assert_eq!(run(&tree).out, "newer\n");
    settle(&tree);
    assert_eq!(run(&tree).out, "newer\n");
    long_ago("stamp", 100);
    assert_eq!(run(&tree).out, "older\n");
    assert_eq!(run(&tree).out, "newer\n");
}

#[test]
fn a_file_written_each_time_that_is_from_the_future_is_told_of() {
    let tree = Tree::new(STAMP);
    tree.write("in", "x\n");
    settle(&tree);
    let later = SystemTime::now() + Duration::from_secs(100);
    let file = File::options().write(true).open(tree.at("stamp")).unwrap();
    file.set_times(FileTimes::new().set_modified(later)).unwrap();
    assert!(run(&tree).err.contains("in the future"));
}

#[test]
fn what_is_read_by_another_name_counts() {
    for command in ["ln -sfn in other", "ln -f in other", "cp in other", "cat in > in2; mv -f in2 other"] {
        let tree = Tree::new(&format!("all:\n\t@{command}\n\t@cat other\n"));
        tree.write("in", "1\n");
        tree.write("other", "0\n");
        for text in ["1\n", "2\n", "3\n"] {
            tree.write("in", text);
            for _ in 0..3 {
                assert_eq!(run(&tree).out, text, "{command}");
            }
        }
    }
}

#[test]
fn what_is_moved_and_read_counts() {
    let tree = Tree::new("all:\n\t@mv -f in other\n\t@cat other\n");
    for text in ["1\n", "1\n", "2\n", "3\n"] {
        tree.write("in", text);
        assert_eq!(run(&tree).out, text);
    }
}

#[test]
fn a_script_called_by_a_link_is_looked_into() {
    let tree = Tree::new("all:\n\t@bash link.sh\n");
    tree.write("real.sh", "echo $RANDOM$RANDOM\n");
    std::os::unix::fs::symlink("real.sh", tree.at("link.sh")).unwrap();
    let given: std::collections::BTreeSet<String> = (0..4).map(|_| run(&tree).out).collect();
    assert_eq!(given.len(), 4);
}

/// U-Boot's `filechk`: a temporary file is looked for, written, compared and removed.
const CHECKED: &str = "all: out\nout: in FORCE\n\t@set -e; mkdir -p ./; (if test -n \"$(X)\"; then echo $(X); else echo none; fi) < $< > $@.tmp; \\\n\
                       \tif [ -r $@ ] && cmp -s $@ $@.tmp; then rm -f $@.tmp; else echo UPD $@; mv -f $@.tmp $@; fi\nFORCE:\n";

#[test]
fn a_temporary_file_that_is_looked_for_made_and_removed_does_not_keep_a_make_from_being_given() {
    let tree = Tree::new(CHECKED);
    tree.write("in", "x\n");
    assert_eq!(run(&tree).out, "UPD out\n");
    settle(&tree);
    assert!(run(&tree).is_given() && !tree.at("out.tmp").exists());
    // Nobody removed it, and it is not looked at: it is written anew.
    tree.write("out.tmp", "left\n");
    let left = run(&tree);
    assert_eq!((left.out.as_str(), tree.at("out.tmp").exists()), ("", false));
    tree.write("out", "another\n");
    let changed = run(&tree);
    assert_eq!((changed.out.as_str(), changed.is_given()), ("UPD out\n", false));
}

#[test]
fn a_file_that_is_touched_each_time_does_not_keep_a_make_from_being_given() {
    let tree = Tree::new(
        "all: stamp\n\t@cat stamp\nstamp: in FORCE\n\t@touch $@\nFORCE:\nout: in\n\tcp in out\nall: out\n",
    );
    tree.write("in", "x\n");
    tree.write("stamp", "1\n");
    assert_eq!(run(&tree).out, "cp in out\n1\n");
    settle(&tree);
    let time = || metadata(tree.at("stamp")).unwrap().modified().unwrap();
    let before = time();
    assert!(run(&tree).is_given() && time() > before);
    // What it holds counts, and so does that it is older than what it is made from.
    tree.write("stamp", "2\n");
    let changed = run(&tree);
    assert_eq!((changed.out.as_str(), changed.is_given()), ("2\n", false));
    settle(&tree);
    std::fs::remove_file(tree.at("stamp")).unwrap();
    assert_eq!((run(&tree).out.as_str(), tree.at("stamp").exists()), ("", true));
}

/// kbuild's `filechk` of what a program makes: the file stays as it was, and older than what it is made from.
const OLDER: &str = "all: h.h\nh.h: in FORCE\n\t@sed s/a/b/ < $< > .$@.tmp; if [ ! -r $@ ] || ! cmp -s $@ .$@.tmp; then \\\n\
                     \techo UPD $@; mv -f .$@.tmp $@; else rm -f .$@.tmp; fi\nFORCE:\n";

#[test]
fn a_target_that_stays_older_than_what_it_is_made_from_does_not_keep_a_make_from_being_given() {
    let tree = Tree::new(OLDER);
    tree.write("in", "a\n");
    assert_eq!(run(&tree).out, "UPD h.h\n");
    settle(&tree);
    tree.write("in", "b\n");
    assert_eq!(run(&tree).out, "");
    settle(&tree);
    tree.write("in", "c\n");
    assert_eq!(run(&tree).out, "UPD h.h\n");
}

/// GNU make's command makes a file in `src` and removes it each time, and `src` is as young as that.
const PASSING: &str = "all: ; @sh -c 'echo x > src/t; ls src; rm src/t'\n";

#[test]
fn a_directory_in_which_a_given_command_makes_something_for_a_while_gets_its_time() {
    let tree = Tree::new(PASSING);
    create_dir(tree.at("src")).unwrap();
    tree.run();
    let time = || metadata(tree.at("src")).unwrap().modified().unwrap();
    for _ in 0..3 {
        let before = time();
        let run = run(&tree);
        assert_eq!((run.out.as_str(), run.is_given()), ("t\n", true), "{run:?}");
        assert!(time() > before, "{run:?}");
    }
}

#[test]
fn what_depends_on_such_a_directory_is_made_each_time() {
    let makefile = "all: below o\no: src ; @cp Makefile o; echo made\n";
    let tree =
        Tree::new(&format!("{makefile}below: ; @$(MAKE) --no-print-directory -f below\n.PHONY: below\n"));
    create_dir(tree.at("src")).unwrap();
    tree.write("below", PASSING);
    for _ in 0..4 {
        assert_eq!(run(&tree).out, "t\nmade\n");
    }
}

#[test]
fn a_directory_that_is_made_in_shell_is_made_again_without_a_program() {
    let tree = Tree::new("X := $(shell mkdir -p d/e)\nall: ; @test -d d/e && echo there\n");
    let made = tree.run();
    assert_eq!((made.out.as_str(), made.count("programs started")), ("there\n", 0), "{made:?}");
    settle(&tree);
    remove_dir_all(tree.at("d")).unwrap();
    assert_eq!(run(&tree).out, "there\n");
    settle(&tree);
}
