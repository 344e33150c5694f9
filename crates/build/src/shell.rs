//! `$(shell)` and `!=`: the command's output, from a program, the in-process shell or the real one.

use std::sync::Arc;

use rkbuild_base::BString;
use rkbuild_eval::session::ShellResult;
use rkbuild_eval::{Doors, Result, Session};
use rkbuild_host::{Env, Exit, Spawn, Stdio, errors, fd};
use rkbuild_shell::Shell;

use crate::command::{Argv, ShellSpec};
use crate::process::Process;
use crate::submake::SubMakes;

/// Runs the commands of `$(shell)` for one session.
pub struct ShellDoor {
    process: Arc<Process>,
}

impl ShellDoor {
    /// The door of a session of this process.
    pub fn new(process: Arc<Process>) -> ShellDoor {
        ShellDoor { process }
    }
}

/// The values of SHELL, .SHELLFLAGS and IFS in the current scope.
pub(crate) fn shell_spec(session: &mut Session) -> Result<ShellSpec> {
    let known = session.known;
    let shell = session.variable_value(known.shell)?;
    let flags = session.variable_value(known.shellflags)?;
    let ifs = session.name(b"IFS");
    let ifs = match session.vars.lookup(ifs).is_some() {
        true => Some(session.variable_value(ifs)?),
        false => None,
    };
    Ok(ShellSpec::new(&shell, &flags, ifs.as_deref()))
}

/// What a shell gives for how a command ended.
pub(crate) fn status_of(exit: Exit) -> i32 {
    match exit {
        Exit::Code(code) => code,
        Exit::Signal { signal, .. } => signal + 128,
    }
}

impl Doors for ShellDoor {
    fn shell(&self, session: &mut Session, command: &[u8]) -> Result<ShellResult> {
        let spec = shell_spec(session)?;
        let Some(argv) = spec.function_argv(command) else {
            return Ok(ShellResult { output: Vec::new(), status: 0 });
        };
        if ShellSpec::is_no_op(&argv) {
            return Ok(ShellResult { output: Vec::new(), status: 0 });
        }
        let env = session.shell_environment()?;
        if !session.options.no_native
            && let Some(result) = self.in_process(session, &argv, &env)
        {
            return Ok(result);
        }
        let (Argv::Direct(words) | Argv::Shell(words)) = &argv;
        let mut output = Vec::new();
        let status = match self.spawn(session, words, &env, &mut output) {
            Ok(exit) => status_of(exit),
            Err(error) => {
                let mut message = words.first().cloned().unwrap_or_default();
                message.extend_from_slice(b": ");
                message.extend_from_slice(errors::describe(&error).as_bytes());
                session.error(None, message);
                127
            }
        };
        Ok(ShellResult { output, status })
    }
}

impl ShellDoor {
    fn spawn(
        &self,
        session: &Session,
        words: &[BString],
        env: &Env,
        output: &mut Vec<u8>,
    ) -> std::io::Result<Exit> {
        use std::os::fd::AsFd;
        let host = self.process.host();
        let path = env.get(b"PATH").map(|p| p.to_owned()).unwrap_or_default();
        let name = words.first().cloned().unwrap_or_default();
        let program = host.find_program(&session.dir, &name, &path)?;
        let (read, write) = fd::pipe()?;
        let child = host.spawn(&Spawn {
            program: &program,
            argv: words,
            env,
            dir: &session.dir,
            stdin: session.stdio.stdin.as_fd(),
            stdout: write.as_fd(),
            stderr: session.stdio.stderr.as_fd(),
            inherit: &[],
        })?;
        drop(write);
        fd::read_to_end(&read, output)?;
        child.wait()
    }

    /// Runs a script that the in-process shell knows. Its output goes to a file in memory, so that nobody has to read
    /// while it runs.
    fn in_process(&self, session: &Session, argv: &Argv, env: &Env) -> Option<ShellResult> {
        let Argv::Shell(words) = argv else { return None };
        let [shell, flag, text] = words.as_slice() else { return None };
        if flag != "-c" {
            return None;
        }
        let dialect = self.process.dialect(&session.dir, shell)?;
        let script = self.process.script(text)?;
        let memory = rustix::fs::memfd_create("rkbuild", rustix::fs::MemfdFlags::CLOEXEC).ok()?;
        let memory = Arc::new(memory);
        let mut stdio: Stdio = session.stdio.clone();
        stdio.stdout = memory.clone();
        let programs = SubMakes::new(self.process.clone(), &[]);
        let exit = Shell {
            host: self.process.host(),
            dir: session.dir.clone(),
            env: env.clone(),
            stdio,
            programs: &programs,
            name: shell.clone(),
            errexit: false,
            inherit: &[],
            dialect,
        }
        .run(&script);
        rustix::fs::seek(&*memory, rustix::fs::SeekFrom::Start(0)).ok()?;
        let mut output = Vec::new();
        fd::read_to_end(&*memory, &mut output).ok()?;
        Some(ShellResult { output, status: status_of(exit) })
    }
}
