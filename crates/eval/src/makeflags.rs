//! MAKEFLAGS: the text other makes read, and what happens when a makefile changes it (manual 5.7.3).

use std::sync::Arc;

use rkbuild_base::{BString, Name, Place};
use rkbuild_host::Kind;
use rkbuild_syntax::Text;

use crate::options::{Options, Problems, Source, quote_for_flags};
use crate::session::Entering;
use crate::target::strip_dot_slash;
use crate::variable::{Data, Flavor, GLOBAL, Origin};
use crate::{Result, Session};

/// Where makefiles to include are looked for last, of make as it comes, and as Debian built 4.3.
const INCLUDE_DIRS: [&str; 3] = ["/usr/local/include", "/usr/local/include", "/usr/include"];
const INCLUDE_DIRS_4_3: [&str; 3] = ["/usr/local/include", "/usr/include", "/usr/include"];

impl Session {
    /// A makefile assigned MAKEFLAGS. From 4.4 on its switches count at once, and the text is put in order; before,
    /// both happen when reading is over.
    pub fn makeflags_changed(&mut self) -> Result<()> {
        if !self.identity().is_4_4() {
            return Ok(());
        }
        self.take_makeflags()?;
        self.define_makeflags(false);
        Ok(())
    }

    /// Takes the switches out of the value MAKEFLAGS has now.
    pub fn take_makeflags(&mut self) -> Result<()> {
        let value = self.variable_value(self.known.makeflags)?;
        let (options, problems) = self.switches_of(&value);
        for problem in &problems.said {
            self.error(None, &problem.message);
        }
        match problems.fatal {
            Some(message) => Err(self.fatal(None, message)),
            None => self.adopt(options),
        }
    }

    /// Takes the switches out of the value GNUMAKEFLAGS has when reading is over, and empties it (with `-R` it is
    /// not defined in 4.4, which may be warned of). What is no switch is not spoken of.
    pub fn take_gnumakeflags(&mut self) -> Result<()> {
        let name = self.known.gnumakeflags;
        let mut value = Vec::new();
        self.expand_name(name, &mut value)?;
        if !value.is_empty() {
            let (options, problems) = self.switches_of(&value);
            if problems.fatal.is_none() {
                self.adopt(options)?;
                self.define_makeflags(false);
            }
        }
        self.set_simple(name, b"", Origin::Override);
        Ok(())
    }

    /// The switches of a value of MAKEFLAGS on top of those that hold.
    fn switches_of(&self, value: &[u8]) -> (Options, Problems) {
        let mut options = self.options.clone();
        // What came before can be taken back only by a switch that says so.
        options.include_dirs.clear();
        options.debug.clear();
        let problems = options.parse_flags(value, Source::Makefile, self.identity().is_4_4());
        self.expand_file_names(&mut options);
        (options, problems)
    }

    /// A switch takes the name of a file or directory with its `~` expanded and without leading `./`, wherever it is
    /// seen after that: in messages, MAKEFLAGS, MAKEFILE_LIST.
    pub fn expand_file_names(&self, options: &mut Options) {
        for name in options.file_names() {
            if name.starts_with(b"~") {
                *name = self.expand_tilde(name);
            }
            if name.starts_with(b"./") {
                *name = strip_dot_slash(name).into();
            }
        }
    }

    /// Switches that a makefile gave take effect.
    fn adopt(&mut self, mut options: Options) -> Result<()> {
        let newer = self.identity().is_4_4();
        let before = self.options.assignments.len();
        if newer {
            options.keep_settled(&self.options);
        }
        let dirs = std::mem::take(&mut options.include_dirs);
        let mut all = self.options.include_dirs.clone();
        for dir in dirs {
            // 4.4 names each but once.
            if !newer || !all.contains(&dir) {
                all.push(dir);
            }
        }
        options.include_dirs = all;
        let words = std::mem::take(&mut options.debug);
        let mut debug = self.options.debug.clone();
        debug.extend(words.into_iter().filter(|w| !self.options.debug.contains(w)));
        options.debug = debug;
        let added: Vec<_> = options.assignments.split_off(before.min(options.assignments.len()));
        // The jobserver is not a makefile's to choose.
        options.jobserver_auth = self.options.jobserver_auth.clone();
        // Nothing is evaluated any more, but MAKEFLAGS refers to what would be.
        self.evals_named |= options.eval.len() > self.options.eval.len();
        options.eval.truncate(self.options.eval.len());
        let more_dirs = options.include_dirs != self.options.include_dirs;
        self.options = options;
        if newer && more_dirs {
            self.define_include_dirs();
        }
        for word in added {
            if self.options.assignments.contains(&word) {
                continue;
            }
            self.assign_flag_variable(&word)?;
        }
        Ok(())
    }

    /// Finds the directories that `include` searches, those of `-I` and the defaults, and sets `.INCLUDE_DIRS`.
    pub fn define_include_dirs(&mut self) {
        let newer = self.identity().is_4_4();
        let mut dirs: Vec<BString> = Vec::new();
        let mut defaults = true;
        for dir in &self.options.include_dirs {
            // `-I-` drops what came before, and the defaults.
            if dir == "-" && newer {
                dirs.clear();
                defaults = false;
                continue;
            }
            if self.is_dir(dir) {
                dirs.push(match dir.as_slice() {
                    [rest @ .., b'/'] if !rest.is_empty() => rest.into(),
                    _ => dir.clone(),
                });
            }
        }
        if defaults {
            let built_in = if newer { INCLUDE_DIRS } else { INCLUDE_DIRS_4_3 };
            dirs.extend(built_in.into_iter().map(BString::from).filter(|dir| self.is_dir(dir)));
        }
        let text = dirs.join(&b' ');
        self.include_dirs = dirs;
        match newer {
            true => self.set_simple(self.known.include_dirs, &text, Origin::Default),
            false => self.set_recursive(self.known.include_dirs, &text, Origin::Default),
        };
    }

    fn is_dir(&self, path: &[u8]) -> bool {
        self.host().kind(&self.dir, path).is_ok_and(|kind| kind == Kind::Dir)
    }

    /// `NAME=value` in a makefile's MAKEFLAGS is an assignment like any in the file.
    fn assign_flag_variable(&mut self, word: &[u8]) -> Result<()> {
        let name = rkbuild_syntax::statement::definition(word).map(|(name, _, _)| name);
        if name == Some(b"MAKEFLAGS") {
            return Ok(());
        }
        // In 4.3 it counts as one of the command line's.
        let origin = if self.identity().is_4_4() { Origin::File } else { Origin::CommandLine };
        self.assign_word(word, origin, self.reading.unwrap_or(Place::NONE))?;
        Ok(())
    }

    /// Carries out a `NAME=value` word of the command line or of MAKEFLAGS.
    fn assign_word(&mut self, word: &[u8], origin: Origin, place: Place) -> Result<Option<Name>> {
        let Some((name, op, value)) = rkbuild_syntax::statement::definition(word) else { return Ok(None) };
        let name = self.expand_bytes(name)?;
        if name.is_empty() {
            if origin == Origin::CommandLine {
                // Found before make knows how deep it is.
                self.level = 0;
            }
            return Err(self.fatal(None, "empty variable name"));
        }
        let name = self.name(&name);
        self.assign(GLOBAL, name, op, &Arc::new(Text::new(value)), origin, place, false)?;
        Ok(Some(name))
    }

    /// Sets MAKEFLAGS and MFLAGS from the switches and the command line's assignments. `whole`: reading is over;
    /// before that 4.3 leaves out what takes an argument.
    pub fn define_makeflags(&mut self, whole: bool) {
        let newer = self.identity().is_4_4();
        let mut text = self.options.flags_text(whole || newer, newer).to_vec();
        let mut mflags = match text.first() {
            None => Vec::new(),
            Some(b' ') => text[1..].to_vec(),
            Some(_) => [b"-", text.as_slice()].concat(),
        };
        if !self.options.eval.is_empty() || self.evals_named {
            text.extend_from_slice(b" $(-*-eval-flags-*-)");
            let mut evals = Vec::new();
            for eval in &self.options.eval {
                if !evals.is_empty() {
                    evals.push(b' ');
                }
                evals.extend_from_slice(b"--eval=");
                quote_for_flags(eval, &mut evals);
            }
            let name = self.known.eval_flags;
            self.set_simple(name, &evals, Origin::Automatic);
        }
        let overrides = self.vars.lookup_in(GLOBAL, self.known.makeoverrides);
        if (whole || newer) && overrides.is_some_and(|var| !var.data.borrow().value.bytes.is_empty()) {
            text.extend_from_slice(b" -- $(MAKEOVERRIDES)");
        }
        let origin =
            if self.options.environment_overrides { Origin::EnvironmentOverride } else { Origin::File };
        let name = self.known.makeflags;
        let value = Arc::new(Text::new(text));
        self.vars.define(GLOBAL, name, value, Flavor::Recursive, origin, Place::NONE);
        if mflags.starts_with(b"-") && mflags.len() == 1 {
            mflags.clear();
        }
        let name = self.known.mflags;
        self.set_recursive(name, &mflags, self.environment_origin());
    }

    /// The origin of what make sets as if it were the environment's; with `-e` makefiles can't set it.
    pub fn environment_origin(&self) -> Origin {
        if self.options.environment_overrides { Origin::EnvironmentOverride } else { Origin::Environment }
    }

    /// Carries out the command line's assignments, in order. That is done where the arguments are read: what they refer to is
    /// the environment and what comes before them. Gives what they set, for [`Session::define_overrides`].
    pub fn evaluate_overrides(&mut self) -> Result<Vec<(Name, Data)>> {
        let warnings = self.options.warn_undefined_variables;
        let mut names: Vec<Name> = Vec::new();
        for (number, word) in self.options.assignments.clone().iter().enumerate() {
            self.options.warn_undefined_variables =
                warnings && number >= self.options.assignments_before_warnings;
            let announces = self.options.assignments_before_directory.is_some_and(|before| number >= before);
            if !self.entered.get() {
                self.entering.set(if announces { Entering::Undecided } else { Entering::Early });
            }
            let name = self.assign_word(word, Origin::CommandLine, Place::NONE)?;
            names.extend(name.filter(|name| !names.contains(name)));
        }
        self.options.warn_undefined_variables = warnings;
        let set = names.into_iter().filter_map(|name| {
            let variable = self.vars.lookup_in(GLOBAL, name)?;
            let data = variable.data.borrow().clone();
            Some((name, data))
        });
        Ok(set.collect())
    }

    /// Sets the command line's variables again, over what make itself has defined since, and the variables that MAKEFLAGS
    /// refers to for them: what they came to, newest first.
    pub fn define_overrides(&mut self, set: Vec<(Name, Data)>) {
        if set.is_empty() {
            return;
        }
        let mut text = Vec::new();
        let mut words = Vec::new();
        for (name, data) in set.into_iter().rev() {
            let op: &[u8] = if data.flavor == Flavor::Simple { b":=" } else { b"=" };
            let word = [self.text(name), op, &data.value.bytes].concat();
            if !text.is_empty() {
                text.push(b' ');
            }
            quote_for_flags(&word, &mut text);
            words.push(word.into());
            let value = data.value.clone();
            let variable =
                self.vars.define(GLOBAL, name, value, data.flavor, Origin::CommandLine, Place::NONE);
            *variable.data.borrow_mut() = data;
        }
        // So they are found in MAKEFLAGS when makefiles have changed it.
        self.options.assignments = words;
        let name = self.known.command_variables;
        self.set_simple(name, &text, Origin::Automatic);
        let name = self.known.makeoverrides;
        let origin = if self.identity().is_4_4() { Origin::Default } else { self.environment_origin() };
        // With that origin 4.3 passes the reference on, for makes that know it.
        self.set_recursive(name, b"${-*-command-variables-*-}", origin);
    }
}
