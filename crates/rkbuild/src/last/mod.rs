//! `--last`: what the last builds did, from the records they left.

mod compare;
mod json;
pub mod record;
pub mod recorder;
mod report;
pub mod store;

use std::sync::Arc;

use rkbuild_base::{BStr, BString, ByteSlice};
use rkbuild_host::{Dir, Env, Host};

use crate::called;
use crate::last::compare::Difference;
use crate::last::recorder::Recorder;
use crate::last::store::Store;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    /// The nth last.
    Nth(usize),
    /// The two last, compared.
    Two,
}

/// What `--last` and its value ask for, and whether as JSON.
fn question(value: Option<&BStr>) -> Result<(Which, bool), String> {
    let value = value.map(|value| value.to_str_lossy().into_owned()).unwrap_or_default();
    let (which, form) = value.split_once(':').unwrap_or(match value.as_str() {
        "json" => ("", "json"),
        other => (other, ""),
    });
    let wrong = || Err(format!("--last is a number, diff or json, not '{value}'"));
    let which = match which {
        "" => Which::Nth(1),
        "diff" => Which::Two,
        number => match number.parse() {
            Ok(nth) if nth > 0 => Which::Nth(nth),
            _ => return wrong(),
        },
    };
    match form {
        "" => Ok((which, false)),
        "json" => Ok((which, true)),
        _ => wrong(),
    }
}

/// Answers `--last`: the text, and the exit status.
pub fn run(
    host: &Arc<Host>,
    dir: &Dir,
    env: &Env,
    argv: &[BString],
    value: Option<&BStr>,
) -> Result<(Vec<u8>, i32), String> {
    let (which, as_json) = question(value)?;
    let leads_elsewhere = argv.iter().skip(1).any(|word| word.starts_with(b"-") || word.contains(&b'='));
    let store = Store::new(host, env, dir, argv);
    let any = !leads_elsewhere;
    let none = || "no build that ran a command is remembered here (docs/last.md says which are)".to_owned();
    let nth = |nth| store.nth(nth, any).ok_or_else(none);
    let text = match which {
        Which::Nth(number) => {
            let record = nth(number)?;
            if as_json { json::record(&record) } else { report::text(&record, host.now_ns() / 1_000_000_000) }
        }
        Which::Two => {
            let after = nth(1)?;
            let before = store.nth(2, any).ok_or("only one build that ran a command is remembered here")?;
            let difference = Difference::between(&before, &after);
            if as_json { json::difference(&difference) } else { compare::text(&difference) }
        }
    };
    Ok((text, 0))
}

/// What watches a build for its record; `None` where none is to be kept: it is switched off, another make is above, or make only
/// looks.
pub fn recorder(host: &Arc<Host>, dir: &Dir, env: &Env, argv: &[BString], newer: bool) -> Option<Recorder> {
    let is_off = env.get(b"RKBUILD_LAST").is_some_and(|value| value == "off");
    if is_off || called::to_build(env, argv, newer).is_none() {
        return None;
    }
    Some(Recorder::new(host, Store::new(host, env, dir, argv), dir, argv))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_or_diff_may_be_followed_by_the_form() {
        let of = |value: &str| question(Some(BStr::new(value)));
        assert_eq!(question(None), Ok((Which::Nth(1), false)));
        assert_eq!(of("3"), Ok((Which::Nth(3), false)));
        assert_eq!(of("json"), Ok((Which::Nth(1), true)));
        assert_eq!(of("2:json"), Ok((Which::Nth(2), true)));
        assert_eq!(of("diff:json"), Ok((Which::Two, true)));
        for wrong in ["0", "x", "2:x", "-1", "json:2"] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
    }
}
