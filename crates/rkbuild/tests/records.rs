//! Records that an earlier run read: they say what their files say, and no longer than those stay as they are.

use std::fs;
use std::thread::sleep;
use std::time::Duration;

mod common;

use common::{Run, Tree};

const MAKEFILE: &str =
    "all: x.o ; @echo $(words $(deps_x.o)) listed\nx.o: x.c ; @echo made $?; touch $@\n-include .x.o.cmd\n";
const RECORD: &str = "cmd_x.o := gcc -c -o x.o x.c\n\nsource_x.o := x.c\n\ndeps_x.o := \\\n  one.h \\\n  two.h \\\n\nx.o: $(deps_x.o)\n\n$(deps_x.o):\n";

/// A tree of which the record was read. Sessions are evaluated each time.
fn tree() -> Tree {
    let tree = Tree::new(MAKEFILE);
    for (name, text) in [("x.c", ""), ("one.h", ""), ("two.h", ""), (".x.o.cmd", RECORD)] {
        tree.write(name, text);
    }
    // What is young is not trusted.
    sleep(Duration::from_millis(60));
    run(&tree, &[]);
    tree
}

fn run(tree: &Tree, args: &[&str]) -> Run {
    tree.run_with(args, &[("RKBUILD_RECALL", "probes")])
}

/// What a run printed, and how many records were known.
fn said(run: &Run) -> (&str, u64) {
    (&run.out, run.count("records known"))
}

#[test]
fn a_record_is_known_until_its_file_changes() {
    let tree = tree();
    assert_eq!(said(&run(&tree, &[])), ("2 listed\n", 1));
    tree.write("one.h", "changed");
    assert_eq!(said(&run(&tree, &[])), ("made one.h\n2 listed\n", 1));
    tree.write(".x.o.cmd", &RECORD.replace("  one.h \\\n", ""));
    tree.write("one.h", "changed again");
    assert_eq!(said(&run(&tree, &[])), ("1 listed\n", 0));
    sleep(Duration::from_millis(60));
    assert_eq!(said(&run(&tree, &[])), ("1 listed\n", 0));
    assert_eq!(said(&run(&tree, &[])), ("1 listed\n", 1));
    fs::remove_file(tree.at(".x.o.cmd")).unwrap();
    assert_eq!(said(&run(&tree, &[])), ("0 listed\n", 0));
}

#[test]
fn a_record_that_means_something_else_this_time_is_read_as_any_makefile() {
    let tree = tree();
    tree.write("three.h", "");
    tree.write("Makefile", &format!("override deps_x.o := two.h three.h two.h\n{MAKEFILE}"));
    assert_eq!(said(&run(&tree, &[])), ("made three.h\n3 listed\n", 1));
}

#[test]
fn what_is_forgotten_is_read_again() {
    let tree = tree();
    assert_eq!(said(&run(&tree, &["--forget"])), ("2 listed\n", 0));
    assert_eq!(said(&run(&tree, &[])), ("2 listed\n", 1));
}

#[test]
fn without_recall_nothing_is_known_of_records() {
    let tree = tree();
    let with = |mode| tree.run_with(&[], &[("RKBUILD_RECALL", mode)]);
    assert_eq!(said(&with("off")), ("2 listed\n", 0));
    assert_eq!(said(&with("verify")), ("2 listed\n", 0));
}

/// Where sessions are remembered as well: one that is evaluated again is told what a record it did not read holds.
#[test]
fn a_session_that_knew_its_records_is_given_until_they_change() {
    let tree = tree();
    let with = || tree.run_with(&[], &[("RKBUILD_RECALL", "on")]);
    let first = with();
    assert_eq!(said(&first), ("2 listed\n", 1));
    assert!(with().is_given());
    tree.write(".x.o.cmd", &RECORD.replace("  one.h \\\n", ""));
    assert_eq!(said(&with()), ("1 listed\n", 0));
}
