//! What was found once in a process counts for the makes that begin later while commands run, until something can have changed.

use std::fs;

mod common;

use common::Tree;

/// A make that has others look at the file `f`, first `a`, and after `step` `b`, while `slow` runs. Both were given before, when
/// there was no `f` yet; now there is a `flag`.
fn seen_after(slow: &str, step: &str) -> String {
    let below = |name: &str| format!("{name}: ; @$(MAKE) --no-print-directory -C {name}.d\n");
    let makefile = format!(
        "all: slow b\nslow: ; @{slow}\nstep: a ; @{step}\nb: step\n.PHONY: slow step a b\n{}{}",
        below("a"),
        below("b")
    );
    let tree = Tree::new(&makefile);
    // By one path: what was found of it for one is known for the other.
    for name in ["a", "b"] {
        fs::create_dir(tree.at(&format!("{name}.d"))).unwrap();
        tree.write(
            &format!("{name}.d/Makefile"),
            &format!("all: ; @echo {name} $(notdir $(wildcard $(dir $(CURDIR))f))\n"),
        );
    }
    tree.program("late", "#!/bin/sh\nsleep 0.3; echo x > f; sleep 1\n");
    let args = ["-j2"];
    for _ in 0..3 {
        std::thread::sleep(std::time::Duration::from_millis(60));
        assert_eq!(tree.run_with(&args, &[]).out, "a\nb\n");
    }
    tree.write("flag", "y\n");
    let run = tree.run_with(&args, &[]);
    assert!(run.count("sessions given") >= 1, "{run:?}");
    run.out
}

#[test]
fn what_a_program_changed_is_seen_once_it_has_ended() {
    assert_eq!(seen_after("sleep 1", "[ ! -e flag ] || dd if=flag of=f status=none"), "a\nb f\n");
}

#[test]
fn what_this_process_changed_is_seen() {
    assert_eq!(seen_after("sleep 1", "[ ! -e flag ] || echo x > f"), "a\nb f\n");
    assert_eq!(seen_after("sleep 1", "[ ! -e flag ] || mv flag f"), "a\nb f\n");
}

#[test]
fn what_a_loop_waited_for_is_seen() {
    let wait = "[ ! -e flag ] || while [ ! -e f ]; do :; done";
    assert_eq!(seen_after("[ ! -e flag ] || ./late", wait), "a\nb f\n");
}

#[test]
fn what_a_real_shell_waited_for_is_seen() {
    let wait = "[ ! -e flag ] || { ./late & while [ ! -e f ]; do :; done; }";
    assert_eq!(seen_after("sleep 2", wait), "a\nb f\n");
}
