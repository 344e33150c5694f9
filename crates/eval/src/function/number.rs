//! Arguments that are numbers: those of `word` and `wordlist`, and the unbounded ones of `intcmp`.

use std::cmp::Ordering;

use rkbuild_base::Identity;
use rkbuild_base::text::{is_space, trim};

use crate::{Result, Session};

/// A decimal number of any size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Integer<'a> {
    negative: bool,
    /// Without leading zeros; empty for zero.
    digits: &'a [u8],
}

impl<'a> Integer<'a> {
    /// Reads an optional sign and digits, white space around them allowed.
    pub fn parse(text: &'a [u8]) -> Option<Integer<'a>> {
        let text = trim(text);
        let (negative, digits) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, text),
        };
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let zeros = digits.iter().take_while(|c| **c == b'0').count();
        let digits = digits.get(zeros..).unwrap_or_default();
        Some(Integer { negative: negative && !digits.is_empty(), digits })
    }

    /// Appends it in its shortest form.
    pub fn write(&self, out: &mut Vec<u8>) {
        if self.negative {
            out.push(b'-');
        }
        out.extend_from_slice(if self.digits.is_empty() { b"0" } else { self.digits });
    }

    /// As `i64`, when it fits.
    fn to_i64(self) -> Option<i64> {
        let mut value: i64 = 0;
        for c in self.digits {
            let digit = i64::from(c - b'0');
            let more = value.checked_mul(10)?;
            value = if self.negative { more.checked_sub(digit)? } else { more.checked_add(digit)? };
        }
        Some(value)
    }
}

impl PartialOrd for Integer<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Integer<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let size = || self.digits.len().cmp(&other.digits.len()).then_with(|| self.digits.cmp(other.digits));
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            // GNU make 4.4.1 has -2 greater than -1. Makefiles are written against what it does.
            (false, false) | (true, true) => size(),
        }
    }
}

/// Why a text is no number that `word` takes; the message goes on with this.
#[derive(Debug, PartialEq, Eq)]
enum Wrong {
    Empty,
    OutOfRange,
    Invalid,
}

/// A number as GNU make 4.4 reads it.
fn number(text: &[u8]) -> std::result::Result<i64, Wrong> {
    let trimmed = trim(text);
    if trimmed.is_empty() {
        return Err(Wrong::Empty);
    }
    // What does not fit is said before what follows the digits is looked at.
    let sign = usize::from(matches!(trimmed.first(), Some(b'-' | b'+')));
    let digits = trimmed.iter().skip(sign).take_while(|c| c.is_ascii_digit()).count();
    let head = trimmed.get(..sign + digits).unwrap_or_default();
    let value = Integer::parse(head).ok_or(Wrong::Invalid)?.to_i64().ok_or(Wrong::OutOfRange)?;
    if head.len() == trimmed.len() { Ok(value) } else { Err(Wrong::Invalid) }
}

/// A number as GNU make 4.3 reads it: digits only, and what C's `atoi` makes of them. `None`: not a number.
fn old_number(text: &[u8]) -> Option<i64> {
    let trimmed = trim(text);
    if text.is_empty() || !trimmed.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let wide = Integer::parse(trimmed).map_or(0, |n| n.to_i64().unwrap_or(i64::MAX));
    Some(i64::from(wide as i32))
}

impl Session {
    /// The number that an argument of `word` or `wordlist` is; `which` is "first" or "second".
    pub(super) fn number_argument(&self, text: &[u8], which: &str, function: &str) -> Result<i64> {
        if self.identity() == Identity::V4_3 {
            return old_number(text)
                .ok_or_else(|| self.not_a_number(text, "non-numeric", which, function, b""));
        }
        number(text).map_err(|wrong| match wrong {
            Wrong::Empty => self.fatal(
                self.place(),
                format!("invalid {which} argument to '{function}' function: empty value"),
            ),
            Wrong::OutOfRange => self.not_a_number(text, "invalid", which, function, b" out of range"),
            Wrong::Invalid => self.not_a_number(text, "invalid", which, function, b""),
        })
    }

    /// The number that an argument of `intcmp` is.
    pub(super) fn integer_argument<'a>(&self, text: &'a [u8], which: &str) -> Result<Integer<'a>> {
        Integer::parse(text).ok_or_else(|| {
            if text.iter().all(|c| is_space(*c)) {
                let message = format!("non-numeric {which} argument to 'intcmp' function: empty value");
                return self.fatal(self.place(), message);
            }
            self.not_a_number(text, "non-numeric", which, "intcmp", b"")
        })
    }

    pub(super) fn not_a_number(
        &self,
        text: &[u8],
        what: &str,
        which: &str,
        function: &str,
        tail: &[u8],
    ) -> crate::Fatal {
        let mut message = format!("{what} {which} argument to '{function}' function: '").into_bytes();
        message.extend_from_slice(text);
        message.push(b'\'');
        message.extend_from_slice(tail);
        self.fatal(self.place(), message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_of_any_size_are_ordered_negative_ones_by_size() {
        let ordered = [
            "-1",
            "-99999999999999999999",
            "-100000000000000000000",
            "0",
            "+7",
            "08",
            "99999999999999999999",
        ];
        let parsed: Vec<_> = ordered.iter().map(|t| Integer::parse(t.as_bytes()).unwrap()).collect();
        assert!(parsed.is_sorted_by(|a, b| a < b));
        assert_eq!(Integer::parse(b"-0"), Integer::parse(b" 000 "));
        for wrong in ["", "-", "+", "1 2", "- 1", "1a", "0x1"] {
            assert_eq!(Integer::parse(wrong.as_bytes()), None, "{wrong}");
        }
    }

    #[test]
    fn an_integer_is_written_without_plus_and_zeros() {
        for (text, want) in [("+007", "7"), ("-0012", "-12"), ("-000", "0")] {
            let mut out = Vec::new();
            Integer::parse(text.as_bytes()).unwrap().write(&mut out);
            assert_eq!(out, want.as_bytes());
        }
    }

    #[test]
    fn a_word_number_fits_64_bits() {
        assert_eq!(number(b" +2\n"), Ok(2));
        assert_eq!(number(b"-9223372036854775808"), Ok(i64::MIN));
        assert_eq!(number(b"9223372036854775808x"), Err(Wrong::OutOfRange));
        assert_eq!(number(b"1x"), Err(Wrong::Invalid));
        assert_eq!(number(b" "), Err(Wrong::Empty));
    }

    #[test]
    fn make_4_3_wraps_numbers_at_32_bits() {
        assert_eq!(old_number(b"4294967297"), Some(1));
        assert_eq!(old_number(b"99999999999999999999"), Some(-1));
        assert_eq!(old_number(b" "), Some(0));
        assert_eq!(old_number(b""), None);
        assert_eq!(old_number(b"+1"), None);
    }
}
