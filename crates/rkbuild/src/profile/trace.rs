//! The build in the Chrome trace event format, which Perfetto and chrome://tracing open; docs/profile.md has its fields.

use std::time::Duration;

use rkbuild_base::BString;
use serde_json::{Map, Value, json};

use crate::events::text;
use crate::explain::paths;
use crate::tally::{Outcome, Ran, Tally, directory_of};

/// The process whose threads are the rows of commands, and the one of makes.
const ROWS: u32 = 1;
const MAKES: u32 = 2;

fn micros(time: Duration) -> Value {
    json!(time.as_micros() as u64)
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
    let is_critical = |reading: bool, index: usize| {
        critical.iter().any(|step| step.reading == reading && step.parts.contains(&index))
    };
    for (index, ran) in tally.ran.iter().enumerate() {
        let name = paths::shown(top, &ran.path);
        let args = told(ran, is_critical(false, index));
        match ran.row {
            Some(row) => events.push(json!({
                "name": name, "cat": directory_of(&name), "ph": "X", "pid": ROWS, "tid": row + 1,
                "ts": micros(ran.begin), "dur": micros(ran.end.saturating_sub(ran.begin)), "args": args,
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
            "ts": micros(make.begin), "dur": micros(make.read.saturating_sub(make.begin)), "args": args,
        }));
    }
    for given in &tally.given {
        let args = json!({ "arguments": words(&given.argv), "directory": text(&given.dir) });
        events.push(json!({
            "name": "given from recall", "cat": "recall", "ph": "i", "s": "p", "pid": MAKES, "tid": 1,
            "ts": micros(given.at), "args": args,
        }));
    }
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
