//! Telling of decisions on the way: the lines of `-d` and `--debug`.

use crate::graph::states::Graph;

impl Graph<'_> {
    /// Prints a line of tracing, indented by `depth`.
    pub(crate) fn debug(&self, depth: u32, parts: &[&[u8]]) {
        let mut line = vec![b' '; depth as usize];
        for part in parts {
            line.extend_from_slice(part);
        }
        line.push(b'\n');
        self.session.tell(&line);
    }

    /// Whether it is told why targets are remade. From 4.4 on --trace is a kind of --debug, which is quiet about makefiles
    /// unless told otherwise.
    pub(crate) fn traces_reasons(&self) -> bool {
        if self.session.identity().is_4_4() { self.trace.why } else { self.session.options.trace }
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
