//! `cargo xtask definitions`: the files in which kbuild and what has it from there define `if_changed` and its like are included by a
//! makefile that uses all of them, and nothing of it may depend on whether they are known. Each must be.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::candidate::{self, Variant};
use crate::machine::{install, quiet};
use crate::oracle::Tally;
use crate::places::{Places, SYSTEM_PATH};
use crate::recipe::{self, Family};
use crate::reference::{self, Release};
use crate::snapshot::Snapshot;
use crate::sources::{self, clear};

/// Debian's packages of kernel sources, and the projects, whose definitions are tried.
const KERNELS: [&str; 2] = ["linux-source-6.1", "linux-source-6.12"];
const PROJECTS: [&str; 3] = ["busybox", "u-boot", "u-boot-2025"];

/// Where they may be.
const FILES: [&str; 3] =
    ["scripts/Kbuild.include", "tools/build/Build.include", "dts/upstream/scripts/Kbuild.include"];

/// What uses them all.
const MAKEFILE: &str = r#"quiet ?= quiet_
Q := @
srctree := .
objtree := .
words := one two
fixdep := scripts/basic/fixdep
PHONY := all FORCE nothing
targets := copied depended ruled checked forgot sub/deep
all: $(targets) nothing
include definitions
-include $(foreach file,$(targets),$(dir $(file)).$(notdir $(file)).cmd)

quiet_cmd_copy = COPY    $@
cmd_copy = cat $(filter-out FORCE,$^) > $@; echo $(words) '$$x' "a b" >> $@
quiet_cmd_dep = DEP     it's $@
cmd_dep = $(cmd_copy); echo '$@: in' > $(depfile)
quiet_cmd_rule = RULE    $@
cmd_rule = $(cmd_copy)
cmd_none =
define rule_rule
	$(Q)echo ruled $@
	$(call cmd,rule)
	$(Q)$(if $(make-cmd),echo 'cmd_$@ := $(make-cmd)' > $(dot-target).cmd)
endef
filechk_words = echo $(words)

copied: in other FORCE
	$(call if_changed,copy)
depended: in FORCE
	$(call if_changed_dep,dep)
ruled: in FORCE
	$(call $(if $(cmd),if_changed_rule,if_changed),rule)
checked: FORCE
	$(if $(filechk),$(call filechk,words),@echo $(words) > $@)
forgot: in
	$(call if_changed,copy)
sub/deep: in FORCE
	$(call if_changed_dep,dep)
nothing: FORCE
	$(call cmd,none)
FORCE:
.PHONY: $(PHONY)
"#;

/// Stands for the program that makes a record of what a compiler read: all projects call it alike.
const FIXDEP: &str = r#"#!/bin/sh
printf '%s\n' "cmd_$2 := $3" "savedcmd_$2 := $3" "source_$2 := in" "deps_$2 := in" "$2: \$(deps_$2)" "\$(deps_$2):"
"#;

/// What is done before a build, and its arguments.
const BUILDS: [(&str, &[&str]); 18] = [
    ("", &["-k"]),
    ("", &[]),
    ("touch in", &[]),
    ("touch other", &[]),
    ("", &["words=one   two "]),
    ("", &["words=two one"]),
    ("", &["words=a%b"]),
    ("", &["words=a%b"]),
    ("", &["words=ab"]),
    ("", &["words=a\\%b"]),
    ("rm -f .copied.cmd .ruled.cmd", &[]),
    ("rm depended sub/deep", &["quiet="]),
    ("touch in", &["-s", "quiet=silent_"]),
    ("touch in", &["KBUILD_VERBOSE=2"]),
    ("", &["KBUILD_NOCMDDEP=1", "words=other"]),
    ("touch in", &["-n", "KBUILD_NOCMDDEP=1"]),
    ("", &["--warn-undefined-variables"]),
    ("", &["-B"]),
];

/// With each of these other definitions are made.
const SETTINGS: [&str; 3] = ["words=one", "KBUILD_VERBOSE=2", "KBUILD_NOCMDDEP=1"];

/// What is changed in the text of definitions, and from what to what.
const CHANGES: [(&str, &str, &str); 3] = [
    ("white space", "$(if $(", "$(if \t  $("),
    ("what a helper is called", "escsq", "quoted"),
    ("a word", "$(PHONY),$?", "$(PHONY) never,$?"),
];

/// Tries the definitions of all kernels and projects that are named, of those of kernels when none is.
pub fn run(places: &Places, names: &[String], candidate: Option<&Path>) -> Result<Tally> {
    let names = if names.is_empty() { KERNELS.map(String::from).to_vec() } else { names.to_vec() };
    let variants = candidate::variants(places, candidate)?;
    let gnu = Variant::plain("GNU make", &reference::program(places, Release::V441)?);
    let _lock = places.lock("definitions")?;
    let dir = places.cached("definitions")?;
    let mut tally = Tally::default();
    for name in names {
        for file in files(places, &dir, &name)? {
            let said = one(&dir, &file, &gnu, &variants);
            match &said {
                Ok(count) => println!("{}: {count} recognised, all builds the same", file.display()),
                Err(error) => println!("{}: DIFFERENT: {error:#}", file.display()),
            }
            tally.passed += usize::from(said.is_ok());
            tally.failed += usize::from(said.is_err());
        }
    }
    Ok(tally)
}

/// The step of `cargo xtask test`.
pub fn check(places: &Places) -> Result<Tally> {
    run(places, &[], None)
}

/// The files of a kernel or a project that have definitions.
fn files(places: &Places, dir: &Path, name: &str) -> Result<Vec<PathBuf>> {
    let source = if KERNELS.contains(&name) {
        install(&[name])?;
        let top = dir.join(name);
        if !FILES[..2].iter().all(|file| top.join(file).exists()) {
            let mut tar = Command::new("tar");
            tar.arg("xf").arg(format!("/usr/src/{name}.tar.xz")).arg("-C").arg(dir);
            quiet(tar.args(FILES[..2].iter().map(|file| format!("{name}/{file}"))))?;
        }
        top
    } else if PROJECTS.contains(&name) {
        sources::project(places, &recipe::read(&places.repo, Family::Projects, name)?)?
    } else {
        bail!("{name} is none of {}", [&KERNELS[..], &PROJECTS].concat().join(", "));
    };
    let files: Vec<PathBuf> =
        FILES.iter().map(|file| source.join(file)).filter(|file| file.exists()).collect();
    ensure!(!files.is_empty(), "{} has no definitions", source.display());
    Ok(files)
}

/// Goes through all builds with GNU make and each variant. Gives how many definitions were recognised.
fn one(dir: &Path, file: &Path, gnu: &Variant, variants: &[Variant]) -> Result<usize> {
    let want = builds(dir, file, gnu)?;
    for variant in variants {
        let found = builds(dir, file, variant)?;
        for (((text, tree), (other, others)), (before, arguments)) in want.iter().zip(&found).zip(BUILDS) {
            let what = format!("{}, {before:?}, {arguments:?}", variant.name);
            ensure!(text == other, "{what} printed\n{other}\nfor\n{text}");
            let differences = tree.differences(others);
            ensure!(differences.is_empty(), "{what}: {differences:?}");
        }
    }
    let Some(native) = variants.iter().find(|variant| variant.native) else { return Ok(0) };
    let top = top(dir);
    let text = fs::read_to_string(file)?;
    let mut count = 0;
    for setting in SETTINGS {
        let (known, unknown) = definitions(&top, native, setting)?;
        ensure!(unknown.is_empty(), "with {setting} unrecognised: {unknown:?}");
        ensure!(known.iter().any(|name| name == "if_changed"), "no if_changed");
        count = count.max(known.len());
    }
    for (what, from, to) in CHANGES {
        ensure!(text.contains(from), "{what}: no {from}");
        fs::write(top.join("definitions"), text.replace(from, to))?;
        let (known, unknown) = definitions(&top, native, "words=one")?;
        let (is_known, is_unknown) =
            (known.iter().any(|name| name == "if_changed"), unknown.iter().any(|name| name == "if_changed"));
        let same = !what.contains("word");
        ensure!(is_known == same && is_unknown != same, "{what}: {known:?} recognised, {unknown:?} not");
    }
    Ok(count)
}

fn top(dir: &Path) -> PathBuf {
    dir.join("tree")
}

fn make(top: &Path, variant: &Variant) -> Command {
    let mut make = Command::new(&variant.program);
    make.current_dir(top).env_clear().env("PATH", SYSTEM_PATH);
    make.envs(variant.environment(Release::V441));
    make
}

/// What each build printed, and what it left.
fn builds(dir: &Path, file: &Path, variant: &Variant) -> Result<Vec<(String, Snapshot)>> {
    let top = top(dir);
    clear(&top)?;
    for below in ["sub", "scripts/basic"] {
        fs::create_dir_all(top.join(below))?;
    }
    fs::copy(file, top.join("definitions"))?;
    let fixdep = top.join("scripts/basic/fixdep");
    for (name, text) in
        [("Makefile", MAKEFILE), ("in", "in\n"), ("other", "other\n"), ("scripts/basic/fixdep", FIXDEP)]
    {
        fs::write(top.join(name), text)?;
    }
    fs::set_permissions(fixdep, fs::Permissions::from_mode(0o755))?;
    let mut seen = Vec::new();
    for (before, arguments) in BUILDS {
        // What is touched must be younger than what was made.
        quiet(Command::new("sh").args(["-c", &format!("sleep 0.02; {before}")]).current_dir(&top))?;
        let mut shell = make(&top, variant);
        shell.args(arguments);
        let out = shell.output().with_context(|| format!("cannot run {}", variant.program.display()))?;
        let mut text =
            String::from_utf8_lossy(&out.stdout).replace(&*variant.program.to_string_lossy(), "make");
        text += &format!("{}\n{}", String::from_utf8_lossy(&out.stderr), out.status);
        let text = text.replace(&format!("{}:", base(&variant.program)), "make:");
        let mut tree = Snapshot::take(&top, None)?;
        tree.forget_times();
        seen.push((text, tree));
    }
    Ok(seen)
}

fn base(program: &Path) -> String {
    program.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The names of the definitions that are recognised, and of those that are not.
fn definitions(top: &Path, variant: &Variant, setting: &str) -> Result<(Vec<String>, Vec<String>)> {
    let out = make(top, variant).args(["--stats=json", setting]).output()?;
    let said = String::from_utf8_lossy(&out.stderr);
    let report: Value = said
        .lines()
        .rev()
        .find_map(|line| serde_json::from_str(line).ok())
        .with_context(|| format!("no report in\n{said}"))?;
    let definitions = report["definitions"].as_array().context("no definitions in the report")?;
    let name = |definition: &Value| definition["name"].as_str().unwrap_or_default().to_string();
    let (known, unknown): (Vec<_>, Vec<_>) =
        definitions.iter().partition(|definition| definition["recognised"] == true);
    Ok((known.into_iter().map(name).collect(), unknown.into_iter().map(name).collect()))
}
