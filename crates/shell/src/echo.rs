//! `echo` as dash has it: `-n`, and backslash escapes in every argument.

use bstr::BString;

/// What `echo` writes.
pub(crate) fn text(args: &[BString]) -> Vec<u8> {
    let (newline, args) = match args {
        [first, rest @ ..] if first == "-n" => (false, rest),
        args => (true, args),
    };
    let mut out = Vec::new();
    for (at, arg) in args.iter().enumerate() {
        if at > 0 {
            out.push(b' ');
        }
        if escapes(arg, &mut out) {
            return out;
        }
    }
    if newline {
        out.push(b'\n');
    }
    out
}

/// Appends `text` with its escapes replaced. True when `\c` ends all output.
fn escapes(text: &[u8], out: &mut Vec<u8>) -> bool {
    let mut at = 0;
    while let Some(c) = text.get(at) {
        at += 1;
        if *c != b'\\' {
            out.push(*c);
            continue;
        }
        let Some(letter) = text.get(at) else {
            out.push(b'\\');
            break;
        };
        at += 1;
        match letter {
            b'c' => return true,
            digit @ b'0'..=b'7' => {
                // `\0` and up to three digits, or up to three digits.
                let mut value = u32::from(digit - b'0');
                for _ in 0..if *digit == b'0' { 3 } else { 2 } {
                    match text.get(at) {
                        Some(d @ b'0'..=b'7') => {
                            value = value * 8 + u32::from(d - b'0');
                            at += 1;
                        }
                        _ => break,
                    }
                }
                out.push((value & 0xff) as u8);
            }
            letter => match escaped(*letter) {
                Some(byte) => out.push(byte),
                None => out.extend_from_slice(&[b'\\', *letter]),
            },
        }
    }
    false
}

/// The byte that a backslash and this letter stand for.
pub(crate) fn escaped(letter: u8) -> Option<u8> {
    Some(match letter {
        b'\\' => b'\\',
        b'a' => 7,
        b'b' => 8,
        b'e' => 27,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        _ => return None,
    })
}
