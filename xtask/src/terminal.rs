//! `cargo xtask terminal`: what is seen of GNU make and of rkbuild in a terminal, key by key.
//!
//! Each scenario types into an interactive bash on a terminal of its own; everything that arrives on the screen, escape
//! sequences included, must be the same bytes. menuconfig and nconfig are drawn, moved in, resized, stopped and
//! interrupted.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use bstr::{BStr, BString, ByteSlice};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::candidate::Variant;
use crate::machine::quiet;
use crate::oracle::Tally;
use crate::places::{Places, SYSTEM_PATH};
use crate::process;
use crate::recipe::{self, Family};
use crate::reference::{self, Release};
use crate::sources::{self, clear};

/// How long an awaited text may take.
const LIMIT: Duration = Duration::from_secs(60);

/// How often a scenario is tried.
const RUNS: usize = 3;

/// After what silence the screen is taken for finished.
const SILENCE: Duration = Duration::from_millis(700);

/// One thing that is done at the terminal.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// These keys are pressed, and this text is to appear.
    Keys(&'static str, &'static str),
    /// The window gets this many lines and columns.
    Size(u16, u16),
}

use Step::{Keys, Size};

struct Scenario {
    name: &'static str,
    /// In a kernel's output directory with a tinyconfig, not in one with [`MAKEFILE`].
    kernel: bool,
    steps: &'static [Step],
}

const DOWN: &str = "\x1bOB";
const UP: &str = "\x1bOA";
const HELP: &str = "?";
const ESCAPE: &str = "\x1b\x1b";
const CTRL_C: &str = "\x03";
const CTRL_BACKSLASH: &str = "\x1c";
const CTRL_D: &str = "\x04";
const CTRL_Z: &str = "\x1a";
const F9: &str = "\x1b[20~";

const MENUCONFIG: &str = "make -C $SRC O=$PWD menuconfig\r";
const NCONFIG: &str = "make -C $SRC O=$PWD nconfig\r";
const STATUS: Step = Keys("echo status $?\r", "status ");

const MAKEFILE: &str = "\
ask: ; @printf 'name? '; read name; echo \"hello $$name\"
size: ; @stty size; test -t 0 && test -t 1 && test -t 2 && echo a terminal; ps -o stat= -p $$$$ | tr -d sNl
copy: ; @cat
long: ; @echo started; echo half >$@; sleep 5; echo over
below: ; @$(MAKE) --no-print-directory long
child: ; @sh -c 'echo started; exec sleep 30'
stubborn: ; @trap '' INT; echo started; sleep 1; echo over
asked: ; @trap 'echo caught; exit 3' INT; echo started; sleep 30 & wait
two: first second
first second: ; @test -t 0 && echo $@ has a terminal || echo $@ has none; sleep 1
";

const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "menuconfig",
        kernel: true,
        steps: &[
            Keys(MENUCONFIG, "< Load >"),
            Keys(DOWN, ""),
            Keys("y", "*"),
            Keys(UP, ""),
            Keys("\r", "Compile also"),
            Keys(HELP, "CONFIG_"),
            Keys("\r", "Compile also"),
            Size(40, 120),
            Keys(DOWN, ""),
            Size(24, 80),
            Keys(ESCAPE, "General setup"),
            Keys("/", "Search"),
            Keys("PRINTK\r", "Prompt:"),
            Keys(ESCAPE, ""),
            Keys(ESCAPE, "save your new"),
            Keys("\r", "End of the configuration"),
            STATUS,
        ],
    },
    Scenario {
        name: "menuconfig, not saved",
        kernel: true,
        steps: &[
            Keys(MENUCONFIG, "< Load >"),
            Keys(DOWN, ""),
            Keys("y", "*"),
            Keys(ESCAPE, "save your new"),
            Keys("n", ""),
            STATUS,
        ],
    },
    Scenario {
        name: "menuconfig, Ctrl-C",
        kernel: true,
        steps: &[Keys(MENUCONFIG, "< Load >"), Keys("y", ""), Keys(CTRL_C, ""), STATUS],
    },
    Scenario {
        name: "menuconfig, Ctrl-Z",
        kernel: true,
        steps: &[
            Keys(MENUCONFIG, "< Load >"),
            Keys(CTRL_Z, "Stopped"),
            STATUS,
            Keys("fg\r", "< Load >"),
            Keys(DOWN, ""),
            Keys(ESCAPE, ""),
            STATUS,
        ],
    },
    Scenario {
        name: "nconfig",
        kernel: true,
        steps: &[
            Keys(NCONFIG, "F9"),
            Keys(DOWN, ""),
            Keys("\r", ""),
            Size(40, 120),
            Keys(DOWN, ""),
            Size(24, 80),
            Keys(F9, "save your new"),
            Keys("\r", "written to .config"),
            Keys("\r", "$ "),
            STATUS,
        ],
    },
    Scenario {
        name: "nconfig, Ctrl-C",
        kernel: true,
        steps: &[Keys(NCONFIG, "F9"), Keys(CTRL_C, ""), STATUS],
    },
    Scenario {
        name: "config, answered and left",
        kernel: true,
        steps: &[
            Keys("rm .config; make -C $SRC O=$PWD config\r", "COMPILE_TEST"),
            Keys("y\r", ""),
            Keys(HELP, ""),
            Keys("\r", ""),
            Keys(CTRL_C, ""),
            STATUS,
        ],
    },
    Scenario {
        name: "a recipe asks",
        kernel: false,
        steps: &[
            Keys("make ask\r", "name? "),
            Keys("you\r", "hello you"),
            Keys("make -j2 ask\r", "name? "),
            Keys("me\r", "hello me"),
            Keys("make copy\r", ""),
            Keys("line\r", "line"),
            Keys(CTRL_D, ""),
            STATUS,
            Keys("make ask\r", "name? "),
            Keys(CTRL_D, "hello"),
        ],
    },
    Scenario {
        name: "the terminal of a recipe",
        kernel: false,
        steps: &[
            Keys("make size\r", "a terminal"),
            Size(50, 132),
            Keys("make size\r", "50 132"),
            Keys("make two\r", "second has"),
            Keys("make -j2 two | sort\r", "second has"),
            Keys("make -j2 -O size\r", ""),
            Keys("echo all: size | make -f - -f Makefile size\r", ""),
        ],
    },
    Scenario {
        name: "Ctrl-C",
        kernel: false,
        steps: &[
            Keys("make long\r", "started"),
            Keys(CTRL_C, ""),
            Keys("echo status $?; ls\r", "Makefile"),
            Keys("make below\r", "started"),
            Keys(CTRL_C, ""),
            Keys("echo status $?; ls\r", "Makefile"),
            Keys("make child\r", "started"),
            Keys(CTRL_C, ""),
            STATUS,
            Keys("make stubborn\r", "started"),
            Keys(CTRL_C, ""),
            Keys("", "$ "),
            STATUS,
            Keys("make asked\r", "started"),
            Keys(CTRL_C, "caught"),
            STATUS,
            Keys("for i in 1 2; do make child; done\r", "started"),
            Keys(CTRL_C, ""),
            STATUS,
        ],
    },
    Scenario {
        name: "Ctrl-\\",
        kernel: false,
        steps: &[
            Keys("ulimit -c 0; make child\r", "started"),
            Keys(CTRL_BACKSLASH, ""),
            STATUS,
            Keys("make below\r", "started"),
            Keys(CTRL_BACKSLASH, ""),
            STATUS,
        ],
    },
    Scenario {
        name: "Ctrl-Z",
        kernel: false,
        steps: &[
            Keys("make long\r", "started"),
            Keys(CTRL_Z, "Stopped"),
            Keys("jobs\r", ""),
            Keys("fg\r", "over"),
            STATUS,
            Keys("make below\r", "started"),
            Keys(CTRL_Z, "Stopped"),
            Keys("bg\r", "over"),
            Keys("wait; echo status $?\r", "status"),
            Keys("make child\r", "started"),
            Keys(CTRL_Z, "Stopped"),
            Keys("fg\r", ""),
            Keys(CTRL_C, ""),
            STATUS,
            Keys("make child &\r", "started"),
            Keys("fg\r", ""),
            Keys(CTRL_C, ""),
            STATUS,
        ],
    },
];

/// Which scenarios to go through.
pub struct Terminals {
    /// Texts the name of a scenario must contain one of; none means all.
    pub only: Vec<String>,
    pub variants: Vec<Variant>,
}

/// What was seen: after each step what arrived, and what became of the configuration.
#[derive(PartialEq)]
struct Seen {
    screens: Vec<BString>,
    config: Vec<u8>,
}

impl Terminals {
    /// Goes through all and prints a line for each.
    pub fn run(&self, places: &Places) -> Result<Tally> {
        let recipe = recipe::read(&places.repo, Family::Kernel, "linux-6.1-tiny")?;
        sources::prepare(places, Family::Kernel, &recipe)?;
        crate::machine::install(&["bash", "libncurses-dev", "util-linux", "procps"])?;
        let _lock = places.lock("terminal")?;
        let program = reference::program(places, Release::V441)?;
        let own = Place { root: places.cached("terminal")?, source: sources::trees(places)? };
        let mut tally = Tally::default();
        for scenario in SCENARIOS {
            if !self.only.is_empty() && !self.only.iter().any(|text| scenario.name.contains(text)) {
                continue;
            }
            for variant in &self.variants {
                let name = format!("{} ({})", scenario.name, variant.name);
                let wrong =
                    own.compare(scenario, &program, variant).unwrap_or_else(|e| format!("   {e:#}\n"));
                *if wrong.is_empty() { &mut tally.passed } else { &mut tally.failed } += 1;
                let verdict = if wrong.is_empty() { "same" } else { "DIFFERENT" };
                print!("{name}: {verdict}, {} steps\n{wrong}", scenario.steps.len());
            }
        }
        Ok(tally)
    }
}

fn explain(scenario: &Scenario, want: &Seen, got: &Seen) -> Result<String> {
    let mut text = String::new();
    for ((step, want), got) in scenario.steps.iter().zip(&want.screens).zip(&got.screens) {
        if want != got {
            writeln!(text, "   after {step:?}")?;
            writeln!(text, "   - {}", shown(want.as_bstr()))?;
            writeln!(text, "   + {}", shown(got.as_bstr()))?;
        }
    }
    if want.config != got.config {
        writeln!(text, "   .config differs")?;
    }
    Ok(text)
}

fn shown(bytes: &BStr) -> String {
    let text = bytes.escape_ascii().to_string();
    text.chars().take(1500).collect()
}

struct Place {
    root: PathBuf,
    source: PathBuf,
}

impl Place {
    /// What differs, or nothing. Where the shell and a program write at the same time (Ctrl-Z), either may be first: what
    /// GNU make shows in one of a few runs is right.
    fn compare(&self, scenario: &Scenario, program: &Path, variant: &Variant) -> Result<String> {
        let env = variant.environment(Release::V441);
        let mut wants = Vec::new();
        let mut wrong = String::new();
        for _ in 0..RUNS {
            let want = self.reference(scenario, program)?;
            let got = self.go_through(scenario, &variant.program, &env)?;
            wrong = explain(scenario, &want, &got)?;
            wants.push(want);
            if wants.contains(&got) {
                return Ok(String::new());
            }
        }
        Ok(wrong)
    }

    /// GNU make sometimes has no time to hear of a signal that its children died of: then it is tried again.
    fn reference(&self, scenario: &Scenario, program: &Path) -> Result<Seen> {
        let late = |seen: &Seen| seen.screens.iter().any(|s| s.contains_str("wait: No child processes"));
        let mut seen = self.go_through(scenario, program, &[])?;
        for _ in 0..5 {
            if !late(&seen) {
                break;
            }
            seen = self.go_through(scenario, program, &[])?;
        }
        Ok(seen)
    }

    fn go_through(&self, scenario: &Scenario, program: &Path, env: &[(&str, &str)]) -> Result<Seen> {
        let (tree, bin) = (self.root.join("tree"), self.root.join("bin"));
        clear(&tree)?;
        clear(&bin)?;
        fs::create_dir_all(&tree)?;
        fs::create_dir_all(&bin)?;
        std::os::unix::fs::symlink(fs::canonicalize(program)?, bin.join("make"))?;
        let source = self.source.join("linux-source-6.1");
        let prepared = |cmd: &mut Command| {
            cmd.env_clear().current_dir(&tree);
            cmd.env("PATH", format!("{}:{SYSTEM_PATH}", bin.display())).env("SRC", &source);
            cmd.env("HOME", &self.root).env("LC_ALL", "C.UTF-8").env("TERM", "xterm").env("PS1", "$ ");
            cmd.env("HISTFILE", "/dev/null").envs(env.iter().copied());
        };
        if scenario.kernel {
            let mut cmd = Command::new("make");
            prepared(cmd.arg("-C").arg(&source).arg(format!("O={}", tree.display())).arg("tinyconfig"));
            quiet(&mut cmd)?;
        } else {
            fs::write(tree.join("Makefile"), MAKEFILE)?;
        }
        let (master, slave) = terminal()?;
        let mut cmd = Command::new("setsid");
        prepared(cmd.args(["--ctty", "bash", "--norc", "--noprofile", "--noediting", "-i"]));
        cmd.stdin(slave.try_clone()?).stdout(slave.try_clone()?).stderr(slave);
        let mut child = cmd.spawn().context("cannot run setsid")?;
        // The command holds the terminal too, and it must end with the last process in it.
        drop(cmd);
        let screen = Screen { master };
        let seen = screen.perform(scenario);
        process::kill_session(child.id());
        child.wait()?;
        let config = fs::read(tree.join(".config")).unwrap_or_default();
        Ok(Seen { screens: seen?, config })
    }
}

/// A new terminal of 24 lines and 80 columns: the side of the screen and keyboard, and that of the programs.
fn terminal() -> Result<(OwnedFd, File)> {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
    grantpt(&master)?;
    unlockpt(&master)?;
    let name = ptsname(&master, Vec::new())?;
    let slave = rustix::fs::open(
        name.as_c_str(),
        rustix::fs::OFlags::RDWR | rustix::fs::OFlags::NOCTTY | rustix::fs::OFlags::CLOEXEC,
        rustix::fs::Mode::empty(),
    )?;
    let screen = Screen { master };
    screen.resize(24, 80)?;
    Ok((screen.master, File::from(slave)))
}

/// The text without the terminal's escape sequences: a hot key of another colour splits a word.
fn plain(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    let mut rest = bytes;
    while let [first, tail @ ..] = rest {
        rest = match (first, tail) {
            (0x1b, [b'[', tail @ ..]) => {
                let end = tail.iter().position(|b| (0x40..=0x7e).contains(b)).map_or(tail.len(), |at| at + 1);
                tail.get(end..).unwrap_or_default()
            }
            (0x1b, [b'(', _, tail @ ..]) => tail,
            _ => {
                text.push(*first);
                tail
            }
        };
    }
    text
}

struct Screen {
    master: OwnedFd,
}

impl Screen {
    fn resize(&self, lines: u16, columns: u16) -> Result<()> {
        let size = Winsize { ws_row: lines, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        Ok(tcsetwinsize(&self.master, size)?)
    }

    /// What arrived after each step.
    fn perform(&self, scenario: &Scenario) -> Result<Vec<BString>> {
        let mut screens = vec![self.read("$ ").context("no prompt")?];
        for step in scenario.steps {
            let awaited = match step {
                Keys(keys, awaited) => {
                    rustix::io::write(&self.master, keys.as_bytes())?;
                    awaited
                }
                Size(lines, columns) => {
                    self.resize(*lines, *columns)?;
                    ""
                }
            };
            screens.push(self.read(awaited).with_context(|| format!("{}: after {step:?}", scenario.name))?);
        }
        screens.remove(0);
        Ok(screens)
    }

    /// Reads until `awaited` arrived and then nothing for a while.
    fn read(&self, awaited: &str) -> Result<BString> {
        let since = Instant::now();
        let mut all = BString::default();
        loop {
            let silence = Timespec { tv_sec: 0, tv_nsec: i64::from(SILENCE.subsec_nanos()) };
            let ready = poll(&mut [PollFd::new(&self.master, PollFlags::IN)], Some(&silence))?;
            if ready == 0 {
                if plain(&all).contains_str(awaited) {
                    return Ok(all);
                }
                if since.elapsed() > LIMIT {
                    bail!("no {awaited:?} in {}", shown(all.as_bstr()));
                }
                continue;
            }
            let mut bytes = [0; 4096];
            match rustix::io::read(&self.master, &mut bytes) {
                // Nobody is at the other side any more.
                Ok(0) | Err(rustix::io::Errno::IO) => return Ok(all),
                Ok(read) => all.extend_from_slice(bytes.get(..read).unwrap_or_default()),
                Err(e) => return Err(e.into()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_whatever_their_colours() {
        assert_eq!(plain(b"a\x1b[1;37mG\x1b(B\x1b[meneral\x1b["), b"aGeneral");
    }
}
