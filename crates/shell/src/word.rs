//! Reading one word: quotes, parameters, command and arithmetic substitution.

use bstr::{BString, ByteSlice};

use crate::arith;
use crate::names::{readable, settable};
use crate::reader::{Parsed, Parser, is_delimiter};
use crate::script::{Operation, Parameter, Part, Word};

impl Parser<'_> {
    /// A word from the current place on; empty when none is there.
    pub(crate) fn word(&mut self) -> Parsed<Word> {
        self.word_until(is_delimiter)
    }

    fn word_until(&mut self, ends: impl Fn(u8) -> bool) -> Parsed<Word> {
        let mut word = WordBuilder::default();
        while let Some(c) = self.peek() {
            if ends(c) {
                break;
            }
            match c {
                b'\\' => {
                    self.bump();
                    match self.bump_escaped() {
                        Some(c) => word.quoted(&[c]),
                        None => return self.decline("backslash at the end"),
                    }
                }
                b'\'' => {
                    self.bump();
                    let text = self.single_quoted()?;
                    word.quoted(text);
                }
                b'"' => {
                    self.bump();
                    self.double_quoted(&mut word)?;
                }
                b'$' => self.dollar(&mut word, false)?,
                b'`' => self.backquoted(&mut word, false)?,
                b'~' if word.at_tilde_place() => return self.decline("tilde"),
                0 => return self.decline("NUL byte"),
                _ => {
                    let text = self.run_of(|c| is_special(c) || c == b'~' || ends(c));
                    word.text(text);
                }
            }
        }
        Ok(word.finish())
    }

    /// The byte at the current place, which is taken, and those after it that are not `special`.
    fn run_of(&mut self, special: impl Fn(u8) -> bool) -> &[u8] {
        let start = self.pos;
        self.bump();
        let rest = self.src.get(self.pos..).unwrap_or_default();
        self.pos += rest.iter().position(|c| special(*c)).unwrap_or(rest.len());
        self.src.get(start..self.pos).unwrap_or_default()
    }

    fn single_quoted(&mut self) -> Parsed<&[u8]> {
        let src = self.src;
        let rest = src.get(self.pos..).unwrap_or_default();
        let Some(length) = rest.find_byte(b'\'') else { return self.decline("unterminated quote") };
        let text = rest.get(..length).unwrap_or_default();
        if text.contains(&0) {
            return self.decline("NUL byte");
        }
        self.pos += length + 1;
        self.line += u32::try_from(text.iter().filter(|c| **c == b'\n').count()).unwrap_or(0);
        Ok(text)
    }

    fn double_quoted(&mut self, word: &mut WordBuilder) -> Parsed<()> {
        if self.eat(b'"') {
            // Even "" makes a field.
            word.quoted(b"");
            return Ok(());
        }
        loop {
            match self.peek() {
                None => return self.decline("unterminated quote"),
                Some(0) => return self.decline("NUL byte"),
                Some(b'"') => {
                    self.bump();
                    return Ok(());
                }
                Some(b'\\') => {
                    self.bump();
                    match self.bump_escaped() {
                        Some(c @ (b'$' | b'`' | b'"' | b'\\')) => word.quoted(&[c]),
                        Some(c) => word.quoted(&[b'\\', c]),
                        None => return self.decline("unterminated quote"),
                    }
                }
                Some(b'$') => self.dollar(word, true)?,
                Some(b'`') => self.backquoted(word, true)?,
                Some(_) => {
                    let text = self.run_of(is_special);
                    word.quoted(text);
                }
            }
        }
    }

    /// What follows a `$`.
    fn dollar(&mut self, word: &mut WordBuilder, quoted: bool) -> Parsed<()> {
        self.bump();
        let parameter = match self.peek() {
            Some(b'(') => {
                self.bump();
                if self.peek() == Some(b'(') {
                    self.bump();
                    return self.nested(|p| p.arithmetic(word, quoted));
                }
                return self.command_substitution(word, quoted);
            }
            Some(b'{') => {
                self.bump();
                return self.nested(|p| p.braced(word, quoted));
            }
            Some(b'\'' | b'"') if !quoted => return self.decline("`$` in front of a quote"),
            Some(c) if c == b'_' || c.is_ascii_alphabetic() => {
                let name = self.name();
                self.variable(name)?
            }
            Some(c) => match special(c) {
                Some(parameter) => {
                    self.bump();
                    parameter
                }
                None if matches!(c, b'!' | b'-' | b'[') => return self.decline("special parameter"),
                None => {
                    if quoted {
                        word.quoted(b"$")
                    } else {
                        word.text(b"$")
                    }
                    return Ok(());
                }
            },
            None => return self.decline("`$` at the end"),
        };
        self.note_pid(&parameter);
        word.part(Part::Parameter { name: parameter, op: Operation::Plain, quoted });
        Ok(())
    }

    fn note_pid(&mut self, parameter: &Parameter) {
        self.wants_pid |= *parameter == Parameter::Pid;
    }

    fn variable(&self, name: BString) -> Parsed<Parameter> {
        if readable(&name) {
            Ok(Parameter::Variable(name))
        } else {
            self.decline("variable the shell uses itself")
        }
    }

    /// `${…}`, after the brace.
    fn braced(&mut self, word: &mut WordBuilder, quoted: bool) -> Parsed<()> {
        let length = self.peek() == Some(b'#') && self.src.get(self.pos + 1) != Some(&b'}');
        if length {
            self.bump();
        }
        let parameter = match self.peek() {
            Some(c) if c == b'_' || c.is_ascii_alphabetic() => {
                let name = self.name();
                self.variable(name)?
            }
            Some(c) if c.is_ascii_digit() => {
                let mut number = 0usize;
                while let Some(c) = self.peek().filter(u8::is_ascii_digit) {
                    number = number.saturating_mul(10).saturating_add(usize::from(c - b'0'));
                    self.bump();
                }
                if number == 0 { Parameter::Zero } else { Parameter::Positional(number) }
            }
            Some(c) => match special(c) {
                Some(parameter) => {
                    self.bump();
                    parameter
                }
                None => return self.decline("parameter expansion"),
            },
            None => return self.decline("unterminated parameter expansion"),
        };
        self.note_pid(&parameter);
        let all = matches!(parameter, Parameter::At | Parameter::Star);
        if self.eat(b'}') {
            if length && !matches!(parameter, Parameter::Variable(_) | Parameter::Positional(_)) {
                return self.decline("length of a special parameter");
            }
            let op = if length { Operation::Length } else { Operation::Plain };
            word.part(Part::Parameter { name: parameter, op, quoted });
            return Ok(());
        }
        if length || all || parameter == Parameter::Count {
            return self.decline("parameter expansion");
        }
        let colon = self.eat(b':');
        let op = match self.bump() {
            Some(b'-') => Operation::Default { colon, word: self.operand(quoted)? },
            Some(b'+') => Operation::Alternative { colon, word: self.operand(quoted)? },
            Some(b'=') => {
                if !matches!(&parameter, Parameter::Variable(name) if settable(name)) {
                    return self.decline("assignment to a special parameter");
                }
                Operation::Assign { colon, word: self.operand(quoted)? }
            }
            Some(c @ (b'%' | b'#')) if !colon => {
                let longest = self.eat(c);
                // Double quotes around it all do not quote the pattern.
                let pattern = if quoted { self.quoted_operand(false)? } else { self.operand(false)? };
                Operation::Trim { suffix: c == b'%', longest, pattern }
            }
            _ => return self.decline("parameter expansion"),
        };
        word.part(Part::Parameter { name: parameter, op, quoted });
        Ok(())
    }

    /// The word after the operator of `${x:-word}`, with its closing brace.
    fn operand(&mut self, quoted: bool) -> Parsed<Word> {
        if quoted {
            return self.quoted_operand(true);
        }
        let word = self.word_until(|c| c == b'}')?;
        if !self.eat(b'}') {
            return self.decline("unterminated parameter expansion");
        }
        if word.mentions_all_parameters() {
            return self.decline("`$@` in a parameter expansion");
        }
        Ok(word)
    }

    /// The word of an operator inside double quotes, where only plain text and parameters are accepted: shells differ
    /// about quotes there. `quoted`: its parameters count as quoted.
    fn quoted_operand(&mut self, quoted: bool) -> Parsed<Word> {
        let mut word = WordBuilder::default();
        loop {
            match self.peek() {
                None => return self.decline("unterminated parameter expansion"),
                Some(b'}') => {
                    self.bump();
                    break;
                }
                Some(b'\'' | b'"' | b'\\' | b'~') => {
                    return self.decline("quote in a quoted parameter expansion");
                }
                Some(0) => return self.decline("NUL byte"),
                Some(b'$') => self.dollar(&mut word, quoted)?,
                Some(b'`') => self.backquoted(&mut word, true)?,
                Some(c) => {
                    self.bump();
                    word.text(&[c]);
                }
            }
        }
        let word = word.finish();
        if word.mentions_all_parameters() {
            return self.decline("`$@` in a parameter expansion");
        }
        Ok(word)
    }

    /// `$(…)`, after the parenthesis.
    fn command_substitution(&mut self, word: &mut WordBuilder, quoted: bool) -> Parsed<()> {
        let commands = self.separate(|p| p.substituted_commands())?;
        if !self.eat(b')') {
            return self.decline("syntax error");
        }
        word.part(Part::Command { commands, quoted });
        Ok(())
    }

    /// `` `…` ``: its text, with one level of backslashes removed, is a script.
    fn backquoted(&mut self, word: &mut WordBuilder, quoted: bool) -> Parsed<()> {
        self.bump();
        let mut text = BString::default();
        loop {
            match self.bump() {
                None => return self.decline("unterminated backquote"),
                Some(b'`') => break,
                Some(b'\\') => match self.bump_escaped() {
                    Some(c @ (b'\\' | b'$' | b'`')) => text.push(c),
                    Some(b'"') if quoted => text.push(b'"'),
                    Some(c) => text.extend_from_slice(&[b'\\', c]),
                    None => return self.decline("unterminated backquote"),
                },
                Some(c) => text.push(c),
            }
        }
        let depth = self.depth + 1;
        let script = self.separate(|p| (p.grammar.script)(&text, depth))?;
        self.wants_pid |= script.wants_pid;
        self.takes_rights |= script.takes_rights;
        word.part(Part::Command { commands: script.commands, quoted });
        Ok(())
    }

    /// `$((…))`, after both parentheses.
    fn arithmetic(&mut self, word: &mut WordBuilder, quoted: bool) -> Parsed<()> {
        let mut text = WordBuilder::default();
        let mut open = 0u32;
        loop {
            match self.peek() {
                Some(b'(') => {
                    open += 1;
                    self.bump();
                    text.quoted(b"(");
                }
                Some(b')') if open > 0 => {
                    open -= 1;
                    self.bump();
                    text.quoted(b")");
                }
                Some(b')') => {
                    self.bump();
                    if !self.eat(b')') {
                        return self.decline("arithmetic");
                    }
                    break;
                }
                Some(b'$') => {
                    let at = self.pos + 1;
                    if matches!(self.src.get(at), Some(b'(')) && self.src.get(at + 1) == Some(&b'(') {
                        return self.decline("nested arithmetic");
                    }
                    self.dollar(&mut text, true)?;
                }
                Some(c) if c.is_ascii_alphanumeric() || b"_ \t+-*/%<>=!&|^~?:".contains(&c) => {
                    self.bump();
                    text.quoted(&[c]);
                }
                _ => return self.decline("arithmetic"),
            }
        }
        let text = text.finish();
        // With a number for whatever is expanded, it must be an expression.
        let mut sample = Vec::new();
        for part in &text.0 {
            match part {
                Part::Quoted(t) | Part::Text(t) => sample.extend_from_slice(t),
                _ => sample.push(b'1'),
            }
        }
        if !arith::is_expression(&sample) || text.mentions_all_parameters() {
            return self.decline("arithmetic");
        }
        word.part(Part::Arithmetic { text, quoted });
        Ok(())
    }
}

/// Bytes that are no plain text, in double quotes or outside, or begin a line.
fn is_special(c: u8) -> bool {
    matches!(c, b'\\' | b'\'' | b'"' | b'$' | b'`' | b'\n' | 0)
}

/// The parameter that `$c` names, for the characters that are one.
fn special(c: u8) -> Option<Parameter> {
    Some(match c {
        b'?' => Parameter::Status,
        b'#' => Parameter::Count,
        b'$' => Parameter::Pid,
        b'@' => Parameter::At,
        b'*' => Parameter::Star,
        b'0' => Parameter::Zero,
        b'1'..=b'9' => Parameter::Positional(usize::from(c - b'0')),
        _ => return None,
    })
}

/// Collects the parts of a word, joining neighbours of one kind.
#[derive(Default)]
struct WordBuilder(Vec<Part>);

impl WordBuilder {
    fn text(&mut self, bytes: &[u8]) {
        if let Some(Part::Text(text)) = self.0.last_mut() {
            text.extend_from_slice(bytes);
        } else {
            self.0.push(Part::Text(bytes.into()));
        }
    }

    fn quoted(&mut self, bytes: &[u8]) {
        if let Some(Part::Quoted(text)) = self.0.last_mut() {
            text.extend_from_slice(bytes);
        } else {
            self.0.push(Part::Quoted(bytes.into()));
        }
    }

    fn part(&mut self, part: Part) {
        self.0.push(part);
    }

    /// Whether a `~` here could mean a home directory.
    fn at_tilde_place(&self) -> bool {
        match self.0.last() {
            None => true,
            Some(Part::Text(text)) => matches!(text.last(), Some(b':' | b'=')),
            Some(_) => false,
        }
    }

    fn finish(self) -> Word {
        Word(self.0)
    }
}

/// Words as a shell reads them, each in quotes.
pub(crate) fn quote(words: &[BString]) -> BString {
    let mut text = BString::default();
    for word in words {
        if !text.is_empty() {
            text.push(b' ');
        }
        text.push(b'\'');
        for c in word.iter() {
            match c {
                b'\'' => text.extend_from_slice(b"'\\''"),
                c => text.push(*c),
            }
        }
        text.push(b'\'');
    }
    text
}
