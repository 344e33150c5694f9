//! What a word of a command line may become: the shells' completions ask for it each time, so that all is known in one place.

mod goals;

use std::sync::Arc;

use rkbuild_base::{BStr, BString, ByteSlice};
use rkbuild_eval::Shared;
use rkbuild_eval::options::Options;
use rkbuild_eval::switch;
use rkbuild_host::{Dir, Env, Host};

use crate::first;
use crate::headers;
use crate::kconfig;
use crate::option::{Given, OPTIONS, Takes};
use crate::toolchain;

/// The scripts, by the name of the shell.
const SCRIPTS: [(&str, &str); 3] =
    [("bash", include_str!("bash.sh")), ("zsh", include_str!("zsh.sh")), ("fish", include_str!("fish.fish"))];

/// Values of ARCH besides the names of directories.
const OTHER_ARCHES: [&str; 5] = ["i386", "x86_64", "sparc64", "parisc64", "um"];

/// Variables that kbuild takes on the command line, and values where there are few.
const VARIABLES: [(&str, &[&str]); 14] = [
    ("ARCH", &[]),
    ("CROSS_COMPILE", &[]),
    ("LLVM", &["1"]),
    ("O", &[]),
    ("M", &[]),
    ("V", &["0", "1", "2"]),
    ("C", &["0", "1", "2"]),
    ("W", &["1", "2", "3", "e"]),
    ("KCFLAGS", &[]),
    ("KBUILD_EXTRA_SYMBOLS", &[]),
    ("LOCALVERSION", &[]),
    ("INSTALL_PATH", &[]),
    ("INSTALL_MOD_PATH", &[]),
    ("INSTALL_HDR_PATH", &[]),
];

/// The script for a shell.
pub fn script(shell: &str) -> Option<&'static str> {
    SCRIPTS.iter().find(|(name, _)| *name == shell).map(|(_, text)| *text)
}

/// A command line with one word that is not whole.
struct Line<'a> {
    shared: &'a Arc<Shared>,
    host: &'a Host,
    dir: &'a Arc<Dir>,
    env: &'a Env,
    given: &'a Given,
    argv: &'a [BString],
    options: Options,
}

/// What `word` may become, a line for each, where `argv` and `given` are the words before it.
pub fn run(
    shared: &Arc<Shared>,
    dir: &Arc<Dir>,
    env: &Env,
    given: &Given,
    argv: &[BString],
    word: &BStr,
) -> Vec<u8> {
    let options = first::options(argv, shared.lang.identity);
    let line = Line { shared, host: &shared.host, dir, env, given, argv, options };
    let mut found = line.candidates(word);
    found.retain(|name| name.starts_with(word) && name != word && !name.contains(&b'\n'));
    found.sort_unstable();
    found.dedup();
    let mut out = Vec::new();
    for name in found {
        out.extend_from_slice(&name);
        out.push(b'\n');
    }
    out
}

fn with<'a>(start: &'a [u8], names: impl IntoIterator<Item = &'a [u8]>) -> Vec<BString> {
    names.into_iter().map(|name| [start, name].concat().into()).collect()
}

impl Line<'_> {
    fn candidates(&self, word: &BStr) -> Vec<BString> {
        if word.starts_with(b"-") {
            return match word.split_once_str(b"=") {
                Some((name, _)) => self.values_of_option(name),
                None => self.switches(),
            };
        }
        if let Some((name, _)) = word.split_once_str(b"=") {
            return self.values(name);
        }
        if let Some(name) = word.strip_prefix(b"CONFIG_") {
            // Without a letter there are thousands.
            let known = if name.is_empty() { Default::default() } else { self.config_options() };
            return known.iter().map(|name| [b"CONFIG_".as_slice(), name, b"="].concat().into()).collect();
        }
        let mut found = goals::of(self.shared, self.dir, self.env, self.given, self.argv, &self.options);
        if let Some(sources) = self.sources() {
            let arch = self.arch();
            let directory = headers::directory_of(&arch);
            let configs = [&sources, b"/arch/".as_slice(), directory, b"/configs"].concat();
            found.extend(self.names(&configs));
            found.extend(self.names(&[sources.as_slice(), b"/kernel/configs"].concat()));
        }
        if self.is_kbuild() {
            found.extend(VARIABLES.iter().map(|(name, _)| format!("{name}=").into()));
        }
        found
    }

    fn switches(&self) -> Vec<BString> {
        let mut found: Vec<BString> = Vec::new();
        for (names, _) in switch::described(self.shared.lang.identity.is_4_4()) {
            for name in names.split(", ").filter(|name| name.starts_with("--")) {
                let plain = name.split(['=', '[']).next().unwrap_or(name);
                let end = if name.contains('=') && !name.contains('[') { "=" } else { "" };
                found.push(format!("{plain}{end}").into());
            }
        }
        for option in OPTIONS.iter().filter(|option| option.name != "complete") {
            let end = if matches!(option.takes, Takes::Value(_) | Takes::One(_)) { "=" } else { "" };
            found.push(format!("--{}{end}", option.name).into());
        }
        found
    }

    fn values_of_option(&self, name: &[u8]) -> Vec<BString> {
        let start = [name, b"="].concat();
        let Some(option) =
            OPTIONS.iter().find(|option| name.strip_prefix(b"--") == Some(option.name.as_bytes()))
        else {
            return Vec::new();
        };
        match (option.name, option.takes) {
            (_, Takes::One(words) | Takes::MaybeOne(words)) => {
                with(&start, words.iter().map(|word| word.as_bytes()))
            }
            ("kernel" | "check-load", _) => {
                let installed = headers::installed(self.host, self.dir);
                with(&start, installed.iter().map(|name| name.as_slice()))
            }
            ("toolchain", _) => {
                let known = toolchain::known(self.host, self.dir, self.env);
                with(&start, known.iter().map(|name| name.as_slice()))
            }
            _ => Vec::new(),
        }
    }

    fn values(&self, name: &[u8]) -> Vec<BString> {
        let start = [name, b"="].concat();
        if name.starts_with(b"CONFIG_") {
            return with(&start, [b"y".as_slice(), b"m", b"n"]);
        }
        match name {
            b"ARCH" => {
                let Some(sources) = self.sources() else { return Vec::new() };
                let mut names = self.names(&[sources.as_slice(), b"/arch"].concat());
                names.retain(|name| !name.starts_with(b"Kconfig") && !name.starts_with(b"."));
                names.extend(OTHER_ARCHES.iter().map(|name| BString::from(*name)));
                with(&start, names.iter().map(|name| name.as_slice()))
            }
            b"CROSS_COMPILE" => {
                let known = toolchain::known(self.host, self.dir, self.env);
                with(&start, known.iter().map(|name| name.as_slice()))
            }
            _ => {
                let known = VARIABLES.iter().find(|(known, _)| known.as_bytes() == name);
                with(&start, known.iter().flat_map(|(_, values)| values.iter().map(|value| value.as_bytes())))
            }
        }
    }

    fn names(&self, path: &[u8]) -> Vec<BString> {
        let listing = self.host.listing(self.dir, path);
        listing.map_or(Vec::new(), |listing| listing.iter().map(|(name, _)| name.into()).collect())
    }

    /// The kernel's sources, where make would be in them or in an output directory.
    fn sources(&self) -> Option<BString> {
        let at = first::directory(self.dir, &self.options)?;
        let source = [at.as_slice(), b"/source"].concat().into();
        [at, source].into_iter().find(|path: &BString| {
            let has = |name: &str| self.host.exists(self.dir, &[path.as_slice(), name.as_bytes()].concat());
            has("/scripts/Kbuild.include") && has("/arch")
        })
    }

    /// Whether kbuild's variables mean something here.
    fn is_kbuild(&self) -> bool {
        self.given.has("kernel")
            || self.sources().is_some()
            || self.options.assignments.iter().any(|word| word.starts_with(b"M="))
    }

    fn arch(&self) -> BString {
        let given = self.options.assignments.iter().rev().find_map(|word| word.strip_prefix(b"ARCH="));
        if let Some(given) = given.or(self.env.get(b"ARCH").map(|value| value.as_bytes())) {
            return given.into();
        }
        toolchain::arch_here().into()
    }

    fn config_options(&self) -> std::collections::BTreeSet<BString> {
        let arch = self.arch();
        let symbols =
            |sources: BString| kconfig::symbols(self.host, self.dir, &sources, headers::directory_of(&arch));
        self.sources().map(symbols).unwrap_or_default()
    }
}
