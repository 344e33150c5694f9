//! The machine: Debian packages, kernel headers.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};

use crate::places::system_program;

/// Whether this process may install packages.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Installs those of `packages` that are missing. Says what it installs.
pub fn install(packages: &[&str]) -> Result<()> {
    let missing: Vec<&str> = packages.iter().copied().filter(|p| !installed(p)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("installing {}", missing.join(" "));
    let mut args = vec!["install", "-y", "-qq", "--no-install-recommends"];
    args.extend(&missing);
    apt_get(&args).with_context(|| format!("cannot install {}", missing.join(" ")))
}

/// Whether the package is installed.
pub fn installed(package: &str) -> bool {
    Command::new("dpkg-query")
        .args(["-W", "-f=${db:Status-Status}", package])
        .stderr(Stdio::null())
        .output()
        .is_ok_and(|o| o.status.success() && o.stdout == b"installed")
}

/// Fetches the lists of packages, once in the life of this process.
pub fn update() -> Result<()> {
    static UPDATED: AtomicBool = AtomicBool::new(false);
    if UPDATED.swap(true, Ordering::Relaxed) {
        return Ok(());
    }
    check_apt("update")?;
    quiet(&mut as_root("apt-get", &["update", "-qq"]))
}

/// Whether apt-get can be used at all, with words to that effect if not.
fn check_apt(what: &str) -> Result<()> {
    if system_program("apt-get").is_none() {
        bail!("this needs apt-get: a Debian or Ubuntu machine");
    }
    if !is_root() && system_program("sudo").is_none() {
        bail!("not root, and there is no sudo: run this as root, or `apt-get {what}` first");
    }
    Ok(())
}

/// Runs apt-get as root, with fresh lists.
fn apt_get(args: &[&str]) -> Result<()> {
    check_apt(&args.join(" "))?;
    update()?;
    quiet(&mut as_root("apt-get", args))
}

fn as_root(program: &str, args: &[&str]) -> Command {
    let mut cmd = if is_root() {
        Command::new(program)
    } else {
        let mut sudo = Command::new("sudo");
        sudo.args(["env", "DEBIAN_FRONTEND=noninteractive", program]);
        sudo
    };
    cmd.env("DEBIAN_FRONTEND", "noninteractive").args(args);
    cmd
}

/// Removes the fifos of jobservers in /tmp whose make is gone. One that was killed leaves its own, and a later GNU make that gets the
/// same number fails there.
pub fn clear_dead_fifos() {
    let Ok(all) = fs::read_dir("/tmp") else { return };
    for entry in all.flatten() {
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix("GMfifo"));
        if let Some(number) = number.filter(|n| n.bytes().all(|c| c.is_ascii_digit()))
            && !Path::new("/proc").join(number).exists()
        {
            // Another's stays; it is not ours to remove.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Runs a command whose output matters only when it fails.
pub fn quiet(cmd: &mut Command) -> Result<()> {
    let name = format!("{:?}", cmd.get_program());
    let out = cmd.stdin(Stdio::null()).output().with_context(|| format!("cannot run {name}"))?;
    if !out.status.success() {
        let text = [out.stdout, out.stderr].concat();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        let tail = lines.get(lines.len().saturating_sub(20)..).unwrap_or_default().join("\n");
        bail!("{:?} failed ({}):\n{tail}", cmd, out.status);
    }
    Ok(())
}

/// What Debian calls this machine's processor.
pub fn architecture() -> Result<String> {
    let out = Command::new("dpkg").arg("--print-architecture").output().context("cannot run dpkg")?;
    Ok(String::from_utf8_lossy(&out.stdout).trim().to_string())
}

/// What building an external module needs, as package names.
pub fn module_packages() -> Result<Vec<String>> {
    let mut all: Vec<String> =
        ["gcc", "make", "bc", "kmod", "libelf-dev", "xz-utils"].map(String::from).to_vec();
    all.push(format!("linux-headers-{}", architecture()?));
    Ok(all)
}

/// The newest installed kernel headers. The kernel that runs does not matter.
#[derive(Clone, Debug)]
pub struct Headers {
    /// The release, as `uname -r` would print it.
    pub release: String,
    /// The build directory.
    pub dir: PathBuf,
}

impl Headers {
    /// The newest of `/lib/modules/*/build`.
    pub fn newest() -> Result<Headers> {
        let mut all: Vec<(Vec<u64>, String)> = Vec::new();
        for entry in
            std::fs::read_dir("/lib/modules").context("no kernel headers: /lib/modules is missing")?
        {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if Path::new("/lib/modules").join(&name).join("build/Makefile").exists() {
                all.push((numbers(&name), name));
            }
        }
        all.sort();
        let (_, release) = all.pop().context("no kernel headers: no /lib/modules/*/build")?;
        let dir = Path::new("/lib/modules").join(&release).join("build");
        Ok(Headers { release, dir })
    }

    /// The directories that hold the headers' files, links resolved: Debian keeps them in two.
    pub fn trees(&self) -> Vec<PathBuf> {
        let mut trees: Vec<PathBuf> = std::fs::canonicalize(&self.dir).into_iter().collect();
        if let Some(main) = trees.first().and_then(|t| t.to_str().map(str::to_string))
            && let Some((base, _)) = main.rsplit_once('-')
        {
            let common = PathBuf::from(format!("{base}-common"));
            if common.is_dir() {
                trees.push(common);
            }
        }
        trees
    }
}

/// The numbers in a release, to compare releases by.
pub fn numbers(release: &str) -> Vec<u64> {
    release.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_compare_by_number() {
        assert!(numbers("6.1.0-56-amd64") > numbers("6.1.0-9-amd64"));
        assert!(numbers("6.12.1-amd64") > numbers("6.2.9-amd64"));
    }
}
