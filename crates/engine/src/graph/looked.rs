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
        match time {
            Time::Missing => Looked::ODD,
            Time::Old => Looked::OLD,
            Time::New => Looked::NEW,
            Time::At(ns) if (Looked::OLD.0 + 1..Looked::NEW.0).contains(&ns) => Looked(ns),
            Time::At(_) => Looked::ODD,
        }
    }

    /// Its time.
    pub fn time(self) -> Option<Time> {
        match self {
            Looked::NOT | Looked::ODD => None,
            Looked::OLD => Some(Time::Old),
            Looked::NEW => Some(Time::New),
            Looked(ns) => Some(Time::At(ns)),
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
        let times = [Time::Old, Time::At(-5), Time::At(0), Time::At(7), Time::New];
        let looked = times.map(Looked::at);
        assert!(looked.is_sorted() && looked.iter().all(|l| *l > Looked::ODD));
        assert_eq!(looked.map(Looked::time), times.map(Some));
        assert_eq!(Looked::at(Time::Missing).time(), None);
        assert_eq!(Looked::at(Time::At(i64::MAX)), Looked::ODD);
    }
}
