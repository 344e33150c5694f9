//! The goals of the makefile at hand: what reading it, and nothing more, gives rules for.

use std::sync::{Arc, Mutex, PoisonError};

use rkbuild_base::{BStr, BString};
use rkbuild_engine::jobs::invocation::Invocation;
use rkbuild_engine::jobs::process::Process;
use rkbuild_engine::jobs::start::run_again;
use rkbuild_engine::jobs::witness::Witness;
use rkbuild_engine::session::run::run_session;
use rkbuild_eval::Shared;
use rkbuild_eval::options::Options;
use rkbuild_host::{Dir, Env, Stdio, fd};
use rkbuild_kbuild::Layer;

use crate::first;
use crate::option::Given;

/// What modules have, whatever their makefile.
const MODULE: [&str; 4] = ["modules", "modules_install", "clean", "help"];

/// Takes the names of targets when makefiles have been read, and has it end there.
#[derive(Default)]
struct Reader(Mutex<Vec<BString>>);

impl Witness for Reader {
    fn make_ended(&self, _: &Invocation, _: i32) {}

    fn no_rule(&self, _: &Dir, _: &BStr, _: bool, _: &mut dyn Iterator<Item = &BStr>) {}

    fn has_read(&self, names: &mut dyn Iterator<Item = &BStr>) -> bool {
        let goals = names.filter(|name| is_goal(name)).map(BString::from);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(goals);
        true
    }
}

/// Whether people may want to type it.
fn is_goal(name: &BStr) -> bool {
    !name.starts_with(b".") && !name.starts_with(b"_") && name != "FORCE" && !name.contains(&b'/')
        || name.ends_with(b"/") && !name.starts_with(b".") && !name.starts_with(b"/")
}

/// The goals there are for the words of a command line.
pub fn of(
    shared: &Arc<Shared>,
    dir: &Arc<Dir>,
    env: &Env,
    given: &Given,
    argv: &[BString],
    options: &Options,
) -> Vec<BString> {
    if given.has("kernel") {
        let mut found: Vec<BString> = MODULE.iter().map(|goal| BString::from(*goal)).collect();
        if let Ok(listing) = shared.host.listing(dir, b".") {
            let sources = listing.iter().filter_map(|(name, _)| name.strip_suffix(b".c"));
            found.extend(sources.map(|name| [name, b".ko"].concat().into()));
        }
        return found;
    }
    let mut argv = argv.to_vec();
    // An output directory has a makefile of its own, which is read to its end.
    let output = options.assignments.iter().rev().find_map(|word| word.strip_prefix(b"O="));
    if let (Some(output), Some(at)) = (output, first::directory(dir, options)) {
        let output =
            if output.starts_with(b"/") { output.to_vec() } else { [&at, b"/".as_slice(), output].concat() };
        if shared.host.exists(dir, &[output.as_slice(), b"/Makefile"].concat()) {
            argv = vec![argv.first().cloned().unwrap_or_default(), "-C".into(), output.into()];
        }
    }
    read(shared, dir, env, argv).unwrap_or_default()
}

fn read(
    shared: &Arc<Shared>,
    dir: &Arc<Dir>,
    env: &Env,
    mut argv: Vec<BString>,
) -> std::io::Result<Vec<BString>> {
    let reader = Arc::new(Reader::default());
    let process = Process::new(shared.clone(), Arc::new(Layer::default()), run_session, run_again, None);
    process.set_witness(reader.clone());
    argv.insert(1.min(argv.len()), "-n".into());
    // Nobody sees what is said, and nobody answers.
    let stdio = Stdio {
        stdin: Arc::new(fd::empty_input()?),
        stdout: Arc::new(fd::memory_file()?),
        stderr: Arc::new(fd::memory_file()?),
    };
    first::run(process, first::invocation(argv, env.clone(), dir.clone(), stdio, false))?;
    let found = std::mem::take(&mut *reader.0.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goals_are_what_people_may_want_to_type() {
        for (name, yes) in [
            ("all", true),
            ("fs/", true),
            (".PHONY", false),
            ("FORCE", false),
            ("_all", false),
            ("a/b.o", false),
        ] {
            assert_eq!(is_goal(BStr::new(name)), yes, "{name}");
        }
    }
}
