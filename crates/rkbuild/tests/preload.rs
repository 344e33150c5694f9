//! Builds with a library in front of the C library, as fakeroot and Yocto's pseudo have one: it learns of all that is made and removed,
//! and what it does in its functions does no harm.

mod common;

use std::fs;
use std::process::Command;

use common::Tree;

const MAKEFILE: &str = "all: b
\techo one > said
\t: >> also; mkdir -p d
\tprintf x | cat > d/copied
b: b.between; cp $< $@
b.between: b.source; cp $< $@
%.source: ; touch $@
.INTERMEDIATE: b.between
";

/// A tree for [`MAKEFILE`] in which the library is preloaded, or nothing.
fn tree(preloaded: bool) -> Tree {
    let mut tree = Tree::new(MAKEFILE);
    if preloaded {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/preload/notes.c");
        let library = tree.path("libnotes.so");
        let made = Command::new("cc")
            .args(["-shared", "-fPIC", "-o"])
            .arg(&library)
            .arg(source)
            .args(["-ldl", "-pthread"])
            .status();
        assert!(made.unwrap().success());
        tree.env.push(("LD_PRELOAD".into(), library.display().to_string()));
        tree.env.push(("PRELOAD_NOTES".into(), tree.path("notes").display().to_string()));
    }
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
    let with = tree(true);
    assert_eq!(run(&with, &[]), run(&tree(false), &[]));
    let notes = notes(&with);
    for made in ["made said", "made also", "made d/copied"] {
        assert!(notes.iter().any(|note| note == made), "{made}: {notes:?}");
    }
}

#[test]
fn a_preloaded_library_learns_what_make_removes_and_touches() {
    let tree = tree(true);
    run(&tree, &[]);
    assert!(notes(&tree).iter().any(|note| note == "removed b.between"), "{:?}", notes(&tree));
    fs::remove_file(tree.at("b")).unwrap();
    run(&tree, &["-t"]);
    assert!(notes(&tree).iter().any(|note| note == "made b"), "{:?}", notes(&tree));
}

#[test]
fn nothing_is_given_to_a_preloaded_library() {
    let tree = tree(true);
    for _ in 0..3 {
        run(&tree, &[]);
    }
    assert!(notes(&tree).iter().filter(|note| *note == "made said").count() == 3, "{:?}", notes(&tree));
}
