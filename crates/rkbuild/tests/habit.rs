//! Commands that are not run under watch again, since watching them would tell nothing new.
//!
//! What is long here is so long that no busy machine makes what is quick take a quarter of it.

mod common;

use std::fs;
use std::time::Duration;

use common::Tree;

/// A script that says whether somebody traces it.
const TRACED: &str = "#!/bin/sh\nwhile read name value; do case $name$value in TracerPid:0) echo free;; \
    TracerPid:*) echo watched; esac; done < /proc/self/status";

#[test]
fn what_took_long_and_had_effects_is_not_watched_in_the_next_build() {
    let tree = Tree::new("all:\n\t@./tool\n");
    tree.program("tool", &format!("{TRACED}\nsleep 1; echo x >> made\n"));
    let runs: Vec<_> = (0..3).map(|_| tree.run()).collect();
    assert!(runs.iter().all(|run| run.count("sessions evaluated") == 1), "{runs:?}");
    let said: Vec<&str> = runs.iter().map(|run| run.out.as_str()).collect();
    assert_eq!(said, ["watched\n", "free\n", "free\n"]);
    assert_eq!(fs::read_to_string(tree.at("made")).unwrap(), "x\nx\nx\n");
}

#[test]
fn what_became_much_quicker_is_watched_once_more_and_given_from_then_on() {
    let tree = Tree::new("all:\n\t@./tool\n");
    tree.program("tool", "#!/bin/sh\nif ! cmp -s from to; then sleep 4; cp from to; fi; echo done\n");
    tree.write("from", "1\n");
    tree.run();
    std::thread::sleep(Duration::from_millis(60));
    // As it is, and quick; watched; given.
    let counts: Vec<u64> = (0..4).map(|_| tree.run().count("sessions evaluated")).collect();
    assert_eq!(counts, [1, 1, 0, 0]);
    tree.write("from", "2\n");
    let run = tree.run();
    assert_eq!((run.out.as_str(), run.count("sessions evaluated")), ("done\n", 1), "{run:?}");
    assert_eq!(fs::read_to_string(tree.at("to")).unwrap(), "2\n");
}

#[test]
fn what_is_asked_again_is_watched_once_in_a_build() {
    let tree = Tree::new("X = $(shell ./tool; echo $Y)\nall: ; @echo '$X' '$X'\nother: ; @echo '$X' '$X'\n");
    tree.program("tool", TRACED);
    let run = tree.run_with(&["all", "other"], &[]);
    assert_eq!(run.out, "watched free\nfree free\n");
    assert_eq!(run.count("commands to be asked again"), 4, "{run:?}");
    // With another environment it could do something else.
    let tree = Tree::new(
        "export Y\nX = $(shell ./tool; echo $$Y)\nY = 1\nall: ; @echo '$X' '$(eval Y = 2)$X' '$X'\n",
    );
    tree.program("tool", TRACED);
    assert_eq!(tree.run().out, "watched 1 watched 2 free 2\n");
}
