//! What `-d` and `--debug` print about decisions.

use rkbuild_base::BString;
use rkbuild_eval::options::Options;
use rkbuild_eval::{FileId, ScopeId};

use crate::graph::builder::Builder;
use crate::graph::times::Time;
use crate::jobs::job::Job;

/// Which kinds of messages are wanted (manual 9.7, `--debug`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// `b`: targets that are out of date.
    pub basic: bool,
    /// `v`: what was considered.
    pub verbose: bool,
    /// `i`: implicit-rule searches.
    pub implicit: bool,
    /// `j`: commands that are started.
    pub jobs: bool,
    /// `m`: remaking makefiles.
    pub makefiles: bool,
    /// `p`: commands, even if they are silent.
    pub print: bool,
    /// `w`: why a target is remade.
    pub why: bool,
}

impl Trace {
    /// What `-d`, `--debug` and `--trace` ask for.
    pub fn of(options: &Options) -> Trace {
        let all = options.debug_all.then(|| "all".into());
        let words: Vec<BString> = all.into_iter().chain(options.debug.iter().cloned()).collect();
        Trace { print: options.trace, why: options.trace, ..Trace::default() }.and(&words)
    }

    /// Reads the words of `--debug`; a word counts by its first letter, and `n` takes back what --trace asks for, too.
    fn and(mut self, words: &[BString]) -> Trace {
        let trace = &mut self;
        for flag in words.iter().flat_map(|w| w.split(|c| matches!(c, b',' | b' '))) {
            match flag.first().map(u8::to_ascii_lowercase) {
                Some(b'a') => {
                    *trace = Trace {
                        basic: true,
                        verbose: true,
                        implicit: true,
                        jobs: true,
                        makefiles: true,
                        print: true,
                        why: true,
                    }
                }
                Some(b'b') => trace.basic = true,
                Some(b'i') => (trace.basic, trace.implicit) = (true, true),
                Some(b'j') => trace.jobs = true,
                Some(b'm') => (trace.basic, trace.makefiles) = (true, true),
                Some(b'n') => *trace = Trace::default(),
                Some(b'p') => trace.print = true,
                Some(b'v') => (trace.basic, trace.verbose) = (true, true),
                Some(b'w') => trace.why = true,
                _ => {}
            }
        }
        self
    }
}

impl Builder<'_> {
    /// Prints a line of tracing, indented by `depth`.
    pub(crate) fn debug(&self, depth: u32, parts: &[&[u8]]) {
        let mut line = vec![b' '; depth as usize];
        for part in parts {
            line.extend_from_slice(part);
        }
        line.push(b'\n');
        self.session.tell(&line);
    }

    /// `--debug=j`: what becomes of a recipe's process. Where GNU make shows an address, this shows the job's number.
    pub(crate) fn trace_job(&self, event: &str, job: &Job, named: bool, end: &str) {
        if !self.trace.jobs {
            return;
        }
        let mut line = format!("{event} 0x{:x}", job.id() + 1).into_bytes();
        if named {
            line.extend_from_slice(b" (");
            line.extend_from_slice(self.name_of(job.file));
            line.push(b')');
        }
        line.extend_from_slice(format!(" PID {} {end}\n", job.pid()).as_bytes());
        self.session.tell(&line);
    }

    /// Whether it is told why targets are remade. From 4.4 on --trace is a kind of --debug, which is quiet about makefiles
    /// unless told otherwise.
    pub(crate) fn traces_reasons(&self) -> bool {
        if self.session.identity().is_4_4() { self.trace.why } else { self.session.options.trace }
    }

    /// `--trace`: which target is remade, and why; its variables are in `scope`.
    pub(crate) fn trace_reason(&mut self, file: FileId, scope: ScopeId) {
        let place = self.session.targets[file].recipe.as_ref().map_or(0, |r| r.place.line);
        let mut line = self.place_text(file, place);
        let name = self.name_of(file);
        let question = self.session.known.question;
        let newer = self
            .session
            .vars
            .lookup_in(scope, question)
            .map(|v| v.data.borrow().value.bytes.clone())
            .unwrap_or_default();
        let is_4_4 = self.session.identity().is_4_4();
        if newer.is_empty() && !is_4_4 {
            line.extend_from_slice(b": target '");
            line.extend_from_slice(name);
            line.extend_from_slice(b"' does not exist");
        } else {
            let missing = self.state(file).mtime.is_none_or(Time::is_missing);
            // Of a member it is said only if there is an archive it could be in.
            let missing = missing
                && crate::graph::archive::split(name)
                    .is_none_or(|(archive, _)| !self.stat_time(archive).is_missing());
            let absent = if newer.is_empty() { self.absent_prerequisites(file) } else { Vec::new() };
            let reason: &[u8] = if self.session.targets[file].phony && is_4_4 {
                b"target is .PHONY"
            } else if missing && is_4_4 {
                b"target does not exist"
            } else if !newer.is_empty() {
                &newer
            } else if !absent.is_empty() {
                &absent
            } else {
                b"unknown reasons"
            };
            line.extend_from_slice(b": update target '");
            line.extend_from_slice(name);
            line.extend_from_slice(b"' due to: ");
            line.extend_from_slice(reason);
        }
        line.push(b'\n');
        self.session.out(&line);
    }

    /// The prerequisites that do not exist, order-only ones too: with a bare `.SECONDARY` they are not in `$?`.
    fn absent_prerequisites(&mut self, file: FileId) -> Vec<u8> {
        let mut names: Vec<u8> = Vec::new();
        for dep in self.session.targets[file].deps.clone() {
            if self.mtime(dep.file).is_missing() {
                if !names.is_empty() {
                    names.push(b' ');
                }
                names.extend_from_slice(self.name_of(dep.file));
            }
        }
        names
    }

    /// True when messages of the basic kind are printed now.
    pub(crate) fn tracing(&self) -> bool {
        self.trace.basic && self.tells_progress()
    }

    /// Nothing is told any more after an error that ends everything; of makefiles only where they are asked about.
    fn tells_progress(&self) -> bool {
        if self.for_makefiles && !self.trace.makefiles {
            return false;
        }
        !self.told_failure || self.session.options.keep_going
    }

    /// True when messages of the verbose kind are printed now.
    pub(crate) fn tracing_verbose(&self) -> bool {
        self.trace.verbose && self.tells_progress()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_debug_count_by_their_first_letter() {
        let trace = Trace::default().and(&["verbose,jobs".into()]);
        assert!(trace.basic && trace.verbose && trace.jobs && !trace.implicit);
        assert_eq!(Trace::default().and(&["a".into(), "n".into()]), Trace::default());
    }
}
