//! A make process as a value: everything one invocation of make knows.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io::ErrorKind;
use std::rc::Rc;
use std::sync::Arc;

use rkbuild_base::{BString, Identity, Name, Place};
use rkbuild_host::env::VOLATILE;
use rkbuild_host::eyes::Step;
use rkbuild_host::{Dir, Env, Eyes, Host, Stdio};
use rkbuild_syntax::{Lang, Lists, Text};

use crate::definition::Definitions;
use crate::environment::Exported;
use crate::exported::Values;
use crate::function::names::LastDir;
use crate::makefiles::{Makefiles, OptionList};
use crate::message::Result;
use crate::met::Met;
use crate::options::Options;
use crate::passed::LastPassed;
use crate::target::Targets;
use crate::times::Times;
use crate::variable::{ScopeId, Variable, Variables};

/// What all sessions of a process share: names, compiled makefiles, and the door to the machine. Read-only, or
/// a cache that can be proved fresh.
pub struct Shared {
    /// Names, and the release of make this process is.
    pub lang: Lang,
    /// Those make itself uses.
    known: Known,
    /// The one door to the machine.
    pub host: Arc<Host>,
    /// Makefiles that were read, by identity of the file.
    pub makefiles: Makefiles,
    /// Definitions that are known, and which were met.
    pub definitions: Definitions,
    /// The lines that the lists of records are made of.
    pub lists: Arc<Lists>,
    /// When files that records list were changed.
    pub times: Times,
}

impl Shared {
    /// The shared part of a new process.
    pub fn new(identity: Identity) -> Arc<Shared> {
        let lang = Lang { names: Default::default(), identity };
        Arc::new(Shared {
            known: Known::new(&lang.names),
            lang,
            host: Host::new(),
            makefiles: Makefiles::default(),
            definitions: Definitions::default(),
            lists: Arc::default(),
            times: Times::default(),
        })
    }
}

/// What `$(shell)` gave.
pub struct ShellResult {
    /// Everything the command wrote to standard output.
    pub output: Vec<u8>,
    /// `.SHELLSTATUS`
    pub status: i32,
    /// How long it would give the same again.
    pub steady: Steady,
}

/// How long the command of a `$(shell)` would give the same again, and do no more than that.
#[derive(Debug)]
pub enum Steady {
    /// Nobody knows, or it wrote something else as well.
    Unknown,
    /// While no file changes, whatever its environment has but for what commands are found by.
    WithFiles,
    /// While this holds, likewise.
    WithThese(Arc<dyn Proof>),
    /// While this holds, and the variables of its environment that it may look at are the same. `*` at the end of a name stands for
    /// any text.
    While(Arc<dyn Proof>, Vec<BString>),
}

/// What a command depends on besides its environment.
pub trait Proof: std::fmt::Debug + Send + Sync {
    /// Looks whether all of it is as it was.
    fn holds(&self) -> bool;
}

/// What evaluation asks of the builder. Implemented by the `build` crate.
pub trait Doors {
    /// Runs the command of `$(shell)` or `!=` with the session's shell, directory and environment. The newlines
    /// of the output are still as written.
    fn shell(&self, session: &mut Session, command: &[u8]) -> Result<ShellResult>;
}

/// Whether `Entering directory` has been printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entering {
    /// Arguments are still being read: nothing is printed before messages.
    Early,
    /// The first output or command decides.
    Undecided,
    /// It was printed, or is not to be.
    Decided,
}

/// One invocation of make.
pub struct Session {
    /// Shared with the other sessions of the process.
    pub shared: Arc<Shared>,
    /// The door to the machine, as this session sees it.
    host: Arc<Host>,
    /// The name messages begin with: the last component of `argv[0]`.
    pub program: BString,
    /// `MAKELEVEL`: 0 for the first make.
    pub level: u32,
    /// The working directory.
    pub dir: Arc<Dir>,
    /// The environment as it came in (recipes get one made from it and from exported variables).
    pub env: Env,
    /// Standard streams.
    pub stdio: Stdio,
    /// Switches: command line, MAKEFLAGS, and what makefiles appended to it.
    pub options: Options,
    /// All variables.
    pub vars: Variables,
    /// All targets and rules.
    pub targets: Targets,
    /// The line being read or the recipe line being expanded.
    pub reading: Option<Place>,
    /// Where the variable being expanded was set.
    pub expanding: Option<Place>,
    /// Depth of expansion, of includes and of evals, to stop before the stack ends.
    pub depth: u32,
    /// The built-in variables were defined.
    pub(crate) has_builtin_variables: bool,
    /// The built-in suffix rules were.
    pub(crate) has_builtin_suffix_rules: bool,
    /// Makefiles read, in order, with what remaking them needs to know.
    pub read_files: Vec<ReadFile>,
    /// Lists of options among them of which it is still to be noted what counted.
    pub(crate) option_lists: Vec<OptionList>,
    /// Directories to search for included makefiles (`-I`, then the defaults that exist).
    pub include_dirs: Vec<BString>,
    /// The recipe prefix character.
    pub recipe_prefix: u8,
    /// `$(shell)` and `!=`.
    pub doors: Rc<dyn Doors>,
    /// Names that are looked at often.
    pub known: Known,
    /// The empty text: what many recipes and variables are.
    pub empty: Arc<Text>,
    /// How many environments of `$(shell)` are being made, one within the other.
    pub shell_environments: u32,
    /// Commands of recipes started so far.
    pub commands: u64,
    /// Those of `$(shell)` and `!=`, and what `$(file)` wrote.
    pub commands_in_text: u64,
    /// Makefile texts of `--eval`, still to be read before the first makefile.
    pub evals: VecDeque<BString>,
    /// Cut short while a recipe is expanded: rules may not be defined with prerequisites.
    pub in_recipe: bool,
    /// The scope of the target whose recipe is being expanded, for the environment of `$(shell)`.
    pub recipe_scope: Option<ScopeId>,
    /// Which makefiles are read is to be told (`--debug=v`).
    pub trace_reading: bool,
    /// A makefile of `MAKEFILES` is read: its targets are no default goals.
    pub no_default_goal: bool,
    /// The most arguments of the `$(call)`s under way, name included: each call hides the arguments of those around it.
    pub call_args: usize,
    /// Which global variables are exported, as long as none changes.
    pub exported: Exported,
    /// The environment that was passed on last.
    pub(crate) last_passed: LastPassed,
    /// Their values, as children see them.
    pub(crate) values: Values,
    /// Buffers that were used and are free again, for arguments of functions.
    pub(crate) buffers: Vec<Vec<u8>>,
    /// Where `$(wildcard)` looked last.
    pub last_dir: LastDir,
    /// The lines of lists this session has met.
    pub(crate) met: Met,
    /// The system had nothing left to look at something with: what was asked, and the error.
    pub scarce: RefCell<Option<(BString, i32)>>,
    /// It runs in a process of its own, not on a thread of another session's.
    pub own_process: bool,
    /// `-j` was given on this session's own command line.
    pub jobs_given: bool,
    /// `-w` or `--no-print-directory` on this session's own command line.
    pub print_directory_given: Option<bool>,
    /// Whether it is decided already if `Entering directory` is printed.
    pub entering: Cell<Entering>,
    /// `Entering directory` was printed.
    pub entered: Cell<bool>,
    /// The directory `-C` led to has no name.
    pub directory_unknown: bool,
    /// Where temporary files go.
    pub temporary_directory: BString,
    /// Some makefile speaks of `eval`: a recipe may define a variable of any target, one that is made already too.
    pub may_eval: bool,
    /// A makefile's MAKEFLAGS had `--eval`: it says so, though nothing is evaluated any more.
    pub evals_named: bool,
    /// Standard output could not be written: errno of the first failure.
    pub out_error: Cell<Option<i32>>,
}

/// A makefile that was read or looked for.
#[derive(Debug, Clone)]
pub struct ReadFile {
    /// The name it was found under, or asked for.
    pub name: Name,
    /// `-include`: absence is no error.
    pub optional: bool,
    /// It was read.
    pub found: bool,
    /// Why it could not be opened: errno.
    pub errno: i32,
    /// The place of the include directive.
    pub place: Option<Place>,
    /// It is a default makefile or named by `-f` (not included).
    pub top: bool,
}

impl ReadFile {
    /// There is a file, but it could not be read.
    pub fn unreadable(&self) -> bool {
        let kind = std::io::Error::from_raw_os_error(self.errno).kind();
        !self.found && !matches!(kind, ErrorKind::NotFound | ErrorKind::NotADirectory)
    }
}

macro_rules! known {
    ($($field:ident = $text:literal;)*) => {
        /// Names used by make itself, interned once.
        #[derive(Clone, Copy)]
        #[allow(missing_docs)]
        pub struct Known { $(pub $field: Name),* }

        impl Known {
            /// Interns them.
            pub fn new(names: &rkbuild_base::Names) -> Known {
                Known { $($field: names.intern($text.as_bytes())),* }
            }
        }
    };
}

known! {
    shell = "SHELL";
    make = "MAKE";
    makeflags = "MAKEFLAGS";
    mflags = "MFLAGS";
    gnumakeflags = "GNUMAKEFLAGS";
    makelevel = "MAKELEVEL";
    makeoverrides = "MAKEOVERRIDES";
    command_variables = "-*-command-variables-*-";
    eval_flags = "-*-eval-flags-*-";
    makefiles = "MAKEFILES";
    makefile_list = "MAKEFILE_LIST";
    make_restarts = "MAKE_RESTARTS";
    make_termout = "MAKE_TERMOUT";
    make_termerr = "MAKE_TERMERR";
    curdir = "CURDIR";
    vpath = "VPATH";
    gpath = "GPATH";
    default_goal = ".DEFAULT_GOAL";
    recipe_prefix = ".RECIPEPREFIX";
    variables = ".VARIABLES";
    shellflags = ".SHELLFLAGS";
    shellstatus = ".SHELLSTATUS";
    extra_prereqs = ".EXTRA_PREREQS";
    include_dirs = ".INCLUDE_DIRS";
    features = ".FEATURES";
    suffixes = ".SUFFIXES";
    phony = ".PHONY";
    precious = ".PRECIOUS";
    intermediate = ".INTERMEDIATE";
    notintermediate = ".NOTINTERMEDIATE";
    secondary = ".SECONDARY";
    second_expansion = ".SECONDEXPANSION";
    delete_on_error = ".DELETE_ON_ERROR";
    ignore = ".IGNORE";
    low_resolution_time = ".LOW_RESOLUTION_TIME";
    silent = ".SILENT";
    export_all = ".EXPORT_ALL_VARIABLES";
    notparallel = ".NOTPARALLEL";
    one_shell = ".ONESHELL";
    posix = ".POSIX";
    default = ".DEFAULT";
    wait = ".WAIT";
    at = "@";
    percent = "%";
    less = "<";
    caret = "^";
    question = "?";
    plus = "+";
    bar = "|";
    star = "*";
    argument_0 = "0";
    argument_1 = "1";
    argument_2 = "2";
    argument_3 = "3";
    argument_4 = "4";
    argument_5 = "5";
}

impl Session {
    /// A session that has read nothing and has no variables yet.
    pub fn new(
        shared: Arc<Shared>,
        program: BString,
        dir: Arc<Dir>,
        env: Env,
        stdio: Stdio,
        doors: Rc<dyn Doors>,
    ) -> Session {
        Session {
            known: shared.known,
            host: shared.host.clone(),
            shared,
            program,
            level: 0,
            dir,
            env,
            stdio,
            options: Options::default(),
            vars: Variables::default(),
            targets: Targets::default(),
            reading: None,
            expanding: None,
            depth: 0,
            has_builtin_variables: false,
            has_builtin_suffix_rules: false,
            read_files: Vec::new(),
            option_lists: Vec::new(),
            include_dirs: Vec::new(),
            recipe_prefix: b'\t',
            doors,
            empty: Arc::default(),
            shell_environments: 0,
            commands: 0,
            commands_in_text: 0,
            evals: VecDeque::new(),
            in_recipe: false,
            recipe_scope: None,
            trace_reading: false,
            no_default_goal: false,
            call_args: 0,
            exported: Exported::default(),
            last_passed: LastPassed::default(),
            values: Values::default(),
            buffers: Vec::new(),
            last_dir: LastDir::default(),
            met: Met::default(),
            print_directory_given: None,
            entering: Cell::new(Entering::Early),
            entered: Cell::new(false),
            may_eval: false,
            evals_named: false,
            directory_unknown: false,
            temporary_directory: "/tmp".into(),
            scarce: RefCell::default(),
            own_process: false,
            jobs_given: false,
            out_error: Cell::new(None),
        }
    }

    /// What was done so far that may have changed directories: caches of them are good while it stands.
    pub fn directory_changes(&self) -> u64 {
        self.commands + self.commands_in_text
    }

    /// True when what the process inherited is this session's.
    pub fn level_is_process(&self) -> bool {
        self.own_process
    }

    /// The bytes of a name.
    pub fn text(&self, name: Name) -> &'static [u8] {
        self.shared.lang.names.text(name)
    }

    /// The id of a name.
    pub fn name(&self, text: &[u8]) -> Name {
        self.shared.lang.names.intern(text)
    }

    /// The variable of that name which is seen from the current scope. A name nobody met is no variable's: asking does not make the
    /// table grow.
    pub(crate) fn variable_called(&self, text: &[u8]) -> Option<&Rc<Variable>> {
        let Some(name) = self.shared.lang.names.get(text) else {
            self.vars.met.obscure();
            self.vars.asked.note_unknown(text);
            return None;
        };
        self.vars.lookup(name)
    }

    /// The release of make this session is.
    pub fn identity(&self) -> Identity {
        self.shared.lang.identity
    }

    /// The door to the machine.
    pub fn host(&self) -> &Arc<Host> {
        &self.host
    }

    /// Has what this session asks, changes and prints noted in `eyes`.
    pub fn see_by(&mut self, eyes: Arc<Eyes>) {
        self.host = self.shared.host.seen_by(eyes);
        // The environment's names come first, as they do where nobody notes anything: their order can be seen.
        for (name, _) in self.env.iter() {
            self.shared.lang.names.intern(name);
        }
        for name in VOLATILE {
            self.vars.watch(self.shared.lang.names.intern(name));
        }
        self.vars.asked.begin();
    }

    /// Has nothing noted any more: it is settled that this session will not be given again.
    pub fn see_for_itself(&mut self) {
        self.host = self.shared.host.clone();
    }

    /// Whether a makefile that was read by this name is a list of options of which only those count that were asked for.
    pub fn is_option_list(&self, name: &[u8]) -> bool {
        self.option_lists.iter().any(|list| list.is_called(name))
    }

    /// Notes what counted of the lists of options that were read: nothing more is evaluated.
    pub fn note_options(&mut self) {
        let lists = std::mem::take(&mut self.option_lists);
        let Some(eyes) = self.host.eyes().filter(|_| !lists.is_empty()) else { return };
        let names = self.vars.asked.options(|name| self.text(name));
        lists.into_iter().for_each(|list| list.note(eyes, names.as_deref()));
    }

    /// Has what it asks, changes and prints from here on noted where `host` does. Gives what it was.
    pub fn see_through(&mut self, host: Arc<Host>) -> Arc<Host> {
        std::mem::replace(&mut self.host, host)
    }

    /// What it asks, changes and prints is noted here, if anywhere.
    pub fn eyes(&self) -> Option<&Arc<Eyes>> {
        self.host.eyes()
    }

    fn note_printed(&self, err: bool, bytes: &[u8]) {
        if let Some(eyes) = self.eyes() {
            eyes.step(Step::Print { err, bytes: bytes.to_vec() });
        }
    }

    /// Whether `Entering directory` is to be printed: as the command line says, else as MAKEFLAGS does, else with
    /// `-C` and in sub-makes.
    pub fn prints_directory(&self) -> bool {
        let options = &self.options;
        if options.announces_directory {
            return true;
        }
        let chosen = self.print_directory_given.or(options.print_directory);
        chosen.unwrap_or(!options.silent && (!options.directories.is_empty() || self.level > 0))
    }

    /// From here on the first output prints `Entering directory`, unless it was printed.
    pub fn leave_entering_open(&self) {
        if !self.entered.get() {
            self.entering.set(Entering::Undecided);
        }
    }

    /// Does what is done before make knows its directory. What is said then, or on account of an error there, is said in
    /// an unknown one.
    pub fn without_directory<T>(&mut self, work: impl FnOnce(&mut Session) -> Result<T>) -> Result<T> {
        let unknown = std::mem::replace(&mut self.directory_unknown, true);
        // To 4.3 it is not `-C` yet that makes it announce one.
        if self.identity().is_4_4() || self.options.print_directory == Some(true) {
            self.leave_entering_open();
        }
        let done = work(self)?;
        self.directory_unknown = unknown;
        if !self.entered.get() {
            self.entering.set(Entering::Early);
        }
        Ok(done)
    }

    /// Prints `Entering directory` if that has not been decided yet: before the first output of make itself, the
    /// first `$(shell)` or the first command.
    pub fn enter_directory(&self) {
        if self.entering.replace(Entering::Decided) == Entering::Undecided && self.prints_directory() {
            self.entered.set(true);
            self.directory_line("Entering");
        }
    }

    /// `make: WHAT directory '…'`, a line.
    pub fn directory_text(&self, what: &str) -> Vec<u8> {
        let mut line = self.prefix();
        if self.directory_unknown {
            line.extend_from_slice(format!(": {what} an unknown directory\n").as_bytes());
            return line;
        }
        line.extend_from_slice(format!(": {what} directory '").as_bytes());
        line.extend_from_slice(self.dir.path());
        line.extend_from_slice(b"'\n");
        line
    }

    /// Prints `make: WHAT directory '…'`.
    pub fn directory_line(&self, what: &str) {
        self.out(&self.directory_text(what));
    }

    /// Writes to standard output. The first failure is remembered, to be reported at the end as make does.
    pub fn out(&self, bytes: &[u8]) {
        self.enter_directory();
        self.tell(bytes);
    }

    /// Writes what `--debug` tells to standard output: it comes before `Entering directory` where nothing else was printed.
    pub fn tell(&self, bytes: &[u8]) {
        self.vars.met.spoil();
        self.note_printed(false, bytes);
        if let Err(error) = self.stdio.write_out(bytes)
            && self.out_error.get().is_none()
            && self.check_signal().is_ok()
        {
            self.out_error.set(error.raw_os_error());
        }
    }

    /// Writes to standard error. There is nowhere to report a failure to.
    pub fn err(&self, bytes: &[u8]) {
        self.enter_directory();
        self.err_directly(bytes);
    }

    /// Writes to standard error what is not make's own to say: `Entering directory` does not come before it.
    pub fn err_directly(&self, bytes: &[u8]) {
        self.vars.met.spoil();
        self.note_printed(true, bytes);
        let _ = self.stdio.write_err(bytes);
    }
}
