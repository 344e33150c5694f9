//! `--stats`: what one run evaluated, gave and looked at, as text or as JSON.

use std::fmt::Write;
use std::time::Duration;

use rkbuild_eval::definition::Met;
use rkbuild_host::Counts;
use rkbuild_recall::Stats;
use serde_json::{Map, Value, json};

/// Reasons name commands, which can be long.
const MOST_REASON: usize = 160;

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A line for each number.
    Text,
    /// One object on one line.
    Json,
}

/// What is told at the end of a run.
pub struct Report {
    numbers: Vec<(&'static str, u64)>,
    /// In nanoseconds.
    times: Vec<(&'static str, u64)>,
    changed: Vec<String>,
    lost: Vec<(String, u32)>,
    definitions: Vec<Met>,
}

impl Report {
    /// Puts together what was counted; `cpu_ns` is this process's own CPU time, `took` how long the run was; `definitions`: those of
    /// kbuild's that evaluated makes had.
    pub fn new(stats: &Stats, counts: &Counts, cpu_ns: u64, took: Duration, definitions: Vec<Met>) -> Report {
        let numbers = vec![
            ("sessions evaluated", stats.evaluated),
            ("sessions given", stats.given),
            ("commands given", stats.commands_given),
            ("commands found pure", stats.commands_pure),
            ("commands to be asked again", stats.commands_repeatable),
            ("commands with effects", stats.commands_effective),
            ("programs started", counts.spawns.get()),
            ("records known", stats.records_known),
            ("facts known", stats.facts),
            ("facts looked at", stats.looked),
            ("facts that had changed", stats.changed_count),
            ("stat calls", counts.stats.get()),
            ("files read", counts.reads.get()),
            ("bytes read", counts.bytes_read.get()),
            ("directories read", counts.listings.get()),
            ("bytes of the store", stats.store),
        ];
        let mut times = stats.phases.to_vec();
        times.push(("all", took.as_nanos() as u64));
        times.push(("CPU of this process", cpu_ns));
        Report {
            numbers,
            times,
            changed: stats.changed.iter().map(ToString::to_string).collect(),
            lost: stats.lost.clone(),
            definitions,
        }
    }

    /// The report as it is printed.
    pub fn write(&self, form: Form) -> String {
        match form {
            Form::Text => self.text(),
            Form::Json => format!("{}\n", self.json()),
        }
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for (name, value) in &self.numbers {
            let _ = writeln!(text, "{name:<28} {value:>10}");
        }
        for (name, ns) in &self.times {
            let _ = writeln!(text, "time: {name:<28} {:>10.3} ms", *ns as f64 / 1e6);
        }
        for path in &self.changed {
            let _ = writeln!(text, "changed: {path}");
        }
        for Met { name, tree, known, makes, place } in &self.definitions {
            let _ = match known {
                true => writeln!(text, "recognised: {name:<28} {makes:>6} makes"),
                false => writeln!(text, "unrecognised: {name:<26} {makes:>6} makes, {place}, {tree:#018x}"),
            };
        }
        for (why, count) in &self.lost {
            let why: String = why.chars().take(MOST_REASON).collect();
            let _ = writeln!(text, "not remembered: {count:>6}  {why}");
        }
        text
    }

    fn json(&self) -> Value {
        let name = |name: &str| name.replace(' ', "_").to_lowercase();
        let mut object: Map<String, Value> =
            self.numbers.iter().map(|(key, value)| (name(key), json!(value))).collect();
        let times: Map<String, Value> = self.times.iter().map(|(key, ns)| (name(key), json!(ns))).collect();
        object.insert("nanoseconds".into(), times.into());
        object.insert("changed".into(), json!(self.changed));
        let lost = self.lost.iter().map(|(why, count)| json!({"why": why, "count": count}));
        object.insert("not_remembered".into(), lost.collect());
        let definitions = self.definitions.iter().map(|Met { name, tree, known, makes, place }| {
            let (name, place, tree) = (name.to_string(), place.to_string(), format!("{tree:#018x}"));
            json!({"name": name, "recognised": known, "makes": makes, "place": place, "tree": tree})
        });
        object.insert("definitions".into(), definitions.collect());
        object.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_numbers_are_in_both_forms() {
        let stats = Stats {
            evaluated: 3,
            changed: vec!["/a".into()],
            lost: vec![("x".into(), 2)],
            ..Stats::default()
        };
        let met = |known: bool| Met { name: "if_changed".into(), known, makes: 4, ..Met::default() };
        let definitions = vec![met(true), met(false)];
        let report = Report::new(&stats, &Counts::default(), 1, Duration::from_millis(5), definitions);
        let text = report.write(Form::Text);
        let value: Value = serde_json::from_str(&report.write(Form::Json)).unwrap();
        assert!(text.contains("sessions evaluated                    3\n"), "{text}");
        assert_eq!(value["sessions_evaluated"], 3);
        assert_eq!(value["nanoseconds"]["all"], 5_000_000);
        assert_eq!(value["changed"][0], "/a");
        assert_eq!(value["not_remembered"][0]["count"], 2);
        assert!(text.contains("\nrecognised: if_changed ") && text.contains("\nunrecognised: if_changed "));
        assert_eq!(value["definitions"][1]["recognised"], false);
        assert_eq!(text.lines().count(), report.numbers.len() + report.times.len() + 4);
    }
}
