//! `--toolchain`: what ARCH, CROSS_COMPILE and LLVM have to be for the compiler that is named.

use std::sync::Arc;

use rkbuild_base::{BStr, BString, ByteSlice};
use rkbuild_host::{Dir, Env, Host, machine};

use crate::headers::{State, and, directory_of};

/// How names of toolchains begin, and the value of ARCH.
const MACHINES: &[(&str, &str)] = &[
    ("aarch64", "arm64"),
    ("arm64", "arm64"),
    ("arm", "arm"),
    ("riscv", "riscv"),
    ("powerpc", "powerpc"),
    ("ppc", "powerpc"),
    ("mips", "mips"),
    ("s390", "s390"),
    ("x86_64", "x86_64"),
    ("amd64", "x86_64"),
    ("i386", "i386"),
    ("i486", "i386"),
    ("i586", "i386"),
    ("i686", "i386"),
    ("loongarch", "loongarch"),
    ("sparc64", "sparc64"),
    ("sparc", "sparc"),
    ("m68k", "m68k"),
    ("alpha", "alpha"),
    ("hppa64", "parisc64"),
    ("hppa", "parisc"),
    ("sh", "sh"),
    ("microblaze", "microblaze"),
    ("xtensa", "xtensa"),
    ("arc", "arc"),
    ("csky", "csky"),
    ("nios2", "nios2"),
    ("or1k", "openrisc"),
];

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub struct Toolchain {
    /// What is to be set for make, in order.
    pub words: Vec<BString>,
    /// The compiler.
    pub compiler: BString,
    /// The value of ARCH, where the toolchain is for one alone.
    pub arch: Option<&'static str>,
}

/// The value of ARCH for the toolchain whose programs begin with `prefix`.
pub fn arch_of(prefix: &[u8]) -> Option<&'static str> {
    let name = prefix.rsplit(|c| *c == b'/').next().unwrap_or_default();
    // A plain `gcc`, or a version behind it.
    if !name.contains(&b'-') {
        return None;
    }
    MACHINES.iter().find(|(start, _)| name.starts_with(start.as_bytes())).map(|(_, arch)| *arch)
}

/// The value of ARCH for this machine; empty where kbuild has none for it.
pub fn arch_here() -> &'static str {
    arch_of(&[machine::hardware().as_slice(), b"-"].concat()).unwrap_or_default()
}

/// The first line of what a compiler says of itself, as kbuild writes it into the configuration.
pub fn version_text(host: &Arc<Host>, dir: &Dir, env: &Env, compiler: &[u8]) -> Option<BString> {
    let path = env.get(b"PATH").map(|path| path.to_owned()).unwrap_or_default();
    let program = host.find_program(dir, compiler, &path).ok()?;
    let argv = [BString::from(compiler), "--version".into()];
    let (exit, text) = host.unseen().output(&program, &argv, env, dir).ok()?;
    if !exit.is_success() {
        return None;
    }
    text.lines().next().map(|line| line.replace(b"\"", b"").into())
}

/// The prefixes of the gcc in a directory, `aarch64-linux-gnu-` and so on.
fn prefixes(host: &Host, dir: &Dir, path: &[u8]) -> Vec<BString> {
    let Ok(listing) = host.listing(dir, path) else { return Vec::new() };
    let mut found: Vec<BString> = listing
        .iter()
        .filter_map(|(name, _)| name.strip_suffix(b"gcc"))
        .filter(|prefix| prefix.ends_with(b"-") && arch_of(prefix).is_some())
        .map(BString::from)
        .collect();
    found.sort_unstable();
    found
}

/// The prefixes of all gcc in PATH.
pub fn known(host: &Host, dir: &Dir, env: &Env) -> Vec<BString> {
    let path = env.get(b"PATH").map(|path| path.to_owned()).unwrap_or_default();
    let places = path.split(|c| *c == b':').filter(|place| !place.is_empty());
    let mut found: Vec<BString> = places.flat_map(|place| prefixes(host, dir, place)).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// `clang`, `llvm`, or one of them with a version, `clang-14`: the suffix.
fn llvm_suffix(value: &[u8]) -> Option<&[u8]> {
    let rest = value.strip_prefix(b"clang").or_else(|| value.strip_prefix(b"llvm"))?;
    let is_version = |rest: &[u8]| rest.len() > 1 && rest.iter().all(u8::is_ascii_digit);
    (rest.is_empty() || rest.strip_prefix(b"-").is_some_and(is_version)).then_some(rest)
}

/// Whether a program is there.
fn is_program(host: &Host, dir: &Dir, path: &[u8], name: &[u8]) -> bool {
    host.find_program(dir, name, path).is_ok_and(|program| host.access_exec(dir, &program).is_ok())
}

impl Toolchain {
    /// Finds what `value` names: how the names of programs begin, a directory with a toolchain, or clang. `tree` is the state of
    /// the tree it is for, if there is one.
    pub fn find(
        host: &Host,
        dir: &Dir,
        env: &Env,
        value: &BStr,
        tree: Option<&State>,
    ) -> Result<Toolchain, String> {
        let path = env.get(b"PATH").map(|path| path.to_owned()).unwrap_or_default();
        if value.contains(&b'/') && host.stat(dir, value).is_ok_and(|meta| meta.is_dir()) {
            return Toolchain::in_directory(host, dir, value, tree);
        }
        if let Some(suffix) = llvm_suffix(value) {
            let compiler: BString = [b"clang".as_slice(), suffix].concat().into();
            let linker: BString = [b"ld.lld".as_slice(), suffix].concat().into();
            for program in [&compiler, &linker] {
                if !is_program(host, dir, &path, program) {
                    return Err(format!("--toolchain={value} needs '{program}', which is not in PATH"));
                }
            }
            let llvm = if suffix.is_empty() { b"1".as_slice() } else { suffix };
            return Ok(Toolchain::of_llvm(llvm, compiler, tree));
        }
        let prefix = [value.trim_end_with(|c| c == '-'), b"-"].concat();
        let prefix = if prefix.contains(&b'/') { dir.absolute(&prefix) } else { prefix.into() };
        let compiler: BString = [prefix.as_slice(), b"gcc"].concat().into();
        if is_program(host, dir, &path, &compiler) {
            return Toolchain::of_prefix(host, dir, &path, &prefix);
        }
        let others = known(host, dir, env);
        let others = if others.is_empty() { String::new() } else { format!("; there are {}", and(&others)) };
        Err(format!("--toolchain={value} needs '{compiler}', which is not there{others}"))
    }

    fn of_prefix(host: &Host, dir: &Dir, path: &[u8], prefix: &BString) -> Result<Toolchain, String> {
        let linker: BString = [prefix.as_slice(), b"ld"].concat().into();
        if !is_program(host, dir, path, &linker) {
            return Err(format!(
                "'{prefix}gcc' is there, and '{linker}' is not: the toolchain lacks its binutils"
            ));
        }
        let Some(arch) = arch_of(prefix) else {
            return Err(format!(
                "for which ARCH '{prefix}' is can't be told from its name: give ARCH= and CROSS_COMPILE="
            ));
        };
        let words =
            vec![format!("ARCH={arch}").into(), [b"CROSS_COMPILE=".as_slice(), prefix].concat().into()];
        let compiler = [prefix.as_slice(), b"gcc"].concat().into();
        Ok(Toolchain { words, compiler, arch: Some(arch) })
    }

    /// clang is for all: ARCH is that of the tree.
    fn of_llvm(llvm: &[u8], compiler: BString, tree: Option<&State>) -> Toolchain {
        let mut words: Vec<BString> = vec![[b"LLVM=".as_slice(), llvm].concat().into()];
        let arch = tree.and_then(|tree| tree.arch.as_ref());
        words.extend(arch.map(|arch| BString::from([b"ARCH=".as_slice(), arch].concat())));
        Toolchain { words, compiler, arch: None }
    }

    /// The one toolchain of a directory or its `bin`, or the one that is for the tree.
    fn in_directory(host: &Host, dir: &Dir, value: &BStr, tree: Option<&State>) -> Result<Toolchain, String> {
        let top = dir.absolute(value.trim_end_with(|c| c == '/'));
        for place in [[&top, b"/bin".as_slice()].concat(), top.to_vec()] {
            let mut found = prefixes(host, dir, &place);
            if found.len() > 1
                && let Some(wanted) = tree.and_then(|tree| tree.arch.as_ref())
            {
                found.retain(|prefix| {
                    arch_of(prefix).is_some_and(|arch| directory_of(arch.as_bytes()) == wanted.as_slice())
                });
            }
            match found.as_slice() {
                [] => {}
                [only] => {
                    return Toolchain::of_prefix(
                        host,
                        dir,
                        &place,
                        &[&place, b"/".as_slice(), only].concat().into(),
                    );
                }
                several => {
                    let at = BString::from(place);
                    return Err(format!(
                        "'{at}' has more than one toolchain, {}: name the one, --toolchain={at}/PREFIX",
                        and(several)
                    ));
                }
            }
            let compiler = [&place, b"/clang".as_slice()].concat();
            if host.access_exec(dir, &compiler).is_ok() {
                return Ok(Toolchain::of_llvm(&[&place, b"/".as_slice()].concat(), compiler.into(), tree));
            }
        }
        Err(format!("'{top}' has neither a PREFIX-gcc nor a clang, nor has its 'bin'"))
    }

    /// What is said of it.
    pub fn said(&self, version: Option<&BString>) -> String {
        let words = BString::from(self.words.join(&b" "[..])).to_string();
        version.map_or_else(|| words.clone(), |version| format!("{words} ({version})"))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    use super::*;

    fn program(path: &Path) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "#!/bin/sh\necho 'some \"gcc\" 1'\n").unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn state(arch: &str) -> State {
        State { arch: Some(arch.into()), ..State::default() }
    }

    /// What is found in a place with these programs, with all paths below it cut short.
    fn find(programs: &[&str], value: &str, tree: Option<&State>) -> Result<String, String> {
        let keep = tempfile::tempdir().unwrap();
        let top = keep.path().to_str().unwrap();
        for name in programs {
            program(&keep.path().join(name));
        }
        let mut env = Env::new();
        env.set("PATH", format!("{top}/bin"));
        let value = value.replace("TOP", top);
        let dir = Dir::current().unwrap();
        let found = Toolchain::find(&Host::new(), &dir, &env, BStr::new(&value), tree);
        found.map(|found| found.said(None).replace(top, "TOP")).map_err(|error| error.replace(top, "TOP"))
    }

    const ARM64: [&str; 2] = ["bin/aarch64-linux-gnu-gcc", "bin/aarch64-linux-gnu-ld"];

    #[test]
    fn a_prefix_is_found_in_path_or_where_it_says_with_or_without_its_dash() {
        let found = Ok("ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu-".into());
        assert_eq!(find(&ARM64, "aarch64-linux-gnu-", None), found);
        assert_eq!(find(&ARM64, "aarch64-linux-gnu", None), found);
        let there = Ok("ARCH=arm64 CROSS_COMPILE=TOP/bin/aarch64-linux-gnu-".into());
        assert_eq!(find(&ARM64, "TOP/bin/aarch64-linux-gnu-", None), there);
        assert_eq!(find(&ARM64, "TOP/bin", None), there);
        assert_eq!(find(&ARM64, "TOP", None), there);
    }

    #[test]
    fn what_is_missing_is_named() {
        let error = find(&ARM64, "arm-linux-gnueabi-", None).unwrap_err();
        assert!(
            error.ends_with(
                "needs 'arm-linux-gnueabi-gcc', which is not there; there are 'aarch64-linux-gnu-'"
            ),
            "{error}"
        );
        assert!(find(&ARM64[..1], "aarch64-linux-gnu-", None).unwrap_err().contains("lacks its binutils"));
        let odd = ["bin/odd-elf-gcc", "bin/odd-elf-ld"];
        assert!(find(&odd, "odd-elf-", None).unwrap_err().contains("give ARCH= and CROSS_COMPILE="));
        assert!(find(&["bin/sh"], "TOP", None).unwrap_err().contains("neither a PREFIX-gcc nor a clang"));
        assert!(find(&["bin/clang-14"], "clang-14", None).unwrap_err().contains("needs 'ld.lld-14'"));
    }

    #[test]
    fn of_several_toolchains_the_tree_takes_its_own() {
        let two = [ARM64[0], ARM64[1], "bin/riscv64-linux-gnu-gcc", "bin/riscv64-linux-gnu-ld"];
        assert!(find(&two, "TOP", None).unwrap_err().contains("more than one toolchain"));
        let found = find(&two, "TOP", Some(&state("riscv")));
        assert_eq!(found, Ok("ARCH=riscv CROSS_COMPILE=TOP/bin/riscv64-linux-gnu-".into()));
    }

    #[test]
    fn clang_is_for_the_tree_as_it_is_configured() {
        let clang = ["bin/clang", "bin/ld.lld", "bin/clang-14", "bin/ld.lld-14"];
        assert_eq!(find(&clang, "clang-14", None), Ok("LLVM=-14".into()));
        assert_eq!(find(&clang, "llvm", Some(&state("arm64"))), Ok("LLVM=1 ARCH=arm64".into()));
        assert_eq!(find(&clang, "TOP", None), Ok("LLVM=TOP/bin/".into()));
    }

    #[test]
    fn machines_are_told_by_the_beginning_of_the_name() {
        for (prefix, arch) in [
            ("/x/powerpc64le-linux-gnu-", Some("powerpc")),
            ("mipsel-linux-gnu-", Some("mips")),
            ("s390x-linux-gnu-", Some("s390")),
            ("armv7-eabihf--", Some("arm")),
            ("x86_64-linux-gnu-", Some("x86_64")),
            ("i686-linux-gnu-", Some("i386")),
            ("gcc", None),
        ] {
            assert_eq!(arch_of(prefix.as_bytes()), arch, "{prefix}");
        }
    }

    #[test]
    fn the_first_line_a_compiler_says_of_itself_is_taken_as_kbuild_takes_it() {
        let keep = tempfile::tempdir().unwrap();
        program(&keep.path().join("cc"));
        let path = keep.path().join("cc");
        let said = version_text(
            &Host::new(),
            &Dir::current().unwrap(),
            &Env::of_process(),
            path.to_str().unwrap().as_bytes(),
        );
        assert_eq!(said, Some("some gcc 1".into()));
    }
}
