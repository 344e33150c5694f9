//! What is known of why targets are remade, in all makes of a build, and the way from a target to the root.

use std::collections::VecDeque;
use std::fmt::Write;
use std::sync::Arc;

use rkbuild_base::{BString, ByteSlice, FxMap, FxSet};
use rkbuild_engine::graph::observer::{Age, Considered, Line, Make};
use rkbuild_host::Host;
use rkbuild_host::eyes::Ask;

use crate::command_text::without_wrapping;
use crate::explain::attribution::{Maker, Sources};
use crate::explain::cause::Cause;
use crate::explain::lists::Lists;
use crate::explain::paths;
use crate::explain::words::{self, Difference};

/// Roots that are named; the others are counted.
const MOST_ROOTS: usize = 3;
/// Targets that are named on the way from a root.
const MOST_BETWEEN: usize = 3;
/// New words of a command line whose place is looked for.
const MOST_WORDS: usize = 4;

/// A target that is remade.
#[derive(Debug, Default)]
pub struct Node {
    /// Why.
    pub causes: Vec<Cause>,
    /// Commands of its recipe ran, or would run, that are more than makes.
    pub ran: bool,
    /// It is phony.
    pub phony: bool,
}

/// All that is known.
pub struct Reasons {
    host: Arc<Host>,
    top: BString,
    nodes: FxMap<BString, Node>,
    /// All that were considered and not remade.
    others: FxSet<BString>,
    /// Targets that the recipe of another makes.
    peers: FxMap<BString, BString>,
    makers: FxMap<u64, Maker>,
    lists: Lists,
    /// The make that a command belongs to which starts makes.
    starters: FxMap<u64, u64>,
}

/// A reason that has none behind it, and the targets between it and the one that was asked about.
struct Root {
    text: String,
    /// For a command line: the words that differ, and how many other targets they differ for as well.
    words: Option<String>,
    /// The recipe runs each time.
    forced: bool,
    others: usize,
    between: Vec<BString>,
}

impl Reasons {
    /// Nothing is known yet; names are shown from the directory `top`.
    pub fn new(host: Arc<Host>, top: BString) -> Reasons {
        let (nodes, others, peers, makers, lists, starters) = Default::default();
        Reasons { host, top, nodes, others, peers, makers, lists, starters }
    }

    /// A make starts.
    pub fn make_started(&mut self, id: u64, make: &Make<'_>) {
        let above = self.starters.get(&make.above).copied();
        self.makers.insert(id, Maker::below(above));
    }

    /// How a file is called.
    pub fn shown(&self, path: &[u8]) -> String {
        paths::shown(&self.top, path)
    }

    /// What is known of a file that is remade.
    pub fn node(&self, path: &[u8]) -> Option<&Node> {
        self.nodes.get(self.made_as(path))
    }

    /// The target whose recipe makes a file: itself, or another of the same rule.
    fn made_as<'a>(&'a self, path: &'a [u8]) -> &'a [u8] {
        self.peers.get(path).map_or(path, |other| other.as_slice())
    }

    /// Whether a file was considered at all.
    pub fn is_known(&self, path: &[u8]) -> bool {
        self.others.contains(path) || self.node(path).is_some()
    }

    /// A target's prerequisites are done with.
    pub fn considered(&mut self, target: &Considered<'_>) {
        let dir = target.dir.path();
        let path = paths::absolute(dir, target.target);
        if !target.remade {
            self.others.insert(path);
            return;
        }
        if self.nodes.get(&path).is_some_and(|node| node.ran) {
            return;
        }
        let mut causes = Vec::new();
        if target.phony {
            causes.push(Cause::Phony);
        } else if target.missing {
            causes.push(Cause::Missing(String::new()));
        }
        let counts = target.prerequisites.iter().filter(|p| !p.order_only && p.age != Age::Older);
        let told = !causes.is_empty();
        for prerequisite in counts.filter(|_| !told) {
            let is_file = !prerequisite.phony && prerequisite.name != b"FORCE";
            if is_file {
                let path = paths::absolute(dir, prerequisite.name);
                let option = paths::option_of(&path).map(|name| (name, None));
                let age = prerequisite.age;
                causes.push(Cause::Prerequisite { path, age, option, tool: false });
            }
        }
        if causes.is_empty() {
            let mut others = target.prerequisites.iter().filter(|p| !p.order_only && p.age != Age::Older);
            causes.push(match others.next() {
                _ if target.always => Cause::Always,
                _ if target.endless => Cause::Endless,
                Some(force) => Cause::Forced(force.name.into()),
                // An intermediate file it is made from by way of others.
                None => Cause::Missing(String::new()),
            });
        }
        for peer in &target.grouped {
            self.peers.insert(paths::absolute(dir, peer), path.clone());
        }
        self.nodes.insert(path, Node { causes, ran: false, phony: target.phony });
    }

    /// A command is about to run, called `id`. Gives the reason, in one line; nothing for those that only start makes, and for
    /// those after the first of a recipe.
    pub fn command_started(&mut self, id: u64, line: &Line<'_>) -> Option<String> {
        let dir = line.dir.path();
        if line.makes {
            self.starters.insert(id, line.make);
            if let Some(maker) = self.makers.get_mut(&line.make) {
                maker.hand_down(line.values, dir);
            }
            return None;
        }
        if without_wrapping(line.text).is_empty() {
            return None;
        }
        let path = paths::absolute(dir, line.target);
        let known = self.nodes.get(&path);
        if known.is_some_and(|node| node.ran) {
            return None;
        }
        let causes = known.map_or_else(Vec::new, |node| node.causes.clone());
        let phony = known.is_some_and(|node| node.phony);
        let causes = self.complete(causes, &path, line);
        self.nodes.insert(path.clone(), Node { causes, ran: true, phony });
        Some(self.reason(&path))
    }

    /// Adds what can be told only when the recipe is known.
    fn complete(&mut self, mut causes: Vec<Cause>, path: &[u8], line: &Line<'_>) -> Vec<Cause> {
        let mut recipe = line.text.to_vec();
        for more in &line.rest {
            recipe.push(b'\n');
            recipe.extend_from_slice(more);
        }
        for cause in &mut causes {
            match cause {
                Cause::Prerequisite { option: Some((name, value)), .. } => {
                    *value = line.values.value(name).map(|value| value.text).filter(|text| !text.is_empty());
                }
                Cause::Prerequisite { path, tool, .. } => {
                    *tool = runs(&recipe, &self.shown_in(line.dir.path(), path));
                }
                _ => {}
            }
        }
        let mut missing = false;
        for cause in &mut causes {
            if let Cause::Missing(lists) = cause {
                missing = true;
                *lists = self.sources(line).why_made(line.target);
            }
        }
        let Some(now) = words::recorded(&recipe, line.target).filter(|_| !missing) else { return causes };
        let before = [&b"savedcmd_"[..], b"cmd_"]
            .iter()
            .find_map(|prefix| line.values.value(&[prefix, line.target].concat()));
        let found = match before {
            Some(before) => Difference::between(&words::read_back(&before.text), &now)
                .map(|difference| Cause::Command(self.told(&difference, line))),
            None => {
                let record = paths::record_of(path);
                let there = |record: &BString| self.host.look_unseen(Ask::Stat, line.dir, record).is_ok();
                let with = || {
                    let peers = self.peers.iter().filter(|(_, of)| *of == path).map(|(peer, _)| peer);
                    peers.filter(|peer| there(&paths::record_of(peer))).min().cloned()
                };
                Some(if there(&record) {
                    Cause::NotInTargets(record)
                } else {
                    Cause::NoRecord(record, with())
                })
            }
        };
        if let Some(found) = found {
            causes.retain(|cause| !cause.is_each_time());
            causes.push(found);
        }
        causes
    }

    /// Where what is new in a command may come from.
    fn sources<'a>(&'a mut self, line: &Line<'a>) -> Sources<'a> {
        Sources {
            values: line.values,
            make: line.make,
            dir: line.dir,
            makers: &self.makers,
            lists: &mut self.lists,
            host: &self.host,
            top: &self.top,
        }
    }

    fn shown_in(&self, dir: &[u8], path: &[u8]) -> BString {
        path.strip_prefix(dir).and_then(|rest| rest.strip_prefix(b"/")).unwrap_or(path).into()
    }

    /// The words that differ, and where new ones come from.
    fn told(&mut self, difference: &Difference, line: &Line<'_>) -> String {
        let mut sources = self.sources(line);
        if difference.order {
            return "the same words in another order".to_string();
        }
        let mut text = String::new();
        let mut part = |what: &str| {
            let _ = write!(text, "{}{what}", if text.is_empty() { "" } else { ", " });
        };
        for (old, new) in &difference.replaced {
            part(&format!("{old} → {new}"));
        }
        for word in &difference.removed {
            part(&format!("{word} is gone"));
        }
        for word in &difference.added {
            part(&format!("{word} is new"));
        }
        let mut places: Vec<String> = Vec::new();
        let new = difference.new_words().take(MOST_WORDS).map(|word| (word, true));
        let gone = difference.removed.iter().take(MOST_WORDS).map(|word| (word, false));
        for (word, is_new) in new.chain(gone) {
            let place = sources.of(word, line.target, is_new).filter(|place| !places.contains(place));
            places.extend(place);
        }
        if !places.is_empty() {
            let _ = write!(text, " ({})", places.join("; "));
        }
        text
    }

    /// Why a file is remade, in one line.
    pub fn reason(&self, path: &[u8]) -> String {
        let roots = self.roots(path);
        let more = roots.len().saturating_sub(MOST_ROOTS);
        let told = roots.iter().take(MOST_ROOTS).map(|root| {
            let names: Vec<String> = root.between.iter().map(|path| self.shown(path)).collect();
            let text = match root.others {
                0 => root.text.clone(),
                others => format!("{}, and those of {others} more", root.text),
            };
            match names.len() {
                0 => text,
                1 => format!("{text}, so {} was made", names.join(", ")),
                n if n <= MOST_BETWEEN => format!("{text}, so {} were made", names.join(", ")),
                n => format!(
                    "{text}, so {} and {} more were made",
                    names.get(..MOST_BETWEEN).unwrap_or_default().join(", "),
                    n - MOST_BETWEEN
                ),
            }
        });
        let mut text = told.collect::<Vec<_>>().join("; ");
        if more > 0 {
            let _ = write!(text, "; and {more} more");
        }
        text
    }

    /// The reasons at the root, the nearest first.
    fn roots(&self, path: &[u8]) -> Vec<Root> {
        let mut roots: Vec<Root> = Vec::new();
        let mut met: FxSet<&[u8]> = FxSet::default();
        let mut queue: VecDeque<(BString, Vec<BString>)> = VecDeque::from([(path.into(), Vec::new())]);
        while let Some((at, between)) = queue.pop_front() {
            let Some(node) = self.node(&at) else { continue };
            for cause in &node.causes {
                if let Cause::Prerequisite { path, option: None, .. } = cause
                    && self.node(path).is_some_and(|node| node.ran && !node.causes.is_empty())
                {
                    if met.insert(path) {
                        let way = std::iter::once(path.clone()).chain(between.iter().cloned()).collect();
                        queue.push_back((path.clone(), way));
                    }
                    continue;
                }
                let of = (!between.is_empty()).then(|| self.shown(self.made_as(&at)));
                let text = match (cause, &of) {
                    (Cause::Forced(by), Some(of)) => {
                        format!("{of}, which is forced by {by}, came out different")
                    }
                    (cause, of) => cause.text(of.as_deref(), |path| self.shown(path)),
                };
                let forced = matches!(cause, Cause::Forced(_));
                let words = match cause {
                    Cause::Command(words) => Some(words.clone()),
                    _ => None,
                };
                let same = roots.iter_mut().find(|root| words.is_some() && root.words == words);
                if let Some(same) = same {
                    same.others += 1;
                } else if !roots.iter().any(|root| root.text == text) {
                    // A target that the text names need not be named again.
                    let named = matches!(cause, Cause::Forced(_) | Cause::Command(_) | Cause::Missing(_));
                    let between = between.iter().skip(usize::from(named)).cloned().collect();
                    roots.push(Root { text, words, forced, others: 0, between });
                }
            }
        }
        // What is forced is a reason only where there is no other.
        if roots.iter().any(|root| !root.forced) {
            roots.retain(|root| !root.forced);
        }
        roots
    }

    /// The way from a file to the roots, a step deeper on each line.
    pub fn chain(&self, path: &[u8]) -> String {
        let mut text = String::new();
        let mut met = FxSet::default();
        self.link(path, 1, &mut met, &mut text);
        text
    }

    fn link<'a>(&'a self, path: &'a [u8], depth: usize, met: &mut FxSet<&'a [u8]>, text: &mut String) {
        let Some(node) = self.node(path) else { return };
        for cause in &node.causes {
            let below = match cause {
                Cause::Prerequisite { path, option: None, .. } => {
                    Some(path.as_slice()).filter(|path| self.node(path).is_some_and(|node| node.ran))
                }
                _ => None,
            };
            let pad = "  ".repeat(depth);
            match below {
                None => {
                    let of = self.shown(path);
                    let _ = writeln!(text, "{pad}{}", cause.text(Some(&of), |path| self.shown(path)));
                }
                Some(below) if met.insert(below) => {
                    let _ = writeln!(text, "{pad}{} would be made:", self.shown(below));
                    rkbuild_base::stack::deeper(|| self.link(below, depth + 1, met, text));
                }
                Some(below) => {
                    let _ = writeln!(text, "{pad}{} would be made (see above)", self.shown(below));
                }
            }
        }
    }
}

/// Whether a recipe runs a program: it stands where a command begins.
fn runs(recipe: &[u8], program: &[u8]) -> bool {
    recipe.find_iter(program).any(|at| {
        let before = recipe.get(..at).unwrap_or_default();
        let before = before.strip_suffix(b"./").unwrap_or(before).trim_end_with(|c| c == ' ' || c == '\t');
        let after = recipe.get(at + program.len());
        let ends = after.is_none_or(|c| c.is_ascii_whitespace() || *c == b';');
        ends && before.last().is_none_or(|c| b";|&(\n`".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_a_tool_where_the_recipe_runs_it() {
        assert!(runs(b"ld -o x; ./tools/objtool/objtool --orc x", b"tools/objtool/objtool"));
        assert!(runs(b"gen/tool > x", b"gen/tool"));
        assert!(!runs(b"objcopy vmlinux x", b"vmlinux"));
        assert!(!runs(b"gen/tool2 x", b"gen/tool"));
    }
}
