//! Random changes to a tree of [`forest`](crate::forest) between two runs, the same to each copy of it.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use fastrand::Rng;
use filetime::{FileTime, set_file_mtime};

use crate::forest::DIRS;
use crate::snapshot::{Kind, Snapshot};

/// Programs of the system that recipes call, and that may come to exist earlier in PATH.
const PROGRAMS: [&str; 9] = ["cat", "cp", "ls", "echo", "test", "mkdir", "gcc", "cmp", "touch"];

/// What a command of the tree does to what others look at; `^` is the way to the top. Where times differ, by more than a tick.
const MEDDLES: &[&str] = &[
    ":",
    "sleep 0.02; echo meddled >> ^/src/two.in; sleep 0.02",
    "sleep 0.02; touch ^/src/one.in; sleep 0.02",
    "rm -f ^/src/opt.in",
    "sleep 0.02; [ -f ^/src/opt.in ] || echo opt > ^/src/opt.in; sleep 0.02",
    "cp -p ^/src/two.in ^/keep; tr o0 O1 < ^/keep > ^/src/two.in; touch -r ^/keep ^/src/two.in; rm ^/keep",
    "rm -f ^/cur; ln -s src2 ^/cur",
    "mv ^/src2 ^/mid; mv ^/src ^/src2; mv ^/mid ^/src",
    "echo to-out; echo to-err >&2",
    "exit 1",
];

/// One change; paths are below the top of the tree.
#[derive(Clone, Debug)]
pub enum Change {
    Touch(String),
    Write(String, String),
    Append(String, String),
    /// Written anew with the contents it has.
    Rewrite(String),
    Remove(String),
    Rename(String, String),
    /// A link is made to say something else.
    Retarget(String, &'static str),
    Mode(String, u32),
    /// The time is set back by so many seconds.
    Back(String, i64),
    /// Two directories change places.
    Swap(&'static str, &'static str),
    /// A directory goes away, or comes back.
    Away(&'static str),
    /// A program is put there, of the same size and time as one that was there.
    Program(String, String),
    /// Other contents of the same size, and the time it had.
    Sneak(String),
    /// A directory moves, and a link to it takes its place; or back.
    Linked(&'static str),
    /// All programs that hide those of the system go.
    Unhide,
}

impl Change {
    /// One to three changes to a tree that looks so.
    pub fn random(random: &mut Rng, tree: &Snapshot) -> Vec<Change> {
        (0..random.choice([1, 1, 1, 2, 3]).unwrap_or(1)).filter_map(|_| one(random, tree)).collect()
    }

    /// Which kind it is, in a word.
    pub fn kind(&self) -> &'static str {
        match self {
            Change::Touch(_) => "touch",
            Change::Write(..) => "write",
            Change::Append(..) => "append",
            Change::Rewrite(_) => "rewrite",
            Change::Remove(_) => "remove",
            Change::Rename(..) => "rename",
            Change::Retarget(..) => "retarget",
            Change::Mode(..) => "chmod",
            Change::Back(..) => "time-back",
            Change::Swap(..) => "swap",
            Change::Away(_) => "away",
            Change::Program(..) => "program",
            Change::Sneak(_) => "sneak",
            Change::Linked(_) => "linked",
            Change::Unhide => "unhide",
        }
    }

    /// Makes it; `now` is the time files get. What is not there can't be changed, in no copy.
    pub fn apply(&self, top: &Path, now: FileTime) {
        let before = directories(top);
        // Where it can't be done it can't be done in the other copy either.
        let _ = self.make(top, now);
        // The system's clock ticks between the copies, and a directory may be what something is made from.
        for (path, time) in directories(top) {
            if before.get(&path).is_some_and(|before| *before != time) {
                let _ = set_file_mtime(path, now);
            }
        }
    }

    fn make(&self, top: &Path, now: FileTime) -> std::io::Result<()> {
        let put = |path: &str, text: &[u8], time| {
            fs::write(top.join(path), text)?;
            set_file_mtime(top.join(path), time)
        };
        let time =
            |path: &str| top.join(path).metadata().map(|meta| FileTime::from_last_modification_time(&meta));
        let earlier =
            |seconds: i64| FileTime::from_unix_time(now.unix_seconds() - seconds, now.nanoseconds());
        match self {
            Change::Touch(path) => time(path).and_then(|_| set_file_mtime(top.join(path), now)),
            Change::Write(path, text) => put(path, text.as_bytes(), now),
            Change::Append(path, text) => {
                File::options().append(true).open(top.join(path))?.write_all(text.as_bytes())?;
                set_file_mtime(top.join(path), now)
            }
            Change::Rewrite(path) => put(path, &fs::read(top.join(path))?, now),
            Change::Remove(path) => fs::remove_file(top.join(path)),
            Change::Rename(from, to) => fs::rename(top.join(from), top.join(to)),
            Change::Retarget(path, to) => {
                // It may have been removed before.
                let _ = fs::remove_file(top.join(path));
                symlink(to, top.join(path))
            }
            Change::Mode(path, mode) => {
                fs::set_permissions(top.join(path), fs::Permissions::from_mode(*mode))
            }
            Change::Back(path, seconds) => {
                time(path).and_then(|_| set_file_mtime(top.join(path), earlier(*seconds)))
            }
            Change::Swap(one, other) => {
                fs::rename(top.join(one), top.join("swap"))?;
                fs::rename(top.join(other), top.join(one))?;
                fs::rename(top.join("swap"), top.join(other))
            }
            Change::Away(dir) => {
                let away = top.join(format!("{dir}.away"));
                fs::rename(top.join(dir), &away).or_else(|_| fs::rename(&away, top.join(dir)))
            }
            Change::Program(path, text) => {
                let time = time(path).unwrap_or_else(|_| earlier(5));
                put(path, text.as_bytes(), time)?;
                fs::set_permissions(top.join(path), fs::Permissions::from_mode(0o755))?;
                set_file_mtime(top.join(path), time)
            }
            Change::Sneak(path) => {
                let (time, mut text) = (time(path)?, fs::read(top.join(path))?);
                for byte in text.iter_mut().filter(|byte| matches!(byte, b'o' | b'O' | b'1' | b'2')) {
                    *byte ^= if byte.is_ascii_digit() { 3 } else { 0x20 };
                }
                put(path, &text, time)
            }
            Change::Linked(dir) => {
                let (here, away) = (top.join(dir), top.join(format!("{dir}.real")));
                if here.is_symlink() {
                    fs::remove_file(&here)?;
                    return fs::rename(away, here);
                }
                fs::rename(&here, &away)?;
                symlink(format!("{dir}.real"), here)
            }
            Change::Unhide => PROGRAMS.iter().try_for_each(|name| {
                fs::remove_file(top.join("tools1").join(name)).or_else(|e| match e.kind() {
                    std::io::ErrorKind::NotFound => Ok(()),
                    _ => Err(e),
                })
            }),
        }
    }
}

/// The directories from `top` down, and their times.
fn directories(top: &Path) -> HashMap<PathBuf, FileTime> {
    let mut found = HashMap::new();
    let mut todo = vec![top.to_path_buf()];
    while let Some(dir) = todo.pop() {
        let Ok(meta) = dir.symlink_metadata() else { continue };
        let below = fs::read_dir(&dir).into_iter().flatten().filter_map(Result::ok);
        todo.extend(
            below.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path()),
        );
        found.insert(dir, FileTime::from_last_modification_time(&meta));
    }
    found
}

/// A list of options as Kconfig writes it, most often.
fn options(random: &mut Rng) -> Option<String> {
    let mut text = String::from(random.choice(["", "# made\n", "#\n\n"])?);
    for name in ["A", "B", "C", "D", "E"] {
        if random.u8(..4) > 0 {
            text += &format!("CONFIG_{name}={}\n", random.choice(["y", "m", "\"a b\"", "", "7"])?);
        }
    }
    if random.u8(..8) == 0 {
        text += random.choice([
            "CONFIG_A := y\n",
            "CONFIG_F=$(CONFIG_A)\n",
            "OTHER=1\n",
            "CONFIG_A=x # more\n",
            "CONFIG_A=z",
            "$(info read)\n",
            "CONFIG_A=y \n",
        ])?;
    }
    Some(text)
}

fn one(random: &mut Rng, tree: &Snapshot) -> Option<Change> {
    let files: Vec<String> =
        tree.iter().filter(|(_, e)| e.kind == Kind::File).map(|(path, _)| path.to_string()).collect();
    let is_makefile = |path: &String| path.ends_with("Makefile");
    let is_source = |path: &String| path.starts_with("src");
    let of = |random: &mut Rng, which: &dyn Fn(&String) -> bool| {
        let some: Vec<&String> = files.iter().filter(|path| which(path)).collect();
        random.choice(some).cloned()
    };
    let any = of(random, &|path| !is_makefile(path))?;
    let source = of(random, &is_source).unwrap_or_else(|| any.clone());
    let number = random.u8(..);
    let text =
        if source.ends_with(".h") { format!("#define P {number}\n") } else { format!("edited {number}\n") };
    let dir = random.choice(DIRS)?.0;
    Some(match random.u8(..35) {
        30..=34 => Change::Write("conf/auto.conf".into(), options(random)?),
        0 => Change::Touch(any),
        1..=3 => Change::Write(source, text),
        4 => Change::Rewrite(any),
        5 => Change::Remove(any),
        6 => Change::Remove(source),
        7 => {
            let place = any.rsplit_once('/').map_or(String::new(), |(dir, _)| format!("{dir}/"));
            Change::Rename(any.clone(), place + random.choice(["one.in", "opt.in", "two.in", "t9.in"])?)
        }
        8 => Change::Retarget(
            "src/link.in".into(),
            random.choice(["one.in", "two.in", "../src2/one.in", "no"])?,
        ),
        9 => Change::Mode(any, random.choice([0o644, 0o755, 0o600])?),
        10 => Change::Back(any, random.i64(1..100_000)),
        11 => match random.u8(..3) {
            0 => Change::Swap("tools1", "tools2"),
            _ => Change::Swap("src", "src2"),
        },
        12 => Change::Away(random.choice(["src2", "tools1", "tools2"])?),
        // Something new that matches a pattern.
        13 => {
            let place = random.choice(["src", "src2"])?;
            Change::Write(
                format!("{place}/{}", random.choice(["t9.in", "opt.in", "four.in"])?),
                "new\n".into(),
            )
        }
        // Nearer than what VPATH finds.
        14 => Change::Write(
            format!("{dir}/{}", random.choice(["one.in", "two.in", "opt.in"])?),
            "near\n".into(),
        ),
        15 => Change::Write("src2/p.h".into(), format!("#define P {number}\n")),
        16 => {
            let (place, word) = (random.choice(["tools1", "tools2"])?, random.choice(["one", "two", "six"])?);
            Change::Program(format!("{place}/tool"), format!("#!/bin/sh\necho tool {word}\n"))
        }
        17 => {
            let word = random.choice(["ab", "cd"])?;
            Change::Program("tools/t.sh".into(), format!("#!/bin/sh\necho T.{word} \"$@\"\n"))
        }
        18 => Change::Sneak(source),
        19 => {
            let text = random.choice(["# comment\n", "$(info appended)\n", "FOO = mk\n"])?;
            Change::Append(of(random, &is_makefile)?, text.into())
        }
        20 => Change::Write(
            if random.bool() { "src/opt.mk".into() } else { format!("{dir}/opt{}.mk", random.u8(..4)) },
            format!("OPT = {number}\n"),
        ),
        21 => {
            let made =
                of(random, &|path| !is_makefile(path) && !is_source(path) && !path.starts_with("tool"));
            Change::Write(made.unwrap_or(any), "scribbled\n".into())
        }
        22 => {
            let name = random.choice(PROGRAMS)?;
            Change::Program(format!("tools1/{name}"), format!("#!/bin/sh\necho hides {name} \"$@\"\n"))
        }
        23 | 24 => Change::Retarget("cur".into(), random.choice(["src", "src2", "tools", "no"])?),
        25 => Change::Linked(random.choice(["src", "src2", "tools", "lib"])?),
        26 => Change::Mode(
            random.choice(["tools/t.sh", "tools2/tool", "tools1/tool", "tools/py.sh"])?.into(),
            random.choice([0o644, 0o755])?,
        ),
        27 | 28 => {
            let script = random.choice(MEDDLES)?.replace('^', "\"${0%/*}/..\"");
            Change::Program("tools/meddle.sh".into(), format!("#!/bin/sh\n{script}\n"))
        }
        _ => Change::Unhide,
    })
}
