//! What a session says: errors, warnings, and the text that carries the program's name and level.

use std::fmt::Display;
use std::io;

use rkbuild_base::{BString, Place};
use rkbuild_host::{errors, signals};

use crate::Session;

/// The session can't go on. Its message was printed when this was made; what is left is to unwind and to exit
/// with `status`, as make does (2 unless said otherwise).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Fatal {
    /// The exit status of the session.
    pub status: i32,
}

/// SIGQUIT ends a make with a status of its own instead of a core.
const QUIT: i32 = 3;

impl Fatal {
    /// A signal ended the session.
    pub fn of_signal(signal: i32) -> Fatal {
        Fatal { status: if signal == QUIT { 1 } else { 128 + signal } }
    }
}

/// What is said of something that could not be looked at.
pub(crate) fn scarce_text(name: &[u8], errno: i32) -> Vec<u8> {
    [name, b": ", errors::text(errno).as_bytes()].concat()
}

/// What evaluation gives: a value, or the end of the session.
pub type Result<T> = std::result::Result<T, Fatal>;

impl Session {
    /// `make` or `make[2]`: how messages without a place begin.
    pub fn prefix(&self) -> Vec<u8> {
        let mut out = self.program.to_vec();
        if self.level > 0 {
            out.extend_from_slice(format!("[{}]", self.level).as_bytes());
        }
        out
    }

    fn place_or_prefix(&self, place: Option<Place>) -> Vec<u8> {
        match place {
            Some(place) if place.line > 0 => place.text(&self.shared.lang.names),
            _ => self.prefix(),
        }
    }

    /// Prints `place: *** message.  Stop.` and gives the end of the session. `place` as [`Session::place`]
    /// gives it; without one the program's name stands there.
    pub fn fatal(&self, place: Option<Place>, message: impl AsRef<[u8]>) -> Fatal {
        let mut out = self.place_or_prefix(place);
        out.extend_from_slice(b": *** ");
        out.extend_from_slice(message.as_ref());
        out.extend_from_slice(b".  Stop.\n");
        self.err(&out);
        Fatal { status: 2 }
    }

    /// The end of the session when a signal came, with no word about it. Reading and expansion ask again and again: they
    /// can take long, and the user may not want to wait.
    #[inline]
    pub fn check_signal(&self) -> Result<()> {
        signals::pending().map_or(Ok(()), |signal| Err(Fatal::of_signal(signal)))
    }

    /// Remembers that `name` could not be looked at for want of descriptors or memory. Whatever was answered instead must
    /// not be acted on: [`Session::check_scarce`] ends the session before that.
    pub fn note_scarce(&self, name: &[u8], error: &io::Error) {
        if let (true, Some(errno)) = (errors::is_scarce(error), error.raw_os_error()) {
            self.scarce.borrow_mut().get_or_insert_with(|| (name.into(), errno));
        }
    }

    /// The end of the session when something could not be looked at: it may have been taken to be missing or empty.
    pub fn check_scarce(&self) -> Result<()> {
        match &*self.scarce.borrow() {
            None => Ok(()),
            Some((name, errno)) => Err(self.fatal(self.place(), scarce_text(name, *errno))),
        }
    }

    /// The files that match a pattern.
    pub fn glob(&self, pattern: &[u8]) -> Vec<BString> {
        self.host().glob(&self.dir, pattern).unwrap_or_else(|error| {
            self.note_scarce(pattern, &error);
            Vec::new()
        })
    }

    /// Prints `place: message` to standard error.
    pub fn error(&self, place: Option<Place>, message: impl AsRef<[u8]>) {
        let mut out = self.place_or_prefix(place);
        out.extend_from_slice(b": ");
        out.extend_from_slice(message.as_ref());
        out.push(b'\n');
        self.err(&out);
    }

    /// Prints `make: message` (or `make[1]: message`) to standard output.
    pub fn say(&self, message: impl Display) {
        let mut out = self.prefix();
        out.extend_from_slice(format!(": {message}\n").as_bytes());
        self.out(&out);
    }

    /// The place messages of an expansion name: of the variable being expanded, or of the line being read.
    pub fn place(&self) -> Option<Place> {
        self.expanding.filter(|p| p.line > 0).or(self.reading)
    }
}
