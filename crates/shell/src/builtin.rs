//! The builtins that change or ask the shell itself, and the way to the others.

use bstr::{BStr, BString, ByteSlice};
use rkbuild_host::Exit;

use crate::interp::{Interp, Mode, Ran, Stop, Trap};
use crate::patience::patiently;
use crate::redirect::Redirected;
use crate::script::{Builtin, Simple, TrapAction, TrapCommand, Word};
use crate::streams::Stream;
use crate::{echo, printf, test};

/// Runs a builtin with its redirections.
pub(crate) fn run(
    sh: &mut Interp<'_>,
    builtin: Builtin,
    simple: &Simple,
    name: &BStr,
    argv: &[BString],
) -> Ran {
    let redirections = sh.redirections(&simple.redirects)?;
    let saved = sh.streams.clone();
    // What is to be written is there before the file is emptied.
    let text = match builtin {
        Builtin::Echo if simple.assignments.is_empty() => Some(echo::text(argv.get(1..).unwrap_or_default())),
        Builtin::Printf if simple.assignments.is_empty() => {
            let text = printf::text(argv.get(1..).unwrap_or_default());
            if text.is_none() && !redirections.is_empty() && sh.ahead.is_none() {
                let exit = sh.unusual(simple, argv, &redirections);
                return exit.and_then(|exit| sh.ended(exit, Mode { tested: false, last: false }));
            }
            text
        }
        _ => None,
    };
    if let Some(text) = &text
        && !redirections.is_empty()
        && let Some(late) = sh.make_late(&redirections)
    {
        // What does not go to a file says nothing before all are open.
        let waits = !text.is_empty() && matches!(sh.stdout(), Stream::Late(..));
        let opened = waits || late.open().is_ok();
        let result = opened.then(|| outcome_of(sh, name, Outcome::Output(text.clone(), 0)));
        sh.streams = saved.clone();
        if let Some(result) = result.filter(|_| !late.has_failed()) {
            return result;
        }
        // Opening them in the usual way meets the same error, and says so.
    }
    let result = match sh.make(&redirections, changes_nothing(builtin)) {
        Redirected::Made if let Some(text) = text => outcome_of(sh, name, Outcome::Output(text, 0)),
        Redirected::Made => {
            with_assignments(sh, builtin, simple, argv).and_then(|outcome| outcome_of(sh, name, outcome))
        }
        // An error in a special builtin ends the shell.
        Redirected::Failed if is_special(builtin) => Err(Stop::Exit(Exit::Code(2))),
        Redirected::Failed => Ok(2),
        Redirected::Unusual => {
            sh.streams = saved.clone();
            let exit = sh.unusual(simple, argv, &redirections);
            exit.and_then(|exit| sh.ended(exit, Mode { tested: false, last: false }))
        }
    };
    sh.streams = saved;
    result
}

/// What a builtin came to.
pub(crate) enum Outcome {
    Status(i32),
    /// Bytes for standard output, then the status.
    Output(Vec<u8>, i32),
    /// Not done here: the real shell's builtin must do it.
    Real(Vec<BString>),
}

fn is_special(builtin: Builtin) -> bool {
    !matches!(
        builtin,
        Builtin::True
            | Builtin::False
            | Builtin::Echo
            | Builtin::Printf
            | Builtin::Test
            | Builtin::Bracket
            | Builtin::Cd
            | Builtin::Pwd
            | Builtin::CommandV
    )
}

/// Whether the builtin leaves this shell as it is, so that a real one may run it.
fn changes_nothing(builtin: Builtin) -> bool {
    !is_special(builtin) && builtin != Builtin::Cd
}

fn outcome_of(sh: &mut Interp<'_>, name: &BStr, outcome: Outcome) -> Ran {
    match outcome {
        Outcome::Status(status) => Ok(status),
        Outcome::Output(bytes, status) => {
            if bytes.is_empty() {
                return Ok(status);
            }
            let written = sh.stdout().write(&bytes);
            sh.stdout().wrote(sh.host);
            let Err(error) = written else { return Ok(status) };
            if sh.stdout().has_failed() {
                return Ok(status);
            }
            if let Some(exit) = crate::signal::of_write(&error) {
                return Err(Stop::Exit(exit));
            }
            sh.check_interrupted()?;
            sh.say(&[name, b": ", name, b": I/O error"]);
            Ok(1)
        }
        Outcome::Real(argv) => match &sh.ahead {
            Some(ahead) => Err(ahead.fail()),
            None => sh.real_builtin(&argv),
        },
    }
}

/// Assignments in front of a builtin that is not special are undone after it. They are seen by nothing in between.
fn with_assignments(
    sh: &mut Interp<'_>,
    builtin: Builtin,
    simple: &Simple,
    argv: &[BString],
) -> Ran<Outcome> {
    if simple.assignments.is_empty() {
        return dispatch(sh, builtin, simple, argv);
    }
    let saved = sh.vars.clone();
    for (name, word) in &simple.assignments {
        let value = sh.string(word)?;
        sh.vars.set(name, &value);
    }
    let result = dispatch(sh, builtin, simple, argv);
    sh.vars = saved;
    result
}

fn dispatch(sh: &mut Interp<'_>, builtin: Builtin, simple: &Simple, argv: &[BString]) -> Ran<Outcome> {
    let args = argv.get(1..).unwrap_or_default();
    Ok(match builtin {
        Builtin::Colon | Builtin::True => Outcome::Status(0),
        Builtin::False => Outcome::Status(1),
        Builtin::Echo => Outcome::Output(echo::text(args), 0),
        Builtin::Printf => match printf::text(args) {
            Some(text) => Outcome::Output(text, 0),
            None => Outcome::Real(argv.to_vec()),
        },
        Builtin::Test => test_outcome(sh, args, argv),
        Builtin::Bracket => {
            // The parser saw the `]`.
            let inner = args.split_last().map(|(_, inner)| inner).unwrap_or_default();
            test_outcome(sh, inner, argv)
        }
        Builtin::Cd => cd(sh, args),
        Builtin::Pwd => {
            let physical = args.first().is_some_and(|a| a == "-P");
            let mut text = if physical { sh.dir.path().to_owned() } else { sh.logical_dir() };
            text.push(b'\n');
            Outcome::Output(text.into(), 0)
        }
        Builtin::Export => {
            for word in simple.words.iter().skip(1) {
                export(sh, word)?;
            }
            Outcome::Status(0)
        }
        Builtin::Unset => {
            for name in args.iter().filter(|a| *a != "-v") {
                sh.vars.unset(name);
            }
            Outcome::Status(0)
        }
        Builtin::Set => {
            set(sh, args);
            Outcome::Status(0)
        }
        Builtin::Shift => {
            let count = args.first().map_or(Some(1), |a| a.to_str().ok()?.parse().ok()).unwrap_or(1);
            if count > sh.params.len() {
                sh.say(&[b"shift: can't shift that many"]);
                return Err(Stop::Exit(Exit::Code(2)));
            }
            sh.params.drain(..count);
            Outcome::Status(0)
        }
        Builtin::Exit => return exit(sh, args),
        Builtin::Trap => {
            trap(sh, simple);
            Outcome::Status(0)
        }
        Builtin::Break => return Err(Stop::Break(levels(args))),
        Builtin::Continue => return Err(Stop::Continue(levels(args))),
        Builtin::CommandV => command_v(sh, args),
        // `exec` was taken before redirections were made for a while only.
        Builtin::Exec => Outcome::Status(0),
    })
}

fn levels(args: &[BString]) -> u32 {
    args.first().and_then(|a| a.to_str().ok()?.parse().ok()).unwrap_or(1)
}

fn test_outcome(sh: &mut Interp<'_>, args: &[BString], argv: &[BString]) -> Outcome {
    match test::holds(sh.host, &sh.dir, args) {
        Some(truth) => Outcome::Status(i32::from(!truth)),
        None => Outcome::Real(argv.to_vec()),
    }
}

fn exit(sh: &Interp<'_>, args: &[BString]) -> Ran<Outcome> {
    let status = match args.first() {
        None => sh.status,
        Some(text) => {
            match text.to_str().ok().filter(|t| t.bytes().all(|c| c.is_ascii_digit())).map(str::parse) {
                Some(Ok(number)) => {
                    let number: i32 = number;
                    number & 0xff
                }
                _ => {
                    sh.say(&[b"exit: Illegal number: ", text]);
                    2
                }
            }
        }
    };
    Err(Stop::Exit(Exit::Code(status)))
}

fn set(sh: &mut Interp<'_>, args: &[BString]) {
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_bytes() {
            b"--" => {
                sh.params = args.cloned().collect();
                return;
            }
            b"-o" | b"+o" => {
                let on = arg.starts_with(b"-");
                match args.next().map(|option| option.as_bytes()) {
                    Some(b"errexit") => sh.errexit = on,
                    _ => sh.nounset = on,
                }
            }
            [sign @ (b'-' | b'+'), letters @ ..] => {
                for letter in letters {
                    match letter {
                        b'e' => sh.errexit = *sign == b'-',
                        _ => sh.nounset = *sign == b'-',
                    }
                }
            }
            _ => {
                sh.params = std::iter::once(arg).chain(args).cloned().collect();
                return;
            }
        }
    }
}

fn export(sh: &mut Interp<'_>, word: &Word) -> Ran<()> {
    // Like an assignment: neither split nor matched against files.
    let text = sh.string(word)?;
    match text.split_once_str("=") {
        Some((name, value)) => {
            sh.vars.set(name, value);
            sh.vars.export(name);
        }
        None => sh.vars.export(&text),
    }
    Ok(())
}

fn trap(sh: &mut Interp<'_>, simple: &Simple) {
    match &simple.trap {
        Some(TrapCommand::Reset(signals)) => sh.traps.retain(|(signal, _)| !signals.contains(signal)),
        Some(TrapCommand::Set { action, signals }) => {
            let trap = match action {
                TrapAction::AtExit(word) => {
                    let pid = sh.pid.unwrap_or_default().to_string();
                    let Some(text) = word.with_pid(pid.as_bytes()) else { return };
                    Trap::AtExit(text)
                }
                TrapAction::RemoveAndDie(script) => Trap::RemoveAndDie(script.clone()),
            };
            for signal in signals {
                sh.traps.retain(|(other, _)| other != signal);
                sh.traps.push((*signal, trap.clone()));
            }
        }
        None => {}
    }
}

fn command_v(sh: &mut Interp<'_>, args: &[BString]) -> Outcome {
    let Some(name) = args.get(1) else { return Outcome::Status(0) };
    if crate::names::is_shell_word(name) {
        let mut text = Vec::from(name.as_bytes());
        text.push(b'\n');
        return Outcome::Output(text, 0);
    }
    let path = sh.vars.get(b"PATH").map(ToOwned::to_owned).unwrap_or_default();
    // dash and this look for a plain, executable file; what is unusual is left to dash.
    match sh.host.find_program(&sh.dir, name, &path) {
        Ok(found) if found.starts_with(b"/") && sh.host.access_exec(&sh.dir, &found).is_ok() => {
            let mut text = Vec::from(found);
            text.push(b'\n');
            Outcome::Output(text, 0)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !name.contains(&b'/') => {
            Outcome::Status(127)
        }
        _ => Outcome::Real(vec!["command".into(), "-v".into(), name.clone()]),
    }
}

/// `cd`, logically: `..` takes away the last part of the name, whatever it is a link to.
fn cd(sh: &mut Interp<'_>, args: &[BString]) -> Outcome {
    // Options come here only out of expansions.
    let (mut args, mut physical) = (args, false);
    while let Some((first, rest)) = args.split_first()
        && let [b'-', letters @ ..] = first.as_bytes()
        && !letters.is_empty()
    {
        args = rest;
        if letters == b"-" {
            break;
        }
        for letter in letters {
            match letter {
                b'L' | b'P' => physical = *letter == b'P',
                _ => {
                    sh.say(&[b"cd: Illegal option -", &[*letter]]);
                    return Outcome::Status(2);
                }
            }
        }
    }
    sh.settle_pwd();
    let here = sh.logical_dir();
    let mut announce = false;
    let target = match args.first() {
        None => sh.vars.get(b"HOME").map(ToOwned::to_owned).unwrap_or_default(),
        Some(dash) if dash == "-" => {
            announce = true;
            sh.vars.get(b"OLDPWD").map_or_else(|| here.clone(), ToOwned::to_owned)
        }
        Some(target) => target.clone(),
    };
    let mut logical = logical_path(&here, &target);
    match patiently(|| sh.host.enter(&sh.dir, if physical { &target } else { &logical })) {
        Ok(dir) => {
            if physical {
                logical = dir.path().to_owned();
            }
            sh.dir = dir;
            if sh.stays {
                // Where it fails, programs start from the directory as they would without.
                let _ = sh.dir.stay_in();
            }
        }
        Err(_) => {
            sh.say(&[b"cd: can't cd to ", &target]);
            return Outcome::Status(2);
        }
    }
    sh.vars.set(b"OLDPWD", &here);
    sh.vars.export(b"OLDPWD");
    sh.vars.set(b"PWD", &logical);
    sh.vars.export(b"PWD");
    sh.pwd = Some(logical.clone());
    if !announce {
        return Outcome::Status(0);
    }
    let mut text = Vec::from(logical);
    text.push(b'\n');
    Outcome::Output(text, 0)
}

/// The absolute path that `target` names from `here`, without `.`, `..` and doubled slashes; two leading slashes stay.
fn logical_path(here: &[u8], target: &[u8]) -> BString {
    let whole = if target.starts_with(b"/") { target.to_vec() } else { [here, b"/", target].concat() };
    let start = if target.starts_with(b"/") { target } else { here };
    let root: &[u8] = if start.starts_with(b"//") && !start.starts_with(b"///") { b"//" } else { b"/" };
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in whole.split_str("/") {
        match part {
            b"" | b"." => {}
            b".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let mut path = BString::from(root);
    path.extend_from_slice(&parts.join(&b"/"[..]));
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_are_named_as_they_were_reached() {
        for (here, target, expected) in [
            ("/a/b", "..", "/a"),
            ("/a/b", "../../..", "/"),
            ("/a", "./b//c/.", "/a/b/c"),
            ("/a", "/x/../y", "/y"),
            ("/", "usr", "/usr"),
            ("/", "//", "//"),
            ("//", "usr", "//usr"),
            ("/", "///", "/"),
        ] {
            assert_eq!(logical_path(here.as_bytes(), target.as_bytes()), expected, "{here} {target}");
        }
    }
}
