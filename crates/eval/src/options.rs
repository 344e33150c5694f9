//! The switches of a session: one table for the command line, MAKEFLAGS, `--help` and the manual page.

use std::fmt::Write as _;

use rkbuild_base::{BString, ByteSlice};

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

/// What a switch takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    Nothing,
    Required,
    /// The value stands for a missing one.
    Optional(&'static str),
}

/// A switch's effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Id {
    Ignored,
    AlwaysMake,
    DebugAll,
    EnvironmentOverrides,
    Eval,
    Help,
    IgnoreErrors,
    KeepGoing,
    CheckSymlinkTimes,
    JustPrint,
    PrintDataBase,
    Question,
    NoBuiltinRules,
    NoBuiltinVariables,
    Silent,
    NoKeepGoing,
    Touch,
    Version,
    PrintDirectory,
    Directory,
    File,
    IncludeDir,
    Jobs,
    LoadAverage,
    OldFile,
    OutputSync,
    WhatIf,
    Debug,
    JobserverAuth,
    Trace,
    NoPrintDirectory,
    WarnUndefined,
    SyncMutex,
    NoSilent,
    TempStdin,
    Shuffle,
    JobserverStyle,
}

/// One switch: the single source of parsing, MAKEFLAGS and `--help`.
struct Switch {
    id: Id,
    /// The letter; 0 for none.
    short: u8,
    /// Long names; the first is the one MAKEFLAGS uses.
    long: &'static [&'static str],
    takes: Takes,
    /// It may come in MAKEFLAGS.
    from_env: bool,
    /// Only in 4.4 and later.
    new: bool,
}

const fn flag(id: Id, short: u8, long: &'static [&'static str]) -> Switch {
    Switch { id, short, long, takes: Takes::Nothing, from_env: true, new: false }
}

const fn takes(id: Id, short: u8, long: &'static [&'static str], takes: Takes, from_env: bool) -> Switch {
    Switch { id, short, long, takes, from_env, new: false }
}

/// All switches, in the order MAKEFLAGS lists them.
const SWITCHES: &[Switch] = &[
    flag(Id::Ignored, b'b', &[]),
    flag(Id::AlwaysMake, b'B', &["always-make"]),
    flag(Id::DebugAll, b'd', &[]),
    flag(Id::EnvironmentOverrides, b'e', &["environment-overrides"]),
    takes(Id::Eval, b'E', &["eval"], Takes::Required, true),
    takes(Id::Help, b'h', &["help"], Takes::Nothing, false),
    flag(Id::IgnoreErrors, b'i', &["ignore-errors"]),
    flag(Id::KeepGoing, b'k', &["keep-going"]),
    flag(Id::CheckSymlinkTimes, b'L', &["check-symlink-times"]),
    flag(Id::Ignored, b'm', &[]),
    flag(Id::JustPrint, b'n', &["just-print", "dry-run", "recon"]),
    flag(Id::PrintDataBase, b'p', &["print-data-base"]),
    flag(Id::Question, b'q', &["question"]),
    flag(Id::NoBuiltinRules, b'r', &["no-builtin-rules"]),
    flag(Id::NoBuiltinVariables, b'R', &["no-builtin-variables"]),
    flag(Id::Silent, b's', &["silent", "quiet"]),
    flag(Id::NoKeepGoing, b'S', &["no-keep-going", "stop"]),
    flag(Id::Touch, b't', &["touch"]),
    flag(Id::Version, b'v', &["version"]),
    flag(Id::PrintDirectory, b'w', &["print-directory"]),
    takes(Id::Directory, b'C', &["directory"], Takes::Required, false),
    takes(Id::File, b'f', &["file", "makefile"], Takes::Required, false),
    takes(Id::IncludeDir, b'I', &["include-dir"], Takes::Required, true),
    takes(Id::Jobs, b'j', &["jobs"], Takes::Optional(""), true),
    takes(Id::LoadAverage, b'l', &["load-average", "max-load"], Takes::Optional(""), true),
    takes(Id::OldFile, b'o', &["old-file", "assume-old"], Takes::Required, false),
    takes(Id::OutputSync, b'O', &["output-sync"], Takes::Optional("target"), true),
    takes(Id::WhatIf, b'W', &["what-if", "new-file", "assume-new"], Takes::Required, false),
    takes(Id::Debug, 0, &["debug"], Takes::Optional("basic"), true),
    takes(Id::JobserverAuth, 0, &["jobserver-auth", "jobserver-fds"], Takes::Required, true),
    flag(Id::Trace, 0, &["trace"]),
    flag(Id::NoPrintDirectory, 0, &["no-print-directory"]),
    flag(Id::WarnUndefined, 0, &["warn-undefined-variables"]),
    takes(Id::SyncMutex, 0, &["sync-mutex"], Takes::Required, true),
    flag(Id::NoSilent, 0, &["no-silent"]),
    takes(Id::TempStdin, 0, &["temp-stdin"], Takes::Required, false),
    Switch {
        id: Id::Shuffle,
        short: 0,
        long: &["shuffle"],
        takes: Takes::Optional("random"),
        from_env: true,
        new: true,
    },
    Switch {
        id: Id::JobserverStyle,
        short: 0,
        long: &["jobserver-style"],
        takes: Takes::Required,
        from_env: false,
        new: true,
    },
];

/// What is wrong with a command line; `usage` says whether the usage text follows.
#[derive(Debug, PartialEq, Eq)]
pub struct BadOption {
    /// The message, without the program's name.
    pub message: BString,
    /// The usage text follows, and the exit status is 2.
    pub usage: bool,
}

fn bad(message: impl Into<BString>) -> BadOption {
    BadOption { message: message.into(), usage: true }
}

impl Options {
    /// Reads arguments as getopt_long does: switches anywhere, clusters of letters, abbreviated long names, `--`.
    /// With `from_env`, as for MAKEFLAGS: what does not belong there is passed over.
    pub fn parse(&mut self, args: &[BString], from_env: bool, newer: bool) -> Result<(), BadOption> {
        let mut args = args.iter();
        let mut only_operands = false;
        while let Some(arg) = args.next() {
            if only_operands || arg == "-" || !arg.starts_with(b"-") {
                self.operand(arg, from_env);
                continue;
            }
            if arg == "--" {
                only_operands = true;
                continue;
            }
            if let Some(long) = arg.strip_prefix(b"--") {
                let (name, value) = match long.split_once_str(b"=") {
                    Some((name, value)) => (name, Some(value)),
                    None => (long, None),
                };
                let found = match find_long(name, long, newer) {
                    Ok(found) => found,
                    Err(_) if from_env => continue,
                    Err(error) => return Err(error),
                };
                let (switch, full) = found;
                let value = match (switch.takes, value) {
                    (Takes::Nothing, Some(_)) if from_env => continue,
                    (Takes::Nothing, Some(_)) => {
                        return Err(bad(format!("option '--{full}' doesn't allow an argument")));
                    }
                    (Takes::Nothing, None) => None,
                    (Takes::Required, None) => match args.next() {
                        Some(next) => Some(next.as_slice()),
                        None if from_env => continue,
                        None => return Err(bad(format!("option '--{full}' requires an argument"))),
                    },
                    (_, value) => value,
                };
                self.apply(switch, value, from_env, newer)?;
                continue;
            }
            let mut rest = &arg[1..];
            while let Some((&letter, after)) = rest.split_first() {
                rest = after;
                let Some(switch) = SWITCHES.iter().find(|s| s.short == letter && (newer || !s.new)) else {
                    if from_env {
                        continue;
                    }
                    let mut message = b"invalid option -- '".to_vec();
                    message.push(letter);
                    message.push(b'\'');
                    return Err(bad(message));
                };
                match switch.takes {
                    Takes::Nothing => self.apply(switch, None, from_env, newer)?,
                    Takes::Required => {
                        let value =
                            if rest.is_empty() { args.next().map(|a| a.as_slice()) } else { Some(rest) };
                        let Some(value) = value else {
                            if from_env {
                                break;
                            }
                            return Err(bad(format!("option requires an argument -- '{}'", letter as char)));
                        };
                        self.apply(switch, Some(value), from_env, newer)?;
                        break;
                    }
                    Takes::Optional(_) => {
                        // A number may be an argument of its own: -j 4.
                        let value = if !rest.is_empty() {
                            Some(rest)
                        } else if matches!(switch.id, Id::Jobs | Id::LoadAverage) {
                            let next = args.clone().next();
                            let next = next.filter(|n| numeric(switch.id, n));
                            if next.is_some() {
                                args.next();
                            }
                            next.map(|n| n.as_slice())
                        } else {
                            None
                        };
                        self.apply(switch, value, from_env, newer)?;
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    /// A goal or an assignment.
    fn operand(&mut self, arg: &BString, from_env: bool) {
        if rkbuild_syntax::statement::definition(arg).is_some() {
            self.assignments.push(arg.clone());
        } else if !from_env {
            self.goals.push(arg.clone());
        }
    }

    fn apply(
        &mut self,
        switch: &Switch,
        value: Option<&[u8]>,
        from_env: bool,
        newer: bool,
    ) -> Result<(), BadOption> {
        if from_env && !switch.from_env {
            return Ok(());
        }
        let text = || BString::from(value.unwrap_or_default());
        let empty = value.is_some_and(<[u8]>::is_empty);
        if empty && matches!(switch.takes, Takes::Required) && !matches!(switch.id, Id::Eval) {
            if from_env {
                return Ok(());
            }
            let name = if switch.short != 0 {
                format!("-{}", switch.short as char)
            } else {
                format!("--{}", switch.long.first().copied().unwrap_or_default())
            };
            return Err(bad(format!("the '{name}' option requires a non-empty string argument")));
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
            }
            Id::Directory => self.directories.push(text()),
            Id::File => self.makefiles.push(text()),
            Id::IncludeDir => self.include_dirs.push(text()),
            Id::Jobs => {
                self.jobs = match value {
                    None | Some(b"") => Some(0),
                    Some(value) => {
                        let number = value.to_str().ok().and_then(|v| v.trim().parse::<i64>().ok());
                        match number.and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0) {
                            Some(number) => Some(number),
                            None if from_env => return Ok(()),
                            None => {
                                return Err(bad("the '-j' option requires a positive integer argument"));
                            }
                        }
                    }
                };
            }
            Id::LoadAverage => {
                self.max_load = value.map(leading_number);
            }
            Id::OldFile => self.old_files.push(text()),
            Id::OutputSync => {
                self.output_sync = match value.unwrap_or(b"target") {
                    b"none" => OutputSync::None,
                    b"line" => OutputSync::Line,
                    b"target" => OutputSync::Target,
                    b"recurse" => OutputSync::Recurse,
                    other => {
                        let mut message = b"unknown output-sync type '".to_vec();
                        message.extend_from_slice(other);
                        message.push(b'\'');
                        return Err(BadOption { message: message.into(), usage: false });
                    }
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
                        let mut message = b"unknown debug level specification '".to_vec();
                        message.extend_from_slice(rest);
                        message.push(b'\'');
                        return Err(BadOption { message: message.into(), usage: false });
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
            Id::WarnUndefined => self.warn_undefined_variables = true,
            Id::SyncMutex => self.sync_mutex = Some(text()),
            Id::NoSilent => (self.silent, self.no_silent) = (false, true),
            Id::TempStdin => {
                self.makefiles.push(text());
                self.temp_stdin.push(text());
            }
            Id::Shuffle => self.shuffle = shuffle_mode(value.unwrap_or(b"random"))?,
            Id::JobserverStyle => self.jobserver_style = Some(text()),
        }
        Ok(())
    }

    /// What was given from outside is known: `-R` means `-r` too, and some switches are settled.
    pub fn settle(&mut self, newer: bool) {
        self.no_builtin_rules |= self.no_builtin_variables;
        if newer {
            let mut seen = Vec::new();
            self.include_dirs.retain(|dir| {
                let new = !seen.contains(dir);
                if new {
                    seen.push(dir.clone());
                }
                new
            });
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
    pub fn parse_flags(&mut self, value: &[u8], newer: bool) -> Result<(), BadOption> {
        let mut words = split_flags(value);
        if let Some(first) = words.first_mut()
            && !first.starts_with(b"-")
            && rkbuild_syntax::statement::definition(first).is_none()
        {
            first.insert(0, b'-');
        }
        self.parse(&words, true, newer)
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
        let mut out = self.letters(newer);
        for switch in SWITCHES {
            match switch.takes {
                Takes::Nothing => {
                    if switch.short == 0 && self.is_set(switch.id, newer) {
                        let _ = write!(out, " --{}", switch.long.first().copied().unwrap_or_default());
                    }
                }
                _ if !whole => {}
                _ => self.argument_text(switch.id, &mut out),
            }
        }
        out.into()
    }

    fn argument_text(&self, id: Id, out: &mut String) {
        // Bytes that are no UTF-8 can't be told apart from text here; names of directories are written as they are.
        let show = |bytes: &BString| String::from_utf8_lossy(bytes).into_owned();
        let _ = match id {
            Id::IncludeDir => self.include_dirs.iter().try_for_each(|d| write!(out, " -I{}", show(d))),
            Id::Jobs => match self.jobs {
                Some(0) => write!(out, " -j"),
                Some(jobs) => write!(out, " -j{jobs}"),
                None => Ok(()),
            },
            Id::LoadAverage => match self.max_load {
                Some(load) => write!(out, " -l{load}"),
                None => Ok(()),
            },
            Id::OutputSync => match self.output_sync {
                OutputSync::None if self.output_sync_none => write!(out, " -Onone"),
                OutputSync::None => Ok(()),
                OutputSync::Line => write!(out, " -Oline"),
                OutputSync::Target => write!(out, " -Otarget"),
                OutputSync::Recurse => write!(out, " -Orecurse"),
            },
            Id::Debug => self.debug.iter().try_for_each(|d| write!(out, " --debug={}", show(d))),
            Id::JobserverAuth => match &self.jobserver_auth {
                Some(auth) => write!(out, " --jobserver-auth={}", show(auth)),
                None => Ok(()),
            },
            Id::SyncMutex => match &self.sync_mutex {
                Some(mutex) => write!(out, " --sync-mutex={}", show(mutex)),
                None => Ok(()),
            },
            Id::Shuffle => match &self.shuffle {
                Some(mode) => write!(out, " --shuffle={}", show(mode)),
                None => Ok(()),
            },
            _ => Ok(()),
        };
    }
}

/// Characters a number of `-j` or `-l` may begin with when it is an argument of its own.
fn numeric(id: Id, text: &[u8]) -> bool {
    if id == Id::LoadAverage {
        return text.first().is_some_and(|c| c.is_ascii_digit() || *c == b'.');
    }
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

/// The number a text begins with, as C's atof reads it; 0 when there is none.
fn leading_number(text: &[u8]) -> f64 {
    let text = text.to_str_lossy();
    let longest = text.char_indices().map(|(at, c)| at + c.len_utf8()).rev();
    longest.into_iter().find_map(|end| text.get(..end)?.parse().ok()).unwrap_or(0.0)
}

/// The canonical form of an argument of `--shuffle`: a word, or a seed below 2^32.
fn shuffle_mode(value: &[u8]) -> Result<Option<BString>, BadOption> {
    let word = value.to_ascii_lowercase();
    match word.as_slice() {
        b"none" => return Ok(None),
        b"reverse" | b"identity" | b"random" => return Ok(Some(word.into())),
        _ => {}
    }
    let number = value.trim_start().to_str().ok().and_then(|v| v.parse::<i128>().ok());
    match number {
        Some(number) => Ok(Some((number as u32).to_string().into())),
        None => {
            let message = [b"invalid shuffle mode: Invalid value: '", value, b"'"].concat();
            Err(BadOption { message: message.into(), usage: false })
        }
    }
}

/// The switch of a long name, or of the only one it abbreviates, and that name. `given` is what messages quote.
fn find_long(name: &[u8], given: &[u8], newer: bool) -> Result<(&'static Switch, &'static str), BadOption> {
    let mut matches: Vec<(&'static Switch, &'static str)> = Vec::new();
    for switch in SWITCHES.iter().filter(|s| newer || !s.new) {
        for &long in switch.long {
            if long.as_bytes() == name {
                return Ok((switch, long));
            }
            if long.as_bytes().starts_with(name) {
                matches.push((switch, long));
            }
        }
    }
    let quoted = |before: &str, after: &str| {
        let mut message = before.as_bytes().to_vec();
        message.extend_from_slice(given);
        message.extend_from_slice(after.as_bytes());
        message
    };
    match matches.as_slice() {
        [] => Err(bad(quoted("unrecognized option '--", "'"))),
        [only] => Ok(*only),
        [first, rest @ ..] if rest.iter().all(|m| m.0.id == first.0.id) => Ok(*first),
        several => {
            let mut message = quoted("option '--", "' is ambiguous; possibilities:");
            for (_, long) in several {
                message.extend_from_slice(format!(" '--{long}'").as_bytes());
            }
            Err(bad(message))
        }
    }
}

/// Splits MAKEFLAGS into words; a backslash keeps what follows it in the word.
pub fn split_flags(value: &[u8]) -> Vec<BString> {
    let mut words = Vec::new();
    let mut word: Option<BString> = None;
    let mut bytes = value.iter().copied();
    while let Some(c) = bytes.next() {
        match c {
            b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => words.extend(word.take()),
            b'\\' => {
                let word = word.get_or_insert_default();
                word.push(bytes.next().unwrap_or(b'\\'));
            }
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// Quotes an assignment for MAKEFLAGS: blanks, backslashes and dollars.
pub fn quote_for_flags(text: &[u8], out: &mut Vec<u8>) {
    for &c in text {
        match c {
            b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c | b'\\' => out.extend_from_slice(&[b'\\', c]),
            b'$' => out.extend_from_slice(b"$$"),
            c => out.push(c),
        }
    }
}

/// The usage text of `--help` and of wrong command lines.
pub fn usage(program: &str, newer: bool) -> String {
    let mut out = format!("Usage: {program} [options] [target] ...\nOptions:\n");
    let mut shown = true;
    for line in USAGE.split_inclusive('\n') {
        // A line that goes on belongs to the switch above it.
        if !line.starts_with("      ") {
            shown = newer || !NEW_IN_USAGE.iter().any(|name| line.trim_start().starts_with(name));
        }
        if shown {
            out.push_str(line);
        }
    }
    out.push_str(&format!("\nThis program built for {HOST}\n"));
    out
}

/// The machine this program runs on, as GNU make names it (`MAKE_HOST`).
pub const HOST: &str = "x86_64-pc-linux-gnu";

/// What 4.3 does not know of it.
const NEW_IN_USAGE: [&str; 2] = ["--jobserver-style", "--shuffle"];

const USAGE: &str = "  -b, -m                      Ignored for compatibility.
  -B, --always-make           Unconditionally make all targets.
  -C DIRECTORY, --directory=DIRECTORY
                              Change to DIRECTORY before doing anything.
  -d                          Print lots of debugging information.
  --debug[=FLAGS]             Print various types of debugging information.
  -e, --environment-overrides
                              Environment variables override makefiles.
  -E STRING, --eval=STRING    Evaluate STRING as a makefile statement.
  -f FILE, --file=FILE, --makefile=FILE
                              Read FILE as a makefile.
  -h, --help                  Print this message and exit.
  -i, --ignore-errors         Ignore errors from recipes.
  -I DIRECTORY, --include-dir=DIRECTORY
                              Search DIRECTORY for included makefiles.
  -j [N], --jobs[=N]          Allow N jobs at once; infinite jobs with no arg.
  --jobserver-style=STYLE     Select the style of jobserver to use.
  -k, --keep-going            Keep going when some targets can't be made.
  -l [N], --load-average[=N], --max-load[=N]
                              Don't start multiple jobs unless load is below N.
  -L, --check-symlink-times   Use the latest mtime between symlinks and target.
  -n, --just-print, --dry-run, --recon
                              Don't actually run any recipe; just print them.
  -o FILE, --old-file=FILE, --assume-old=FILE
                              Consider FILE to be very old and don't remake it.
  -O[TYPE], --output-sync[=TYPE]
                              Synchronize output of parallel jobs by TYPE.
  -p, --print-data-base       Print make's internal database.
  -q, --question              Run no recipe; exit status says if up to date.
  -r, --no-builtin-rules      Disable the built-in implicit rules.
  -R, --no-builtin-variables  Disable the built-in variable settings.
  --shuffle[={SEED|random|reverse|none}]
                              Perform shuffle of prerequisites and goals.
  -s, --silent, --quiet       Don't echo recipes.
  --no-silent                 Echo recipes (disable --silent mode).
  -S, --no-keep-going, --stop
                              Turns off -k.
  -t, --touch                 Touch targets instead of remaking them.
  --trace                     Print tracing information.
  -v, --version               Print the version number of make and exit.
  -w, --print-directory       Print the current directory.
  --no-print-directory        Turn off -w, even if it was turned on implicitly.
  -W FILE, --what-if=FILE, --new-file=FILE, --assume-new=FILE
                              Consider FILE to be infinitely new.
  --warn-undefined-variables  Warn when an undefined variable is referenced.

rkbuild's own:
  --compat=4.3|4.4.1          Be that release of GNU make (RKBUILD_COMPAT).
  --no-native                 Start every program as GNU make does: no kbuild
                              layer, no in-process shell, no in-process
                              sub-makes (RKBUILD_NO_NATIVE).
";

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Options {
        let args: Vec<BString> = args.iter().map(|a| BString::from(*a)).collect();
        let mut options = Options::default();
        options.parse(&args, false, true).expect("a good command line");
        options
    }

    fn error(args: &[&str]) -> String {
        let args: Vec<BString> = args.iter().map(|a| BString::from(*a)).collect();
        Options::default().parse(&args, false, true).expect_err("a bad command line").message.to_string()
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
        o.parse_flags(b"ks -Id -- A=b\\ c goal", true).expect("good");
        assert!(o.keep_going && o.silent);
        assert_eq!(o.assignments, ["A=b c"]);
        assert!(o.goals.is_empty());
    }
}
