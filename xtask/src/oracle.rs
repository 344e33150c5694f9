//! `cargo xtask oracle`: real modules, kernels and projects built by GNU make and by rkbuild at one path, and everything compared.
//!
//! Each recipe goes through its phases with the reference, then with each variant of the candidate. What the reference did
//! is kept in the cache, keyed by all it depends on. After that each program meets the tree the other one built: nothing may
//! be done again.

use std::fs;
use std::hash::Hasher;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, bail};
use bstr::{BStr, BString, ByteSlice};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3Default;

use crate::candidate::Variant;
use crate::machine::Headers;
use crate::places::Places;
use crate::recipe::{self, Family, Recipe};
use crate::reference::{self, Release};
use crate::snapshot::{Kind, Snapshot};
use crate::sources::{self, clear};
use crate::stage::{Phase, Settings, Stage};
use crate::verdict::Judge;

/// Contents up to this size are kept, to explain differences.
const KEPT: u64 = 16 << 20;

/// What to compare, and how.
pub struct Oracle {
    pub family: Family,
    /// Recipes; none means all.
    pub names: Vec<String>,
    pub release: Release,
    pub variants: Vec<Variant>,
    pub settings: Settings,
    /// Whether each program also meets the other's tree.
    pub cross: bool,
    /// Whether to run the reference although its results are known.
    pub fresh: bool,
    /// Recipes at a time.
    pub at_once: usize,
    /// Lines shown of each difference.
    pub most: usize,
    /// Differences shown of each recipe; the rest goes to a file.
    pub shown: usize,
}

/// How many recipes agreed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub passed: usize,
    pub failed: usize,
}

/// What the reference did.
#[derive(Serialize, Deserialize)]
struct Record {
    phases: Vec<Phase>,
}

impl Oracle {
    /// Compares all recipes and prints the results as they come.
    pub fn run(&self, places: &Places) -> Result<Tally> {
        let names = match self.names.as_slice() {
            [] => recipe::usual(&places.repo, self.family)?,
            names => names.to_vec(),
        };
        let program = reference::program(places, self.release)?;
        let next = AtomicUsize::new(0);
        let tally = Mutex::new(Tally::default());
        let worker = || {
            while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
                let (text, same) =
                    self.one(places, name, &program).unwrap_or_else(|e| (format!("{name}: {e:#}\n"), false));
                let mut tally = tally.lock().unwrap_or_else(|e| e.into_inner());
                *if same { &mut tally.passed } else { &mut tally.failed } += 1;
                // Nobody to read it is no reason to stop.
                let _ = std::io::stdout().write_all(text.as_bytes());
                let _ = std::io::stdout().flush();
            }
        };
        // Kernel recipes touch files of trees they share.
        let at_once = if self.family == Family::Kernel { 1 } else { self.at_once.max(1) };
        std::thread::scope(|scope| {
            for _ in 0..at_once {
                scope.spawn(worker);
            }
        });
        Ok(tally.into_inner().unwrap_or_else(|e| e.into_inner()))
    }

    /// One recipe: what to print, and whether all is the same. A difference from a reference that was kept is not believed:
    /// something the key does not know of may have changed on the machine since, so the reference is run again first.
    fn one(&self, places: &Places, name: &str, program: &Path) -> Result<(String, bool)> {
        let (text, same, cached) = self.compare(places, name, program, self.fresh)?;
        if same || !cached {
            return Ok((text, same));
        }
        let (again, same, _) = self.compare(places, name, program, true)?;
        let why = if same { ": the one that was kept was out of date" } else { "" };
        Ok((format!("{again}   (with the reference run again{why})\n"), same))
    }

    /// One recipe: what to print, whether all is the same, and whether the reference was one that was kept.
    fn compare(
        &self,
        places: &Places,
        name: &str,
        program: &Path,
        fresh: bool,
    ) -> Result<(String, bool, bool)> {
        let recipe = recipe::read(&places.repo, self.family, name)?;
        let source = sources::prepare(places, self.family, &recipe)?;
        let headers = match self.family {
            Family::Modules | Family::Kernel | Family::Features => Some(Headers::newest()?),
            Family::Projects => None,
        };
        let headers = headers.as_ref();
        let _lock = places.lock(&format!("oracle-{}", if recipe.no_source { "trees" } else { name }))?;
        let mut stage = Stage::new(places, &recipe, source.clone(), headers, &self.settings)?;
        stage.meets(program);
        let kept = places.cached("oracle/reference")?.join(format!("{name}.{}", self.release.name()));
        let results = places.cached("oracle/results")?;
        let key = self.key(places, &recipe, source.as_deref(), program, headers)?;
        let (record, cached) = match read_record(&kept, key).filter(|_| !fresh) {
            Some(record) => (record, true),
            None => (self.reference(&mut stage, program, &kept, key)?, false),
        };

        if let Some(phase) = failed(&record) {
            bail!(
                "GNU make itself fails in phase {}, exit status {}:\n{}",
                phase.name,
                phase.ending,
                tail(&phase.err)
            );
        }
        let mut text = String::new();
        let mut same = true;
        for variant in &self.variants {
            let judge = Judge {
                recipe: &recipe,
                parallel: self.settings.jobs.is_some_and(|n| n > 1),
                most: self.most,
            };
            let (phases, differences) =
                self.candidate(&mut stage, variant, program, &judge, &record, &kept, headers)?;
            let seconds =
                |phases: &[Phase]| phases.iter().find(|p| p.name == "build").map_or(0.0, |p| p.seconds);
            let verdict = if differences.is_empty() { "identical" } else { "DIFFERENT" };
            text.push_str(&format!(
                "{name} ({}): {verdict}  ({}; build {:.1} s{} / {:.1} s; {} phases)\n",
                variant.name,
                made(&record.phases),
                seconds(&record.phases),
                if cached { " (cached)" } else { "" },
                seconds(&phases),
                phases.len()
            ));
            for difference in differences.iter().take(self.shown) {
                text.push_str(&format!("   {difference}\n"));
            }
            let log = results.join(format!("{name}.{}", variant.name.replace(' ', "")));
            fs::write(&log, differences.join("\n"))?;
            if differences.len() > self.shown {
                let more = differences.len() - self.shown;
                text.push_str(&format!("   ... {more} more in {}\n", log.display()));
            }
            same &= differences.is_empty();
        }
        stage.clear()?;
        Ok((text, same, cached))
    }

    /// Runs the reference and keeps what it did, its files and the tree it built.
    fn reference(&self, stage: &mut Stage, program: &Path, kept: &Path, key: u128) -> Result<Record> {
        clear(kept)?;
        let objects = kept.join("objects");
        fs::create_dir_all(&objects)?;
        stage.program(program, &[])?;
        stage.fresh()?;
        let mut record = Record { phases: Vec::new() };
        stage.phases(|stage, phase| {
            for path in &phase.written {
                let Some(entry) = phase.tree.get(path.as_bstr()) else { continue };
                let object = objects.join(format!("{:032x}", entry.hash));
                if entry.kind == Kind::File && entry.size <= KEPT && !object.exists() {
                    let from = stage.tree.join(path.to_path()?);
                    fs::copy(&from, &object).with_context(|| format!("cannot keep {}", from.display()))?;
                }
            }
            if phase.name == "build" && self.cross {
                stage.keep(&kept.join("built"))?;
            }
            record.phases.push(phase.clone());
            Ok(())
        })?;
        // A failure may have come from outside, such as a full disk: it is not for keeping.
        if failed(&record).is_some() {
            return Ok(record);
        }
        fs::write(kept.join("record"), postcard::to_stdvec(&record)?)?;
        fs::write(kept.join("key"), format!("{key:032x}"))?;
        Ok(record)
    }

    /// Runs one variant; gives its phases and all that is different.
    #[allow(clippy::too_many_arguments)]
    fn candidate(
        &self,
        stage: &mut Stage,
        variant: &Variant,
        reference: &Path,
        judge: &Judge,
        record: &Record,
        kept: &Path,
        headers: Option<&Headers>,
    ) -> Result<(Vec<Phase>, Vec<String>)> {
        let mut env = variant.environment(self.release);
        let cache = stage.beside("cache");
        let at = cache.display().to_string();
        if variant.recall.is_some() {
            clear(&cache)?;
            env.push(("XDG_CACHE_HOME", &at));
        }
        stage.null_phases(if variant.recall.is_some() { 3 } else { 1 });
        let own_tree = stage.beside("built");
        let outside = outside(headers)?;
        let mut differences = Vec::new();
        let mut phases: Vec<Phase> = Vec::new();
        // How many of the reference's phases have been met: it has one null phase.
        let mut met = 0;
        stage.program(&variant.program, &env)?;
        stage.fresh()?;
        stage.phases(|stage, phase| {
            if phases.last().is_none_or(|last| last.name != "null" || phase.name != "null") {
                met += 1;
            }
            match record.phases.get(met - 1).filter(|r| r.name == phase.name) {
                None => differences.push(format!("[{}] the reference had no such phase", phase.name)),
                Some(want) => {
                    let contents = |path: &BStr| (object(kept, &want.tree, path), stage.content(path));
                    let found = judge.phase(want, phase, contents);
                    differences.extend(found.into_iter().map(|d| format!("[{}] {d}", phase.name)));
                }
            }
            if phase.name == "build" && self.cross {
                stage.keep(&own_tree)?;
            }
            phases.push(phase.clone());
            Ok(())
        })?;
        if let Some(want) = record.phases.iter().find(|p| p.name == "null").filter(|_| self.cross) {
            let mut meet = |program: &Path, env: &[(&str, &str)], tree: &Path, what: &str| -> Result<()> {
                stage.program(program, env)?;
                stage.restore(tree)?;
                let found = judge.behaviour(want, &stage.null()?);
                differences.extend(found.into_iter().map(|d| format!("[{what}] {d}")));
                Ok(())
            };
            meet(&variant.program, &env, &kept.join("built"), "null build of GNU make's tree")?;
            meet(reference, &[], &own_tree, "GNU make's null build of this tree")?;
        }
        clear(&own_tree)?;
        clear(&cache)?;
        for path in outside_changes(&outside, headers)? {
            differences.push(format!("the kernel headers were changed: {path}"));
        }
        Ok((phases, differences))
    }

    /// All that the reference's results depend on, in one number.
    fn key(
        &self,
        places: &Places,
        recipe: &Recipe,
        source: Option<&Path>,
        program: &Path,
        headers: Option<&Headers>,
    ) -> Result<u128> {
        let mut hash = Xxh3Default::new();
        let settings = &self.settings;
        let release = headers.map_or("", |h| h.release.as_str());
        hash.update(recipe.text.as_bytes());
        hash.update(
            format!(
                "{:?} {:?} {} {} {}",
                settings.jobs,
                settings.phases,
                self.cross,
                release,
                settings.ccache.is_some()
            )
            .as_bytes(),
        );
        hash.update(places.cache.as_os_str().as_encoded_bytes());
        for file in recipe.data(&places.repo) {
            hash.update(&fs::read(&file).with_context(|| format!("{}", file.display()))?);
        }
        let mut files = vec![program.to_path_buf()];
        files.extend(ASKED_FOR.iter().map(PathBuf::from));
        files.extend(recipe.needs.iter().map(|n| PathBuf::from(format!("/usr/src/{n}.tar.xz"))));
        for path in files {
            let is = fs::metadata(&path).map_or((0, 0), |meta| (meta.len(), meta.mtime()));
            hash.update(format!("{} {is:?}", path.display()).as_bytes());
        }
        if let Some(source) = source {
            for (path, entry) in Snapshot::take(source, None)?.iter() {
                hash.write(path);
                hash.update(
                    format!("{:?} {:o} {:x} {}", entry.kind, entry.mode, entry.hash, entry.mtime).as_bytes(),
                );
            }
        }
        Ok(hash.digest128())
    }
}

/// What makefiles of kernels and modules look for before they choose what to build and how: with one more or one less of
/// them on the machine, the reference is another.
const ASKED_FOR: &[&str] = &[
    "/usr/bin/ar",
    "/usr/bin/as",
    "/usr/bin/bc",
    "/usr/bin/bindgen",
    "/usr/bin/bison",
    "/usr/bin/clang",
    "/usr/bin/flex",
    "/usr/bin/gcc",
    "/usr/bin/git",
    "/usr/bin/ld",
    "/usr/bin/ld.lld",
    "/usr/bin/lz4",
    "/usr/bin/openssl",
    "/usr/bin/pahole",
    "/usr/bin/perl",
    "/usr/bin/pkg-config",
    "/usr/bin/python3",
    "/usr/bin/rustc",
    "/usr/bin/xz",
    "/usr/bin/zstd",
    "/usr/include/dwarf.h",
    "/usr/include/gelf.h",
    "/usr/include/openssl/opensslv.h",
    "/usr/sbin/depmod",
];

fn read_record(kept: &Path, key: u128) -> Option<Record> {
    let known = fs::read_to_string(kept.join("key")).ok()?;
    if known != format!("{key:032x}") {
        return None;
    }
    postcard::from_bytes(&fs::read(kept.join("record")).ok()?).ok()
}

/// The reference's content of a path.
fn object(kept: &Path, tree: &Snapshot, path: &BStr) -> Option<Vec<u8>> {
    let entry = tree.get(path)?;
    fs::read(kept.join("objects").join(format!("{:032x}", entry.hash))).ok()
}

/// The phase that had to succeed and did not. (Some modules' own `clean` fails.)
fn failed(record: &Record) -> Option<&Phase> {
    let must = |p: &&Phase| matches!(p.name.as_str(), "configure" | "build" | "check");
    record.phases.iter().filter(must).find(|p| !p.ending.is_success())
}

/// The last lines of a text.
fn tail(text: &[u8]) -> String {
    let lines: Vec<&[u8]> = text.lines().collect();
    let last = lines.get(lines.len().saturating_sub(8)..).unwrap_or_default();
    last.iter().map(|l| format!("   {}\n", l.as_bstr())).collect()
}

/// What the reference made, in words.
fn made(phases: &[Phase]) -> String {
    let Some(build) = phases.iter().find(|p| p.name == "build") else { return "no build".to_string() };
    let all: Vec<&BString> = phases
        .iter()
        .filter(|p| p.name == "build" || p.name == "configure")
        .flat_map(|p| &p.written)
        .collect();
    let count = |end: &str| all.iter().filter(|p| p.ends_with(end.as_bytes())).count();
    let modules = match count(".ko") {
        0 => String::new(),
        n => format!(", {n} .ko"),
    };
    format!("status {}, {} files, {} .o{modules}", build.ending, all.len(), count(".o"))
}

fn header_trees(headers: Option<&Headers>) -> Vec<PathBuf> {
    headers.map_or_else(Vec::new, Headers::trees)
}

/// The kernel headers, which no build of a module may touch.
fn outside(headers: Option<&Headers>) -> Result<Vec<Snapshot>> {
    header_trees(headers).iter().map(|tree| Snapshot::take(tree, None)).collect()
}

fn outside_changes(before: &[Snapshot], headers: Option<&Headers>) -> Result<Vec<BString>> {
    let mut all = Vec::new();
    for (tree, before) in header_trees(headers).iter().zip(before) {
        let now = Snapshot::take(tree, Some(before))?;
        all.extend(now.written_since(before));
        all.extend(now.removed_since(before));
    }
    Ok(all)
}
