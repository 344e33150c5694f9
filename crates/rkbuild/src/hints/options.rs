//! Options nobody knows: the nearest of make's and ours.

use rkbuild_base::{BStr, BString, Identity};
use rkbuild_eval::options::{Options, Source};
use rkbuild_eval::switch;

use crate::nearest::nearest;
use crate::option::OPTIONS;

/// Hints for the options of a command line that make does not know.
pub fn misspelt(argv: &[BString], identity: Identity) -> Vec<String> {
    let newer = identity.is_4_4();
    let mut options = Options::default();
    let problems = options.parse(argv.get(1..).unwrap_or_default(), Source::CommandLine, newer);
    let known: Vec<String> = switch::described(newer)
        .iter()
        .flat_map(|(names, _)| names.split(", ").map(str::to_owned).collect::<Vec<_>>())
        .filter_map(|name| {
            name.strip_prefix("--").map(|name| name.split(['=', '[']).next().unwrap_or(name).to_owned())
        })
        .chain(OPTIONS.iter().map(|option| option.name.to_owned()))
        .collect();
    let mut said = Vec::new();
    for problem in problems.said {
        let Some(rest) = problem.message.strip_prefix(b"unrecognized option '--") else { continue };
        let word = rest.strip_suffix(b"'").unwrap_or(rest);
        let name = word.split(|c| *c == b'=').next().unwrap_or(word);
        if let Some(near) = nearest(name, known.iter().map(|name| BStr::new(name.as_str()))) {
            said.push(format!("the nearest option is '--{near}'"));
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(args: &[&str]) -> Vec<String> {
        let argv: Vec<BString> = args.iter().map(|arg| BString::from(*arg)).collect();
        misspelt(&argv, Identity::V4_4_1)
    }

    #[test]
    fn the_nearest_of_both_tables_is_named() {
        assert_eq!(of(&["make", "--keep-gonig"]), ["the nearest option is '--keep-going'"]);
        assert_eq!(of(&["make", "--recal=on"]), ["the nearest option is '--recall'"]);
        assert_eq!(of(&["make", "--compile-comands"]), ["the nearest option is '--compile-commands'"]);
        assert_eq!(of(&["make", "--xyzzy", "-k", "--", "--recal"]), Vec::<String>::new());
    }
}
