//! Why a target is remade, as `--trace` tells.

use rkbuild_eval::{FileId, ScopeId};

use crate::graph::times::Time;
use crate::jobs::roster::Jobs;

impl Jobs<'_> {
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
        self.spread(file);
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
}
