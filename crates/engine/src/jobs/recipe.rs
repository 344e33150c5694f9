//! A recipe made ready to run: expanded line by line, with the flags of each line.

use std::collections::VecDeque;

use rkbuild_base::{BString, Place};
use rkbuild_eval::{FileId, Recipe, Result, ScopeId, Session};
use rkbuild_syntax::line::trailing_backslashes;

use crate::graph::states::Graph;
use crate::jobs::shell::shell_spec;

/// What the characters in front of a command say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flags {
    /// `@`: not shown.
    pub silent: bool,
    /// `-`: failure does not count.
    pub ignore: bool,
    /// `+`, or `$(MAKE)` in the text: run even with `-n`.
    pub recursive: bool,
}

impl Flags {
    fn or(self, other: Flags) -> Flags {
        Flags {
            silent: self.silent || other.silent,
            ignore: self.ignore || other.ignore,
            recursive: self.recursive || other.recursive,
        }
    }
}

/// One command of a recipe.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// The text without prefixes.
    pub text: BString,
    pub flags: Flags,
    pub line: u32,
}

/// Takes the prefixes off a command.
pub(crate) fn split_flags(text: &[u8]) -> (Flags, &[u8]) {
    let mut flags = Flags::default();
    let mut at = 0;
    while let Some(c) = text.get(at) {
        match c {
            b'@' => flags.silent = true,
            b'-' => flags.ignore = true,
            b'+' => flags.recursive = true,
            b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => {}
            _ => break,
        }
        at += 1;
    }
    (flags, &text[at..])
}

/// The flags a line has as written.
fn written_flags(text: &[u8]) -> Flags {
    let (mut flags, _) = split_flags(text);
    flags.recursive |= names_make(text);
    flags
}

fn names_make(text: &[u8]) -> bool {
    memchr::memmem::find(text, b"$(MAKE)").is_some() || memchr::memmem::find(text, b"${MAKE}").is_some()
}

/// Splits an expanded line at its line breaks; a backslash before one keeps it.
fn split_lines(text: &[u8]) -> Vec<&[u8]> {
    let mut out = Vec::new();
    let mut start = 0;
    for at in memchr::memchr_iter(b'\n', text) {
        if trailing_backslashes(&text[start..at]).is_multiple_of(2) {
            out.push(&text[start..at]);
            start = at + 1;
        }
    }
    out.push(&text[start..]);
    out
}

/// How many blanks and prefix characters a line begins with.
fn prefix_length(line: &[u8]) -> usize {
    line.iter().take_while(|c| matches!(c, b' ' | b'\t' | b'@' | b'-' | b'+')).count()
}

/// The lines of a text, each without blanks and prefix characters at its start, unless it goes on with the one before.
fn without_prefixes(text: &[u8]) -> Vec<u8> {
    let mut continued = false;
    let lines: Vec<&[u8]> = text
        .split(|c| *c == b'\n')
        .map(|line| {
            let at = if continued { 0 } else { prefix_length(line) };
            continued = !trailing_backslashes(line).is_multiple_of(2);
            &line[at..]
        })
        .collect();
    lines.join(&b'\n')
}

/// The lines of a text, each but the first without the one character that begins recipe lines.
fn without_tabs(text: &[u8], prefix: u8) -> Vec<u8> {
    let mut lines = text.split(|c| *c == b'\n');
    let first = lines.next().unwrap_or_default();
    let rest = lines.map(|line| line.strip_prefix(&[prefix]).unwrap_or(line));
    std::iter::once(first).chain(rest).collect::<Vec<_>>().join(&b'\n')
}

/// True when all lines of a recipe run even with `-n`. With `.ONESHELL` they are one, which begins as the first does.
pub(crate) fn all_recursive(recipe: &Recipe, one_shell: bool) -> bool {
    if one_shell {
        return any_recursive(recipe, true);
    }
    recipe.lines.iter().all(|l| written_flags(&l.text.bytes).recursive)
}

/// True when there is nothing in a recipe but white space and prefix characters, as it is written.
pub(crate) fn is_blank(recipe: &Recipe) -> bool {
    let nothing = |c: &u8| c.is_ascii_whitespace() || b"@-+".contains(c);
    recipe.lines.iter().all(|line| line.text.bytes.iter().all(nothing))
}

/// True when there is nothing in a recipe but white space, as it is written.
pub(crate) fn is_empty(recipe: &Recipe) -> bool {
    recipe.lines.iter().all(|line| line.text.bytes.iter().all(u8::is_ascii_whitespace))
}

/// True when some line of a recipe does.
pub(crate) fn any_recursive(recipe: &Recipe, one_shell: bool) -> bool {
    let mut lines = recipe.lines.iter().enumerate();
    lines.any(|(at, line)| {
        let text = &line.text.bytes;
        names_make(text) || (at == 0 || !one_shell) && written_flags(text).recursive
    })
}

/// Refuses a recipe that GNU make does not count the lines of.
pub(crate) fn check_length(session: &Session, recipe: &Recipe) -> Result<()> {
    const MOST_LINES: usize = 65_535;
    // 4.3 counts no further either, and runs the remainder of the division.
    if recipe.lines.len() <= MOST_LINES || !session.identity().is_4_4() {
        return Ok(());
    }
    let message = format!("Recipe has too many lines (limit {MOST_LINES})");
    Err(session.fatal(Some(recipe.place), message))
}

/// Expands the recipe of `file` in `scope`, all of it before anything runs.
pub(crate) fn expand(
    graph: &mut Graph<'_>,
    file: FileId,
    recipe: &Recipe,
    scope: ScopeId,
) -> Result<VecDeque<Line>> {
    let one_shell = graph.session.targets.one_shell;
    let mut out = VecDeque::new();
    let mut whole: Option<Line> = None;
    let bourne = one_shell && {
        let saved = std::mem::replace(&mut graph.session.vars.current, scope);
        let spec = shell_spec(graph.session);
        graph.session.vars.current = saved;
        spec?.is_bourne()
    };
    let builtin = graph.session.targets[file].builtin || recipe.place.line == 0;
    // Some line is not run with `-n`.
    let mut plain = false;
    let saved = graph.session.in_recipe;
    graph.session.in_recipe = true;
    for line in &recipe.lines {
        // With .ONESHELL there is one line, which is where the first is.
        let first = if one_shell { recipe.lines.first() } else { None };
        let place = Place { file: recipe.place.file, line: first.unwrap_or(line).line };
        graph.session.reading = (!builtin).then_some(place);
        let mut text = Vec::new();
        let result = graph.session.expand_in(scope, &line.text, &mut text);
        graph.session.reading = None;
        if let Err(fatal) = result {
            graph.session.in_recipe = saved;
            return Err(fatal);
        }
        let written = written_flags(&line.text.bytes);
        if one_shell {
            match &mut whole {
                None => {
                    let (prefix, text) = text.split_at(prefix_length(&text));
                    let (flags, _) = split_flags(prefix);
                    // What a variable brought are lines, too.
                    let text =
                        if bourne { without_prefixes(text) } else { without_tabs(text, recipe.prefix) };
                    whole = Some(Line { text: text.into(), flags: flags.or(written), line: line.line });
                }
                Some(whole) => {
                    whole.text.push(b'\n');
                    // A Bourne shell is spared the prefixes; another interpreter may need these characters.
                    let text = if bourne {
                        without_prefixes(&text)
                    } else {
                        let text = text.strip_prefix(&[recipe.prefix]).unwrap_or(&text);
                        without_tabs(text, recipe.prefix)
                    };
                    whole.text.extend_from_slice(&text);
                    whole.flags.recursive |= names_make(&line.text.bytes);
                }
            }
            continue;
        }
        let mut written = written;
        let mut found = false;
        for piece in split_lines(&text) {
            let (flags, rest) = split_flags(piece);
            // A `+` counts for what follows it from the same line too.
            written.recursive |= flags.recursive;
            found |= flags.recursive;
            if !rest.is_empty() {
                out.push_back(Line { text: rest.into(), flags: flags.or(written), line: line.line });
            }
        }
        plain |= !found && !written_flags(&line.text.bytes).recursive;
    }
    graph.session.in_recipe = saved;
    graph.state(file).all_recursive = !plain && !one_shell;
    if let Some(whole) = whole.filter(|w| !rkbuild_base::text::trim(&w.text).is_empty()) {
        out.push_back(whole);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_taken_off_in_any_order() {
        let (flags, text) = split_flags(b" @ -+ echo @x");
        assert_eq!(flags, Flags { silent: true, ignore: true, recursive: true });
        assert_eq!(text, b"echo @x");
    }

    #[test]
    fn an_expanded_line_break_begins_another_command() {
        assert_eq!(split_lines(b"a\nb \\\nc\nd"), [&b"a"[..], b"b \\\nc", b"d"]);
    }
}
