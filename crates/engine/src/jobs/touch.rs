//! `-t`: targets are touched in place of running their recipes.

use rkbuild_eval::{FileId, Result};
use rkbuild_host::errors;

use crate::graph::archive;
use crate::graph::states::Status;
use crate::jobs::roster::Jobs;

impl Jobs<'_> {
    /// `-t`: touches a target, as `touch` would.
    pub fn touch_target(&mut self, file: FileId) -> Result<Status> {
        let name = self.name_of(file);
        if !self.session.options.silent && !self.session.targets.all_silent {
            let mut line = b"touch ".to_vec();
            line.extend_from_slice(name);
            line.push(b'\n');
            self.session.out(&line);
        }
        if self.session.options.just_print {
            return Ok(Status::Success);
        }
        if archive::split(name).is_some() {
            return Ok(match archive::touch(self.session, name) {
                Ok(()) => Status::Success,
                Err(message) => {
                    self.session.error(None, message);
                    Status::Failed
                }
            });
        }
        match self.session.host().touch(&self.session.dir, name) {
            Ok(()) => Ok(Status::Success),
            Err(error) => {
                let mut message = b"touch: open: ".to_vec();
                message.extend_from_slice(name);
                message.extend_from_slice(b": ");
                message.extend_from_slice(errors::describe(&error).as_bytes());
                self.session.error(None, message);
                Ok(Status::Failed)
            }
        }
    }
}
