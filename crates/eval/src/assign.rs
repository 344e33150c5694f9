//! Assignments: what each operator does to a variable, and the variables that act when they are set.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use rkbuild_base::{Name, Place};
use rkbuild_syntax::{Op, Text};

use crate::function::shell::Newlines;
use crate::variable::{Flavor, GLOBAL, Origin, ScopeId, Variable};
use crate::{Result, Session};

impl Session {
    /// Does `name op value` in `scope`, which is the global one or, with `target_specific`, a target's.
    /// Gives the variable, whether or not the assignment prevailed over the one it had.
    #[allow(clippy::too_many_arguments)]
    pub fn assign(
        &mut self,
        scope: ScopeId,
        name: Name,
        op: Op,
        value: &Arc<Text>,
        origin: Origin,
        place: Place,
        target_specific: bool,
    ) -> Result<Rc<Variable>> {
        let mut append = false;
        let mut conditional = false;
        let (value, flavor) = match op {
            Op::Recursive => (value.clone(), Flavor::Recursive),
            Op::Simple => {
                let text = if value.is_literal() {
                    value.clone()
                } else {
                    Arc::new(Text::new(self.expand_text(value)?))
                };
                (text, Flavor::Simple)
            }
            Op::Immediate => (Arc::new(Text::new(self.expand_quoted(value)?)), Flavor::Recursive),
            Op::Shell => {
                let command = self.expand_text(value)?;
                let mut output = Vec::new();
                self.shell(&command, Newlines::DropLast, &mut output)?;
                (Arc::new(Text::new(output)), Flavor::Recursive)
            }
            Op::Conditional => {
                // Within `foreach`, a call or a recipe what is seen from there counts, though what is set is global.
                let from = if target_specific { scope } else { self.vars.current };
                if let Some(var) = self.vars.lookup_from(from, name).cloned() {
                    return Ok(var);
                }
                conditional = target_specific;
                (value.clone(), Flavor::Recursive)
            }
            Op::Append => {
                let existing = if target_specific {
                    append = true;
                    self.vars.lookup_in(scope, name).cloned()
                } else {
                    self.vars.lookup(name).cloned()
                };
                let own = self.vars.lookup_in(scope, name);
                if let Some(var) = existing.as_ref().filter(|var| own.is_none_or(|own| !Rc::ptr_eq(own, var)))
                {
                    return self.append_to_seen(scope, var, value, origin, place);
                }
                if let Some(var) = existing {
                    if name == self.known.makeflags {
                        // What a makefile adds goes in front of the command line's assignments.
                        let mut data = var.data.borrow_mut();
                        if origin >= data.origin
                            && let Some(kept) = data.value.bytes.strip_suffix(b" -- $(MAKEOVERRIDES)")
                        {
                            data.value = Arc::new(Text::new(kept));
                        }
                    }
                    self.append(scope, &var, value, origin, place)?;
                    return Ok(var);
                }
                (value.clone(), Flavor::Recursive)
            }
        };
        self.keep_environment(scope, name);
        let var = self.vars.define(scope, name, value, flavor, origin, place);
        {
            let mut data = var.data.borrow_mut();
            if data.origin == origin {
                data.append = append;
                data.conditional = conditional;
            }
        }
        if scope == GLOBAL {
            self.assigned(name, &var)?;
        }
        Ok(var)
    }

    /// Does `+=` where another variable of that name is seen, as within `foreach`: that one's value and flavor are what
    /// is added to, and the variable of `scope` gets the outcome.
    fn append_to_seen(
        &mut self,
        scope: ScopeId,
        seen: &Rc<Variable>,
        value: &Text,
        origin: Origin,
        place: Place,
    ) -> Result<Rc<Variable>> {
        let (flavor, old) = {
            let data = seen.data.borrow();
            (data.flavor, data.value.clone())
        };
        let added = match flavor {
            Flavor::Simple => self.expand_text(value)?,
            Flavor::Recursive => value.bytes.to_vec(),
        };
        // Appending nothing changes nothing.
        if added.is_empty() {
            return Ok(seen.clone());
        }
        let mut text = Text::new(old.bytes.clone());
        text.append_word(&added);
        self.keep_environment(scope, seen.name);
        let var = self.vars.define(scope, seen.name, Arc::new(text), flavor, origin, place);
        if scope == GLOBAL {
            self.assigned(seen.name, &var)?;
        }
        Ok(var)
    }

    /// Does `+=` on a variable of `scope`. The text is added to where it is, so that a list is not copied for each
    /// word it grows by.
    fn append(
        &mut self,
        scope: ScopeId,
        var: &Rc<Variable>,
        value: &Text,
        origin: Origin,
        place: Place,
    ) -> Result<()> {
        let simple = var.data.borrow().flavor == Flavor::Simple;
        let value =
            if simple { Cow::Owned(self.expand_text(value)?) } else { Cow::Borrowed(&value.bytes[..]) };
        // Appending nothing changes nothing, not even the spacing.
        if value.is_empty() {
            return Ok(());
        }
        self.keep_environment(scope, var.name);
        {
            let mut data = var.data.borrow_mut();
            if origin < data.origin {
                return Ok(());
            }
            match Arc::get_mut(&mut data.value) {
                Some(text) => text.append_word(&value),
                None => {
                    let mut text = Text::new(data.value.bytes.clone());
                    text.append_word(&value);
                    data.value = Arc::new(text);
                }
            }
            self.vars.changes += u64::from(scope == GLOBAL && origin != data.origin);
            data.origin = origin;
            data.place = place;
        }
        if scope == GLOBAL { self.assigned(var.name, var) } else { Ok(()) }
    }

    /// With `-e`, a variable from the environment is not to be changed by makefiles: from the first time that one
    /// tries, its origin says so.
    pub(crate) fn keep_environment(&self, scope: ScopeId, name: Name) {
        if self.options.environment_overrides
            && let Some(var) = self.vars.lookup_in(scope, name)
        {
            let mut data = var.data.borrow_mut();
            if data.origin == Origin::Environment {
                data.origin = Origin::EnvironmentOverride;
            }
        }
    }

    /// What a `:::=` keeps: the expansion, with every `$` doubled.
    fn expand_quoted(&mut self, value: &Text) -> Result<Vec<u8>> {
        let expanded = self.expand_text(value)?;
        let mut out = Vec::with_capacity(expanded.len());
        quote_dollars(&expanded, &mut out);
        Ok(out)
    }

    /// Acts on variables whose setting means something to make itself.
    fn assigned(&mut self, name: Name, var: &Rc<Variable>) -> Result<()> {
        if name == self.known.recipe_prefix {
            self.recipe_prefix = var.data.borrow().value.bytes.first().copied().unwrap_or(b'\t');
        } else if name == self.known.makeflags {
            self.makeflags_changed()?;
        }
        Ok(())
    }

    /// Sets a global, simply expanded variable on make's own account.
    pub fn set_simple(&mut self, name: Name, value: &[u8], origin: Origin) -> Rc<Variable> {
        let text = Arc::new(Text::new(value));
        self.vars.define(GLOBAL, name, text, Flavor::Simple, origin, Place::NONE)
    }

    /// Sets a global, recursively expanded variable on make's own account.
    pub fn set_recursive(&mut self, name: Name, value: &[u8], origin: Origin) -> Rc<Variable> {
        let text = Arc::new(Text::new(value));
        self.vars.define(GLOBAL, name, text, Flavor::Recursive, origin, Place::NONE)
    }
}

fn quote_dollars(text: &[u8], out: &mut Vec<u8>) {
    for c in text {
        if *c == b'$' {
            out.push(b'$');
        }
        out.push(*c);
    }
}
