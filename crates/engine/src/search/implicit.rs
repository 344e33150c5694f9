//! Implicit-rule search: which pattern rule makes a target that has no recipe (manual 10.8).

use std::rc::Rc;

use rkbuild_base::text::{is_space, words};
use rkbuild_base::{BString, Name};
use rkbuild_eval::pattern::Pattern;
use rkbuild_eval::sequence::has_wildcard;
use rkbuild_eval::target::{PatternRule, strip_dot_slash};
use rkbuild_eval::{FileId, Result};

use crate::search::found::{Found, FoundDep};
use crate::search::lookup::Search;

/// A rule one of whose targets matches.
struct Candidate {
    rule: Rc<PatternRule>,
    matched: usize,
    /// The stem without the directory.
    stem: Vec<u8>,
    with_dir: bool,
}

/// Which names count as "ought to exist" (manual 10.8): from 4.4 on first those of the target itself, then, as
/// earlier releases did, those any rule mentions.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ought {
    OfThisTarget,
    Mentioned,
}

/// What makefiles say about a prerequisite that is looked for.
enum Standing {
    /// It ought to exist.
    Ought,
    /// It is mentioned, which counts only when nothing else applied.
    Mentioned,
    /// It is mentioned, and nothing else applied.
    ByCompatibility,
    /// Nothing.
    Unknown,
}

/// What trying candidates showed.
#[derive(Default)]
struct Notes {
    /// A prerequisite is there by the older definition only.
    compatible: bool,
    /// A prerequisite of the last candidate is known to be impossible.
    rejected: bool,
    /// The prerequisites of the last candidate up to one that can't be had. GNU make gives them to a rule without any that is
    /// tried next.
    left: Vec<FoundDep>,
}

impl Search<'_> {
    /// Searches for an implicit rule for `file` and, if one applies, gives the file its recipe, stem and further
    /// prerequisites.
    pub(crate) fn try_implicit_rule(&mut self, file: FileId, depth: u32) -> Result<bool> {
        self.state(file).tried_implicit = true;
        let name = self.name_of(file);
        if self.trace.implicit {
            self.debug(depth, &[b"Looking for an implicit rule for '", name, b"'."]);
        }
        let newer = self.session.identity().is_4_4();
        // 4.3 tells of the rules it tries one level further out.
        let within = if newer { depth } else { depth.saturating_sub(1) };
        let mut found = self.search(file, name, within, 0, Ought::OfThisTarget)?;
        let mut searched = name;
        if found.is_none()
            && let Some((_, _)) = crate::graph::archive::split(name)
            && let Some(open) = memchr::memchr(b'(', name)
        {
            if self.trace.implicit {
                if newer {
                    self.debug(depth, &[b"No implicit rule found for '", name, b"'."]);
                }
                self.debug(depth, &[b"Looking for archive-member implicit rule for '", name, b"'."]);
            }
            found = self.search(file, &name[open..], within, 0, Ought::OfThisTarget)?;
            // To 4.3 both searches are one.
            searched = if newer { &name[open..] } else { name };
        }
        match found {
            Some(found) => {
                if self.trace.implicit {
                    let text = rule_text(&found.rule);
                    let rule: [&[u8]; 3] = if newer {
                        [b"implicit rule '", &text, b"'"]
                    } else {
                        [b"an implicit rule", b"", b""]
                    };
                    let parts = [b"Found ", rule[0], rule[1], rule[2], b" for '", searched, b"'."];
                    self.debug(depth, &parts);
                }
                self.apply(file, found);
                Ok(true)
            }
            None => {
                if self.trace.implicit {
                    self.debug(depth, &[b"No implicit rule found for '", searched, b"'."]);
                    if searched != name {
                        self.debug(depth, &[b"No archive-member implicit rule found for '", name, b"'."]);
                    }
                }
                Ok(false)
            }
        }
    }

    /// The rules that could make `name`, best first.
    fn candidates(&self, name: &[u8], depth: u32, recursions: u32) -> Vec<Candidate> {
        // An archive member's slashes do not make directories.
        let slash = if name.starts_with(b"(") || crate::graph::archive::split(name).is_some() {
            None
        } else {
            last_slash(name)
        };
        let base = slash.map_or(name, |at| &name[at + 1..]);
        // The stem, and whether the directory is left out of it. It is never empty, but may be a directory alone.
        let stem_in = |target: &Pattern| {
            let with_dir = slash.is_some() && !target.text.contains(&b'/');
            let stem = target.stem(if with_dir { base } else { name })?;
            (with_dir || !stem.is_empty()).then(|| (stem.to_vec(), with_dir))
        };
        let mut out: Vec<Candidate> = Vec::new();
        let mut specific = false;
        for rule in &self.session.targets.patterns {
            if self.in_use.contains(&Rc::as_ptr(rule)) {
                if self.trace.implicit {
                    let text = rule_text(rule);
                    let newer = self.session.identity().is_4_4();
                    let of: [&[u8]; 3] = if newer { [b" for rule '", &text, b"'"] } else { [b"", b"", b""] };
                    self.debug(depth + 1, &[b"Avoiding implicit rule recursion", of[0], of[1], of[2], b"."]);
                }
                continue;
            }
            for (matched, target) in rule.targets.iter().enumerate() {
                let anything = target.is_match_anything();
                // Inside a chain a match-anything rule applies only if it is terminal.
                if recursions > 0 && anything && !rule.terminal {
                    continue;
                }
                let Some((stem, with_dir)) = stem_in(target) else { continue };
                specific |= !anything;
                out.push(Candidate { rule: rule.clone(), matched, stem, with_dir });
            }
        }
        // A rule with neither prerequisites nor recipe is there to say just that.
        specific |= self.session.targets.cancelled.iter().any(|(targets, deps)| {
            deps.is_empty() && targets.iter().any(|t| !t.is_match_anything() && stem_in(t).is_some())
        });
        specific |= self
            .session
            .targets
            .suffixes
            .iter()
            .any(|s| !s.is_empty() && base.len() > s.len() && base.ends_with(s));
        // Where something more specific is known, match-anything rules count only if terminal.
        if specific {
            out.retain(|c| c.rule.terminal || !c.rule.targets.iter().any(Pattern::is_match_anything));
        }
        // Shorter stems are better matches; a stem counts with the directory it leaves out.
        let dir_len = slash.map_or(0, |at| at + 1);
        out.sort_by_key(|c| c.stem.len() + if c.with_dir { dir_len } else { 0 });
        out
    }

    /// `first`: what counts as "ought to exist" to begin with, which goes for what is found on the way too.
    fn search(
        &mut self,
        file: FileId,
        name: &[u8],
        depth: u32,
        recursions: u32,
        first: Ought,
    ) -> Result<Option<Found>> {
        let candidates = self.candidates(name, depth, recursions);
        if candidates.is_empty() {
            return Ok(None);
        }
        let dir_len = last_slash(name).map_or(0, |at| at + 1);
        let oughts: &[Ought] = if self.session.identity().is_4_4() && first == Ought::OfThisTarget {
            &[Ought::OfThisTarget, Ought::Mentioned]
        } else {
            &[Ought::Mentioned]
        };
        // Without a prerequisite that only the older definition lets pass, there is nothing to try again.
        let mut notes = Notes::default();
        for &ought in oughts {
            if ought == Ought::Mentioned && oughts.len() > 1 {
                if !notes.compatible {
                    break;
                }
                if self.trace.implicit {
                    self.debug(depth, &[b"Searching for a compatibility rule for '", name, b"'."]);
                    // GNU make collects them again, and tells of what it leaves out.
                    self.candidates(name, depth, recursions);
                }
            }
            let mut rejected = vec![false; candidates.len()];
            for chain in [false, true] {
                if chain && self.trace.implicit && self.session.identity().is_4_4() {
                    self.debug(depth + 1, &[b"Trying harder."]);
                }
                for (candidate, rejected) in candidates.iter().zip(&mut rejected) {
                    // A terminal rule's prerequisites must exist.
                    if chain && (candidate.rule.terminal || *rejected) {
                        continue;
                    }
                    let dir = if candidate.with_dir { &name[..dir_len] } else { b"" };
                    let tried = self.try_candidate(
                        file, name, candidate, dir, chain, ought, &mut notes, depth, recursions,
                    )?;
                    *rejected = std::mem::take(&mut notes.rejected);
                    if let Some(deps) = tried {
                        let mut stem = dir.to_vec();
                        stem.extend_from_slice(&candidate.stem);
                        let mut found = Found::new(candidate.rule.clone(), candidate.matched, stem, deps);
                        self.settle(&mut found);
                        return Ok(Some(found));
                    }
                }
            }
        }
        Ok(None)
    }

    #[allow(clippy::too_many_arguments)]
    fn try_candidate(
        &mut self,
        file: FileId,
        name: &[u8],
        candidate: &Candidate,
        dir: &[u8],
        chain: bool,
        ought: Ought,
        notes: &mut Notes,
        depth: u32,
        recursions: u32,
    ) -> Result<Option<Vec<FoundDep>>> {
        if self.trace.implicit {
            let text = rule_text(&candidate.rule);
            let newer = self.session.identity().is_4_4();
            let rule: [&[u8]; 3] = if newer { [b"'", &text, b"' "] } else { [b"", b"", b""] };
            let parts =
                [b"Trying pattern rule ", rule[0], rule[1], rule[2], b"with stem '", &candidate.stem, b"'."];
            self.debug(depth + 1, &parts);
        }
        let mut full_stem = dir.to_vec();
        full_stem.extend_from_slice(&candidate.stem);
        let mut deps = std::mem::take(&mut notes.left);
        if !candidate.rule.deps.is_empty() {
            deps.clear();
        }
        let (mut order_only, mut wait) = (false, false);
        for pattern in &candidate.rule.deps {
            // Word by word: what comes after a prerequisite that can't be had is not expanded.
            let words =
                if pattern.secondary { reference_words(&pattern.text) } else { vec![&pattern.text[..]] };
            for word in words {
                let names = if pattern.secondary {
                    self.expand_pattern_word(file, name, word, &candidate.stem, dir, &full_stem)?
                } else {
                    self.fill_pattern_word(word, &candidate.stem, dir)
                };
                for (name, from_pattern) in names {
                    if pattern.secondary && name == "|" && !order_only {
                        order_only = true;
                        continue;
                    }
                    if pattern.secondary && name == ".WAIT" && self.session.identity().is_4_4() {
                        wait = true;
                        continue;
                    }
                    let dep = FoundDep {
                        name,
                        order_only: order_only || pattern.order_only,
                        wait: std::mem::take(&mut wait) || pattern.wait,
                        made_by: None,
                        made: false,
                        ought: false,
                        compatible: false,
                        from_pattern,
                    };
                    let second = pattern.secondary;
                    let tried =
                        self.try_dep(file, candidate, dep, second, chain, ought, notes, depth, recursions)?;
                    let Some(dep) = tried else {
                        notes.left = deps;
                        return Ok(None);
                    };
                    deps.push(dep);
                }
            }
        }
        Ok(Some(deps))
    }

    /// A prerequisite with the stem in place of its `%`, behind the directory; or the files its wildcards stand for. With
    /// each, whether there was a `%`.
    fn fill_pattern_word(&self, word: &[u8], stem: &[u8], dir: &[u8]) -> Vec<(BString, bool)> {
        let pattern = Pattern::parse(word);
        let has_percent = pattern.percent.is_some();
        let mut name = if has_percent { dir.to_vec() } else { Vec::new() };
        pattern.fill(stem, &mut name);
        // Blanks a goal's name begins with separate it from nothing.
        let files = self.matching_files(strip_dot_slash(name.trim_ascii_start()).into());
        files.into_iter().map(|name| (name, has_percent)).collect()
    }

    /// The files a name with wildcards stands for; without any, and without wildcards, itself.
    fn matching_files(&self, name: BString) -> Vec<BString> {
        if has_wildcard(&name) {
            let found = self.session.glob(&name);
            if !found.is_empty() {
                return found;
            }
        }
        vec![name]
    }

    /// Whether one prerequisite of a candidate exists, ought to, or can be made.
    #[allow(clippy::too_many_arguments)]
    fn try_dep(
        &mut self,
        file: FileId,
        candidate: &Candidate,
        mut dep: FoundDep,
        secondary: bool,
        chain: bool,
        ought: Ought,
        notes: &mut Notes,
        depth: u32,
        recursions: u32,
    ) -> Result<Option<FoundDep>> {
        let tracing = self.trace.implicit;
        // 4.3 tells what it tries, but hardly what comes of it.
        let newer = self.session.identity().is_4_4();
        let telling = tracing && newer;
        let depth = depth + 1;
        let what: &[u8] = if dep.from_pattern || secondary { b"implicit" } else { b"rule" };
        let id = self.session.name(strip_dot_slash(&dep.name));
        if self.directories.is_impossible(self.graph.session, id) {
            notes.rejected = true;
            if tracing {
                self.reject(depth, candidate, &[what, b" "].concat(), &dep.name);
            }
            return Ok(None);
        }
        if tracing {
            self.debug(depth, &[b"Trying ", what, b" prerequisite '", &dep.name, b"'."]);
        }
        if dep.from_pattern {
            self.count_on(id);
        }
        let mut standing = self.ought_to_exist(file, id, ought);
        // What is there is found; only what is not may be excused.
        if matches!(standing, Standing::Mentioned | Standing::ByCompatibility) && self.exists(&dep.name) {
            standing = Standing::Unknown;
        }
        match standing {
            Standing::Ought => {
                if telling {
                    self.debug(depth, &[b"'", &dep.name, b"' ought to exist."]);
                }
                dep.ought = true;
                return Ok(Some(dep));
            }
            Standing::ByCompatibility => {
                if tracing {
                    let rule = rule_text(&candidate.rule);
                    let parts: [&[u8]; 5] =
                        [b"Using compatibility rule '", &rule, b"' due to '", &dep.name, b"'."];
                    self.debug(depth, &parts);
                }
                dep.ought = true;
                dep.compatible = true;
                return Ok(Some(dep));
            }
            Standing::Mentioned => {
                notes.compatible = true;
                if tracing {
                    let rule = rule_text(&candidate.rule);
                    let tail: &[u8] = b"' does not qualify as ought to exist.";
                    self.debug(depth, &[b"Prerequisite '", &dep.name, b"' of rule '", &rule, tail]);
                }
            }
            Standing::Unknown => {}
        }
        if self.exists(&dep.name) {
            if telling {
                self.debug(depth, &[b"Found '", &dep.name, b"'."]);
            }
            return Ok(Some(dep));
        }
        if let Some((found, _)) = self.search_directories(&dep.name) {
            if tracing {
                let end: &[u8] = if newer { b"'." } else { b"'" };
                self.debug(depth, &[b"Found prerequisite '", &dep.name, b"' as VPATH '", &found, end]);
            }
            return Ok(Some(dep));
        }
        if !chain {
            if telling {
                self.debug(depth, &[b"Not found '", &dep.name, b"'."]);
            }
            return Ok(None);
        }
        if tracing {
            let explicit = newer
                && (!dep.from_pattern
                    || self.session.targets.lookup(id).is_some_and(|d| self.session.targets[d].is_explicit));
            let kind: &[u8] = if explicit { b"explicit" } else { b"intermediate" };
            self.debug(depth, &[b"Looking for a rule with ", kind, b" file '", &dep.name, b"'."]);
        }
        self.in_use.push(Rc::as_ptr(&candidate.rule));
        // No rule is used twice in a chain, so chains are as short as the list of rules is.
        let made = self.search(file, &dep.name, depth, recursions + 1, ought);
        self.in_use.pop();
        match made? {
            Some(found) => {
                if telling {
                    let text = rule_text(&found.rule);
                    self.debug(depth, &[b"Found implicit rule '", &text, b"' for '", &dep.name, b"'."]);
                }
                dep.made_by = Some(Box::new(found));
                dep.made = true;
                Ok(Some(dep))
            }
            None => {
                // What can't be made now can't be made for another target either, unless a makefile names it.
                if self.session.targets.lookup(id).is_none_or(|d| !self.session.targets[d].mentioned) {
                    self.directories.set_impossible(id);
                }
                if telling {
                    self.debug(depth, &[b"No implicit rule found for '", &dep.name, b"'."]);
                    self.reject(depth, candidate, b"", &dep.name);
                }
                Ok(None)
            }
        }
    }

    /// Tells of a rule that is not for a target because of a prerequisite that can't be made.
    fn reject(&self, depth: u32, candidate: &Candidate, what: &[u8], dep: &[u8]) {
        if self.session.identity().is_4_4() {
            let rule = rule_text(&candidate.rule);
            let parts: [&[u8]; 7] =
                [b"Rejecting rule '", &rule, b"' due to impossible ", what, b"prerequisite '", dep, b"'."];
            self.debug(depth, &parts);
        } else {
            self.debug(depth, &[b"Rejecting impossible ", what, b"prerequisite '", dep, b"'."]);
        }
    }

    /// A rule was tried with a name that no makefile gives as it is: from 4.4 on that makes it an intermediate file, whether
    /// or not the rule is taken.
    fn count_on(&mut self, name: Name) {
        if !self.session.identity().is_4_4() {
            return;
        }
        if let Some(file) =
            self.session.targets.lookup(name).filter(|f| !self.session.targets[*f].is_explicit)
        {
            self.make_intermediate(file);
        }
    }

    fn exists(&mut self, name: &[u8]) -> bool {
        if crate::graph::archive::split(name).is_some() {
            return !self.member_time(name).is_missing();
        }
        self.directories.has(self.graph.session, name)
    }

    fn ought_to_exist(&self, file: FileId, name: Name, ought: Ought) -> Standing {
        let Some(dep) = self.session.targets.lookup(name) else { return Standing::Unknown };
        let target = &self.session.targets[dep];
        if target.is_target {
            return Standing::Ought;
        }
        if !target.mentioned {
            return Standing::Unknown;
        }
        if !self.session.identity().is_4_4()
            || self.session.targets[file].deps.iter().any(|d| d.file == dep && d.explicit)
            || self.session.targets.list_of(file).is_some_and(|listed| listed.files.contains(&dep))
        {
            return Standing::Ought;
        }
        match ought {
            Ought::Mentioned => Standing::ByCompatibility,
            Ought::OfThisTarget => Standing::Mentioned,
        }
    }

    /// The second expansion of a word of a pattern rule's prerequisites: automatic variables are those of the target
    /// and the stem; what had a `%` gets the directory back.
    fn expand_pattern_word(
        &mut self,
        file: FileId,
        name: &[u8],
        word: &[u8],
        stem: &[u8],
        dir: &[u8],
        full_stem: &[u8],
    ) -> Result<Vec<(BString, bool)>> {
        let percent = memchr::memchr(b'%', word);
        let replaced = with_stem_references(word, self.session.identity().is_4_4());
        let star = if percent.is_some() { stem } else { full_stem };
        let expanded = self.expand_for(file, name, star, &replaced)?;
        let mut out = Vec::new();
        // A bar separates order-only prerequisites wherever it stands.
        for (at, part) in expanded.split(|c| *c == b'|').enumerate() {
            if at > 0 {
                out.push((BString::from("|"), false));
            }
            for name in self.session.file_sequence(part, b":;", rkbuild_eval::sequence::Wildcards::Expand) {
                if percent.is_some() && !dir.is_empty() {
                    let mut full = BString::from(dir);
                    full.extend_from_slice(&name);
                    out.push((full, true));
                } else {
                    out.push((name, percent.is_some()));
                }
            }
        }
        Ok(out)
    }
}

/// Where a name's directory ends: `foo/bar/` is `bar/` in `foo`.
fn last_slash(name: &[u8]) -> Option<usize> {
    memchr::memrchr(b'/', &name[..name.len().saturating_sub(1)])
}

/// Text for the second expansion, where the first `%` of each word is the stem: of each word between blanks, up to 4.3 only
/// of what is between blanks outside of references.
pub(crate) fn with_stem_references(text: &[u8], newer: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 2);
    let mut references = 0;
    let mut open = true;
    for (at, &c) in text.iter().enumerate() {
        match c {
            b'(' | b'{' if at > 0 && text[at - 1] == b'$' || references > 0 => references += 1,
            b')' | b'}' if references > 0 => references -= 1,
            _ => {}
        }
        open |= is_space(c) && (newer || references == 0);
        if c == b'%' && std::mem::replace(&mut open, false) {
            out.extend_from_slice(b"$*");
        } else {
            out.push(c);
        }
    }
    out
}

/// Words of a text, `$(…)` references kept whole.
pub(crate) fn reference_words(text: &[u8]) -> Vec<&[u8]> {
    let mut out = Vec::new();
    let (mut at, mut start) = (0, None);
    while at < text.len() {
        match text[at] {
            c if rkbuild_base::text::is_space(c) => {
                if let Some(from) = start.take() {
                    out.push(&text[from..at]);
                }
                at += 1;
            }
            b'$' => {
                start.get_or_insert(at);
                at = rkbuild_syntax::line::skip_reference(text, at);
            }
            _ => {
                start.get_or_insert(at);
                at += 1;
            }
        }
    }
    if let Some(from) = start {
        out.push(&text[from..]);
    }
    out
}

/// A rule as tracing shows it.
fn rule_text(rule: &PatternRule) -> Vec<u8> {
    let mut out = Vec::new();
    for (i, target) in rule.targets.iter().enumerate() {
        if i > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(&target.text);
    }
    out.extend_from_slice(if rule.terminal { b"::" } else { b":" });
    let mut bar = false;
    for dep in &rule.deps {
        if dep.order_only && !bar {
            out.extend_from_slice(b" |");
            bar = true;
        }
        for word in words(&dep.text) {
            out.push(b' ');
            out.extend_from_slice(word);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_not_split_into_words() {
        assert_eq!(reference_words(b" a $(b c)d\te"), [&b"a"[..], b"$(b c)d", b"e"]);
    }
}
