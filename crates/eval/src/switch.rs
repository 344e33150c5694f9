//! The table of switches: the single source of parsing, MAKEFLAGS and `--help`.

/// What a switch takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    Nothing,
    Required,
    /// The value stands for a missing one.
    Optional(&'static str),
}

/// A switch's effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Id {
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
pub(crate) struct Switch {
    pub id: Id,
    /// The letter; 0 for none.
    pub short: u8,
    /// Long names; the first is the one MAKEFLAGS uses.
    pub long: &'static [&'static str],
    pub takes: Takes,
    /// Makefiles may give it in MAKEFLAGS (in 4.3: the environment may, too).
    pub from_env: bool,
    /// Only in 4.4 and later.
    pub new: bool,
}

const fn flag(id: Id, short: u8, long: &'static [&'static str]) -> Switch {
    Switch { id, short, long, takes: Takes::Nothing, from_env: true, new: false }
}

const fn takes(id: Id, short: u8, long: &'static [&'static str], takes: Takes, from_env: bool) -> Switch {
    Switch { id, short, long, takes, from_env, new: false }
}

/// All switches, in the order MAKEFLAGS lists them.
pub(crate) const SWITCHES: &[Switch] = &[
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
    Switch {
        id: Id::TempStdin,
        short: 0,
        long: &["temp-stdin"],
        takes: Takes::Required,
        from_env: false,
        new: true,
    },
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

/// Second names in the order in which messages list them, behind all first names.
const SECOND_NAMES: [&str; 9] =
    ["quiet", "stop", "new-file", "assume-new", "assume-old", "max-load", "dry-run", "recon", "makefile"];

/// The switch of a long name, or of the only one it abbreviates, and that name; or what getopt says, where `given` is
/// quoted.
pub(crate) fn find_long(
    name: &[u8],
    given: &[u8],
    newer: bool,
) -> Result<(&'static Switch, &'static str), Vec<u8>> {
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
    matches.sort_by_key(|(_, long)| {
        SECOND_NAMES.iter().position(|second| second == long).map_or(0, |at| at + 1)
    });
    match matches.as_slice() {
        // Letters without a long name are entered under the empty one.
        _ if name.is_empty() => Err(b"option '--' doesn't allow an argument".to_vec()),
        [] => Err([b"unrecognized option '--", given, b"'"].concat()),
        [only] => Ok(*only),
        [first, rest @ ..] if rest.iter().all(|m| m.0.id == first.0.id) => Ok(*first),
        several => {
            let mut message = [b"option '--", given, b"' is ambiguous; possibilities:"].concat();
            for (_, long) in several {
                message.extend_from_slice(format!(" '--{long}'").as_bytes());
            }
            Err(message)
        }
    }
}

impl Switch {
    /// How messages call it: by its letter, if it has one.
    pub fn name(&self) -> String {
        match self.short {
            0 => format!("--{}", self.long.first().copied().unwrap_or_default()),
            letter => format!("-{}", letter as char),
        }
    }
}

/// The usage text of `--help` and of wrong command lines.
pub fn usage(program: &str, newer: bool) -> String {
    let mut out = format!("Usage: {program} [options] [target] ...\nOptions:\n");
    for line in shown(newer) {
        out.push_str(line);
    }
    out.push_str(&format!("\nThis program built for {HOST}\nReport bugs to <bug-make@gnu.org>\n"));
    out
}

/// The lines of the usage text that speak of options.
fn shown(newer: bool) -> impl Iterator<Item = &'static str> {
    let mut shown = true;
    USAGE.split_inclusive('\n').filter(move |line| {
        // A line that goes on belongs to the switch above it.
        if !line.starts_with("      ") {
            shown = newer || !NEW_IN_USAGE.iter().any(|name| line.trim_start().starts_with(name));
        }
        shown
    })
}

/// The switches of the usage text: their spellings, and what they do.
pub fn described(newer: bool) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    for line in shown(newer) {
        let text = line.trim();
        if line.starts_with("      ") {
            if let Some((_, help)) = out.last_mut() {
                help.push_str(if help.is_empty() { "" } else { " " });
                help.push_str(text);
            }
            continue;
        }
        // Two blanks part the columns.
        let (names, help) = text.split_once("  ").unwrap_or((text, ""));
        out.push((names.to_owned(), help.trim().to_owned()));
    }
    out
}

/// The machine this program was built for, as config.guess names it and GNU make with it (`MAKE_HOST`).
pub const HOST: &str = if cfg!(target_arch = "x86_64") {
    "x86_64-pc-linux-gnu"
} else if cfg!(target_arch = "x86") {
    "i686-pc-linux-gnu"
} else if cfg!(target_arch = "aarch64") {
    "aarch64-unknown-linux-gnu"
} else if cfg!(all(target_arch = "arm", target_abi = "eabihf")) {
    "arm-unknown-linux-gnueabihf"
} else if cfg!(target_arch = "arm") {
    "arm-unknown-linux-gnueabi"
} else if cfg!(target_arch = "riscv64") {
    "riscv64-unknown-linux-gnu"
} else if cfg!(all(target_arch = "powerpc64", target_endian = "little")) {
    "powerpc64le-unknown-linux-gnu"
} else if cfg!(target_arch = "s390x") {
    "s390x-ibm-linux-gnu"
} else {
    "unknown-unknown-linux-gnu"
};

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
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_tests_must_cover_every_spelling_of_every_switch() {
        let index = include_str!("../../../tests/lang/INDEX");
        let mut listed: Vec<String> =
            index.lines().filter_map(|line| line.strip_prefix("option/")).map(String::from).collect();
        listed.sort_unstable();
        let letters = SWITCHES.iter().filter(|s| s.short != 0).map(|s| format!("-{}", s.short as char));
        let names = SWITCHES.iter().flat_map(|s| s.long).map(|long| format!("--{long}"));
        let mut known: Vec<String> = letters.chain(names).collect();
        known.sort_unstable();
        assert_eq!(listed, known);
    }

    #[test]
    fn the_usage_text_is_taken_apart_into_spellings_and_meanings() {
        let all = described(true);
        let of = |names: &str| all.iter().find(|(n, _)| n == names).map(|(_, help)| help.as_str());
        assert_eq!(of("-B, --always-make"), Some("Unconditionally make all targets."));
        assert_eq!(
            of("--shuffle[={SEED|random|reverse|none}]"),
            Some("Perform shuffle of prerequisites and goals.")
        );
    }
}
