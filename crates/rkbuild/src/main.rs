//! `rkbuild`: the command. Its arguments are GNU make's; what is its own is taken out here.

mod stats;

use std::os::unix::ffi::OsStringExt;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use rkbuild_base::{BString, Identity};
use rkbuild_engine::jobs::invocation::Invocation;
use rkbuild_engine::jobs::process::Process;
use rkbuild_engine::jobs::recall::Recall;
use rkbuild_engine::jobs::start::run_again;
use rkbuild_engine::session::run::{program_of, run_session};
use rkbuild_eval::Shared;
use rkbuild_host::fd::Waker;
use rkbuild_host::memory::{self, Allocator};
use rkbuild_host::{Dir, Env, Host, Stdio, blocked, eyes, limits, signals};
use rkbuild_kbuild::Layer;
use rkbuild_recall::{Memory, Mode};

use crate::stats::{Form, Report};

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

/// Tells that the session is over, also when it panicked.
struct End(Arc<Waker>);

impl Drop for End {
    fn drop(&mut self) {
        self.0.wake();
    }
}

/// What is not GNU make's.
struct Own {
    identity: Identity,
    no_native: bool,
    recall: Option<Mode>,
    forget: bool,
    stats: Option<Form>,
}

/// Takes `--compat` and `--no-native` out of the arguments. Both are passed on to sub-makes by the environment, so
/// that MAKEFLAGS stays as make writes it.
fn own_options(argv: &mut Vec<BString>, env: &mut Env) -> Result<Own, String> {
    let mut compat = None;
    let mut no_native = false;
    let mut operands = false;
    let (mut recall, mut forget, mut stats) = (None, false, None);
    argv.retain(|arg| {
        operands |= arg == "--";
        if operands {
            return true;
        }
        if let Some(value) = arg.strip_prefix(b"--compat=") {
            compat = Some(BString::from(value));
            return false;
        }
        if let Some(value) = arg.strip_prefix(b"--recall=") {
            recall = Some(BString::from(value));
            return false;
        }
        if arg == "--stats" || arg == "--stats=json" {
            stats = Some(if arg == "--stats" { Form::Text } else { Form::Json });
            return false;
        }
        for (name, flag) in [("--no-native", &mut no_native), ("--forget", &mut forget)] {
            if arg == name {
                *flag = true;
                return false;
            }
        }
        true
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
    let recall = match recall.or_else(|| env.get(b"RKBUILD_RECALL").map(|v| v.to_owned())) {
        None => None,
        Some(value) => match value.as_slice() {
            b"on" => Some(Mode::On),
            b"verify" => Some(Mode::Verify),
            b"off" | b"" => None,
            _ => return Err(format!("rkbuild: --recall is on, off or verify, not '{value}'")),
        },
    };
    Ok(Own { identity, no_native, recall: recall.filter(|_| !no_native), forget, stats })
}

fn start(argv: Vec<BString>, env: Env, own: Own) -> std::io::Result<i32> {
    let began = Instant::now();
    limits::prepare();
    signals::install()?;
    let dir = Dir::current().or_else(|_| Dir::current_without_path())?;
    let shared = Shared::new(own.identity);
    let host = shared.host.clone();
    if own.forget {
        Memory::forget(&shared.host, &env, &dir, &argv);
    }
    let memory = own.recall.and_then(|mode| {
        let build = build_of(&shared.host, &dir)?;
        Memory::new(&shared.host, &env, &dir, &argv, build, mode)
    });
    let recall = memory.clone().map(|memory| memory as Arc<dyn Recall>);
    let process = Process::new(shared, Arc::new(Layer::default()), run_session, run_again, recall);
    let invocation = Invocation {
        argv,
        env,
        dir,
        stdio: Stdio::of_process()?,
        inherited: Vec::new(),
        own_process: true,
        no_native: own.no_native,
        number: 0,
    };
    if let Some(status) = memory.as_ref().and_then(|memory| memory.give(&process, &invocation)) {
        return Ok(end(memory.as_deref(), &host, status, own.stats, began));
    }
    let over = Arc::new(Waker::new()?);
    let guard = End(over.clone());
    let session = std::thread::Builder::new().name("make".into()).stack_size(STACK).spawn(move || {
        let _guard = guard;
        let status = run_session(&process, &invocation);
        // The process ends: to take its caches apart piece by piece would only cost time.
        std::mem::forget((process, invocation));
        status
    })?;
    blocked::attend(&over)?;
    // A panic was reported by its hook: an internal error, for the caller a make that failed.
    let status = session.join().unwrap_or(2);
    Ok(end(memory.as_deref(), &host, status, own.stats, began))
}

/// Writes down what is to be remembered, and tells what was asked for.
fn end(memory: Option<&Memory>, host: &Host, status: i32, stats: Option<Form>, began: Instant) -> i32 {
    if let Some(memory) = memory {
        memory.finish();
    }
    if let Some(form) = stats {
        let seen = memory.map(Memory::stats).unwrap_or_default();
        eprint!("{}", Report::new(&seen, host.counts(), host.cpu_ns(), began.elapsed()).write(form));
    }
    let Some(memory) = memory else { return status };
    let differences = memory.differences();
    for difference in &differences {
        eprintln!("rkbuild: recall: {difference}");
    }
    if differences.is_empty() { status } else { 3 }
}

/// What identifies this very program.
fn build_of(host: &Host, dir: &Dir) -> Option<u128> {
    let meta = host.stat(dir, b"/proc/self/exe").ok()?;
    let text = format!("{meta:?}");
    Some(eyes::hash(text.as_bytes()))
}
