//! A build that is only evaluated, to be told of: nothing of it runs, and nothing of it is printed.

use std::io::{self, Write};
use std::sync::Arc;

use rkbuild_base::{BString, ByteSlice};
use rkbuild_engine::jobs::process::Process;
use rkbuild_engine::jobs::start::run_again;
use rkbuild_engine::jobs::survey::Survey;
use rkbuild_engine::session::run::run_session;
use rkbuild_eval::Shared;
use rkbuild_eval::options::Options;
use rkbuild_host::{Dir, Env, Stdio, fd};
use rkbuild_kbuild::Layer;

use crate::compile_commands::{self, Collector, Entry};
use crate::first;
use crate::option::Given;
use crate::say::{print, say};
use crate::watching::named;

/// Where the entries go when nobody says it.
const FILE: &[u8] = b"compile_commands.json";

/// Evaluates what `argv` asks for and has `survey` told of it. Gives the exit status, and what was said to standard error.
fn evaluate(
    shared: &Arc<Shared>,
    survey: Arc<dyn Survey>,
    mut argv: Vec<BString>,
    env: Env,
    dir: Arc<Dir>,
) -> io::Result<(i32, Vec<u8>)> {
    let process = Process::new(shared.clone(), Arc::new(Layer::default()), run_session, run_again, None);
    process.set_survey(survey);
    // Behind the name: what is asked for may end with operands.
    argv.splice(1..1, ["-n", "-k"].map(BString::from));
    let said = Arc::new(fd::memory_file()?);
    let stdio = Stdio { stdout: Arc::new(fd::memory_file()?), stderr: said.clone(), ..Stdio::of_process()? };
    let invocation = first::invocation(argv, env, dir, stdio, false);
    let status = first::run(process, invocation)?;
    Ok((status, fd::read_memory_file(&said)?))
}

/// `--compile-commands`
pub fn compile_commands(
    shared: Arc<Shared>,
    argv: Vec<BString>,
    env: Env,
    dir: Arc<Dir>,
    given: &Given,
) -> io::Result<i32> {
    let value = given.value("compile-commands").map(|value| value.to_owned());
    let (clangd, file) = match value {
        None => (false, None),
        Some(value) if value == "clangd" => (true, None),
        Some(value) => match value.strip_prefix(b"clangd:") {
            Some(file) => (true, Some(BString::from(file))),
            None => (false, Some(value)),
        },
    };
    let options = first::options(&argv, shared.lang.identity);
    let collector = Arc::new(Collector::new(shared.host.clone()));
    let (status, said) = evaluate(&shared, collector.clone(), argv, env, dir.clone())?;
    let mut entries = collector.entries(&shared.host, &dir, &options.goals);
    if entries.is_empty() {
        io::stderr().write_all(&said)?;
        say("rkbuild: no recipe of these goals saves the command of an object as kbuild does");
        return Ok(2);
    }
    let file = file.unwrap_or_else(|| beside(&options, &entries));
    if clangd {
        entries = entries.into_iter().map(compile_commands::for_clang).collect();
    }
    let written = shared.host.write(&dir, &file, &compile_commands::text(&entries)?, false);
    written.map_err(|error| named(&file, &error))?;
    print(&format!("rkbuild: {} entries in {file}\n", entries.len()));
    if status == 0 && collector.failed() == 0 {
        return Ok(0);
    }
    io::stderr().write_all(&said)?;
    say("rkbuild: not all makefiles could be evaluated: entries may be missing");
    Ok(2)
}

/// Where the kernel's own target puts its file: into the module's directory or the output directory.
fn beside(options: &Options, entries: &[Entry]) -> BString {
    let module = options.assignments.iter().rev().find_map(|word| word.strip_prefix(b"M="));
    let place = match module {
        Some(module) if module.starts_with(b"/") => module.as_bytes(),
        _ => entries.first().map_or(b".".as_slice(), |entry| entry.directory().as_bytes()),
    };
    [place.trim_end_with(|c| c == '/'), b"/", FILE].concat().into()
}
