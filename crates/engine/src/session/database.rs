//! `-p`: what a session knows, in make's form. Numbers that only tell of GNU make's memory are made up.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use rkbuild_base::{BString, Place};
use rkbuild_eval::slots::{SLOTS, in_order, variable_hash};
use rkbuild_eval::target::{PatternRule, Target};
use rkbuild_eval::variable::{Data, Flavor, GLOBAL, Origin, Variable};
use rkbuild_eval::{FileId, Recipe, ScopeId, Session};
use rkbuild_host::LocalTime;

use crate::graph::states::{Phase, Status};
use crate::graph::table::table_order;
use crate::graph::times::Time;
use crate::session::arguments::version_text;
use crate::update::builder::Builder;

/// The number of slots of a target's table of variables.
const TARGET_SLOTS: usize = 32;

/// Prints variables, pattern rules and files.
pub fn print(builder: &mut Builder<'_>) {
    builder.session.targets.spread_all();
    let mut out = Vec::new();
    for line in version_text(builder.session).lines() {
        out.extend_from_slice(format!("# {line}\n").as_bytes());
    }
    let now = builder.session.host().now_ns();
    let date = LocalTime::at(now.div_euclid(1_000_000_000)).text();
    out.extend_from_slice(format!("\n# Make data base, printed on {date}\n\n# Variables\n\n").as_bytes());
    scope(builder.session, GLOBAL, &|_| true, b"", &mut out);
    pattern_variables(builder.session, &mut out);
    out.extend_from_slice(b"# Directories\n\n\n# No files, no impossibilities in 0 directories.\n");
    patterns(builder.session, &mut out);
    files(builder, &mut out);
    search_paths(builder, &mut out);
    let names = builder.session.targets.files.len();
    let text = format!(
        "# strcache buffers: 1 (0) / strings = {names} / storage = 0 B / avg = 0 B\n\
         # current buf: size = 8162 B / used = 0 B / count = {names} / avg = 0 B\n\n\
         # strcache performance: lookups = {names} / hit rate = 0%\n\
         # hash-table stats:\n"
    );
    out.extend_from_slice(text.as_bytes());
    load(names, 8192, &mut out);
    out.extend_from_slice(format!("# Finished Make data base on {date}\n\n").as_bytes());
    builder.session.out(&out);
}

/// How full a table is.
fn load(taken: usize, slots: usize, out: &mut Vec<u8>) {
    let percent = (taken * 200 + slots) / (slots * 2).max(1);
    let line = format!("# Load={taken}/{slots}={percent}%, Rehash=0, Collisions=0/{taken}=0%\n");
    out.extend_from_slice(line.as_bytes());
}

/// The variables of a scope that `which` wants, and how full its table is.
fn scope(session: &Session, id: ScopeId, which: &dyn Fn(&Data) -> bool, prefix: &[u8], out: &mut Vec<u8>) {
    let (taken, slots) = list(session, id, which, prefix, out);
    out.extend_from_slice(b"# variable set hash-table stats:\n");
    load(taken, slots, out);
}

fn list(
    session: &Session,
    id: ScopeId,
    which: &dyn Fn(&Data) -> bool,
    prefix: &[u8],
    out: &mut Vec<u8>,
) -> (usize, usize) {
    let mut vars: Vec<&Rc<Variable>> = session.vars.scope(id).variables().collect();
    // The value of `.VARIABLES` is made when it is asked for.
    let variables = Rc::new(Variable {
        name: session.known.variables,
        data: RefCell::new(Data::builtin(Flavor::Simple)),
        expanding: Cell::new(false),
        calls: Cell::new(0),
    });
    if id == GLOBAL {
        vars.push(&variables);
    }
    // Of two with one slot, the one that was met first comes first.
    vars.sort_by_key(|var| var.name);
    let hashed = vars.iter().map(|var| (*var, variable_hash(session.text(var.name))));
    let (vars, slots) = in_order(hashed, if id == GLOBAL { SLOTS } else { TARGET_SLOTS });
    for var in &vars {
        let data = var.data.borrow();
        if which(&data) {
            variable(session, session.text(var.name), &data, prefix, out);
        }
    }
    (vars.len(), slots)
}

fn variable(session: &Session, name: &[u8], data: &Data, prefix: &[u8], out: &mut Vec<u8>) {
    let origin = match data.origin {
        Origin::File => "makefile",
        Origin::Override => "'override' directive",
        Origin::EnvironmentOverride => "environment under -e",
        other => other.text(),
    };
    out.extend_from_slice(b"# ");
    out.extend_from_slice(origin.as_bytes());
    if data.private {
        out.extend_from_slice(b" private");
    }
    if data.place.line > 0 {
        out.extend_from_slice(b" (from '");
        place(session, data.place, out);
        out.push(b')');
    }
    out.push(b'\n');
    out.extend_from_slice(prefix);
    let value = &data.value.bytes;
    if value.contains(&b'\n') && data.flavor == Flavor::Recursive {
        out.extend_from_slice(&[b"define ", name, b"\n", value.as_slice(), b"\nendef\n"].concat());
        return;
    }
    out.extend_from_slice(name);
    out.extend_from_slice(match (data.append, data.flavor) {
        (true, _) => b" += ",
        (false, Flavor::Simple) => b" := ",
        (false, Flavor::Recursive) => b" = ",
    });
    for &c in value.iter() {
        // Read back, a dollar of a simple value has to stay one.
        if c == b'$' && data.flavor == Flavor::Simple {
            out.push(b'$');
        }
        out.push(c);
    }
    out.push(b'\n');
}

/// `FILE', line NUMBER`
fn place(session: &Session, place: Place, out: &mut Vec<u8>) {
    out.extend_from_slice(session.text(place.file));
    out.extend_from_slice(format!("', line {}", place.line).as_bytes());
}

fn pattern_variables(session: &Session, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\n# Pattern-specific Variable Values\n");
    for var in &session.targets.pattern_vars {
        out.extend_from_slice(&[b"\n", var.pattern.text.as_slice(), b" :\n"].concat());
        // However it was set, it is shown as if it were simple.
        let data = Data { flavor: Flavor::Simple, append: false, ..var.data.clone() };
        variable(session, session.text(var.name), &data, b"# ", out);
    }
    match session.targets.pattern_vars.len() {
        0 => out.extend_from_slice(b"\n# No pattern-specific variable values.\n\n"),
        n => out.extend_from_slice(format!("\n# {n} pattern-specific variable values\n").as_bytes()),
    }
}

fn patterns(session: &Session, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\n# Implicit Rules\n");
    let rules = &session.targets.patterns;
    let mut suffixes = Suffixes { session, left: &session.targets.suffixes, shown: 0 };
    for rule in rules {
        suffixes.show_before(rule, out);
        out.push(b'\n');
        let targets: Vec<&[u8]> = rule.targets.iter().map(|target| target.text.as_slice()).collect();
        out.extend_from_slice(&targets.join(&b' '));
        out.extend_from_slice(if rule.terminal { b"::" } else { b":" });
        prerequisites(rule.deps.iter().map(|dep| (dep.text.as_slice(), dep.order_only)), out);
        recipe(session, &rule.recipe, out);
    }
    suffixes.show(suffixes.left.len(), out);
    let terminal = rules.iter().filter(|rule| rule.terminal).count();
    let count = match rules.len() + suffixes.shown {
        0 => "\n# No implicit rules.\n\n".to_owned(),
        n => {
            let percent = terminal as f64 / n as f64 * 100.0;
            format!("\n# {n} implicit rules, {terminal} ({percent:.1}%) terminal.\n")
        }
    };
    out.extend_from_slice(count.as_bytes());
}

/// The patterns GNU make has for the suffixes themselves: each comes before the rules that begin with it.
struct Suffixes<'a> {
    session: &'a Session,
    left: &'a [BString],
    shown: usize,
}

impl Suffixes<'_> {
    fn show_before(&mut self, rule: &PatternRule, out: &mut Vec<u8>) {
        if rule.recipe.place.line > 0 {
            return;
        }
        let suffix = match rule.deps.as_slice() {
            [dep] => dep.text.strip_prefix(b"%").unwrap_or_default(),
            _ => b"",
        };
        if !self.session.targets.suffixes.iter().any(|known| known == suffix) {
            self.show(self.left.len(), out);
        } else if let Some(at) = self.left.iter().position(|known| known == suffix) {
            self.show(at + 1, out);
        }
    }

    fn show(&mut self, count: usize, out: &mut Vec<u8>) {
        let (now, later) = self.left.split_at(count);
        for suffix in now {
            out.extend_from_slice(&[b"\n%", suffix.as_slice(), b":\n"].concat());
        }
        self.shown += now.len();
        self.left = later;
    }
}

/// ` a b | c`, and the end of the line.
fn prerequisites<'a>(deps: impl Iterator<Item = (&'a [u8], bool)> + Clone, out: &mut Vec<u8>) {
    for (name, _) in deps.clone().filter(|(_, order_only)| !order_only) {
        out.extend_from_slice(&[b" ", name].concat());
    }
    for (at, (name, _)) in deps.filter(|(_, order_only)| *order_only).enumerate() {
        out.extend_from_slice(&[if at == 0 { b" | ".as_slice() } else { b" " }, name].concat());
    }
    out.push(b'\n');
}

fn recipe(session: &Session, recipe: &Recipe, out: &mut Vec<u8>) {
    if recipe.place.line == 0 {
        out.extend_from_slice(b"#  recipe to execute (built-in):\n");
    } else {
        out.extend_from_slice(b"#  recipe to execute (from '");
        place(session, recipe.place, out);
        out.extend_from_slice(b"):\n");
    }
    for line in &recipe.lines {
        out.push(recipe.prefix);
        out.extend_from_slice(&line.text.bytes);
        out.push(b'\n');
    }
}

fn files(builder: &mut Builder<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"# Files\n");
    // GNU make enters these whether they are used or not.
    for name in [builder.session.known.default, builder.session.known.suffixes] {
        builder.session.targets.enter(name);
    }
    let order = table_order(builder.session);
    let taken = order.len();
    for first in order {
        file(builder, first, out);
        for other in builder.session.targets[first].double_colon().to_vec() {
            if other != first {
                file(builder, other, out);
            }
        }
    }
    out.extend_from_slice(b"\n# files hash-table stats:\n");
    let slots = std::iter::successors(Some(SLOTS), |slots| slots.checked_mul(2));
    load(taken, slots.into_iter().find(|slots| taken < slots - slots / 16).unwrap_or(SLOTS), out);
}

fn file(builder: &mut Builder<'_>, id: FileId, out: &mut Vec<u8>) {
    let head = builder.session.targets.head(id);
    let of_head = builder.state(head).mtime;
    let (tried, phase, status, time) = {
        let state = builder.state(id);
        (state.tried_implicit, state.phase, state.status, state.mtime.or(of_head))
    };
    let session = &*builder.session;
    let target = &session.targets[id];
    let name = session.text(target.name);
    out.push(b'\n');
    if !target.is_target {
        out.extend_from_slice(b"# Not a target:\n");
    }
    if let Some(own) = target.scope {
        let prefix = [name, b": "].concat();
        list(session, own, &|data| data.origin != Origin::Automatic, &prefix, out);
    }
    out.extend_from_slice(name);
    out.extend_from_slice(if target.is_double_colon { b"::" } else { b":" });
    let deps = target.deps.iter().filter(|dep| !dep.extra);
    prerequisites(deps.map(|dep| (session.text(session.targets[dep.file].name), dep.order_only)), out);
    let mut say = |line: &str| {
        out.extend_from_slice(b"#  ");
        out.extend_from_slice(line.as_bytes());
        out.push(b'\n');
    };
    if target.precious {
        say("Precious file (prerequisite of .PRECIOUS).");
    }
    if target.phony {
        say("Phony target (prerequisite of .PHONY).");
    }
    if builder.goals.contains(&id) && !session.options.goals.is_empty() {
        say("Command line target.");
    }
    if target.dont_care {
        say("A default, MAKEFILES, or -include/sinclude makefile.");
    }
    if target.builtin && target.name != session.known.suffixes {
        say("Builtin rule");
    }
    say(match tried {
        true => "Implicit rule search has been done.",
        false => "Implicit rule search has not been done.",
    });
    let expanded = target.scope.is_some_and(|own| session.vars.lookup_in(own, session.known.at).is_some());
    stem(session, target, expanded, out);
    if target.intermediate {
        out.extend_from_slice(b"#  File is an intermediate prerequisite.\n");
    }
    if target.notintermediate {
        out.extend_from_slice(
            b"#  File is a prerequisite of .NOTINTERMEDIATE.
",
        );
    }
    // 4.3 has no such word for it.
    if target.secondary_flag && session.identity().is_4_4() {
        out.extend_from_slice(b"#  File is secondary (prerequisite of .SECONDARY).\n");
    }
    if !target.grouped().is_empty() {
        out.extend_from_slice(b"#  Also makes:");
        // Targets grouped by a makefile are all named, the last one first.
        let mut group = target.grouped().to_vec();
        if let Some(place) = target.own_place() {
            group.insert(place, id);
        }
        for other in &group {
            out.extend_from_slice(&[b" ", session.text(session.targets[*other].name)].concat());
        }
        out.push(b'\n');
    }
    out.extend_from_slice(&[b"#  ", time_text(time).as_bytes(), b"\n"].concat());
    let done = phase == Phase::Done;
    out.extend_from_slice(if done {
        b"#  File has been updated.\n"
    } else {
        b"#  File has not been updated.\n"
    });
    match status.filter(|_| done) {
        Some(Status::Success) => out.extend_from_slice(b"#  Successfully updated.\n"),
        Some(Status::Question) => out.extend_from_slice(b"#  Needs to be updated (-q is set).\n"),
        Some(Status::Failed) => out.extend_from_slice(b"#  Failed to be updated.\n"),
        None => {}
    }
    if let Some(own) = target.scope {
        scope(session, own, &|data| data.origin == Origin::Automatic, b"# ", out);
    } else if target.is_double_colon && done {
        out.extend_from_slice(b"# variable set hash-table stats:\n");
        load(0, TARGET_SLOTS, out);
    }
    if let Some(own) = &target.recipe {
        recipe(session, own, out);
    }
}

/// The stem. That of a rule without pattern is empty, once automatic variables were made.
fn stem(session: &Session, target: &Target, expanded: bool, out: &mut Vec<u8>) {
    let stem: Option<&[u8]> = match target.stem {
        Some(stem) => Some(session.text(stem)),
        None => (expanded && target.recipe.is_some()).then_some(b""),
    };
    if let Some(stem) = stem {
        out.extend_from_slice(&[b"#  Implicit/static pattern stem: '", stem, b"'\n"].concat());
    }
}

fn time_text(time: Option<Time>) -> String {
    let Some(time) = time else { return "Modification time never checked.".into() };
    match time.ns() {
        None if time.is_missing() => "File does not exist.".into(),
        None if time == Time::OLD => "File is very old.".into(),
        None => "Last modified 2514-05-30 01:53:03.107374182".into(),
        Some(ns) => {
            let local = LocalTime::at(ns.div_euclid(1_000_000_000));
            let [hour, minute, second] = local.clock;
            let (year, month, day) = (local.year, local.month, local.day);
            let rest = ns.rem_euclid(1_000_000_000);
            format!("Last modified {year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{rest:09}")
        }
    }
}

fn search_paths(builder: &mut Builder<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"# VPATH Search Paths\n\n");
    let vpaths = &builder.session.targets.vpaths;
    for (pattern, directories) in vpaths {
        out.extend_from_slice(&[b"vpath ", pattern.text.as_slice(), b" "].concat());
        out.extend_from_slice(&joined(directories));
        out.push(b'\n');
    }
    match vpaths.len() {
        0 => out.extend_from_slice(b"# No 'vpath' search paths.\n"),
        n => out.extend_from_slice(format!("\n# {n} 'vpath' search paths.\n").as_bytes()),
    }
    let general = builder.general_vpath();
    if general.is_empty() {
        out.extend_from_slice(b"\n# No general ('VPATH' variable) search path.\n\n");
        return;
    }
    let list = joined(&general);
    out.extend_from_slice(&[b"\n# General ('VPATH' variable) search path:\n# ", &list[..], b"\n\n"].concat());
}

fn joined(directories: &[BString]) -> Vec<u8> {
    let directories: Vec<&[u8]> = directories.iter().map(|directory| directory.as_slice()).collect();
    directories.join(&b':')
}
