//! Expansion: expression trees and variables to bytes, appended to the caller's buffer.

use std::rc::Rc;
use std::sync::Arc;

use rkbuild_base::{Name, stack};
use rkbuild_syntax::expr::{self, Pieces, Unterminated};
use rkbuild_syntax::{Expr, Part, Text};

use crate::function::text::{patsubst, subst_suffix};
use crate::pattern::find_percent;
use crate::variable::{Flavor, ScopeId, Variable};
use crate::{Result, Session};

/// Nested expansions, includes and evals at which a session gives up. GNU make runs out of stack somewhere past
/// this; what is nested deeper takes more memory than anybody means it to.
pub const MAX_DEPTH: u32 = 60_000;

const TOO_DEEP: &str = "expansion is nested too deeply";

/// Variables of make's own that need not be set: 4.4 does not warn of them.
const MAY_BE_UNDEFINED: [&[u8]; 10] = [
    b"MAKECMDGOALS",
    b"MAKE_RESTARTS",
    b"MAKEOVERRIDES",
    b"-*-command-variables-*-",
    b"MAKE_TERMOUT",
    b"MAKE_TERMERR",
    b".DEFAULT",
    b"-*-eval-flags-*-",
    b"VPATH",
    b"GPATH",
];

impl Session {
    /// Expands `text` in the current scope.
    pub fn expand(&mut self, text: &Text, out: &mut Vec<u8>) -> Result<()> {
        if text.is_huge() {
            return self.expand_pieces(&text.bytes, out);
        }
        let expr = text.expr(&self.shared.lang);
        self.expand_expr(expr, out)
    }

    /// Compiles and expands bytes that nobody keeps, a piece at a time.
    fn expand_pieces(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let shared = self.shared.clone();
        for piece in Pieces::new(bytes, &shared.lang) {
            self.expand_expr(&piece, out)?;
        }
        Ok(())
    }

    /// Expands `text` and gives what it became.
    pub fn expand_text(&mut self, text: &Text) -> Result<Vec<u8>> {
        let mut out = Vec::with_capacity(text.bytes.len());
        self.expand(text, &mut out)?;
        Ok(out)
    }

    /// Compiles and expands bytes that nobody keeps.
    pub fn expand_bytes(&mut self, bytes: &[u8]) -> Result<Vec<u8>> {
        if memchr::memchr(b'$', bytes).is_none() {
            return Ok(bytes.to_vec());
        }
        let mut out = Vec::with_capacity(bytes.len() * 2);
        self.expand_pieces(bytes, &mut out)?;
        Ok(out)
    }

    /// An empty buffer, used before if possible: expansion needs one for nearly every argument of a function.
    pub(crate) fn buffer(&mut self) -> Vec<u8> {
        self.buffers.pop().unwrap_or_default()
    }

    /// Gives a buffer back for [`Session::buffer`]. Few are kept, and none that is large.
    pub(crate) fn give_back(&mut self, mut buffer: Vec<u8>) {
        const MOST: usize = 64;
        const LARGE: usize = 64 * 1024;
        if self.buffers.len() < MOST && buffer.capacity() <= LARGE {
            buffer.clear();
            self.buffers.push(buffer);
        }
    }

    /// Expands `text` as seen from `scope`: that of a target, say.
    pub fn expand_in(&mut self, scope: ScopeId, text: &Text, out: &mut Vec<u8>) -> Result<()> {
        let saved = std::mem::replace(&mut self.vars.current, scope);
        let result = self.expand(text, out);
        self.vars.current = saved;
        result
    }

    /// Expands a compiled text in the current scope.
    pub fn expand_expr(&mut self, expr: &Expr, out: &mut Vec<u8>) -> Result<()> {
        expr.parts.iter().try_for_each(|part| self.expand_part(part, out))
    }

    /// Expands one part of a text.
    #[inline]
    pub(crate) fn expand_part(&mut self, part: &Part, out: &mut Vec<u8>) -> Result<()> {
        match part {
            Part::Literal(bytes) => out.extend_from_slice(bytes),
            Part::Var(name) => self.expand_name(*name, out)?,
            Part::Subst(subst) => {
                let mut value = self.buffer();
                self.expand_name(subst.name, &mut value)?;
                substitute(&subst.from, &subst.to, &value, out);
                self.give_back(value);
            }
            Part::Computed(inner) => {
                let mut text = self.buffer();
                self.deeper(|s| s.expand_expr(inner, &mut text))?;
                self.expand_computed(&text, out)?;
                self.give_back(text);
            }
            Part::Call(call) => self.deeper(|s| s.call_function(call.func, &call.args, out))?,
            Part::Unterminated(what) => return Err(self.unterminated(*what)),
        }
        Ok(())
    }

    fn unterminated(&self, what: Unterminated) -> crate::Fatal {
        match what {
            Unterminated::Reference => self.fatal(self.place(), "unterminated variable reference"),
            Unterminated::TooDeep => self.fatal(self.place(), TOO_DEEP),
            Unterminated::Call(func, close) => self.fatal(
                self.place(),
                format!("unterminated call to function '{}': missing '{}'", func.name(), close as char),
            ),
        }
    }

    /// Runs `f` one level deeper; too deep ends the session with a message instead of the stack.
    pub fn deeper<T>(&mut self, f: impl FnOnce(&mut Session) -> Result<T>) -> Result<T> {
        if self.depth >= MAX_DEPTH {
            return Err(self.fatal(self.place(), TOO_DEEP));
        }
        self.check_signal()?;
        self.check_scarce()?;
        self.depth += 1;
        let result = stack::deeper(|| f(self));
        self.depth -= 1;
        result
    }

    /// A reference whose text was itself expanded: a name, or `name:from=to`.
    fn expand_computed(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<()> {
        match expr::split_subst(text) {
            Some((name, from, to)) => {
                let name = self.name(name);
                let mut value = self.buffer();
                self.expand_name(name, &mut value)?;
                substitute(from, to, &value, out);
                self.give_back(value);
                Ok(())
            }
            // A name nobody interned is no variable's; asking must not make the table grow.
            None => match self.shared.lang.names.get(text) {
                Some(name) => self.expand_name(name, out),
                None => {
                    self.vars.met.obscure();
                    self.vars.asked.note_unknown(text);
                    self.warn_undefined(text);
                    Ok(())
                }
            },
        }
    }

    pub(crate) fn warn_undefined(&self, name: &[u8]) {
        if self.options.warn_undefined_variables
            && !(self.identity().is_4_4() && MAY_BE_UNDEFINED.contains(&name))
        {
            let mut message = b"warning: undefined variable '".to_vec();
            message.extend_from_slice(name);
            message.push(b'\'');
            self.error(self.reading, message);
        }
    }

    /// Appends what `$(name)` gives in the current scope.
    pub fn expand_name(&mut self, name: Name, out: &mut Vec<u8>) -> Result<()> {
        let Some(var) = self.vars.lookup(name) else {
            if name == self.known.variables {
                self.list_variables(out);
            } else {
                self.warn_undefined(self.text(name));
            }
            return Ok(());
        };
        let data = var.data.borrow();
        if data.flavor == Flavor::Simple && !data.append {
            out.extend_from_slice(&data.value.bytes);
            return Ok(());
        }
        drop(data);
        let var = var.clone();
        self.expand_variable(&var, out)
    }

    /// What `$(name)` gives in the current scope, for make itself: nobody is warned when it is undefined.
    pub fn variable_value(&mut self, name: Name) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        if let Some(var) = self.vars.lookup(name).cloned() {
            self.expand_variable(&var, &mut out)?;
        }
        Ok(out)
    }

    /// Appends the value of `var`, expanded if it is recursive.
    pub fn expand_variable(&mut self, var: &Rc<Variable>, out: &mut Vec<u8>) -> Result<()> {
        self.expand_variable_by(var, out, Session::expand)
    }

    /// The same, where `expand` is done with the value of a variable that is more than its own bytes.
    pub(crate) fn expand_variable_by(
        &mut self,
        var: &Rc<Variable>,
        out: &mut Vec<u8>,
        expand: impl FnOnce(&mut Session, &Text, &mut Vec<u8>) -> Result<()>,
    ) -> Result<()> {
        let (value, place, append) = {
            let data = var.data.borrow();
            if data.flavor == Flavor::Simple && !data.append {
                out.extend_from_slice(&data.value.bytes);
                return Ok(());
            }
            (data.value.clone(), data.place, data.append)
        };
        if !append && value.is_literal() {
            out.extend_from_slice(&value.bytes);
            return Ok(());
        }
        let outer = self.expanding;
        if place.line > 0 {
            self.expanding = Some(place);
        }
        let calls = var.calls.get();
        let was = var.expanding.get();
        if was && self.shell_environments > 0 {
            // The `$(shell)` that this environment is for stands in the variable itself: its command sees the value
            // make was given.
            self.vars.met.obscure();
            out.extend_from_slice(self.env.get(self.text(var.name)).unwrap_or_default());
            self.expanding = outer;
            if self.trace_reading {
                let mut line = place.text(&self.shared.lang.names);
                line.extend_from_slice(b": not recursively expanding ");
                line.extend_from_slice(self.text(var.name));
                line.extend_from_slice(b" to export to shell function\n");
                self.tell(&line);
            }
            return Ok(());
        }
        if was {
            if calls == 0 {
                let mut message = b"Recursive variable '".to_vec();
                message.extend_from_slice(self.text(var.name));
                message.extend_from_slice(b"' references itself (eventually)");
                let fatal = self.fatal(self.place(), message);
                self.expanding = outer;
                return Err(fatal);
            }
            var.calls.set(calls - 1);
        }
        var.expanding.set(true);
        let name = var.name;
        // Where nothing is read and no recipe is expanded, messages come from the outermost variable.
        let reads = self.reading;
        self.reading = reads.or(Some(place));
        let result = self.deeper(|s| {
            if append { s.expand_appended(s.vars.current, name, out) } else { expand(s, &value, out) }
        });
        self.reading = reads;
        var.expanding.set(was);
        if was {
            var.calls.set(calls);
        }
        self.expanding = outer;
        result
    }

    /// The value of a target-specific `+=`: that of the outer scopes first, each part after a space.
    fn expand_appended(&mut self, from: ScopeId, name: Name, out: &mut Vec<u8>) -> Result<()> {
        self.vars.asked.note(name);
        let mut parts: Vec<(Arc<Text>, Flavor)> = Vec::new();
        let mut at = Some(from);
        let mut parent = false;
        while let Some(id) = at {
            let scope = self.vars.scope(id);
            if let Some(var) = scope.get(name) {
                let data = var.data.borrow();
                if !parent || !data.private {
                    parts.push((data.value.clone(), data.flavor));
                    if !data.append {
                        break;
                    }
                }
            }
            parent |= scope.next_is_parent;
            at = scope.next;
        }
        let start = out.len();
        for (value, flavor) in parts.iter().rev() {
            if out.len() > start {
                out.push(b' ');
            }
            match flavor {
                Flavor::Simple => out.extend_from_slice(&value.bytes),
                Flavor::Recursive => self.expand(value, out)?,
            }
        }
        Ok(())
    }

    /// `.VARIABLES`: the names of all global variables.
    pub(crate) fn list_variables(&self, out: &mut Vec<u8>) {
        self.vars.met.obscure();
        self.vars.asked.note_all();
        let mut names: Vec<&[u8]> =
            self.vars.scope(crate::variable::GLOBAL).names().map(|n| self.text(n)).collect();
        names.sort_unstable();
        for (i, name) in names.into_iter().enumerate() {
            if i > 0 {
                out.push(b' ');
            }
            out.extend_from_slice(name);
        }
    }
}

/// Applies `from=to` of a substitution reference to each word of `value`.
fn substitute(from: &[u8], to: &[u8], value: &[u8], out: &mut Vec<u8>) {
    // Without a pattern character, both sides stand for a suffix.
    match find_percent(from) {
        (_, Some(_)) => patsubst(from, to, value, out),
        (suffix, None) => subst_suffix(&suffix, to, value, out),
    }
}
