//! A record as people read it.

use std::io::Write;
use std::time::Duration;

use rkbuild_base::{BStr, ByteSlice};

use crate::last::record::{Failure, Record};
use crate::tally::Outcome;

/// How many lines there are of each list.
const MOST_KINDS: usize = 12;
const MOST_SLOW: usize = 10;
const MOST_PIECES: usize = 12;
const MOST_UNWRITTEN: usize = 10;

/// A time as people read it: three digits say enough.
pub fn time(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match time.as_secs() {
        0 => format!("{:.0} ms", seconds * 1e3),
        1..=99 => format!("{seconds:.1} s"),
        whole @ 100..=5999 => format!("{} min {:02} s", whole / 60, whole % 60),
        whole => format!("{} h {:02} min", whole / 3600, whole / 60 % 60),
    }
}

/// Whether a time is worth a line.
fn is_some_time(time: Duration) -> bool {
    time >= Duration::from_millis(1)
}

/// How long ago something was.
fn ago(seconds: i64) -> String {
    let (count, unit) = match seconds.max(0) {
        0..=99 => return "just now".into(),
        minutes @ 100..=5999 => (minutes / 60, "minutes"),
        hours @ 6000..=172_799 => (hours / 3600, "hours"),
        days => (days / 86_400, "days"),
    };
    if count == 1 { format!("1 {} ago", unit.trim_end_matches('s')) } else { format!("{count} {unit} ago") }
}

/// What became of a command.
pub fn outcome(outcome: Outcome) -> String {
    match outcome {
        Outcome::Done => "done".into(),
        Outcome::Failed(status) => format!("exit status {status}"),
        Outcome::Killed(signal) => format!("ended by signal {signal}"),
        Outcome::Unfinished => "under way when the build ended".into(),
    }
}

/// What became of a build.
pub fn ending(record: &Record) -> String {
    match record.status {
        0 => "it succeeded".into(),
        130 => "it was interrupted".into(),
        status => format!("it failed (exit status {status})"),
    }
}

/// The arguments of a build as they were typed.
pub fn command_line(record: &Record) -> String {
    let mut words = record.arguments.iter().map(|word| word.to_str_lossy());
    let program = words.next().unwrap_or_default();
    let name = program.rsplit('/').next().unwrap_or_default().to_owned();
    std::iter::once(name).chain(words.map(Into::into)).collect::<Vec<_>>().join(" ")
}

fn failure(failure: &Failure, out: &mut Vec<u8>) -> std::io::Result<()> {
    let Failure { name, place, took, error, again, .. } = failure;
    writeln!(out, "  {name}: {} after {} ({place})", outcome(failure.outcome), time(*took))?;
    match error {
        Some(error) => writeln!(out, "    {}", BStr::new(error))?,
        None => writeln!(out, "    no error of its was seen; to see what it prints:")?,
    }
    match again {
        Some(line) => writeln!(out, "    {}", BStr::new(line)),
        None => writeln!(out, "    (the command is too long to be remembered)"),
    }
}

fn write(record: &Record, now: i64, out: &mut Vec<u8>) -> std::io::Result<()> {
    let directory = BStr::new(&record.directory);
    writeln!(out, "{} in {directory}", command_line(record))?;
    writeln!(out, "{}, took {}: {}", ago(now - record.began), time(record.took), ending(record))?;
    if !record.failures.is_empty() {
        writeln!(out, "\n{}:", if record.status == 0 { "failed, and was ignored" } else { "failed" })?;
        for each in &record.failures {
            failure(each, out)?;
        }
        if record.more_failures > 0 {
            writeln!(out, "  and {} more", record.more_failures)?;
        }
    } else if record.status != 0 && record.status < 128 {
        writeln!(out, "\nNo command failed: the error was one of make's own.")?;
    }
    let count = record.made.len() + record.left_out;
    let mut kinds: Vec<String> =
        record.kinds().iter().map(|(word, count)| format!("{count} {word}")).collect();
    let others = kinds.len().saturating_sub(MOST_KINDS);
    kinds.truncate(MOST_KINDS);
    let others = if others > 0 { format!(" and {others} other kinds") } else { String::new() };
    writeln!(out, "\nran: recipes of {count} targets: {}{others}", kinds.join(", "))?;
    writeln!(out, "\ntook longest:")?;
    for made in record.slowest().iter().take(MOST_SLOW).filter(|made| is_some_time(made.target.took)) {
        writeln!(out, "  {:>10}  {:<8} {}", time(made.target.took), made.word, made.target.name)?;
    }
    unwritten(record, out)?;
    critical(record, out)?;
    if record.given > 0 || record.given_commands > 0 {
        let names = record.given_names.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
        let names = if names.is_empty() {
            names
        } else {
            format!(" ({names}{})", if record.given > 3 { ", …" } else { "" })
        };
        let (makes, commands) = (record.given, record.given_commands);
        writeln!(
            out,
            "\ngiven from recall: {makes} makes{names}, {commands} commands; evaluated: {} makes",
            record.evaluated
        )?;
    }
    Ok(())
}

/// What did not come of recipes.
fn unwritten(record: &Record, out: &mut Vec<u8>) -> std::io::Result<()> {
    let count = record.unwritten().count();
    if count == 0 {
        return Ok(());
    }
    writeln!(out, "\nnot there after their recipes, so that these run each time:")?;
    for made in record.unwritten().take(MOST_UNWRITTEN) {
        writeln!(out, "  {} ({})", made.target.name, made.target.place)?;
    }
    if count > MOST_UNWRITTEN {
        writeln!(out, "  and {} more", count - MOST_UNWRITTEN)?;
    }
    Ok(())
}

/// The pieces of the critical path that took longest, in their order.
fn critical(record: &Record, out: &mut Vec<u8>) -> std::io::Result<()> {
    let all: Duration = record.critical.iter().map(|piece| piece.took).sum();
    let mut longest: Vec<usize> = (0..record.critical.len()).collect();
    longest.sort_by_key(|at| std::cmp::Reverse(record.critical.get(*at).map(|piece| piece.took)));
    longest.truncate(MOST_PIECES);
    longest.retain(|at| record.critical.get(*at).is_some_and(|piece| is_some_time(piece.took)));
    longest.sort_unstable();
    let left_out = record.critical.len() - longest.len();
    writeln!(out, "\ncritical path, {}: no number of jobs makes it shorter:", time(all))?;
    for piece in longest.iter().filter_map(|at| record.critical.get(*at)) {
        let reading = if piece.reading { " (reads makefiles)" } else { "" };
        writeln!(out, "  {:>10}  {}{reading}", time(piece.took), piece.name)?;
    }
    if left_out > 0 {
        writeln!(out, "              and {left_out} shorter pieces")?;
    }
    Ok(())
}

/// The record of a build, at the time `now` in seconds.
pub fn text(record: &Record, now: i64) -> Vec<u8> {
    let mut out = Vec::new();
    // Memory takes all that is written.
    let _ = write(record, now, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::last::record::tests::record;

    #[test]
    fn times_have_three_digits() {
        let of = |ms| time(Duration::from_millis(ms));
        assert_eq!(of(5), "5 ms");
        assert_eq!(of(12_345), "12.3 s");
        assert_eq!(of(252_000), "4 min 12 s");
        assert_eq!(of(7_500_000), "2 h 05 min");
    }

    #[test]
    fn what_failed_comes_first_with_its_error_and_a_line_to_repeat_it() {
        let mut record = record(&[("CC", "a.o", 5)]);
        record.status = 2;
        record.failures.push(Failure {
            name: "a.o".into(),
            place: "Makefile:3".into(),
            directory: b"/d".to_vec(),
            outcome: Outcome::Failed(1),
            took: Duration::from_millis(80),
            again: Some(b"cd /d && gcc -c a.c".to_vec()),
            error: None,
        });
        let shown = |record: &Record| String::from_utf8(text(record, 250)).unwrap();
        let silent = shown(&record);
        assert!(
            silent.starts_with(
                "rkbuild in /d\n4 minutes ago, took 1.0 s: it failed (exit status 2)\n\nfailed:\n"
            ),
            "{silent}"
        );
        assert!(
            silent.contains("  a.o: exit status 1 after 80 ms (Makefile:3)\n    no error of its was seen"),
            "{silent}"
        );
        assert!(silent.contains("\n    cd /d && gcc -c a.c\n"), "{silent}");
        record.failures[0].error = Some(b"a.c:1: error: x".to_vec());
        assert!(shown(&record).contains("(Makefile:3)\n    a.c:1: error: x\n    cd /d"));
        assert!(silent.contains("ran: recipes of 1 targets: 1 CC\n"), "{silent}");
    }

    #[test]
    fn an_error_without_a_command_is_makes_own() {
        let mut record = record(&[("CC", "a.o", 5)]);
        record.status = 2;
        assert!(text(&record, 0).contains_str("No command failed"));
        record.status = 130;
        assert!(!text(&record, 0).contains_str("No command failed"));
    }
}
