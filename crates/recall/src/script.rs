//! Scripts: the texts a command may be told what to do by, and what they tell of it.

use std::collections::BTreeSet;

use bstr::{BString, ByteSlice};
use rkbuild_engine::jobs::recall::Asked;
use rkbuild_host::watch::{Found, Program, Uses, Watched};
use rkbuild_host::{Dir, Host};

use crate::pure;

/// Texts that are larger are not looked through.
const MOST_SCRIPT: usize = 256 << 10;

/// The texts a command may be told what to do by: its arguments and those of what it starts, and the scripts it reads.
pub(crate) fn texts(host: &Host, root: &Dir, asked: &Asked<'_>, watched: &Watched) -> Vec<BString> {
    let mut texts: Vec<BString> = asked.argv.to_vec();
    if !watched.programs.iter().any(is_interpreter) {
        return texts;
    }
    let read = |path: &BString| {
        let text = host.read_unseen(root, path).ok().map(|(text, _)| BString::from(text));
        text.filter(|text| text.len() <= MOST_SCRIPT && text.find_byte(0).is_none())
    };
    let files = || {
        watched.seen.iter().filter(|seen| {
            seen.uses.has(Uses::READ)
                && matches!(seen.found, Found::Is(meta) if meta.is_file() && meta.size <= MOST_SCRIPT as u64)
        })
    };
    // With that variable any bash reads a script first.
    if !asked.env.contains(b"BASH_ENV")
        && let Some(scripts) = script_files(&watched.programs)
    {
        let mut told = texts.clone();
        let interpreters = watched.programs.iter().filter(|program| is_interpreter(program));
        told.extend(interpreters.flat_map(|program| program.arguments.iter().skip(1).cloned()));
        let found: Vec<_> = files().filter(|seen| scripts.contains(&name(&seen.path))).collect();
        // One that was found under another name (a link) may be any of them.
        let all_found = scripts.iter().all(|script| found.iter().any(|seen| name(&seen.path) == *script));
        told.extend(found.iter().filter_map(|seen| read(&seen.path)));
        if all_found && !told.iter().any(|text| reads_scripts(text)) {
            return told;
        }
    }
    texts.extend(files().filter_map(|seen| read(&seen.path)));
    texts
}

/// Whether a program of the table does what a file may say.
fn is_interpreter(program: &Program) -> bool {
    matches!(name(&program.path), b"dash" | b"bash" | b"sed" | b"mawk" | b"gawk")
}

/// The last part of a path.
fn name(path: &[u8]) -> &[u8] {
    path.rsplit_str("/").next().unwrap_or_default()
}

/// The names, without directories, of the files that interpreters were told to do; `None` where they may do what others say.
fn script_files(programs: &[Program]) -> Option<BTreeSet<&[u8]>> {
    let mut scripts = BTreeSet::new();
    for program in programs {
        if program.script {
            scripts.insert(name(&program.path));
            continue;
        }
        // What interprets a script that was started has that as its argument.
        if program.arguments.is_empty() {
            continue;
        }
        let arguments: Vec<&[u8]> = program.arguments.iter().skip(1).map(|word| word.as_slice()).collect();
        match name(&program.path) {
            b"dash" | b"bash" => scripts.extend(shell_script(&arguments)?),
            // The script is an argument.
            b"sed" if !arguments.iter().any(|word| names_file(word, b"ns")) => {}
            b"mawk" | b"gawk" if !arguments.iter().any(|word| is_awk_option(word)) => {}
            b"sed" | b"mawk" | b"gawk" => return None,
            _ => {}
        }
    }
    Some(scripts)
}

/// The name of the file a shell does, if it does one; `None` where it may be anything that it reads.
fn shell_script<'a>(arguments: &[&'a [u8]]) -> Option<Option<&'a [u8]>> {
    for word in arguments.iter().copied() {
        match word {
            [b'-', b'-', ..] | [b'-'] => return None,
            [b'-' | b'+', letters @ ..] => {
                if letters.contains(&b'c') {
                    return Some(None);
                }
                if !letters.iter().all(|letter| b"aefuvxEB".contains(letter)) {
                    return None;
                }
            }
            file => return Some(Some(name(file))),
        }
    }
    None
}

/// Whether an argument of sed may say which file has the script: any option but these letters, `-e` and `-E`.
fn names_file(word: &[u8], harmless: &[u8]) -> bool {
    match word {
        [b'-', b'-', ..] => !word.starts_with(b"--expression=") && word != b"--quiet" && word != b"--silent",
        [b'-', letters @ ..] => {
            !letters.iter().all(|letter| harmless.contains(letter) || b"eEr".contains(letter))
        }
        _ => false,
    }
}

/// Whether an argument of awk may say which file has the script, or its script may say so.
fn is_awk_option(word: &[u8]) -> bool {
    let option = word.starts_with(b"-") && !word.starts_with(b"-F") && !word.starts_with(b"-v");
    option || word.contains(&b'@')
}

/// Whether a script does what it reads in files or makes up, or has a shell do so.
fn reads_scripts(text: &[u8]) -> bool {
    if text.find(b"BASH_ENV").is_some() {
        return true;
    }
    const BEFORE: [&[u8]; 10] =
        [b"then", b"do", b"else", b"elif", b"if", b"while", b"until", b"!", b"command", b"builtin"];
    let is_end = |c: char| c.is_ascii_whitespace() || ";&|(){}`\"'".contains(c);
    // What is before a word, as far as it is one: nothing where a command begins.
    let mut before: &[u8] = b"";
    let mut rest = text;
    loop {
        let end = rest.iter().position(|c| is_end(char::from(*c))).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let begins = before.is_empty() || BEFORE.contains(&before);
        if matches!(word, b"source" | b"eval") || word == b"." && begins {
            return true;
        }
        let Some((end, after)) = after.split_first() else { return false };
        match end {
            b' ' | b'\t' if word.is_empty() => {}
            b' ' | b'\t' => before = word,
            _ => before = b"",
        }
        rest = after;
    }
}

/// Whether a script may look at variables that it does not name.
pub(crate) fn shows_variables(text: &[u8]) -> bool {
    const WORDS: [&str; 6] = ["eval", "printenv", "ENVIRON", "compgen", "declare", "typeset"];
    // By themselves they print all; with arguments they do something else.
    const ALONE: [&str; 2] = ["set", "export"];
    let is_part = |c: Option<&u8>| c.is_some_and(|c| c.is_ascii_alphanumeric() || *c == b'_');
    let after_word = |word: &'static str| {
        let before = |at: usize| at.checked_sub(1).and_then(|at| text.get(at));
        let after = move |at: usize| text.get(at + word.len()..).unwrap_or_default();
        text.find_iter(word)
            .filter(move |at| !is_part(before(*at)))
            .map(after)
            .filter(move |rest| !is_part(rest.first()))
    };
    let alone = |rest: &[u8]| {
        let next = rest.iter().find(|c| !matches!(c, b' ' | b'\t'));
        next.is_none_or(|c| b"\n;|&)`>}\"'".contains(c)) || rest.trim_start().starts_with(b"-p")
    };
    WORDS.into_iter().any(|word| after_word(word).next().is_some())
        || ALONE.into_iter().any(|word| after_word(word).any(alone))
        || text.find("${!").is_some()
}

/// Whether a text has a number, by itself.
pub(crate) fn shows_number(text: &[u8], number: i32) -> bool {
    let number = number.to_string();
    let digit = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(u8::is_ascii_digit);
    text.find_iter(&number).any(|at| !digit(at.checked_sub(1)) && !digit(Some(at + number.len())))
}

/// What in a script gives it a clock, random numbers, or the numbers of processes, which differ from run to run.
pub(crate) fn clock(text: &[u8], rows: &[&pure::Row]) -> Option<&'static str> {
    const VARIABLES: [&str; 8] =
        ["RANDOM", "SRANDOM", "SECONDS", "EPOCHSECONDS", "EPOCHREALTIME", "PPID", "BASHPID", "BASH_ARGV0"];
    const AWK: [&str; 5] = ["systime", "strftime", "srand", "rand(", "PROCINFO"];
    let mut names = BTreeSet::new();
    names_in(text, &mut names);
    let variable = VARIABLES.into_iter().find(|name| names.contains(name.as_bytes().as_bstr()));
    let runs = |name: &str| rows.iter().any(|row| row.name == name);
    let awk = (runs("mawk") || runs("gawk")).then(|| AWK.into_iter().find(|word| text.find(word).is_some()));
    let bash = (runs("bash") && text.find("%(").is_some()).then_some("%(");
    let limits = has_word(text, b"ulimit ").then_some("ulimit");
    variable.or(awk.flatten()).or(bash).or(limits)
}

/// Whether a word of a text begins so.
fn has_word(text: &[u8], start: &[u8]) -> bool {
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find(start)) {
        let at = from + at;
        let before = at.checked_sub(1).and_then(|at| text.get(at));
        if before.is_none_or(|c| matches!(c, b' ' | b'\t' | b'\n' | b'\'' | b'"' | b'=' | b'(' | b'`')) {
            return true;
        }
        from = at + 1;
    }
    false
}

/// The names after `$` and `${` in a text.
pub(crate) fn names_in(text: &[u8], names: &mut BTreeSet<BString>) {
    let mut rest = text;
    while let Some(at) = rest.find_byte(b'$') {
        rest = rest.get(at + 1..).unwrap_or_default();
        let mut name = rest.trim_start_with(|c| c == '{' || c == '#' || c == '(');
        let end = name.iter().position(|c| !(c.is_ascii_alphanumeric() || *c == b'_')).unwrap_or(name.len());
        name = name.get(..end).unwrap_or_default();
        if name.first().is_some_and(|c| !c.is_ascii_digit()) {
            names.insert(name.into());
        }
    }
}

/// Whether a shell's script may leave something in the background: it has an `&` that is no `&&` and no part of a redirection.
pub(crate) fn leaves_behind(text: &[u8]) -> bool {
    text.find_iter(b"&").any(|at| {
        let before = at.checked_sub(1).and_then(|at| text.get(at));
        let after = text.get(at + 1);
        !matches!(before, Some(b'&' | b'>' | b'<')) && !matches!(after, Some(b'&' | b'>'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(words: &[&str]) -> Program {
        let arguments = words.iter().map(|word| BString::from(*word)).collect();
        let path = format!("/usr/bin/{}", words.first().unwrap());
        Program { path: path.into(), arguments, script: false, count: 1 }
    }

    #[test]
    fn what_goes_on_in_the_background_is_told_from_conditions_and_redirections() {
        for text in ["server &", "a & b", "(sleep 1; b)&", "nohup x >log 2>&1 &"] {
            assert!(leaves_behind(text.as_bytes()), "{text}");
        }
        for text in ["a && b", "a 2>&1", "a &> log", "a >& log", "a <&3", "true"] {
            assert!(!leaves_behind(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn scripts_are_told_from_what_they_work_on() {
        let files = |words: &[&str]| {
            script_files(&[program(words)])
                .map(|names| names.iter().map(|n| n.to_str_lossy().into_owned()).collect())
        };
        let none: Option<Vec<String>> = Some(vec![]);
        assert_eq!(files(&["dash", "-ec", "x"]), none);
        assert_eq!(files(&["dash", "-e", "a/b.sh", "f"]), Some(vec!["b.sh".to_owned()]));
        assert_eq!(files(&["bash", "b.sh"]), Some(vec!["b.sh".to_owned()]));
        assert_eq!(files(&["dash"]), None);
        assert_eq!(files(&["bash", "--rcfile", "x", "b.sh"]), None);
        assert_eq!(files(&["bash", "-o", "posix", "b.sh"]), None);
        assert_eq!(files(&["sed", "-n", "-e", "s/a/b/", "f.c"]), none);
        assert_eq!(files(&["sed", "-f", "x", "f.c"]), None);
        assert_eq!(files(&["sed", "s/a/b/", "f.c", "-nf", "x"]), None);
        assert_eq!(files(&["sed", "--file=x", "f.c"]), None);
        assert_eq!(files(&["mawk", "-F", ":", "{ print }", "f"]), none);
        assert_eq!(files(&["mawk", "-f", "x", "f"]), None);
        assert_eq!(files(&["gawk", "@include \"x\"", "f"]), None);
        assert_eq!(files(&["grep", "-f", "x", "f"]), none);
        let script = Program { path: "/t/gen.sh".into(), script: true, ..program(&["x"]) };
        assert_eq!(script_files(&[script]).unwrap().into_iter().next(), Some(&b"gen.sh"[..]));
    }

    #[test]
    fn a_script_that_does_what_it_reads_is_known() {
        for text in [
            "eval $x",
            ". ./config",
            "x && source y",
            "$(eval x)",
            "a=`eval b`",
            "if true; then . x; fi",
            "! . x",
            "BASH_ENV=x bash y",
        ] {
            assert!(reads_scripts(text.as_bytes()), "{text}");
        }
        for text in ["find . -type d", "cat ./x", "evaluate", "cd ..", "echo resource"] {
            assert!(!reads_scripts(text.as_bytes()), "{text}");
        }
    }
}
