//! One makefile as the checks see it: assignments and rules with their recipes, in whatever branch of a conditional they stand.

use std::collections::BTreeSet;

use rkbuild_base::{BStr, BString, ByteSlice};
use rkbuild_syntax::expr::Part;
use rkbuild_syntax::{Func, Lang, Makefile, Stmt, Text};

/// An assignment, also one for a target alone.
#[derive(Debug)]
pub struct Assignment {
    /// The variable as written.
    pub name: BString,
    /// The value as written.
    pub value: BString,
    /// The logical line.
    pub at: usize,
}

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// The targets as written.
    pub targets: Vec<BString>,
    /// The prerequisites as written, order-only ones too.
    pub prerequisites: BString,
    /// Its recipe lines: logical line and text.
    pub recipe: Vec<(usize, BString)>,
    /// The logical line.
    pub at: usize,
}

/// A makefile.
pub struct Source {
    /// Its name as it was found.
    pub path: BString,
    /// Its bytes.
    pub text: Vec<u8>,
    makefile: Makefile,
    /// All assignments, in order.
    pub assignments: Vec<Assignment>,
    /// All rules, in order.
    pub rules: Vec<Rule>,
    /// The lines that are neither, as they are joined: directives and bodies of `define`.
    pub others: Vec<(usize, BString)>,
    /// The names `define` gives.
    pub defined: BTreeSet<BString>,
}

/// Splits a rule's line at the colon that ends its targets: `None` if there is none.
fn split_rule(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut depth = 0usize;
    for (at, c) in line.iter().enumerate() {
        match c {
            b'(' | b'{' => depth += 1,
            b')' | b'}' => depth = depth.saturating_sub(1),
            b':' if depth == 0 => {
                let rest = line.get(at + 1..)?;
                return Some((line.get(..at)?, rest.strip_prefix(b":").unwrap_or(rest)));
            }
            b';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// The words of a text; what is in brackets stays together.
pub fn words(text: &[u8]) -> Vec<&BStr> {
    let mut out = Vec::new();
    let (mut depth, mut start) = (0usize, None);
    for (at, c) in text.iter().enumerate() {
        match c {
            b'(' | b'{' => depth += 1,
            b')' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && c.is_ascii_whitespace() {
            if let Some(start) = start.take() {
                out.push(BStr::new(&text[start..at]));
            }
        } else if start.is_none() {
            start = Some(at);
        }
    }
    out.extend(start.map(|start| BStr::new(&text[start..])));
    out
}

impl Source {
    /// Reads a makefile's bytes.
    pub fn read(path: &BStr, text: Vec<u8>) -> Source {
        let makefile = Makefile::new(text.as_slice());
        let mut source = Source {
            path: path.to_owned(),
            text,
            makefile,
            assignments: Vec::new(),
            rules: Vec::new(),
            others: Vec::new(),
            defined: BTreeSet::new(),
        };
        source.collect();
        source
    }

    fn collect(&mut self) {
        let mut in_rule = false;
        let mut at = 0;
        while at < self.makefile.len() {
            let raw = self.makefile.raw(at);
            if in_rule && let Some(line) = raw.strip_prefix(b"\t") {
                let line = BString::from(line);
                // What the shell takes for a comment is expanded, and does nothing.
                let is_comment = line.trim_start().starts_with(b"#");
                if let Some(rule) = self.rules.last_mut().filter(|_| !is_comment) {
                    rule.recipe.push((at, line));
                }
                at += 1;
                continue;
            }
            let joined = BString::from(self.makefile.joined(at, false));
            let stmt = self.makefile.stmt(at);
            let mut next = at + 1;
            match &*stmt {
                Stmt::Blank => {}
                Stmt::Assign(assign) => {
                    in_rule = false;
                    let (name, value) = (assign.name.text.bytes.clone(), assign.value.bytes.clone());
                    self.assignments.push(Assignment { name, value, at });
                }
                Stmt::Define { name, .. } => {
                    in_rule = false;
                    self.defined.insert(name.text.bytes.clone());
                    if let Some(body) = self.makefile.define_body(at, b'\t') {
                        next = body.next;
                        self.others.push((at, body.text.bytes.clone()));
                    }
                }
                // A recipe may go on behind one.
                Stmt::Cond(_) => self.others.push((at, joined)),
                Stmt::Rule => {
                    if let Some((targets, rest)) = split_rule(&joined) {
                        in_rule = true;
                        self.rule(at, targets, rest);
                    } else {
                        self.others.push((at, joined));
                    }
                }
                _ => {
                    in_rule = false;
                    self.others.push((at, joined));
                }
            }
            at = next;
        }
    }

    fn rule(&mut self, at: usize, targets: &[u8], rest: &[u8]) {
        if let Stmt::Assign(assign) = Stmt::parse(rest.trim_start()) {
            let (name, value) = (assign.name.text.bytes.clone(), assign.value.bytes.clone());
            self.assignments.push(Assignment { name, value, at });
            return;
        }
        let (prerequisites, inline) = match rest.split_once_str(b";") {
            Some((prerequisites, inline)) => (prerequisites, Some((at, BString::from(inline)))),
            None => (rest, None),
        };
        self.rules.push(Rule {
            targets: words(targets).into_iter().map(BString::from).collect(),
            prerequisites: prerequisites.into(),
            recipe: inline.into_iter().collect(),
            at,
        });
    }

    /// The place of the first `word` from the logical line `at` on: physical line, and the bytes of the file it has. Without
    /// the word it is the whole line.
    pub fn place(&self, at: usize, word: &[u8]) -> (u32, std::ops::Range<usize>) {
        let number = self.makefile.number(at);
        let raw = self.makefile.raw(at);
        let start = line_start(&self.text, number);
        // What the parser read may be cleaner than the file.
        let text = self.text.get(start..).unwrap_or_default();
        let within = text.get(..raw.len() + 64).unwrap_or(text);
        match (!word.is_empty()).then(|| within.find(word)).flatten() {
            Some(found) => {
                let line = number + memchr_count(&within[..found]);
                (line, start + found..start + found + word.len())
            }
            None => {
                let end = text.find_byte(b'\n').unwrap_or(text.len());
                (number, start..start + end)
            }
        }
    }

    /// The physical line of each of a logical line's words, which are in their order.
    pub fn lines_of(&self, at: usize, words: &[BString]) -> Vec<u32> {
        let (mut line, mut rest) = (self.makefile.number(at), self.makefile.raw(at).as_bytes());
        let place = |word: &BString| {
            if let Some(found) = rest.find(word) {
                let (before, after) = rest.split_at(found);
                line += memchr_count(before);
                rest = after.get(word.len()..).unwrap_or_default();
            }
            line
        };
        words.iter().map(place).collect()
    }

    /// The bytes of a logical line.
    pub fn raw(&self, at: usize) -> &BStr {
        self.makefile.raw(at)
    }

    /// The values of all variables whose name `wanted` likes, word by word, with the logical line.
    pub fn words_of(&self, wanted: impl Fn(&BStr) -> bool) -> Vec<(&BStr, usize)> {
        let matching = self.assignments.iter().filter(|a| wanted(a.name.as_bstr()));
        matching.flat_map(|a| words(&a.value).into_iter().map(move |word| (word, a.at))).collect()
    }

    /// Every text of the makefile that is expanded, with its logical line.
    pub fn texts(&self) -> impl Iterator<Item = (usize, &BString)> {
        let assigned = self.assignments.iter().map(|a| (a.at, &a.value));
        let recipes = self.rules.iter().flat_map(|rule| rule.recipe.iter().map(|(at, text)| (*at, text)));
        let rules = self.rules.iter().map(|rule| (rule.at, &rule.prerequisites));
        let others = self.others.iter().map(|(at, text)| (*at, text));
        assigned.chain(recipes).chain(rules).chain(others)
    }
}

fn memchr_count(text: &[u8]) -> u32 {
    u32::try_from(text.iter().filter(|c| **c == b'\n').count()).unwrap_or(u32::MAX)
}

fn line_start(text: &[u8], number: u32) -> usize {
    let mut left = number.saturating_sub(1);
    if left == 0 {
        return 0;
    }
    for (at, c) in text.iter().enumerate() {
        if *c == b'\n' {
            left -= 1;
            if left == 0 {
                return at + 1;
            }
        }
    }
    text.len()
}

/// What a text refers to.
#[derive(Debug, Default)]
pub struct References {
    /// Variables, by name.
    pub variables: BTreeSet<BString>,
    /// `$(call NAME,ARGUMENT…)`: the arguments as written, the name first.
    pub calls: Vec<Vec<BString>>,
    /// `$(shell COMMAND)`
    pub commands: Vec<BString>,
    /// Names that are computed: anything may be referred to.
    pub computed: bool,
}

impl References {
    /// All references of a text.
    pub fn of(lang: &Lang, text: &[u8]) -> References {
        let mut out = References::default();
        if text.contains(&b'$') {
            out.add(lang, &Text::new(text));
        }
        out
    }

    fn add(&mut self, lang: &Lang, text: &Text) {
        for part in text.expr(lang).parts.iter() {
            match part {
                Part::Var(name) => {
                    self.variables.insert(lang.names.text(*name).into());
                }
                Part::Subst(subst) => {
                    self.variables.insert(lang.names.text(subst.name).into());
                }
                Part::Computed(_) => self.computed = true,
                Part::Call(call) => {
                    let written = || call.args.iter().map(|arg| arg.bytes.clone()).collect::<Vec<_>>();
                    match call.func {
                        Func::Call => {
                            self.calls.push(written());
                            if let Some(name) = call.args.first().filter(|name| name.is_literal()) {
                                self.variables.insert(name.bytes.trim().into());
                            }
                        }
                        Func::Shell => self.commands.extend(written()),
                        _ => {}
                    }
                    for arg in call.args.iter() {
                        self.add(lang, arg);
                    }
                }
                Part::Literal(_) | Part::Unterminated(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source::read(BStr::new("Kbuild"), text.as_bytes().to_vec())
    }

    #[test]
    fn rules_have_targets_prerequisites_and_recipes() {
        let s = source("a := 1\n$(obj)/b: $(src:x=y) c | d\n\techo\n\n\t@x\ne: private f = 2\n");
        assert_eq!(s.rules.len(), 1);
        assert_eq!(s.rules[0].targets, ["$(obj)/b"]);
        assert_eq!(s.rules[0].prerequisites.trim(), b"$(src:x=y) c | d");
        assert_eq!(s.rules[0].recipe.len(), 2);
        let names: Vec<_> = s.assignments.iter().map(|a| a.name.to_string()).collect();
        assert_eq!(names, ["a", "f"]);
    }

    #[test]
    fn a_word_is_found_in_the_line_that_goes_on() {
        let s = source("x := a \\\n  b \\\n  cc\n");
        assert_eq!(s.place(0, b"cc"), (3, 17..19));
        let words = ["a", "b", "none", "cc"].map(BString::from);
        assert_eq!(s.lines_of(0, &words), [1, 2, 2, 3]);
    }

    #[test]
    fn references_are_found_in_arguments_too() {
        let lang = Lang::default();
        let refs =
            References::of(&lang, b"$(call if_changed, ld) $(filter $(x),$(y:a=b)) $(shell grep A .config)");
        assert_eq!(refs.calls, [vec![BString::from("if_changed"), " ld".into()]]);
        let names: Vec<String> = refs.variables.iter().map(ToString::to_string).collect();
        assert_eq!(names, ["if_changed", "x", "y"]);
        assert_eq!(refs.commands, ["grep A .config"]);
    }

    #[test]
    fn words_in_brackets_stay_together() {
        assert_eq!(words(b"a $(b c)d  e"), ["a", "$(b c)d", "e"]);
    }
}
