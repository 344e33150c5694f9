//! The formats of `printf` that recipes use; what is rarer is left to the real shell's builtin.

use bstr::{BString, ByteSlice};

use crate::echo::escaped;

/// A piece of a format.
enum Piece {
    Text(Vec<u8>),
    Conversion { left: bool, zero: bool, width: usize, precision: Option<usize>, letter: u8 },
}

/// What `printf` writes; None when it is not done here.
pub(crate) fn text(args: &[BString]) -> Option<Vec<u8>> {
    let args = match args {
        [first, rest @ ..] if first == "--" => rest,
        args => args,
    };
    let (format, mut args) = args.split_first()?;
    if format.starts_with(b"-") {
        return None;
    }
    let pieces = parse(format)?;
    let consumes = pieces.iter().any(|p| matches!(p, Piece::Conversion { .. }));
    let mut out = Vec::new();
    loop {
        for piece in &pieces {
            match piece {
                Piece::Text(text) => out.extend_from_slice(text),
                Piece::Conversion { left, zero, width, precision, letter } => {
                    let arg = match args.split_first() {
                        Some((first, rest)) => {
                            args = rest;
                            Some(first)
                        }
                        None => None,
                    };
                    let converted = convert(*letter, *precision, arg)?;
                    let missing = width.saturating_sub(converted.len());
                    if *left {
                        out.extend_from_slice(&converted);
                        out.resize(out.len() + missing, b' ');
                    } else if *zero {
                        let digits = converted.strip_prefix(b"-").unwrap_or(&converted);
                        out.extend_from_slice(
                            converted.get(..converted.len() - digits.len()).unwrap_or_default(),
                        );
                        out.resize(out.len() + missing, b'0');
                        out.extend_from_slice(digits);
                    } else {
                        out.resize(out.len() + missing, b' ');
                        out.extend_from_slice(&converted);
                    }
                }
            }
        }
        if !consumes || args.is_empty() {
            return Some(out);
        }
    }
}

fn parse(format: &[u8]) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut text = Vec::new();
    let mut at = 0;
    while let Some(c) = format.get(at) {
        at += 1;
        match c {
            b'\\' => {
                let letter = *format.get(at)?;
                at += 1;
                if let b'0'..=b'7' = letter {
                    let mut value = u32::from(letter - b'0');
                    for _ in 0..2 {
                        if let Some(d @ b'0'..=b'7') = format.get(at) {
                            value = value * 8 + u32::from(d - b'0');
                            at += 1;
                        }
                    }
                    text.push((value & 0xff) as u8);
                } else {
                    text.push(escaped(letter)?);
                }
            }
            b'%' if format.get(at) == Some(&b'%') => {
                at += 1;
                text.push(b'%');
            }
            b'%' => {
                let (mut left, mut zero) = (false, false);
                while let Some(flag @ (b'-' | b'0')) = format.get(at) {
                    left |= *flag == b'-';
                    zero |= *flag == b'0';
                    at += 1;
                }
                let width = digits(format, &mut at)?;
                let precision = if format.get(at) == Some(&b'.') {
                    at += 1;
                    Some(digits(format, &mut at)?)
                } else {
                    None
                };
                let letter = *format.get(at)?;
                at += 1;
                let number = matches!(letter, b'd' | b'i' | b'u' | b'x' | b'X' | b'o');
                if !number && letter != b's' || zero && (!number || precision.is_some()) {
                    return None;
                }
                pieces.push(Piece::Text(std::mem::take(&mut text)));
                pieces.push(Piece::Conversion { left, zero, width, precision, letter });
            }
            c => text.push(*c),
        }
    }
    pieces.push(Piece::Text(text));
    Some(pieces)
}

/// A decimal number at the place; 0 when there is none.
fn digits(format: &[u8], at: &mut usize) -> Option<usize> {
    let mut value = 0usize;
    while let Some(d) = format.get(*at).filter(|c| c.is_ascii_digit()) {
        value = value * 10 + usize::from(d - b'0');
        if value > 4096 {
            return None;
        }
        *at += 1;
    }
    Some(value)
}

fn convert(letter: u8, precision: Option<usize>, arg: Option<&BString>) -> Option<Vec<u8>> {
    let arg = arg.map(|a| a.as_bytes()).unwrap_or_default();
    if letter == b's' {
        let length = precision.unwrap_or(arg.len()).min(arg.len());
        return arg.get(..length).map(<[u8]>::to_vec);
    }
    if precision.is_some() {
        return None;
    }
    let number: i64 = if arg.is_empty() { 0 } else { plain_number(arg)? };
    Some(
        match letter {
            b'd' | b'i' => number.to_string(),
            b'u' => (number as u64).to_string(),
            b'x' => format!("{number:x}"),
            b'X' => format!("{number:X}"),
            _ => format!("{number:o}"),
        }
        .into_bytes(),
    )
}

/// A decimal number without leading zeros: others are octal, hexadecimal or wrong.
fn plain_number(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    if digits != b"0" && digits.starts_with(b"0") || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    text.to_str().ok()?.parse().ok()
}
