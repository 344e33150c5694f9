//! The functions of the makefile language: names, numbers of arguments, which expand their own arguments.

use rkbuild_base::Identity;

macro_rules! functions {
    ($($id:ident $name:literal $min:literal $max:literal $expand:literal;)*) => {
        /// A function of the makefile language (GNU make manual, chapter 8).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs)]
        pub enum Func { $($id),* }

        impl Func {
            /// All functions, in the order of the enum.
            pub const ALL: &'static [Func] = &[$(Func::$id),*];

            /// The name as a makefile writes it.
            pub fn name(self) -> &'static str {
                match self { $(Func::$id => $name),* }
            }

            /// The fewest arguments it takes; fewer is an error.
            pub fn min_args(self) -> usize {
                match self { $(Func::$id => $min),* }
            }

            /// The most arguments it takes; commas after that belong to the last. 0: no bound.
            pub fn max_args(self) -> usize {
                match self { $(Func::$id => $max),* }
            }

            /// True when its arguments are expanded before it is called.
            pub fn expands(self) -> bool {
                match self { $(Func::$id => $expand),* }
            }

            /// True when white space around that argument, as written, does not belong to it.
            pub fn trims(self, index: usize) -> bool {
                match self {
                    Func::And | Func::Or => true,
                    Func::If => index == 0,
                    _ => false,
                }
            }

            fn by_name(name: &[u8]) -> Option<Func> {
                $(if name == $name.as_bytes() { return Some(Func::$id); })*
                None
            }
        }
    };
}

functions! {
    Abspath "abspath" 0 1 true;
    Addprefix "addprefix" 2 2 true;
    Addsuffix "addsuffix" 2 2 true;
    And "and" 1 0 false;
    Basename "basename" 0 1 true;
    Call "call" 1 0 true;
    Dir "dir" 0 1 true;
    Error "error" 0 1 true;
    Eval "eval" 0 1 true;
    File "file" 1 2 true;
    Filter "filter" 2 2 true;
    FilterOut "filter-out" 2 2 true;
    Findstring "findstring" 2 2 true;
    Firstword "firstword" 0 1 true;
    Flavor "flavor" 0 1 true;
    Foreach "foreach" 3 3 false;
    If "if" 2 3 false;
    Info "info" 0 1 true;
    Intcmp "intcmp" 2 5 false;
    Join "join" 2 2 true;
    Lastword "lastword" 0 1 true;
    Let "let" 3 3 false;
    Notdir "notdir" 0 1 true;
    Or "or" 1 0 false;
    Origin "origin" 0 1 true;
    Patsubst "patsubst" 3 3 true;
    Realpath "realpath" 0 1 true;
    Shell "shell" 0 1 true;
    Sort "sort" 0 1 true;
    Strip "strip" 0 1 true;
    Subst "subst" 3 3 true;
    Suffix "suffix" 0 1 true;
    Value "value" 0 1 true;
    Warning "warning" 0 1 true;
    Wildcard "wildcard" 0 1 true;
    Word "word" 2 2 true;
    Wordlist "wordlist" 3 3 true;
    Words "words" 0 1 true;
}

/// The function called `name` in that release of make.
pub fn lookup(name: &[u8], identity: Identity) -> Option<Func> {
    let func = Func::by_name(name)?;
    if matches!(func, Func::Let | Func::Intcmp) && !identity.is_4_4() {
        return None;
    }
    Some(func)
}

/// The function whose call begins `text` (what follows `$(`), and the length of its name. A name must be
/// followed by white space, or it is a variable's.
pub fn at_start(text: &[u8], identity: Identity) -> Option<(Func, usize)> {
    let len = text.iter().take_while(|c| c.is_ascii_lowercase() || **c == b'-').count();
    match text.get(len) {
        Some(c) if len > 0 && rkbuild_base::text::is_space(*c) => {
            lookup(&text[..len], identity).map(|func| (func, len))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_name_needs_white_space_after_it() {
        assert_eq!(at_start(b"subst a,b,c)", Identity::V4_4_1), Some((Func::Subst, 5)));
        assert_eq!(at_start(b"subst)", Identity::V4_4_1), None);
        assert_eq!(at_start(b"substa b)", Identity::V4_4_1), None);
    }

    #[test]
    fn the_language_tests_must_cover_every_function() {
        let index = include_str!("../../../tests/lang/INDEX");
        let mut listed: Vec<&str> = index.lines().filter_map(|line| line.strip_prefix("function/")).collect();
        listed.sort_unstable();
        let mut known: Vec<&str> = Func::ALL.iter().map(|func| func.name()).collect();
        known.sort_unstable();
        assert_eq!(listed, known);
    }

    #[test]
    fn let_and_intcmp_are_new_in_4_4() {
        assert_eq!(lookup(b"let", Identity::V4_3), None);
        assert_eq!(lookup(b"let", Identity::V4_4_1), Some(Func::Let));
    }
}
