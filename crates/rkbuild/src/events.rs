//! `--events=FILE`: what happens, one JSON object a line; docs/events.md is the schema.

use std::fs::File;
use std::io::Write;
use std::time::Duration;

use rkbuild_base::{BStr, BString, ByteSlice};
use rkbuild_engine::graph::observer::{Age, Considered, Make};
use rkbuild_host::Exit;
use serde_json::{Value, json};

use crate::hub::{Command, Event, Listener};
use crate::say::say;

/// The version of the schema: another one whenever a field goes or means something else. New fields and events may come.
pub const VERSION: u32 = 1;

/// Writes events to a file.
pub struct Events {
    file: File,
    failed: bool,
}

/// Text that need not be UTF-8, as JSON can have it.
pub fn text(bytes: &[u8]) -> Value {
    Value::String(bytes.to_str_lossy().into_owned())
}

/// An exit status: `status`, or `signal`.
pub fn exit(exit: Exit) -> (&'static str, Value) {
    match exit {
        Exit::Code(code) => ("status", json!(code)),
        Exit::Signal { signal, .. } => ("signal", json!(signal)),
    }
}

fn arguments(make: &Make<'_>) -> Vec<Value> {
    make.argv.iter().map(|word: &BString| text(word)).collect()
}

impl Events {
    /// Into `file`, which is empty.
    pub fn new(file: File, argv: &[BString], dir: &BStr) -> Events {
        let mut events = Events { file, failed: false };
        let argv: Vec<Value> = argv.iter().map(|word| text(word)).collect();
        let first =
            json!({ "version": VERSION, "program": "rkbuild", "directory": text(dir), "arguments": argv });
        events.write(Duration::ZERO, "build_started", first);
        events
    }

    fn write(&mut self, at: Duration, name: &str, mut fields: Value) {
        if self.failed {
            return;
        }
        if let Some(fields) = fields.as_object_mut() {
            fields.insert("event".into(), name.into());
            fields.insert("time".into(), json!((at.as_secs_f64() * 1e6).round() / 1e6));
        }
        let mut line = fields.to_string();
        line.push('\n');
        if let Err(error) = self.file.write_all(line.as_bytes()) {
            self.failed = true;
            say(format_args!("rkbuild: --events: {error}"));
        }
    }

    fn target(&mut self, at: Duration, target: &Considered<'_>) {
        // One after `|` is no reason, unless everything is.
        let told = target.prerequisites.iter().filter(|p| !p.order_only || target.missing);
        let prerequisites = told.map(|prerequisite| {
            let age = match prerequisite.age {
                Age::Older => "older",
                Age::Newer => "newer",
                Age::Missing => "missing",
            };
            json!({ "name": text(prerequisite.name), "age": age, "phony": prerequisite.phony })
        });
        let fields = json!({
            "make": target.make,
            "target": text(target.target),
            "directory": text(target.dir.path()),
            "place": text(&target.place),
            "missing": target.missing,
            "phony": target.phony,
            "prerequisites": prerequisites.collect::<Vec<_>>(),
        });
        self.write(at, "target_remade", fields);
    }

    fn command(&mut self, at: Duration, command: &Command) {
        let mut fields = json!({
            "command": command.id,
            "make": command.make,
            "target": text(&command.target),
            "directory": text(&command.dir),
            "place": text(&command.place),
            "text": text(&command.text),
            "makes": command.makes,
        });
        if let (Some(reason), Some(fields)) = (&command.reason, fields.as_object_mut()) {
            fields.insert("reason".into(), json!(reason));
        }
        self.write(at, "command_started", fields);
    }
}

impl Listener for Events {
    fn event(&mut self, at: Duration, event: &Event<'_>) {
        match event {
            Event::MakeStarted { id, make } => {
                let dir = text(make.dir.path());
                let fields = json!({ "make": id, "above": make.above, "directory": dir, "arguments": arguments(make) });
                self.write(at, "make_started", fields);
            }
            Event::MakeEnded { id, status } => {
                self.write(at, "make_ended", json!({ "make": id, "status": status }));
            }
            Event::MakeGiven { make, status } => {
                let dir = text(make.dir.path());
                let fields = json!({ "above": make.above, "directory": dir, "arguments": arguments(make), "status": status });
                self.write(at, "make_given", fields);
            }
            Event::Considered(target) if target.remade => self.target(at, target),
            Event::Considered(_) | Event::CommandFailed { .. } => {}
            Event::CommandStarted(command) => self.command(at, command),
            Event::CommandEnded { id, exit: ended, .. } => {
                let (name, value) = exit(*ended);
                self.write(at, "command_ended", json!({ "command": id, name: value }));
            }
        }
    }

    fn end(&mut self, at: Duration, status: i32) {
        self.write(at, "build_ended", json!({ "status": status }));
    }
}
