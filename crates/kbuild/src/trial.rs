//! Trying a program out: it runs on files of our own making, and what it gives is compared with what it is taken for.

use std::sync::{Arc, Mutex, PoisonError};

use rkbuild_base::{BString, FxMap};
use rkbuild_host::eyes::Ask;
use rkbuild_host::{Dir, Env, Host, Meta};

/// What begins a program that is no script.
const ELF: &[u8] = b"\x7fELF";

/// What was found out about programs: by path, the attributes of the program it was found out about, and what it is.
pub struct Verdicts<T>(Mutex<FxMap<BString, (Meta, T)>>);

impl<T> Default for Verdicts<T> {
    fn default() -> Self {
        Verdicts(Mutex::default())
    }
}

impl<T: Copy> Verdicts<T> {
    /// What the program at an absolute path is, with what it depends on besides: what is known, or else what `find_out` says, if
    /// it can say. Two threads may find out at once, and find the same.
    pub fn get(
        &self,
        host: &Host,
        dir: &Dir,
        path: &[u8],
        besides: &[u8],
        find_out: impl FnOnce() -> Option<T>,
    ) -> Option<T> {
        let verdicts = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let meta = host.look_unseen(Ask::Stat, dir, path).ok()?;
        let key = BString::from([path, b"\0", besides].concat());
        if let Some((known, verdict)) = verdicts().get(&key)
            && *known == meta
        {
            return Some(*verdict);
        }
        let verdict = find_out()?;
        verdicts().insert(key, (meta, verdict));
        Some(verdict)
    }
}

/// Whether the file is a program of its own, not a script that may call any other.
pub fn is_program(host: &Host, dir: &Dir, path: &[u8]) -> bool {
    host.read_unseen(dir, path).is_ok_and(|(data, _)| data.starts_with(ELF))
}

/// A directory for a trial, which goes with all in it.
pub struct Trial {
    host: Arc<Host>,
    env: Env,
    above: Arc<Dir>,
    path: BString,
    dir: Arc<Dir>,
    made: Mutex<Vec<BString>>,
}

impl Trial {
    /// A new directory where temporary files go, and the environment the program is to have.
    pub fn new(host: &Arc<Host>, dir: &Arc<Dir>, env: &Env) -> Option<Trial> {
        let host = host.unseen();
        let path = host.create_temp_dir(dir, env.temporary(), b"rkbuild").ok()?;
        let opened = dir.open(&path);
        let Ok(opened) = opened else {
            // Nothing is in it.
            let _ = host.rmdir(dir, &path);
            return None;
        };
        Some(Trial { host, env: env.clone(), above: dir.clone(), path, dir: opened, made: Mutex::default() })
    }

    /// The directory.
    pub fn dir(&self) -> &Arc<Dir> {
        &self.dir
    }

    /// Writes a file, with the directories it is in.
    pub fn write(&self, path: &str, contents: &[u8]) -> Option<()> {
        for (at, _) in path.match_indices('/') {
            let parent = path.get(..at)?;
            if self.host.mkdir(&self.dir, parent.as_bytes()).is_ok() {
                self.will_make(parent);
            }
        }
        self.will_make(path);
        self.host.write(&self.dir, path.as_bytes(), contents, false).ok()
    }

    /// Says that the program will make a file.
    pub fn will_make(&self, path: &str) {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).push(path.into());
    }

    /// What the program prints, run in the directory; `None` when it fails.
    pub fn run(&self, program: &[u8], arguments: &[&str]) -> Option<Vec<u8>> {
        let mut argv = vec![BString::from(program)];
        argv.extend(arguments.iter().map(|argument| BString::from(*argument)));
        let (exit, output) = self.host.output(program, &argv, &self.env, &self.dir).ok()?;
        exit.is_success().then_some(output)
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        let made = std::mem::take(self.made.get_mut().unwrap_or_else(PoisonError::into_inner));
        for path in made.iter().rev() {
            // What is left is rubbish in a place for rubbish.
            if self.host.unlink(&self.dir, path).is_err() {
                let _ = self.host.rmdir(&self.dir, path);
            }
        }
        let _ = self.host.rmdir(&self.above, &self.path);
    }
}
