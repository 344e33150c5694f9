//! How far a build is, and the line that says so.

use std::fmt::Write;
use std::time::{Duration, Instant};

use rkbuild_base::{BString, ByteSlice, FxMap, FxSet};
use rkbuild_host::Exit;

use crate::command_text::without_wrapping;
use crate::explain::paths;
use crate::hub::{Event, Listener};
use crate::progress::forecast::Forecast;

/// How many running targets are named.
const MOST_NAMED: usize = 4;

/// A command that runs.
struct Running {
    path: BString,
    name: String,
    since: Duration,
}

/// How far a build is.
pub struct Board {
    began: Instant,
    forecast: Forecast,
    running: FxMap<u64, Running>,
    /// Targets of which a command ran.
    made: FxSet<BString>,
    failed: usize,
    /// What each make looked at last, where that is remade and no command of it has started: it waits for a free job.
    next: FxMap<u64, BString>,
    /// How long commands that are over took, one after the other.
    worked: Duration,
}

/// A time on the line.
fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds / 3600 {
        0 => format!("{}:{:02}", seconds / 60, seconds % 60),
        hours => format!("{hours}:{:02}:{:02}", seconds / 60 % 60, seconds % 60),
    }
}

impl Board {
    /// Nothing has happened yet.
    pub fn new(forecast: Forecast) -> Board {
        let (running, made, next, worked) = Default::default();
        Board { began: Instant::now(), forecast, running, made, failed: 0, next, worked }
    }

    /// How long the build has been going on.
    pub fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// How many targets there will have been, and the time that is left, as far as that can be told.
    fn expected(&self, now: Duration) -> Option<(usize, Option<Duration>)> {
        let (more, time) = self.forecast.rest()?;
        let rest = self.running.values().map(|running| {
            let took = self.forecast.took(&running.path).unwrap_or_default();
            took.saturating_sub(now.saturating_sub(running.since))
        });
        let next: Duration = self.next.values().filter_map(|path| self.forecast.took(path)).sum();
        let rest: Duration = rest.sum::<Duration>() + next + time;
        let under_way: Duration =
            self.running.values().map(|running| now.saturating_sub(running.since)).sum();
        // How much was done in how much time says how many jobs there really are.
        let rate = (self.worked + under_way).as_secs_f64() / now.as_secs_f64().max(0.001);
        let left = (rate > 0.05).then(|| rest.div_f64(rate));
        Some((self.made.len() + self.next.len() + more, left))
    }

    /// The line `now`, at most so wide.
    pub fn line(&self, now: Duration, width: usize) -> String {
        let running: FxSet<&BString> = self.running.values().map(|running| &running.path).collect();
        let done = self.made.len() - running.len();
        let mut line = format!("[{done}");
        match self.expected(now) {
            Some((total, left)) => {
                let _ = write!(line, "/{total} {}", clock(now));
                if let Some(left) = left {
                    let _ = write!(line, ", {} left", clock(left));
                }
            }
            None => {
                let _ = write!(line, " {}", clock(now));
            }
        }
        if self.failed > 0 {
            let _ = write!(line, ", {} failed", self.failed);
        }
        line.push(']');
        let mut oldest: Vec<&Running> = self.running.values().collect();
        oldest.sort_by(|one, other| (one.since, &one.name).cmp(&(other.since, &other.name)));
        for (at, running) in oldest.iter().take(MOST_NAMED).enumerate() {
            let seconds = now.saturating_sub(running.since).as_secs();
            let separator = if at > 0 { ", " } else { " " };
            let next = format!("{separator}{} {seconds}s", running.name);
            if at > 0 && line.len() + next.len() > width {
                break;
            }
            line.push_str(&next);
        }
        // What is no ASCII may be of any width, or move the cursor.
        line.chars().map(|c| if c == ' ' || c.is_ascii_graphic() { c } else { '?' }).take(width).collect()
    }
}

impl Listener for Board {
    fn event(&mut self, at: Duration, event: &Event<'_>) {
        match event {
            Event::Considered(target) => {
                let path = paths::absolute(target.dir.path(), target.target);
                self.forecast.settle(&path);
                self.next.remove(&target.make);
                if target.remade && self.forecast.took(&path).is_some() && !self.made.contains(&path) {
                    self.next.insert(target.make, path);
                }
            }
            Event::MakeEnded { id, .. } => {
                self.next.remove(id);
            }
            Event::CommandStarted(command) => {
                if command.makes || without_wrapping(&command.text).is_empty() {
                    return;
                }
                let path = paths::absolute(&command.dir, &command.target);
                self.next.retain(|_, next| *next != path);
                if self.made.insert(path.clone()) {
                    self.forecast.make(&path);
                }
                let name = command.target.to_str_lossy().into_owned();
                self.running.insert(command.id, Running { path, name, since: at });
            }
            Event::CommandEnded { id, exit } => {
                if let Some(running) = self.running.remove(id) {
                    self.worked += at.saturating_sub(running.since);
                    self.failed += usize::from(*exit != Exit::Code(0));
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, _: Duration, _: i32) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::Command;
    use crate::last::record::tests::record;

    fn started(board: &mut Board, at: u64, id: u64, target: &str) {
        let command = Command {
            id,
            make: 1,
            target: target.into(),
            dir: "/d".into(),
            place: "Makefile:1".into(),
            text: "cc".into(),
            makes: false,
            reason: None,
        };
        board.event(Duration::from_secs(at), &Event::CommandStarted(&command));
    }

    fn ended(board: &mut Board, at: u64, id: u64, status: i32) {
        board.event(Duration::from_secs(at), &Event::CommandEnded { id, exit: Exit::Code(status) });
    }

    #[test]
    fn the_line_names_the_oldest_and_counts_what_is_done() {
        let mut board = Board::new(Forecast::default());
        started(&mut board, 0, 1, "a.o");
        started(&mut board, 1, 2, "b.o");
        started(&mut board, 2, 3, "c.o");
        ended(&mut board, 5, 2, 0);
        assert_eq!(board.line(Duration::from_secs(65), 80), "[1 1:05] a.o 65s, c.o 63s");
        ended(&mut board, 70, 3, 1);
        assert_eq!(board.line(Duration::from_secs(70), 80), "[2 1:10, 1 failed] a.o 70s");
    }

    #[test]
    fn what_is_left_comes_from_what_targets_took() {
        let all = [("CC", "a.o", 10_000_000), ("CC", "b.o", 10_000_000), ("CC", "c.o", 10_000_000)];
        let mut board = Board::new(Forecast::from_records([record(&all)].into_iter()));
        started(&mut board, 0, 1, "a.o");
        ended(&mut board, 10, 1, 0);
        started(&mut board, 10, 2, "b.o");
        assert_eq!(board.line(Duration::from_secs(15), 80), "[1/3 0:15, 0:15 left] b.o 5s");
    }

    #[test]
    fn a_line_is_never_wider_than_it_may_be_and_moves_no_cursor() {
        let mut board = Board::new(Forecast::default());
        started(&mut board, 0, 1, "a\x1b[2Jü.o");
        let line = board.line(Duration::from_secs(1), 12);
        assert_eq!(line, "[0 0:01] a?[");
        assert!(board.line(Duration::from_secs(1), 80).ends_with("a?[2J?.o 1s"));
    }
}
