//! Makefiles read into variables and rules, without building anything.

use std::rc::Rc;

use rkbuild_base::{Identity, Place};
use rkbuild_eval::session::{ShellResult, Steady};
use rkbuild_eval::{Doors, FileId, Result, Session, Shared};
use rkbuild_host::{Dir, Env, Stdio};

struct NoShell;

impl Doors for NoShell {
    fn shell(&self, _: &mut Session, _: &[u8]) -> Result<ShellResult> {
        Ok(ShellResult { output: Vec::new(), status: 127, steady: Steady::Unknown })
    }
}

fn read(text: &str) -> Session {
    let shared = Shared::new(Identity::V4_4_1);
    let dir = Dir::current().expect("a working directory");
    let stdio = Stdio::of_process().expect("standard streams");
    let mut session = Session::new(shared, "make".into(), dir, Env::default(), stdio, Rc::new(NoShell));
    let file = session.name(b"Makefile");
    session.reading = Some(Place { file, line: 1 });
    session.eval_text(text.as_bytes()).expect("a makefile without errors");
    session
}

fn value(session: &mut Session, name: &str) -> String {
    let name = session.name(name.as_bytes());
    String::from_utf8(session.variable_value(name).expect("no error")).expect("ASCII")
}

fn file(session: &Session, name: &str) -> FileId {
    session.targets.lookup(session.name(name.as_bytes())).expect("known")
}

fn deps(session: &Session, name: &str) -> Vec<String> {
    let id = file(session, name);
    session.targets[id]
        .deps
        .iter()
        .map(|d| String::from_utf8_lossy(session.text(session.targets[d.file].name)).into_owned())
        .collect()
}

#[test]
fn operators_give_their_flavors() {
    let mut s = read("A = $(B)\nB := 1\nC := $(A)\nB += 2\nA += 3\nD ?= 4\nD ?= 5\nE :::= $$x\n");
    assert_eq!(value(&mut s, "A"), "1 2 3");
    assert_eq!(value(&mut s, "C"), "1");
    assert_eq!(value(&mut s, "D"), "4");
    assert_eq!(value(&mut s, "E"), "$x");
}

#[test]
fn the_rule_with_the_recipe_gives_the_first_prerequisites() {
    let mut s = read("a: b\na: c ; x\na: d\n");
    assert_eq!(deps(&s, "a"), ["c", "b", "d"]);
    assert_eq!(value(&mut s, ".DEFAULT_GOAL"), "a");
}

#[test]
fn conditionals_nest_and_chain() {
    let mut s = read(
        "ifdef X\nR := 1\nifeq (a,a)\nR := 2\nendif\nelse ifneq 'a' \"b\"\nR := 3\nelse\nR := 4\nendif\n",
    );
    assert_eq!(value(&mut s, "R"), "3");
}

#[test]
fn a_static_pattern_rule_puts_the_stem_into_each_prerequisite() {
    let s = read("a.o b.o: %.o: %.c x/%.h fixed ; cc\n");
    assert_eq!(deps(&s, "b.o"), ["b.c", "x/b.h", "fixed"]);
    assert_eq!(s.targets[file(&s, "a.o")].stem.map(|stem| s.text(stem)), Some(&b"a"[..]));
}

#[test]
fn a_rule_may_come_out_of_a_variable() {
    let s = read("X = a: b ; echo\n$(X)\nY = c:\n$(Y) d\n");
    assert_eq!(deps(&s, "a"), ["b"]);
    assert_eq!(s.targets[file(&s, "a")].recipe.as_ref().map(|r| r.lines.len()), Some(1));
    assert_eq!(deps(&s, "c"), ["d"]);
}

#[test]
fn target_specific_variables_stay_with_their_target() {
    let mut s = read("V = g\na: V += t\na: override W := 1 ; x\nb: V = b\n");
    let id = file(&s, "a");
    assert!(!s.targets[id].is_target);
    let scope = s.own_scope(id);
    let mut out = Vec::new();
    s.expand_in(scope, &rkbuild_syntax::Text::new("$V|$W"), &mut out).expect("no error");
    assert_eq!(out, b"g t|1 ; x");
    assert_eq!(value(&mut s, "V"), "g");
}

#[test]
fn pattern_specific_variables_apply_from_the_shortest_pattern_to_the_longest() {
    let mut s = read("%.o: V = short\nlib/%.o: V = long\n%: V = any\nlib/a.o:\n");
    let id = file(&s, "lib/a.o");
    let scope = s.link_scope(id, None).expect("no error");
    let mut out = Vec::new();
    s.expand_in(scope, &rkbuild_syntax::Text::new("$V"), &mut out).expect("no error");
    assert_eq!(out, b"long");
}

#[test]
fn double_colon_rules_of_a_name_are_kept_apart() {
    let s = read("a:: b ; 1\na:: c ; 2\n");
    let id = file(&s, "a");
    assert_eq!(s.targets[id].double_colon().len(), 1);
    assert_eq!(deps(&s, "a"), ["b"]);
}

#[test]
fn order_only_prerequisites_and_wait_are_marked() {
    let s = read("a: b .WAIT c | d e\n");
    let id = file(&s, "a");
    let got: Vec<(bool, bool)> = s.targets[id].deps.iter().map(|d| (d.order_only, d.wait)).collect();
    assert_eq!(got, [(false, false), (false, true), (true, false), (true, false)]);
}
