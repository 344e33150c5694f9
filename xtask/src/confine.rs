//! A program started with limits, or measured: xtask starts itself again with the hidden command `confine`.
//!
//! Limits and the user must be set between fork and exec, and the resources used by *one* tree of processes can only be
//! read by a parent that started nothing else. A small process in between does both without unsafe code.

use std::ffi::OsString;
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use rustix::process::{Resource, Rlimit, setrlimit, setsid};

/// Arguments of the hidden command.
#[derive(Args, Clone, Debug, Default)]
pub struct Confine {
    /// Become the leader of a new session
    #[arg(long)]
    pub session: bool,
    /// Most open files
    #[arg(long)]
    pub files: Option<u64>,
    /// Largest file, in bytes
    #[arg(long)]
    pub file_size: Option<u64>,
    /// Most memory, in bytes
    #[arg(long)]
    pub memory: Option<u64>,
    /// Run as this user and group
    #[arg(long)]
    pub id: Option<u32>,
    /// Write what the program and all it started used to this file
    #[arg(long)]
    pub usage: Option<PathBuf>,
    /// The program and its arguments
    #[arg(trailing_var_arg = true, required = true, allow_hyphen_values = true)]
    pub command: Vec<OsString>,
}

/// What a tree of processes used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usage {
    /// User and system time of all processes.
    pub cpu: Duration,
    pub wall: Duration,
    /// The most memory that one process had, in KiB.
    pub peak_kib: u64,
}

/// Runs the hidden command: in the place of this process, or as a child that is measured.
pub fn enter(c: &Confine) -> Result<i32> {
    if c.session {
        setsid().context("setsid")?;
    }
    for (resource, limit) in
        [(Resource::Nofile, c.files), (Resource::Fsize, c.file_size), (Resource::As, c.memory)]
    {
        if let Some(n) = limit {
            setrlimit(resource, Rlimit { current: Some(n), maximum: Some(n) }).context("setrlimit")?;
        }
    }
    let Some((program, args)) = c.command.split_first() else { bail!("no program") };
    let mut cmd = Command::new(program);
    cmd.args(args);
    if let Some(id) = c.id {
        cmd.uid(id).gid(id);
    }
    let Some(file) = &c.usage else {
        return Err(cmd.exec()).with_context(|| format!("cannot run {program:?}"));
    };
    let start = Instant::now();
    let status = cmd.status().with_context(|| format!("cannot run {program:?}"))?;
    let wall = start.elapsed();
    let used = getrusage(UsageWho::RUSAGE_CHILDREN).context("getrusage")?;
    let cpu = used.user_time().num_microseconds() + used.system_time().num_microseconds();
    let text = format!("{cpu} {} {}\n", wall.as_micros(), used.max_rss());
    std::fs::write(file, text).with_context(|| format!("{}", file.display()))?;
    Ok(status.code().unwrap_or(128))
}

impl Confine {
    /// The command line that does this.
    pub fn command(&self) -> Result<Command> {
        // Not by name: cargo may have put a new program there since this one was started, as the step `unit` does.
        let mut cmd = Command::new("/proc/self/exe");
        cmd.arg("confine");
        if self.session {
            cmd.arg("--session");
        }
        for (name, value) in
            [("--files", self.files), ("--file-size", self.file_size), ("--memory", self.memory)]
        {
            if let Some(n) = value {
                cmd.arg(name).arg(n.to_string());
            }
        }
        if let Some(id) = self.id {
            cmd.arg("--id").arg(id.to_string());
        }
        if let Some(path) = &self.usage {
            cmd.arg("--usage").arg(path);
        }
        cmd.arg("--").args(&self.command);
        Ok(cmd)
    }
}

/// The name of the file, in the directory [`measure`] is given, with what was written on standard error.
pub const ERRORS: &str = "errors";

/// Runs `cmd` (which has an environment of its own) without output and measures it. It must succeed.
pub fn measure(cmd: &Command, scratch: &Path) -> Result<Usage> {
    let usage = scratch.join("usage");
    let confine = Confine {
        usage: Some(usage.clone()),
        command: std::iter::once(cmd.get_program()).chain(cmd.get_args()).map(OsString::from).collect(),
        ..Confine::default()
    };
    let mut outer = confine.command()?;
    outer.env_clear().envs(cmd.get_envs().filter_map(|(k, v)| Some((k, v?))));
    if let Some(dir) = cmd.get_current_dir() {
        outer.current_dir(dir);
    }
    let errors = scratch.join(ERRORS);
    outer.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&errors)?);
    let status = outer.status().context("cannot run this program again")?;
    if !status.success() {
        let text = std::fs::read_to_string(&errors).unwrap_or_default();
        bail!("{:?} failed ({status}): {}", cmd.get_program(), text.trim_end());
    }
    Usage::read(&usage)
}

impl Usage {
    /// Reads what `confine --usage` wrote.
    pub fn read(path: &Path) -> Result<Usage> {
        let text = std::fs::read_to_string(path).with_context(|| format!("{}", path.display()))?;
        let n: Vec<u64> = text.split_whitespace().filter_map(|w| w.parse().ok()).collect();
        match n.as_slice() {
            &[cpu, wall, peak_kib] => {
                Ok(Usage { cpu: Duration::from_micros(cpu), wall: Duration::from_micros(wall), peak_kib })
            }
            _ => bail!("{}: not a record of resources: {text:?}", path.display()),
        }
    }
}
