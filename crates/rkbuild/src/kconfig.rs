//! Kconfig files: which options they define.

use std::collections::BTreeSet;

use rkbuild_base::{BString, ByteSlice};
use rkbuild_host::{Dir, Host};

/// How far below the sources Kconfig files are looked for.
const DEEPEST: u32 = 8;

/// Directories of the sources without options of the kernel.
const LEFT_OUT: [&[u8]; 4] = [b"Documentation", b"tools", b".git", b"include"];

/// Adds the options a Kconfig file defines.
pub fn defined(text: &[u8], out: &mut BTreeSet<BString>) {
    for line in text.lines() {
        let mut words = line.fields();
        if matches!(words.next(), Some(b"config" | b"menuconfig"))
            && let Some(name) = words.next()
        {
            out.insert(name.into());
        }
    }
}

/// The options of a kernel's sources, of the architectures that of `arch` alone.
pub fn symbols(host: &Host, dir: &Dir, sources: &[u8], arch: &[u8]) -> BTreeSet<BString> {
    let mut out = BTreeSet::new();
    below(host, dir, sources, arch, 0, &mut out);
    out
}

fn below(host: &Host, dir: &Dir, path: &[u8], arch: &[u8], depth: u32, out: &mut BTreeSet<BString>) {
    let Ok(listing) = host.listing(dir, path) else { return };
    for (name, _) in listing.iter() {
        let inside = [path, b"/", name.as_bytes()].concat();
        if name.starts_with(b"Kconfig") {
            if let Ok(text) = host.read(dir, &inside) {
                defined(&text, out);
            }
        } else if depth < DEEPEST
            && !name.contains(&b'.')
            && !(depth == 0 && LEFT_OUT.contains(&name.as_bytes()))
            && !(depth == 1 && path.ends_with(b"/arch") && *name != arch)
            && host.lstat(dir, &inside).is_ok_and(|meta| meta.is_dir())
        {
            below(host, dir, &inside, arch, depth + 1, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn options_of_all_directories_and_of_one_architecture_are_found() {
        let keep = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("Kconfig", "config A\n\tbool\n"),
            ("fs/ext4/Kconfig.x", "menuconfig B\n\tdepends on C\n"),
            ("arch/x86/Kconfig", "config D\n"),
            ("arch/arm/Kconfig", "config E\n"),
            ("tools/Kconfig", "config F\n"),
        ] {
            let path = keep.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let top = keep.path().to_str().unwrap();
        let found = symbols(&Host::new(), &Dir::current().unwrap(), top.as_bytes(), b"x86");
        assert_eq!(found.iter().map(ToString::to_string).collect::<Vec<_>>(), ["A", "B", "D"]);
    }
}
