//! What the build sees of a running script, and what it can do to it.

use std::fs::File;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bstr::{BString, ByteSlice};
use rkbuild_host::{Child, Dir, Env, Exit, Host, Stdio};
use rkbuild_shell::{Dialect, Invocation, Programs, Shell};

/// Takes commands called `mine`, and notes all that it is offered and told.
#[derive(Default)]
struct Build {
    offered: Mutex<Vec<String>>,
    started: AtomicUsize,
    finished: AtomicUsize,
    /// The signal that is said to have come once a child has ended.
    signal: AtomicI32,
}

impl Programs for Build {
    fn offer(&self, command: &Invocation<'_>) -> Option<Exit> {
        let words: Vec<String> = command.argv.iter().map(|w| w.to_string()).collect();
        let value = command.env.get(b"V").map_or("unset".into(), |v| v.to_string());
        let dir = command.dir.path().rsplit_str("/").next().unwrap_or_default().as_bstr().to_string();
        self.offered.lock().unwrap().push(format!("{dir}: V={value} {}", words.join(" ")));
        if words[0] != "mine" {
            return None;
        }
        match words.get(1).map(String::as_str) {
            // By a descriptor, as a sub-make would.
            Some("0") => command.stdio().unwrap().write_out(b"from mine\n").unwrap(),
            _ => command.write_out(b"from mine\n").unwrap(),
        }
        Some(match words.get(1).map(String::as_str) {
            Some("killed") => Exit::Signal { signal: 9, core: false },
            Some(code) => Exit::Code(code.parse().unwrap()),
            None => Exit::Code(0),
        })
    }

    fn started(&self, child: &Arc<Child>) {
        self.started.fetch_add(1, Ordering::SeqCst);
        if self.signal.load(Ordering::SeqCst) != 0 {
            child.kill(15).unwrap();
        }
    }

    fn finished(&self, _: &Arc<Child>) {
        self.finished.fetch_add(1, Ordering::SeqCst);
    }

    fn interrupted(&self) -> Option<i32> {
        let ended = self.finished.load(Ordering::SeqCst) > 0;
        Some(self.signal.load(Ordering::SeqCst)).filter(|signal| *signal != 0 && ended)
    }
}

struct Ran {
    exit: Exit,
    stdout: String,
    stderr: String,
    work: tempfile::TempDir,
}

impl Ran {
    fn exists(&self, name: &str) -> bool {
        self.work.path().join(name).exists()
    }
}

fn run(build: &Build, script: &str) -> Ran {
    run_with(build, script, Dialect::Dash, &[], &[])
}

fn run_with(
    build: &Build,
    script: &str,
    dialect: Dialect,
    env: &[(&str, &str)],
    inherit: &[Arc<OwnedFd>],
) -> Ran {
    let work = tempfile::tempdir().unwrap();
    let host = Host::new();
    let files = tempfile::tempdir().unwrap();
    let stream = |name: &str| Arc::new(OwnedFd::from(File::create(files.path().join(name)).unwrap()));
    let mut variables: Env = [("PATH", "/usr/bin:/bin")].into_iter().collect();
    for (name, value) in env {
        variables.set(*name, *value);
    }
    let shell = Shell {
        host: &host,
        dir: Dir::current().unwrap().open(work.path().as_os_str().as_bytes()).unwrap(),
        env: variables,
        stdio: Stdio {
            stdin: Arc::new(File::open("/dev/null").unwrap().into()),
            stdout: stream("out"),
            stderr: stream("err"),
        },
        programs: build,
        name: if dialect == Dialect::Bash { "/bin/bash".into() } else { BString::from("/bin/sh") },
        errexit: false,
        inherit,
        dialect,
    };
    let script = rkbuild_shell::parse(script.as_bytes()).expect("accepted");
    let exit = shell.run(&script);
    let text = |name: &str| std::fs::read_to_string(files.path().join(name)).unwrap();
    Ran { exit, stdout: text("out"), stderr: text("err"), work }
}

#[test]
fn every_external_command_is_offered_with_its_words_directory_and_environment() {
    let build = Build::default();
    let ran = run(
        &build,
        "mkdir sub; V=1 mine; export V=2; cd sub && mine 3 'a b' $?; echo $?; (V=4 mine); x=$(mine 0) || :; echo \"<$x>\"; \
         mine 0 | cat; if mine 0 > out; then cat out; fi; unset V; exec mine 7",
    );
    assert_eq!(ran.exit, Exit::Code(7));
    let expected = "from mine\nfrom mine\n3\nfrom mine\n<from mine>\nfrom mine\nfrom mine\nfrom mine\n";
    assert_eq!(ran.stdout, expected);
    let mut offered = build.offered.lock().unwrap().clone();
    offered.retain(|o| o.contains("mine"));
    let dir = ran.work.path().file_name().unwrap().to_str().unwrap();
    assert_eq!(offered[0], format!("{dir}: V=1 mine"));
    assert_eq!(offered[1], "sub: V=2 mine 3 a b 0");
    assert_eq!(offered[2], "sub: V=4 mine");
    assert_eq!(offered.last().unwrap(), "sub: V=unset mine 7");
}

/// Notes the contents of the file `t` when a command is offered.
struct Watcher {
    file: std::path::PathBuf,
    seen: Mutex<Vec<String>>,
}

impl Programs for Watcher {
    fn offer(&self, _: &Invocation<'_>) -> Option<Exit> {
        self.seen.lock().unwrap().push(std::fs::read_to_string(&self.file).unwrap());
        None
    }
}

#[test]
fn a_file_is_not_emptied_before_somebody_is_there_to_fill_it() {
    let work = tempfile::tempdir().unwrap();
    for script in ["cat in > t", "sort in > t", "nope | cat in > t", "{ cat in; } > t", "sort in 2>&1 >t"] {
        std::fs::write(work.path().join("in"), "new\n").unwrap();
        std::fs::write(work.path().join("t"), "old\n").unwrap();
        let watcher = Watcher { file: work.path().join("t"), seen: Mutex::default() };
        let host = Host::new();
        let stream = || Arc::new(OwnedFd::from(File::create("/dev/null").unwrap()));
        let shell = Shell {
            host: &host,
            dir: Dir::current().unwrap().open(work.path().as_os_str().as_bytes()).unwrap(),
            env: [("PATH", "/usr/bin:/bin")].into_iter().collect(),
            stdio: Stdio {
                stdin: Arc::new(File::open("/dev/null").unwrap().into()),
                stdout: stream(),
                stderr: stream(),
            },
            programs: &watcher,
            name: BString::from("/bin/sh"),
            errexit: false,
            inherit: &[],
            dialect: Dialect::Dash,
        };
        shell.run(&rkbuild_shell::parse(script.as_bytes()).unwrap());
        assert!(watcher.seen.lock().unwrap().iter().all(|seen| seen == "old\n"), "{script}");
        assert_eq!(std::fs::read_to_string(&watcher.file).unwrap(), "new\n", "{script}");
    }
}

#[test]
fn what_an_offered_command_came_to_is_as_a_childs() {
    let build = Build::default();
    let ran = run(&build, "mine killed; echo $?; mine 4 || echo $?; set -e; mine 5; echo no");
    assert_eq!(ran.exit, Exit::Code(5));
    assert_eq!(ran.stdout, "from mine\n137\nfrom mine\n4\nfrom mine\n");
    assert_eq!(ran.stderr, "Killed\n");
}

#[test]
fn children_are_told_of_before_and_after() {
    let build = Build::default();
    run(&build, "sh -c :; x=$(sh -c :); sh -c : | sh -c :; test ' 1' -eq 1");
    assert_eq!(build.started.load(Ordering::SeqCst), 5);
    assert_eq!(build.finished.load(Ordering::SeqCst), 5);
}

const TRAPS: &str = "trap 'rm -f target; trap - TERM; kill -s TERM $$' TERM; trap 'rm -f target; trap - INT; kill -s INT $$' INT; ";

#[test]
fn a_signal_runs_kbuilds_trap_and_is_what_the_shell_dies_of() {
    let build = Build { signal: AtomicI32::new(15), ..Build::default() };
    let ran =
        run(&build, &format!("set -e; {TRAPS} echo half > target; echo whole > other; sleep 60; echo no"));
    assert_eq!(ran.exit, Exit::Signal { signal: 15, core: false });
    assert!(!ran.exists("target") && ran.exists("other"));
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""));
}

#[test]
fn a_signal_ends_a_script_without_a_trap_for_it_and_everything_it_is_inside_of() {
    for script in [
        "echo half > target; sleep 60; echo no",
        "trap 'rm -f target; trap - INT; kill -s INT $$' INT; echo half > target; sleep 60; echo no",
        "echo half > target; (sleep 60; echo no) || echo no; echo no",
        "echo half > target; x=$(sleep 60; echo no >&2); echo no",
        "echo half > target; for i in 1 2; do if sleep 60; then echo no; else echo no; fi; done; echo no",
        "echo half > target; sleep 60 | cat; echo no",
        "echo half > target; trap 'echo no' EXIT; sleep 60",
    ] {
        let build = Build { signal: AtomicI32::new(15), ..Build::default() };
        let ran = run(&build, script);
        assert_eq!(ran.exit, Exit::Signal { signal: 15, core: false }, "{script}");
        assert!(ran.exists("target"), "{script}");
        assert_eq!(ran.stdout, "", "{script}");
    }
}

#[test]
fn the_process_id_is_unique_and_that_of_something_that_can_be_killed() {
    let build = Build::default();
    let script = "echo $$ $(echo $$) $(kill -0 $$ 2>&1 || :)"
        .replace("$(kill -0 $$ 2>&1 || :)", "$(sh -c \"kill -0 $$ && echo alive\")");
    let ids: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| run(&build, &script).stdout)).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    let mut seen = std::collections::BTreeSet::new();
    for line in &ids {
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!((words[0], words[2]), (words[1], "alive"));
        assert!(seen.insert(words[0].to_owned()), "{ids:?}");
    }
}

#[test]
fn large_output_passes_through_substitutions_and_pipelines() {
    let build = Build::default();
    let ran = run(
        &build,
        "x=$(i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo 0123456789012345678901234567890123456789; done; sh -c :); \
         echo ${#x}; seq 1 50000 > big; y=$(cat big); echo ${#y}; cat big big | wc -l; echo \"$y\" | tail -n 1",
    );
    assert_eq!(ran.stdout, "122999\n288893\n100000\n50000\n");
}

#[test]
fn descriptors_of_a_jobserver_reach_children_only_when_given() {
    let build = Build::default();
    let fd: OwnedFd = File::open("/dev/null").unwrap().into();
    let number = fd.as_raw_fd();
    let script = format!("sh -c 'test -e /proc/\"\"self/fd/{number} && echo open || echo closed'");
    assert_eq!(run_with(&build, &script, Dialect::Dash, &[], &[]).stdout, "closed\n");
    assert_eq!(run_with(&build, &script, Dialect::Dash, &[], &[Arc::new(fd)]).stdout, "open\n");
}

#[test]
fn bash_and_unusual_environments_get_the_whole_script() {
    let build = Build::default();
    let ran = run_with(&build, "echo 'a\\tb'; mine", Dialect::Bash, &[], &[]);
    assert_eq!((ran.exit, ran.stdout.as_str()), (Exit::Code(127), "a\\tb\n"));
    assert!(ran.stderr.contains("mine: command not found"), "{}", ran.stderr);
    let ran = run_with(&build, "cd bin && pwd", Dialect::Dash, &[("CDPATH", "/usr")], &[]);
    assert_eq!(ran.stdout, "/usr/bin\n/usr/bin\n");
    assert!(build.offered.lock().unwrap().is_empty());
}

#[test]
fn one_literal_command_can_be_started_without_a_shell() {
    let literal = |script: &str| {
        rkbuild_shell::parse(script.as_bytes()).unwrap().simple().map(|l| {
            let words: Vec<String> = l.argv.iter().map(|w| w.to_string()).collect();
            (l.assignments.len(), l.redirects.len(), words.join("|"))
        })
    };
    assert_eq!(
        literal("gcc -c 'a b.c' -DX=\\\"y\\\" # comment"),
        Some((0, 0, "gcc|-c|a b.c|-DX=\"y\"".into()))
    );
    assert_eq!(literal("A=1 B='2 3' cc x >out 2>&1"), Some((2, 2, "cc|x".into())));
    for script in
        ["echo a", "gcc $x", "gcc *.c", "a; b", "a | b", "(a)", "A=1", "A=$x cc", "cc >$x", "", "cd x"]
    {
        assert_eq!(literal(script), None, "{script}");
    }
}

#[test]
fn the_deepest_script_that_is_accepted_runs_on_a_small_stack() {
    let nested = |depth: usize| {
        let mut script = BString::from("echo deep");
        for level in 0..depth {
            script = match level % 5 {
                0 => format!("({script})"),
                1 => format!("if true; then {script}; fi"),
                2 => format!("echo \"$({script})\""),
                3 => format!("for i in 1; do {script}; done"),
                _ => format!("{{ {script}; }} 2>&1"),
            }
            .into();
        }
        script
    };
    let deepest = (1..100).rev().find(|depth| rkbuild_shell::parse(&nested(*depth)).is_some()).unwrap();
    assert!(deepest > 30);
    let thread = std::thread::Builder::new().stack_size(1 << 20);
    let ran =
        thread.spawn(move || run(&Build::default(), &nested(deepest).to_string())).unwrap().join().unwrap();
    assert_eq!(ran.stdout, "deep\n");
}
