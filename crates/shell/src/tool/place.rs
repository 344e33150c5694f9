//! Where tools work, what they find there, and their options.

use bstr::{BStr, BString, ByteSlice};
use rkbuild_host::{Dir, Host, Look, Meta};

/// Where a tool works.
pub(super) struct Place<'a> {
    pub host: &'a Host,
    pub dir: &'a Dir,
}

/// A tool's standard output, written at its end; None: it gives up.
pub(super) type Done = Option<Vec<u8>>;

/// What has a name, as far as tools tell things apart.
pub(super) enum Thing {
    Missing,
    File(Meta),
    Dir,
    Link,
    /// A fifo, socket or device.
    Other,
}

impl Place<'_> {
    /// What the name itself is, a link not followed. None: no tool takes it.
    pub fn thing(&self, name: &[u8]) -> Option<Thing> {
        self.look(name, false)
    }

    /// What the name leads to.
    pub fn target(&self, name: &[u8]) -> Option<Thing> {
        self.look(name, true)
    }

    fn look(&self, name: &[u8], follow: bool) -> Option<Thing> {
        if matches!(name, b"" | b"-") || name.ends_with(b"/") {
            return None;
        }
        match self.host.look(self.dir, name, follow).ok()? {
            Look::Own => None,
            Look::Missing => Some(Thing::Missing),
            Look::Found(meta) if meta.is_file() => Some(Thing::File(meta)),
            Look::Found(meta) if meta.is_dir() => Some(Thing::Dir),
            Look::Found(meta) if meta.is_symlink() => Some(Thing::Link),
            Look::Found(_) => Some(Thing::Other),
        }
    }
}

/// Whether two names are the same file.
pub(super) fn same(a: &Meta, b: &Meta) -> bool {
    (a.dev, a.ino) == (b.dev, b.ino)
}

/// Options and operands, for tools whose options are single letters without arguments.
pub(super) struct Letters<'a> {
    pub letters: Vec<u8>,
    pub operands: Vec<&'a BStr>,
}

/// Takes arguments apart; None when there is a long option, or a letter that is not in `known`.
pub(super) fn letters<'a>(args: &'a [BString], known: &[u8]) -> Option<Letters<'a>> {
    let mut found = Letters { letters: Vec::new(), operands: Vec::new() };
    let mut only_operands = false;
    for arg in args {
        match arg.as_bytes() {
            b"--" if !only_operands => only_operands = true,
            [b'-', options @ ..] if !options.is_empty() && !only_operands => {
                if !options.iter().all(|o| known.contains(o)) {
                    return None;
                }
                found.letters.extend_from_slice(options);
            }
            _ => found.operands.push(arg.as_bstr()),
        }
    }
    Some(found)
}

impl Letters<'_> {
    pub fn has(&self, letter: u8) -> bool {
        self.letters.contains(&letter)
    }
}
