//! Compilers that go through ccache: what it keeps for itself is nothing to a makefile.

use std::fs;

mod common;

use common::Tree;

/// A makefile that has a file compiled through ccache, and shows the name that is defined in it.
fn compiled(before: &str) -> Tree {
    compiled_by("gcc", before)
}

fn compiled_by(compiler: &str, before: &str) -> Tree {
    let ccache = std::process::Command::new("ccache").arg("--version").output();
    assert!(ccache.is_ok(), "these tests need ccache");
    let script = format!("ccache {compiler} -Id -c f.c -o f.o && nm f.o | sed 's/.* //'; rm -f f.o");
    let mut tree = Tree::new(&format!("X := $(shell {before}{script})\nall: ; @echo '$(X)'\n"));
    fs::create_dir(tree.at("d")).unwrap();
    tree.write("f.c", "#include <h.h>\nint NAME;\n");
    tree.write("d/h.h", "#define NAME one\n");
    tree.program("own/gcc", "#!/bin/sh\nexec gcc \"$@\" -DKIND=1\n");
    tree.env.push(("CCACHE_DIR".into(), tree.path("kept").display().to_string()));
    assert_eq!(tree.run().out, "one\n");
    tree
}

/// How many files ccache keeps.
fn kept(tree: &Tree) -> usize {
    walkdir(&tree.path("kept"))
}

/// Has all forgotten but what ccache keeps: what runs next is given by that, and remembered so.
fn forget(tree: &Tree) {
    fs::remove_dir_all(tree.path("cache")).unwrap();
}

fn walkdir(dir: &std::path::Path) -> usize {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.map(|e| if e.path().is_dir() { walkdir(&e.path()) } else { 1 }).sum()
}

#[test]
fn a_compiler_behind_ccache_is_not_run_again_whatever_became_of_the_cache() {
    let tree = compiled("");
    let run = tree.remembered();
    assert_eq!((run.out.as_str(), run.count("programs started")), ("one\n", 0), "{run:?}");
    fs::remove_dir_all(tree.path("kept")).unwrap();
    let run = tree.run();
    assert!(run.is_given() && run.count("programs started") == 0 && run.out == "one\n", "{run:?}");
    assert_eq!(kept(&tree), 0);
}

#[test]
fn what_ccache_had_is_remembered_with_all_it_was_made_from() {
    let tree = compiled("");
    forget(&tree);
    assert_eq!(tree.remembered().out, "one\n");
    tree.write("d/h.h", "#define NAME two\n");
    assert_eq!(tree.run().out, "two\n");
    assert_eq!(tree.remembered().out, "two\n");
    tree.write("f.c", "int three;\n");
    assert_eq!(tree.run().out, "three\n");
}

#[test]
fn a_compiler_that_ccache_only_looks_at_is_seen_by_its_time() {
    let tree = compiled_by("own/gcc", "");
    tree.write("f.c", "#if KIND == 1\nint one;\n#else\nint two;\n#endif\n");
    assert_eq!(tree.remembered().out, "one\n");
    forget(&tree);
    let run = tree.remembered();
    assert_eq!((run.out.as_str(), run.count("programs started")), ("one\n", 0), "{run:?}");
    // As long as before.
    tree.program("own/gcc", "#!/bin/sh\nexec gcc \"$@\" -DKIND=2\n");
    assert_eq!(tree.run().out, "two\n");
}

#[test]
fn variables_of_ccache_are_seen() {
    let tree = compiled("");
    tree.program("prefix", "#!/bin/sh\nexec \"$@\" -DNAME=three\n");
    tree.write("d/h.h", "#ifndef NAME\n#define NAME one\n#endif\n");
    assert_eq!(tree.remembered().out, "one\n");
    let prefix = tree.at("prefix").display().to_string();
    let env = [("CCACHE_PREFIX", prefix.as_str()), ("CCACHE_RECACHE", "1")];
    assert_eq!(tree.run_with(&[], &env).out, "three\n");
}

#[test]
fn variables_of_a_compiler_that_did_not_run_are_seen() {
    let tree = compiled("");
    fs::create_dir(tree.at("e")).unwrap();
    tree.write("e/g.h", "");
    tree.write("f.c", "#if __has_include(<g.h>)\nint two;\n#else\nint one;\n#endif\n");
    assert_eq!(tree.run().out, "one\n");
    forget(&tree);
    assert_eq!(tree.remembered().out, "one\n");
    assert_eq!(tree.run_with(&[], &[("CPATH", "e")]).out, "two\n");
}

#[test]
fn ccache_that_is_to_tell_what_it_did_runs_each_time() {
    let tree = compiled("");
    // Where what it writes is otherwise its own.
    let log = tree.path("kept/tmp/log");
    let lines = || fs::read_to_string(&log).unwrap_or_default().lines().count();
    let name = log.display().to_string();
    let mut before = 0;
    for _ in 0..3 {
        assert_eq!(tree.run_with(&[], &[("CCACHE_LOGFILE", &name)]).out, "one\n");
        assert!(lines() > before);
        before = lines();
    }
    fs::write(tree.path("kept/ccache.conf"), format!("log_file = {name}\n")).unwrap();
    for _ in 0..3 {
        assert_eq!(tree.run().out, "one\n");
        assert!(lines() > before);
        before = lines();
    }
}

#[test]
fn ccache_that_is_told_to_do_something_with_its_cache_runs_each_time() {
    let tree = compiled("ccache -C >/dev/null; ");
    for _ in 0..3 {
        let run = tree.run();
        assert!(run.count("programs started") > 0 && run.out == "one\n", "{run:?}");
    }
}
