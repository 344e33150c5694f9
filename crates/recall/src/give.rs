//! Giving a session: its lines printed, its repeated commands run, its exit status told.
//!
//! First those commands are asked that only look and may not give the same again; only when all have given what they gave
//! is anything printed or written.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use bstr::BStr;
use rkbuild_engine::jobs::invocation::Invocation;
use rkbuild_engine::jobs::recall::{Again, Kept};
use rkbuild_host::env::{TERMINALS, VOLATILE};
use rkbuild_host::eyes::Command as Noted;
use rkbuild_host::stdio::StandIn;
use rkbuild_host::{Env, Exit, Stdio, fd};

use crate::command::ask_again;
use crate::memory::Memory;
use crate::place::Place;
use crate::store::Store;
use crate::trace::{Command, Output, Step};

impl Memory {
    /// Gives a session whose facts hold, and all below it. `None`: it has to be evaluated, and nothing was printed.
    pub(crate) fn give_trace(&self, again: &dyn Again, invocation: &Invocation, n: u32) -> Option<i32> {
        let (store, _) = self.store.as_ref()?;
        let status = store.entry(n)?.status;
        let mut steps = Vec::new();
        collect(store, n, true, &mut steps)?;
        let answer = steps.iter().all(|step| match step {
            Step::Ask { command, together, output } => {
                self.answers(store, invocation, command, *together, output)
            }
            _ => true,
        });
        (answer && self.give_steps(store, again, invocation, steps)).then_some(status)
    }

    fn answers(
        &self,
        store: &Store,
        invocation: &Invocation,
        command: &Command,
        together: bool,
        output: &Output,
    ) -> bool {
        let (Some(command), Ok(dir)) = (noted(store, invocation, command), self.root.open(&command.dir))
        else {
            return false;
        };
        ask_again(&self.host, &command, &dir, together).is_ok_and(|now| Output::from(now) == *output)
    }

    fn give_steps(
        &self,
        store: &Store,
        again: &dyn Again,
        invocation: &Invocation,
        steps: Vec<Step>,
    ) -> bool {
        // What is kept together is written to a place of its own first; in it what a make below keeps.
        let mut places: Vec<StandIn> = Vec::new();
        for step in steps {
            let stdio = places.last().map_or(&invocation.stdio, |place| &place.stdio);
            let done = match step {
                Step::Together => match stdio.stand_in(|| fd::memory_file().map(Arc::new)) {
                    Ok(place) => {
                        places.push(place);
                        true
                    }
                    Err(_) => false,
                },
                Step::Apart { enter, leave } => {
                    let kept = places.pop().and_then(|place| kept(place, enter, leave).ok());
                    let stdio = places.last().map_or(&invocation.stdio, |place| &place.stdio).clone();
                    kept.is_some_and(|kept| {
                        again.write_together(&Invocation { stdio, ..invocation.clone() }, &kept);
                        true
                    })
                }
                Step::Print { err, bytes } => {
                    // Where nobody listens any more there is nobody to tell.
                    let _ = if err { stdio.write_err(&bytes) } else { stdio.write_out(&bytes) };
                    true
                }
                Step::Run { command, captured } => {
                    self.run(store, again, (invocation, stdio), &command, captured)
                }
                Step::Write { path, mode, contents } => {
                    Place::rewrite(&self.host, &self.root, &path, mode, &contents).is_ok()
                }
                Step::Renew { path } => self.host.renew(&self.root, &path).is_ok(),
                Step::Session(_)
                | Step::Within(_)
                | Step::Ask { .. }
                | Step::Output(_)
                | Step::Variables(_)
                | Step::Took(_) => true,
            };
            if !done {
                return false;
            }
        }
        true
    }

    fn run(
        &self,
        store: &Store,
        again: &dyn Again,
        (invocation, stdio): (&Invocation, &Stdio),
        command: &Command,
        captured: bool,
    ) -> bool {
        let (Some(command), Ok(dir)) = (noted(store, invocation, command), self.root.open(&command.dir))
        else {
            return false;
        };
        let mut stdio = stdio.clone();
        if captured {
            let Ok(nowhere) = fd::memory_file() else { return false };
            stdio.stdout = Arc::new(nowhere);
        }
        // What comes of it was noted with the session, which ended well.
        matches!(again.run(&command, dir, stdio), Exit::Code(_))
    }
}

/// What was written to a stand-in for the streams of a session.
fn kept(place: StandIn, enter: Vec<u8>, leave: Vec<u8>) -> io::Result<Kept> {
    let read = |file: Option<Arc<OwnedFd>>| file.map_or(Ok(Vec::new()), fd::read_memory_file);
    Ok(Kept { enter, out: read(place.out)?, err: read(place.err)?, leave })
}

/// The steps of a session and of all below it, in order. Of those that a command starts which is run again only what is to
/// be asked counts: the command gives the rest. `None` when they can't be read.
fn collect(store: &Store, n: u32, all: bool, out: &mut Vec<Step>) -> Option<()> {
    for step in store.steps(&store.entry(n)?)? {
        match step {
            Step::Session(below) => collect(store, below, all, out)?,
            Step::Within(below) => collect(store, below, false, out)?,
            step if all || matches!(step, Step::Ask { .. }) => out.push(step),
            _ => {}
        }
    }
    Some(())
}

/// A command as it was noted, but for what changes from shell to shell: that is as it is now.
fn noted(store: &Store, invocation: &Invocation, command: &Command) -> Option<Noted> {
    let mut env: Env = store.env(command.env)?.into_iter().collect();
    let stdio = &invocation.stdio;
    let names = VOLATILE.iter().chain(&TERMINALS);
    for name in names.filter(|name| env.contains(name)).collect::<Vec<_>>() {
        let now = invocation.env.get(name).map(BStr::to_owned).or_else(|| match *name {
            b"MAKE_TERMOUT" => fd::terminal_name(&stdio.stdout),
            b"MAKE_TERMERR" => fd::terminal_name(&stdio.stderr),
            _ => None,
        });
        match now {
            Some(now) => env.set(*name, now),
            None => drop(env.remove(name)),
        }
    }
    let argv = command.argv.iter().map(|word| word.as_slice().into()).collect();
    Some(Noted { argv, env, dir: BStr::new(&command.dir).to_owned() })
}
