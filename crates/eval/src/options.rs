//! The switches of a session: read from arguments and MAKEFLAGS, and written to MAKEFLAGS.

use rkbuild_base::text::trim_start;
use rkbuild_base::{BString, ByteSlice};
use rkbuild_syntax::statement::Op;

use crate::number;
use crate::switch::{Id, SWITCHES, Switch, Takes, find_long};

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
    /// `-d`
    pub debug_all: bool,
    /// `--debug=FLAGS`: the words given.
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
    /// `-S` was given: MAKEFLAGS says so (4.4).
    pub no_keep_going: bool,
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
    /// `-Onone` was given: MAKEFLAGS says so.
    pub output_sync_none: bool,
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
    /// `--shuffle`: `reverse`, `identity`, `random` or a seed
    pub shuffle: Option<BString>,
    /// `-s` (`--no-silent` takes it back)
    pub silent: bool,
    /// `--no-silent` was given: MAKEFLAGS says so (4.4).
    pub no_silent: bool,
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
    /// 4.3 settles before it reads makefiles that the directory is announced, and says `w` in MAKEFLAGS then. A
    /// makefile's `-w` settles it too.
    pub announces_directory: bool,
    /// `-W`
    pub new_files: Vec<BString>,
    /// `--warn-undefined-variables`
    pub warn_undefined_variables: bool,
    /// Goals of the command line, in order.
    pub goals: Vec<BString>,
    /// `NAME=value` words of the command line, in order.
    pub assignments: Vec<BString>,
    /// How many of them came before `--warn-undefined-variables`.
    pub assignments_before_warnings: usize,
    /// How many of them came before the first switch on whose account the directory is announced.
    pub assignments_before_directory: Option<usize>,
    /// `--temp-stdin=FILE`: the makefile that was read from standard input.
    pub temp_stdin: Vec<BString>,
    /// Switches that can be taken back, and that makefiles may not change as they were given from outside (4.4).
    pub settled: Settled,
    /// `--no-native`: the kbuild layer, in-process sub-makes and the in-process shell are off.
    pub no_native: bool,
}

/// Which switches that can be taken back were given on the command line or in the environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// `-k` or `-S`
    pub keep_going: bool,
    /// `-w` or `--no-print-directory`
    pub print_directory: bool,
    /// `-s` or `--no-silent`
    pub silent: bool,
}

/// Where switches come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Arguments.
    CommandLine,
    /// MAKEFLAGS or GNUMAKEFLAGS of the environment.
    Environment,
    /// The same, as a makefile left them.
    Makefile,
}

/// What is wrong with switches.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Problems {
    /// What is said, in order.
    pub said: Vec<Problem>,
    /// The usage text follows, and make ends.
    pub usage: bool,
    /// Make ends with this message.
    pub fatal: Option<BString>,
}

/// One thing that is wrong.
#[derive(Debug, PartialEq, Eq)]
pub struct Problem {
    /// The message.
    pub message: BString,
    /// The C library says it, which names the program by its whole first argument.
    pub by_getopt: bool,
}

/// Arguments as they are read.
struct Parsing {
    source: Source,
    newer: bool,
    /// What is no switch is passed over: other makes may know it.
    lenient: bool,
    problems: Problems,
}

impl Parsing {
    fn getopt(&mut self, message: impl Into<BString>) {
        if !self.lenient {
            self.problems.usage = true;
            self.problems.said.push(Problem { message: message.into(), by_getopt: true });
        }
    }

    fn bad(&mut self, message: String) {
        self.problems.usage |= !self.lenient;
        self.problems.said.push(Problem { message: message.into(), by_getopt: false });
    }

    fn fatal(&mut self, what: &[u8], value: &[u8]) {
        self.problems.fatal.get_or_insert_with(|| [what, b" '", value, b"'"].concat().into());
    }
}

impl Options {
    /// The names of files and directories that switches took.
    pub fn file_names(&mut self) -> impl Iterator<Item = &mut BString> {
        let Options { directories, makefiles, temp_stdin, include_dirs, old_files, new_files, .. } = self;
        [directories, makefiles, temp_stdin, include_dirs, old_files, new_files].into_iter().flatten()
    }

    /// Reads arguments as getopt_long does: switches anywhere, clusters of letters, abbreviated long names, `--`.
    pub fn parse(&mut self, args: &[BString], source: Source, newer: bool) -> Problems {
        let lenient = match source {
            Source::CommandLine => false,
            Source::Environment => !newer,
            Source::Makefile => true,
        };
        let mut parsing = Parsing { source, newer, lenient, problems: Problems::default() };
        let mut args = args.iter();
        let mut only_operands = false;
        while let Some(arg) = args.next() {
            if only_operands || arg == "-" || !arg.starts_with(b"-") {
                self.operand(arg, &parsing);
            } else if arg == "--" {
                only_operands = true;
            } else if let Some(long) = arg.strip_prefix(b"--") {
                self.long(long, &mut args, &mut parsing);
            } else {
                self.cluster(arg.get(1..).unwrap_or_default(), &mut args, &mut parsing);
            }
        }
        parsing.problems
    }

    /// A long name, with its value behind `=` or in the argument that follows.
    fn long(&mut self, long: &[u8], args: &mut std::slice::Iter<'_, BString>, parsing: &mut Parsing) {
        let (name, value) = match long.split_once_str(b"=") {
            Some((name, value)) => (name, Some(value)),
            None => (long, None),
        };
        let (switch, full) = match find_long(name, long, parsing.newer) {
            Ok(found) => found,
            Err(message) => return parsing.getopt(message),
        };
        let value = match (switch.takes, value) {
            (Takes::Nothing, Some(_)) => {
                return parsing.getopt(format!("option '--{full}' doesn't allow an argument"));
            }
            (Takes::Required, None) => match args.next() {
                Some(next) => Some(next.as_slice()),
                None => return parsing.getopt(format!("option '--{full}' requires an argument")),
            },
            (Takes::Optional(_), None) => number_behind(switch.id, args),
            (_, value) => value,
        };
        self.apply(switch, value, parsing);
    }

    /// Letters; the last may have its value behind it or in the argument that follows.
    fn cluster(&mut self, letters: &[u8], args: &mut std::slice::Iter<'_, BString>, parsing: &mut Parsing) {
        let mut rest = letters;
        while let Some((&letter, after)) = rest.split_first() {
            rest = after;
            let Some(switch) = SWITCHES.iter().find(|s| s.short == letter && (parsing.newer || !s.new))
            else {
                parsing.getopt([b"invalid option -- '", &[letter][..], b"'"].concat());
                continue;
            };
            let value = match switch.takes {
                Takes::Nothing => {
                    self.apply(switch, None, parsing);
                    continue;
                }
                _ if !rest.is_empty() => Some(rest),
                Takes::Required => match args.next() {
                    Some(value) => Some(value.as_slice()),
                    None => {
                        let message = [b"option requires an argument -- '", &[letter][..], b"'"].concat();
                        return parsing.getopt(message);
                    }
                },
                Takes::Optional(_) => number_behind(switch.id, args),
            };
            return self.apply(switch, value, parsing);
        }
    }

    /// A goal or an assignment. From 4.4 on the environment may name goals, too.
    fn operand(&mut self, arg: &BString, parsing: &Parsing) {
        let definition = rkbuild_syntax::statement::definition(arg);
        // 4.3 does not know `:::=`.
        if definition.is_some_and(|(_, op, _)| parsing.newer || op != Op::Immediate) {
            self.assignments.push(arg.clone());
            return;
        }
        let counts = match parsing.source {
            Source::CommandLine => true,
            Source::Environment => parsing.newer,
            Source::Makefile => false,
        };
        if counts && arg != "-" && (!arg.is_empty() || !parsing.newer) {
            self.goals.push(arg.clone());
        }
    }

    fn apply(&mut self, switch: &Switch, value: Option<&[u8]>, parsing: &mut Parsing) {
        let newer = parsing.newer;
        let from_outside = match parsing.source {
            Source::CommandLine => true,
            Source::Environment => newer,
            Source::Makefile => false,
        };
        if !from_outside && !switch.from_env {
            return;
        }
        let text = || BString::from(value.unwrap_or_default());
        let number = matches!(switch.id, Id::Jobs | Id::LoadAverage);
        if value.is_some_and(<[u8]>::is_empty) && !number {
            return parsing
                .bad(format!("the '{}' option requires a non-empty string argument", switch.name()));
        }
        match switch.id {
            Id::Ignored => {}
            Id::AlwaysMake => self.always_make = true,
            Id::DebugAll => self.debug_all = true,
            Id::EnvironmentOverrides => self.environment_overrides = true,
            Id::Eval => self.eval.push(text()),
            Id::Help => self.help = true,
            Id::IgnoreErrors => self.ignore_errors = true,
            Id::KeepGoing => (self.keep_going, self.no_keep_going) = (true, false),
            Id::CheckSymlinkTimes => self.check_symlink_times = true,
            Id::JustPrint => self.just_print = true,
            Id::PrintDataBase => self.print_data_base = true,
            Id::Question => self.question = true,
            Id::NoBuiltinRules => self.no_builtin_rules = true,
            Id::NoBuiltinVariables => self.no_builtin_variables = true,
            Id::Silent => (self.silent, self.no_silent) = (true, false),
            Id::NoKeepGoing => (self.keep_going, self.no_keep_going) = (false, true),
            Id::Touch => self.touch = true,
            Id::Version => self.version = true,
            // In 4.3 --no-print-directory holds wherever it was said.
            Id::PrintDirectory => {
                self.print_directory = Some(newer || self.print_directory != Some(false));
                self.announces_directory = !newer;
                self.assignments_before_directory.get_or_insert(self.assignments.len());
            }
            Id::Directory => {
                self.directories.push(text());
                if newer {
                    self.assignments_before_directory.get_or_insert(self.assignments.len());
                }
            }
            Id::File => self.makefiles.push(text()),
            Id::IncludeDir => self.include_dirs.push(text()),
            Id::Jobs => match value.map(|value| number::jobs(value, newer)) {
                None => self.jobs = Some(0),
                Some(Some(number)) => self.jobs = number,
                Some(None) => parsing.bad("the '-j' option requires a positive integer argument".into()),
            },
            Id::LoadAverage => self.max_load = value.map(number::leading).filter(|load| *load != -1.0),
            Id::OldFile => self.old_files.push(text()),
            Id::OutputSync => {
                self.output_sync = match value.unwrap_or(b"target") {
                    b"none" => OutputSync::None,
                    b"line" => OutputSync::Line,
                    b"target" => OutputSync::Target,
                    b"recurse" => OutputSync::Recurse,
                    other => return parsing.fatal(b"unknown output-sync type", other),
                };
                self.output_sync_none = self.output_sync == OutputSync::None;
            }
            Id::WhatIf => self.new_files.push(text()),
            Id::Debug => {
                let words = value.unwrap_or(b"basic");
                let known: &[u8] = if newer { b"abijmnpvw" } else { b"abijmnv" };
                let mut rest = words;
                while let Some(first) = rest.first() {
                    if !known.contains(&first.to_ascii_lowercase()) {
                        return parsing.fatal(b"unknown debug level specification", rest);
                    }
                    let end = rest.iter().position(|c| matches!(c, b',' | b' '));
                    rest = end.and_then(|end| rest.get(end + 1..)).unwrap_or_default();
                }
                if !self.debug.iter().any(|d| d == words) {
                    self.debug.push(words.into());
                }
            }
            Id::JobserverAuth => self.jobserver_auth = Some(text()),
            Id::Trace => self.trace = true,
            Id::NoPrintDirectory => self.print_directory = Some(false),
            Id::WarnUndefined => {
                if !std::mem::replace(&mut self.warn_undefined_variables, true) {
                    self.assignments_before_warnings = self.assignments.len();
                }
            }
            Id::SyncMutex => self.sync_mutex = Some(text()),
            Id::NoSilent => (self.silent, self.no_silent) = (false, true),
            Id::TempStdin => {
                self.makefiles.push(text());
                self.temp_stdin.push(text());
            }
            // What a makefile says is for makes below.
            Id::Shuffle if parsing.source == Source::Makefile => {
                self.shuffle = Some(value.unwrap_or(b"random").into());
            }
            Id::Shuffle => match shuffle_mode(value.unwrap_or(b"random")) {
                Ok(mode) => self.shuffle = mode,
                Err(value) => parsing.fatal(b"invalid shuffle mode: Invalid value:", value),
            },
            Id::JobserverStyle => self.jobserver_style = Some(text()),
        }
    }

    /// What was given from outside is known: `-R` means `-r` too, and some switches are settled.
    pub fn settle(&mut self, newer: bool) {
        self.no_builtin_rules |= self.no_builtin_variables;
        if newer {
            // What is given twice counts once.
            for given in [&mut self.include_dirs, &mut self.eval] {
                let mut seen = Vec::new();
                given.retain(|value| {
                    let new = !seen.contains(value);
                    if new {
                        seen.push(value.clone());
                    }
                    new
                });
            }
        }
        self.settled = Settled {
            keep_going: self.keep_going || self.no_keep_going,
            print_directory: self.print_directory.is_some(),
            silent: self.silent || self.no_silent,
        };
    }

    /// Gives settled switches the values they have in `before`.
    pub(crate) fn keep_settled(&mut self, before: &Options) {
        if self.settled.keep_going {
            (self.keep_going, self.no_keep_going) = (before.keep_going, before.no_keep_going);
        }
        if self.settled.print_directory {
            self.print_directory = before.print_directory;
        }
        if self.settled.silent {
            (self.silent, self.no_silent) = (before.silent, before.no_silent);
        }
    }

    /// Reads the value of MAKEFLAGS or GNUMAKEFLAGS.
    pub fn parse_flags(&mut self, value: &[u8], source: Source, newer: bool) -> Problems {
        let mut words = split_flags(value);
        // A first word without `=` is a list of letters.
        if let Some(first) = words.first_mut()
            && !first.starts_with(b"-")
            && !first.contains(&b'=')
        {
            first.insert(0, b'-');
        }
        self.parse(&words, source, newer)
    }

    /// The letters of MAKEFLAGS: switches without argument.
    fn letters(&self, newer: bool) -> String {
        SWITCHES
            .iter()
            .filter(|s| s.short != 0 && s.takes == Takes::Nothing && self.is_set(s.id, newer))
            .map(|s| s.short as char)
            .collect()
    }

    fn is_set(&self, id: Id, newer: bool) -> bool {
        match id {
            Id::AlwaysMake => self.always_make,
            Id::DebugAll => self.debug_all,
            Id::EnvironmentOverrides => self.environment_overrides,
            Id::IgnoreErrors => self.ignore_errors,
            Id::KeepGoing => self.keep_going,
            Id::CheckSymlinkTimes => self.check_symlink_times,
            Id::JustPrint => self.just_print,
            Id::PrintDataBase => self.print_data_base,
            Id::Question => self.question,
            Id::NoBuiltinRules => self.no_builtin_rules,
            Id::NoBuiltinVariables => self.no_builtin_variables,
            Id::Silent => self.silent,
            Id::NoKeepGoing => self.no_keep_going && newer,
            Id::Touch => self.touch,
            Id::Version => self.version && !newer,
            Id::PrintDirectory => self.announces_directory || self.print_directory == Some(true),
            Id::Trace => self.trace,
            Id::NoPrintDirectory => self.print_directory == Some(false),
            Id::WarnUndefined => self.warn_undefined_variables,
            Id::NoSilent => self.no_silent && newer,
            _ => false,
        }
    }

    /// The text of MAKEFLAGS without assignments, eval flags and what stands for them. `whole` adds switches with
    /// arguments, which 4.3 leaves out while makefiles are read.
    pub fn flags_text(&self, whole: bool, newer: bool) -> BString {
        let mut out = self.letters(newer).into_bytes();
        for switch in SWITCHES {
            match switch.takes {
                Takes::Nothing => {
                    if switch.short == 0 && self.is_set(switch.id, newer) {
                        out.extend_from_slice(b" --");
                        out.extend_from_slice(switch.long.first().copied().unwrap_or_default().as_bytes());
                    }
                }
                _ if !whole => {}
                _ => self.argument_text(switch.id, &mut out),
            }
        }
        out.into()
    }

    fn argument_text(&self, id: Id, out: &mut Vec<u8>) {
        let mut say = |name: &str, value: &[u8]| {
            out.push(b' ');
            out.extend_from_slice(name.as_bytes());
            quote_for_flags(value, out);
        };
        match id {
            Id::IncludeDir => self.include_dirs.iter().for_each(|dir| say("-I", dir)),
            Id::Jobs => match self.jobs {
                Some(0) => say("-j", b""),
                Some(jobs) => say("-j", jobs.to_string().as_bytes()),
                None => {}
            },
            Id::LoadAverage => {
                if let Some(load) = self.max_load {
                    say("-l", number::general(load).as_bytes());
                }
            }
            Id::OutputSync => match self.output_sync {
                OutputSync::None if self.output_sync_none => say("-O", b"none"),
                OutputSync::None => {}
                OutputSync::Line => say("-O", b"line"),
                OutputSync::Target => say("-O", b"target"),
                OutputSync::Recurse => say("-O", b"recurse"),
            },
            Id::Debug => self.debug.iter().for_each(|words| say("--debug=", words)),
            Id::JobserverAuth => self.jobserver_auth.iter().for_each(|auth| say("--jobserver-auth=", auth)),
            Id::SyncMutex => self.sync_mutex.iter().for_each(|mutex| say("--sync-mutex=", mutex)),
            Id::Shuffle => self.shuffle.iter().for_each(|mode| say("--shuffle=", mode)),
            _ => {}
        }
    }
}

/// Takes the number of `-j` or `-l` where it is an argument of its own: `-j 4`, `--jobs 4`.
fn number_behind<'a>(id: Id, args: &mut std::slice::Iter<'a, BString>) -> Option<&'a [u8]> {
    let next = args.as_slice().first()?;
    let is_number = match id {
        Id::Jobs => next.iter().all(u8::is_ascii_digit),
        Id::LoadAverage => next.first().is_some_and(|c| c.is_ascii_digit() || *c == b'.'),
        _ => false,
    };
    is_number.then(|| args.next()).flatten().map(|n| n.as_slice())
}

/// The canonical form of an argument of `--shuffle`: a word, or a seed below 2^32. One that is wrong comes back.
fn shuffle_mode(value: &[u8]) -> Result<Option<BString>, &[u8]> {
    let word = value.to_ascii_lowercase();
    match word.as_slice() {
        b"none" => return Ok(None),
        b"reverse" | b"identity" | b"random" => return Ok(Some(word.into())),
        _ => {}
    }
    let digits = value.trim_start();
    let positive = digits.strip_prefix(b"-").unwrap_or(digits);
    let number = positive.to_str().ok().filter(|v| v.bytes().any(|c| c.is_ascii_digit()));
    let number = match number.map(str::parse::<u64>) {
        Some(Ok(number)) => number,
        Some(Err(error)) if *error.kind() == std::num::IntErrorKind::PosOverflow => {
            return Ok(Some(u32::MAX.to_string().into()));
        }
        _ => return Err(value),
    };
    let number = if positive.len() < digits.len() { number.wrapping_neg() } else { number };
    Ok(Some((number as u32).to_string().into()))
}

/// Splits MAKEFLAGS into words at blanks; other white space is only passed over at the beginning. A backslash keeps what
/// follows it in the word.
pub fn split_flags(value: &[u8]) -> Vec<BString> {
    let mut words = Vec::new();
    let mut word: Option<BString> = None;
    let value = trim_start(value);
    let mut bytes = value.iter().copied();
    while let Some(c) = bytes.next() {
        match c {
            b' ' | b'\t' => words.extend(word.take()),
            b'\\' => {
                let word = word.get_or_insert_default();
                word.push(bytes.next().unwrap_or(b'\\'));
            }
            c => word.get_or_insert_default().push(c),
        }
    }
    // What blanks at the end stand before is a word too: an argument that is missing then is an empty one.
    if word.is_some() || matches!(value, [.., b' ' | b'\t']) {
        words.push(word.unwrap_or_default());
    }
    words
}

/// Quotes an assignment for MAKEFLAGS: blanks, backslashes and dollars.
pub fn quote_for_flags(text: &[u8], out: &mut Vec<u8>) {
    for &c in text {
        match c {
            b' ' | b'\t' | b'\\' => out.extend_from_slice(&[b'\\', c]),
            b'$' => out.extend_from_slice(b"$$"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makeflags_is_split_at_blanks_only() {
        assert_eq!(split_flags(b"\n\x0bk\n-s\t A=\\ b\x0cc"), ["k\n-s", "A= b\x0cc"]);
        assert!(split_flags(b" \r\n").is_empty());
        assert_eq!(split_flags(b"k -I "), ["k", "-I", ""]);
    }

    fn parse(args: &[&str]) -> Options {
        let args: Vec<BString> = args.iter().map(|a| BString::from(*a)).collect();
        let mut options = Options::default();
        assert_eq!(options.parse(&args, Source::CommandLine, true), Problems::default());
        options
    }

    fn problems(args: &[&str]) -> Problems {
        let args: Vec<BString> = args.iter().map(|a| BString::from(*a)).collect();
        Options::default().parse(&args, Source::CommandLine, true)
    }

    fn error(args: &[&str]) -> String {
        problems(args).said.first().map(|problem| problem.message.to_string()).unwrap_or_default()
    }

    #[test]
    fn switches_may_be_clustered_abbreviated_and_anywhere() {
        let o = parse(&["all", "-kj4", "X=1", "--just", "-f", "a.mk", "--", "-k"]);
        assert!(o.keep_going && o.just_print);
        assert_eq!(o.jobs, Some(4));
        assert_eq!(o.goals, ["all", "-k"]);
        assert_eq!(o.assignments, ["X=1"]);
        assert_eq!(o.makefiles, ["a.mk"]);
        assert_eq!(parse(&["-j", "3", "all"]).jobs, Some(3));
        assert_eq!(parse(&["-j", "all"]).jobs, Some(0));
        assert_eq!(parse(&["--jobs", "3", "all"]).goals, ["all"]);
        assert_eq!(parse(&["--output-sync", "3"]).goals, ["3"]);
    }

    #[test]
    fn wrong_switches_are_worded_as_getopt_words_them() {
        assert_eq!(error(&["-z"]), "invalid option -- 'z'");
        assert_eq!(error(&["--zzz"]), "unrecognized option '--zzz'");
        assert_eq!(error(&["-f"]), "option requires an argument -- 'f'");
        assert_eq!(error(&["--silent=x"]), "option '--silent' doesn't allow an argument");
        assert_eq!(error(&["-j0"]), "the '-j' option requires a positive integer argument");
    }

    #[test]
    fn everything_that_is_wrong_is_said_before_the_usage() {
        let found = problems(&["-Z", "-j0", "--debug=", "-Y", "-Obogus"]);
        assert!(found.usage);
        let said: Vec<_> = found.said.iter().map(|p| (p.message.to_string(), p.by_getopt)).collect();
        assert_eq!(said[0], ("invalid option -- 'Z'".into(), true));
        assert_eq!(said[1], ("the '-j' option requires a positive integer argument".into(), false));
        assert_eq!(said[2], ("the '--debug' option requires a non-empty string argument".into(), false));
        assert_eq!(said[3], ("invalid option -- 'Y'".into(), true));
        assert_eq!(problems(&["-Obogus"]).fatal, Some("unknown output-sync type 'bogus'".into()));
        assert!(!problems(&["-Obogus"]).usage);
    }

    #[test]
    fn makeflags_quotes_what_switches_are_given() {
        assert_eq!(parse(&["-I", "a b"]).flags_text(true, true), " -Ia\\ b");
    }

    #[test]
    fn makeflags_lists_letters_first_then_arguments() {
        let o = parse(&["-skn", "--no-print-directory", "-I", "d", "-j2", "-Oline", "--trace"]);
        assert_eq!(o.flags_text(true, true), "kns -Id -j2 -Oline --trace --no-print-directory");
        assert_eq!(o.flags_text(false, true), "kns --trace --no-print-directory");
        assert_eq!(parse(&["-j"]).flags_text(true, true), " -j");
        assert_eq!(parse(&["-kS"]).flags_text(true, true), "S");
    }

    #[test]
    fn makeflags_is_read_with_its_quoting() {
        let mut o = Options::default();
        o.parse_flags(b"ks -Id -- A=b\\ c goal", Source::Environment, true);
        assert!(o.keep_going && o.silent);
        assert_eq!(o.assignments, ["A=b c"]);
        assert_eq!(o.goals, ["goal"]);
        let mut o = Options::default();
        o.parse_flags(b"k goal -C / -Z", Source::Makefile, true);
        assert!(o.keep_going && o.goals.is_empty() && o.directories.is_empty());
    }
}
