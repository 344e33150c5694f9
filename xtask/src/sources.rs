//! The sources recipes build: Debian's -dkms, linux-source and source packages, unpacked once into the cache.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::debian;
use crate::machine::{self, quiet};
use crate::places::Places;
use crate::recipe::{Family, Recipe};

/// What any kernel build needs beyond a module build.
const KERNEL_PACKAGES: &[&str] = &["bison", "flex", "libssl-dev", "cpio", "rsync", "xz-utils", "bc", "kmod"];

/// What any project needs.
const PROJECT_PACKAGES: [&str; 2] = ["gcc", "libc6-dev"];

/// Where unpacked linux-source packages are.
pub fn trees(places: &Places) -> Result<PathBuf> {
    places.cached("src")
}

/// Installs and unpacks what a recipe needs. Gives the source to copy, if it has one of its own.
pub fn prepare(places: &Places, family: Family, recipe: &Recipe) -> Result<Option<PathBuf>> {
    let common = match family {
        Family::Modules | Family::Kernel | Family::Features => machine::module_packages()?,
        Family::Projects => PROJECT_PACKAGES.map(String::from).to_vec(),
    };
    let mut packages: Vec<&str> = common.iter().map(String::as_str).collect();
    packages.extend(recipe.needs.iter().map(String::as_str));
    if family == Family::Kernel {
        packages.extend(KERNEL_PACKAGES);
    }
    let _lock = places.lock("sources")?;
    machine::install(&packages)?;
    for package in recipe.needs.iter().filter(|p| p.starts_with("linux-source-")) {
        unpack_tree(&trees(places)?, package)?;
    }
    if recipe.no_source {
        return Ok(None);
    }
    let source = match family {
        Family::Projects => project(places, recipe)?,
        Family::Modules | Family::Kernel => module(places, &recipe.name)?,
        Family::Features => places.repo.join("testdata/modules"),
    };
    Ok(Some(source))
}

fn unpack_tree(dir: &Path, package: &str) -> Result<()> {
    let tree = dir.join(package);
    if tree.join("Makefile").exists() {
        return Ok(());
    }
    let tarball = PathBuf::from(format!("/usr/src/{package}.tar.xz"));
    println!("unpacking {}", tarball.display());
    let new = dir.join("new");
    clear(&new)?;
    fs::create_dir_all(&new)?;
    quiet(Command::new("tar").arg("xf").arg(&tarball).arg("-C").arg(&new))?;
    clear(&tree)?;
    fs::rename(new.join(package), &tree)
        .with_context(|| format!("{} holds no {package}", tarball.display()))?;
    clear(&new)
}

/// The source of a module, from the package NAME-dkms (or NAME-source).
fn module(places: &Places, name: &str) -> Result<PathBuf> {
    let source = places.cached("modules")?.join(name);
    if source.is_dir() {
        return Ok(source);
    }
    let debs = places.cached("debs")?;
    println!("fetching {name}");
    machine::update()?;
    let download = |package: &str| -> Result<PathBuf> {
        quiet(Command::new("apt-get").args(["download", "-qq", package]).current_dir(&debs))?;
        newest(&debs, &format!("{package}_")).with_context(|| format!("apt-get downloaded no {package}"))
    };
    let deb =
        download(&format!("{name}-dkms")).or_else(|e| download(&format!("{name}-source")).map_err(|_| e))?;
    let unpacked = debs.join(name);
    clear(&unpacked)?;
    quiet(Command::new("dpkg").arg("-x").arg(&deb).arg(&unpacked))?;
    let Some(inner) =
        fs::read_dir(unpacked.join("usr/src"))?.filter_map(|e| e.ok()).find(|e| e.path().is_dir())
    else {
        bail!("{}: no directory in usr/src", deb.display());
    };
    fs::rename(inner.path(), &source)?;
    clear(&unpacked)?;
    Ok(source)
}

/// The source of a project, without Debian's changes.
pub fn project(places: &Places, recipe: &Recipe) -> Result<PathBuf> {
    let dir = places.cached("projects")?;
    let source = dir.join(&recipe.name);
    if !source.is_dir() {
        if recipe.source.is_empty() {
            bail!("no source= line");
        }
        debian::unpack(&dir, &recipe.source, &source)?;
    }
    Ok(source)
}

fn newest(dir: &Path, prefix: &str) -> Option<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(dir)
        .ok()?
        .filter_map(|e| e.ok().map(|e| e.path()))
        .filter(|p| p.file_name().and_then(|n| n.to_str()).is_some_and(|n| n.starts_with(prefix)))
        .collect();
    found.sort();
    found.pop()
}

/// Removes a directory, if it is there.
pub fn clear(dir: &Path) -> Result<()> {
    match fs::remove_dir_all(dir) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            Err(e).with_context(|| format!("cannot remove {}", dir.display()))
        }
        _ => Ok(()),
    }
}
