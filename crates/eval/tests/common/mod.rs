//! Reads one makefile three times, with what is made for records, without, and as an earlier run read it, and gives what each
//! session knows then. The fuzz
//! target `record` uses it too.

use std::fs::{self, File};
use std::io::{Read, Seek};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use rkbuild_base::{BString, Identity};
use rkbuild_eval::library::{KnownRecord, Library, Numbered, ReadRecord};
use rkbuild_eval::session::{ShellResult, Steady};
use rkbuild_eval::variable::GLOBAL;
use rkbuild_eval::{Doors, Result, Session, Shared};
use rkbuild_host::{Dir, Env, Meta, Stdio};
use rkbuild_syntax::Record;

struct NoShell;

impl Doors for NoShell {
    fn shell(&self, _: &mut Session, _: &[u8]) -> Result<ShellResult> {
        Ok(ShellResult { output: b"from the shell".into(), status: 0, steady: Steady::Unknown })
    }
}

/// Knows one record, whatever file it is asked for.
#[derive(Default)]
struct Known(Mutex<Option<Vec<u8>>>);

impl Library for Known {
    fn find(
        &self,
        _: &[u8],
        meta: &mut dyn FnMut() -> Option<Meta>,
        lines: &dyn Numbered,
    ) -> Option<(KnownRecord, Meta)> {
        let text = self.0.lock().expect("nobody panics").clone()?;
        // Its lines are taken apart here, and only those of this process are numbered.
        let (lists, names) = Default::default();
        let record = Record::parse(&text, &lists, &names)?;
        let around = record.around(&text)?;
        let known = KnownRecord {
            hash: 0,
            around: [around.head, around.tail].concat(),
            tail: around.head.len(),
            lines: around
                .lines
                .iter()
                .map(|id| lines.number(lists.line(*id).text()))
                .collect::<Option<Vec<_>>>()?,
        };
        assert_eq!(known.text(|line| lines.text(line)), text);
        Some((known, meta()?))
    }

    fn keep(&self, _: &ReadRecord<'_>, _: &dyn Numbered) {}
}

/// How a record is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    AsRecord,
    General,
    Known,
}

/// What may have been said before a record is read, and how it comes to be read.
pub const SETTINGS: [&str; 30] = [
    "include record\n",
    "include record record\n",
    "pound := \\#\ninclude record\n",
    "all: x/a.o ; c\ninclude record\n",
    "x/a.o: first ; c\ninclude record\n",
    "x/a.o: ; c\nx/a.o h.h: V = target's\ninclude record\n",
    "x/a.o:: h.h ; c\ninclude record\n",
    "h.h:: ; c\ninclude record\n",
    ".SECONDEXPANSION:\ninclude record\n",
    ".POSIX:\ninclude record\n",
    ".RECIPEPREFIX := >\ninclude record\n",
    ".RECIPEPREFIX := s\ninclude record\n",
    ".DEFAULT_GOAL :=\ninclude record\n",
    "override .DEFAULT_GOAL :=\ninclude record\n",
    "deps_x/a.o = $(nothing)\nexport deps_x/a.o\ncmd_x/a.o += there\ninclude record\n",
    "override deps_x/a.o = other.h\ninclude record\n",
    "override cmd_x/a.o = other\nprivate source_x/a.o = b\ninclude record\n",
    "$(foreach deps_x/a.o,h.h other.h,$(eval include record))\n",
    "$(foreach pound,1 2,$(eval include record))\n",
    "define pound\n$(eval late: later)$(eval .POSIX:)\nendef\ninclude record\n",
    "define pound\n$(eval override deps_x/a.o := other.h)\nendef\ninclude record\n",
    "include record\nx/a.o: more.h h.h\nh.h: x/a.o\nx/a.o: | last ; c\nx/a.o: behind\n",
    "h.h: before\ninclude record\nx/h.h: after\n",
    "h.h: before\ninclude record\nx/h.h: after\ninclude record\n",
    "include record\nh.h:: ; c\n",
    "include record\n.SECONDEXPANSION:\nx/a.o: $$(V)\nx/a.o: more.h\n",
    ".SECONDEXPANSION:\nx/a.o: $$(V) ; c\ninclude record\nx/a.o: $$(W)\ninclude record\n",
    "x/a.o x/b.o &: a ; c\ninclude record\nx/b.o: b\n",
    "deps_x/a.o += $(V)\ninclude record\ndeps_x/a.o += more.h\nx/a.o: deps_x/a.o += of.h\nV := $(deps_x/a.o:.h=.H)\n",
    "t: include record\nifdef t\nelse\ninclude record\nendif\n",
];

/// A directory with a few of the files records name.
pub struct Bench {
    shared: [Arc<Shared>; 2],
    /// The same, with a library.
    knowing: [Arc<Shared>; 2],
    known: Arc<Known>,
    _root: tempfile::TempDir,
    path: PathBuf,
    dir: Arc<Dir>,
    said: File,
}

impl Bench {
    pub fn new() -> Bench {
        // So deep that what random text looks for in parents is not in directories others write to.
        let root = tempfile::tempdir().expect("a directory");
        let path = root.path().join("1/2/3/4/5/6/7/8");
        fs::create_dir_all(path.join("include/config/sub")).expect("a directory");
        for name in ["YES", "ALSO", "sub/deep.h"] {
            fs::write(path.join("include/config").join(name), "").expect("a file");
        }
        symlink("nowhere", path.join("include/config/LINK")).expect("a link");
        let current = Dir::current().expect("a working directory");
        let dir = current.open(path.as_os_str().as_bytes()).expect("the directory");
        let shared = || [Identity::V4_4_1, Identity::V4_3].map(Shared::new);
        let (shared, knowing, known) = (shared(), shared(), Arc::new(Known::default()));
        knowing.iter().for_each(|shared| shared.makefiles.set_library(known.clone()));
        Bench { shared, knowing, known, _root: root, path, dir, said: tempfile::tempfile().expect("a file") }
    }

    /// All that can be seen of a session that read `text` in that setting, by the way of records if it is open
    /// (first), by the general way, and as an earlier run read it.
    pub fn all(&mut self, text: &[u8], setting: usize) -> [Vec<String>; 3] {
        fs::write(self.path.join("record"), text).expect("a file");
        *self.known.0.lock().expect("nobody panics") = Some(text.to_vec());
        [How::AsRecord, How::General, How::Known].map(|how| self.read(setting, how))
    }

    fn read(&mut self, setting: usize, how: How) -> Vec<String> {
        self.said.set_len(0).and_then(|()| self.said.rewind()).expect("a file");
        let stream = || Arc::new(self.said.try_clone().expect("a descriptor").into());
        let stdio = Stdio { stdin: stream(), stdout: stream(), stderr: stream() };
        // Every other round of settings is read as the other release of make reads.
        let (round, setting) = (setting / SETTINGS.len(), setting % SETTINGS.len());
        let shared = if how == How::Known { &self.knowing } else { &self.shared }[round % 2].clone();
        shared.host.changed();
        let mut s =
            Session::new(shared, "make".into(), self.dir.clone(), Env::default(), stdio, Rc::new(NoShell));
        s.options.no_native = how == How::General;
        s.options.environment_overrides = round % 4 == 2;
        s.options.warn_undefined_variables = round % 4 == 3;
        s.no_default_goal = round % 8 == 5;
        let ended = s.eval_text(SETTINGS[setting].as_bytes());
        let mut out = vec![format!("{ended:?} {:?} {} {:?}", s.reading, s.depth, s.recipe_prefix)];
        s.targets.spread_all();
        let mut said = Vec::new();
        self.said.rewind().and_then(|()| self.said.read_to_end(&mut said)).expect("what was said");
        out.push(BString::from(said).to_string());
        let mut variables: Vec<_> = s.vars.scope(GLOBAL).variables().collect();
        variables.sort_by_key(|var| s.text(var.name));
        for var in variables {
            let data = var.data.borrow();
            out.push(format!(
                "{:?} {:?} {:?} {:?} {:?} {:?} {:?}",
                BString::from(s.text(var.name)),
                data.value.bytes,
                data.flavor,
                data.origin,
                data.export,
                data.private,
                data.place,
            ));
        }
        out.extend(s.targets.files.iter().map(|t| format!("{:?} {t:?}", BString::from(s.text(t.name)))));
        out.push(format!("{:?} {:?}", s.targets.patterns, s.targets.posix));
        out
    }
}
