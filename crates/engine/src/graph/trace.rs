//! Which decisions `-d`, `--debug` and `--trace` print.

use rkbuild_base::BString;
use rkbuild_eval::options::Options;

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
