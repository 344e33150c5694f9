//! Which programs depend on nothing but arguments, environment and files: data, a row each with its reason.
//!
//! A command is only given again when every program it started is in this table, under watch did nothing that the table does
//! not allow, and the variables it can see through are the same. Programs of the tree itself, and all others, are never
//! taken for pure.

use bstr::{BStr, ByteSlice};

use crate::find;

/// Gives the argument with which a program is not pure; an empty one where something is missing.
type Judge = for<'a> fn(&[&'a BStr]) -> Option<&'a BStr>;

/// A program.
pub struct Row {
    /// The last part of its path, links followed; `*` stands for any text.
    pub name: &'static str,
    /// Other names of the same, as systems and toolchains have them where no link leads to a name with a version or a machine.
    pub also: &'static [&'static str],
    /// A text that is in it, by which it is known outside the system's directories and by another name; empty where it is not.
    pub says: &'static str,
    /// Variables of the environment it looks at; `*` at the end stands for any text.
    pub variables: &'static [&'static str],
    /// How arguments begin with which it is not pure.
    pub not_with: &'static [&'static str],
    /// How arguments begin with which the time, or some number, is in the files that it writes: it is pure only where none of
    /// them stays, and no program looks into them that is not among [`SEES_NO_STAMP`].
    pub stamps_with: &'static [&'static str],
    /// Where there is one, it gives the argument with which it is not pure, if it isn't.
    pub judge: Option<Judge>,
    /// Who owns a directory matters to it.
    pub owners: bool,
    /// It is a compiler: its sources may ask for the time.
    pub compiles: bool,
    /// Why it is pure.
    pub reason: &'static str,
}

/// Variables that the C library and the dynamic linker look at in any program.
pub const ANY_PROGRAM: &[&str] = &[
    "PATH",
    "LANG",
    "LANGUAGE",
    "LC_*",
    "LD_*",
    "LOCPATH",
    "NLSPATH",
    "TZ",
    "TMPDIR",
    "TMP",
    "TEMP",
    "HOME",
    "PWD",
    "POSIXLY_CORRECT",
    "GCONV_PATH",
    "GLIBC_TUNABLES",
    "MALLOC_*",
    "GETCONF_DIR",
    "HOSTALIASES",
];

/// What programs look at of the kernel without its telling in what they give: where memory is free, which security modules
/// there are.
pub const KERNEL: &[&str] = &[
    "/proc/self/maps",
    "/proc/filesystems",
    "/proc/mounts",
    "/sys/fs/selinux",
    "/selinux",
    "/proc/sys/vm/overcommit_memory",
];

const GCC: &[&str] = &[
    "COMPILER_PATH",
    "LIBRARY_PATH",
    "CPATH",
    "C_INCLUDE_PATH",
    "CPLUS_INCLUDE_PATH",
    "OBJC_INCLUDE_PATH",
    "GCC_*",
    "COLLECT_*",
    "DEPENDENCIES_OUTPUT",
    "SUNPRO_DEPENDENCIES",
    "SOURCE_DATE_EPOCH",
    "GNUTARGET",
    "LDEMULATION",
    "COLLECT_NO_DEMANGLE",
    "MAKEFLAGS",
];
const CLANG: &[&str] = &[
    "CPATH",
    "C_INCLUDE_PATH",
    "CPLUS_INCLUDE_PATH",
    "CCC_*",
    "CLANG_*",
    "LLVM_*",
    "SOURCE_DATE_EPOCH",
    "LIBRARY_PATH",
];
/// Buildroot's own, and those of the compiler that it starts.
const WRAPPER: [&str; 2 + GCC.len()] = join(&[&["BR_*", "BR2_*"], GCC]);
const CCACHE_OWN: [&str; 5] =
    ["CCACHE_*", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "UNCACHED_ERR_FD"];
/// Those of the compilers behind it as well, which do not run where it has the result.
const CCACHE: [&str; CCACHE_OWN.len() + GCC.len() + CLANG.len()] = join(&[&CCACHE_OWN, GCC, CLANG]);

/// Several lists in one, of as many names as all of them have.
const fn join<const N: usize>(lists: &[&[&'static str]]) -> [&'static str; N] {
    let mut all = [""; N];
    let (mut list, mut at, mut n) = (0, 0, 0);
    while n < N {
        if at < lists[list].len() {
            all[n] = lists[list][at];
            (at, n) = (at + 1, n + 1);
        } else {
            (list, at) = (list + 1, 0);
        }
    }
    all
}

/// Options with which a compiler puts the time of its run into the object and the notes beside it, to tell later that both are
/// of one run.
const COVERAGE: &[&str] = &["-fprofile", "-ftest-coverage", "--coverage", "-fcoverage"];

/// Programs that do not tell what was stamped from what was not: they copy, or print the names of symbols.
const SEES_NO_STAMP: &[&str] = &[
    "*gcc-[0-9]*",
    "ccache",
    "cc1",
    "clang",
    "clang-[0-9]*",
    "*-as",
    "*-nm",
    "llvm-nm",
    "dash",
    "bash",
    "grep",
    "cmp",
    "rm",
    "mkdir",
    "mv",
];

const BINUTILS: &[&str] = &["GNUTARGET", "LDEMULATION", "AR_*", "LIBPATH", "SOURCE_DATE_EPOCH"];

const fn row(
    name: &'static str,
    variables: &'static [&'static str],
    not_with: &'static [&'static str],
    reason: &'static str,
) -> Row {
    Row {
        name,
        also: &[],
        says: "",
        variables,
        not_with,
        stamps_with: &[],
        judge: None,
        owners: false,
        compiles: false,
        reason,
    }
}

/// A program that is pure with some arguments.
const fn row_if(
    name: &'static str,
    variables: &'static [&'static str],
    not_with: &'static [&'static str],
    judge: Judge,
    reason: &'static str,
) -> Row {
    Row { judge: Some(judge), ..row(name, variables, not_with, reason) }
}

/// A compiler.
const fn compiler(
    name: &'static str,
    variables: &'static [&'static str],
    not_with: &'static [&'static str],
    reason: &'static str,
) -> Row {
    Row { stamps_with: COVERAGE, compiles: true, ..row(name, variables, not_with, reason) }
}

/// The same program by other names, and what it says of itself.
const fn known_as(row: Row, also: &'static [&'static str], says: &'static str) -> Row {
    Row { also, says, ..row }
}

/// A part of gcc.
const OF_GCC: &str = "COLLECT_GCC_OPTIONS";
/// A part of binutils.
const OF_BINUTILS: &str = "Free Software Foundation";
/// A part of LLVM.
const OF_LLVM: &str = "llvm";

/// The table.
pub const ROWS: &[Row] = &[
    known_as(
        compiler(
            "*gcc-[0-9]*",
            GCC,
            &["-fplugin", "-time", "-Q", "-ftime-report", "-fmem-report"],
            "a compiler's output follows from its input, options, specs and include files",
        ),
        &["gcc", "*-gcc", "*-gcc.br_real"],
        OF_GCC,
    ),
    known_as(
        compiler("*g++-[0-9]*", GCC, &["-fplugin", "-time", "-Q", "-ftime-report", "-fmem-report"], "as gcc"),
        &["g++", "*-g++", "c++", "*-c++", "*-g++.br_real"],
        OF_GCC,
    ),
    known_as(compiler("cc1", GCC, &["-fplugin"], "the compiler proper"), &[], OF_GCC),
    known_as(compiler("cc1plus", GCC, &["-fplugin"], "the compiler proper"), &[], OF_GCC),
    compiler(
        "ccache",
        &CCACHE,
        &["-fplugin", "-time", "-Q", "-ftime-report", "-fmem-report"],
        "gives what the compiler behind it would give; what it keeps for itself is told apart",
    ),
    known_as(
        compiler(
            "toolchain-wrapper",
            &WRAPPER,
            &["-fplugin", "-time", "-Q"],
            "Buildroot's: adds options to those of gcc",
        ),
        &[],
        "BR_COMPILER_PARANOID_UNSAFE_PATH",
    ),
    known_as(row("collect2", GCC, &[], "gcc's linker driver"), &[], OF_GCC),
    known_as(row("lto-wrapper", GCC, &[], "part of gcc"), &[], OF_GCC),
    known_as(
        compiler("*-cpp-[0-9]*", GCC, &["-fplugin"], "the preprocessor"),
        &["cpp", "*-cpp", "*-cpp.br_real"],
        OF_GCC,
    ),
    known_as(
        compiler(
            "clang",
            CLANG,
            &["-fplugin"],
            "a compiler's output follows from its input, options and include files",
        ),
        &[],
        OF_LLVM,
    ),
    known_as(compiler("clang-[0-9]*", CLANG, &["-fplugin"], "as clang"), &[], OF_LLVM),
    known_as(
        row("lld", CLANG, &["--time-trace"], "a linker's output follows from its input and options"),
        &[],
        OF_LLVM,
    ),
    known_as(row("llvm-*", CLANG, &[], "binary tools of LLVM"), &[], OF_LLVM),
    known_as(
        row("*-as", BINUTILS, &["--statistics"], "an assembler's output follows from its input and options"),
        &["as"],
        OF_BINUTILS,
    ),
    known_as(
        row(
            "*-ld.bfd",
            BINUTILS,
            &["--stats", "-plugin"],
            "a linker's output follows from its input and options",
        ),
        &["ld.bfd", "ld", "*-ld"],
        OF_BINUTILS,
    ),
    known_as(
        row(
            "*-ld.gold",
            BINUTILS,
            &["--stats", "-plugin"],
            "a linker's output follows from its input and options",
        ),
        &["ld.gold"],
        OF_BINUTILS,
    ),
    known_as(row("*-nm", BINUTILS, &[], "prints what an object file holds"), &["nm"], OF_BINUTILS),
    known_as(row("*-objdump", BINUTILS, &[], "prints what an object file holds"), &["objdump"], OF_BINUTILS),
    known_as(row("*-readelf", BINUTILS, &[], "prints what an object file holds"), &["readelf"], OF_BINUTILS),
    known_as(row("*-size", BINUTILS, &[], "prints what an object file holds"), &["size"], OF_BINUTILS),
    known_as(row("*-strings", BINUTILS, &[], "prints what a file holds"), &["strings"], OF_BINUTILS),
    row(
        "dash",
        &["IFS", "ENV", "PS4", "OPTIND", "CDPATH"],
        &[],
        "runs scripts; the variables they name are looked at apart",
    ),
    row(
        "bash",
        &[
            "IFS",
            "ENV",
            "BASH*",
            "PS4",
            "SHELLOPTS",
            "CDPATH",
            "GLOBIGNORE",
            "FUNCNEST",
            "OPTIND",
            "EXECIGNORE",
            "HISTFILE",
        ],
        &[],
        "runs scripts; the variables they name are looked at apart",
    ),
    row("sed", &["COLS"], &["-i", "--in-place"], "a filter"),
    row("grep", &["GREP_*"], &[], "a filter"),
    row(
        "mawk",
        &["MAWKBINMODE", "MAWK_LONG_OPTIONS", "AWKPATH"],
        &[],
        "a filter; scripts that use its clock are told apart",
    ),
    row(
        "gawk",
        &["AWKPATH", "AWKLIBPATH", "AWK_*", "GAWK_*"],
        &[],
        "a filter; scripts that use its clock are told apart",
    ),
    row_if(
        "ls",
        &["LS_COLORS", "QUOTING_STYLE", "BLOCK*", "TIME_STYLE", "COLUMNS"],
        &[],
        shows_more_than_names,
        "names in directories",
    ),
    row("pwd", &[], &[], "the directory, which is part of what a command is found by"),
    row_if("date", &["TZDIR"], &[], is_of_now, "a time that is given to it, in words"),
    row("cat", &[], &[], "copies files to its output"),
    row("tr", &[], &[], "a filter"),
    row("cut", &[], &[], "a filter"),
    row("head", &[], &[], "a filter"),
    row("tail", &[], &["-f", "-F", "--follow"], "a filter"),
    row("sort", &[], &["-R", "--random", "-T"], "a filter"),
    row("uniq", &[], &[], "a filter"),
    row("wc", &[], &[], "counts"),
    row("bc", &["BC_*"], &[], "calculates"),
    row("dc", &["DC_*"], &[], "calculates"),
    row("expr", &[], &[], "calculates"),
    row("echo", &[], &[], "prints its arguments"),
    row("printf", &[], &[], "prints its arguments"),
    row("true", &[], &[], "does nothing"),
    row("false", &[], &[], "does nothing"),
    row("test", &[], &[], "looks at files"),
    row("[", &[], &[], "looks at files"),
    row("basename", &[], &[], "works on its arguments"),
    row("dirname", &[], &[], "works on its arguments"),
    row("readlink", &[], &[], "looks at links"),
    row("realpath", &[], &[], "looks at links"),
    row("cmp", &[], &[], "compares files"),
    row("diff", &[], &[], "compares files; the times it prints are facts"),
    row("md5sum", &[], &[], "a hash of files"),
    row("sha1sum", &[], &[], "a hash of files"),
    row("sha256sum", &[], &[], "a hash of files"),
    row("cksum", &[], &[], "a hash of files"),
    row_if(
        "find",
        &[],
        &[
            "-mtime",
            "-mmin",
            "-atime",
            "-amin",
            "-ctime",
            "-cmin",
            "-anewer",
            "-cnewer",
            "-used",
            "-ls",
            "-printf",
            "-fls",
            "-fprint",
            "-exec",
            "-ok",
            "-delete",
            "-size",
            "-empty",
            "-inum",
            "-samefile",
        ],
        |all| match find::compared(all) {
            Some(_) => None,
            None => all.iter().copied().find(|word| word.starts_with(b"-newer")),
        },
        "names in directories, and which of two files of known names is newer",
    ),
    row("xargs", &[], &["-P", "--max-procs"], "starts programs with its input as their arguments"),
    row("rm", &[], &[], "removes files, which shows"),
    row("mkdir", &[], &[], "makes directories, which shows"),
    row("rmdir", &[], &[], "removes directories, which shows"),
    row("mv", &[], &[], "renames files, which shows"),
    row("mktemp", &[], &["-u"], "makes a file with a name nobody else has"),
    row("uname", &[], &[], "what the system is called, which is part of every record's key"),
    row("id", &[], &[], "the user, who is part of every record's key"),
    row("whoami", &[], &[], "the user, who is part of every record's key"),
    row(
        "getconf",
        &[],
        &["_AVPHYS", "_PHYS"],
        "limits of the system, whose release is part of every record's key",
    ),
    row("pkgconf", &["PKG_CONFIG*", "DESTDIR"], &[], "reads descriptions of packages"),
    row("pkg-config", &["PKG_CONFIG*", "DESTDIR"], &[], "reads descriptions of packages"),
    row("env", &[], &[], "starts a program; that it shows all variables is told apart"),
    row_if(
        "pahole",
        &[],
        &[],
        |all| not_among(all, &["--version"]),
        "says which version it is, which is in the program and its libraries",
    ),
    Row {
        owners: true,
        judge: Some(|all| {
            not_among(
                all,
                &[
                    "rev-parse",
                    "--show-cdup",
                    "--show-toplevel",
                    "--git-dir",
                    "--is-inside-work-tree",
                    "--verify",
                    "--short",
                    "HEAD",
                ],
            )
        }),
        ..row(
            "git",
            &["GIT_*", "XDG_*", "PAGER", "EDITOR", "VISUAL"],
            &[],
            "with these arguments it looks for the repository, its configuration and what HEAD refers to",
        )
    },
];

/// The first argument that is none of these.
fn not_among<'a>(all: &[&'a BStr], words: &[&str]) -> Option<&'a BStr> {
    all.iter().copied().find(|argument| !words.iter().any(|word| argument == word))
}

/// The option with which `ls` may show times, sizes and owners: any but these.
fn shows_more_than_names<'a>(all: &[&'a BStr]) -> Option<&'a BStr> {
    all.iter().copied().find(|word| match word.as_bytes() {
        [b'-', letters @ ..] => !letters.iter().all(|letter| b"1aAd".contains(letter)),
        _ => false,
    })
}

/// The argument with which `date` does not tell of a number of seconds since 1970 that is given to it, in a format and with `-u`.
fn is_of_now<'a>(all: &[&'a BStr]) -> Option<&'a BStr> {
    let is_epoch = |word: &BStr| {
        let digits = word.strip_prefix(b"@").unwrap_or_default();
        !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
    };
    let mut given = false;
    let mut words = all.iter().copied();
    while let Some(word) = words.next() {
        match word.as_bytes() {
            b"-d" | b"--date" if words.next().is_some_and(is_epoch) => given = true,
            b"-u" | b"--utc" | [b'+', ..] => {}
            _ => return Some(word),
        }
    }
    if given { None } else { Some(BStr::new("")) }
}

fn is_of_the_system(path: &BStr) -> bool {
    ["/usr/", "/bin/", "/sbin/", "/lib", "/opt/", "/nix/store/", "/gnu/store/"]
        .iter()
        .any(|dir| path.starts_with(dir.as_bytes()))
}

/// The name of a file without what leads to it.
pub(crate) fn last_part(path: &BStr) -> &[u8] {
    path.rsplit_str("/").next().unwrap_or_default()
}

fn is_called(pattern: &str, path: &BStr) -> bool {
    rkbuild_host::matches(pattern.as_bytes(), last_part(path))
}

/// The row of a program, by its path. Unless it is [known by that](Row::is_known_by) it has to say what it is besides.
pub fn row_of(path: &BStr) -> Option<&'static Row> {
    let is_one = |row: &&Row| is_called(row.name, path) || row.also.iter().any(|name| is_called(name, path));
    let row = ROWS.iter().find(is_one)?;
    (row.is_known_by(path) || !row.says.is_empty()).then_some(row)
}

impl Row {
    /// Whether a program's path alone tells that it is this one: programs of the system are what they are called.
    pub fn is_known_by(&self, path: &BStr) -> bool {
        is_of_the_system(path) && is_called(self.name, path)
    }

    /// The argument with which the program is not pure, if there is one; `arguments` without the program's name.
    pub fn impure_with<'a>(&self, all: &[&'a BStr]) -> Option<&'a BStr> {
        if let Some(word) = self.judge.and_then(|judge| judge(all)) {
            return Some(word);
        }
        let mut arguments = all.iter().copied();
        let mut own_plugin = false;
        while let Some(argument) = arguments.next() {
            let forbids = |word: &&str| argument.starts_with(word.as_bytes());
            if self.not_with.iter().any(forbids) {
                // What the compiler has its linker load is part of the compiler, and read like any other file.
                own_plugin = match argument.as_bytes() {
                    b"-plugin" => arguments.next().is_some_and(is_gcc_plugin),
                    option => own_plugin && option.starts_with(b"-plugin-opt="),
                };
                if !own_plugin {
                    return Some(argument);
                }
            }
        }
        None
    }
}

/// The argument with which one of these programs, each with its arguments without its name, puts a stamp into a file where that
/// may be seen: by another one, as its own output, or in a file that `stays`.
pub fn seen_stamp<'a>(programs: &[(&'static Row, Vec<&'a BStr>)], stays: bool) -> Option<&'a BStr> {
    let all_blind = programs.iter().all(|(row, _)| SEES_NO_STAMP.contains(&row.name));
    programs.iter().find_map(|(row, arguments)| {
        let stamp = arguments
            .iter()
            .find(|argument| row.stamps_with.iter().any(|word| argument.starts_with(word.as_bytes())))?;
        let to_file = arguments.windows(2).any(|pair| {
            matches!(pair, [option, file] if *option == "-o" && *file != "-" && !file.starts_with(b"/dev/"))
        });
        // The compiler proper writes for the assembler, whose object goes where the driver says.
        let for_object = row.name == "cc1" || arguments.iter().any(|argument| *argument == "-c");
        let hidden = !stays && all_blind && to_file && for_object;
        (!hidden).then_some(*stamp)
    })
}

/// Whether a plugin of the linker is the one that belongs to gcc.
fn is_gcc_plugin(path: &BStr) -> bool {
    let own = is_of_the_system(path) && path.find("/../").is_none()
        || path.find("/lib/gcc/").is_some()
        || path.find("/libexec/gcc/").is_some();
    own && path.ends_with(b"/liblto_plugin.so")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_by_their_paths() {
        let found = |path: &str| row_of(BStr::new(path)).map(|row| row.name);
        assert_eq!(found("/usr/bin/x86_64-linux-gnu-gcc-12"), Some("*gcc-[0-9]*"));
        assert_eq!(found("/usr/lib/gcc/x86_64-linux-gnu/12/cc1"), Some("cc1"));
        assert_eq!(found("/usr/bin/aarch64-linux-gnu-ld.bfd"), Some("*-ld.bfd"));
        assert_eq!(found("/usr/bin/dash"), Some("dash"));
        assert_eq!(found("/usr/bin/git"), Some("git"));
        assert_eq!(found("/usr/bin/perl"), None);
        assert_eq!(found("/usr/bin/gcc"), Some("*gcc-[0-9]*"));
        assert_eq!(found("/usr/bin/ld"), Some("*-ld.bfd"));
        assert_eq!(found("/usr/bin/as"), Some("*-as"));
        // Those have to say what they are.
        assert_eq!(found("/home/u/toolchain/bin/arm-linux-gnueabi-gcc"), Some("*gcc-[0-9]*"));
        assert_eq!(found("/home/u/buildroot/output/host/bin/toolchain-wrapper"), Some("toolchain-wrapper"));
        // A tree's own.
        assert_eq!(found("/home/u/linux/sed"), None);
    }

    #[test]
    fn arguments_decide_whether_some_programs_are_pure() {
        let impure = |program: &str, arguments: &[&str]| {
            let arguments: Vec<&BStr> = arguments.iter().map(|argument| BStr::new(*argument)).collect();
            row_of(BStr::new(program)).unwrap().impure_with(&arguments).map(ToString::to_string)
        };
        assert_eq!(impure("/usr/bin/git", &["rev-parse", "--verify", "HEAD"]), None);
        assert_eq!(
            impure("/usr/bin/git", &["rev-parse", "HEAD@{yesterday}"]).as_deref(),
            Some("HEAD@{yesterday}")
        );
        assert_eq!(impure("/usr/bin/git", &["status"]).as_deref(), Some("status"));
        assert_eq!(impure("/usr/bin/sed", &["s/a/b/"]), None);
        let plugin = "/usr/lib/gcc/x86_64-linux-gnu/12/liblto_plugin.so";
        let given = ["-plugin", plugin, "-plugin-opt=-fresolution=/tmp/x.res", "a.o"];
        assert_eq!(impure("/usr/bin/x86_64-linux-gnu-ld.bfd", &given), None);
        let foreign = ["-plugin", "/home/u/liblto_plugin.so"];
        assert_eq!(impure("/usr/bin/x86_64-linux-gnu-ld.bfd", &foreign).as_deref(), Some("-plugin"));
        let alone = ["-plugin-opt=x"];
        assert_eq!(impure("/usr/bin/x86_64-linux-gnu-ld.bfd", &alone).as_deref(), Some("-plugin-opt=x"));
        assert_eq!(impure("/usr/bin/sed", &["-i.bak"]).as_deref(), Some("-i.bak"));
        assert_eq!(impure("/usr/bin/ls", &["-1", "spl"]), None);
        assert_eq!(impure("/usr/bin/ls", &["-dn", "x"]).as_deref(), Some("-dn"));
        assert_eq!(impure("/usr/bin/date", &["-u", "-d", "@1700000000", "+%s"]), None);
        for now in [&["+%s"][..], &["-u"], &["-d", "now"], &["-d", "@"], &["-r", "x"], &[]] {
            assert!(impure("/usr/bin/date", now).is_some(), "{now:?}");
        }
        assert_eq!(impure("/usr/bin/find", &[".", "-name", "x", "-newer", "y"]), None);
        assert_eq!(impure("/usr/bin/find", &[".", "-newer", "y"]).as_deref(), Some("-newer"));
    }

    #[test]
    fn what_has_the_time_in_it_must_be_seen_by_nobody() {
        let seen_with = |stays: bool, programs: &[&'static str]| {
            let split = |program: &&'static str| {
                let mut words = program.split(' ').map(BStr::new);
                (row_of(words.next().unwrap()).unwrap(), words.collect())
            };
            let programs: Vec<(&Row, Vec<&BStr>)> = programs.iter().map(split).collect();
            seen_stamp(&programs, stays).map(ToString::to_string)
        };
        let seen = |programs| seen_with(false, programs);
        const GCC: &str = "/usr/bin/x86_64-linux-gnu-gcc-12 -fprofile-arcs -c x.c -o x.o";
        const NM: &str = "/usr/bin/x86_64-linux-gnu-nm x.o";
        let arcs = Some("-fprofile-arcs".to_string());
        assert_eq!(seen(&[GCC, "/usr/lib/gcc/x86_64-linux-gnu/12/cc1 -fprofile-arcs -o /tmp/x.s", NM]), None);
        assert_eq!(seen(&[GCC, NM, "/usr/bin/x86_64-linux-gnu-objdump -s x.o"]), arcs);
        assert_eq!(seen(&[GCC, "/usr/bin/cat x.o"]), arcs);
        assert_eq!(seen_with(true, &[GCC, NM]), arcs);
        assert_eq!(seen(&["/usr/lib/gcc/x86_64-linux-gnu/12/cc1 -fprofile-arcs -o -"]), arcs);
        assert_eq!(seen(&["/usr/bin/x86_64-linux-gnu-gcc-12 -fprofile-arcs -S x.c -o -"]), arcs);
        assert_eq!(seen(&["/usr/bin/x86_64-linux-gnu-gcc-12 -fprofile-arcs -S x.c -o x.s"]), arcs);
        assert_eq!(seen(&["/usr/bin/x86_64-linux-gnu-gcc-12 -fprofile-arcs -c x.c -o /dev/stdout"]), arcs);
        assert_eq!(seen(&["/usr/bin/x86_64-linux-gnu-gcc-12 -O2 -S x.c -o -", "/usr/bin/cat x.o"]), None);
    }

    #[test]
    fn every_row_gives_a_reason() {
        assert!(ROWS.iter().all(|row| !row.reason.is_empty()));
    }
}
