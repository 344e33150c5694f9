//! Bytes that are made when somebody first looks at them.
//!
//! Some values are long and hardly ever asked for: the list of headers in a record, `$^` of an object that is up to date. Their
//! like holds what it takes to write them down, which is a fraction of their size.

use std::fmt;
use std::ops::Deref;
use std::sync::OnceLock;

use rkbuild_base::BString;

/// What makes the bytes. It gives the same whenever it is asked.
type Make = Box<dyn Fn() -> BString + Send + Sync>;

/// Bytes, there already or to be made.
#[derive(Default)]
pub struct Bytes {
    made: OnceLock<BString>,
    make: Option<Make>,
}

impl Bytes {
    /// Bytes that `make` will give to whoever looks first.
    pub fn later(make: impl Fn() -> BString + Send + Sync + 'static) -> Bytes {
        Bytes { made: OnceLock::new(), make: Some(Box::new(make)) }
    }

    /// Changes the bytes.
    pub fn change(&mut self, change: impl FnOnce(&mut BString)) {
        self.get();
        let mut bytes = self.made.take().unwrap_or_default();
        change(&mut bytes);
        *self = Bytes::from(bytes);
    }

    fn get(&self) -> &BString {
        self.made.get_or_init(|| self.make.as_ref().map(|make| make()).unwrap_or_default())
    }
}

impl From<BString> for Bytes {
    fn from(bytes: BString) -> Bytes {
        Bytes { made: OnceLock::from(bytes), make: None }
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
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn bytes_are_made_once_and_only_when_looked_at() {
        let asked = Arc::new(AtomicU32::new(0));
        let count = asked.clone();
        let mut bytes = Bytes::later(move || {
            count.fetch_add(1, Ordering::Relaxed);
            "made".into()
        });
        assert_eq!(asked.load(Ordering::Relaxed), 0);
        assert_eq!((&bytes[..], bytes.len()), (&b"made"[..], 4));
        bytes.change(|bytes| bytes.push(b'!'));
        assert_eq!(&bytes[..], b"made!");
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    }
}
