//! Records of how a file was made: the `.cmd` files that kbuild writes, a form of makefile of which kernel trees
//! have thousands.
//!
//! Those that fixdep wrote are lists of headers many pages long, and nothing in them needs a general parser. Only this
//! form is known; any other makefile, be it different in one byte, is not a record:
//!
//! ```make
//! savedcmd_dir/x.o := COMMAND
//!
//! source_dir/x.o := dir/x.c
//!
//! deps_dir/x.o := \
//!   header.h \
//!     $(wildcard include/config/NAME) \
//!
//! dir/x.o: $(deps_dir/x.o)
//!
//! $(deps_dir/x.o):
//!
//! dir/x.o: $(wildcard ./tools/objtool/objtool)
//! ```
//!
//! The names are such that nothing in them means anything to make: no pattern, no special target, no quoting.

use rkbuild_base::Names;
use rkbuild_base::text::trim_start;

use crate::list::{LineId, Lists, is_plain, wildcard};

/// A record, as pieces of the text it was read from.
#[derive(Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// What it says, in order.
    pub items: Vec<Item<'a>>,
    /// The lines of its list.
    pub lines: Vec<LineId>,
    /// The name of the variable that holds the list, if it has one.
    pub list: Option<&'a [u8]>,
    /// Where in its text the lines of its list begin, and what follows them.
    list_at: Option<(usize, usize)>,
    /// A value has `$(pound)` in it, which stands for `#` as kbuild defines it.
    pub pound: bool,
}

/// The text of a record but for the lines of its list, which are known already.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// Up to the line the list begins with, that included.
    pub head: &'a [u8],
    /// The lines.
    pub lines: &'a [LineId],
    /// What follows the empty line that ends the list.
    pub tail: &'a [u8],
}

/// Where a record's list comes from.
enum Source<'a, 'l> {
    Text(&'l Lists, &'l Names),
    Known(&'a [LineId], &'a [u8]),
}

/// One statement of a record, with the number of its first line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item<'a> {
    /// The line, counted from 1.
    pub line: u32,
    /// What it says.
    pub says: Says<'a>,
}

/// What an [`Item`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says<'a> {
    /// `name := value`, where the value may have `$$` and `$(pound)` in it.
    Assign { name: &'a [u8], value: &'a [u8] },
    /// `deps_x := \`: the list.
    List,
    /// `target: $(deps_x)`
    Needs { target: &'a [u8] },
    /// `$(deps_x):`
    Exist,
    /// `target: $(wildcard name)`
    NeedsIfThere { target: &'a [u8], name: &'a [u8] },
}

/// The variables records set, by how their names begin.
const ASSIGNED: [&[u8]; 3] = [b"savedcmd_", b"cmd_", b"source_"];

const POUND: &[u8] = b"(pound)";

const LIST: &[u8] = b"deps_";

impl<'a> Record<'a> {
    /// The record that `text` is; `None` for any other makefile. Its list is read into `lists`.
    pub fn parse(text: &'a [u8], lists: &Lists, names: &Names) -> Option<Record<'a>> {
        Record::read(text, Source::Text(lists, names))
    }

    /// The same for a text of which the list was read before.
    pub fn parse_around(around: Around<'a>) -> Option<Record<'a>> {
        let record = Record::read(around.head, Source::Known(around.lines, around.tail))?;
        // Else nothing after the head was read.
        record.list.is_some().then_some(record)
    }

    /// What of `text`, from which this record was parsed, stands around its list; `None` where it has none.
    pub fn around<'r>(&'r self, text: &'r [u8]) -> Option<Around<'r>> {
        let (start, end) = self.list_at?;
        Some(Around { head: text.get(..start)?, lines: &self.lines, tail: text.get(end..)? })
    }

    fn read(text: &'a [u8], source: Source<'a, '_>) -> Option<Record<'a>> {
        // Most makefiles are told from records by how they begin.
        let begins = |prefix: &&[u8]| text.starts_with(prefix);
        if !ASSIGNED.iter().any(begins) {
            return None;
        }
        let mut record =
            Record { items: Vec::new(), lines: Vec::new(), list: None, list_at: None, pound: false };
        let mut lines = Lines { rest: text, number: 0, len: text.len() };
        let mut has_rule = false;
        while let Some(line) = lines.next() {
            // In a list neither is part of a name.
            if memchr::memchr2(b'\r', 0, line).is_some() {
                return None;
            }
            let at = lines.number;
            let says = match line {
                [] => continue,
                // MODVERSIONS: `#SYMVER symbol 0x12345678`
                [b'#', rest @ ..] if !rest.contains(&b'\\') => continue,
                _ if line.starts_with(LIST) => record.list(line, &mut lines, &source)?,
                // Not the first rule: its target would be the default goal.
                [b'$', ..] if has_rule && record.reference(line)? == b":" => Says::Exist,
                _ => match ASSIGNED.iter().find_map(|prefix| assign(line, prefix)) {
                    Some(says) => says?,
                    None => record.rule(line)?,
                },
            };
            if let Says::Assign { value, .. } = says {
                record.pound |= memchr::memmem::find(value, POUND).is_some();
            }
            has_rule |= !matches!(says, Says::Assign { .. } | Says::List);
            record.items.push(Item { line: at, says });
        }
        Some(record)
    }

    /// Reads the list that begins with `line`.
    fn list(&mut self, line: &'a [u8], lines: &mut Lines<'a>, source: &Source<'a, '_>) -> Option<Says<'a>> {
        let name = line.strip_suffix(b" := \\")?;
        if self.list.is_some() || !is_plain(name.strip_prefix(LIST)?) {
            return None;
        }
        self.list = Some(name);
        (self.lines, lines.rest) = match source {
            Source::Text(lists, names) => {
                let (read, rest) = lists.read(lines.rest, names)?;
                self.list_at = Some((lines.len - lines.rest.len(), lines.len - rest.len()));
                (read, rest)
            }
            Source::Known(known, tail) => (known.to_vec(), *tail),
        };
        // The empty line at its end counts, too.
        let count = u32::try_from(self.lines.len()).unwrap_or(u32::MAX).saturating_add(1);
        lines.number = lines.number.saturating_add(count);
        Some(Says::List)
    }

    /// What follows the reference to the list that `text` begins with.
    fn reference(&self, text: &'a [u8]) -> Option<&'a [u8]> {
        text.strip_prefix(b"$(")?.strip_prefix(self.list?)?.strip_prefix(b")")
    }

    /// Reads `target: …`.
    fn rule(&self, line: &'a [u8]) -> Option<Says<'a>> {
        let (target, needs) = line.split_at(memchr::memchr(b':', line)?);
        let needs = needs.strip_prefix(b": ")?;
        if !is_plain(target) {
            return None;
        }
        if self.reference(needs).is_some_and(<[u8]>::is_empty) {
            return Some(Says::Needs { target });
        }
        match wildcard(needs)? {
            (name, []) => Some(Says::NeedsIfThere { target, name }),
            _ => None,
        }
    }
}

/// Reads `name := value`, where the name begins with `prefix`. The inner `None` is an assignment that is not a record's.
fn assign<'a>(line: &'a [u8], prefix: &[u8]) -> Option<Option<Says<'a>>> {
    let rest = line.strip_prefix(prefix)?;
    let end = memchr::memchr(b' ', rest)?;
    let value = rest.get(end..)?.strip_prefix(b" := ")?;
    let name = line.get(..prefix.len() + end)?;
    let known = rest.get(..end).is_some_and(is_plain) && is_value(value);
    Some(known.then_some(Says::Assign { name, value: trim_start(value) }))
}

/// True for a value without comment and continuation, and with no references but `$$` and `$(pound)`.
fn is_value(value: &[u8]) -> bool {
    if value.ends_with(b"\\") || value.contains(&b'#') {
        return false;
    }
    let mut rest = value;
    while let Some(at) = memchr::memchr(b'$', rest) {
        let after = rest.get(at + 1..).unwrap_or_default();
        match after.strip_prefix(b"$").or_else(|| after.strip_prefix(POUND)) {
            Some(next) => rest = next,
            None => return false,
        }
    }
    true
}

/// The lines of a text, counted.
struct Lines<'a> {
    rest: &'a [u8],
    /// How long the text was from its beginning.
    len: usize,
    /// The number of the line that was given last.
    number: u32,
}

impl<'a> Lines<'a> {
    fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        self.number = self.number.saturating_add(1);
        let end = memchr::memchr(b'\n', self.rest).unwrap_or(self.rest.len());
        let (line, rest) = self.rest.split_at(end);
        self.rest = rest.get(1..).unwrap_or_default();
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIXDEP: &str = "savedcmd_x/a.o := gcc '-DA=$(pound)' $$x\n\nsource_x/a.o := x/a.c\n\n\
        deps_x/a.o := \\\n    $(wildcard include/config/A) \\\n  /h.h \\\n\nx/a.o: $(deps_x/a.o)\n\n$(deps_x/a.o):\n";

    #[test]
    fn what_fixdep_writes_is_a_record() {
        let text = format!("{FIXDEP}\nx/a.o: $(wildcard ./tool)\n#SYMVER f 0x12345678\n");
        let (lists, names) = (Lists::default(), Names::new());
        let record = Record::parse(text.as_bytes(), &lists, &names).expect("a record");
        let (target, name) = (&b"x/a.o"[..], &b"./tool"[..]);
        let items: Vec<_> = record.items.iter().map(|item| (item.line, item.says)).collect();
        assert_eq!(
            items,
            [
                (1, Says::Assign { name: b"savedcmd_x/a.o", value: b"gcc '-DA=$(pound)' $$x" }),
                (3, Says::Assign { name: b"source_x/a.o", value: b"x/a.c" }),
                (5, Says::List),
                (9, Says::Needs { target }),
                (11, Says::Exist),
                (13, Says::NeedsIfThere { target, name }),
            ]
        );
        let words = [(&b"include/config/A"[..], true), (b"/h.h", false)];
        let read = record.lines.iter().map(|id| (lists.line(*id).written, id.if_there()));
        assert!(read.eq(words));
        assert_eq!((record.list, record.pound), (Some(&b"deps_x/a.o"[..]), true));
    }

    #[test]
    fn a_record_around_a_list_that_is_known_is_the_same() {
        let text = format!("{FIXDEP}\nx/a.o: $(wildcard ./tool)\n#SYMVER f 0x12345678\n");
        let (lists, names) = (Lists::default(), Names::new());
        let record = Record::parse(text.as_bytes(), &lists, &names).expect("a record");
        let around = record.around(text.as_bytes()).expect("a list");
        assert!(around.head.ends_with(b"deps_x/a.o := \\\n") && around.tail.starts_with(b"x/a.o: "));
        let lines = around.lines.iter().flat_map(|id| lists.line(*id).text()).copied();
        let whole: Vec<u8> = around
            .head
            .iter()
            .copied()
            .chain(lines)
            .chain(*b"\n")
            .chain(around.tail.iter().copied())
            .collect();
        assert_eq!(whole, text.as_bytes());
        let known = Record::parse_around(around).expect("a record");
        assert_eq!((known.items, known.lines), (record.items.clone(), record.lines.clone()));
        assert_eq!((known.list, known.pound), (record.list, record.pound));
        // What is not the head of a record with a list is none.
        for head in [&around.head[..20], b"x/a.o: y\n", b""] {
            assert_eq!(Record::parse_around(Around { head, ..around }), None);
        }
    }

    #[test]
    fn what_differs_in_anything_that_means_something_is_none() {
        let (lists, names) = (Lists::default(), Names::new());
        for (from, to) in [
            ("savedcmd_", "other_"),
            ("$$x", "$x"),
            ("$$x", "$$x \\"),
            ("$$x", "# x"),
            (" := x/a.c", " = x/a.c"),
            ("deps_x/a.o := \\", "deps_x/a.o += \\"),
            ("  /h.h \\", "  /h.h"),
            ("  /h.h \\", "  /h*.h \\"),
            ("  /h.h \\", "  .//.WAIT \\"),
            ("  /h.h \\", "  /h.h /i.h \\"),
            ("(wildcard include", "(shell include"),
            ("config/A", "config/"),
            ("config/A", "config/*"),
            ("x/a.o: $(deps_x/a.o)", "x/a.o:: $(deps_x/a.o)"),
            ("x/a.o: $(deps_x/a.o)", "x/a.o: $(deps_x/b.o)"),
            ("x/a.o: $(deps_x/a.o)", "x/%.o: $(deps_x/a.o)"),
            ("x/a.o: $(deps_x/a.o)\n", ""),
            ("$(deps_x/a.o):", "$(deps_x/a.o): y"),
            ("$(deps_x/a.o):", "$(deps_x/a.o):\n\techo"),
            ("\n\nsource", "\r\nsource"),
        ] {
            assert!(FIXDEP.contains(from));
            let text = FIXDEP.replacen(from, to, 1);
            assert_eq!(Record::parse(text.as_bytes(), &lists, &names), None, "{text}");
        }
    }
}
