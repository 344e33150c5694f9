//! The text of a command: what kbuild puts around it, what kind it is, how it is run again by hand, and what it printed.

use rkbuild_base::{BString, ByteSlice};

use crate::explain::words;
use crate::saved;

/// What a recipe is without what kbuild puts around it: `set -e; trap '…' INT;`. Empty where nothing is in it.
pub fn without_wrapping(text: &[u8]) -> &[u8] {
    let mut rest = text;
    loop {
        rest = rest.trim_start_with(|c| c == ';' || c.is_ascii_whitespace());
        let after = if let Some(quoted) = rest.strip_prefix(b"trap '") {
            let Some((_, after)) = quoted.split_once_str(b"'") else { return rest };
            after.find_byte(b';').and_then(|at| after.get(at..)).unwrap_or_default()
        } else {
            let word = [&b"set -e"[..], b":", b"true"].into_iter().find_map(|word| rest.strip_prefix(word));
            match word {
                Some(after) if after.is_empty() || after.starts_with(b";") => after,
                _ => return rest,
            }
        };
        rest = after;
    }
}

/// What kind of command a recipe line is: the word kbuild prints for it, or the program's name.
pub fn word_of(text: &[u8]) -> String {
    let rest = without_wrapping(text);
    let said = rest.strip_prefix(b"echo '  ").or_else(|| rest.strip_prefix(b"printf '  "));
    let printed = said.map(|said| said.trim_start());
    let mut words =
        printed.unwrap_or(rest).split(|c| c.is_ascii_whitespace()).filter(|word| !word.is_empty());
    let is_plain = |word: &&[u8]| {
        let name = word.split(|c| *c == b'=').next().unwrap_or_default();
        let assigns = name.len() < word.len() && name.iter().all(|c| c.is_ascii_alphanumeric() || *c == b'_');
        !assigns && !matches!(*word, b"(" | b"{" | b"!" | b"if" | b"exec" | b"env")
    };
    let Some(first) = words.find(is_plain) else { return String::new() };
    let first = first.trim_with(|c| matches!(c, '(' | ')' | ';' | '\'' | '"'));
    let name = first.rsplit_once_str(b"/").map_or(first, |(_, name)| name);
    let mut word = if name == b"[" { "test".to_owned() } else { name.to_str_lossy().into_owned() };
    if printed.is_some() && words.next() == Some(b"[M]") {
        word.push_str(" [M]");
    }
    word
}

/// A word as a shell reads it back.
fn quoted(word: &[u8]) -> Vec<u8> {
    let plain = |c: &u8| c.is_ascii_alphanumeric() || b"/._-+=:@%,".contains(c);
    if !word.is_empty() && word.iter().all(plain) {
        return word.to_vec();
    }
    [b"'".as_slice(), &word.replace(b"'", b"'\\''"), b"'"].concat()
}

/// A line for a shell that runs a command of a recipe again: what kbuild saves of it where it does, or all of it.
pub fn again(directory: &[u8], text: &[u8]) -> Vec<u8> {
    let saved = saved::in_recipe(text).map(|saved| words::read_back(&saved.command));
    let command = saved.unwrap_or_else(|| BString::from(without_wrapping(text)));
    let command = BString::from(command.trim());
    let mut line = [b"cd ".as_slice(), &quoted(directory), b" && "].concat();
    // What more than one command, or one that ends its shell, is kept away from the shell it is typed into.
    let simple = command.find_byteset(b"\n;&|<>(){}#!").is_none();
    if simple {
        line.extend_from_slice(&command);
    } else {
        line.extend_from_slice(b"sh -c ");
        line.extend_from_slice(&quoted(&command));
    }
    line
}

/// The first line of what a command printed that tells of an error, or the last there is. `mixed`: others may have printed as well;
/// what looks like no error is nobody's then. One that names a file of the command, or a file that such a one includes, goes before
/// others.
pub fn first_error(output: &[u8], command: &[u8], mixed: bool) -> Option<Vec<u8>> {
    const SIGNS: [&[u8]; 6] =
        [b"error", b"undefined reference", b"no such file", b"not found", b"cannot", b"denied"];
    let lines = || output.lines().map(|line| line.trim()).filter(|line| !line.is_empty());
    let tells = |line: &&[u8]| {
        let lower = line.to_ascii_lowercase();
        SIGNS.iter().any(|sign| lower.contains_str(sign))
    };
    let strict = |line: &&[u8]| line.contains_str(b"error: ") || line.contains_str(b"Error: ");
    // What is no option and has a dot in it.
    let files: Vec<&[u8]> = command
        .split(|c| c.is_ascii_whitespace() || b"'\";()=".contains(c))
        .filter(|word| {
            !word.starts_with(b"-") && word.trim_start_with(|c| c == '.' || c == '/').contains(&b'.')
        })
        .collect();
    let own = |line: &&[u8]| files.iter().any(|file| line.contains_str(file));
    let mut included = false;
    let of_own = |line: &&[u8]| {
        included |= own(line) && line.contains_str(b"from ");
        strict(line) && (own(line) || std::mem::take(&mut included))
    };
    let warns = |line: &&[u8]| line.contains_str(b"warning: ");
    let found = lines()
        .find(of_own)
        .or_else(|| lines().find(|line| tells(line) && own(line) && !warns(line)))
        .or_else(|| lines().find(strict))
        .or_else(|| lines().find(tells))
        .or_else(|| lines().next_back().filter(|_| !mixed))?;
    Some(found.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_a_command_is_kbuilds_word_or_the_program() {
        for (text, word) in [
            ("set -e;  echo '  CC      a.o'; gcc -c a.c", "CC"),
            ("set -e;  echo '  CC [M]  a.o'; gcc -c a.c", "CC [M]"),
            ("set -e;  echo '  gcc -Wp,-MMD -c a.c'; gcc -Wp", "gcc"),
            ("set -e; trap 'rm -f x; trap - HUP; kill -s HUP $$' HUP;  /usr/bin/ld -o x", "ld"),
            ("LC_ALL=C ./gen/tool > x", "tool"),
            ("(cd x; make)", "cd"),
            ("[ -e x ]", "test"),
            ("", ""),
        ] {
            assert_eq!(word_of(text.as_bytes()), word, "{text}");
        }
    }

    #[test]
    fn a_command_is_repeated_in_its_directory_and_ends_no_shell() {
        let of = |dir: &str, text: &str| again(dir.as_bytes(), text.as_bytes()).to_str_lossy().into_owned();
        assert_eq!(of("/a b", "gcc -c x.c"), "cd '/a b' && gcc -c x.c");
        assert_eq!(of("/a", "echo it's; exit 1"), "cd /a && sh -c 'echo it'\\''s; exit 1'");
        let kbuild = "set -e;  echo '  CC      a.o'; gcc -c -o a.o a.c; scripts/basic/fixdep ./.a.o.d a.o \
                      'gcc -c -o a.o a.c' > ./.a.o.cmd; rm -f ./.a.o.d";
        assert_eq!(of("/a", kbuild), "cd /a && gcc -c -o a.o a.c");
    }

    #[test]
    fn the_first_error_is_found_among_what_a_command_printed() {
        let of = |text: &str| {
            first_error(text.as_bytes(), b"gcc -Wp,-MMD,./.own.o.d -c -o own.o d/own.c", false)
                .map(|line| line.to_str_lossy().into_owned())
        };
        let gcc = "  CC      error.o\na.c: In function 'f':\na.c:3:1: error: no x\na.c:4:1: error: no y\n";
        assert_eq!(of(gcc).as_deref(), Some("a.c:3:1: error: no x"));
        assert_eq!(
            of("x\nld: a.o: undefined reference to `f'\n").as_deref(),
            Some("ld: a.o: undefined reference to `f'")
        );
        assert_eq!(
            of("a.c:3:1: error: no x\nd/own.c:1:1: error: no y\n").as_deref(),
            Some("d/own.c:1:1: error: no y")
        );
        let header = "a.c:3:1: error: no x\nd/own.c:2:1: warning: cannot see\nIn file included from d/own.c:1:\n\
                      i/h.h:5:1: error: no z\na.c:4:1: error: no y\n";
        assert_eq!(of(header).as_deref(), Some("i/h.h:5:1: error: no z"));
        assert_eq!(of("one\n\ntwo\n\n").as_deref(), Some("two"));
        assert_eq!(of("\n"), None);
        // Where others print as well, what looks like no error may be theirs.
        assert_eq!(first_error(b"  CC      b.o\n", b"false", true), None);
    }

    #[test]
    fn a_recipe_with_nothing_in_it_is_empty() {
        for text in ["set -e; ", "set -e; trap 'rm -f x; trap - HUP' HUP;  ; ", ":", "true; :", ""] {
            assert!(without_wrapping(text.as_bytes()).is_empty(), "{text}");
        }
        for text in ["set -e; echo x", "set -ex", "trap 'x", "trap 'x' INT; y", ": > x", "truex"] {
            assert!(!without_wrapping(text.as_bytes()).is_empty(), "{text}");
        }
    }
}
