//! Exported values whose commands recall knows: each command's environment has them, and they are as they would be run anew.

use std::time::Duration;

mod common;

use common::Tree;

#[test]
fn an_exported_value_follows_what_its_command_looks_at_and_the_target() {
    let tree = Tree::new(
        "export A = $(shell sed s/x/$$FOO/ f)\nexport FOO = 0\nall: a b c d e\n\
         a b c d e: ; @echo $@ $$A; $(change)\nb: change = echo yx > f\nc: export FOO := 1\n",
    );
    for mode in ["off", "probes", "probes", "probes", "on"] {
        tree.write("f", "x\n");
        std::thread::sleep(Duration::from_millis(60));
        let run = tree.run_with(&[], &[("RKBUILD_RECALL", mode)]);
        assert_eq!((run.out.as_str(), run.code), ("a 0\nb 0\nc y1\nd y0\ne y0\n", 0), "{mode}");
    }
}

#[test]
fn the_command_of_an_exported_value_is_asked_for_once_while_it_holds() {
    let tree = Tree::new("export A = $(shell sed s/x/y/ f)\nall: a b c d e f\na b c d e: ; @echo $$A > $@\n");
    tree.write("f", "x\n");
    std::thread::sleep(Duration::from_millis(60));
    let counts = [(); 3].map(|()| {
        let run = tree.run_with(&["-B"], &[("RKBUILD_RECALL", "probes")]);
        (run.code, run.count("commands given"), run.count("programs started"))
    });
    assert_eq!(counts[1..], [(0, 1, 0); 2]);
}

#[test]
fn a_file_read_for_an_exported_value_is_looked_at_while_programs_run() {
    let tree = Tree::new(
        "export A = $(shell cat g 2>&1)\nexport B = $(shell sed s/x/y/ f)\nall: a b c d e\n\
         a b c d e: f\n\t@/bin/cp f $@; echo $$A $$B $(change)\nc: change = ; echo 2 > g\n",
    );
    tree.write("f", "x\n");
    let given = [(); 3].map(|()| {
        tree.write("g", "1\n");
        std::thread::sleep(Duration::from_millis(60));
        tree.write("f", "x\n");
        std::thread::sleep(Duration::from_millis(60));
        let run = tree.run();
        assert_eq!(run.out, "1 y\n1 y\n1 y\n2 y\n2 y\n", "{run:?}");
        run.count("commands given")
    });
    // For the environment of A's own command and for itself, before g changes and after that.
    assert_eq!(given[1..], [4, 4]);
}
