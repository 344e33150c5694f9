//! The small tree that is interrupted and killed: directories below each other, and recipes of every kind that writes a file.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use bstr::ByteSlice;

use super::{Scene, Wrong};

/// How many directories below each other, each with the files below and one more directory.
const DEPTH: usize = 2;

/// Every kind of recipe, twice in each directory. What takes no time of its own is slowed down by `wait`.
const MAKEFILE: &str = r#"
steady := echo print loop sort filter copy cat pipe moved caught quick together
# These write more than once: who is killed in between leaves half a file, whatever make does.
unsteady := group append below trapped
ways = $(steady) $(unsteady)
all: $(foreach n,1 2,$(addsuffix $n,$(ways))) $(wildcard sub)
wait := sleep 0.0$$(($$$$ % 5))
echo%: src ; @echo one line >$@
print%: src ; @printf '%s\n' a b c d e f >$@; $(wait)
group%: src ; @{ echo first; $(wait); echo second; } >$@
append%: src
	@echo first >$@
	@$(wait)
	@cat src >>$@
	@echo last >>$@
loop%: src ; @for i in 1 2 3 4 5 6 7 8 9; do echo $$i; done >$@
sort%: src ; @sort -r src >$@
filter%: src ; @sed s/1/one/ src >$@.tmp && mv -f $@.tmp $@
copy%: src ; @cp src $@
cat%: src ; @cat src src >$@
pipe%: src ; @cat src | sed s/2/two/ | sort >$@
moved%: src ; @$(top)/gen >$@.tmp; mv $@.tmp $@
caught%: src ; @$(top)/gen >$@
below%: src ; +@$(MAKE) --no-print-directory -s -f $(top)/Makefile top=$(top) inner=$@ inner
quick%: src ; @rm -f $@; ln -s src $@.l; cat $@.l >$@; rm $@.l
trapped%: src ; @trap 'rm -f $@; exit 1' INT TERM HUP; { echo first; $(wait); echo second; } >$@
together%: src ; @mkdir -p dir.$@; cp src dir.$@/x; $(wait); cat dir.$@/x >$@; rm -r dir.$@
inner: $(inner)
ifdef inner
$(inner): src ; @{ cat src; $(wait); echo below; } >$@
endif
sub: ; +@$(MAKE) --no-print-directory -s -C sub -f $(top)/Makefile top=$(top)
.PHONY: all sub inner
"#;

/// A generator that catches signals and exits with a status, as many programs do.
const GENERATOR: &str = r"#!/bin/sh
trap 'exit 130' INT TERM HUP
for i in 1 2 3 4; do echo row $i; sleep 0.01; done
";

/// Which recipes a tree has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Recipes {
    All,
    /// Only those that are never half done when make is killed and they are not.
    Steady,
}

/// The contents of all files of a tree, by path.
type Contents = BTreeMap<String, Vec<u8>>;

/// Makes the tree `name` in the scene's directory anew.
pub fn plant(scene: &Scene, name: &str) -> Result<()> {
    let top = scene.dir.join(name);
    crate::sources::clear(&top)?;
    let mut dir = top.clone();
    for _ in 0..DEPTH {
        fs::create_dir_all(&dir)?;
        let lines: String = (0..4000).map(|n| format!("{n} is a number\n")).collect();
        fs::write(dir.join("src"), lines)?;
        dir.push("sub");
    }
    fs::write(top.join("Makefile"), MAKEFILE)?;
    fs::write(top.join("gen"), GENERATOR)?;
    crate::machine::quiet(std::process::Command::new("chmod").arg("+x").arg(top.join("gen")))
}

/// The arguments with which make builds the tree `name`.
pub fn arguments(scene: &Scene, name: &str, recipes: Recipes) -> Vec<String> {
    let top = scene.dir.join(name);
    let mut all = vec!["-j8".into(), "-s".into(), "-C".into(), name.into(), format!("top={}", top.display())];
    if recipes == Recipes::Steady {
        all.push("ways=$(steady)".into());
    }
    all
}

/// Builds the tree `name`, without any fault. What goes wrong is given.
pub fn build(scene: &Scene, name: &str, recipes: Recipes) -> Result<Vec<Wrong>> {
    let arguments = arguments(scene, name, recipes);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (ending, said) = scene.make(&arguments)?;
    if ending.is_success() {
        return Ok(Vec::new());
    }
    Ok(vec![Wrong {
        thing: "the resumed build".into(),
        why: format!("ends with {ending}: {}", said.trim_end()),
    }])
}

/// What is wrong in the tree `name`, whose build said it is complete, compared with the tree `clean`.
pub fn wrong(scene: &Scene, clean: &str, name: &str) -> Result<Vec<Wrong>> {
    let want = contents(&scene.dir.join(clean))?;
    let got = contents(&scene.dir.join(name))?;
    let mut all = Vec::new();
    for (path, want) in want {
        let why = match got.get(&path) {
            Some(got) if *got == want => continue,
            Some(got) => {
                let begin = got.get(..60.min(got.len())).unwrap_or_default();
                format!("has {} bytes of {}: {:?}", got.len(), want.len(), begin.as_bstr())
            }
            None => "is missing".into(),
        };
        all.push(Wrong { thing: path, why });
    }
    Ok(all)
}

/// All files below `top` but those that only recipes know: what was to be moved, or removed.
fn contents(top: &Path) -> Result<Contents> {
    let mut all = BTreeMap::new();
    let mut dirs = vec![top.to_path_buf()];
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(&dir).with_context(|| format!("{}", dir.display()))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type()?.is_dir() && name == "sub" {
                dirs.push(entry.path());
            } else if entry.file_type()?.is_file() && !name.ends_with(".tmp") {
                let path = entry.path();
                let name = path.strip_prefix(top)?.to_string_lossy().into_owned();
                all.insert(name, fs::read(&path)?);
            }
        }
    }
    Ok(all)
}
