//! What was misspelt on the command line: a goal, a default configuration, an architecture, an option of the configuration.

use rkbuild_base::{BStr, BString, ByteSlice};
use rkbuild_host::{Dir, Host};

use crate::first;
use crate::headers::directory_of;
use crate::hints::make::Make;
use crate::kconfig;
use crate::nearest::nearest;
use crate::toolchain;

/// Values of ARCH that are no directory below `arch`.
const OTHER_ARCHES: [&str; 6] = ["i386", "x86_64", "sparc32", "sparc64", "parisc64", "sh64"];

/// A hint for a target nothing makes.
pub fn nearest_of(target: &BStr, goal: bool, names: &mut dyn Iterator<Item = &BStr>) -> Option<String> {
    let special = target.starts_with(b".");
    let near = nearest(target, names.filter(|name| special || !name.starts_with(b".")))?;
    let what = if goal { "goal" } else { "target" };
    Some(format!("the nearest {what} is '{near}'"))
}

/// The kernel's sources that a make works in, if it does.
fn sources(host: &Host, make: &Make) -> Option<BString> {
    let at = first::directory(&make.dir, &make.options)?;
    let source = [at.as_slice(), b"/source"].concat().into();
    [at, source].into_iter().find(|path| {
        host.exists(&make.dir, &[path.as_slice(), b"/scripts/Kbuild.include"].concat())
            && host.exists(&make.dir, &[path.as_slice(), b"/arch"].concat())
    })
}

/// The value of ARCH, or what this machine is.
fn arch(make: &Make) -> BString {
    make.value("ARCH").map_or_else(|| toolchain::arch_here().into(), BString::from)
}

/// The names in a directory.
fn names(host: &Host, dir: &Dir, path: &[u8]) -> Vec<BString> {
    let listing = host.listing(dir, path);
    listing.map_or(Vec::new(), |listing| listing.iter().map(|(name, _)| name.into()).collect())
}

/// Hints for a make that failed in a kernel tree.
pub fn look(host: &Host, make: &Make, said: &mut Vec<String>) {
    let Some(sources) = sources(host, make) else { return };
    let inside = |name: &str| [sources.as_slice(), b"/", name.as_bytes()].concat();
    let arch = arch(make);
    let directory = directory_of(&arch);
    let arches = names(host, &make.dir, &inside("arch"));
    if !arches.iter().any(|known| known == directory) {
        let others = OTHER_ARCHES.iter().map(|name| BStr::new(*name));
        if let Some(near) = nearest(&arch, arches.iter().map(|name| name.as_bstr()).chain(others)) {
            said.push(format!("there is no ARCH '{arch}': the nearest is '{near}'"));
        }
        return;
    }
    for goal in make.options.goals.iter().filter(|goal| !goal.contains(&b'/')) {
        if goal.starts_with(b"CONFIG_") || !goal.ends_with(b"config") && !goal.ends_with(b"fg") {
            continue;
        }
        let mut known =
            names(host, &make.dir, &[inside("arch/"), directory.to_vec(), b"/configs".to_vec()].concat());
        known.extend(names(host, &make.dir, &inside("kernel/configs")));
        if !known.contains(goal)
            && let Some(near) = nearest(goal, known.iter().map(|name| name.as_bstr()))
        {
            said.push(format!("the nearest goal is '{near}'"));
        }
    }
}

/// Hints for `CONFIG_` names of a command line that no Kconfig file of the tree has, and its modules' makefiles have not either.
pub fn options(host: &Host, make: &Make, said: &mut Vec<String>) {
    let given: Vec<BString> = make
        .options
        .assignments
        .iter()
        .filter_map(|word| rkbuild_syntax::statement::definition(word))
        .filter_map(|(name, _, _)| name.strip_prefix(b"CONFIG_").map(BString::from))
        .collect();
    if given.is_empty() || make.set("M").is_some() {
        return;
    }
    let Some(sources) = sources(host, make) else { return };
    let known = kconfig::symbols(host, &make.dir, &sources, directory_of(&arch(make)));
    for name in given.iter().filter(|name| !known.contains(*name)) {
        if let Some(near) = nearest(name, known.iter().map(|name| name.as_bstr())) {
            said.push(format!("no Kconfig file has CONFIG_{name}: the nearest is 'CONFIG_{near}'"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_targets_are_near_to_special_ones_alone() {
        let names = ["modules", ".PHONY", "module.o"];
        let of = |target: &str, goal| {
            nearest_of(BStr::new(target), goal, &mut names.iter().map(|name| BStr::new(*name)))
        };
        assert_eq!(of("modlues", true), Some("the nearest goal is 'modules'".into()));
        assert_eq!(of("module.p", false), Some("the nearest target is 'module.o'".into()));
        assert_eq!(of("PHONY", true), None);
    }
}
