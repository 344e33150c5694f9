//! A module and the tree it is built against: what of them does not fit.

use std::sync::Arc;

use rkbuild_base::{BStr, BString, ByteSlice};
use rkbuild_host::{Env, Host};

use crate::first;
use crate::headers::{self, Headers, State, directory_of};
use crate::hints::make::Make;
use crate::toolchain;

/// Where modules of a release have a link to its headers.
const MODULES: &[u8] = b"/lib/modules/";

/// Whether the goals build something, so that it matters what with.
fn builds(goals: &[BString]) -> bool {
    let builds = |goal: &BString| {
        goal.starts_with(b"modules") && goal != "modules_install"
            || goal.ends_with(b".ko")
            || goal.ends_with(b".o")
    };
    goals.is_empty() || goals.iter().any(builds)
}

/// Hints for one make.
pub fn look(host: &Arc<Host>, make: &Make, before: Option<&State>, said: &mut Vec<String>) {
    let Some(path) = first::directory(&make.dir, &make.options) else { return };
    let Some(module) = make.set("M") else {
        if let Some(before) = before.filter(|_| make.is_first) {
            said.extend(other_machine(make, before, &configured(make, &path)));
        }
        return;
    };
    let failed = make.status != 0;
    let exists = |path: &[u8]| host.exists(&make.dir, path);
    if !exists(&[path.as_slice(), b"/Makefile"].concat()) {
        if failed {
            said.push(no_headers(host, make, &path));
        }
        return;
    }
    if failed && let Some(hint) = bad_path(host, make, &path, module) {
        said.push(hint);
        return;
    }
    let state = State::of(host, &make.dir, &Headers::at(&path, &make.options));
    if !state.is_configured() {
        if failed {
            said.push(format!(
                "'{path}' is not configured: its goals 'defconfig' and then 'modules_prepare' do that"
            ));
        }
        return;
    }
    if failed && !(state.has_auto_conf && state.has_modpost) {
        said.push(format!(
            "'{path}' is configured and not prepared for modules: its goal 'modules_prepare' does that"
        ));
        return;
    }
    said.extend(other_machine(make, &state, &configured(make, &path)));
    if !builds(&make.options.goals) {
        return;
    }
    said.extend(other_release(&path, &state));
    said.extend(other_compiler(host, make, &state, &path));
    if state.has_modules && state.has_modpost && !state.has_symvers {
        said.push(format!(
            "'{path}' has no Module.symvers: what the module needs of the kernel can't be checked, and it gets no checksums; \
             a whole build of that kernel writes it"
        ));
    }
}

/// The directory with the configuration: of `O=`, or the tree itself.
fn configured(make: &Make, path: &BString) -> BString {
    let headers = Headers::at(path, &make.options);
    headers.output.unwrap_or(headers.dir)
}

/// There is nothing to change to.
fn no_headers(host: &Host, make: &Make, path: &BString) -> String {
    let release = path.strip_prefix(MODULES).and_then(|rest| rest.strip_suffix(b"/build"));
    let Some(release) = release.filter(|release| !release.contains(&b'/')) else {
        return format!("'{path}' is no tree of a kernel: it has no Makefile");
    };
    let missing = headers::missing(host, &make.dir, BStr::new(release));
    match host.read_link(&make.dir, path) {
        Ok(target) => format!("'{path}' leads to '{target}', which is not there: {missing}"),
        Err(_) => missing,
    }
}

/// What kbuild takes in no path.
fn bad_path(host: &Host, make: &Make, path: &BString, module: &BStr) -> Option<String> {
    let bad =
        |path: &[u8]| path.iter().copied().find(|c| c.is_ascii_whitespace() || *c == b':' || *c == b'%');
    let name =
        |c: u8| if c.is_ascii_whitespace() { "blank".to_owned() } else { format!("'{}'", char::from(c)) };
    if let Some(c) = bad(module) {
        return Some(format!(
            "kbuild takes no module directory with a {} in its path: '{module}' needs another name, or M= a link to it",
            name(c)
        ));
    }
    let real = host.realpath(&make.dir, path).ok()?;
    let c = bad(&real)?;
    Some(format!("kbuild takes no tree with a {} in its path: '{real}' needs another name", name(c)))
}

/// ARCH and CROSS_COMPILE against what the tree is configured for.
fn other_machine(make: &Make, state: &State, path: &BString) -> Option<String> {
    let configured = state.arch.as_ref()?;
    if let Some(arch) = make.value("ARCH")
        && directory_of(arch) != configured.as_slice()
        && !(arch == "um" || configured == "um")
    {
        return Some(format!(
            "'{path}' is configured for {configured}, and ARCH is '{arch}': a tree for it is one that was configured with it"
        ));
    }
    let prefix = make.value("CROSS_COMPILE")?;
    let arch = toolchain::arch_of(prefix)?;
    let fits = directory_of(arch.as_bytes()) == configured.as_slice() || configured == "um";
    (!fits)
        .then(|| format!("'{path}' is configured for {configured}, and CROSS_COMPILE={prefix} is for {arch}"))
}

/// Headers of another release than the one whose modules they are found by.
fn other_release(path: &BString, state: &State) -> Option<String> {
    let named = path.strip_prefix(MODULES)?.strip_suffix(b"/build")?;
    let release = state.release.as_ref().filter(|release| release.as_slice() != named)?;
    Some(format!("'{path}' has the headers of '{release}': the module is for that kernel"))
}

/// The compiler of a command line; `None` where makefiles decide.
fn compiler(host: &Host, make: &Make, path: &BString) -> Option<BString> {
    if let Some(compiler) = make.set("CC") {
        return Some(compiler.into());
    }
    if host.exists(&make.dir, &[path.as_slice(), b"/.kernelvariables"].concat()) {
        return None;
    }
    Some(match make.value("LLVM") {
        Some(llvm) if llvm.ends_with(b"/") => [llvm, b"clang".as_slice()].concat().into(),
        Some(llvm) if llvm.starts_with(b"-") => [b"clang".as_slice(), llvm].concat().into(),
        Some(_) => "clang".into(),
        None => [make.value("CROSS_COMPILE").map_or(b"".as_slice(), |prefix| prefix), b"gcc"].concat().into(),
    })
}

/// What a compiler says of itself, but for the name it was called by.
fn without_name(text: &[u8]) -> &[u8] {
    match text.split_once_str(b" ") {
        Some((name, rest)) if name.contains_str("gcc") => rest,
        _ => text,
    }
}

/// Another compiler than the tree was configured with.
fn other_compiler(host: &Arc<Host>, make: &Make, state: &State, path: &BString) -> Option<String> {
    let wanted = state.compiler.as_ref()?;
    let compiler = compiler(host, make, path)?;
    let found = toolchain::version_text(host, &make.dir, &make.env, &compiler)?;
    if without_name(&found) == without_name(wanted) {
        return None;
    }
    let mend = match same(host, make, &make.env, wanted) {
        Some(mend) => format!(": {mend} takes that one"),
        None => String::new(),
    };
    Some(format!("'{path}' was configured with '{wanted}', and '{compiler}' is '{found}'{mend}"))
}

/// What has the compiler used that a tree was configured with, if it is here.
fn same(host: &Arc<Host>, make: &Make, env: &Env, wanted: &BString) -> Option<String> {
    let first = wanted.fields().next()?;
    let (program, mend) = if first.contains_str("gcc") {
        (BString::from(first), format!("CC={}", BStr::new(first)))
    } else if wanted.contains_str("clang version ") {
        ("clang".into(), "LLVM=1".to_owned())
    } else {
        return None;
    };
    let found = toolchain::version_text(host, &make.dir, env, &program)?;
    (without_name(&found) == without_name(wanted)).then_some(mend)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compilers_are_compared_without_the_name_they_were_called_by() {
        assert_eq!(without_name(b"gcc-12 (Debian 12) 12.2"), b"(Debian 12) 12.2");
        assert_eq!(without_name(b"aarch64-linux-gnu-gcc (x) 1"), b"(x) 1");
        assert_eq!(without_name(b"Debian clang version 14"), b"Debian clang version 14");
    }

    #[test]
    fn only_goals_that_build_make_the_tree_matter() {
        let of = |goals: &[&str]| builds(&goals.iter().map(|goal| BString::from(*goal)).collect::<Vec<_>>());
        assert!(of(&[]) && of(&["modules"]) && of(&["clean", "a.ko"]));
        assert!(!of(&["clean"]) && !of(&["modules_install"]));
    }
}
