//! The switches of a session: one table for the command line, MAKEFLAGS, `--help` and the manual page.

use rkbuild_base::BString;

/// `-O`: how output of parallel jobs is kept together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum OutputSync {
    /// Not at all.
    #[default]
    None,
    /// `-Oline`
    Line,
    /// `-Otarget` (what a bare `-O` means)
    Target,
    /// `-Orecurse`
    Recurse,
}

/// Switches and arguments of one make. Field names are those of the long options.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `-B`
    pub always_make: bool,
    /// `-d`, `--debug=FLAGS`: the words given.
    pub debug: Vec<BString>,
    /// `-e`
    pub environment_overrides: bool,
    /// `--eval`
    pub eval: Vec<BString>,
    /// `-f`
    pub makefiles: Vec<BString>,
    /// `-C`
    pub directories: Vec<BString>,
    /// `-i`
    pub ignore_errors: bool,
    /// `-I`
    pub include_dirs: Vec<BString>,
    /// `-j`: `None` when not given, 0 for no limit.
    pub jobs: Option<u32>,
    /// `--jobserver-auth`
    pub jobserver_auth: Option<BString>,
    /// `--jobserver-style`
    pub jobserver_style: Option<BString>,
    /// `-k` (`-S` takes it back)
    pub keep_going: bool,
    /// `-l`
    pub max_load: Option<f64>,
    /// `-L`
    pub check_symlink_times: bool,
    /// `-n`
    pub just_print: bool,
    /// `-o`
    pub old_files: Vec<BString>,
    /// `-O`
    pub output_sync: OutputSync,
    /// `--sync-mutex`
    pub sync_mutex: Option<BString>,
    /// `-p`
    pub print_data_base: bool,
    /// `-q`
    pub question: bool,
    /// `-r`
    pub no_builtin_rules: bool,
    /// `-R`
    pub no_builtin_variables: bool,
    /// `--shuffle`
    pub shuffle: Option<BString>,
    /// `-s` (`--no-silent` takes it back)
    pub silent: bool,
    /// `-t`
    pub touch: bool,
    /// `--trace`
    pub trace: bool,
    /// `-v`
    pub version: bool,
    /// `-h`
    pub help: bool,
    /// `-w`: `Some(false)` after `--no-print-directory`.
    pub print_directory: Option<bool>,
    /// `-W`
    pub new_files: Vec<BString>,
    /// `--warn-undefined-variables`
    pub warn_undefined_variables: bool,
    /// Goals of the command line, in order.
    pub goals: Vec<BString>,
    /// `NAME=value` words of the command line, in order.
    pub assignments: Vec<BString>,
    /// `--no-native`: the kbuild layer, in-process sub-makes and the in-process shell are off.
    pub no_native: bool,
}
