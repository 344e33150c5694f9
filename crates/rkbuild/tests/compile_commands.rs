//! `--compile-commands` of trees of which not all can be evaluated before they are built.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// Makes below, one of which can't be evaluated, as the kernel's `tools/objtool` can't before recipes made directories for it.
const MAKEFILE: &str = "\
all: first last
first: prepare ; @:
prepare: ; $(MAKE) -C $(BAD) all
last: prepare ; $(MAKE) -f ./scripts/Makefile.build obj=lib
scripts: ; $(MAKE) -f ./scripts/Makefile.build obj=scripts/basic
prepare: scripts
.PHONY: all first last prepare scripts
";

const BUILD: &str = "\
$(obj)/a.o: $(obj)/a.c ; gcc -c -o $@ $<; scripts/basic/fixdep .d $@ 'gcc -c -o $@ $<' > .cmd
";

fn tree() -> TempDir {
    let tree = tempfile::tempdir().unwrap();
    for dir in ["scripts/basic", "lib", "tools", "drivers"] {
        fs::create_dir_all(tree.path().join(dir)).unwrap();
    }
    fs::write(tree.path().join("Makefile"), MAKEFILE).unwrap();
    fs::write(tree.path().join("scripts/Makefile.build"), BUILD).unwrap();
    for dir in ["tools", "drivers"] {
        let text = "ifeq ($(wildcard made),)\n$(error no directory made)\nendif\n";
        fs::write(tree.path().join(dir).join("Makefile"), text).unwrap();
    }
    tree
}

fn run(dir: &Path, bad: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rkbuild"))
        .args(["--compile-commands", &format!("BAD={bad}")])
        .current_dir(dir)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("RKBUILD_RECALL", "off")
        .output()
        .unwrap()
}

fn objects(dir: &Path) -> Vec<String> {
    let text = fs::read(dir.join("compile_commands.json")).unwrap();
    let entries: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let entries = entries.as_array().unwrap().iter();
    entries.map(|entry| entry["command"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_make_below_tools_that_fails_before_a_build_hides_no_object() {
    let tree = tree();
    let out = run(tree.path(), "$(CURDIR)/tools/");
    assert!(out.status.success() && out.stderr.is_empty(), "{out:?}");
    let all = ["gcc -c -o lib/a.o lib/a.c", "gcc -c -o scripts/basic/a.o scripts/basic/a.c"];
    assert_eq!(objects(tree.path()), all);
}

#[test]
fn a_make_that_fails_elsewhere_hides_no_other_object_and_is_told_of() {
    let tree = tree();
    let out = run(tree.path(), "drivers");
    let err = String::from_utf8_lossy(&out.stderr).into_owned();
    assert_eq!(out.status.code(), Some(2), "{out:?}");
    assert!(err.contains("Makefile:2: *** no directory made.  Stop."), "{err}");
    assert!(err.ends_with("not all makefiles could be evaluated: entries may be missing\n"), "{err}");
    assert_eq!(objects(tree.path()).len(), 2);
}
