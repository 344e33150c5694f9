//! What an environment for a command costs: how often exported values are expanded.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rkbuild_base::{Identity, Place};
use rkbuild_eval::session::{Proof, ShellResult, Steady};
use rkbuild_eval::{Doors, Result, Session, Shared};
use rkbuild_host::{Dir, Env, Stdio};

/// Answers each command with its text; `steady` ones say that they only looked at files, `proved` ones what at, which changes
/// with `change`. `run` and `change` may change files.
#[derive(Default)]
struct Counting {
    ran: Cell<usize>,
    file: Arc<File>,
}

/// What `proved` commands look at.
#[derive(Debug, Default)]
struct File {
    changed: AtomicBool,
}

impl Proof for File {
    fn holds(&self) -> bool {
        !self.changed.load(Ordering::Relaxed)
    }
}

impl Doors for Counting {
    fn shell(&self, session: &mut Session, command: &[u8]) -> Result<ShellResult> {
        session.shell_environment()?;
        self.ran.set(self.ran.get() + 1);
        if command == b"change" {
            self.file.changed.store(true, Ordering::Relaxed);
        }
        if command == b"change" || command == b"run" {
            session.host().changed();
        }
        let steady = match command {
            _ if command.starts_with(b"steady") => Steady::WithFiles,
            _ if command.starts_with(b"proved") => {
                Steady::While(self.file.clone(), vec!["SEEN".into(), "BEGUN_*".into()])
            }
            _ => Steady::Unknown,
        };
        Ok(ShellResult { output: command.to_vec(), status: 0, steady })
    }
}

/// How many commands each of these makefiles runs when it is read after those before it.
fn commands(texts: &[&str]) -> Vec<usize> {
    let door = Rc::new(Counting::default());
    let dir = Dir::current().expect("a working directory");
    let stdio = Stdio::of_process().expect("standard streams");
    let shared = Shared::new(Identity::V4_4_1);
    let mut session = Session::new(shared, "make".into(), dir, Env::default(), stdio, door.clone());
    let file = session.name(b"Makefile");
    session.reading = Some(Place { file, line: 1 });
    let count = |text: &&str| {
        let before = door.ran.get();
        session.eval_text(text.as_bytes()).expect("a makefile without errors");
        door.ran.get() - before
    };
    texts.iter().map(count).collect()
}

#[test]
fn a_command_in_an_exported_value_runs_once_while_nothing_it_depends_on_changes() {
    let setting = "export A = $(shell steady $(B))\nB := 1\n";
    let ask = "X := $(shell ask)\n";
    assert_eq!(commands(&[setting, ask, ask, ask]), [0, 2, 1, 1]);
    assert_eq!(commands(&[setting, ask, "B := 2\n", ask, ask]), [0, 2, 0, 2, 1]);
    assert_eq!(commands(&[setting, ask, "C := 2\n", ask]), [0, 2, 0, 1]);
    // It has what is exported in its environment, but looks at none of it, except for where programs are.
    assert_eq!(commands(&[setting, ask, "export C := 2\n", ask, ask]), [0, 2, 0, 1, 1]);
    assert_eq!(commands(&[setting, ask, "export PATH := /\n", ask, ask]), [0, 2, 0, 2, 1]);
    let path = "PATH := /\n";
    assert_eq!(commands(&[path, setting, ask, ask, "export PATH\n", ask, ask]), [0, 0, 2, 1, 0, 2, 1]);
    assert_eq!(commands(&[path, setting, ask, ask, "export\n", ask, ask]), [0, 0, 2, 1, 0, 2, 1]);
}

#[test]
fn a_command_that_may_do_something_runs_each_time() {
    let ask = "X := $(shell ask)\n";
    assert_eq!(commands(&["export A = $(shell other)\n", ask, ask]), [0, 2, 2]);
    // In the environment of each, the other is expanded: it is not left out because its own value is known.
    let both = "export A = $(shell steady)\nexport B = $(shell other)\n";
    assert_eq!(commands(&[both, ask, ask, ask]), [0, 5, 5, 5]);
}

#[test]
fn a_command_within_a_call_is_a_command_too() {
    let ask = "X := $(shell ask)\n";
    let both = "f = $(shell steady)\nexport A = $(call f)\nexport B = $(shell other)\n";
    assert_eq!(commands(&[both, ask, ask, ask]), [0, 5, 5, 5]);
    let alone = "f = $(shell steady)\nexport A = $(call f)\n";
    assert_eq!(commands(&[alone, ask, ask, "export PATH := /\n", ask]), [0, 2, 1, 0, 2]);
}

#[test]
fn what_defines_variables_is_expanded_each_time() {
    let ask = "X := $(shell ask)\n";
    let counts = "export A = $(eval COUNT += x)\nCOUNT :=\n";
    let checks = "ifneq ($(words $(COUNT)),3)\n$(error $(COUNT))\nendif\n";
    assert_eq!(commands(&[counts, ask, ask, ask, checks]), [0, 1, 1, 1, 0]);
}

#[test]
fn a_command_whose_looks_are_known_runs_again_when_they_no_longer_hold() {
    let setting = "export A = $(shell proved $(B))\nB := 1\n";
    let (run, change) = ("X := $(shell run)\n", "X := $(shell change)\n");
    assert_eq!(commands(&[setting, run, run, run]), [0, 2, 1, 1]);
    assert_eq!(commands(&[setting, run, change, run]), [0, 2, 1, 2]);
    assert_eq!(commands(&[setting, run, "B := 2\n", run, run]), [0, 2, 0, 2, 1]);
    // Of one that only says that it looks at files, any command may have changed them.
    assert_eq!(commands(&["export A = $(shell steady)\n", run, run, run]), [0, 2, 2, 2]);
    // And then the environment of the other one is made again, too.
    let both = "export A = $(shell proved)\nexport B = $(shell steady)\n";
    assert_eq!(commands(&[both, run, run]), [0, 5, 5]);
}

#[test]
fn a_command_runs_again_when_a_variable_it_may_look_at_has_changed() {
    let setting = "export A = $(shell proved)\n";
    let run = "X := $(shell run)\n";
    let set = |between: &str| commands(&[setting, run, between, run, run]);
    let (same, changed) = ([0, 2, 0, 1, 1], [0, 2, 0, 2, 1]);
    assert_eq!(set("export OTHER := 2\n"), same);
    assert_eq!(set("export SEEN := 2\n"), changed);
    assert_eq!(set("export BEGUN_HERE := 2\n"), changed);
    assert_eq!(set("export BEGUN := 2\n"), same);
    let setting = "export SEEN := 1\nexport BEGUN_HERE := 1\nexport A = $(shell proved)\n";
    let set = |between: &str| commands(&[setting, run, between, run, run]);
    assert_eq!(set("SEEN := 2\n"), changed);
    assert_eq!(set("SEEN += 2\n"), changed);
    assert_eq!(set("BEGUN_HERE := 2\n"), changed);
    assert_eq!(set("unexport SEEN\n"), changed);
    assert_eq!(set("undefine BEGUN_HERE\n"), changed);
    // What a value that is expanded depends on is not followed.
    assert_eq!(set("B := 3\nSEEN = $(B)\n"), [0, 2, 0, 2, 2]);
    assert_eq!(set("B := 3\nexport BEGUN_TOO = $(B)\n"), [0, 2, 0, 2, 2]);
}
