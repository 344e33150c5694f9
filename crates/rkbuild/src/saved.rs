//! The command line that kbuild saves for an object, found in the recipe line that would save it.

use rkbuild_base::{BString, ByteSlice};

/// The saved command of an object.
#[derive(Debug, PartialEq, Eq)]
pub struct Saved {
    /// The object, as the recipe calls it.
    pub target: BString,
    /// What stands behind `cmd_TARGET := `.
    pub command: BString,
}

/// What precedes the name of a saved command, from the older to the newer.
const NAMES: [&[u8]; 2] = [b"cmd_", b"savedcmd_"];

/// The command that a recipe line saves, if it does: fixdep writes it, given it as its last argument
/// (`fixdep DEPFILE TARGET 'COMMAND'`), or printf (`printf '%s\n' 'cmd_TARGET := COMMAND'`).
pub fn in_recipe(text: &[u8]) -> Option<Saved> {
    if let Some(at) = text.find(b"/fixdep ") {
        let mut words = shlex::bytes::Shlex::new(text.get(at + 1..)?).skip(2);
        let (target, command) = (words.next()?, words.next()?);
        return Some(Saved { target: target.into(), command: command.into() });
    }
    let at = text.find(b"printf '%s\\n' '")?;
    let line = shlex::bytes::Shlex::new(text.get(at..)?).nth(2)?;
    let named = NAMES.iter().find_map(|name| line.strip_prefix(*name))?;
    let (target, command) = named.split_once_str(b" := ")?;
    Some(Saved { target: target.into(), command: command.into() })
}

/// A command that compiles one file, up to that file's name, and the name.
#[derive(Debug, PartialEq, Eq)]
pub struct Compile {
    /// Everything up to the source, with the blank before it.
    pub prefix: BString,
    /// The source.
    pub source: BString,
}

/// What of a saved command compiles a source whose name ends with one of `suffixes`: it ends with the source, or a `;`
/// follows it.
pub fn compile(command: &[u8], suffixes: &[&[u8]]) -> Option<Compile> {
    let mut end = command.len();
    loop {
        let piece = command.get(..end)?;
        let trimmed = piece.trim_end_with(|c| c == ' ');
        let start = trimmed.rfind_byte(b' ').map_or(0, |at| at + 1);
        let source = trimmed.get(start..)?;
        if start > 0 && source.len() > 2 && suffixes.iter().any(|suffix| source.ends_with(suffix)) {
            let prefix = trimmed.get(..start)?.replace("\\#", "#").replace("$(pound)", "#");
            return Some(Compile { prefix: prefix.into(), source: source.into() });
        }
        end = piece.rfind_byte(b';')?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saved(text: &str) -> Option<(String, String)> {
        in_recipe(text.as_bytes()).map(|s| (s.target.to_string(), s.command.to_string()))
    }

    #[test]
    fn fixdep_is_told_the_command_in_quotes() {
        let text = "set -e;  echo '  CC      a.o';  gcc -DX='\"x\"' -c -o a.o a.c; scripts/basic/fixdep ./.a.o.d \
                    a.o 'gcc -DX='\\''\"x\"'\\'' -c -o a.o a.c' > ./.a.o.cmd; rm -f ./.a.o.d";
        assert_eq!(saved(text), Some(("a.o".into(), "gcc -DX='\"x\"' -c -o a.o a.c".into())));
    }

    #[test]
    fn printf_is_told_the_whole_assignment() {
        let of = |name: &str| saved(&format!("set -e; x; printf '%s\\n' '{name}b.a := ar b.a' > .b.a.cmd"));
        assert_eq!(of("cmd_"), Some(("b.a".into(), "ar b.a".into())));
        assert_eq!(of("savedcmd_"), of("cmd_"));
    }

    #[test]
    fn other_recipes_save_nothing() {
        for text in ["echo a", "printf '%s\\n' a b > c", "ls x/fixdep", ""] {
            assert_eq!(saved(text), None, "{text}");
        }
    }

    #[test]
    fn the_source_is_the_last_word_or_the_last_before_a_semicolon() {
        let of = |command: &str| {
            compile(command.as_bytes(), &[b".c"]).map(|c| (c.prefix.to_string(), c.source.to_string()))
        };
        let want = Some(("gcc -c -o a.o ".to_owned(), "a.c".to_owned()));
        assert_eq!(of("gcc -c -o a.o a.c"), want);
        assert_eq!(of("gcc -c -o a.o a.c  ; ./objtool a.o"), want);
        assert_eq!(of("gcc -c -o a.o a.S"), None);
        assert_eq!(of("gcc -c -o a.o a.c b"), None);
        assert_eq!(of("gcc '-DX=\\#' -c a.c").map(|c| c.0), Some("gcc '-DX=#' -c ".into()));
    }
}
