//! Shell patterns against strings, byte by byte: `case` and the trimming expansions.
//!
//! A pattern is bytes in which a backslash takes the special meaning from the next byte.

/// Whether `pattern` has a `*`, a `?` or a closed `[…]` that no backslash takes the meaning of: without, it is a name.
pub(crate) fn is_special(pattern: &[u8]) -> bool {
    let mut at = 0;
    while let Some(c) = pattern.get(at) {
        match c {
            b'*' | b'?' => return true,
            b'\\' => at += 1,
            b'[' if pattern.get(at..).is_some_and(|rest| bracket(rest, 0).is_some()) => return true,
            _ => {}
        }
        at += 1;
    }
    false
}

/// Whether all of `text` matches `pattern`.
pub(crate) fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    // The last `*`, and how much of the text it has taken.
    let mut star: Option<(usize, usize)> = None;
    loop {
        let step = match pattern.get(p) {
            Some(b'*') => {
                star = Some((p + 1, t));
                p += 1;
                continue;
            }
            None => {
                if t == text.len() {
                    return true;
                }
                None
            }
            Some(_) => text.get(t).and_then(|c| one(pattern.get(p..).unwrap_or_default(), *c)),
        };
        match (step, star) {
            (Some(length), _) => {
                p += length;
                t += 1;
            }
            (None, Some((after, taken))) if taken < text.len() => {
                star = Some((after, taken + 1));
                p = after;
                t = taken + 1;
            }
            (None, _) => return false,
        }
    }
}

/// Matches one byte against the start of `pattern`: the pattern's length when it matches.
fn one(pattern: &[u8], c: u8) -> Option<usize> {
    match pattern {
        [b'?', ..] => Some(1),
        [b'\\', escaped, ..] => (*escaped == c).then_some(2),
        [b'[', ..] => match bracket(pattern, c) {
            Some((length, found)) => found.then_some(length),
            // No bracket expression: a plain `[`.
            None => (c == b'[').then_some(1),
        },
        [plain, ..] => (*plain == c).then_some(1),
        [] => None,
    }
}

/// A bracket expression at the start of `pattern`: its length and whether `c` is in it. None when it is not closed.
fn bracket(pattern: &[u8], c: u8) -> Option<(usize, bool)> {
    let mut at = 1;
    let negated = pattern.get(at) == Some(&b'!');
    if negated {
        at += 1;
    }
    let first = at;
    let mut found = false;
    loop {
        let rest = pattern.get(at..)?;
        if let [b'[', b':', class @ ..] = rest
            && let Some(length) = class.windows(2).position(|w| w == b":]")
            && let Some(member) = in_class(class.get(..length)?, c)
        {
            found |= member;
            at += length + 4;
            continue;
        }
        let (low, length) = match rest {
            [b']', ..] if at > first => return Some((at + 1, found != negated)),
            [b'\\', escaped, ..] => (*escaped, 2),
            [plain, ..] => (*plain, 1),
            [] => return None,
        };
        at += length;
        let rest = pattern.get(at..)?;
        let (high, length) = match rest {
            [b'-', b']', ..] => (low, 0),
            [b'-', b'\\', escaped, ..] => (*escaped, 3),
            [b'-', plain, ..] => (*plain, 2),
            _ => (low, 0),
        };
        at += length;
        found |= (low..=high).contains(&c);
    }
}

fn in_class(name: &[u8], c: u8) -> Option<bool> {
    Some(match name {
        b"alnum" => c.is_ascii_alphanumeric(),
        b"alpha" => c.is_ascii_alphabetic(),
        b"blank" => c == b' ' || c == b'\t',
        b"cntrl" => c.is_ascii_control(),
        b"digit" => c.is_ascii_digit(),
        b"graph" => c.is_ascii_graphic(),
        b"lower" => c.is_ascii_lowercase(),
        b"print" => c.is_ascii_graphic() || c == b' ',
        b"punct" => c.is_ascii_punctuation(),
        b"space" => c.is_ascii_whitespace() || c == 0x0b,
        b"upper" => c.is_ascii_uppercase(),
        b"xdigit" => c.is_ascii_hexdigit(),
        _ => return None,
    })
}

/// `text` without the shortest or longest part at its end or start that matches `pattern`.
pub(crate) fn trim<'a>(text: &'a [u8], pattern: &[u8], suffix: bool, longest: bool) -> &'a [u8] {
    let fits = |at: usize| {
        let (head, tail) = text.split_at(at);
        matches(pattern, if suffix { tail } else { head }).then_some(if suffix { head } else { tail })
    };
    // A long suffix starts early, a long prefix ends late.
    let found = if suffix == longest {
        (0..=text.len()).find_map(fits)
    } else {
        (0..=text.len()).rev().find_map(fits)
    };
    found.unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_questions_brackets_and_escapes() {
        for (pattern, text, expected) in [
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxbyy", false),
            ("?x", "yx", true),
            ("[a-c]", "b", true),
            ("[!a-c]", "b", false),
            ("[]a]", "]", true),
            ("[[:digit:]x]", "7", true),
            ("[a", "[a", true),
            ("\\*", "*", true),
            ("\\*", "x", false),
            ("*", "", true),
            ("", "", true),
            ("", "x", false),
            ("[a\\-z]", "b", false),
            ("[a\\-z]", "-", true),
            ("[^a]", "a", true),
            ("[^a]", "b", false),
            ("[^a]", "^", true),
            ("[[:none:]]", "n]", true),
            ("[[:none:]]", "n", false),
        ] {
            assert_eq!(matches(pattern.as_bytes(), text.as_bytes()), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn many_stars_do_not_take_forever() {
        assert!(!matches("a*".repeat(200).as_bytes(), "b".repeat(5000).as_bytes()));
        assert!(!matches("*a".repeat(50).as_bytes(), "a".repeat(49).as_bytes()));
    }

    #[test]
    fn trimming_takes_the_shortest_or_the_longest() {
        assert_eq!(trim(b"a.b.c", b".*", true, false), b"a.b");
        assert_eq!(trim(b"a.b.c", b".*", true, true), b"a");
        assert_eq!(trim(b"a.b.c", b"*.", false, false), b"b.c");
        assert_eq!(trim(b"a.b.c", b"*.", false, true), b"c");
        assert_eq!(trim(b"abc", b"x", true, true), b"abc");
    }
}
