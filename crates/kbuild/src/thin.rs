//! Thin archives as GNU ar writes them: names and sizes, no contents.
//!
//! A thin archive is a magic line, the table `//` of the members' names, and a header of 60 bytes for each member, whose name
//! is a place in that table. Times and owners are 0 and modes 644 (`D`), and there is no table of symbols (`S`).

use rkbuild_base::{BString, ByteSlice};

/// What thin archives begin with.
pub const THIN: &[u8] = b"!<thin>\n";
/// What other archives begin with, and all there is of one without members, also of a thin one.
pub const REGULAR: &[u8] = b"!<arch>\n";

/// The size of a header.
const HEADER: usize = 60;
/// The largest size a header has room for.
const MOST: u64 = 9_999_999_999;

/// A file in a thin archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name as seen from the directory of the archive.
    pub name: BString,
    pub size: u64,
    /// Whether the name it was given by had 15 bytes. `ar` then leaves a slash behind the place of the name in the table:
    /// the end of a name that would just have fitted.
    pub fits: bool,
}

/// The archive of these members; `None` where a header has no room for what it has to say.
pub fn write(members: &[Member]) -> Option<Vec<u8>> {
    if members.is_empty() {
        return Some(REGULAR.to_vec());
    }
    let (mut names, mut headers) = (Vec::new(), Vec::new());
    for member in members {
        if member.size > MOST {
            return None;
        }
        let place = format!("/{}", names.len());
        let end = if member.fits { '/' } else { ' ' };
        headers.extend_from_slice(
            format!("{place:<15}{end}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 644, member.size).as_bytes(),
        );
        names.extend_from_slice(&member.name);
        names.extend_from_slice(b"/\n");
    }
    if names.len() % 2 == 1 {
        names.push(b'\n');
    }
    let mut archive = THIN.to_vec();
    archive.extend_from_slice(format!("{:<48}{:<10}`\n", "//", names.len()).as_bytes());
    archive.extend_from_slice(&names);
    archive.extend_from_slice(&headers);
    Some(archive)
}

/// The members of an archive that [`write`] could have written; `None` for any other.
pub fn read(archive: &[u8]) -> Option<Vec<Member>> {
    if archive == REGULAR {
        return Some(Vec::new());
    }
    let rest = archive.strip_prefix(THIN)?;
    let (table, rest) = rest.split_at_checked(HEADER)?;
    let (names, headers) = rest.split_at_checked(number(table.get(48..58)?)?)?;
    let mut members = Vec::new();
    for header in headers.chunks(HEADER) {
        let place = number(header.get(1..15)?)?;
        let fits = header.get(15) == Some(&b'/');
        let name = names.get(place..)?;
        let name = name.get(..name.find(b"/\n")?)?;
        let size = u64::try_from(number(header.get(48..58)?)?).ok()?;
        members.push(Member { name: name.into(), size, fits });
    }
    (write(&members)? == archive).then_some(members)
}

/// A number in a field that is filled up with spaces.
fn number(field: &[u8]) -> Option<usize> {
    field.trim_end_with(|c| c == ' ').to_str().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members() -> Vec<Member> {
        let member = |name: &str, size, fits| Member { name: name.into(), size, fits };
        vec![member("a.o", 0, false), member("dir/a/long/name.o", 1_234_567_890, true), member("x", 7, false)]
    }

    #[test]
    fn what_was_written_is_read() {
        for count in 0..=3 {
            let members = members().into_iter().take(count).collect::<Vec<_>>();
            assert_eq!(read(&write(&members).unwrap()), Some(members));
        }
    }

    #[test]
    fn archives_of_any_other_form_are_not_read() {
        let good = write(&members()).unwrap();
        for at in 0..good.len() {
            assert_eq!(read(&good[..at]), None, "cut off at {at}");
            let mut bad = good.clone();
            bad[at] = b'z';
            assert_ne!(read(&bad), Some(members()), "changed at {at}");
        }
        assert_eq!(read(b""), None);
        assert_eq!(read(b"!<arch>\n//  "), None);
    }

    #[test]
    fn a_size_without_room_is_refused() {
        let member = |size| [Member { name: "a".into(), size, fits: false }];
        assert!(write(&member(MOST)).is_some());
        assert!(write(&member(MOST + 1)).is_none());
    }
}
