//! The kernel a module is to be loaded into: what is known of it from its modules, its Module.symvers, its vmlinux or its headers.

use std::collections::BTreeMap;

use rkbuild_base::{BStr, BString, ByteSlice};
use rkbuild_host::{Dir, Host};

use crate::module::Module;

/// A symbol that others may use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Export {
    /// Its checksum, where it is known.
    pub crc: Option<u32>,
    /// For GPL modules alone.
    pub gpl: bool,
    /// Its namespace, if it has one.
    pub namespace: BString,
    /// The module it is in, or vmlinux.
    pub module: BString,
}

/// The kernel.
#[derive(Debug, Default)]
pub struct Target {
    /// What it wants to find in a module.
    pub vermagic: Option<BString>,
    /// The machine it is for.
    pub machine: Option<String>,
    /// What it exports. Without all of its exports a symbol that is not here may be there.
    pub exports: BTreeMap<BString, Export>,
    /// All exports are known.
    pub complete: bool,
    /// Only what one of its modules was built with is known, which is no list of exports.
    pub versions: BTreeMap<BString, u32>,
    /// What it was read from.
    pub sources: Vec<BString>,
}

/// How far below a directory modules are looked for, and how many are read.
const DEEPEST: u32 = 8;
const MOST: usize = 20_000;

/// Everything of a Module.symvers: checksum, symbol, module, kind of export, namespace.
pub fn symvers(text: &[u8]) -> BTreeMap<BString, Export> {
    let mut out = BTreeMap::new();
    for line in text.lines() {
        let mut fields = line.split(|c| *c == b'\t');
        let (Some(crc), Some(name), Some(module)) = (fields.next(), fields.next(), fields.next()) else {
            continue;
        };
        let kind = fields.next().unwrap_or_default();
        let crc = crc.strip_prefix(b"0x").and_then(|hex| u32::from_str_radix(hex.to_str().ok()?, 16).ok());
        let export = Export {
            // Without CONFIG_MODVERSIONS all are 0.
            crc: crc.filter(|crc| *crc != 0),
            gpl: kind.ends_with(b"_GPL"),
            namespace: fields.next().unwrap_or_default().into(),
            module: module.into(),
        };
        out.insert(name.into(), export);
    }
    out
}

impl Target {
    /// Finds what `value` names: a release below /lib/modules, a directory, or a file.
    pub fn find(host: &Host, dir: &Dir, value: &[u8]) -> Result<Target, String> {
        let mut target = Target::default();
        let at = if value.contains(&b'/') || host.exists(dir, value) {
            value.to_vec()
        } else {
            [b"/lib/modules/", value].concat()
        };
        match host.stat(dir, &at) {
            Ok(meta) if meta.is_dir() => target.read_directory(host, dir, &at),
            Ok(_) => target.read_file(host, dir, &at)?,
            Err(_) => {
                return Err(format!(
                    "there is neither a file '{}' nor a directory of modules",
                    BString::from(at)
                ));
            }
        }
        if target.sources.is_empty() {
            let at = BString::from(at);
            return Err(format!(
                "'{at}' has no module, no Module.symvers, no vmlinux and no configured headers"
            ));
        }
        Ok(target)
    }

    fn read_file(&mut self, host: &Host, dir: &Dir, path: &[u8]) -> Result<(), String> {
        let cannot = |why: String| format!("'{}' can't be read: {why}", BString::from(path));
        let data = host.read(dir, path).map_err(|error| cannot(rkbuild_host::errors::describe(&error)))?;
        if !data.starts_with(b"\x7fELF") {
            if !data.starts_with(b"0x") {
                return Err(cannot("it is neither ELF nor a Module.symvers".into()));
            }
            self.add_symvers(path, &data);
            return Ok(());
        }
        let module = Module::read(&data).map_err(|error| cannot(error.to_string()))?;
        self.sources.push(path.into());
        self.machine.get_or_insert(module.machine.clone());
        self.vermagic = self.vermagic.take().or(module.vermagic.clone());
        // A kernel exports a great deal, and all of it is there; of one of its modules only its own needs are known.
        if path.ends_with(b".ko") {
            self.versions.extend(module.versions.clone());
        } else {
            self.complete = true;
        }
        self.add_exports(path, &module);
        Ok(())
    }

    fn add_exports(&mut self, path: &[u8], module: &Module) {
        for (name, crc) in &module.exports {
            let export = self
                .exports
                .entry(name.clone())
                .or_insert_with(|| Export { module: path.into(), ..Export::default() });
            export.crc = export.crc.or(*crc);
        }
    }

    fn add_symvers(&mut self, path: &[u8], data: &[u8]) {
        self.sources.push(path.into());
        self.complete = true;
        for (name, export) in symvers(data) {
            self.exports.insert(name, export);
        }
    }

    /// A directory: installed modules with their `build`, a kernel tree, or headers.
    fn read_directory(&mut self, host: &Host, dir: &Dir, path: &[u8]) {
        let inside = |name: &str| [path, b"/", name.as_bytes()].concat();
        for tree in [path.to_vec(), inside("build")] {
            let file = |name: &str| [tree.as_slice(), b"/", name.as_bytes()].concat();
            if let Ok(data) = host.read(dir, &file("Module.symvers")) {
                self.add_symvers(&file("Module.symvers"), &data);
            }
            if !self.complete && host.exists(dir, &file("vmlinux")) {
                let _ = self.read_file(host, dir, &file("vmlinux"));
            }
        }
        let mut modules = Vec::new();
        let start = if host.exists(dir, &inside("kernel")) { inside("kernel") } else { path.to_vec() };
        find_modules(host, dir, &start, 0, &mut modules);
        for module in modules {
            // What is known already needs no reading of them all.
            if self.vermagic.is_some() && self.complete {
                break;
            }
            let _ = self.read_file(host, dir, &module);
        }
        for tree in [path.to_vec(), inside("build")] {
            if self.vermagic.is_none() {
                self.read_headers(host, dir, &tree);
            }
        }
    }

    /// The words a module built with these headers would have.
    fn read_headers(&mut self, host: &Host, dir: &Dir, tree: &[u8]) {
        let file = |name: &str| host.read(dir, &[tree, b"/", name.as_bytes()].concat()).ok();
        // The name that modules get: distributions may set another release than the tree would.
        let Some(header) = file("include/generated/utsrelease.h") else { return };
        let Some(release) = header.split_str("\"").nth(1) else { return };
        let Some(config) = file(".config").or_else(|| file("include/config/auto.conf")) else { return };
        let is_set = |name: &str| config.lines().any(|line| line == format!("CONFIG_{name}=y").as_bytes());
        let mut words = vec![release.to_str_lossy().into_owned()];
        for (word, option) in WORDS {
            // PREEMPT_BUILD is what newer kernels ask for.
            if is_set(option) && !words.iter().any(|known| known == word) {
                words.push((*word).to_owned());
            }
        }
        if is_set("ARM64") {
            words.push("aarch64".into());
        }
        self.vermagic = Some(words.join(" ").into());
        self.sources.push([tree, b"/.config"].concat().into());
    }
}

/// The words of `vermagic`, and the option that sets each, in the kernel's order.
pub const WORDS: &[(&str, &str)] = &[
    ("SMP", "SMP"),
    ("preempt_rt", "PREEMPT_RT"),
    ("preempt", "PREEMPT_BUILD"),
    ("mod_unload", "MODULE_UNLOAD"),
    ("modversions", "MODVERSIONS"),
];

fn find_modules(host: &Host, dir: &Dir, path: &[u8], depth: u32, out: &mut Vec<BString>) {
    let Ok(listing) = host.listing(dir, path) else { return };
    let mut names: Vec<&BStr> =
        listing.iter().map(|(name, _)| name).filter(|name| *name != "." && *name != "..").collect();
    names.sort_unstable();
    for name in names {
        let inside = [path, b"/", name.as_bytes()].concat();
        if out.len() >= MOST {
            return;
        }
        if name.ends_with(b".ko") {
            out.push(inside.into());
        } else if depth < DEEPEST && host.lstat(dir, &inside).is_ok_and(|meta| meta.is_dir()) {
            find_modules(host, dir, &inside, depth + 1, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn module_symvers_has_five_fields_and_a_checksum_of_zero_is_none() {
        let text =
            b"0x00000012\ta\tvmlinux\tEXPORT_SYMBOL_GPL\tNS\n0x00000000\tb\tfs/b\tEXPORT_SYMBOL\t\nbroken\n";
        let all = symvers(text);
        let a = Export { crc: Some(0x12), gpl: true, namespace: "NS".into(), module: "vmlinux".into() };
        assert_eq!(all.get(&BString::from("a")), Some(&a));
        assert_eq!(all.get(&BString::from("b")).and_then(|b| b.crc), None);
        assert_eq!(all.len(), 2);
    }
}
