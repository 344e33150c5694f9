//! Made-up trees that grow: directories of ten objects each, in kbuild's manner, all of them up to date.
//!
//! What is read for each object is what kbuild reads: a list of its directory, and a record with the command and the headers. A
//! make runs in the root for each directory, started by that of the directory above. The makefiles and files are made up here.

use std::fmt::Write;
use std::fs::{self, File, FileTimes};
use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};

/// Objects in a directory, and directories of such directories' objects in one above them.
const IN_ONE: usize = 10;
const BELOW: usize = 50;

/// Headers and options there are, and how many of each a record names.
const HEADERS: usize = 400;
const OPTIONS: usize = 100;
const NAMED: usize = 60;

/// How many minutes old they are; archives are younger.
const SOURCE: u64 = 60;
const OBJECT: u64 = 30;

const COMMAND: &str = "cc -O2 -Wall -Iinclude -c -o";

/// The makefile that all makes read.
const BUILD: &str = "\
obj := .
include $(obj)/Kbuild
MAKEFLAGS += -rR --no-print-directory
at = $(addprefix $(if $(filter-out .,$(obj)),$(obj)/),$1)
objects := $(call at,$(filter %.o,$(obj-y)))
below := $(call at,$(patsubst %/,%,$(filter %/,$(obj-y))))
archive := $(call at,built-in.a)

cmd_cc = cc -O2 -Wall -Iinclude -c -o $@ $<
cmd_ar = ar rcST $@ $(filter-out FORCE,$^)
changed = $(filter-out FORCE,$?)$(filter-out $(cmd_$1),$(cmd_$@))$(filter-out $(cmd_$@),$(cmd_$1))
if_changed = $(if $(strip $(changed)),$(cmd_$1),:)

build: $(archive)
	@:
$(archive): $(objects) $(addsuffix /built-in.a,$(below)) FORCE
	@$(call if_changed,ar)
$(objects): %.o: %.c FORCE
	@$(call if_changed,cc)
$(addsuffix /built-in.a,$(below)): $(below) ;
$(below):
	@$(MAKE) -f Makefile obj=$@
FORCE:
-include $(foreach file,$(objects) $(archive),$(dir $(file)).$(notdir $(file)).cmd)
.PHONY: build FORCE $(below)
";

/// Makes a tree of `count` objects in `dir`.
pub fn objects(dir: &Path, count: usize) -> Result<()> {
    let directories = count.div_ceil(IN_ONE);
    let above = directories.div_ceil(BELOW);
    fs::write(dir.join("Makefile"), BUILD)?;
    fs::create_dir_all(dir.join("include/config"))?;
    (0..HEADERS).try_for_each(|n| old(&dir.join(format!("include/h{n}.h")), SOURCE))?;
    (0..OPTIONS).try_for_each(|n| old(&dir.join(format!("include/config/O{n}")), SOURCE))?;
    archive(dir, "", &(0..above).map(|a| format!("d{a}/built-in.a")).collect::<Vec<_>>())?;
    fs::write(dir.join("Kbuild"), format!("obj-y := {}\n", list(above, "/")))?;
    for a in 0..above {
        let here = BELOW.min(directories - a * BELOW);
        let at = format!("d{a}/");
        fs::create_dir_all(dir.join(&at))?;
        archive(dir, &at, &(0..here).map(|b| format!("{at}d{b}/built-in.a")).collect::<Vec<_>>())?;
        fs::write(dir.join(format!("{at}Kbuild")), format!("obj-y := {}\n", list(here, "/")))?;
        for b in 0..here {
            leaf(dir, &format!("d{a}/d{b}/"), a * BELOW + b)?;
        }
    }
    Ok(())
}

/// A directory with objects alone.
fn leaf(dir: &Path, at: &str, number: usize) -> Result<()> {
    fs::create_dir_all(dir.join(at))?;
    let names: Vec<String> = (0..IN_ONE).map(|n| format!("{at}d{n}")).collect();
    fs::write(dir.join(format!("{at}Kbuild")), format!("obj-y := {}\n", list(IN_ONE, ".o")))?;
    for (n, name) in names.iter().enumerate() {
        old(&dir.join(format!("{name}.c")), SOURCE)?;
        old(&dir.join(format!("{name}.o")), OBJECT)?;
        fs::write(dir.join(format!("{at}.d{n}.o.cmd")), record(name, number * IN_ONE + n))?;
    }
    archive(dir, at, &names.iter().map(|name| format!("{name}.o")).collect::<Vec<_>>())
}

/// An empty file that was written so many minutes ago.
fn old(path: &Path, minutes: u64) -> Result<()> {
    let file = File::create(path).with_context(|| path.display().to_string())?;
    let time = SystemTime::now() - Duration::from_secs(60 * minutes);
    Ok(file.set_times(FileTimes::new().set_modified(time))?)
}

/// The record of an object, of the form that fixdep gives it. As in a kernel, neighbours name nearly the same headers.
fn record(name: &str, number: usize) -> String {
    let mut text = format!(
        "cmd_{name}.o := {COMMAND} {name}.o {name}.c\n\nsource_{name}.o := {name}.c\n\ndeps_{name}.o := \\\n"
    );
    for n in 0..NAMED {
        let _ = writeln!(text, "    $(wildcard include/config/O{}) \\", (number / 40 + n) % OPTIONS);
        let _ = writeln!(text, "  include/h{}.h \\", (number / 7 + n * 5) % HEADERS);
    }
    let _ = write!(text, "\n{name}.o: $(deps_{name}.o)\n\n$(deps_{name}.o):\n");
    text
}

fn archive(dir: &Path, at: &str, members: &[String]) -> Result<()> {
    // The deeper, the older.
    old(&dir.join(format!("{at}built-in.a")), 1 + at.matches('/').count() as u64)?;
    let text = format!("cmd_{at}built-in.a := ar rcST {at}built-in.a {}\n", members.join(" "));
    Ok(fs::write(dir.join(format!("{at}.built-in.a.cmd")), text)?)
}

fn list(count: usize, after: &str) -> String {
    (0..count).map(|n| format!("d{n}{after}")).collect::<Vec<_>>().join(" ")
}
