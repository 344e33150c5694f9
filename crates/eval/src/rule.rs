//! Rules as they are read: explicit, static pattern, pattern, double-colon and grouped.

use std::rc::Rc;
use std::sync::Arc;

use rkbuild_base::text::{is_blank, is_space, trim, trim_start, words};
use rkbuild_base::{BString, Name, Place};
use rkbuild_syntax::line::{
    find_unquoted, find_unquoted_outside, join_continuations, recipe_text, skip_reference,
};
use rkbuild_syntax::statement::assignment;
use rkbuild_syntax::{Assign, NameText, Op, Stmt, Text};
use thin_vec::ThinVec;

use crate::pattern::Pattern;
use crate::recipe::{Recipe, RecipeLine};
use crate::sequence::Wildcards;
use crate::target::{Dep, FileId, PatternDep, PatternRule, Secondary, strip_dot_slash};
use crate::variable::{GLOBAL, Origin};
use crate::{Result, Session};

/// Prerequisites as they are entered, and what was said of those that follow.
struct Entered {
    deps: ThinVec<Dep>,
    order_only: bool,
    wait: bool,
}

/// True for a list of names, separated by blanks, that each stand for themselves: nothing in it is quoted, a pattern, a
/// member of an archive, somebody's home or after a bar.
fn is_plain_list(text: &[u8]) -> bool {
    !text
        .iter()
        .any(|c| matches!(c, b'\\' | b'(' | b'~' | b'*' | b'?' | b'[' | b'|' | b'\n' | 0x0b | 0x0c | b'\r'))
}

/// A rule whose recipe may still be going on.
pub(crate) struct PendingRule {
    targets: Vec<BString>,
    /// Target patterns; empty for a rule without.
    patterns: Vec<Pattern>,
    /// The target pattern of a static pattern rule.
    static_pattern: Option<Pattern>,
    /// The prerequisites after the first expansion.
    deps: Vec<u8>,
    double_colon: bool,
    grouped: bool,
    place: Place,
    recipe: Vec<RecipeLine>,
    recipe_place: Option<Place>,
    prefix: u8,
}

impl PendingRule {
    /// An explicit rule with targets and prerequisites only.
    pub(crate) fn plain(targets: Vec<BString>, place: Place, prefix: u8) -> PendingRule {
        PendingRule {
            targets,
            patterns: Vec::new(),
            static_pattern: None,
            deps: Vec::new(),
            double_colon: false,
            grouped: false,
            place,
            recipe: Vec::new(),
            recipe_place: None,
            prefix,
        }
    }

    /// Adds a recipe line.
    pub(crate) fn push(&mut self, text: Arc<Text>, place: Place) {
        let first = self.recipe_place.get_or_insert(place).line;
        // Make counts the recipe's lines, not the file's: continuations and what stands between are left out.
        let line = first.saturating_add(u32::try_from(self.recipe.len()).unwrap_or(u32::MAX));
        self.recipe.push(RecipeLine { text, line });
    }
}

/// What a line that is no directive turned out to be.
pub(crate) enum Read {
    /// A rule, whose recipe may follow.
    Rule(PendingRule),
    /// A rule whose targets expand to nothing: the recipe lines that follow are dropped.
    NoTargets,
    /// A target-specific assignment, done; or a line that expands to nothing.
    Done,
}

/// A line on the way to being a rule: split at its first colon, targets expanded.
struct Split {
    /// The expanded text before the colon.
    targets: Vec<u8>,
    /// Expanded text after the colon, when the colon came out of an expansion.
    expanded_rest: Vec<u8>,
    /// Text after the colon as written.
    rest: Vec<u8>,
    double_colon: bool,
    grouped: bool,
}

impl Session {
    /// Reads a line that is no assignment and no directive. `raw` has its continuations and comments still.
    pub(crate) fn read_rule(&mut self, raw: &[u8], place: Place) -> Result<Read> {
        let mut line = raw.to_vec();
        let mut command: Option<Vec<u8>> = None;
        let mut beyond = false;
        if let Some(at) = find_unquoted_outside(&mut line, 0, |c| c == b';' || c == b'#') {
            beyond = line[..at].ends_with(b"::") && line.get(at + 1) == Some(&b'=');
            if line[at] == b';' {
                command = Some(line[at + 1..].to_vec());
            }
            line.truncate(at);
        }
        let line = join_continuations(&line, self.targets.posix);
        if command.is_some() && trim(&line).is_empty() {
            return Err(self.fatal(Some(place), "missing rule before recipe"));
        }
        let written = command.is_some();
        let Some(split) = self.split_rule(&line, &mut command)? else {
            return Ok(Read::Done);
        };
        let Split { targets, expanded_rest, rest, double_colon, grouped } = split;

        // A backslash may quote the white space at the end.
        let mut targets = trim_start(&targets).to_vec();
        // A target-specific assignment is recognised on the text as written.
        if targets.is_empty() {
            return Ok(Read::NoTargets);
        }
        // Make looks for a `=` right after `::`, beyond what ends the line there.
        if beyond && double_colon && !grouped && rest.is_empty() {
            return Err(self.fatal(Some(place), "empty variable name"));
        }
        // What follows a word whose expansion brought the colon belongs to it, unexpanded.
        let text = &[expanded_rest.as_slice(), &rest].concat();
        let newer = self.identity().is_4_4();
        // 4.3 has no target-specific `unexport` and no `:::=`: there the words are prerequisites. It refuses `define`.
        if !newer && matches!(assignment(text, false), Some(Stmt::Define { .. } | Stmt::Undefine { .. })) {
            return Err(self.fatal(Some(place), "Malformed target-specific variable definition"));
        }
        let assigned = assignment(text, true).and_then(|stmt| match stmt {
            Stmt::Assign(assign) if newer || !assign.modifiers.unexport && assign.op != Op::Immediate => {
                Some(assign)
            }
            _ => None,
        });
        if let Some(mut assign) = assigned {
            // What stands behind a semicolon that came out of a variable is lost.
            if let Some(command) = command.filter(|_| written) {
                add_command(&mut assign, &command, self.targets.posix);
            }
            let names = self.file_sequence(&targets, b":;", Wildcards::Expand);
            self.assign_for_targets(&names, &assign)?;
            return Ok(Read::Done);
        }

        // With second expansion on, `$$` is left for it by the ordinary rules.
        let mut deps = expanded_rest;
        deps.extend_from_slice(&self.expand_bytes(&rest)?);
        if command.is_none()
            && let Some(at) = find_unquoted(&mut deps, 0, |c| c == b';')
        {
            command = Some(deps[at + 1..].to_vec());
            deps.truncate(at);
        }
        // 'targets: pattern: prerequisites'
        let mut static_pattern = None;
        if let Some(at) = find_unquoted(&mut deps, 0, |c| c == b':') {
            let pattern_text = deps[..at].to_vec();
            deps.drain(..=at);
            let mut patterns = self.file_sequence(&pattern_text, b":;", Wildcards::Keep).into_iter();
            let Some(first) = patterns.next() else {
                return Err(self.fatal(Some(place), "missing target pattern"));
            };
            if patterns.next().is_some() {
                return Err(self.fatal(Some(place), "multiple target patterns"));
            }
            let pattern = Pattern::parse(&first);
            if pattern.percent.is_none() {
                return Err(self.fatal(Some(place), "target pattern contains no '%'"));
            }
            static_pattern = Some(pattern);
            // Colons in what is left are characters of names.
            let _ = find_unquoted(&mut deps, 0, |c| c == b':');
        }
        // Line breaks at the end go, others are part of names.
        let end = deps.iter().rposition(|c| !is_space(*c)).map_or(0, |at| at + 1);
        deps.truncate(end);
        targets.retain(|c| *c != 0);
        let names = self.file_sequence(&targets, b":;", Wildcards::Expand);
        if names.is_empty() {
            return Ok(Read::NoTargets);
        }
        let plain = PendingRule::plain(names, place, self.recipe_prefix);
        let mut rule = PendingRule { static_pattern, deps, double_colon, grouped, ..plain };
        if let Some(command) = command {
            let text = match command.is_empty() {
                true => Arc::clone(&self.empty),
                false => Arc::new(Text::new(recipe_text(&command, self.recipe_prefix))),
            };
            rule.push(text, place);
        }
        Ok(Read::Rule(rule))
    }

    /// Finds the colon, expanding what stands before it word by word, as a colon may come out of any of them.
    /// `None`: the line expands to nothing.
    fn split_rule(&mut self, line: &[u8], command: &mut Option<Vec<u8>>) -> Result<Option<Split>> {
        let mut expanded: Vec<u8> = Vec::new();
        let mut at = 0;
        loop {
            while at < line.len() && is_space(line[at]) {
                at += 1;
            }
            if at >= line.len() {
                break;
            }
            if line[at] == b':' || line[at..].starts_with(b"&:") {
                let grouped = line[at] == b'&';
                at += usize::from(grouped) + 1;
                let double_colon = line.get(at) == Some(&b':');
                at += usize::from(double_colon);
                return Ok(Some(Split {
                    targets: expanded,
                    expanded_rest: Vec::new(),
                    rest: line[at..].to_vec(),
                    double_colon,
                    grouped,
                }));
            }
            let end = word_end(line, at);
            let word = self.expand_bytes(&line[at..end])?;
            expanded.extend_from_slice(&word);
            let literal = memchr::memchr(b'$', &line[at..end]).is_none();
            at = end;
            if literal {
                expanded.push(b' ');
                continue;
            }
            // What follows a semicolon or a colon of the expansion stands right behind it: it may be a recipe or a value.
            if command.is_none()
                && let Some(semicolon) = find_unquoted(&mut expanded, 0, |c| c == b';')
            {
                let mut text = expanded[semicolon + 1..].to_vec();
                expanded.truncate(semicolon);
                // The rest of the line belongs to the recipe, which is expanded once more when it runs.
                text.extend_from_slice(&self.expand_bytes(&line[at..])?);
                *command = Some(text);
                at = line.len();
            }
            if let Some(colon) = find_colon(&expanded) {
                let mut end = colon;
                let grouped = colon > 0 && expanded[colon - 1] == b'&';
                end -= usize::from(grouped);
                let mut next = colon + 1;
                let double_colon = expanded.get(next) == Some(&b':');
                next += usize::from(double_colon);
                let expanded_rest = expanded[next..].to_vec();
                expanded.truncate(end);
                unquote_end(&mut expanded);
                return Ok(Some(Split {
                    targets: expanded,
                    expanded_rest,
                    rest: line[at..].to_vec(),
                    double_colon,
                    grouped,
                }));
            }
            expanded.push(b' ');
        }
        if trim(&expanded).is_empty() {
            return Ok(None);
        }
        Err(self.missing_separator(line))
    }

    fn missing_separator(&self, line: &[u8]) -> crate::Fatal {
        let hint = if self.recipe_prefix == b'\t' && line.starts_with(b"        ") {
            " (did you mean TAB instead of 8 spaces?)"
        } else {
            let line = trim_start(line);
            let after = line.strip_prefix(b"ifeq").or(line.strip_prefix(b"ifneq"));
            match after.and_then(|rest| rest.first()) {
                Some(c) if !is_space(*c) && self.identity().is_4_4() => {
                    " (ifeq/ifneq must be followed by whitespace)"
                }
                _ => "",
            }
        };
        self.fatal(self.reading, format!("missing separator{hint}"))
    }

    /// Enters a finished rule into the table of targets.
    pub(crate) fn record_rule(&mut self, mut rule: PendingRule) -> Result<()> {
        let recipe = (!rule.recipe.is_empty() || rule.recipe_place.is_some()).then(|| {
            Rc::new(Recipe {
                // Not as they are: to give back what is left of their room costs more than to copy them.
                lines: rule.recipe.drain(..).collect(),
                place: rule.recipe_place.unwrap_or(rule.place),
                prefix: rule.prefix,
            })
        });
        if self.targets.snapped {
            return Err(self.fatal(Some(rule.place), "prerequisites cannot be defined in recipes"));
        }
        if rule.grouped && recipe.is_none() {
            return Err(self.fatal(Some(rule.place), "grouped targets must provide a recipe"));
        }
        let parsed: Vec<Pattern> = rule.targets.iter().map(|t| Pattern::parse(t)).collect();
        let implicit = parsed.first().is_some_and(|p| p.percent.is_some());
        if implicit && rule.static_pattern.is_some() {
            return Err(self.fatal(Some(rule.place), "mixed implicit and static pattern rules"));
        }
        for pattern in parsed.iter().skip(1) {
            if pattern.percent.is_some() != implicit {
                if implicit {
                    return Err(self.fatal(Some(rule.place), "mixed implicit and normal rules"));
                }
                // The other way round the pattern is a name like any other.
                self.error(Some(rule.place), "*** mixed implicit and normal rules: deprecated syntax");
            }
        }
        if implicit {
            rule.patterns = parsed;
            return self.record_pattern_rule(rule, recipe);
        }
        let names: Vec<Name> = parsed.iter().map(|p| self.name(strip_dot_slash(&p.text))).collect();
        let secondary = self.targets.second_expansion && memchr::memchr(b'$', &rule.deps).is_some();
        let shared_deps = if secondary || rule.static_pattern.is_some() {
            ThinVec::new()
        } else {
            self.enter_deps(&rule.deps, None, false)
        };
        self.record_explicit_rule(&rule, recipe, &names, shared_deps)
    }

    fn record_pattern_rule(&mut self, rule: PendingRule, recipe: Option<Rc<Recipe>>) -> Result<()> {
        let deps = self.pattern_deps(&rule.deps);
        self.add_pattern_rule(rule.patterns, deps, recipe, rule.double_colon, rule.place);
        Ok(())
    }

    /// Adds a pattern rule behind the others. One with the same targets and prerequisites is replaced; one
    /// without a recipe only removes it (manual 10.5.6).
    pub fn add_pattern_rule(
        &mut self,
        targets: Vec<Pattern>,
        deps: Vec<PatternDep>,
        recipe: Option<Rc<Recipe>>,
        terminal: bool,
        place: Place,
    ) {
        // An equal rule: its one target, which it may name twice, is one of ours, and it has the same prerequisites. One with
        // several targets stays, whatever comes after it.
        let equal = self.targets.patterns.iter().position(|old| {
            targets.iter().any(|n| old.targets.iter().all(|t| n.text == t.text))
                && old.deps.len() == deps.len()
                && old.deps.iter().zip(&deps).all(|(a, b)| a.text == b.text)
        });
        if let Some(at) = equal {
            self.targets.patterns.remove(at);
        }
        match recipe {
            Some(recipe) => {
                self.targets.patterns.push(Rc::new(PatternRule { targets, deps, recipe, terminal, place }));
            }
            None => self.targets.cancelled.push((targets, deps)),
        }
    }

    /// Splits the prerequisites of a pattern rule, each on its own where that is known already.
    fn pattern_deps(&self, text: &[u8]) -> Vec<PatternDep> {
        if self.targets.second_expansion && memchr::memchr(b'$', text).is_some() {
            let text = BString::from(trim(text));
            return vec![PatternDep { text, order_only: false, wait: false, secondary: true }];
        }
        let mut out = Vec::new();
        let (mut order_only, mut wait) = (false, false);
        for (word, bar) in self.prerequisite_words(text) {
            if bar {
                order_only = true;
                continue;
            }
            if word == ".WAIT" && self.identity().is_4_4() {
                wait = true;
                continue;
            }
            out.push(PatternDep {
                text: word,
                order_only,
                wait: std::mem::take(&mut wait),
                secondary: false,
            });
        }
        out
    }

    /// The words of a list of prerequisites; the first unquoted `|` comes with `true`.
    fn prerequisite_words(&self, text: &[u8]) -> Vec<(BString, bool)> {
        let mut text = text.to_vec();
        let bar = find_unquoted(&mut text, 0, |c| c == b'|');
        let (normal, order_only) = match bar {
            Some(at) => (&text[..at], Some(&text[at + 1..])),
            None => (&text[..], None),
        };
        // Backslashes before a colon were taken away when a second colon was looked for.
        let list =
            |text: &[u8]| self.file_sequence(text, b";|", Wildcards::Expand).into_iter().map(|w| (w, false));
        let mut out: Vec<(BString, bool)> = list(normal).collect();
        if let Some(rest) = order_only {
            out.push((BString::default(), true));
            out.extend(list(rest));
        }
        out
    }

    /// Enters a list of prerequisites, expanded, into the table. `stem` replaces each one's `%`: that of a
    /// static pattern rule, whose prerequisites are `patterned` even where a second expansion gave them whole.
    pub fn enter_deps(&mut self, text: &[u8], stem: Option<&[u8]>, patterned: bool) -> ThinVec<Dep> {
        let mut list = Entered { deps: ThinVec::new(), order_only: false, wait: false };
        if is_plain_list(text) {
            list.deps.reserve_exact(words(text).count());
            for word in words(text) {
                match strip_dot_slash(word) {
                    // Only the bare word separates what is made before from what is made after it.
                    b".WAIT" if word != b".WAIT" => self.enter_name(&mut list, b".WAIT", stem, patterned),
                    word => self.enter_dep(&mut list, word, stem, patterned),
                }
            }
            return list.deps;
        }
        for (word, bar) in self.prerequisite_words(text) {
            if bar {
                list.order_only = true;
            } else {
                self.enter_dep(&mut list, &word, stem, patterned);
            }
        }
        list.deps
    }

    fn enter_dep(&mut self, list: &mut Entered, word: &[u8], stem: Option<&[u8]>, patterned: bool) {
        if word == b".WAIT" && self.identity().is_4_4() {
            list.wait = true;
            return;
        }
        self.enter_name(list, word, stem, patterned);
    }

    fn enter_name(&mut self, list: &mut Entered, word: &[u8], stem: Option<&[u8]>, patterned: bool) {
        let name = match stem {
            Some(stem) => {
                let pattern = Pattern::parse(word);
                let mut name = Vec::with_capacity(word.len() + stem.len());
                match pattern.percent {
                    Some(_) => pattern.fill_static(stem, &mut name),
                    // Then a backslash before a `%` stays, too.
                    None => name.extend_from_slice(word),
                }
                // With an empty stem a pattern may become nothing at all.
                if name.is_empty() {
                    return;
                }
                self.name(strip_dot_slash(&name))
            }
            None => self.name(strip_dot_slash(word)),
        };
        let file = self.targets.enter(name);
        // From 4.4 on, what a static pattern rule names may still be an intermediate file of an implicit rule.
        if patterned && self.identity().is_4_4() {
            self.targets[file].mentioned = true;
        } else {
            self.targets[file].name_explicitly();
        }
        let wait = std::mem::take(&mut list.wait);
        list.deps.push(Dep { file, order_only: list.order_only, wait, extra: false, explicit: true });
    }

    /// Enters a rule for the targets `names`. `shared_deps` are the prerequisites they have in common, entered before;
    /// those of the rule's text come with them only where they differ from target to target.
    pub(crate) fn record_explicit_rule(
        &mut self,
        rule: &PendingRule,
        recipe: Option<Rc<Recipe>>,
        names: &[Name],
        mut shared_deps: ThinVec<Dep>,
    ) -> Result<()> {
        let secondary = self.targets.second_expansion && memchr::memchr(b'$', &rule.deps).is_some();
        let known_suffixes = self.known.suffixes;
        let mut files = Vec::with_capacity(names.len());
        for (at, &name) in names.iter().enumerate() {
            let text = self.text(name);
            self.special_target(name);
            let mut stem: Option<Name> = None;
            let mut fits = false;
            let is_last = at + 1 == names.len();
            let mut deps = if is_last { std::mem::take(&mut shared_deps) } else { shared_deps.clone() };
            let mut second: Option<Secondary> = None;
            if let Some(pattern) = &rule.static_pattern {
                fits = pattern.stem(text).is_some();
                if !fits {
                    let mut message = b"target '".to_vec();
                    message.extend_from_slice(text);
                    message.extend_from_slice(b"' doesn't match the target pattern");
                    self.error(Some(rule.place), message);
                }
                let part = pattern.static_stem(text);
                stem = Some(self.name(&part));
                if !secondary && fits {
                    deps = self.enter_deps(&rule.deps, Some(&part), true);
                }
            }
            if secondary && (fits || rule.static_pattern.is_none()) {
                let text = BString::from(trim(&rule.deps));
                second = Some(Secondary { text, stem, after: 0, place: rule.place });
            }
            let file = self.enter_rule_target(rule, name, recipe.as_ref(), &files)?;
            files.push(file);
            let target = &mut self.targets[file];
            target.is_target = true;
            // In 4.4 the target of a `::` rule may be an intermediate file.
            if !rule.double_colon {
                target.name_explicitly();
            }
            let first = recipe.is_some();
            let had = (!target.deps.is_empty() || !target.secondary().is_empty(), target.recipe.is_some());
            if name == self.known.wait && self.shared.lang.identity.is_4_4() {
                let has = !deps.is_empty() || second.is_some();
                for (told, what) in [
                    (has && !had.0, ".WAIT should not have prerequisites"),
                    (first && !had.1, ".WAIT should not have commands"),
                ] {
                    if told {
                        self.error(Some(rule.place), what);
                    }
                }
            }
            let target = &mut self.targets[file];
            // `.SUFFIXES:` with nothing after it forgets all suffixes.
            if name == known_suffixes && deps.is_empty() && second.is_none() {
                target.deps.clear();
            }
            if let Some(recipe) = &recipe {
                target.recipe = Some(recipe.clone());
                target.builtin = false;
            }
            if stem.is_some() {
                target.stem = stem;
            }
            // Those of the rule with the recipe come first, so that `$<` is its first prerequisite.
            if let Some(mut second) = second {
                // It is known by number what comes before it.
                self.targets.spread(file);
                let target = &mut self.targets[file];
                second.after = if first { 0 } else { target.deps.len() };
                let secondary = &mut target.rare_mut().secondary;
                secondary.insert(if first { 0 } else { secondary.len() }, second);
            } else if first {
                target.move_secondary(deps.len());
                deps.append(&mut target.deps);
                target.deps = deps;
            } else {
                let added = deps.len();
                if target.deps.is_empty() {
                    target.deps = deps;
                } else {
                    target.deps.append(&mut deps);
                }
                self.targets.added_behind_list(file, added);
            }
        }
        if rule.grouped {
            self.group(&files, rule.recipe_place.unwrap_or(rule.place));
        }
        Ok(())
    }

    /// The file a rule's target is: the one of that name, or for `::` one of its own.
    fn enter_rule_target(
        &mut self,
        rule: &PendingRule,
        name: Name,
        recipe: Option<&Rc<Recipe>>,
        before: &[FileId],
    ) -> Result<FileId> {
        let both = |s: &Session| {
            let mut message = b"target file '".to_vec();
            message.extend_from_slice(s.text(name));
            message.extend_from_slice(b"' has both : and :: entries");
            s.fatal(Some(rule.place), message)
        };
        if !rule.double_colon {
            let file = self.targets.enter(name);
            if self.targets[file].is_double_colon {
                return Err(both(self));
            }
            let quoted = |s: &Session, before: &str, after: &str| {
                let mut message = before.as_bytes().to_vec();
                message.extend_from_slice(s.text(name));
                message.extend_from_slice(after.as_bytes());
                message
            };
            if let (Some(recipe), Some(old)) = (recipe, self.targets[file].recipe.clone()) {
                if before.contains(&file) && Rc::ptr_eq(recipe, &old) {
                    let message = quoted(self, "target '", "' given more than once in the same rule");
                    self.error(Some(rule.place), message);
                } else if !before.contains(&file) && !self.targets[file].builtin {
                    let message = quoted(self, "warning: overriding recipe for target '", "'");
                    self.error(Some(recipe.place), message);
                    let message = quoted(self, "warning: ignoring old recipe for target '", "'");
                    self.error(Some(old.place), message);
                }
            }
            return Ok(file);
        }
        match self.targets.lookup(name) {
            Some(file) if self.targets[file].is_target && !self.targets[file].is_double_colon => {
                Err(both(self))
            }
            Some(head) if self.targets[head].is_double_colon => {
                let file = self.targets.add_double_colon(head);
                // Target-specific variables of the name are every rule's.
                if let Some(scope) = self.targets[head].scope {
                    let own = self.own_scope(file);
                    self.vars.share(own, scope);
                }
                Ok(file)
            }
            _ => {
                let file = self.targets.enter(name);
                self.targets[file].is_double_colon = true;
                self.targets[file].rare_mut().double_colon_head = Some(file);
                if self.targets[file].builtin {
                    let builtin = self.targets[file].recipe.take();
                    self.targets.behind.extend(builtin.map(|recipe| (file, recipe)));
                }
                Ok(file)
            }
        }
    }

    /// Makes the targets of a `&:` rule know each other.
    fn group(&mut self, files: &[FileId], place: Place) {
        for &file in files.iter().rev() {
            if !self.targets[file].grouped().is_empty() {
                let mut message = b"warning: overriding group membership for target '".to_vec();
                message.extend_from_slice(self.text(self.targets[file].name));
                message.push(b'\'');
                self.error(Some(place), message);
            }
            let rare = self.targets[file].rare_mut();
            rare.grouped = files.iter().rev().copied().filter(|f| *f != file).collect();
            rare.own_place = files.iter().rev().position(|f| *f == file);
        }
    }

    /// What a rule changes as soon as its first line is read, before its recipe is known: the default goal, and, from
    /// 4.4 on, what special targets do at once.
    pub(crate) fn rule_begins(&mut self, rule: &PendingRule) {
        self.choose_default_goal(&rule.targets);
        if self.identity().is_4_4() {
            for target in &rule.targets {
                let name = self.name(target);
                self.special_target(name);
            }
        }
    }

    /// Special targets that act as soon as they are read; all others do when reading is over.
    fn special_target(&mut self, name: Name) {
        if name == self.known.second_expansion {
            self.targets.second_expansion = true;
        } else if name == self.known.one_shell {
            self.targets.one_shell = true;
        } else if name == self.known.posix && !self.targets.posix {
            self.targets.posix = true;
            // POSIX makes: a failing command in the middle of a line counts.
            for (name, value) in [
                (".SHELLFLAGS", "-ec"),
                ("ARFLAGS", "-rv"),
                ("CC", "c99"),
                ("CFLAGS", "-O1"),
                ("FC", "fort77"),
                ("FFLAGS", "-O1"),
                ("SCCSGETFLAGS", "-s"),
            ] {
                let name = self.name(name.as_bytes());
                self.set_simple(name, value.as_bytes(), Origin::Default);
            }
        }
    }

    /// The first target that does not begin with a dot (unless it has a slash) is the default goal.
    fn choose_default_goal(&mut self, targets: &[BString]) {
        let known = self.known.default_goal;
        if self.no_default_goal {
            return;
        }
        if self.vars.lookup_in(GLOBAL, known).is_some_and(|v| !v.data.borrow().value.bytes.is_empty()) {
            return;
        }
        for target in targets {
            // Patterns are no goals, nor is, here, what only quotes a `%`.
            if memchr::memchr(b'%', target).is_some() {
                return;
            }
            let name = strip_dot_slash(target);
            if name.first() != Some(&b'.') || memchr::memchr(b'/', name).is_some() {
                self.set_simple(known, name, Origin::File);
                return;
            }
        }
    }

    /// The variable name of an assignment, expanded; an empty one is an error.
    pub(crate) fn assigned_name(&mut self, name: &NameText) -> Result<Name> {
        if let Some(name) = name.literal(&self.shared.lang) {
            return Ok(name);
        }
        let expanded = self.expand_text(&name.text)?;
        // Blanks at the end, and no other white space, go.
        let blanks = expanded.iter().rev().take_while(|c| is_blank(**c)).count();
        let expanded = trim_start(&expanded[..expanded.len() - blanks]);
        if expanded.is_empty() {
            return Err(self.fatal(self.reading, "empty variable name"));
        }
        Ok(self.name(expanded))
    }
}

/// The `;` and what follows it belong to the value of a target-specific assignment.
fn add_command(assign: &mut Assign, command: &[u8], posix: bool) {
    let mut value = assign.value.bytes.to_vec();
    value.push(b';');
    value.extend_from_slice(&join_continuations(command, posix));
    assign.value = Arc::new(Text::new(value));
}

/// The end of the word that begins at `at`: white space, a colon, `&:` or an assignment operator outside references, which is
/// a word of its own.
fn word_end(line: &[u8], mut at: usize) -> usize {
    let begin = at;
    while at < line.len() {
        let operator = match line[at..] {
            [b'=', ..] => 1,
            [b'+' | b'?', b'=', ..] => 2,
            [b'!', b'=', ..] if at == begin => 2,
            _ => 0,
        };
        if operator > 0 {
            return if at == begin { at + operator } else { at };
        }
        match line[at] {
            c if is_space(c) || c == b':' => return at,
            b'&' if line.get(at + 1) == Some(&b':') => return at,
            b'$' => at = skip_reference(line, at),
            b'\\' if line.get(at + 1).is_some_and(|c| b":;=\\".contains(c)) => at += 2,
            _ => at += 1,
        }
    }
    line.len()
}

/// Halves the backslashes at the end of targets: a colon came after them, and they did not quote it.
fn unquote_end(targets: &mut Vec<u8>) {
    let slashes = rkbuild_syntax::line::trailing_backslashes(targets);
    targets.truncate(targets.len() - slashes + slashes / 2);
}

/// The first colon not quoted by a backslash.
fn find_colon(text: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b':', text)
        .find(|at| rkbuild_syntax::line::trailing_backslashes(&text[..*at]).is_multiple_of(2))
}
