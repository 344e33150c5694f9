//! What ccache keeps for itself: its cache is part of neither what a command sees nor what it does.
//!
//! With ccache in front of a compiler the outcome is the compiler's, whether the cache had it or not. That is what ccache is for, and
//! what a command may be given for again that is run through it: its results, the notes it makes of them and its counts change
//! each time and mean nothing to anybody else. Everything outside its directory counts as with any program: sources and headers
//! that it reads or the compiler does, the compiler's time, its configuration.

use std::borrow::Cow;

use bstr::{BStr, BString, ByteSlice};
use rkbuild_host::watch::{Found, Program, Reason, Seen, Watched};
use rkbuild_host::{Dir, Env, Host};

use crate::pure::last_part;

/// Its name, links followed.
const NAME: &[u8] = b"ccache";

/// Whether a program is ccache, by its own name or by a compiler's.
fn is_ccache(program: &Program) -> bool {
    last_part(program.path.as_bstr()) == NAME
}

/// The word with which ccache is no compiler: it was told to do something with its cache.
pub(crate) fn told(program: &Program) -> Option<&BStr> {
    let called = program.arguments.first().is_some_and(|name| last_part(name.as_bstr()) == NAME);
    let word = program.arguments.get(1).map(|word| word.as_bstr());
    match word {
        _ if !is_ccache(program) || !called => None,
        None => Some(BStr::new("")),
        Some(word) => word.starts_with(b"-").then_some(word),
    }
}

/// What a command did, without what ccache did for itself.
pub(crate) fn without_its_own<'a>(
    host: &Host,
    root: &Dir,
    env: &Env,
    watched: &'a Watched,
) -> Cow<'a, Watched> {
    if !watched.programs.iter().any(is_ccache) {
        return Cow::Borrowed(watched);
    }
    let places = Places::of(host, root, env, watched);
    let mut rest = watched.clone();
    // Where there is no cache yet, there is no configuration in it either.
    let no_cache =
        |seen: &Seen| matches!(seen.found, Found::Missing(_)) && places.caches.contains(&seen.path);
    rest.seen.retain(|seen| !places.has(&seen.path) || no_cache(seen));
    rest.changes.retain(|change| !places.has(&change.path));
    rest.temporary.retain(|path| !places.has(path));
    rest.reasons.retain(|reason| match reason {
        Reason::Lock(path) | Reason::ListedOwn(path) => !places.has(path),
        _ => true,
    });
    Cow::Owned(rest)
}

/// Where it says what it did, if anywhere: a configuration that asks for that, or a variable.
pub(crate) fn tells(host: &Host, root: &Dir, env: &Env, watched: &Watched) -> Option<String> {
    const VARIABLES: [&[u8]; 3] = [b"CCACHE_LOGFILE", b"CCACHE_DEBUG", b"CCACHE_DEBUGDIR"];
    const SETTINGS: [&[u8]; 3] = [b"log_file", b"debug", b"debug_dir"];
    if !watched.programs.iter().any(is_ccache) {
        return None;
    }
    if let Some(name) = VARIABLES.iter().find(|name| env.contains(name)) {
        return Some(format!("ccache with {}", name.as_bstr()));
    }
    let settings = configured(host, root, watched);
    let (name, _) = settings.iter().find(|(name, _)| SETTINGS.contains(&name.as_slice()))?;
    Some(format!("ccache with {name}"))
}

/// The settings in the configurations that were read: names and values.
fn configured(host: &Host, root: &Dir, watched: &Watched) -> Vec<(BString, BString)> {
    let is_configuration = |path: &BString| last_part(path.as_bstr()) == b"ccache.conf";
    let files = watched.seen.iter().filter(|seen| is_configuration(&seen.path));
    let texts = files.filter_map(|seen| host.read_unseen(root, &seen.path).ok());
    texts
        .flat_map(|(text, _)| {
            let settings = text.lines().filter_map(|line| {
                let (name, value) = line.split_once_str("=")?;
                Some((BString::from(name.trim()), BString::from(value.trim())))
            });
            settings.collect::<Vec<_>>()
        })
        .filter(|(name, _)| !name.starts_with(b"#"))
        .collect()
}

/// Directories of its own.
struct Places {
    /// Caches: they, and what in them has the form of a cache's entry, are its own.
    caches: Vec<BString>,
    /// Directories for temporary files.
    temporary: Vec<BString>,
}

impl Places {
    /// Those that its configurations, the environment and, without either, custom say.
    fn of(host: &Host, root: &Dir, env: &Env, watched: &Watched) -> Places {
        let below = |name: &[u8], rest: &[u8]| {
            let dir = env.get(name).filter(|dir| dir.starts_with(b"/"))?;
            Some(BString::from([dir.as_bytes(), rest].concat()))
        };
        let settings = configured(host, root, watched);
        let set = |setting: &'static [u8]| {
            settings.iter().filter(move |(name, _)| name == setting).map(|(_, value)| value.clone())
        };
        let custom = [
            below(b"CCACHE_DIR", b""),
            below(b"XDG_CACHE_HOME", b"/ccache"),
            below(b"HOME", b"/.ccache"),
            below(b"HOME", b"/.cache/ccache"),
        ];
        let temporary = [below(b"CCACHE_TEMPDIR", b""), below(b"XDG_RUNTIME_DIR", b"/ccache-tmp")];
        // Names as they are seen under watch.
        let real = |dir: BString| host.realpath(root, &dir).ok().filter(|dir| *dir != "/");
        Places {
            caches: custom.into_iter().flatten().chain(set(b"cache_dir")).filter_map(real).collect(),
            temporary: temporary
                .into_iter()
                .flatten()
                .chain(set(b"temporary_dir"))
                .filter_map(real)
                .collect(),
        }
    }

    /// Whether a file is one of its own.
    fn has(&self, path: &BString) -> bool {
        let within = |dir: &BString| path.strip_prefix(dir.as_slice())?.strip_prefix(b"/");
        // Others may use the same directory, unless it is called so.
        let is_temporary = |dir: &BString| {
            within(dir).is_some_and(|name| {
                last_part(dir.as_bstr()) == b"ccache-tmp" || name.starts_with(b"inode-cache")
            })
        };
        self.caches.contains(path)
            || self.caches.iter().filter_map(within).any(is_entry)
            || self.temporary.iter().any(is_temporary)
            // Where it puts them without being told to.
            || path.starts_with(b"/run/user/") && path.find("/ccache-tmp/").is_some()
    }
}

/// Whether a path in a cache is that of something ccache keeps there: results, counts and locks below directories of one hexadecimal
/// digit, counts and locks beside them, temporary files. Its configuration, which lies there too, is none.
fn is_entry(path: &[u8]) -> bool {
    // Names of results are hashes.
    const SHORTEST: usize = 20;
    let digit = |name: &[u8]| matches!(name, [b'0'..=b'9' | b'a'..=b'f']);
    let notes = |name: &[u8]| {
        let end = [&b".lock"[..], b".alive", b".tmp"].iter().any(|end| name.ends_with(end));
        end || name == b"CACHEDIR.TAG" || name.starts_with(b"stats")
    };
    let result =
        |name: &[u8]| name.len() >= SHORTEST && name.iter().take(SHORTEST).all(u8::is_ascii_alphanumeric);
    let names: Vec<&[u8]> = path.split_str("/").collect();
    match names.as_slice() {
        [b"tmp" | b"lock", ..] => true,
        [name] => digit(name) || notes(name),
        [dirs @ .., name] => {
            dirs.iter().all(|dir| digit(dir)) && (digit(name) || notes(name) || result(name))
        }
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_entries_of_the_cache_are_its_own() {
        let places =
            Places { caches: vec!["/c".into()], temporary: vec!["/t".into(), "/r/ccache-tmp".into()] };
        let result = "/c/0/7/37tsko1gtr6nhpb55fe644492ui9ok6M";
        let notes = ["/c/f/stats", "/c/3/0/stats.tmp.eOB7r6.tmp", "/c/auto.lock", "/c/tmp/x.i"];
        let elsewhere = ["/t/inode-cache-32.v1", "/r/ccache-tmp/x.i", "/run/user/7/ccache-tmp/x.i"];
        for own in [result, "/c", "/c/a", "/c/a/7"].into_iter().chain(notes).chain(elsewhere) {
            assert!(places.has(&own.into()), "{own}");
        }
        let sources = ["/c/src/a.c", "/c/a/a.c", "/c/a/src/37tsko1gtr6nhpb55fe644492ui9ok6M", "/t/a.h"];
        for other in
            ["/c/ccache.conf", "/c/g/x", "/c/stats/x", "/cc/0/7", "/t", "/x"].into_iter().chain(sources)
        {
            assert!(!places.has(&other.into()), "{other}");
        }
    }

    #[test]
    fn it_is_a_compiler_unless_it_is_told_to_do_something_with_its_cache() {
        let program = |words: &[&str]| Program {
            path: "/usr/bin/ccache".into(),
            arguments: words.iter().map(|word| BString::from(*word)).collect(),
            script: false,
            count: 1,
        };
        assert_eq!(told(&program(&["ccache", "gcc", "-c", "x.c"])), None);
        assert_eq!(told(&program(&["/usr/lib/ccache/gcc", "-c", "x.c"])), None);
        assert_eq!(told(&program(&["/usr/bin/ccache", "-C"])).unwrap(), "-C");
        assert_eq!(told(&program(&["ccache"])).unwrap(), "");
    }
}
