//! A rule's recipe as it was read: expanded only when it runs.

use std::sync::Arc;

use rkbuild_base::Place;
use rkbuild_syntax::Text;

/// The recipe of a rule. Shared by all targets of the rule (`Rc`), immutable.
#[derive(Debug)]
pub struct Recipe {
    /// Its logical lines, in order, without the prefix character of their first physical line.
    pub lines: Box<[RecipeLine]>,
    /// Where the recipe begins (the line of the first recipe line, or of the rule for `target: ; recipe`).
    pub place: Place,
    /// The value of `.RECIPEPREFIX` when it was read (a tab by default).
    pub prefix: u8,
}

/// One logical line of a recipe.
#[derive(Debug, Clone)]
pub struct RecipeLine {
    /// The text, backslash-newlines and what follows them (prefix characters included) untouched.
    pub text: Arc<Text>,
    /// The line number messages give: where the recipe begins, and one more for each line.
    pub line: u32,
}
