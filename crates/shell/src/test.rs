//! `test` and `[`: what POSIX defines, with `-a` and `-o`; what is unusual is left to the real shell's builtin.

use std::cmp::Ordering;

use bstr::{BString, ByteSlice};
use rkbuild_host::{Dir, Host};

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

    fn unary(&self, op: &[u8], arg: &[u8]) -> Option<bool> {
        let stat = || self.host.stat(self.dir, arg).ok();
        Some(match op {
            b"-n" => !arg.is_empty(),
            b"-z" => arg.is_empty(),
            b"-e" => stat().is_some(),
            b"-f" => stat().is_some_and(|m| m.is_file()),
            b"-d" => stat().is_some_and(|m| m.is_dir()),
            b"-s" => stat().is_some_and(|m| m.size > 0),
            b"-h" | b"-L" => self.host.lstat(self.dir, arg).is_ok_and(|m| m.is_symlink()),
            b"-p" => stat().is_some_and(|m| m.mode & TYPE == 0o010000),
            b"-S" => stat().is_some_and(|m| m.mode & TYPE == 0o140000),
            b"-b" => stat().is_some_and(|m| m.mode & TYPE == 0o060000),
            b"-c" => stat().is_some_and(|m| m.mode & TYPE == 0o020000),
            // Opening tells what the effective user may do; it has no effect where there are contents to read.
            b"-r" => match stat() {
                Some(m) if m.is_file() || m.is_dir() => self.host.open_read(self.dir, arg).is_ok(),
                Some(_) => return None,
                None => false,
            },
            b"-x" => self.host.access_exec(self.dir, arg).is_ok(),
            _ => return None,
        })
    }

    /// Whether both exist and `a` was changed after `b`.
    fn newer(&self, a: &[u8], b: &[u8]) -> bool {
        match (self.host.stat(self.dir, a), self.host.stat(self.dir, b)) {
            (Ok(a), Ok(b)) => a.mtime_ns > b.mtime_ns,
            _ => false,
        }
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
            b"-nt" => Some(self.newer(a, b)),
            b"-ot" => Some(self.newer(b, a)),
            b"-ef" => match (self.host.stat(self.dir, a), self.host.stat(self.dir, b)) {
                (Ok(a), Ok(b)) => Some((a.dev, a.ino) == (b.dev, b.ino)),
                _ => Some(false),
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
