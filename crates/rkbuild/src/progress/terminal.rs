//! The terminal of a build with a line: all that is printed goes through another terminal in its place and is shown above the
//! line, whole lines at a time.
//!
//! A terminal and no pipe, so that whoever looks finds one. One thread reads it, and draws. Whoever needs the real one gets it
//! when all that was printed before is shown: a mark is written behind it, which nobody sees.

use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rkbuild_base::ByteSlice;
use rkbuild_engine::jobs::screen::{Printed, Screen};
use rkbuild_host::fd::{self, Waker};
use rkbuild_host::poll::{self, Ready};
use rkbuild_host::{Stdio, relay, signals, terminal};

use crate::hub::lock;
use crate::progress::board::Board;

/// How often the line is drawn anew.
const TICK: Duration = Duration::from_millis(100);
/// A build that is over sooner shows none.
const LATE: Duration = Duration::from_millis(500);
/// After what silence a line without an end is taken for a question.
const SILENCE: Duration = Duration::from_millis(300);
/// How long what was printed may take to be shown.
const PATIENCE: Duration = Duration::from_secs(5);
/// Columns that stay free at the end.
const FREE: usize = 1;

/// A command that may ask.
struct Asker {
    printed: Printed,
    /// How much it had printed, and since when.
    length: usize,
    since: Instant,
    /// It asked: what it prints is shown at once.
    asks: bool,
}

/// What others want of the thread that draws.
#[derive(Default)]
struct Wishes {
    /// How many commands have the terminal.
    lent: usize,
    askers: Vec<Asker>,
    /// The marks that were written, and shown.
    sent: u64,
    reached: u64,
    over: bool,
    /// What prints on when it is over is shown without us.
    left: bool,
}

/// The terminal of a build.
pub struct Terminal {
    real: Stdio,
    /// What stands in for it.
    other: Arc<OwnedFd>,
    mark: Vec<u8>,
    wishes: Mutex<Wishes>,
    shown: Condvar,
    waker: Waker,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Terminal {
    /// For the terminal that `real` leads to, and the line of `board`.
    pub fn start(real: &Stdio, board: Arc<Mutex<Board>>) -> io::Result<Arc<Terminal>> {
        let (master, other) = fd::terminal_like(&real.stdout)?;
        let stop = signals::catch_stop()?;
        let mark = format!("\x1b_rkbuild-{}-", std::process::id()).into_bytes();
        let terminal = Arc::new(Terminal {
            real: real.clone(),
            other: Arc::new(other),
            mark,
            wishes: Mutex::default(),
            shown: Condvar::new(),
            waker: Waker::new()?,
            thread: Mutex::default(),
        });
        let painter = Painter {
            terminal: terminal.clone(),
            board,
            stop,
            master,
            bar: None,
            pending: Vec::new(),
            since: Instant::now(),
            open: false,
            full: false,
        };
        let thread = std::thread::Builder::new().name("progress".into()).spawn(move || painter.run())?;
        *lock(&terminal.thread) = Some(thread);
        Ok(terminal)
    }

    /// The streams of the build: the terminal's stand-in in the place of the terminal.
    pub fn stdio(&self, stdio: &Stdio) -> Stdio {
        Stdio { stdin: stdio.stdin.clone(), stdout: self.other.clone(), stderr: self.other.clone() }
    }

    /// Waits until all that was printed so far is shown.
    fn drain(&self) {
        let mut wishes = lock(&self.wishes);
        wishes.sent += 1;
        let own = wishes.sent;
        drop(wishes);
        let mark = [self.mark.as_slice(), own.to_string().as_bytes(), b"\x1b\\"].concat();
        if fd::write_all(&*self.other, &mark).is_err() {
            return;
        }
        let wishes = lock(&self.wishes);
        let waits = |wishes: &mut Wishes| wishes.reached < own;
        let waited = self.shown.wait_timeout_while(wishes, PATIENCE, waits);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    /// The build is over. If programs `ran`, some may have been left in the background that print on.
    pub fn end(&self, ran: bool) {
        self.drain();
        {
            let mut wishes = lock(&self.wishes);
            (wishes.over, wishes.left) = (true, ran);
        }
        self.waker.wake();
        if let Some(thread) = lock(&self.thread).take() {
            let _ = thread.join();
        }
        signals::release_stop();
    }
}

impl Screen for Terminal {
    fn lend(&self) -> Stdio {
        lock(&self.wishes).lent += 1;
        self.drain();
        self.real.clone()
    }

    fn give_back(&self) {
        let mut wishes = lock(&self.wishes);
        wishes.lent = wishes.lent.saturating_sub(1);
    }

    fn may_ask(&self, printed: Printed) {
        let asker = Asker { printed, length: 0, since: Instant::now(), asks: false };
        lock(&self.wishes).askers.push(asker);
    }
}

/// The thread that shows and draws.
struct Painter {
    terminal: Arc<Terminal>,
    board: Arc<Mutex<Board>>,
    stop: &'static Waker,
    master: OwnedFd,
    bar: Option<ProgressBar>,
    /// What was printed and is not shown yet: the beginning of a line; and since when nothing came.
    pending: Vec<u8>,
    since: Instant,
    /// The cursor is behind the beginning of a line.
    open: bool,
    /// Something moves the cursor: there is no line below any more.
    full: bool,
}

/// Whether text does more than being written, one line below the other, in whatever colours.
fn moves_cursor(text: &[u8]) -> bool {
    text.find_iter(b"\x1b[").any(|at| {
        let rest = text.get(at + 2..).unwrap_or_default();
        let end = rest.iter().find(|c| (0x40..=0x7e).contains(*c));
        end.is_some_and(|end| !matches!(end, b'm' | b'K'))
    })
}

impl Painter {
    fn run(mut self) {
        let mut buffer = vec![0; 1 << 16];
        let mut ticked = Instant::now();
        loop {
            let fds = [
                (self.master.as_fd(), Ready::Read),
                (self.terminal.waker.as_fd(), Ready::Read),
                (self.stop.as_fd(), Ready::Read),
            ];
            let Ok(ready) = poll::wait(&fds, Some(TICK)) else { break };
            if ready.get(2) == Some(&true) && self.stop.drain() {
                self.hide();
                signals::stop();
            }
            if ready.first() == Some(&true) {
                match terminal::read(&self.master, &mut buffer) {
                    Ok(length) if length > 0 => {
                        self.pending.extend_from_slice(buffer.get(..length).unwrap_or_default());
                        self.since = Instant::now();
                        self.look_through();
                    }
                    _ => break,
                }
            }
            if lock(&self.terminal.wishes).over {
                break;
            }
            if ticked.elapsed() >= TICK {
                ticked = Instant::now();
                self.tick();
            }
        }
        self.hide();
        // Nobody is to wait for what will not be shown.
        let mut wishes = lock(&self.terminal.wishes);
        wishes.reached = u64::MAX;
        self.terminal.shown.notify_all();
        let left = wishes.left;
        drop(wishes);
        if left {
            // Where that can't be, its terminal is gone.
            let _ = relay::leave(self.master, &self.terminal.real.stdout);
        }
    }

    /// Shows the lines that are whole, and all that is before a mark.
    fn look_through(&mut self) {
        while let Some(at) = self.pending.find(&self.terminal.mark) {
            let after = self.pending.get(at + self.terminal.mark.len()..).unwrap_or_default();
            let Some(end) = after.find(b"\x1b\\") else { return };
            let number = after.get(..end).and_then(|number| number.to_str().ok()?.parse().ok());
            let rest = after.get(end + 2..).unwrap_or_default().to_vec();
            self.pending.truncate(at);
            let text = std::mem::replace(&mut self.pending, rest);
            self.show(&text);
            let mut wishes = lock(&self.terminal.wishes);
            wishes.reached = wishes.reached.max(number.unwrap_or(0));
            let lent = wishes.lent > 0;
            drop(wishes);
            if lent {
                self.hide();
            }
            self.terminal.shown.notify_all();
        }
        if let Some(end) = self.pending.rfind_byte(b'\n') {
            let rest = self.pending.split_off(end + 1);
            let text = std::mem::replace(&mut self.pending, rest);
            self.show(&text);
        }
    }

    /// Writes to the real terminal, above the line.
    fn show(&mut self, text: &[u8]) {
        if text.is_empty() {
            return;
        }
        self.full |= moves_cursor(text);
        self.open = !text.ends_with(b"\n");
        if self.full || self.open {
            self.hide();
        }
        let write = || {
            let _ = fd::write_all(&*self.terminal.real.stdout, text);
        };
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
        self.to_beginning();
    }

    /// Moves the cursor to the beginning of the line, which is as wide as the terminal: what the terminal echoes (`^C`), and the place
    /// of the cursor when the window gets narrower, are to stay on it.
    fn to_beginning(&self) {
        if self.bar.is_some() {
            let _ = fd::write_all(&*self.terminal.real.stdout, b"\r");
        }
    }

    /// Takes the line away.
    fn hide(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
            let _ = io::stdout().flush();
        }
    }

    fn tick(&mut self) {
        terminal::same_size(&*self.terminal.real.stdout, &*self.terminal.other);
        if !self.pending.is_empty()
            && self.since.elapsed() > SILENCE
            && !self.pending.contains_str(&self.terminal.mark)
        {
            let text = std::mem::take(&mut self.pending);
            self.show(&text);
        }
        let asks = self.hear_askers();
        let free = lock(&self.terminal.wishes).lent == 0 && !asks && !self.open && !self.full;
        let board = lock(&self.board);
        let now = board.elapsed();
        let width = terminal::columns(&*self.terminal.real.stdout).saturating_sub(FREE);
        let line = board.line(now, width);
        drop(board);
        if !free || now < LATE || !terminal::is_ours(&*self.terminal.real.stdout) {
            self.hide();
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stdout());
            // The template is right, and if it were not there would be another one.
            bar.with_style(
                ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_bar()),
            )
        });
        bar.set_message(line);
        self.to_beginning();
    }

    /// Shows what commands ask that may read the terminal; true while one does.
    fn hear_askers(&mut self) -> bool {
        let mut askers = std::mem::take(&mut lock(&self.terminal.wishes).askers);
        askers.retain(|asker| !asker.printed.is_over());
        for asker in &mut askers {
            let printed = asker.printed.clone();
            printed.show(|text| {
                if text.len() != asker.length {
                    (asker.length, asker.since) = (text.len(), Instant::now());
                }
                let question = !text.is_empty() && !text.ends_with(b"\n") && asker.since.elapsed() > SILENCE;
                asker.asks |= question;
                if asker.asks && !text.is_empty() {
                    self.show(text);
                    asker.length = 0;
                }
                asker.asks
            });
        }
        let asks = askers.iter().any(|asker| asker.asks);
        lock(&self.terminal.wishes).askers.append(&mut askers);
        asks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_text_and_what_moves_the_cursor_is_not() {
        for text in ["plain\n", "\x1b[01;31m\x1b[Kerror:\x1b[m\x1b[K x\n", "50%\r100%\n", "\x1b"] {
            assert!(!moves_cursor(text.as_bytes()), "{text:?}");
        }
        for text in ["\x1b[2J", "\x1b[?1049h", "x\x1b[1A\x1b[2K", "\x1b[10;20H"] {
            assert!(moves_cursor(text.as_bytes()), "{text:?}");
        }
    }
}
