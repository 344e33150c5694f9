//! Builds with a library in front of the C library, as fakeroot and Yocto's pseudo have one: it learns of all that is made and removed,
//! and what it does in its functions does no harm.

mod common;

use std::fs;
use std::process::Command;

use common::Tree;

const MAKEFILE: &str = "all: b
\t$(MAKE) --no-print-directory below
\techo one > said
\t: >> also; mkdir -p d
\tprintf x | cat > d/copied
b: b.between; cp $< $@
b.between: b.source; cp $< $@
%.source: ; touch $@
.INTERMEDIATE: b.between
below: ; echo two > deep
.PHONY: below
";

/// A tree, and the library.
fn with_library(makefile: &str) -> (Tree, String) {
    let mut tree = Tree::new(makefile);
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/preload/notes.c");
    let library = tree.path("libnotes.so");
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).args(["-ldl", "-pthread"]);
    assert!(compiler.status().unwrap().success());
    tree.env.push(("PRELOAD_NOTES".into(), tree.path("notes").display().to_string()));
    (tree, library.display().to_string())
}

/// A tree for [`MAKEFILE`] in which the library is preloaded.
fn preloaded() -> Tree {
    let (mut tree, library) = with_library(MAKEFILE);
    tree.env.push(("LD_PRELOAD".into(), library));
    tree
}

/// What make prints; it must end well, and soon.
fn run(tree: &Tree, args: &[&str]) -> String {
    let out = Command::new("timeout")
        .args(["-k", "5", "60", env!("CARGO_BIN_EXE_rkbuild")])
        .args(args)
        .current_dir(tree.at(""))
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("RKBUILD_RECALL", "on")
        .env("XDG_CACHE_HOME", tree.path("cache"))
        .envs(tree.env.iter().cloned())
        .output()
        .unwrap();
    assert!(out.status.success(), "{out:?}");
    String::from_utf8_lossy(&out.stdout).into_owned()
}

/// What was noted of files in the tree, by their names.
fn notes(tree: &Tree) -> Vec<String> {
    let notes = fs::read_to_string(tree.path("notes")).unwrap_or_default();
    let within = format!("{}/", tree.at("").display()).replace("//", "/");
    let lines = notes.lines().filter_map(|line| line.split_once(' '));
    lines.map(|(what, path)| format!("{what} {}", path.strip_prefix(&within).unwrap_or(path))).collect()
}

#[test]
fn a_build_under_a_preloaded_library_is_like_any_other() {
    let with = preloaded();
    assert_eq!(run(&with, &[]), run(&Tree::new(MAKEFILE), &[]));
    let notes = notes(&with);
    for made in ["made said", "made also", "made d/copied", "made deep"] {
        assert!(notes.iter().any(|note| note == made), "{made}: {notes:?}");
    }
}

#[test]
fn a_preloaded_library_learns_what_make_removes_and_touches() {
    let tree = preloaded();
    run(&tree, &[]);
    assert!(notes(&tree).iter().any(|note| note == "removed b.between"), "{:?}", notes(&tree));
    fs::remove_file(tree.at("b")).unwrap();
    run(&tree, &["-t"]);
    assert!(notes(&tree).iter().any(|note| note == "made b"), "{:?}", notes(&tree));
}

#[test]
fn nothing_is_given_to_a_preloaded_library() {
    let (mut tree, library) = with_library("$(info text)\nall: ; @:\n");
    tree.remembered();
    tree.env.push(("LD_PRELOAD".into(), library));
    let given: Vec<u64> = (0..3).map(|_| tree.run().count("sessions given")).collect();
    assert_eq!(given, [0, 0, 0]);
}

#[test]
fn a_sub_make_with_a_preloaded_library_is_seen_by_it() {
    let (mut tree, library) =
        with_library("all: ; LD_PRELOAD=$(LIBRARY) $(MAKE) below\nbelow: ; echo two > deep\n.PHONY: below\n");
    tree.env.push(("LIBRARY".into(), library));
    run(&tree, &[]);
    assert!(notes(&tree).iter().any(|note| note == "made deep"), "{:?}", notes(&tree));
}

#[test]
fn a_library_that_a_makefile_preloads_sees_its_recipes() {
    let (mut tree, library) = with_library("export LD_PRELOAD = $(LIBRARY)\nall: ; echo three > here\n");
    tree.env.push(("LIBRARY".into(), library));
    run(&tree, &[]);
    assert!(notes(&tree).iter().any(|note| note == "made here"), "{:?}", notes(&tree));
}
