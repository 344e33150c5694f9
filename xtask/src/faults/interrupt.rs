//! Signals that end a make, at any moment: no half-made target stays behind that the next build takes for a made one.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use fastrand::Rng;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use super::tree::Recipes;
use super::{Bar, Fault, How, LENGTH, LIMIT, Rounds, Scene, Wrong, tree};
use crate::process::{self, Ending};

const fn rounds(
    name: &'static str,
    short: usize,
    round: fn(&Scene, &mut Rng) -> Result<Vec<Wrong>>,
) -> Fault {
    let rounds = Rounds { count: 200, short, bar: Bar::None, round };
    Fault { name, short: short > 0, root: false, how: How::Rounds(rounds) }
}

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "Ctrl-C and a generator that catches it",
        short: true,
        root: false,
        how: How::Script(CAUGHT),
    },
    Fault { name: "a signal while make waits", short: true, root: false, how: How::Script(WAITING) },
    Fault { name: "a signal while make reads", short: false, root: false, how: How::Script(READING) },
    Fault { name: "the last writer ends after the signal", short: true, root: false, how: How::Script(LATE) },
    Fault { name: "recipes that trap", short: false, root: false, how: How::Script(TRAPPED) },
    rounds("SIGINT to the group", 6, |s, r| interrupted(s, r, Signal::INT, To::Group)),
    rounds("SIGINT to make alone", 0, |s, r| interrupted(s, r, Signal::INT, To::Make)),
    rounds("SIGTERM to the group", 0, |s, r| interrupted(s, r, Signal::TERM, To::Group)),
    rounds("SIGTERM to make alone", 6, |s, r| interrupted(s, r, Signal::TERM, To::Make)),
    rounds("SIGHUP to the group", 0, |s, r| interrupted(s, r, Signal::HUP, To::Group)),
    rounds("SIGHUP to make alone", 0, |s, r| interrupted(s, r, Signal::HUP, To::Make)),
    rounds("SIGQUIT to the group", 0, |s, r| interrupted(s, r, Signal::QUIT, To::Group)),
];

/// How long commands may go on after make was killed: each takes a fraction of a second.
const ORPHANS: Duration = Duration::from_secs(4);

/// Who gets a signal.
#[derive(Clone, Copy)]
pub(super) enum To {
    Group,
    Make,
}

/// Builds a new tree, sends a signal at some moment, builds on.
fn interrupted(scene: &Scene, rng: &mut Rng, signal: Signal, to: To) -> Result<Vec<Wrong>> {
    let Some(ending) = disturbed(scene, rng, signal, to, Recipes::All)? else {
        return Ok(vec![Wrong { thing: "the interrupted build".into(), why: "took too long".into() }]);
    };
    // It may have been ready, or have had an error of a command to tell of.
    let number = signal.as_raw();
    if !matches!(ending, Ending::Exit(0..=2)) && ending != Ending::Signal(number) {
        return Ok(vec![Wrong { thing: "the interrupted build".into(), why: format!("ends with {ending}") }]);
    }
    let wrong = tree::build(scene, "tree", Recipes::All)?;
    if !wrong.is_empty() {
        return Ok(wrong);
    }
    tree::wrong(scene, "clean", "tree")
}

/// Builds a new tree `tree`, beside the tree `clean`, and sends a signal at some moment. Gives how the build ended, unless it
/// went on for too long.
pub(super) fn disturbed(
    scene: &Scene,
    rng: &mut Rng,
    signal: Signal,
    to: To,
    recipes: Recipes,
) -> Result<Option<Ending>> {
    let time = scene.dir.join(LENGTH);
    if !time.exists() {
        tree::plant(scene, "clean")?;
        let start = Instant::now();
        if let Some(wrong) = tree::build(scene, "clean", recipes)?.first() {
            anyhow::bail!("{} {}", wrong.thing, wrong.why);
        }
        fs::write(&time, start.elapsed().as_micros().to_string())?;
    }
    let time = fs::read_to_string(&time)?.parse::<u64>()?;
    tree::plant(scene, "tree")?;
    let mut cmd = scene.command(&scene.make);
    cmd.args(tree::arguments(scene, "tree", recipes));
    process::output_to(&mut cmd, &scene.dir.join("log"))?;
    let moment = scene.moment(rng, time);
    let ending = run_until(cmd, moment, signal, to)?;
    Ok((ending != Ending::TimedOut).then_some(ending))
}

/// Runs a make and sends it a signal after some time. Waits for all it started as well.
pub(super) fn run_until(mut cmd: Command, moment: Duration, signal: Signal, to: To) -> Result<Ending> {
    let mut child = cmd.spawn().context("cannot run env")?;
    std::thread::sleep(moment);
    let pid = Pid::from_child(&child);
    // It may have ended meanwhile.
    let _ = match to {
        To::Group => kill_process_group(pid, signal),
        To::Make => kill_process(pid, signal),
    };
    let ending = process::wait(&mut child, LIMIT)?;
    // What outlives make is in its process group, and ends by itself; but for sub-makes that wait for tokens of a make that was
    // killed.
    let since = Instant::now();
    let patience = if signal == Signal::KILL { ORPHANS } else { LIMIT };
    while rustix::process::test_kill_process_group(pid).is_ok() {
        if since.elapsed() > patience {
            let _ = kill_process_group(pid, Signal::KILL);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(ending)
}

/// SIGINT and SIGHUP to the group while a generator runs that catches them and exits with a status.
const CAUGHT: &str = r#"
cat > gen.sh <<'G'
trap 'exit 130' INT TERM HUP
i=0; while [ $i -lt 40 ]; do echo "row $i"; sleep 0.05; i=$((i+1)); done
G
printf 'all: table.c\ntable.c: gen.sh\n\t@sh ./gen.sh > $@.tmp; mv $@.tmp $@\n' > Makefile
set -m
for s in INT HUP TERM; do for j in 1 4; do
    rm -f table.c table.c.tmp
    $MAKE -j$j > log 2>&1 & p=$!
    until [ -s table.c.tmp ]; do sleep .02; done; sleep .1
    kill -$s -$p; wait $p 2> /dev/null; rc=$?
    # GNU make ends with 2 when signals come in a row.
    test $rc = 2 -o $rc -gt 128 && echo "$s -j$j: ended by it" || echo "$s -j$j: rc=$rc"
    $MAKE -q; echo "-q: $?"; test -e table.c && echo "table.c is there"
done; done
"#;

/// A function that sends a signal to make when it has waited for a moment, and tells how it ended: of itself within two
/// seconds, or not.
macro_rules! with_ends {
    ($script:literal) => {
        concat!(
            r#"
set -m
ends() { # NAME SIGNAL ARGUMENT...
    name=$1 signal=$2; shift 2
    $MAKE "$@" > log 2>&1 & p=$!
    sleep .25; kill -$signal $p; (sleep 2; kill -9 -$p) 2> /dev/null & k=$!
    wait $p 2> /dev/null; rc=$?; kill -9 -$k 2> /dev/null; wait $k 2> /dev/null
    echo "$name $signal: $rc"; grep -i 'interrupted\|error' log; kill -9 -$p 2> /dev/null
}
"#,
            $script
        )
    };
}

/// Something make itself waits for never comes: the other end of a fifo, or room in a pipe.
const WAITING: &str = with_ends!(
    r#"
mkfifo p held; sleep 60 <> held & sleeper=$!
echo 'include p' > include; echo 'include held' > held.mk
echo 'x := $(file <p)' > read; echo 'x := $(file >p,hi)' > write
echo 'x := $(shell sleep 60; echo)' > asked
printf 'all: ; +@$(MAKE) -f p; echo\n' > below
printf 'all: ; @cat < p; echo\n' > opened
printf 'all: ; @echo x > p; echo\n' > created
for s in INT TERM; do
    ends 'makefile, not open' $s -f p
    ends 'makefile, no text' $s -f held
    ends 'include, not open' $s -f include
    ends 'include, no text' $s -f held.mk
    ends 'file to read' $s -f read
    ends 'file to write' $s -f write
    ends 'what is asked' $s -f asked
done
# Ctrl-C for make alone is nothing the shells see.
ends 'sub-make' TERM -f below
ends 'sub-make, jobs' TERM -f below -j4
ends 'redirection' TERM -f opened
ends 'redirection, jobs' TERM -f opened -j4
ends 'redirection to' TERM -f created
ends 'redirection to, jobs' TERM -f created -j4
kill -9 -$sleeper
"#
);

/// Reading and expansion take long.
const READING: &str = with_ends!(
    r#"
seq 4000 | sed 's/.*/n += &/' > numbers
{ cat numbers; echo 'x := $(foreach a,$n,$(foreach b,$n,$(filter $a,$b)))'; } > expand
{ cat numbers; echo 'all: ; @: $(foreach a,$n,$(foreach b,$n,$(filter $a,$b)))'; } > recipe
{ cat numbers; echo '$(foreach a,$n,$(foreach b,$n,$(eval v$a := $b)))'; } > eval
{ cat numbers; echo 'all: $(foreach a,$n,$(foreach b,$n,$(eval t$a: u$b)))'; } > rules
truncate -s 100M nuls
for s in INT TERM; do for f in expand recipe eval rules nuls; do ends $f $s -f $f; done; done
"#
);

/// A signal to make alone, and commands that take their time: what they write after the first deletion goes, too.
const LATE: &str = r#"
cat > Makefile <<'M'
all: lines appended caught
lines:
	@echo 1 > $@
	@sleep 1
	@echo 2 >> $@
appended: ; @echo 1 > $@; sleep 1; echo 2 >> $@; false
caught: ; @sh ./gen > $@
M
cat > gen <<'G'
trap 'exit 0' INT TERM HUP
i=0; while [ $i -lt 20 ]; do echo row $i; sleep .05; i=$((i+1)); done
G
set -m
for s in INT TERM HUP; do for to in '' -; do
    # GNU make leaves what is appended after it has deleted a target: nothing to be compared where it is alone.
    goals=$(test -z "$to" && echo lines || echo all)
    rm -f lines appended caught
    $MAKE -j4 $goals > log 2>&1 & p=$!
    sleep .4; kill -$s $to$p; wait $p 2> /dev/null; sleep .1; echo "$s $to"; ls
done; done
"#;

/// The recipe itself has a trap, as kbuild's have.
const TRAPPED: &str = r#"
cat > Makefile <<'M'
all: kbuild status ignored
kbuild: ; @set -e; trap 'rm -f $@; trap - HUP; kill -s HUP $$$$' HUP; trap 'rm -f $@; trap - INT; kill -s INT $$$$' INT; \
	trap 'rm -f $@; trap - TERM; kill -s TERM $$$$' TERM; echo half > $@; sleep 1; echo whole >> $@
status: ; @trap 'exit 3' INT HUP TERM; echo half > $@; sleep 1; echo whole >> $@
ignored: ; @trap '' INT HUP; sleep .7; echo whole > $@
M
set -m
for s in INT HUP; do for goal in kbuild status ignored all; do
    rm -f kbuild status ignored
    $MAKE -j4 $goal > log 2>&1 & p=$!
    sleep .4; kill -$s -$p; wait $p 2> /dev/null; sleep .8; echo "$s $goal"; ls
done; done
"#;
