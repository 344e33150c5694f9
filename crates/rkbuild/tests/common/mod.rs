//! A tree that is built with recall, for the tests of it.

// Each test program is compiled with all of it and uses some.
#![allow(dead_code)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

/// A directory with a makefile, and what is remembered of it.
pub struct Tree {
    pub keep: TempDir,
    pub env: Vec<(String, String)>,
}

/// What one run gave.
#[derive(Debug)]
pub struct Run {
    pub out: String,
    pub err: String,
    pub code: i32,
}

impl Run {
    /// A count of `--stats`.
    pub fn count(&self, name: &str) -> u64 {
        let line = self.err.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_whitespace().last()?.parse().ok()).unwrap_or(u64::MAX)
    }

    pub fn is_given(&self) -> bool {
        self.count("sessions evaluated") == 0
    }
}

impl Tree {
    pub fn new(makefile: &str) -> Tree {
        let tree = Tree { keep: tempfile::tempdir().unwrap(), env: Vec::new() };
        fs::create_dir(tree.path("w")).unwrap();
        tree.write("Makefile", &format!("{makefile}.PHONY: all other\n"));
        tree
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.keep.path().join(name)
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.path("w").join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.at(name), text).unwrap();
    }

    pub fn program(&self, name: &str, text: &str) {
        fs::create_dir_all(self.at(name).parent().unwrap()).unwrap();
        self.write(name, text);
        fs::set_permissions(self.at(name), fs::Permissions::from_mode(0o755)).unwrap();
    }

    pub fn run_with(&self, args: &[&str], env: &[(&str, &str)]) -> Run {
        let out = Command::new(env!("CARGO_BIN_EXE_rkbuild"))
            .args(args)
            .arg("--stats")
            .current_dir(self.at(""))
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("RKBUILD_RECALL", "on")
            .env("XDG_CACHE_HOME", self.path("cache"))
            .envs(self.env.iter().cloned())
            .envs(env.iter().copied())
            .output()
            .unwrap();
        Run {
            out: String::from_utf8_lossy(&out.stdout).into_owned(),
            err: String::from_utf8_lossy(&out.stderr).into_owned(),
            code: out.status.code().unwrap_or(-1),
        }
    }

    pub fn run(&self) -> Run {
        self.run_with(&[], &[])
    }

    /// Runs it until it is remembered, and looks that it is.
    pub fn remembered(&self) -> Run {
        // What is young is not trusted, so that what was just written is looked at once more.
        std::thread::sleep(Duration::from_millis(60));
        self.run();
        let run = self.run();
        assert!(run.is_given(), "{run:?}");
        run
    }

    pub fn store(&self) -> PathBuf {
        let all = fs::read_dir(self.path("cache/rkbuild/recall")).unwrap();
        all.map(|entry| entry.unwrap().path())
            .find(|path| !path.ends_with("commands") && path.extension().is_none())
            .unwrap()
    }
}
