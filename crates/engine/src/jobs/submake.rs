//! Sub-makes in this process: a command that is our own program becomes a session.

use std::os::fd::OwnedFd;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use rkbuild_base::BString;
use rkbuild_host::eyes::Step;
use rkbuild_host::poll::{self, Ready};
use rkbuild_host::{Child, Dir, Env, Exit, Host, Stdio, preload, signals};
use rkbuild_shell::{Invocation as Command, Programs};

use crate::jobs::invocation::Invocation;
use crate::jobs::process::Process;
use crate::jobs::room::{SESSION, room};
use crate::jobs::signal::{self, TERM};

/// Takes the sub-makes among the commands of a running script.
pub struct SubMakes {
    process: Arc<Process>,
    /// The machine as the session sees it that runs the script.
    host: Arc<Host>,
    inherit: Vec<Arc<OwnedFd>>,
    /// What the observer calls the command that runs the script.
    observed: u64,
    /// The command runs in each build.
    again: bool,
    /// It is `$(shell)` that runs the script.
    asked: bool,
}

impl SubMakes {
    /// For a script whose commands inherit `inherit`.
    pub fn new(
        process: Arc<Process>,
        host: &Arc<Host>,
        inherit: &[Arc<OwnedFd>],
        (observed, again): (u64, bool),
    ) -> SubMakes {
        SubMakes { process, host: host.clone(), inherit: inherit.to_vec(), observed, again, asked: false }
    }

    /// For the script of a `$(shell)`: a make that has to end does not wait for what it only asked.
    pub fn asked(process: Arc<Process>, host: &Arc<Host>, inherit: &[Arc<OwnedFd>]) -> SubMakes {
        SubMakes { asked: true, ..SubMakes::new(process, host, inherit, (0, true)) }
    }
}

impl Programs for SubMakes {
    fn offer(&self, command: &Command<'_>) -> Option<Exit> {
        if let Some(name) = command.argv.first()
            && is_sub_make(&self.process, &self.host, command.dir, name, command.env)
        {
            // Without room for it here it is a program like any other.
            let _promise = room(&self.process, SESSION)?;
            let stdio = command.stdio().ok()?;
            let number = self.process.recall.as_ref().map_or(0, |recall| recall.number());
            if let Some(eyes) = self.host.eyes() {
                eyes.step(Step::Within(number));
            }
            return Some(run(
                &self.process,
                (number, self.observed, self.again),
                command.argv.to_vec(),
                command.env.clone(),
                command.dir.clone(),
                stdio,
                self.inherit.clone(),
            ));
        }
        self.process.native.command(&self.host, command)
    }

    fn started(&self, child: &Arc<Child>) {
        if let Some(signal) = signals::pending() {
            // It came while the child was being started, which a signal to the group may have missed.
            let _ = child.kill(signal);
            return;
        }
        // Where the session's thread runs the script itself, nobody else is there to see a signal.
        let Some(signals) = signals::fd() else { return };
        let both = [(child.fd(), Ready::Read), (signals, Ready::Read)];
        if poll::wait(&both, None).is_ok()
            && let Some(signal) = signals::pending().filter(|signal| self.asked || *signal == TERM)
        {
            let _ = child.kill(signal);
        }
    }

    fn finished(&self, child: &Arc<Child>) {
        if let Ok(Some(exit)) = child.try_wait() {
            signal::settle(exit);
        }
    }

    /// A real shell is in the group that gets the signal and dies of it, whatever the command does that it waits for. A
    /// signal that came to this process alone ends the script as well: nobody can tell the two apart.
    fn interrupted(&self) -> Option<i32> {
        signals::pending()
    }
}

/// True when `name` is the program this process runs, and the sub-make would be as we are.
pub fn is_sub_make(process: &Process, host: &Host, dir: &Dir, name: &[u8], env: &Env) -> bool {
    // Only a make that was told to be another one can't be a session here.
    let identity = process.shared.lang.identity;
    let wanted = env.get(b"RKBUILD_COMPAT").map_or("4.4.1".into(), |v| v.to_owned());
    let same = wanted == identity.version() || (wanted.is_empty() && identity.is_4_4());
    let path = env.get(b"PATH").map(|p| p.to_owned()).unwrap_or_default();
    // A library is loaded into processes.
    same && !preload::is_in(env)
        && !env.contains(b"RKBUILD_NO_NATIVE")
        && process.is_ours(host, dir, name, &path)
}

/// Runs a sub-make to its end, on this thread. `called`: what the session above calls it by, what the observer calls the
/// command that starts it, and whether that runs in each build.
pub fn run(
    process: &Arc<Process>,
    called: (u64, u64, bool),
    mut argv: Vec<BString>,
    env: Env,
    dir: Arc<Dir>,
    stdio: Stdio,
    inherited: Vec<Arc<OwnedFd>>,
) -> Exit {
    if let Some(survey) = process.survey() {
        survey.submake(&dir, &mut argv, &env);
    }
    let (number, observed, again) = called;
    let (own_process, no_native) = (false, false);
    let invocation =
        Invocation { argv, env, dir, stdio, inherited, own_process, no_native, again, number, observed };
    if let Some(status) = process.recall.as_ref().and_then(|recall| recall.give(process, &invocation)) {
        if let Some(observer) = process.observer() {
            observer.make_given(&invocation.observed(), status);
        }
        return signal::exit_of(status);
    }
    let session = || (process.session)(process, &invocation);
    // A panic was reported by its hook; for the parent it is a make that failed.
    let exit = std::panic::catch_unwind(AssertUnwindSafe(session)).map_or(Exit::Code(2), signal::exit_of);
    match process.survey() {
        Some(survey) if exit != Exit::Code(0) => {
            survey.failed(&invocation.dir, &invocation.argv);
            Exit::Code(0)
        }
        _ => exit,
    }
}
