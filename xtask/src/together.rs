//! The memory that all processes of a command have together, at most: what hundreds of makes share is not counted for any of them.

use std::collections::HashMap;
use std::fs;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

/// How often is looked.
const EACH: Duration = Duration::from_millis(50);

/// Runs `cmd` (which has an environment of its own) without output, and gives the most memory, in KiB, that it and all it started had
/// at one time, as far as a look each 50 ms sees it. Pages that come from files, or from `/dev/shm`, are left out. It has to end well.
pub fn peak_kib(cmd: &Command) -> Result<u64> {
    let mut copy = Command::new(cmd.get_program());
    copy.args(cmd.get_args()).env_clear().envs(cmd.get_envs().filter_map(|(k, v)| Some((k, v?))));
    if let Some(dir) = cmd.get_current_dir() {
        copy.current_dir(dir);
    }
    copy.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = copy.spawn().with_context(|| format!("cannot run {:?}", cmd.get_program()))?;
    let mut most = 0;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        most = most.max(private_kib(child.id()));
        sleep(EACH);
    };
    ensure!(status.success(), "{:?} failed ({status})", cmd.get_program());
    Ok(most)
}

/// What a process and those below it have of their own now. One that ends meanwhile has nothing.
fn private_kib(top: u32) -> u64 {
    let Ok(entries) = fs::read_dir("/proc") else { return 0 };
    let numbers = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    let parents: HashMap<u32, u32> = numbers.filter_map(|pid| Some((pid, parent(pid)?))).collect();
    let below = |mut pid: u32| {
        while pid != top {
            match parents.get(&pid) {
                Some(&parent) => pid = parent,
                None => return false,
            }
        }
        true
    };
    parents.keys().filter(|&&pid| below(pid)).filter_map(|&pid| own_kib(pid)).sum()
}

/// The number of the process that started one.
fn parent(pid: u32) -> Option<u32> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name, in brackets, may hold anything.
    text.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

fn own_kib(pid: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    text.lines().find_map(|line| line.strip_prefix("RssAnon:"))?.trim().strip_suffix(" kB")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_of_all_below_counts() {
        let with = |count: usize| {
            let mut cmd = Command::new("sh");
            cmd.arg("-c").arg(format!(
                "for i in $(seq {count}); do \
                 {{ head -c 30000000 /dev/zero; sleep 1; }} | dd bs=32M of=/dev/null iflag=fullblock 2>/dev/null & done; wait"
            ));
            cmd.env("PATH", "/usr/bin:/bin");
            peak_kib(&cmd).unwrap()
        };
        let (one, three) = (with(1), with(3));
        assert!(one > 29_000, "{one}");
        assert!(three > one + 50_000, "{one} {three}");
    }
}
