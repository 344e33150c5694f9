//! The values of exported variables as children see them, and what each depends on: they need not be expanded anew for
//! each command while nothing that they look at has changed.
//!
//! Each `$(shell)` gets an environment, and an exported `A = $(shell cat f)` runs a command, with an environment of its own, for
//! every other command. So a value is kept with all that its expansion looked at, if that did nothing which somebody could see.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use rkbuild_base::{BString, Name};
use rkbuild_syntax::Text;

use crate::environment::Environment;
use crate::session::{Proof, Steady};
use crate::variable::{Export, Flavor, GLOBAL, Origin, Variable};
use crate::{Result, Session};

/// So often in a row may a kept value not hold before no more is kept: it depends on the target, say.
const MOST_MISSES: u32 = 8;

/// Variables of the environment that change how even a command runs which does not refer to them.
const OF_COMMANDS: [&[u8]; 10] = [
    b"PATH",
    b"HOME",
    b"IFS",
    b"ENV",
    b"CDPATH",
    b"LANG",
    b"LC_ALL",
    b"LC_COLLATE",
    b"POSIXLY_CORRECT",
    b"LD_PRELOAD",
];

/// Notes which names are looked up, while somebody wants to know.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    on: Cell<bool>,
    names: RefCell<Vec<Name>>,
    /// Something was done that can be seen, or looked at that can't be told.
    spoilt: Cell<bool>,
    /// Files were looked at.
    files: Cell<bool>,
    /// A command was run.
    command: Cell<bool>,
    /// What the names of further variables begin with that commands may look at.
    prefixes: RefCell<Vec<BString>>,
    /// What commands depend on that were run.
    proofs: RefCell<Vec<Arc<dyn Proof>>>,
}

impl Recorder {
    pub fn note(&self, name: Name) {
        if self.on.get() {
            self.names.borrow_mut().push(name);
        }
    }

    /// What is expanded now does something.
    pub fn spoil(&self) {
        self.spoilt.set(true);
    }

    /// What is expanded now depends on something that is not noted.
    pub fn obscure(&self) {
        self.spoilt.set(self.spoilt.get() || self.on.get());
    }

    /// What is expanded now depends on files.
    pub fn files(&self) {
        self.files.set(true);
    }

    fn begin(&self) {
        self.names.borrow_mut().clear();
        self.spoilt.set(false);
        self.files.set(false);
        self.command.set(false);
        self.prefixes.borrow_mut().clear();
        self.proofs.borrow_mut().clear();
        self.on.set(true);
    }

    /// The names, each once; `None` if what was found can't be kept.
    fn end(&self) -> Option<Vec<Name>> {
        self.on.set(false);
        let mut names = std::mem::take(&mut *self.names.borrow_mut());
        names.sort_unstable();
        names.dedup();
        (!self.spoilt.get()).then_some(names)
    }
}

/// What of a variable an expansion can see.
#[derive(Debug)]
struct Known {
    value: Arc<Text>,
    flavor: Flavor,
    origin: Origin,
    export: Export,
}

/// An exported variable's value, and what it depends on.
#[derive(Debug)]
struct Kept {
    /// The text it is the expansion of.
    text: Arc<Text>,
    depends: Vec<(Name, Option<Known>)>,
    /// Where files were looked at: when. See `Host::quiet_epoch`.
    epoch: Option<u64>,
    /// A command was run, with all exported variables in its environment.
    command: bool,
    /// Where it may look at variables of any name that begins so: which there were.
    begun: Option<Begun>,
    /// Whether variables were exported of which nothing says so.
    export_all: bool,
    /// Which environment the command got.
    environment: Environment,
    /// What such commands depend on besides the variables.
    proofs: Vec<Arc<dyn Proof>>,
    /// Where there are such: the epoch in which they were last seen to hold.
    proved: Cell<Option<u64>>,
    /// What `.SHELLSTATUS` was set to, where that is seen from outside.
    status: Option<Arc<Text>>,
    value: BString,
}

/// Global variables whose names begin in some way.
#[derive(Debug)]
struct Begun {
    prefixes: Vec<BString>,
    names: Vec<Name>,
    /// [`crate::Variables::changes`] when they were last looked for.
    when: Cell<u64>,
}

/// The value of one exported variable, if it is kept.
#[derive(Debug, Default)]
struct Slot {
    kept: Option<Kept>,
    misses: u32,
}

/// The values of a session's exported variables that are kept.
#[derive(Debug, Default)]
pub(crate) struct Values {
    slots: rkbuild_base::FxMap<Name, Slot>,
    /// Environments that are being made, one for a command within the other.
    pub depth: u32,
    /// The one that is being made.
    pub environment: Environment,
}

impl Session {
    /// Whether values may be kept, and kept ones used, for an environment of these variables: not within another, and not
    /// while one of them is being expanded, which then has the value make was given.
    pub(crate) fn may_keep<'a>(&self, mut variables: impl Iterator<Item = &'a Rc<Variable>>) -> bool {
        self.values.depth == 1 && !variables.any(|var| var.expanding.get())
    }

    /// The kept value of a variable, where it holds still.
    fn kept(&self, var: &Rc<Variable>) -> Option<&Kept> {
        let kept = self.values.slots.get(&var.name)?.kept.as_ref()?;
        if !Arc::ptr_eq(&kept.text, &var.data.borrow().value) {
            return None;
        }
        if kept.epoch.is_some() && self.host().quiet_epoch() != kept.epoch
            || kept.export_all != self.vars.export_all
            || !kept.proofs.is_empty() && kept.environment != self.values.environment
            || !kept.begun.as_ref().is_none_or(|begun| self.are_all(begun))
        {
            return None;
        }
        let known = kept.depends.iter().all(|(name, before)| self.is_as_known(*name, before.as_ref()));
        (known && self.is_proved(kept)).then_some(kept)
    }

    /// Whether a variable's value is kept, holds still, and nothing is to be done when it is used.
    pub(crate) fn is_kept(&self, var: &Rc<Variable>) -> bool {
        self.kept(var).is_some_and(|kept| kept.status.is_none())
    }

    /// Whether what the commands of a value looked at is as it was.
    fn is_proved(&self, kept: &Kept) -> bool {
        let epoch = self.host().quiet_epoch();
        if epoch.is_some() && epoch == kept.proved.get() {
            return true;
        }
        let holds = kept.proofs.iter().all(|proof| proof.holds());
        kept.proved.set(epoch.filter(|_| holds));
        holds
    }

    /// The names of the global variables that begin in one of these ways, in order.
    fn names_begun(&self, prefixes: &[BString]) -> Vec<Name> {
        let begins = |name: &Name| {
            let text = self.text(*name);
            prefixes.iter().any(|prefix| text.starts_with(prefix))
        };
        let mut names: Vec<Name> = self.vars.scope(GLOBAL).names().filter(begins).collect();
        names.sort_unstable();
        names
    }

    /// Whether no variable has come or gone that begins in the way of these.
    fn are_all(&self, begun: &Begun) -> bool {
        let now = self.vars.changes;
        let same = begun.when.get() == now || self.names_begun(&begun.prefixes) == begun.names;
        if same {
            begun.when.set(now);
        }
        same
    }

    fn is_as_known(&self, name: Name, before: Option<&Known>) -> bool {
        match (self.vars.lookup(name), before) {
            (None, None) => true,
            (Some(var), Some(before)) => {
                let data = var.data.borrow();
                Arc::ptr_eq(&data.value, &before.value)
                    && (data.flavor, data.origin, data.export)
                        == (before.flavor, before.origin, before.export)
                    && !data.append
                    && !var.expanding.get()
            }
            _ => false,
        }
    }

    /// Whether none of these has to be expanded.
    pub(crate) fn all_are_kept<'a>(&self, variables: impl Iterator<Item = &'a Rc<Variable>>) -> bool {
        variables.into_iter().all(|var| !self.needs_expansion(var) || self.kept(var).is_some())
    }

    /// The kept value of a variable. A command in it gets an environment of its own, in which all the others are expanded:
    /// only with `all`, where none of them has to be, and so none can do anything, is it left out.
    pub(crate) fn use_kept(&mut self, var: &Rc<Variable>, all: bool) -> Option<BString> {
        let kept = match all {
            // They were looked at just now.
            true => self.values.slots.get(&var.name)?.kept.as_ref()?,
            false => self.kept(var).filter(|kept| !kept.command)?,
        };
        let (value, status) = (kept.value.clone(), kept.status.clone());
        if let Some(slot) = self.values.slots.get_mut(&var.name) {
            slot.misses = 0;
        }
        if let Some(status) = status {
            self.set_shell_status(status);
        }
        Some(value)
    }

    /// Expands a variable for an environment and keeps the value, if it may be kept.
    pub(crate) fn expand_and_keep(&mut self, var: &Rc<Variable>) -> Result<BString> {
        let slot = self.values.slots.entry(var.name).or_default();
        slot.kept = None;
        slot.misses += 1;
        if slot.misses > MOST_MISSES {
            return self.expand_exported(var);
        }
        let (text, append) = {
            let data = var.data.borrow();
            (data.value.clone(), data.append)
        };
        let before = self.host().quiet_epoch();
        let status_before = self.shell_status();
        self.vars.met.begin();
        let result = self.expand_exported(var);
        let names = self.vars.met.end();
        let value = result?;
        let (Some(names), false) = (names, append) else { return Ok(value) };
        let (files, command) = (self.vars.met.files.get(), self.vars.met.command.get());
        let epoch = if files { self.host().quiet_epoch() } else { None };
        if files && (epoch.is_none() || epoch != before) {
            return Ok(value);
        }
        let proofs = std::mem::take(&mut *self.vars.met.proofs.borrow_mut());
        let prefixes = std::mem::take(&mut *self.vars.met.prefixes.borrow_mut());
        let begun = (!prefixes.is_empty()).then(|| {
            let when = Cell::new(self.vars.changes);
            Begun { names: self.names_begun(&prefixes), prefixes, when }
        });
        let mut depends = Vec::with_capacity(names.len());
        for name in names {
            let known = self.vars.lookup(name).map(|seen| {
                let data = seen.data.borrow();
                let known = Known {
                    value: data.value.clone(),
                    flavor: data.flavor,
                    origin: data.origin,
                    export: data.export,
                };
                (!data.append && !seen.expanding.get()).then_some(known)
            });
            match known {
                Some(None) => return Ok(value),
                Some(Some(known)) => depends.push((name, Some(known))),
                None => depends.push((name, None)),
            }
        }
        let environment = self.values.environment.clone();
        let export_all = self.vars.export_all;
        let was_set = |status: &Arc<Text>| status_before.is_none_or(|before| !Arc::ptr_eq(&before, status));
        let status = self.shell_status().filter(was_set);
        if let Some(slot) = self.values.slots.get_mut(&var.name) {
            let (proved, value) = (Cell::new(None), value.clone());
            slot.kept = Some(Kept {
                text,
                depends,
                epoch,
                command,
                begun,
                export_all,
                environment,
                proofs,
                proved,
                status,
                value,
            });
        }
        Ok(value)
    }

    fn shell_status(&self) -> Option<Arc<Text>> {
        self.vars.lookup(self.known.shellstatus).map(|var| var.data.borrow().value.clone())
    }

    /// Notes with what is being expanded that a command ran.
    pub(crate) fn note_command(&mut self, steady: Steady) {
        if !self.vars.met.on.get() {
            return;
        }
        self.vars.met.command.set(true);
        match steady {
            Steady::Unknown => return self.vars.met.spoil(),
            Steady::WithFiles => self.vars.met.files(),
            Steady::WithThese(proof) => self.vars.met.proofs.borrow_mut().push(proof),
            Steady::While(proof, variables) => {
                self.vars.met.proofs.borrow_mut().push(proof);
                self.note_passed(variables);
            }
        }
        for name in OF_COMMANDS {
            let name = self.name(name);
            self.note_value_passed(name);
        }
    }

    /// Notes the variables of its environment that a command may look at.
    fn note_passed(&mut self, variables: Vec<BString>) {
        let mut prefixes = Vec::new();
        for mut name in variables {
            if name.last() == Some(&b'*') {
                name.pop();
                prefixes.push(name);
            } else {
                let name = self.name(&name);
                self.note_value_passed(name);
            }
        }
        let own = self.values.environment.own.iter().map(|own| own.name);
        let begins = |name: &Name| prefixes.iter().any(|prefix| self.text(*name).starts_with(prefix));
        let begun: Vec<Name> = own.filter(begins).chain(self.names_begun(&prefixes)).collect();
        for name in begun {
            self.note_value_passed(name);
        }
        self.vars.met.prefixes.borrow_mut().append(&mut prefixes);
    }

    /// Notes a variable whose value a command sees, which must be its text.
    fn note_value_passed(&self, name: Name) {
        self.vars.met.note(name);
        if self.vars.lookup(name).is_some_and(|var| self.needs_expansion(var)) {
            self.vars.met.spoil();
        }
    }

    /// Whether what is expanded now may be kept.
    pub fn is_keeping(&self) -> bool {
        self.vars.met.on.get()
    }

    /// Does something whose looks at variables are not those of what is being expanded.
    pub(crate) fn apart<T>(&mut self, work: impl FnOnce(&mut Session) -> T) -> T {
        let was = self.vars.met.on.replace(false);
        let done = work(self);
        self.vars.met.on.set(was);
        done
    }
}
