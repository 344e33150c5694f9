//! Word expansion: parameters, substitutions, field splitting, pathnames.

use bstr::{BString, ByteSlice};

use crate::arith::{self, ArithError};
use crate::interp::{Interp, Ran, Stop};
use crate::script::{Operation, Parameter, Part, Word};
use crate::{pathname, pattern};
use rkbuild_host::Exit;

impl Interp<'_> {
    /// The fields that words expand to.
    pub fn fields(&mut self, words: &[Word]) -> Ran<Vec<BString>> {
        let mut fields = Vec::new();
        for word in words {
            append_fields(self, word, &mut fields)?;
        }
        Ok(fields)
    }

    /// The text a word expands to where there is no splitting.
    pub fn string(&mut self, word: &Word) -> Ran<BString> {
        string(self, word)
    }

    /// The pattern a word expands to.
    pub fn pattern(&mut self, word: &Word) -> Ran<Vec<u8>> {
        pattern(self, word)
    }
}

/// Appends the fields that `word` expands to.
fn append_fields(sh: &mut Interp<'_>, word: &Word, out: &mut Vec<BString>) -> Ran<()> {
    if let [Part::Quoted(text)] = word.0.as_slice() {
        out.push(text.clone());
        return Ok(());
    }
    let mut splitter = Splitter { fields: Vec::new(), current: Field::default() };
    splitter.word(sh, word, false)?;
    splitter.end_field();
    for field in splitter.fields {
        let Field { text, pattern, meta, .. } = field;
        if meta {
            if let Some(ahead) = &sh.ahead {
                return Err(ahead.fail());
            }
            let found = match pathname::expand(sh.host, &sh.dir, &pattern) {
                Ok(Some(found)) => found,
                Ok(None) => sh.real_expansion(&pattern)?,
                Err(error) => {
                    return Err(sh.fatal(rkbuild_host::errors::describe(&error).as_bytes()));
                }
            };
            if !found.is_empty() {
                out.extend(found);
                continue;
            }
        }
        out.push(text.into());
    }
    Ok(())
}

/// The text `word` expands to where there is no splitting: assignments, redirections, `case`.
fn string(sh: &mut Interp<'_>, word: &Word) -> Ran<BString> {
    Ok(whole(sh, word)?.text.into())
}

/// The pattern `word` expands to: what was quoted in it matches itself.
fn pattern(sh: &mut Interp<'_>, word: &Word) -> Ran<Vec<u8>> {
    Ok(whole(sh, word)?.pattern)
}

fn whole(sh: &mut Interp<'_>, word: &Word) -> Ran<Field> {
    let mut field = Field::default();
    for part in &word.0 {
        match part {
            Part::Text(text) => field.active(text),
            Part::Quoted(text) => field.quoted(text),
            Part::Parameter { name, op, quoted } => match parameter(sh, name, op)? {
                Expansion::Value(value) if *quoted => field.quoted(&value),
                Expansion::Value(value) => field.active(&value),
                Expansion::Word(word) => {
                    let inner = whole(sh, word)?;
                    if *quoted {
                        field.quoted(&inner.text);
                    } else {
                        field.append(inner);
                    }
                }
                Expansion::All => {
                    let joined = sh.params.join(&b" "[..]);
                    if *quoted { field.quoted(&joined) } else { field.active(&joined) }
                }
            },
            Part::Command { commands, quoted } => {
                let value = command(sh, commands)?;
                if *quoted { field.quoted(&value) } else { field.active(&value) }
            }
            Part::Arithmetic { text, .. } => field.quoted(&arithmetic(sh, text)?),
        }
    }
    Ok(field)
}

/// A field being built: its text, and the same as a pattern in which quoted bytes match themselves.
#[derive(Default)]
struct Field {
    text: Vec<u8>,
    pattern: Vec<u8>,
    /// An unquoted pattern character is in it.
    meta: bool,
    /// It is a field even if empty.
    kept: bool,
}

impl Field {
    fn quoted(&mut self, bytes: &[u8]) {
        self.kept = true;
        self.text.extend_from_slice(bytes);
        for c in bytes {
            if matches!(c, b'*' | b'?' | b'[' | b']' | b'\\' | b'!' | b'-' | b'^' | b':') {
                self.pattern.push(b'\\');
            }
            self.pattern.push(*c);
        }
    }

    fn active(&mut self, bytes: &[u8]) {
        self.meta |= bytes.iter().any(|c| matches!(c, b'*' | b'?' | b'['));
        self.text.extend_from_slice(bytes);
        self.pattern.extend_from_slice(bytes);
    }

    fn append(&mut self, other: Field) {
        self.meta |= other.meta;
        self.kept |= other.kept;
        self.text.extend_from_slice(&other.text);
        self.pattern.extend_from_slice(&other.pattern);
    }
}

struct Splitter {
    fields: Vec<Field>,
    current: Field,
}

impl Splitter {
    fn end_field(&mut self) {
        let field = std::mem::take(&mut self.current);
        if field.kept || !field.text.is_empty() {
            self.fields.push(field);
        }
    }

    /// Adds what an unquoted expansion gave: split at blanks.
    fn split(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        loop {
            let length = rest.find_byteset(b" \t\n").unwrap_or(rest.len());
            let (piece, more) = rest.split_at(length);
            self.current.active(piece);
            if more.is_empty() {
                return;
            }
            self.end_field();
            rest = more.trim_start_with(|c| matches!(c, ' ' | '\t' | '\n'));
        }
    }

    /// Adds a word's parts. `operand`: the word is in a parameter expansion, so its bare text is split too.
    fn word(&mut self, sh: &mut Interp<'_>, word: &Word, operand: bool) -> Ran<()> {
        for part in &word.0 {
            match part {
                Part::Text(text) if operand => self.split(text),
                Part::Text(text) => self.current.active(text),
                Part::Quoted(text) => self.current.quoted(text),
                Part::Parameter { name, op, quoted } => match parameter(sh, name, op)? {
                    Expansion::Value(value) if *quoted => self.current.quoted(&value),
                    Expansion::Value(value) => self.split(&value),
                    Expansion::Word(word) if *quoted => {
                        let text = whole(sh, word)?.text;
                        self.current.quoted(&text);
                    }
                    Expansion::Word(word) => self.word(sh, word, true)?,
                    Expansion::All => self.all(sh, name, *quoted),
                },
                Part::Command { commands, quoted } => {
                    let value = command(sh, commands)?;
                    if *quoted { self.current.quoted(&value) } else { self.split(&value) }
                }
                Part::Arithmetic { text, quoted } => {
                    let value = arithmetic(sh, text)?;
                    if *quoted { self.current.quoted(&value) } else { self.split(&value) }
                }
            }
        }
        Ok(())
    }

    /// `$@` and `$*`.
    fn all(&mut self, sh: &Interp<'_>, name: &Parameter, quoted: bool) {
        if quoted && *name == Parameter::Star {
            let joined = sh.params.join(&b" "[..]);
            self.current.quoted(&joined);
            return;
        }
        for (at, value) in sh.params.iter().enumerate() {
            if at > 0 {
                self.end_field();
            }
            if quoted { self.current.quoted(value) } else { self.split(value) }
        }
    }
}

enum Expansion<'w> {
    Value(BString),
    /// The word of `${x:-word}` stands for it.
    Word(&'w Word),
    /// `$@` or `$*`
    All,
}

/// The value of a parameter; None when it is not set.
fn value(sh: &mut Interp<'_>, name: &Parameter) -> Option<BString> {
    let number = |n: i64| Some(BString::from(n.to_string()));
    match name {
        Parameter::Variable(name) => {
            if name == "PWD" {
                sh.settle_pwd();
            }
            sh.vars.get(name).map(ToOwned::to_owned)
        }
        Parameter::Positional(at) => sh.params.get(at.wrapping_sub(1)).cloned(),
        Parameter::Zero => Some(sh.shell.name.clone()),
        Parameter::Status => number(sh.status.into()),
        Parameter::Count => Some(sh.params.len().to_string().into()),
        Parameter::Pid => number(sh.pid.unwrap_or_default().into()),
        Parameter::At | Parameter::Star => None,
    }
}

fn parameter<'w>(sh: &mut Interp<'_>, name: &Parameter, op: &'w Operation) -> Ran<Expansion<'w>> {
    if matches!(name, Parameter::At | Parameter::Star) {
        return Ok(Expansion::All);
    }
    let value = value(sh, name);
    let missing = |colon: bool| value.as_ref().is_none_or(|v| colon && v.is_empty());
    Ok(match op {
        Operation::Default { colon, word } if missing(*colon) => Expansion::Word(word),
        Operation::Alternative { colon, word } if !missing(*colon) => Expansion::Word(word),
        Operation::Alternative { .. } => Expansion::Value(BString::default()),
        Operation::Assign { colon, word } if missing(*colon) => {
            let text = string(sh, word)?;
            if let Parameter::Variable(name) = name {
                sh.vars.set(name, &text);
            }
            Expansion::Value(text)
        }
        Operation::Default { .. } | Operation::Assign { .. } => Expansion::Value(value.unwrap_or_default()),
        Operation::Plain | Operation::Length | Operation::Trim { .. } => {
            let Some(text) = value else {
                if sh.nounset {
                    return Err(unset(sh, name));
                }
                return Ok(Expansion::Value(if matches!(op, Operation::Length) {
                    "0".into()
                } else {
                    "".into()
                }));
            };
            match op {
                Operation::Length => Expansion::Value(text.len().to_string().into()),
                Operation::Trim { suffix, longest, pattern: word } => {
                    let pattern = pattern(sh, word)?;
                    Expansion::Value(pattern::trim(&text, &pattern, *suffix, *longest).into())
                }
                _ => Expansion::Value(text),
            }
        }
    })
}

/// `set -u` and a parameter that is not set.
fn unset(sh: &Interp<'_>, name: &Parameter) -> Stop {
    let name = match name {
        Parameter::Variable(name) => name.clone(),
        Parameter::Positional(at) => at.to_string().into(),
        _ => BString::default(),
    };
    sh.say(&[&name, b": parameter not set"]);
    Stop::Exit(Exit::Code(2))
}

fn command(sh: &mut Interp<'_>, commands: &[crate::script::Node]) -> Ran<BString> {
    let mut output = (sh.substitution)(sh, commands)?;
    // dash drops NUL bytes from what a command says.
    output.retain(|c| *c != 0);
    let length = output.trim_end_with(|c| c == '\n').len();
    output.truncate(length);
    Ok(output.into())
}

fn arithmetic(sh: &mut Interp<'_>, word: &Word) -> Ran<BString> {
    let text = string(sh, word)?;
    let result = arith::evaluate(&text, &|name| sh.vars.get(name).map(ToOwned::to_owned));
    match result {
        Ok(value) => Ok(value.to_string().into()),
        Err(ArithError::Expression(what)) => {
            sh.say(&[b"arithmetic expression: ", what.as_bytes(), b": \"", &text, b"\""]);
            Err(Stop::Exit(Exit::Code(2)))
        }
        Err(ArithError::IllegalNumber(value)) => {
            sh.say(&[b"Illegal number: ", &value]);
            Err(Stop::Exit(Exit::Code(2)))
        }
    }
}
