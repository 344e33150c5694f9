//! `scripts/check-local-export OBJECT`: no symbol that an object exports may be local to it.
//!
//! The script has `nm` list the symbols and `awk` go through them. Here the symbols are read from the object, and whatever is not plainly
//! well is left to the script, which words it.

use std::sync::Arc;

use object::elf::{self, SymbolType};
use object::{BinaryFormat, Object, ObjectKind, ObjectSymbol, SymbolFlags, SymbolSection};
use rkbuild_base::FxMap;
use rkbuild_host::{Exit, Host, eyes};
use rkbuild_shell::Invocation;

use crate::trial::Verdicts;

/// Where a source tree has the script.
const SCRIPT: &[u8] = b"scripts/check-local-export";

/// The hashes of scripts that do what is done here.
const SCRIPTS: [u128; 1] = [
    // Linux 6.1.
    0xc565_4b7a_f6fb_2221_6262_471c_f401_2f0f,
];

/// What stands before the name of a symbol in that of what exports it.
const EXPORT: &[u8] = b"__ksymtab_";

/// The types of symbols that exports have.
const TYPES: [SymbolType; 3] = [elf::STT_NOTYPE, elf::STT_OBJECT, elf::STT_FUNC];

/// The scripts that were met, with the programs they call: whether each is known and has found an object well, as we did.
#[derive(Default)]
pub struct Exports(Verdicts<bool>);

impl Exports {
    /// Does what the command does, if it is a known script and the object is well.
    pub fn run(&self, host: &Arc<Host>, command: &Invocation<'_>) -> Option<Exit> {
        let [script, object] = command.argv else { return None };
        if !script.ends_with(SCRIPT) {
            return None;
        }
        let (dir, env) = (command.dir, command.env);
        let (data, _) = host.read_unseen(dir, object).ok()?;
        if !are_global(&data)? {
            return None;
        }
        let programs = [&b"NM"[..], b"AWK", b"PATH", b"BASH_ENV", b"ENV"];
        let programs = programs.map(|name| env.get(name).map(|value| value.to_vec()).unwrap_or_default());
        let find_out = || {
            let (text, _) = host.read_unseen(dir, script).ok()?;
            if !SCRIPTS.contains(&eyes::hash(&text)) {
                return Some(false);
            }
            let (exit, said) = host.unseen().output(script, command.argv, env, dir).ok()?;
            Some(exit.is_success() && said.is_empty())
        };
        let known = self.0.get(host, dir, &dir.absolute(script), &programs.join(&0), find_out)?;
        if !known {
            return None;
        }
        if let Some(eyes) = host.eyes() {
            eyes.effect("an object was searched for local exports");
        }
        Some(Exit::Code(0))
    }
}

/// Whether all symbols that an object exports are its own and global. `None` for what is no object.
fn are_global(data: &[u8]) -> Option<bool> {
    let file = object::File::parse(data).ok()?;
    if file.format() != BinaryFormat::Elf || file.kind() != ObjectKind::Relocatable {
        return None;
    }
    let mut exported = Vec::new();
    for symbol in file.symbols() {
        exported.extend(symbol.name_bytes().ok()?.strip_prefix(EXPORT));
    }
    if exported.is_empty() {
        return Some(true);
    }
    let mut global: FxMap<&[u8], bool> = FxMap::default();
    for symbol in file.symbols() {
        let name = symbol.name_bytes().ok()?;
        let SymbolFlags::Elf { st_info, .. } = symbol.flags() else { return None };
        let well = st_info.st_bind() == elf::STB_GLOBAL
            && TYPES.contains(&st_info.st_type())
            && matches!(symbol.section(), SymbolSection::Section(_));
        // Of two symbols of one name the script takes the one that `nm` lists last.
        global.entry(name).and_modify(|all| *all &= well).or_insert(well);
    }
    Some(exported.iter().all(|name| global.get(name).copied().unwrap_or(false)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    /// What is made of an assembler's input.
    fn found(source: &str) -> Option<bool> {
        let keep = tempfile::tempdir().unwrap();
        let object = keep.path().join("x.o");
        let mut gas =
            Command::new("as").arg("-o").arg(&object).arg("-").stdin(Stdio::piped()).spawn().unwrap();
        std::io::Write::write_all(&mut gas.stdin.take().unwrap(), source.as_bytes()).unwrap();
        assert!(gas.wait().unwrap().success());
        are_global(&std::fs::read(object).unwrap())
    }

    #[test]
    fn exported_symbols_must_be_global() {
        assert_eq!(found(""), Some(true));
        assert_eq!(found(".globl f\nf: .byte 0\nlocal: .byte 0\n__ksymtab_f: .byte 0\n"), Some(true));
        assert_eq!(found("f: .byte 0\n__ksymtab_f: .byte 0\n"), Some(false));
        assert_eq!(found(".weak f\nf: .byte 0\n__ksymtab_f: .byte 0\n"), Some(false));
        assert_eq!(found("__ksymtab_f: .byte 0\n.long f\n"), Some(false));
        assert_eq!(found("__ksymtab_f: .byte 0\n"), Some(false));
    }

    #[test]
    fn what_is_no_object_is_left_alone() {
        assert_eq!(are_global(b""), None);
        assert_eq!(are_global(b"!<thin>\n"), None);
        assert_eq!(are_global(&std::fs::read("/proc/self/exe").unwrap()), None);
    }
}
