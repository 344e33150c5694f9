//! `--depends`, `--rdepends`, `--explain=TARGET`: which file a name is, where makes work in other directories.

use std::fs;
use std::process::Command;

use tempfile::TempDir;

/// As a kernel's: one make in the source tree starts another in the output directory.
const MAKEFILE: &str = "\
ifeq ($(IN),)
all: ; $(MAKE) -C $(O) -f $(CURDIR)/Makefile IN=1 S=$(CURDIR) all
else
all: sub/a.o
sub/a.o: $(S)/sub/a.c gen.h ; mkdir -p sub; cat $^ > $@
gen.h: ; touch $@
endif
.PHONY: all
";

struct Tree {
    keep: TempDir,
}

impl Tree {
    fn new() -> Tree {
        let tree = Tree { keep: tempfile::tempdir().unwrap() };
        for dir in ["src/sub", "out", "elsewhere"] {
            fs::create_dir_all(tree.keep.path().join(dir)).unwrap();
        }
        fs::write(tree.keep.path().join("src/Makefile"), MAKEFILE).unwrap();
        fs::write(tree.keep.path().join("src/sub/a.c"), "").unwrap();
        tree
    }

    fn ask(&self, from: &str, question: &str) -> (String, Option<i32>) {
        let root = self.keep.path();
        let out = Command::new(env!("CARGO_BIN_EXE_rkbuild"))
            .args(["-C", &format!("{}/src", root.display()), &format!("O={}/out", root.display()), question])
            .current_dir(root.join(from))
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("RKBUILD_RECALL", "off")
            .output()
            .unwrap();
        let text = [out.stdout, out.stderr].concat();
        let text = String::from_utf8_lossy(&text).replace(&format!("{}/", root.display()), "");
        (text, out.status.code())
    }
}

#[test]
fn a_name_is_that_of_a_file_in_the_source_or_the_output_directory() {
    let tree = Tree::new();
    for from in ["elsewhere", "src", "out"] {
        let own = if from == "out" { "sub/a.o\n" } else { "out/sub/a.o\n" };
        for name in ["sub/a.c", "gen.h"] {
            let (text, status) = tree.ask(from, &format!("--rdepends={name}"));
            assert_eq!((text.as_str(), status), (own, Some(0)), "{name} from {from}");
        }
        let (text, status) = tree.ask(from, "--explain=sub/a.o");
        assert!(text.contains("would be rebuilt") && status == Some(1), "{text}");
    }
}

#[test]
fn a_file_in_the_own_directory_comes_first() {
    let tree = Tree::new();
    fs::create_dir(tree.keep.path().join("elsewhere/sub")).unwrap();
    fs::write(tree.keep.path().join("elsewhere/sub/a.c"), "").unwrap();
    let (text, status) = tree.ask("elsewhere", "--rdepends=sub/a.c");
    assert!(text.contains("nothing that the goals need leads to") && status == Some(2), "{text}");
}
