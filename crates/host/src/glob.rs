//! File name patterns, as glob(3) expands them for make: in `$(wildcard)`, targets, prerequisites and `include`.
//!
//! `*`, `?`, `[…]` with ranges, classes and negation, and backslash escapes, in the C locale (bytes). A leading dot must
//! be matched by a dot. No braces and no tilde.

use std::io;

use bstr::{BString, ByteSlice};

use crate::{Dir, Host, Kind, errors};

/// True when `pattern` has a `*`, a `?` or a closed `[…]` that no backslash takes the meaning of.
pub fn has_magic(pattern: &[u8]) -> bool {
    let mut open = false;
    let mut bytes = pattern.iter();
    while let Some(c) = bytes.next() {
        match c {
            b'*' | b'?' => return true,
            b'\\' => {
                bytes.next();
            }
            b'[' => open = true,
            b']' if open => return true,
            _ => {}
        }
    }
    false
}

/// `pattern` with each backslash removed that stands before another byte.
pub fn unescape(pattern: &[u8]) -> BString {
    let mut out = BString::default();
    let mut bytes = pattern.iter();
    while let Some(c) = bytes.next() {
        match c {
            b'\\' => out.push(*bytes.next().unwrap_or(c)),
            _ => out.push(*c),
        }
    }
    out
}

/// True when `name`, a file name without slashes, matches `pattern`.
pub fn matches(pattern: &[u8], name: &[u8]) -> bool {
    if name.first() == Some(&b'.') && !matches!(pattern, [b'.', ..] | [b'\\', b'.', ..]) {
        return false;
    }
    let (mut p, mut n) = (pattern, name);
    // The pattern after the last star, and the name from where that was last tried.
    let mut star: Option<(&[u8], &[u8])> = None;
    loop {
        if let [b'*', rest @ ..] = p {
            star = Some((rest, n));
            p = rest;
            continue;
        }
        match (p, n) {
            ([], []) => return true,
            (_, []) => return false,
            _ => {}
        }
        if let Some((p_rest, n_rest)) = match_one(p, n) {
            (p, n) = (p_rest, n_rest);
            continue;
        }
        match star {
            // The star takes one byte more. A later star makes earlier ones final, so this is no worse than n * p.
            Some((after, [_, tail @ ..])) => {
                star = Some((after, tail));
                (p, n) = (after, tail);
            }
            _ => return false,
        }
    }
}

/// Matches the first element of the pattern (not a star) with the first byte of the name; gives what is left of both.
fn match_one<'a, 'b>(pattern: &'a [u8], name: &'b [u8]) -> Option<(&'a [u8], &'b [u8])> {
    let (first, name_rest) = name.split_first()?;
    let (hit, rest) = match pattern {
        [b'?', rest @ ..] => (true, rest),
        [b'\\', c, rest @ ..] => (c == first, rest),
        [b'\\'] => return None,
        [b'[', rest @ ..] => match bracket(rest, *first) {
            Bracket::Set(hit, rest) => (hit, rest),
            Bracket::Unclosed => (*first == b'[', rest),
            Bracket::Wrong => return None,
        },
        [c, rest @ ..] => (c == first, rest),
        [] => return None,
    };
    hit.then_some((rest, name_rest))
}

enum Bracket<'a> {
    /// Whether the byte is in the set, and what comes after the `]`.
    Set(bool, &'a [u8]),
    /// There is no `]`: the `[` stands for itself.
    Unclosed,
    /// A class or collating element that does not exist: nothing matches.
    Wrong,
}

/// Parses a set, from after its `[`, and looks `byte` up in it.
fn bracket(pattern: &[u8], byte: u8) -> Bracket<'_> {
    let (negated, mut rest) = match pattern {
        [b'!' | b'^', rest @ ..] => (true, rest),
        _ => (false, pattern),
    };
    let mut hit = false;
    let mut first = true;
    loop {
        let from = match rest {
            [] => return Bracket::Unclosed,
            [b']', after @ ..] if !first => return Bracket::Set(hit != negated, after),
            [b'[', b':', after @ ..] => match after.find(b":]") {
                Some(end) => {
                    let (class, after) = after.split_at(end);
                    let Some(member) = is_in_class(class, byte) else { return Bracket::Wrong };
                    hit |= member;
                    rest = after.get(2..).unwrap_or_default();
                    first = false;
                    continue;
                }
                None => {
                    rest = rest.get(1..).unwrap_or_default();
                    b'['
                }
            },
            [b'[', b'=', c, b'=', b']', after @ ..] => {
                hit |= *c == byte;
                rest = after;
                first = false;
                continue;
            }
            _ => match element(&mut rest) {
                Ok(c) => c,
                Err(wrong) => return wrong,
            },
        };
        first = false;
        match rest {
            [b'-', next, ..] if *next != b']' => {
                rest = rest.get(1..).unwrap_or_default();
                match element(&mut rest) {
                    Ok(to) => hit |= (from..=to).contains(&byte),
                    Err(wrong) => return wrong,
                }
            }
            _ => hit |= from == byte,
        }
    }
}

/// Takes one byte of a set from `rest`: plain, escaped, or `[.c.]`.
fn element<'a>(rest: &mut &'a [u8]) -> Result<u8, Bracket<'a>> {
    let (c, after) = match *rest {
        [b'[', b'.', c, b'.', b']', after @ ..] => (*c, after),
        [b'[', kind @ (b'.' | b'='), after @ ..] if after.contains_str([*kind, b']']) => {
            return Err(Bracket::Wrong);
        }
        [b'\\', c, after @ ..] => (*c, after),
        [b'\\'] | [] => return Err(Bracket::Unclosed),
        [c, after @ ..] => (*c, after),
    };
    *rest = after;
    Ok(c)
}

fn is_in_class(class: &[u8], c: u8) -> Option<bool> {
    Some(match class {
        b"alpha" => c.is_ascii_alphabetic(),
        b"digit" => c.is_ascii_digit(),
        b"alnum" => c.is_ascii_alphanumeric(),
        b"upper" => c.is_ascii_uppercase(),
        b"lower" => c.is_ascii_lowercase(),
        b"space" => c.is_ascii_whitespace() || c == 0x0b,
        b"blank" => c == b' ' || c == b'\t',
        b"punct" => c.is_ascii_punctuation(),
        b"print" => (b' '..=b'~').contains(&c),
        b"graph" => c.is_ascii_graphic(),
        b"cntrl" => c.is_ascii_control(),
        b"xdigit" => c.is_ascii_hexdigit(),
        _ => return None,
    })
}

impl Host {
    /// The existing files that match `pattern`, sorted by bytes. A pattern without magic gives the name it stands for,
    /// if that exists; a symbolic link exists even when what it leads to does not. A directory that can't be read has no
    /// files; the only error is that the system has nothing left to read it with.
    pub fn glob(&self, dir: &Dir, pattern: &[u8]) -> io::Result<Vec<BString>> {
        self.counts.globs.add(1);
        let mut out = Vec::new();
        self.expand(dir, pattern, false, false, &mut out)?;
        out.sort_unstable();
        Ok(out)
    }

    /// `only_dirs` leaves out what is no directory, where the pattern has to be matched; `mark` puts a slash after the
    /// directories found. What slashes at the end do is odd in places (`k//` gives `k//`, but `dir//` gives `dir/`), and
    /// is what glob(3) does.
    fn expand(
        &self,
        dir: &Dir,
        pattern: &[u8],
        only_dirs: bool,
        mark: bool,
        out: &mut Vec<BString>,
    ) -> io::Result<()> {
        let start = out.len();
        match pattern.rfind_byte(b'/') {
            None => self.expand_in(dir, b"", pattern, only_dirs, out)?,
            Some(slash) => {
                let (mut parent, name) = pattern.split_at(slash);
                let name = name.get(1..).unwrap_or_default();
                if name.is_empty() && parent.len() > 1 {
                    while parent.len() > 2
                        && let [rest @ .., b'/'] = parent
                    {
                        parent = rest;
                    }
                    return self.expand(dir, without_escape(parent), true, true, out);
                }
                let parent = without_escape(parent);
                if parent.is_empty() {
                    self.expand_in(dir, b"/", name, only_dirs, out)?;
                } else if has_magic(parent) {
                    let mut parents = Vec::new();
                    self.expand(dir, parent, true, false, &mut parents)?;
                    for parent in &parents {
                        self.expand_in(dir, parent, name, only_dirs, out)?;
                    }
                } else {
                    self.expand_in(dir, &unescape(parent), name, only_dirs, out)?;
                }
            }
        }
        if mark {
            for path in out.iter_mut().skip(start) {
                if self.kind(dir, path).is_ok_and(|kind| kind == Kind::Dir) {
                    path.push(b'/');
                }
            }
        }
        Ok(())
    }

    /// Adds what in the directory `parent` matches `pattern`, which has no slash.
    fn expand_in(
        &self,
        dir: &Dir,
        parent: &[u8],
        pattern: &[u8],
        only_dirs: bool,
        out: &mut Vec<BString>,
    ) -> io::Result<()> {
        if !has_magic(pattern) {
            let path = join(parent, &unescape(pattern));
            let found = if only_dirs && pattern.contains(&b'\\') {
                self.kind(dir, &path).is_ok_and(|kind| kind == Kind::Dir)
            } else {
                self.link_kind(dir, &path).is_ok()
            };
            if found {
                out.push(path);
            }
            return Ok(());
        }
        let listing = match self.names_of(dir, parent) {
            Ok(listing) => listing,
            Err(error) if errors::is_scarce(&error) => return Err(error),
            Err(error) => {
                self.note_names(dir, parent, Err(&error), pattern);
                return Ok(());
            }
        };
        self.note_names(dir, parent, Ok(&listing), pattern);
        let dots = [(b".".as_bstr(), Kind::Dir), (b"..".as_bstr(), Kind::Dir)];
        for (name, kind) in listing.iter().chain(dots) {
            if !matches(pattern, name) {
                continue;
            }
            let path = join(parent, name);
            let wanted = match kind {
                _ if !only_dirs => true,
                Kind::Dir => true,
                Kind::Symlink | Kind::Unknown => self.kind(dir, &path).is_ok_and(|kind| kind == Kind::Dir),
                Kind::File | Kind::Other => false,
            };
            if wanted {
                out.push(path);
            }
        }
        Ok(())
    }
}

/// `parent` without a backslash that stood before the slash after it.
fn without_escape(parent: &[u8]) -> &[u8] {
    let escapes = parent.iter().rev().take_while(|c| **c == b'\\').count();
    parent.get(..parent.len() - escapes % 2).unwrap_or_default()
}

fn join(parent: &[u8], name: &[u8]) -> BString {
    let mut path = BString::new(Vec::with_capacity(parent.len() + 1 + name.len()));
    path.extend_from_slice(parent);
    // "/" alone has its slash; "//" gets another, as in glob(3).
    if !parent.is_empty() && parent != b"/" {
        path.push(b'/');
    }
    path.extend_from_slice(name);
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::tests::scratch;

    #[test]
    fn sets_match_as_in_the_c_library() {
        let yes = |p: &str, n: &str| assert!(matches(p.as_bytes(), n.as_bytes()), "{p} should match {n}");
        let no = |p: &str, n: &str| assert!(!matches(p.as_bytes(), n.as_bytes()), "{p} should not match {n}");
        yes("[]]q", "]q");
        yes("[]-]q", "-q");
        no("[!]]q", "]q");
        yes("[!]]q", "-q");
        yes("[\\]]q", "]q");
        yes("b[!x]c", "b*c");
        yes("b[^x]c", "b[c");
        no("b[]c", "b]c");
        yes("b[[]c", "b[c");
        yes("b[[.*.]]c", "b*c");
        yes("b[[=x=]]c", "bxc");
        no("b[[.xx.]]c", "bxc");
        no("[[:bogus:]]*", "a");
        yes("b[[:punct:]]c", "b\\c");
        no("b[z-a]c", "bxc");
        yes("a[a-]1", "a-1");
        yes("[\\a-b]1", "a1");
        yes("[a-\\b]1", "b1");
        yes("[[.a.]-b]1", "b1");
        yes("?[c", "b[c");
        no("?[[c", "b[c");
        yes("[a", "[a");
        no("a\\", "a");
    }

    #[test]
    fn random_patterns_match_as_in_the_c_library() {
        let mut seed = 1u64;
        let mut next = |n: usize| {
            seed = seed.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            (seed >> 33) as usize % n
        };
        let parts = [
            "*",
            "?",
            "[",
            "]",
            "!",
            "^",
            "-",
            "\\",
            "a",
            "b",
            "c",
            ".",
            "[:alpha:]",
            "[.a.]",
            "[=b=]",
            "[a-",
            "x]",
        ];
        let names = [
            "a", "b", "-", ".", "]", "[", "!", "^", "ab", "bca", "a.b", ".a", "a]", "[a", "-x]", "abc", "\\",
            ":",
        ];
        for _ in 0..200_000 {
            let pattern: String = (0..1 + next(7)).map(|_| parts[next(parts.len())]).collect();
            let name = names[next(names.len())];
            // A range that ends in a class has no meaning in POSIX, and the C library gives it several.
            if pattern.contains("-[") {
                continue;
            }
            let (c_pattern, c_name) =
                (std::ffi::CString::new(pattern.clone()).unwrap(), std::ffi::CString::new(name).unwrap());
            // SAFETY: both are C strings.
            let want = unsafe { libc::fnmatch(c_pattern.as_ptr(), c_name.as_ptr(), libc::FNM_PERIOD) } == 0;
            assert_eq!(matches(pattern.as_bytes(), name.as_bytes()), want, "pattern {pattern} name {name}");
        }
    }

    #[test]
    fn a_leading_dot_is_matched_only_by_a_dot() {
        for pattern in ["*", "?hid", "[.]hid", "[!a]hid", "*hid"] {
            assert!(!matches(pattern.as_bytes(), b".hid"), "{pattern}");
        }
        assert!(matches(b".*", b".hid") && matches(b"\\.hid", b".hid") && matches(b"a*d", b"a.d"));
    }

    #[test]
    fn many_stars_take_no_time() {
        assert!(!matches(&b"*a".repeat(50), &b"a".repeat(49)));
        assert!(!matches(&[b"*a".repeat(500), b"b".to_vec()].concat(), &b"a".repeat(5000)));
        assert!(matches(b"*.*.c", b"a.b.d.c"));
    }

    #[test]
    fn magic_is_what_no_backslash_precedes() {
        assert!(has_magic(b"a*") && has_magic(b"?") && has_magic(b"[a]") && has_magic(b"\\\\*"));
        assert!(!has_magic(b"a\\*") && !has_magic(b"[a") && !has_magic(b"a]") && !has_magic(b"\\[a]"));
        assert_eq!(unescape(b"a\\*\\\\b\\"), "a*\\b\\");
    }

    /// A tree with a bit of everything, and what GNU make 4.3 and 4.4.1 both print for `$(wildcard PATTERN)` in it.
    #[test]
    fn patterns_expand_as_gnu_make_expands_them() {
        let (_keep, dir) = scratch();
        let host = Host::new();
        for d in ["a1", "a2", "a-1", ".hid", "real", "k"] {
            host.mkdir(&dir, d.as_bytes()).unwrap();
        }
        for f in [
            "a1/x", "a1/.x", "a2/x", "a2/y", "a-1/x", ".hid/x", "b*c", "b?c", "b\\c", "bxc", "Q", "real/x",
            "k/f",
        ] {
            host.write(&dir, f.as_bytes(), b"", false).unwrap();
        }
        for (to, l) in
            [("real", "lnk"), ("nowhere", "dang"), ("nowhere", "d"), ("nowhere", "a1/xd"), ("real/x", "xl")]
        {
            host.symlink(&dir, to.as_bytes(), l.as_bytes()).unwrap();
        }
        let cases = [
            ("*", "Q a-1 a1 a2 b*c b?c b\\c bxc d dang k lnk real xl"),
            (".*", ". .. .hid"),
            (".*/", "../ ./ .hid/"),
            ("a*/", "a-1/ a1/ a2/"),
            ("*/", "a-1/ a1/ a2/ k/ lnk/ real/"),
            ("*/x*", "a-1/x a1/x a1/xd a2/x lnk/x real/x"),
            ("a*//x", "a-1//x a1//x a2//x"),
            ("a*///x", "a-1//x a1//x a2//x"),
            ("a*/./x", "a-1/./x a1/./x a2/./x"),
            ("./a*/x", "./a-1/x ./a1/x ./a2/x"),
            ("a*/.*", "a-1/. a-1/.. a1/. a1/.. a1/.x a2/. a2/.."),
            ("*/../Q", "a-1/../Q a1/../Q a2/../Q k/../Q lnk/../Q real/../Q"),
            ("l*/*", "lnk/x"),
            ("dang", "dang"),
            ("dang/", "dang"),
            ("dang*/", ""),
            ("a1/", "a1/"),
            ("a1//", "a1/"),
            ("a1/x/", "a1/x"),
            ("a1/x*/", ""),
            ("a1//x", "a1//x"),
            ("a1//x*", "a1//x a1//xd"),
            ("lnk/", "lnk/"),
            ("xl/", "xl"),
            ("a1/nox", ""),
            ("*1/nox", ""),
            ("nodir*/x", ""),
            ("b\\*c", "b*c"),
            ("b\\?c", "b?c"),
            ("b\\xc", "bxc"),
            ("b\\\\c", "b\\c"),
            ("a\\1/*", "a1/x a1/xd"),
            ("\\a1/x", "a1/x"),
            ("a1\\/x", "a1/x"),
            ("a1\\/x*", "a1/x a1/xd"),
            ("a*\\/x", "a-1/x a1/x a2/x"),
            ("a1\\/", "a1/"),
            ("*\\/", "a-1/ a1/ a2/ k/ lnk/ real/"),
            ("*//", "a-1// a1// a2// k// lnk// real//"),
            ("a*//", "a-1/ a1/ a2/"),
            ("k//", "k//"),
            ("k///", "k//"),
            ("\\k//", "k/"),
            ("k/.//", "k/./"),
            ("*///f", "k///f"),
            ("Q/", ""),
            ("d/", ""),
            ("\\dang/", ""),
            (".//", ".//"),
            ("..//", "../"),
            ("///", "//"),
            ("\\//", "//"),
            ("*\\", ""),
            ("\\", ""),
            ("[a]1/x", "a1/x"),
            ("a[1/x", ""),
            ("a[/]1", ""),
            ("*/.", "a-1/. a1/. a2/. k/. lnk/. real/."),
            (".", "."),
            ("./", "./"),
            ("/", "/"),
            ("//", "/"),
            ("/.", "/."),
            ("/pro[c]", "/proc"),
            ("//proc", "/proc"),
            ("//pro[c]", "/proc"),
            ("///pro[c]", "///proc"),
            ("/*/self/status", "/proc/self/status"),
        ];
        for (pattern, want) in cases {
            let got = bstr::join(" ", host.glob(&dir, pattern.as_bytes()).unwrap());
            assert_eq!(got.as_bstr(), want, "for {pattern}");
        }
    }
}
