//! Where commands may be done without starting anything: the trait the kbuild layer implements.

use std::sync::Arc;

use rkbuild_base::BStr;
use rkbuild_host::{Dir, Env, Exit, Host, Stdio};
use rkbuild_shell::Invocation;

/// A recipe line that is about to run, as the shell would get it.
pub struct Line<'a> {
    /// The text, expanded, without the prefixes `@`, `+`, `-`.
    pub text: &'a BStr,
    /// The target it is for.
    pub target: &'a BStr,
    /// The environment it would run in.
    pub env: &'a Env,
    /// Its working directory.
    pub dir: &'a Dir,
    /// Its standard streams.
    pub stdio: &'a Stdio,
}

/// Knows some commands well enough to do their work in this process, with the result, the output and the files the
/// real ones would have given. What it does not know entirely it leaves alone: `None` is always right.
pub trait Native: Send + Sync {
    /// Offered each recipe line before anything else is tried.
    fn line(&self, line: &Line<'_>) -> Option<Exit> {
        let _ = line;
        None
    }

    /// Offered each program a recipe line would start, words and redirections understood. `host` is the machine as the
    /// session sees it that runs the line.
    fn command(&self, host: &Arc<Host>, command: &Invocation<'_>) -> Option<Exit> {
        let _ = (host, command);
        None
    }
}
