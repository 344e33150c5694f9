//! The programs a command starts, as strace sees them.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Result;
use bstr::ByteSlice;

use crate::candidate::{self, Variant};
use crate::machine::{self, Headers, install, quiet};
use crate::oracle::Tally;
use crate::places::{Places, SYSTEM_PATH};
use crate::reference::{self, Release};
use crate::sources::clear;

/// The paths of all programs started by `cmd` (which has an environment of its own), itself included; it has to end well.
pub fn started(cmd: &Command, scratch: &Path) -> Result<Vec<Vec<u8>>> {
    let mut strace = traced(cmd, scratch)?;
    quiet(&mut strace)?;
    log_of(scratch)
}

/// The same, however it ends, and whatever it prints.
pub fn started_in_any_case(cmd: &Command, scratch: &Path) -> Result<Vec<Vec<u8>>> {
    traced(cmd, scratch)?.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    log_of(scratch)
}

/// A command that writes down what `cmd` starts.
fn traced(cmd: &Command, scratch: &Path) -> Result<Command> {
    install(&["strace"])?;
    let log = scratch.join("strace");
    let mut strace = Command::new("strace");
    strace
        .args(["-f", "-qq", "-e", "trace=execve", "-e", "status=successful", "-e", "signal=none", "-o"])
        .arg(&log);
    strace.arg(cmd.get_program()).args(cmd.get_args()).env_clear();
    strace.envs(cmd.get_envs().filter_map(|(k, v)| Some((k, v?))));
    if let Some(dir) = cmd.get_current_dir() {
        strace.current_dir(dir);
    }
    Ok(strace)
}

fn log_of(scratch: &Path) -> Result<Vec<Vec<u8>>> {
    let log = fs::read(scratch.join("strace"))?;
    Ok(log.lines().filter_map(program).map(<[u8]>::to_vec).collect())
}

/// The program in a line `123 execve("/bin/sh", …`.
fn program(line: &[u8]) -> Option<&[u8]> {
    let (_, rest) = line.split_once_str("execve(\"")?;
    Some(rest.split_once_str("\"")?.0)
}

/// Checks that rkbuild runs sub-makes inside itself, and with `--no-native` as processes, as many as GNU make.
pub fn check_submakes(places: &Places) -> Result<Tally> {
    let packages = machine::module_packages()?;
    install(&packages.iter().map(String::as_str).collect::<Vec<_>>())?;
    let _lock = places.lock("programs")?;
    let dir = places.cached("programs")?;
    let count = |variant: &Variant| -> Result<usize> {
        let (tree, bin) = (dir.join("hello"), dir.join("bin"));
        clear(&tree)?;
        clear(&bin)?;
        fs::create_dir_all(&bin)?;
        quiet(Command::new("cp").arg("-R").arg(places.repo.join("testdata/hello")).arg(&tree))?;
        std::os::unix::fs::symlink(fs::canonicalize(&variant.program)?, bin.join("make"))?;
        let mut cmd = Command::new(bin.join("make"));
        cmd.arg("-C").arg(&tree).arg(format!("KDIR={}", Headers::newest()?.dir.display()));
        cmd.env_clear().env("PATH", format!("{}:{SYSTEM_PATH}", bin.display())).env("HOME", &dir);
        cmd.envs(variant.environment(Release::V441));
        let all = started(&cmd, &dir)?;
        Ok(all.iter().filter(|p| p.ends_with(b"/make") || p.ends_with(b"/rkbuild")).count())
    };
    let want = count(&Variant::plain("make", &reference::program(places, Release::V441)?))?;
    let mut tally = Tally::default();
    for variant in candidate::variants(places, None)? {
        let expected = if variant.native { 1 } else { want };
        let got = count(&variant)?;
        let ok = got == expected;
        *if ok { &mut tally.passed } else { &mut tally.failed } += 1;
        let verdict = if ok { "as it must be" } else { "WRONG" };
        println!("{}: {got} makes started, {expected} expected (GNU make: {want}): {verdict}", variant.name);
    }
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_is_listed_also_those_of_children() {
        let dir = tempfile::tempdir().unwrap();
        let mut cmd = Command::new("/bin/sh");
        cmd.args(["-c", "/bin/true; (/bin/false; /bin/true)"]).env_clear().env("PATH", SYSTEM_PATH);
        let all = started(&cmd, dir.path()).unwrap();
        let count = |name: &[u8]| all.iter().filter(|p| p.as_slice() == name).count();
        assert_eq!((count(b"/bin/sh"), count(b"/bin/true"), count(b"/bin/false")), (1, 2, 1));
    }
}
