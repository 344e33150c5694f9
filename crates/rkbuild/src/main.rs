//! `rkbuild`: the command. Its arguments are GNU make's; what is its own is taken out here.

use std::os::unix::ffi::OsStringExt;
use std::process::ExitCode;
use std::sync::Arc;

use rkbuild_base::{BString, Identity};
use rkbuild_engine::jobs::invocation::Invocation;
use rkbuild_engine::jobs::process::Process;
use rkbuild_engine::session::run::{program_of, run_session};
use rkbuild_eval::Shared;
use rkbuild_host::memory::{self, Allocator};
use rkbuild_host::{Dir, Env, Stdio, limits, signals};
use rkbuild_kbuild::Layer;

/// Sessions allocate little once makefiles are read: no faster allocator is needed.
#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

/// The stack of the first session's thread; where it is too small it grows.
const STACK: usize = 8 << 20;

fn main() -> ExitCode {
    let mut argv: Vec<BString> = std::env::args_os().map(|a| BString::from(a.into_vec())).collect();
    memory::set_program(&program_of(&argv));
    let mut env = Env::of_process();
    let own = match own_options(&mut argv, &mut env) {
        Ok(own) => own,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::from(2);
        }
    };
    let status = match start(argv, env, own) {
        Ok(status) => status,
        Err(error) => {
            eprintln!("rkbuild: *** {error}.  Stop.");
            2
        }
    };
    if let Some(signal) = signals::pending()
        && status == 128 + signal
    {
        signals::die_of(signal);
    }
    ExitCode::from(u8::try_from(status).unwrap_or(2))
}

/// What is not GNU make's.
struct Own {
    identity: Identity,
    no_native: bool,
}

/// Takes `--compat` and `--no-native` out of the arguments. Both are passed on to sub-makes by the environment, so
/// that MAKEFLAGS stays as make writes it.
fn own_options(argv: &mut Vec<BString>, env: &mut Env) -> Result<Own, String> {
    let mut compat = None;
    let mut no_native = false;
    let mut operands = false;
    argv.retain(|arg| {
        operands |= arg == "--";
        if operands {
            return true;
        }
        if let Some(value) = arg.strip_prefix(b"--compat=") {
            compat = Some(BString::from(value));
            return false;
        }
        no_native |= arg == "--no-native";
        arg != "--no-native"
    });
    if let Some(compat) = compat {
        env.set("RKBUILD_COMPAT", compat);
    }
    if no_native {
        env.set("RKBUILD_NO_NATIVE", "1");
    }
    let identity = match env.get(b"RKBUILD_COMPAT").map(|v| v.to_owned()) {
        None => Identity::V4_4_1,
        Some(value) => match value.as_slice() {
            b"4.3" => Identity::V4_3,
            b"" | b"4.4.1" => Identity::V4_4_1,
            _ => return Err(format!("rkbuild: --compat is 4.3 or 4.4.1, not '{value}'")),
        },
    };
    let no_native = env.get(b"RKBUILD_NO_NATIVE").is_some_and(|v| !v.is_empty());
    Ok(Own { identity, no_native })
}

fn start(argv: Vec<BString>, env: Env, own: Own) -> std::io::Result<i32> {
    limits::prepare();
    signals::install()?;
    let dir = Dir::current().or_else(|_| Dir::current_without_path())?;
    let shared = Shared::new(own.identity);
    let process = Process::new(shared, Arc::new(Layer), run_session);
    let invocation = Invocation {
        argv,
        env,
        dir,
        stdio: Stdio::of_process()?,
        inherited: Vec::new(),
        own_process: true,
        no_native: own.no_native,
    };
    let session = std::thread::Builder::new().name("make".into()).stack_size(STACK).spawn(move || {
        let status = run_session(&process, &invocation);
        // The process ends: to take its caches apart piece by piece would only cost time.
        std::mem::forget((process, invocation));
        status
    })?;
    // A panic was reported by its hook: an internal error, for the caller a make that failed.
    Ok(session.join().unwrap_or(2))
}
