//! Standard streams that can't be written: what is said about it, and the exit status.

use std::fs::File;
use std::process::Command;

/// Runs `rkbuild ARGUMENTS` with a full standard output; gives what it says on standard error, and its exit status.
fn with_full_output(arguments: &[&str]) -> (String, Option<i32>) {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let out = Command::new(env!("CARGO_BIN_EXE_rkbuild"))
        .args(arguments)
        .env_remove("MAKEFLAGS")
        .env("RKBUILD_RECALL", "off")
        .env_remove("RKBUILD_COMPAT")
        .stdout(full)
        .output()
        .unwrap();
    (String::from_utf8_lossy(&out.stderr).into_owned(), out.status.code())
}

#[test]
fn a_build_whose_output_is_lost_ends_with_1_though_it_failed() {
    let (said, status) = with_full_output(&["-f", "/dev/null", "--eval", "all:;@false"]);
    assert!(said.contains("all] Error 1"), "{said}");
    assert_eq!(status, Some(2));
    let (said, status) = with_full_output(&["-f", "/dev/null", "--eval", "all:;false"]);
    assert!(said.ends_with("rkbuild: write error: stdout\n"), "{said}");
    assert_eq!(status, Some(1));
}

#[test]
fn a_version_that_can_not_be_written_says_why() {
    let said = "rkbuild: write error: stdout: No space left on device\n".to_string();
    assert_eq!(with_full_output(&["--version"]), (said, Some(1)));
}

#[test]
fn what_is_said_to_nobody_is_lost_and_nothing_else() {
    let status = |arguments: &[&str]| {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let mut cmd = Command::new(env!("CARGO_BIN_EXE_rkbuild"));
        cmd.args(["-f", "/dev/null", "--eval", "all:;@:"]).args(arguments).env_remove("MAKEFLAGS");
        cmd.env("RKBUILD_RECALL", "off").stderr(full).status().unwrap().code()
    };
    assert_eq!(status(&["--stats"]), Some(0));
    assert_eq!(status(&["--rdepends=none"]), Some(2));
    assert_eq!(status(&["--compat=5"]), Some(2));
    assert_eq!(status(&["--check-load"]), Some(2));
}

#[test]
fn a_file_that_is_asked_for_and_can_not_be_written_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let recipe = "all: x.o\nx.o:\n\tgcc -c -o x.o x.c; scripts/basic/fixdep .x.o.d x.o 'gcc -c -o x.o x.c' > .x.o.cmd\n";
    std::fs::write(dir.path().join("Makefile"), recipe).unwrap();
    for option in ["--compile-commands", "--events", "--graph", "--profile"] {
        let out = Command::new(env!("CARGO_BIN_EXE_rkbuild"))
            .arg(format!("{option}=none/file"))
            .current_dir(dir.path())
            .env_remove("MAKEFLAGS")
            .env("RKBUILD_RECALL", "off")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&out.stderr);
        assert_eq!(said, "rkbuild: *** none/file: No such file or directory.  Stop.\n", "{option}");
        assert_eq!(out.status.code(), Some(2), "{option}");
    }
}
