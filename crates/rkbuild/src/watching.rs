//! The options that watch a build: what they ask for, and what is said in the end.

use std::fs::File;
use std::io::Write;
use std::sync::{Arc, Mutex};

use rkbuild_base::{BString, ByteSlice};
use rkbuild_host::{Dir, Env, Host, OpenMode, errors};

use crate::events::Events;
use crate::explain::paths;
use crate::explain::reasons::Reasons;
use crate::hub::{Hub, Listener, Watch, lock};
use crate::last::recorder::Recorder;
use crate::option::Given;
use crate::profile::{page, trace};
use crate::progress::Progress;
use crate::relations::{Node, Relations};
use crate::say::{print, say};
use crate::tally::Tally;

/// A question that is answered without running anything.
#[derive(Debug)]
enum Question {
    /// `--explain=TARGET`
    Why(BString),
    /// `--depends=TARGET`
    Depends(BString),
    /// `--rdepends=FILE`
    Rdepends(BString),
    /// `--graph=FILE`
    Graph(BString),
}

/// What is asked for.
#[derive(Debug, Default)]
pub struct Watching {
    explain: bool,
    questions: Vec<Question>,
    events: Option<BString>,
    profile: Option<BString>,
}

/// What watches a build.
pub struct Watched {
    /// The observer.
    pub hub: Arc<Hub>,
    host: Arc<Host>,
    dir: Arc<Dir>,
    top: BString,
    relations: Arc<Mutex<Relations>>,
    profile: Option<Profile>,
    recorder: Option<Arc<Mutex<Recorder>>>,
}

/// `--profile=FILE`.
struct Profile {
    tally: Arc<Mutex<Tally>>,
    argv: Vec<BString>,
    path: BString,
    /// Made before the build: what can't be written is told at once.
    file: File,
}

impl Watching {
    /// What the options ask for, and the environment.
    pub fn of(given: &Given, env: &Env) -> Watching {
        let value = |name: &str| given.value(name).map(|value| value.to_owned());
        let questions = [
            value("explain").map(Question::Why),
            value("depends").map(Question::Depends),
            value("rdepends").map(Question::Rdepends),
            value("graph").map(Question::Graph),
        ];
        Watching {
            explain: given.has("explain") || env.get(b"RKBUILD_EXPLAIN").is_some_and(|v| !v.is_empty()),
            questions: questions.into_iter().flatten().collect(),
            events: value("events"),
            profile: value("profile"),
        }
    }

    /// Nothing is to be run.
    pub fn only_looks(&self) -> bool {
        !self.questions.is_empty()
    }

    /// What watches the build, if there is anything to watch.
    pub fn start(
        &self,
        host: &Arc<Host>,
        dir: &Arc<Dir>,
        argv: &[BString],
        recorder: Option<Recorder>,
        progress: Option<&Progress>,
    ) -> std::io::Result<Option<Watched>> {
        let only_looks = self.only_looks();
        let asked = self.explain || only_looks || self.events.is_some() || self.profile.is_some();
        if !asked && recorder.is_none() && progress.is_none() {
            return Ok(None);
        }
        let top = dir.path().to_owned();
        let relations: Arc<Mutex<Relations>> = Arc::default();
        let mut listeners: Vec<Box<dyn Listener>> = Vec::new();
        let create = |path: &BString| {
            let opened = host.open_write(dir, path, OpenMode::Truncate);
            opened.map(File::from).map_err(|error| named(path, &error))
        };
        if let Some(path) = &self.events {
            listeners.push(Box::new(Events::new(create(path)?, argv, dir.path())));
        }
        let profile = match &self.profile {
            Some(path) => {
                let tally: Arc<Mutex<Tally>> = Arc::default();
                listeners.push(Box::new(tally.clone()));
                Some(Profile { tally, argv: argv.to_vec(), path: path.clone(), file: create(path)? })
            }
            None => None,
        };
        if only_looks {
            listeners.push(Box::new(relations.clone()));
        }
        if let Some(progress) = progress {
            listeners.push(Box::new(progress.listener()));
        }
        let recorder = recorder.map(|recorder| Arc::new(Mutex::new(recorder)));
        if let Some(recorder) = &recorder {
            listeners.push(Box::new(recorder.clone()));
        }
        let reasons = Reasons::new(host.unseen(), top.clone());
        let tell = self.explain && !only_looks;
        let watch = Watch { reasons: asked, tell, names: progress.is_some(), only_looks };
        let hub = Arc::new(Hub::new(watch, reasons, listeners));
        Ok(Some(Watched { hub, host: host.unseen(), dir: dir.clone(), top, relations, profile, recorder }))
    }
}

impl Watched {
    /// The build is over: keeps what is to be remembered and answers what was asked for. `given_commands` were given from recall.
    /// Gives the exit status.
    pub fn end(mut self, watching: &Watching, status: i32, given_commands: u64) -> i32 {
        self.hub.end(status);
        if let Some(recorder) = &self.recorder {
            lock(recorder).keep(given_commands);
        }
        let drawn = self.profile.take().map_or(Ok(()), |profile| profile.draw(&self.top));
        let answers = watching.questions.iter().map(|question| self.answer(question, status));
        let status = answers.max().unwrap_or(status).max(status);
        match drawn {
            Ok(()) => status,
            Err(error) => {
                say(format_args!("rkbuild: {error}"));
                status.max(2)
            }
        }
    }

    /// Answers a question. The status is 1 where something would be rebuilt, as with `-q`, and 2 where that can't be told.
    fn answer(&self, question: &Question, status: i32) -> i32 {
        let relations = lock(&self.relations);
        match question {
            Question::Why(target) => self.why(target, &self.path(&relations, target), status),
            Question::Depends(name) => self.list(name, relations.depends(&self.path(&relations, name))),
            Question::Rdepends(name) => self.list(name, relations.rdepends(&self.path(&relations, name))),
            Question::Graph(path) => {
                let is_json = path.ends_with(b".json");
                let text = if is_json { relations.json(&self.top) } else { relations.dot(&self.top) };
                match self.host.write(&self.dir, path, text.as_bytes(), false) {
                    Ok(()) => 0,
                    Err(error) => {
                        say(format_args!("rkbuild: *** {}.  Stop.", named(path, &error)));
                        2
                    }
                }
            }
        }
    }

    /// The file of that name: in the directory rkbuild was started in, or else in the first of those the makes work in that
    /// has or makes one.
    fn path(&self, relations: &Relations, name: &[u8]) -> BString {
        let own = paths::absolute(&self.top, name);
        let is_one = |path: &BString| relations.is_made(path) || self.host.lstat(&self.dir, path).is_ok();
        let others = relations.directories().map(|dir| paths::absolute(dir, name));
        std::iter::once(own.clone()).chain(others).find(is_one).unwrap_or(own)
    }

    fn list(&self, name: &[u8], files: Option<Vec<&Node>>) -> i32 {
        let Some(files) = files else { return unknown(name) };
        let mut text = String::new();
        for file in files {
            text.push_str(&paths::shown(&self.top, &file.path));
            text.push('\n');
        }
        print(&text);
        0
    }

    fn why(&self, target: &[u8], path: &[u8], status: i32) -> i32 {
        let reasons = self.hub.reasons();
        let name = reasons.shown(path);
        match reasons.node(path) {
            Some(node) if node.ran && node.causes.iter().any(|cause| !cause.is_each_time()) => {
                print(&format!("{name} would be rebuilt:\n{}", reasons.chain(path)));
                1
            }
            Some(node) if node.ran => {
                print(&format!("{name}: its recipe runs each time:\n{}", reasons.chain(path)));
                1
            }
            _ if reasons.is_known(path) => {
                print(&format!("{name} is up to date\n"));
                status
            }
            _ => unknown(target),
        }
    }
}

impl Profile {
    /// Writes the picture.
    fn draw(mut self, top: &[u8]) -> std::io::Result<()> {
        let tally = lock(&self.tally);
        let text = match self.path.ends_with(b".html") {
            true => page::page(&tally, top, &self.argv),
            false => trace::trace(&tally, top, &self.argv),
        };
        drop(tally);
        let written = self.file.write_all(text.as_bytes());
        written.map_err(|error| named(&self.path, &error))
    }
}

/// What a file that can't be written is refused for, and its name.
pub fn named(path: &BString, error: &std::io::Error) -> std::io::Error {
    std::io::Error::other(format!("{path}: {}", errors::describe(error)))
}

fn unknown(name: &[u8]) -> i32 {
    say(format_args!("rkbuild: nothing that the goals need leads to '{}'", name.to_str_lossy()));
    2
}
