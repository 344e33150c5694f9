//! Reading makefiles: lines to variables, rules and further makefiles.

use std::ops::Range;
use std::sync::Arc;

use rkbuild_base::text::{find_space, trim, words};
use rkbuild_base::{BString, Name, Place};
use rkbuild_host::errors;
use rkbuild_syntax::statement::Modifiers;
use rkbuild_syntax::statement::assignment;
use rkbuild_syntax::{Cond, Makefile, Op, Record, Stmt, StmtOf, Text};

use crate::layer::{Setting, Settings};
use crate::library::Numbered;
use crate::makefiles::{Contents, Wanted};
use crate::pattern::Pattern;
use crate::rule::{PendingRule, Read};
use crate::session::ReadFile;
use crate::variable::{Export, Flavor, GLOBAL, Origin};
use crate::{Result, Session};

/// One open `ifeq`, `ifdef`, …
#[derive(Clone, Copy, PartialEq, Eq)]
enum Branch {
    /// Its lines count.
    Taken,
    /// Its lines do not; an `else` may.
    Waiting,
    /// Its lines do not, and no `else` will: one was taken.
    Over,
}

#[derive(Clone, Copy)]
struct Conditional {
    branch: Branch,
    seen_else: bool,
}

/// What is known while one text is read.
struct Reading {
    makefile: Arc<Makefile>,
    /// The name messages give.
    file: Name,
    /// The number of the text's first line.
    first_line: u32,
    conditionals: Vec<Conditional>,
    /// At each depth, the branch that the last conditional there was in when it ended.
    ended: Vec<Branch>,
    pending: Option<PendingRule>,
    /// The text is an `$(eval)`'s, not a file's.
    buffer: bool,
    /// The rule that was read last has no targets: its recipe is dropped.
    no_targets: bool,
    /// Skipping, a `define` was seen: nothing counts until `endef`, not even `endif`.
    skipping_define: bool,
}

impl Reading {
    fn place(&self, index: usize) -> Place {
        self.place_of_line(self.makefile.number(index))
    }

    /// The place of a line of this text, counted from 1. All that an `$(eval)` reads is where the `$(eval)` is.
    fn place_of_line(&self, number: u32) -> Place {
        let line = if self.buffer { self.first_line } else { self.first_line + number - 1 };
        Place { file: self.file, line }
    }

    fn skipping(&self) -> bool {
        self.conditionals.iter().any(|c| c.branch != Branch::Taken)
    }

    /// Keeps how the conditional ended that was within those that are open now.
    fn remember(&mut self, branch: Branch) {
        let depth = self.conditionals.len();
        if self.ended.len() <= depth {
            self.ended.resize(depth + 1, Branch::Taken);
        }
        self.ended[depth] = branch;
    }
}

impl Session {
    /// Reads the makefile `name` (of `-f`, a default name, MAKEFILES or `include`): its own directory entry
    /// first, then, unless the name is absolute, the include directories when `search` says so. Gives the record
    /// that was added to [`Session::read_files`]; its `found` says whether there was anything to read.
    pub fn read_makefile(&mut self, name: &[u8], search: bool, record: ReadFile) -> Result<ReadFile> {
        let mut record = record;
        if self.trace_reading {
            self.tell_reading(name, search, &record);
        }
        let mut result = self.open_makefile(name);
        // 4.3 goes on past a file it may not read.
        let elsewhere = |e: &std::io::Error| is_absent(e) || !self.identity().is_4_4();
        if search && !name.starts_with(b"/") && result.as_ref().is_err_and(elsewhere) {
            for dir in self.include_dirs.clone() {
                let mut path = dir.to_vec();
                if !path.ends_with(b"/") {
                    path.push(b'/');
                }
                path.extend_from_slice(name);
                let found = self.open_makefile(&path);
                if !matches!(&found, Err(e) if is_absent(e)) {
                    record.name = self.name(&path);
                    result = found;
                    break;
                }
            }
        }
        if result.is_err() {
            // The wait for the other end of a fifo was ended.
            self.check_signal()?;
        }
        match result {
            Ok(contents) => {
                record.found = true;
                self.read_files.push(record.clone());
                self.add_to_makefile_list(record.name);
                // Messages give the name that was asked for, wherever the file was found.
                self.read_contents(contents, self.name(name))?;
                Ok(record)
            }
            // What can be opened but not read is not forgiven to an optional makefile either.
            Err(error) if error.kind() == std::io::ErrorKind::IsADirectory => {
                let mut message = self.text(record.name).to_vec();
                message.extend_from_slice(b": Is a directory");
                Err(self.fatal(None, message))
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {
                self.check_signal()?;
                Ok(record)
            }
            // Nor is what there was nothing left to read with.
            Err(error) if is_unforgivable(&error) => {
                let mut message = self.text(record.name).to_vec();
                message.extend_from_slice(b": ");
                message.extend_from_slice(errors::describe(&error).as_bytes());
                Err(self.fatal(self.reading, message))
            }
            Err(error) => {
                record.errno = error.raw_os_error().unwrap_or(0);
                self.read_files.push(record.clone());
                Ok(record)
            }
        }
    }

    fn tell_reading(&self, name: &[u8], search: bool, record: &ReadFile) {
        let mut line = [b"Reading makefile '", name, b"'"].concat();
        for (told, what) in [
            (self.no_default_goal, " (no default goal)"),
            (search, " (search path)"),
            (record.optional, " (don't care)"),
            (!record.top && !self.no_default_goal, " (no ~ expansion)"),
        ] {
            if told {
                line.extend_from_slice(what.as_bytes());
            }
        }
        line.extend_from_slice(b"...\n");
        self.tell(&line);
    }

    /// Adds a name to `MAKEFILE_LIST` as it is: a `$` in it is no reference.
    fn add_to_makefile_list(&mut self, name: Name) {
        let list = self.known.makefile_list;
        let mut value = match self.vars.lookup_in(GLOBAL, list) {
            Some(var) => var.data.borrow().value.bytes.to_vec(),
            None => Vec::new(),
        };
        if !value.is_empty() {
            value.push(b' ');
        }
        value.extend_from_slice(self.text(name));
        let flavor = self.vars.lookup_in(GLOBAL, list).map_or(Flavor::Simple, |var| var.data.borrow().flavor);
        let place = self.reading.unwrap_or(Place { file: name, line: 1 });
        self.vars.define(GLOBAL, list, Arc::new(Text::new(value)), flavor, Origin::File, place);
    }

    fn open_makefile(&mut self, path: &[u8]) -> std::io::Result<Contents> {
        // A line could begin a recipe otherwise.
        let wanted = Wanted { by_option: self.recipe_prefix == b'\t', records: self.reads_records() };
        let (contents, list) =
            self.shared.makefiles.read(&self.shared, self.host(), &self.dir, path, wanted)?;
        self.option_lists.extend(list);
        Ok(contents)
    }

    /// Reads what a makefile holds. Messages call it `file`.
    pub fn read_contents(&mut self, contents: Contents, file: Name) -> Result<()> {
        let makefile = match contents {
            Contents::Makefile(makefile) => makefile,
            Contents::Options(settings, makefile) => {
                if !self.vars.has_layer() {
                    return self.lay(&settings, file);
                }
                makefile
            }
            Contents::Record(known) => {
                if let Some(record) = Record::parse_around(known.around())
                    && self.suits(&record)
                {
                    return self.read_record(&record, file);
                }
                Arc::new(Makefile::new(known.text(|line| self.shared.text(line))))
            }
            Contents::Bytes(bytes, from) => {
                if self.reads_records()
                    && let Some(record) = Record::parse(&bytes, &self.shared.lists, &self.shared.lang.names)
                    && self.suits(&record)
                {
                    if let (Some(from), Some(library)) = (from, self.shared.makefiles.library()) {
                        from.keep(&record, &bytes, library, &*self.shared);
                    }
                    self.read_record(&record, file)?;
                    self.shared.makefiles.give_back(bytes);
                    return Ok(());
                }
                Arc::new(Makefile::new(bytes))
            }
        };
        self.read_text(makefile, file, 1, false)
    }

    /// Sets what a list of options sets, which messages call `file`.
    fn lay(&mut self, settings: &Arc<Settings>, file: Name) -> Result<()> {
        self.check_signal()?;
        self.may_eval = self.may_eval || settings.speaks_of_eval;
        for name in self.vars.lay(settings, file) {
            if let Some(Setting { value, line, .. }) = settings.get(name) {
                let place = Place { file, line: *line };
                self.assign(GLOBAL, name, Op::Recursive, value, Origin::File, place, false)?;
            }
        }
        Ok(())
    }

    /// Reads bytes as a makefile, as `$(eval)` and `--eval` do. Messages name the line that is being read now.
    pub fn eval_text(&mut self, bytes: &[u8]) -> Result<()> {
        self.vars.met.spoil();
        let place = self.reading.unwrap_or(Place::NONE);
        let makefile = Arc::new(Makefile::new(bytes));
        self.deeper(|s| s.read_text(makefile, place.file, place.line, true))
    }

    fn read_text(
        &mut self,
        makefile: Arc<Makefile>,
        file: Name,
        first_line: u32,
        buffer: bool,
    ) -> Result<()> {
        let saved = self.reading;
        self.may_eval = self.may_eval || makefile.mentions(b"eval");
        if makefile.had_mark && self.trace_reading {
            let what = if buffer { b"buffer".to_vec() } else { [b"'", self.text(file), b"'"].concat() };
            self.tell(&[b"Skipping UTF-8 BOM in makefile ", what.as_slice(), b"\n"].concat());
        }
        let mut reading = Reading {
            makefile,
            file,
            first_line,
            conditionals: Vec::new(),
            ended: Vec::new(),
            pending: None,
            buffer,
            no_targets: false,
            skipping_define: false,
        };
        let result = self.deeper(|s| s.read_lines(&mut reading));
        self.reading = saved;
        result
    }

    fn read_lines(&mut self, reading: &mut Reading) -> Result<()> {
        let makefile = reading.makefile.clone();
        let mut next = 0;
        while next < makefile.len() {
            self.check_signal()?;
            let index = next;
            next += 1;
            let raw = makefile.raw(index);
            self.warn_of_nuls(reading, index..next, 0)?;
            if raw.is_empty() {
                continue;
            }
            let place = reading.place(index);
            // A place without a line (an `--eval` text) is none.
            self.reading = (reading.first_line > 0).then_some(place);
            if raw[0] == self.recipe_prefix {
                if reading.no_targets {
                    continue;
                }
                let skipping = reading.skipping();
                if let Some(pending) = &mut reading.pending {
                    if !skipping {
                        pending.push(makefile.recipe(index), place);
                    }
                    continue;
                }
            }
            if reading.skipping_define {
                reading.skipping_define = trim(&makefile.joined(index, self.targets.posix)) != b"endef";
                continue;
            }
            let found = if self.targets.posix {
                StmtOf::Own(Box::new(Stmt::parse(&makefile.joined(index, true))))
            } else {
                makefile.stmt(index)
            };
            let mut stmt = &*found;
            let older;
            if stmt.is_immediate() && !self.identity().is_4_4() {
                older = Stmt::parse_4_3(&makefile.joined(index, self.targets.posix));
                stmt = &older;
            }
            match stmt {
                Stmt::Blank => {}
                Stmt::Define { .. } if reading.skipping() => reading.skipping_define = true,
                Stmt::Cond(cond) => self.conditional(cond, reading)?,
                _ if reading.skipping() => {}
                Stmt::Assign(assign) => {
                    self.finish_rule(reading)?;
                    let name = self.assigned_name(&assign.name)?;
                    let origin = origin_of(assign.modifiers);
                    let var = self.assign(GLOBAL, name, assign.op, &assign.value, origin, place, false)?;
                    self.apply_modifiers(&var, assign.modifiers);
                }
                Stmt::Define { modifiers, name, op, extra } => {
                    self.finish_rule(reading)?;
                    if *extra {
                        self.error(self.reading, "extraneous text after 'define' directive");
                    }
                    let name = self.assigned_name(name)?;
                    let body = makefile.define_body(index, self.recipe_prefix);
                    let end = body.as_ref().map_or(makefile.len(), |body| body.next);
                    self.warn_of_nuls(reading, index + 1..end, 1)?;
                    let Some(body) = body else {
                        return Err(self.fatal(self.reading, "missing 'endef', unterminated 'define'"));
                    };
                    for line in body.extra {
                        let place = reading.place_of_line(line);
                        self.error(Some(place), "extraneous text after 'endef' directive");
                    }
                    next = body.next;
                    // What is expanded at once is so when `endef` has been read.
                    let last = makefile.last_number(body.next - 1);
                    self.reading = self.reading.map(|_| reading.place_of_line(last));
                    let origin = origin_of(*modifiers);
                    let var = self.assign(GLOBAL, name, *op, &body.text, origin, place, false)?;
                    self.apply_modifiers(&var, *modifiers);
                }
                Stmt::Undefine { modifiers, name } => {
                    self.finish_rule(reading)?;
                    let name = self.assigned_name(name)?;
                    self.keep_environment(GLOBAL, name);
                    self.vars.undefine(GLOBAL, name, origin_of(*modifiers));
                }
                // 4.4 takes `unexport NAME = value` as it takes `export NAME = value`.
                Stmt::Export { export: false, names: Some(names) }
                    if self.identity().is_4_4()
                        && let Some(Stmt::Assign(assign)) = assignment(&names.bytes, false) =>
                {
                    self.finish_rule(reading)?;
                    let name = self.assigned_name(&assign.name)?;
                    let origin = origin_of(assign.modifiers);
                    let var = self.assign(GLOBAL, name, assign.op, &assign.value, origin, place, false)?;
                    var.data.borrow_mut().export = Export::No;
                    self.vars.changes += 1;
                }
                Stmt::Export { export, names } => {
                    self.finish_rule(reading)?;
                    self.export(*export, names.as_ref())?;
                }
                Stmt::Vpath(args) => {
                    self.finish_rule(reading)?;
                    self.vpath(args)?;
                }
                Stmt::Include { required, names } => {
                    self.finish_rule(reading)?;
                    self.include(names, *required, place)?;
                }
                Stmt::Load { required, names } => {
                    self.finish_rule(reading)?;
                    self.load(names, *required)?;
                }
                Stmt::Rule => {
                    if raw[0] == self.recipe_prefix {
                        return Err(self.fatal(self.reading, "recipe commences before first target"));
                    }
                    self.finish_rule(reading)?;
                    match self.read_rule(raw, place)? {
                        Read::Rule(rule) => {
                            self.rule_begins(&rule);
                            reading.pending = Some(rule);
                        }
                        Read::NoTargets => reading.no_targets = true,
                        Read::Done => {}
                    }
                }
            }
        }
        if !reading.conditionals.is_empty() {
            // The place is that of the line that should have been there.
            let (newlines, open) = makefile.newlines();
            let place = reading.place_of_line(1 + newlines + u32::from(open));
            self.reading = (reading.first_line > 0).then_some(place);
            return Err(self.fatal(self.reading, "missing 'endif'"));
        }
        self.finish_rule(reading)
    }

    /// Warns of lines that begin with a NUL. In the body of a `define`, the number is that of the line before.
    fn warn_of_nuls(&self, reading: &Reading, lines: Range<usize>, before: u32) -> Result<()> {
        for index in reading.makefile.nul_lines(lines) {
            let place = reading.place_of_line(reading.makefile.number(index).saturating_sub(before));
            self.error(Some(place), "warning: NUL character seen; rest of line ignored");
            // There may be millions of them.
            self.check_signal()?;
        }
        Ok(())
    }

    /// Enters the rule that was being read: something that can't belong to its recipe came.
    fn finish_rule(&mut self, reading: &mut Reading) -> Result<()> {
        reading.no_targets = false;
        match reading.pending.take() {
            Some(rule) => self.record_rule(rule),
            None => Ok(()),
        }
    }

    fn conditional(&mut self, cond: &Cond, reading: &mut Reading) -> Result<()> {
        match cond {
            Cond::Endif { extra } => {
                if *extra {
                    self.extraneous("endif");
                }
                let Some(ended) = reading.conditionals.pop() else {
                    return Err(self.fatal(self.reading, "extraneous 'endif'"));
                };
                reading.remember(ended.branch);
            }
            Cond::Else { next, extra } => {
                let Some(top) = reading.conditionals.last_mut() else {
                    return Err(self.fatal(self.reading, "extraneous 'else'"));
                };
                if top.seen_else {
                    return Err(self.fatal(self.reading, "only one 'else' per conditional"));
                }
                top.branch = match top.branch {
                    Branch::Taken | Branch::Over => Branch::Over,
                    Branch::Waiting => Branch::Taken,
                };
                match next {
                    // With text after it, it is not counted.
                    None if *extra => self.extraneous("else"),
                    None => top.seen_else = true,
                    Some(cond) => self.else_if(cond, reading)?,
                }
            }
            _ => {
                let Some(branch) = self.branch(cond, reading)? else {
                    return Err(self.fatal(self.reading, "invalid syntax in conditional"));
                };
                reading.conditionals.push(Conditional { branch, seen_else: false });
            }
        }
        Ok(())
    }

    /// The condition after `else`, decided as one within, which ends at once.
    fn else_if(&mut self, cond: &Cond, reading: &mut Reading) -> Result<()> {
        if let Some(branch) = self.branch(cond, reading)? {
            reading.remember(branch);
            if let Some(top) = reading.conditionals.last_mut().filter(|top| top.branch != Branch::Over) {
                top.branch = branch;
            }
            return Ok(());
        }
        // Make takes one that can't be read for text, but it has begun by then, undecided: as the last one there ended.
        self.extraneous("else");
        let branch = reading.ended.get(reading.conditionals.len()).copied().unwrap_or(Branch::Taken);
        reading.conditionals.push(Conditional { branch, seen_else: false });
        Ok(())
    }

    /// The branch that a conditional begins with; `None` when it can't be read. One that is skipped is not looked at.
    fn branch(&mut self, cond: &Cond, reading: &Reading) -> Result<Option<Branch>> {
        if reading.skipping() { Ok(Some(Branch::Waiting)) } else { self.test(cond) }
    }

    fn extraneous(&self, keyword: &str) {
        self.error(self.reading, format!("extraneous text after '{keyword}' directive"));
    }

    /// Evaluates a conditional's test; `None` when it can't be read.
    fn test(&mut self, cond: &Cond) -> Result<Option<Branch>> {
        let holds = match cond {
            Cond::Defined { negated, name } => {
                let expanded = self.expand_text(name)?;
                // The name ends at the first white space, which may be what an expansion begins with.
                let (name, rest) = expanded.split_at(find_space(&expanded).unwrap_or(expanded.len()));
                if !trim(rest).is_empty() {
                    return Ok(None);
                }
                let defined =
                    self.variable_called(name).is_some_and(|v| !v.data.borrow().value.bytes.is_empty());
                defined != *negated
            }
            Cond::Equal { negated, left, right, extra } => {
                let left = self.expand_text(left)?;
                if *extra {
                    self.extraneous(cond.keyword());
                }
                let right = self.expand_text(right)?;
                (left == right) != *negated
            }
            other => {
                if let Cond::Invalid { left: Some(left) } = other {
                    self.expand_text(left)?;
                }
                return Ok(None);
            }
        };
        Ok(Some(if holds { Branch::Taken } else { Branch::Waiting }))
    }

    fn apply_modifiers(&mut self, var: &crate::Variable, modifiers: Modifiers) {
        let mut data = var.data.borrow_mut();
        if modifiers.export {
            data.export = Export::Yes;
            self.vars.changes += 1;
        }
        if modifiers.private {
            data.private = true;
        }
    }

    /// `export` and `unexport`.
    fn export(&mut self, export: bool, names: Option<&Text>) -> Result<()> {
        let Some(names) = names else {
            self.vars.export_all = export;
            self.vars.changes += 1;
            return Ok(());
        };
        let expanded = self.expand_text(names)?;
        let place = self.reading.unwrap_or_default();
        for word in words(&expanded) {
            let name = self.name(word);
            let var = match self.vars.lookup_in(GLOBAL, name) {
                Some(var) => var.clone(),
                None => {
                    let empty = Arc::new(Text::default());
                    let flavor = Flavor::Simple;
                    self.vars.define(GLOBAL, name, empty, flavor, Origin::File, place)
                }
            };
            var.data.borrow_mut().export = if export { Export::Yes } else { Export::No };
        }
        self.vars.changes += 1;
        Ok(())
    }

    /// `vpath`: with a pattern and directories, with a pattern alone, or bare.
    fn vpath(&mut self, args: &Text) -> Result<()> {
        let expanded = self.expand_text(args)?;
        let expanded = trim(&expanded);
        let mut parts = words(expanded);
        let Some(pattern) = parts.next() else {
            self.targets.vpaths.clear();
            return Ok(());
        };
        let dirs: Vec<BString> = parts
            .flat_map(|p| p.split(|c| *c == b':'))
            .filter(|d| !d.is_empty())
            .map(|d| if d.starts_with(b"~") { self.expand_tilde(d) } else { BString::from(d) })
            .map(|d| strip_trailing_slash(&d))
            // A directory `.` adds nothing: names are looked for there first.
            .filter(|d| d != ".")
            .collect();
        let pattern = Pattern::parse(pattern);
        if dirs.is_empty() {
            self.targets.vpaths.retain(|(p, _)| p.text != pattern.text);
        } else {
            self.targets.vpaths.push((pattern, dirs));
        }
        Ok(())
    }

    /// `include`, `-include` and `sinclude`.
    fn include(&mut self, names: &Text, required: bool, place: Place) -> Result<()> {
        let expanded = self.expand_text(names)?;
        if trim(&expanded).is_empty() {
            return Ok(());
        }
        for file in self.plain_file_sequence(&expanded) {
            let record = ReadFile {
                name: self.name(&file),
                optional: !required,
                found: false,
                errno: 0,
                place: Some(place),
                top: false,
            };
            // Recipes, if any, belong to rules of the file that includes; each file begins anew.
            self.read_makefile(&file, true, record)?;
            self.reading = Some(place);
        }
        Ok(())
    }

    /// `load`: plug-ins are not part of what rkbuild is; `.FEATURES` does not name them.
    fn load(&mut self, names: &Text, required: bool) -> Result<()> {
        let expanded = self.expand_text(names)?;
        if required && !trim(&expanded).is_empty() {
            let what = "the 'load' directive is not supported by this program";
            return Err(self.fatal(self.reading, what));
        }
        Ok(())
    }
}

/// What is no makefile's absence: it is larger than any, or the system had nothing left to read it with.
fn is_unforgivable(error: &std::io::Error) -> bool {
    errors::is_scarce(error) || error.kind() == std::io::ErrorKind::FileTooLarge
}

fn is_absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory)
}

fn strip_trailing_slash(dir: &[u8]) -> BString {
    match dir {
        [rest @ .., b'/'] if !rest.is_empty() => rest.into(),
        _ => dir.into(),
    }
}

fn origin_of(modifiers: Modifiers) -> Origin {
    if modifiers.overrides { Origin::Override } else { Origin::File }
}
