//! The lists of files in records, line by line. A tree's thousands of lists are made of a few thousand different lines: each line
//! is read once, and from then on known by comparing it.
//!
//! Lists resemble each other: what follows a header in one mostly follows it in the next. So each line remembers which two
//! came after it last, and where one of them comes again nothing is searched for; and whole stretches are known by comparing
//! them with lists that are kept (`sample.rs`).

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{PoisonError, RwLock};

use rkbuild_base::text::{is_blank, strip_dot_slash};
use rkbuild_base::{FxMap, Name, Names};

pub use crate::sample::LineId;
use crate::sample::{Following, Samples};

/// One line of a list.
#[derive(Debug)]
pub struct Line {
    text: &'static [u8],
    /// The name of a file, as it is written.
    pub written: &'static [u8],
    /// What the file is called as a prerequisite.
    pub name: Name,
    /// The same as text.
    pub called: &'static [u8],
    /// The numbers of the lines that came after it last, 0 for none.
    next: [AtomicU32; 2],
    /// Where what came after it stands in a list that is kept.
    following: Following,
}

impl Line {
    /// All of it, the end of the line included.
    pub fn text(&self) -> &'static [u8] {
        self.text
    }

    fn comes_before(&self, next: LineId) {
        let [last, before] = &self.next;
        before.store(last.swap(next.0, Ordering::Relaxed), Ordering::Relaxed);
    }
}

/// All lines of the lists a process has met.
pub struct Lists {
    lines: boxcar::Vec<Line>,
    numbers: RwLock<FxMap<&'static [u8], LineId>>,
    samples: Samples,
}

impl std::fmt::Debug for Lists {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lists").field("lines", &self.len()).finish_non_exhaustive()
    }
}

impl Default for Lists {
    fn default() -> Lists {
        let lists =
            Lists { lines: boxcar::Vec::new(), numbers: RwLock::default(), samples: Samples::default() };
        // Which line came first in a list is remembered with this one, which no list has.
        let start = Line {
            text: b"",
            written: b"",
            name: Name::default(),
            called: b"",
            next: Default::default(),
            following: Following::default(),
        };
        lists.lines.push(start);
        lists
    }
}

/// A list is kept if more of its lines than this were known one by one,
const MANY_ALONE: usize = 8;
/// and more than one of so many.
const FEW_ALONE: usize = 16;

impl Lists {
    /// A line.
    pub fn line(&self, id: LineId) -> &Line {
        &self.lines[id.index()]
    }

    /// How many lines there are, more or less: others may be reading.
    pub fn len(&self) -> usize {
        self.lines.count()
    }

    /// True while no list was read.
    pub fn is_empty(&self) -> bool {
        self.len() <= 1
    }

    /// Reads the list that `text` begins with, up to and with the empty line that ends it, and gives what follows. `None`: it is
    /// no list of the known form.
    pub fn read<'a>(&self, text: &'a [u8], names: &Names) -> Option<(Vec<LineId>, &'a [u8])> {
        // Most lines are longer than this.
        let mut ids = Vec::with_capacity(text.len() / 40);
        let mut rest = text;
        let mut last = &self.lines[0];
        // How many lines were known one by one.
        let mut alone = 0;
        loop {
            if let Some((run, len)) = self.samples.run(&last.following, rest) {
                ids.extend_from_slice(run);
                rest = rest.get(len..)?;
                last = self.line(*run.last()?);
            }
            alone += 1;
            if let Some((id, line, after)) = self.follow(last, rest) {
                ids.push(id);
                (rest, last) = (after, line);
                continue;
            }
            // A backslash before an empty line continues the list with nothing.
            let end = memchr::memchr(b'\n', rest)?;
            let (found, after) = rest.split_at(end + 1);
            if end == 0 {
                if alone > MANY_ALONE && alone > ids.len() / FEW_ALONE {
                    let first = &self.lines[0].following;
                    self.samples
                        .keep(&text[..text.len() - rest.len()], &ids, first, |id| &self.line(id).following);
                }
                return Some((ids, after));
            }
            let id = self.find(found, names)?;
            last.comes_before(id);
            ids.push(id);
            (rest, last) = (after, self.line(id));
        }
    }

    /// The line that `text` begins with, if it is one of those that came after `last` in other lists, and what follows.
    fn follow<'s, 'a>(&'s self, last: &Line, text: &'a [u8]) -> Option<(LineId, &'s Line, &'a [u8])> {
        for next in &last.next {
            let next = LineId(next.load(Ordering::Relaxed));
            let line = Some(self.line(next)).filter(|_| next.0 > 0)?;
            if let Some(after) = text.strip_prefix(line.text) {
                return Some((next, line, after));
            }
        }
        None
    }

    /// The line of which this is the text, the end of the line included, made now if it is new; `None` if it can't stand in a list.
    pub fn find(&self, text: &[u8], names: &Names) -> Option<LineId> {
        let known = self.numbers.read().unwrap_or_else(PoisonError::into_inner).get(text).copied();
        if known.is_some() {
            return known;
        }
        let (_, if_there) = parse(text)?;
        let mut numbers = self.numbers.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = numbers.get(text) {
            return Some(*known);
        }
        // Leaked as names are: they are few, and needed as long as the process lives.
        let text: &'static [u8] = Box::leak(text.into());
        let (written, _) = parse(text)?;
        let name = names.intern(strip_dot_slash(written));
        let called = names.text(name);
        let (next, following) = Default::default();
        let line =
            LineId::new(self.lines.push(Line { text, written, name, called, next, following }), if_there)?;
        numbers.insert(text, line);
        Some(line)
    }
}

/// The name in a line of a list, and whether it counts only if the file is there.
fn parse(line: &[u8]) -> Option<(&[u8], bool)> {
    let blanks = line.iter().take_while(|c| is_blank(**c)).count();
    let word = line.strip_suffix(b" \\\n")?.get(blanks..)?;
    match wildcard(word) {
        Some((name, [])) => Some((name, true)),
        _ => is_plain(word).then_some((word, false)),
    }
}

/// The name in the `$(wildcard name)` that `text` begins with, and what follows. Of such a name it must be enough to ask
/// whether there is a file of that name.
pub(crate) fn wildcard(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = text.strip_prefix(b"$(wildcard ")?;
    let (name, rest) = text.split_at(memchr::memchr(b')', text)?);
    let last = name.rsplit(|c| *c == b'/').next()?;
    let known = is_plain(name) && !name.starts_with(b"//") && !matches!(last, b"" | b"." | b"..");
    known.then_some((name, rest.get(1..)?))
}

/// True for the name of a file in which nothing means anything to make, and which is no special target.
pub(crate) fn is_plain(name: &[u8]) -> bool {
    let mut start = name;
    while let Some(rest) = start.strip_prefix(b"./") {
        start = rest.get(rest.iter().take_while(|c| **c == b'/').count()..).unwrap_or_default();
    }
    let special = start.is_empty() || start.starts_with(b".") && !start.starts_with(b"../");
    !special && name.iter().all(|c| PLAIN[usize::from(*c)])
}

const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut c = 0;
    while c < 256 {
        plain[c] = matches!(c as u8, b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'.' | b'/' | b'-' | b'+' | b',' | b'@');
        c += 1;
    }
    plain
};

#[cfg(test)]
mod tests {
    use super::*;

    fn words(lists: &Lists, names: &Names, text: &str) -> Option<String> {
        let (ids, rest) = lists.read(text.as_bytes(), names)?;
        let mut all = String::new();
        for id in ids {
            let line = lists.line(id);
            let mark = if id.if_there() { "?" } else { "" };
            let name = String::from_utf8_lossy(names.text(line.name)).into_owned();
            all += &format!("{}{mark}={name} ", String::from_utf8_lossy(line.written));
        }
        Some(all + "|" + &String::from_utf8_lossy(rest))
    }

    #[test]
    fn lines_are_known_again_in_any_order() {
        let (lists, names) = (Lists::default(), Names::new());
        let (a, b, c) = ("  a.h \\\n", "  ./b.h \\\n", "    $(wildcard c/D) \\\n");
        let said = ["a.h=a.h ", "./b.h=b.h ", "c/D?=c/D "];
        for order in [[a, b, c], [a, c, b], [a, b, c], [c, a, b], [b, b, a]] {
            let text = order.concat() + "\nrest";
            let want: String =
                order.map(|line| said[[a, b, c].iter().position(|l| *l == line).unwrap()]).concat();
            assert_eq!(words(&lists, &names, &text).unwrap(), want + "|rest");
        }
        assert_eq!(lists.len(), 4);
    }

    #[test]
    fn long_lists_are_read_alike_whatever_was_read_before() {
        let (lists, names) = (Lists::default(), Names::new());
        let mut state = 1u32;
        let mut random = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % below
        };
        let mut all: Vec<u32> = (0..60).collect();
        for _ in 0..300 {
            // A list like the one before: something more, something less, something elsewhere.
            let at = random(60) as usize;
            match random(4) {
                0 => all.swap(at, 0),
                1 => all[at] = random(90),
                2 => all[at..].reverse(),
                _ => all.rotate_left(at),
            }
            let text: String = all.iter().map(|n| format!("  a{}.h \\\n", n * n)).collect();
            let want: String = all.iter().map(|n| format!("a{0}.h=a{0}.h ", n * n)).collect();
            assert_eq!(words(&lists, &names, &(text.clone() + "\nrest")).unwrap(), want + "|rest");
            assert_eq!(words(&lists, &names, &text), None);
        }
        assert!(lists.len() <= 91);
    }

    #[test]
    fn a_line_that_begins_as_another_is_not_that_one() {
        let (lists, names) = (Lists::default(), Names::new());
        assert!(words(&lists, &names, "  a.h \\\n  b.h \\\n\n").is_some());
        for text in
            ["  a.h \\\n  b.h", "  a.h \\\n  b.h \\", "  a.h \\\n  b.h \\\n", "  a.h \\\n  b.h c.h \\\n\n"]
        {
            assert_eq!(words(&lists, &names, text), None, "{text}");
        }
        assert_eq!(words(&lists, &names, "\nx").unwrap(), "|x");
    }
}
