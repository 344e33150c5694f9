//! The targets of pattern rules, for names that are looked at in numbers.

use rkbuild_eval::pattern::Pattern;

/// The target of a pattern rule, taken apart once: what is before the `%`, what is behind it, and whether it speaks of a name
/// without its directory.
pub(crate) struct Shape {
    before: Vec<u8>,
    behind: Vec<u8>,
    of_base: bool,
}

impl Shape {
    /// The shape of a pattern.
    pub(crate) fn of(pattern: &Pattern) -> Shape {
        let of_base = !pattern.text.contains(&b'/');
        Shape { before: pattern.prefix().to_vec(), behind: pattern.suffix().to_vec(), of_base }
    }

    /// True when a name, whose last part is `base`, is of this shape. The stem may be empty.
    pub(crate) fn fits(&self, name: &[u8], base: &[u8]) -> bool {
        let name = if self.of_base { base } else { name };
        // The last byte tells most of them apart.
        let last = self.behind.last().is_none_or(|c| name.last() == Some(c));
        last && name.ends_with(&self.behind) && name.starts_with(&self.before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_without_a_slash_speaks_of_names_in_any_directory() {
        let fits = |pattern: &[u8], name: &[u8]| {
            let base = name.rsplit(|c| *c == b'/').next().unwrap_or_default();
            Shape::of(&Pattern::parse(pattern)).fits(name, base)
        };
        assert!(
            fits(b"%.h", b"a/b.h")
                && fits(b"b%", b"a/b.h")
                && fits(b"a/%.h", b"a/b.h")
                && fits(b"%", b"a/b.h")
        );
        assert!(!fits(b"a%", b"a/b.h") && !fits(b"b/%.h", b"a/b.h") && !fits(b"%.c", b"a/b.h"));
    }
}
