//! What all sessions of this process share when they run commands: who we are, the native layer, parsed scripts.

use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rkbuild_base::{BString, ByteSlice, FxMap, stack};
use rkbuild_eval::Shared;
use rkbuild_host::eyes::{Answer, Ask, Command, used};
use rkbuild_host::relay::Relay;
use rkbuild_host::{Dir, Exit, Host, Stdio, fd};
use rkbuild_shell::{Dialect, Script};

use crate::graph::observer::Observer;
use crate::jobs::invocation::Invocation;
use crate::jobs::native::Native;
use crate::jobs::pool::Pools;
use crate::jobs::recall::{Again, Kept, Recall};
use crate::jobs::screen::Screen;
use crate::jobs::survey::Survey;
use crate::jobs::witness::Witness;

/// Scripts longer than this are hardly ever met twice.
const LONGEST_KEPT: usize = 256;
/// How many parsed scripts are kept.
const MOST_KEPT: usize = 8192;

/// The stack it takes to parse a script.
const PARSER_STACK: usize = 1 << 20;

/// Runs a make to its end and gives its exit status: the door by which a job starts a session, which is above it.
pub type RunSession = fn(&Arc<Process>, &Invocation) -> i32;

/// Runs a command again that is a step of a session.
pub type RunAgain = fn(&Arc<Process>, &Command, Arc<Dir>, Stdio) -> Exit;

impl Again for Arc<Process> {
    fn run(&self, command: &Command, dir: Arc<Dir>, stdio: Stdio) -> Exit {
        (self.again)(self, command, dir, stdio)
    }

    fn write_together(&self, invocation: &Invocation, kept: &Kept) {
        let Kept { enter, out, err, leave } = kept;
        if out.is_empty() && err.is_empty() {
            return;
        }
        let _threads = lock(&self.output);
        let mutex = invocation.env.get(b"MAKEFLAGS").and_then(|flags| {
            let name = flags.split_str(" --sync-mutex=fnm:").nth(1)?;
            name.split(|c| c.is_ascii_whitespace()).next()
        });
        let file = mutex.and_then(|path| self.lock_file(&invocation.dir, path));
        let locked = file.filter(|file| fd::lock(&**file).is_ok());
        // Where nobody listens any more there is nobody to tell.
        let stdio = &invocation.stdio;
        let _ = stdio.write_out(enter).and_then(|()| stdio.write_out(out));
        let _ = stdio.write_err(err);
        let _ = stdio.write_out(leave);
        if let Some(file) = locked {
            let _ = fd::unlock(&*file);
        }
    }
}

/// Shared by all sessions of this process.
pub struct Process {
    /// Names, makefiles and the door to the machine.
    pub shared: Arc<Shared>,
    /// Does what it knows without starting programs.
    pub native: Arc<dyn Native>,
    /// Runs a sub-make.
    pub session: RunSession,
    /// Runs a command again.
    pub again: RunAgain,
    /// Remembers sessions and commands.
    pub recall: Option<Arc<dyn Recall>>,
    /// Wants to know what would be run, once it is set.
    survey: OnceLock<Arc<dyn Survey>>,
    /// Wants to know what may have gone wrong, once it is set.
    witness: OnceLock<Arc<dyn Witness>>,
    /// Is told what happens, once it is set.
    observer: OnceLock<Arc<dyn Observer>>,
    /// Shows what is printed, once it is set.
    screen: OnceLock<Arc<dyn Screen>>,
    /// Remembers what was printed last, once it is set.
    relay: OnceLock<Arc<Relay>>,
    /// Device and inode of the program this process runs.
    identity: OnceLock<Option<(u64, u64)>>,
    /// Absolute paths of programs, and whether they are this program.
    ours: Mutex<FxMap<BString, bool>>,
    scripts: Mutex<FxMap<BString, Option<Arc<Script>>>>,
    /// What the paths of shells lead to.
    shells: Mutex<FxMap<BString, Option<BString>>>,
    /// Descriptors this process was started with and that a session took over: a jobserver's.
    inherited: Mutex<FxMap<i32, Arc<OwnedFd>>>,
    /// Open files whose lock orders the output of jobs. They stay open, because closing one would give its lock back.
    locks: Mutex<FxMap<BString, Arc<OwnedFd>>>,
    /// The jobserver's open files that sessions have now.
    pub(crate) pools: Pools,
    /// Keeps the threads of this process apart where a file lock only keeps processes apart.
    pub(crate) output: Mutex<()>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Process {
    /// The shared part of a new process.
    pub fn new(
        shared: Arc<Shared>,
        native: Arc<dyn Native>,
        session: RunSession,
        again: RunAgain,
        recall: Option<Arc<dyn Recall>>,
    ) -> Arc<Process> {
        Arc::new(Process {
            shared,
            native,
            session,
            again,
            recall,
            survey: OnceLock::new(),
            witness: OnceLock::new(),
            observer: OnceLock::new(),
            screen: OnceLock::new(),
            relay: OnceLock::new(),
            identity: OnceLock::new(),
            ours: Mutex::default(),
            scripts: Mutex::default(),
            shells: Mutex::default(),
            inherited: Mutex::default(),
            locks: Mutex::default(),
            pools: Pools::default(),
            output: Mutex::default(),
        })
    }

    /// Has `survey` told of everything that would be run with `-n`. Only once, and before a session runs.
    pub fn set_survey(&self, survey: Arc<dyn Survey>) {
        let _ = self.survey.set(survey);
    }

    /// Who wants to know what would be run.
    pub fn survey(&self) -> Option<&Arc<dyn Survey>> {
        self.survey.get()
    }

    /// Has `witness` told of what may have gone wrong. Only once, and before a session runs.
    pub fn set_witness(&self, witness: Arc<dyn Witness>) {
        let _ = self.witness.set(witness);
    }

    /// Who wants to know what may have gone wrong.
    pub fn witness(&self) -> Option<&Arc<dyn Witness>> {
        self.witness.get()
    }

    /// Has `observer` told what happens. Only once, and before a session runs.
    pub fn set_observer(&self, observer: Arc<dyn Observer>) {
        let _ = self.observer.set(observer);
    }

    /// Who is told what happens.
    pub fn observer(&self) -> Option<&Arc<dyn Observer>> {
        self.observer.get()
    }

    /// Has `screen` show what is printed, so that what jobs print is kept together. Only once, and before a session runs.
    pub fn set_screen(&self, screen: Arc<dyn Screen>) {
        let _ = self.screen.set(screen);
    }

    /// Who shows what is printed.
    pub fn screen(&self) -> Option<&Arc<dyn Screen>> {
        self.screen.get()
    }

    /// Has `relay` asked what a command printed that failed. Only once, and before a session runs.
    pub fn set_relay(&self, relay: Arc<Relay>) {
        let _ = self.relay.set(relay);
    }

    /// Who remembers what is written to a stream, if anybody does.
    pub(crate) fn relay(&self, stream: &OwnedFd) -> Option<&Relay> {
        self.relay.get().filter(|relay| relay.serves(stream)).map(|relay| &**relay)
    }

    /// The door to the machine.
    pub fn host(&self) -> &Arc<Host> {
        &self.shared.host
    }

    /// True when the command `name`, looked for in `path`, is the program this process runs.
    pub fn is_ours(&self, host: &Host, dir: &Dir, name: &[u8], path: &[u8]) -> bool {
        // Names of other programs are told apart without asking the machine where that is possible.
        if name.starts_with(b"/")
            && let Some(known) = lock(&self.ours).get(name).copied()
        {
            if host.eyes().is_some() {
                let _ = host.stat(dir, name);
            }
            return known;
        }
        let identity = self.identity.get_or_init(|| {
            let meta = host.look_unseen(Ask::Stat, dir, b"/proc/self/exe").ok()?;
            Some((meta.dev, meta.ino))
        });
        let found = host.find_program(dir, name, path).and_then(|program| host.stat(dir, &program));
        let ours = found.is_ok_and(|meta| *identity == Some((meta.dev, meta.ino)));
        if name.starts_with(b"/") {
            lock(&self.ours).insert(name.into(), ours);
        }
        ours
    }

    /// The script `text`, when it is one that can run in this process.
    pub fn script(&self, text: &[u8]) -> Option<Arc<Script>> {
        let parse = || stack::with(PARSER_STACK, || rkbuild_shell::parse(text).map(Arc::new));
        if text.len() > LONGEST_KEPT {
            return parse();
        }
        if let Some(known) = lock(&self.scripts).get(text) {
            return known.clone();
        }
        let script = parse();
        let mut scripts = lock(&self.scripts);
        if scripts.len() >= MOST_KEPT {
            scripts.clear();
        }
        scripts.insert(text.into(), script.clone());
        script
    }

    /// Which shell the program at `path` (absolute) is; `None` for what is no shell we know.
    pub fn dialect(&self, host: &Host, dir: &Dir, path: &[u8]) -> Option<Dialect> {
        if !path.starts_with(b"/") {
            return None;
        }
        let known = lock(&self.shells).get(path).cloned();
        let real = match known {
            Some(real) => real,
            None => {
                let real = host.unseen().realpath(dir, path).ok();
                lock(&self.shells).insert(path.into(), real.clone());
                real
            }
        }?;
        if let Some(eyes) = host.eyes() {
            eyes.saw(Ask::Real, dir, path, used::CONTENTS, Answer::Text(real.clone()), 0);
        }
        match real.rsplit(|c| *c == b'/').next() {
            Some(b"dash") => Some(Dialect::Dash),
            Some(b"bash") => Some(Dialect::Bash),
            _ => None,
        }
    }

    /// A descriptor this process was started with, by its number.
    pub(crate) fn inherited(&self, number: i32) -> Option<Arc<OwnedFd>> {
        let mut inherited = lock(&self.inherited);
        if let Some(fd) = inherited.get(&number) {
            return Some(fd.clone());
        }
        let fd = Arc::new(rkbuild_host::fd::take_inherited(number).ok()?);
        inherited.insert(number, fd.clone());
        Some(fd)
    }

    /// The file `path`, opened once for all who lock it.
    pub(crate) fn lock_file(&self, dir: &Dir, path: &[u8]) -> Option<Arc<OwnedFd>> {
        let mut locks = lock(&self.locks);
        let key = dir.absolute(path);
        if let Some(fd) = locks.get(&key) {
            return Some(fd.clone());
        }
        let fd = self.host().open_write(dir, path, rkbuild_host::OpenMode::Existing).ok()?;
        let fd = Arc::new(fd);
        locks.insert(key, fd.clone());
        Some(fd)
    }
}
