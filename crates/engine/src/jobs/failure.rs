//! What is said and done when a command fails: error lines, half-made targets that are deleted.

use rkbuild_eval::FileId;
use rkbuild_host::Kind;
use rkbuild_host::{Exit, signals};

use crate::graph::times::Time;
use crate::jobs::roster::{Job, Jobs};

impl Jobs<'_> {
    /// Prints `make: *** [Makefile:3: target] Error 1`.
    pub(crate) fn command_error(&mut self, job: &Job, exit: Exit, ignored: bool) {
        let (silent, dont_care) =
            (self.session.options.silent || self.session.targets.all_silent, self.is_unwanted(job.file));
        if if ignored { silent } else { dont_care } {
            return;
        }
        self.told_failure |= !ignored;
        self.show_goal_error();
        let mut message: Vec<u8> = if ignored { Vec::new() } else { b"*** ".to_vec() };
        message.push(b'[');
        message.extend_from_slice(&self.place_text(job.file, job.line));
        message.extend_from_slice(b": ");
        message.extend_from_slice(self.name_of(job.file));
        message.extend_from_slice(b"] ");
        match exit {
            Exit::Code(code) => message.extend_from_slice(format!("Error {code}").as_bytes()),
            Exit::Signal { signal, core } => {
                message.extend_from_slice(signals::description(signal).as_bytes());
                if core {
                    message.extend_from_slice(b" (core dumped)");
                }
            }
        }
        if ignored {
            message.extend_from_slice(b" (ignored)");
        }
        if let Some(shuffle) = &self.session.options.shuffle {
            message.extend_from_slice(b" shuffle=");
            message.extend_from_slice(shuffle);
        }
        self.session.error(None, message);
    }

    /// Why the current goal, a makefile, could not be read: said once, before what came of it.
    pub(crate) fn show_goal_error(&mut self) {
        let Some(goal) = self.current_goal else { return };
        let Some((place, errno)) = self.goal_errors.remove(&goal) else { return };
        let mut message = self.name_of(goal).to_vec();
        message.extend_from_slice(b": ");
        message.extend_from_slice(rkbuild_host::errors::text(errno).as_bytes());
        self.session.error(place, message);
    }

    /// True for a makefile that need not be there and what it is made from, while makefiles are remade.
    pub(crate) fn is_unwanted(&mut self, file: FileId) -> bool {
        self.for_makefiles && self.state(file).unwanted
    }

    /// Deletes what the recipe of `file` left half-made: the targets that are not what they were before.
    /// Says whether there were any.
    pub(crate) fn delete_targets(&mut self, file: FileId) -> bool {
        let mut files = vec![file];
        files.extend(self.session.targets[file].grouped().iter().copied());
        let mut deleted = false;
        for (at, target) in files.into_iter().enumerate() {
            deleted |= self.delete_target(target, (at > 0).then_some(file));
        }
        deleted
    }

    /// [`Jobs::delete_targets`] for files that may be there again; of members of archives all was said.
    pub(crate) fn delete_again(&mut self, file: FileId) {
        let mut files = vec![file];
        files.extend(self.session.targets[file].grouped().iter().copied());
        for (at, target) in files.into_iter().enumerate() {
            if crate::graph::archive::split(self.name_of(target)).is_none() {
                self.delete_target(target, (at > 0).then_some(file));
            }
        }
    }

    /// Deletes one target, if it is not what it was before. `made_for` is named where its recipe is that of another.
    /// Says whether it was one to be deleted.
    pub(crate) fn delete_target(&mut self, file: FileId, made_for: Option<FileId>) -> bool {
        let target = &self.session.targets[file];
        if target.precious || target.phony {
            return false;
        }
        let name = self.name_of(file);
        let before = self.state(file).mtime.unwrap_or(Time::MISSING);
        let mut message = b"*** ".to_vec();
        if let Some(other) = made_for {
            message.push(b'[');
            message.extend_from_slice(self.name_of(other));
            message.extend_from_slice(b"] ");
        }
        if let Some((archive, _)) = crate::graph::archive::split(name) {
            // Of a member of an archive that was not there make knows no time, not even that it was missing.
            let archive = self.archive_path(archive);
            let unknown = !self.session.host().exists(&self.session.dir, &archive);
            if unknown || self.member_time(name) != before {
                message.extend_from_slice(b"Archive member '");
                message.extend_from_slice(name);
                message.extend_from_slice(b"' may be bogus; not deleted");
                self.session.error(None, message);
            }
            return false;
        }
        let is_file = self.session.host().kind(&self.session.dir, name).is_ok_and(|kind| kind == Kind::File);
        if !is_file || self.stat_time(name) == before {
            return false;
        }
        message.extend_from_slice(b"Deleting file '");
        message.extend_from_slice(name);
        message.push(b'\'');
        self.session.error(None, message);
        if let Err(error) = self.session.host().unlink(&self.session.dir, name)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            let why = rkbuild_host::errors::describe(&error);
            self.session.error(None, [b"unlink: ", name, b": ", why.as_bytes()].concat());
        }
        true
    }
}
