//! `--stats`: what one run evaluated, gave and looked at, as text.

use std::fmt::Write;

use rkbuild_recall::Stats;

/// Reasons name commands, which can be long.
const MOST_REASON: usize = 160;

/// The counts, a line each.
pub fn text(stats: &Stats) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: u64| {
        let _ = writeln!(text, "{name:<28} {value:>10}");
    };
    line("sessions evaluated", stats.evaluated);
    line("sessions given", stats.given);
    line("commands given", stats.commands_given);
    line("commands found pure", stats.commands_pure);
    line("commands to be asked again", stats.commands_repeatable);
    line("commands with effects", stats.commands_effective);
    line("facts known", stats.facts);
    line("facts that had changed", stats.changed_count);
    line("bytes of the store", stats.store);
    for path in &stats.changed {
        let _ = writeln!(text, "changed: {path}");
    }
    for (why, count) in &stats.lost {
        let why: String = why.chars().take(MOST_REASON).collect();
        let _ = writeln!(text, "not remembered: {count:>6}  {why}");
    }
    text
}
