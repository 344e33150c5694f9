//! Pathname expansion, as dash does it: its patterns, in which only `!` negates a bracket, against the names there are.

use std::io;

use bstr::{BString, ByteSlice};
use rkbuild_host::{Dir, Host, Look};

use crate::patience::{is_shortage, patiently};
use crate::pattern;

/// The names that `pattern` matches, sorted; none when nothing does, or when nothing in it is special. In the pattern, a
/// backslash takes the meaning from the byte behind it. None: it leads where each process finds something else.
pub(crate) fn expand(host: &Host, dir: &Dir, pattern: &[u8]) -> io::Result<Option<Vec<BString>>> {
    let mut found = Vec::new();
    let mut own = false;
    if pattern::is_special(pattern) {
        let mut parts: Vec<&[u8]> = pattern.split_str("/").collect();
        parts.reverse();
        let mut expansion = Expansion { host, dir, own };
        expansion.walk(BString::default(), &mut parts, true, &mut found)?;
        own = expansion.own;
        found.sort_unstable();
    }
    Ok((!own).then_some(found))
}

/// A pattern as text that a shell reads as just that.
pub(crate) fn as_text(pattern: &[u8]) -> BString {
    let mut text = BString::default();
    let literal = |c: u8, text: &mut BString| match c {
        b'\'' => text.extend_from_slice(b"\\'"),
        c => text.extend_from_slice(&[b'\'', c, b'\'']),
    };
    let mut bytes = pattern.iter();
    while let Some(c) = bytes.next() {
        match c {
            b'\\' => literal(*bytes.next().unwrap_or(c), &mut text),
            b'*' | b'?' | b'[' | b']' | b'!' | b'-' | b'^' | b':' => text.push(*c),
            c => literal(*c, &mut text),
        }
    }
    text
}

struct Expansion<'a> {
    host: &'a Host,
    dir: &'a Dir,
    /// Something on the way means another thing in each process.
    own: bool,
}

impl Expansion<'_> {
    /// Adds what is below `path` (which ends with a slash, or is empty) and matches `parts`, the first of which is last.
    fn walk(
        &mut self,
        mut path: BString,
        parts: &mut Vec<&[u8]>,
        first: bool,
        out: &mut Vec<BString>,
    ) -> io::Result<()> {
        // Parts without anything special are names: no need to look yet.
        let mut taken = Vec::new();
        let mut separator = !first;
        let result = loop {
            let Some(part) = parts.pop() else {
                break self.exists(&path).map(|found| {
                    if found {
                        out.push(path)
                    }
                });
            };
            taken.push(part);
            if separator {
                path.push(b'/');
            }
            separator = true;
            if pattern::is_special(part) {
                break self.matching(&path, part, parts, out);
            }
            path.extend_from_slice(&unescaped(part));
        };
        // As it was for whoever called.
        parts.extend(taken.into_iter().rev());
        result
    }

    fn matching(
        &mut self,
        parent: &BString,
        part: &[u8],
        parts: &mut Vec<&[u8]>,
        out: &mut Vec<BString>,
    ) -> io::Result<()> {
        if !parent.is_empty() {
            match patiently(|| self.host.look(self.dir, parent, true)) {
                Ok(Look::Own) => {
                    self.own = true;
                    return Ok(());
                }
                Err(error) if is_shortage(&error) => return Err(error),
                // Reading it shows what there is.
                Ok(_) | Err(_) => {}
            }
        }
        let listing = match patiently(|| self.host.listing(self.dir, parent)) {
            Ok(listing) => listing,
            Err(error) if is_shortage(&error) => return Err(error),
            // What cannot be read has no names in it.
            Err(_) => return Ok(()),
        };
        let hidden = matches!(part, [b'.', ..] | [b'\\', b'.', ..]);
        let dots = [b".".as_bstr(), b"..".as_bstr()];
        let names = listing.iter().map(|(name, _)| name).chain(dots);
        for name in names.filter(|name| hidden || !name.starts_with(b".")) {
            if !pattern::matches(part, name) {
                continue;
            }
            let mut path = parent.clone();
            path.extend_from_slice(name);
            if parts.is_empty() {
                out.push(path);
            } else {
                self.walk(path, parts, false, out)?;
            }
        }
        Ok(())
    }

    fn exists(&self, path: &[u8]) -> io::Result<bool> {
        match patiently(|| self.host.lstat(self.dir, path)) {
            Ok(_) => Ok(true),
            Err(error) if is_shortage(&error) => Err(error),
            Err(_) => Ok(false),
        }
    }
}

/// A part of a pattern in which nothing is special, as a name.
fn unescaped(part: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(part.len());
    let mut bytes = part.iter();
    while let Some(c) = bytes.next() {
        out.push(if *c == b'\\' { *bytes.next().unwrap_or(c) } else { *c });
    }
    out
}
