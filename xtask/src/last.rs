//! What `--last` tells of a module that can't be built, and of it mended: what docs/last.md shows.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, Result, ensure};

use crate::machine::Headers;
use crate::places::SYSTEM_PATH;
use crate::sources::clear;
use crate::transcript::{self, Words};

/// The page, and the directory that the module is in there.
const PAGE: &str = include_str!("../../docs/last.md");
const DIRECTORY: &str = "/tmp/h";

const SOURCE: &str = "#include <linux/module.h>\nMODULE_LICENSE(\"GPL\");\n";
const WRONG: &str = "int answer = y;\n";
/// Where the mistake is, and what the compiler says of it.
const MISTAKE: &str = "main.c:3:14: error: 'y' undeclared here (not in a function)";

struct Module<'a> {
    rkbuild: &'a Path,
    headers: &'a Headers,
    dir: PathBuf,
    cache: PathBuf,
}

fn text(out: &[u8]) -> String {
    String::from_utf8_lossy(out).into_owned()
}

impl Module<'_> {
    fn run(&self, args: &[&str]) -> Result<Output> {
        let mut command = Command::new(self.rkbuild);
        command.args(args).current_dir(&self.dir).env_clear().env("PATH", SYSTEM_PATH).env("LC_ALL", "C");
        Ok(command.env("XDG_CACHE_HOME", &self.cache).output()?)
    }

    fn build(&self) -> Result<Output> {
        let (kernel, module) = (self.headers.dir.display().to_string(), format!("M={}", self.dir.display()));
        self.run(&["-j2", "-O", "-C", &kernel, &module, "modules"])
    }

    fn told(&self, which: &str) -> Result<serde_json::Value> {
        let out = self.run(&[&format!("--last={which}")])?;
        ensure!(out.status.success(), "{}", text(&out.stderr));
        Ok(serde_json::from_slice(&out.stdout)?)
    }

    /// What is printed is what the page shows.
    fn as_on_the_page(&self) -> Result<()> {
        let page = transcript::of(PAGE, "rkbuild --last").context("no transcript")?;
        let out = text(&self.run(&["--last"])?.stdout).replace(&self.dir.display().to_string(), DIRECTORY);
        Words::new()?.compare(&page, &out.lines().collect::<Vec<_>>())
    }

    /// The command that failed is the compiler's, and its line repeats it.
    fn is_repeated(&self) -> Result<()> {
        let told = self.told("json")?;
        let failures = told["build"]["failures"].as_array().context("no failures")?;
        let [failure] = failures.as_slice() else { anyhow::bail!("{failures:?}") };
        let error = failure["error"].as_str().unwrap_or_default();
        ensure!(error == format!("{}/{MISTAKE}", self.dir.display()), "{failure}");
        let again = failure["again"].as_str().context("no line")?;
        let mut shell = Command::new("sh");
        shell.args(["-c", again]).current_dir("/").env_clear().env("PATH", SYSTEM_PATH).env("LC_ALL", "C");
        let out = shell.output()?;
        ensure!(out.status.code() == Some(1) && text(&out.stderr).contains(MISTAKE), "{out:?}");
        Ok(())
    }
}

/// Builds in `dir`, which is made anew.
pub fn look(rkbuild: &Path, headers: &Headers, dir: &Path) -> Result<()> {
    clear(dir)?;
    let module = Module { rkbuild, headers, dir: dir.join("module"), cache: dir.join("cache") };
    for dir in [&module.dir, &module.cache] {
        fs::create_dir_all(dir)?;
    }
    fs::write(module.dir.join("Kbuild"), "obj-m := main.o\n")?;
    fs::write(module.dir.join("main.c"), format!("{SOURCE}{WRONG}"))?;
    let failed = module.build()?;
    ensure!(failed.status.code() == Some(2) && text(&failed.stderr).contains(MISTAKE), "{failed:?}");
    module.as_on_the_page().context("docs/last.md")?;
    module.is_repeated()?;
    fs::write(module.dir.join("main.c"), SOURCE)?;
    let mended = module.build()?;
    ensure!(mended.status.success(), "{}", text(&mended.stderr));
    let told = module.told("diff:json")?;
    let more = told["only_after"].as_array().context("no list")?;
    ensure!(more.iter().any(|made| made["target"] == "main.ko"), "{told}");
    ensure!(told["after"]["failures"] == serde_json::json!([]), "{told}");
    Ok(())
}
