//! `--progress`: a line below what a build prints, that says how far it is.

mod board;
mod forecast;
mod terminal;

use std::io::IsTerminal;
use std::sync::{Arc, Mutex};

use rkbuild_base::{BStr, BString};
use rkbuild_host::{Dir, Env, Host, Stdio};

use crate::called;
use crate::last::store::Store;
use crate::option::Given;
use crate::progress::board::Board;
use crate::progress::forecast::Forecast;
use crate::progress::terminal::Terminal;

/// When there is a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// On a terminal, where nothing speaks against it.
    Auto,
    /// On a terminal.
    Always,
    /// Not at all.
    Never,
}

/// What `--progress` or its variable says: never under make's name, where nothing is said.
pub fn when(given: &Given, env: &Env, is_rkbuild: bool) -> Result<When, String> {
    match given.value("progress").or_else(|| env.get(b"RKBUILD_PROGRESS")).map_or(b"".as_slice(), |v| v) {
        b"auto" => Ok(When::Auto),
        b"" => Ok(if is_rkbuild { When::Auto } else { When::Never }),
        b"always" => Ok(When::Always),
        b"never" => Ok(When::Never),
        other => {
            Err(format!("rkbuild: RKBUILD_PROGRESS is auto, always or never, not '{}'", BStr::new(other)))
        }
    }
}

/// Whether a build that is called so gets a line.
fn is_wanted(when: When, env: &Env, argv: &[BString], newer: bool) -> bool {
    let dumb = env.get(b"TERM").is_none_or(|term| term.is_empty() || term == "dumb");
    if when == When::Never || dumb {
        return false;
    }
    let Some(options) = called::to_build(env, argv, newer) else { return false };
    // What asks or draws has the terminal.
    let asks = options.goals.iter().any(|goal| goal.ends_with(b"config"));
    when == When::Always || !asks && !options.silent
}

/// A build with a line.
pub struct Progress {
    host: Arc<Host>,
    terminal: Arc<Terminal>,
    board: Arc<Mutex<Board>>,
}

impl Progress {
    /// Starts a line for a build in `dir`, if there is to be one and there is a terminal for it; `stdio` are the streams of this process.
    pub fn start(
        when: When,
        host: &Arc<Host>,
        dir: &Dir,
        env: &Env,
        argv: &[BString],
        newer: bool,
        stdio: &Stdio,
    ) -> Option<Progress> {
        let on_terminal = std::io::stdout().is_terminal() && std::io::stderr().is_terminal();
        if !on_terminal || !stdio.same_output() || !is_wanted(when, env, argv, newer) {
            return None;
        }
        let store = Store::new(host, env, dir, argv);
        let forecast = Forecast::from_records(store.newest(false));
        let board = Arc::new(Mutex::new(Board::new(forecast)));
        let terminal = Terminal::start(stdio, board.clone()).ok()?;
        Some(Progress { host: host.clone(), terminal, board })
    }

    /// Who is told what happens.
    pub fn listener(&self) -> Arc<Mutex<Board>> {
        self.board.clone()
    }

    /// Who shows what is printed.
    pub fn screen(&self) -> Arc<Terminal> {
        self.terminal.clone()
    }

    /// The streams of the build.
    pub fn stdio(&self, stdio: &Stdio) -> Stdio {
        self.terminal.stdio(stdio)
    }

    /// The build is over: all it printed is to be seen, and the line is gone.
    pub fn end(&self) {
        self.terminal.end(self.host.counts().spawns.get() > 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_looks_is_silent_or_asks_gets_no_line() {
        let mut env = Env::default();
        env.set("TERM", "xterm");
        let of = |when: When, args: &[&str]| {
            let argv: Vec<BString> = args.iter().map(|arg| BString::from(*arg)).collect();
            is_wanted(when, &env, &argv, true)
        };
        assert!(of(When::Auto, &["rkbuild", "-j8", "all"]));
        for args in [&["rkbuild", "-n"][..], &["rkbuild", "-q"], &["rkbuild", "-t"], &["rkbuild", "-p"]] {
            assert!(!of(When::Always, args), "{args:?}");
        }
        for args in
            [&["rkbuild", "-s"][..], &["rkbuild", "O=x", "menuconfig"], &["rkbuild", "a", "defconfig"]]
        {
            assert!(!of(When::Auto, args) && of(When::Always, args), "{args:?}");
        }
        assert!(!of(When::Never, &["rkbuild"]));
        env.set("MAKELEVEL", "1");
        assert!(!is_wanted(When::Always, &env, &["rkbuild".into()], true));
        env.set("MAKELEVEL", "0");
        env.set("TERM", "dumb");
        assert!(!is_wanted(When::Always, &env, &["rkbuild".into()], true));
    }
}
