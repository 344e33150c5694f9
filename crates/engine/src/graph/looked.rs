//! What is known of files that are listed by records: of each a word.

use rkbuild_base::FxMap;
use rkbuild_eval::FileId;

use crate::graph::times::Time;

/// What looking at a file gave, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Looked(i64);

impl Looked {
    /// Nobody looked.
    pub const NOT: Looked = Looked(i64::MIN);
    /// There is more to say of it than its time.
    pub const ODD: Looked = Looked(i64::MIN + 1);
    const OLD: Looked = Looked(i64::MIN + 2);
    const NEW: Looked = Looked(i64::MAX);

    /// A file that is there and has this time. One that is missing is odd.
    pub fn at(time: Time) -> Looked {
        match (time, time.ns()) {
            (Time::OLD, _) => Looked::OLD,
            (Time::NEW, _) => Looked::NEW,
            (_, Some(ns)) if (Looked::OLD.0 + 1..Looked::NEW.0).contains(&ns) => Looked(ns),
            _ => Looked::ODD,
        }
    }

    /// Its time.
    pub fn time(self) -> Option<Time> {
        match self {
            Looked::NOT | Looked::ODD => None,
            Looked::OLD => Some(Time::OLD),
            Looked::NEW => Some(Time::NEW),
            Looked(ns) => Some(Time::at(ns)),
        }
    }
}

/// What is known of lists.
#[derive(Default)]
pub struct Lists {
    /// By [`FileId`].
    pub(crate) looked: Vec<Looked>,
    /// Targets all of whose prerequisites were looked at, with their own time: what is younger has changed.
    pub(crate) decided: FxMap<FileId, Time>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_their_order() {
        let times = [Time::OLD, Time::at(-5), Time::at(0), Time::at(7), Time::NEW];
        let looked = times.map(Looked::at);
        assert!(looked.is_sorted() && looked.iter().all(|l| *l > Looked::ODD));
        assert_eq!(looked.map(Looked::time), times.map(Some));
        assert_eq!(Looked::at(Time::MISSING).time(), None);
    }
}
