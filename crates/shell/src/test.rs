//! `test` and `[`: what POSIX defines, with `-a` and `-o`; what is unusual is left to the real shell's builtin.

use std::cmp::Ordering;
use std::io::ErrorKind;

use bstr::{BString, ByteSlice};
use rkbuild_host::{Dir, Host, Look, Meta, Permission};

use crate::patience::patiently;

/// Whether the expression holds; None when it is not decided here.
pub(crate) fn holds(host: &Host, dir: &Dir, args: &[BString]) -> Option<bool> {
    let test = Test { host, dir };
    match args {
        [] => Some(false),
        [a] => Some(!a.is_empty()),
        [not, a] if not == "!" => Some(a.is_empty()),
        [op, a] => test.unary(op, a),
        [a, op, b] => match test.binary(a, op, b) {
            Some(truth) => truth,
            None if a == "!" => holds(host, dir, &args[1..]).map(|truth| !truth),
            None => None,
        },
        [not, a, op, b] if not == "!" => test.binary(a, op, b)?.map(|truth| !truth),
        args => test.chain(args),
    }
}

/// The bits of a mode that say what kind of file it is.
const TYPE: u32 = 0o170000;

struct Test<'a> {
    host: &'a Host,
    dir: &'a Dir,
}

impl Test<'_> {
    /// Primaries joined by `-a` and `-o`, where each word can only mean one thing.
    fn chain(&self, args: &[BString]) -> Option<bool> {
        let mut any = false;
        for alternative in args.split(|a| a == "-o") {
            let mut all = true;
            for primary in alternative.split(|a| a == "-a") {
                let (negated, primary) = match primary {
                    [not, rest @ ..] if not == "!" => (true, rest),
                    rest => (false, rest),
                };
                if primary.iter().any(|word| word == "!" || word == "(" || word == ")") {
                    return None;
                }
                let truth = match primary {
                    // `-f = x` could be read in two ways.
                    [a, op, b] if !looks_unary(a) => self.binary(a, op, b)??,
                    [op, a] if !is_binary(a) => self.unary(op, a)?,
                    _ => return None,
                };
                all &= truth != negated;
            }
            any |= all;
        }
        Some(any)
    }

    /// What a name leads to; None: that is not decided here.
    fn look(&self, name: &[u8], follow: bool) -> Option<Option<Meta>> {
        match patiently(|| self.host.look(self.dir, name, follow)) {
            Ok(Look::Found(meta)) => Some(Some(meta)),
            Ok(Look::Missing) => Some(None),
            // Most of what goes wrong is "no" to a real shell; which is left to one to say.
            Ok(Look::Own) | Err(_) => None,
        }
    }

    fn unary(&self, op: &[u8], arg: &[u8]) -> Option<bool> {
        let is = |holds: fn(Meta) -> bool| Some(self.look(arg, true)?.is_some_and(holds));
        match op {
            b"-n" => Some(!arg.is_empty()),
            b"-z" => Some(arg.is_empty()),
            b"-e" => is(|_| true),
            b"-f" => is(|m| m.is_file()),
            b"-d" => is(|m| m.is_dir()),
            b"-s" => is(|m| m.size > 0),
            b"-h" | b"-L" => Some(self.look(arg, false)?.is_some_and(|m| m.is_symlink())),
            b"-p" => is(|m| m.mode & TYPE == 0o010000),
            b"-S" => is(|m| m.mode & TYPE == 0o140000),
            b"-b" => is(|m| m.mode & TYPE == 0o060000),
            b"-c" => is(|m| m.mode & TYPE == 0o020000),
            b"-r" => self.may(arg, Permission::Read),
            b"-x" => self.may(arg, Permission::Execute),
            _ => None,
        }
    }

    fn may(&self, name: &[u8], permission: Permission) -> Option<bool> {
        match self.look(name, true)? {
            None => Some(false),
            Some(_) => match self.host.access(self.dir, name, permission) {
                Ok(()) => Some(true),
                Err(error) if error.kind() == ErrorKind::PermissionDenied => Some(false),
                Err(_) => None,
            },
        }
    }

    /// Whether both exist and `a` was changed after `b`.
    fn newer(&self, a: &[u8], b: &[u8]) -> Option<bool> {
        Some(match (self.look(a, true)?, self.look(b, true)?) {
            (Some(a), Some(b)) => a.mtime_ns > b.mtime_ns,
            _ => false,
        })
    }

    /// None: `op` is no operator. Some(None): it is, but not decided here.
    fn binary(&self, a: &[u8], op: &[u8], b: &[u8]) -> Option<Option<bool>> {
        if !is_binary(op) {
            return None;
        }
        let order = |wanted: fn(Ordering) -> bool| Some(wanted(number(a)?.cmp(&number(b)?)));
        Some(match op {
            b"=" => Some(a == b),
            b"!=" => Some(a != b),
            b"-eq" => order(Ordering::is_eq),
            b"-ne" => order(Ordering::is_ne),
            b"-lt" => order(Ordering::is_lt),
            b"-le" => order(Ordering::is_le),
            b"-gt" => order(Ordering::is_gt),
            b"-ge" => order(Ordering::is_ge),
            b"-a" => Some(!a.is_empty() && !b.is_empty()),
            b"-o" => Some(!a.is_empty() || !b.is_empty()),
            b"-nt" => self.newer(a, b),
            b"-ot" => self.newer(b, a),
            b"-ef" => match (self.look(a, true), self.look(b, true)) {
                (Some(Some(a)), Some(Some(b))) => Some((a.dev, a.ino) == (b.dev, b.ino)),
                (Some(_), Some(_)) => Some(false),
                _ => None,
            },
            _ => None,
        })
    }
}

fn is_binary(op: &[u8]) -> bool {
    matches!(
        op,
        b"=" | b"!="
            | b"=="
            | b"<"
            | b">"
            | b"-eq"
            | b"-ne"
            | b"-lt"
            | b"-le"
            | b"-gt"
            | b"-ge"
            | b"-nt"
            | b"-ot"
            | b"-ef"
            | b"-a"
            | b"-o"
    )
}

/// Whether `op` could be a unary operator.
fn looks_unary(op: &[u8]) -> bool {
    matches!(op, [b'-', letter] if letter.is_ascii_alphabetic())
}

/// An integer, without anything dash or bash might take offence at.
fn number(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    if digits.is_empty() || digits.len() > 18 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    text.to_str().ok()?.parse().ok()
}
