//! What a process inherits and how it ends: each case runs this program again, under a shell that prepares it.

use std::ffi::OsString;
use std::os::fd::AsFd;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output};

use rkbuild_host::{Dir, Env, Host, Spawn, Stdio, errors, fd, signals};

/// Starts `script` as a session would, with the streams of the process.
fn child(host: &std::sync::Arc<Host>, stdio: &Stdio, script: &str) -> i32 {
    let argv = ["sh".into(), "-c".into(), script.into()];
    let child = host
        .spawn(&Spawn {
            program: b"/bin/sh",
            argv: &argv,
            env: &Env::of_process(),
            dir: &Dir::current().unwrap(),
            stdin: stdio.stdin.as_fd(),
            stdout: stdio.stdout.as_fd(),
            stderr: stdio.stderr.as_fd(),
            inherit: &[],
        })
        .unwrap();
    child.wait().unwrap().shell_status()
}

/// The program under test: does what its argument names.
fn act(what: &str) {
    let host = Host::new();
    let stdio = Stdio::of_process().unwrap();
    match what {
        "write" => {
            if let Err(e) = stdio.write_out(b"hello\n") {
                stdio.write_err(errors::describe(&e).as_bytes()).unwrap();
            }
        }
        "child-write" => std::process::exit(child(&host, &stdio, "echo hello")),
        "child-read" => std::process::exit(child(&host, &stdio, "read line; echo got $line")),
        "child-signals" => {
            signals::install().unwrap();
            std::process::exit(child(&host, &stdio, "grep -E 'SigIgn|SigBlk' /proc/self/status"));
        }
        "die" => signals::die_of(15),
        "wait-for-signal" => {
            signals::install().unwrap();
            stdio.write_out(b"ready\n").unwrap();
            child(&host, &stdio, "kill -HUP $PPID; sleep 0.1; kill -TERM $PPID");
            let wake = signals::fd().unwrap();
            rkbuild_host::poll::wait_one(wake, rkbuild_host::poll::Ready::Read, None).unwrap();
            signals::die_of(signals::pending().unwrap());
        }
        "take" => {
            let taken = fd::take_inherited(7);
            let text = match &taken {
                Ok(fd) => format!("took 7, token {:?}\n", fd::try_read_byte(fd).unwrap()),
                Err(e) => errors::describe(e),
            };
            stdio.write_out(text.as_bytes()).unwrap();
            assert!(fd::take_inherited(7).is_err());
            child(&host, &stdio, "test -e /proc/self/fd/7 && echo open || echo closed");
        }
        other => panic!("no such act: {other}"),
    }
}

/// Runs `act(what)` under a shell: `$ME` in the script is this program.
fn run(script: &str) -> Output {
    let me: OsString = std::env::current_exe().unwrap().into();
    Command::new("/bin/bash").args(["-c", script]).env("ME", me).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn streams_that_were_closed_at_the_start_are_closed_for_us_and_for_children() {
    assert_eq!(stdout(&run("$ME write")), "hello\n");
    assert_eq!(stderr(&run("$ME write >&-")), "Bad file descriptor");
    assert_eq!(stderr(&run("$ME write >/dev/full")), "No space left on device");
    let out = run("$ME child-write >&-");
    assert!(stderr(&out).contains("Bad file descriptor") || stderr(&out).contains("I/O error"), "{out:?}");
    assert_ne!(out.status.code(), Some(0));
    assert_eq!(stdout(&run("echo line | $ME child-read")), "got line\n");
    assert_eq!(stdout(&run("$ME child-read <&-")), "got\n");
    assert_eq!(run("$ME child-write 2>&-").status.code(), Some(0));
}

fn children_get_the_signal_dispositions_we_got() {
    let with_pipe = |script: &str| {
        let out = stdout(&run(script));
        let line = |name: &str| {
            let text = out.lines().find_map(|l| l.strip_prefix(name)).unwrap_or_default().trim();
            u64::from_str_radix(text, 16).unwrap()
        };
        // The C library's own two signals do not count.
        (line("SigIgn:") & 0x7fff_ffff, line("SigBlk:"))
    };
    assert_eq!(with_pipe("trap - PIPE HUP; $ME child-signals"), (0, 0));
    assert_eq!(with_pipe("trap '' PIPE HUP; $ME child-signals"), (0x1001, 0));
}

fn a_process_dies_of_the_signal_it_caught_and_not_of_one_that_was_ignored() {
    assert_eq!(run("exec $ME die").status.signal(), Some(15));
    assert_eq!(run("exec $ME wait-for-signal").status.signal(), Some(1));
    assert_eq!(run("trap '' HUP; exec $ME wait-for-signal").status.signal(), Some(15));
}

fn a_descriptor_passed_down_can_be_taken_and_is_then_kept_from_children() {
    assert_eq!(stdout(&run("exec 7< <(echo x); $ME take")), "took 7, token Some(120)\nclosed\n");
    assert_eq!(stdout(&run("$ME take")), "Bad file descriptorclosed\n");
    assert_eq!(
        stdout(&run("ulimit -n 20; exec 7< <(echo x); $ME take")),
        "took 7, token Some(120)\nclosed\n"
    );
}

fn children_can_be_waited_for_where_sigchld_was_ignored() {
    let out = run("perl -e '$SIG{CHLD} = \"IGNORE\"; exec @ARGV' $ME child-write");
    assert_eq!((stdout(&out).as_str(), out.status.code()), ("hello\n", Some(0)), "{out:?}");
}

fn main() {
    let argument = std::env::args().nth(1);
    if let Some(what) = argument.filter(|what| !what.starts_with('-') && std::env::var_os("ME").is_some()) {
        return act(&what);
    }
    let tests: [(&str, fn()); 5] = [
        (
            "streams_that_were_closed_at_the_start_are_closed_for_us_and_for_children",
            streams_that_were_closed_at_the_start_are_closed_for_us_and_for_children,
        ),
        ("children_get_the_signal_dispositions_we_got", children_get_the_signal_dispositions_we_got),
        (
            "a_process_dies_of_the_signal_it_caught_and_not_of_one_that_was_ignored",
            a_process_dies_of_the_signal_it_caught_and_not_of_one_that_was_ignored,
        ),
        (
            "a_descriptor_passed_down_can_be_taken_and_is_then_kept_from_children",
            a_descriptor_passed_down_can_be_taken_and_is_then_kept_from_children,
        ),
        (
            "children_can_be_waited_for_where_sigchld_was_ignored",
            children_can_be_waited_for_where_sigchld_was_ignored,
        ),
    ];
    for (name, test) in tests {
        test();
        println!("test {name} ... ok");
    }
}
