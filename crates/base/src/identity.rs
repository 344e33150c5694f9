//! Which release of GNU make a process claims to be, and is.

/// A GNU make release. Everything that differs between the two moves together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Identity {
    /// GNU make 4.3 (`--compat=4.3`).
    V4_3,
    /// GNU make 4.4.1, the default.
    #[default]
    V4_4_1,
}

impl Identity {
    /// The value of `MAKE_VERSION`.
    pub fn version(self) -> &'static str {
        match self {
            Identity::V4_3 => "4.3",
            Identity::V4_4_1 => "4.4.1",
        }
    }

    /// True for 4.4.1 and what comes after it.
    pub fn is_4_4(self) -> bool {
        self >= Identity::V4_4_1
    }
}
