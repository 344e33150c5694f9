//! The build in the Chrome trace event format, which Perfetto and chrome://tracing open; docs/profile.md has its fields.

use std::time::Duration;

use rkbuild_base::{BString, FxSet};
use serde_json::{Map, Value, json};

use crate::events::text;
use crate::explain::paths;
use crate::tally::{Outcome, Ran, Step, Tally, directory_of};

/// The process whose threads are the rows of commands, and the one of makes.
const ROWS: u32 = 1;
const MAKES: u32 = 2;

fn micros(time: Duration) -> Value {
    json!(time.as_micros() as u64)
}

/// From one time to another, so that it ends where other times say: both are rounded before one is taken from the other.
fn lasting(begin: Duration, end: Duration) -> Value {
    json!((end.as_micros() as u64).saturating_sub(begin.as_micros() as u64))
}

fn words(argv: &[BString]) -> Value {
    argv.iter().map(|word| text(word)).collect()
}

/// What is told of a command.
fn told(ran: &Ran, critical: bool) -> Value {
    let command = &ran.command;
    let mut args = Map::new();
    let mut put = |name: &str, value: Value| args.insert(name.to_string(), value);
    put("target", text(&command.target));
    put("directory", text(&command.dir));
    put("place", text(&command.place));
    put("command", text(&command.text));
    put("position", json!(ran.position));
    if let Some(reason) = &command.reason {
        put("reason", json!(reason));
    }
    match ran.outcome() {
        Outcome::Done => put("status", json!(0)),
        Outcome::Failed(status) => put("status", json!(status)),
        Outcome::Killed(signal) => put("signal", json!(signal)),
        Outcome::Unfinished => None,
    };
    if critical {
        put("critical", json!(true));
    }
    Value::Object(args)
}

/// Something that began and ended, and lies within others of its kind or beside them: it needs no row.
fn pair(events: &mut Vec<Value>, name: &str, id: usize, times: (Duration, Duration), args: &Value) {
    for (phase, at) in [("b", times.0), ("e", times.1)] {
        events.push(json!({
            "name": name, "cat": "make", "ph": phase, "pid": MAKES, "tid": 1, "id": id, "ts": micros(at), "args": args,
        }));
    }
}

/// How many commands ran and how many makes read makefiles at once, whenever that changes.
fn counts(tally: &Tally) -> Vec<Value> {
    let mut changes: Vec<(Duration, i64, i64)> = Vec::new();
    for ran in tally.ran.iter().filter(|ran| ran.row.is_some()) {
        changes.extend([(ran.begin, 1, 0), (ran.end, -1, 0)]);
    }
    for make in &tally.evaluated {
        changes.extend([(make.begin, 0, 1), (make.read, 0, -1)]);
    }
    changes.sort_by_key(|(at, ..)| *at);
    let (mut commands, mut makefiles) = (0, 0);
    let mut events = Vec::new();
    for same in changes.chunk_by(|a, b| a.0 == b.0) {
        commands += same.iter().map(|change| change.1).sum::<i64>();
        makefiles += same.iter().map(|change| change.2).sum::<i64>();
        let args = json!({ "commands": commands, "makefiles": makefiles });
        let at = same.first().map(|change| micros(change.0));
        events.push(json!({ "name": "at once", "ph": "C", "pid": ROWS, "ts": at, "args": args }));
    }
    events
}

/// Arrows from each step of the critical path to the next.
fn arrows(tally: &Tally, critical: &[Step]) -> Vec<Value> {
    let ends = |step: &Step| {
        let (first, last) = (*step.parts.first()?, *step.parts.last()?);
        if step.reading {
            let make = tally.evaluated.get(first)?;
            return Some(((make.row, make.begin), (make.row, make.read)));
        }
        let (first, last) = (tally.ran.get(first)?, tally.ran.get(last)?);
        Some(((first.row?, first.begin), (last.row?, last.end)))
    };
    let ends: Vec<_> = critical.iter().filter_map(ends).collect();
    let arrow = |id: usize, phase: &str, (row, at): (usize, Duration)| {
        json!({
            "name": "critical path", "cat": "critical", "ph": phase, "bp": "e", "id": id, "pid": ROWS, "tid": row + 1,
            "ts": micros(at),
        })
    };
    let pairs = ends.windows(2).enumerate();
    let both = pairs.filter_map(|(id, pair)| {
        let [from, to] = pair else { return None };
        // In the slice it starts from: its very end belongs to what comes after.
        let leaves = (from.1.0, from.1.1.saturating_sub(Duration::from_micros(1)).max(from.0.1));
        Some([arrow(id, "s", leaves), arrow(id, "f", to.0)])
    });
    both.flatten().collect()
}

/// The trace.
pub fn trace(tally: &Tally, top: &[u8], argv: &[BString]) -> String {
    let mut events = Vec::new();
    for (process, name) in [(ROWS, "jobs"), (MAKES, "makes")] {
        events.push(json!({ "name": "process_name", "ph": "M", "pid": process, "args": { "name": name } }));
        events.push(
            json!({ "name": "process_sort_index", "ph": "M", "pid": process, "args": { "sort_index": process } }),
        );
    }
    for row in 1..=tally.rows() {
        let args = json!({ "name": format!("job {row}") });
        events.push(json!({ "name": "thread_name", "ph": "M", "pid": ROWS, "tid": row, "args": args }));
    }
    let critical = tally.critical_path(top);
    let parts = critical.iter().flat_map(|step| step.parts.iter().map(|part| (step.reading, *part)));
    let parts: FxSet<(bool, usize)> = parts.collect();
    let is_critical = |reading: bool, index: usize| parts.contains(&(reading, index));
    for (index, ran) in tally.ran.iter().enumerate() {
        let name = paths::shown(top, &ran.path);
        let args = told(ran, is_critical(false, index));
        match ran.row {
            Some(row) => events.push(json!({
                "name": name, "cat": directory_of(&name), "ph": "X", "pid": ROWS, "tid": row + 1,
                "ts": micros(ran.begin), "dur": lasting(ran.begin, ran.end), "args": args,
            })),
            None => pair(&mut events, &name, index, (ran.begin, ran.end), &args),
        }
    }
    for (index, make) in tally.evaluated.iter().enumerate() {
        let mut args = json!({ "arguments": words(&make.argv), "directory": text(&make.dir) });
        if let Some(args) = args.as_object_mut() {
            if let Some(status) = make.status {
                args.insert("status".into(), json!(status));
            }
            if is_critical(true, index) {
                args.insert("critical".into(), json!(true));
            }
        }
        events.push(json!({
            "name": make.name(), "cat": "makefiles", "ph": "X", "pid": ROWS, "tid": make.row + 1,
            "ts": micros(make.begin), "dur": lasting(make.begin, make.read), "args": args,
        }));
    }
    for given in &tally.given {
        let args = json!({ "arguments": words(&given.argv), "directory": text(&given.dir) });
        events.push(json!({
            "name": "given from recall", "cat": "recall", "ph": "i", "s": "p", "pid": MAKES, "tid": 1,
            "ts": micros(given.at), "args": args,
        }));
    }
    events.extend(arrows(tally, &critical));
    events.extend(counts(tally));
    let head =
        json!({ "version": 1, "arguments": words(argv), "directory": text(top), "status": tally.status });
    let mut out = format!("{{\"displayTimeUnit\":\"ms\",\"otherData\":{head},\"traceEvents\":[\n");
    for (at, event) in events.iter().enumerate() {
        if at > 0 {
            out.push_str(",\n");
        }
        out.push_str(&event.to_string());
    }
    out.push_str("\n]}\n");
    out
}
