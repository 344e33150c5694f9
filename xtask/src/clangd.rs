//! Whether clangd can use a compile database: it opens a file of a kernel, of a directory of it and of a module, and has nothing to say.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::candidate;
use crate::machine;
use crate::places::{Places, SYSTEM_PATH};
use crate::recipe::{self, Family};
use crate::sources;

/// The source of the kernels.
const SOURCE: &str = "linux-source-6.1";

/// A kernel's compiler: its name, its recipe, what make is told, what is asked for, whether clangd minds a database that has all options.
struct Compiler {
    name: &'static str,
    recipe: &'static str,
    variables: &'static [&'static str],
    database: &'static str,
    minded: bool,
}

const GCC: Compiler = Compiler {
    name: "gcc",
    recipe: "linux-6.1-tiny",
    variables: &[],
    database: "--compile-commands=clangd",
    minded: true,
};
const CLANG: Compiler = Compiler {
    name: "LLVM=1",
    recipe: "linux-6.1-llvm-tiny",
    variables: &["LLVM=1"],
    database: "--compile-commands",
    minded: false,
};

/// Installs clangd.
pub fn install() -> Result<()> {
    machine::install(&["clangd"])
}

/// What clangd finds wrong in `file`, with the database in `database`: lines such as `[pp_file_not_found] Line 1: 'x.h' file not found`.
pub fn finds(file: &Path, database: &Path) -> Result<Vec<String>> {
    let mut command = Command::new("clangd");
    // What it offers at each word is not looked at: one line stands for all.
    command.args(["--check-lines=1", "--enable-config=0"]).arg(format!("--check={}", file.display()));
    command.arg(format!("--compile-commands-dir={}", database.display()));
    let out = command.env_clear().env("PATH", SYSTEM_PATH).output().context("cannot run clangd")?;
    let said = String::from_utf8_lossy(&out.stderr);
    ensure!(said.contains("Loaded compilation database from"), "it has read no database:\n{said}");
    ensure!(said.contains("All checks completed"), "it has not come to an end:\n{said}");
    let found = said.lines().filter(|line| line.starts_with("E["));
    Ok(found.filter_map(|line| Some(line.split_once("] ")?.1.to_owned())).collect())
}

/// Opens `file`, in which nothing may be found.
pub fn opens(file: &Path, database: &Path) -> Result<()> {
    let found = finds(file, database)?;
    ensure!(found.is_empty(), "{}: {}", file.display(), found.join("\n"));
    Ok(())
}

/// Configures and prepares a tinyconfig, and opens one file with the database of all of it, and one with that of a directory.
fn kernel(places: &Places, rkbuild: &Path, compiler: &Compiler) -> Result<()> {
    sources::prepare(places, Family::Kernel, &recipe::read(&places.repo, Family::Kernel, compiler.recipe)?)?;
    let source = sources::trees(places)?.join(SOURCE);
    let tree = places.cached("clangd")?.join(compiler.name);
    fs::create_dir_all(&tree)?;
    let run = |args: &[&str]| -> Result<()> {
        let mut command = Command::new(rkbuild);
        command
            .arg("-C")
            .arg(&source)
            .arg(format!("O={}", tree.display()))
            .args(compiler.variables)
            .args(args);
        machine::quiet(command.env_clear().env("PATH", SYSTEM_PATH).env("LC_ALL", "C"))
    };
    run(&["tinyconfig"])?;
    // The headers that are generated.
    run(&["-j2", "prepare"])?;
    let database = |option: &str, goals: &[&str]| -> Result<PathBuf> {
        let dir = tree.join("database");
        sources::clear(&dir)?;
        fs::create_dir(&dir)?;
        let file = dir.join("compile_commands.json").display().to_string();
        let separator = if option.contains('=') { ':' } else { '=' };
        run(&[&[format!("{option}{separator}{file}").as_str()], goals].concat())?;
        Ok(dir)
    };
    opens(&source.join("init/main.c"), &database(compiler.database, &[])?).context("the kernel")?;
    opens(&source.join("lib/string.c"), &database(compiler.database, &["lib/"])?).context("lib/")?;
    if compiler.minded {
        let found = finds(&source.join("lib/string.c"), &database("--compile-commands", &["lib/"])?)?;
        ensure!(found.iter().any(|line| line.contains("unknown argument")), "gcc's own options: {found:?}");
    }
    Ok(())
}

/// A kernel for gcc, and a directory of it.
pub fn gcc_kernel(places: &Places, rkbuild: &Path) -> Result<()> {
    kernel(places, rkbuild, &GCC)
}

/// Both kernels: `cargo xtask clangd`.
pub fn run(places: &Places) -> Result<()> {
    install()?;
    let rkbuild = candidate::rkbuild(places)?;
    let _lock = places.lock("tell")?;
    for compiler in [GCC, CLANG] {
        kernel(places, &rkbuild, &compiler).with_context(|| compiler.name)?;
        println!("clangd and a kernel for {}: nothing missing", compiler.name);
    }
    Ok(())
}
