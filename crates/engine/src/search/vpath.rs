//! Files found elsewhere: `vpath`, `VPATH`, `GPATH` and `-lNAME` (manual 4.5).

use rkbuild_base::text::{is_space, words};
use rkbuild_base::{BString, Name};
use rkbuild_eval::FileId;
use rkbuild_eval::pattern::Pattern;

use crate::graph::builder::{Builder, Phase};
use crate::graph::times::Time;

/// Where the system's libraries are looked for after VPATH.
const LIBRARY_DIRS: [&[u8]; 3] = [b"/lib", b"/usr/lib", b"/usr/local/lib"];

impl Builder<'_> {
    /// Looks for `name` in the directories of `vpath` and `VPATH`, or as a library. The time comes along when it is
    /// one that was given with `-o` or `-W`.
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
        let lists: Vec<Vec<BString>> = self
            .session
            .targets
            .vpaths
            .iter()
            .filter(|(pattern, _)| pattern.stem(name).is_some())
            .map(|(_, dirs)| dirs.clone())
            .chain(std::iter::once(general))
            .collect();
        // A name that is a target here is found only where it exists or is a target too.
        let not_target = self.lookup(name).is_none_or(|id| !self.session.targets[id].is_target);
        for dir in lists.iter().flatten() {
            let mut path = dir.clone();
            if !path.ends_with(b"/") {
                path.push(b'/');
            }
            path.extend_from_slice(name);
            if let Some(id) = self.lookup(&path)
                && (not_target || self.session.targets[id].is_target)
            {
                let time = self.state(id).mtime.filter(|t| matches!(t, Time::Old | Time::New));
                return Some((path, time));
            }
            if self.directories.has(self.session, &path)
                && self.session.host().exists(&self.session.dir, &path)
            {
                return Some((path, None));
            }
        }
        None
    }

    fn lookup(&self, name: &[u8]) -> Option<FileId> {
        let name = rkbuild_eval::target::strip_dot_slash(name);
        self.session.shared.lang.names.get(name).and_then(|n| self.session.targets.lookup(n))
    }

    /// `VPATH`, read when it is first needed.
    pub(crate) fn general_vpath(&mut self) -> Vec<BString> {
        if self.general_vpath.is_none() {
            let name = self.session.known.vpath;
            self.general_vpath = Some(self.directory_list(name));
        }
        self.general_vpath.clone().unwrap_or_default()
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
    fn in_gpath(&mut self, dir: &[u8]) -> bool {
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
        let mut dirs = self.session.targets.vpaths.iter().flat_map(|(_, d)| d).chain(&general);
        dirs.position(|d| d == dir)
    }

    /// `file` was found as `found`: from now on both names mean it. Gives its time.
    pub(crate) fn found_elsewhere(&mut self, file: FileId, found: &[u8], time: Time) -> Time {
        let name = self.name_of(file);
        let new_name = self.session.name(found);
        let dir_len = found.len().saturating_sub(name.len() + 1);
        let keeps = self.in_gpath(&found[..dir_len]);
        if let Some(other) = self.session.targets.lookup(new_name).filter(|other| *other != file) {
            self.merge(file, other);
            let time = self.mtime(other);
            self.tell_rules(file, time);
            return time;
        }
        if keeps {
            self.session.targets.rename(file, new_name);
        } else {
            // Until it is known whether it must be remade, both names are its.
            self.session.targets.alias(file, new_name);
            for rule in self.session.targets.rules(file) {
                self.state(rule).found_as = Some(new_name);
            }
        }
        self.state(file).mtime = Some(time);
        self.tell_rules(file, time);
        time
    }

    /// What was found for one `::` rule of a name is not looked for again for the others.
    fn tell_rules(&mut self, file: FileId, time: Time) {
        for rule in self.session.targets.rules(file) {
            self.state(rule).mtime.get_or_insert(time);
        }
    }

    /// A file that need not be remade is used where it was found: there its rule belongs, and those that follow.
    pub(crate) fn use_found(&mut self, file: FileId) {
        let Some(found) = self.state(file).found_as.take() else { return };
        let mut rules = self.session.targets.rules(file);
        rules.drain(..rules.iter().position(|rule| *rule == file).unwrap_or(0));
        for rule in rules {
            self.session.targets[rule].name = found;
            self.state(rule).found_as = None;
        }
    }

    /// Two names turn out to be one file: what makefiles said of `from` counts for `to`.
    fn merge(&mut self, from: FileId, to: FileId) {
        let moved = std::mem::take(&mut self.session.targets[from].deps);
        let recipe = self.session.targets[from].recipe.take();
        let secondary = std::mem::take(&mut self.session.targets[from].secondary);
        let (from_flags, from_name) = {
            let t = &self.session.targets[from];
            (
                (
                    t.is_target,
                    t.precious,
                    t.phony,
                    t.is_explicit,
                    t.mentioned,
                    t.secondary_flag,
                    t.ignore_errors,
                ),
                t.name,
            )
        };
        let to_name = self.name_of(to);
        let from_double = self.session.targets[from].is_double_colon;
        if let Some(recipe) = recipe {
            if self.session.targets[to].recipe.is_none() {
                self.session.targets[to].recipe = Some(recipe);
            } else {
                let old = self.session.text(from_name);
                // 4.3 takes the same recipe, but tells it the wrong way round.
                let newer = self.session.identity().is_4_4();
                let kept = self.session.targets[to].recipe.as_ref().map(|r| r.place);
                let place = if newer { recipe.place } else { kept.unwrap_or(recipe.place) };
                let place = place.text(&self.session.shared.lang.names);
                let (ignored, used) = if newer { (old, to_name) } else { (to_name, old) };
                let cat = |parts: &[&[u8]]| parts.concat();
                self.session.error(
                    Some(recipe.place),
                    cat(&[b"Recipe was specified for file '", old, b"' at ", &place, b","]),
                );
                self.session.error(
                    Some(recipe.place),
                    cat(&[b"but '", old, b"' is now considered the same file as '", to_name, b"'."]),
                );
                self.session.error(
                    Some(recipe.place),
                    cat(&[
                        b"Recipe for '",
                        ignored,
                        b"' will be ignored in favor of the one for '",
                        used,
                        b"'.",
                    ]),
                );
            }
        }
        let target = &self.session.targets[to];
        // A name no rule has is neither.
        let clash = if from_double {
            target.is_target && !target.is_double_colon
        } else {
            target.is_double_colon && from_flags.0
        };
        if clash {
            let (old, new) = if from_double { ("double", "single") } else { ("single", "double") };
            let before = format!("can't rename {old}-colon '");
            let between = format!("' to {new}-colon '");
            let message = [before.as_bytes(), self.name_of(from), between.as_bytes(), to_name, b"'"];
            self.conflict = Some(self.session.fatal(None, message.concat()));
        } else if from_double && !target.is_double_colon {
            let target = &mut self.session.targets[to];
            target.is_double_colon = true;
            target.double_colon_head = Some(to);
            if self.state(to).phase == Phase::Done {
                // It has a rule now that nobody has looked at.
                self.state(to).phase = Phase::New;
            }
        }
        let target = &mut self.session.targets[to];
        target.deps.extend(moved);
        target.secondary.extend(secondary);
        target.is_target |= from_flags.0;
        target.precious |= from_flags.1;
        target.phony |= from_flags.2;
        target.is_explicit |= from_flags.3;
        target.mentioned |= from_flags.4;
        target.secondary_flag |= from_flags.5;
        target.ignore_errors |= from_flags.6;
        self.state(from).renamed = Some(to);
    }
}
