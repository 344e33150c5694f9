//! Which recipes that run each time are watched, so that what they give is known next time, and which run as they are.

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use common::Tree;

/// All that the makes below start would be watched, which takes longer than not to remember.
#[test]
fn a_line_that_starts_makes_among_others_is_not_watched() {
    let sub = "sub: ; @/bin/cat Makefile >/dev/null; /bin/echo done\n";
    // Where it runs in this process the make below is remembered.
    let tree = Tree::new(&format!("all: ; @$(MAKE) -s `echo sub` | cat\n{sub}"));
    tree.run();
    let run = tree.run();
    assert_eq!((run.out.as_str(), run.count("sessions given")), ("done\n", 1), "{run:?}");
    // A real shell's makes remember themselves.
    let tree = Tree::new(&format!("all: ; @eval '$(MAKE) -s sub'\n{sub}"));
    for _ in 0..2 {
        let run = tree.run();
        assert_eq!(run.out, "done\n");
        for class in ["commands found pure", "commands to be asked again", "commands with effects"] {
            assert_eq!(run.count(class), 0, "{class}: {run:?}");
        }
    }
}

/// A debugger can't start what is watched, and sudo gets no rights there.
#[test]
fn what_would_notice_that_it_is_watched_is_not() {
    let watched = |makefile: &str| {
        let tree = Tree::new(makefile);
        tree.write("script.sh", "#!/bin/sh\n# as sudo would\necho done\n");
        let mut program = fs::read("/bin/true").unwrap();
        fs::write(tree.at("plain"), &program).unwrap();
        program.extend_from_slice(b"__lsan_do_leak_check");
        fs::write(tree.at("sanitized"), program).unwrap();
        for name in ["plain", "sanitized"] {
            fs::set_permissions(tree.at(name), fs::Permissions::from_mode(0o755)).unwrap();
        }
        let run = tree.run();
        assert_eq!(run.code, 0, "{makefile}: {run:?}");
        let ways = ["commands found pure", "commands to be asked again", "commands with effects"];
        ways.iter().map(|way| run.count(way)).sum::<u64>()
    };
    assert_eq!(watched("all: ; @/bin/cat Makefile; /bin/ls\n"), 1);
    assert_eq!(watched("all: ; @/bin/cat Makefile; ./plain\n"), 1);
    for line in [
        "/bin/cat Makefile; strace -V >/dev/null 2>&1; true",
        "/bin/cat Makefile; false && (exec sudo true); true",
        "/bin/cat Makefile; ./sanitized",
        "/bin/cat Makefile; sh script.sh",
        "/bin/cat Makefile; sh ./script.sh",
    ] {
        assert_eq!(watched(&format!("all: ; @{line}\n")), 0, "{line}");
    }
    assert_eq!(watched("all: run-tests\nrun-tests: ; @/bin/cat Makefile; /bin/ls\n"), 0);
}

#[test]
fn a_check_that_is_part_of_a_build_is_given_and_tests_that_are_asked_for_run() {
    let text =
        "all: modules_check\nmodules_check: ; @sh ./script\ncheck: unit-tests\nunit-tests: ; @sh ./script\n";
    let tree = Tree::new(&format!("{text}.PHONY: modules_check check unit-tests\n"));
    tree.write("script", "echo text\n");
    tree.remembered();
    let checks: Vec<u64> =
        (0..3).map(|_| tree.run_with(&["check"], &[]).count("sessions evaluated")).collect();
    assert_eq!(checks, [1, 1, 1]);
}

#[test]
fn a_goal_that_is_handed_on_is_no_file_that_is_made() {
    // As in the makefiles of many modules, which forget to say that it is phony.
    let tree = Tree::new("modules: ; $(MAKE) -f sub.mk $@\n");
    tree.write("sub.mk", "modules: order ;\norder: ; @sh ./script\n.PHONY: modules order\n");
    tree.write("script", "echo text\n");
    tree.remembered();
}
