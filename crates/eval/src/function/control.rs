//! Functions that choose and repeat (manual 8.4 to 8.8): conditions, comparison, `foreach`, `let`, `call`.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::rc::Rc;
use std::sync::Arc;

use rkbuild_base::text::{trim, trim_start, words};
use rkbuild_base::{Name, Place};
use rkbuild_syntax::{Text, function};

use super::text::{drop_last_space, split_word};
use crate::variable::{Flavor, Origin, ScopeId, Variable};
use crate::{Result, Session};

/// The first word of a text, or nothing.
fn first_word(text: &[u8]) -> &[u8] {
    split_word(trim_start(text)).0
}

impl Session {
    /// Expands an argument as written but for white space around it.
    pub(crate) fn expand_trimmed(&mut self, text: &Text, out: &mut Vec<u8>) -> Result<()> {
        let trimmed = trim(&text.bytes);
        if trimmed.len() == text.bytes.len() {
            return self.expand(text, out);
        }
        out.append(&mut self.expand_bytes(trimmed)?);
        Ok(())
    }

    /// `$(if condition,then[,else])`
    pub(super) fn if_function(
        &mut self,
        condition: &Text,
        then: &Text,
        otherwise: Option<&Text>,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        // Expanded where the result goes, and taken away again.
        let start = out.len();
        self.expand_trimmed(condition, out)?;
        let holds = out.len() > start;
        out.truncate(start);
        match otherwise {
            _ if holds => self.expand(then, out),
            Some(otherwise) => self.expand(otherwise, out),
            None => Ok(()),
        }
    }

    /// `$(or a,b,…)`: the first that is not empty.
    pub(super) fn or(&mut self, args: &[Text], out: &mut Vec<u8>) -> Result<()> {
        let start = out.len();
        for arg in args {
            self.expand_trimmed(arg, out)?;
            if out.len() > start {
                break;
            }
        }
        Ok(())
    }

    /// `$(and a,b,…)`: the last, if none is empty.
    pub(super) fn and(&mut self, args: &[Text], out: &mut Vec<u8>) -> Result<()> {
        let start = out.len();
        for arg in args {
            out.truncate(start);
            self.expand_trimmed(arg, out)?;
            if out.len() == start {
                break;
            }
        }
        Ok(())
    }

    /// `$(intcmp left,right[,less[,equal[,greater]]])`
    pub(super) fn intcmp(
        &mut self,
        left: &Text,
        right: &Text,
        results: &[Text],
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let (mut l, mut r) = (Vec::new(), Vec::new());
        self.expand(left, &mut l)?;
        self.expand(right, &mut r)?;
        let left = self.integer_argument(&l, "first")?;
        let right = self.integer_argument(&r, "second")?;
        let order = left.cmp(&right);
        let result = match (order, results) {
            (Ordering::Equal, []) => {
                left.write(out);
                return Ok(());
            }
            (Ordering::Less, [less, ..]) => less,
            (Ordering::Equal, [_, equal, ..]) | (Ordering::Greater, [_, equal]) => equal,
            (Ordering::Greater, [_, _, greater, ..]) => greater,
            _ => return Ok(()),
        };
        self.expand(result, out)
    }

    /// Makes a variable of a `$(call)`, `$(foreach)` or `$(let)`.
    fn define_local(&mut self, scope: ScopeId, name: Name, value: &[u8]) -> Rc<Variable> {
        let value = Arc::new(Text::new(value));
        self.vars.define(scope, name, value, Flavor::Simple, Origin::Automatic, Place::NONE)
    }

    /// `$(foreach name,list,body)`
    pub(super) fn foreach(&mut self, name: &Text, list: &Text, body: &Text, out: &mut Vec<u8>) -> Result<()> {
        let (mut name_text, mut words_text) = (self.buffer(), self.buffer());
        self.expand(name, &mut name_text)?;
        self.expand(list, &mut words_text)?;
        let name = self.name(first_word(&name_text));
        self.give_back(name_text);
        let start = out.len();
        let scope = self.vars.push();
        let var = self.define_local(scope, name, b"");
        let mut result = Ok(());
        for word in words(&words_text) {
            var.data.borrow_mut().value = Arc::new(Text::new(word));
            result = self.expand(body, out);
            if result.is_err() {
                break;
            }
            out.push(b' ');
        }
        self.vars.pop(scope);
        self.give_back(words_text);
        drop_last_space(start, out);
        result
    }

    /// `$(let names,list,body)`
    pub(super) fn let_function(
        &mut self,
        names: &Text,
        list: &Text,
        body: &Text,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let names = self.expand_text(names)?;
        let list = self.expand_text(list)?;
        let scope = self.vars.push();
        let mut names = words(&names).peekable();
        let mut rest = trim_start(&list);
        while let Some(name) = names.next() {
            let name = self.name(name);
            // The last name gets all that is left, space at its end included.
            let (value, tail) = if names.peek().is_some() { split_word(rest) } else { (rest, &b""[..]) };
            self.define_local(scope, name, value);
            rest = tail;
        }
        let result = self.expand(body, out);
        self.vars.pop(scope);
        result
    }

    /// `$(call name,arguments…)`, the arguments expanded.
    pub(super) fn call(&mut self, args: &[Cow<'_, [u8]>], out: &mut Vec<u8>) -> Result<()> {
        let Some((name, values)) = args.split_first() else { return Ok(()) };
        let name = first_word(name);
        if name.is_empty() {
            return Ok(());
        }
        if let Some(func) = function::lookup(name, self.identity()) {
            return self.call_expanded(func, values, out);
        }
        let Some(var) = self.variable_called(name).cloned() else {
            self.vars.met.obscure();
            self.warn_undefined(name);
            return Ok(());
        };
        if var.data.borrow().value.bytes.is_empty() && !var.data.borrow().append {
            return Ok(());
        }
        let scope = self.vars.push();
        self.define_argument(scope, 0, name);
        for (i, value) in values.iter().enumerate() {
            self.define_argument(scope, i + 1, value);
        }
        // Arguments of the calls this one is in are not seen through it.
        let outer = self.call_args;
        for i in args.len()..outer {
            self.define_argument(scope, i, b"");
        }
        self.call_args = outer.max(args.len());
        // Unlike a reference, a call of a function may come back to it.
        let calls = var.calls.replace(u32::MAX);
        let known = self.is_known_definition(var.name);
        let result = if known { self.expand_known(&var, out) } else { self.expand_variable(&var, out) };
        var.calls.set(calls);
        self.call_args = outer;
        self.vars.pop(scope);
        result
    }

    fn define_argument(&mut self, scope: ScopeId, index: usize, value: &[u8]) {
        let known = &self.known;
        let name = match index {
            0 => known.argument_0,
            1 => known.argument_1,
            2 => known.argument_2,
            3 => known.argument_3,
            4 => known.argument_4,
            5 => known.argument_5,
            _ => self.name(index.to_string().as_bytes()),
        };
        self.define_local(scope, name, value);
    }
}
