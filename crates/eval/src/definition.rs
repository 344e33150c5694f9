//! Definitions that somebody knows: variables told by the tree that their text expands to, as far as that stands before anything is
//! expanded.
//!
//! The tree of a definition is its own with those of the variables that it refers to by name put in their places. White space and
//! what helpers are called leave no trace in it, a changed word does. It decides only how a value is found out (see
//! [`truth`](crate::truth)), never what it is.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use rkbuild_base::text::{is_space, trim};
use rkbuild_base::{BString, FxMap, FxSet, Name};
use rkbuild_host::eyes;
use rkbuild_syntax::{Expr, Func, Part, Text};

use crate::Session;
use crate::variable::{Flavor, GLOBAL};

/// What knows definitions: those that the makefiles of some project are built around.
pub trait Family: Send + Sync {
    /// The names they go by.
    fn names(&self) -> &[&'static str];

    /// Those of them without which the others are none of the family.
    fn heads(&self) -> &[&'static str];

    /// Whether a variable stands for itself in a tree, whatever it holds: a setting, a list.
    fn stands_for_itself(&self, name: &[u8]) -> bool;

    /// Whether a definition of this name and tree is known.
    fn knows(&self, name: &[u8], tree: u64) -> bool;
}

/// How often a definition was met, in as many makes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Met {
    /// Its name.
    pub name: BString,
    /// What its tree comes to.
    pub tree: u64,
    /// Whether it is known.
    pub known: bool,
    /// How many makes had it.
    pub makes: u32,
    /// Where one of them has it from, `file:line`.
    pub place: BString,
}

/// What a process knows of definitions.
#[derive(Default)]
pub struct Definitions {
    family: OnceLock<(Arc<dyn Family>, FxSet<Name>)>,
    seen: RwLock<FxMap<Name, Vec<Seen>>>,
    /// Those that were met, where they are counted.
    met: OnceLock<Mutex<BTreeMap<(BString, u64), Met>>>,
}

/// A tree that was looked at.
struct Seen {
    /// The variables it was made of, and what they held.
    made_of: Vec<(Name, Held)>,
    known: bool,
}

/// As many trees of one name are kept. Makes of one project have one or two.
const MOST_SEEN: usize = 8;

/// What a variable held when a tree was made.
#[derive(Clone)]
enum Held {
    Nothing,
    /// To be expanded whenever it is looked at.
    Text(Arc<Text>),
    Value(BString),
}

impl Definitions {
    /// Sets what knows definitions, once; `counted`: who has which is to be told later.
    pub fn set_family(&self, names: &rkbuild_base::Names, family: Arc<dyn Family>, counted: bool) {
        let all = family.names().iter().map(|name| names.intern(name.as_bytes())).collect();
        let _ = self.family.set((family, all));
        if counted {
            let _ = self.met.set(Mutex::default());
        }
    }

    /// Those that were met, by name.
    pub fn met(&self) -> Vec<Met> {
        let met = self.met.get().map(|met| met.lock().unwrap_or_else(PoisonError::into_inner));
        met.iter().flat_map(|met| met.values().cloned()).collect()
    }
}

/// How deep trees go. Those of definitions that anybody knows have three or four levels.
const DEEPEST: u32 = 64;

/// Writes a tree down, as something that tells it from all others.
struct Writer<'a> {
    session: &'a Session,
    family: &'a dyn Family,
    out: Vec<u8>,
    made_of: Vec<(Name, Held)>,
    /// Variables whose trees are being written, one within the other.
    within: Vec<Name>,
    depth: u32,
}

impl Writer<'_> {
    fn mark(&mut self, mark: u8) {
        self.out.push(mark);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        self.out.extend_from_slice(bytes);
    }

    /// A text that is not expanded, as [`even`] makes it.
    fn literal(&mut self, text: &[u8]) {
        self.mark(b'"');
        self.bytes(text);
    }

    /// `None` where it is nested too deep, or too large to be anything that is known.
    fn expr(&mut self, expr: &Expr) -> Option<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let count = expr.parts.len();
        for (at, part) in expr.parts.iter().enumerate() {
            match part {
                Part::Literal(text) => {
                    let text = even(text);
                    let mut text = text.as_slice();
                    if at == 0 {
                        text = text.strip_prefix(b" ").unwrap_or(text);
                    }
                    if at + 1 == count {
                        text = text.strip_suffix(b" ").unwrap_or(text);
                    }
                    if !text.is_empty() {
                        self.literal(text);
                    }
                }
                Part::Var(name) => self.reference(*name)?,
                Part::Subst(subst) => {
                    self.mark(b':');
                    self.reference(subst.name)?;
                    self.bytes(&subst.from);
                    self.bytes(&subst.to);
                }
                Part::Computed(inner) => {
                    self.mark(b'$');
                    self.expr(inner)?;
                    self.mark(b'.');
                }
                Part::Call(call) => {
                    self.mark(b'(');
                    self.bytes(call.func.name().as_bytes());
                    let lang = &self.session.shared.lang;
                    // Which definition is called stands in the first argument.
                    let callee = (call.func == Func::Call).then(|| call.args.first()).flatten();
                    let callee = callee
                        .filter(|name| name.is_literal())
                        .and_then(|name| lang.names.get(trim(&name.bytes)));
                    for (at, arg) in call.args.iter().enumerate() {
                        self.mark(b',');
                        match callee {
                            Some(callee) if at == 0 => self.reference(callee)?,
                            _ => self.expr(arg.expr(lang))?,
                        }
                    }
                    self.mark(b')');
                }
                Part::Unterminated(_) => return None,
            }
        }
        self.depth -= 1;
        Some(())
    }

    fn reference(&mut self, name: Name) -> Option<()> {
        let text = self.session.text(name);
        let is_own = match text {
            [b'@' | b'%' | b'<' | b'^' | b'+' | b'?' | b'|' | b'*', rest @ ..] => {
                matches!(rest, [] | [b'D' | b'F'])
            }
            digits => digits.iter().all(u8::is_ascii_digit),
        };
        if is_own || self.within.contains(&name) || self.family.stands_for_itself(text) {
            self.mark(b'=');
            self.bytes(text);
            return Some(());
        }
        let held = self.session.held(name);
        self.made_of.push((name, held.clone()));
        match held {
            Held::Nothing => {
                self.mark(b'?');
                self.bytes(text);
            }
            Held::Value(value) => self.literal(&even(&value)),
            Held::Text(text) if text.is_huge() => return None,
            Held::Text(text) => {
                self.within.push(name);
                self.expr(text.expr(&self.session.shared.lang))?;
                self.within.pop();
            }
        }
        Some(())
    }
}

/// A text with each run of white space, and each line that goes on, made one blank; the ends of other lines stay.
fn even(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let goes_on = rest.starts_with(b"\\\n");
        if !goes_on && !is_space(*first) {
            out.push(*first);
            rest = after;
            continue;
        }
        let mut ends_line = false;
        while let Some((first, after)) = rest.split_first() {
            if let Some(after) = rest.strip_prefix(b"\\\n") {
                rest = after;
            } else if is_space(*first) {
                ends_line |= *first == b'\n';
                rest = after;
            } else {
                break;
            }
        }
        out.push(if ends_line { b'\n' } else { b' ' });
    }
    out
}

impl Session {
    /// What a global variable holds. Nobody is told that it was looked at: what is given does not depend on it.
    fn held(&self, name: Name) -> Held {
        let Some(var) = self.vars.scope(GLOBAL).get(name) else { return Held::Nothing };
        let data = var.data.borrow();
        match data.flavor {
            Flavor::Recursive => Held::Text(data.value.clone()),
            Flavor::Simple => Held::Value(BString::from(data.value.bytes.to_vec())),
        }
    }

    /// The tree of a definition, as a number, and the variables it was made of.
    fn tree_of(&self, name: Name, family: &dyn Family) -> Option<(u64, Vec<(Name, Held)>)> {
        let Held::Text(text) = self.held(name) else { return None };
        if text.is_huge() {
            return None;
        }
        let mut writer = Writer {
            session: self,
            family,
            out: Vec::new(),
            made_of: vec![(name, Held::Text(text.clone()))],
            within: vec![name],
            depth: 0,
        };
        writer.expr(text.expr(&self.shared.lang))?;
        Some((eyes::hash(&writer.out) as u64, writer.made_of))
    }

    /// Whether a variable's definition is known. Without [`Definitions::set_family`] none is, and with `--no-native`.
    pub(crate) fn is_known_definition(&self, name: Name) -> bool {
        let Some((family, names)) = self.shared.definitions.family.get() else { return false };
        if self.options.no_native || !names.contains(&name) {
            return false;
        }
        let seen = self.shared.definitions.seen.read().unwrap_or_else(PoisonError::into_inner);
        let before = seen.get(&name).and_then(|seen| seen.iter().find(|seen| self.is_as_seen(seen)));
        if let Some(before) = before {
            return before.known;
        }
        drop(seen);
        let Some((tree, made_of)) = self.tree_of(name, &**family) else { return false };
        let known = family.knows(self.text(name), tree);
        let mut seen = self.shared.definitions.seen.write().unwrap_or_else(PoisonError::into_inner);
        let seen = seen.entry(name).or_default();
        if seen.len() == MOST_SEEN {
            seen.remove(0);
        }
        seen.push(Seen { made_of, known });
        known
    }

    fn is_as_seen(&self, seen: &Seen) -> bool {
        seen.made_of.iter().all(|(name, held)| self.holds_still(*name, held))
    }

    /// Whether a global variable holds what it held.
    fn holds_still(&self, name: Name, held: &Held) -> bool {
        let Some(var) = self.vars.scope(GLOBAL).get(name) else { return matches!(held, Held::Nothing) };
        let data = var.data.borrow();
        match (held, data.flavor) {
            (Held::Text(before), Flavor::Recursive) => {
                Arc::ptr_eq(before, &data.value) || before.bytes == data.value.bytes
            }
            (Held::Value(before), Flavor::Simple) => before == &data.value.bytes[..],
            _ => false,
        }
    }

    /// Counts this session's definitions, where that is wanted. Those of a session without any of the heads are none.
    pub fn count_definitions(&self) {
        let Definitions { family, met, .. } = &self.shared.definitions;
        let (Some((family, names)), Some(met)) = (family.get(), met.get()) else { return };
        let table = &self.shared.lang.names;
        let has = |name: &&str| {
            table.get(name.as_bytes()).is_some_and(|name| !matches!(self.held(name), Held::Nothing))
        };
        if !family.heads().iter().any(has) {
            return;
        }
        let mut met = met.lock().unwrap_or_else(PoisonError::into_inner);
        for name in names {
            let Some((tree, _)) = self.tree_of(*name, &**family) else { continue };
            let text = self.text(*name);
            let counted = met.entry((text.into(), tree)).or_insert_with(|| {
                let place = self.vars.scope(GLOBAL).get(*name).map(|var| var.data.borrow().place);
                let place = place.map(|place| place.text(table)).unwrap_or_default().into();
                Met { name: text.into(), tree, known: family.knows(text, tree), makes: 0, place }
            });
            counted.makes += 1;
        }
    }
}
