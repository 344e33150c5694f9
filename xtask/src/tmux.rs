//! A terminal to type into and to look at: tmux, with a server of our own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::machine::quiet;
use crate::places::SYSTEM_PATH;

/// How long what is awaited may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A tmux server of our own, which ends with this value.
pub struct Tmux {
    socket: PathBuf,
    home: PathBuf,
}

impl Drop for Tmux {
    fn drop(&mut self) {
        let _ = self.command().arg("kill-server").output();
    }
}

impl Tmux {
    /// One whose socket is `socket`, for a user at `home`, whose programs come first.
    pub fn new(socket: PathBuf, home: PathBuf) -> Tmux {
        Tmux { socket, home }
    }

    /// Starts a shell in `dir`, in a window of so many columns and lines.
    pub fn start(&self, shell: &str, dir: &Path, size: (u16, u16)) -> Result<()> {
        let (columns, lines) = (size.0.to_string(), size.1.to_string());
        let window = ["new-session", "-d", "-x", &columns, "-y", &lines];
        quiet(self.command().args(window).arg(shell).current_dir(dir))?;
        // Keys that come before the shell reads them are lost to some.
        sleep(Duration::from_millis(500));
        Ok(())
    }

    /// Gives the window another size.
    pub fn resize(&self, columns: u16, lines: u16) -> Result<()> {
        let (columns, lines) = (columns.to_string(), lines.to_string());
        quiet(self.command().args(["resize-window", "-t", "0", "-x", &columns, "-y", &lines]))
    }

    fn command(&self) -> Command {
        let mut command = Command::new("tmux");
        command.arg("-S").arg(&self.socket).args(["-f", "/dev/null"]);
        command.env_clear().env("TERM", "xterm").env("LC_ALL", "C.UTF-8").env("HOME", &self.home);
        command.env("PATH", format!("{}:{SYSTEM_PATH}", self.home.join("bin").display()));
        command
    }

    /// What is to be seen.
    pub fn screen(&self) -> Result<String> {
        let out = self.command().args(["capture-pane", "-p", "-t", "0"]).output()?;
        Ok(String::from_utf8_lossy(&out.stdout).into_owned())
    }

    /// Waits until the last line of the screen is as wanted.
    pub fn await_line(&self, wanted: &str) -> Result<()> {
        let is_last =
            |screen: &str| screen.lines().last().is_some_and(|line| line.trim_end() == wanted.trim_end());
        self.await_screen(wanted, is_last).map(drop)
    }

    /// Waits until the screen, without empty lines at its end, is as wanted; gives it.
    pub fn await_screen(&self, wanted: &str, is_so: impl Fn(&str) -> bool) -> Result<String> {
        let began = Instant::now();
        loop {
            let screen = self.screen()?;
            if is_so(screen.trim_end()) {
                return Ok(screen.trim_end().to_owned());
            }
            if began.elapsed() > PATIENCE {
                bail!("wanted '{wanted}' and the screen is\n{screen}");
            }
            sleep(Duration::from_millis(50));
        }
    }

    /// Presses keys, as tmux calls them.
    pub fn send(&self, keys: &[&str]) -> Result<()> {
        quiet(self.command().args(["send-keys", "-t", "0"]).args(keys))
    }
}
