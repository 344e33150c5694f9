//! Bytes that are made when somebody first looks at them.
//!
//! Some values are long and hardly ever asked for: the list of headers in a record, `$^` of an object that is up to date. Their
//! like holds what it takes to write them down, which is a fraction of their size.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use rkbuild_base::BString;

/// What bytes can be made of. It gives the same whenever it is asked.
pub trait Unwritten: Send + Sync {
    /// The bytes.
    fn write(&self) -> BString;

    /// Those words of the bytes that `wanted` is true of, in order, without writing down the others.
    fn words(&self, wanted: &dyn Fn(&[u8]) -> bool) -> Vec<BString>;

    /// Whether `wanted` is true of any.
    fn has(&self, wanted: &dyn Fn(&[u8]) -> bool) -> bool {
        !self.words(wanted).is_empty()
    }
}

/// Bytes, there already or to be made.
pub struct Bytes(State);

enum State {
    There(BString),
    Later(OnceLock<BString>, Arc<dyn Unwritten>),
}

impl Bytes {
    /// Bytes that will be made of `make` when somebody looks at them.
    pub fn later(make: Arc<dyn Unwritten>) -> Bytes {
        Bytes(State::Later(OnceLock::new(), make))
    }

    /// What they will be made of, as long as they are not made.
    pub fn unwritten(&self) -> Option<&Arc<dyn Unwritten>> {
        match &self.0 {
            State::Later(made, make) if made.get().is_none() => Some(make),
            State::Later(..) | State::There(_) => None,
        }
    }

    /// Changes the bytes.
    pub fn change(&mut self, change: impl FnOnce(&mut BString)) {
        if let State::Later(made, make) = &mut self.0 {
            self.0 = State::There(made.take().unwrap_or_else(|| make.write()));
        }
        if let State::There(bytes) = &mut self.0 {
            change(bytes);
        }
    }

    fn get(&self) -> &BString {
        match &self.0 {
            State::There(bytes) => bytes,
            State::Later(made, make) => made.get_or_init(|| make.write()),
        }
    }
}

impl Default for Bytes {
    fn default() -> Bytes {
        Bytes::from(BString::default())
    }
}

impl From<BString> for Bytes {
    fn from(bytes: BString) -> Bytes {
        Bytes(State::There(bytes))
    }
}

impl Deref for Bytes {
    type Target = BString;

    fn deref(&self) -> &BString {
        self.get()
    }
}

impl PartialEq for Bytes {
    fn eq(&self, other: &Bytes) -> bool {
        self.get() == other.get()
    }
}

impl PartialEq<str> for Bytes {
    fn eq(&self, other: &str) -> bool {
        self.get() == other
    }
}

impl PartialEq<&str> for Bytes {
    fn eq(&self, other: &&str) -> bool {
        self.get() == other
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[derive(Default)]
    struct Counted(AtomicU32);

    impl Unwritten for Counted {
        fn write(&self) -> BString {
            self.0.fetch_add(1, Ordering::Relaxed);
            "made".into()
        }

        fn words(&self, wanted: &dyn Fn(&[u8]) -> bool) -> Vec<BString> {
            Vec::from_iter(wanted(b"made").then(|| "made".into()))
        }
    }

    #[test]
    fn bytes_are_made_once_and_only_when_looked_at() {
        let made = Arc::new(Counted::default());
        let mut bytes = Bytes::later(made.clone());
        assert_eq!(bytes.unwritten().map(|words| words.words(&|_| true).len()), Some(1));
        assert_eq!(made.0.load(Ordering::Relaxed), 0);
        assert_eq!((&bytes[..], bytes.len()), (&b"made"[..], 4));
        assert!(bytes.unwritten().is_none());
        bytes.change(|bytes| bytes.push(b'!'));
        assert_eq!(&bytes[..], b"made!");
        assert_eq!(made.0.load(Ordering::Relaxed), 1);
    }
}
