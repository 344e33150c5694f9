//! A program run to its end, with a time limit for it and all it started.

use std::fmt;
use std::fs::File;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};
use serde::{Deserialize, Serialize};

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
    Exit(i32),
    Signal(i32),
    TimedOut,
}

impl Ending {
    /// Whether it was exit status 0.
    pub fn is_success(self) -> bool {
        self == Ending::Exit(0)
    }
}

impl From<ExitStatus> for Ending {
    fn from(status: ExitStatus) -> Ending {
        match status.code() {
            Some(code) => Ending::Exit(code),
            None => Ending::Signal(status.signal().unwrap_or(0)),
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ending::Exit(code) => write!(f, "{code}"),
            Ending::Signal(signal) => write!(f, "signal {signal}"),
            Ending::TimedOut => f.write_str("timed out"),
        }
    }
}

/// Runs `cmd` in a process group of its own, which is killed when `limit` is over.
///
/// Output goes to files, not to pipes: a background process that outlives its parent holds nothing up.
pub fn run(cmd: &mut Command, limit: Duration) -> Result<(Ending, Duration)> {
    let start = Instant::now();
    let mut child = cmd
        .process_group(0)
        .stdin(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot run {:?}", cmd.get_program()))?;
    let ending = wait(&mut child, limit)?;
    Ok((ending, start.elapsed()))
}

/// Waits for a child that leads its process group; kills the group when `limit` is over.
pub fn wait(child: &mut Child, limit: Duration) -> Result<Ending> {
    let pid = Pid::from_child(child);
    let fd = pidfd_open(pid, PidfdFlags::empty()).context("pidfd_open")?;
    let deadline = Instant::now() + limit;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            // The group may be gone already: then the child is too, and wait() tells.
            let _ = kill_process_group(pid, Signal::KILL);
            child.wait()?;
            return Ok(Ending::TimedOut);
        }
        let timeout = Timespec { tv_sec: left.as_secs() as i64, tv_nsec: left.subsec_nanos().into() };
        match poll(&mut [PollFd::new(&fd, PollFlags::IN)], Some(&timeout)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => continue,
            Ok(_) => return Ok(child.wait()?.into()),
            Err(e) => return Err(e).context("poll"),
        }
    }
}

/// Sends both outputs of `cmd` to the one file `path`, in the order they are written.
pub fn output_to(cmd: &mut Command, path: &Path) -> Result<()> {
    let file = File::options()
        .create(true)
        .append(true)
        .open(path)
        .with_context(|| format!("{}", path.display()))?;
    cmd.stdout(file.try_clone()?).stderr(file);
    Ok(())
}

/// Kills every process of the session `leader` led, those in other process groups too.
pub fn kill_session(leader: u32) {
    for _ in 0..3 {
        let mut found = false;
        for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
            let Some(pid) = entry.file_name().to_str().and_then(|n| n.parse::<i32>().ok()) else { continue };
            if session_of(pid) == Some(leader)
                && let Some(pid) = Pid::from_raw(pid)
            {
                found = true;
                // It may have ended meanwhile.
                let _ = rustix::process::kill_process(pid, Signal::KILL);
            }
        }
        if !found {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn session_of(pid: i32) -> Option<u32> {
    let stat = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
    let end = stat.iter().rposition(|&b| b == b')')?;
    let rest = std::str::from_utf8(stat.get(end + 2..)?).ok()?;
    rest.split(' ').nth(3)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_takes_too_long_is_killed_with_its_children() {
        let mut cmd = Command::new("sh");
        cmd.args(["-c", "sleep 30 & sleep 30"]).stdout(Stdio::null());
        let (ending, took) = run(&mut cmd, Duration::from_millis(200)).unwrap();
        assert_eq!(ending, Ending::TimedOut);
        assert!(took < Duration::from_secs(10));
    }

    #[test]
    fn exit_status_and_signal_are_told_apart() {
        let sh = |text: &str| run(Command::new("sh").args(["-c", text]), Duration::from_secs(10)).unwrap().0;
        assert_eq!(sh("exit 3"), Ending::Exit(3));
        assert_eq!(sh("kill -TERM $$"), Ending::Signal(15));
    }
}
