//! One phase of two programs compared.

use std::collections::BTreeSet;

use bstr::{BStr, BString, ByteSlice};

use crate::explain;
use crate::recipe::Recipe;
use crate::snapshot::{Difference, Snapshot};
use crate::stage::Phase;

/// How phases are compared.
pub struct Judge<'a> {
    pub recipe: &'a Recipe,
    /// Printed lines may come in any order.
    pub parallel: bool,
    /// Lines shown of each difference.
    pub most: usize,
}

impl Judge<'_> {
    /// What is different, one text for each thing. `contents` gives both programs' content of a path of the tree.
    pub fn phase(
        &self,
        first: &Phase,
        second: &Phase,
        contents: impl Fn(&BStr) -> (Option<Vec<u8>>, Option<Vec<u8>>),
    ) -> Vec<String> {
        let mut all = self.behaviour(first, second);
        for difference in self.files(&first.tree, &second.tree) {
            let mut text = difference.to_string();
            if let (Some(a), Some(b)) = contents(difference.path())
                && a != b
            {
                text.push('\n');
                text.push_str(explain::files(difference.path(), &a, &b, self.most).trim_end());
            }
            all.push(text);
        }
        all.extend(self.files(&first.installed, &second.installed).map(|d| format!("installed {d}")));
        all
    }

    /// Exit status, printed lines, and which files were written or removed.
    pub fn behaviour(&self, first: &Phase, second: &Phase) -> Vec<String> {
        let mut all = Vec::new();
        if first.ending != second.ending {
            all.push(format!("exit status {} / {}", first.ending, second.ending));
        }
        for (name, a, b) in [("output", &first.out, &second.out), ("error output", &first.err, &second.err)] {
            let parallel = self.is_parallel(&first.name);
            let (a, b) = (self.lines(a, parallel), self.lines(b, parallel));
            if a != b {
                all.push(format!("{name} differs:\n{}", explain::lines(&a, &b, self.most).trim_end()));
            }
        }
        for (name, a, b) in
            [("written", &first.written, &second.written), ("removed", &first.removed, &second.removed)]
        {
            let (a, b) = (self.kept(a), self.kept(b));
            for (who, only) in [("the reference", a.difference(&b)), ("the candidate", b.difference(&a))] {
                let only: Vec<String> = only.map(|p| p.to_string()).collect();
                if !only.is_empty() {
                    let shown = only.iter().take(self.most).map(String::as_str).collect::<Vec<_>>().join(" ");
                    all.push(format!("{} files {name} by {who} only: {shown}", only.len()));
                }
            }
        }
        all
    }

    fn files(&self, first: &Snapshot, second: &Snapshot) -> impl Iterator<Item = Difference> {
        first.differences(second).into_iter().filter(|d| self.counts(d.path()))
    }

    fn kept<'p>(&self, paths: &'p [BString]) -> BTreeSet<&'p BStr> {
        paths.iter().map(|p| p.as_bstr()).filter(|p| self.counts(p)).collect()
    }

    fn counts(&self, path: &BStr) -> bool {
        self.recipe.exclude.as_ref().is_none_or(|e| !e.is_match(path))
    }

    fn is_parallel(&self, phase: &str) -> bool {
        self.parallel || self.recipe.runs.iter().any(|run| run.parallel && run.name == phase)
    }

    fn lines(&self, text: &[u8], parallel: bool) -> Vec<u8> {
        let mut text = text.to_vec();
        for norm in &self.recipe.norm {
            text = norm.replace_all(&text, &b"<norm>"[..]).into_owned();
        }
        if parallel {
            let mut lines: Vec<&[u8]> = text.lines_with_terminator().collect();
            lines.sort_unstable();
            text = lines.concat();
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::Ending;

    fn phase(out: &str, written: &[&str]) -> Phase {
        Phase {
            name: "build".into(),
            ending: Ending::Exit(0),
            seconds: 0.0,
            out: out.into(),
            err: BString::default(),
            written: written.iter().map(|&w| w.into()).collect(),
            removed: Vec::new(),
            tree: Snapshot::default(),
            installed: Snapshot::default(),
        }
    }

    #[test]
    fn order_counts_only_when_not_parallel_and_exclusions_do_not_count() {
        let recipe = Recipe { exclude: Some(regex::bytes::Regex::new("log$").unwrap()), ..Recipe::default() };
        let judge = |parallel| Judge { recipe: &recipe, parallel, most: 5 };
        let (a, b) = (phase("x\ny\n", &["a", "a.log"]), phase("y\nx\n", &["a"]));
        assert_eq!(judge(true).behaviour(&a, &b), Vec::<String>::new());
        assert_eq!(judge(false).behaviour(&a, &b).len(), 1);
        let c = phase("x\ny\n", &["a", "b"]);
        assert_eq!(judge(false).behaviour(&a, &c), ["1 files written by the candidate only: b"]);
    }
}
