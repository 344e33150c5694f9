//! Records of how files were made, applied without the general reader.
//!
//! What a session knows afterwards is to the last bit what reading the same text as any makefile leaves: variables with
//! their places, targets in their order. `tests/record.rs` and the fuzz target `record` compare the two.

use std::sync::Arc;

use rkbuild_base::{BString, Name, Place};
use rkbuild_syntax::record::{Item, Says, Word};
use rkbuild_syntax::{Op, Record, Text};
use thin_vec::ThinVec;

use crate::rule::PendingRule;
use crate::target::{Dep, strip_dot_slash};
use crate::variable::{GLOBAL, Origin};
use crate::{Result, Session};

/// The list of a record, expanded.
#[derive(Default)]
struct List {
    value: Vec<u8>,
    /// Its words, as prerequisites are called.
    names: Vec<Name>,
}

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
        let mut list = List::default();
        for &Item { line, says } in &record.items {
            let place = Place { file, line };
            self.reading = Some(place);
            match says {
                Says::Assign { name, value } => self.set_of_record(name, value, place)?,
                Says::List => {
                    list = self.list_of_record(&record.words);
                    let value = std::mem::take(&mut list.value);
                    self.set_of_record(record.list.unwrap_or_default(), value, place)?;
                }
                Says::Needs { target } => self.needs(target, &list.names, place)?,
                Says::NeedsIfThere { target, name } => {
                    let there = self.is_there(name).then(|| self.name(strip_dot_slash(name)));
                    self.needs(target, there.as_slice(), place)?;
                }
                Says::Exist => {
                    // That they are targets chooses no goal any more: a record has another one before.
                    let rule = PendingRule::plain(Vec::new(), place, self.recipe_prefix);
                    self.record_explicit_rule(&rule, None, &list.names, ThinVec::new())?;
                }
            }
        }
        Ok(())
    }

    fn set_of_record(&mut self, name: &[u8], value: impl Into<BString>, place: Place) -> Result<()> {
        let name = self.name(name);
        let value = Arc::new(Text::new(value));
        self.assign(GLOBAL, name, Op::Simple, &value, Origin::File, place, false)?;
        self.vars.changes += 1;
        Ok(())
    }

    /// Expands a record's list. One look at a directory serves the whole list: nothing that it says runs a command, so
    /// there is no telling that a file came or went between two of its words.
    fn list_of_record(&mut self, words: &[Word<'_>]) -> List {
        let mut list = List {
            value: Vec::with_capacity(words.iter().map(|word| word.name.len() + 1).sum()),
            names: Vec::with_capacity(words.len()),
        };
        self.forget_last_dir();
        for word in words {
            if !word.if_there || self.is_there_still(word.name) {
                list.value.extend_from_slice(word.name);
                list.names.push(self.name(strip_dot_slash(word.name)));
            }
            list.value.push(b' ');
        }
        list
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
