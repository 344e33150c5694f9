//! Programs that are not run again where nothing they look at changed, and the changes that have them run.

use std::fs;
use std::time::{Duration, SystemTime};

mod common;

use common::{Run, Tree};

fn shell(script: &str) -> Tree {
    Tree::new(&format!("X := $(shell {script})\nall: ; @echo '$(X)'\n"))
}

/// Given, and no program started for it.
fn remembered(tree: &Tree) -> Run {
    let run = tree.remembered();
    assert_eq!(run.count("programs started"), 0, "{run:?}");
    run
}

fn set_age(tree: &Tree, name: &str, seconds: u64) {
    let time = SystemTime::now() - Duration::from_secs(seconds);
    fs::File::options().read(true).open(tree.at(name)).unwrap().set_modified(time).unwrap();
}

#[test]
fn find_that_compares_times_of_files_of_one_name_sees_only_those() {
    let tree = shell("find . -path ./a -newer d/b");
    fs::create_dir_all(tree.at("d/e")).unwrap();
    for (name, seconds) in [("a", 300), ("d/b", 200), ("c", 100)] {
        tree.write(name, "");
        set_age(&tree, name, seconds);
    }
    assert_eq!(remembered(&tree).out, "\n");
    // Times of other files and of directories are nothing to it.
    set_age(&tree, "c", 50);
    for dir in ["d", "d/e", "."] {
        set_age(&tree, dir, 70);
    }
    let run = tree.run();
    assert!(run.is_given() && run.count("programs started") == 0, "{run:?}");
    set_age(&tree, "a", 100);
    assert_eq!(tree.run().out, "./a\n");
    set_age(&tree, "d/b", 50);
    assert_eq!(tree.run().out, "\n");
    fs::remove_file(tree.at("d/b")).unwrap();
    assert!(tree.run().err.contains("d/b"));
}

#[test]
fn a_make_is_remembered_again_when_what_a_command_read_was_written_again_with_the_same_contents() {
    let tree = Tree::new("X := $(shell cat f)\nall: out ; @echo $(X)\nout: f ; @touch $@\n");
    for (name, seconds) in [("f", 300), ("out", 200)] {
        tree.write(name, "text\n");
        set_age(&tree, name, seconds);
    }
    assert_eq!(tree.remembered().out, "text\n");
    tree.write("f", "text\n");
    // Else what is made of it can have the same time.
    std::thread::sleep(Duration::from_millis(20));
    tree.run();
    tree.run();
    assert_eq!(tree.remembered().out, "text\n");
}

#[test]
fn find_that_compares_times_of_whatever_it_meets_is_asked_again() {
    let tree = shell("find . -newer b -type f");
    for (name, seconds) in [("a", 300), ("b", 200), ("Makefile", 300)] {
        tree.write(
            name,
            if name == "Makefile" {
                "X := $(shell find . -newer b -type f)\nall: ; @echo '$(X)'\n"
            } else {
                ""
            },
        );
        set_age(&tree, name, seconds);
    }
    assert_eq!(tree.remembered().out, "\n");
    set_age(&tree, "a", 100);
    assert_eq!(tree.run().out, "./a\n");
}

#[test]
fn ls_of_names_sees_names() {
    let tree = shell("ls -1 d 2>/dev/null");
    assert_eq!(remembered(&tree).out, "\n");
    fs::create_dir(tree.at("d")).unwrap();
    tree.write("d/a", "");
    assert_eq!(tree.run().out, "a\n");
    assert_eq!(remembered(&tree).out, "a\n");
    tree.write("d/b", "");
    assert_eq!(tree.run().out, "a b\n");
}

#[test]
fn pwd_is_the_directory_and_sees_pwd() {
    let tree = shell("/bin/pwd -L");
    let run = remembered(&tree);
    let dir = run.out.trim().to_string();
    assert!(dir.ends_with("/w"), "{dir}");
    let other = tree.path("other");
    std::os::unix::fs::symlink(&dir, &other).unwrap();
    let run = tree.run_with(&[], &[("PWD", other.to_str().unwrap())]);
    assert_eq!(run.out.trim(), other.to_str().unwrap());
}

#[test]
fn date_of_a_time_that_is_given_sees_the_zone_and_the_one_of_now_is_asked_again() {
    let tree = shell("date -d @1700000000 +%H:%M");
    let zone = |zone| tree.run_with(&[], &[("TZ", zone)]).out;
    std::thread::sleep(Duration::from_millis(60));
    assert_eq!(
        (zone("UTC0"), zone("UTC0"), zone("EET-2")),
        ("22:13\n".into(), "22:13\n".into(), "00:13\n".into())
    );
    let run = tree.run_with(&[], &[("TZ", "UTC0")]);
    assert!(run.is_given() && run.count("programs started") == 0, "{run:?}");
    let now = shell("date +%N");
    assert_ne!(now.run().out, now.run().out);
}

#[test]
fn listings_are_proved_by_their_directories_and_not_read_again() {
    for look in ["$(shell find . -name '*.c' | sort)", "$(wildcard d/*.c d/e/*.c)"] {
        let tree = Tree::new(&format!("X := {look}\nall: ; @echo '$(X)'\n"));
        fs::create_dir_all(tree.at("d/e")).unwrap();
        tree.write("d/a.c", "");
        let run = remembered(&tree);
        assert!(run.out.contains("d/a.c"), "{run:?}");
        assert_eq!(run.count("directories read"), 0, "{run:?}");
        // Another time of the directory alone: it is read, and has the same names.
        set_age(&tree, "d", 100);
        let run = tree.run();
        assert!(run.is_given() && run.count("directories read") == 1, "{run:?}");
        tree.write("d/e/b.c", "");
        assert!(tree.run().out.contains("d/e/b.c"), "{look}");
        fs::rename(tree.at("d/a.c"), tree.at("d/c.c")).unwrap();
        assert!(tree.run().out.contains("d/c.c"), "{look}");
    }
}

#[test]
fn a_file_tool_in_shell_that_is_not_done_here_is_given_or_asked_again() {
    // Options that no tool of ours takes, and a file that the kernel makes up.
    for (script, out) in
        [("cat -n a", "1 one"), ("rm -rf gone; cat a", "one"), ("cat -s /proc/sys/kernel/ostype", "Linux")]
    {
        let tree = shell(script);
        tree.write("a", "one\n");
        let run = tree.remembered();
        assert_eq!(run.out.split_whitespace().collect::<Vec<_>>().join(" "), out, "{run:?}");
    }
}

#[test]
fn recipes_of_a_make_that_will_not_run_again_are_not_watched() {
    let found = |all: &str| {
        let tree = Tree::new(&format!(
            "all: {all}\nc.conf: in\n\t@$(MAKE) -s sub\n\t@cp in $@\nsub: ; @sort in\n.PHONY: sub\n"
        ));
        tree.write("in", "b\na\n");
        let run = tree.run();
        assert_eq!(run.out, "a\nb\n");
        run.count("commands found pure")
    };
    assert_eq!(found("; @$(MAKE) -s sub"), 1);
    assert_eq!(found("c.conf"), 0);
}
