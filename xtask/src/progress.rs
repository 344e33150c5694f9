//! The status line in a terminal: what is on the screen while builds run, end, are interrupted, stopped and asked something.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use regex::Regex;

use crate::candidate;
use crate::machine::{self, Headers};
use crate::places::Places;
use crate::tmux::Tmux;

/// What a line of the screen begins with that waits for a command.
const PROMPT: &str = "here>";

const MAKEFILE: &str = "\
all: a b c d
a b c d: ; @echo begin $@; sleep 1; echo end $@; touch $@
long: ; @echo one; sleep 2; echo two
waits: ; @echo started; sleep 60
asks: ; @printf 'name? '; read name; echo hello $$name
testconfig: ; @stty size <&1
drawn: ; +@stty size <&1; /bin/sleep 0
fails: ; @sleep 1; echo 'a.c:1: error: bad' >&2; exit 1
leaves: ; @(sleep 1; echo late; sleep 1; echo later) & echo now
";

/// A module, one file of which is made from another that takes its time.
const KBUILD: &str = "\
obj-m := main.o
$(obj)/main.o: $(obj)/slow.h
$(obj)/slow.h: ; @sleep 2; touch $@
";
const SOURCE: &str = "#include <linux/module.h>\n#include \"slow.h\"\nMODULE_LICENSE(\"GPL\");\n";

/// The page with a picture of the line, and what the line and those above it look like there and here.
const PAGE: &str = include_str!("../../docs/progress.md");
const LINE: &str = r"^\[\d+/\d+ \d+:\d\d, \d+:\d\d left\] \S+ \d+s(, \S+ \d+s)*$";
const ABOVE: &str = r"^  [A-Z]+( \[M\])? +\S+$";

/// A shell with a build directory.
struct Desk {
    tmux: Tmux,
    headers: Headers,
}

/// Whether a line of the screen is the status line.
fn is_status(line: &str) -> bool {
    let Some(rest) = line.strip_prefix('[') else { return false };
    let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    after.len() < rest.len() && after.starts_with(['/', ' '])
}

fn has_status(screen: &str) -> bool {
    screen.lines().last().is_some_and(is_status)
}

fn is_back(screen: &str) -> bool {
    screen.lines().last() == Some(PROMPT)
}

impl Desk {
    /// Types a command on a cleared screen.
    fn type_in(&self, command: &str) -> Result<()> {
        self.tmux.send(&["-l", "clear"])?;
        self.tmux.send(&["Enter"])?;
        self.tmux.await_screen("a cleared screen", |screen| screen == PROMPT)?;
        self.tmux.send(&["-l", command])?;
        self.tmux.send(&["Enter"])
    }

    fn status(&self) -> Result<String> {
        let screen = self.tmux.await_screen("a status line", has_status)?;
        Ok(screen.lines().last().unwrap_or_default().to_owned())
    }

    /// What is on the screen when the command is over, without what was typed and the prompt: no status line among it.
    fn rest(&self) -> Result<Vec<String>> {
        let screen =
            self.tmux.await_screen("the prompt", |screen| is_back(screen) && screen.lines().count() > 1)?;
        let lines: Vec<String> = screen.lines().skip(1).map(|line| line.trim_end().to_owned()).collect();
        ensure!(!lines.iter().any(|line| is_status(line)), "a status line is left:\n{screen}");
        Ok(lines.into_iter().filter(|line| line != PROMPT).collect())
    }

    fn is_left(&self, wanted: &[&str]) -> Result<()> {
        let rest = self.rest()?;
        ensure!(rest == wanted, "wanted {wanted:?}, got {rest:?}");
        Ok(())
    }
}

/// One thing that is looked at: its name, and how.
type Scene = (&'static str, fn(&Desk) -> Result<()>);

const SCENES: [Scene; 14] = [
    ("a line below jobs whose output is not mixed", |desk| {
        desk.type_in("rm -f ?; rkbuild -j2")?;
        let status = desk.status()?;
        ensure!(status.contains("] ") && status.ends_with('s'), "no running target in '{status}'");
        desk.tmux.await_screen("two done", |screen| {
            screen.contains("end b") && screen.lines().last().is_some_and(|line| line.starts_with("[2"))
        })?;
        let rest = desk.rest()?;
        let mut pairs = rest.chunks(2);
        ensure!(rest.len() == 8, "{rest:?}");
        ensure!(pairs.all(|pair| pair[0].replace("begin", "end") == pair[1]), "mixed: {rest:?}");
        Ok(())
    }),
    ("the second build knows how many there are, and how long", |desk| {
        desk.type_in("rm -f ?; rkbuild -j2")?;
        desk.tmux.await_screen("a total", |screen| {
            screen.lines().last().is_some_and(|line| line.starts_with("[2/4 ") && line.contains(" left] "))
        })?;
        desk.rest().map(drop)
    }),
    ("what is left in the background prints on", |desk| {
        desk.type_in("rkbuild leaves")?;
        desk.is_left(&["now"])?;
        desk.tmux.await_screen("what comes late", |screen| screen.contains("late\nlater"))?;
        Ok(())
    }),
    ("a module, as on the page", |desk| {
        let (line, above) = (Regex::new(LINE)?, Regex::new(ABOVE)?);
        let picture: Vec<&str> = PAGE.lines().filter_map(|line| line.strip_prefix("    ")).collect();
        let (last, others) = picture.split_last().context("no picture")?;
        ensure!(line.is_match(last) && others.iter().all(|line| above.is_match(line)), "{picture:?}");
        let build = format!("rkbuild -j2 -C {} M=$PWD/module", desk.headers.dir.display());
        desk.type_in(&build)?;
        desk.rest()?;
        // Now it is known how much there is to do.
        desk.type_in(&format!("rm module/*.[oh]; {build}"))?;
        desk.tmux.await_screen("the line of the page", |screen| {
            screen.lines().last().is_some_and(|l| line.is_match(l))
        })?;
        let rest = desk.rest()?;
        ensure!(rest.iter().any(|line| above.is_match(line)), "{rest:?}");
        Ok(())
    }),
    ("none as make", |desk| {
        desk.type_in("make long")?;
        let screen = desk.tmux.await_screen("its output", |screen| screen.ends_with("one"))?;
        ensure!(!has_status(&screen), "{screen}");
        desk.is_left(&["one", "two"])
    }),
    ("as make where it is asked for", |desk| {
        desk.type_in("make --progress=always long")?;
        desk.status()?;
        desk.is_left(&["one", "two"])
    }),
    ("none in a pipe", |desk| {
        desk.type_in("rkbuild --progress=always -j2 long | cat -v")?;
        desk.is_left(&["one", "two"])
    }),
    ("a question is to be seen, and its answer", |desk| {
        for command in ["rkbuild asks", "rkbuild -j2 asks"] {
            desk.type_in(command)?;
            desk.tmux.await_screen("the question", |screen| screen.ends_with("name?"))?;
            desk.tmux.send(&["-l", "you"])?;
            desk.tmux.send(&["Enter"])?;
            desk.is_left(&["name? you", "hello you"])?;
        }
        Ok(())
    }),
    ("configuration and what is marked with + have the terminal", |desk| {
        for goal in ["testconfig", "--progress=always -j2 testconfig", "-j2 drawn"] {
            desk.type_in(&format!("rkbuild {goal}"))?;
            desk.is_left(&["40 100"])?;
        }
        Ok(())
    }),
    ("Ctrl-C leaves nothing of it", |desk| {
        desk.type_in("rkbuild -j2 waits")?;
        desk.status()?;
        desk.tmux.send(&["C-c"])?;
        let rest = desk.rest()?.join("\n");
        ensure!(rest.contains("started") && rest.contains("Interrupt"), "{rest}");
        Ok(())
    }),
    ("Ctrl-Z takes it away and fg brings it back", |desk| {
        desk.type_in("rkbuild -j2 waits")?;
        desk.status()?;
        desk.tmux.send(&["C-z"])?;
        let rest = desk.rest()?.join("\n");
        ensure!(rest.contains("Stopped"), "{rest}");
        desk.tmux.send(&["-l", "fg"])?;
        desk.tmux.send(&["Enter"])?;
        desk.status()?;
        desk.tmux.send(&["C-c"])?;
        desk.rest().map(drop)
    }),
    ("in the background there is none", |desk| {
        desk.type_in("rkbuild -j2 long & wait")?;
        let rest = desk.rest()?.join("\n");
        ensure!(rest.contains("one\ntwo"), "{rest}");
        Ok(())
    }),
    ("another size of the window", |desk| {
        desk.type_in("rkbuild -j2 long")?;
        desk.status()?;
        desk.tmux.resize(60, 40)?;
        desk.status()?;
        desk.tmux.resize(100, 40)?;
        desk.is_left(&["one", "two"])
    }),
    ("a failure comes after what the job printed, and is counted", |desk| {
        desk.type_in("rkbuild -k -j2 fails long")?;
        desk.tmux.await_screen("a count", |screen| {
            screen.lines().last().is_some_and(|line| is_status(line) && line.contains(", 1 failed] "))
        })?;
        let rest = desk.rest()?.join("\n");
        ensure!(rest.starts_with("a.c:1: error: bad\nrkbuild: *** [Makefile:8: fails] Error 1\n"), "{rest}");
        Ok(())
    }),
];

/// How many scenes were as they should be.
pub fn run(places: &Places) -> Result<usize> {
    let packages = machine::module_packages()?;
    machine::install(&packages.iter().map(String::as_str).collect::<Vec<_>>())?;
    machine::install(&["tmux", "bash"])?;
    let rkbuild = candidate::rkbuild(places)?;
    let _lock = places.lock("progress")?;
    let dir = places.cached("progress")?;
    if dir.exists() {
        fs::remove_dir_all(&dir)?;
    }
    for name in ["bin", "tree", ".cache"] {
        fs::create_dir_all(dir.join(name))?;
    }
    fs::write(dir.join("tree/Makefile"), MAKEFILE)?;
    fs::create_dir(dir.join("tree/module"))?;
    fs::write(dir.join("tree/module/Kbuild"), KBUILD)?;
    fs::write(dir.join("tree/module/main.c"), SOURCE)?;
    for name in ["rkbuild", "make"] {
        std::os::unix::fs::symlink(&rkbuild, dir.join("bin").join(name))?;
    }
    let desk = Desk { tmux: Tmux::new(dir.join("tmux"), dir.clone()), headers: Headers::newest()? };
    let tree: &Path = &dir.join("tree");
    desk.tmux.start("bash --norc --noprofile", tree, (100, 40))?;
    desk.tmux.send(&["-l", &format!("PS1='{PROMPT} '; clear")])?;
    desk.tmux.send(&["Enter"])?;
    desk.tmux.await_line(PROMPT)?;
    for (name, scene) in SCENES {
        scene(&desk).with_context(|| name)?;
        println!("{name}");
    }
    Ok(SCENES.len())
}
