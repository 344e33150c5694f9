//! Names as a shell tells them apart: reserved words, builtins, variables that are the shell's own.

use crate::script::Builtin;

/// The words with a meaning of their own at the start of a command.
pub(crate) const RESERVED: [&[u8]; 16] = [
    b"!", b"{", b"}", b"case", b"do", b"done", b"elif", b"else", b"esac", b"fi", b"for", b"if", b"in",
    b"then", b"until", b"while",
];

/// Words that are reserved or builtin in some shell and that this crate does not run.
pub(crate) const FOREIGN: &str = ". [[ ]] alias bg bind builtin caller chdir compgen complete compopt coproc declare dirs \
    disown enable eval fc fg function getopts hash help history jobs kill let local logout \
    mapfile popd pushd read readarray readonly return select shopt source suspend time times \
    type typeset ulimit umask unalias wait login newgrp";

/// Whether `word` is one of the words of `list`.
pub(crate) fn is_listed(list: &str, word: &[u8]) -> bool {
    list.as_bytes().split(|c| *c == b' ').any(|listed| listed == word)
}

/// Whether `text` is a name: a letter or underscore, then letters, digits, underscores.
pub(crate) fn is_name(text: &[u8]) -> bool {
    text.first().is_some_and(|c| *c == b'_' || c.is_ascii_alphabetic())
        && text.iter().all(|c| *c == b'_' || c.is_ascii_alphanumeric())
}

/// Whether a script may set, and read, this variable: not one that some shell gives a meaning of its own.
pub(crate) fn settable(name: &[u8]) -> bool {
    const OWN: &str = "_ CDPATH COLUMNS COMP_WORDBREAKS DIRSTACK ENV EPOCHREALTIME EPOCHSECONDS EUID FUNCNAME \
        GROUPS HISTCMD HISTSIZE HOSTNAME HOSTTYPE IFS LINENO LINES MACHTYPE MAIL MAILPATH OLDPWD \
        OPTARG OPTIND OSTYPE PPID PS1 PS2 PS4 PWD RANDOM SECONDS SHELLOPTS";
    !name.is_empty()
        && !is_listed(OWN, name)
        && !name.starts_with(b"BASH")
        && name != b"UID"
        && name != b"SRANDOM"
}

/// Whether a script may read this variable.
pub(crate) fn readable(name: &[u8]) -> bool {
    settable(name) || name == b"PWD" || name == b"OLDPWD"
}

/// Whether `command -v` gives this name back because it is the shell's own.
pub(crate) fn is_shell_word(name: &[u8]) -> bool {
    const DASH: &str = ". alias bg chdir eval fg getopts hash jobs kill local read readonly return times type ulimit \
        umask unalias wait";
    RESERVED.contains(&name) || builtin_named(name).is_some() || is_listed(DASH, name)
}

pub(crate) fn builtin_named(name: &[u8]) -> Option<Builtin> {
    Some(match name {
        b":" => Builtin::Colon,
        b"true" => Builtin::True,
        b"false" => Builtin::False,
        b"echo" => Builtin::Echo,
        b"printf" => Builtin::Printf,
        b"test" => Builtin::Test,
        b"[" => Builtin::Bracket,
        b"cd" => Builtin::Cd,
        b"pwd" => Builtin::Pwd,
        b"export" => Builtin::Export,
        b"set" => Builtin::Set,
        b"unset" => Builtin::Unset,
        b"shift" => Builtin::Shift,
        b"exit" => Builtin::Exit,
        b"exec" => Builtin::Exec,
        b"trap" => Builtin::Trap,
        b"break" => Builtin::Break,
        b"continue" => Builtin::Continue,
        b"command" => Builtin::CommandV,
        _ => return None,
    })
}
