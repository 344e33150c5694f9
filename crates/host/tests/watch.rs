//! Programs under watch: what is told of them, and that they behave as they do unwatched.

use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bstr::{BString, ByteSlice};
use rkbuild_host::watch::{Asked, ChangeKind, Found, Reason, Seen, Uses, Watch, Watched};
use rkbuild_host::{Dir, Env, Exit, Host, Spawn, fd};

/// A directory to run programs in.
struct Place {
    host: Arc<Host>,
    dir: Arc<Dir>,
    root: PathBuf,
    _keep: tempfile::TempDir,
}

fn place() -> Place {
    let keep = tempfile::tempdir().unwrap();
    let root = keep.path().canonicalize().unwrap();
    let dir = Dir::current().unwrap().open(root.to_str().unwrap().as_bytes()).unwrap();
    Place { host: Host::new(), dir, root, _keep: keep }
}

impl Place {
    fn path(&self, name: &str) -> BString {
        self.root.join(name).to_str().unwrap().into()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.root.join(name), text).unwrap();
    }

    /// A file that has been there for a while: what happens to new ones can't always be told.
    fn write_old(&self, name: &str, text: &str) {
        self.write(name, text);
        let path = self.root.join(name);
        let hour = Duration::from_secs(3600);
        std::fs::File::options()
            .write(true)
            .open(path)
            .unwrap()
            .set_modified(std::time::SystemTime::now() - hour)
            .unwrap();
    }

    fn program(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt;
        self.write(name, text);
        std::fs::set_permissions(self.root.join(name), std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn start_with(&self, argv: &[&str], stdin: impl AsFd, inherit: &[impl AsFd]) -> io::Result<Watch> {
        let argv: Vec<BString> = argv.iter().map(|a| BString::from(*a)).collect();
        let inherit: Vec<_> = inherit.iter().map(|fd| fd.as_fd()).collect();
        let null = self.host.open_write(&self.dir, b"/dev/null", rkbuild_host::OpenMode::Existing)?;
        self.host.watch(&Spawn {
            program: &argv[0],
            argv: &argv,
            env: &Env::of_process(),
            dir: &self.dir,
            stdin: stdin.as_fd(),
            stdout: null.as_fd(),
            stderr: null.as_fd(),
            inherit: &inherit,
        })
    }

    fn start(&self, argv: &[&str]) -> io::Result<Watch> {
        let null = self.host.open_read(&self.dir, b"/dev/null")?;
        self.start_with(argv, &null, &[] as &[std::os::fd::OwnedFd])
    }

    fn run(&self, argv: &[&str]) -> Watched {
        self.start(argv).unwrap().finish().unwrap()
    }

    fn sh(&self, script: &str) -> Watched {
        self.run(&["/bin/sh", "-c", script])
    }

    fn seen<'a>(&self, watched: &'a Watched, name: &str) -> Option<&'a Seen> {
        let path = self.path(name);
        watched.seen.iter().find(|seen| seen.path == path)
    }

    fn changes(&self, watched: &Watched) -> Vec<(String, ChangeKind)> {
        let mut changes: Vec<_> = watched
            .changes
            .iter()
            .map(|change| {
                let path = Path::new(change.path.to_str().unwrap());
                (path.strip_prefix(&self.root).unwrap_or(path).to_str().unwrap().to_owned(), change.kind)
            })
            .collect();
        changes.sort_by(|a, b| a.0.cmp(&b.0));
        changes
    }
}

fn names(watched: &Watched) -> Vec<&str> {
    watched.programs.iter().map(|p| p.path.rsplit(|c| *c == b'/').next().unwrap().to_str().unwrap()).collect()
}

fn reasons(watched: &Watched) -> Vec<&Reason> {
    watched.reasons.iter().collect()
}

#[test]
fn what_is_read_looked_for_in_vain_and_executed_is_seen() {
    let p = place();
    p.write("there", "text");
    let w = p.sh("test -e none; cat there; cat none/deeper; test -d /; exit 3");
    assert_eq!(w.exit, Exit::Code(3));
    assert_eq!(names(&w), ["dash", "cat", "cat"]);
    let text = |words: &[BString]| bstr::join(" ", words).to_str().unwrap().to_owned();
    let called: Vec<_> = w.programs.iter().map(|program| text(&program.arguments)).collect();
    assert_eq!(called[1..], ["cat there", "cat none/deeper"]);
    assert!(w.programs.iter().all(|program| program.count == 1 && !program.script));
    assert_eq!(w.processes.len(), 3);
    let there = p.seen(&w, "there").unwrap();
    assert!(there.uses.has(Uses::READ) && matches!(there.found, Found::Is(meta) if meta.size == 4));
    assert_eq!(p.seen(&w, "none").unwrap().found, Found::Missing(libc::ENOENT));
    // The first part that is missing is what counts.
    assert!(p.seen(&w, "none/deeper").is_none());
    let cat = w.seen.iter().find(|seen| seen.path == "/usr/bin/cat" || seen.path == "/bin/cat").unwrap();
    assert!(cat.uses.has(Uses::EXECUTE.and(Uses::READ)));
    assert!(w.seen.iter().any(|seen| seen.path.contains_str("ld-linux") && seen.uses.has(Uses::EXECUTE)));
    assert!(w.seen.iter().any(|seen| seen.path.contains_str("libc.so") && seen.uses.has(Uses::READ)));
    assert!(w.is_quiet(), "{w:?}");
}

#[test]
fn each_link_on_the_way_is_a_fact_of_its_own() {
    let p = place();
    std::fs::create_dir(p.root.join("dir")).unwrap();
    p.write("dir/file", "x");
    for (target, name) in [("dir", "one"), ("one/file", "two"), ("gone", "three")] {
        std::os::unix::fs::symlink(target, p.root.join(name)).unwrap();
    }
    let w = p.sh("cat two three");
    for (name, target) in [("two", "one/file"), ("one", "dir"), ("three", "gone")] {
        let seen = p.seen(&w, name).unwrap();
        assert_eq!(seen.target.as_ref().unwrap(), target);
        assert!(seen.uses.has(Uses::LINK));
    }
    assert!(p.seen(&w, "dir/file").unwrap().uses.has(Uses::READ));
    assert_eq!(p.seen(&w, "gone").unwrap().found, Found::Missing(libc::ENOENT));
}

#[test]
fn a_path_counts_from_the_directory_of_the_process_that_names_it() {
    let p = place();
    std::fs::create_dir_all(p.root.join("a/b")).unwrap();
    p.write("a/b/f", "x");
    p.write("f", "y");
    let w = p.sh("(cd a; cd b; cat f; test -e ../g); cat f");
    assert!(p.seen(&w, "a/b/f").unwrap().uses.has(Uses::READ));
    assert!(p.seen(&w, "f").unwrap().uses.has(Uses::READ));
    assert!(p.seen(&w, "a/g").is_some());
    // Relative to an open directory.
    let w = p.run(&["/usr/bin/find", "a", "-name", "*.c"]);
    assert_eq!(p.seen(&w, "a/b").unwrap().names, Some(vec!["f".into()]));
    assert_eq!(p.seen(&w, "a").unwrap().names, Some(vec!["b".into()]));
}

#[test]
fn temporary_files_are_no_changes() {
    let p = place();
    p.write_old("kept", "x");
    let w =
        p.sh("echo x >t1; cat t1; mkdir t2; echo y >t2/f; mv t2/f t2/g; ln -s g t2/l; cat t2/l; rm -r t2 t1");
    assert_eq!(w.changes, [], "{w:?}");
    let mut temporary: Vec<_> = w.temporary.iter().map(|path| path.to_string()).collect();
    temporary.sort();
    let want = ["t1", "t2", "t2/f", "t2/g", "t2/l"].map(|name| p.path(name).to_string());
    assert_eq!(temporary, want);
    // That they were missing was needed to make them; nothing else of them is a fact.
    for name in ["t1", "t2/f", "t2/g", "t2/l"] {
        assert!(p.seen(&w, name).is_none_or(|seen| matches!(seen.found, Found::Missing(_))), "{name}");
    }
    assert_eq!(p.seen(&w, "t2").unwrap().found, Found::Missing(libc::ENOENT));
}

#[test]
fn changes_through_descriptors_are_told() {
    let p = place();
    p.write_old("f", "x");
    // utimensat and fchmod on a descriptor that is only open for reading.
    let w = p.run(&["/usr/bin/perl", "-e", "open F, '<f'; utime 1, 1, *F; chmod 0600, *F"]);
    assert_eq!(p.changes(&w), [("f".to_owned(), ChangeKind::Written)]);
}

#[test]
fn looking_before_making_is_a_fact() {
    let p = place();
    let w = p.sh("test -e t || echo new >t; rm t");
    assert_eq!(p.seen(&w, "t").unwrap().found, Found::Missing(libc::ENOENT));
    assert!(p.seen(&w, "t").unwrap().uses.has(Uses::STAT));
    assert_eq!(w.temporary, [p.path("t")]);
}

#[test]
fn what_is_left_changed_is_told() {
    let p = place();
    for name in ["written", "appended", "removed", "moved", "mode", "touched", "read", "over"] {
        p.write_old(name, "x");
    }
    std::fs::create_dir(p.root.join("dir")).unwrap();
    std::thread::sleep(Duration::from_millis(20));
    let w = p
        .sh("echo a >made; echo b >written; echo b >>appended; rm removed; mv moved to; chmod 600 mode; \
        touch touched; cat read; rmdir dir; mkdir dir2; ln -s x link; ln read hard; cp read over");
    use ChangeKind::{Attributes, Created, Removed, Written};
    let want = [
        ("appended", Written),
        ("dir", Removed),
        ("dir2", Created),
        ("hard", Created),
        ("link", Created),
        ("made", Created),
        ("mode", Attributes),
        ("moved", Removed),
        ("over", Written),
        ("read", Attributes),
        ("removed", Removed),
        ("to", Created),
        ("touched", Written),
        ("written", Written),
    ];
    assert_eq!(p.changes(&w), want.map(|(name, kind)| (name.to_owned(), kind)), "{w:?}");
    assert!(!w.is_quiet() && w.temporary.is_empty());
}

#[test]
fn a_file_opened_for_writing_and_left_alone_is_no_change() {
    let p = place();
    p.write("f", "x");
    std::thread::sleep(Duration::from_millis(2100));
    let w = p.sh(": >>f");
    assert_eq!(w.changes, []);
    assert!(p.seen(&w, "f").is_some());
    // Shortly after it was written that can't be told.
    p.write("f", "x");
    assert_eq!(p.changes(&p.sh(": >>f")), [("f".to_owned(), ChangeKind::Written)]);
}

#[test]
fn listing_gives_the_names_and_not_those_of_its_own_making() {
    let p = place();
    p.write("b.c", "");
    p.write("a.c", "");
    let w = p.sh("echo *.c");
    let dir = w.seen.iter().find(|seen| seen.path == p.dir.path()).unwrap();
    assert_eq!(dir.names, Some(vec!["a.c".into(), "b.c".into()]));
    assert!(dir.uses.has(Uses::LIST) && w.is_quiet());
    let w = p.sh("echo >t; echo *; rm t");
    assert_eq!(reasons(&w), [&Reason::ListedOwn(p.dir.path().into())]);
    let names = |w: &Watched| w.seen.iter().find(|seen| seen.path == p.dir.path()).unwrap().names.clone();
    assert_eq!(names(&w), Some(vec!["a.c".into(), "b.c".into()]));
    let w = p.sh("rm a.c; echo *; echo >a.c; echo >b.c; echo *");
    assert_eq!(names(&w), Some(vec!["a.c".into(), "b.c".into()]));
}

#[test]
fn devices_are_told_but_for_empty_ones() {
    let p = place();
    assert!(p.sh("cat /dev/null; echo x >/dev/null; echo y >/dev/stdout; echo z >/dev/fd/2").is_quiet());
    let w = p.sh(": </dev/ptmx");
    assert!(matches!(reasons(&w)[..], [Reason::Device(path)] if path.contains_str("ptmx")), "{w:?}");
    let w = p.run(&["/bin/bash", "-c", "echo x"]);
    assert!(w.is_quiet() && w.asked.contains(&Asked::Terminal), "{w:?}");
    let w = p.run(&["/bin/bash", "-c", "read x </dev/tty"]);
    assert_eq!(reasons(&w), [&Reason::Device("/dev/tty".into())]);
    let w = p.sh("head -c 3 /dev/urandom");
    assert!(w.is_quiet() && w.asked.contains(&Asked::Random));
    let w = p.sh("mkfifo f; (echo x >f &) ; cat f; rm f");
    assert_eq!(w.reasons.iter().filter(|r| matches!(r, Reason::Fifo(_))).count(), 0, "{w:?}");
    rustix_fifo(&p.root.join("old"));
    let w = p.sh("(echo x >old &); cat old");
    assert_eq!(reasons(&w), [&Reason::Fifo(p.path("old"))]);
}

fn rustix_fifo(path: &Path) {
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn what_is_spoken_to_is_told_and_a_missing_socket_is_only_missing() {
    let p = place();
    let perl = |code: &str| p.run(&["/usr/bin/perl", "-MSocket", "-e", code]);
    let w = perl("socket(S, PF_INET, SOCK_STREAM, 0); connect(S, sockaddr_in(1, inet_aton('127.0.0.1')))");
    assert!(w.reasons.contains(&Reason::Connected("127.0.0.1:1".into())), "{w:?}");
    let w = perl("socket(S, PF_UNIX, SOCK_STREAM, 0); connect(S, sockaddr_un('none'))");
    assert!(!w.reasons.iter().any(|r| matches!(r, Reason::Connected(_))), "{w:?}");
    assert_eq!(p.seen(&w, "none").unwrap().found, Found::Missing(libc::ENOENT));
    let _listener = std::os::unix::net::UnixListener::bind(p.root.join("socket")).unwrap();
    let w = perl("socket(S, PF_UNIX, SOCK_STREAM, 0); connect(S, sockaddr_un('socket'))");
    assert!(w.reasons.contains(&Reason::Connected("socket".into())), "{w:?}");
    let w =
        perl("socket(S, PF_INET, SOCK_DGRAM, 0); send(S, 'x', 0, sockaddr_in(9, inet_aton('127.0.0.1')))");
    assert!(w.reasons.contains(&Reason::Connected("127.0.0.1:9".into())), "{w:?}");
}

#[test]
fn what_the_kernel_makes_up_is_told() {
    let p = place();
    let w = p.sh("cat /proc/self/cmdline /proc/sys/kernel/ostype; ls /sys/kernel");
    assert!(w.reasons.contains(&Reason::Kernel("/proc/self/cmdline".into())));
    assert!(w.reasons.contains(&Reason::Kernel("/proc/sys/kernel/ostype".into())));
    assert!(w.reasons.contains(&Reason::Kernel("/sys/kernel".into())));
}

#[test]
fn signals_to_others_are_told_and_those_to_its_own_are_not() {
    let p = place();
    let w = p.sh("sleep 5 & kill $!; wait; kill -0 $$");
    assert!(w.is_quiet(), "{w:?}");
    let me = std::process::id() as i32;
    assert_eq!(reasons(&p.sh("kill -0 $PPID")), [&Reason::Signal(me)]);
    assert_eq!(reasons(&p.sh("kill -0 -1")), [&Reason::Signal(-1)]);
    assert_eq!(reasons(&p.sh("kill -0 0")), [&Reason::Signal(0)]);
}

#[test]
fn what_is_asked_of_the_system_is_told() {
    let p = place();
    assert!(p.sh("uname -r").asked.contains(&Asked::Uname));
    assert!(p.sh("nproc").asked.contains(&Asked::Processors));
    assert!(p.sh("df .").asked.contains(&Asked::Space));
    assert!(p.sh("echo x").asked.is_empty());
}

#[test]
fn standard_input_counts_when_it_is_read() {
    let p = place();
    p.write("f", "one\ntwo\n");
    let stdin = |script: &str| {
        let (read, write) = fd::pipe().unwrap();
        fd::write_all(&write, b"line\n").unwrap();
        drop(write);
        let none: [std::os::fd::OwnedFd; 0] = [];
        p.start_with(&["/bin/sh", "-c", script], &read, &none).unwrap().finish().unwrap()
    };
    for script in ["cat", "read x", "cat <&0", "exec 3<&0; head -1 <&3", "cat /dev/stdin", "{ cat; } <&0"] {
        assert_eq!(reasons(&stdin(script)), [&Reason::Stdin], "{script}");
    }
    for script in [
        "cat f",
        "while read x; do echo $x; done <f",
        "cat <f",
        "echo x | cat",
        "read x <f; { cat; } <f; cat </dev/null",
        "cat <<E\ntext\nE",
    ] {
        assert_eq!(reasons(&stdin(script)), [] as [&Reason; 0], "{script}");
    }
}

#[test]
fn a_descriptor_beyond_the_streams_counts_when_it_is_used() {
    use std::os::fd::AsRawFd;
    let p = place();
    let (read, write) = fd::pipe().unwrap();
    fd::write_all(&write, b"+").unwrap();
    let number = read.as_raw_fd();
    let null = p.host.open_read(&p.dir, b"/dev/null").unwrap();
    let run = |code: &str| {
        let code = code.replace('N', &number.to_string());
        p.start_with(&["/usr/bin/perl", "-MPOSIX", "-e", &code], &null, &[&read]).unwrap().finish().unwrap()
    };
    assert!(!run("1").reasons.contains(&Reason::Inherited(number)));
    assert!(run("POSIX::read(N, $x, 1)").reasons.contains(&Reason::Inherited(number)));
    assert!(run("POSIX::dup(N)").reasons.contains(&Reason::Inherited(number)));
    assert!(!run("POSIX::close(N)").reasons.contains(&Reason::Inherited(number)));
}

#[test]
fn a_lock_is_told() {
    let p = place();
    p.write("f", "");
    let w = p.run(&["/usr/bin/perl", "-e", "open F, '<f'; flock(F, 2)"]);
    assert!(w.reasons.contains(&Reason::Lock(p.path("f"))), "{w:?}");
}

#[test]
fn a_script_counts_with_its_interpreters() {
    let p = place();
    p.program("inner", "#! /bin/sh -e\necho inner >/dev/null\n");
    p.program("outer", &format!("#!{}\n:\n", p.path("inner")));
    let w = p.run(&["./outer", "x"]);
    assert_eq!(w.exit, Exit::Code(0));
    assert_eq!(names(&w), ["outer", "inner", "dash"]);
    assert_eq!(w.programs.iter().map(|program| program.script).collect::<Vec<_>>(), [true, true, false]);
    assert_eq!(w.programs[0].arguments, ["./outer", "x"]);
    assert!(p.seen(&w, "outer").unwrap().uses.has(Uses::EXECUTE));
}

#[test]
fn programs_of_other_kinds_and_with_rights_of_their_own_are_told() {
    use std::os::unix::fs::PermissionsExt;
    let p = place();
    p.program("elf32", "\x7fELF\x01\x01\x01");
    p.write("caller", "exec ./elf32");
    assert_eq!(reasons(&p.run(&["/bin/sh", "caller"])), [&Reason::Foreign(p.path("elf32"))]);
    std::fs::copy("/bin/true", p.root.join("suid")).unwrap();
    std::fs::set_permissions(p.root.join("suid"), std::fs::Permissions::from_mode(0o4755)).unwrap();
    assert_eq!(p.start(&["./suid"]).unwrap_err().kind(), io::ErrorKind::Unsupported);
    assert_eq!(reasons(&p.sh("./suid")), [&Reason::Privileged(p.path("suid"))]);
}

#[test]
fn a_program_that_starts_others_with_vfork_is_followed() {
    let p = place();
    p.write("f.c", "#include \"f.h\"\nint main(void) { return X; }\n");
    p.write("f.h", "#define X 0\n");
    let w = p.run(&["/usr/bin/gcc", "-c", "f.c", "-o", "/dev/null"]);
    assert_eq!(w.exit, Exit::Code(0), "{w:?}");
    assert!(names(&w).contains(&"cc1"), "{:?}", names(&w));
    assert!(p.seen(&w, "f.h").unwrap().uses.has(Uses::READ));
    assert!(w.changes.is_empty() && !w.temporary.is_empty(), "{w:?}");
}

#[test]
fn where_a_compiler_looks_because_of_its_environment_is_seen() {
    let p = place();
    std::fs::create_dir(p.root.join("inc")).unwrap();
    p.write("f.c", "#include <stdarg.h>\nint main(void) { return 0; }\n");
    let w = p.sh("CPATH=$PWD/inc COMPILER_PATH=$PWD/bin LIBRARY_PATH=$PWD/lib gcc f.c -o out && rm out");
    assert_eq!((w.exit, p.changes(&w)), (Exit::Code(0), vec![]), "{w:?}");
    let missing = |path: &BString| {
        let mut seen = w.seen.iter().filter(|seen| matches!(seen.found, Found::Missing(_)));
        seen.any(|seen| seen.path == *path)
    };
    // A header before the system's, the compiler's own programs, libraries, and what says what its options are.
    assert!(missing(&p.path("inc/stdarg.h")) && missing(&p.path("bin")) && missing(&p.path("lib")));
    assert!(w.seen.iter().any(|seen| seen.path.ends_with_str("/specs") && missing(&seen.path)));
    let read = |end: &str| w.seen.iter().any(|s| s.path.ends_with_str(end) && s.uses.has(Uses::READ));
    assert!(read("/include/stdarg.h") && read("/crtbeginS.o"), "{w:?}");
}

#[test]
fn the_end_of_the_program_is_told_as_it_was() {
    let p = place();
    for code in [0, 1, 127, 255] {
        assert_eq!(p.sh(&format!("exit {code}")).exit, Exit::Code(code));
    }
    for signal in [libc::SIGTERM, libc::SIGKILL, libc::SIGPIPE] {
        let exit = p.sh(&format!("kill -{signal} $$")).exit;
        assert_eq!(exit, Exit::Signal { signal, core: false });
    }
    // A signal it catches.
    assert_eq!(p.sh("trap 'exit 9' USR1; kill -USR1 $$; exit 1").exit, Exit::Code(9));
}

#[test]
fn errors_of_the_exec_come_back_with_their_number() {
    let p = place();
    p.write("notx", "");
    p.program("text", "exit 0\n");
    p.program("lost", "#!/no/such/interpreter\n");
    let errno = |argv: &[&str]| p.start(argv).unwrap_err().raw_os_error();
    assert_eq!(errno(&["./none"]), Some(libc::ENOENT));
    assert_eq!(errno(&["./notx"]), Some(libc::EACCES));
    assert_eq!(errno(&["."]), Some(libc::EACCES));
    assert_eq!(errno(&["./text"]), Some(libc::ENOEXEC));
    assert_eq!(errno(&["./lost"]), Some(libc::ENOENT));
    assert_eq!(errno(&["/bin/true", &"x".repeat(200_000)]), Some(libc::E2BIG));
    assert!(p.host.is_quiet());
}

#[test]
fn it_gets_its_directory_environment_streams_and_signals() {
    let p = place();
    let (read, write) = fd::pipe().unwrap();
    let mut env = Env::of_process();
    env.set("RKBUILD_TEST", b"\xff x".as_slice());
    let script = "pwd -P; echo \"$RKBUILD_TEST\"; echo err >&2; grep -E 'SigIgn|SigBlk' /proc/self/status";
    let argv = ["/bin/sh", "-c", script].map(BString::from);
    let null = p.host.open_read(&p.dir, b"/dev/null").unwrap();
    let spawn = Spawn {
        program: &argv[0],
        argv: &argv,
        env: &env,
        dir: &p.dir,
        stdin: null.as_fd(),
        stdout: write.as_fd(),
        stderr: write.as_fd(),
        inherit: &[],
    };
    let mut outputs = Vec::new();
    let watch = p.host.watch(&spawn).unwrap();
    let child = p.host.spawn(&spawn).unwrap();
    assert_eq!(watch.finish().unwrap().exit, Exit::Code(0));
    child.wait().unwrap();
    drop(write);
    fd::read_to_end(&read, &mut outputs).unwrap();
    let mut lines: Vec<_> = outputs.lines().map(BString::from).collect();
    lines.sort();
    // Both have printed the same.
    assert_eq!(lines.len(), 10, "{lines:?}");
    for two in lines.chunks(2) {
        assert_eq!(two[0], two[1]);
    }
    assert!(lines.contains(&"\u{fffd} x".into()) || outputs.contains_str(b"\xff x"));
}

#[test]
fn several_watches_and_unwatched_children_do_not_disturb_each_other() {
    let p = place();
    let script = "for i in 1 2 3 4 5; do x=$(echo $i | cat); test -e none$N; done; exit $N";
    std::thread::scope(|scope| {
        for n in 0..4 {
            let p = &p;
            scope.spawn(move || {
                for _ in 0..5 {
                    let w = p.sh(&script.replace("$N", &n.to_string()));
                    assert_eq!(w.exit, Exit::Code(n));
                    assert!(w.is_quiet(), "{w:?}");
                    for other in 0..4 {
                        assert_eq!(p.seen(&w, &format!("none{other}")).is_some(), other == n);
                    }
                }
            });
        }
        scope.spawn(|| {
            for n in 0..20 {
                let argv = ["/bin/sh", "-c", &format!("sleep 0.01; exit {n}")].map(BString::from);
                let null = p.host.open_read(&p.dir, b"/dev/null").unwrap();
                let spawn = Spawn {
                    program: &argv[0],
                    argv: &argv,
                    env: &Env::of_process(),
                    dir: &p.dir,
                    stdin: null.as_fd(),
                    stdout: null.as_fd(),
                    stderr: null.as_fd(),
                    inherit: &[],
                };
                assert_eq!(p.host.spawn(&spawn).unwrap().wait().unwrap(), Exit::Code(n));
            }
        });
    });
}

#[test]
fn a_stopped_program_stays_stopped_until_it_is_continued() {
    let p = place();
    let watch = p.start(&["/bin/sh", "-c", "sleep 0.3; exit 4"]).unwrap();
    let state = || {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", watch.child().pid())).unwrap();
        stat.rsplit(") ").next().unwrap().chars().next().unwrap()
    };
    watch.child().kill(libc::SIGSTOP).unwrap();
    wait_until(|| matches!(state(), 'T' | 't'));
    std::thread::sleep(Duration::from_millis(400));
    assert!(matches!(state(), 'T' | 't'), "{}", state());
    assert_eq!(watch.child().try_wait().unwrap(), None);
    watch.child().kill(libc::SIGCONT).unwrap();
    assert_eq!(watch.finish().unwrap().exit, Exit::Code(4));
}

fn wait_until(done: impl Fn() -> bool) {
    let begin = Instant::now();
    while !done() {
        assert!(begin.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn it_can_be_killed_and_leaves_nothing_behind() {
    let p = place();
    let watch = p.start(&["/bin/sleep", "60"]).unwrap();
    let pid = watch.child().pid();
    assert!(!p.host.is_quiet());
    assert_eq!(watch.child().wait_for(Duration::from_millis(20)).unwrap(), None);
    watch.child().kill(libc::SIGKILL).unwrap();
    assert_eq!(watch.finish().unwrap().exit, Exit::Signal { signal: libc::SIGKILL, core: false });
    assert!(p.host.is_quiet());
    assert!(!Path::new(&format!("/proc/{pid}")).exists());
}

#[test]
fn what_outlives_it_is_told_and_goes_on_working() {
    let p = place();
    let w = p.sh("(sleep 1; cat /dev/null; echo done >late) & exit 6");
    assert!(!p.root.join("late").exists());
    assert_eq!(w.exit, Exit::Code(6));
    assert!(w.reasons.contains(&Reason::Outlived));
    wait_until(|| std::fs::read(p.root.join("late")).is_ok_and(|text| text == b"done\n"));
}

#[test]
fn what_outlives_it_goes_on_when_we_have_ended() {
    let p = place();
    let me = std::env::current_exe().unwrap();
    let test = ["inner_outlived", "--exact", "--ignored", "--test-threads=1"];
    let output = std::process::Command::new(me).args(test).current_dir(&p.root).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(!p.root.join("late").exists());
    wait_until(|| std::fs::read(p.root.join("late")).is_ok_and(|text| text == b"done\n"));
}

/// Runs as a process of its own, from another test.
#[test]
#[ignore = "another test starts it"]
fn inner_outlived() {
    let (host, dir) = (Host::new(), Dir::current().unwrap());
    let script = "(sleep 1; cat /dev/null; sh -c 'test -e . && echo done >late') & exit 0";
    let argv = ["/bin/sh", "-c", script].map(BString::from);
    let null = host.open_write(&dir, b"/dev/null", rkbuild_host::OpenMode::Existing).unwrap();
    let spawn = Spawn {
        program: &argv[0],
        argv: &argv,
        env: &Env::of_process(),
        dir: &dir,
        stdin: null.as_fd(),
        stdout: null.as_fd(),
        stderr: null.as_fd(),
        inherit: &[],
    };
    let w = host.run_watched(&spawn).unwrap();
    assert!(w.reasons.contains(&Reason::Outlived));
    // Handing it over takes a moment: then another process traces it.
    wait_until(|| {
        let tracers = w.processes.iter().filter_map(|pid| {
            let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
            let line = status.lines().find(|line| line.starts_with("TracerPid:"))?;
            line.split_whitespace().nth(1)?.parse::<u32>().ok()
        });
        tracers.into_iter().any(|pid| pid != 0 && !Path::new(&format!("/proc/self/task/{pid}")).exists())
    });
}

#[test]
fn where_tracing_is_not_allowed_nothing_has_run() {
    let p = place();
    // A program that is watched can't watch another.
    let me = std::env::current_exe().unwrap();
    let w = p.run(&[me.to_str().unwrap(), "inner_watch", "--exact", "--ignored", "--test-threads=1"]);
    assert_eq!(w.exit, Exit::Code(0), "{w:?}");
    assert!(!p.root.join("ran").exists());
}

/// Runs under watch, from another test.
#[test]
#[ignore = "another test starts it"]
fn inner_watch() {
    let (host, dir) = (Host::new(), Dir::current().unwrap());
    let argv = ["/bin/sh", "-c", "echo >ran"].map(BString::from);
    let null = host.open_read(&dir, b"/dev/null").unwrap();
    let spawn = Spawn {
        program: &argv[0],
        argv: &argv,
        env: &Env::of_process(),
        dir: &dir,
        stdin: null.as_fd(),
        stdout: null.as_fd(),
        stderr: null.as_fd(),
        inherit: &[],
    };
    assert_eq!(host.watch(&spawn).unwrap_err().kind(), io::ErrorKind::Unsupported);
    assert!(host.is_quiet());
}

#[test]
fn threads_are_followed() {
    let p = place();
    let me = std::env::current_exe().unwrap();
    let w = p.run(&[me.to_str().unwrap(), "inner_threads", "--exact", "--ignored"]);
    assert_eq!(w.exit, Exit::Code(0), "{w:?}");
    for i in 0..4 {
        assert_eq!(p.seen(&w, &format!("thread{i}")).unwrap().found, Found::Missing(libc::ENOENT));
    }
}

/// Runs under watch, from another test.
#[test]
#[ignore = "another test starts it"]
fn inner_threads() {
    let threads: Vec<_> = (0..4)
        .map(|i| std::thread::spawn(move || std::fs::read(format!("thread{i}")).unwrap_err()))
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let status = std::process::Command::new("/bin/true").status().unwrap();
    assert!(status.success());
}
