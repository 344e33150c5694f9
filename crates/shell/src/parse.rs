//! The grammar: script bytes to a [`Script`], or the reason why not.
//!
//! The parser is strict. What POSIX leaves open, what dash and bash read differently and what this crate does not run
//! is declined, so a script is either understood whole or handed on untouched.

use std::sync::OnceLock;

use bstr::{BString, ByteSlice};

use crate::decline::Decline;
use crate::names::{RESERVED, settable};
use crate::reader::{Grammar, Parsed, Parser, is_delimiter};
use crate::script::{
    Builtin, Connector, Literal, LiteralRedirect, Node, Part, Redirect, RedirectKind, Script, Simple, Word,
};

/// Parses `text`. The error says why the script is not one that can be run in-process.
pub(crate) fn script(text: &[u8]) -> Parsed<Script> {
    // Behind `-c` it is more options for the shell, as of `$(shell $(CC) -v)` where CC is empty.
    if text.starts_with(b"-") || text.starts_with(b"+") {
        return Err(Decline { what: "a command that starts like an option", offset: 0 });
    }
    // They are the real shell's and its commands' own.
    if let Some(offset) = OWN_NAMES.iter().find_map(|name| text.find(name)) {
        return Err(Decline { what: "a name that means the process itself", offset });
    }
    script_at(text, 0)
}

/// Names that lead somewhere else in each process.
const OWN_NAMES: [&[u8]; 5] = [b"/dev/std", b"/dev/fd", b"/dev/tty", b"/proc/self", b"/proc/thread-self"];

const GRAMMAR: Grammar = Grammar { list: |parser| parser.list(), script: script_at };

/// Parses text that is nested in another script, `depth` levels down.
fn script_at(text: &[u8], depth: u32) -> Parsed<Script> {
    let mut parser = Parser::new(text, depth, GRAMMAR);
    let mut commands = Vec::new();
    loop {
        parser.newlines();
        if parser.peek().is_none() {
            break;
        }
        commands.push(parser.line_of_commands()?);
    }
    let literal = literal_of(&commands);
    let Parser { wants_pid, takes_rights, .. } = parser;
    Ok(Script { text: text.into(), commands, wants_pid, takes_rights, literal, needs: OnceLock::new() })
}

fn literal_of(commands: &[Node]) -> Option<Literal> {
    let [Node::Simple(simple)] = commands else { return None };
    if simple.builtin.is_some() || simple.words.is_empty() {
        return None;
    }
    let argv = simple.words.iter().map(Word::literal).collect::<Option<Vec<_>>>()?;
    let assignments = simple
        .assignments
        .iter()
        .map(|(name, value)| Some((name.clone(), plain_text(value)?)))
        .collect::<Option<Vec<_>>>()?;
    let redirects = simple
        .redirects
        .iter()
        .map(|r| Some(LiteralRedirect { fd: r.fd, kind: r.kind, word: plain_text(&r.word)? }))
        .collect::<Option<Vec<_>>>()?;
    Some(Literal { argv, assignments, redirects })
}

/// The text of a word where pattern characters mean nothing.
fn plain_text(word: &Word) -> Option<BString> {
    let mut text = BString::default();
    for part in &word.0 {
        match part {
            Part::Text(t) | Part::Quoted(t) => text.extend_from_slice(t),
            _ => return None,
        }
    }
    Some(text)
}

impl Parser<'_> {
    /// The reserved word at the current place, if one stands there whole.
    fn reserved(&mut self) -> Option<&'static [u8]> {
        self.blanks();
        self.peek();
        let rest = self.src.get(self.pos..).unwrap_or_default();
        let length =
            rest.iter().take_while(|c| c.is_ascii_lowercase() || matches!(c, b'!' | b'{' | b'}')).count();
        let word = rest.get(..length)?;
        let ended = match rest.get(length..) {
            None | Some([]) => true,
            Some([b'\\', b'\n', ..]) => false,
            Some([c, ..]) => is_delimiter(*c),
        };
        RESERVED.iter().find(|r| ended && **r == word).copied()
    }

    fn eat_reserved(&mut self, word: &[u8]) -> bool {
        let found = self.reserved() == Some(word);
        if found {
            self.pos += word.len();
        }
        found
    }

    fn expect_reserved(&mut self, word: &[u8]) -> Parsed<()> {
        if self.eat_reserved(word) { Ok(()) } else { self.decline("syntax error") }
    }

    /// Commands up to a newline or the end of the script: what the shell reads and runs at once.
    fn line_of_commands(&mut self) -> Parsed<Node> {
        let mut list = Vec::new();
        loop {
            list.push(self.and_or()?);
            self.blanks();
            match self.peek() {
                None => break,
                Some(b'\n') => {
                    self.bump();
                    break;
                }
                Some(b';') => {
                    self.separator()?;
                    self.blanks();
                    match self.peek() {
                        None => break,
                        Some(b'\n') => {
                            self.bump();
                            break;
                        }
                        _ => {}
                    }
                }
                Some(b'&') => return self.decline("background command"),
                _ => return self.decline("syntax error"),
            }
        }
        Ok(sequence(list))
    }

    /// Takes a `;` that is not part of `;;`.
    fn separator(&mut self) -> Parsed<()> {
        self.bump();
        if self.peek() == Some(b';') { self.decline("syntax error") } else { Ok(()) }
    }

    /// Commands up to a closing reserved word, `)` or `;;`, none of which is taken. At least one command.
    fn list(&mut self) -> Parsed<Node> {
        self.newlines();
        let mut list = Vec::new();
        loop {
            list.push(self.and_or()?);
            self.blanks();
            match self.peek() {
                Some(b'\n') => {}
                Some(b';') => {
                    if self.src.get(self.pos + 1) == Some(&b';') {
                        break;
                    }
                    self.separator()?;
                }
                Some(b'&') => return self.decline("background command"),
                _ => break,
            }
            self.newlines();
            if self.at_list_end() {
                break;
            }
        }
        Ok(sequence(list))
    }

    fn at_list_end(&mut self) -> bool {
        match self.peek() {
            None | Some(b')') => true,
            Some(b';') => self.src.get(self.pos + 1) == Some(&b';'),
            _ => matches!(
                self.reserved(),
                Some(b"}" | b"do" | b"done" | b"elif" | b"else" | b"esac" | b"fi" | b"then")
            ),
        }
    }

    fn and_or(&mut self) -> Parsed<Node> {
        let first = self.pipeline()?;
        let mut rest = Vec::new();
        loop {
            self.blanks();
            self.peek();
            let connector = match self.src.get(self.pos..) {
                Some([b'&', b'&', ..]) => Connector::And,
                Some([b'|', b'|', ..]) => Connector::Or,
                _ => break,
            };
            self.pos += 2;
            self.newlines();
            rest.push((connector, self.pipeline()?));
        }
        Ok(if rest.is_empty() { first } else { Node::AndOr(Box::new(first), rest) })
    }

    fn pipeline(&mut self) -> Parsed<Node> {
        let negated = self.eat_reserved(b"!");
        let loops = self.loops;
        let first = self.command()?;
        let mut stages = vec![first];
        loop {
            self.blanks();
            self.peek();
            match self.src.get(self.pos..) {
                Some([b'|', b'|', ..]) => break,
                Some([b'|', b'&', ..]) => return self.decline("`|&`"),
                Some([b'|', ..]) => {
                    self.pos += 1;
                    self.newlines();
                    let stage = self.separate(Parser::command)?;
                    stages.push(stage);
                }
                _ => break,
            }
        }
        let node = match stages.pop() {
            Some(only) if stages.is_empty() => only,
            Some(last) => {
                // The first stage was read before it was known to be one; leaving a loop from it has no effect outside.
                if loops > 0 && stages.first().is_some_and(leaves_loop) {
                    return self.decline("break in a pipeline");
                }
                stages.push(last);
                Node::Pipe(stages)
            }
            None => return self.decline("syntax error"),
        };
        Ok(if negated { Node::Not(Box::new(node)) } else { node })
    }

    fn command(&mut self) -> Parsed<Node> {
        self.nested(Parser::command_here)
    }

    fn command_here(&mut self) -> Parsed<Node> {
        let word = self.reserved();
        let line = self.line;
        let node = match word {
            Some(b"if") => self.if_clause()?,
            Some(b"while" | b"until") => self.loop_clause()?,
            Some(b"for") => self.for_clause()?,
            Some(b"case") => self.case_clause()?,
            Some(b"{") => {
                self.pos += 1;
                let body = self.list()?;
                self.expect_reserved(b"}")?;
                body
            }
            Some(_) => return self.decline("syntax error"),
            None => {
                if self.peek() != Some(b'(') {
                    return self.simple();
                }
                self.bump();
                if self.peek() == Some(b'(') {
                    return self.decline("`((`");
                }
                let body = Box::new(self.separate(Parser::list)?);
                if !self.eat(b')') {
                    return self.decline("syntax error");
                }
                let redirects = self.redirects()?;
                return Ok(Node::Subshell { body, redirects, line });
            }
        };
        let redirects = self.redirects()?;
        if !redirects.is_empty() && matches!(&node, Node::Subshell { redirects, .. } if !redirects.is_empty())
        {
            // dash forgets the inner ones.
            return self.decline("redirected group of one redirected subshell");
        }
        Ok(if redirects.is_empty() {
            node
        } else {
            Node::Redirected { body: Box::new(node), redirects, line }
        })
    }

    fn if_clause(&mut self) -> Parsed<Node> {
        self.expect_reserved(b"if")?;
        let mut branches = Vec::new();
        let mut otherwise = None;
        loop {
            let test = self.list()?;
            self.expect_reserved(b"then")?;
            branches.push((test, self.list()?));
            if self.eat_reserved(b"elif") {
                continue;
            }
            if self.eat_reserved(b"else") {
                otherwise = Some(Box::new(self.list()?));
            }
            self.expect_reserved(b"fi")?;
            return Ok(Node::If { branches, otherwise });
        }
    }

    fn loop_clause(&mut self) -> Parsed<Node> {
        let until = self.eat_reserved(b"until");
        if !until {
            self.expect_reserved(b"while")?;
        }
        // dash and bash disagree about `break` in the condition; there it is declined.
        let loops = std::mem::take(&mut self.loops);
        let test = self.list();
        self.loops = loops;
        let test = Box::new(test?);
        let body = Box::new(self.do_group()?);
        Ok(Node::Loop { until, test, body })
    }

    fn do_group(&mut self) -> Parsed<Node> {
        self.expect_reserved(b"do")?;
        self.loops += 1;
        let body = self.list();
        self.loops -= 1;
        let body = body?;
        self.expect_reserved(b"done")?;
        Ok(body)
    }

    fn for_clause(&mut self) -> Parsed<Node> {
        self.expect_reserved(b"for")?;
        self.blanks();
        let variable = self.name();
        if !variable.is_empty() && !self.at_word_end() || !settable(&variable) {
            return self.decline("loop variable");
        }
        let line = self.line;
        self.newlines();
        let words = if self.eat_reserved(b"in") {
            let mut words = Vec::new();
            loop {
                self.blanks();
                match self.peek() {
                    Some(b';') => {
                        self.separator()?;
                        break;
                    }
                    Some(b'\n') => break,
                    Some(c) if !is_delimiter(c) => words.push(self.word()?),
                    _ => return self.decline("syntax error"),
                }
            }
            Some(words)
        } else {
            if self.peek() == Some(b';') {
                self.separator()?;
            }
            None
        };
        self.newlines();
        let body = Box::new(self.do_group()?);
        Ok(Node::For { variable, words, body, line })
    }

    fn case_clause(&mut self) -> Parsed<Node> {
        self.expect_reserved(b"case")?;
        self.blanks();
        let line = self.line;
        if self.at_word_end() {
            return self.decline("syntax error");
        }
        let word = self.word()?;
        self.newlines();
        self.expect_reserved(b"in")?;
        let mut arms = Vec::new();
        loop {
            self.newlines();
            if self.eat_reserved(b"esac") {
                return Ok(Node::Case { word, arms, line });
            }
            self.eat(b'(');
            let mut patterns = Vec::new();
            loop {
                self.blanks();
                if self.at_word_end() {
                    return self.decline("syntax error");
                }
                patterns.push(self.word()?);
                self.blanks();
                match self.bump() {
                    Some(b')') => break,
                    Some(b'|') => {}
                    _ => return self.decline("syntax error"),
                }
            }
            self.newlines();
            let body = if self.at_list_end() { None } else { Some(self.list()?) };
            self.newlines();
            arms.push((patterns, body));
            if self.peek() == Some(b';') {
                self.bump();
                if !self.eat(b';') || matches!(self.peek(), Some(b'&')) {
                    return self.decline("syntax error");
                }
            } else if self.reserved() != Some(b"esac") {
                return self.decline("syntax error");
            }
        }
    }

    /// Whether no word starts or goes on at the current place.
    fn at_word_end(&mut self) -> bool {
        self.peek().is_none_or(is_delimiter)
    }

    /// Redirections after a compound command.
    fn redirects(&mut self) -> Parsed<Vec<Redirect>> {
        let mut redirects = Vec::new();
        loop {
            self.blanks();
            match self.redirect()? {
                Some(redirect) => redirects.push(redirect),
                None => return Ok(redirects),
            }
        }
    }

    /// A redirection at the current place.
    fn redirect(&mut self) -> Parsed<Option<Redirect>> {
        self.peek();
        let rest = self.src.get(self.pos..).unwrap_or_default();
        let digits = rest.iter().take_while(|c| c.is_ascii_digit()).count();
        if !matches!(rest.get(digits), Some(b'<' | b'>')) {
            if digits > 0 && rest.get(digits..).is_some_and(|r| r.starts_with(b"\\\n")) {
                return self.decline("number cut by a line end");
            }
            return Ok(None);
        }
        let number = match rest.get(..digits) {
            Some([]) | None => None,
            Some([n @ b'0'..=b'2']) => Some(n - b'0'),
            Some(_) => return self.decline("descriptor above 2"),
        };
        self.pos += digits;
        let input = self.bump() == Some(b'<');
        let kind = match (input, self.peek()) {
            (true, Some(b'<')) => return self.decline("here-document"),
            (true, Some(b'>')) => return self.decline("`<>`"),
            (_, Some(b'&')) => {
                self.bump();
                RedirectKind::Dup
            }
            (false, Some(b'>')) => {
                self.bump();
                RedirectKind::Append
            }
            (false, Some(b'|')) => {
                self.bump();
                RedirectKind::Write
            }
            (true, Some(b'(')) | (false, Some(b'(')) => return self.decline("process substitution"),
            (true, _) => RedirectKind::Read,
            (false, _) => RedirectKind::Write,
        };
        self.blanks();
        if self.at_word_end() {
            return self.decline("syntax error");
        }
        let word = self.word()?;
        if kind == RedirectKind::Dup && !matches!(word.bare().map(|w| w.as_bytes()), Some(b"0" | b"1" | b"2"))
        {
            return self.decline("duplication of a descriptor other than 0, 1, 2");
        }
        if word.mentions_all_parameters() {
            return self.decline("`$@` in a redirection");
        }
        Ok(Some(Redirect { fd: number.unwrap_or(u8::from(!input)), kind, word }))
    }

    fn simple(&mut self) -> Parsed<Node> {
        let mut simple = Simple {
            assignments: Vec::new(),
            words: Vec::new(),
            redirects: Vec::new(),
            builtin: None,
            trap: None,
            line: 0,
        };
        let start = self.pos;
        loop {
            self.blanks();
            match self.peek() {
                None | Some(b'\n' | b';' | b'&' | b'|' | b')') => break,
                Some(b'(') => return self.decline("function definition"),
                _ => {}
            }
            if let Some(redirect) = self.redirect()? {
                simple.redirects.push(redirect);
            } else if let Some(name) = if simple.words.is_empty() { self.assignment_name() } else { None } {
                if !settable(&name) {
                    return self.decline("assignment to a variable the shell uses itself");
                }
                let value = self.word()?;
                simple.assignments.push((name, value));
            } else {
                let word = self.word()?;
                simple.words.push(word);
            }
            if simple.line == 0 {
                simple.line = self.line;
            }
        }
        if self.pos == start {
            return self.decline("syntax error");
        }
        self.check_command(&mut simple)?;
        Ok(Node::Simple(Box::new(simple)))
    }

    /// The name in front of a `=`, when an assignment starts here; takes both.
    fn assignment_name(&mut self) -> Option<BString> {
        let (pos, line) = (self.pos, self.line);
        let name = self.name();
        if !name.is_empty() && self.eat(b'=') {
            return Some(name);
        }
        (self.pos, self.line) = (pos, line);
        None
    }
}

fn sequence(mut list: Vec<Node>) -> Node {
    match list.pop() {
        Some(only) if list.is_empty() => only,
        Some(last) => {
            list.push(last);
            Node::Seq(list)
        }
        None => Node::Seq(list),
    }
}

/// Whether running `node` may leave a loop around it.
fn leaves_loop(node: &Node) -> bool {
    match node {
        Node::Simple(simple) => matches!(simple.builtin, Some(Builtin::Break | Builtin::Continue)),
        Node::Pipe(_) | Node::Subshell { .. } => false,
        Node::Not(node) => leaves_loop(node),
        Node::AndOr(first, rest) => leaves_loop(first) || rest.iter().any(|(_, n)| leaves_loop(n)),
        Node::Seq(list) => list.iter().any(leaves_loop),
        Node::If { branches, otherwise } => {
            branches.iter().any(|(test, body)| leaves_loop(test) || leaves_loop(body))
                || otherwise.as_ref().is_some_and(|n| leaves_loop(n))
        }
        Node::Loop { test, body, .. } => leaves_loop(test) || leaves_loop(body),
        Node::For { body, .. } | Node::Redirected { body, .. } => leaves_loop(body),
        Node::Case { arms, .. } => arms.iter().any(|(_, body)| body.as_ref().is_some_and(leaves_loop)),
    }
}
