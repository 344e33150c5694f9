//! Assignments: what each operator does to a variable, and the variables that act when they are set.

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
            // 4.3 does not know `:::=`: it reads a `::` rule with an assignment to no variable.
            Op::Immediate if !self.identity().is_4_4() => {
                return Err(self.fatal(self.reading, "empty variable name"));
            }
            Op::Immediate => (Arc::new(Text::new(self.expand_quoted(value)?)), Flavor::Recursive),
            Op::Shell => {
                let command = self.expand_text(value)?;
                let mut output = Vec::new();
                self.shell(&command, Newlines::DropLast, &mut output)?;
                (Arc::new(Text::new(output)), Flavor::Recursive)
            }
            Op::Conditional => {
                let saved = std::mem::replace(&mut self.vars.current, scope);
                let existing = self.vars.lookup(name).cloned();
                self.vars.current = saved;
                if let Some(var) = existing {
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
                    self.vars.lookup_from(scope, name).cloned()
                };
                match existing {
                    None => (value.clone(), Flavor::Recursive),
                    Some(var) => {
                        let (old, flavor) = {
                            let data = var.data.borrow();
                            if target_specific {
                                append = data.append;
                            }
                            (data.value.clone(), data.flavor)
                        };
                        // Appending nothing changes nothing, not even the spacing.
                        if value.bytes.is_empty() {
                            return Ok(var);
                        }
                        let mut joined = Vec::with_capacity(old.bytes.len() + value.bytes.len() + 1);
                        joined.extend_from_slice(&old.bytes);
                        if !joined.is_empty() {
                            joined.push(b' ');
                        }
                        let start = joined.len();
                        if flavor == Flavor::Simple {
                            self.expand(value, &mut joined)?;
                            if joined.len() == start {
                                return Ok(var);
                            }
                        } else {
                            joined.extend_from_slice(&value.bytes);
                        }
                        (Arc::new(Text::new(joined)), flavor)
                    }
                }
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

    /// With `-e`, a variable from the environment is not to be changed by makefiles: from the first time that one
    /// tries, its origin says so.
    pub(crate) fn keep_environment(&self, scope: ScopeId, name: Name) {
        if self.options.environment_overrides {
            if let Some(var) = self.vars.lookup_in(scope, name) {
                let mut data = var.data.borrow_mut();
                if data.origin == Origin::Environment {
                    data.origin = Origin::EnvironmentOverride;
                }
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
