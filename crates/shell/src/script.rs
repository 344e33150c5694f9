//! The syntax tree of an accepted script: immutable, shared between threads, cacheable by its text.

use std::sync::OnceLock;

use bstr::{BStr, BString};

/// A script this crate runs itself. It never changes, so it can be kept by its text and run any number of times.
#[derive(Debug)]
pub struct Script {
    pub(crate) text: BString,
    /// The complete commands, as the shell reads them: one after another, each with its own lines.
    pub(crate) commands: Vec<Node>,
    /// The script names `$$`, so it must run on a thread of its own, whose id is the process id it sees.
    pub(crate) wants_pid: bool,
    /// It may take the right to search it from the directory it is in, which those who are in there go on working in.
    pub(crate) takes_rights: bool,
    pub(crate) literal: Option<Literal>,
    /// What it needs, once somebody asked.
    pub(crate) needs: OnceLock<Needs>,
}

/// What a script needs beside this process.
#[derive(Debug, Default)]
pub struct Needs {
    /// The names of the programs it may start, in the order they are written; the tools this crate does itself are none.
    pub programs: Vec<BString>,
    /// What it does depends on its standard streams, or on its process id.
    pub surroundings: bool,
    /// What it does depends on variables, or it changes them or the shell.
    pub variables: bool,
    /// It may compare times of files: with `test a -nt b`, or where an operator comes out of an expansion.
    pub times: bool,
}

impl Needs {
    /// It needs nothing.
    pub fn are_none(&self) -> bool {
        self.programs.is_empty() && !self.surroundings
    }
}

/// One simple command made of literal words only: what a caller can start without a shell.
#[derive(Debug)]
pub struct Literal {
    /// The command's words, the first of which is no builtin of the shell.
    pub argv: Vec<BString>,
    /// `NAME=value` in front of the command.
    pub assignments: Vec<(BString, BString)>,
    /// Redirections in the order they are made; only file names and duplications with literal words.
    pub redirects: Vec<LiteralRedirect>,
}

/// A redirection whose word is literal.
#[derive(Debug)]
pub struct LiteralRedirect {
    /// The descriptor that is redirected: 0, 1 or 2.
    pub fd: u8,
    /// What is done.
    pub kind: RedirectKind,
    /// The file name or, for [`RedirectKind::Dup`], the descriptor's number.
    pub word: BString,
}

/// The redirections this crate makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedirectKind {
    /// `< file`
    Read,
    /// `> file` and `>| file`
    Write,
    /// `>> file`
    Append,
    /// `>&n` and `<&n`
    Dup,
}

impl Script {
    /// The script's text, as it was given to `parse`.
    pub fn text(&self) -> &BStr {
        self.text.as_ref()
    }

    /// The whole script as one external command of literal words, when it is that.
    pub fn simple(&self) -> Option<&Literal> {
        self.literal.as_ref()
    }

    /// Whether the script holds no command at all, so that running it does nothing and succeeds.
    pub fn is_empty(&self) -> bool {
        self.commands.is_empty()
    }
}

/// A command.
#[derive(Debug)]
pub(crate) enum Node {
    Simple(Box<Simple>),
    /// `a | b | c`, two or more.
    Pipe(Vec<Node>),
    /// `! a`
    Not(Box<Node>),
    /// `a && b || c`, in order: each with the condition on what came before under which it runs.
    AndOr(Box<Node>, Vec<(Connector, Node)>),
    /// `a; b; c`
    Seq(Vec<Node>),
    If {
        branches: Vec<(Node, Node)>,
        otherwise: Option<Box<Node>>,
    },
    /// `while` and `until`.
    Loop {
        until: bool,
        test: Box<Node>,
        body: Box<Node>,
    },
    For {
        variable: BString,
        /// None for `for x do`, which walks the positional parameters.
        words: Option<Vec<Word>>,
        body: Box<Node>,
        line: u32,
    },
    Case {
        word: Word,
        arms: Vec<(Vec<Word>, Option<Node>)>,
        line: u32,
    },
    /// `( … )` with the redirections that follow it.
    Subshell {
        body: Box<Node>,
        redirects: Vec<Redirect>,
        line: u32,
    },
    /// A compound command other than a subshell, with redirections.
    Redirected {
        body: Box<Node>,
        redirects: Vec<Redirect>,
        line: u32,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Connector {
    And,
    Or,
}

/// A simple command: assignments, words, redirections.
#[derive(Debug)]
pub(crate) struct Simple {
    pub assignments: Vec<(BString, Word)>,
    pub words: Vec<Word>,
    pub redirects: Vec<Redirect>,
    pub builtin: Option<Builtin>,
    /// What a `trap` command sets, taken apart when it was parsed.
    pub trap: Option<TrapCommand>,
    pub line: u32,
}

/// The builtins of the shell that run here. A script that calls any other is declined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Builtin {
    Colon,
    True,
    False,
    Echo,
    Printf,
    Test,
    Bracket,
    Cd,
    Pwd,
    Export,
    Set,
    Unset,
    Shift,
    Exit,
    Exec,
    Trap,
    Break,
    Continue,
    /// `command -v name`
    CommandV,
}

/// What a `trap` command does.
#[derive(Debug)]
pub(crate) enum TrapCommand {
    /// `trap 'action' SIG…`
    Set { action: TrapAction, signals: Vec<i32> },
    /// `trap - SIG…`
    Reset(Vec<i32>),
}

/// The action of a `trap`.
#[derive(Debug)]
pub(crate) enum TrapAction {
    /// `trap 'text' EXIT`: run when the shell ends. The word holds nothing but text and `$$`.
    AtExit(Word),
    /// kbuild's `rm -f WORDS; trap - SIG; kill -s SIG $$`: the words to remove.
    RemoveAndDie(std::sync::Arc<Script>),
}

/// The pseudo signal number of EXIT.
pub(crate) const EXIT_TRAP: i32 = 0;

#[derive(Debug)]
pub(crate) struct Redirect {
    pub fd: u8,
    pub kind: RedirectKind,
    pub word: Word,
}

/// A word before expansion.
#[derive(Debug, Default)]
pub(crate) struct Word(pub Vec<Part>);

#[derive(Debug)]
pub(crate) enum Part {
    /// Unquoted text; may hold pattern characters.
    Text(BString),
    /// Quoted text; may be empty, and then still makes a field.
    Quoted(BString),
    Parameter {
        name: Parameter,
        op: Operation,
        quoted: bool,
    },
    Command {
        commands: Vec<Node>,
        quoted: bool,
    },
    Arithmetic {
        /// The expression, as if in double quotes.
        text: Word,
        quoted: bool,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Parameter {
    Variable(BString),
    /// `$1` and up.
    Positional(usize),
    /// `$0`
    Zero,
    /// `$?`
    Status,
    /// `$#`
    Count,
    /// `$$`
    Pid,
    /// `$@`
    At,
    /// `$*`
    Star,
}

#[derive(Debug)]
pub(crate) enum Operation {
    /// `$x`, `${x}`
    Plain,
    /// `${#x}`
    Length,
    /// `${x-w}`, `${x:-w}`: with the colon an empty value counts as unset.
    Default { colon: bool, word: Word },
    /// `${x=w}`
    Assign { colon: bool, word: Word },
    /// `${x+w}`
    Alternative { colon: bool, word: Word },
    /// `${x%w}`, `${x%%w}`, `${x#w}`, `${x##w}`
    Trim { suffix: bool, longest: bool, pattern: Word },
}

impl Word {
    /// The text of a word that has nothing to expand: no parameter, no command, no pattern character.
    pub fn literal(&self) -> Option<BString> {
        let mut text = BString::default();
        for part in &self.0 {
            match part {
                Part::Quoted(t) => text.extend_from_slice(t),
                Part::Text(t) if !t.iter().any(|c| matches!(c, b'*' | b'?' | b'[')) => {
                    text.extend_from_slice(t);
                }
                _ => return None,
            }
        }
        Some(text)
    }

    /// The text of a word that is one piece of unquoted text: what reserved words and assignments are made of.
    pub fn bare(&self) -> Option<&BStr> {
        match self.0.as_slice() {
            [Part::Text(t)] => Some(t.as_ref()),
            _ => None,
        }
    }

    /// Whether `$@` or `$*` stands in the word itself.
    pub fn mentions_all_parameters(&self) -> bool {
        self.0
            .iter()
            .any(|part| matches!(part, Part::Parameter { name: Parameter::At | Parameter::Star, .. }))
    }

    /// The text of a word made of text and `$$` only, with `pid` for `$$`.
    pub fn with_pid(&self, pid: &[u8]) -> Option<BString> {
        let mut text = BString::default();
        for part in &self.0 {
            match part {
                Part::Text(t) | Part::Quoted(t) => text.extend_from_slice(t),
                Part::Parameter { name: Parameter::Pid, op: Operation::Plain, .. } => {
                    text.extend_from_slice(pid);
                }
                _ => return None,
            }
        }
        Some(text)
    }
}
