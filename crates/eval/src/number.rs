//! Numbers of `-j` and `-l`, read and written as C reads and writes them.

use std::fmt::Write as _;

use rkbuild_base::ByteSlice;

/// Blank to C.
fn is_space(c: u8) -> bool {
    matches!(c, b' ' | b'\t'..=b'\r')
}

/// The number of `-j`: `None` for a text that is none, or 0. 4.4 reads it with strtoul and keeps 32 bits, of which
/// all set mean no number was given (`Some(None)`); 4.3 wants digits only.
pub fn jobs(text: &[u8], newer: bool) -> Option<Option<u32>> {
    let blank = if newer { text.iter().take_while(|c| is_space(**c)).count() } else { 0 };
    let text = text.get(blank..)?;
    let (negative, digits) = match text.split_first() {
        Some((b'-', rest)) if newer => (true, rest),
        Some((b'+', rest)) if newer => (false, rest),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let most = if newer { u64::MAX } else { i64::MAX as u64 };
    let number = digits.to_str().ok()?.parse::<u64>().map_or(most, |n| n.min(most));
    let kept = if negative && number != most { number.wrapping_neg() } else { number } as u32;
    match kept {
        0 => None,
        u32::MAX if newer => Some(None),
        kept if !newer && kept > i32::MAX as u32 => None,
        kept => Some(Some(kept)),
    }
}

/// The number a text begins with, as atof reads it; 0 when there is none.
pub fn leading(text: &[u8]) -> f64 {
    let blank = text.iter().take_while(|c| is_space(**c)).count();
    let text = text.get(blank..).unwrap_or_default();
    let (sign, text) = match text.split_first() {
        Some((b'-', rest)) => (-1.0, rest),
        Some((b'+', rest)) => (1.0, rest),
        _ => (1.0, text),
    };
    let word = |name: &[u8]| text.get(..name.len()).is_some_and(|t| t.eq_ignore_ascii_case(name));
    let size = if word(b"inf") {
        f64::INFINITY
    } else if word(b"nan") {
        f64::NAN
    } else if word(b"0x") {
        hexadecimal(&text[2..])
    } else {
        match decimal(text) {
            Some(size) => size,
            None => return 0.0,
        }
    };
    size.copysign(sign)
}

fn decimal(text: &[u8]) -> Option<f64> {
    let digits = |from: usize| text.iter().skip(from).take_while(|c| c.is_ascii_digit()).count();
    let mut end = digits(0);
    if text.get(end) == Some(&b'.') {
        end += 1 + digits(end + 1);
    }
    if matches!(text.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(text.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        end += if exponent > 0 { 1 + sign + exponent } else { 0 };
    }
    text.get(..end)?.to_str().ok()?.parse().ok()
}

/// What follows `0x`: `1.8p3`.
fn hexadecimal(text: &[u8]) -> f64 {
    let digit = |c: u8| (c as char).to_digit(16).map(f64::from);
    let mut rest = text;
    let mut value = 0.0;
    let mut scale = 1.0;
    let mut point = false;
    while let Some((&c, after)) = rest.split_first() {
        match digit(c) {
            Some(d) => {
                value = value * 16.0 + d;
                scale *= if point { 16.0 } else { 1.0 };
            }
            None if c == b'.' && !point => point = true,
            None => break,
        }
        rest = after;
    }
    let exponent = match rest.split_first() {
        Some((b'p' | b'P', power)) => {
            let sign = usize::from(matches!(power.first(), Some(b'+' | b'-')));
            let end = sign + power.iter().skip(sign).take_while(|c| c.is_ascii_digit()).count();
            power.get(..end).and_then(|p| p.to_str().ok()?.parse::<i32>().ok()).unwrap_or(0)
        }
        _ => 0,
    };
    value / scale * 2f64.powi(exponent)
}

/// As printf writes it with `%g`: six digits that count, an exponent where that is shorter.
pub fn general(value: f64) -> String {
    const DIGITS: i32 = 6;
    let sign = if value.is_sign_negative() { "-" } else { "" };
    if value.is_nan() {
        return format!("{sign}nan");
    }
    if value.is_infinite() {
        return format!("{sign}inf");
    }
    let scientific = format!("{:.*e}", DIGITS as usize - 1, value.abs());
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let short = |digits: &str| match digits.contains('.') {
        true => digits.trim_end_matches('0').trim_end_matches('.').to_string(),
        false => digits.to_string(),
    };
    let mut out = String::from(sign);
    if (-4..DIGITS).contains(&exponent) {
        let places = usize::try_from(DIGITS - 1 - exponent).unwrap_or(0);
        out.push_str(&short(&format!("{:.places$}", value.abs())));
    } else {
        let (e, size) = (if exponent < 0 { '-' } else { '+' }, exponent.unsigned_abs());
        let _ = write!(out, "{}e{e}{size:02}", short(digits));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_jobs_are_read_as_each_release_reads_them() {
        assert_eq!(jobs(b"3", true), Some(Some(3)));
        assert_eq!(jobs(b" +00002", true), Some(Some(2)));
        assert_eq!(jobs(b"4294967298", true), Some(Some(2)));
        assert_eq!(jobs(b"-1", true), Some(None));
        assert_eq!(jobs(b"99999999999999999999999", true), Some(None));
        for text in ["", "x", "1x", "0", "4294967296", "0x2", " "] {
            assert_eq!(jobs(text.as_bytes(), true), None, "{text}");
        }
        assert_eq!(jobs(b"4294967297", false), Some(Some(1)));
        for text in ["", "-1", "+3", " 2", "0", "2147483648", "99999999999999999999999"] {
            assert_eq!(jobs(text.as_bytes(), false), None, "{text}");
        }
    }

    #[test]
    fn loads_are_read_and_written_as_c_does() {
        for (text, shown) in [
            ("1.5x", "1.5"),
            ("x", "0"),
            ("", "0"),
            (" 3", "3"),
            (".5", "0.5"),
            ("5.", "5"),
            (".", "0"),
            ("0x10", "16"),
            ("0x1.8p3", "12"),
            ("1e", "1"),
            ("1e6", "1e+06"),
            ("123456.789", "123457"),
            ("1234567", "1.23457e+06"),
            ("0.00001", "1e-05"),
            ("0.0001", "0.0001"),
            ("1e400", "inf"),
            ("-nan", "-nan"),
            ("-0", "-0"),
            ("-1.50", "-1.5"),
            ("+2", "2"),
            ("--2", "0"),
            ("1e-400", "0"),
            ("999999.5", "1e+06"),
        ] {
            assert_eq!(general(leading(text.as_bytes())), shown, "{text}");
        }
    }
}
