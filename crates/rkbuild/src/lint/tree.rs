//! The makefiles that are linted, what stands beside them, and what is known of the kernel they are part of.

use std::collections::BTreeSet;

use rkbuild_base::{BString, ByteSlice};
use rkbuild_host::{Dir, Host, Kind, errors};
use rkbuild_syntax::Lang;

use crate::kconfig;
use crate::lint::source::{References, Source};

/// How deep below a directory makefiles are looked for.
const DEEPEST: u32 = 32;

/// What is known beside one makefile.
#[derive(Default)]
pub struct Tree {
    /// All makefiles.
    pub sources: Vec<Source>,
    /// Every variable that one of them sets.
    pub set: BTreeSet<BString>,
    /// The options that Kconfig files define, when those of a whole tree are there.
    pub options: Option<BTreeSet<BString>>,
    /// All files there are, seen from where we were started.
    files: BTreeSet<BString>,
}

/// Whether a file is a makefile by its name.
fn is_makefile(name: &[u8]) -> bool {
    let whole: [&[u8]; 4] = [b"Makefile", b"makefile", b"GNUmakefile", b"Kbuild"];
    whole.contains(&name)
        || name.ends_with(b".mk")
        || name.starts_with(b"Makefile.") && !name.ends_with(b".orig")
        || name.starts_with(b"Kbuild.")
}

fn join(dir: &[u8], name: &[u8]) -> BString {
    if dir == b"." { name.into() } else { [dir.trim_end_with(|c| c == '/'), b"/", name].concat().into() }
}

/// The variables a text may set on a command line: its words `NAME=…`.
fn handed_on(text: &[u8]) -> impl Iterator<Item = BString> {
    let is_name = |name: &[u8]| {
        !name.is_empty()
            && name.iter().all(|c| c.is_ascii_alphanumeric() || b"_-.".contains(c))
            && !name.starts_with(b"-")
    };
    text.fields().filter_map(move |word| {
        let (name, _) = word.split_once_str(b"=")?;
        is_name(name).then(|| name.into())
    })
}

impl Tree {
    /// Reads what is named: makefiles, and directories with all makefiles below them.
    pub fn read(host: &Host, dir: &Dir, named: &[BString], lang: &Lang) -> Result<Tree, String> {
        let mut tree = Tree::default();
        let mut kconfigs = Vec::new();
        let mut makefiles = Vec::new();
        for name in named {
            let kind =
                host.kind(dir, name).map_err(|error| format!("'{name}': {}", errors::describe(&error)))?;
            if kind == Kind::Dir {
                tree.walk(host, dir, name, 0, &mut makefiles, &mut kconfigs);
            } else {
                makefiles.push(name.clone());
                let beside = name.rfind_byte(b'/').map_or(b".".as_slice(), |at| &name[..at]);
                tree.list(host, dir, beside);
            }
        }
        for path in makefiles {
            let text =
                host.read(dir, &path).map_err(|error| format!("'{path}': {}", errors::describe(&error)))?;
            tree.sources.push(Source::read(path.as_bstr(), text));
        }
        for source in &tree.sources {
            tree.set.extend(source.assignments.iter().map(|a| a.name.clone()));
            tree.set.extend(source.defined.iter().cloned());
            for (_, text) in source.texts() {
                tree.set.extend(handed_on(text));
                for call in References::of(lang, text).calls {
                    // Templates set what they are given.
                    tree.set.extend(call);
                }
            }
        }
        // A part of a tree defines a part of the options.
        if kconfigs.iter().any(|path| path == "Kconfig") && tree.has(b"scripts/Kbuild.include") {
            tree.options = Some(options(host, dir, &kconfigs));
        }
        Ok(tree)
    }

    fn list(&mut self, host: &Host, dir: &Dir, at: &[u8]) {
        if let Ok(listing) = host.listing(dir, at) {
            self.files.extend(listing.iter().map(|(name, _)| join(at, name)));
        }
    }

    fn walk(
        &mut self,
        host: &Host,
        dir: &Dir,
        at: &[u8],
        depth: u32,
        makefiles: &mut Vec<BString>,
        kconfigs: &mut Vec<BString>,
    ) {
        let Ok(listing) = host.listing(dir, at) else { return };
        let mut names: Vec<BString> = listing.iter().map(|(name, _)| name.to_owned()).collect();
        names.sort_unstable();
        for name in names {
            if name.starts_with(b".") {
                continue;
            }
            let path = join(at, &name);
            let kind = host.lstat(dir, &path).map(|meta| meta.kind());
            match kind {
                Ok(Kind::Dir) if depth < DEEPEST => {
                    self.walk(host, dir, &path, depth + 1, makefiles, kconfigs);
                }
                Ok(Kind::File) if is_makefile(&name) => makefiles.push(path.clone()),
                Ok(Kind::File) if name.starts_with(b"Kconfig") => kconfigs.push(path.clone()),
                _ => {}
            }
            self.files.insert(path);
        }
    }

    /// Whether there is a file of this name.
    pub fn has(&self, path: &[u8]) -> bool {
        self.files.contains(path.as_bstr())
    }

    /// Whether `name` is beside the makefile at `path`, or below its directory.
    pub fn beside(&self, path: &[u8], name: &[u8]) -> bool {
        let mut dir = path.rfind_byte(b'/').map_or(b"".as_slice(), |at| &path[..at]);
        let mut name = name;
        while let Some(rest) = name.strip_prefix(b"../") {
            name = rest;
            dir = dir.rfind_byte(b'/').map_or(b"".as_slice(), |at| &dir[..at]);
        }
        self.has(&join(if dir.is_empty() { b"." } else { dir }, name))
    }

    /// Whether files beside makefiles are known at all.
    pub fn knows_files(&self) -> bool {
        !self.files.is_empty()
    }
}

/// The options that Kconfig files define.
fn options(host: &Host, dir: &Dir, kconfigs: &[BString]) -> BTreeSet<BString> {
    let mut out = BTreeSet::new();
    for path in kconfigs {
        if let Ok(text) = host.read(dir, path) {
            kconfig::defined(&text, &mut out);
        }
    }
    out
}
