//! Whether something expands to anything, without writing it down.
//!
//! A condition of `$(if)` is expanded only to see whether that is empty. The one that decides over a recipe of kbuild's is made of
//! lists that are hundreds of words long and of two command lines of thousands of bytes, and nearly always empty. What is said
//! here is for every text what [`Session::expand`] would say of it; all is expanded that it would expand, in that order.

use std::borrow::Cow;
use std::rc::Rc;

use rkbuild_base::text::{is_space, trim, words};
use rkbuild_syntax::expr::Call;
use rkbuild_syntax::{Expr, Func, Part, Text};

use crate::function::text::{Filter, filter, strip, subst};
use crate::variable::{Flavor, Variable};
use crate::{Result, Session};

/// What counts as something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Something {
    /// Anything.
    Bytes,
    /// White space does not.
    Words,
}

impl Something {
    fn is_in(self, text: &[u8]) -> bool {
        match self {
            Something::Bytes => !text.is_empty(),
            Something::Words => text.iter().any(|c| !is_space(*c)),
        }
    }
}

/// A text that is one call, with nothing but white space around it.
fn only_call(expr: &Expr, func: Func) -> Option<&Call> {
    let is_blank = |part: &&Part| matches!(part, Part::Literal(text) if trim(text).is_empty());
    let mut parts = expr.parts.iter().filter(|part| !is_blank(part));
    match (parts.next(), parts.next()) {
        (Some(Part::Call(call)), None) if call.func == func => Some(call),
        _ => None,
    }
}

/// A text that is one call, and nothing else.
fn is_call(expr: &Expr, func: Func) -> Option<&Call> {
    match &*expr.parts {
        [Part::Call(call)] if call.func == func => Some(call),
        _ => None,
    }
}

impl Session {
    /// Expands a definition that is known: where it is a condition with two texts, only one of the latter is written down.
    pub(crate) fn expand_known(&mut self, var: &Rc<Variable>, out: &mut Vec<u8>) -> Result<()> {
        self.expand_variable_by(var, out, |session, value, out| {
            let expr = value.expr(&session.shared.lang);
            let call = is_call(expr, Func::If).map(|call| &*call.args);
            let Some([condition, then, rest @ ..]) = call else { return session.expand(value, out) };
            session.deeper(|session| {
                if session.is_true(condition)? {
                    return session.expand(then, out);
                }
                rest.first().map_or(Ok(()), |otherwise| session.expand(otherwise, out))
            })
        })
    }

    /// Whether a condition holds, which is as written but for white space around it.
    fn is_true(&mut self, condition: &Text) -> Result<bool> {
        if trim(&condition.bytes).len() != condition.bytes.len() {
            let mut text = self.buffer();
            self.expand_trimmed(condition, &mut text)?;
            let holds = !text.is_empty();
            self.give_back(text);
            return Ok(holds);
        }
        self.gives(condition, Something::Bytes)
    }

    fn gives(&mut self, text: &Text, something: Something) -> Result<bool> {
        if text.is_huge() {
            let value = self.expand_text(text)?;
            return Ok(something.is_in(&value));
        }
        let mut gives = false;
        // What follows is expanded all the same: it may have more to say than it gives.
        for part in &text.expr(&self.shared.lang).parts {
            gives |= self.part_gives(part, something)?;
        }
        Ok(gives)
    }

    fn part_gives(&mut self, part: &Part, something: Something) -> Result<bool> {
        match part {
            Part::Literal(text) => return Ok(something.is_in(text)),
            Part::Var(name) => {
                if let Some(var) = self.vars.lookup(*name).cloned() {
                    return self.variable_gives(&var, something);
                }
            }
            Part::Call(call) => {
                let gives = self.deeper(|session| session.call_gives(call, something))?;
                if let Some(gives) = gives {
                    return Ok(gives);
                }
            }
            _ => {}
        }
        let mut value = self.buffer();
        self.expand_part(part, &mut value)?;
        let gives = something.is_in(&value);
        self.give_back(value);
        Ok(gives)
    }

    fn variable_gives(&mut self, var: &Rc<Variable>, something: Something) -> Result<bool> {
        let data = var.data.borrow();
        if data.flavor == Flavor::Simple && !data.append {
            return Ok(something.is_in(&data.value.bytes));
        }
        drop(data);
        let mut text = self.buffer();
        let mut gives = false;
        self.expand_variable_by(var, &mut text, |session, value, _| {
            gives = session.gives(value, something)?;
            Ok(())
        })?;
        gives |= something.is_in(&text);
        self.give_back(text);
        Ok(gives)
    }

    /// `None` for a call that nothing is known of; nothing was expanded then.
    fn call_gives(&mut self, call: &Call, something: Something) -> Result<Option<bool>> {
        match (call.func, &*call.args) {
            (Func::If, [condition, then, rest @ ..]) => {
                if self.is_true(condition)? {
                    return self.gives(then, something).map(Some);
                }
                let Some(otherwise) = rest.first() else { return Ok(Some(false)) };
                self.gives(otherwise, something).map(Some)
            }
            (Func::Strip, [text]) => self.gives(text, Something::Words).map(Some),
            (Func::Filter, [patterns, words]) => {
                let Some(unwritten) = self.unwritten(words) else { return Ok(None) };
                let patterns = self.argument(patterns)?;
                let filter = Filter::new(&patterns);
                let found = unwritten.has(&|word| filter.matches(word));
                drop(filter);
                self.give_back_all([patterns]);
                Ok(Some(found))
            }
            (Func::FilterOut, [patterns, words]) => {
                if self.is_plain(patterns) && self.is_plain(words) && self.is_nothing(words) {
                    return Ok(Some(false));
                }
                self.left_over(patterns, words)
            }
            _ => Ok(None),
        }
    }

    /// A reference, or nothing but text, that can be expanded or left alone without anybody knowing.
    fn is_plain(&self, text: &Text) -> bool {
        if text.is_huge() {
            return false;
        }
        text.expr(&self.shared.lang).parts.iter().all(|part| match part {
            Part::Literal(_) => true,
            Part::Var(name) => self.vars.lookup(*name).is_some_and(|var| {
                let data = var.data.borrow();
                !data.append && (data.flavor == Flavor::Simple || data.value.is_literal())
            }),
            _ => false,
        })
    }

    /// Whether a plain text has no words.
    fn is_nothing(&self, text: &Text) -> bool {
        text.expr(&self.shared.lang).parts.iter().all(|part| match part {
            Part::Literal(text) => trim(text).is_empty(),
            Part::Var(name) => self.vars.lookup(*name).is_none_or(|var| {
                let data = var.data.borrow();
                data.value.bytes.unwritten().is_none() && trim(&data.value.bytes).is_empty()
            }),
            _ => false,
        })
    }

    /// Whether two command lines differ: `$(filter-out $(subst a,b,$(strip one)),$(subst a,b,$(strip other)))`. `None` for anything
    /// of another form.
    fn left_over(&mut self, patterns: &Text, words_: &Text) -> Result<Option<bool>> {
        if patterns.is_huge() || words_.is_huge() {
            return Ok(None);
        }
        let lang = self.shared.clone();
        let sides = [patterns, words_].map(|side| {
            let call = only_call(side.expr(&lang.lang), Func::Subst)?;
            let [from, to, text] = &*call.args else { return None };
            let [stripped] = &*is_call(text.expr(&lang.lang), Func::Strip)?.args else { return None };
            Some((from, to, stripped))
        });
        let [Some(one), Some(other)] = sides else { return Ok(None) };
        let [one, other] = [self.side(one)?, self.side(other)?];
        let same_text = trim(&one[2]) == trim(&other[2]) || words(&one[2]).eq(words(&other[2]));
        let same = one[0] == other[0] && one[1] == other[1] && same_text;
        // A word is left out by a pattern that is the same, unless that means something else than it says.
        let is_special = |text: &[u8]| memchr::memchr2(b'%', b'\\', text).is_some();
        let gives = if same && !is_special(&one[2]) && !is_special(&one[1]) {
            false
        } else {
            let [patterns, texts] = [&one, &other].map(|[from, to, text]| {
                let (mut stripped, mut out) = (Vec::new(), Vec::new());
                strip(text, &mut stripped);
                subst(from, to, &stripped, &mut out);
                out
            });
            let mut left = Vec::new();
            filter(&patterns, &texts, false, &mut left);
            !left.is_empty()
        };
        self.give_back_all(one.into_iter().chain(other));
        Ok(Some(gives))
    }

    fn side<'a>(&mut self, (from, to, text): (&'a Text, &'a Text, &'a Text)) -> Result<[Cow<'a, [u8]>; 3]> {
        Ok([self.argument(from)?, self.argument(to)?, self.argument(text)?])
    }
}
