//! Definitions that are known are expanded as any others are, and told by their trees.

use std::io::{Read, Seek};
use std::rc::Rc;
use std::sync::Arc;

use rkbuild_base::{BString, Identity};
use rkbuild_eval::definition::Family;
use rkbuild_eval::session::{ShellResult, Steady};
use rkbuild_eval::{Doors, Result, Session, Shared};
use rkbuild_host::{Dir, Env, Stdio};

#[path = "common/random.rs"]
mod random;

use random::Random;

struct NoShell;

impl Doors for NoShell {
    fn shell(&self, session: &mut Session, command: &[u8]) -> Result<ShellResult> {
        session.tell(&[b"ran ", command, b"\n"].concat());
        Ok(ShellResult { output: b"said".into(), status: 0, steady: Steady::Unknown })
    }
}

/// Knows whatever is called `known`, and that `list` may be anything.
struct Everything;

impl Family for Everything {
    fn names(&self) -> &[&'static str] {
        &["known"]
    }

    fn heads(&self) -> &[&'static str] {
        &["known"]
    }

    fn stands_for_itself(&self, name: &[u8]) -> bool {
        name == b"list"
    }

    fn knows(&self, _: &[u8], _: u64) -> bool {
        true
    }
}

/// What a makefile printed, and the trees its session met.
fn read(text: &str, identity: Identity, native: bool, warn: bool) -> (String, Vec<u64>) {
    let shared = Shared::new(identity);
    shared.definitions.set_family(&shared.lang.names, Arc::new(Everything), true);
    let mut said = tempfile::tempfile().expect("a file");
    let stream = || Arc::new(said.try_clone().expect("a descriptor").into());
    let stdio = Stdio { stdin: stream(), stdout: stream(), stderr: stream() };
    let dir = Dir::current().expect("a working directory");
    let mut session =
        Session::new(shared.clone(), "make".into(), dir, Env::default(), stdio, Rc::new(NoShell));
    session.options.no_native = !native;
    session.options.warn_undefined_variables = warn;
    let ended = session.eval_text(text.as_bytes());
    session.count_definitions();
    let mut out = Vec::new();
    said.rewind().and_then(|()| said.read_to_end(&mut out)).expect("what was said");
    let trees = shared.definitions.met().iter().map(|met| met.tree).collect();
    (format!("{ended:?} {} {}", session.depth, BString::from(out)), trees)
}

impl Random {
    /// A piece of a definition.
    fn piece(&mut self, depth: usize) -> String {
        let plain = ["", " ", "a", "a b", "$(space)", "%", "$1", "$(list)", "$(none)", "\\%", "$(undefined)"];
        if depth == 0 || self.below(4) == 0 {
            return self.one(&plain).into();
        }
        let mut next = || self.piece(depth - 1);
        let (one, two, three) = (next(), next(), next());
        match self.below(16) {
            0 => format!("$(if {one},{two},{three})"),
            1 => format!("$(if {one},,{three})"),
            2 => format!("$(if {one}, {two})"),
            3 => format!("$(strip {one} {two})"),
            4 => format!("$(filter {one},{two})"),
            5 => format!("$(filter-out {one},{two})"),
            6 => format!("$(filter-out $(list),{one})"),
            7 | 8 => {
                let (from, to) =
                    (self.one(&["$(space)", " ", "a", "$(none)"]), self.one(&["_", "%", "", "\\"]));
                let other = if self.below(3) == 0 { two } else { one.clone() };
                let blank = self.one(&["", " "]);
                format!(
                    "$(filter-out $(subst {from},{to},$(strip {one})),{blank}$(subst {from},{to},$(strip {other})))"
                )
            }
            9 => format!("$(info told {one}){two}"),
            10 => format!("$(warning warned){one}"),
            11 => format!("$(shell {one})"),
            12 => format!("$(helper){one}"),
            13 => format!("$(eval list += a){one}"),
            14 => format!("$(call helper,{one})"),
            _ => format!("{one}{two}"),
        }
    }
}

#[test]
fn what_is_known_is_expanded_as_if_it_were_not() {
    let (mut random, mut empty) = (Random(20_261_201), 0);
    for round in 0..20_000 {
        let (condition, helper) =
            (random.piece(4), random.piece(2).replace("$(helper)", "").replace("$(call helper", "$(if "));
        let list = random.one(&[":= a b", "= a b", "= $(info list)a", ":=", "= %"]);
        let text = format!(
            "space := $(none) $(none)\nlist {list}\nhelper = {helper}\nknown = $(if {condition},then $1,else $(list))\n\
             $(info [$(call known,a)] [$(call known,a b)])\n$(info [$(call known)])\n"
        );
        let identity = if round % 2 == 0 { Identity::V4_4_1 } else { Identity::V4_3 };
        let [native, general] = [true, false].map(|native| read(&text, identity, native, round % 3 == 0).0);
        assert_eq!(native, general, "{text}");
        empty += usize::from(general.contains("[else"));
    }
    assert!((4_000..16_000).contains(&empty), "{empty} conditions did not hold");
}

fn tree(text: &str) -> u64 {
    read(text, Identity::V4_4_1, true, false).1[0]
}

#[test]
fn white_space_and_what_helpers_are_called_leave_no_trace_in_a_tree() {
    let first =
        tree("sq := '\nhelper = $(subst $(sq),x,$1)\nknown = $(if $(helper),@set -e; a $@ $(list),@:)\n");
    let others = [
        "sq := '\nhelper = $(subst $(sq),x,$1)\nknown =   $(if $(helper), \\\n   @set   -e; a $@ $(list), @:)\nlist = other\n",
        "quote := '\nfirst = $(subst $(quote),x,$1)\nknown = $(if $(first),@set -e; a $@ $(list),@:)\n",
        "known = $(if $(subst ',x,$1),@set -e; a $@ $(list),@:)\n",
    ];
    for other in others {
        assert_eq!(tree(other), first, "{other}");
    }
}

#[test]
fn a_changed_word_changes_a_tree() {
    let text = "sq := '\nhelper = $(subst $(sq),x,$1)\nknown = $(if $(helper),@set -e; a $@ $(list),@:)\n";
    for (from, to) in [
        ("set -e", "set -x"),
        ("$@", "$<"),
        ("$(list)", "$(lost)"),
        ("x,$1", "y,$1"),
        (":= '", ":= ^"),
        ("subst", "patsubst"),
        ("; a", ";\\\n b"),
        ("@:)", "@:)$2"),
        ("$(if $(helper)", "$(if $(call helper,$1)"),
    ] {
        let other = text.replace(from, to);
        assert!(other != text && tree(&other) != tree(text), "{other}");
    }
}

#[test]
fn the_end_of_a_line_is_no_blank() {
    let [one, two, three] =
        ["a\nb", "a b", "a \\\nb"].map(|lines| tree(&format!("define known =\n{lines}\nendef\n")));
    assert!(one != two && two == three);
}

#[test]
fn a_definition_that_refers_to_itself_has_a_tree() {
    assert_ne!(tree("known = $(other)x\nother = $(known)\n"), tree("known = $(other)y\nother = $(known)\n"));
}
