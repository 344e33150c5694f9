//! Suffix rules as pattern rules (manual 10.7).

use rkbuild_base::BString;
use rkbuild_eval::pattern::Pattern;
use rkbuild_eval::target::PatternDep;
use rkbuild_eval::{Result, Session};

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
        // A recipe for a suffix alone makes a file without suffix.
        add(session, suffix, b"%", suffix);
        for other in &suffixes {
            let mut rule = suffix.to_vec();
            rule.extend_from_slice(other);
            if other == ".a" {
                add(session, &rule, b"(%.o)", suffix);
            }
            let mut target = b"%".to_vec();
            target.extend_from_slice(other);
            add(session, &rule, &target, suffix);
        }
    }
    session.targets.suffixes = suffixes;
    Ok(())
}

/// If there is a suffix rule `name`, adds the pattern rule it means, unless there is one like it.
fn add(session: &mut Session, name: &[u8], target: &[u8], source: &[u8]) {
    let Some(file) = session.shared.lang.names.get(name).and_then(|n| session.targets.lookup(n)) else {
        return;
    };
    let Some(recipe) = session.targets[file].recipe.clone() else { return };
    if !session.targets[file].deps.is_empty() {
        if session.targets.posix {
            return;
        }
        let message = "warning: ignoring prerequisites on suffix rule definition";
        session.error(Some(recipe.place), message);
    }
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
