//! Modules without ceremony: `--kernel`, `--toolchain` and hints, on real headers.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, Result, ensure};

use crate::candidate;
use crate::machine::{self, Headers, quiet};
use crate::places::{Places, SYSTEM_PATH};
use crate::recipe::{Family, Recipe};
use crate::sources;

/// The source of a kernel, and a compiler for another machine than any that runs this, with its package and the machine's number in an object.
const SOURCE_TREE: &str = "linux-source-6.1";
const CROSS: &str = "arm-linux-gnueabihf-";
const CROSS_PACKAGE: &str = "gcc-arm-linux-gnueabihf";
const CROSS_MACHINE: [u8; 2] = [40, 0];

/// A module that is one C file and a header.
const SOURCE: &str = "#include <linux/module.h>\n#include \"greeting.h\"\n\
    static int __init one_init(void) { pr_info(GREETING); return 0; }\nstatic void __exit one_exit(void) { }\n\
    module_init(one_init);\nmodule_exit(one_exit);\nMODULE_LICENSE(\"GPL\");\n";

struct Ceremony<'a> {
    rkbuild: &'a Path,
    headers: &'a Headers,
    /// A directory for everything.
    dir: PathBuf,
}

fn text(out: &[u8]) -> String {
    String::from_utf8_lossy(out).into_owned()
}

fn names(dir: &Path) -> Result<BTreeSet<String>> {
    fs::read_dir(dir)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

/// How many things were as they should be.
pub fn run(places: &Places) -> Result<usize> {
    let packages = machine::module_packages()?;
    machine::install(&packages.iter().map(String::as_str).collect::<Vec<_>>())?;
    let (rkbuild, headers) = (candidate::rkbuild(places)?, Headers::newest()?);
    let _lock = places.lock("ceremony")?;
    let dir = places.cached("ceremony")?;
    if dir.exists() {
        fs::remove_dir_all(&dir)?;
    }
    fs::create_dir_all(dir.join("tmp"))?;
    let ceremony = Ceremony { rkbuild: &rkbuild, headers: &headers, dir };
    ceremony.one_file().context("a module without a makefile")?;
    ceremony.kernel().context("--kernel")?;
    ceremony.toolchain().context("--toolchain")?;
    ceremony.cross(places).context("--toolchain and a kernel for another machine")?;
    let hints = ceremony.hints().context("hints")?;
    Ok(4 + hints)
}

impl Ceremony<'_> {
    fn program(&self, program: &Path, dir: &Path, args: &[&str]) -> Result<Output> {
        let mut command = Command::new(program);
        command.args(args).current_dir(dir).env_clear().env("PATH", SYSTEM_PATH).env("LC_ALL", "C");
        Ok(command.env("TMPDIR", self.dir.join("tmp")).output()?)
    }

    fn rkbuild(&self, dir: &Path, args: &[&str]) -> Result<Output> {
        self.program(self.rkbuild, dir, args)
    }

    fn module(&self, name: &str) -> Result<PathBuf> {
        let dir = self.dir.join(name);
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/hello");
        quiet(Command::new("cp").arg("-R").arg(from).arg(&dir))?;
        Ok(dir)
    }

    /// One C file becomes a module, and nothing else is left.
    fn one_file(&self) -> Result<()> {
        self.one_file_in("one", &[])?;
        self.one_file_in("one with: a 'blank'", &["one.ko"])
    }

    fn one_file_in(&self, name: &str, goals: &[&str]) -> Result<()> {
        let dir = self.dir.join(name);
        fs::create_dir(&dir)?;
        fs::write(dir.join("one.c"), SOURCE)?;
        fs::write(dir.join("greeting.h"), "#define GREETING \"hello\\n\"\n")?;
        let kernel = format!("--kernel={}", self.headers.release);
        let out = self.rkbuild(&dir, &[&[kernel.as_str()], goals].concat())?;
        let said = text(&out.stderr);
        ensure!(out.status.success(), "{}\n{said}", out.status);
        ensure!(said.contains("'obj-m := one.o', in a temporary directory; one.ko is put here"), "{said}");
        let found = names(&dir)?;
        ensure!(found == ["greeting.h", "one.c", "one.ko"].map(String::from).into(), "{found:?}");
        let module = fs::read(dir.join("one.ko"))?;
        let release = format!("vermagic={} ", self.headers.release);
        ensure!(module.windows(release.len()).any(|part| part == release.as_bytes()), "no {release}");
        fs::write(dir.join("one.c"), format!("{SOURCE}wrong;\n"))?;
        let out = self.rkbuild(&dir, &[kernel.as_str()])?;
        let way = if name.contains(' ') { "/source/".into() } else { format!(" {}/", dir.display()) };
        let said = text(&out.stderr).replace('\n', " ");
        ensure!(out.status.code() == Some(2) && said.contains(&format!("{way}one.c:8:1: ")), "{said}");
        let left = names(&self.dir.join("tmp"))?;
        ensure!(left.is_empty(), "it has left {left:?}");
        Ok(())
    }

    /// It builds what `-C` and `M=` build, to the byte, wherever it is called from.
    fn kernel(&self) -> Result<()> {
        let dir = self.module("kernel")?;
        let (kernel, module) = (self.headers.dir.display().to_string(), format!("M={}", dir.display()));
        let ways: [(&Path, Vec<&str>); 3] = [
            (&dir, vec!["-C", &kernel, &module]),
            (&dir, vec!["--kernel", "KERNEL"]),
            (&self.dir, vec!["-C", "kernel", "--kernel", "KERNEL"]),
        ];
        let mut built: Option<Vec<u8>> = None;
        for (from, args) in ways {
            let named = format!("--kernel={kernel}");
            let args: Vec<&str> = args
                .into_iter()
                .filter(|word| *word != "KERNEL")
                .map(|word| if word == "--kernel" { named.as_str() } else { word })
                .collect();
            let out = self.rkbuild(from, &args)?;
            ensure!(out.status.success(), "{args:?}: {}", text(&out.stderr));
            let bytes = fs::read(dir.join("hello.ko"))?;
            ensure!(built.get_or_insert_with(|| bytes.clone()) == &bytes, "{args:?} builds another module");
            let clean = self.rkbuild(from, &[&args[..], &["clean"]].concat())?;
            ensure!(clean.status.success() && !dir.join("hello.ko").exists(), "{}", text(&clean.stderr));
        }
        Ok(())
    }

    /// The machine's own compiler by its long name, which fits, and clang's name, which is not there.
    fn toolchain(&self) -> Result<()> {
        let dir = self.module("toolchain")?;
        let kernel = format!("--kernel={}", self.headers.dir.display());
        let machine = text(&Command::new("gcc").arg("-dumpmachine").output()?.stdout);
        let prefix = format!("{}-", machine.trim());
        for value in [prefix.clone(), format!("/usr/bin/{prefix}")] {
            let out = self.rkbuild(&dir, &[&kernel, &format!("--toolchain={value}"), "modules"])?;
            let said = text(&out.stderr);
            ensure!(out.status.success(), "{said}");
            let words = format!(" CROSS_COMPILE={value} (");
            ensure!(said.contains("--toolchain means ARCH=") && said.contains(&words), "{said}");
            ensure!(!said.contains("is configured for"), "{said}");
        }
        let out = self.rkbuild(&dir, &["--toolchain=no-such-machine-"])?;
        ensure!(out.status.code() == Some(2) && text(&out.stderr).contains("'no-such-machine-gcc'"));
        Ok(())
    }

    /// A kernel for arm is configured, and an object of it made, by the name of a compiler and by the directory it is in among others.
    fn cross(&self, places: &Places) -> Result<()> {
        machine::install(&[CROSS_PACKAGE])?;
        let recipe = Recipe { needs: vec![SOURCE_TREE.into()], no_source: true, ..Recipe::default() };
        sources::prepare(places, Family::Kernel, &recipe)?;
        let (source, out) = (sources::trees(places)?.join(SOURCE_TREE), self.dir.join("arm"));
        fs::create_dir(&out)?;
        let (source, output) = (source.display().to_string(), format!("O={}", out.display()));
        let make = |toolchain: &str, more: &[&str]| -> Result<String> {
            let toolchain = format!("--toolchain={toolchain}");
            let out = self.rkbuild(&self.dir, &[&["-C", &source, &output, &toolchain], more].concat())?;
            ensure!(out.status.success(), "{}", text(&out.stderr));
            Ok(text(&out.stderr))
        };
        let directory = format!("/usr/bin/{CROSS}");
        let configured = make(CROSS, &["tinyconfig"])?;
        let built = make("/usr/bin", &["-j2", "scripts/mod/empty.o"])?;
        for (said, prefix) in [(&configured, CROSS), (&built, directory.as_str())] {
            let words = format!("--toolchain means ARCH=arm CROSS_COMPILE={prefix} (");
            ensure!(said.contains(&words) && !said.contains("is configured for"), "{said}");
        }
        let config = fs::read_to_string(out.join(".config"))?;
        let of_arm = ["CONFIG_ARM=y\n", &format!("CONFIG_CC_VERSION_TEXT=\"{CROSS}gcc ")];
        ensure!(of_arm.iter().all(|line| config.contains(line)), "configured for something else");
        let object = fs::read(out.join("scripts/mod/empty.o"))?;
        ensure!(object.get(18..20) == Some(&CROSS_MACHINE), "an object for something else");
        let here = text(&Command::new("gcc").arg("-dumpmachine").output()?.stdout);
        let said = make(here.trim(), &["-s", "kernelversion"])?;
        let hint = format!("'{}' is configured for arm, and ARCH is '", out.display());
        ensure!(said.contains(&hint), "no hint: {said}");
        Ok(())
    }

    /// Each fault has its hint, after all that make says; without `--hints` nothing is said, as rkbuild or as make.
    fn hints(&self) -> Result<usize> {
        let dir = self.module("hints")?;
        let blank = self.module("with blank")?;
        let colon = self.module("with:colon")?;
        let kernel = self.headers.dir.display().to_string();
        let at = |path: &Path| format!("M={}", path.display());
        let common = self.part("unconfigured", &[])?;
        let unprepared = self.part("unprepared", &[".config"])?;
        let no_symvers = self.all_but("no-symvers", "Module.symvers")?;
        let m = at(&dir);
        let faults: Vec<(Vec<&str>, String)> = vec![
            (
                vec!["-C", "/lib/modules/0.0-none/build", &m],
                "the headers of kernel '0.0-none' are not installed".into(),
            ),
            (vec!["-C", &kernel, &m, "modlues"], "the nearest goal is 'modules'".into()),
            (vec!["-C", &kernel, &m, "--keep-gonig"], "the nearest option is '--keep-going'".into()),
            (vec!["-C", &common, &m], format!("'{common}' is not configured")),
            (
                vec!["-C", &unprepared, &m],
                format!("'{unprepared}' is configured and not prepared for modules"),
            ),
            (vec!["-C", &no_symvers, &m], format!("'{no_symvers}' has no Module.symvers")),
            (
                vec!["-C", &kernel, &m, "ARCH=s390", "CC=false"],
                "is configured for x86, and ARCH is 's390'".into(),
            ),
            (
                vec!["-C", &kernel, &m, "CROSS_COMPILE=s390x-linux-gnu-"],
                "CROSS_COMPILE=s390x-linux-gnu- is for s390".into(),
            ),
        ];
        let mut count = 0;
        let (blank, colon) = (at(&blank), at(&colon));
        let paths =
            [(blank.as_str(), "with a blank in its path"), (colon.as_str(), "with a ':' in its path")];
        let paths = paths.map(|(module, hint)| (vec!["-C", kernel.as_str(), module], hint.to_owned()));
        let make = self.dir.join("make");
        symlink(self.rkbuild, &make)?;
        for (args, hint) in faults.into_iter().chain(paths) {
            let plain = self.rkbuild(&dir, &args)?;
            if plain.status.success() {
                self.rkbuild(&dir, &["-C", &kernel, &m, "clean"])?;
            }
            let with = self.rkbuild(&dir, &[&["--hints=always"], args.as_slice()].concat())?;
            let (plain_said, said) = (text(&plain.stderr), text(&with.stderr));
            ensure!(plain.status == with.status, "{args:?}: {} and {}", plain.status, with.status);
            let behind =
                said.strip_prefix(&plain_said).with_context(|| format!("{args:?}: {plain_said}\n{said}"))?;
            ensure!(behind.starts_with("rkbuild: ") && behind.contains(&hint), "{args:?}: {behind}");
            if args.contains(&"modlues") {
                let as_make = self.program(&make, &dir, &args)?;
                ensure!(!text(&as_make.stderr).contains(&hint), "{args:?}: said as make");
            }
            count += 1;
        }
        let right = self.rkbuild(&dir, &["--hints=always", "-C", &kernel, &m])?;
        ensure!(!text(&right.stderr).contains("rkbuild: "), "false alarm: {}", text(&right.stderr));
        Ok(count + 1)
    }

    /// Headers with only some of their files besides makefiles.
    fn part(&self, name: &str, more: &[&str]) -> Result<String> {
        let dir = self.dir.join(name);
        fs::create_dir(&dir)?;
        for file in [&["Makefile", "scripts"], more].concat() {
            symlink(self.headers.dir.join(file), dir.join(file))?;
        }
        Ok(dir.display().to_string())
    }

    /// Headers without one of their files.
    fn all_but(&self, name: &str, without: &str) -> Result<String> {
        let dir = self.dir.join(name);
        fs::create_dir(&dir)?;
        for file in names(&self.headers.dir)?.iter().filter(|file| *file != without) {
            symlink(self.headers.dir.join(file), dir.join(file))?;
        }
        Ok(dir.display().to_string())
    }
}
