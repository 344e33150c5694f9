//! A make that has ended, as far as hints need to know it.

use std::sync::Arc;

use rkbuild_base::BStr;
use rkbuild_eval::options::Options;
use rkbuild_host::{Dir, Env};

/// What is known of one make.
pub struct Make {
    /// Its arguments.
    pub options: Options,
    /// Its environment.
    pub env: Env,
    /// Where it was called.
    pub dir: Arc<Dir>,
    /// How it ended.
    pub status: i32,
    /// The first of the process.
    pub is_first: bool,
}

impl Make {
    /// The last value of a variable on the command line.
    pub fn set(&self, name: &str) -> Option<&BStr> {
        let words = self.options.assignments.iter().rev();
        words
            .filter_map(|word| rkbuild_syntax::statement::definition(word))
            .find_map(|(found, _, value)| (found == name.as_bytes()).then(|| BStr::new(value)))
    }

    /// The same, or else the value of the environment.
    pub fn value(&self, name: &str) -> Option<&BStr> {
        self.set(name).or_else(|| self.env.get(name.as_bytes())).filter(|value| !value.is_empty())
    }
}
