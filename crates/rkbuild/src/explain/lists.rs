//! The lines of kbuild files that put an object, a directory or a flag into a list, and the options they ask for.
//!
//! `obj-$(CONFIG_FOO) += foo.o` is where the reason lies that foo.o is made at all: lists such as `obj-y` are what they are
//! by their options, and only the file says which.

use rkbuild_base::{BStr, BString, ByteSlice, FxMap};
use rkbuild_engine::graph::observer::Values;
use rkbuild_host::{Dir, Host};

use crate::explain::paths;
use crate::lint::source::{self, Source};

/// Lists whose words are what a directory is made from: no object of such a name has them as its parts.
const OF_DIRECTORY: [&[u8]; 12] = [
    b"obj", b"lib", b"subdir", b"core", b"drivers", b"net", b"libs", b"init", b"virt", b"extra", b"always",
    b"head",
];

/// What is made from a directory's lists as a whole.
const OF_ALL: [&str; 3] = ["built-in.a", "modules.order", "lib.a"];

/// Objects, composites and directories that are gone through from an object to the top.
const MOST_STEPS: usize = 12;

/// An assignment to a list.
#[derive(Debug)]
struct Entry {
    /// The list as written: `obj-$(CONFIG_FOO)`.
    list: BString,
    /// Its words as written.
    words: Vec<BString>,
    /// The physical line of each word.
    lines: Vec<u32>,
    /// The innermost conditional around it that asks for an option, as written.
    within: Option<BString>,
}

/// Where a word stands.
struct Found<'a> {
    file: &'a BString,
    line: u32,
    entry: &'a Entry,
}

/// The lists of a makefile.
#[derive(Debug, Default)]
struct File {
    entries: Vec<Entry>,
    /// Places of words, entry and word, by their names without directory.
    by_name: FxMap<BString, Vec<(u32, u32)>>,
}

/// The lists of the makefiles that were looked into.
#[derive(Debug, Default)]
pub struct Lists {
    files: FxMap<BString, File>,
}

/// What a look uses.
pub struct Look<'a> {
    pub host: &'a Host,
    /// The directory of the make.
    pub dir: &'a Dir,
    /// The variables, for the values of options.
    pub values: &'a dyn Values,
    /// The makefiles read, absolute, those of the make itself first, then those above.
    pub makefiles: Vec<BString>,
    /// The directory that names are shown from.
    pub top: &'a [u8],
}

impl Lists {
    /// The lines that have a file made, the nearest first: those that ask for an option, from the one that lists it up to
    /// those that list the composite object and the directories it is in. `name` is as the make calls it, `drivers/x/foo.o`.
    /// Empty where no option is asked for.
    pub fn why_made(&mut self, name: &[u8], look: &Look<'_>) -> String {
        self.read(look);
        let mut places = Vec::new();
        // What a directory's objects become is listed by the directory's name.
        let of_directory = OF_ALL.iter().find_map(|made| name.strip_suffix(made.as_bytes()));
        let mut name = BString::from(of_directory.filter(|dir| dir.ends_with(b"/")).unwrap_or(name));
        for _ in 0..MOST_STEPS {
            let found = self.find(&name, look);
            let composite = found.as_ref().and_then(|found| composite(&found.entry.list));
            if let Some(place) = found.and_then(|found| found.place(look.top)) {
                places.push(place);
            }
            let bare = name.strip_suffix(b"/").unwrap_or(&name);
            let dir = bare.rfind_byte(b'/').map(|slash| &bare[..slash]).filter(|dir| !dir.is_empty());
            name = match (composite, dir) {
                (Some(object), Some(dir)) => [dir, b"/", &object].concat().into(),
                (Some(object), None) => object,
                (None, Some(dir)) => [dir, b"/"].concat().into(),
                (None, None) => break,
            };
        }
        places.join("; ")
    }

    /// The same for an object or archive in the command line of `target`: by its whole name, or by that in the target's
    /// directory.
    pub fn why_listed(&mut self, word: &[u8], target: &[u8], look: &Look<'_>) -> String {
        let dir = target.rfind_byte(b'/').map_or(&b""[..], |slash| &target[..=slash]);
        let whole = word.starts_with(b"/") || !dir.is_empty() && word.starts_with(dir);
        let beside = [dir, word].concat();
        self.why_made(if whole { word } else { &beside }, look)
    }

    /// The last line that asks for an option and has `word`.
    pub fn why_gone(&mut self, word: &[u8], look: &Look<'_>) -> String {
        self.read(look);
        let matching = |entry: &Entry, own: &BString| *own == word && !entry.options().is_empty();
        self.last(look, matching).map(|found| found.text(look.top)).unwrap_or_default()
    }

    /// The last line that has `word` in the list that `name` is, options taken for their values: the list as written, and
    /// file and line.
    pub fn entry(&mut self, name: &[u8], word: &[u8], look: &Look<'_>) -> Option<String> {
        self.read(look);
        let matching =
            |entry: &Entry, own: &BString| *own == word && valued(&entry.list, look.values) == name;
        let found = self.last(look, matching)?;
        Some(found.text(look.top))
    }

    /// Reads the makefiles that were not read yet.
    fn read(&mut self, look: &Look<'_>) {
        for path in &look.makefiles {
            if self.files.contains_key(path) {
                continue;
            }
            let read = look.host.read_unseen(look.dir, path);
            let file = read.map_or_else(|_| File::default(), |(text, _)| File::read(path.as_bstr(), text));
            self.files.insert(path.clone(), file);
        }
    }

    /// The line that lists an object or a directory.
    fn find<'a>(&'a self, name: &[u8], look: &'a Look<'_>) -> Option<Found<'a>> {
        let mut best: Option<(Found<'a>, (bool, usize))> = None;
        for file in &look.makefiles {
            let dir = file.rfind_byte(b'/').map_or(&b""[..], |slash| &file[..slash]);
            let Some(lists) = self.files.get(file) else { continue };
            for (entry, at) in lists.by_name.get(last_part(name)).into_iter().flatten() {
                let Some(entry) = lists.entries.get(*entry as usize) else { continue };
                let Some((word, line)) = entry.words.get(*at as usize).zip(entry.lines.get(*at as usize))
                else {
                    continue;
                };
                let Some(head) = head(name, word).filter(|head| is_dir(dir, head)) else { continue };
                // Of several the one that holds now, and of those the last.
                let rank = (entry.holds(look.values), head.len());
                if best.as_ref().is_none_or(|(_, other)| rank >= *other) {
                    best = Some((Found { file, line: *line, entry }, rank));
                }
            }
        }
        best.map(|(found, _)| found)
    }

    fn last<'a>(
        &'a self,
        look: &'a Look<'_>,
        matching: impl Fn(&Entry, &BString) -> bool,
    ) -> Option<Found<'a>> {
        look.makefiles.iter().find_map(|file| {
            self.files.get(file)?.entries.iter().rev().find_map(|entry| {
                let at = entry.words.iter().position(|word| matching(entry, word))?;
                Some(Found { file, line: *entry.lines.get(at)?, entry })
            })
        })
    }
}

impl Found<'_> {
    fn text(&self, top: &[u8]) -> String {
        let Found { file, line, entry } = self;
        let within = entry.within.as_ref().map_or_else(String::new, |within| format!(" in {within}"));
        format!("{}{within}, {}:{line}", entry.list, paths::shown(top, file))
    }

    /// `None` where it asks for no option.
    fn place(&self, top: &[u8]) -> Option<String> {
        (!self.entry.options().is_empty()).then(|| self.text(top))
    }
}

impl File {
    fn read(path: &BStr, text: Vec<u8>) -> File {
        let entries = entries(path, text);
        let mut by_name: FxMap<BString, Vec<(u32, u32)>> = FxMap::default();
        for (n, entry) in (0..).zip(&entries) {
            for (at, word) in (0..).zip(&entry.words) {
                by_name.entry(last_part(word).into()).or_default().push((n, at));
            }
        }
        File { entries, by_name }
    }
}

impl Entry {
    /// The options it asks for.
    fn options(&self) -> Vec<&[u8]> {
        let within = self.within.as_ref().map_or(&b""[..], |within| within);
        options(&self.list).chain(options(within)).collect()
    }

    /// All options that its list is named by are set.
    fn holds(&self, values: &dyn Values) -> bool {
        options(&self.list).all(|option| values.value(option).is_some_and(|value| !value.text.is_empty()))
    }
}

/// The options a text names.
fn options(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.find_iter(b"CONFIG_").map(|at| {
        let rest = &text[at..];
        let end = rest.iter().position(|c| !c.is_ascii_alphanumeric() && *c != b'_');
        &rest[..end.unwrap_or(rest.len())]
    })
}

/// The lists of a makefile.
fn entries(path: &BStr, text: Vec<u8>) -> Vec<Entry> {
    let source = Source::read(path, text);
    let conditionals = source.others.iter().map(|(at, text)| (*at, None, text));
    let assignments = source.assignments.iter().map(|entry| (entry.at, Some(entry), &entry.value));
    let mut lines: Vec<_> = conditionals.chain(assignments).collect();
    lines.sort_by_key(|(at, ..)| *at);
    let mut open: Vec<Option<BString>> = Vec::new();
    let mut all = Vec::new();
    for (at, assignment, text) in lines {
        if let Some(assignment) = assignment {
            // The configuration itself.
            if assignment.name.starts_with(b"CONFIG_") {
                continue;
            }
            let words: Vec<BString> = source::words(text).into_iter().map(BString::from).collect();
            let lines = source.lines_of(at, &words);
            let within = open.iter().rev().flatten().next().cloned();
            all.push(Entry { list: assignment.name.clone(), words, lines, within });
            continue;
        }
        let text = text.trim();
        let asks = || options(text).next().map(|_| BString::from(text));
        if text.starts_with(b"if") {
            open.push(asks());
        } else if text.starts_with(b"endif") {
            open.pop();
        } else if text.starts_with(b"else")
            && let (Some(last), Some(own)) = (open.last_mut(), asks())
        {
            *last = Some(own);
        }
    }
    all
}

/// The object whose parts a list has: `foo.o` for `foo-y`, `foo-objs` and `foo-$(CONFIG_X)`.
fn composite(list: &[u8]) -> Option<BString> {
    let at = list.find(b"-$").or_else(|| list.rfind_byte(b'-'))?;
    let (base, kind) = (list.get(..at)?, list.get(at + 1..)?);
    let is_kind = [&b"y"[..], b"m", b"objs"].contains(&kind) || kind.starts_with(b"$");
    (is_kind && !OF_DIRECTORY.contains(&base)).then(|| [base, b".o"].concat().into())
}

/// A list's name with options taken for their values.
fn valued(list: &[u8], values: &dyn Values) -> BString {
    let mut name = list.to_vec();
    for option in options(list) {
        let value = values.value(option).map_or_else(BString::default, |value| value.text);
        for (open, close) in [("$(", ")"), ("${", "}")] {
            name = name.replace([open.as_bytes(), option, close.as_bytes()].concat(), &value);
        }
    }
    name.into()
}

/// An object, an archive or the like: what a list can have by another name than a command line.
pub fn is_made(word: &[u8]) -> bool {
    !word.starts_with(b"-") && (word.ends_with(b".o") || word.ends_with(b".a") || word.ends_with(b".ko"))
}

/// A name without its directory, and without a slash at its end.
fn last_part(name: &[u8]) -> &[u8] {
    let bare = name.strip_suffix(b"/").unwrap_or(name);
    bare.rfind_byte(b'/').map_or(bare, |slash| &bare[slash + 1..])
}

/// What is left of a name before `word`, which it ends with: the directory. A slash at the end makes no difference.
fn head<'a>(name: &'a [u8], word: &[u8]) -> Option<&'a [u8]> {
    let bare = |name: &'a [u8]| name.strip_suffix(b"/").unwrap_or(name);
    let head = bare(name).strip_suffix(word.strip_suffix(b"/").unwrap_or(word))?;
    if head.is_empty() { Some(head) } else { head.strip_suffix(b"/") }
}

/// Whether `dir` is, or ends with, `tail`.
fn is_dir(dir: &[u8], tail: &[u8]) -> bool {
    tail.is_empty() || dir.strip_suffix(tail).is_some_and(|rest| rest.is_empty() || rest.ends_with(b"/"))
}

#[cfg(test)]
mod tests {
    use rkbuild_engine::graph::observer::Value;

    use super::*;

    /// Options that are set.
    struct Options(&'static [&'static str]);

    impl Values for Options {
        fn value(&self, name: &[u8]) -> Option<Value> {
            let name = self.0.iter().find(|option| option.as_bytes() == name)?.as_bytes();
            Some(Value { name, text: "y".into(), place: Vec::new(), origin: "file" })
        }
        fn with_word(&self, _: &[u8]) -> Vec<Value> {
            Vec::new()
        }
        fn exported(&self) -> Vec<Value> {
            Vec::new()
        }
        fn makefiles(&self) -> Vec<&'static [u8]> {
            Vec::new()
        }
    }

    const DRIVERS: &str = "obj-y += base/\nobj-$(CONFIG_NVMEM) += nvmem/\n";
    const NVMEM: &str = "obj-$(CONFIG_NVMEM) += nvmem_core.o\nnvmem_core-y := core.o \\\n    more.o\n\
        ifeq ($(CONFIG_A),y)\nobj-y += a.o\nelse ifdef CONFIG_B\nobj-y += b.o\nendif\nobj-y += c.o\n\
        obj-$(CONFIG_OFF) += twice.o\nobj-$(CONFIG_NVMEM) += twice.o\nobj-$(CONFIG_OFF) += twice.o\n\
        ccflags-$(CONFIG_NVMEM) += -DNVMEM\n";

    fn asked(ask: impl Fn(&mut Lists, &Look<'_>) -> String) -> String {
        let files = [("/s/drivers/nvmem/Makefile", NVMEM), ("/s/drivers/Makefile", DRIVERS)];
        let files = files.map(|(name, text)| (BString::from(name), text));
        let mut lists = Lists::default();
        for (name, text) in &files {
            lists.files.insert(name.clone(), File::read(name.as_bstr(), text.as_bytes().to_vec()));
        }
        let look = Look {
            host: &Host::new(),
            dir: &Dir::current().unwrap(),
            values: &Options(&["CONFIG_NVMEM"]),
            makefiles: files.map(|(name, _)| name).to_vec(),
            top: b"/s",
        };
        ask(&mut lists, &look)
    }

    fn why_made(name: &str) -> String {
        asked(|lists, look| lists.why_made(name.as_bytes(), look))
    }

    #[test]
    fn an_object_is_followed_to_the_options_of_its_composite_and_directories() {
        let own = "obj-$(CONFIG_NVMEM), drivers/nvmem/Makefile:1";
        let directory = "obj-$(CONFIG_NVMEM), drivers/Makefile:2";
        for part in ["drivers/nvmem/core.o", "drivers/nvmem/more.o", "drivers/nvmem/nvmem_core.o"] {
            assert_eq!(why_made(part), format!("{own}; {directory}"));
        }
        for other in ["drivers/nvmem/c.o", "drivers/nvmem/built-in.a", "drivers/nvmem"] {
            assert_eq!(why_made(other), directory, "{other}");
        }
        for other in ["drivers/base/core.o", "nvmem_core/x", "", "/"] {
            assert_eq!(why_made(other), "", "{other}");
        }
    }

    #[test]
    fn conditionals_around_a_line_ask_for_options() {
        assert!(
            why_made("drivers/nvmem/a.o")
                .starts_with("obj-y in ifeq ($(CONFIG_A),y), drivers/nvmem/Makefile:5;")
        );
        assert!(
            why_made("drivers/nvmem/b.o")
                .starts_with("obj-y in else ifdef CONFIG_B, drivers/nvmem/Makefile:7;")
        );
    }

    #[test]
    fn of_several_lines_the_last_that_holds_counts() {
        assert!(
            why_made("drivers/nvmem/twice.o").starts_with("obj-$(CONFIG_NVMEM), drivers/nvmem/Makefile:11;")
        );
    }

    #[test]
    fn words_of_a_command_line_are_found_by_either_name_and_flags_by_their_list() {
        let listed = |word: &'static str, target: &'static str| {
            asked(|lists, look| lists.why_listed(word.as_bytes(), target.as_bytes(), look))
        };
        for (word, target) in [
            ("nvmem/built-in.a", "drivers/built-in.a"),
            ("drivers/nvmem/built-in.a", "drivers/built-in.a"),
            ("drivers/nvmem/built-in.a", "built-in.a"),
        ] {
            assert_eq!(listed(word, target), "obj-$(CONFIG_NVMEM), drivers/Makefile:2", "{word} in {target}");
        }
        let flag = "ccflags-$(CONFIG_NVMEM), drivers/nvmem/Makefile:13";
        assert_eq!(asked(|lists, look| lists.why_gone(b"-DNVMEM", look)), flag);
        let entry = |name: &'static str| {
            asked(|lists, look| lists.entry(name.as_bytes(), b"-DNVMEM", look).unwrap_or_default())
        };
        assert_eq!(entry("ccflags-y"), flag);
        assert_eq!(entry("ccflags-m"), "");
    }
}
