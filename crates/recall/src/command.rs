//! Commands: those whose outcome is known, and finding out what others depend on by running them under watch.
//!
//! A command belongs to one of three classes, and unknown means the last. *Pure*: all its programs are in the table of
//! [`pure`](crate::pure), and it left files as they were, or wrote small ones: it is not run again, what it gave is given.
//! *Repeatable*: it changed nothing and talked to nobody: it is run again, and what it gives compared. *Effective*: the session
//! it belongs to is not remembered.

use std::collections::BTreeSet;
use std::io;
use std::os::fd::AsFd;
use std::sync::Arc;

use bstr::{BStr, BString, ByteSlice};
use rkbuild_engine::jobs::recall::{Asked, Proof, Recalled};
use rkbuild_host::env::{TERMINALS, VOLATILE};
use rkbuild_host::eyes::{self, Answer, Ask, Command as Noted, Output, Seen, Step as Given, used};
use rkbuild_host::watch::{Asked as AskedOf, ChangeKind, Found, Program, Reason, Uses, Watched};
use rkbuild_host::{Dir, Host, Spawn, fd};

use crate::contents::asks_for_time;
use crate::fact::{Fact, Lists, Spot};
use crate::key::{Hasher, Key};
use crate::memory::Memory;
use crate::run::{Ran, shows_itself};
use crate::{ccache, find, pure, script};

/// Larger files are told apart by their attributes alone.
const MOST_HASHED: u64 = 1 << 20;
/// What a pure command writes is kept up to this size, all files together.
const MOST_WRITTEN: usize = 256 << 10;
/// A command that prints more is not remembered.
pub const MOST_PRINTED: usize = 1 << 20;
/// Where programs are looked for when the environment has no PATH.
pub const DEFAULT_PATH: &[u8] = b"/bin:/usr/bin";
/// The request that tells a terminal from other files.
const TCGETS: u32 = 0x5401;
/// The request for how wide a terminal is.
const TIOCGWINSZ: u32 = 0x5413;

/// A look at a file.
pub type Look = (Ask, BString, Seen);

/// What is remembered of a pure command.
#[derive(Clone, Debug)]
pub struct Known {
    /// The variables it may look at; `*` at the end of a name stands for any text.
    pub variables: Vec<BString>,
    /// What it looked at.
    pub facts: Vec<Look>,
    /// The files it writes: path, permissions, contents.
    pub writes: Vec<(BString, u32, Vec<u8>)>,
    /// The directories in which it makes something and removes it again: their times are those of that moment.
    pub renews: Vec<BString>,
    /// What it gave.
    pub output: Output,
}

/// What of a file that it looked at may matter to a command, besides its kind, size and permissions.
struct Matters {
    /// Its time.
    times: bool,
    /// The times of files of these names.
    compared: Vec<BString>,
    /// The time of what is no directory: it prints it.
    printed: bool,
    /// Which file it is.
    files: bool,
    /// Of a directory, its owner.
    owners: bool,
    /// The time of a file that is looked at and not read: it stands for its contents.
    instead: bool,
}

/// What a command is found by, before the variables it looks at are known.
pub fn key(asked: &Asked<'_>) -> Key {
    let mut hasher = Hasher::new();
    hasher.number(asked.argv.len() as u64);
    for word in asked.argv {
        hasher.normalised(word);
    }
    hasher.text(asked.dir.path());
    hasher.number(u64::from(asked.captured));
    hasher.number(u64::from(asked.stdio.same_output()));
    hasher.number(u64::from(fd::is_terminal(&asked.stdio.stderr)));
    hasher.finish()
}

/// What came of a command that was run under watch.
pub enum Class {
    /// It need not be run again.
    Pure(Known),
    /// It is to be run again and compared.
    Repeatable(String),
    /// It does more than looking.
    Effective(String),
}

impl Memory {
    /// Says of which class a command is that ran, and what it depends on.
    pub(crate) fn class_of(&self, asked: &Asked<'_>, ran: &Ran) -> Class {
        // It has run, and must not run again; but what it did is not known.
        let Some(watched) = &ran.watched else { return Class::Effective("the watch broke off".into()) };
        let watched = &*ccache::without_its_own(&self.host, &self.root, asked.env, watched);
        let harmless = |reason: &&Reason| match reason {
            Reason::Kernel(_) => true,
            // Whether a stream is a terminal is part of the key.
            Reason::Terminal(TCGETS) => true,
            // What writes to the terminal itself is run again, and sees how wide it is then.
            Reason::Terminal(TIOCGWINSZ) => shows_itself(asked),
            // All in it was its own, or it gave its own names there that are the same each time.
            Reason::ListedOwn(path) => {
                watched.temporary.contains(path) || !watched.asked.contains(&AskedOf::Random)
            }
            _ => false,
        };
        if let Some(reason) = watched.reasons.iter().find(|reason| !harmless(reason)) {
            return Class::Effective(format!("{reason:?}"));
        }
        if let Some(why) = ran.cut_off() {
            return Class::Effective(why.into());
        }
        let impure = self.impure(asked, ran, watched);
        if let Some(why) = impure {
            return match watched.changes.first() {
                None => Class::Repeatable(why),
                Some(change) => Class::Effective(format!("{why} changes {}", change.path)),
            };
        }
        match self.known(asked, ran, watched) {
            Ok(known) => Class::Pure(known),
            Err(why) => Class::Effective(why),
        }
    }

    /// Why a command is not pure.
    fn impure(&self, asked: &Asked<'_>, ran: &Ran, watched: &Watched) -> Option<String> {
        for reason in &watched.reasons {
            if let Reason::Kernel(path) = reason
                && !pure::KERNEL.iter().any(|known| path == known)
            {
                return Some(format!("{path} was read"));
            }
        }
        for program in &watched.programs {
            // A script is what its interpreter makes of it, which is a program of the list as well.
            let path = &program.path;
            let known = pure::row_of(path.as_bstr()).is_some_and(|row| {
                row.is_known_by(path.as_bstr())
                    || self.elsewhere.says(&self.host, &self.root, asked.dir, path, row.says)
            });
            if !known && !program.script {
                return Some(path.to_string());
            }
        }
        let rows: Vec<&pure::Row> =
            watched.programs.iter().filter_map(|program| pure::row_of(program.path.as_bstr())).collect();
        let texts = script::texts(&self.host, &self.root, asked, watched);
        // How many processors there are is in every record's key; no program of the table tells how much room there is.
        let compiles = rows.iter().any(|row| row.compiles);
        if compiles && watched.asked.contains(&AskedOf::Random) {
            return Some("a compiler that uses random numbers".into());
        }
        if compiles && self.reads_clock(asked, watched) {
            return Some("a compiler that is asked for the time".into());
        }
        // The numbers of processes: in names of temporary files nobody sees them.
        if watched.processes.iter().any(|number| {
            script::shows_number(&ran.output.out, *number) || script::shows_number(&ran.output.err, *number)
        }) {
            return Some("a script that prints the number of a process".into());
        }
        if let Some(why) = ccache::tells(&self.host, &self.root, asked.env, watched) {
            return Some(why);
        }
        let mut programs = Vec::new();
        for program in &watched.programs {
            if let Some(word) = ccache::told(program) {
                return Some(format!("ccache with {word}"));
            }
            let Some(row) = pure::row_of(program.path.as_bstr()) else { continue };
            let arguments: Vec<&BStr> = program.arguments.iter().skip(1).map(|word| word.as_bstr()).collect();
            if let Some(word) = row.impure_with(&arguments) {
                return Some(format!("{} with {word}", row.name));
            }
            programs.push((row, arguments));
        }
        // With a stamp in what stays, or for others to see, it would not give the same again.
        if let Some(word) = pure::seen_stamp(&programs, !watched.changes.is_empty()) {
            return Some(format!("a compiler with {word}"));
        }
        for text in &texts {
            let mut names = BTreeSet::new();
            script::names_in(text, &mut names);
            let terminals = TERMINALS.iter().filter(|name| asked.env.contains(name));
            if let Some(name) = VOLATILE.iter().chain(terminals).find(|name| names.contains(name.as_bstr())) {
                return Some(format!("a script with {}", name.as_bstr()));
            }
            if let Some(word) = script::clock(text, &rows) {
                return Some(format!("a script with {word}"));
            }
        }
        None
    }

    /// Whether something a compiler read holds one of the words that stand for the time.
    fn reads_clock(&self, asked: &Asked<'_>, watched: &Watched) -> bool {
        asked.argv.iter().any(|word| asks_for_time(word))
            || watched.seen.iter().filter(|seen| seen.uses.has(Uses::READ)).any(|seen| {
                let Found::Is(meta) = seen.found else { return false };
                // What is larger than any source is a program or a library.
                let contents = || self.files.contents(&self.host, &self.root, seen.path.as_bstr(), &meta);
                meta.is_file()
                    && meta.size <= MOST_HASHED
                    && contents().ok().flatten().is_none_or(|contents| contents.dated)
            })
    }

    /// What is to be remembered of a pure command.
    fn known(&self, asked: &Asked<'_>, ran: &Ran, watched: &Watched) -> Result<Known, String> {
        let mut writes = Vec::new();
        let mut room = MOST_WRITTEN;
        for change in &watched.changes {
            if !matches!(change.kind, ChangeKind::Written | ChangeKind::Created) {
                return Err(format!("{:?} {}", change.kind, change.path));
            }
            let read = self.host.read_unseen(&self.root, &change.path);
            let Some((contents, meta)) = read.ok().filter(|(c, m)| m.is_file() && c.len() <= room) else {
                return Err(format!("{} was written", change.path));
            };
            // Made where it was missing: next time it is there, and the command may do something else.
            if change.kind == ChangeKind::Created {
                return Err(format!("{} was made", change.path));
            }
            room -= contents.len();
            writes.push((change.path.clone(), meta.mode & 0o7777, contents));
        }
        let rows: Vec<&pure::Row> =
            watched.programs.iter().filter_map(|program| pure::row_of(program.path.as_bstr())).collect();
        let texts = script::texts(&self.host, &self.root, asked, watched);
        let compares = |op: &str| texts.iter().any(|text| text.find(op).is_some());
        let prints = |row: &&pure::Row| row.name == "diff";
        let matters = Matters {
            times: compares("-nt") || compares("-ot"),
            compared: compared(&watched.programs),
            printed: rows.iter().any(prints),
            files: compares("-ef"),
            owners: rows.iter().any(|row| row.owners),
            instead: rows.iter().any(|row| row.name == "ccache"),
        };
        let mut facts = ran.sought.clone();
        for seen in &watched.seen {
            let temporary = watched.temporary.contains(&seen.path);
            if temporary && seen.uses == Uses::NEW {
                continue;
            }
            if writes.iter().any(|(path, ..)| *path == seen.path) {
                if seen.uses.has(Uses::READ) {
                    return Err(format!("{} was read and written", seen.path));
                }
                // It is written anew, whatever it was; but that it was there matters.
                facts.push((Ask::Stat, seen.path.clone(), seen_there(&seen.found)));
                continue;
            }
            self.facts_of(seen, &matters, watched.began_ns, &mut facts)?;
        }
        let renews = self.renewed(watched);
        for dir in &renews {
            let there = Seen { used: used::THERE, answer: Answer::There, contents: None, young: false };
            facts.push((Ask::Stat, dir.clone(), there));
        }
        let variables = variables(&rows, &texts);
        Ok(Known { variables, facts, writes, renews, output: ran.output.clone() })
    }

    /// The directories in which a command made something that is gone; removing what is not there makes them no younger. Not
    /// those in which anybody may: who looks at their times learns nothing.
    fn renewed(&self, watched: &Watched) -> Vec<BString> {
        const ANYBODY: u32 = 0o1002;
        let dirs = watched.temporary.iter().filter_map(|path| match path.rfind_byte(b'/')? {
            0 => Some(BStr::new(b"/")),
            at => path.get(..at).map(BStr::new),
        });
        let dirs: BTreeSet<&BStr> = dirs.filter(|dir| !watched.temporary.iter().any(|t| t == dir)).collect();
        let is_renewed = |dir: &&BStr| {
            let meta = self.host.look_unseen(Ask::Stat, &self.root, dir);
            meta.is_ok_and(|meta| eyes::is_young(&meta, watched.began_ns) && meta.mode & ANYBODY != ANYBODY)
        };
        dirs.into_iter().filter(is_renewed).map(BStr::to_owned).collect()
    }

    /// The facts that a look of a watched command stands for.
    fn facts_of(
        &self,
        seen: &rkbuild_host::watch::Seen,
        matters: &Matters,
        began: i64,
        facts: &mut Vec<Look>,
    ) -> Result<(), String> {
        let path = &seen.path;
        let meta = match seen.found {
            Found::Missing(errno) => {
                let answer = Answer::Failed(errno);
                let missing = Seen { used: used::THERE, answer, contents: None, young: false };
                // Not even a link to nothing is there, which some programs would tell from nothing.
                facts.push((Ask::Lstat, path.clone(), missing));
                return Ok(());
            }
            Found::Is(meta) => meta,
        };
        if let Some(target) = &seen.target {
            let answer = Answer::Text(target.clone());
            facts.push((
                Ask::Link,
                path.clone(),
                Seen { used: used::CONTENTS, answer, contents: None, young: false },
            ));
            return Ok(());
        }
        if let Some(names) = &seen.names {
            let digest = eyes::hash(&bstr::join("\0", names)).to_le_bytes().to_vec();
            let answer = Answer::Text(digest.into());
            facts.push((
                Ask::Names,
                path.clone(),
                Seen { used: used::CONTENTS, answer, contents: None, young: false },
            ));
        }
        let mut used = used::THERE;
        let mut contents = None;
        if meta.is_file() && (seen.uses.has(Uses::READ) || seen.uses.has(Uses::EXECUTE)) {
            used |= used::SHAPE;
            if meta.size > MOST_HASHED {
                used |= used::SAME;
            } else {
                let read = self
                    .files
                    .contents(&self.host, &self.root, path.as_bstr(), &meta)
                    .map_err(|error| format!("{path} can't be read again: {error}"))?
                    .ok_or_else(|| format!("{path} changed while it was read"))?;
                used |= used::CONTENTS;
                contents = Some(read.hash);
            }
        } else if (matters.owners || !meta.is_dir())
            && (seen.uses.has(Uses::STAT) || seen.uses.has(Uses::ACCESS))
        {
            used |= used::SHAPE;
        }
        if seen.uses.has(Uses::STAT) {
            let shown = matters.printed && !meta.is_dir();
            let name = path.rsplit_str("/").next().unwrap_or_default();
            let compared = matters.times || matters.compared.iter().any(|other| other == name);
            let instead = matters.instead && !meta.is_dir() && !seen.uses.has(Uses::READ);
            used |= if compared || shown || instead { used::TIME } else { 0 };
            used |= if shown { used::SAME } else { 0 } | if matters.files { used::FILE } else { 0 };
        }
        // No link was passed to get there; where that was looked at, or can be told from a directory's name, it counts.
        let itself = meta.is_symlink() || meta.is_dir() || seen.uses.has(Uses::LINK);
        let ask = if itself { Ask::Lstat } else { Ask::Stat };
        let young = eyes::is_young(&meta, began);
        if young && used & used::SAME != 0 {
            return Err(format!("{path} was changed just now"));
        }
        facts.push((ask, path.clone(), Seen { used, answer: Answer::Meta(meta), contents, young }));
        Ok(())
    }

    /// Notes with the session what a known command looks at and gives; writes its files.
    pub(crate) fn note(&self, asked: &Asked<'_>, known: &Known, write: bool) -> io::Result<()> {
        for (ask, path, seen) in &known.facts {
            asked.eyes.note(*ask, path.clone(), seen.clone());
        }
        for (path, mode, contents) in &known.writes {
            asked.eyes.repeats(path.clone());
            if write {
                crate::place::Place::rewrite(&self.host, &self.root, path, *mode, contents)?;
            }
            let (path, contents) = (path.clone(), contents.clone());
            asked.eyes.step(Given::Write { path, mode: *mode, contents });
        }
        for path in &known.renews {
            asked.eyes.renews(path.clone());
            if write {
                self.host.renew(&self.root, path)?;
            }
            asked.eyes.step(Given::Renew { path: path.clone() });
        }
        Ok(())
    }

    /// Notes with the session a pure command whose output went to the terminal: it is run again in its place, and as all it
    /// depends on is the same, does the same.
    pub(crate) fn note_in_sight(&self, asked: &Asked<'_>, known: &Known) {
        for (ask, path, seen) in &known.facts {
            asked.eyes.note(*ask, path.clone(), seen.clone());
        }
        for (path, ..) in &known.writes {
            asked.eyes.repeats(path.clone());
        }
        for path in &known.renews {
            asked.eyes.renews(path.clone());
        }
        let command =
            Noted { argv: asked.argv.to_vec(), env: asked.env.clone(), dir: asked.dir.path().to_owned() };
        asked.eyes.step(Given::Run { command, captured: false });
    }

    /// Notes with the session a command that is to be asked again.
    pub(crate) fn note_repeatable(&self, asked: &Asked<'_>, output: &Output) {
        let command =
            Noted { argv: asked.argv.to_vec(), env: asked.env.clone(), dir: asked.dir.path().to_owned() };
        let together = !asked.captured && asked.stdio.same_output();
        asked.eyes.step(Given::Ask { command, together, output: output.clone() });
    }

    /// What a command that is known gives, with what it depends on where that is of use.
    pub(crate) fn given(&self, asked: &Asked<'_>, known: Known) -> Recalled {
        let Known { variables, facts, writes, renews, output } = known;
        let only_gives = asked.captured && writes.is_empty() && renews.is_empty() && output.err.is_empty();
        let proof = (asked.proved && only_gives).then(|| (self.proof_of(facts), variables));
        Recalled { output, proof }
    }

    /// What holds as long as these looks give the same.
    pub(crate) fn proof_of(&self, facts: Vec<Look>) -> Arc<dyn Proof> {
        Arc::new(Facts { host: self.host.clone(), root: self.root.clone(), facts })
    }
}

/// What was looked at.
struct Facts {
    host: Arc<Host>,
    root: Arc<Dir>,
    facts: Vec<Look>,
}

impl std::fmt::Debug for Facts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} facts", self.facts.len())
    }
}

impl Proof for Facts {
    fn holds(&self) -> bool {
        hold(&self.host, &self.root, &self.facts)
    }
}

/// Whether what was looked at is as it was.
pub(crate) fn hold(host: &Host, root: &Dir, facts: &[Look]) -> bool {
    facts.iter().all(|(ask, path, seen)| {
        let fact =
            Fact { ask: *ask, answer: seen.answer.clone(), contents: seen.contents, young: seen.young };
        let (name, lists) = (BStr::new(b""), &Lists::default());
        let spot = Spot { root, place: None, name, path: &|| path.clone(), lists };
        fact.broken(host, &spot) & seen.used == 0
    })
}

/// The names of the files whose times programs compare that look for files.
fn compared(programs: &[Program]) -> Vec<BString> {
    let looks =
        |program: &&Program| pure::row_of(program.path.as_bstr()).is_some_and(|row| row.name == "find");
    let names = programs.iter().filter(looks).flat_map(|program| {
        let arguments: Vec<&BStr> = program.arguments.iter().skip(1).map(|word| word.as_bstr()).collect();
        let names = find::compared(&arguments).unwrap_or_default();
        names.into_iter().map(BString::from).collect::<Vec<_>>()
    });
    names.collect()
}

fn seen_there(found: &Found) -> Seen {
    let answer = match found {
        Found::Missing(errno) => Answer::Failed(*errno),
        Found::Is(_) => Answer::There,
    };
    Seen { used: used::THERE, answer, contents: None, young: false }
}

/// The variables a command may look at: those its programs are known to, and those its scripts name. `*` at the end stands for
/// any text.
fn variables(rows: &[&pure::Row], texts: &[BString]) -> Vec<BString> {
    let all =
        rows.iter().any(|row| row.name == "env") || texts.iter().any(|text| script::shows_variables(text));
    if all {
        return vec!["*".into()];
    }
    let mut found: BTreeSet<BString> = BTreeSet::new();
    for text in texts {
        script::names_in(text, &mut found);
    }
    found.extend(
        rows.iter().flat_map(|row| row.variables).chain(pure::ANY_PROGRAM).map(|name| BString::from(*name)),
    );
    found.retain(|name| !VOLATILE.contains(&name.as_slice()));
    found.into_iter().collect()
}

/// Runs a command that is to be asked again, and gives what it gives.
pub(crate) fn ask_again(
    host: &Arc<Host>,
    command: &Noted,
    dir: &rkbuild_host::Dir,
    together: bool,
) -> io::Result<Output> {
    let path = command.env.get(b"PATH").map_or(BStr::new(DEFAULT_PATH), |path| path);
    let name = command.argv.first().map(|name| name.as_bstr()).unwrap_or_default();
    let program = host.find_program(dir, name, path)?;
    let (out, err) = (fd::memory_file()?, fd::memory_file()?);
    let stdin = fd::empty_input()?;
    let child = host.spawn(&Spawn {
        program: &program,
        argv: &command.argv,
        env: &command.env,
        dir,
        stdin: stdin.as_fd(),
        stdout: out.as_fd(),
        stderr: if together { out.as_fd() } else { err.as_fd() },
        inherit: &[],
    })?;
    let exit = child.wait()?;
    Ok(Output { exit, out: fd::read_memory_file(&out)?, err: fd::read_memory_file(&err)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_those_that_scripts_name_and_programs_look_at() {
        let gcc = pure::row_of(BStr::new("/usr/bin/x86_64-linux-gnu-gcc-12")).unwrap();
        let found = variables(&[gcc], &["echo $A ${C:-x} $SHLVL $1 $$".into()]);
        let has = |name: &str| found.contains(&name.into());
        assert!(has("A") && has("C") && has("CPATH") && has("LC_*") && has("GCC_*"));
        assert!(!has("B") && !has("SHLVL") && !has("1"));
    }

    #[test]
    fn a_script_that_can_see_all_variables_depends_on_all() {
        for script in [
            "eval x=$y",
            "set",
            "set|cat",
            "(export)",
            "export -p",
            "x=$(set)",
            "declare -x",
            "awk 'ENVIRON[1]'",
        ] {
            assert_eq!(variables(&[], &[script.into()]), ["*"], "{script}");
        }
        for script in ["set -e; x", "export A=1", "reset", "set -- a", "evaluate"] {
            assert!(!variables(&[], &[script.into()]).contains(&"*".into()), "{script}");
        }
        let env = pure::row_of(BStr::new("/usr/bin/env")).unwrap();
        assert_eq!(variables(&[env], &["env".into()]), ["*"]);
    }
}
