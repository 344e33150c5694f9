//! `fixdep DEPFILE TARGET COMMAND`: turns a compiler's list of dependencies into a `.cmd` record, in this process.

use std::sync::Arc;

use rkbuild_base::ByteSlice;
use rkbuild_host::eyes::Ask;
use rkbuild_host::{Dir, Env, Exit, Host, Parents};
use rkbuild_shell::Invocation;

use crate::edition::Edition;
use crate::symbols::Symbols;
use crate::trial::{Trial, Verdicts, is_program};

/// Where a tree has the program.
const PROGRAM: &[u8] = b"scripts/basic/fixdep";
/// Where a tree says what it was built from.
const RECORD: &[u8] = b"scripts/basic/.fixdep.cmd";
/// How the line of the source begins there.
const SOURCE: &[u8] = b"source_scripts/basic/fixdep := ";

/// The programs that were met, and the symbols of all files.
#[derive(Default)]
pub struct Fixdep {
    programs: Verdicts<Option<&'static Edition>>,
    symbols: Symbols,
}

impl Fixdep {
    /// Does what the command does, if it is a fixdep of a known edition and nothing is unusual.
    pub fn run(&self, host: &Arc<Host>, command: &Invocation<'_>) -> Option<Exit> {
        let [program, list, target, line] = command.argv else { return None };
        if !program.ends_with(PROGRAM) {
            return None;
        }
        let edition = self.edition(host, command.dir, program, command.env)?;
        // Where writing ends in the middle, it makes a difference who writes.
        if !command.writes_to_file(host) {
            return None;
        }
        let (list, _) = host.read_unseen(command.dir, list).ok()?;
        let record = self.record(edition, host, command.dir, &list, target, line)?;
        if let Some(eyes) = host.eyes() {
            eyes.effect("fixdep was run");
        }
        let written = command.write_out(&record);
        host.changed();
        Some(match written {
            Ok(()) => Exit::Code(0),
            // It could not even be opened: the shell says so.
            Err(_) if command.stdio().is_err() => return None,
            Err(error) => rkbuild_shell::killed_by_write(&error).unwrap_or_else(|| {
                // Nobody is left to tell when standard error fails.
                let _ = command.write_err(b"fixdep: not all data was written to the output\n");
                Exit::Code(1)
            }),
        })
    }

    fn record(
        &self,
        edition: &Edition,
        host: &Host,
        dir: &Dir,
        list: &[u8],
        target: &[u8],
        line: &[u8],
    ) -> Option<Vec<u8>> {
        let mut parents = Parents::new(host, dir);
        let symbols = |path| self.symbols.of(host, dir, path, &mut parents);
        edition.record(list, target, line, symbols, |symbol| self.symbols.text(symbol))
    }

    /// The edition a program is of, if that is known and the program shows it.
    fn edition(
        &self,
        host: &Arc<Host>,
        dir: &Arc<Dir>,
        program: &[u8],
        env: &Env,
    ) -> Option<&'static Edition> {
        let path = dir.absolute(program);
        self.programs.get(host, dir, &path, b"", || self.prove(host, dir, &path, program, env))?
    }

    /// What the program at `path`, called by the name `program`, is. `None` while that can't be told: it may be about to
    /// write the record of its own making.
    fn prove(
        &self,
        host: &Arc<Host>,
        dir: &Arc<Dir>,
        path: &[u8],
        program: &[u8],
        env: &Env,
    ) -> Option<Option<&'static Edition>> {
        let top = program.strip_suffix(PROGRAM)?;
        let below = |path: &[u8]| [top, path].concat();
        let (record, _) = host.read_unseen(dir, &below(RECORD)).ok()?;
        let source = record.lines().find_map(|line| line.strip_prefix(SOURCE))?;
        let source = if source.starts_with(b"/") { source.to_vec() } else { below(source) };
        let made = host.look_unseen(Ask::Stat, dir, path).ok()?;
        let (text, written) = host.read_unseen(dir, &source).ok()?;
        let Some(edition) = Edition::of_source(&text) else { return Some(None) };
        if made.mtime_ns < written.mtime_ns || !is_program(host, dir, path) {
            return Some(None);
        }
        Some(self.agrees(edition, host, dir, path, env)?.then_some(edition))
    }

    /// Whether the program gives what we give, for a list with all that editions differ in.
    fn agrees(
        &self,
        edition: &Edition,
        host: &Arc<Host>,
        dir: &Arc<Dir>,
        path: &[u8],
        env: &Env,
    ) -> Option<bool> {
        const LIST: &str = "a.o: \\\n a.c include/generated/autoconf.h \\\n  include/b.h \
            include/generated/autoksyms.h \\\n\n c.rlib include/b.h\nb.o: a.c d.h \\\n";
        let trial = Trial::new(host, dir, env)?;
        trial.write("a.d", LIST.as_bytes())?;
        trial
            .write("a.c", b"CONFIG_A, CONFIG_B_MODULE CONFIG_A\nXCONFIG_C _CONFIG_D\xe9CONFIG_E CONFIG_f")?;
        trial.write("include/generated/autoconf.h", b"#define CONFIG_AUTO 1\n")?;
        trial.write("include/generated/autoksyms.h", b"#define CONFIG_SYMS 1\n")?;
        trial.write("include/b.h", b"#if CONFIG_B == 1 || CONFIG_H_E_A_D\0CONFIG_HIDDEN")?;
        trial.write("c.rlib", b"\x01CONFIG_LIB")?;
        trial.write("d.h", b"")?;
        let (target, line) = ("a.o", "cc -DX='\"y\"' $$(pound) %");
        let given = trial.run(path, &["a.d", target, line])?;
        let wanted =
            self.record(edition, host, trial.dir(), LIST.as_bytes(), target.as_bytes(), line.as_bytes())?;
        Some(given == wanted)
    }
}
