//! Intermediate files that were made on the way: they are removed in the end.

use rkbuild_eval::FileId;

use crate::graph::states::Status;
use crate::graph::table::table_order;
use crate::jobs::roster::Jobs;

impl Jobs<'_> {
    /// Remembers what is to be removed at the end: the target and those made with it.
    pub(crate) fn note_intermediates(&mut self, file: FileId) {
        let mut all = vec![file];
        all.extend(self.session.targets[file].grouped().iter().copied());
        for file in all {
            if self.session.targets[file].intermediate {
                self.intermediates.insert(file);
            }
        }
    }

    /// Removes the intermediate files that were made here, with `rm` lines as make prints them.
    pub fn remove_intermediates(&mut self, signalled: bool) {
        let options = &self.session.options;
        if options.question || options.touch || self.session.targets.all_secondary {
            return;
        }
        let quiet = options.silent || self.session.targets.all_silent;
        let just_print = options.just_print;
        let mut line: Vec<u8> = Vec::new();
        let files = std::mem::take(&mut self.intermediates);
        let in_order = match files.len() {
            0 | 1 => files.into_iter().collect(),
            _ => {
                let mut all = table_order(self.session);
                all.retain(|file| files.contains(file));
                all
            }
        };
        for file in in_order {
            // What was asked for on the command line stays.
            if self.goals.contains(&file) && !self.session.options.goals.is_empty() {
                continue;
            }
            let target = &self.session.targets[file];
            let kept = (target.precious && !target.dont_care)
                || target.secondary_flag
                || target.notintermediate
                || !target.intermediate;
            if kept || self.state(file).status.is_none() {
                continue;
            }
            // A failure ends make at once, without -k: what was waiting for it was not done with, and stays.
            let keep_going = self.session.options.keep_going;
            let state = self.state(file);
            if state.status == Some(Status::Failed) && !state.ran && !state.failed_silently && !keep_going {
                continue;
            }
            let name = self.name_of(file);
            if self.session.targets[file].dont_care && just_print {
                continue;
            }
            if !just_print {
                let removed = self.session.host().unlink(&self.session.dir, name);
                match removed {
                    Ok(()) => {}
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                    Err(error) => {
                        let mut message = b"unlink: ".to_vec();
                        message.extend_from_slice(name);
                        message.extend_from_slice(b": ");
                        message.extend_from_slice(rkbuild_host::errors::describe(&error).as_bytes());
                        self.session.error(None, message);
                        continue;
                    }
                }
            }
            if signalled {
                self.session.error(None, [b"*** Deleting intermediate file '", name, b"'"].concat());
                continue;
            }
            // Where they are not shown each is told of on its own.
            if (line.is_empty() || quiet) && self.trace.basic {
                self.session.tell(b"Removing intermediate files...\n");
            }
            if line.is_empty() {
                line.extend_from_slice(b"rm ");
            } else {
                line.push(b' ');
            }
            line.extend_from_slice(name);
        }
        if !line.is_empty() && !quiet {
            line.push(b'\n');
            self.session.out(&line);
        }
    }
}
