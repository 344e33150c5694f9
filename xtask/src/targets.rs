//! `cargo xtask oracle targets`: every target `make help` prints, tried with GNU make and with rkbuild on small kernels.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use bstr::{BStr, ByteSlice};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3Default;

use crate::candidate::Variant;
use crate::machine::Headers;
use crate::oracle::Tally;
use crate::places::Places;
use crate::recipe::{self, Family, Recipe};
use crate::reference::{self, Release};
use crate::sources::{self, clear};
use crate::stage::{Phase, Settings, Stage};
use crate::verdict::Judge;

/// The kernels whose targets are tried, by the name a column gets.
const KERNELS: [(&str, &str); 3] =
    [("x86", "linux-6.1-tiny"), ("arm", "linux-6.1-arm-tiny"), ("arm64", "linux-6.1-arm64-tiny")];

/// What to write for a target that help prints with something to fill in, or that needs a variable.
const GOALS: &[(&str, &[&str])] = &[
    // Without a terminal they never end; `cargo xtask terminal` has them.
    ("menuconfig", &[]),
    ("nconfig", &[]),
    ("dir/", &["kernel/locking/"]),
    ("dir/file.[ois]", &["kernel/fork.o", "kernel/fork.i", "kernel/fork.s"]),
    ("dir/file.[os]", &["rust/core.o"]),
    ("dir/file.rsi", &["rust/core.rsi"]),
    ("dir/file.ll", &["kernel/fork.ll"]),
    ("dir/file.lst", &["kernel/fork.lst"]),
    ("dir/file.ko", &["kernel/fork.ko"]),
    // All sources of a kernel take ctags a quarter of an hour; those that were compiled are enough to see make's part.
    ("tags/TAGS", &["tags COMPILED_SOURCE=1", "TAGS COMPILED_SOURCE=1"]),
    ("cscope", &["cscope COMPILED_SOURCE=1"]),
    ("gtags", &["gtags COMPILED_SOURCE=1"]),
    ("modules_install", &["modules_install INSTALL_MOD_PATH=$I"]),
    ("vdso_install", &["vdso_install INSTALL_MOD_PATH=$I"]),
    ("headers_install", &["headers_install INSTALL_HDR_PATH=$I"]),
    ("install", &["install INSTALL_PATH=$I"]),
    ("zinstall", &["zinstall INSTALL_PATH=$I"]),
    ("uinstall", &["uinstall INSTALL_PATH=$I"]),
    ("dtbs_install", &["dtbs_install INSTALL_DTBS_PATH=$I"]),
    ("uImage", &["uImage LOADADDR=0x8000"]),
    ("randconfig", &["randconfig KCONFIG_SEED=1"]),
    ("kselftest", &["kselftest TARGETS=size"]),
    ("kselftest-all", &["kselftest-all TARGETS=size"]),
    ("kselftest-install", &["kselftest-install TARGETS=size INSTALL_PATH=$I"]),
    ("kselftest-clean", &["kselftest-clean TARGETS=size"]),
];

/// Which targets to try, and how.
pub struct Targets {
    /// Architectures, and texts a goal must contain one of; none of a kind means all.
    pub only: Vec<String>,
    pub release: Release,
    pub variants: Vec<Variant>,
    pub settings: Settings,
    /// Lines shown of each difference.
    pub most: usize,
    /// Write docs/targets.md.
    pub record: bool,
}

/// The verdict on one goal of one kernel.
#[derive(Clone, Serialize, Deserialize)]
struct Cell {
    same: bool,
    text: String,
}

impl Targets {
    /// Tries all and prints each result as it comes.
    pub fn run(&self, places: &Places) -> Result<Tally> {
        let mut tally = Tally::default();
        let (columns, texts): (Vec<&str>, Vec<&str>) =
            self.only.iter().map(String::as_str).partition(|text| KERNELS.iter().any(|(c, _)| c == text));
        if self.record && !texts.is_empty() {
            bail!("--record is for all targets of an architecture");
        }
        let path = places.repo.join("docs/targets.md");
        let mut page = match fs::read_to_string(&path) {
            Ok(text) if self.record => Page::read(&text),
            _ => Page::default(),
        };
        // Where the cache is matters to nobody else.
        let trees = format!("{}/", sources::trees(places)?.display());
        for (column, name) in KERNELS {
            if !columns.is_empty() && !columns.contains(&column) {
                continue;
            }
            page.forget(column);
            let mut before = None;
            self.kernel(places, name, &texts, &mut |goal, cell| {
                *if cell.same { &mut tally.passed } else { &mut tally.failed } += 1;
                println!("{column} {goal}: {}", cell.text);
                before = Some(page.put(goal, before, column, cell.text.replace(&trees, "")));
            })?;
        }
        if self.record {
            fs::write(&path, page.text())?;
        }
        Ok(tally)
    }

    fn kernel(
        &self,
        places: &Places,
        name: &str,
        texts: &[&str],
        seen: &mut dyn FnMut(&str, Cell),
    ) -> Result<()> {
        let recipe = recipe::read(&places.repo, Family::Kernel, name)?;
        sources::prepare(places, Family::Kernel, &recipe)?;
        // A place of its own: packages are written beside the tree.
        let own = Places { cache: places.cached("targets")?, ..places.clone() };
        let _lock = own.lock("targets")?;
        let headers = Headers::newest()?;
        let program = reference::program(places, self.release)?;
        let mut stage = Stage::new(&own, &recipe, None, Some(&headers), &self.settings)?;
        stage.trees = sources::trees(places)?;
        stage.program(&program, &[])?;
        stage.fresh()?;
        let base = stage.beside("base");
        for (what, command) in
            [("configure", recipe.pre.clone()), ("build", format!("{} vmlinux", recipe.build))]
        {
            let phase = stage.phase(what, &command)?;
            if !phase.ending.is_success() {
                bail!("{name}: {what} fails with {}: {}", phase.ending, BStr::new(&phase.err));
            }
        }
        stage.keep(&base)?;
        let help = stage.phase("help", &format!("{} -s help", recipe.build))?;
        let mut known = Known::read(own.cache.join(format!("{name}.json")), self.key(&recipe, &program)?);
        for goal in goals(&help.out) {
            if texts.is_empty() || texts.iter().any(|text| goal.contains(text)) {
                let cell = match known.cells.get(&goal) {
                    Some(cell) => cell.clone(),
                    None => self.goal(&mut stage, &recipe, &program, &base, &goal)?,
                };
                known.add(&goal, &cell)?;
                seen(goal.split(' ').next().unwrap_or(&goal), cell);
            }
        }
        stage.clear()?;
        clear(&base)
    }

    /// What the verdicts depend on: the programs and the recipe.
    fn key(&self, recipe: &Recipe, program: &Path) -> Result<String> {
        let mut hash = Xxh3Default::new();
        hash.update(recipe.text.as_bytes());
        hash.update(format!("{:?}", self.settings.jobs).as_bytes());
        for path in self.variants.iter().map(|v| v.program.as_path()).chain([program]) {
            hash.update(&fs::read(path).with_context(|| format!("{}", path.display()))?);
        }
        for variant in &self.variants {
            hash.update(variant.name.as_bytes());
        }
        Ok(format!("{:032x}", hash.digest128()))
    }

    /// One goal: with GNU make, then with each variant.
    fn goal(
        &self,
        stage: &mut Stage,
        recipe: &Recipe,
        program: &Path,
        base: &Path,
        goal: &str,
    ) -> Result<Cell> {
        let command = format!("{} {goal}", recipe.build);
        let judge = Judge { recipe, parallel: self.settings.jobs.is_some_and(|n| n > 1), most: self.most };
        let mut attempt = |program: &Path, env: &[(&str, &str)]| -> Result<Phase> {
            stage.program(program, env)?;
            stage.restore(base)?;
            stage.phase("target", &command)
        };
        let nothing = |_: &BStr| (None, None);
        let want = attempt(program, &[])?;
        let mut cell = Cell { same: true, text: "same".to_string() };
        let mut varies: Option<BTreeSet<String>> = None;
        for variant in &self.variants {
            let got = attempt(&variant.program, &variant.environment(self.release))?;
            let mut found = judge.phase(&want, &got, nothing);
            if !found.is_empty() && varies.is_none() {
                // What GNU make itself doesn't do twice in the same way is no difference.
                let again = attempt(program, &[])?;
                varies = Some(judge.phase(&want, &again, nothing).iter().map(|d| subject(d)).collect());
            }
            let own = varies.iter().flatten().collect::<BTreeSet<_>>();
            found.retain(|d| !own.contains(&subject(d)));
            if !found.is_empty() {
                cell = Cell { same: false, text: format!("DIFFERENT ({})", variant.name) };
                for difference in found {
                    println!("   {difference}");
                }
                break;
            }
        }
        if cell.same && varies.is_some() {
            cell.text.push_str(", but for what differs from one run of GNU make to the next");
        }
        if !want.ending.is_success() {
            write!(cell.text, "; GNU make: {}", reason(&want))?;
        }
        Ok(cell)
    }
}

/// The verdicts found until now, kept so that a run that was broken off goes on where it was. Only what agreed is
/// kept: a difference is to be seen again.
#[derive(Serialize, Deserialize)]
struct Known {
    #[serde(skip)]
    path: PathBuf,
    key: String,
    cells: BTreeMap<String, Cell>,
}

impl Known {
    fn read(path: PathBuf, key: String) -> Known {
        let known = fs::read(&path).ok().and_then(|text| serde_json::from_slice::<Known>(&text).ok());
        let cells = known.filter(|known| known.key == key).map(|known| known.cells).unwrap_or_default();
        Known { path, key, cells }
    }

    fn add(&mut self, goal: &str, cell: &Cell) -> Result<()> {
        if cell.same && self.cells.insert(goal.to_string(), cell.clone()).is_none() {
            fs::write(&self.path, serde_json::to_vec(self)?)?;
        }
        Ok(())
    }
}

/// What a difference is about: its first line without sizes.
fn subject(difference: &str) -> String {
    let line = difference.lines().next().unwrap_or_default();
    let cut = line.rfind(": ").filter(|_| line.ends_with("bytes")).unwrap_or(line.len());
    line.get(..cut).unwrap_or(line).to_string()
}

/// Why GNU make could not: exit status and its first error.
fn reason(phase: &Phase) -> String {
    let first = phase.err.lines().chain(phase.out.lines()).find(|line| {
        let line = line.to_ascii_lowercase();
        [&b"***"[..], b"error", b"not found", b"cannot", b"requires", b"not available"]
            .iter()
            .any(|sign| line.contains_str(sign))
    });
    let text = first.unwrap_or_default().to_str_lossy().replace('|', "\\|").replace('`', "'");
    match text.trim() {
        "" => format!("exit status {}", phase.ending),
        text => format!("exit status {}, `{}`", phase.ending, text.chars().take(100).collect::<String>()),
    }
}

/// The goals to try, in the order help prints them.
fn goals(help: &[u8]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for target in help.lines().filter_map(target) {
        let known = GOALS.iter().find(|(name, _)| *name == target);
        let goals = known
            .map_or_else(|| vec![target.to_string()], |(_, g)| g.iter().map(|g| g.to_string()).collect());
        all.extend(goals.into_iter().filter(|goal| !all.contains(goal)).collect::<Vec<_>>());
    }
    all
}

/// The target a line of help is about: `  name  - what it does`, with a `*` before it when `all` builds it.
fn target(line: &[u8]) -> Option<&str> {
    let line = line.to_str().ok()?;
    let rest = line.strip_prefix("* ").or_else(|| line.strip_prefix("  "))?;
    let (name, rest) = rest.split_once([' ', '\t'])?;
    let described = rest.trim_start().starts_with("- ");
    let fits = |c: char| c.is_ascii_alphanumeric() || "_-./[]".contains(c);
    (described && !name.is_empty() && name.chars().all(fits)).then_some(name)
}

/// docs/targets.md: a line for each target, in the order help prints them, with a column for each kernel that was tried.
#[derive(Default)]
struct Page {
    lines: Vec<(String, BTreeMap<String, String>)>,
}

impl Page {
    /// Reads what was written before.
    fn read(text: &str) -> Page {
        let cells = |line: &str| -> Vec<String> {
            let line = line.trim().trim_start_matches('|').trim_end_matches('|');
            line.split(" | ").map(|cell| cell.trim().to_string()).collect()
        };
        let mut lines = text.lines().filter(|line| line.starts_with('|'));
        let columns = lines.next().map(cells).unwrap_or_default();
        let mut page = Page::default();
        for line in lines.skip(1) {
            let mut line = cells(line).into_iter();
            let goal = line.next().unwrap_or_default().trim_matches('`').to_string();
            let seen = columns.iter().skip(1).cloned().zip(line).filter(|(_, text)| text != "-");
            page.lines.push((goal, seen.collect()));
        }
        page
    }

    /// Leaves out a column, and the targets nothing else is known of.
    fn forget(&mut self, column: &str) {
        for (_, seen) in &mut self.lines {
            seen.remove(column);
        }
        self.lines.retain(|(_, seen)| !seen.is_empty());
    }

    /// Enters what was seen of a target, whose line comes after that of number `before` if it is new. Gives the line's number.
    fn put(&mut self, goal: &str, before: Option<usize>, column: &str, text: String) -> usize {
        let known = self.lines.iter().position(|(name, _)| name == goal);
        let at = known.unwrap_or_else(|| {
            let at = before.map_or(0, |before| before + 1);
            self.lines.insert(at, (goal.to_string(), BTreeMap::new()));
            at
        });
        // A bar would end the cell.
        self.lines[at].1.insert(column.to_string(), text.replace('|', "/"));
        at
    }

    fn text(&self) -> String {
        let known = |column: &str| self.lines.iter().any(|(_, seen)| seen.contains_key(column));
        let columns: Vec<&str> = KERNELS.iter().map(|(column, _)| *column).filter(|c| known(c)).collect();
        let mut text = String::from(PAGE);
        let _ =
            writeln!(text, "\n| target | {} |\n|---|{}", columns.join(" | "), "---|".repeat(columns.len()));
        for (goal, seen) in &self.lines {
            let cells = columns.iter().map(|column| seen.get(*column).map_or("-", String::as_str));
            let _ = writeln!(text, "| `{goal}` | {} |", cells.collect::<Vec<_>>().join(" | "));
        }
        text
    }
}

const PAGE: &str = "\
# Every target of `make help`

Written by `cargo xtask oracle targets --record`. A small kernel of each architecture (recipes `linux-6.1-tiny`,
`linux-6.1-arm-tiny`, `linux-6.1-arm64-tiny`), configured and its vmlinux built; then each target `make help` prints, from
that same tree, by GNU make 4.4.1 and by rkbuild. `same`: exit status, both outputs, and the names, modes and bytes of all
files agree. Where GNU make itself fails, for want of a program or because the target is not for that configuration, its
message is shown, and rkbuild's was the same. `menuconfig` and `nconfig` need a terminal: `cargo xtask terminal`. `tags`, `TAGS`,
`cscope` and `gtags` were made with COMPILED_SOURCE=1. An architecture without a column was not tried whole.
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read_off_the_help() {
        let help = b"Cleaning targets:\n  clean\t\t  - Remove most\n                    enough build\n* bzImage\t\t- Compressed\n  dir/file.[ois]  - Build specified\n  tags/TAGS\t  - Generate\n  make V=0|1 [targets] 0 => quiet\n  valid values for - x\n  use \"make tools/help\"\n";
        assert_eq!(
            goals(help),
            [
                "clean",
                "bzImage",
                "kernel/fork.o",
                "kernel/fork.i",
                "kernel/fork.s",
                "tags COMPILED_SOURCE=1",
                "TAGS COMPILED_SOURCE=1"
            ]
        );
    }

    #[test]
    fn a_page_keeps_what_other_kernels_gave() {
        let mut page = Page::default();
        let first = page.put("all", None, "x86", "same".to_string());
        page.put("bzImage", Some(first), "x86", "same; `a`".to_string());
        let mut page = Page::read(&page.text());
        page.forget("arm");
        let first = page.put("all", None, "arm", "same".to_string());
        page.put("zImage", Some(first), "arm", "a|b".to_string());
        let text = page.text();
        let table = text.split_once("| target").map_or("", |(_, table)| table);
        let lines = " | x86 | arm |\n|---|---|---|\n| `all` | same | same |\n| `zImage` | - | a/b |\n| `bzImage` | same; `a` | - |\n";
        assert_eq!(table, lines);
    }

    #[test]
    fn the_page_in_docs_is_one_it_writes() {
        let page = include_str!("../../docs/targets.md");
        assert!(Page::read(page).lines.len() > 100);
        assert_eq!(Page::read(page).text(), page);
    }

    #[test]
    fn a_difference_is_about_a_file_whatever_its_size() {
        assert_eq!(subject("file differs: a.tar: 10 / 11 bytes\n more"), "file differs: a.tar");
        assert_eq!(subject("output differs:\n- a"), "output differs:");
    }
}
