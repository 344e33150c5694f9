//! `cargo xtask pages`: profiles of builds, opened and used in Chromium, a real module's and one of three thousand targets; and their
//! traces, opened in Perfetto.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::candidate;
use crate::machine::{self, Headers, quiet};
use crate::oracle::Tally;
use crate::places::{Places, SYSTEM_PATH, system_program};
use crate::viewers::Viewers;

/// What is done with a page, and told of it.
const PROBE: &str = include_str!("../data/pages.js");

/// Nobody looks at a page without a window, so it would never be drawn again.
const FRAMES: &str = "<script>window.requestAnimationFrame = draw => setTimeout(draw, 5);</script>";

/// Directories of the tree that is made up, and objects in each; with the archive and the directory itself fifty targets.
const DIRECTORIES: usize = 60;
const OBJECTS: usize = 48;

/// Starts a make for each directory, after one target and before another.
const TOP: &str = "\
all: out
out: $(dirs)
	@sleep 0.1; echo > $@
$(dirs): .%: prepare
	@$(MAKE) -s -f sub.mk obj=$*
prepare:
	@sleep 0.05
.PHONY: all prepare $(dirs)
";

/// Makes a directory; an object whose name is in `fail` fails.
const SUB: &str = "\
objs := $(foreach n,$(numbers),$(obj)/o$n.o)
slow := $(filter %5.o,$(objs))
$(obj)/built-in.a: $(objs)
	@sleep 0.01; echo $^ > $@
$(objs): | $(obj)/
	@$(if $(filter $@,$(slow)),sleep 0.03;) $(if $(wildcard fail/$(subst /,-,$@)),exit 3;) echo '</script> $(@D)' > $@
$(obj)/:
	@mkdir -p $@
";

/// A page, as it was seen.
struct Seen(Value);

impl Seen {
    fn fact(&self, name: &str) -> &str {
        self.0["facts"][name].as_str().unwrap_or("missing")
    }

    fn names(&self, list: &str) -> Vec<&str> {
        self.0[list].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// A click in the row of the critical path, near its end, shows this target.
    fn ends_with(&self, name: &str) -> Result<()> {
        let (tip, clicked) = (self.0["tip"].as_str(), self.0["clicked"].as_str().unwrap_or_default());
        ensure!(tip.is_some_and(|tip| tip.starts_with(name)), "the pointer on {name} shows {tip:?}");
        let right = clicked.starts_with(&format!("{name} took ")) && clicked.contains("on the critical path");
        ensure!(right, "a click on {name} shows {clicked:?}");
        Ok(())
    }

    /// What holds of any page.
    fn check(&self) -> Result<()> {
        let Seen(seen) = self;
        ensure!(seen["error"].is_null() && seen["thrown"].is_null(), "an error in the script: {seen}");
        ensure!(seen["overflows"] == false, "the page is wider than the window");
        let count = |which: usize| seen["colours"][which].as_u64().unwrap_or(0);
        ensure!(count(0) > 3 && count(1) > 3, "the charts are empty: {}", seen["colours"]);
        ensure!(seen["zoomed"] == true && seen["whole"] == true, "the keys don't zoom");
        ensure!(seen["dragged"] == true, "dragging does not choose a stretch of time");
        let slowest = self.names("slowest");
        let first = slowest.first().context("no target is shown")?;
        let chosen = seen["chosen"].as_str().unwrap_or_default();
        ensure!(chosen.starts_with(&format!("{first} took ")), "a click on {first} shows {chosen:?}");
        ensure!(self.names("sorted").is_sorted(), "a click on the heading does not sort");
        ensure!(seen["none"] == 0, "what no name has is found");
        Ok(())
    }
}

struct Pages {
    chromium: PathBuf,
    rkbuild: PathBuf,
    dir: PathBuf,
}

/// As a step: how many pages were as they should be. None is looked at where there is no Chromium and it can't be installed.
pub fn run(places: &Places) -> Result<Tally> {
    if let Err(why) = machine::install(&["chromium"]) {
        println!("pages: left out, there is no Chromium: {why:#}");
        return Ok(Tally::default());
    }
    let packages = machine::module_packages()?;
    machine::install(&packages.iter().map(String::as_str).collect::<Vec<_>>())?;
    let _lock = places.lock("pages")?;
    let dir = places.cached("pages")?;
    fs::remove_dir_all(&dir)?;
    fs::create_dir_all(dir.join("home"))?;
    let chromium = system_program("chromium").context("no chromium in the package chromium")?;
    let pages = Pages { chromium, rkbuild: candidate::rkbuild(places)?, dir };
    let mut tally = Tally::default();
    let mut tell = |name: &str, outcome: Result<()>| match outcome {
        Ok(()) => tally.passed += 1,
        Err(why) => {
            tally.failed += 1;
            println!("{name}: {why:#}");
        }
    };
    tell("module", pages.module(places));
    let tree = pages.make_up("thousands")?;
    tell("thousands", pages.thousands(&tree));
    tell("given", pages.given(&tree));
    tell("viewers", pages.viewers(&places.cached("viewers")?));
    println!("pages and pictures are in {}", pages.dir.display());
    Ok(tally)
}

impl Pages {
    fn rkbuild(&self, dir: &Path, name: &str, args: &[&str]) -> Result<(PathBuf, Option<i32>)> {
        self.profiled(dir, &format!("{name}.html"), args)
    }

    fn profiled(&self, dir: &Path, name: &str, args: &[&str]) -> Result<(PathBuf, Option<i32>)> {
        let page = self.dir.join(name);
        let status = Command::new(&self.rkbuild)
            .arg(format!("--profile={}", page.display()))
            .args(args)
            .current_dir(dir)
            .env_clear()
            .env("PATH", SYSTEM_PATH)
            .env("LC_ALL", "C")
            .env("XDG_CACHE_HOME", self.dir.join("home"))
            .stdout(Stdio::null())
            .stderr(fs::File::create(self.dir.join(format!("{name}.err")))?)
            .status()?;
        Ok((page, status.code()))
    }

    /// Runs Chromium on a file. Gives the page as it is in the end.
    fn chromium(&self, page: &Path, args: &[&str]) -> Result<String> {
        let out = Command::new(&self.chromium)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"])
            .args(["--window-size=1200,1000", "--virtual-time-budget=5000", "--enable-logging=stderr"])
            .arg(format!("--user-data-dir={}", self.dir.join("home/chromium").display()))
            .args(args)
            .arg("--dump-dom")
            .arg(page)
            .env("HOME", self.dir.join("home"))
            .output()?;
        let said = String::from_utf8_lossy(&out.stderr);
        ensure!(out.status.success(), "chromium: {}\n{said}", out.status);
        let console: Vec<&str> = said.lines().filter(|line| line.contains("CONSOLE")).collect();
        ensure!(console.is_empty(), "the page says: {}", console.join("\n"));
        Ok(String::from_utf8_lossy(&out.stdout).into_owned())
    }

    /// Takes a picture of a page in light or in dark.
    fn picture(&self, page: &Path, dark: bool) -> Result<()> {
        let picture = page.with_extension("png");
        let scheme = format!("--blink-settings=preferredColorScheme={}", u8::from(!dark));
        self.chromium(page, &[&format!("--screenshot={}", picture.display()), &scheme])?;
        let bytes = fs::read(&picture).with_context(|| picture.display().to_string())?;
        ensure!(bytes.starts_with(b"\x89PNG") && bytes.len() > 20_000, "{}: empty", picture.display());
        Ok(())
    }

    /// What is seen in a page when it is used.
    fn look(&self, page: &Path) -> Result<Seen> {
        let probed = page.with_extension("probed.html");
        let text = fs::read_to_string(page)?;
        let text = text.replacen("<head>", &format!("<head>{FRAMES}"), 1);
        fs::write(&probed, text.replace("</body>", &format!("<script>\n{PROBE}</script>\n</body>")))?;
        let dom = self.chromium(&probed, &[])?;
        let (_, told) = dom.rsplit_once("<pre id=\"seen\">").context("the page was not used to the end")?;
        let (told, _) = told.split_once("</pre>").context("half a page")?;
        let told = told.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        let seen = Seen(serde_json::from_str(&told).context("what was seen")?);
        seen.check()?;
        Ok(seen)
    }

    /// A module, built against the headers.
    fn module(&self, places: &Places) -> Result<()> {
        let (dir, headers) = (self.dir.join("hello"), Headers::newest()?);
        quiet(Command::new("cp").arg("-R").arg(places.repo.join("testdata/hello")).arg(&dir))?;
        let module = format!("M={}", dir.display());
        let headers = headers.dir.display().to_string();
        let (page, status) = self.rkbuild(&dir, "module", &["-j2", "-C", &headers, &module, "modules"])?;
        ensure!(status == Some(0), "the module is not built: {status:?}");
        self.picture(&page, false)?;
        let seen = self.look(&page)?;
        let names = seen.names("slowest");
        for name in ["main.o", "greet.o", "hello.o", "Module.symvers", "hello.mod.o", "hello.ko"] {
            ensure!(
                names.iter().filter(|own| **own == name).count() == 1,
                "{name} is not shown once: {names:?}"
            );
        }
        ensure!(seen.fact("targets made") == names.len().to_string(), "targets made: {names:?}");
        // One of the two objects; the rest of the way is the same for all modules.
        let path = seen.names("critical");
        let at = |name: &str| {
            path.iter().position(|step| step.contains(name)).with_context(|| format!("no {name}: {path:?}"))
        };
        let order = [at("Makefile.build")?, at("hello.o")?, at("Module.symvers")?, at("hello.mod.o")?];
        ensure!(order.is_sorted() && path.last() == Some(&"hello.ko"), "the critical path is {path:?}");
        ensure!(path.first().is_some_and(|step| step.starts_with("reads makefiles: make -C")), "{path:?}");
        Ok(())
    }

    /// The same module's trace, and that of a tree as large as the other.
    fn viewers(&self, cache: &Path) -> Result<()> {
        let viewers = match Viewers::fetch(&self.chromium, cache) {
            Ok(viewers) => viewers,
            Err(why) => {
                println!("viewers: left out, they can't be fetched: {why:#}");
                return Ok(());
            }
        };
        let (dir, headers) = (self.dir.join("hello"), Headers::newest()?);
        let arguments = ["-j2", "-C", &headers.dir.display().to_string(), &format!("M={}", dir.display())];
        self.rkbuild(&dir, "clean", &[&arguments[..], &["clean"]].concat())?;
        for (name, dir, arguments) in
            [("module", dir, arguments.as_slice()), ("tree", self.make_up("again")?, &["-j4"])]
        {
            let (trace, status) = self.profiled(&dir, &format!("{name}.json"), arguments)?;
            ensure!(status == Some(0), "{name} is not built: {status:?}");
            viewers.open(&trace).with_context(|| format!("the trace of the {name}"))?;
        }
        Ok(())
    }

    /// The tree that is made up.
    fn make_up(&self, name: &str) -> Result<PathBuf> {
        let tree = self.dir.join(name);
        fs::create_dir_all(tree.join("fail"))?;
        let kinds = ["fs", "drivers", "kernel", "net", "lib"];
        let mut top = String::from("dirs :=");
        for (number, kind) in (0..DIRECTORIES).zip(kinds.iter().cycle()) {
            write!(top, " .{kind}/d{number:02}")?;
        }
        fs::write(tree.join("Makefile"), format!("{top}\n{TOP}"))?;
        let numbers: Vec<String> = (1..=OBJECTS).map(|number| number.to_string()).collect();
        fs::write(tree.join("sub.mk"), format!("numbers := {}\n{SUB}", numbers.join(" ")))?;
        Ok(tree)
    }

    /// All of that tree, with something in the commands that would end the script if it could.
    fn thousands(&self, tree: &Path) -> Result<()> {
        let (page, status) = self.rkbuild(tree, "thousands", &["-j4", "--recall=on"])?;
        ensure!(status == Some(0), "the tree is not built: {status:?}");
        let size = page.metadata()?.len();
        ensure!(size < 1_500_000, "the page has {size} bytes");
        self.picture(&page, true)?;
        let seen = self.look(&page)?;
        let all = DIRECTORIES * (OBJECTS + 2) + 2;
        ensure!(seen.0["ready"] == all, "{} targets, not {all}", seen.0["ready"]);
        for (name, value) in [
            ("targets made", "3,002"),
            ("targets failed", "0"),
            ("makes evaluated", "61"),
            ("given from recall", "0"),
            ("at once, at most", "4"),
        ] {
            ensure!(seen.fact(name) == value, "{name}: {}, not {value}", seen.fact(name));
        }
        let path = seen.names("critical");
        ensure!(path.contains(&"prepare") && path.last() == Some(&"out"), "the critical path is {path:?}");
        seen.ends_with("out")?;
        ensure!(seen.0["more"] == 125, "'Show more' shows {}", seen.0["more"]);
        let directory = *seen.names("directories").first().context("no directory")?;
        let filtered = seen.names("filtered");
        ensure!(
            filtered.len() == 25 && filtered.iter().all(|name| name.starts_with(directory)),
            "the filter {directory} leaves {filtered:?}"
        );
        let said = seen.0["said"].as_str().unwrap_or_default();
        // The directory itself is a target of the one above.
        ensure!(said.starts_with("49 targets that match"), "the filter {directory} says {said}");
        Ok(())
    }

    /// Two directories of it once more, with a failure, and all others given.
    fn given(&self, tree: &Path) -> Result<()> {
        self.rkbuild(tree, "nothing", &["-k", "-j4", "--recall=on"])?;
        for gone in ["fs/d00", "drivers/d01"] {
            fs::remove_dir_all(tree.join(gone))?;
        }
        fs::write(tree.join("fail/drivers-d01-o7.o"), "")?;
        let (page, status) = self.rkbuild(tree, "given", &["-k", "-j4", "--recall=on"])?;
        ensure!(status == Some(2), "a build with a failure ends with {status:?}");
        let seen = self.look(&page)?;
        for (name, value) in [
            ("targets made", (2 * (OBJECTS + 2)).to_string()),
            ("targets failed", "1".to_string()),
            ("makes evaluated", "3".to_string()),
            ("given from recall", (DIRECTORIES - 2).to_string()),
        ] {
            ensure!(seen.fact(name) == value, "{name}: {}, not {value}", seen.fact(name));
        }
        ensure!(seen.0["status"] == ", exit status 2", "the status is {}", seen.0["status"]);
        let said = seen.0["makes"].as_str().unwrap_or_default();
        ensure!(said.starts_with("61 makes. 3 were evaluated, 58 given from recall"), "makes: {said}");
        Ok(())
    }
}
