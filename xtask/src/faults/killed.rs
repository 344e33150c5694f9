//! `kill -9`: what a killed make leaves half-made is what GNU make would leave, too, and not more.

use anyhow::Result;
use fastrand::Rng;
use rustix::process::Signal;

use super::interrupt::{To, disturbed};
use super::tree::Recipes;
use super::{Bar, Fault, How, Rounds, Scene, Wrong, tree};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "kill -9 of make alone",
        short: false,
        root: false,
        how: How::Rounds(Rounds {
            count: 300,
            short: 0,
            bar: Bar::OneIn(100),
            round: |scene, rng| killed(scene, rng, To::Make, Recipes::Steady),
        }),
    },
    Fault {
        name: "kill -9 of the group",
        short: false,
        root: false,
        how: How::Rounds(Rounds {
            count: 300,
            short: 0,
            bar: Bar::Reference,
            round: |scene, rng| killed(scene, rng, To::Group, Recipes::All),
        }),
    },
];

/// Builds a new tree, kills the build at some moment, builds on.
fn killed(scene: &Scene, rng: &mut Rng, to: To, recipes: Recipes) -> Result<Vec<Wrong>> {
    if disturbed(scene, rng, Signal::KILL, to, recipes)?.is_none() {
        return Ok(vec![Wrong { thing: "what was killed".into(), why: "went on for too long".into() }]);
    }
    let wrong = tree::build(scene, "tree", recipes)?;
    if !wrong.is_empty() {
        return Ok(wrong);
    }
    tree::wrong(scene, "clean", "tree")
}
