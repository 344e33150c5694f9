//! Installing rkbuild: by `cargo install` from a clean checkout, and as a Debian package whose alternative for make DKMS then builds with.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::machine::{self, Headers, quiet};
use crate::places::Places;

/// The release of cargo-deb that is installed where there is none.
const CARGO_DEB: &str = "3.8.0";

/// What makes a module of testdata one for DKMS.
const DKMS: &str = "PACKAGE_NAME=\"hello\"\nPACKAGE_VERSION=\"1.0\"\nBUILT_MODULE_NAME[0]=\"hello\"\n\
    DEST_MODULE_LOCATION[0]=\"/updates/dkms\"\nAUTOINSTALL=\"yes\"\n";

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// All of it. Nothing of this machine is changed but what apt-get installs: the package goes into a copy that is thrown away.
pub fn run(places: &Places) -> Result<()> {
    let packages = machine::module_packages()?;
    machine::install(&packages.iter().map(String::as_str).collect::<Vec<_>>())?;
    machine::install(&["dkms", "git"])?;
    let _lock = places.lock("package")?;
    let dir = places.cached("package")?;
    let checkout = checkout(places, &dir)?;
    let root = dir.join("root");
    let install = ["install", "--quiet", "--locked", "--force", "--path", "crates/rkbuild", "--root"];
    quiet(
        cargo().args(install).arg(&root).current_dir(&checkout).env("CARGO_TARGET_DIR", dir.join("target")),
    )?;
    let help = Command::new(root.join("bin/rkbuild")).arg("--help").output()?;
    ensure!(help.status.success() && !help.stdout.is_empty(), "what cargo install installed does not run");
    println!("cargo install from a clean checkout: right");
    let deb = deb(&dir, &checkout, &root.join("bin/rkbuild"))?;
    let module = dir.join("module");
    if module.exists() {
        fs::remove_dir_all(&module)?;
    }
    quiet(Command::new("cp").arg("-R").arg(places.repo.join("testdata/hello")).arg(&module))?;
    fs::write(module.join("dkms.conf"), DKMS)?;
    let headers = Headers::newest()?;
    let script = places.repo.join("xtask/data/package.sh");
    let out = Command::new("sh").arg(script).arg(deb).arg(module).arg(headers.release).output()?;
    let said = String::from_utf8_lossy(&out.stdout);
    ensure!(out.status.success(), "{said}{}", String::from_utf8_lossy(&out.stderr));
    ensure!(said.trim_end().ends_with("the package is as it should be"), "{said}");
    println!("the Debian package, its alternative, DKMS with both makes: right");
    Ok(())
}

/// What is committed, and nothing else.
fn checkout(places: &Places, dir: &Path) -> Result<PathBuf> {
    let checkout = dir.join("checkout");
    if checkout.exists() {
        fs::remove_dir_all(&checkout)?;
    }
    quiet(Command::new("git").args(["clone", "--quiet", "--no-local"]).arg(&places.repo).arg(&checkout))?;
    Ok(checkout)
}

/// Makes the package of the program that was built.
fn deb(dir: &Path, checkout: &Path, program: &Path) -> Result<PathBuf> {
    let tools = dir.join("tools");
    if !tools.join("bin/cargo-deb").exists() {
        let install = ["install", "--quiet", "--locked", "cargo-deb", "--version", CARGO_DEB, "--root"];
        quiet(cargo().args(install).arg(&tools))?;
    }
    let target = checkout.join("target");
    fs::create_dir_all(target.join("package"))?;
    fs::create_dir_all(target.join("release"))?;
    fs::copy(program, target.join("release/rkbuild"))?;
    let man = Command::new(program).arg("--generate=man").output()?;
    ensure!(man.stdout.starts_with(b".TH RKBUILD"), "no manual page");
    fs::write(target.join("package/rkbuild.1"), man.stdout)?;
    let package = dir.join("rkbuild.deb");
    let mut cargo_deb = Command::new(tools.join("bin/cargo-deb"));
    cargo_deb.args(["deb", "--quiet", "-p", "rkbuild", "--no-build", "--output"]).arg(&package);
    quiet(cargo_deb.current_dir(checkout)).context("cargo deb")?;
    Ok(package)
}
