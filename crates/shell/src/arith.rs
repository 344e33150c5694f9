//! `$((…))`: integer expressions of 64 bits, without assignments.

use bstr::{BString, ByteSlice};

/// How deep parentheses and operators may nest.
const MAX_DEPTH: u32 = 100;

/// Why an expression has no value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ArithError {
    /// Said as `arithmetic expression: WHAT: "TEXT"`.
    Expression(&'static str),
    /// A variable's value, or a number, that is not an integer.
    IllegalNumber(BString),
}

type Value = Result<i64, ArithError>;

/// Looks up the value of a variable; unset is None.
pub(crate) type Lookup<'a> = &'a dyn Fn(&[u8]) -> Option<BString>;

/// The value of the expression `text`.
pub(crate) fn evaluate(text: &[u8], lookup: Lookup<'_>) -> Value {
    let mut parser = Parser { text, pos: 0, lookup, depth: 0 };
    let value = parser.conditional(true)?;
    parser.blanks();
    if parser.pos < text.len() {
        return Err(ArithError::Expression("expecting EOF"));
    }
    Ok(value)
}

/// Whether `text` is an expression; its variables may have any value.
pub(crate) fn is_expression(text: &[u8]) -> bool {
    match evaluate(text, &|_| Some("1".into())) {
        Ok(_) | Err(ArithError::Expression("division by zero")) => true,
        Err(_) => false,
    }
}

/// A number as the shell reads one from a string: decimal, 0x or leading 0, blanks around.
pub(crate) fn number(text: &[u8]) -> Value {
    let illegal = || ArithError::IllegalNumber(text.into());
    let trimmed = text.trim_with(|c| matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c'));
    if trimmed.is_empty() {
        return Ok(0);
    }
    let (negative, digits) = match trimmed {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let (length, value) = digits_of(digits);
    if length == 0 || length != digits.len() {
        return Err(illegal());
    }
    Ok(if negative { value.wrapping_neg() } else { value })
}

/// The number at the start of `text` as C's strtoimax with base 0 reads it, and its length.
fn digits_of(text: &[u8]) -> (usize, i64) {
    let (base, skip) = match text {
        [b'0', b'x' | b'X', d, ..] if d.is_ascii_hexdigit() => (16, 2),
        [b'0', ..] => (8, 0),
        _ => (10, 0),
    };
    let mut value = 0i64;
    let mut length = skip;
    for c in text.iter().skip(skip) {
        let Some(digit) = char::from(*c).to_digit(base) else { break };
        value = value.saturating_mul(i64::from(base)).saturating_add(i64::from(digit));
        length += 1;
    }
    (length, value)
}

struct Parser<'a> {
    text: &'a [u8],
    pos: usize,
    lookup: Lookup<'a>,
    depth: u32,
}

/// Binary operators by rising strength of binding; longer ones first where one begins another.
const LEVELS: [&[&str]; 10] = [
    &["||"],
    &["&&"],
    &["|"],
    &["^"],
    &["&"],
    &["==", "!="],
    &["<=", ">=", "<", ">"],
    &["<<", ">>"],
    &["+", "-"],
    &["*", "/", "%"],
];

impl Parser<'_> {
    fn blanks(&mut self) {
        while matches!(self.text.get(self.pos), Some(b' ' | b'\t' | b'\n')) {
            self.pos += 1;
        }
    }

    fn rest(&self) -> &[u8] {
        self.text.get(self.pos..).unwrap_or_default()
    }

    fn eat(&mut self, token: &[u8]) -> bool {
        self.blanks();
        let found = self.rest().starts_with(token);
        if found {
            self.pos += token.len();
        }
        found
    }

    fn conditional(&mut self, live: bool) -> Value {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(ArithError::Expression("nested too deep"));
        }
        let test = self.binary(0, live)?;
        let value = if self.eat(b"?") {
            let yes = self.conditional(live && test != 0)?;
            if !self.eat(b":") {
                return Err(ArithError::Expression("expecting ':'"));
            }
            let no = self.conditional(live && test == 0)?;
            if test != 0 { yes } else { no }
        } else {
            test
        };
        self.depth -= 1;
        Ok(value)
    }

    /// The operator of this level at the current place.
    fn operator(&mut self, level: usize) -> Option<&'static str> {
        self.blanks();
        let rest = self.rest();
        let found = LEVELS.get(level)?.iter().find(|op| rest.starts_with(op.as_bytes())).copied()?;
        let next = rest.get(found.len()).copied();
        // `<` is not the start of `<<`, `&` not of `&&`; `x=` assigns, which is not done here.
        let longer = match (found, next) {
            ("<" | ">" | "&" | "|", Some(c)) => c == *found.as_bytes().first()?,
            _ => false,
        };
        let assigns = next == Some(b'=') && !matches!(found, "==" | "!=" | "<=" | ">=" | "<" | ">");
        if longer || assigns {
            return None;
        }
        self.pos += found.len();
        Some(found)
    }

    fn binary(&mut self, level: usize, live: bool) -> Value {
        if level >= LEVELS.len() {
            return self.unary(live);
        }
        let mut left = self.binary(level + 1, live)?;
        while let Some(operator) = self.operator(level) {
            let wanted = match operator {
                "||" => left == 0,
                "&&" => left != 0,
                _ => true,
            };
            let right = self.binary(level + 1, live && wanted)?;
            left = apply(operator, left, right, live)?;
        }
        Ok(left)
    }

    fn unary(&mut self, live: bool) -> Value {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(ArithError::Expression("nested too deep"));
        }
        self.blanks();
        let value = match self.rest() {
            // Shells differ about `--x` and `++x`.
            [b'-', b'-', ..] | [b'+', b'+', ..] => return Err(ArithError::Expression("expecting primary")),
            [b'-', ..] => {
                self.pos += 1;
                self.unary(live)?.wrapping_neg()
            }
            [b'+', ..] => {
                self.pos += 1;
                self.unary(live)?
            }
            [b'!', ..] => {
                self.pos += 1;
                i64::from(self.unary(live)? == 0)
            }
            [b'~', ..] => {
                self.pos += 1;
                !self.unary(live)?
            }
            _ => self.primary(live)?,
        };
        self.depth -= 1;
        Ok(value)
    }

    fn primary(&mut self, live: bool) -> Value {
        if self.eat(b"(") {
            let value = self.conditional(live)?;
            return if self.eat(b")") { Ok(value) } else { Err(ArithError::Expression("expecting ')'")) };
        }
        let rest = self.rest();
        match rest.first() {
            Some(c) if c.is_ascii_digit() => {
                let (length, value) = digits_of(rest);
                let next = rest.get(length).copied().unwrap_or(b' ');
                if next.is_ascii_alphanumeric() || next == b'_' {
                    return Err(ArithError::Expression("expecting EOF"));
                }
                self.pos += length;
                Ok(value)
            }
            Some(c) if *c == b'_' || c.is_ascii_alphabetic() => {
                let length = rest.iter().take_while(|c| **c == b'_' || c.is_ascii_alphanumeric()).count();
                let name = rest.get(..length).unwrap_or_default();
                if !crate::names::settable(name) {
                    return Err(ArithError::Expression("expecting primary"));
                }
                let value = if live { (self.lookup)(name) } else { None };
                self.pos += length;
                value.map_or(Ok(0), |v| number(&v))
            }
            _ => Err(ArithError::Expression("expecting primary")),
        }
    }
}

fn apply(operator: &str, left: i64, right: i64, live: bool) -> Value {
    Ok(match operator {
        "||" => i64::from(left != 0 || right != 0),
        "&&" => i64::from(left != 0 && right != 0),
        "|" => left | right,
        "^" => left ^ right,
        "&" => left & right,
        "==" => i64::from(left == right),
        "!=" => i64::from(left != right),
        "<=" => i64::from(left <= right),
        ">=" => i64::from(left >= right),
        "<" => i64::from(left < right),
        ">" => i64::from(left > right),
        "<<" => left.wrapping_shl(right as u32),
        ">>" => left.wrapping_shr(right as u32),
        "+" => left.wrapping_add(right),
        "-" => left.wrapping_sub(right),
        "*" => left.wrapping_mul(right),
        _ if !live => 0,
        _ if right == 0 => return Err(ArithError::Expression("division by zero")),
        "/" => left.wrapping_div(right),
        _ => left.wrapping_rem(right),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        evaluate(text.as_bytes(), &|name| (name == b"x").then(|| "7".into()))
    }

    #[test]
    fn operators_bind_as_in_c() {
        assert_eq!(value("1 + 2 * 3 - 4 / 2 % 3"), Ok(5));
        assert_eq!(value("1 << 2 + 1 | 1"), Ok(9));
        assert_eq!(value("x > 3 && x != 8 ? x*x : -1"), Ok(49));
        assert_eq!(value("!0 + ~0"), Ok(0));
        assert_eq!(value("0x1f + 010"), Ok(39));
    }

    #[test]
    fn what_is_not_evaluated_cannot_fail() {
        assert_eq!(value("0 && 1/0"), Ok(0));
        assert_eq!(value("1 ? 2 : 1/0"), Ok(2));
        assert_eq!(value("1/0"), Err(ArithError::Expression("division by zero")));
    }

    #[test]
    fn assignments_and_bad_numbers_are_no_expressions() {
        for text in ["x=1", "x+=1", "x++", "--x", "08", "1 2", "", "(1", "RANDOM"] {
            assert!(!is_expression(text.as_bytes()), "{text}");
        }
        assert!(is_expression(b"1/0"));
    }
}
