//! Suffix rules as pattern rules (manual 10.7).

use std::rc::Rc;

use rkbuild_base::BString;
use rkbuild_eval::pattern::Pattern;
use rkbuild_eval::recipe::Recipe;
use rkbuild_eval::target::PatternDep;
use rkbuild_eval::{FileId, Result, Session};

/// Makes a pattern rule of each suffix rule: `.c.o` is `%.o: %.c`, `.c` is `%: %.c`, and `.c.a` is `(%.o): %.c` too.
pub(crate) fn convert(session: &mut Session) -> Result<()> {
    let name = session.known.suffixes;
    let suffixes: Vec<BString> = match session.targets.lookup(name) {
        Some(id) => session.targets[id]
            .deps
            .iter()
            .map(|d| session.text(session.targets[d.file].name).into())
            .collect(),
        None => Vec::new(),
    };
    for suffix in &suffixes {
        // A recipe for a suffix alone makes a file without suffix, whatever prerequisites are named.
        if let Some(rule) = rule(session, suffix) {
            add(session, rule, b"%", suffix);
        }
        for other in &suffixes {
            let mut name = suffix.to_vec();
            name.extend_from_slice(other);
            let Some(rule) = rule(session, &name) else { continue };
            if !session.targets[rule.0].deps.is_empty() {
                if session.targets.posix {
                    continue;
                }
                let message = "warning: ignoring prerequisites on suffix rule definition";
                session.error(Some(rule.1.place), message);
            }
            if other == ".a" {
                add(session, rule.clone(), b"(%.o)", suffix);
            }
            let mut target = b"%".to_vec();
            target.extend_from_slice(other);
            add(session, rule, &target, suffix);
        }
    }
    session.targets.suffixes = suffixes;
    Ok(())
}

/// The suffix rule of this name: a target with a recipe.
fn rule(session: &Session, name: &[u8]) -> Option<(FileId, Rc<Recipe>)> {
    let file = session.shared.lang.names.get(name).and_then(|n| session.targets.lookup(n))?;
    Some((file, session.targets[file].recipe.clone()?))
}

/// Adds the pattern rule `target: %source` that a suffix rule means, unless there is one like it.
fn add(session: &mut Session, (file, recipe): (FileId, Rc<Recipe>), target: &[u8], source: &[u8]) {
    let pattern = Pattern::parse(target);
    let mut text = BString::from("%");
    text.extend_from_slice(source);
    let deps = vec![PatternDep { text, order_only: false, wait: false, secondary: false }];
    if session.targets.has_pattern_rule(&pattern, &deps) {
        return;
    }
    let place = if session.targets[file].builtin { Default::default() } else { recipe.place };
    session.add_pattern_rule(vec![pattern], deps, Some(recipe), false, place);
}
