//! The `ar` format, as far as make reads it: names and times of members.

/// A member of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name; in a thin archive, the path.
    pub name: Vec<u8>,
    /// Its time, in seconds since 1970.
    pub time: i64,
    /// Where its header begins.
    pub header: usize,
}

/// Splits `lib(member)`; `None` for any other name.
pub fn split(name: &[u8]) -> Option<(&[u8], &[u8])> {
    let inner = name.strip_suffix(b")")?;
    let open = memchr::memchr(b'(', inner)?;
    (open > 0).then(|| (&inner[..open], &inner[open + 1..]))
}

/// The members of an `ar` archive, plain or thin, with GNU's or BSD's way of storing long names. `None` when the
/// bytes are no archive; what is cut short ends the list.
pub fn members(data: &[u8]) -> Option<Vec<Member>> {
    const HEADER: usize = 60;
    let thin = data.starts_with(b"!<thin>\n");
    if !thin && !data.starts_with(b"!<arch>\n") {
        return None;
    }
    let mut out = Vec::new();
    let mut long_names: &[u8] = b"";
    let mut at = 8;
    while let Some(header) = data.get(at..at + HEADER) {
        let field = |range: std::ops::Range<usize>| rkbuild_base::text::trim_end(&header[range]);
        let number = |bytes: &[u8]| std::str::from_utf8(bytes).ok().and_then(|s| s.parse::<i64>().ok());
        let raw = field(0..16);
        let time = number(field(16..28)).unwrap_or(0);
        let size = usize::try_from(number(field(48..58)).unwrap_or(0)).ok()?;
        let body = at + HEADER;
        let special = raw == b"/" || raw == b"//" || raw == b"/SYM64/";
        if raw == b"//" {
            long_names = data.get(body..body.checked_add(size)?).unwrap_or_default();
        } else if !special {
            let name = if let Some(len) = raw.strip_prefix(b"#1/").and_then(number) {
                let len = usize::try_from(len).ok()?;
                let stored = data.get(body..body.checked_add(len)?).unwrap_or_default();
                stored.split(|c| *c == 0).next().unwrap_or_default().to_vec()
            } else if let Some(offset) = raw.strip_prefix(b"/").and_then(number) {
                let rest = long_names.get(usize::try_from(offset).ok()?..).unwrap_or_default();
                let line = rest.split(|c| *c == b'\n').next().unwrap_or_default();
                line.strip_suffix(b"/").unwrap_or(line).to_vec()
            } else {
                raw.strip_suffix(b"/").unwrap_or(raw).to_vec()
            };
            if name != b"__.SYMDEF" && name != b"__.SYMDEF SORTED" {
                out.push(Member { name, time, header: at });
            }
        }
        // Only tables have their contents in a thin archive.
        let held = if thin && !special { 0 } else { size };
        at = body.checked_add(held)?.checked_add(held % 2)?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(name: &str, time: &str, size: usize) -> String {
        format!("{name:<16}{time:<12}{:<6}{:<6}{:<8}{size:<10}`\n", 0, 0, 644)
    }

    #[test]
    fn names_short_and_long_are_found() {
        let mut data = String::from("!<arch>\n");
        data += &header("//", "", 22);
        data += "a_very_long_name.o/\n\n\n";
        data += &header("x.o/", "12", 3);
        data += "abc\n";
        data += &header("/0", "34", 0);
        let got = members(data.as_bytes()).expect("an archive");
        let names: Vec<_> = got.iter().map(|m| (m.name.as_slice(), m.time)).collect();
        assert_eq!(names, [(&b"x.o"[..], 12), (b"a_very_long_name.o", 34)]);
    }

    #[test]
    fn a_thin_archive_holds_no_members_contents() {
        let mut data = String::from("!<thin>\n");
        data += &header("//", "", 6);
        data += "d/a.o/";
        data += &header("/0", "0", 1000);
        data += &header("b.o/", "0", 7);
        let got = members(data.as_bytes()).expect("an archive");
        assert_eq!(got.len(), 2);
        assert_eq!(got[0].name, b"d/a.o");
        assert!(members(b"ELF").is_none());
    }

    #[test]
    fn an_archive_reference_is_split_at_its_bracket() {
        assert_eq!(split(b"lib.a(x.o)"), Some((&b"lib.a"[..], &b"x.o"[..])));
        assert_eq!(split(b"(x)"), None);
        assert_eq!(split(b"x"), None);
    }
}
