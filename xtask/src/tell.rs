//! What rkbuild tells of real modules instead of building them: compile commands, what a kernel minds, lint; and what it
//! tells of one afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, Result, ensure};
use regex::bytes::Regex;

use crate::candidate;
use crate::clangd;
use crate::last;
use crate::load;
use crate::machine::{self, Headers, quiet};
use crate::places::{Places, SYSTEM_PATH};
use crate::recipe::{self, Family};
use crate::sources;

/// The modules below testdata that are looked at.
const MODULES: [&str; 2] = ["hello", "modules/base"];

/// Makefiles of modules that Debian packages: the codes that lint finds there, each as often as it is right. Looked at one by one.
const FAULTS: [(&str, &[(&str, usize)]); 12] = [
    ("acpi-call", &[]),
    ("adv-17v35x", &[("plain-make", 1), ("pwd", 1), ("superseded", 1)]),
    ("dm-writeboost", &[("pwd", 2)]),
    ("dpdk-kmods", &[("plain-make", 2), ("pwd", 2)]),
    ("evdi", &[("superseded", 2)]),
    ("falcosecurity-scap", &[]),
    ("gost-crypto", &[("include-space", 1), ("pwd", 2)]),
    ("iptables-netflow", &[("plain-make", 4)]),
    ("langford", &[("pwd", 1)]),
    ("rtpengine-kernel", &[("superseded", 2)]),
    ("vpoll", &[("plain-make", 2), ("pwd", 2)]),
    ("xtables-addons", &[("superseded", 2)]),
];

/// Directory, file and command of an object.
pub(crate) type Entry = (String, String, String);

struct Tell<'a> {
    rkbuild: &'a Path,
    headers: &'a Headers,
}

/// How many things were as they should be.
pub fn run(places: &Places) -> Result<usize> {
    let packages = machine::module_packages()?;
    machine::install(&packages.iter().map(String::as_str).collect::<Vec<_>>())?;
    clangd::install()?;
    let (rkbuild, headers) = (candidate::rkbuild(places)?, Headers::newest()?);
    let _lock = places.lock("tell")?;
    let tell = Tell { rkbuild: &rkbuild, headers: &headers };
    let mut passed = 0;
    for name in MODULES {
        let dir = places.cached("tell")?.join(name.replace('/', "-"));
        if dir.exists() {
            fs::remove_dir_all(&dir)?;
        }
        quiet(Command::new("cp").arg("-R").arg(places.repo.join("testdata").join(name)).arg(&dir))?;
        tell.lint(&dir).with_context(|| format!("{name}: --lint"))?;
        tell.compile_commands(&dir).with_context(|| format!("{name}: --compile-commands"))?;
        tell.clangd(&dir).with_context(|| format!("{name}: clangd"))?;
        passed += 3;
    }
    last::look(&rkbuild, &headers, &places.cached("tell")?.join("last")).context("--last")?;
    clangd::gcc_kernel(places, &rkbuild).context("clangd and a kernel")?;
    load::look(
        places,
        &rkbuild,
        &headers,
        &places.repo.join("testdata/hello"),
        &places.cached("tell")?.join("load"),
    )
    .context("--check-load")?;
    for (name, faults) in FAULTS {
        let recipe = recipe::read(&places.repo, Family::Modules, name)?;
        let source = sources::prepare(places, Family::Modules, &recipe)?.context("no source")?;
        tell.faults(&source, faults).with_context(|| format!("{name}: --lint"))?;
        passed += 1;
    }
    Ok(passed + 3)
}

impl Tell<'_> {
    fn rkbuild(&self, dir: &Path, args: &[&str]) -> Result<Output> {
        let mut command = Command::new(self.rkbuild);
        command.args(args).current_dir(dir).env_clear().env("PATH", SYSTEM_PATH).env("LC_ALL", "C");
        Ok(command.output()?)
    }

    fn build(&self, dir: &Path, more: &[&str]) -> Result<Output> {
        let (kernel, module) = (self.headers.dir.display().to_string(), format!("M={}", dir.display()));
        let out = self.rkbuild(dir, &[&["-C", &kernel, &module], more].concat())?;
        ensure!(out.status.success(), "{}\n{}", out.status, String::from_utf8_lossy(&out.stderr));
        Ok(out)
    }

    /// Before anything is built the entries must be those the saved commands give afterwards.
    fn compile_commands(&self, dir: &Path) -> Result<()> {
        let file = dir.join("compile_commands.json");
        self.build(dir, &["--compile-commands"])?;
        let told = entries(&file)?;
        let mut objects = Vec::new();
        saved(dir, &mut objects)?;
        ensure!(objects.is_empty(), "it has built {objects:?}");
        self.build(dir, &["modules"])?;
        saved(dir, &mut objects)?;
        let kernel = fs::canonicalize(&self.headers.dir)?.display().to_string();
        let line = Regex::new(r"(?-u)^(?:saved)?cmd_[^ ]*\.o := (.* )([^ ]*\.c) *(?:;|$)")?;
        let mut want = BTreeSet::new();
        for path in &objects {
            let text = fs::read(path)?;
            let first = text.split(|c| *c == b'\n').next().unwrap_or_default();
            let Some(found) = line.captures(first) else { continue };
            let (prefix, source) = (String::from_utf8_lossy(&found[1]), String::from_utf8_lossy(&found[2]));
            let command = format!("{}{source}", prefix.replace("$(pound)", "#").replace("\\#", "#"));
            want.insert((kernel.clone(), source.into_owned(), command));
        }
        ensure!(!want.is_empty(), "no object was built");
        for entry in want.symmetric_difference(&told) {
            println!("{}: {entry:?}", if told.contains(entry) { "not saved" } else { "not told" });
        }
        ensure!(want == told, "{} objects were saved, {} told", want.len(), told.len());
        Ok(())
    }

    /// clangd has nothing to say of a file of the module, and does say what is wrong with another one.
    fn clangd(&self, dir: &Path) -> Result<()> {
        self.build(dir, &["--compile-commands=clangd"])?;
        let told = entries(&dir.join("compile_commands.json"))?;
        let own = told.iter().find(|(_, file, _)| !file.ends_with(".mod.c")).context("no entry")?;
        clangd::opens(Path::new(&own.1), dir)?;
        let other = dir.join("other.c");
        fs::write(&other, "#include <linux/module.h>\n#include \"nowhere.h\"\n")?;
        let found = clangd::finds(&other, dir)?;
        fs::remove_file(other)?;
        ensure!(matches!(found.as_slice(), [one] if one.contains("'nowhere.h' file not found")), "{found:?}");
        Ok(())
    }

    /// Lint finds what is known to be wrong in the makefiles of a module, and nothing else.
    fn faults(&self, source: &Path, wanted: &[(&str, usize)]) -> Result<()> {
        let out = self.rkbuild(source, &["--lint=json"])?;
        let told: serde_json::Value = serde_json::from_slice(&out.stdout)?;
        let mut found: BTreeMap<&str, usize> = BTreeMap::new();
        for code in told["findings"].as_array().into_iter().flatten().filter_map(|f| f["code"].as_str()) {
            *found.entry(code).or_default() += 1;
        }
        ensure!(found == wanted.iter().copied().collect(), "{found:?}");
        Ok(())
    }

    fn lint(&self, dir: &Path) -> Result<()> {
        let out = self.rkbuild(dir, &["--lint"])?;
        ensure!(out.status.success(), "false alarm:\n{}", String::from_utf8_lossy(&out.stdout));
        let makefile = dir.join("wrong.mk");
        fs::write(&makefile, "all:\n\tmake -C /k SUBDIRS=$(PWD)\n")?;
        let out = self.rkbuild(dir, &["--lint=json", "wrong.mk"])?;
        fs::remove_file(makefile)?;
        let told: serde_json::Value = serde_json::from_slice(&out.stdout)?;
        let codes: BTreeSet<&str> =
            told["findings"].as_array().into_iter().flatten().filter_map(|f| f["code"].as_str()).collect();
        ensure!(codes == BTreeSet::from(["plain-make", "pwd", "superseded"]), "{codes:?}");
        ensure!(out.status.code() == Some(1), "{}", out.status);
        Ok(())
    }
}

pub(crate) fn entries(file: &Path) -> Result<BTreeSet<Entry>> {
    let told: serde_json::Value = serde_json::from_slice(&fs::read(file)?)?;
    let field = |entry: &serde_json::Value, name: &str| entry[name].as_str().unwrap_or_default().to_owned();
    let all = told.as_array().context("no list")?;
    Ok(all.iter().map(|e| (field(e, "directory"), field(e, "file"), field(e, "command"))).collect())
}

/// The files below `dir` that hold saved commands of objects.
fn saved(dir: &Path, out: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            saved(&path, out)?;
        } else if path.to_string_lossy().ends_with(".o.cmd") {
            out.push(path);
        }
    }
    Ok(())
}
