//! What a line of a makefile is: an assignment, a directive, a conditional, or (part of) a rule.
//!
//! GNU make decides this on the text as written, before anything is expanded: assignment first, then
//! conditional, then directive, then rule. So it is decided once for a text and shared.

use std::sync::Arc;

use rkbuild_base::text::{is_blank, trim, trim_end, trim_start};

use crate::line::{first_word, skip_reference};
use crate::{NameText, Text};

/// How an assignment sets its variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `=`
    Recursive,
    /// `:=` and `::=`
    Simple,
    /// `:::=`
    Immediate,
    /// `+=`
    Append,
    /// `?=`
    Conditional,
    /// `!=`
    Shell,
}

/// The words that may stand before an assignment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Modifiers {
    /// `export`
    pub export: bool,
    /// `unexport`, on target-specific variables only
    pub unexport: bool,
    /// `override`
    pub overrides: bool,
    /// `private`
    pub private: bool,
}

/// An assignment of one variable.
#[derive(Debug)]
pub struct Assign {
    /// The words before it.
    pub modifiers: Modifiers,
    /// The name as written; it is expanded when the line is read.
    pub name: NameText,
    /// The operator.
    pub op: Op,
    /// The value as written, leading white space dropped.
    pub value: Arc<Text>,
}

/// A conditional directive.
#[derive(Debug)]
pub enum Cond {
    /// `ifdef` or, negated, `ifndef`, with the variable's name.
    Defined { negated: bool, name: Text },
    /// `ifeq` or, negated, `ifneq`. `extra`: there was text after it.
    Equal { negated: bool, left: Text, right: Text, extra: bool },
    /// One of the four with an argument that can't be parsed; the one before it, if there is one, is expanded first.
    Invalid { left: Option<Text> },
    /// `else`, with the conditional that follows it on its line, if any.
    Else { next: Option<Box<Cond>>, extra: bool },
    /// `endif`
    Endif { extra: bool },
}

/// The keyword a conditional began with, for messages.
impl Cond {
    /// The directive's name for "extraneous text after" messages.
    pub fn keyword(&self) -> &'static str {
        match self {
            Cond::Defined { negated: false, .. } => "ifdef",
            Cond::Defined { negated: true, .. } => "ifndef",
            Cond::Equal { negated: false, .. } | Cond::Invalid { .. } => "ifeq",
            Cond::Equal { negated: true, .. } => "ifneq",
            Cond::Else { .. } => "else",
            Cond::Endif { .. } => "endif",
        }
    }
}

/// One logical line, understood as far as it can be without expanding anything.
#[derive(Debug)]
pub enum Stmt {
    /// Nothing but white space or a comment.
    Blank,
    /// An assignment.
    Assign(Assign),
    /// `define`; the body is in the lines that follow. `extra`: text after the operator.
    Define { modifiers: Modifiers, name: NameText, op: Op, extra: bool },
    /// `undefine`
    Undefine { modifiers: Modifiers, name: NameText },
    /// A conditional directive.
    Cond(Cond),
    /// `export` or `unexport` with its names; `None` when it stands alone.
    Export { export: bool, names: Option<Text> },
    /// `vpath` with its arguments.
    Vpath(Text),
    /// `include`, or (not `required`) `-include` and `sinclude`.
    Include { required: bool, names: Text },
    /// `load` or `-load`.
    Load { required: bool, names: Text },
    /// Anything else: a rule, or an error.
    Rule,
}

impl Stmt {
    /// Classifies a line whose continuations are joined and whose comment is cut off.
    pub fn parse(line: &[u8]) -> Stmt {
        Stmt::parse_with(line, true)
    }

    /// The same for 4.3, where there is no `:::=`.
    pub fn parse_4_3(line: &[u8]) -> Stmt {
        Stmt::parse_with(line, false)
    }

    /// True for what 4.3 takes for something else.
    pub fn is_immediate(&self) -> bool {
        match self {
            Stmt::Assign(assign) => assign.op == Op::Immediate,
            Stmt::Define { op, .. } => *op == Op::Immediate,
            _ => false,
        }
    }

    fn parse_with(line: &[u8], immediate: bool) -> Stmt {
        let line = trim_start(line);
        if line.is_empty() {
            return Stmt::Blank;
        }
        if let Some(stmt) = assignment_with(line, false, immediate) {
            return stmt;
        }
        let (word, rest) = first_word(line);
        if let Some(cond) = conditional(word, rest) {
            return Stmt::Cond(cond);
        }
        match word {
            b"export" | b"unexport" => Stmt::Export {
                export: word == b"export",
                names: (!rest.is_empty()).then(|| Text::new(trim_names(rest))),
            },
            b"vpath" => Stmt::Vpath(Text::new(rest)),
            b"include" | b"-include" | b"sinclude" => {
                Stmt::Include { required: word == b"include", names: Text::new(rest) }
            }
            b"load" | b"-load" => Stmt::Load { required: word == b"load", names: Text::new(rest) },
            _ => Stmt::Rule,
        }
    }
}

/// An assignment with the words before it, `define` or `undefine`; `None` when the line is something else.
/// With `target_specific`, as after `target:`, where there is no `define`.
pub fn assignment(line: &[u8], target_specific: bool) -> Option<Stmt> {
    assignment_with(line, target_specific, true)
}

fn assignment_with(line: &[u8], target_specific: bool, immediate: bool) -> Option<Stmt> {
    let known = |text| definition(text).filter(|(_, op, _)| immediate || *op != Op::Immediate);
    let mut modifiers = Modifiers::default();
    let mut rest = trim_start(line);
    loop {
        if let Some((name, op, value)) = known(rest) {
            return Some(Stmt::Assign(Assign {
                modifiers,
                name: NameText::new(name),
                op,
                value: Arc::new(Text::new(value)),
            }));
        }
        let (word, after) = first_word(rest);
        match word {
            b"export" => modifiers.export = true,
            b"unexport" if target_specific => modifiers.unexport = true,
            b"override" => modifiers.overrides = true,
            b"private" => modifiers.private = true,
            b"define" if !target_specific => return Some(define(modifiers, after, known(after))),
            b"undefine" if !target_specific => {
                return Some(Stmt::Undefine { modifiers, name: NameText::new(trim_names(after)) });
            }
            _ => return None,
        }
        rest = after;
        if rest.is_empty() {
            return None;
        }
    }
}

/// The text without blanks at its end, but for what a `$` refers to.
fn trim_names(text: &[u8]) -> &[u8] {
    let blanks = text.iter().rev().take_while(|c| is_blank(**c)).count();
    let trimmed = &text[..text.len() - blanks];
    let dollars = trimmed.iter().rev().take_while(|c| **c == b'$').count();
    &text[..(trimmed.len() + dollars % 2).min(text.len())]
}

fn define(modifiers: Modifiers, text: &[u8], definition: Option<(&[u8], Op, &[u8])>) -> Stmt {
    match definition {
        Some((name, op, value)) => {
            Stmt::Define { modifiers, name: NameText::new(name), op, extra: !trim(value).is_empty() }
        }
        None => {
            Stmt::Define { modifiers, name: NameText::new(trim_names(text)), op: Op::Recursive, extra: false }
        }
    }
}

/// Splits `name op value`. The name is one word as written (references count as part of it, whatever they hold).
pub fn definition(text: &[u8]) -> Option<(&[u8], Op, &[u8])> {
    let text = trim_start(text);
    let mut at = 0;
    let mut name_end = None;
    loop {
        let c = *text.get(at)?;
        // Other white space than blanks is part of the name.
        if is_blank(c) {
            name_end = name_end.or(Some(at));
            at += 1;
            continue;
        }
        let tail = &text[at..];
        let (op, len) = if c == b'=' {
            (Op::Recursive, 1)
        } else if tail.starts_with(b":=") {
            (Op::Simple, 2)
        } else if tail.starts_with(b"::=") {
            (Op::Simple, 3)
        } else if tail.starts_with(b":::=") {
            (Op::Immediate, 4)
        } else if c == b':' || c == b'#' {
            return None;
        } else if tail.starts_with(b"+=") {
            (Op::Append, 2)
        } else if tail.starts_with(b"?=") {
            (Op::Conditional, 2)
        } else if tail.starts_with(b"!=") {
            (Op::Shell, 2)
        } else if name_end.is_some() {
            return None;
        } else {
            at = if c == b'$' { skip_reference(text, at) } else { at + 1 };
            continue;
        };
        return Some((&text[..name_end.unwrap_or(at)], op, trim_start(&text[at + len..])));
    }
}

fn conditional(word: &[u8], rest: &[u8]) -> Option<Cond> {
    Some(match word {
        b"ifdef" | b"ifndef" => {
            Cond::Defined { negated: word == b"ifndef", name: Text::new(trim_names(rest)) }
        }
        b"ifeq" | b"ifneq" => equal(word == b"ifneq", rest),
        b"else" => {
            let (word, after) = first_word(rest);
            match conditional(word, after) {
                Some(next @ (Cond::Defined { .. } | Cond::Equal { .. } | Cond::Invalid { .. })) => {
                    Cond::Else { next: Some(Box::new(next)), extra: false }
                }
                _ => Cond::Else { next: None, extra: !rest.is_empty() },
            }
        }
        b"endif" => Cond::Endif { extra: !rest.is_empty() },
        _ => return None,
    })
}

fn equal(negated: bool, text: &[u8]) -> Cond {
    let Some((left, rest, open)) = first_argument(text) else { return Cond::Invalid { left: None } };
    match second_argument(rest, open) {
        Some((right, tail)) => {
            let extra = !trim(tail).is_empty();
            Cond::Equal { negated, left: Text::new(left), right: Text::new(right), extra }
        }
        None => Cond::Invalid { left: Some(Text::new(left)) },
    }
}

/// The first argument of a comparison, what comes after it, and the character it began with.
fn first_argument(text: &[u8]) -> Option<(&[u8], &[u8], u8)> {
    let (&open, text) = text.split_first()?;
    let (end, left) = match open {
        b'(' => {
            let comma = at_depth_0(text, b',')?;
            (comma, trim_end(&text[..comma]))
        }
        b'"' | b'\'' => {
            let end = memchr::memchr(open, text)?;
            (end, &text[..end])
        }
        _ => return None,
    };
    Some((left, trim_start(&text[end + 1..]), open))
}

/// The second argument, and what comes after the comparison.
fn second_argument(text: &[u8], open: u8) -> Option<(&[u8], &[u8])> {
    let (end, text) = if open == b'(' {
        (at_depth_0(text, b')')?, text)
    } else {
        let (&quote, rest) = text.split_first()?;
        if !matches!(quote, b'"' | b'\'') {
            return None;
        }
        (memchr::memchr(quote, rest)?, rest)
    };
    Some((&text[..end], &text[end + 1..]))
}

/// Where `what` first stands outside round brackets. One that closes nothing is a character like any other, and takes
/// back the next that opens.
fn at_depth_0(text: &[u8], what: u8) -> Option<usize> {
    let mut depth = 0isize;
    for (i, c) in text.iter().enumerate() {
        match c {
            c if depth <= 0 && *c == what => return Some(i),
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn def(text: &str) -> Option<(String, Op, String)> {
        definition(text.as_bytes())
            .map(|(n, op, v)| (String::from_utf8_lossy(n).into(), op, String::from_utf8_lossy(v).into()))
    }

    fn some(name: &str, op: Op, value: &str) -> Option<(String, Op, String)> {
        Some((name.into(), op, value.into()))
    }

    #[test]
    fn assignments_are_recognised_with_every_operator() {
        assert_eq!(def("a=b"), some("a", Op::Recursive, "b"));
        assert_eq!(def(" a := b "), some("a", Op::Simple, "b "));
        assert_eq!(def("a::=b"), some("a", Op::Simple, "b"));
        assert_eq!(def("a :::= b"), some("a", Op::Immediate, "b"));
        assert_eq!(def("a+=b"), some("a", Op::Append, "b"));
        assert_eq!(def("a ?= b"), some("a", Op::Conditional, "b"));
        assert_eq!(def("a != b"), some("a", Op::Shell, "b"));
    }

    #[test]
    fn rules_and_two_words_are_not_assignments() {
        assert_eq!(def("a: b=c"), None);
        assert_eq!(def("a b = c"), None);
        assert_eq!(def("a"), None);
    }

    #[test]
    fn references_in_a_name_may_hold_anything() {
        assert_eq!(def("$(a b:=c)d = e"), some("$(a b:=c)d", Op::Recursive, "e"));
    }

    #[test]
    fn a_variable_may_be_called_like_a_directive() {
        assert!(matches!(Stmt::parse(b"export = 1"), Stmt::Assign(a) if a.name.text.bytes == "export"));
        assert!(matches!(Stmt::parse(b"override export a = 1"),
            Stmt::Assign(a) if a.modifiers.export && a.modifiers.overrides));
        assert!(matches!(Stmt::parse(b"ifdef x"), Stmt::Cond(Cond::Defined { negated: false, .. })));
        assert!(matches!(Stmt::parse(b"include: x"), Stmt::Rule));
    }

    #[test]
    fn both_forms_of_ifeq_are_read() {
        let both = |text: &[u8]| match Stmt::parse(text) {
            Stmt::Cond(Cond::Equal { left, right, extra, .. }) => {
                Some((left.bytes.to_string(), right.bytes.to_string(), extra))
            }
            _ => None,
        };
        assert_eq!(both(b"ifeq ( a ,  b )"), Some((" a".into(), "b ".into(), false)));
        assert_eq!(both(b"ifneq 'a b'\"c\" d"), Some(("a b".into(), "c".into(), true)));
        assert_eq!(both(b"ifeq ($(x y,z),w)"), Some(("$(x y,z)".into(), "w".into(), false)));
        assert!(matches!(Stmt::parse(b"ifeq a b"), Stmt::Cond(Cond::Invalid { left: None })));
    }
}
