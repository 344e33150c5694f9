//! `-p`: what a session knows, in make's form.

use rkbuild_eval::Session;
use rkbuild_eval::variable::{Flavor, GLOBAL, Origin};

use crate::builder::Builder;

/// Prints variables, pattern rules and files.
pub fn print(builder: &mut Builder<'_>) {
    let session = &mut *builder.session;
    let mut out = b"\n# Make data base, printed on ".to_vec();
    out.extend_from_slice(format!("GNU Make {}\n\n# Variables\n\n", session.identity().version()).as_bytes());
    variables(session, &mut out);
    out.extend_from_slice(b"# Implicit Rules\n\n");
    patterns(session, &mut out);
    out.extend_from_slice(b"# Files\n\n");
    files(session, &mut out);
    out.extend_from_slice(b"# Finished Make data base\n\n");
    session.out(&out);
}

fn variables(session: &Session, out: &mut Vec<u8>) {
    let scope = session.vars.scope(GLOBAL);
    let mut vars: Vec<_> = scope.vars.values().collect();
    vars.sort_by_key(|v| session.text(v.name));
    for var in vars {
        let data = var.data.borrow();
        let origin = match data.origin {
            Origin::File => "makefile",
            Origin::Override => "'override' directive",
            Origin::EnvironmentOverride => "environment under -e",
            other => other.text(),
        };
        out.extend_from_slice(format!("# {origin}").as_bytes());
        if data.place.line > 0 {
            out.extend_from_slice(b" (from '");
            out.extend_from_slice(session.text(data.place.file));
            out.extend_from_slice(format!("', line {})", data.place.line).as_bytes());
        }
        out.push(b'\n');
        if data.value.bytes.contains(&b'\n') && data.flavor == Flavor::Recursive {
            out.extend_from_slice(b"define ");
            out.extend_from_slice(session.text(var.name));
            out.push(b'\n');
            out.extend_from_slice(&data.value.bytes);
            out.extend_from_slice(b"\nendef\n");
            continue;
        }
        out.extend_from_slice(session.text(var.name));
        out.extend_from_slice(if data.flavor == Flavor::Simple { b" := " } else { b" = " });
        for &c in data.value.bytes.iter() {
            // Read back, a dollar of a simple value has to stay one.
            if c == b'$' && data.flavor == Flavor::Simple {
                out.push(b'$');
            }
            out.push(c);
        }
        out.push(b'\n');
    }
    out.push(b'\n');
}

fn patterns(session: &Session, out: &mut Vec<u8>) {
    for rule in &session.targets.patterns {
        for (i, target) in rule.targets.iter().enumerate() {
            if i > 0 {
                out.push(b' ');
            }
            out.extend_from_slice(&target.text);
        }
        out.extend_from_slice(if rule.terminal { b"::" } else { b":" });
        for dep in &rule.deps {
            out.push(b' ');
            out.extend_from_slice(&dep.text);
        }
        out.push(b'\n');
        recipe(session, &rule.recipe, out);
        out.push(b'\n');
    }
}

fn recipe(session: &Session, recipe: &rkbuild_eval::Recipe, out: &mut Vec<u8>) {
    if recipe.place.line == 0 {
        out.extend_from_slice(b"#  recipe to execute (built-in):\n");
    } else {
        out.extend_from_slice(b"#  recipe to execute (from '");
        out.extend_from_slice(session.text(recipe.place.file));
        out.extend_from_slice(format!("', line {}):\n", recipe.place.line).as_bytes());
    }
    for line in &recipe.lines {
        out.push(b'\t');
        out.extend_from_slice(&line.text.bytes);
        out.push(b'\n');
    }
}

fn files(session: &Session, out: &mut Vec<u8>) {
    for target in &session.targets.files {
        if !target.is_target {
            out.extend_from_slice(b"# Not a target:\n");
        }
        out.extend_from_slice(session.text(target.name));
        out.extend_from_slice(if target.is_double_colon { b"::" } else { b":" });
        let mut bar = false;
        for dep in &target.deps {
            if dep.order_only && !bar {
                out.extend_from_slice(b" |");
                bar = true;
            }
            out.push(b' ');
            out.extend_from_slice(session.text(session.targets[dep.file].name));
        }
        out.push(b'\n');
        if target.phony {
            out.extend_from_slice(b"#  Phony target (prerequisite of .PHONY).\n");
        }
        if let Some(own) = &target.recipe {
            recipe(session, own, out);
        }
        out.push(b'\n');
    }
}
