//! Lists of options as Kconfig writes them for makefiles (`include/config/auto.conf`): nothing but `CONFIG_NAME=value`.
//!
//! Of such a file a makefile can see no more than the values of the options it asks for.

use bstr::{BStr, BString, ByteSlice};

use crate::FxMap;

/// What the name of each option begins with.
pub const PREFIX: &[u8] = b"CONFIG_";

/// The options of one file.
#[derive(Debug)]
pub struct Options {
    values: FxMap<BString, Setting>,
}

/// What an option is set to.
#[derive(Debug)]
pub struct Setting {
    /// Its value, as it stands there.
    pub value: BString,
    /// The line it stands in, counted from 1. Of several, the last counts.
    pub line: u32,
}

impl Options {
    /// Reads a file. `None` where there is anything in it that a makefile's reader could take for more than comments and the
    /// assignment of words.
    pub fn read(text: &[u8]) -> Option<Options> {
        let mut values = FxMap::default();
        for (line, number) in text.strip_suffix(b"\n")?.split(|c| *c == b'\n').zip(1..) {
            if line.is_empty() {
                continue;
            }
            // Make warns of a NUL, also in a comment.
            if line.starts_with(b"#") && !line.ends_with(b"\\") && !line.contains(&0) {
                continue;
            }
            let (name, value) = line.split_once_str(b"=")?;
            let is_name = |name: &[u8]| name.iter().all(|c| c.is_ascii_alphanumeric() || *c == b'_');
            let says_more = |c: &u8| matches!(c, b'$' | b'#' | b'\\' | 0..=31 | 127);
            let is_word = !value.iter().any(says_more) && value.trim().len() == value.len();
            if !(name.starts_with(PREFIX) && is_name(name) && is_word) {
                return None;
            }
            values.insert(name.into(), Setting { value: value.into(), line: number });
        }
        Some(Options { values })
    }

    /// The options by name, in no order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&BStr, &Setting)> {
        self.values.iter().map(|(name, setting)| (name.as_bstr(), setting))
    }

    /// What stands for the values of these options: equal where all of them are equal, or in neither file.
    pub fn values_of<'a>(&self, names: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
        let mut out = Vec::new();
        for name in names {
            if let Some(setting) = self.values.get(BStr::new(name)) {
                out.push(b'=');
                out.extend_from_slice(&setting.value);
            }
            out.push(b'\n');
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kconfig_writes_is_read_and_what_says_more_to_make_is_not() {
        let text = b"#\n# Made\n#\nCONFIG_A=y\n\nCONFIG_B=\"a b=c\"\nCONFIG_C=\nCONFIG_A=m\n";
        let options = Options::read(text).unwrap();
        let values =
            options.values_of([b"CONFIG_A".as_slice(), b"CONFIG_B", b"CONFIG_C", b"CONFIG_D"].into_iter());
        assert_eq!(values.as_bstr(), "=m\n=\"a b=c\"\n=\n\n");
        for more in [
            "CONFIG_A=y",
            "# \\\nCONFIG_A=y\n",
            "# \0\nCONFIG_A=y\n",
            "CONFIG_A = y\n",
            "CONFIG_A= y\n",
            "CONFIG_A=y \n",
            "CONFIG_A:=y\n",
            "CONFIG_A+=y\n",
            "CONFIG_A\n",
            "CONFIG_A=$(X)\n",
            "CONFIG_A=a#b\n",
            "CONFIG_A=a\\\nCONFIG_B=y\n",
            "CONFIG_A=y\r\n",
            "CONFIG_A=a\tb\n",
            "A=y\n",
            " CONFIG_A=y\n",
            "\tCONFIG_A=y\n",
            "CONFIG_A.B=y\n",
            "all: CONFIG_A=y\n",
            "export CONFIG_A=y\n",
        ] {
            assert!(Options::read(more.as_bytes()).is_none(), "{more:?}");
        }
    }
}
