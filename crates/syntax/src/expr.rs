//! Text with `$` references, compiled once to an expression tree.

use std::sync::{Arc, OnceLock};

use rkbuild_base::text::{is_space, trim};
use rkbuild_base::{BString, Name, stack};

use crate::Lang;
use crate::bytes::{Bytes, Unwritten};
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
    /// Nothing, but references are nested too deep to be expanded.
    TooDeep,
}

/// Bytes with the expression they compile to, made when first asked for.
#[derive(Debug, Default)]
pub struct Text {
    /// The bytes as written.
    pub bytes: Bytes,
    expr: OnceLock<Expr>,
}

/// A text of this size is not kept compiled, which takes many times its size where it has many references.
const HUGE: usize = 4 << 20;

impl Text {
    /// A text that is not compiled yet.
    pub fn new(bytes: impl Into<BString>) -> Text {
        Text { bytes: Bytes::from(bytes.into()), expr: OnceLock::new() }
    }

    /// A text that is written down when somebody first looks at it.
    pub fn later(make: Arc<dyn Unwritten>) -> Text {
        Text { bytes: Bytes::later(make), expr: OnceLock::new() }
    }

    /// The compiled form.
    pub fn expr(&self, lang: &Lang) -> &Expr {
        self.expr.get_or_init(|| Expr::parse(&self.bytes, lang))
    }

    /// True for a text that is better expanded a piece at a time, by [`Pieces`].
    pub fn is_huge(&self) -> bool {
        self.bytes.len() > HUGE
    }

    /// Adds `word` at the end, after a space if there is anything before it.
    pub fn append_word(&mut self, word: &[u8]) {
        self.bytes.change(|bytes| {
            if !bytes.is_empty() {
                bytes.push(b' ');
            }
            bytes.extend_from_slice(word);
        });
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

/// How deep references may be nested in one text. Expanding it would go as deep.
const MOST_NESTED: u32 = 50_000;

/// From this size on it is looked how deep a text is nested before it is compiled.
const LARGE: usize = 64 << 10;

/// Bytes of a text times its depth: what the arguments of calls that are nested in each other come to, twice over.
const MOST_NESTED_BYTES: usize = 4 << 30;

/// True for a text with references nested so deep that expanding it takes more memory than can be given to it.
fn is_too_deep(text: &[u8]) -> bool {
    if text.len() < LARGE {
        return false;
    }
    // Brackets that are never closed, or never opened, are not counted.
    let (mut depth, mut deepest) = (0usize, [0; 2]);
    for pair in text.windows(2) {
        match pair {
            [b'$', b'(' | b'{'] => depth += 1,
            [b')' | b'}', _] => depth = depth.saturating_sub(1),
            _ => continue,
        }
        deepest[0] = deepest[0].max(depth);
    }
    depth = 0;
    for pair in text.windows(2).rev() {
        match pair {
            [_, b')' | b'}'] => depth += 1,
            [b'$', b'(' | b'{'] => depth = depth.saturating_sub(1),
            _ => continue,
        }
        deepest[1] = deepest[1].max(depth);
    }
    let deepest = deepest[0].min(deepest[1]);
    deepest.saturating_mul(text.len()) > MOST_NESTED_BYTES
}

impl Drop for Expr {
    fn drop(&mut self) {
        // It may be nested as deep as it may be expanded.
        if !self.parts.is_empty() {
            stack::deeper(|| drop(std::mem::take(&mut self.parts)));
        }
    }
}

impl Expr {
    /// Compiles `text`. Nothing is an error here: what is unterminated becomes a part that fails when expanded.
    pub fn parse(text: &[u8], lang: &Lang) -> Expr {
        Pieces::new(text, lang).next_of(usize::MAX).unwrap_or_default()
    }
}

/// A text compiled a piece at a time.
pub struct Pieces<'a> {
    parser: Parser<'a>,
    at: usize,
    too_deep: bool,
}

impl<'a> Pieces<'a> {
    /// How many parts a piece has.
    const PARTS: usize = 4096;

    /// Nothing is compiled yet.
    pub fn new(text: &'a [u8], lang: &'a Lang) -> Pieces<'a> {
        let parser = Parser { text, lang, searched: 0, pairs: None };
        Pieces { parser, at: 0, too_deep: is_too_deep(text) }
    }

    fn next_of(&mut self, most: usize) -> Option<Expr> {
        let end = self.parser.text.len();
        if self.at >= end {
            return None;
        }
        if self.too_deep {
            self.at = end;
            return Some(Expr { parts: [Part::Unterminated(Unterminated::TooDeep)].into() });
        }
        let (expr, at) = self.parser.expr(self.at, end, most, 0);
        self.at = at;
        Some(expr)
    }
}

impl Iterator for Pieces<'_> {
    type Item = Expr;

    fn next(&mut self) -> Option<Expr> {
        self.next_of(Self::PARTS)
    }
}

/// For each opening bracket of a text, where the one that closes it is: those of each kind by themselves.
struct Pairs(Vec<usize>);

impl Pairs {
    fn new(text: &[u8]) -> Pairs {
        let mut closes = vec![usize::MAX; text.len()];
        let (mut round, mut curly) = (Vec::new(), Vec::new());
        for (at, c) in text.iter().enumerate() {
            let open = match c {
                b'(' => {
                    round.push(at);
                    continue;
                }
                b'{' => {
                    curly.push(at);
                    continue;
                }
                b')' => round.pop(),
                b'}' => curly.pop(),
                _ => continue,
            };
            if let Some(open) = open {
                closes[open] = at;
            }
        }
        Pairs(closes)
    }
}

/// Compiles one text, its nested references included.
struct Parser<'a> {
    text: &'a [u8],
    lang: &'a Lang,
    /// How many bytes were searched for closing brackets.
    searched: usize,
    /// Made when searching becomes expensive: brackets nested deep in each other are passed over once for each.
    pairs: Option<Pairs>,
}

impl Parser<'_> {
    /// Compiles what is between two places, until there are so many parts; gives where it stopped.
    fn expr(&mut self, mut at: usize, end: usize, most: usize, depth: u32) -> (Expr, usize) {
        let text = &self.text[..end];
        let mut parts = Vec::new();
        let mut literal = Vec::new();
        while parts.len() < most {
            let Some(n) = memchr::memchr(b'$', &text[at..]) else {
                literal.extend_from_slice(&text[at..]);
                at = end;
                break;
            };
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
                    let (part, next) = self.reference(at + 1, end, c, depth);
                    flush(&mut literal, &mut parts);
                    parts.push(part);
                    at = next;
                }
                c => {
                    flush(&mut literal, &mut parts);
                    parts.push(Part::Var(self.lang.names.intern(&[c])));
                    at += 1;
                }
            }
        }
        flush(&mut literal, &mut parts);
        (Expr { parts: parts.into() }, at)
    }

    /// Where before `end` the bracket is that closes the one before `at`.
    fn close(&mut self, at: usize, end: usize, open: u8) -> Option<usize> {
        if self.pairs.is_none() && self.searched > 4 * self.text.len() + LARGE {
            self.pairs = Some(Pairs::new(self.text));
        }
        if let Some(pairs) = &self.pairs {
            return pairs.0.get(at - 1).copied().filter(|close| *close < end);
        }
        let found = matching_close(&self.text[at..end], open);
        self.searched += found.unwrap_or(end - at);
        found.map(|length| at + length)
    }

    /// Compiles what follows `$(`; gives the part and the place after its closing bracket.
    fn reference(&mut self, at: usize, end: usize, open: u8, depth: u32) -> (Part, usize) {
        let text = &self.text[at..end];
        if let Some((func, name_len)) = function::at_start(text, self.lang.identity) {
            let Some(close) = self.close(at, end, open) else {
                return (Part::Unterminated(Unterminated::Call(func, closer(open))), end);
            };
            let skip = name_len + text[name_len..].iter().take_while(|c| is_space(**c)).count();
            // A call without arguments: the brackets close before anything but white space came.
            let inner = text.get(skip..close - at).unwrap_or_default();
            let args = split_args(inner, open, func.max_args()).into_iter().enumerate();
            let args = args.map(|(n, arg)| Text::new(if func.trims(n) { trim(arg) } else { arg })).collect();
            return (Part::Call(Box::new(Call { func, args })), close + 1);
        }
        let Some(first) = memchr::memchr2(b'$', closer(open), text) else {
            // A function's name is one at the end of the text, too.
            let what = match function::lookup(text, self.lang.identity) {
                Some(func) => Unterminated::Call(func, closer(open)),
                None => Unterminated::Reference,
            };
            return (Part::Unterminated(what), end);
        };
        if text[first] != b'$' {
            return (static_reference(&text[..first], self.lang), at + first + 1);
        }
        // Brackets of this kind nest only where there is another reference inside.
        if let Some(close) = self.close(at, end, open) {
            if depth >= MOST_NESTED {
                return (Part::Unterminated(Unterminated::TooDeep), close + 1);
            }
            let (inner, _) = stack::deeper(|| self.expr(at, close, usize::MAX, depth + 1));
            return (Part::Computed(Box::new(inner)), close + 1);
        }
        match memchr::memchr(closer(open), text) {
            // The name goes to the first closing bracket; what follows is lost on the search for the right one.
            Some(first) => (static_reference(&text[..first], self.lang), end),
            None => (Part::Unterminated(Unterminated::Reference), end),
        }
    }
}

fn flush(literal: &mut Vec<u8>, parts: &mut Vec<Part>) {
    if !literal.is_empty() {
        parts.push(Part::Literal(std::mem::take(literal).into()));
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
fn split_args(text: &[u8], open: u8, max: usize) -> Vec<&[u8]> {
    let close = closer(open);
    let mut args = Vec::new();
    let mut depth = 0usize;
    let mut start = 0;
    if max == 1 {
        return vec![text];
    }
    for i in memchr::memchr3_iter(open, close, b',', text) {
        match text[i] {
            b',' if depth == 0 => {
                args.push(&text[start..i]);
                start = i + 1;
                if args.len() + 1 == max {
                    break;
                }
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
        assert_eq!(show("${x y}$ z"), "<x y> < > 'z'");
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
    fn brackets_that_are_nested_deep_are_paired_as_they_are_elsewhere() {
        let deep = "$(a ".repeat(300) + "{" + &")".repeat(300);
        for text in ["$(x${y)z}$(w))", "$(x$(y)z}$(w))", "${x(${y}(}z)", "$(a$(b$(c)", "$(a$b}${c)d}"] {
            let [alone, after] = [show(text), show(&format!("{deep} {text}"))];
            assert!(after.ends_with(&alone), "{text}: {alone}");
        }
    }

    #[test]
    fn what_is_nested_too_deep_is_an_error_and_not_the_end_of_the_stack() {
        let last = |before: &str, depth: usize, after: &str| {
            let lang = Lang::default();
            let expr = Expr::parse([before.repeat(depth), after.repeat(depth)].concat().as_bytes(), &lang);
            let mut at = &expr;
            while let [.., Part::Computed(inner)] = &*at.parts {
                at = inner;
            }
            at.parts.last().map(|part| one(part, &lang)).unwrap_or_default()
        };
        let test = move || {
            assert_eq!(last("$(a ", 20_000, ")"), "<a >");
            assert_eq!(last("$(a ", 60_000, ")"), "TooDeep");
            assert_eq!(last("$(strip ", 524_288, ")"), "TooDeep");
            assert_eq!(last("$(", 524_288, ""), "Reference");
            // A bracket that does not belong there keeps it from looking deep.
            assert_eq!(last("$(}", 60_000, ")"), "TooDeep");
        };
        std::thread::Builder::new().stack_size(1 << 20).spawn(test).unwrap().join().unwrap();
    }

    #[test]
    fn a_text_can_be_compiled_in_pieces() {
        let lang = Lang::default();
        let mut pieces = Pieces::new(b"a$b$(c)d$", &lang);
        let mut next = || {
            let expr = pieces.next_of(2)?;
            Some(expr.parts.iter().map(|p| one(p, &lang)).collect::<String>())
        };
        assert_eq!([next(), next(), next()], [Some("'a'<b>".into()), Some("<c>'d$'".into()), None]);
    }

    #[test]
    fn what_is_left_open_fails_only_when_expanded() {
        assert_eq!(show("a$(b"), "'a' Reference");
        assert_eq!(show("${info b"), "Call(Info, 125)");
    }
}
