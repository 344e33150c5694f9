//! Functions on file names (manual 8.3): their parts, and the files that exist.

use std::sync::Arc;

use rkbuild_base::text::{is_blank, trim_start, words};
use rkbuild_host::Listing;

use super::text::{drop_last_space, each_word};
use crate::Session;
use crate::sequence::{archive_groups, split_words};

/// The directory part, up to and with the last slash, and the rest.
pub(crate) fn split_dir(name: &[u8]) -> (&[u8], &[u8]) {
    name.split_at(memchr::memrchr(b'/', name).map_or(0, |slash| slash + 1))
}

/// Where the suffix of a name begins: at the last period after the last slash.
fn suffix_start(name: &[u8]) -> Option<usize> {
    name.iter().rposition(|c| matches!(c, b'.' | b'/')).filter(|at| name[*at] == b'.')
}

/// `$(dir names)`
pub fn dir(names: &[u8], out: &mut Vec<u8>) {
    each_word(names, out, |name, out| match split_dir(name).0 {
        [] => out.extend_from_slice(b"./"),
        dir => out.extend_from_slice(dir),
    });
}

/// `$(notdir names)`
pub fn notdir(names: &[u8], out: &mut Vec<u8>) {
    each_word(names, out, |name, out| out.extend_from_slice(split_dir(name).1));
}

/// `$(suffix names)`: names without one leave nothing, not even a space.
pub fn suffix(names: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    for name in words(names) {
        if let Some(at) = suffix_start(name) {
            out.extend_from_slice(&name[at..]);
            out.push(b' ');
        }
    }
    drop_last_space(start, out);
}

/// `$(basename names)`
pub fn basename(names: &[u8], out: &mut Vec<u8>) {
    each_word(names, out, |name, out| {
        out.extend_from_slice(&name[..suffix_start(name).unwrap_or(name.len())]);
    });
}

/// `$(addprefix prefix,names)`
pub fn addprefix(prefix: &[u8], names: &[u8], out: &mut Vec<u8>) {
    each_word(names, out, |name, out| {
        out.extend_from_slice(prefix);
        out.extend_from_slice(name);
    });
}

/// `$(addsuffix suffix,names)`
pub fn addsuffix(suffix: &[u8], names: &[u8], out: &mut Vec<u8>) {
    each_word(names, out, |name, out| {
        out.extend_from_slice(name);
        out.extend_from_slice(suffix);
    });
}

/// `$(join left,right)`
pub fn join(left: &[u8], right: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    let (mut left, mut right) = (words(left), words(right));
    loop {
        let pair = (left.next(), right.next());
        if pair == (None, None) {
            break;
        }
        out.extend_from_slice(pair.0.unwrap_or_default());
        out.extend_from_slice(pair.1.unwrap_or_default());
        out.push(b' ');
    }
    drop_last_space(start, out);
}

/// `$(abspath names)` in the directory `current`. Nothing is looked up: symbolic links stay, and the names need not
/// exist.
pub fn abspath(current: &[u8], names: &[u8], out: &mut Vec<u8>) {
    each_word(names, out, |name, out| {
        let start = out.len();
        if !name.starts_with(b"/") && current != b"/" {
            out.extend_from_slice(current);
        }
        for part in name.split(|c| *c == b'/') {
            match part {
                b"" | b"." => {}
                b".." => {
                    let parent = memchr::memrchr(b'/', &out[start..]).unwrap_or(0);
                    out.truncate(start + parent);
                }
                _ => {
                    out.push(b'/');
                    out.extend_from_slice(part);
                }
            }
        }
        if out.len() == start {
            out.push(b'/');
        }
    });
}

/// The directory that names were looked up in last, and what it held. Lists of files are mostly of one directory, so
/// that it pays to read it once instead of asking for each name.
#[derive(Debug, Default)]
pub struct LastDir {
    path: Vec<u8>,
    /// Look-ups in that directory since another was asked for, or since something may have changed it.
    times: u32,
    epoch: Option<u64>,
    listing: Option<Arc<Listing>>,
}

impl LastDir {
    /// Another directory, or the same at another time.
    fn start(&mut self, path: &[u8], epoch: Option<u64>) {
        self.listing = None;
        self.times = 0;
        self.epoch = epoch;
        self.path.clear();
        self.path.extend_from_slice(path);
    }
}

/// After this many names of one directory, it is read.
const READ_AFTER: u32 = 4;

impl Session {
    /// `$(realpath names)`: those that exist, without symbolic links.
    pub(super) fn realpath(&self, names: &[u8], out: &mut Vec<u8>) {
        self.vars.met.files();
        let start = out.len();
        for name in words(names) {
            if let Ok(path) = self.host().realpath(&self.dir, name) {
                out.extend_from_slice(&path);
                out.push(b' ');
            }
        }
        drop_last_space(start, out);
    }

    /// `$(wildcard patterns)`
    pub(super) fn wildcard(&mut self, patterns: &[u8], out: &mut Vec<u8>) {
        self.vars.met.files();
        let start = out.len();
        if memchr::memchr3(b'\\', b'~', b'(', patterns).is_none() {
            for pattern in patterns.split(|c| is_blank(*c)).map(trim_start).filter(|p| !p.is_empty()) {
                self.existing(pattern, out);
            }
        } else {
            for word in archive_groups(split_words(patterns, b"")) {
                let word = if word.starts_with(b"~") { self.expand_tilde(&word) } else { word };
                self.existing(&word, out);
            }
        }
        drop_last_space(start, out);
    }

    /// Appends the files a pattern stands for, each with a space after it.
    fn existing(&mut self, pattern: &[u8], out: &mut Vec<u8>) {
        let archive = memchr::memchr(b'(', pattern).filter(|open| *open > 0 && pattern.ends_with(b")"));
        let special = pattern.iter().any(|c| matches!(c, b'*' | b'?' | b'[' | b'\\'));
        if let Some(open) = archive {
            // A member is taken to exist when its archive does.
            if self.host().link_kind(&self.dir, &pattern[..open]).is_ok() {
                out.extend_from_slice(pattern);
                out.push(b' ');
            }
        } else if special || pattern.ends_with(b"/") || pattern.starts_with(b"//") {
            for path in self.glob(pattern) {
                out.extend_from_slice(&path);
                out.push(b' ');
            }
        } else if self.is_there(pattern) {
            out.extend_from_slice(pattern);
            out.push(b' ');
        }
    }

    /// True when a file of that name exists, be it a symbolic link to nothing.
    pub(crate) fn is_there(&mut self, path: &[u8]) -> bool {
        self.forget_last_dir();
        self.is_there_still(path)
    }

    /// Forgets the directory that was looked in last if something may have changed it.
    pub(crate) fn forget_last_dir(&mut self) {
        let epoch = self.host().quiet_epoch();
        if epoch.is_none() || self.last_dir.epoch != epoch {
            self.last_dir.start(b"", epoch);
        }
    }

    /// Like [`Session::is_there`], for one of several names of which it is all the same when exactly they are looked for.
    /// Before the first comes [`Session::forget_last_dir`].
    pub(crate) fn is_there_still(&mut self, path: &[u8]) -> bool {
        let (parent, name) = split_dir(path);
        if matches!(name, b"" | b"." | b"..") {
            return self.host().link_kind(&self.dir, path).is_ok();
        }
        let host = self.host().clone();
        let last = &mut self.last_dir;
        if last.path != parent {
            last.start(parent, last.epoch);
        }
        last.times += 1;
        if last.listing.is_none() && last.times > READ_AFTER {
            // Where it can't be read, names in it may still be found.
            last.listing = host.names_of(&self.dir, parent).ok();
            if last.listing.is_none() {
                last.times = 0;
            }
        }
        match &self.last_dir.listing {
            Some(listing) => host.has_name(&self.dir, parent, Some(listing), name),
            None => host.link_kind(&self.dir, path).is_ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(f: impl FnOnce(&[u8], &mut Vec<u8>), names: &str) -> String {
        let mut out = b"|".to_vec();
        f(names.as_bytes(), &mut out);
        String::from_utf8(out).unwrap()[1..].to_string()
    }

    #[test]
    fn names_are_divided_after_the_last_slash() {
        assert_eq!(run(dir, "a/b c /d / ./ x/y/ .."), "a/ ./ / / ./ x/y/ ./");
        assert_eq!(run(notdir, "a/b c /d q"), "b c d q");
        assert_eq!(run(notdir, "a/ b c/ d"), " b  d");
    }

    #[test]
    fn suffixes_begin_at_the_last_period_of_the_last_part() {
        assert_eq!(run(suffix, "a.c b x.y/z x.y/z.q a.b.c .c a. ./."), ".c .q .c .c . .");
        assert_eq!(run(basename, "a.c b x.y/z x.y/z.q a.b.c .c a. q/.y"), "a b x.y/z x.y/z a.b  a q/");
        assert_eq!(run(basename, ".a .b"), " ");
    }

    #[test]
    fn affixes_go_to_every_word() {
        assert_eq!(run(|n, out| addprefix(b"x y", n, out), " a  b"), "x ya x yb");
        assert_eq!(run(|n, out| addsuffix(b".c", n, out), ""), "");
    }

    #[test]
    fn join_goes_on_to_the_end_of_the_longer_list() {
        assert_eq!(run(|n, out| join(n, b"1 2 3", out), "a b"), "a1 b2 3");
        assert_eq!(run(|n, out| join(n, b"", out), "a  b"), "a b");
    }

    #[test]
    fn abspath_works_on_text_alone() {
        let a = |names| run(|n, out| abspath(b"/w/p", n, out), names);
        assert_eq!(a("a ./b ../c /x//y/./z/.. . .. a/../../../../.."), "/w/p/a /w/p/b /w/c /x/y /w/p /w /");
        assert_eq!(a("/ // /.. ~/x a/"), "/ / / /w/p/~/x /w/p/a");
        assert_eq!(run(|n, out| abspath(b"/", n, out), "a .."), "/a /");
    }
}
