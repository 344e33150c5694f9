//! Runs a program under watch and prints what it did: `cargo run --example watch -- PROGRAM ARGUMENT…`. With `--times N`
//! before it, the program runs N times watched and N times unwatched, and what each took is printed instead.

use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use bstr::BString;
use rkbuild_host::watch::{Found, Watched};
use rkbuild_host::{Dir, Env, Host, Spawn, Stdio};

fn main() -> std::io::Result<()> {
    use std::os::unix::ffi::OsStringExt;
    let mut argv: Vec<BString> = std::env::args_os().skip(1).map(|a| a.into_vec().into()).collect();
    let times = match argv.first() {
        Some(first) if first == "--times" => argv.drain(..2).nth(1).and_then(|n| n.to_string().parse().ok()),
        _ => None,
    };
    let (host, dir, env, stdio) = (Host::new(), Dir::current()?, Env::of_process(), Stdio::of_process()?);
    let name = argv.first().cloned().unwrap_or_default();
    let path = env.get(b"PATH").unwrap_or_default().to_owned();
    let program = host.find_program(&dir, &name, &path)?;
    let spawn = Spawn {
        program: &program,
        argv: &argv,
        env: &env,
        dir: &dir,
        stdin: stdio.stdin.as_fd(),
        stdout: stdio.stdout.as_fd(),
        stderr: stdio.stderr.as_fd(),
        inherit: &[],
    };
    let Some(times) = times else {
        print(&host.run_watched(&spawn)?);
        return Ok(());
    };
    let (mut watched, mut free) = ((Duration::ZERO, Duration::ZERO), (Duration::ZERO, Duration::ZERO));
    let mut stops = 0;
    for _ in 0..times {
        let (wall, cpu) = (Instant::now(), cpu());
        stops = host.run_watched(&spawn)?.stops;
        watched = (watched.0 + wall.elapsed(), watched.1 + self::cpu() - cpu);
        let (wall, cpu) = (Instant::now(), self::cpu());
        host.spawn(&spawn)?.wait()?;
        free = (free.0 + wall.elapsed(), free.1 + self::cpu() - cpu);
    }
    let ratio = |a: Duration, b: Duration| a.as_secs_f64() / b.as_secs_f64();
    eprintln!(
        "{stops} stops; wall {:?} to {:?}, {:.2}; CPU {:?} to {:?}, {:.2}",
        watched.0 / times,
        free.0 / times,
        ratio(watched.0, free.0),
        watched.1 / times,
        free.1 / times,
        ratio(watched.1, free.1)
    );
    Ok(())
}

fn print(watched: &Watched) {
    for program in &watched.programs {
        let arguments = bstr::join(" ", &program.arguments);
        eprintln!("program {}, {} times: {}", program.path, program.count, BString::from(arguments));
    }
    for seen in &watched.seen {
        let found = match seen.found {
            Found::Missing(errno) => rkbuild_host::errors::text(errno),
            Found::Is(meta) => format!("{:o}, {} bytes", meta.mode, meta.size),
        };
        let target = seen.target.as_ref().map_or(String::new(), |target| format!(" to {target}"));
        let names = seen.names.as_ref().map_or(String::new(), |names| format!(", {} names", names.len()));
        eprintln!("seen {}{target}: {found}{names}, {:?}", seen.path, seen.uses);
    }
    for change in &watched.changes {
        eprintln!("changed {}: {:?}", change.path, change.kind);
    }
    for path in &watched.temporary {
        eprintln!("temporary {path}");
    }
    for reason in &watched.reasons {
        eprintln!("reason {reason:?}");
    }
    eprintln!("asked {:?}; {} stops; {:?}", watched.asked, watched.stops, watched.exit);
}

/// What this process and the children it has waited for have used, as `times` in a shell shows it.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(4);
    let ticks: u64 = fields.filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}
