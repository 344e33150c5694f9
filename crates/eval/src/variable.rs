//! Variables: values, flavors, origins, and the stack of scopes they are looked up in.

use std::cell::{Cell, RefCell};
use std::num::NonZeroU32;
use std::rc::Rc;
use std::sync::Arc;

use rkbuild_base::{BString, FxMap, FxSet, Name, Place, options};
use rkbuild_syntax::Text;

use crate::exported::Recorder;
use crate::layer::{Layer, Settings};

/// How a variable's value is used (manual 6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavor {
    /// Expanded each time it is referred to.
    Recursive,
    /// Expanded once, when it was set.
    Simple,
}

/// Where a variable's value came from, in order of precedence (manual 8.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Built in.
    Default,
    /// From the environment.
    Environment,
    /// Set in a makefile.
    File,
    /// From the environment, with `-e`.
    EnvironmentOverride,
    /// Given on the command line.
    CommandLine,
    /// Set with `override`.
    Override,
    /// An automatic variable of a rule.
    Automatic,
}

impl Origin {
    /// What `$(origin)` says.
    pub fn text(self) -> &'static str {
        match self {
            Origin::Default => "default",
            Origin::Environment => "environment",
            Origin::File => "file",
            Origin::EnvironmentOverride => "environment override",
            Origin::CommandLine => "command line",
            Origin::Override => "override",
            Origin::Automatic => "automatic",
        }
    }
}

/// Whether a variable is passed to recipes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    /// By the general rules: from the environment or command line, or when everything is exported.
    Default,
    /// `export`
    Yes,
    /// `unexport`
    No,
    /// Passed on only if it came from the environment (`SHELL`-like; make's "if set").
    IfSet,
}

/// What can change in a variable without its being another one.
#[derive(Clone, Debug)]
pub struct Data {
    /// The value as written (recursive) or expanded (simple).
    pub value: Arc<Text>,
    /// Recursive or simple.
    pub flavor: Flavor,
    /// Where the value came from.
    pub origin: Origin,
    /// Whether it is exported.
    pub export: Export,
    /// `private`: not seen from prerequisites.
    pub private: bool,
    /// A target-specific `+=`: to be joined to the value of the outer scopes when looked up.
    pub append: bool,
    /// A target- or pattern-specific variable (any operator).
    pub per_target: bool,
    /// A target-specific `?=`.
    pub conditional: bool,
    /// Where it was last set.
    pub place: Place,
}

impl Data {
    /// An empty value of make's own.
    pub fn builtin(flavor: Flavor) -> Data {
        Data {
            value: Arc::default(),
            flavor,
            origin: Origin::Default,
            export: Export::Default,
            private: false,
            append: false,
            per_target: false,
            conditional: false,
            place: Place::default(),
        }
    }
}

/// A variable. Assigning changes it in place, so that one being expanded knows that it is.
#[derive(Debug)]
pub struct Variable {
    /// Its name.
    pub name: Name,
    /// Its value and properties.
    pub data: RefCell<Data>,
    /// It is being expanded: a reference to it now would not end.
    pub expanding: Cell<bool>,
    /// How many `$(call)`s of it are under way; they may recurse.
    pub calls: Cell<u32>,
}

/// A scope in [`Variables`]. Counted from 1 within, so that one that may be missing takes no more room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScopeId(NonZeroU32);

impl ScopeId {
    fn at(index: usize) -> ScopeId {
        let count = u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1);
        ScopeId(NonZeroU32::new(count).unwrap_or(NonZeroU32::MAX))
    }

    fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// One table of variables, and where look-up goes on.
#[derive(Debug, Default)]
pub struct Scope {
    /// Its own variables.
    vars: FxMap<Name, Rc<Variable>>,
    /// A list of options below them.
    layer: Option<Box<Layer>>,
    /// Where look-up goes on.
    pub next: Option<ScopeId>,
    /// `next` belongs to the target this one is a prerequisite of: `private` variables there are not seen.
    pub next_is_parent: bool,
    /// It was pushed over the global scope, and lies over it for every other scope that ends there.
    over_global: bool,
}

impl Scope {
    /// The variable of that name.
    pub fn get(&self, name: Name) -> Option<&Rc<Variable>> {
        match (self.vars.get(&name), &self.layer) {
            (None, Some(layer)) => layer.get(name),
            (own, _) => own,
        }
    }

    /// All of its variables, in no order.
    pub fn variables(&self) -> impl Iterator<Item = &Rc<Variable>> {
        let below = self.layer.iter().flat_map(|layer| layer.variables());
        self.vars.values().chain(below.filter(|var| !self.vars.contains_key(&var.name)))
    }

    /// Those that were set by themselves, or looked at since they were set. Nothing but their values is said of the others.
    pub fn variables_met(&self) -> impl Iterator<Item = &Rc<Variable>> {
        let below = self.layer.iter().flat_map(|layer| layer.met());
        self.vars.values().chain(below.filter(|var| !self.vars.contains_key(&var.name)))
    }

    /// The names of its variables, in no order.
    pub fn names(&self) -> impl Iterator<Item = Name> {
        let below = self.layer.iter().flat_map(|layer| layer.names());
        self.vars.keys().copied().chain(below.filter(|name| !self.vars.contains_key(name)))
    }
}

/// All scopes of a session: the global one, those of targets, and those of `$(call)`, `$(foreach)`, `$(let)`.
#[derive(Debug)]
pub struct Variables {
    /// Somebody looked at one of those that are watched.
    pub volatile: Cell<bool>,
    /// A bit for each name that is told apart when it is looked at. They are among the first that are met.
    watched: Vec<u64>,
    scopes: Vec<Scope>,
    /// Scopes that were pushed and popped, for reuse.
    free: Vec<ScopeId>,
    /// Where look-up begins.
    pub current: ScopeId,
    /// The last scope that was pushed over the global one.
    over_global: Option<ScopeId>,
    /// Counts changes that may alter which global variables are exported, so that their list can be kept.
    pub changes: u64,
    /// Everything is exported that makefiles set: `export` alone.
    pub export_all: bool,
    /// Which names are looked up, while somebody wants to know.
    pub(crate) met: Recorder,
    /// Which options are asked for, where the session notes what it sees.
    pub(crate) asked: Asked,
}

/// The options that were asked for, and whether there are others that counted.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    on: Cell<bool>,
    names: RefCell<FxSet<Name>>,
    /// Those that are no names of anything.
    unknown: RefCell<FxSet<BString>>,
    all: Cell<bool>,
}

impl Asked {
    /// Notes from now on.
    pub fn begin(&self) {
        self.on.set(true);
    }

    /// Somebody looks at the variable of this name, which may have one or not.
    pub fn note(&self, name: Name) {
        if name.is_option() && self.on.get() {
            self.names.borrow_mut().insert(name);
        }
    }

    /// Somebody looks for a variable of a name that nobody met before.
    pub fn note_unknown(&self, name: &[u8]) {
        if self.on.get() && name.starts_with(options::PREFIX) {
            self.unknown.borrow_mut().insert(name.into());
        }
    }

    /// Somebody looks at all variables there are.
    pub fn note_all(&self) {
        self.all.set(true);
    }

    /// The options that were asked for, in order; `None` where all count.
    pub fn options(&self, text: impl Fn(Name) -> &'static [u8]) -> Option<Vec<BString>> {
        if !self.on.get() || self.all.get() {
            return None;
        }
        let mut options: Vec<BString> = self.unknown.borrow().iter().cloned().collect();
        options.extend(self.names.borrow().iter().map(|name| BString::from(text(*name))));
        options.sort_unstable();
        options.dedup();
        Some(options)
    }
}

/// The global scope.
pub const GLOBAL: ScopeId = ScopeId(NonZeroU32::MIN);

impl Default for Variables {
    fn default() -> Self {
        Variables {
            volatile: Cell::new(false),
            watched: Vec::new(),
            scopes: vec![Scope::default()],
            free: Vec::new(),
            current: GLOBAL,
            over_global: None,
            changes: 0,
            export_all: false,
            met: Recorder::default(),
            asked: Asked::default(),
        }
    }
}

/// Where the bit of a name is.
fn watched_bit(name: Name) -> (usize, u64) {
    ((name.index() / u64::BITS) as usize, 1 << (name.index() % u64::BITS))
}

impl Variables {
    /// A scope, to read.
    pub fn scope(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.index()]
    }

    /// A scope, to change.
    pub fn scope_mut(&mut self, id: ScopeId) -> &mut Scope {
        self.changes += u64::from(id == GLOBAL);
        &mut self.scopes[id.index()]
    }

    /// A new, empty scope in front of `next`.
    pub fn add_scope(&mut self, next: Option<ScopeId>) -> ScopeId {
        if let Some(id) = self.free.pop() {
            self.scopes[id.index()].next = next;
            return id;
        }
        let id = ScopeId::at(self.scopes.len());
        self.scopes.push(Scope { next, ..Scope::default() });
        id
    }

    /// Begins a scope in front of the current one, as `$(call)` does. Over the global scope it is seen from targets too:
    /// an `$(eval)` in a `$(foreach)` may give them variables.
    pub fn push(&mut self) -> ScopeId {
        let over_global = self.current == GLOBAL || self.scope(self.current).over_global;
        let id = self.add_scope(Some(self.current));
        if over_global {
            self.scopes[id.index()].over_global = true;
            self.over_global = Some(id);
        }
        self.current = id;
        id
    }

    /// Ends a scope begun with [`Variables::push`]; look-up is as before it.
    pub fn pop(&mut self, pushed: ScopeId) {
        // The table is emptied but kept: the next call will want one as large.
        let scope = &mut self.scopes[pushed.index()];
        scope.vars.clear();
        scope.next_is_parent = false;
        let next = scope.next.take().unwrap_or(GLOBAL);
        if std::mem::take(&mut scope.over_global) {
            self.over_global = Some(next).filter(|id| *id != GLOBAL);
        }
        self.current = next;
        self.free.push(pushed);
    }

    /// Makes room for that many variables in a scope.
    pub fn reserve(&mut self, scope: ScopeId, count: usize) {
        self.scopes[scope.index()].vars.reserve(count);
    }

    /// Takes the automatic variables out of a scope.
    pub fn forget_automatic(&mut self, scope: ScopeId) {
        let vars = &mut self.scopes[scope.index()].vars;
        vars.retain(|_, var| var.data.borrow().origin != Origin::Automatic);
        vars.shrink_to_fit();
    }

    /// The variable seen from the current scope.
    pub fn lookup(&self, name: Name) -> Option<&Rc<Variable>> {
        self.lookup_from(self.current, name)
    }

    /// Notes from now on in [`Variables::volatile`] when this one is looked at.
    pub fn watch(&mut self, name: Name) {
        let (word, bit) = watched_bit(name);
        if self.watched.len() <= word {
            self.watched.resize(word + 1, 0);
        }
        if let Some(bits) = self.watched.get_mut(word) {
            *bits |= bit;
        }
    }

    /// The variable seen from `scope`.
    pub fn lookup_from(&self, scope: ScopeId, name: Name) -> Option<&Rc<Variable>> {
        let (word, bit) = watched_bit(name);
        if self.watched.get(word).is_some_and(|bits| bits & bit != 0) {
            self.volatile.set(true);
        }
        self.met.note(name);
        self.asked.note(name);
        let mut id = scope;
        let mut parent = false;
        let mut over_global = self.over_global;
        loop {
            let scope = &self.scopes[id.index()];
            if let Some(var) = scope.get(name)
                && (!parent || !var.data.borrow().private)
            {
                return Some(var);
            }
            parent |= scope.next_is_parent;
            id = scope.next?;
            if scope.over_global {
                over_global = None;
            } else if id == GLOBAL
                && let Some(top) = over_global.take()
            {
                id = top;
            }
        }
    }

    /// True when look-up begins in the global scope, with no other over it.
    pub fn only_global(&self) -> bool {
        self.current == GLOBAL && self.over_global.is_none()
    }

    /// The variable of that very scope.
    pub fn lookup_in(&self, scope: ScopeId, name: Name) -> Option<&Rc<Variable>> {
        self.asked.note(name);
        self.scope(scope).get(name)
    }

    /// Sets a variable in `scope` with the given properties; the precedence of origins (`-e`, command line,
    /// `override`) is observed: a weaker origin leaves a stronger value alone. Gives the variable either way.
    pub fn define(
        &mut self,
        scope: ScopeId,
        name: Name,
        value: Arc<Text>,
        flavor: Flavor,
        origin: Origin,
        place: Place,
    ) -> Rc<Variable> {
        if let Some(var) = self.scopes[scope.index()].get(name) {
            let mut data = var.data.borrow_mut();
            if origin >= data.origin {
                self.changes += u64::from(scope == GLOBAL && origin != data.origin);
                data.value = value;
                data.flavor = flavor;
                data.origin = origin;
                data.append = false;
                data.conditional = false;
                data.place = place;
            }
            drop(data);
            return var.clone();
        }
        let passed = match origin {
            Origin::Default | Origin::Automatic => false,
            Origin::File | Origin::Override => self.export_all,
            Origin::Environment | Origin::EnvironmentOverride | Origin::CommandLine => true,
        };
        self.changes += u64::from(scope == GLOBAL && passed);
        let var = Rc::new(Variable {
            name,
            data: RefCell::new(Data {
                value,
                flavor,
                origin,
                export: Export::Default,
                private: false,
                append: false,
                per_target: false,
                conditional: false,
                place,
            }),
            expanding: Cell::new(false),
            calls: Cell::new(0),
        });
        self.scopes[scope.index()].vars.insert(name, var.clone());
        var
    }

    /// Gives a target's scope the variables of another's, and no other.
    pub fn share(&mut self, scope: ScopeId, other: ScopeId) {
        self.scopes[scope.index()].vars = self.scopes[other.index()].vars.clone();
    }

    /// Removes a variable from a scope, unless its origin is stronger.
    pub fn undefine(&mut self, scope: ScopeId, name: Name, origin: Origin) {
        self.changes += u64::from(scope == GLOBAL);
        if self.scopes[scope.index()].get(name).is_none_or(|v| origin < v.data.borrow().origin) {
            return;
        }
        if name.is_option() {
            // What the list says of it would be seen again.
            self.settle(scope);
        }
        self.scopes[scope.index()].vars.remove(&name);
    }

    /// Puts a list of options below the global variables, as if the file had been read that messages call `file`. There may be
    /// one. Gives the options that have a variable already, which are to be set as any other.
    pub fn lay(&mut self, settings: &Arc<Settings>, file: Name) -> Vec<Name> {
        self.changes += u64::from(self.export_all);
        let global = &mut self.scopes[GLOBAL.index()];
        global.layer = Some(Box::new(Layer::new(settings.clone(), file)));
        global.vars.keys().copied().filter(|name| settings.get(*name).is_some()).collect()
    }

    /// Whether there is a list of options below the global variables.
    pub fn has_layer(&self) -> bool {
        self.scope(GLOBAL).layer.is_some()
    }

    /// Makes variables like any others of the list of options below a scope.
    pub fn settle(&mut self, scope: ScopeId) {
        let scope = &mut self.scopes[scope.index()];
        if let Some(layer) = scope.layer.take() {
            for var in layer.variables() {
                scope.vars.entry(var.name).or_insert_with(|| var.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rkbuild_base::name::Names;

    use super::*;

    fn text(value: &str) -> Arc<Text> {
        Arc::new(Text::new(value))
    }

    #[test]
    fn private_variables_are_seen_in_their_own_scope_only() {
        let mut vars = Variables::default();
        let a = Names::new().intern(b"a");
        let parent = vars.add_scope(Some(GLOBAL));
        let child = vars.add_scope(Some(parent));
        vars.scope_mut(child).next_is_parent = true;
        let var = vars.define(parent, a, text("x"), Flavor::Simple, Origin::File, Place::NONE);
        var.data.borrow_mut().private = true;
        assert!(vars.lookup_from(parent, a).is_some());
        assert!(vars.lookup_from(child, a).is_none());
    }

    #[test]
    fn a_scope_pushed_over_the_global_one_is_seen_from_targets() {
        let mut vars = Variables::default();
        let a = Names::new().intern(b"a");
        let value = |vars: &Variables, from| {
            vars.lookup_from(from, a).map(|v: &Rc<Variable>| v.data.borrow().value.bytes.to_string())
        };
        vars.define(GLOBAL, a, text("global"), Flavor::Simple, Origin::File, Place::NONE);
        let target = vars.add_scope(Some(GLOBAL));
        let outer = vars.push();
        vars.define(outer, a, text("outer"), Flavor::Simple, Origin::Automatic, Place::NONE);
        let inner = vars.push();
        assert_eq!(value(&vars, target).as_deref(), Some("outer"));
        vars.pop(inner);
        vars.pop(outer);
        assert_eq!(value(&vars, target).as_deref(), Some("global"));
        vars.current = target;
        let local = vars.push();
        vars.define(local, a, text("local"), Flavor::Simple, Origin::Automatic, Place::NONE);
        assert_eq!(value(&vars, target).as_deref(), Some("global"));
        assert_eq!(value(&vars, local).as_deref(), Some("local"));
    }

    #[test]
    fn a_weaker_origin_does_not_replace_a_stronger_value() {
        let mut vars = Variables::default();
        let a = Names::new().intern(b"a");
        vars.define(GLOBAL, a, text("cmd"), Flavor::Simple, Origin::CommandLine, Place::NONE);
        vars.define(GLOBAL, a, text("file"), Flavor::Simple, Origin::File, Place::NONE);
        assert_eq!(vars.lookup(a).map(|v| v.data.borrow().value.bytes.clone()), Some("cmd".into()));
        vars.undefine(GLOBAL, a, Origin::File);
        assert!(vars.lookup(a).is_some());
        vars.undefine(GLOBAL, a, Origin::Override);
        assert!(vars.lookup(a).is_none());
    }
}
