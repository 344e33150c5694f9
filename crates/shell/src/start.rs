//! Running a [`Script`] with the directory, environment and streams of a [`Shell`].

use std::io;
use std::sync::Arc;

use bstr::{BStr, BString};
use rkbuild_host::{Env, Exit};

use crate::interp::Interp;
use crate::run;
use crate::script::Script;
use crate::shell::{Dialect, STACK, Shell};
use crate::streams::{Capture, Stream};

impl Shell<'_> {
    /// Runs `script` and gives what waiting for the shell process would have given.
    pub fn run(self, script: &Script) -> Exit {
        self.run_to(script, None)
    }

    /// Runs `script` and gives its standard output too, all of it, where the streams say another one.
    pub fn run_captured(mut self, script: &Script) -> io::Result<(Exit, Vec<u8>)> {
        let capture = Arc::new(Capture::default());
        if self.leaves_to_real_shell() {
            self.stdio.stdout = capture.fd()?;
        }
        let exit = self.run_to(script, Some(&capture));
        Ok((exit, capture.finish()?))
    }

    fn leaves_to_real_shell(&self) -> bool {
        self.dialect == Dialect::Bash || !suits(&self.env)
    }

    fn run_to(self, script: &Script, capture: Option<&Arc<Capture>>) -> Exit {
        if self.leaves_to_real_shell() {
            return self.delegate(script.text());
        }
        if script.commands.is_empty() {
            return Exit::Code(0);
        }
        let stays = script.takes_rights && script.literal.is_none();
        let run = |pid| {
            let mut interp = Interp::new(&self, pid, run::substitution);
            interp.stays = stays && self.dir.stay_in().is_ok();
            if let Some(capture) = capture {
                let [_, stdout, _] = &mut interp.streams;
                *stdout = Stream::Capture(capture.clone());
            }
            interp.script(script)
        };
        if !script.wants_pid && !stays {
            return run(None);
        }
        // `$$` must be unique while the script runs, differ from the last one's, and reach us when it is killed: the
        // id of a thread started for it is all that. And only a thread of its own can be in a directory.
        let result = std::thread::scope(|scope| {
            std::thread::Builder::new()
                .name("sh".into())
                .stack_size(STACK)
                .spawn_scoped(scope, || run(Some(rustix::thread::gettid().as_raw_nonzero().get())))
                .map(|thread| thread.join())
        });
        match result {
            Ok(Ok(exit)) => exit,
            // Part of the script may have run: it must not run again.
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            // No thread, no number: nothing has run.
            Err(_) => Exit::Code(2),
        }
    }

    /// Gives the text to the real shell.
    fn delegate(&self, text: &BStr) -> Exit {
        let mut argv: Vec<BString> = vec![self.name.clone()];
        if self.errexit {
            argv.push("-e".into());
        }
        argv.push("-c".into());
        argv.push(text.into());
        crate::command::start(
            self.host,
            self.programs,
            &crate::command::Start {
                program: self.name.as_ref(),
                argv: &argv,
                env: &self.env,
                dir: &self.dir,
                stdio: &self.stdio,
                inherit: self.inherit,
            },
        )
        .unwrap_or(Exit::Code(127))
    }
}

/// Whether nothing in the environment makes the shell itself behave in unusual ways.
fn suits(env: &Env) -> bool {
    env.get(b"CDPATH").is_none()
}
