//! Records of how files were made, applied without the general reader.
//!
//! What a session knows afterwards is to the last bit what reading the same text as any makefile leaves: variables with
//! their places, targets in their order. `tests/record.rs` and the fuzz target `record` compare the two.

use std::sync::Arc;

use rkbuild_base::{BString, Name, Place};
use rkbuild_syntax::record::{Item, Says};
use rkbuild_syntax::{LineId, Op, Record, Text};
use thin_vec::ThinVec;

use crate::listed::{Listed, Words};
use crate::rule::PendingRule;
use crate::target::{Dep, FileId, strip_dot_slash};
use crate::variable::{Flavor, GLOBAL, Origin};
use crate::{Result, Session};

impl Session {
    /// True when nothing was said that gives the text of a record another meaning.
    pub(crate) fn reads_records(&self) -> bool {
        !self.options.no_native
            && !self.options.environment_overrides
            && !self.targets.posix
            && !self.targets.snapped
            && self.recipe_prefix == b'\t'
            && self.vars.only_global()
    }

    /// True when the record's variables will be what the record says.
    pub(crate) fn suits(&self, record: &Record<'_>) -> bool {
        let global = |name| self.vars.lookup_in(GLOBAL, self.shared.lang.names.get(name)?);
        // A variable of the command line would prevail.
        let list = record.list.and_then(global);
        // What is expanded could run anything.
        let pound = if record.pound { global(b"pound") } else { None };
        list.is_none_or(|var| var.data.borrow().origin <= Origin::File)
            && pound.is_none_or(|var| var.data.borrow().value.is_literal())
    }

    /// Reads a record. Messages call its file `file`.
    pub(crate) fn read_record(&mut self, record: &Record<'_>, file: Name) -> Result<()> {
        let saved = self.reading;
        let result = self.deeper(|s| s.read_items(record, file));
        self.reading = saved;
        result
    }

    fn read_items(&mut self, record: &Record<'_>, file: Name) -> Result<()> {
        let mut words = None;
        let mut items = record.items.iter().peekable();
        while let Some(&Item { line, says }) = items.next() {
            let place = Place { file, line };
            self.reading = Some(place);
            match says {
                Says::Assign { name, value } => self.set_of_record(name, value, place)?,
                Says::List => {
                    let list = Arc::new(self.words_of_record(&record.lines));
                    self.set_list(record.list.unwrap_or_default(), &list, place);
                    words = Some(list);
                }
                Says::Needs { target } => {
                    let Some(words) = &words else { continue };
                    if let Some(&&Item { says: Says::Exist, .. }) = items.peek()
                        && self.keep_list(target, words, place)?
                    {
                        items.next();
                        continue;
                    }
                    let names: Vec<Name> = self.names_in(words).collect();
                    self.needs(target, &names, place)?;
                }
                Says::NeedsIfThere { target, name } => {
                    let there = self.is_there(name).then(|| self.name(strip_dot_slash(name)));
                    self.needs(target, there.as_slice(), place)?;
                }
                Says::Exist => {
                    let Some(words) = &words else { continue };
                    let names: Vec<Name> = self.names_in(words).collect();
                    // That they are targets chooses no goal any more: a record has another one before.
                    let rule = PendingRule::plain(Vec::new(), place, self.recipe_prefix);
                    self.record_explicit_rule(&rule, None, &names, ThinVec::new())?;
                }
            }
        }
        Ok(())
    }

    fn names_in(&self, words: &Words) -> impl Iterator<Item = Name> {
        words.lines().map(|line| self.shared.lists.line(line).name)
    }

    fn set_of_record(&mut self, name: &[u8], value: impl Into<BString>, place: Place) -> Result<()> {
        let name = self.name(name);
        let value = Arc::new(Text::new(value));
        self.assign(GLOBAL, name, Op::Simple, &value, Origin::File, place, false)?;
        Ok(())
    }

    /// Sets the variable that holds the list. Its value is written down when somebody asks for it.
    fn set_list(&mut self, name: &[u8], words: &Arc<Words>, place: Place) {
        let name = self.name(name);
        let value = Arc::new(Text::later(words.clone()));
        self.vars.define(GLOBAL, name, value, Flavor::Simple, Origin::File, place);
    }

    /// Expands a record's list. One look at a directory serves the whole list: nothing that it says runs a command, so
    /// there is no telling that a file came or went between two of its words.
    fn words_of_record(&mut self, lines: &[LineId]) -> Words {
        self.look_again();
        let lists = self.shared.lists.clone();
        Words::new(lists, lines, |id| self.line_is_there(id))
    }

    /// Enters `target: $(deps_target)`, which is at `needs`, and `$(deps_target):` as one: the files are targets,
    /// and the target keeps the list. False, and nothing entered, where there is more to it.
    fn keep_list(&mut self, target: &[u8], words: &Arc<Words>, needs: Place) -> Result<bool> {
        let target = strip_dot_slash(target);
        let name = self.name(target);
        if let Some(file) = self.targets.lookup(name) {
            // A second list goes behind the first, with all that may have come between.
            if self.targets.spread(file).is_some() || self.targets[file].is_double_colon {
                return Ok(false);
            }
        }
        let lists = self.shared.lists.clone();
        let mut files: Vec<FileId> = Vec::with_capacity(words.len());
        let mut unknown: Vec<(usize, LineId)> = Vec::new();
        for (at, line) in words.lines().enumerate() {
            match self.met.file(line) {
                Some(file) => files.push(file),
                None => {
                    let file = self.targets.lookup(lists.line(line).name);
                    if file.is_some_and(|file| self.targets[file].is_double_colon) {
                        return Ok(false);
                    }
                    unknown.push((at, line));
                    files.push(FileId::at(0));
                }
            }
        }
        let rule = PendingRule::plain(vec![target.into()], needs, self.recipe_prefix);
        self.rule_begins(&rule);
        for (at, line) in unknown {
            let file = self.targets.enter(lists.line(line).name);
            let header = &mut self.targets[file];
            header.name_explicitly();
            header.is_target = true;
            self.met.set_file(line, file);
            files[at] = file;
        }
        self.record_explicit_rule(&rule, None, &[name], ThinVec::new())?;
        if !files.is_empty() {
            let file = self.targets.enter(name);
            let listed = Listed { files: files.into(), words: words.clone(), behind: 0 };
            self.targets.give_list(file, listed);
        }
        Ok(true)
    }

    /// Enters `target: needs`.
    fn needs(&mut self, target: &[u8], needs: &[Name], place: Place) -> Result<()> {
        let target = strip_dot_slash(target);
        let rule = PendingRule::plain(vec![target.into()], place, self.recipe_prefix);
        self.rule_begins(&rule);
        let mut deps = ThinVec::with_capacity(needs.len());
        for &name in needs {
            let file = self.targets.enter(name);
            self.targets[file].name_explicitly();
            deps.push(Dep { file, order_only: false, wait: false, extra: false, explicit: true });
        }
        let name = self.name(target);
        self.record_explicit_rule(&rule, None, &[name], deps)
    }
}
