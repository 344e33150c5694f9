//! Files found elsewhere: `vpath`, `VPATH`, `GPATH` and `-lNAME` (manual 4.5).

use std::rc::Rc;

use rkbuild_base::text::{is_space, words};
use rkbuild_base::{BString, Name};
use rkbuild_eval::FileId;
use rkbuild_eval::pattern::Pattern;

use crate::graph::directory::Has;
use crate::graph::times::Time;
use crate::search::lookup::Search;

/// Where the system's libraries are looked for after VPATH.
const LIBRARY_DIRS: [&[u8]; 3] = [b"/lib", b"/usr/lib", b"/usr/local/lib"];

impl Search<'_> {
    /// Looks for `name` in the directories of `vpath` and `VPATH`, or as a library. The time comes along when it is known already:
    /// one that was given with `-o` or `-W`, or that of a file which was looked at to find it.
    pub(crate) fn search_vpath(&mut self, name: &[u8]) -> Option<(BString, Option<Time>)> {
        if let Some(found) = self.search_directories(name) {
            return Some(found);
        }
        if name.starts_with(b"-l") {
            return self.search_library(name).map(|found| (found, None));
        }
        None
    }

    /// Looks for `name` in the directories of the `vpath` patterns it matches and in VPATH.
    pub(crate) fn search_directories(&mut self, name: &[u8]) -> Option<(BString, Option<Time>)> {
        let general = self.general_vpath();
        if name.starts_with(b"/") || (general.is_empty() && self.session.targets.vpaths.is_empty()) {
            return None;
        }
        let for_name = self.session.targets.vpaths.iter().filter(|(pattern, _)| pattern.stem(name).is_some());
        let dirs: Vec<BString> = for_name.flat_map(|(_, dirs)| dirs.clone()).collect();
        // A name that is a target here is found only where it exists or is a target too.
        let not_target = self.lookup(name).is_none_or(|id| !self.session.targets[id].is_target);
        for dir in dirs.iter().chain(general.iter()) {
            let mut path = BString::new(Vec::with_capacity(dir.len() + 1 + name.len()));
            path.extend_from_slice(dir);
            if !path.ends_with(b"/") {
                path.push(b'/');
            }
            path.extend_from_slice(name);
            if let Some(id) = self.lookup(&path)
                && (not_target || self.session.targets[id].is_target)
            {
                let time = self.state(id).mtime.filter(|time| time.is_given());
                return Some((path, time));
            }
            match self.directories.has_alone(self.graph.session, &path) {
                Has::No => {}
                Has::Name => {
                    if self.session.host().exists(&self.session.dir, &path) {
                        return Some((path, None));
                    }
                }
                Has::File(meta) => {
                    self.session.host().note_stat(&self.session.dir, &path, meta);
                    return Some((path, Some(Time::at(meta.mtime_ns))));
                }
            }
        }
        None
    }

    fn lookup(&self, name: &[u8]) -> Option<FileId> {
        let name = rkbuild_eval::target::strip_dot_slash(name);
        self.session.shared.lang.names.get(name).and_then(|n| self.session.targets.lookup(n))
    }

    /// `VPATH`, read when it is first needed.
    pub(crate) fn general_vpath(&mut self) -> Rc<[BString]> {
        if let Some(dirs) = &self.general_vpath {
            return dirs.clone();
        }
        let name = self.session.known.vpath;
        let dirs: Rc<[BString]> = self.directory_list(name).into();
        self.general_vpath = Some(dirs.clone());
        dirs
    }

    /// A variable's list of directories, split at colons and blanks. An error in it counts as no directories:
    /// it was reported when it was expanded.
    fn directory_list(&mut self, name: Name) -> Vec<BString> {
        let Ok(value) = self.session.variable_value(name) else { return Vec::new() };
        value
            .split(|c| *c == b':' || is_space(*c))
            .filter(|d| !d.is_empty() && *d != b".")
            .map(|d| if d.starts_with(b"~") { self.session.expand_tilde(d) } else { BString::from(d) })
            .map(|d| match d.as_slice() {
                [rest @ .., b'/'] if !rest.is_empty() => BString::from(rest),
                _ => d,
            })
            .collect()
    }

    /// True when a directory is one of GPATH: what is found there keeps its name when it is remade.
    pub(crate) fn in_gpath(&mut self, dir: &[u8]) -> bool {
        if self.gpath.is_none() {
            let name = self.session.known.gpath;
            self.gpath = Some(self.directory_list(name));
        }
        self.gpath.as_ref().is_some_and(|dirs| dirs.iter().any(|d| d == dir))
    }

    /// `-lNAME`: the first file that a pattern of `.LIBPATTERNS` gives, here, in VPATH, or where the system keeps
    /// its libraries.
    fn search_library(&mut self, name: &[u8]) -> Option<BString> {
        let stem = name.get(2..)?;
        let patterns = self.session.name(b".LIBPATTERNS");
        let patterns = self.session.variable_value(patterns).ok()?;
        let mut best: Option<(usize, BString)> = None;
        for pattern in words(&patterns) {
            let pattern = Pattern::parse(pattern);
            if pattern.percent.is_none() {
                let mut message = b".LIBPATTERNS element '".to_vec();
                message.extend_from_slice(&pattern.text);
                message.extend_from_slice(b"' is not a pattern");
                self.session.error(None, message);
                continue;
            }
            let mut file = Vec::new();
            pattern.fill(stem, &mut file);
            if self.session.host().exists(&self.session.dir, &file) {
                return Some(file.into());
            }
            // Of several patterns the one found in the earliest directory counts.
            if let Some((found, _)) = self.search_directories(&file) {
                let rank = found.len();
                let at = self.vpath_rank(&found, &file).unwrap_or(rank);
                if best.as_ref().is_none_or(|(b, _)| at < *b) {
                    best = Some((at, found));
                }
                continue;
            }
            for (i, dir) in LIBRARY_DIRS.iter().enumerate() {
                let mut path = BString::from(*dir);
                path.push(b'/');
                path.extend_from_slice(&file);
                if self.session.host().exists(&self.session.dir, &path) {
                    let at = usize::MAX / 2 + i;
                    if best.as_ref().is_none_or(|(b, _)| at < *b) {
                        best = Some((at, path));
                    }
                    break;
                }
            }
        }
        best.map(|(_, path)| path)
    }

    /// Which of the directories in VPATH order `found` is in.
    fn vpath_rank(&mut self, found: &[u8], file: &[u8]) -> Option<usize> {
        let dir = found.strip_suffix(file)?;
        let dir = dir.strip_suffix(b"/").unwrap_or(dir);
        let general = self.general_vpath();
        let mut dirs = self.session.targets.vpaths.iter().flat_map(|(_, d)| d).chain(general.iter());
        dirs.position(|d| d == dir)
    }
}
