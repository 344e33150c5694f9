//! Transcripts in docs/: whether what a command prints is what a page says it does.
//!
//! What differs from machine to machine counts as the same: times, releases of kernels and compilers, lines of the kernel's makefiles. In a
//! page `…` stands for anything within a line, or for lines.

use anyhow::{Result, ensure};
use regex::{Captures, Regex};

/// The lines of a page's indented block from below `$ command` to the next command, or the end of the block.
pub fn of<'a>(page: &'a str, command: &str) -> Option<Vec<&'a str>> {
    let typed = format!("    $ {command}");
    let mut lines = page.lines().skip_while(|line| *line != typed).skip(1).peekable();
    lines.peek()?;
    let in_block = |line: &&str| line.is_empty() || line.starts_with("    ") && !line.starts_with("    $ ");
    let mut block: Vec<&str> =
        lines.take_while(in_block).map(|line| line.strip_prefix("    ").unwrap_or_default()).collect();
    while block.last().is_some_and(|line| line.is_empty()) {
        block.pop();
    }
    Some(block)
}

/// Tells lines apart by what does not depend on the machine.
pub struct Words {
    all: Regex,
}

impl Words {
    pub fn new() -> Result<Words> {
        let all = r" *\b\d+(?:\.\d+)? (?:ms|s|min \d+ s)\b|\bgcc-\d+|\b\d+\.\d+\.\d+[-+.\w]*|:\d+\)";
        Ok(Words { all: Regex::new(all)? })
    }

    fn without_machine(&self, line: &str) -> String {
        let kind = |found: &Captures| match &found[0] {
            text if text.starts_with(':') => ":LINE)",
            text if text.starts_with("gcc") => "gcc",
            text if text.ends_with('s') && text.contains(' ') => " TIME",
            _ => "RELEASE",
        };
        self.all.replace_all(line, kind).into_owned()
    }

    /// Whether a line is what a page has for it.
    pub fn agree(&self, page: &str, line: &str) -> bool {
        let line = self.without_machine(line);
        let page = self.without_machine(page);
        let mut parts = page.split('…');
        let Some(mut rest) = parts.next().and_then(|first| line.strip_prefix(first)) else { return false };
        let mut parts: Vec<&str> = parts.collect();
        let Some(last) = parts.pop() else { return rest.is_empty() };
        for part in parts {
            let Some((_, behind)) = rest.split_once(part) else { return false };
            rest = behind;
        }
        rest.ends_with(last)
    }

    /// How many lines of the page agree with the lines, from the first on; all of them where nothing is left of either.
    fn agreeing(&self, page: &[&str], lines: &[&str]) -> usize {
        let Some((want, page)) = page.split_first() else { return 0 };
        if want.trim() == "…" {
            if page.is_empty() {
                return 1;
            }
            return 1
                + (0..=lines.len()).map(|at| self.agreeing(page, &lines[at..])).max().unwrap_or_default();
        }
        match lines.split_first() {
            Some((got, lines)) if self.agree(want, got) && (!page.is_empty() || lines.is_empty()) => {
                1 + self.agreeing(page, lines)
            }
            _ => 0,
        }
    }

    /// Fails with the first line of the page that is not there. A line with nothing but `…` stands for any number of them.
    pub fn compare(&self, page: &[&str], lines: &[&str]) -> Result<()> {
        let count = self.agreeing(page, lines);
        ensure!(count == page.len(), "no '{}', or more behind it, in\n{}", page[count], lines.join("\n"));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transcript_ends_at_the_next_command_or_with_its_block() {
        let page = "a\n\n    $ one\n    1\n\n      2\n    $ two\n    3\n\nb\n    4\n";
        assert_eq!(of(page, "one"), Some(vec!["1", "", "  2"]));
        assert_eq!(of(page, "two"), Some(vec!["3"]));
        assert_eq!(of(page, "three"), None);
    }

    #[test]
    fn some_lines_may_be_left_out_and_no_others() {
        let words = Words::new().unwrap();
        let is_so = |page: &[&str], lines: &[&str]| words.compare(page, lines).is_ok();
        assert!(is_so(&["a", "b"], &["a", "b"]));
        assert!(!is_so(&["a", "b"], &["a"]));
        assert!(!is_so(&["a"], &["a", "b"]));
        assert!(is_so(&["a", "  …", "d"], &["a", "b", "c", "d"]));
        assert!(is_so(&["a", "…", "d"], &["a", "d"]));
        assert!(!is_so(&["a", "…", "d"], &["a", "d", "e"]));
        assert!(is_so(&["a", "…"], &["a", "b"]));
    }

    #[test]
    fn times_and_releases_are_not_compared_and_all_else_is() {
        let words = Words::new().unwrap();
        let agree = |page, line| words.agree(page, line);
        assert!(agree("  274 ms  CC [M]   main.o", "  1.2 s  CC [M]   main.o"));
        assert!(agree("in /lib/modules/6.1.0-48-amd64/build", "in /lib/modules/6.12.1-arm64/build"));
        assert!(agree("sh -c 'gcc-12 … -o a.o …'", "sh -c 'gcc-13 -O2 -c -o a.o a.c; x'"));
        assert!(agree("(Makefile.build:255)", "(Makefile.build:7)"));
        assert!(!agree("  274 ms  CC [M]   main.o", "  274 ms  LD [M]   main.o"));
        assert!(!agree("a … b", "a c"));
        assert!(!agree("a", "a b"));
        assert!(!agree("ran: 2 targets", "ran: 3 targets"));
    }
}
