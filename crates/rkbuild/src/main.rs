//! `rkbuild`: the command. Its arguments are GNU make's; what is its own is taken out here.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::unreachable))]
#![cfg_attr(not(test), deny(clippy::todo, clippy::unimplemented, clippy::print_stdout, clippy::print_stderr))]

mod bare;
mod called;
mod ceremony;
mod check_load;
mod command_text;
mod compile_commands;
mod complete;
mod events;
mod explain;
mod first;
mod headers;
mod help;
mod hints;
mod hub;
mod kconfig;
mod last;
mod lint;
mod module;
mod modules_order;
mod nearest;
mod option;
mod profile;
mod progress;
mod relations;
mod saved;
mod say;
mod stats;
mod survey;
mod tally;
mod target_kernel;
mod toolchain;
mod watching;

use std::io::Write;
use std::os::unix::ffi::OsStringExt;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use rkbuild_base::{BStr, BString, ByteSlice, Identity};
use rkbuild_engine::graph::observer::Observer;
use rkbuild_engine::jobs::process::Process;
use rkbuild_engine::jobs::recall::Recall;
use rkbuild_engine::jobs::start::run_again;
use rkbuild_engine::session::run::{program_of, run_session};
use rkbuild_eval::Shared;
use rkbuild_eval::options::{Options, Source};
use rkbuild_host::memory::{self, Allocator};
use rkbuild_host::relay::{self, Relay};
use rkbuild_host::{Dir, Env, Host, Stdio, eyes, fd, limits, preload, signals};
use rkbuild_kbuild::{Definitions, Layer};
use rkbuild_recall::{Memory, Mode, Wanted};

use crate::ceremony::Ceremony;
use crate::hints::Hints;
use crate::last::store::Store;
use crate::option::Given;
use crate::progress::{Progress, When};
use crate::say::{print, say, say_text};
use crate::stats::{Form, Report};
use crate::watching::Watching;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

fn main() -> ExitCode {
    let mut argv: Vec<BString> = std::env::args_os().map(|a| BString::from(a.into_vec())).collect();
    if let Some(copy) = relay::is_wanted(&argv) {
        relay::serve(copy);
        return ExitCode::SUCCESS;
    }
    memory::set_program(&program_of(&argv));
    let mut env = Env::of_process();
    let is_rkbuild = is_rkbuild(&argv);
    let own = match Given::take(&mut argv).and_then(|given| own_options(given, &mut env, is_rkbuild)) {
        Ok(own) => own,
        Err(message) => {
            say(message);
            return ExitCode::from(2);
        }
    };
    if let Some(text) = own_text(&argv, &own) {
        print(&text);
        return ExitCode::SUCCESS;
    }
    let status = match start(argv, env, own) {
        Ok(status) => status,
        Err(error) => {
            say(format_args!("rkbuild: *** {error}.  Stop."));
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
    given: Given,
    identity: Identity,
    no_native: bool,
    recall: Option<Wanted>,
    stats: Option<Form>,
    hints: bool,
    progress: When,
    watching: Watching,
}

/// Understands rkbuild's own options. `--compat`, `--no-native` and `--explain` are passed on by the environment to sub-makes that
/// are processes of their own, so that MAKEFLAGS stays as make writes it.
fn own_options(given: Given, env: &mut Env, is_rkbuild: bool) -> Result<Own, String> {
    if let Some(compat) = given.value("compat") {
        env.set("RKBUILD_COMPAT", compat);
    }
    if given.has("no-native") {
        env.set("RKBUILD_NO_NATIVE", "1");
    }
    if given.has("explain") && given.value("explain").is_none() {
        env.set("RKBUILD_EXPLAIN", "1");
    }
    let identity = match env.get(b"RKBUILD_COMPAT").map(|v| v.to_owned()) {
        None => Identity::V4_4_1,
        Some(value) => match value.as_slice() {
            b"4.3" => Identity::V4_3,
            b"" | b"4.4.1" => Identity::V4_4_1,
            _ => return Err(format!("rkbuild: RKBUILD_COMPAT is 4.4.1 or 4.3, not '{value}'")),
        },
    };
    // What is done in this process, fakeroot or pseudo would not see.
    let no_native = env.get(b"RKBUILD_NO_NATIVE").is_some_and(|v| !v.is_empty()) || preload::may_mind_files();
    let recall = given.value("recall").or_else(|| env.get(b"RKBUILD_RECALL")).map(|v| v.to_owned());
    let asked_for = |mode| Some(Wanted { mode, asked_for: true });
    let recall = match recall.as_ref().map(|value| value.as_slice()) {
        None | Some(b"") => Some(Wanted { mode: Mode::On, asked_for: false }),
        Some(b"probes") => asked_for(Mode::Probes),
        Some(b"on") => asked_for(Mode::On),
        Some(b"verify") => asked_for(Mode::Verify),
        Some(b"off") => None,
        Some(value) => {
            let value = BStr::new(value);
            return Err(format!("rkbuild: RKBUILD_RECALL is off, probes, on or verify, not '{value}'"));
        }
    };
    let stats =
        given.has("stats").then(|| if given.value("stats").is_some() { Form::Json } else { Form::Text });
    match env.get(b"RKBUILD_LAST").map_or(b"".as_slice(), |value| value) {
        b"" | b"on" | b"off" => {}
        value => return Err(format!("rkbuild: RKBUILD_LAST is on or off, not '{}'", BStr::new(value))),
    }
    let watching = Watching::of(&given, env);
    let recall = recall.filter(|_| !no_native && !watching.only_looks());
    let hints = Hints::may_be_said(&given, env, is_rkbuild)? && !watching.only_looks();
    let progress = progress::when(&given, env, is_rkbuild)?;
    Ok(Own { stats, progress, given, identity, no_native, recall, hints, watching })
}

/// Whether we go by our own name, and not by make's, of which nothing but make's words are expected.
fn is_rkbuild(argv: &[BString]) -> bool {
    program_of(argv) == "rkbuild"
}

/// The text that is asked for instead of a build.
fn own_text(argv: &[BString], own: &Own) -> Option<String> {
    if let Some(what) = own.given.value("generate") {
        let shell = what.to_str_lossy();
        let script = shell.strip_prefix("completion-").and_then(complete::script);
        return Some(script.map_or_else(help::man, str::to_owned));
    }
    if !is_rkbuild(argv) {
        return None;
    }
    let newer = own.identity.is_4_4();
    let mut options = Options::default();
    let problems = options.parse(argv.get(1..).unwrap_or_default(), Source::CommandLine, newer);
    (options.help && !options.version && !problems.usage).then(|| help::text(newer))
}

fn start(mut argv: Vec<BString>, env: Env, own: Own) -> std::io::Result<i32> {
    let began = Instant::now();
    limits::prepare();
    signals::install()?;
    let dir = Dir::current().or_else(|_| Dir::current_without_path())?;
    let shared = Shared::new(own.identity);
    if own.given.has("forget") {
        Memory::forget(&shared.host, &env, &dir, &argv);
    }
    if own.given.has("complete") {
        let word = own.given.value("complete").unwrap_or_default();
        std::io::stdout().write_all(&complete::run(&shared, &dir, &env, &own.given, &argv, word))?;
        return Ok(0);
    }
    if let Some(value) = own.given.value("check-load") {
        let files = first::options(&argv, shared.lang.identity).goals;
        if files.is_empty() {
            say("rkbuild: --check-load wants the modules (.ko) as arguments");
            return Ok(2);
        }
        return tell(check_load::run(&shared.host, &dir, value, &files));
    }
    if own.given.has("lint") {
        let named = first::options(&argv, shared.lang.identity).goals;
        let json = own.given.value("lint").is_some();
        let last = Store::new(&shared.host, &env, &dir, &[]).nth(1, true);
        return tell(lint::run(&shared.host, &dir, &env, &named, json, last));
    }
    if own.given.has("last") {
        return tell(last::run(&shared.host, &dir, &env, &argv, own.given.value("last")));
    }
    let ceremony =
        match Ceremony::prepare(&shared.host, &dir, &env, &own.given, shared.lang.identity, &mut argv) {
            Ok(ceremony) => ceremony,
            Err(why) => {
                say(format_args!("rkbuild: {why}"));
                return Ok(2);
            }
        };
    if !first::options(&argv, shared.lang.identity).silent {
        ceremony.said.iter().for_each(|line| say(format_args!("rkbuild: {line}")));
    }
    let status = build(argv, env, dir, shared, own, began)?;
    ceremony.end()?;
    Ok(status)
}

/// Has make run.
fn build(
    argv: Vec<BString>,
    env: Env,
    dir: Arc<Dir>,
    shared: Arc<Shared>,
    own: Own,
    began: Instant,
) -> std::io::Result<i32> {
    let host = shared.host.clone();
    if own.given.has("compile-commands") {
        return survey::compile_commands(shared, argv, env, dir, &own.given);
    }
    let stdio = Stdio::of_process()?;
    // Programs under watch would not find a closed stream closed.
    let closed = [&stdio.stdin, &stdio.stdout, &stdio.stderr].into_iter().any(rkbuild_host::stdio::is_closed);
    // It takes descriptors of its own; where each counts they are the build's.
    let memory = own.recall.filter(|_| !closed && !limits::few_files()).and_then(|wanted| {
        let build = build_of(&shared.host, &dir)?;
        Memory::new(&shared.host, &env, &dir, &argv, build, wanted)
    });
    let recall = memory.clone().map(|memory| memory as Arc<dyn Recall>);
    if let Some(library) = memory.as_ref().and_then(|memory| memory.library()) {
        shared.makefiles.set_library(library);
    }
    let hints = own.hints.then(|| Arc::new(Hints::new(host.clone(), shared.lang.identity, &dir, &argv)));
    let words = argv.clone();
    let newer = shared.lang.identity.is_4_4();
    let recorder =
        if own.watching.only_looks() { None } else { last::recorder(&host, &dir, &env, &argv, newer) };
    let is_recorded = recorder.is_some();
    let progress = if own.watching.only_looks() {
        None
    } else {
        Progress::start(own.progress, &host, &dir, &env, &argv, newer, &stdio)
    };
    let watched = own.watching.start(&shared.host, &dir, &argv, recorder, progress.as_ref())?;
    shared.definitions.set_family(&shared.lang.names, Arc::new(Definitions), own.stats.is_some());
    let process = Process::new(shared.clone(), Arc::new(Layer::default()), run_session, run_again, recall);
    if let Some(watched) = &watched {
        process.set_observer(watched.hub.clone());
    }
    if let Some(hints) = &hints {
        process.set_witness(hints.clone());
    }
    if let Some(progress) = &progress {
        process.set_screen(progress.screen());
    }
    let stdio = match &progress {
        _ if own.watching.only_looks() => quiet()?,
        Some(progress) => progress.stdio(&stdio),
        None => stdio,
    };
    let mut invocation = first::invocation(argv, env, dir, stdio, own.no_native);
    if let Some(status) = memory.as_ref().and_then(|memory| memory.give(&process, &invocation)) {
        progress.iter().for_each(Progress::end);
        let status = watched.map_or(status, |watched| {
            watched.hub.make_given(&invocation.observed(), status);
            watched.end(&own.watching, status, 0)
        });
        return Ok(end(memory.as_deref(), &shared, status, own.stats, began));
    }
    // For the record of a build; what is kept together can be looked at as it is.
    let wanted = is_recorded && progress.is_none() && !limits::few_files();
    let relay = if wanted { Relay::start(&invocation.stdio) } else { None };
    let relay = relay.map(|(relay, stdio)| {
        invocation.stdio = stdio;
        Arc::new(relay)
    });
    if let Some(relay) = &relay {
        process.set_relay(relay.clone());
    }
    let status = first::run(process, invocation);
    relay.iter().for_each(|relay| relay.finish());
    progress.iter().for_each(Progress::end);
    let status = status?;
    if let Some(hints) = hints.filter(|_| signals::pending().is_none()) {
        hints.said(&words).iter().for_each(|hint| say(format_args!("rkbuild: {hint}")));
    }
    let given_commands = || memory.as_ref().map_or(0, |memory| memory.stats().commands_given);
    let status = watched.map_or(status, |watched| watched.end(&own.watching, status, given_commands()));
    Ok(end(memory.as_deref(), &shared, status, own.stats, began))
}

/// Prints what was found out, and gives the exit status.
fn tell(found: Result<(Vec<u8>, i32), String>) -> std::io::Result<i32> {
    match found {
        Ok((text, status)) => {
            std::io::stdout().write_all(&text)?;
            Ok(status)
        }
        Err(why) => {
            say(format_args!("rkbuild: {why}"));
            Ok(2)
        }
    }
}

/// Writes down what is to be remembered, and tells what was asked for.
fn end(memory: Option<&Memory>, shared: &Shared, status: i32, stats: Option<Form>, began: Instant) -> i32 {
    if let Some(memory) = memory {
        memory.finish();
    }
    if let Some(form) = stats {
        let seen = memory.map(Memory::stats).unwrap_or_default();
        let (host, definitions) = (&shared.host, shared.definitions.met());
        let report = Report::new(&seen, host.counts(), host.cpu_ns(), began.elapsed(), definitions);
        say_text(&report.write(form));
    }
    let Some(memory) = memory else { return status };
    let differences = memory.differences();
    for difference in &differences {
        say(format_args!("rkbuild: recall: {difference}"));
    }
    if differences.is_empty() { status } else { 3 }
}

/// The streams of a build that runs nothing: what makefiles print is for those who build.
fn quiet() -> std::io::Result<Stdio> {
    let (stdin, stdout) = (Arc::new(fd::empty_input()?), Arc::new(fd::memory_file()?));
    Ok(Stdio { stdin, stdout, ..Stdio::of_process()? })
}

/// What identifies this very program.
fn build_of(host: &Host, dir: &Dir) -> Option<u128> {
    let meta = host.stat(dir, b"/proc/self/exe").ok()?;
    let text = format!("{meta:?}");
    Some(eyes::hash(text.as_bytes()))
}
