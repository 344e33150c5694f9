//! Compilers that lie outside the system's directories.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

mod common;

use common::Tree;

/// A makefile that asks the compiler at `path`, which is a copy of the system's, and finds the rest of it where that is.
fn with_compiler_at(path: &str) -> Tree {
    let tree = Tree::new(&format!("X := $(shell {path} -E -P f.c)\nall: ; @echo '$(X)'\n"));
    tree.write("f.c", "one\n");
    let at = tree.at(path);
    let bin = at.parent().unwrap();
    fs::create_dir_all(bin).unwrap();
    symlink("/usr/lib", bin.parent().unwrap().join("lib")).unwrap();
    replace(&at, "/usr/bin/gcc");
    tree
}

fn replace(at: &Path, by: &str) {
    let _ = fs::remove_file(at);
    fs::copy(by, at).unwrap();
}

const TOOLCHAIN: &str = "../tc/bin/my-linux-gcc";

#[test]
fn a_compiler_of_a_toolchain_is_known_by_what_it_says() {
    let tree = with_compiler_at(TOOLCHAIN);
    let run = tree.remembered();
    assert_eq!((run.out.as_str(), run.count("programs started")), ("one\n", 0), "{run:?}");
    tree.write("f.c", "two\n");
    assert_eq!(tree.run().out, "two\n");
}

#[test]
fn another_program_in_its_place_is_none() {
    let tree = with_compiler_at(TOOLCHAIN);
    assert_eq!(tree.remembered().out, "one\n");
    replace(&tree.at(TOOLCHAIN), "/usr/bin/printf");
    for _ in 0..3 {
        let run = tree.run();
        assert!(run.out == "\n" && run.count("programs started") > 0, "{run:?}");
    }
    replace(&tree.at(TOOLCHAIN), "/usr/bin/gcc");
    let run = tree.remembered();
    assert_eq!((run.out.as_str(), run.count("programs started")), ("one\n", 0), "{run:?}");
}

#[test]
fn what_lies_in_the_tree_is_the_trees_own() {
    let tree = with_compiler_at("tc/bin/my-linux-gcc");
    for _ in 0..3 {
        let run = tree.run();
        assert!(run.out == "one\n" && run.count("programs started") > 0, "{run:?}");
    }
}
