//! Target- and pattern-specific variables: the scopes of targets.

use std::rc::Rc;

use rkbuild_base::Name;
use rkbuild_syntax::Assign;

use crate::pattern::Pattern;
use crate::target::{FileId, PatternVariable};
use crate::variable::{Data, Export, Flavor, GLOBAL, Origin, ScopeId};
use crate::{Result, Session};

impl Session {
    /// The scope of a target's own variables, made now if it has none. Look-up goes on in the global scope until
    /// [`Session::link_scope`] puts the target below the one it is made for.
    pub fn own_scope(&mut self, file: FileId) -> ScopeId {
        if let Some(scope) = self.targets[file].scope {
            return scope;
        }
        let scope = self.vars.add_scope(Some(GLOBAL));
        // The global scope's private variables are not seen from recipes.
        self.vars.scope_mut(scope).next_is_parent = true;
        self.targets[file].scope = Some(scope);
        scope
    }

    /// Puts a target's scope below `parent`'s (the target it is being made for first), with the pattern-specific
    /// variables that match its name between the two, shortest pattern first. To be done once for a target,
    /// before its recipe or its prerequisites' are expanded.
    pub fn link_scope(&mut self, file: FileId, parent: Option<ScopeId>) -> Result<ScopeId> {
        let own = self.own_scope(file);
        let above = parent.unwrap_or(GLOBAL);
        let name = self.text(self.targets[file].name);
        let matching: Vec<Rc<PatternVariable>> = self
            .targets
            .pattern_vars
            .iter()
            .filter(|v| v.pattern.stem(name).is_some_and(|stem| !stem.is_empty()))
            .cloned()
            .collect();
        if matching.is_empty() {
            self.vars.scope_mut(own).next = Some(above);
            return Ok(own);
        }
        // While they are set, `?=` sees neither the target's own variables nor those of what it is made for.
        let scope = self.vars.add_scope(Some(GLOBAL));
        // What is expanded then sees private global ones.
        let saved = std::mem::replace(&mut self.vars.current, scope);
        let result = self.apply_pattern_variables(scope, &matching);
        self.vars.current = saved;
        self.vars.scope_mut(scope).next_is_parent = true;
        self.vars.scope_mut(scope).next = Some(above);
        self.vars.scope_mut(own).next = Some(scope);
        // Both sets are the target's own: private variables are seen from one to the other.
        self.vars.scope_mut(own).next_is_parent = false;
        result?;
        Ok(own)
    }

    fn apply_pattern_variables(&mut self, scope: ScopeId, matching: &[Rc<PatternVariable>]) -> Result<()> {
        for var in matching {
            let data = &var.data;
            let defined = if data.flavor == Flavor::Simple && var.op == rkbuild_syntax::Op::Simple {
                self.vars.define(scope, var.name, data.value.clone(), Flavor::Simple, data.origin, data.place)
            } else {
                self.assign(scope, var.name, var.op, &data.value, data.origin, data.place, true)?
            };
            if !self.vars.lookup_in(scope, var.name).is_some_and(|own| Rc::ptr_eq(own, &defined)) {
                // `?=` found a global one, which is changed now.
                self.vars.changes += 1;
            }
            let mut defined = defined.data.borrow_mut();
            defined.per_target = true;
            defined.export = data.export;
            defined.private = data.private;
        }
        Ok(())
    }

    /// Records `targets: name op value`.
    pub(crate) fn assign_for_targets(
        &mut self,
        targets: &[rkbuild_base::BString],
        assign: &Assign,
    ) -> Result<()> {
        let place = self.reading.unwrap_or_default();
        let origin = if assign.modifiers.overrides { Origin::Override } else { Origin::File };
        let export = match assign.modifiers {
            m if m.unexport => Some(Export::No),
            m if m.export => Some(Export::Yes),
            _ => None,
        };
        for target in targets {
            let pattern = Pattern::parse(target);
            if pattern.percent.is_some() {
                let name = self.assigned_name(&assign.name)?;
                self.add_pattern_variable(pattern, name, assign, origin, export)?;
                continue;
            }
            let name = self.name(crate::target::strip_dot_slash(&pattern.text));
            let file = self.targets.enter(name);
            // A name with variables of its own is mentioned: implicit rules count on it.
            self.targets[file].mentioned = true;
            let scope = self.own_scope(file);
            let saved = std::mem::replace(&mut self.vars.current, scope);
            let result = self.assign_for_target(scope, assign, origin, place, export);
            self.vars.current = saved;
            let name = result?;
            // Every `::` rule of the name has the variable, whose value is expanded once.
            let Some(data) = self.vars.lookup_in(scope, name).map(|own| own.data.borrow().clone()) else {
                continue;
            };
            for file in self.targets[file].double_colon().to_vec() {
                let scope = self.own_scope(file);
                let Data { value, flavor, origin, place, .. } = data.clone();
                let other = self.vars.define(scope, name, value, flavor, origin, place);
                *other.data.borrow_mut() = data.clone();
            }
        }
        Ok(())
    }

    fn assign_for_target(
        &mut self,
        scope: ScopeId,
        assign: &Assign,
        origin: Origin,
        place: rkbuild_base::Place,
        export: Option<Export>,
    ) -> Result<Name> {
        let name = self.assigned_name(&assign.name)?;
        let var = self.assign(scope, name, assign.op, &assign.value, origin, place, true)?;
        // `?=` may have found the variable in an outer scope: then that one is what the modifiers change.
        if !self.vars.lookup_in(scope, name).is_some_and(|own| Rc::ptr_eq(own, &var)) {
            self.vars.changes += 1;
        }
        let mut data = var.data.borrow_mut();
        data.per_target = true;
        data.private = assign.modifiers.private;
        // 4.3 forgets what was said before, also of a global variable that `?=` found.
        if export.is_some() || !self.identity().is_4_4() {
            data.export = export.unwrap_or(Export::Default);
        }
        if !self.vars.lookup_in(GLOBAL, name).is_some_and(|global| Rc::ptr_eq(global, &var)) {
            self.keep_command_line(name, &mut data);
        }
        Ok(name)
    }

    /// What the command line or -e set stands for targets too, unless `override` says otherwise.
    fn keep_command_line(&self, name: Name, data: &mut Data) {
        if data.origin == Origin::Override {
            return;
        }
        let Some(global) = self.vars.lookup_in(GLOBAL, name) else { return };
        let global = global.data.borrow();
        if matches!(global.origin, Origin::EnvironmentOverride | Origin::CommandLine) {
            data.value = global.value.clone();
            data.origin = global.origin;
            data.flavor = global.flavor;
            data.append = false;
        }
    }

    fn add_pattern_variable(
        &mut self,
        pattern: Pattern,
        name: Name,
        assign: &Assign,
        origin: Origin,
        export: Option<Export>,
    ) -> Result<()> {
        let simple = assign.op == rkbuild_syntax::Op::Simple;
        let value = if simple {
            std::sync::Arc::new(rkbuild_syntax::Text::new(self.expand_text(&assign.value)?))
        } else {
            assign.value.clone()
        };
        let mut data = Data {
            value,
            flavor: if simple { Flavor::Simple } else { Flavor::Recursive },
            origin,
            export: export.unwrap_or(Export::Default),
            private: assign.modifiers.private,
            append: false,
            per_target: true,
            conditional: false,
            place: self.reading.unwrap_or_default(),
        };
        // The flavor stays that of the pattern's operator, as it does in make.
        let flavor = data.flavor;
        self.keep_command_line(name, &mut data);
        data.flavor = flavor;
        let var = Rc::new(PatternVariable { pattern, name, op: assign.op, data });
        let vars = &mut self.targets.pattern_vars;
        let at = vars.partition_point(|v| v.pattern.text.len() <= var.pattern.text.len());
        vars.insert(at, var);
        Ok(())
    }
}
