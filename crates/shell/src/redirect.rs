//! Redirections: opening files and moving streams.

use std::io;
use std::sync::Arc;

use bstr::{BString, ByteSlice};

use rkbuild_host::OpenMode;

use crate::run::Interp;
use crate::script::{Redirect, RedirectKind};
use crate::streams::Stream;

impl Interp<'_> {
    /// Makes one redirection whose word is expanded. False: it failed, and the message has been written.
    pub fn redirect_one(&mut self, redirect: &Redirect, word: &BString) -> bool {
        let stream = match redirect.kind {
            RedirectKind::Dup => {
                let [stdin, stdout, stderr] = &self.streams;
                match word.as_bytes() {
                    b"0" => stdin.clone(),
                    b"1" => stdout.clone(),
                    _ => stderr.clone(),
                }
            }
            kind => {
                let opened = match kind {
                    RedirectKind::Read => self.host.open_read(&self.dir, word),
                    RedirectKind::Append => self.host.open_write(&self.dir, word, OpenMode::Append),
                    _ => self.host.open_write(&self.dir, word, OpenMode::Truncate),
                };
                match opened {
                    Ok(fd) => Stream::Fd(Arc::new(fd)),
                    Err(error) => {
                        self.say_cannot_open(kind, word, &error);
                        return false;
                    }
                }
            }
        };
        let [stdin, stdout, stderr] = &mut self.streams;
        match redirect.fd {
            0 => *stdin = stream,
            1 => *stdout = stream,
            _ => *stderr = stream,
        }
        true
    }

    fn say_cannot_open(&self, kind: RedirectKind, name: &BString, error: &io::Error) {
        let read = kind == RedirectKind::Read;
        let missing = matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory);
        let verb: &[u8] = if read { b"cannot open " } else { b"cannot create " };
        let why = match (missing, read) {
            (true, true) => "No such file".into(),
            (true, false) => "Directory nonexistent".into(),
            (false, _) => rkbuild_host::errors::describe(error),
        };
        self.say(&[verb, name, b": ", why.as_bytes()]);
    }
}
