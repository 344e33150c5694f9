//! What stands between commands and the pipe that a build prints to, a relay or a watch: nobody else can tell that it is there.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Without recall commands print to the relay, with it those to the watch that may be remembered.
const RECALLS: [&str; 2] = ["off", "on"];

struct Tree {
    keep: TempDir,
    recall: &'static str,
}

impl Tree {
    /// Without recall: what a command prints that is watched is kept already.
    fn new(makefile: &str) -> Tree {
        Tree::with_recall("off", makefile)
    }

    fn with_recall(recall: &'static str, makefile: &str) -> Tree {
        let tree = Tree { keep: tempfile::tempdir().unwrap(), recall };
        fs::create_dir(tree.path("cache")).unwrap();
        fs::write(tree.path("Makefile"), makefile).unwrap();
        tree
    }

    fn path(&self, name: &str) -> PathBuf {
        self.keep.path().join(name)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.keep.path()).env_clear().env("PATH", "/usr/bin:/bin");
        command.env("XDG_CACHE_HOME", self.path("cache")).env("RKBUILD", env!("CARGO_BIN_EXE_rkbuild"));
        command.env("RKBUILD_RECALL", self.recall);
        command
    }

    /// What a shell script prints that runs `$RKBUILD`.
    fn script(&self, script: &str) -> String {
        let out = self.command("sh").args(["-c", script]).output().unwrap();
        String::from_utf8(out.stdout).unwrap()
    }

    /// A build that prints to one pipe, as shell scripts start it.
    fn start(&self, script: &str) -> (Child, BufReader<std::io::PipeReader>) {
        let (reader, writer) = std::io::pipe().unwrap();
        let again: OwnedFd = writer.try_clone().unwrap().into();
        let child = self
            .command("sh")
            .args(["-c", script])
            .stdout(Stdio::from(again))
            .stderr(Stdio::from(OwnedFd::from(writer)))
            .spawn()
            .unwrap();
        (child, BufReader::new(reader))
    }

    fn first_errors(&self) -> String {
        let last = self.script("\"$RKBUILD\" --last");
        let errors = last.lines().filter(|line| line.contains(": error: "));
        errors.filter(|line| !line.contains("sh -c")).map(|line| format!("{}\n", line.trim())).collect()
    }
}

fn line(reader: &mut impl BufRead) -> String {
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    line
}

/// The relays of a build.
fn relays_of(child: &Child) -> Vec<u32> {
    let of_parent = |pid: u32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let after = stat.rsplit(')').next().unwrap_or_default().to_owned();
        stat.contains("(rkbuild-relay)")
            && after.split_whitespace().nth(1).is_some_and(|parent| parent == child.id().to_string())
    };
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_string_lossy().parse().ok());
    pids.filter(|pid| of_parent(*pid)).collect()
}

#[test]
fn the_first_error_of_each_command_is_known_where_both_streams_are_a_pipe_and_where_errors_alone_are() {
    for recall in RECALLS {
        let tree = Tree::with_recall(
            recall,
            "all: b.x a.x\n%.x: ; @echo $*.c:$(words $*):1: error: here >&2; echo $*; sleep 0.1; exit 1\n",
        );
        for script in [
            "\"$RKBUILD\" -k -j2 2>&1 | cat",
            "\"$RKBUILD\" -k 2>&1 >/dev/null | cat",
            "(\"$RKBUILD\" -k | cat >/dev/null) 2>&1 | cat",
        ] {
            let out = tree.script(script);
            assert!(out.contains("a.c:1:1: error: here\n"), "{out}");
            assert_eq!(tree.first_errors(), "b.c:1:1: error: here\na.c:1:1: error: here\n", "{script}");
        }
    }
}

#[test]
fn an_error_that_another_command_printed_before_is_not_taken_for_its_own() {
    let tree = Tree::new(
        "all:\n\t-@echo first.c:1: error: one >&2; false\n\t-@false\n\t@echo last.c:1: error: two >&2; false\n",
    );
    tree.script("\"$RKBUILD\" 2>&1 | cat");
    assert_eq!(tree.first_errors(), "first.c:1: error: one\nlast.c:1: error: two\n");
}

/// More than is remembered, so that what is remembered begins again at its beginning in between.
#[test]
fn an_error_is_found_after_much_else_was_printed() {
    for recall in RECALLS {
        let tree =
            Tree::with_recall(recall, "all:\n\t@seq 400000\n\t@echo 1.c:1: error: here >&2; false\n\t\n");
        let count = tree.script("\"$RKBUILD\" 2>&1 | wc -l");
        assert_eq!(count.trim(), "400002");
        assert_eq!(tree.first_errors(), "1.c:1: error: here\n");
    }
}

#[test]
fn an_error_is_found_while_the_reader_has_not_taken_what_was_printed_before() {
    for recall in RECALLS {
        // More than the reader's pipe and the relay hold, and less than is held with the relay's own pipe.
        let makefile =
            "all:\n\t@head -c 140000 /dev/zero | tr '\\0' 'x'\n\t@echo 1.c:1: error: here >&2; false\n";
        let tree = Tree::with_recall(recall, makefile);
        let count = tree.script("\"$RKBUILD\" 2>&1 | (sleep 2; wc -c)");
        assert!(count.trim().parse::<u64>().unwrap() > 140_000, "{count}");
        assert_eq!(tree.first_errors(), "1.c:1: error: here\n");
    }
}

#[test]
fn all_that_is_printed_is_in_its_order() {
    for recall in RECALLS {
        let makefile = "\
all: $(foreach n,$(shell seq 50),t$n)
t%:
\t@echo out $*
\t@echo err $* >&2
\t@sh -c 'echo program $*; echo its error >&2'
\t$(info make $*)
\t@env printf '%s' 'no end' >&2
";
        let tree = Tree::with_recall(recall, makefile);
        let piped = tree.script("\"$RKBUILD\" 2>&1 | cat");
        let in_a_file = tree.script("\"$RKBUILD\" > log 2>&1; cat log");
        assert_eq!(piped, in_a_file);
        assert!(piped.lines().count() > 200, "{piped}");
    }
}

/// It knows nothing of the pipe's other name, under which more could be printed than through it.
#[test]
fn what_goes_into_the_pipe_by_another_descriptor_is_in_its_order_too() {
    let tree = Tree::new("all:\n\t@for n in $$(seq 300); do echo a; echo b >&3; echo c >&2; done\n");
    let out = tree.script("(\"$RKBUILD\" 3>&1) 2>&1 | cat");
    assert!(out == "a\nb\nc\n".repeat(300), "out of order");
}

/// Where several write into one pipe, what each writes at once stays together.
#[test]
fn lines_stay_whole_and_a_slow_reader_gets_all_of_them() {
    for recall in RECALLS {
        let makefile = "\
all: a b c
a b c: ; @for n in $$(seq 100); do printf '%03900d\\n' $$n >&2; done
";
        let tree = Tree::with_recall(recall, makefile);
        let (mut child, mut reader) = tree.start("\"$RKBUILD\" -j3 & \"$RKBUILD\" -j3; wait");
        std::thread::sleep(Duration::from_millis(300));
        let mut lines = 0;
        loop {
            let line = line(&mut reader);
            if line.is_empty() {
                break;
            }
            assert!(line.len() == 3901, "a line of {}", line.len());
            lines += 1;
            if lines % 100 == 0 {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        assert_eq!(lines, 600);
        assert!(child.wait().unwrap().success());
    }
}

#[test]
fn a_build_is_over_when_its_commands_are_and_what_is_left_behind_prints_later() {
    for recall in RECALLS {
        let tree =
            Tree::with_recall(recall, "all:\n\t@(sleep 1; echo late >&2) &\n\t@sh -c 'echo now >&2'\n");
        let (mut child, mut reader) = tree.start("exec \"$RKBUILD\"");
        let began = Instant::now();
        assert!(child.wait().unwrap().success());
        assert!(began.elapsed() < Duration::from_millis(900));
        assert_eq!(line(&mut reader), "now\n");
        assert_eq!(line(&mut reader), "late\n");
        assert_eq!(line(&mut reader), "", "the end comes when the last writer is gone");
        assert!(began.elapsed() >= Duration::from_secs(1));
    }
}

#[test]
fn what_is_left_behind_goes_on_when_it_prints_nothing_and_into_files() {
    for recall in RECALLS {
        let tree = Tree::with_recall(
            recall,
            "all:\n\t@(exec >/dev/null 2>&1; sleep 0.5; echo >silent) & sh -c :\n\t@(sleep 0.5; echo late) &\n",
        );
        let began = Instant::now();
        let status = tree.command("sh").args(["-c", "exec \"$RKBUILD\" > log 2>&1"]).status().unwrap();
        assert!(status.success() && began.elapsed() < Duration::from_millis(450), "{recall}");
        std::thread::sleep(Duration::from_millis(1000));
        assert!(tree.path("silent").exists(), "{recall}");
        assert_eq!(fs::read_to_string(tree.path("log")).unwrap(), "late\n", "{recall}");
    }
}

/// A build that waited until it had nothing more to pass on would never end where the reader is slow.
#[test]
fn what_is_left_behind_may_print_without_end() {
    for recall in RECALLS {
        let tree = Tree::with_recall(recall, "all: ; @yes & sh -c :\n");
        let (mut child, mut reader) = tree.start("exec \"$RKBUILD\"");
        let began = Instant::now();
        let read = std::thread::spawn(move || {
            while began.elapsed() < Duration::from_secs(3) {
                reader.read_exact(&mut [0; 4096]).unwrap();
                std::thread::sleep(Duration::from_millis(1));
            }
        });
        assert!(child.wait().unwrap().success());
        assert!(began.elapsed() < Duration::from_secs(2), "{recall}: {:?}", began.elapsed());
        read.join().unwrap();
    }
}

#[test]
fn all_is_printed_before_the_build_is_over() {
    for recall in RECALLS {
        let tree = Tree::with_recall(recall, "all: ; @seq 1000; sh -c 'seq 1001 2000 >&2'; false\n");
        for _ in 0..20 {
            let out = tree.script("(\"$RKBUILD\" --no-print-directory; echo over) 2>&1 | tail -n 2");
            assert_eq!(out, "rkbuild: *** [Makefile:1: all] Error 1\nover\n");
        }
    }
}

#[test]
fn a_build_that_is_killed_leaves_no_command_without_a_pipe() {
    let tree = Tree::new("all: ; @echo begun >&2; sleep 0.5; echo done >&2; sh -c 'echo more >&2'\n");
    let (mut child, mut reader) = tree.start("exec \"$RKBUILD\" --no-native");
    assert_eq!(line(&mut reader), "begun\n");
    assert_eq!(relays_of(&child).len(), 1);
    child.kill().unwrap();
    child.wait().unwrap();
    let mut rest = String::new();
    reader.read_to_string(&mut rest).unwrap();
    assert!(["done\nmore\n", ""].contains(&rest.as_str()), "{rest}");
}

#[test]
fn writers_are_told_when_the_reader_goes_away() {
    for recall in RECALLS {
        let tree = Tree::with_recall(recall, "all: ; @yes >&2; echo $$? > status\n");
        let (mut child, mut reader) = tree.start("exec \"$RKBUILD\" 2>&1");
        assert_eq!(line(&mut reader), "y\n");
        drop(reader);
        let began = Instant::now();
        child.wait().unwrap();
        assert!(began.elapsed() < Duration::from_secs(20));
    }
}

#[test]
fn a_signal_to_all_of_a_build_ends_it_with_its_last_words() {
    for recall in RECALLS {
        let tree =
            Tree::with_recall(recall, "all: ; @sh -c 'echo $$$$ > pid; echo begun >&2; exec sleep 100'\n");
        let (mut child, mut reader) = tree.start("exec setsid \"$RKBUILD\"");
        assert_eq!(line(&mut reader), "begun\n");
        let group = format!("-{}", child.id());
        assert!(Command::new("kill").args(["-INT", "--", &group]).status().unwrap().success());
        let mut rest = String::new();
        reader.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "rkbuild: *** [Makefile:1: all] Interrupt\n");
        assert!(!child.wait().unwrap().success());
    }
}

/// A lock, or a pipe of somebody else's, is held by the commands and the build alone.
#[test]
fn descriptors_of_others_are_not_kept() {
    for recall in RECALLS {
        let tree = Tree::with_recall(recall, "all: ; @(exec 3>&-; sleep 1; echo late >&2) & sh -c :\n");
        let script = "(\"$RKBUILD\" 3>&1 >&2) 2>err.fifo | cat; echo closed";
        let began = Instant::now();
        let out = tree.script(&format!("mkfifo err.fifo; cat err.fifo > err 2>/dev/null & {script}"));
        assert_eq!(out, "closed\n");
        assert!(began.elapsed() < Duration::from_millis(900), "it was kept by the relay");
        std::thread::sleep(Duration::from_millis(1100).saturating_sub(began.elapsed()));
        assert_eq!(fs::read_to_string(tree.path("err")).unwrap(), "late\n");
    }
}

#[test]
fn there_is_none_where_nothing_is_remembered_of_the_build_or_its_output_can_be_seen_otherwise() {
    let tree = Tree::new("all: ; @echo begun >&2; sleep 0.3\n");
    let count = |script: &str| {
        let (mut child, mut reader) = tree.start(script);
        line(&mut reader);
        let relays = relays_of(&child).len();
        child.wait().unwrap();
        relays
    };
    let run = "exec \"$RKBUILD\" --no-native";
    assert_eq!(count(run), 1);
    assert_eq!(count(&format!("export RKBUILD_LAST=off; {run}")), 0);
    assert_eq!(count(&format!("export MAKELEVEL=1; {run}")), 0);
    assert_eq!(count(&format!("{run} 3>&1")), 0);
    assert_eq!(count(&format!("{run} 2>log; cat log")), 0);
}
