//! `cargo xtask oracle churn`: a kernel tree or a module changed again and again, the way people do, and built each time by GNU
//! make and by rkbuild, each in a tree of its own that takes turns at one path.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use bstr::{BStr, ByteSlice};
use fastrand::Rng;

use crate::candidate::Variant;
use crate::change::{Change, World};
use crate::machine::{Headers, quiet};
use crate::oracle::Tally;
use crate::places::Places;
use crate::recipe::{self, Family, Recipe};
use crate::reference::{self, Release};
use crate::roots::{self, Explained, Pending};
use crate::snapshot::Snapshot;
use crate::sources::{self, clear};
use crate::stage::{Phase, Settings, Stage};
use crate::verdict::Judge;

/// What to do.
pub struct Churn {
    /// A recipe of a kernel that is built out of its source tree, or of a module.
    pub recipe: String,
    pub rounds: usize,
    pub seed: u64,
    pub release: Release,
    pub variants: Vec<Variant>,
    pub settings: Settings,
    /// rkbuild says why it runs each command, and that has to be the change.
    pub explain: bool,
    /// Lines shown of each difference.
    pub most: usize,
}

/// A program and the tree it built, put away while another has its turn.
struct Side {
    name: String,
    program: PathBuf,
    env: Vec<(String, String)>,
    parked: PathBuf,
    before: Snapshot,
    /// It says why it runs each command.
    explains: bool,
}

impl Churn {
    /// Builds once, then goes through all rounds. A round counts as passed when every variant did as the reference did.
    pub fn run(&self, places: &Places) -> Result<Tally> {
        let is_module = recipe::names(&places.repo, Family::Modules)?.contains(&self.recipe);
        let family = if is_module { Family::Modules } else { Family::Kernel };
        let recipe = recipe::read(&places.repo, family, &self.recipe)?;
        let module = sources::prepare(places, family, &recipe)?.filter(|_| is_module);
        // All in a cache of its own: the source is changed.
        let own = Places { cache: places.cached("churn")?, ..places.clone() };
        let _lock = own.lock("churn")?;
        let headers = Headers::newest()?;
        let mut stage = Stage::new(&own, &recipe, module, Some(&headers), &self.settings)?;
        let source = if is_module { stage.tree.clone() } else { kernel_source(places, &own, &recipe)? };
        let judge =
            Judge { recipe: &recipe, parallel: self.settings.jobs.is_some_and(|n| n > 1), most: self.most };
        let mut sides = self.sides(places, &stage)?;
        if self.explain && !sides.iter().any(|side| side.explains) {
            bail!("only rkbuild itself says why");
        }
        let mut tally = Tally::default();
        let mut pending = Pending::default();
        let first = self.turn(&mut stage, &mut sides, &judge, |stage, before| {
            stage.fresh()?;
            if !recipe.pre.is_empty() {
                let configured = stage.phase("configure", &recipe.pre)?;
                if !configured.ending.is_success() {
                    bail!("cannot configure: {}", BStr::new(&configured.err));
                }
            }
            stage.phase("build", &format!("{before}{}", recipe.build))
        })?;
        self.tell("first build", &first, &mut tally);
        if self.explain {
            let build =
                |stage: &mut Stage, before: &str| stage.phase("null", &format!("{before}{}", recipe.build));
            let mut null = self.turn(&mut stage, &mut sides, &judge, build)?;
            if let Some(explained) = null.explained.take() {
                null.unexplained = pending.learn(&explained);
            }
            self.tell("nothing to do", &null, &mut tally);
        }
        let mut random = Rng::with_seed(self.seed);
        for round in 1..=self.rounds {
            let Some(reference) = sides.first() else { bail!("no reference") };
            let world = World::read(&source, &reference.parked, &reference.before)?;
            let change = world.pick(&mut random);
            if !is_module {
                change.to_source(&source, round)?;
            }
            // Whatever the step of the file system's clock: what is built now is later than the change.
            std::thread::sleep(std::time::Duration::from_millis(20));
            let mut outcome = self.turn(&mut stage, &mut sides, &judge, |stage, before| {
                if is_module {
                    // The sources are part of what each has a copy of.
                    change.to_source(&source, round)?;
                    std::thread::sleep(std::time::Duration::from_millis(20));
                }
                change.to_output(&source, &stage.tree)?;
                stage.look()?;
                stage.phase("round", &format!("{before}{}", change.command(&recipe.build)))
            })?;
            if let Some(explained) = outcome.explained.take() {
                let tree = sides.iter().find(|side| side.explains).context("nobody explains")?;
                outcome.unexplained = pending.judge(&change, &explained, outcome.built, &tree.parked);
            }
            self.tell(&format!("{round}: {change}"), &outcome, &mut tally);
            if !outcome.differences.is_empty() {
                level(&mut sides)?;
            }
            if !outcome.built && matches!(change, Change::Option { .. }) {
                self.undo(&mut stage, &mut sides, &judge, &change, &source, &recipe.build)?;
            }
        }
        if !is_module {
            clear(&source)?;
        }
        for side in &sides {
            clear(&side.parked)?;
        }
        Ok(tally)
    }

    fn sides(&self, places: &Places, stage: &Stage) -> Result<Vec<Side>> {
        let mut all = vec![Side {
            name: "GNU make".to_string(),
            program: reference::program(places, self.release)?,
            env: Vec::new(),
            parked: stage.beside("side0"),
            before: Snapshot::default(),
            explains: false,
        }];
        for (number, variant) in self.variants.iter().enumerate() {
            let own = |(name, value): (&str, &str)| (name.to_string(), value.to_string());
            let mut env: Vec<(String, String)> =
                variant.environment(self.release).into_iter().map(own).collect();
            if variant.recall.is_some() {
                // Each remembers for itself.
                let cache = stage.beside(&format!("cache{}", number + 1));
                clear(&cache)?;
                env.push(("XDG_CACHE_HOME".into(), cache.display().to_string()));
            }
            all.push(Side {
                name: variant.name.clone(),
                program: variant.program.clone(),
                env,
                parked: stage.beside(&format!("side{}", number + 1)),
                before: Snapshot::default(),
                explains: self.explain && variant.own && variant.native,
            });
        }
        for side in &all {
            clear(&side.parked)?;
        }
        stage.clear()?;
        Ok(all)
    }

    /// Lets each side do the same and compares all with the first.
    fn turn(
        &self,
        stage: &mut Stage,
        sides: &mut [Side],
        judge: &Judge,
        mut action: impl FnMut(&mut Stage, &str) -> Result<Phase>,
    ) -> Result<Outcome> {
        let mut outcome = Outcome::default();
        let mut reference: Option<(Phase, PathBuf)> = None;
        for side in sides {
            let env: Vec<(&str, &str)> =
                side.env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            stage.program(&side.program, &env)?;
            if side.parked.exists() {
                stage.unpark(&side.parked, std::mem::take(&mut side.before))?;
            }
            let mut phase = action(stage, if side.explains { roots::EXPLAINING } else { "" })?;
            if side.explains {
                let (rest, reasons) = roots::apart(&phase.err);
                phase.err = rest;
                outcome.explained = Some(Explained { reasons, printed: phase.out.clone() });
            }
            outcome.seconds.push(phase.seconds);
            match &reference {
                None => outcome.built = phase.ending.is_success(),
                Some((want, tree)) => {
                    let read = |dir: &Path, path: &BStr| fs::read(dir.join(path.to_path().ok()?)).ok();
                    let contents = |path: &BStr| (read(tree, path), read(&stage.tree, path));
                    let found = judge.phase(want, &phase, contents);
                    outcome.differences.extend(found.into_iter().map(|d| format!("{}: {d}", side.name)));
                }
            }
            side.before = stage.park(&side.parked)?;
            if reference.is_none() {
                reference = Some((phase, side.parked.clone()));
            }
        }
        Ok(outcome)
    }

    /// Takes back an option the kernel does not build with; otherwise no later round would show anything.
    fn undo(
        &self,
        stage: &mut Stage,
        sides: &mut [Side],
        judge: &Judge,
        change: &Change,
        source: &Path,
        build: &str,
    ) -> Result<()> {
        let Change::Option { name, on } = change else { return Ok(()) };
        let back = Change::Option { name: name.clone(), on: !on };
        let outcome = self.turn(stage, sides, judge, |stage, _| {
            back.to_output(source, &stage.tree)?;
            stage.look()?;
            stage.phase("undo", build)
        })?;
        if !outcome.built {
            bail!("{back} does not make the kernel build again");
        }
        Ok(())
    }

    fn tell(&self, what: &str, outcome: &Outcome, tally: &mut Tally) {
        let same = outcome.differences.is_empty() && outcome.unexplained.is_empty();
        *if same { &mut tally.passed } else { &mut tally.failed } += 1;
        let seconds: Vec<String> = outcome.seconds.iter().map(|s| format!("{s:.1}")).collect();
        println!(
            "{what}: {}{}  ({} s)",
            if same { "same" } else { "DIFFERENT" },
            if outcome.built { "" } else { ", GNU make fails" },
            seconds.join(" / ")
        );
        for difference in outcome.differences.iter().chain(&outcome.unexplained) {
            println!("   {difference}");
        }
    }
}

/// A copy of a kernel's source, to be changed. Not links: touching a file would touch it for other trees, and what they
/// touch would be touched here between two makes.
fn kernel_source(places: &Places, own: &Places, recipe: &Recipe) -> Result<PathBuf> {
    let package = recipe.kernel()?;
    let source = sources::trees(own)?.join(package);
    clear(&source)?;
    quiet(Command::new("cp").arg("-a").arg(sources::trees(places)?.join(package)).arg(&source))?;
    Ok(source)
}

/// What one round showed.
#[derive(Default)]
struct Outcome {
    differences: Vec<String>,
    /// For each side.
    seconds: Vec<f64>,
    /// The reference's build succeeded.
    built: bool,
    explained: Option<Explained>,
    /// What was said to be a reason and is not, and what has none.
    unexplained: Vec<String>,
}

/// After a difference all go on from the reference's tree: the next round is about the next change.
fn level(sides: &mut [Side]) -> Result<()> {
    let Some((reference, others)) = sides.split_first_mut() else { return Ok(()) };
    for side in others {
        clear(&side.parked)?;
        quiet(Command::new("cp").arg("-a").arg(&reference.parked).arg(&side.parked))?;
        side.before = Snapshot::take(&side.parked, None)?;
    }
    Ok(())
}
