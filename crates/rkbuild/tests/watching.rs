//! What is told of a build: reasons, relations, events and profiles, on a tree built the way kbuild builds.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use tempfile::TempDir;

/// `if_changed` in the manner of kbuild: commands are saved beside targets, and read again only for those in `targets`.
const BUILD: &str = r#"
squote := '
empty :=
space := $(empty) $(empty)
record = $(dir $@).$(notdir $@).cmd
escaped = $(subst $(squote),'\'',$(subst $$,$$$$,$(cmd_$(1))))
new-command = $(filter-out $(subst $(space),_,$(cmd_$@)),$(subst $(space),_,$(cmd_$(1))))
newer = $(filter-out FORCE,$?)
if_changed = $(if $(newer)$(new-command),$(cmd_$(1)); printf '%s\n' 'cmd_$@ := $(escaped)' > $(record),@:)
filechk = @$(filechk_$(1)) > $@.tmp; if cmp -s $@ $@.tmp; then rm -f $@.tmp; else mv -f $@.tmp $@; fi
"#;

const TOP: &str = r#"
include build.mk
all: dir/lib.a final
targets := final
cmd_final = cat dir/lib.a version > $@
final: dir/lib.a version FORCE
	$(call if_changed,final)
dir/lib.a: dir ;
dir:
	$(MAKE) -f dir/Makefile FLAGS="$(FLAGS)"
filechk_version = cat release
version: FORCE
	$(call filechk,version)
FORCE:
.PHONY: all dir FORCE
-include $(foreach t,$(wildcard $(targets)),$(wildcard $(dir $t).$(notdir $t).cmd))
"#;

const DIR: &str = r#"
include build.mk
-include options
flags-y := -O2
flags-y += $(FLAGS)
targets := dir/lib.a dir/a.o
all: dir/lib.a
cmd_ar = cat $(filter %.o,$^) > $@
dir/lib.a: dir/a.o dir/b.o FORCE
	$(call if_changed,ar)
cmd_cc = sh ./tool $(flags-y) $< > $@
dir/a.o: dir/a.c FORCE
	$(call if_changed,cc)
dir/b.o: dir/b.c dir/b.h
	./tool $< > $@
dir/a.o dir/b.o: tool
dir/b.o: $(wildcard include/config/FOO)
FORCE:
.PHONY: all FORCE
-include $(foreach t,$(wildcard $(targets)),$(wildcard $(dir $t).$(notdir $t).cmd))
"#;

struct Tree {
    keep: TempDir,
}

struct Run {
    out: String,
    err: String,
    code: i32,
}

impl Run {
    /// The reason that is told for a target.
    fn why(&self, target: &str) -> &str {
        let begin = format!("rkbuild: {target}: ");
        self.err.lines().find_map(|line| line.strip_prefix(&begin)).unwrap_or("none")
    }
}

impl Tree {
    /// A tree that is built.
    fn new() -> Tree {
        let tree = Tree { keep: tempfile::tempdir().unwrap() };
        for dir in ["dir", "include/config"] {
            fs::create_dir_all(tree.at(dir)).unwrap();
        }
        for (name, text) in [
            ("build.mk", BUILD),
            ("Makefile", TOP),
            ("dir/Makefile", DIR),
            ("dir/a.c", "a\n"),
            ("dir/b.c", "b\n"),
            ("dir/b.h", "b\n"),
            ("release", "1\n"),
            ("options", "CONFIG_FOO := y\n"),
            ("include/config/FOO", ""),
            ("tool", "#!/bin/sh\nfor last; do :; done\ncat \"$last\"\n"),
        ] {
            fs::write(tree.at(name), text).unwrap();
        }
        fs::set_permissions(tree.at("tool"), fs::Permissions::from_mode(0o755)).unwrap();
        for name in ["dir/a.c", "dir/b.c", "dir/b.h", "release", "include/config/FOO", "tool"] {
            tree.set_time(name, SystemTime::now() - Duration::from_secs(100));
        }
        let built = tree.run(&[]);
        assert_eq!(built.code, 0, "{}", built.err);
        tree
    }

    fn at(&self, name: &str) -> PathBuf {
        self.keep.path().join(name)
    }

    fn set_time(&self, name: &str, time: SystemTime) {
        fs::File::options().write(true).open(self.at(name)).unwrap().set_modified(time).unwrap();
    }

    /// Makes a file newer than all that was built, and older than all that will be.
    fn change(&self, name: &str) {
        std::thread::sleep(Duration::from_millis(15));
        self.set_time(name, SystemTime::now());
        std::thread::sleep(Duration::from_millis(15));
    }

    fn edit(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.at(name)).unwrap();
        assert!(text.contains(from));
        fs::write(self.at(name), text.replace(from, to)).unwrap();
    }

    fn run(&self, args: &[&str]) -> Run {
        let out = Command::new(env!("CARGO_BIN_EXE_rkbuild"))
            .args(args)
            .current_dir(self.keep.path())
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Run { out: text(&out.stdout), err: text(&out.stderr), code: out.status.code().unwrap_or(-1) }
    }

    fn lines(&self, args: &[&str]) -> Vec<String> {
        let run = self.run(args);
        assert_eq!(run.code, 0, "{}", run.err);
        let mut lines: Vec<String> = run.out.lines().map(String::from).collect();
        lines.sort();
        lines
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&fs::read(self.at(name)).unwrap()).unwrap()
    }
}

#[test]
fn a_changed_file_is_the_reason_for_all_that_is_made_of_it_across_sub_makes() {
    let tree = Tree::new();
    tree.change("dir/b.h");
    let run = tree.run(&["--explain"]);
    assert_eq!(run.why("dir/b.o"), "dir/b.h is newer");
    assert_eq!(run.why("dir/lib.a"), "dir/b.h is newer, so dir/b.o was made");
    assert_eq!(run.why("final"), "dir/b.h is newer, so dir/b.o, dir/lib.a were made");
    assert_eq!(run.why("dir/a.o"), "none");
    assert_eq!(run.why("version"), "it is forced by FORCE");
}

#[test]
fn reasons_are_told_on_standard_error_and_nothing_else_changes() {
    let (plain, told) = (Tree::new(), Tree::new());
    for tree in [&plain, &told] {
        tree.change("dir/a.c");
    }
    let (want, got) = (plain.run(&[]), told.run(&["--explain"]));
    let place = |tree: &Tree| tree.keep.path().display().to_string();
    assert_eq!(want.out.replace(&place(&plain), "/"), got.out.replace(&place(&told), "/"));
    let others: Vec<&str> = got.err.lines().filter(|line| !line.starts_with("rkbuild: ")).collect();
    assert_eq!((others, want.err.as_str()), (vec![], ""));
    assert!(got.err.lines().count() >= 3);
}

#[test]
fn a_make_that_a_script_starts_tells_its_reasons_too() {
    let tree = Tree::new();
    fs::write(tree.at("outer.mk"), "all: ; @MAKE=$(MAKE) sh ./script\n").unwrap();
    fs::write(tree.at("script"), "$MAKE -f inner.mk\n").unwrap();
    fs::write(tree.at("inner.mk"), "inner: release ; @touch $@\n").unwrap();
    let run = tree.run(&["--explain", "-f", "outer.mk"]);
    assert_eq!(run.why("inner"), "it does not exist", "{}", run.err);
    tree.change("release");
    assert_eq!(tree.run(&["-f", "outer.mk"]).err, "");
    tree.change("release");
    assert_eq!(tree.run(&["--explain", "-f", "outer.mk"]).why("inner"), "release is newer");
}

#[test]
fn the_words_of_a_command_line_that_differ_are_told_and_where_they_are_set() {
    let tree = Tree::new();
    tree.edit("dir/Makefile", "-O2", "-O3");
    let run = tree.run(&["--explain"]);
    let words = "-O2 → -O3 (flags-y, dir/Makefile:4)";
    assert_eq!(run.why("dir/a.o"), format!("its command line changed: {words}"));
    let root = format!("the command line of dir/a.o changed: {words}, so dir/lib.a was made");
    assert_eq!(run.why("final"), root);
    let run = tree.run(&["--explain", "FLAGS=-g"]);
    assert_eq!(run.why("dir/a.o"), "its command line changed: -g is new (FLAGS, command line)");
    let run = tree.run(&["--explain"]);
    assert_eq!(run.why("dir/a.o"), "its command line changed: -g is gone");
}

#[test]
fn options_tools_and_what_is_missing_are_told_apart() {
    let tree = Tree::new();
    tree.change("include/config/FOO");
    assert_eq!(tree.run(&["--explain"]).why("dir/b.o"), "CONFIG_FOO changed, it is y now");
    fs::write(tree.at("options"), "").unwrap();
    tree.change("include/config/FOO");
    let why = "CONFIG_FOO changed, it is not set now, so dir/b.o, dir/lib.a were made";
    assert_eq!(tree.run(&["--explain"]).why("final"), why);
    tree.change("tool");
    let run = tree.run(&["--explain"]);
    assert_eq!(run.why("dir/b.o"), "the tool tool is newer");
    assert_eq!(run.why("dir/a.o"), "tool is newer");
    fs::remove_file(tree.at("dir/a.o")).unwrap();
    let run = tree.run(&["--explain"]);
    assert_eq!(run.why("dir/a.o"), "it does not exist");
    assert_eq!(run.why("final"), "dir/a.o does not exist, so dir/lib.a was made");
}

#[test]
fn a_forced_target_is_a_reason_where_it_came_out_different() {
    let tree = Tree::new();
    fs::write(tree.at("release"), "2\n").unwrap();
    let run = tree.run(&["--explain"]);
    assert_eq!(run.why("final"), "version, which is forced by FORCE, came out different");
    assert_eq!(tree.run(&["--explain"]).why("final"), "none");
}

#[test]
fn a_target_whose_saved_command_is_not_read_is_told() {
    let tree = Tree::new();
    tree.edit("dir/Makefile", "dir/lib.a dir/a.o\nall", "dir/lib.a\nall");
    let why = "it is not in `targets`, so that dir/.a.o.cmd is not read";
    assert_eq!(tree.run(&["--explain"]).why("dir/a.o"), why);
    let tree = Tree::new();
    fs::remove_file(tree.at("dir/.a.o.cmd")).unwrap();
    let why = "there is no record of its command (dir/.a.o.cmd)";
    assert_eq!(tree.run(&["--explain"]).why("dir/a.o"), why);
}

#[test]
fn a_target_that_was_made_with_another_of_its_rule_has_no_record_of_its_own() {
    let tree = Tree::new();
    let makefile = "include build.mk\ncmd_gen = touch $*.tab.c $*.tab.h\n\
        %.tab.c %.tab.h: %.y FORCE\n\t$(call if_changed,gen)\nx: x.tab.c ; cp $< $@\nFORCE:\n\
        -include .x.tab.c.cmd .x.tab.h.cmd\n";
    fs::write(tree.at("gen.mk"), makefile).unwrap();
    fs::write(tree.at("x.y"), "").unwrap();
    assert_eq!(tree.run(&["-f", "gen.mk", "x.tab.h"]).code, 0);
    let run = tree.run(&["--explain", "-f", "gen.mk", "x"]);
    let why = "there is no record of its command (.x.tab.c.cmd), as it was made with x.tab.h";
    assert_eq!(run.why("x.tab.c"), why, "{}", run.err);
}

#[test]
fn the_option_that_adds_an_object_or_a_flag_or_takes_it_away_is_told() {
    let tree = Tree::new();
    let makefile = "include build.mk\ninclude options\n\
        obj-y += dir/\nobj-$(CONFIG_BAR) += bar.o\nifdef CONFIG_BAR\nflags-y += -DBAR\nendif\n\
        cmd_ar = echo $(filter-out dir/,$(obj-y)) $(flags-y) > $@\n\
        list.a: $(filter %.o,$(obj-y)) FORCE\n\t$(call if_changed,ar)\nbar.o: ; touch $@\nFORCE:\n-include .list.a.cmd\n";
    fs::write(tree.at("list.mk"), makefile).unwrap();
    let explained = || tree.run(&["--explain", "-f", "list.mk", "list.a"]);
    let run = explained();
    assert_eq!(run.why("list.a"), "it does not exist", "{}{}", run.out, run.err);
    fs::write(tree.at("options"), "CONFIG_BAR := y\n").unwrap();
    let run = explained();
    assert_eq!(run.why("bar.o"), "it does not exist (obj-$(CONFIG_BAR), list.mk:4)");
    let why = "its command line changed: bar.o is new, -DBAR is new (obj-$(CONFIG_BAR), list.mk:4; \
        flags-y in ifdef CONFIG_BAR, list.mk:6)";
    assert!(run.why("list.a").starts_with(why), "{}", run.err);
    fs::write(tree.at("options"), "").unwrap();
    let why = "its command line changed: bar.o is gone, -DBAR is gone (obj-$(CONFIG_BAR), list.mk:4; \
        flags-y in ifdef CONFIG_BAR, list.mk:6)";
    assert_eq!(explained().why("list.a"), why);
}

#[test]
fn what_would_be_rebuilt_is_told_as_a_chain_and_nothing_is_run() {
    let tree = Tree::new();
    assert_eq!(tree.run(&["--explain=final"]).out, "final is up to date\n");
    tree.change("dir/b.h");
    let time = |name: &str| fs::metadata(tree.at(name)).unwrap().modified().unwrap();
    let before = time("dir/lib.a");
    let run = tree.run(&["--explain=final"]);
    let chain = [
        "final would be rebuilt:",
        "  dir/lib.a would be made:",
        "    dir/b.o would be made:",
        "      dir/b.h is newer",
    ];
    assert_eq!((run.out.lines().collect::<Vec<_>>(), run.code), (chain.to_vec(), 1), "{}", run.err);
    assert_eq!(time("dir/lib.a"), before);
    assert_eq!(tree.run(&["--explain=dir/a.o"]).out, "dir/a.o is up to date\n");
    assert_eq!(tree.run(&["--explain=none"]).code, 2);
}

#[test]
fn relations_lead_across_sub_makes() {
    let tree = Tree::new();
    let mut files = vec!["dir/a.c", "dir/a.o", "dir/b.c", "dir/b.h", "dir/b.o", "dir/lib.a"];
    files.extend(["include/config/FOO", "tool", "version"]);
    assert_eq!(tree.lines(&["--depends=final"]), files);
    assert_eq!(tree.lines(&["--rdepends=dir/b.h"]), ["dir/b.o", "dir/lib.a", "final"]);
    assert_eq!(tree.lines(&["--rdepends=dir/a.c"]), ["dir/a.o", "dir/lib.a", "final"]);
    assert_eq!(tree.run(&["--rdepends=none"]).code, 2);
}

#[test]
fn the_graph_is_written_for_programs_and_for_graphviz() {
    let tree = Tree::new();
    assert_eq!(tree.run(&["--graph=g.json"]).code, 0);
    let graph = tree.json("g.json");
    let nodes = graph["nodes"].as_array().unwrap();
    let at = |name: &str| nodes.iter().position(|node| node["name"] == name).unwrap();
    let edges = graph["edges"].as_array().unwrap();
    let has = |from: &str, to: &str, need: &str| {
        edges.iter().any(|e| e[0] == at(from) && e[1] == at(to) && e[2] == need)
    };
    assert!(has("dir/b.o", "dir/b.h", "prerequisite"));
    assert!(has("dir", "all", "make"));
    assert_eq!(tree.run(&["--graph=g.dot"]).code, 0);
    let dot = fs::read_to_string(tree.at("g.dot")).unwrap();
    assert!(dot.starts_with("digraph ") && dot.contains("[label=\"dir/b.h\", shape=plain]"), "{dot}");
}

#[test]
fn events_are_a_json_object_a_line() {
    let tree = Tree::new();
    tree.change("dir/b.h");
    assert_eq!(tree.run(&["-j2", "--events=e"]).code, 0);
    let text = fs::read_to_string(tree.at("e")).unwrap();
    let events: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |name: &str| events.iter().filter(|e| e["event"] == name).collect::<Vec<_>>();
    assert_eq!((&events[0]["event"], &events[0]["version"]), (&"build_started".into(), &1.into()));
    assert_eq!((of("make_started").len(), of("make_ended").len()), (2, 2));
    assert_eq!(of("command_started").len(), of("command_ended").len());
    let started = of("command_started");
    let compiled = started.iter().find(|e| e["target"] == "dir/b.o").unwrap();
    assert_eq!(compiled["reason"], "dir/b.h is newer");
    assert_eq!(compiled["place"], "dir/Makefile:15");
    let ended = of("command_ended").into_iter().find(|e| e["command"] == compiled["command"]).unwrap();
    assert_eq!(ended["status"], 0);
    // The sub-make is below the command that started it.
    let below = of("make_started").into_iter().find(|e| e["above"] != 0).unwrap();
    let starter = started.iter().find(|e| e["command"] == below["above"]).unwrap();
    assert_eq!((&starter["target"], &starter["makes"]), (&"dir".into(), &true.into()));
    assert_eq!(events.last().unwrap()["event"], "build_ended");
    let times: Vec<f64> = events.iter().map(|e| e["time"].as_f64().unwrap()).collect();
    assert!(times.is_sorted());
}

#[test]
fn a_profile_is_a_trace_of_what_ran_and_of_what_waited_for_what() {
    let tree = Tree::new();
    tree.change("dir/b.h");
    assert_eq!(tree.run(&["-j2", "--profile=p.json"]).code, 0);
    let trace = tree.json("p.json");
    assert_eq!((&trace["otherData"]["version"], &trace["otherData"]["status"]), (&1.into(), &0.into()));
    let events = trace["traceEvents"].as_array().unwrap();
    let of = |phase: &str| events.iter().filter(|e| e["ph"] == phase).collect::<Vec<_>>();
    let slice = |name: &str| of("X").into_iter().find(|e| e["name"] == name).unwrap();
    let (compiled, put, last) = (slice("dir/b.o"), slice("dir/lib.a"), slice("final"));
    assert_eq!(compiled["cat"], "dir");
    assert_eq!(compiled["args"]["command"], "./tool dir/b.c > dir/b.o");
    assert_eq!(last["args"]["reason"], "dir/b.h is newer, so dir/b.o, dir/lib.a were made");
    let begin = |e: &Value| e["ts"].as_u64().unwrap();
    let end = |e: &Value| e["ts"].as_u64().unwrap() + e["dur"].as_u64().unwrap();
    assert!(end(compiled) <= begin(put) && end(put) <= begin(last));
    // Which way is the longest depends on the machine; it ends where everything does, and its steps follow each other.
    let mut critical: Vec<_> = of("X").into_iter().filter(|e| e["args"]["critical"] == true).collect();
    critical.sort_by_key(|e| begin(e));
    assert!(
        critical.len() >= 3 && critical.windows(2).all(|two| end(two[0]) <= begin(two[1])),
        "{critical:?}"
    );
    assert_eq!((&critical[0]["cat"], critical.last().unwrap()), (&"makefiles".into(), &last));
    // In a row there is one at a time, and each row has a name.
    let mut rows: Vec<_> =
        of("X").into_iter().map(|e| (e["tid"].as_u64().unwrap(), begin(e), end(e))).collect();
    rows.sort_unstable();
    assert!(rows.windows(2).all(|two| two[0].0 != two[1].0 || two[0].2 <= two[1].1), "{rows:?}");
    let names = of("M").into_iter().filter(|e| e["name"] == "thread_name");
    assert_eq!(names.count() as u64, rows.last().unwrap().0);
    let makes = of("X").into_iter().filter(|e| e["cat"] == "makefiles");
    assert_eq!(makes.count(), 2);
    // The make below, an arrow for each pair of steps, and what runs at once comes down to nothing.
    assert_eq!((of("b").len(), of("e").len()), (1, 1));
    assert!(of("s").len() >= 2 && of("s").len() == of("f").len());
    assert_eq!(of("C").last().unwrap()["args"], serde_json::json!({ "commands": 0, "makefiles": 0 }));
}

#[test]
fn a_profile_called_html_is_a_page_that_needs_nothing_else() {
    let tree = Tree::new();
    tree.change("dir/b.h");
    assert_eq!(tree.run(&["--profile=p.html"]).code, 0);
    let page = fs::read_to_string(tree.at("p.html")).unwrap();
    assert!(page.contains("[\"dir/b.o\",") && page.contains("dir/b.h is newer, so dir/b.o was made"));
    for no in ["/*DATA*/", "/*STYLE*/", "/*SCRIPT*/", "src=", "href=", "http:", "https:", "@import"] {
        assert!(!page.contains(no), "{no}");
    }
}

#[test]
fn a_file_that_cannot_be_written_is_told_before_anything_runs() {
    let tree = Tree::new();
    tree.change("dir/b.h");
    for option in ["--events=no/e", "--profile=no/e", "--profile=no/e.html"] {
        let run = tree.run(&[option]);
        assert_eq!((run.out.as_str(), run.code), ("", 2), "{option}");
        assert!(run.err.contains("no/e") && run.err.contains("No such file"), "{}", run.err);
    }
}
