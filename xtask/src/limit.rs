//! `cargo xtask bench limit`: how close a clean build comes to its compilers, archivers and linkers alone.
//!
//! A build is watched through stand-ins for gcc, ld and ar, which say what they were called with. What they did is done again by two
//! workers that start nothing else: what others wait for longest goes first. No build can take much less time than that.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::bench::Bench;
use crate::bench_kernel::{Trees, prepared, read, with_goal};
use crate::confine::measure;
use crate::machine::Headers;
use crate::one_file::median;
use crate::places::Places;
use crate::reference::{self, Release};
use crate::sources::{self, clear};
use crate::stage::{Settings, Stage};

/// Programs that do the work.
const PROGRAMS: [&str; 3] = ["gcc", "ld", "ar"];

/// One call of such a program.
#[derive(Debug)]
struct Call {
    program: PathBuf,
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
    dir: PathBuf,
    /// Calls that made what it reads.
    needs: Vec<usize>,
    took: Duration,
    /// What it read was removed since: it can't be repeated.
    left_out: bool,
}

impl Bench {
    /// Builds trees from nothing, and does again what their compilers, archivers and linkers did.
    pub fn limit(&self, places: &Places, trees: &Trees) -> Result<()> {
        let reference = reference::program(places, Release::V441)?;
        let root = places.cached("bench")?;
        let headers = Headers::newest()?;
        let settings = Settings {
            jobs: Some(2),
            phases: vec!["configure".into()],
            limit: Duration::from_secs(4 * 3600),
            ccache: None,
        };
        for name in &trees.names {
            let (family, recipe) = read(places, name)?;
            let source = sources::prepare(places, family, &recipe)?;
            let _lock = places.lock("oracle-trees")?;
            let command = match trees.goals.as_slice() {
                [] => recipe.build.clone(),
                goals => with_goal(&recipe.build, &goals.join(" ")),
            };
            let stage = || -> Result<Stage> {
                let stage = Stage::new(places, &recipe, source.clone(), Some(&headers), &settings)?;
                prepared(stage, name, &reference)
            };
            let env = self.environment(&root)?;
            let env: Vec<(&str, &str)> = env.iter().map(|(n, v)| (*n, v.as_str())).collect();
            println!("building {name}, to see what is called");
            let mut watched = stage()?;
            watched.program(&self.variant.program, &env)?;
            let notes = root.join("calls");
            clear(&notes)?;
            fs::create_dir_all(&notes)?;
            let stand_ins = root.join("stand-ins");
            stand_in(&stand_ins, &notes)?;
            let mut build = watched.command(&command)?;
            let path = build.get_envs().find(|(name, _)| *name == "PATH").and_then(|(_, path)| path);
            let path = path.context("no PATH")?.to_os_string();
            let [mut with, colon] = [stand_ins.into_os_string(), ":".into()];
            with.push(colon);
            with.push(&path);
            build.env("PATH", with);
            measure(&build, &root)?;
            let mut calls = read_calls(&notes)?;
            repeat(&mut calls, true)?;
            let left_out = calls.iter().filter(|call| call.left_out).count();
            let all = calls.len() - left_out;
            ensure!(all > 0, "{name}: no call can be repeated");
            let (mut builds, mut bare) = (Vec::new(), Vec::new());
            for _ in 0..self.pairs {
                let mut built = stage()?;
                built.program(&self.variant.program, &env)?;
                builds.push(measure(&built.command(&command)?, &root)?.wall.as_secs_f64());
                bare.push(repeat(&mut calls, false)?.as_secs_f64());
                built.clear()?;
            }
            let ratios: Vec<f64> = builds.iter().zip(&bare).map(|(build, bare)| build / bare).collect();
            println!(
                "{name}: {all} calls of {} ({left_out} more can't be repeated), {:.2} s by two workers; the build {:.2} s: {:.3} of that \
                 (median of {} pairs)",
                PROGRAMS.join(", "),
                median(&bare),
                median(&builds),
                median(&ratios),
                self.pairs
            );
        }
        Ok(())
    }
}

/// Makes programs that note how they were called, and then are what they stand for.
fn stand_in(dir: &Path, notes: &Path) -> Result<()> {
    clear(dir)?;
    fs::create_dir_all(dir)?;
    for name in PROGRAMS {
        let text = format!(
            "#!/bin/sh\nnote=$(mktemp {notes}/XXXXXXXXXX)\n\
             {{ printf '%s\\0' /usr/bin/{name} \"$PWD\" \"$#\" \"$@\"; env -0; }} > \"$note\"\n\
             mv \"$note\" \"$note.call\"\nexec /usr/bin/{name} \"$@\"\n",
            notes = notes.display()
        );
        let path = dir.join(name);
        fs::write(&path, text)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

/// What was called, in order, but for what left no file.
fn read_calls(notes: &Path) -> Result<Vec<Call>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(notes)? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "call") {
            files.push((fs::metadata(&path)?.modified()?, path));
        }
    }
    files.sort();
    let mut calls: Vec<Call> = Vec::new();
    let mut made: HashMap<PathBuf, usize> = HashMap::new();
    for (_, file) in files {
        let text = fs::read(&file)?;
        let Some((call, output)) = parse(&text).with_context(|| format!("{}", file.display()))? else {
            continue;
        };
        if !output.exists() {
            continue;
        }
        let reads = |arg: &OsString| made.get(&absolute(&call.dir, Path::new(arg))).copied();
        let mut needs: Vec<usize> = call.args.iter().filter_map(reads).collect();
        // What is made twice is made in that order.
        needs.extend(made.get(&output));
        needs.sort_unstable();
        needs.dedup();
        made.insert(output, calls.len());
        calls.push(Call { needs, ..call });
    }
    ensure!(!calls.is_empty(), "no program was called");
    Ok(calls)
}

/// One note, and the file that the call makes. `None` where it makes none to be kept.
fn parse(text: &[u8]) -> Result<Option<(Call, PathBuf)>> {
    let mut words = text.split(|c| *c == 0).map(|word| OsString::from_vec(word.to_vec()));
    let mut next = || words.next().context("a note is cut off");
    let (program, dir) = (PathBuf::from(next()?), PathBuf::from(next()?));
    let count: usize = next()?.to_string_lossy().parse()?;
    let args = (0..count).map(|_| next()).collect::<Result<Vec<_>>>()?;
    let env = words.filter_map(|word| {
        let text = word.into_vec();
        let at = text.iter().position(|c| *c == b'=')?;
        let (name, value) = (text.get(..at)?.to_vec(), text.get(at + 1..)?.to_vec());
        Some((OsString::from_vec(name), OsString::from_vec(value)))
    });
    let env = env.collect();
    let output = match program.ends_with("ar") {
        // `ar cDPrST archive members`.
        true => args.get(1),
        false => args.iter().position(|arg| arg == "-o").and_then(|at| args.get(at + 1)),
    };
    let Some(output) = output.map(|output| absolute(&dir, Path::new(output))) else { return Ok(None) };
    // What compilers are asked for their options' sake.
    if args.iter().any(|arg| arg == "/dev/null") || output.starts_with("/dev") {
        return Ok(None);
    }
    Ok(Some((
        Call { program, args, env, dir, needs: Vec::new(), took: Duration::from_millis(1), left_out: false },
        output,
    )))
}

/// The path without `.` and `..`.
fn absolute(dir: &Path, path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in dir.join(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(out.pop()),
            part => out.push(part),
        }
    }
    out
}

/// For each call how long it and what waits for it take at least, one after the other.
fn paths(calls: &[Call]) -> Vec<Duration> {
    let mut longest: Vec<Duration> = calls.iter().map(|call| call.took).collect();
    // Calls need earlier ones alone.
    for n in (0..calls.len()).rev() {
        let own = longest.get(n).copied().unwrap_or_default();
        for need in calls.get(n).map(|call| call.needs.as_slice()).unwrap_or_default() {
            if let (Some(path), Some(call)) = (longest.get_mut(*need), calls.get(*need)) {
                *path = (*path).max(own + call.took);
            }
        }
    }
    longest
}

/// What the workers share.
struct Work {
    /// How many calls each still waits for.
    waits: Vec<usize>,
    /// What could start, in no order.
    ready: Vec<usize>,
    left: usize,
    took: Vec<Duration>,
    left_out: Vec<usize>,
    failed: Option<String>,
}

/// Does all of it by two workers. Gives the time, and keeps that of each for the order of the next time. The `first` time what fails
/// is left out from then on; later that is an error.
fn repeat(calls: &mut [Call], first: bool) -> Result<Duration> {
    let longest = paths(calls);
    let mut waited_for: Vec<Vec<usize>> = vec![Vec::new(); calls.len()];
    for (n, call) in calls.iter().enumerate() {
        for need in &call.needs {
            waited_for[*need].push(n);
        }
    }
    let waits: Vec<usize> = calls.iter().map(|call| call.needs.len()).collect();
    let ready = waits.iter().enumerate().filter(|(_, waits)| **waits == 0).map(|(n, _)| n).collect();
    let work = Work {
        waits,
        ready,
        left: calls.len(),
        took: vec![Duration::ZERO; calls.len()],
        left_out: Vec::new(),
        failed: None,
    };
    let (work, more) = (Mutex::new(work), Condvar::new());
    let began = Instant::now();
    let all: &[Call] = calls;
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut now = work.lock().unwrap_or_else(PoisonError::into_inner);
                while now.left > 0 && now.failed.is_none() {
                    let best = now
                        .ready
                        .iter()
                        .enumerate()
                        .max_by_key(|(_, n)| (longest[**n], std::cmp::Reverse(**n)));
                    let Some(at) = best.map(|(at, _)| at) else {
                        now = more.wait(now).unwrap_or_else(PoisonError::into_inner);
                        continue;
                    };
                    let n = now.ready.swap_remove(at);
                    drop(now);
                    let ran = if all[n].left_out { Ok(Duration::ZERO) } else { run(&all[n]) };
                    now = work.lock().unwrap_or_else(PoisonError::into_inner);
                    now.left -= 1;
                    match ran {
                        Ok(took) => now.took[n] = took,
                        Err(_) if first => now.left_out.push(n),
                        Err(error) => now.failed = Some(format!("{error:#}")),
                    }
                    for waiting in &waited_for[n] {
                        now.waits[*waiting] -= 1;
                        if now.waits[*waiting] == 0 {
                            now.ready.push(*waiting);
                        }
                    }
                    more.notify_all();
                }
            });
        }
    });
    let took = began.elapsed();
    let work = work.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(why) = work.failed {
        bail!("{why}");
    }
    calls.iter_mut().zip(work.took).for_each(|(call, took)| call.took = took);
    for n in work.left_out {
        calls[n].left_out = true;
    }
    Ok(took)
}

fn run(call: &Call) -> Result<Duration> {
    let began = Instant::now();
    let mut cmd = Command::new(&call.program);
    cmd.args(&call.args).current_dir(&call.dir).env_clear().envs(call.env.iter().map(|(n, v)| (n, v)));
    cmd.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let status = cmd.status().with_context(|| format!("{}", call.program.display()))?;
    ensure!(status.success(), "{} {:?} ends with {status}", call.program.display(), call.args);
    Ok(began.elapsed())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(needs: &[usize], seconds: u64) -> Call {
        Call {
            program: "/bin/true".into(),
            args: Vec::new(),
            env: Vec::new(),
            dir: "/".into(),
            needs: needs.to_vec(),
            took: Duration::from_secs(seconds),
            left_out: false,
        }
    }

    #[test]
    fn what_others_wait_for_counts_with_them() {
        let calls = [call(&[], 1), call(&[], 5), call(&[0], 2), call(&[2, 1], 4)];
        let seconds: Vec<u64> = paths(&calls).iter().map(Duration::as_secs).collect();
        assert_eq!(seconds, [7, 9, 6, 4]);
    }

    #[test]
    fn a_call_is_read_with_what_it_makes() {
        let text = b"/usr/bin/gcc\0/tree/dir\x004\0-c\0-o\0../a.o\0a.c\0A=b=c\0".as_slice();
        let (call, output) = parse(text).unwrap().unwrap();
        assert_eq!(output, Path::new("/tree/a.o"));
        assert_eq!(call.args.len(), 4);
        assert_eq!(call.env, [("A".into(), "b=c".into())]);
        let (_, archive) = parse(b"/usr/bin/ar\0/t\x003\0cDPrST\0b.a\0a.o\0").unwrap().unwrap();
        assert_eq!(archive, Path::new("/t/b.a"));
        let probe = b"/usr/bin/gcc\0/t\x004\0-c\0/dev/null\0-o\0x\0".as_slice();
        assert!(parse(probe).unwrap().is_none());
        assert!(parse(b"/usr/bin/gcc\0/t\x009\0-c\0").is_err());
    }
}
