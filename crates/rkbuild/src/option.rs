//! The table of rkbuild's own options: the single source of parsing, `--help`, the man page and completions.

use rkbuild_base::{BStr, BString, ByteSlice};

/// What stands behind the name of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// `=VALUE`, called so in help.
    Value(&'static str),
    /// `=VALUE` or nothing.
    Maybe(&'static str),
    /// `=` and one of these words.
    One(&'static [&'static str]),
    /// `=` and one of these words, or nothing.
    MaybeOne(&'static [&'static str]),
}

/// What an option is about: the headings of help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// How it is make.
    Make,
    /// What it remembers.
    Recall,
    /// What it is called with.
    Call,
    /// What is told of a build.
    Watch,
    /// What is told instead of building.
    Tell,
    /// Help and texts about itself.
    Help,
}

impl Group {
    /// All, in the order of help.
    pub const ALL: [Group; 6] =
        [Group::Call, Group::Make, Group::Recall, Group::Watch, Group::Tell, Group::Help];

    /// The heading.
    pub fn heading(self) -> &'static str {
        match self {
            Group::Make => "How make is played",
            Group::Call => "Modules and toolchains",
            Group::Recall => "What is remembered",
            Group::Watch => "Told of a build",
            Group::Tell => "Told instead of building",
            Group::Help => "Help",
        }
    }
}

/// One option.
#[derive(Debug, PartialEq, Eq)]
pub struct OwnOption {
    /// The long name, without dashes. Only the whole name is understood.
    pub name: &'static str,
    /// What stands behind it.
    pub takes: Takes,
    /// The heading it is listed below.
    pub group: Group,
    /// The variable of the environment that does the same.
    pub variable: Option<&'static str>,
    /// What it does: one or two sentences.
    pub help: &'static str,
}

/// All options, in the order of help.
pub const OPTIONS: &[OwnOption] = &[
    OwnOption {
        name: "kernel",
        takes: Takes::Maybe("RELEASE|DIR"),
        group: Group::Call,
        variable: None,
        help: "Build the module here against that kernel's headers or tree, or the kernel's that runs: -C and M= are put in. A \
               directory with one C file needs no makefile.",
    },
    OwnOption {
        name: "toolchain",
        takes: Takes::Value("PREFIX|DIR|clang"),
        group: Group::Call,
        variable: None,
        help: "Set ARCH and CROSS_COMPILE, or LLVM, for the compiler that is named or found there.",
    },
    OwnOption {
        name: "hints",
        takes: Takes::One(&["auto", "always", "never"]),
        group: Group::Call,
        variable: Some("RKBUILD_HINTS"),
        help: "Whether what may mend a failure is said after make's own messages. With auto only with --kernel or \
               --toolchain, or as rkbuild on a terminal.",
    },
    OwnOption {
        name: "compat",
        takes: Takes::One(&["4.4.1", "4.3"]),
        group: Group::Make,
        variable: Some("RKBUILD_COMPAT"),
        help: "Be that release of GNU make.",
    },
    OwnOption {
        name: "no-native",
        takes: Takes::Nothing,
        group: Group::Make,
        variable: Some("RKBUILD_NO_NATIVE"),
        help: "Start every program as GNU make does: no kbuild layer, no in-process shell, no in-process sub-makes.",
    },
    OwnOption {
        name: "recall",
        takes: Takes::One(&["off", "probes", "on", "verify"]),
        group: Group::Recall,
        variable: Some("RKBUILD_RECALL"),
        help: "Remember what each make saw, and give what would be the same again: on where there is a cache directory. \
               With probes, that of commands of $(shell) and of records alone; with verify, evaluate everything and tell where recall \
               would have spoken differently.",
    },
    OwnOption {
        name: "stats",
        takes: Takes::MaybeOne(&["json"]),
        group: Group::Recall,
        variable: None,
        help: "Tell in the end what was evaluated, given, looked at and run, and which of kbuild's definitions were recognised.",
    },
    OwnOption {
        name: "forget",
        takes: Takes::Nothing,
        group: Group::Recall,
        variable: None,
        help: "Forget first what is remembered of this tree.",
    },
    OwnOption {
        name: "progress",
        takes: Takes::One(&["auto", "always", "never"]),
        group: Group::Watch,
        variable: Some("RKBUILD_PROGRESS"),
        help: "Whether a line below the output of a terminal says how far the build is. Called as make never, if nothing is \
               said.",
    },
    OwnOption {
        name: "explain",
        takes: Takes::Maybe("TARGET"),
        group: Group::Watch,
        variable: Some("RKBUILD_EXPLAIN"),
        help: "Say before each command why it runs, down to the file, option or line at the root; with TARGET, run nothing and \
               say whether and why it would be rebuilt.",
    },
    OwnOption {
        name: "events",
        takes: Takes::Value("FILE"),
        group: Group::Watch,
        variable: None,
        help: "Write what happens to FILE as it happens, one JSON object a line.",
    },
    OwnOption {
        name: "profile",
        takes: Takes::Value("FILE"),
        group: Group::Watch,
        variable: None,
        help: "Write in the end to FILE what ran when, and what waited for what: as a page if it is called *.html, else as a \
               trace that Perfetto and chrome://tracing open.",
    },
    OwnOption {
        name: "last",
        takes: Takes::Maybe("N|diff|json"),
        group: Group::Tell,
        variable: None,
        help: "Tell what the last build here, or the Nth last, ran, what failed and took longest; with diff compare the \
               two last. RKBUILD_LAST=off keeps no records.",
    },
    OwnOption {
        name: "depends",
        takes: Takes::Value("TARGET"),
        group: Group::Tell,
        variable: None,
        help: "List the files TARGET is made from, across sub-makes.",
    },
    OwnOption {
        name: "rdepends",
        takes: Takes::Value("FILE"),
        group: Group::Tell,
        variable: None,
        help: "List the targets that would be rebuilt if FILE changed, across sub-makes.",
    },
    OwnOption {
        name: "graph",
        takes: Takes::Value("FILE"),
        group: Group::Tell,
        variable: None,
        help: "Write what is made from what to FILE, for Graphviz; as JSON if it is called *.json.",
    },
    OwnOption {
        name: "compile-commands",
        takes: Takes::Maybe("FILE|clangd[:FILE]"),
        group: Group::Tell,
        variable: None,
        help: "Write compile_commands.json for the goals, or all, from evaluation alone: nothing is built. With clangd, leave \
               out what only gcc knows.",
    },
    OwnOption {
        name: "check-load",
        takes: Takes::Value("RELEASE|KO|DIR"),
        group: Group::Tell,
        variable: None,
        help: "Tell whether that kernel would load the modules (.ko) that are named, and if not, what differs and what sets it.",
    },
    OwnOption {
        name: "lint",
        takes: Takes::MaybeOne(&["json"]),
        group: Group::Tell,
        variable: None,
        help: "Tell what is wrong in the makefiles and directories that are named, or here: file, line, words and mend.",
    },
    OwnOption {
        name: "generate",
        takes: Takes::One(&["man", "completion-bash", "completion-zsh", "completion-fish"]),
        group: Group::Help,
        variable: None,
        help: "Print the manual page, or what a shell needs to complete words, and exit.",
    },
    OwnOption {
        name: "complete",
        takes: Takes::Maybe("WORD"),
        group: Group::Help,
        variable: None,
        help: "Print what WORD may become behind the other words: what completions ask for.",
    },
];

impl OwnOption {
    /// How help writes it.
    pub fn spelling(&self) -> String {
        let name = self.name;
        match self.takes {
            Takes::Nothing => format!("--{name}"),
            Takes::Value(value) => format!("--{name}={value}"),
            Takes::Maybe(value) => format!("--{name}[={value}]"),
            Takes::One(words) => format!("--{name}={}", words.join("|")),
            Takes::MaybeOne(words) => format!("--{name}[={}]", words.join("|")),
        }
    }

    /// What is wrong with `value`, if anything is.
    fn check(&self, value: Option<&BStr>) -> Result<(), String> {
        let wrong = |what: String| Err(format!("rkbuild: --{} {what}", self.name));
        match (self.takes, value) {
            (Takes::Nothing, Some(_)) => wrong("takes no value".into()),
            (Takes::Value(what), None) => wrong(format!("needs a value: {}", self.spelling_of(what))),
            (Takes::Value(what), Some(value)) if value.is_empty() => {
                wrong(format!("needs a value: {}", self.spelling_of(what)))
            }
            (Takes::One(_), None) => wrong(format!("needs a value: {}", self.spelling())),
            (Takes::One(words) | Takes::MaybeOne(words), Some(value)) => {
                if words.iter().any(|word| value == word.as_bytes()) {
                    return Ok(());
                }
                wrong(format!("is {}, not '{value}'", listed(words)))
            }
            _ => Ok(()),
        }
    }

    fn spelling_of(&self, what: &str) -> String {
        format!("--{}={what}", self.name)
    }
}

/// `a, b or c`
fn listed(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// The own options of one command line.
#[derive(Debug, Default)]
pub struct Given(Vec<(&'static OwnOption, Option<BString>)>);

impl Given {
    /// Takes rkbuild's own options out of the arguments, up to `--`. What is wrong with them is the error.
    pub fn take(argv: &mut Vec<BString>) -> Result<Given, String> {
        let mut given = Given::default();
        let mut wrong = None;
        let mut operands = false;
        argv.retain(|arg| {
            operands |= arg == "--";
            let (false, Some(long)) = (operands, arg.strip_prefix(b"--")) else { return true };
            let (name, value) = match long.split_once_str(b"=") {
                Some((name, value)) => (name, Some(BStr::new(value))),
                None => (long, None),
            };
            let Some(option) = OPTIONS.iter().find(|option| option.name.as_bytes() == name) else {
                return true;
            };
            match option.check(value) {
                Ok(()) => given.0.push((option, value.map(BString::from))),
                Err(message) => {
                    wrong.get_or_insert(message);
                }
            }
            false
        });
        wrong.map_or(Ok(given), Err)
    }

    /// Whether an option was given.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(option, _)| option.name == name)
    }

    /// The value of an option that was given with one; the last counts.
    pub fn value(&self, name: &str) -> Option<&BStr> {
        let (_, value) = self.0.iter().rev().find(|(option, _)| option.name == name)?;
        value.as_ref().map(|value| value.as_bstr())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(args: &[&str]) -> (Result<Given, String>, Vec<String>) {
        let mut argv: Vec<BString> = args.iter().map(|arg| BString::from(*arg)).collect();
        let given = Given::take(&mut argv);
        (given, argv.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn own_options_are_taken_out_and_all_else_is_left_to_make() {
        let (given, left) =
            take(&["make", "-k", "--recall=on", "--stat", "--stats", "stats", "--", "--forget"]);
        let given = given.unwrap();
        assert_eq!(left, ["make", "-k", "--stat", "stats", "--", "--forget"]);
        assert_eq!(given.value("recall"), Some(BStr::new("on")));
        assert!(given.has("stats") && !given.has("forget"));
    }

    #[test]
    fn the_last_of_several_values_counts() {
        let (given, _) = take(&["make", "--recall=on", "--recall=off"]);
        assert_eq!(given.unwrap().value("recall"), Some(BStr::new("off")));
    }

    #[test]
    fn a_wrong_value_is_told_with_what_may_stand_there() {
        let wrong = |arg: &str| take(&["make", arg]).0.unwrap_err();
        assert_eq!(wrong("--compat=4"), "rkbuild: --compat is 4.4.1 or 4.3, not '4'");
        assert_eq!(wrong("--compat"), "rkbuild: --compat needs a value: --compat=4.4.1|4.3");
        assert_eq!(wrong("--forget=1"), "rkbuild: --forget takes no value");
    }

    #[test]
    fn no_own_option_is_an_abbreviation_of_one_of_makes() {
        for option in OPTIONS {
            let text = rkbuild_eval::switch::described(true);
            let makes = text.iter().flat_map(|(names, _)| names.split(", "));
            let clash =
                makes.filter_map(|name| name.strip_prefix("--")).any(|name| name.starts_with(option.name));
            assert!(!clash, "{}", option.name);
        }
    }

    #[test]
    fn the_page_of_options_names_every_option() {
        let page = include_str!("../../../docs/options.md");
        for option in OPTIONS {
            assert!(
                page.contains(&format!("`{}`", option.spelling().replace('|', "\\|"))),
                "{}",
                option.spelling()
            );
        }
    }
}
