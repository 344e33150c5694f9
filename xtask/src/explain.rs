//! Why two files differ: which words of a `.cmd` file, which section of an object, which lines of a text.

use std::collections::BTreeSet;
use std::fmt::Write;

use bstr::{BStr, ByteSlice};
use object::{Object, ObjectSection, ObjectSymbol};
use similar::{ChangeTag, TextDiff};

/// A short account, one difference a line, indented by six.
pub fn files(path: &BStr, first: &[u8], second: &[u8], most: usize) -> String {
    let name = path.rsplit_once_str("/").map_or(path.as_bytes(), |(_, name)| name);
    if name.starts_with(b".") && name.ends_with(b".cmd") {
        return cmd_file(first, second, most);
    }
    if first.starts_with(b"\x7fELF") && second.starts_with(b"\x7fELF") {
        return elf(first, second, most);
    }
    if is_archive(first) && is_archive(second) {
        return archive(first, second, most);
    }
    let is_text = |data: &[u8]| !data.iter().take(8000).any(|&b| b == 0);
    if is_text(first) && is_text(second) {
        if first.lines().chain(second.lines()).any(|l| l.len() > 400) {
            return words(&split(first), &split(second), most);
        }
        return lines(first, second, most);
    }
    bytes("", first, second)
}

/// A diff of lines, without context.
pub fn lines(first: &[u8], second: &[u8], most: usize) -> String {
    let diff = TextDiff::from_lines(first, second);
    let changes = diff.iter_all_changes().filter(|c| c.tag() != ChangeTag::Equal);
    let mut text = String::new();
    let mut count = 0;
    for change in changes {
        count += 1;
        if count <= most {
            let value = change.value();
            let end = if value.ends_with(b"\n") { "" } else { "  (no newline at the end)" };
            let sign = if change.tag() == ChangeTag::Delete { '-' } else { '+' };
            let shown: String =
                value.trim_end_with(|c| c == '\n').escape_ascii_but_tabs().chars().take(300).collect();
            let _ = writeln!(text, "      {sign}{shown}{end}");
        }
    }
    and_more(&mut text, count, most);
    text
}

trait Escape {
    fn escape_ascii_but_tabs(&self) -> String;
}

impl Escape for [u8] {
    /// Text a person can read on a terminal: only control characters and what is not UTF-8 are escaped.
    fn escape_ascii_but_tabs(&self) -> String {
        let mut text = String::new();
        for (start, end, c) in self.char_indices() {
            let raw = self.get(start..end).unwrap_or_default();
            if c == char::REPLACEMENT_CHARACTER || (c.is_control() && c != '\t') {
                let _ = write!(text, "{}", raw.escape_ascii());
            } else {
                text.push(c);
            }
        }
        text
    }
}

fn and_more(text: &mut String, count: usize, most: usize) {
    if count > most {
        let _ = writeln!(text, "      ... {} more", count - most);
    }
}

fn split(text: &[u8]) -> Vec<&[u8]> {
    text.fields().collect()
}

/// A diff of words.
fn words(first: &[&[u8]], second: &[&[u8]], most: usize) -> String {
    let ops = similar::capture_diff_slices(similar::Algorithm::Myers, first, second);
    let mut text = String::new();
    let mut count = 0;
    for op in &ops {
        for change in op.iter_changes(first, second).filter(|c| c.tag() != ChangeTag::Equal) {
            count += 1;
            if count <= most {
                let sign = if change.tag() == ChangeTag::Delete { '-' } else { '+' };
                let _ = writeln!(text, "      {sign} word {}", change.value().escape_ascii_but_tabs());
            }
        }
    }
    and_more(&mut text, count, most);
    if count == 0 {
        text.push_str("      only white space differs\n");
    }
    text
}

/// The command by words, the dependencies as a set, the rest by lines.
fn cmd_file(first: &[u8], second: &[u8], most: usize) -> String {
    let (a, b) = (CmdFile::read(first), CmdFile::read(second));
    let mut text = String::new();
    if a.command != b.command {
        text.push_str("      the command:\n");
        text.push_str(&words(&split(a.command), &split(b.command), most));
    }
    let (x, y): (BTreeSet<_>, BTreeSet<_>) = (a.deps.iter().collect(), b.deps.iter().collect());
    if x != y {
        text.push_str("      the dependencies:\n");
        let gone = x.difference(&y).map(|d| ('-', d));
        let all: Vec<_> = gone.chain(y.difference(&x).map(|d| ('+', d))).collect();
        for (sign, dep) in all.iter().take(most) {
            let _ = writeln!(text, "      {sign} {}", dep.escape_ascii_but_tabs());
        }
        and_more(&mut text, all.len(), most);
    } else if a.deps != b.deps {
        text.push_str("      the same dependencies in another order\n");
    }
    if a.rest != b.rest {
        text.push_str(&lines(&a.rest, &b.rest, most));
    }
    if text.is_empty() {
        text.push_str("      only white space differs\n");
    }
    text
}

struct CmdFile<'a> {
    command: &'a [u8],
    deps: Vec<&'a [u8]>,
    rest: Vec<u8>,
}

impl CmdFile<'_> {
    fn read(text: &[u8]) -> CmdFile<'_> {
        let mut file = CmdFile { command: b"", deps: Vec::new(), rest: Vec::new() };
        let mut in_deps = false;
        for line in text.lines() {
            if in_deps {
                file.deps.extend(
                    line.strip_suffix(b"\\")
                        .unwrap_or(line)
                        .trim()
                        .split_str(" ")
                        .next()
                        .filter(|d| !d.is_empty() && !d.starts_with(b"$(wildcard")),
                );
                if line.contains_str("$(wildcard") {
                    file.deps.push(line.trim_end_with(|c| c == '\\').trim());
                }
                in_deps = line.ends_with(b"\\");
            } else if line.starts_with(b"deps_") && line.ends_with(b"\\") {
                in_deps = true;
            } else if file.command.is_empty() && (line.starts_with(b"cmd_") || line.starts_with(b"savedcmd_"))
            {
                file.command = line;
            } else {
                file.rest.extend_from_slice(line);
                file.rest.push(b'\n');
            }
        }
        file
    }
}

/// Which sections and symbols differ.
fn elf(first: &[u8], second: &[u8], most: usize) -> String {
    let (Ok(a), Ok(b)) = (object::File::parse(first), object::File::parse(second)) else {
        return bytes("", first, second);
    };
    let mut text = String::new();
    let mut count = 0;
    let mut say = |line: String| {
        count += 1;
        if count <= most {
            text.push_str(&line);
        }
    };
    let names = |file: &object::File| -> Vec<Vec<u8>> {
        file.sections().map(|s| s.name_bytes().unwrap_or_default().to_vec()).collect()
    };
    let (an, bn) = (names(&a), names(&b));
    if an != bn {
        let only = |x: &[Vec<u8>], y: &[Vec<u8>]| -> String {
            let only: Vec<_> =
                x.iter().filter(|n| !y.contains(n)).map(|n| n.escape_ascii_but_tabs()).collect();
            only.join(" ")
        };
        say(format!(
            "      sections: only reference [{}], only candidate [{}]\n",
            only(&an, &bn),
            only(&bn, &an)
        ));
    }
    for section in a.sections() {
        let Ok(name) = section.name_bytes() else { continue };
        let Some(other) = b.section_by_name_bytes(name) else { continue };
        let (x, y) = (section.data().unwrap_or_default(), other.data().unwrap_or_default());
        // Sections of one name come in groups; the first stands for them.
        if x != y && an.iter().filter(|n| n.as_slice() == name).count() == 1 {
            say(bytes(&format!("section {}: ", name.escape_ascii_but_tabs()), x, y));
        }
    }
    let symbols = |file: &object::File| -> BTreeSet<(Vec<u8>, u64, u64)> {
        file.symbols().map(|s| (s.name_bytes().unwrap_or_default().to_vec(), s.address(), s.size())).collect()
    };
    let (x, y) = (symbols(&a), symbols(&b));
    for (sign, set, other) in [('-', &x, &y), ('+', &y, &x)] {
        for (name, address, size) in set.difference(other) {
            say(format!(
                "      {sign} symbol {} at {address:#x}, size {size}\n",
                name.escape_ascii_but_tabs()
            ));
        }
    }
    if count == 0 {
        return bytes("same sections and symbols; ", first, second);
    }
    and_more(&mut text, count, most);
    text
}

fn is_archive(data: &[u8]) -> bool {
    data.starts_with(b"!<arch>\n") || data.starts_with(b"!<thin>\n")
}

/// Which members differ.
fn archive(first: &[u8], second: &[u8], most: usize) -> String {
    if first.get(..8) != second.get(..8) {
        return "      one archive is thin, the other not\n".to_string();
    }
    let names = |data: &[u8]| -> Option<Vec<Vec<u8>>> {
        let file = object::read::archive::ArchiveFile::parse(data).ok()?;
        file.members().map(|m| m.ok().map(|m| m.name().to_vec())).collect()
    };
    let (Some(a), Some(b)) = (names(first), names(second)) else { return bytes("", first, second) };
    if a == b {
        return bytes("same members; ", first, second);
    }
    let slices = |names: &'_ [Vec<u8>]| -> Vec<u8> { names.join(&b"\n"[..]) };
    format!("      members:\n{}", lines(&slices(&a), &slices(&b), most))
}

/// Where two strings of bytes part.
fn bytes(what: &str, first: &[u8], second: &[u8]) -> String {
    let at = first.iter().zip(second).take_while(|(a, b)| a == b).count();
    let near = |data: &[u8]| {
        let around = data.get(at.saturating_sub(4)..data.len().min(at + 12)).unwrap_or_default();
        around.escape_ascii().to_string()
    };
    format!(
        "      {what}{} / {} bytes, first difference at {at}: {} / {}\n",
        first.len(),
        second.len(),
        near(first),
        near(second)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cmd_file_is_explained_by_word_and_dependency() {
        let a = b"cmd_x.o := gcc -O2 -c x.c\n\nsource_x.o := x.c\n\ndeps_x.o := \\\n  a.h \\\n    $(wildcard include/config/A) \\\n\nx.o: $(deps_x.o)\n";
        let b = b"cmd_x.o := gcc -O3 -c x.c\n\nsource_x.o := x.c\n\ndeps_x.o := \\\n  b.h \\\n    $(wildcard include/config/A) \\\n\nx.o: $(deps_x.o)\n";
        let text = files(b".x.o.cmd".into(), a, b, 10);
        assert_eq!(
            text,
            "      the command:\n      - word -O2\n      + word -O3\n      the dependencies:\n      - a.h\n      + b.h\n"
        );
    }

    #[test]
    fn a_section_that_differs_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let object = |text: &str| {
            std::fs::write(dir.path().join("x.s"), text).unwrap();
            let done =
                std::process::Command::new("as").args(["-o", "x.o", "x.s"]).current_dir(dir.path()).status();
            assert!(done.unwrap().success());
            std::fs::read(dir.path().join("x.o")).unwrap()
        };
        let a = object(".section .modinfo,\"a\"\n.asciz \"one\"\n.data\n.long 1\n");
        let b = object(".section .modinfo,\"a\"\n.asciz \"two\"\n.data\n.long 1\n");
        let text = files(b"x.o".into(), &a, &b, 10);
        assert_eq!(text, "      section .modinfo: 4 / 4 bytes, first difference at 0: one\\x00 / two\\x00\n");
    }

    #[test]
    fn archives_differ_by_members() {
        let a = b"!<arch>\na.o/            0           0     0     644     2         `\nxx";
        let b = b"!<arch>\nb.o/            0           0     0     644     2         `\nxx";
        assert_eq!(
            files(b"built-in.a".into(), a, b, 10),
            "      members:\n      -a.o  (no newline at the end)\n      +b.o  (no newline at the end)\n"
        );
    }
}
