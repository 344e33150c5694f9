//! The build as a page that needs nothing else: what it shows is in it.

use std::time::Duration;

use rkbuild_base::{BString, ByteSlice, FxMap};
use serde_json::{Value, json};

use crate::events::text;
use crate::explain::paths;
use crate::tally::{Outcome, Tally, directory_of};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Of a command no more is shown than this much of its beginning and this much of its end, where the files are: a page with
/// thousands of them is to open at once.
const BEGINNING: usize = 50;
const ENDING: usize = 130;

/// Commands of one target in one row with no more than this between them are one bar.
const GAP: Duration = Duration::from_millis(2);

/// Numbers for texts that occur again and again.
#[derive(Default)]
struct Table {
    numbers: FxMap<String, usize>,
    texts: Vec<String>,
}

impl Table {
    fn number(&mut self, text: &str) -> usize {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        self.numbers.insert(text.to_string(), self.texts.len());
        self.texts.push(text.to_string());
        self.texts.len() - 1
    }
}

/// Something in a row.
struct Bar {
    target: Option<usize>,
    make: Option<usize>,
    row: usize,
    begin: Duration,
    end: Duration,
}

fn millis(time: Duration) -> Value {
    json!((time.as_secs_f64() * 1e4).round() / 10.0)
}

/// A command, without its middle if it is long.
fn short(command: &[u8]) -> String {
    let command = command.to_str_lossy();
    let count = command.chars().count();
    if count <= BEGINNING + ENDING {
        return command.into_owned();
    }
    let beginning: String = command.chars().take(BEGINNING).collect();
    let ending: String = command.chars().skip(count - ENDING).collect();
    format!("{beginning} … {ending}")
}

fn outcome(outcome: Outcome) -> String {
    match outcome {
        Outcome::Done => String::new(),
        Outcome::Failed(status) => format!("failed with status {status}"),
        Outcome::Killed(signal) => format!("killed by signal {signal}"),
        Outcome::Unfinished => "not finished".to_string(),
    }
}

fn words(argv: &[BString]) -> String {
    argv.iter().map(|word| word.to_str_lossy()).collect::<Vec<_>>().join(" ")
}

/// The bars, and which target each command belongs to.
fn bars(tally: &Tally, of: &FxMap<usize, usize>) -> Vec<Bar> {
    let mut bars: Vec<Bar> = Vec::new();
    let mut last: FxMap<usize, usize> = FxMap::default();
    let readings = tally.evaluated.iter().enumerate().map(|(index, make)| Bar {
        target: None,
        make: Some(index),
        row: make.row,
        begin: make.begin,
        end: make.read,
    });
    let commands = tally.ran.iter().enumerate().filter_map(|(index, ran)| {
        let target = of.get(&index).copied()?;
        Some(Bar { target: Some(target), make: None, row: ran.row?, begin: ran.begin, end: ran.end })
    });
    let mut all: Vec<Bar> = readings.chain(commands).collect();
    all.sort_by_key(|bar| bar.begin);
    for bar in all {
        let before = last.get(&bar.row).and_then(|last| bars.get_mut(*last));
        match before.filter(|before| {
            bar.target.is_some() && before.target == bar.target && bar.begin <= before.end + GAP
        }) {
            Some(before) => before.end = bar.end,
            None => {
                last.insert(bar.row, bars.len());
                bars.push(bar);
            }
        }
    }
    bars
}

/// What the page is to show.
fn data(tally: &Tally, top: &[u8], argv: &[BString]) -> Value {
    let directories = tally.directories(top);
    let numbers = directories.iter().enumerate().map(|(number, directory)| (directory.name.as_str(), number));
    let numbers: FxMap<&str, usize> = numbers.collect();
    let mut reasons = Table::default();
    let mut of: FxMap<usize, usize> = FxMap::default();
    let mut targets: Vec<Value> = Vec::new();
    for target in tally.targets(top) {
        of.extend(target.parts.iter().map(|part| (*part, targets.len())));
        let parts = || target.parts.iter().filter_map(|part| tally.ran.get(*part));
        let reason = parts().find_map(|ran| ran.command.reason.as_deref()).unwrap_or_default();
        let command = parts().max_by_key(|ran| ran.took()).map(|ran| short(&ran.command.text));
        targets.push(json!([
            target.name,
            numbers.get(directory_of(&target.name)),
            millis(target.begin),
            millis(target.end),
            millis(target.took),
            target.commands,
            outcome(target.outcome),
            u8::from(target.critical),
            reasons.number(reason),
            target.place,
            command,
        ]));
    }
    let critical = tally.critical_path(top);
    let makes: Vec<Value> = tally
        .evaluated
        .iter()
        .enumerate()
        .map(|(index, make)| {
            let above = make.above.and_then(|above| tally.ran.get(above));
            let critical = critical.iter().any(|step| step.reading && step.parts.contains(&index));
            json!([
                make.name(),
                paths::shown(top, &make.dir),
                above.map(|above| paths::shown(top, &above.path)),
                millis(make.begin),
                millis(make.read),
                millis(make.end),
                make.status,
                u8::from(critical),
            ])
        })
        .collect();
    let steps = critical.iter().filter_map(|step| {
        let (first, end) = (*step.parts.first()?, step.begin + step.took);
        let last = step.parts.last().and_then(|last| tally.ran.get(*last));
        let (target, make, end) = match step.reading {
            true => (None, Some(first), end),
            false => (of.get(&first), None, last.map_or(end, |ran| ran.end)),
        };
        Some(json!([target, make, millis(step.begin), millis(end), millis(step.took)]))
    });
    let steps: Vec<Value> = steps.collect();
    let bars = bars(tally, &of);
    let bars: Vec<Value> = bars
        .iter()
        .map(|bar| json!([bar.target, bar.make, bar.row, millis(bar.begin), millis(bar.end)]))
        .collect();
    let given: Vec<Value> = tally
        .given
        .iter()
        .map(|given| json!([given.name(), paths::shown(top, &given.dir), millis(given.at)]))
        .collect();
    let directories: Vec<Value> = directories
        .iter()
        .map(|directory| json!([directory.name, millis(directory.took), directory.targets]))
        .collect();
    json!({
        "command": words(argv),
        "directory": text(top),
        "took": millis(tally.took),
        "status": tally.status,
        "rows": tally.rows(),
        "directories": directories,
        "reasons": reasons.texts,
        "targets": targets,
        "makes": makes,
        "critical": steps,
        "bars": bars,
        "given": given,
    })
}

/// The page.
pub fn page(tally: &Tally, top: &[u8], argv: &[BString]) -> String {
    // Nothing in it may end the script it stands in, or begin a comment there.
    let data = data(tally, top, argv).to_string().replace('<', "\\u003c");
    let page = PAGE.replacen("/*STYLE*/", STYLE.trim_end(), 1).replacen("/*SCRIPT*/", SCRIPT.trim_end(), 1);
    page.replacen("/*DATA*/null", &data, 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::{Command, Event, Listener};

    #[test]
    fn long_commands_lose_their_middle_and_never_half_a_character() {
        assert_eq!(short(b"cc -o a.o a.c"), "cc -o a.o a.c");
        let long = short("ä".repeat(1000).as_bytes());
        assert_eq!(long.chars().count(), BEGINNING + ENDING + 3);
        assert!(long.starts_with('ä') && long.ends_with('ä') && long.contains(" … "));
    }

    #[test]
    fn what_is_in_a_command_cannot_end_the_script() {
        let mut tally = Tally::default();
        let text = "echo '</script><!--' /*DATA*/null";
        let command = Command {
            id: 1,
            make: 1,
            target: "a".into(),
            dir: "/".into(),
            place: "Makefile:1".into(),
            text: text.into(),
            makes: false,
            reason: None,
        };
        tally.event(Duration::ZERO, &Event::CommandStarted(&command));
        tally.end(Duration::from_millis(5), 0);
        let page = page(&tally, b"/", &["make".into()]);
        assert_eq!(page.matches("</script>").count(), 1);
        assert!(!page.contains("<!--") && page.contains(r"'\u003c/script>\u003c!--' /*DATA*/null"));
        assert!(!page.contains("src=") && !page.contains("http"));
    }
}
