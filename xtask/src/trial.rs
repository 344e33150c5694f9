//! `cargo xtask try`: one external module, built by the system's make and by rkbuild at the same path.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use bstr::{BStr, BString, ByteSlice};

use crate::candidate::{self, Variant};
use crate::explain;
use crate::machine::{self, Headers, quiet};
use crate::places::{Places, SYSTEM_PATH};
use crate::process;
use crate::reference::{self, Release};
use crate::snapshot::{Kind, Snapshot};

/// What one program made of the module.
struct Built {
    took: Duration,
    tree: Snapshot,
    contents: BTreeMap<BString, Vec<u8>>,
}

/// Whether both programs made the same.
pub fn run(places: &Places, candidate: Option<&Path>) -> Result<bool> {
    let packages = machine::module_packages()?;
    machine::install(&packages.iter().map(String::as_str).collect::<Vec<_>>())?;
    let make = reference::program(places, Release::V43)?;
    let rkbuild = match candidate {
        Some(path) => Variant::plain("candidate", &std::path::absolute(path)?),
        None => {
            println!("building rkbuild");
            Variant { own: true, ..Variant::plain("rkbuild --compat=4.3", &candidate::rkbuild(places)?) }
        }
    };
    let headers = Headers::newest()?;
    let _lock = places.lock("try")?;
    let dir = places.cached("try")?.join("hello");
    println!("building testdata/hello against {} in {}", headers.dir.display(), dir.display());
    let source = places.repo.join("testdata/hello");
    let first = build(&Variant::plain("make", &make), &source, &dir, &headers)?;
    let second = build(&rkbuild, &source, &dir, &headers)?;

    println!("\n{:>9}  {:<10} file", "bytes", "");
    for (path, entry) in first.tree.iter().filter(|(_, e)| e.kind != Kind::Directory) {
        let same = second.tree.get(path).is_some_and(|other| entry.same(other));
        println!("{:>9}  {:<10} {path}", entry.size, if same { "same" } else { "DIFFERENT" });
    }
    let differences = first.tree.differences(&second.tree);
    for difference in &differences {
        println!("{difference}");
        let path: &BStr = difference.path();
        if let (Some(a), Some(b)) = (first.contents.get::<[u8]>(path), second.contents.get::<[u8]>(path)) {
            print!("{}", explain::files(path, a, b, 12));
        }
    }
    println!("\n{:>8.2} s  make ({})", first.took.as_secs_f64(), reference::version_line(&make)?);
    println!("{:>8.2} s  {}\n", second.took.as_secs_f64(), rkbuild.name);
    let info = Command::new("modinfo").arg(dir.join("hello.ko")).env("PATH", SYSTEM_PATH).output();
    print!("{}", info.context("cannot run modinfo")?.stdout.as_bstr());
    if differences.is_empty() {
        println!("identical");
    } else {
        println!("{} differences", differences.len());
    }
    Ok(differences.is_empty())
}

fn build(program: &Variant, source: &Path, dir: &Path, headers: &Headers) -> Result<Built> {
    if dir.exists() {
        fs::remove_dir_all(dir)?;
    }
    quiet(Command::new("cp").arg("-R").arg(source).arg(dir))?;
    let log = dir.with_extension("log");
    let _ = fs::remove_file(&log);
    let mut cmd = Command::new(&program.program);
    if program.own {
        cmd.arg("--compat=4.3");
    }
    cmd.arg("-C").arg(dir).arg(format!("KDIR={}", headers.dir.display()));
    cmd.env_clear().env("PATH", SYSTEM_PATH).env("LC_ALL", "C").env("HOME", dir);
    process::output_to(&mut cmd, &log)?;
    let (ending, took) = process::run(&mut cmd, Duration::from_secs(600))?;
    if !ending.is_success() {
        bail!("{}: exit status {ending}\n{}", program.name, fs::read(&log)?.as_bstr());
    }
    let tree = Snapshot::take(dir, None)?;
    let mut contents = BTreeMap::new();
    for (path, _) in tree.iter().filter(|(_, e)| e.kind == Kind::File) {
        contents.insert(path.to_owned(), fs::read(dir.join(path.to_path()?))?);
    }
    Ok(Built { took, tree, contents })
}
