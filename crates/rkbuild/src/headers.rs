//! The trees that modules are built against: finding them, and what can be seen of their state.

use rkbuild_base::{BStr, BString, ByteSlice};
use rkbuild_eval::options::Options;
use rkbuild_host::{Dir, Host, machine};

/// Where distributions put headers, before the release and behind it.
const PLACES: [(&str, &str); 4] = [
    ("/lib/modules/", "/build"),
    ("/usr/src/linux-headers-", ""),
    ("/usr/src/kernels/", ""),
    ("/usr/src/linux-", ""),
];

/// How many releases a message names.
const MOST_NAMED: usize = 6;

/// A kernel tree, its headers, or an output directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headers {
    /// What make is to change to.
    pub dir: BString,
    /// `O=`, for an output directory that has no makefile of its own.
    pub output: Option<BString>,
}

fn join(dir: &[u8], name: &str) -> BString {
    [dir.trim_end_with(|c| c == '/'), b"/", name.as_bytes()].concat().into()
}

/// `a`, `a and b`, `a, b and c`, and of very many some.
pub fn and(names: &[BString]) -> String {
    let mut named: Vec<String> = names.iter().take(MOST_NAMED).map(|name| format!("'{name}'")).collect();
    if names.len() > named.len() {
        named.push(format!("{} more", names.len() - named.len()));
    }
    match named.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Whether something of kbuild is there to change to.
fn is_tree(host: &Host, dir: &Dir, path: &[u8]) -> bool {
    let Ok(makefile) = host.read(dir, &join(path, "Makefile")) else { return false };
    host.exists(dir, &join(path, "scripts/Makefile.build"))
        || host.exists(dir, &join(path, "source/scripts/Makefile.build"))
        || makefile.lines().any(|line| line.starts_with(b"include /") && line.ends_with(b"/Makefile"))
}

/// The releases whose headers are there, configured, in order.
pub fn installed(host: &Host, dir: &Dir) -> Vec<BString> {
    let mut found = Vec::new();
    for (before, behind) in PLACES {
        let at = before.rfind('/').map_or(0, |at| at + 1);
        let (parent, start) = before.split_at(at);
        let Ok(listing) = host.listing(dir, parent.as_bytes()) else { continue };
        for (name, _) in listing.iter() {
            let Some(release) = name.strip_prefix(start.as_bytes()).filter(|r| !r.is_empty()) else {
                continue;
            };
            let headers = Headers {
                dir: [before.as_bytes(), release, behind.as_bytes()].concat().into(),
                output: None,
            };
            let is_release = release.first().is_some_and(u8::is_ascii_digit);
            if is_release
                && is_tree(host, dir, &headers.dir)
                && State::of(host, dir, &headers).is_configured()
            {
                found.push(BString::from(release));
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// What is to be said when the headers of a release are not there.
pub fn missing(host: &Host, dir: &Dir, release: &BStr) -> String {
    match installed(host, dir).as_slice() {
        [] => format!("the headers of kernel '{release}' are not installed, nor those of any other"),
        [only] => format!(
            "the headers of kernel '{release}' are not installed; those of '{only}' are: --kernel={only}"
        ),
        several => {
            format!(
                "the headers of kernel '{release}' are not installed; --kernel= takes those of {}",
                and(several)
            )
        }
    }
}

impl Headers {
    /// The tree in a directory, with the output directory a command line gives.
    pub fn at(path: &BString, options: &Options) -> Headers {
        let output = options.assignments.iter().rev().find_map(|word| word.strip_prefix(b"O="));
        let output = output.map(|output| {
            if output.starts_with(b"/") {
                output.into()
            } else {
                [path.as_slice(), b"/", output].concat().into()
            }
        });
        Headers { dir: path.clone(), output }
    }

    /// Finds what `value` names: a release, a tree, headers, or an output directory; without a value the kernel that runs.
    pub fn find(host: &Host, dir: &Dir, value: Option<&BStr>) -> Result<Headers, String> {
        let running = machine::release();
        let value = value.unwrap_or(running.as_bstr());
        let is_path = value.contains(&b'/') || value == "." || value == "..";
        if !is_path {
            for (before, behind) in PLACES {
                let path = [before.as_bytes(), value, behind.as_bytes()].concat();
                if is_tree(host, dir, &path) {
                    return Ok(Headers { dir: path.into(), output: None });
                }
            }
        }
        if !is_path && !host.stat(dir, value).is_ok_and(|meta| meta.is_dir()) {
            return Err(missing(host, dir, value));
        }
        let path = dir.absolute(value);
        for path in [path.clone(), join(&path, "build")] {
            if is_tree(host, dir, &path) {
                return Ok(Headers { dir: path, output: None });
            }
        }
        // An output directory made by a make that was interrupted, or brought here without its makefile.
        let source = join(&path, "source");
        if is_tree(host, dir, &source) {
            return Ok(Headers { dir: source, output: Some(path) });
        }
        Err(format!(
            "'{path}' is neither a kernel tree nor headers nor an output directory: it has no makefile of the kernel"
        ))
    }
}

/// What can be seen of a tree.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct State {
    /// `.config` is there.
    pub has_config: bool,
    /// What a configured tree has for its makefiles is there.
    pub has_auto_conf: bool,
    /// What modules are linked with is there.
    pub has_modpost: bool,
    /// Module.symvers is there.
    pub has_symvers: bool,
    /// It is configured to have modules.
    pub has_modules: bool,
    /// The release its modules are for.
    pub release: Option<BString>,
    /// The directory below `arch` it is configured for.
    pub arch: Option<BString>,
    /// What the compiler it was configured with says of itself.
    pub compiler: Option<BString>,
}

impl State {
    /// Looks at the files of a tree.
    pub fn of(host: &Host, dir: &Dir, headers: &Headers) -> State {
        let at = headers.output.as_ref().unwrap_or(&headers.dir);
        let has = |name: &str| host.exists(dir, &join(at, name));
        let read = |name: &str| host.read(dir, &join(at, name)).ok();
        let config = read(".config");
        let auto_conf = read("include/config/auto.conf");
        let set = config.as_ref().or(auto_conf.as_ref());
        let set = set.map_or(b"".as_slice(), |text| text.as_slice());
        let release = read("include/generated/utsrelease.h");
        State {
            has_config: config.is_some(),
            has_auto_conf: auto_conf.is_some() && has("include/generated/autoconf.h"),
            has_modpost: has("scripts/mod/modpost"),
            has_symvers: has("Module.symvers"),
            has_modules: set.lines().any(|line| line == b"CONFIG_MODULES=y"),
            release: release.and_then(|text| text.split_str("\"").nth(1).map(BString::from)),
            arch: set.lines().take(5).find_map(arch_in),
            compiler: set.lines().find_map(|line| {
                let text = line.strip_prefix(b"CONFIG_CC_VERSION_TEXT=\"")?;
                text.strip_suffix(b"\"").map(BString::from)
            }),
        }
    }

    /// Whether it was configured.
    pub fn is_configured(&self) -> bool {
        self.has_config || self.has_auto_conf
    }
}

/// `# Linux/x86 6.1.172 Kernel Configuration`
fn arch_in(line: &[u8]) -> Option<BString> {
    let rest = line.strip_prefix(b"# Linux/")?;
    rest.fields().next().map(BString::from)
}

/// The directory below `arch` that a value of ARCH leads to.
pub fn directory_of(arch: &[u8]) -> &[u8] {
    match arch {
        b"i386" | b"x86_64" => b"x86",
        b"sparc32" | b"sparc64" => b"sparc",
        b"parisc64" => b"parisc",
        b"sh64" => b"sh",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    use super::*;

    fn write(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn find(value: &str) -> Result<Headers, String> {
        Headers::find(&Host::new(), &Dir::current().unwrap(), Some(BStr::new(value)))
    }

    #[test]
    fn a_tree_its_output_directory_and_what_links_to_them_are_found() {
        let keep = tempfile::tempdir().unwrap();
        let path = |name: &str| keep.path().join(name);
        let text = |name: &str| path(name).to_str().unwrap().to_owned();
        write(&path("src/Makefile"), "VERSION = 6\n");
        write(&path("src/scripts/Makefile.build"), "");
        write(&path("out/Makefile"), &format!("include {}/Makefile\n", text("src")));
        fs::create_dir_all(path("modules")).unwrap();
        symlink(path("out"), path("modules/build")).unwrap();
        fs::create_dir_all(path("bare")).unwrap();
        symlink(path("src"), path("bare/source")).unwrap();
        let plain = |name: &str| Ok(Headers { dir: text(name).into(), output: None });
        assert_eq!(find(&text("src")), plain("src"));
        assert_eq!(find(&text("out")), plain("out"));
        assert_eq!(find(&text("modules")), plain("modules/build"));
        let bare = Headers { dir: text("bare/source").into(), output: Some(text("bare").into()) };
        assert_eq!(find(&text("bare")), Ok(bare));
        write(&path("other/Makefile"), "all:;\n");
        assert!(find(&text("other")).unwrap_err().contains("is neither a kernel tree"));
        assert!(
            find("0.0.0-none")
                .unwrap_err()
                .starts_with("the headers of kernel '0.0.0-none' are not installed")
        );
    }

    #[test]
    fn the_state_is_read_from_what_configuring_leaves() {
        let keep = tempfile::tempdir().unwrap();
        let headers = Headers { dir: keep.path().to_str().unwrap().into(), output: None };
        let state = || State::of(&Host::new(), &Dir::current().unwrap(), &headers);
        assert_eq!(state(), State::default());
        let config = "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/arm64 6.1.1 Kernel Configuration\n#\n\
                      CONFIG_CC_VERSION_TEXT=\"gcc 12\"\nCONFIG_MODULES=y\n";
        write(&keep.path().join(".config"), config);
        write(&keep.path().join("include/generated/utsrelease.h"), "#define UTS_RELEASE \"6.1.1-x\"\n");
        let state = state();
        assert!(state.is_configured() && !state.has_auto_conf && state.has_modules && !state.has_symvers);
        assert_eq!(state.arch, Some("arm64".into()));
        assert_eq!(state.compiler, Some("gcc 12".into()));
        assert_eq!(state.release, Some("6.1.1-x".into()));
    }

    #[test]
    fn names_are_listed_and_of_many_some() {
        let names: Vec<BString> = (0..9).map(|n| n.to_string().into()).collect();
        assert_eq!(and(&names[..1]), "'0'");
        assert_eq!(and(&names[..2]), "'0' and '1'");
        assert!(and(&names).ends_with("'5' and 3 more"));
    }
}
