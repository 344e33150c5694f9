//! `--kernel` and `--toolchain`: the words of make's command line they stand for.

use std::sync::Arc;

use rkbuild_base::{BString, Identity};
use rkbuild_host::{Dir, Env, Host};

use crate::bare::{Bare, Source};
use crate::first;
use crate::headers::{Headers, State};
use crate::option::Given;
use crate::toolchain::{self, Toolchain};

/// What make is called with in the end, and what is to be done after it.
#[derive(Default)]
pub struct Ceremony {
    /// What was put in, a line for each option.
    pub said: Vec<String>,
    /// A module without a makefile.
    bare: Option<Bare>,
    goals: Vec<BString>,
}

/// The directory of the module as the shell has it in `PWD`, which may lead through links.
fn working_directory(host: &Host, dir: &Dir, env: &Env) -> BString {
    let here = || host.which(dir, b".").ok();
    match env.get(b"PWD") {
        Some(path) if path.starts_with(b"/") && host.which(dir, path).ok() == here() => path.to_owned(),
        _ => dir.path().to_owned(),
    }
}

/// Where words for make go: behind its name, or where more is said of directories at the end, before operands alone begin.
fn insert(argv: &mut Vec<BString>, words: Vec<BString>, last: bool) {
    let operands = argv.iter().position(|word| word == "--").unwrap_or(argv.len());
    let at = if last { operands } else { argv.len().min(1) };
    argv.splice(at..at, words);
}

impl Ceremony {
    /// Puts into `argv` what the options stand for. What make was told itself goes before that.
    pub fn prepare(
        host: &Arc<Host>,
        dir: &Arc<Dir>,
        env: &Env,
        given: &Given,
        identity: Identity,
        argv: &mut Vec<BString>,
    ) -> Result<Ceremony, String> {
        let mut ceremony = Ceremony::default();
        if !given.has("kernel") && !given.has("toolchain") {
            return Ok(ceremony);
        }
        let options = first::options(argv, identity);
        ceremony.goals.clone_from(&options.goals);
        let is_set = |name: &str| options.assignments.iter().any(|word| word.starts_with(name.as_bytes()));
        let headers = if given.has("kernel") {
            Some(Headers::find(host, dir, given.value("kernel"))?)
        } else {
            first::directory(dir, &options).map(|path| Headers::at(&path, &options))
        };
        let state = headers.as_ref().map(|headers| State::of(host, dir, headers));
        if let Some(value) = given.value("toolchain") {
            let found = Toolchain::find(host, dir, env, value, state.as_ref())?;
            let version = toolchain::version_text(host, dir, env, &found.compiler);
            ceremony.said.push(format!("--toolchain means {}", found.said(version.as_ref())));
            insert(argv, found.words, false);
        }
        let Some(headers) = headers.filter(|_| given.has("kernel")) else { return Ok(ceremony) };
        let mut words: Vec<BString> = vec!["-C".into(), headers.dir.clone()];
        words.extend(headers.output.iter().map(|output| [b"O=".as_slice(), output].concat().into()));
        if !is_set("M=") {
            let home = match options.directories.is_empty() {
                true => working_directory(host, dir, env),
                false => first::directory(dir, &options).unwrap_or_default(),
            };
            let mut module = home.clone();
            if let Some(source) = Source::find(host, dir, &home, &options.goals)? {
                if given.has("compile-commands") {
                    return Err(format!("'{home}' has no makefile: --compile-commands needs one"));
                }
                let bare = Bare::new(host, dir, env, &home, &source)?;
                module = bare.place().clone();
                ceremony.said.push(bare.said());
                ceremony.bare = Some(bare);
            }
            words.push([b"M=".as_slice(), &module].concat().into());
        }
        ceremony.said.insert(0, format!("--kernel means {}", BString::from(words.join(&b" "[..]))));
        insert(argv, words, !options.directories.is_empty());
        Ok(ceremony)
    }

    /// Make has run.
    pub fn end(self) -> std::io::Result<()> {
        self.bare.map_or(Ok(()), |bare| bare.end(&self.goals))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// What make is called with; `TOP` stands for a directory with a tree `k` and a module `m`.
    fn argv(args: &[&str]) -> Result<Vec<String>, String> {
        let keep = tempfile::tempdir().unwrap();
        let top = keep.path().canonicalize().unwrap();
        let top = top.to_str().unwrap();
        fs::create_dir_all(format!("{top}/k/scripts")).unwrap();
        fs::create_dir(format!("{top}/m")).unwrap();
        for file in ["k/Makefile", "k/scripts/Makefile.build", "m/Kbuild"] {
            fs::write(format!("{top}/{file}"), "").unwrap();
        }
        let host = Host::new();
        let dir = Dir::current().unwrap().open(format!("{top}/m").as_bytes()).unwrap();
        let mut argv: Vec<BString> = args.iter().map(|arg| arg.replace("TOP", top).into()).collect();
        let given = Given::take(&mut argv).unwrap();
        Ceremony::prepare(&host, &dir, &Env::new(), &given, Identity::V4_4_1, &mut argv)?;
        Ok(argv.iter().map(|word| word.to_string().replace(top, "TOP")).collect())
    }

    #[test]
    fn a_kernel_is_changed_to_and_the_module_named() {
        let want = ["make", "-C", "TOP/k", "M=TOP/m", "-j2", "modules"];
        assert_eq!(argv(&["make", "--kernel=TOP/k", "-j2", "modules"]).unwrap(), want);
        assert_eq!(argv(&["make", "--kernel=../k", "M=/x"]).unwrap(), ["make", "-C", "TOP/m/../k", "M=/x"]);
    }

    #[test]
    fn a_directory_of_makes_own_is_that_of_the_module() {
        let want = ["make", "-C", "../m", "-k", "-C", "TOP/k", "M=TOP/m/../m", "--", "a"];
        assert_eq!(argv(&["make", "-C", "../m", "-k", "--kernel=TOP/k", "--", "a"]).unwrap(), want);
    }

    #[test]
    fn without_the_options_nothing_is_put_in() {
        assert_eq!(argv(&["make", "M=/x"]).unwrap(), ["make", "M=/x"]);
    }
}
