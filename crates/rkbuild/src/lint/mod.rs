//! `--lint`: what is wrong in Kbuild files and makefiles, with the place, the words and the mend. Nothing is evaluated.

mod built;
mod kbuild;
mod names;
mod report;
pub mod source;
mod tree;

use std::io::IsTerminal;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use rkbuild_base::{BString, ByteSlice};
use rkbuild_host::{Dir, Env, Host};
use rkbuild_syntax::Lang;
use serde::Serialize;

use crate::last::record::Record;
use crate::lint::built::Built;
use crate::lint::report::{Finding, Report};
use crate::lint::source::Source;
use crate::lint::tree::Tree;

/// One finding for programs.
#[derive(Serialize)]
struct Told<'a> {
    file: String,
    line: u32,
    column: usize,
    end_column: usize,
    code: &'a str,
    message: &'a str,
    mend: &'a str,
}

#[derive(Serialize)]
struct All<'a> {
    version: u32,
    files: usize,
    findings: Vec<Told<'a>>,
}

/// All checks of one makefile; `built` is the last build, if one is remembered.
fn check(lang: &Lang, tree: &Tree, built: Option<&Built<'_>>, source: &Source) -> Vec<Finding> {
    let mut report = Report::new(source);
    kbuild::check(lang, tree, &mut report);
    names::check(lang, tree, &mut report);
    if let Some(built) = built {
        built.check(&mut report);
    }
    let mut found = report.found;
    found.sort_by(|a, b| (a.range.start, a.code).cmp(&(b.range.start, b.code)));
    found.dedup();
    found
}

/// Lints the files and directories that are named, or the working directory; `last` is what is remembered of the last build
/// here. Gives the text and the exit status.
pub fn run(
    host: &Host,
    dir: &Dir,
    env: &Env,
    named: &[BString],
    json: bool,
    last: Option<Record>,
) -> Result<(Vec<u8>, i32), String> {
    let lang = Lang::default();
    let here = [BString::from(".")];
    let tree = Tree::read(host, dir, if named.is_empty() { &here } else { named }, &lang)?;
    let built = last.map(|record| Built::new(host, dir, record));
    let checked = |source| (source, check(&lang, &tree, built.as_ref(), source));
    let found: Vec<(&Source, Vec<Finding>)> = tree.sources.iter().map(checked).collect();
    let count: usize = found.iter().map(|(_, found)| found.len()).sum();
    let text = if json { as_json(&found).map_err(|error| error.to_string())? } else { as_text(&found, env) };
    Ok((text, i32::from(count > 0)))
}

fn as_json(found: &[(&Source, Vec<Finding>)]) -> serde_json::Result<Vec<u8>> {
    let told = |source: &Source, finding: &Finding| {
        let start = source.text.get(..finding.range.start).unwrap_or_default();
        let column = start.len() - start.rfind_byte(b'\n').map_or(0, |at| at + 1) + 1;
        (column, column + finding.range.len())
    };
    let mut findings = Vec::new();
    for (source, found) in found {
        for finding in found {
            let (column, end_column) = told(source, finding);
            findings.push(Told {
                file: source.path.to_str_lossy().into_owned(),
                line: finding.line,
                column,
                end_column,
                code: finding.code,
                message: &finding.message,
                mend: &finding.mend,
            });
        }
    }
    let mut text = serde_json::to_vec_pretty(&All { version: 1, files: found.len(), findings })?;
    text.push(b'\n');
    Ok(text)
}

fn as_text(found: &[(&Source, Vec<Finding>)], env: &Env) -> Vec<u8> {
    let plain =
        env.get(b"NO_COLOR").is_some_and(|value| !value.is_empty()) || !std::io::stdout().is_terminal();
    let renderer = if plain { Renderer::plain() } else { Renderer::styled() };
    let mut out = String::new();
    for (source, found) in found {
        for finding in found {
            out.push_str(&picture(source, finding, &renderer));
            out.push_str("\n\n");
        }
    }
    let count: usize = found.iter().map(|(_, found)| found.len()).sum();
    let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    out.push_str(&format!("rkbuild: {} in {}\n", plural(count, "finding"), plural(found.len(), "makefile")));
    out.into_bytes()
}

/// The lines of a finding, with the words marked.
fn picture(source: &Source, finding: &Finding, renderer: &Renderer) -> String {
    // The lines it is about, and no more: the whole file need not be text.
    let start =
        source.text.get(..finding.range.start).and_then(|text| text.rfind_byte(b'\n')).map_or(0, |at| at + 1);
    let rest = source.text.get(finding.range.end..).unwrap_or_default();
    let end = finding.range.end + rest.find_byte(b'\n').unwrap_or(rest.len());
    let before = source.text.get(start..finding.range.start).unwrap_or_default().to_str_lossy();
    let marked = source.text.get(finding.range.clone()).unwrap_or_default().to_str_lossy();
    let after = source.text.get(finding.range.end..end).unwrap_or_default().to_str_lossy();
    let text = format!("{before}{marked}{after}");
    let range = before.len()..before.len() + marked.len();
    let path = source.path.to_str_lossy();
    let group = Level::WARNING
        .primary_title(finding.message.as_str())
        .id(finding.code)
        .element(
            Snippet::source(text.as_str())
                .line_start(finding.line as usize)
                .path(path.as_ref())
                .annotation(AnnotationKind::Primary.span(range)),
        )
        .element(Level::HELP.message(finding.mend.as_str()));
    renderer.render(&[group])
}

#[cfg(test)]
mod tests {
    use rkbuild_base::BStr;

    use super::*;

    /// The codes found in a makefile that stands alone, with a file `a.c` beside it.
    fn codes(text: &str) -> Vec<&'static str> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("a.c"), "").unwrap();
        std::fs::write(dir.path().join("Kbuild"), text).unwrap();
        let host = Host::new();
        let at = Dir::current().unwrap();
        let lang = Lang::default();
        let named = [BString::from(dir.path().to_str().unwrap())];
        let tree = Tree::read(&host, &at, &named, &lang).unwrap();
        check(&lang, &tree, None, &tree.sources[0]).iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn each_fault_is_found_and_what_is_right_is_not() {
        let faults: [(&str, &str, &str); 20] = [
            (
                "call-space",
                "targets += x\n$(obj)/x: a.c FORCE\n\t$(call if_changed, ld)\n",
                "targets += x\n$(obj)/x: a.c FORCE\n\t$(call if_changed,ld)\n",
            ),
            (
                "force-missing",
                "targets += x\n$(obj)/x: a.c\n\t$(call if_changed,ld)\n",
                "targets += x\n$(obj)/x: FORCE\n$(obj)/x: a.c\n\t$(call if_changed,ld)\n",
            ),
            (
                "not-in-targets",
                "$(obj)/x: a.c FORCE\n\t$(call if_changed,ld)\n",
                "extra-y := x\n$(obj)/x: a.c FORCE\n\t$(call if_changed,ld)\n",
            ),
            (
                "if-changed-twice",
                "targets += x\n$(obj)/x: FORCE\n\t$(call if_changed,ld)\n\t$(call if_changed,sum)\n",
                "targets += x\n$(obj)/x: FORCE\n\t$(call if_changed,ld)\n\t@true\n",
            ),
            ("object-names-itself", "obj-m += a.o\na-objs := a.o b.o\n", "obj-m += m.o\nm-objs := a.o\n"),
            (
                "object-in-two-modules",
                "obj-m += m.o n.o\nm-objs := a.o\nn-objs := a.o\n",
                "obj-m += m.o\nm-objs := a.o\nm-y += a.o\n",
            ),
            ("no-source", "obj-m += b.o\n", "obj-m += a.o\n"),
            ("include-space", "ccflags-y := -I $(src)/include\n", "ccflags-y := -I$(src)/include\n"),
            (
                "pwd",
                "ccflags-y := -I$(PWD)/include\n",
                "PWD := $(shell pwd)\nccflags-y := -I$(PWD)/include\n",
            ),
            ("superseded", "EXTRA_CFLAGS += -DX\n", "ccflags-y += -DX\n"),
            (
                "superseded",
                "all:\n\t$(MAKE) -C /k SUBDIRS=$(CURDIR)\n",
                "all:\n\t$(MAKE) -C /k M=$(CURDIR)\n",
            ),
            ("plain-make", "all:\n\tcd x && make -C /k\n", "all:\n\t@echo make it\n\t$(MAKE) -C /k\n"),
            (
                "config-searched",
                "X := $(shell grep CONFIG_X $(KDIR)/.config)\n",
                "X := $(shell grep X $(KDIR)/config.h)\n",
            ),
            (
                "relative-module",
                "all:\n\t$(MAKE) -C /k M=. modules\n",
                "all:\n\t$(MAKE) -C /k M=$(CURDIR) modules\n",
            ),
            ("cut-off", "ccflags-y := -DX=\\\"a#b\\\"\n", "ccflags-y := -DX=1 # one\n"),
            (
                "never-set",
                "mod_objs := a.o\nobj-m := $(mod_obj)\n",
                "mod_objs := a.o\nobj-m := $(mod_objs)\n",
            ),
            (
                "never-set",
                "load_addrs := 1\nx := $(load_addr)\n",
                "load_addrs := 1\nx := $(load_addr)\nvars = load_addr=$(load_addrs) \\\n  y=1\n",
            ),
            ("superseded", "hostprogs-y := a\n", "hostprogs := a\n"),
            ("superseded", "always := a\n", "always-y := a\nalways = $(always-y)\n"),
            ("pwd", "all:\n\techo $(PWD)\n", "all:\n\t# $(PWD)\n"),
        ];
        for (code, wrong, right) in faults {
            assert_eq!(codes(wrong), [code], "{wrong}");
            assert_eq!(codes(right), Vec::<&str>::new(), "{right}");
        }
    }

    #[test]
    fn words_are_marked_where_they_are() {
        let source = Source::read(BStr::new("m/Kbuild"), b"# a\nEXTRA_CFLAGS \\\n += -DX\n".to_vec());
        let tree = Tree::default();
        let lang = Lang::default();
        let found = check(&lang, &tree, None, &source);
        let text = picture(&source, &found[0], &Renderer::plain());
        assert!(text.contains("--> m/Kbuild:2:1") && text.contains("^^^^^^^^^^^^"), "{text}");
    }
}
