//! `… | xargs COMMAND`: reading the words and running the command with them.

use std::sync::Arc;

use bstr::{BString, ByteSlice};
use rkbuild_host::{Kind, fd};
use rustix::fs::FileType;

use crate::interp::{Interp, Ran};
use crate::script::Simple;
use crate::streams::Stream;
use crate::tool::xargs::{arguments, ending};

impl Interp<'_> {
    /// Runs `command` with the words of standard input and gives the status of `xargs`. `None`: the real one is to be run; what
    /// was read is there for it to read.
    pub(crate) fn xargs(&mut self, simple: &Simple, command: &[BString], path: &[u8]) -> Ran<Option<i32>> {
        let [stdin, _, _] = &self.streams;
        let Stream::Fd(input) = stdin else { return Ok(None) };
        let input = input.clone();
        let finite = |mode| matches!(FileType::from_raw_mode(mode), FileType::Fifo | FileType::RegularFile);
        let Some(name) = command.first() else { return Ok(None) };
        // What cannot be started is worded by the real one.
        let found = self.host.find_program(&self.dir, name, path);
        let starts = found.is_ok_and(|program| {
            self.host.access_exec(&self.dir, &program).is_ok()
                && self.host.kind(&self.dir, &program).is_ok_and(|kind| kind == Kind::File)
        });
        if !starts || !self.host.fstat(&input).is_ok_and(|meta| finite(meta.mode)) {
            return Ok(None);
        }
        let mut text = Vec::new();
        let read = fd::read_to_end(&input, &mut text);
        // What wrote it may have changed files before, and still runs.
        self.host.changed();
        let Some(argv) = read.ok().and_then(|()| arguments(command, &text)) else {
            let again = fd::memory_input(&text).map_err(|_| self.fatal(b"Cannot fork"))?;
            let [stdin, _, _] = &mut self.streams;
            *stdin = Stream::Fd(Arc::new(again));
            return Ok(None);
        };
        let nothing = self.host.open_read(&self.dir, b"/dev/null").map_err(|_| self.fatal(b"Cannot fork"))?;
        let [stdin, _, _] = &mut self.streams;
        *stdin = Stream::Fd(Arc::new(nothing));
        let ran = self.run_program(simple, &argv, false)?;
        let (status, message) = ending(name.as_bstr(), ran.exit);
        if let Some(message) = message {
            // Nobody is left to tell when standard error fails.
            let _ = self.stderr().write(message.as_bytes());
        }
        Ok(Some(status))
    }
}
