//! The environment that was passed on last, for the next command that gets the same.
//!
//! The `$(shell)`s of one makefile and the recipes of one directory mostly get one environment. Whether they do is told by
//! comparing where the texts of its variables are; their names need not be put in order again, nor their texts copied.

use std::rc::Rc;
use std::sync::Arc;

use rkbuild_host::Env;
use rkbuild_syntax::Text;

use crate::Session;
use crate::environment::Exports;
use crate::variable::{Export, GLOBAL, ScopeId, Variable};

/// What the value of a variable is.
#[derive(Debug)]
enum Value {
    /// This text itself.
    Text(Arc<Text>),
    /// The kept expansion. Another one is kept only while an environment is made, after which none of before is passed on.
    Kept,
}

impl PartialEq for Value {
    /// Texts are not compared: the same may be in two places.
    fn eq(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Text(a), Value::Text(b)) => Arc::ptr_eq(a, b),
            (Value::Kept, Value::Kept) => true,
            (Value::Text(_), Value::Kept) | (Value::Kept, Value::Text(_)) => false,
        }
    }
}

/// So often in a row may an environment be kept for nobody before no more is kept: each target has its own, say.
const MOST_MISSES: u32 = 8;

/// The environment that was passed on last.
#[derive(Debug, Default)]
pub(crate) struct LastPassed {
    passed: Option<Passed>,
    misses: u32,
}

/// An environment that has the global exported variables and no others.
#[derive(Debug)]
struct Passed {
    exports: Exports,
    /// Of each of `exports`.
    values: Vec<Value>,
    more_flags: Vec<u8>,
    env: Env,
}

impl Session {
    /// The environment of a command whose target has the scope `scope`, where it is the one that was passed on last.
    pub(crate) fn passed_again(
        &mut self,
        scope: ScopeId,
        exports: &Exports,
        more_flags: &[u8],
    ) -> Option<Env> {
        let passed = self.last_passed.passed.take()?;
        let same = Rc::ptr_eq(&passed.exports, exports)
            && passed.more_flags == more_flags
            && self.has_plain_environment(scope, exports)
            && self.as_seen_from(scope, |session| {
                exports
                    .iter()
                    .zip(&passed.values)
                    .all(|((var, _), value)| session.value_of(var).as_ref() == Some(value))
            });
        if !same {
            return None;
        }
        let env = passed.env.clone();
        self.last_passed = LastPassed { passed: Some(passed), misses: 0 };
        Some(env)
    }

    /// Keeps an environment that was made for a command whose target has the scope `scope`, if another one may get it.
    pub(crate) fn keep_passed(&mut self, scope: ScopeId, exports: Exports, more_flags: &[u8], env: &Env) {
        self.last_passed.passed = None;
        if self.last_passed.misses >= MOST_MISSES {
            return;
        }
        self.last_passed.misses += 1;
        let values = self
            .has_plain_environment(scope, &exports)
            .then(|| {
                self.as_seen_from(scope, |session| {
                    exports.iter().map(|(var, _)| session.value_of(var)).collect::<Option<Vec<_>>>()
                })
            })
            .flatten();
        self.last_passed.passed = values.map(|values| Passed {
            exports,
            values,
            more_flags: more_flags.to_vec(),
            env: env.clone(),
        });
    }

    /// Whether the variables of the scopes in front of the global one stay where they are: none is passed on, nor stands in front
    /// of one that is.
    fn has_plain_environment(&self, scope: ScopeId, exports: &Exports) -> bool {
        let mut at = Some(scope);
        while let Some(id) = at.filter(|id| *id != GLOBAL) {
            let scope = self.vars.scope(id);
            for var in scope.variables_met() {
                let data = var.data.borrow();
                let stays = matches!(data.export, Export::Default | Export::No)
                    && !self.is_passed_on(var.name, &data)
                    && exports.binary_search_by_key(&var.name, |(var, _)| var.name).is_err();
                if !stays {
                    return false;
                }
            }
            at = scope.next;
        }
        true
    }

    fn as_seen_from<T>(&mut self, scope: ScopeId, look: impl FnOnce(&Session) -> T) -> T {
        let saved = std::mem::replace(&mut self.vars.current, scope);
        let seen = look(self);
        self.vars.current = saved;
        seen
    }

    /// What the value of an exported variable is, if it goes to every command and using it does nothing. Within the
    /// environment of another command, one of them is being expanded.
    fn value_of(&self, var: &Rc<Variable>) -> Option<Value> {
        if var.expanding.get() || var.data.borrow().private {
            return None;
        }
        if self.needs_expansion(var) {
            return self.is_kept(var).then_some(Value::Kept);
        }
        Some(Value::Text(var.data.borrow().value.clone()))
    }
}
