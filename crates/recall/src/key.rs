//! What tells sessions apart before anything was looked at: arguments, directory, environment, and the make itself.
//!
//! Two sessions with the same key that see the same facts give the same. Numbers that differ from run to run and mean
//! nothing (the descriptors of a jobserver, its fifo's name, that of a lock) are left out.

use bstr::{BStr, BString, ByteSlice};
use rkbuild_engine::jobs::invocation::Invocation;
use rkbuild_host::env::{TERMINALS, VOLATILE};
use rkbuild_host::{Dir, Env, Host, Stdio, fd};
use xxhash_rust::xxh3::Xxh3;

/// What identifies a session.
pub type Key = u128;

/// How the argument begins that names a jobserver.
const JOBSERVER: &[u8] = b"--jobserver-auth=";
/// The same as makes before 4.2 called it.
const JOBSERVER_FDS: &[u8] = b"--jobserver-fds=";
/// How the argument begins that names the file whose lock keeps output together.
const MUTEX: &[u8] = b"--sync-mutex=";

/// Bytes put together to a key; each text with its length, so that no two lists of texts are the same bytes.
pub struct Hasher(Xxh3);

impl Hasher {
    /// An empty one.
    pub fn new() -> Hasher {
        Hasher(Xxh3::new())
    }

    /// Adds a text.
    pub fn text(&mut self, text: &[u8]) {
        self.0.update(&(text.len() as u64).to_le_bytes());
        self.0.update(text);
    }

    /// Adds a number.
    pub fn number(&mut self, number: u64) {
        self.0.update(&number.to_le_bytes());
    }

    /// Adds a text without what differs from run to run.
    pub fn normalised(&mut self, text: &[u8]) {
        match without_names(text) {
            Some(text) => self.text(&text),
            None => self.text(text),
        }
    }

    /// Adds an environment.
    pub fn env(&mut self, env: &Env) {
        for (name, value) in env.iter() {
            if TERMINALS.contains(&name.as_bytes()) {
                self.text(name);
                self.number(u64::from(value.is_empty()));
            } else if !VOLATILE.contains(&name.as_bytes()) {
                self.text(name);
                self.normalised(value);
            }
        }
    }

    /// The key.
    pub fn finish(&self) -> Key {
        self.0.digest128()
    }
}

impl Default for Hasher {
    fn default() -> Self {
        Hasher::new()
    }
}

/// `text` with the numbers of jobservers and the names of locks taken out; `None` when there are none.
fn without_names(text: &[u8]) -> Option<BString> {
    let mut out = BString::default();
    let mut rest = text;
    while let Some((at, option)) =
        [JOBSERVER, JOBSERVER_FDS, MUTEX].into_iter().filter_map(|o| Some((rest.find(o)?, o))).min()
    {
        let (before, after) = rest.split_at(at + option.len());
        out.extend_from_slice(before);
        // That it is a fifo, or closed to this command, stays.
        if after.starts_with(b"fifo:") {
            out.extend_from_slice(b"fifo:");
        } else if after.starts_with(b"-") {
            out.push(b'-');
        }
        let end = after.find_byteset(b" \t").unwrap_or(after.len());
        rest = after.get(end..).unwrap_or_default();
    }
    if out.is_empty() {
        return None;
    }
    out.extend_from_slice(rest);
    Some(out)
}

/// Whether another make, or somebody in its place, gave this one a jobserver or a file of its own to work with. Its name is no part of a key,
/// and what is said of one that can't be used depends on it.
pub fn is_given_by_make(argv: &[BString], env: &Env) -> bool {
    const OWN: [&[u8]; 4] = [JOBSERVER, JOBSERVER_FDS, MUTEX, b"--temp-stdin="];
    let names_one = |text: &[u8]| OWN.iter().any(|option| text.contains_str(option));
    argv.iter().any(|arg| names_one(arg)) || env.get(b"MAKEFLAGS").is_some_and(|flags| names_one(flags))
}

/// The key of a session.
pub fn of_session(invocation: &Invocation, host: &Host) -> Key {
    let mut hasher = Hasher::new();
    hasher.number(invocation.argv.len() as u64);
    for arg in &invocation.argv {
        hasher.normalised(arg);
    }
    directory(&mut hasher, &invocation.dir);
    hasher.env(&invocation.env);
    streams(&mut hasher, &invocation.stdio);
    hasher.number(u64::from(host.umask()));
    hasher.number(u64::from(invocation.own_process));
    hasher.finish()
}

fn directory(hasher: &mut Hasher, dir: &Dir) {
    hasher.text(dir.path());
}

/// What kinds of things the streams are: programs look. Which terminal it is, nobody asked that is remembered.
fn streams(hasher: &mut Hasher, stdio: &Stdio) {
    hasher.number(u64::from(stdio.same_output()));
    for stream in [&stdio.stdout, &stdio.stderr] {
        hasher.number(u64::from(fd::is_terminal(stream)));
    }
}

/// Identifies this machine and user: another kernel, host name or user makes every record void.
pub fn of_machine(build: u128) -> u128 {
    let mut hasher = Hasher::new();
    hasher.number(build as u64);
    hasher.number((build >> 64) as u64);
    for text in rkbuild_host::machine::names() {
        hasher.text(&text);
    }
    hasher.finish()
}

/// What names the store of a session: where it runs, and the arguments that lead it elsewhere or set variables.
pub fn of_tree(dir: &BStr, argv: &[BString]) -> u128 {
    let mut hasher = Hasher::new();
    hasher.text(dir);
    let mut rest = argv.iter().skip(1);
    while let Some(arg) = rest.next() {
        if arg == "-C" || arg == "--directory" || arg == "-f" || arg == "--file" || arg == "--makefile" {
            hasher.text(arg);
            hasher.text(rest.next().map_or(b"", |next| next.as_slice()));
        } else if arg.starts_with(b"-C")
            || arg.starts_with(b"--directory=")
            || arg.starts_with(b"-f")
            || arg.starts_with(b"--file=")
            || !arg.starts_with(b"-") && arg.contains(&b'=')
        {
            hasher.text(arg);
        }
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_make_gave_is_seen() {
        let given = |arg: &str, flags: &str| {
            let mut env = Env::default();
            env.set("MAKEFLAGS", flags);
            is_given_by_make(&["make".into(), arg.into()], &env)
        };
        assert!(given("--jobserver-auth=50,51", ""));
        assert!(given("all", " -j2 --jobserver-auth=fifo:/tmp/x"));
        assert!(given("--temp-stdin=x.mk", ""));
        assert!(!given("-j2", "w"));
    }

    #[test]
    fn the_numbers_of_a_jobserver_do_not_count() {
        let text = |t: &str| without_names(t.as_bytes()).map(|t| t.to_string());
        assert_eq!(
            text("rR -j2 --jobserver-auth=3,4 -- A=b").as_deref(),
            Some("rR -j2 --jobserver-auth= -- A=b")
        );
        assert_eq!(text(" --jobserver-auth=fifo:/tmp/GMfifo12").as_deref(), Some(" --jobserver-auth=fifo:"));
        assert_eq!(text("--jobserver-auth=-2,-2").as_deref(), Some("--jobserver-auth=-"));
        assert_eq!(
            text(" -Otarget --sync-mutex=fnm:/tmp/GmAb1 -w").as_deref(),
            Some(" -Otarget --sync-mutex= -w")
        );
        assert_eq!(text("--jobserver-fds=3,4 x").as_deref(), Some("--jobserver-fds= x"));
        assert_eq!(text("rR -j2"), None);
    }

    #[test]
    fn lists_of_texts_differ_when_their_texts_do() {
        let key = |texts: &[&str]| {
            let mut hasher = Hasher::new();
            texts.iter().for_each(|text| hasher.text(text.as_bytes()));
            hasher.finish()
        };
        assert_ne!(key(&["ab", "c"]), key(&["a", "bc"]));
        assert_ne!(key(&["a", ""]), key(&["", "a"]));
    }

    #[test]
    fn goals_and_jobs_share_a_store_and_directories_do_not() {
        let tree = |args: &[&str]| {
            let argv: Vec<BString> = args.iter().map(|arg| BString::from(*arg)).collect();
            of_tree(BStr::new("/d"), &argv)
        };
        assert_eq!(tree(&["make", "-j8", "all"]), tree(&["make", "vmlinux"]));
        assert_ne!(tree(&["make", "-C", "a"]), tree(&["make", "-C", "b"]));
        assert_ne!(tree(&["make", "O=x"]), tree(&["make"]));
    }
}
