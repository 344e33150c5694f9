//! One command line to the words that are executed: the program itself where no shell is needed, or the shell.

use rkbuild_base::text::{is_blank, words};
use rkbuild_base::{BString, ByteSlice};

/// The shell make assumes when nothing else is said.
pub const DEFAULT_SHELL: &[u8] = b"/bin/sh";

/// Characters that mean something to the shell wherever they stand unquoted.
const SHELL_CHARACTERS: &[u8] = b"#;\"*?[]&|<>(){}$`^~!";

/// Commands that only a shell knows, or knows better.
const SHELL_COMMANDS: [&[u8]; 37] = [
    b".",
    b":",
    b"alias",
    b"bg",
    b"break",
    b"case",
    b"cd",
    b"command",
    b"continue",
    b"eval",
    b"exec",
    b"exit",
    b"export",
    b"fc",
    b"fg",
    b"for",
    b"getopts",
    b"hash",
    b"if",
    b"jobs",
    b"login",
    b"logout",
    b"read",
    b"readonly",
    b"return",
    b"set",
    b"shift",
    b"test",
    b"times",
    b"trap",
    b"type",
    b"ulimit",
    b"umask",
    b"unalias",
    b"unset",
    b"wait",
    b"while",
];

/// How command lines are run: the values of SHELL, .SHELLFLAGS and IFS for a target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShellSpec {
    /// `SHELL`, split into words.
    pub shell: Vec<BString>,
    /// `.SHELLFLAGS`, split into words.
    pub flags: Vec<BString>,
    /// Whether simple commands may be executed without the shell.
    pub may_bypass: bool,
    /// The flags are those of `.POSIX`: `-ec`, or `-c` for a line whose failure does not count.
    pub posix: bool,
}

/// What to execute for a command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argv {
    /// A program with its arguments.
    Direct(Vec<BString>),
    /// The shell, its flags, and the line as the last word.
    Shell(Vec<BString>),
}

/// What a line break outside quotes is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LineBreak {
    NeedsShell,
    IsBlank,
}

impl ShellSpec {
    /// Reads the expanded values of the three variables.
    pub fn new(shell: &[u8], flags: &[u8], ifs: Option<&[u8]>) -> ShellSpec {
        // Nothing stands in for an empty one: its first flag is executed.
        let shell = split(shell);
        let flags = split(flags);
        let plain_ifs = ifs.is_none_or(|ifs| ifs.iter().all(|c| matches!(c, b' ' | b'\t' | b'\n')));
        let plain_flags = match flags.as_slice() {
            [] => true,
            [flag] => flag == "-c" || flag == "-ec",
            _ => false,
        };
        let may_bypass = shell.len() == 1 && shell[0] == DEFAULT_SHELL && plain_flags && plain_ifs;
        ShellSpec { shell, flags, may_bypass, posix: false }
    }

    /// The program to execute for `line`, from which prefixes are gone; `None` when there is nothing in it. A line
    /// break in it other than a continuation, which `.ONESHELL` makes, is the shell's to understand.
    pub fn argv(&self, line: &[u8], ignoring: bool) -> Option<Argv> {
        self.argv_with(line, LineBreak::NeedsShell, ignoring)
    }

    /// The program to execute for the command of a `$(shell)`. Where it needs no shell, its line breaks separate words:
    /// that is what make makes of a `define` with two simple commands.
    pub fn function_argv(&self, command: &[u8]) -> Option<Argv> {
        self.argv_with(command, LineBreak::IsBlank, false)
    }

    fn argv_with(&self, line: &[u8], line_break: LineBreak, ignoring: bool) -> Option<Argv> {
        let line = trim_start(line);
        if is_empty(line) {
            return None;
        }
        if self.may_bypass
            && let Some(words) = simple_words(line, line_break)
        {
            return Some(Argv::Direct(words));
        }
        let mut argv = self.shell.clone();
        if self.posix {
            argv.push(if ignoring { "-c" } else { "-ec" }.into());
        } else {
            argv.extend(self.flags.iter().cloned());
        }
        argv.push(line.into());
        Some(Argv::Shell(argv))
    }

    /// True when the shell is a relative of the Bourne shell.
    pub fn is_bourne(&self) -> bool {
        self.shell.first().is_some_and(|shell| is_bourne(shell))
    }

    /// True when running `argv` would have the shell do nothing: make leaves that out.
    pub fn is_no_op(argv: &Argv) -> bool {
        let Argv::Shell(words) = argv else { return false };
        match words.as_slice() {
            [shell, flag, line] => is_bourne(shell) && (flag == "-c" || flag == "-ec") && line == ":",
            _ => false,
        }
    }
}

fn is_bourne(shell: &[u8]) -> bool {
    let name = shell.rsplit(|c| *c == b'/').next().unwrap_or_default();
    matches!(name, b"sh" | b"bash" | b"dash" | b"ksh" | b"rksh" | b"zsh" | b"ash")
}

/// `text` without blanks at its start. (Other white space belongs to the command.)
fn trim_start(text: &[u8]) -> &[u8] {
    &text[text.iter().take_while(|c| is_blank(**c)).count()..]
}

/// True when there is no word in the line.
fn is_empty(line: &[u8]) -> bool {
    let mut at = 0;
    while let Some(c) = line.get(at) {
        match c {
            b'\\' if line.get(at + 1) == Some(&b'\n') => at += 2,
            b' ' | b'\t' | b'\n' => at += 1,
            _ => return false,
        }
    }
    true
}

/// Splits the value of SHELL or .SHELLFLAGS as a command line without expansions is split.
fn split(text: &[u8]) -> Vec<BString> {
    simple_words(text, LineBreak::NeedsShell).unwrap_or_else(|| quoted_words(text))
}

/// The words of a text whose special characters have no meaning but for quotes and backslashes.
fn quoted_words(text: &[u8]) -> Vec<BString> {
    if text.find_byteset(b"'\"\\").is_none() {
        return words(text).map(BString::from).collect();
    }
    let mut out = Vec::new();
    let mut word: Option<BString> = None;
    let mut quote = None;
    let mut bytes = text.iter().copied();
    while let Some(c) = bytes.next() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some(b'\''), c) => word.get_or_insert_default().push(c),
            (None, b'\'' | b'"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (_, b'\\') => word.get_or_insert_default().extend(bytes.next()),
            (None, b' ' | b'\t' | b'\n') => out.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    out.extend(word);
    out
}

/// The words of a line that needs no shell; `None` when it does. Nothing in the line is expanded: quotes and
/// backslashes only keep characters together.
fn simple_words(line: &[u8], line_break: LineBreak) -> Option<Vec<BString>> {
    let mut out: Vec<BString> = Vec::new();
    let mut word: Option<BString> = None;
    let mut at = 0;
    while let Some(&c) = line.get(at) {
        at += 1;
        match c {
            b'\'' => {
                let end = at + memchr::memchr(b'\'', line.get(at..)?)?;
                word.get_or_insert_default().extend_from_slice(&line[at..end]);
                at = end + 1;
            }
            b'\\' => match line.get(at) {
                Some(b'\n') => at += 1,
                Some(&c) => {
                    word.get_or_insert_default().push(c);
                    at += 1;
                }
                None => {}
            },
            b' ' | b'\t' => end_word(&mut word, &mut out)?,
            b'\n' if line_break == LineBreak::IsBlank => end_word(&mut word, &mut out)?,
            b'\n' => return None,
            b'=' if out.is_empty() => return None,
            c if SHELL_CHARACTERS.contains(&c) => return None,
            c => word.get_or_insert_default().push(c),
        }
    }
    end_word(&mut word, &mut out)?;
    Some(out)
}

/// Ends a word; `None` when it is the first and names a command of the shell.
fn end_word(word: &mut Option<BString>, out: &mut Vec<BString>) -> Option<()> {
    let Some(word) = word.take() else { return Some(()) };
    if out.is_empty() && SHELL_COMMANDS.contains(&word.as_slice()) {
        return None;
    }
    out.push(word);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain() -> ShellSpec {
        ShellSpec::new(b"/bin/sh", b"-c", None)
    }

    fn direct(line: &str) -> Option<Vec<String>> {
        match plain().argv(line.as_bytes(), false)? {
            Argv::Direct(words) => Some(words.iter().map(ToString::to_string).collect()),
            Argv::Shell(_) => None,
        }
    }

    #[test]
    fn line_breaks_of_a_shell_function_separate_words_unless_it_needs_a_shell() {
        let argv = |command: &[u8]| plain().function_argv(command);
        assert_eq!(
            argv(b"echo a\necho b\n"),
            Some(Argv::Direct(["echo", "a", "echo", "b"].map(BString::from).into()))
        );
        assert!(matches!(argv(b"echo a;\necho b"), Some(Argv::Shell(_))));
    }

    #[test]
    fn simple_commands_are_executed_without_a_shell() {
        for (line, words) in [
            ("echo a=b", &["echo", "a=b"][..]),
            (" \techo a'b c'd", &["echo", "ab cd"]),
            ("echo a\\ b ''", &["echo", "a b", ""]),
            ("ec\\ho a%b,@:+c", &["echo", "a%b,@:+c"]),
            ("echo 'a`b$c\\'", &["echo", "a`b$c\\"]),
            ("echo a \\\nb", &["echo", "a", "b"]),
            ("echo a\\\nb", &["echo", "ab"]),
            ("echo 'a \\\nb'", &["echo", "a \\\nb"]),
            ("echo a\\", &["echo", "a"]),
            ("'a=b' c", &["a=b", "c"]),
        ] {
            assert_eq!(
                direct(line).as_deref(),
                Some(&words.iter().map(|w| w.to_string()).collect::<Vec<_>>()[..]),
                "{line}"
            );
        }
    }

    #[test]
    fn what_only_a_shell_understands_goes_to_the_shell_untouched() {
        for line in [
            "a=b c",
            "echo \"a\"",
            "echo a;",
            "echo ~",
            "cd x",
            "'for' x",
            "echo 'a",
            "test x",
            "a-b=c d",
            ": ",
            "a\nb",
        ] {
            let want = Argv::Shell(vec!["/bin/sh".into(), "-c".into(), line.into()]);
            assert_eq!(plain().argv(line.as_bytes(), false), Some(want), "{line}");
        }
    }

    #[test]
    fn another_shell_or_other_flags_or_separators_rule_out_the_bypass() {
        let argv = |spec: ShellSpec| match spec.argv(b"echo a", false) {
            Some(Argv::Shell(words)) => bstr::join(" ", words).as_bstr().to_string(),
            _ => String::new(),
        };
        assert_eq!(argv(ShellSpec::new(b"/bin/bash -x", b"-c", None)), "/bin/bash -x -c echo a");
        assert_eq!(argv(ShellSpec::new(b" /bin/sh", b"-e -c", None)), "/bin/sh -e -c echo a");
        assert_eq!(argv(ShellSpec::new(b"", b"-x 'a b'", None)), "-x a b echo a");
        assert_eq!(argv(ShellSpec::new(b"/bin/sh", b"-c", Some(b":"))), "/bin/sh -c echo a");
        assert_eq!(argv(ShellSpec::new(b"/bin/sh", b"-ec", Some(b" \t\n"))), "");
    }

    #[test]
    fn a_lone_colon_is_nothing_to_run() {
        let argv = plain().argv(b":", false);
        assert!(argv.as_ref().is_some_and(ShellSpec::is_no_op));
        assert!(!plain().argv(b": ", false).as_ref().is_some_and(ShellSpec::is_no_op));
        assert_eq!(plain().argv(b" \\\n\t", false), None);
    }
}
