//! Text with `$` references, compiled once to an expression tree.

use std::sync::OnceLock;

use rkbuild_base::text::{is_space, trim};
use rkbuild_base::{BString, Name};

use crate::Lang;
use crate::function::{self, Func};

/// A compiled text: its parts are expanded one after the other into the same buffer.
#[derive(Debug, Default)]
pub struct Expr {
    /// The parts, adjacent literals joined.
    pub parts: Box<[Part]>,
}

/// One part of an [`Expr`].
#[derive(Debug)]
pub enum Part {
    /// Bytes that stand for themselves.
    Literal(Box<[u8]>),
    /// `$x` or `$(name)`, the name known while parsing.
    Var(Name),
    /// `$(name:from=to)`, all known while parsing.
    Subst(Box<Subst>),
    /// `$(…$…)`: expanded, then read as a variable name or a substitution reference.
    Computed(Box<Expr>),
    /// A function call.
    Call(Box<Call>),
    /// What can't be parsed; an error only when it is expanded.
    Unterminated(Unterminated),
}

/// A substitution reference whose text holds no `$`.
#[derive(Debug)]
pub struct Subst {
    /// The variable.
    pub name: Name,
    /// What a word must end with, or a pattern with `%`.
    pub from: Box<[u8]>,
    /// What takes its place.
    pub to: Box<[u8]>,
}

/// A call of a built-in function.
#[derive(Debug)]
pub struct Call {
    /// The function.
    pub func: Func,
    /// Its arguments, as written.
    pub args: Box<[Text]>,
}

/// What was left open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unterminated {
    /// A variable reference.
    Reference,
    /// A call; the character that is missing.
    Call(Func, u8),
}

/// Bytes with the expression they compile to, made when first asked for.
#[derive(Debug, Default)]
pub struct Text {
    /// The bytes as written.
    pub bytes: BString,
    expr: OnceLock<Expr>,
}

impl Text {
    /// A text that is not compiled yet.
    pub fn new(bytes: impl Into<BString>) -> Text {
        Text { bytes: bytes.into(), expr: OnceLock::new() }
    }

    /// The compiled form.
    pub fn expr(&self, lang: &Lang) -> &Expr {
        self.expr.get_or_init(|| Expr::parse(&self.bytes, lang))
    }

    /// Adds `word` at the end, after a space if there is anything before it.
    pub fn append_word(&mut self, word: &[u8]) {
        if !self.bytes.is_empty() {
            self.bytes.push(b' ');
        }
        self.bytes.extend_from_slice(word);
        self.expr = OnceLock::new();
    }

    /// True when expanding it can't give anything but its own bytes.
    pub fn is_literal(&self) -> bool {
        memchr::memchr(b'$', &self.bytes).is_none()
    }
}

/// The name of a variable as an assignment gives it: nearly always without references, and then known for good.
#[derive(Debug, Default)]
pub struct NameText {
    /// The text.
    pub text: Text,
    literal: OnceLock<Option<Name>>,
}

impl NameText {
    /// A name as written.
    pub fn new(bytes: impl Into<BString>) -> NameText {
        NameText { text: Text::new(bytes), literal: OnceLock::new() }
    }

    /// The name, when no expansion is needed to know it. An empty text is none.
    pub fn literal(&self, lang: &Lang) -> Option<Name> {
        *self.literal.get_or_init(|| {
            let bytes = &self.text.bytes;
            (self.text.is_literal() && !bytes.is_empty()).then(|| lang.names.intern(bytes))
        })
    }
}

/// The bracket that closes `open`.
fn closer(open: u8) -> u8 {
    if open == b'(' { b')' } else { b'}' }
}

/// Where the bracket that closes the one before `text` is, counting brackets of that kind only.
pub fn matching_close(text: &[u8], open: u8) -> Option<usize> {
    let close = closer(open);
    let mut depth = 0usize;
    for i in memchr::memchr2_iter(open, close, text) {
        if text[i] == open {
            depth += 1;
        } else if depth == 0 {
            return Some(i);
        } else {
            depth -= 1;
        }
    }
    None
}

impl Expr {
    /// Compiles `text`. Nothing is an error here: what is unterminated becomes a part that fails when expanded.
    pub fn parse(text: &[u8], lang: &Lang) -> Expr {
        let mut parts = Vec::new();
        let mut literal = Vec::new();
        let mut at = 0;
        while let Some(n) = memchr::memchr(b'$', &text[at..]) {
            literal.extend_from_slice(&text[at..at + n]);
            at += n + 1;
            let Some(&c) = text.get(at) else {
                literal.push(b'$');
                break;
            };
            match c {
                b'$' => {
                    literal.push(b'$');
                    at += 1;
                }
                b'(' | b'{' => {
                    let (part, len) = reference(&text[at + 1..], c, lang);
                    flush(&mut literal, &mut parts);
                    parts.push(part);
                    at += 1 + len;
                }
                c if is_space(c) => at += 1,
                c => {
                    flush(&mut literal, &mut parts);
                    parts.push(Part::Var(lang.names.intern(&[c])));
                    at += 1;
                }
            }
        }
        if at < text.len() {
            literal.extend_from_slice(&text[at..]);
        }
        flush(&mut literal, &mut parts);
        Expr { parts: parts.into() }
    }
}

fn flush(literal: &mut Vec<u8>, parts: &mut Vec<Part>) {
    if !literal.is_empty() {
        parts.push(Part::Literal(std::mem::take(literal).into()));
    }
}

/// Parses what follows `$(`; gives the part and the bytes it took, the closing bracket included.
fn reference(text: &[u8], open: u8, lang: &Lang) -> (Part, usize) {
    if let Some((func, name_len)) = function::at_start(text, lang.identity) {
        let skip = name_len + text[name_len..].iter().take_while(|c| is_space(**c)).count();
        return match matching_close(text, open) {
            Some(end) => {
                // A call without arguments: the brackets close before anything but white space came.
                let inner = text.get(skip..end).unwrap_or_default();
                let args = split_args(inner, open, func.max_args()).into_iter().enumerate();
                let args =
                    args.map(|(n, arg)| Text::new(if func.trims(n) { trim(arg) } else { arg })).collect();
                (Part::Call(Box::new(Call { func, args })), end + 1)
            }
            None => (Part::Unterminated(Unterminated::Call(func, closer(open))), text.len()),
        };
    }
    let Some(first) = memchr::memchr(closer(open), text) else {
        return (Part::Unterminated(Unterminated::Reference), text.len());
    };
    if memchr::memchr(b'$', &text[..first]).is_none() {
        return (static_reference(&text[..first], lang), first + 1);
    }
    // Brackets of this kind nest only where there is another reference inside.
    match matching_close(text, open) {
        Some(end) => (Part::Computed(Box::new(Expr::parse(&text[..end], lang))), end + 1),
        None => (static_reference(&text[..first], lang), first + 1),
    }
}

fn static_reference(text: &[u8], lang: &Lang) -> Part {
    match split_subst(text) {
        Some((name, from, to)) => {
            Part::Subst(Box::new(Subst { name: lang.names.intern(name), from: from.into(), to: to.into() }))
        }
        None => Part::Var(lang.names.intern(text)),
    }
}

/// Splits `name:from=to`; `None` when it is a plain name.
pub fn split_subst(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let colon = memchr::memchr(b':', text)?;
    let rest = &text[colon + 1..];
    let equals = memchr::memchr(b'=', rest)?;
    Some((&text[..colon], &rest[..equals], &rest[equals + 1..]))
}

/// Splits a function's arguments at commas outside brackets of the call's own kind.
pub fn split_args(text: &[u8], open: u8, max: usize) -> Vec<&[u8]> {
    let close = closer(open);
    let mut args = Vec::new();
    let mut depth = 0usize;
    let mut start = 0;
    for i in memchr::memchr3_iter(open, close, b',', text) {
        match text[i] {
            b',' if depth == 0 => {
                if args.len() + 1 == max {
                    break;
                }
                args.push(&text[start..i]);
                start = i + 1;
            }
            b',' => {}
            c if c == open => depth += 1,
            _ => depth = depth.saturating_sub(1),
        }
    }
    args.push(&text[start..]);
    args
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> String {
        let lang = Lang::default();
        Expr::parse(text.as_bytes(), &lang).parts.iter().map(|p| one(p, &lang)).collect::<Vec<_>>().join(" ")
    }

    fn s(bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).into_owned()
    }

    fn one(part: &Part, lang: &Lang) -> String {
        match part {
            Part::Literal(t) => format!("'{}'", s(t)),
            Part::Var(n) => format!("<{}>", s(lang.names.text(*n))),
            Part::Subst(x) => format!("<{}:{}={}>", s(lang.names.text(x.name)), s(&x.from), s(&x.to)),
            Part::Computed(e) => {
                format!("<<{}>>", e.parts.iter().map(|p| one(p, lang)).collect::<Vec<_>>().join(" "))
            }
            Part::Call(c) => {
                let args: Vec<String> = c.args.iter().map(|a| s(&a.bytes)).collect();
                format!("{}({})", c.func.name(), args.join("|"))
            }
            Part::Unterminated(u) => format!("{u:?}"),
        }
    }

    #[test]
    fn references_and_literals_alternate() {
        assert_eq!(show("a$(B)c$d$$e$"), "'a' <B> 'c' <d> '$e$'");
        assert_eq!(show("${x y}$ z"), "<x y> 'z'");
    }

    #[test]
    fn brackets_nest_in_a_name_only_around_another_reference() {
        assert_eq!(show("$(a(b))"), "<a(b> ')'");
        assert_eq!(show("$($(b)(c))"), "<<<b> '(c)'>>");
    }

    #[test]
    fn substitution_references_are_found_while_parsing() {
        assert_eq!(show("$(o:.o=.c)"), "<o:.o=.c>");
        assert_eq!(show("$(o:.o)"), "<o:.o>");
    }

    #[test]
    fn commas_in_brackets_and_past_the_last_argument_do_not_split() {
        assert_eq!(show("$(subst a,(b,c),d,e)"), "subst(a|(b,c)|d,e)");
        assert_eq!(show("$(subst a,{b,c},d,e)"), "subst(a|{b|c},d,e)");
        assert_eq!(show("$(info  x )"), "info(x )");
    }

    #[test]
    fn conditions_lose_the_space_around_them() {
        assert_eq!(show("$(if  a , b ,c)"), "if(a| b |c)");
        assert_eq!(show("$(or  a , b )"), "or(a|b)");
    }

    #[test]
    fn what_is_left_open_fails_only_when_expanded() {
        assert_eq!(show("a$(b"), "'a' Reference");
        assert_eq!(show("${info b"), "Call(Info, 125)");
    }
}
