//! `--compile-commands`: what clangd and others want to know of each object, from evaluation alone.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rkbuild_base::{BStr, BString, ByteSlice, FxSet, Identity};
use rkbuild_engine::jobs::survey::Survey;
use rkbuild_host::{Dir, Env, Host};
use serde::Serialize;

use crate::explain::paths;
use crate::first;
use crate::modules_order::Orders;
use crate::saved::{self, Saved};

/// Parts of a kernel tree that the kernel's own script leaves out.
const LEFT_OUT: [&str; 4] = ["tools", "include", "Documentation", ".git"];

/// Where the kernel's own script is, from the newer to the older.
const SCRIPTS: [&str; 2] = ["clang-tools/gen_compile_commands.py", "gen_compile_commands.py"];

/// Makefiles that read the list of modules that were built.
const READERS: [&[u8]; 2] = [b"/Makefile.modfinal", b"/Makefile.modpost"];

/// One object.
#[derive(Debug, Serialize, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    command: String,
    directory: String,
    file: String,
}

impl Entry {
    /// The directory the command runs in.
    pub fn directory(&self) -> &str {
        &self.directory
    }
}

/// An object's saved command, and the directory of the make that would have saved it.
struct Object {
    dir: BString,
    saved: Saved,
}

#[derive(Default)]
struct Seen {
    /// By the object's own path.
    objects: BTreeMap<BString, Object>,
    /// The paths of all targets with a recipe.
    made: FxSet<BString>,
    orders: Orders,
    /// The directory `scripts` of the kernel.
    scripts: Option<BString>,
    /// How many makes could not be evaluated whose objects would be told of.
    failed: usize,
}

/// Collects commands.
pub struct Collector {
    host: Arc<Host>,
    seen: Mutex<Seen>,
}

/// What the kernel's own script does otherwise from release to release.
#[derive(Clone, Copy, Default)]
struct Manner {
    /// Assembler sources count, too.
    assembler: bool,
    /// Links on the way to a source are followed.
    real: bool,
}

impl Manner {
    /// Reads it from the script itself.
    fn of(host: &Host, dir: &Dir, scripts: &BStr) -> Manner {
        let script = SCRIPTS.iter().find_map(|name| {
            let path = [scripts.as_bytes(), b"/", name.as_bytes()].concat();
            host.read(dir, &path).ok()
        });
        script.map_or(Manner::default(), |script| Manner {
            assembler: script.contains_str(r"[^ ]*\.[cS]"),
            real: script.contains_str("os.path.realpath("),
        })
    }
}

impl Collector {
    /// Nothing was seen yet.
    pub fn new(host: Arc<Host>) -> Collector {
        Collector { host, seen: Mutex::default() }
    }

    /// The sub-make that a script would start which a recipe line runs, as link-vmlinux.sh does for a last object.
    fn make_in_script(&self, dir: &Dir, text: &BStr) -> Option<BString> {
        let script = text.fields().find(|word| word.ends_with(b".sh"))?;
        let script = self.host.read(dir, script).ok()?;
        let line = script
            .lines()
            .map(ByteSlice::trim)
            .find(|line| line.starts_with(b"${MAKE} ") && line.contains_str("Makefile.build"))?;
        Some(line.into())
    }

    /// How many makes could not be evaluated whose objects would be told of.
    pub fn failed(&self) -> usize {
        self.seen().failed
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The entries, in order; `goals` that are directories say which of them.
    pub fn entries(&self, host: &Host, dir: &Dir, goals: &[BString]) -> Vec<Entry> {
        let seen = self.seen();
        let manner = seen.scripts.as_ref().map_or(Manner::default(), |s| Manner::of(host, dir, s.as_bstr()));
        let suffixes: &[&[u8]] = if manner.assembler { &[b".c", b".S"] } else { &[b".c"] };
        let within: Option<Vec<&[u8]>> =
            goals.iter().map(|goal| goal.ends_with(b"/").then_some(goal.as_slice())).collect();
        let within = within.filter(|dirs| !dirs.is_empty());
        let mut entries: Vec<Entry> = seen
            .objects
            .values()
            .filter(|object| match &within {
                Some(dirs) => dirs.iter().any(|dir| object.saved.target.starts_with(dir)),
                None => true,
            })
            .filter(|object| object.saved.target.ends_with(b".o") && !is_left_out(&object.saved.target))
            .filter_map(|object| {
                let compile = saved::compile(&object.saved.command, suffixes)?;
                let path = paths::absolute(&object.dir, &compile.source);
                let real = manner.real.then(|| host.realpath(dir, &path).ok()).flatten();
                let path = real.unwrap_or(path);
                Some(Entry {
                    command: [compile.prefix.as_slice(), &compile.source]
                        .concat()
                        .to_str_lossy()
                        .into_owned(),
                    directory: object.dir.to_str_lossy().into_owned(),
                    file: path.to_str_lossy().into_owned(),
                })
            })
            .collect();
        entries.sort_unstable();
        entries.dedup();
        entries
    }
}

/// Whether an object is in a part that is left out. Names of external modules are absolute.
fn is_left_out(target: &[u8]) -> bool {
    let first = target.split_str("/").next().unwrap_or_default();
    LEFT_OUT.iter().any(|part| first == part.as_bytes())
}

impl Survey for Collector {
    fn line(&self, dir: &Dir, target: &BStr, text: &BStr) -> Option<BString> {
        self.seen().made.insert(dir_join(dir.path(), target));
        let name = target.rsplit(|c| *c == b'/').next().unwrap_or_default();
        if name == b"modules.order" {
            self.seen().orders.note(dir, target, text);
        } else if text.contains_str("link-vmlinux.sh") {
            return self.make_in_script(dir, text);
        } else if let Some(saved) = saved::in_recipe(text) {
            // tools/ has a build system of its own, in directories of its own.
            let dir = dir.path().to_owned();
            if dir.split_str("/").any(|part| part == b"tools") && !saved.target.starts_with(b"/") {
                return None;
            }
            let path = dir_join(&dir, &saved.target);
            self.seen().objects.insert(path, Object { dir, saved });
        }
        None
    }

    fn made_from(&self, dir: &Dir, target: &BStr) -> Option<BString> {
        // What another make has a recipe for is not compiled by this one.
        let made = self.seen().made.contains(&dir_join(dir.path(), target));
        let base = target.strip_suffix(b".o").filter(|_| !made)?;
        Some([base, b".c"].concat().into())
    }

    fn submake(&self, dir: &Dir, argv: &mut Vec<BString>, env: &Env) {
        let mut makefile = None;
        for (at, word) in argv.iter().enumerate() {
            if word == "-f" {
                makefile = argv.get(at + 1).cloned();
            }
        }
        let Some(makefile) = makefile else { return };
        let Some(at) = makefile.rfind(b"/scripts/Makefile.") else { return };
        let mut seen = self.seen();
        if seen.scripts.is_none() {
            let scripts = makefile.get(..at + "/scripts".len()).unwrap_or_default();
            seen.scripts = Some(dir_join(dir.path(), scripts));
        }
        if READERS.iter().any(|reader| makefile.ends_with(reader)) {
            // They are not built: what the list would be is said in its place.
            let order = env.get(b"MODORDER").map_or(b"modules.order".as_slice(), |order| order.as_bytes());
            if let Some(modules) = seen.orders.modules(dir, order) {
                argv.push([b"modules=".as_slice(), &modules.join(&b" "[..])].concat().into());
            }
        }
    }

    fn failed(&self, dir: &Dir, argv: &[BString]) {
        let mut seen = self.seen();
        // The kernel's tools/ wants directories that recipes make. What is below it is left out in any case.
        let tools = seen.scripts.as_ref().map(|scripts| paths::absolute(scripts, b"../tools"));
        let below = |tools: BString| {
            let rest = working_directory(dir, argv).strip_prefix(tools.as_slice()).map(<[u8]>::to_vec);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
        };
        if !tools.is_some_and(below) {
            seen.failed += 1;
        }
    }
}

/// The directory a make works in.
fn working_directory(dir: &Dir, argv: &[BString]) -> BString {
    let to = first::directory(dir, &first::options(argv, Identity::V4_4_1));
    paths::absolute(dir.path(), &to.unwrap_or_else(|| dir.path().to_owned()))
}

fn dir_join(dir: &[u8], path: &[u8]) -> BString {
    if path.starts_with(b"/") { path.into() } else { [dir, b"/", path].concat().into() }
}

/// What clang does not know of what gcc does: whole options, or how they begin.
const ONLY_GCC: &[&str] = &[
    "-falign-jumps",
    "-falign-labels",
    "-fconserve-stack",
    "-femit-struct-debug-",
    "-fipa-",
    "-fmin-function-alignment",
    "-fno-allow-store-data-races",
    "-fno-code-hoisting",
    "-fno-gcse",
    "-fno-inline-functions-called-once",
    "-fno-ipa-",
    "-fno-tree-loop-im",
    "-fno-tree-ter",
    "-fno-reorder-blocks",
    "-fno-partial-inlining",
    "-fno-stack-clash-protection",
    "-fno-tree-",
    "-fno-var-tracking",
    "-fplugin",
    "-fsanitize=bounds-strict",
    "-fstrict-flex-arrays",
    "-ftrivial-auto-var-init=zero",
    "-fzero-call-used-regs=",
    "-mabi=apcs-gnu",
    "-march=armv5te",
    "-mapcs",
    "-mbionic",
    "-mfunction-return=",
    "-mindirect-branch",
    "-mno-fp-ret-in-387",
    "-mno-sched-prolog",
    "-mpreferred-stack-boundary=",
    "-mrecord-mcount",
    "-mnop-mcount",
    "-mskip-rax-setup",
    "-mstack-protector-guard-symbol",
    "-mtune=generic-armv",
    "--param",
    "-Wno-alloc-size-larger-than",
    "-Wno-maybe-uninitialized",
    "-Wno-packed-not-aligned",
    "-Wno-psabi",
    "-Wno-stringop-",
    "-Wno-unused-but-set-parameter",
    "-Wimplicit-fallthrough=",
    "-Wcast-function-type",
    "-Wno-array-bounds",
    "-Wlogical-op",
    "-Wno-format-truncation",
    "-Wno-format-overflow",
    "-Wno-restrict",
    "-Wno-dangling-pointer",
    "-Wno-cast-function-type",
];

/// The same entry for clang: without what only gcc knows.
pub fn for_clang(entry: Entry) -> Entry {
    let is_gcc = |word: &str| ONLY_GCC.iter().any(|only| word.starts_with(only));
    let mut words = entry.command.split(' ').peekable();
    let mut kept: Vec<&str> = Vec::new();
    while let Some(word) = words.next() {
        if !is_gcc(word) {
            kept.push(word);
        } else if word == "--param" {
            words.next();
        }
    }
    let command = kept.join(" ");
    Entry { command, ..entry }
}

/// The file's text: what the kernel's script writes.
pub fn text(entries: &[Entry]) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec_pretty(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_make_makes_is_not_taken_for_compiled() {
        let collector = Collector::new(Host::new());
        let dir = Dir::current().unwrap();
        let (linked, compiled) = (BStr::new("linked.o"), BStr::new("compiled.o"));
        assert_eq!(collector.made_from(&dir, linked), Some("linked.c".into()));
        collector.line(&dir, linked, BStr::new("ld -r -o linked.o a.o"));
        assert_eq!(collector.made_from(&dir, linked), None);
        assert_eq!(collector.made_from(&dir, compiled), Some("compiled.c".into()));
        assert_eq!(collector.made_from(&dir, BStr::new("text")), None);
    }

    #[test]
    fn the_kernels_tools_are_left_out_and_a_module_called_tools_is_not() {
        assert!(is_left_out(b"tools/objtool/check.o"));
        assert!(!is_left_out(b"drivers/tools/a.o") && !is_left_out(b"/home/tools/a.o"));
    }

    #[test]
    fn clang_is_spared_what_only_gcc_knows() {
        let entry = Entry {
            command: "gcc -O2 -mrecord-mcount --param asan-stack=1 -mpreferred-stack-boundary=3 -c a.c"
                .into(),
            directory: "/o".into(),
            file: "/o/a.c".into(),
        };
        assert_eq!(for_clang(entry).command, "gcc -O2 -c a.c");
    }
}
