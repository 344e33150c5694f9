//! What the files `modules.order` would say that a build writes, from the recipes that write them.

use rkbuild_base::{BStr, BString, ByteSlice, FxMap};
use rkbuild_host::Dir;

/// What a recipe puts into one.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Item {
    /// A line.
    Module(BString),
    /// The lines of another one.
    Of(BString),
}

/// All of them, by path.
#[derive(Default)]
pub struct Orders(FxMap<BString, Vec<Item>>);

fn path_in(dir: &[u8], name: &[u8]) -> BString {
    let name = name.strip_prefix(b"./").unwrap_or(name);
    if name.starts_with(b"/") { name.into() } else { [dir, b"/", name].concat().into() }
}

/// The items of a recipe: `echo MODULE` and `cat FILE…`.
fn items(dir: &[u8], text: &[u8]) -> Vec<Item> {
    let mut items = Vec::new();
    for command in text.split(|c| b";|{}\n".contains(c)) {
        let command = command.split_str(">").next().unwrap_or_default();
        let mut words = command.fields();
        match words.next() {
            Some(b"echo") => {
                let modules = words.filter(|word| word.ends_with(b".ko") || word.ends_with(b".o"));
                items.extend(modules.map(|word| Item::Module(word.into())));
            }
            Some(b"cat") => items.extend(words.map(|word| Item::Of(path_in(dir, word)))),
            _ => {}
        }
    }
    items
}

impl Orders {
    /// Notes what the recipe of `target` would write. A make above may have the file as a target whose recipe does nothing.
    pub fn note(&mut self, dir: &Dir, target: &BStr, text: &BStr) {
        let items = items(dir.path(), text);
        let known = self.0.entry(path_in(dir.path(), target)).or_default();
        if !items.is_empty() {
            *known = items;
        }
    }

    /// The lines of the file `name`, each once, if it would be written.
    pub fn modules(&self, dir: &Dir, name: &[u8]) -> Option<Vec<BString>> {
        let path = path_in(dir.path(), name);
        self.0.get(&path)?;
        let mut modules = Vec::new();
        self.collect(&path, &mut modules, 0);
        Some(modules)
    }

    fn collect(&self, path: &BString, out: &mut Vec<BString>, depth: u32) {
        // No tree is so deep; files that name each other are.
        const DEEPEST: u32 = 64;
        for item in self.0.get(path).into_iter().flatten() {
            match item {
                Item::Module(module) if !out.contains(module) => out.push(module.clone()),
                Item::Of(other) if depth < DEEPEST => self.collect(other, out, depth + 1),
                Item::Module(_) | Item::Of(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_from_the_recipes_below_each_once_and_in_order() {
        let dir = Dir::current().unwrap();
        let mut orders = Orders::default();
        let mut note = |target: &str, text: &str| orders.note(&dir, BStr::new(target), BStr::new(text));
        note("./modules.order", "cat ./fs/modules.order lib/modules.order > modules.order");
        note(
            "fs/modules.order",
            "set -e;  {   echo fs/a.ko;  cat fs/b/modules.order; :; } | awk '!x[$0]++' - > fs/modules.order",
        );
        note("fs/b/modules.order", "{ echo fs/b/b.ko; echo fs/a.ko; :; } > fs/b/modules.order");
        note("fs/modules.order", ":");
        note("lib/modules.order", "{ :; } > lib/modules.order");
        assert_eq!(orders.modules(&dir, b"modules.order"), Some(vec!["fs/a.ko".into(), "fs/b/b.ko".into()]));
        assert_eq!(orders.modules(&dir, b"nothere"), None);
    }
}
