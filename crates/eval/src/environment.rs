//! The environment that recipes and `$(shell)` get: exported variables, and what else make passes on.

use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;
use rkbuild_base::name::Name;
use rkbuild_base::{BStr, BString};
use rkbuild_host::Env;
use rkbuild_syntax::Text;

use crate::slots::{SLOTS, in_order, variable_hash};
use crate::variable::{Data, Export, Flavor, GLOBAL, Origin, ScopeId, Variable};
use crate::{Result, Session};

/// Variables that are exported, with the hashes of their names.
pub(crate) type Exports = Rc<[(Rc<Variable>, u32)]>;

/// The global variables that are exported, found once for many recipes: a kernel's configuration alone has
/// thousands that are not.
#[derive(Debug, Default)]
pub struct Exported {
    /// [`crate::Variables::changes`] and [`crate::Variables::export_all`] when the list was made.
    when: Option<(u64, bool)>,
    vars: Exports,
}

/// Which variables an environment is made of: all exported global ones, or what a target's has besides and instead.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Environment {
    /// Exported variables of the target.
    pub own: Vec<Own>,
    /// Exported global variables that are not passed on.
    pub hidden: Vec<Name>,
}

/// An exported variable of a target.
#[derive(Clone, Debug)]
pub(crate) struct Own {
    pub name: Name,
    pub value: Arc<Text>,
    pub export: Export,
}

impl PartialEq for Own {
    /// Texts are not compared: the same may be in two places.
    fn eq(&self, other: &Own) -> bool {
        (self.name, self.export) == (other.name, other.export) && Arc::ptr_eq(&self.value, &other.value)
    }
}

/// What the scopes in front of the global one say of the environment.
struct Scoped {
    /// Their exported variables, with what was said of their export.
    exported: Vec<(Rc<Variable>, Export)>,
    /// Names they hide: an own variable that is not exported keeps the global one from being passed on.
    hidden: Vec<Name>,
    /// Private global variables are hidden.
    no_private: bool,
}

/// What an environment has from one place: an exported variable, or what make counts by itself.
#[derive(Clone, Copy)]
enum Entry<'a> {
    Variable(&'a Rc<Variable>),
    /// `MAKELEVEL`
    Level,
    /// The user's own `SHELL`.
    Shell(&'a BStr),
}

/// True for names that any shell can import.
fn is_identifier(name: &[u8]) -> bool {
    name.iter().all(|c| c.is_ascii_alphanumeric() || *c == b'_')
        && name.first().is_some_and(|c| !c.is_ascii_digit())
}

impl Session {
    /// Whether a variable with these properties goes to children.
    fn is_exported(&self, name: Name, data: &Data, export: Export) -> bool {
        match export {
            Export::Yes => true,
            Export::No => false,
            Export::IfSet => data.origin != Origin::Default,
            Export::Default => match data.origin {
                Origin::Default | Origin::Automatic => false,
                // 4.3, when a target's `?=` found it.
                Origin::Environment | Origin::EnvironmentOverride
                    if data.per_target && !self.identity().is_4_4() =>
                {
                    false
                }
                Origin::CommandLine | Origin::Environment | Origin::EnvironmentOverride => {
                    is_identifier(self.text(name))
                }
                Origin::File | Origin::Override => self.vars.export_all && is_identifier(self.text(name)),
            },
        }
    }

    /// With the hashes of their names.
    fn global_exports(&mut self) -> Exports {
        let when = Some((self.vars.changes, self.vars.export_all));
        if self.exported.when != when {
            let mut vars: Vec<Rc<Variable>> = Vec::new();
            if self.vars.export_all {
                self.vars.asked.note_all();
                self.vars.settle(GLOBAL);
            }
            for var in self.vars.scope(GLOBAL).variables_met() {
                let data = var.data.borrow();
                if self.is_exported(var.name, &data, data.export) {
                    self.vars.asked.note(var.name);
                    vars.push(var.clone());
                }
            }
            vars.sort_unstable_by_key(|var| var.name);
            let hashed = vars.into_iter().map(|var| {
                let hash = variable_hash(self.text(var.name));
                (var, hash)
            });
            self.exported = Exported { when, vars: hashed.collect() };
        }
        self.exported.vars.clone()
    }

    fn scoped(&self, scope: ScopeId) -> Scoped {
        // 4.3 passes private variables on like any others.
        let newer = self.identity().is_4_4();
        // The innermost variable of a name, and what the first scope that says anything says of its export. 4.3 looks
        // at each scope alone, and passes on the first variable that is exported there.
        let mut found: IndexMap<Name, (Rc<Variable>, Export)> = IndexMap::new();
        let mut at = Some(scope);
        let mut parent = false;
        while let Some(id) = at.filter(|id| *id != GLOBAL) {
            let scope = self.vars.scope(id);
            for var in scope.variables_met() {
                let data = var.data.borrow();
                if newer && data.private && parent {
                    continue;
                }
                if !newer
                    && !self.is_exported(var.name, &data, self.target_export(&data, var.name, data.export))
                {
                    continue;
                }
                let (_, export) = found.entry(var.name).or_insert_with(|| (var.clone(), Export::Default));
                if *export == Export::Default {
                    *export = data.export;
                }
            }
            // Here neither pattern-specific variables nor, within a call, those of the target are its own.
            parent = true;
            at = scope.next;
        }
        let mut exported = Vec::new();
        for (name, (var, export)) in &found {
            let data = var.data.borrow();
            let export = self.target_export(&data, *name, *export);
            if self.is_exported(*name, &data, export) {
                exported.push((var.clone(), export));
            }
        }
        Scoped { exported, hidden: found.into_keys().collect(), no_private: parent && newer }
    }

    /// Whether a variable in front of the global one is passed on though nothing is said of its export.
    pub(crate) fn is_passed_on(&self, name: Name, data: &Data) -> bool {
        self.is_exported(name, data, self.target_export(data, name, Export::Default))
    }

    /// What holds for a variable in front of the global one: where nothing is said of its export, what is said of the global
    /// one. In 4.3 that is so of a target's variables, and not of those of a `$(foreach)`.
    fn target_export(&self, data: &Data, name: Name, export: Export) -> Export {
        let newer = self.identity().is_4_4();
        if export != Export::Default || !(data.per_target || newer) {
            return export;
        }
        let Some(global) = self.vars.lookup_in(GLOBAL, name) else { return export };
        let global = global.data.borrow();
        if global.private && newer { export } else { global.export }
    }

    /// Whether the value of `var` as children see it is not just its text.
    pub(crate) fn needs_expansion(&self, var: &Rc<Variable>) -> bool {
        let data = var.data.borrow();
        // What came from the environment and was not touched goes on as it came, dollars and all.
        let untouched = matches!(data.origin, Origin::Environment | Origin::EnvironmentOverride);
        // MAKEFLAGS is make's own even where -e gives it such an origin; 4.3 did not see that.
        let verbatim = untouched && !(var.name == self.known.makeflags && self.identity().is_4_4());
        data.append || !(data.flavor == Flavor::Simple || verbatim || data.value.is_literal())
    }

    /// The value of `var` as children see it, where it is not just its text.
    pub(crate) fn expand_exported(&mut self, var: &Rc<Variable>) -> Result<BString> {
        let data = var.data.borrow();
        // Messages name the place of the variable that is exported; for `$(shell)` where that stands.
        let own = Some(data.place).filter(|place| place.line > 0);
        drop(data);
        let place = if self.shell_environments > 0 { self.reading.or(own) } else { own };
        let saved = std::mem::replace(&mut self.reading, place);
        let mut value = Vec::new();
        let result = self.expand_variable(var, &mut value);
        self.reading = saved;
        result?;
        Ok(value.into())
    }

    /// The environment of a recipe whose target has the scope `scope`. `more_flags` is put at the end of MAKEFLAGS and
    /// MFLAGS.
    pub fn recipe_environment(&mut self, scope: ScopeId, more_flags: &[u8]) -> Result<Env> {
        let exports = self.global_exports();
        if let Some(env) = self.passed_again(scope, &exports, more_flags) {
            return Ok(env);
        }
        let env = self.new_environment(scope, &exports, more_flags)?;
        self.keep_passed(scope, exports, more_flags, &env);
        Ok(env)
    }

    fn new_environment(&mut self, scope: ScopeId, exports: &Exports, more_flags: &[u8]) -> Result<Env> {
        let Scoped { exported: own, hidden, no_private } = self.scoped(scope);
        let passes =
            |var: &Variable| !(hidden.contains(&var.name) || no_private && var.data.borrow().private);
        let global: Vec<(&Rc<Variable>, Export, u32)> = exports
            .iter()
            .filter(|(var, _)| passes(var))
            .map(|(var, hash)| (var, var.data.borrow().export, *hash))
            .collect();
        let as_own = |(var, export): &(Rc<Variable>, Export)| Own {
            name: var.name,
            value: var.data.borrow().value.clone(),
            export: *export,
        };
        let mut environment = Environment { own: own.iter().map(as_own).collect(), ..Environment::default() };
        if global.len() < exports.len() {
            let hidden = exports.iter().filter(|(var, _)| !passes(var));
            environment.hidden = hidden.map(|(var, _)| var.name).collect();
        }
        let own = own.iter().map(|(var, export)| (var, *export, variable_hash(self.text(var.name))));
        // Make's own SHELL is for recipes to run with; what they see is the user's, if there is one, unless the variable was
        // exported by name.
        let user_shell = self.env.get(b"SHELL").map(BStr::to_owned);
        let user_shell = user_shell.as_ref().map(|shell| Entry::Shell(shell.as_ref()));
        let mut shell_passed = false;
        let known = &self.known;
        let mut passed = Vec::new();
        for (var, export, hash) in own.chain(global).filter(|(var, ..)| var.name != known.makelevel) {
            if var.name == known.shell {
                if user_shell.is_some() && export != Export::Yes {
                    continue;
                }
                shell_passed = true;
            }
            passed.push((Entry::Variable(var), hash));
        }
        // What no variable stands for comes last; to 4.4 that is not so of the level, to 4.3 not of the shell.
        let newer = self.identity().is_4_4();
        let level = Some((Entry::Level, variable_hash(b"MAKELEVEL")));
        let shell = user_shell.filter(|_| !shell_passed).map(|shell| (shell, variable_hash(b"SHELL")));
        let (among, last) = if newer { (level, shell) } else { (shell, level) };
        // Their order is the one in which make has them in a table of their own; expansion may show it.
        let (mut entries, _) = in_order(passed.into_iter().chain(among), SLOTS);
        entries.extend(last.map(|(entry, _)| entry));
        let saved = std::mem::replace(&mut self.vars.current, scope);
        self.values.depth += 1;
        let outer = std::mem::replace(&mut self.values.environment, environment);
        let result = self.entered(&entries, more_flags);
        self.values.environment = outer;
        self.values.depth -= 1;
        self.vars.current = saved;
        Ok(result?.into_iter().collect())
    }

    fn entered(&mut self, entries: &[Entry<'_>], more_flags: &[u8]) -> Result<Vec<(BString, BString)>> {
        let variables = || {
            entries.iter().filter_map(|entry| match entry {
                Entry::Variable(var) => Some(*var),
                Entry::Level | Entry::Shell(_) => None,
            })
        };
        let may_keep = self.may_keep(variables());
        let all = may_keep && self.all_are_kept(variables());
        let mut env: Vec<(BString, BString)> = Vec::with_capacity(entries.len());
        for entry in entries {
            match entry {
                Entry::Variable(var) => {
                    let mut value = if !self.needs_expansion(var) {
                        var.data.borrow().value.bytes.clone()
                    } else if !may_keep {
                        self.expand_exported(var)?
                    } else {
                        match self.use_kept(var, all) {
                            Some(value) => value,
                            None => self.expand_and_keep(var)?,
                        }
                    };
                    if var.name == self.known.makeflags {
                        value.extend_from_slice(more_flags);
                    } else if var.name == self.known.mflags {
                        let more = if value.is_empty() { more_flags.trim_ascii_start() } else { more_flags };
                        value.extend_from_slice(more);
                    }
                    env.push((self.text(var.name).into(), value));
                }
                Entry::Shell(shell) => env.push(("SHELL".into(), (*shell).to_owned())),
                Entry::Level => env.push(("MAKELEVEL".into(), (self.level + 1).to_string().into())),
            }
        }
        Ok(env)
    }

    /// The environment of `$(shell)` and `!=`: that of recipes, or before 4.4 the one make itself was given.
    pub fn shell_environment(&mut self) -> Result<Env> {
        if !self.identity().is_4_4() {
            return Ok(self.env.clone());
        }
        self.shell_environments += 1;
        let result = self.apart(|session| session.recipe_environment(session.vars.current, b""));
        self.shell_environments -= 1;
        result
    }
}
