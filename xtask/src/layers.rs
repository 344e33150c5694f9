//! Which files of a crate use which: no circles, and folders only use those below them.
//!
//! A file uses another when one of its paths leads into it: `crate::graph::times::Time`, `super::x`, or `copy::cp` beside
//! `mod copy;`. A name that a file only passes on (`pub use`) leads to where it comes from. Paths are taken from the tokens of
//! the source, so that those inside macros count and those in comments do not.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A module's path from the root of its crate, or that of a name in it.
type Names = Vec<String>;

/// The files of a crate, by the paths of their modules.
#[derive(Default)]
pub struct Sources {
    files: BTreeMap<Names, Source>,
}

/// What one file says.
#[derive(Default)]
struct Source {
    /// Every path in it, from the root of the crate.
    uses: BTreeSet<Names>,
    /// Names it passes on, and what they stand for.
    exports: BTreeMap<String, Names>,
    /// Types it defines.
    types: BTreeSet<String>,
    /// Types it adds methods to.
    extended: BTreeSet<String>,
}

impl Sources {
    /// Reads all files below `src`.
    pub fn read(src: &Path) -> Result<Sources> {
        let mut sources = Sources::default();
        sources.read_folder(src, &[])?;
        Ok(sources)
    }

    fn read_folder(&mut self, folder: &Path, module: &[String]) -> Result<()> {
        let entries =
            std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                self.read_folder(&path, &[module, &[stem]].concat())?;
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let module = match stem.as_str() {
                    "lib" | "main" | "mod" => module.to_vec(),
                    _ => [module, &[stem]].concat(),
                };
                let text = std::fs::read_to_string(&path)?;
                self.add(module, &text).with_context(|| format!("cannot read {}", path.display()))?;
            }
        }
        Ok(())
    }

    fn add(&mut self, module: Names, text: &str) -> Result<()> {
        let tokens: TokenStream = text.parse().map_err(|error| anyhow!("{error}"))?;
        let mut source = Source::default();
        let children = children(&tokens);
        Reader { source: &mut source, file: &module, children: &children }.read(tokens, &module);
        self.files.insert(module, source);
        Ok(())
    }

    /// The file a path leads into.
    fn file_of(&self, path: &[String]) -> Option<&Names> {
        let mut path = path.to_vec();
        // Nothing is passed on more often than there are files.
        for _ in 0..=self.files.len() {
            let at = (0..=path.len()).rev().find(|at| self.files.contains_key(&path[..*at]))?;
            let (file, source) = self.files.get_key_value(&path[..at])?;
            match path.get(at).and_then(|name| source.exports.get(name)) {
                Some(target) => path = [target.as_slice(), &path[at + 1..]].concat(),
                None => return Some(file),
            }
        }
        None
    }

    /// For each file, those it uses.
    fn graph(&self) -> BTreeMap<&Names, BTreeSet<&Names>> {
        let used = |file, source: &Source| {
            let used: BTreeSet<&Names> = source.uses.iter().filter_map(|path| self.file_of(path)).collect();
            used.into_iter().filter(|other| *other != file).collect()
        };
        self.files.iter().map(|(file, source)| (file, used(file, source))).collect()
    }

    /// Files that use each other, directly or by way of others: for each circle one line.
    pub fn circles(&self) -> Vec<String> {
        let graph = self.graph();
        let mut told: BTreeSet<&Names> = BTreeSet::new();
        let mut found = Vec::new();
        for file in graph.keys() {
            if told.contains(file) {
                continue;
            }
            if let Some(circle) = way_back(&graph, file) {
                told.extend(&circle);
                let names: Vec<String> = circle.iter().map(|file| name(file)).collect();
                found.push(format!("{} -> {}", names.join(" -> "), name(file)));
            }
        }
        found
    }

    /// What is against the order of `folders`, from top to bottom: files that use a folder above their own, and methods added
    /// to a type of another folder, which that folder could then call.
    pub fn against_order(&self, folders: &[&str]) -> Vec<String> {
        let rank = |file: &Names| file.first().and_then(|top| folders.iter().position(|f| f == top));
        let mut found = Vec::new();
        for (file, used) in self.graph() {
            for other in used {
                if let (Some(own), Some(others)) = (rank(file), rank(other))
                    && others < own
                {
                    found.push(format!("{} uses {}", name(file), name(other)));
                }
            }
        }
        for (file, source) in self.files.iter().filter(|(file, _)| rank(file).is_some()) {
            for extended in &source.extended {
                let mut homes = self.files.iter().filter(|(_, source)| source.types.contains(extended));
                if homes.clone().next().is_some() && homes.all(|(home, _)| rank(home) != rank(file)) {
                    found.push(format!("{} adds methods to {extended} of another folder", name(file)));
                }
            }
        }
        found
    }

    /// The folders at the top that are not among `folders`.
    pub fn not_in_order(&self, folders: &[&str]) -> Vec<String> {
        let tops = self.files.keys().filter(|file| file.len() > 1).map(|file| file[0].clone());
        let tops: BTreeSet<String> = tops.filter(|top| !folders.contains(&top.as_str())).collect();
        tops.into_iter().collect()
    }
}

fn name(file: &[String]) -> String {
    if file.is_empty() { "lib".to_owned() } else { file.join("/") }
}

/// The shortest way from a file to itself, without the end.
fn way_back<'a>(
    graph: &BTreeMap<&'a Names, BTreeSet<&'a Names>>,
    start: &'a Names,
) -> Option<Vec<&'a Names>> {
    let mut from: BTreeMap<&Names, &'a Names> = BTreeMap::new();
    let mut open = VecDeque::from([start]);
    while let Some(file) = open.pop_front() {
        for &next in graph.get(file)? {
            if next == start {
                let mut way = vec![file];
                while let Some(&before) = way.last().and_then(|last| from.get(last)) {
                    way.push(before);
                }
                way.reverse();
                return Some(way);
            }
            if !from.contains_key(next) {
                from.insert(next, file);
                open.push_back(next);
            }
        }
    }
    None
}

/// The names of the modules that a file declares and does not hold.
fn children(tokens: &TokenStream) -> BTreeSet<String> {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let declared = tokens.windows(3).filter_map(|three| match three {
        [TokenTree::Ident(word), TokenTree::Ident(name), TokenTree::Punct(end)]
            if *word == "mod" && end.as_char() == ';' =>
        {
            Some(name.to_string())
        }
        _ => None,
    });
    declared.collect()
}

struct Reader<'a> {
    source: &'a mut Source,
    file: &'a [String],
    children: &'a BTreeSet<String>,
}

impl Reader<'_> {
    /// Reads what stands in `module`, which is the file's or one inside it.
    fn read(&mut self, tokens: TokenStream, module: &[String]) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let rest = &tokens[at + 1..];
            at += 1;
            match token {
                TokenTree::Group(group) => self.read(group.stream(), module),
                TokenTree::Ident(word) => match (word.to_string().as_str(), rest) {
                    ("mod", [TokenTree::Ident(name), TokenTree::Group(body), ..]) => {
                        self.read(body.stream(), &[module, &[name.to_string()]].concat());
                        at += 2;
                    }
                    ("struct" | "enum" | "union", [TokenTree::Ident(name), ..]) => {
                        self.source.types.insert(name.to_string());
                    }
                    ("impl", _) => self.source.extended.extend(extended(rest)),
                    ("pub", _) => at += self.passed_on(rest, module),
                    (first, _) => {
                        let mut leaves = Vec::new();
                        let end = leaves_of(&tokens, at - 1, Vec::new(), &mut leaves);
                        let local = first == "crate" || first == "self" || first == "super";
                        if end > at && (local || self.children.contains(first)) {
                            let paths = leaves.iter().map(|leaf| self.absolute(&leaf.path, module));
                            let paths: Vec<Names> = paths.collect();
                            self.source.uses.extend(paths);
                        }
                        at = end.max(at);
                    }
                },
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }

    /// Reads `pub use …;` and gives its length; nothing if that is not what follows `pub`.
    fn passed_on(&mut self, rest: &[TokenTree], module: &[String]) -> usize {
        let scope = usize::from(
            matches!(rest.first(), Some(TokenTree::Group(g)) if g.delimiter() == Delimiter::Parenthesis),
        );
        if !matches!(rest.get(scope), Some(TokenTree::Ident(word)) if *word == "use") || module != self.file {
            return 0;
        }
        let mut leaves = Vec::new();
        let end = leaves_of(rest, scope + 1, Vec::new(), &mut leaves);
        for leaf in leaves {
            let first = leaf.path.first().map(String::as_str).unwrap_or_default();
            if matches!(first, "crate" | "self" | "super") || self.children.contains(first) {
                self.source.exports.insert(leaf.name, self.absolute(&leaf.path, module));
            }
        }
        end
    }

    /// A path as it is from the root of the crate.
    fn absolute(&self, path: &[String], module: &[String]) -> Names {
        let mut out = module.to_vec();
        for (at, part) in path.iter().enumerate() {
            match part.as_str() {
                "crate" => out.clear(),
                "self" => {}
                "super" => drop(out.pop()),
                child if at == 0 => {
                    out = self.file.to_vec();
                    out.push(child.to_owned());
                }
                part => out.push(part.to_owned()),
            }
        }
        out
    }
}

/// One path of a `use` tree, and the name it has here.
struct Leaf {
    path: Names,
    name: String,
}

/// Reads the path, or the tree of paths, that begins at `at`; gives where it ends.
fn leaves_of(tokens: &[TokenTree], mut at: usize, mut path: Names, leaves: &mut Vec<Leaf>) -> usize {
    loop {
        match tokens.get(at) {
            Some(TokenTree::Ident(part)) => path.push(part.to_string()),
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace && !path.is_empty() => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                for tree in inner.split(|token| matches!(token, TokenTree::Punct(p) if p.as_char() == ',')) {
                    if !tree.is_empty() {
                        leaves_of(tree, 0, path.clone(), leaves);
                    }
                }
                return at + 1;
            }
            // What all names stand for is the module itself.
            _ => break,
        }
        at += 1;
        let colon = |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(p)) if p.as_char() == ':');
        if !(colon(at) && colon(at + 1)) {
            break;
        }
        at += 2;
    }
    let mut name = path.last().cloned().unwrap_or_default();
    if let [Some(TokenTree::Ident(word)), Some(TokenTree::Ident(other))] =
        [tokens.get(at), tokens.get(at + 1)]
        && *word == "as"
    {
        name = other.to_string();
    }
    leaves.push(Leaf { path, name });
    at
}

/// The type that what follows `impl` adds methods to; none where it is a trait's.
fn extended(rest: &[TokenTree]) -> Option<String> {
    let end = rest
        .iter()
        .position(|token| matches!(token, TokenTree::Group(g) if g.delimiter() == Delimiter::Brace))?;
    let mut depth = 0;
    let mut last = None;
    for token in &rest[..end] {
        match token {
            TokenTree::Punct(p) if p.as_char() == '<' => depth += 1,
            TokenTree::Punct(p) if p.as_char() == '>' => depth -= 1,
            TokenTree::Ident(word) if depth == 0 && *word == "for" => return None,
            TokenTree::Ident(word) if depth == 0 && *word == "where" => break,
            TokenTree::Ident(word) if depth == 0 => last = Some(word.to_string()),
            _ => {}
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(files: &[(&str, &str)]) -> Sources {
        let mut sources = Sources::default();
        for (module, text) in files {
            let module = module.split('/').filter(|part| !part.is_empty()).map(String::from).collect();
            sources.add(module, text).unwrap();
        }
        sources
    }

    #[test]
    fn two_files_that_use_each_other_are_a_circle() {
        let sources =
            sources(&[("a", "use crate::b::B; struct A;"), ("b", "fn f(a: crate::a::A) {} struct B;")]);
        assert_eq!(sources.circles(), ["a -> b -> a"]);
    }

    #[test]
    fn a_longer_circle_is_found_through_groups_and_macros() {
        let sources = sources(&[
            ("low/a", "use crate::{low::b, high::C};"),
            ("low/b", "fn f() { println!(\"{}\", crate::low::c::g()) }"),
            ("low/c", "use super::a::A;"),
            ("high", "struct C;"),
        ]);
        assert_eq!(sources.circles(), ["low/a -> low/b -> low/c -> low/a"]);
    }

    #[test]
    fn comments_tests_and_other_crates_are_no_uses() {
        let sources = sources(&[
            ("a", "//! See [`crate::b`].\nuse std::b::c; mod tests { use super::*; }"),
            ("b", "use crate::a::A;"),
        ]);
        assert_eq!(sources.circles(), Vec::<String>::new());
    }

    #[test]
    fn a_name_passed_on_leads_to_where_it_comes_from() {
        let sources = sources(&[
            ("", "mod a; mod b; pub use a::{A, B as C};"),
            ("a", "use crate::b::x; struct A;"),
            ("b", "use crate::C;"),
        ]);
        assert_eq!(sources.circles(), ["a -> b -> a"]);
    }

    #[test]
    fn a_file_and_the_module_it_declares_can_be_a_circle() {
        let sources =
            sources(&[("tool", "mod copy; fn f() { copy::cp() }"), ("tool/copy", "use super::Place;")]);
        assert_eq!(sources.circles(), ["tool -> tool/copy -> tool"]);
    }

    #[test]
    fn a_folder_must_not_use_one_above_it() {
        let sources = sources(&[("high/a", "use crate::low::b::B;"), ("low/c", "use crate::high::a::A;")]);
        assert_eq!(sources.against_order(&["high", "low"]), ["low/c uses high/a"]);
        assert_eq!(sources.not_in_order(&["high"]), ["low"]);
    }

    #[test]
    fn a_type_gets_methods_in_its_own_folder_only() {
        let sources = sources(&[
            ("low/a", "pub struct A<'s>(&'s u8);"),
            ("low/b", "impl A<'_> { fn f() {} }"),
            ("high/c", "impl<'s> crate::low::a::A<'s> { fn g() {} } impl Drop for A<'_> {} impl Vec<u8> {}"),
        ]);
        assert_eq!(sources.against_order(&["high", "low"]), ["high/c adds methods to A of another folder"]);
    }
}
