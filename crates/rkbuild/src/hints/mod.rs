//! Hints: what may mend a failure, said after make's own messages where it may be said (docs/style.md).

mod goals;
mod make;
mod module;
mod options;

use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};

use rkbuild_base::{BStr, BString, ByteSlice, Identity};
use rkbuild_engine::jobs::invocation::Invocation;
use rkbuild_engine::jobs::witness::Witness;
use rkbuild_host::{Dir, Env, Host};

use crate::first;
use crate::headers::{Headers, State};
use crate::hints::make::Make;
use crate::option::Given;

/// How many makes that failed are looked at: the others fail because these did.
const MOST_MAKES: usize = 16;
/// How many hints are said.
const MOST_SAID: usize = 3;

/// Collects what hints are made from, while makes run.
pub struct Hints {
    host: Arc<Host>,
    identity: Identity,
    /// The tree of the first make as it was before.
    before: Option<State>,
    makes: Mutex<Vec<Make>>,
    /// Hints about goals that no rule makes.
    goals: Mutex<Vec<String>>,
}

impl Hints {
    /// Whether hints may be said.
    pub fn may_be_said(given: &Given, env: &Env, is_rkbuild: bool) -> Result<bool, String> {
        let wanted = given.value("hints").or_else(|| env.get(b"RKBUILD_HINTS"));
        match wanted.map_or(b"auto".as_slice(), |wanted| wanted) {
            b"always" => Ok(true),
            b"never" => Ok(false),
            b"auto" | b"" => {
                let is_first = env.get(b"MAKELEVEL").is_none_or(|level| level == "0");
                let asked = given.has("kernel") || given.has("toolchain");
                Ok(asked || is_rkbuild && is_first && std::io::stderr().is_terminal())
            }
            other => {
                Err(format!("rkbuild: RKBUILD_HINTS is auto, always or never, not '{}'", BStr::new(other)))
            }
        }
    }

    /// Before anything runs. `argv` is what the first make is called with.
    pub fn new(host: Arc<Host>, identity: Identity, dir: &Dir, argv: &[BString]) -> Hints {
        let options = first::options(argv, identity);
        let at = first::directory(dir, &options).map(|path| Headers::at(&path, &options));
        let before = at.map(|headers| State::of(&host, dir, &headers));
        Hints { host, identity, before, makes: Mutex::default(), goals: Mutex::default() }
    }

    /// What is to be said, in the order it came up.
    pub fn said(&self, argv: &[BString]) -> Vec<String> {
        let mut said = options::misspelt(argv, self.identity);
        said.extend(std::mem::take(&mut *self.goals.lock().unwrap_or_else(PoisonError::into_inner)));
        let makes = self.makes.lock().unwrap_or_else(PoisonError::into_inner);
        for make in makes.iter() {
            if make.options.question || make.options.help || make.options.version {
                continue;
            }
            module::look(&self.host, make, self.before.as_ref(), &mut said);
            if make.status != 0 {
                goals::look(&self.host, make, &mut said);
            }
            if make.is_first {
                goals::options(&self.host, make, &mut said);
            }
        }
        let mut unique: Vec<String> = Vec::new();
        for hint in said {
            if !unique.contains(&hint) {
                unique.push(hint);
            }
        }
        unique.truncate(MOST_SAID);
        unique
    }
}

impl Witness for Hints {
    fn make_ended(&self, invocation: &Invocation, status: i32) {
        let options = first::options(&invocation.argv, self.identity);
        let is_module = options.assignments.iter().any(|word| word.starts_with(b"M="));
        // Makes of kbuild's own scripts have been told everything by the make above them.
        let is_inner = options.makefiles.iter().any(|name| name.contains_str("scripts/Makefile."));
        let is_first = invocation.own_process;
        if is_inner || status == 0 && !is_module && !is_first {
            return;
        }
        let mut makes = self.makes.lock().unwrap_or_else(PoisonError::into_inner);
        if makes.len() < MOST_MAKES {
            let (env, dir) = (invocation.env.clone(), invocation.dir.clone());
            makes.push(Make { options, env, dir, status, is_first });
        }
    }

    fn no_rule(&self, _: &Dir, target: &BStr, goal: bool, names: &mut dyn Iterator<Item = &BStr>) {
        if let Some(hint) = goals::nearest_of(target, goal, names) {
            self.goals.lock().unwrap_or_else(PoisonError::into_inner).push(hint);
        }
    }
}
