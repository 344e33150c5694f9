//! Records as JSON; docs/last.md is the schema.

use std::time::Duration;

use rkbuild_base::ByteSlice;
use serde_json::{Value, json};

use crate::last::compare::Difference;
use crate::last::record::{Failure, Made, Record, VERSION};

fn text(bytes: &[u8]) -> Value {
    Value::String(bytes.to_str_lossy().into_owned())
}

fn seconds(time: Duration) -> Value {
    json!((time.as_secs_f64() * 1e6).round() / 1e6)
}

fn made(made: &Made) -> Value {
    let target = &made.target;
    json!({
        "target": target.name,
        "word": made.word,
        "directory": target.directory,
        "place": target.place,
        "begin": seconds(target.begin),
        "end": seconds(target.end),
        "took": seconds(target.took),
        "commands": target.commands,
        "outcome": target.outcome,
        "critical": target.critical,
        "written": made.written,
    })
}

fn failure(failure: &Failure) -> Value {
    json!({
        "target": failure.name,
        "place": failure.place,
        "directory": text(&failure.directory),
        "outcome": failure.outcome,
        "took": seconds(failure.took),
        "error": failure.error.as_deref().map(text),
        "again": failure.again.as_deref().map(text),
    })
}

fn build(record: &Record) -> Value {
    let critical = record
        .critical
        .iter()
        .map(|piece| json!({ "name": piece.name, "reading": piece.reading, "took": seconds(piece.took) }));
    let arguments = record.arguments.iter().map(|word| text(word));
    json!({
        "began": record.began,
        "took": seconds(record.took),
        "status": record.status,
        "directory": text(&record.directory),
        "arguments": arguments.collect::<Vec<_>>(),
        "makes_evaluated": record.evaluated,
        "makes_given": record.given,
        "commands_given": record.given_commands,
        "made": record.made.iter().map(made).collect::<Vec<_>>(),
        "left_out": record.left_out,
        "failures": record.failures.iter().map(failure).collect::<Vec<_>>(),
        "failures_left_out": record.more_failures,
        "critical_path": critical.collect::<Vec<_>>(),
    })
}

fn line(value: Value) -> Vec<u8> {
    format!("{value}\n").into_bytes()
}

/// A build, as one object on one line.
pub fn record(record: &Record) -> Vec<u8> {
    line(json!({ "version": VERSION, "build": build(record) }))
}

/// Two builds and how they differ, as one object on one line.
pub fn difference(difference: &Difference<'_>) -> Vec<u8> {
    let all = |list: &[&Made]| list.iter().map(|one| made(one)).collect::<Vec<_>>();
    let pairs = |pairs: &[(&Made, &Made)]| {
        let pair = |(before, after): &(&Made, &Made)| {
            let (from, to) = (seconds(before.target.took), seconds(after.target.took));
            json!({ "target": after.target.name, "directory": after.target.directory, "before": from, "after": to })
        };
        pairs.iter().map(pair).collect::<Vec<_>>()
    };
    line(json!({
        "version": VERSION,
        "before": build(difference.before),
        "after": build(difference.after),
        "only_before": all(&difference.gone),
        "only_after": all(&difference.new),
        "slower": pairs(&difference.slower),
        "faster": pairs(&difference.faster),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::last::record::tests::record as build_of;

    #[test]
    fn both_forms_are_one_line_with_a_version() {
        let (before, after) = (build_of(&[("CC", "a.o", 5)]), build_of(&[("CC", "b.o", 7)]));
        let parsed = |line: Vec<u8>| serde_json::from_slice::<Value>(&line).unwrap();
        let one = parsed(record(&before));
        assert_eq!(one["version"], VERSION);
        assert_eq!(one["build"]["made"][0]["target"], "a.o");
        assert_eq!(one["build"]["made"][0]["took"], 5e-6);
        let two = parsed(difference(&Difference::between(&before, &after)));
        assert_eq!(two["only_before"][0]["target"], "a.o");
        assert_eq!(two["only_after"][0]["target"], "b.o");
    }
}
