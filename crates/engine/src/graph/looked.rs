//! What is known of files that are listed by records: of each a word.

use rkbuild_base::FxMap;
use rkbuild_eval::FileId;

use crate::graph::times::Time;

/// What looking at a file gave, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Looked(Option<Time>);

impl Looked {
    /// Nobody looked.
    pub const NOT: Looked = Looked(None);
    /// There is more to say of it than its time: at the least that it is missing.
    pub const ODD: Looked = Looked(Some(Time::MISSING));

    /// A file that has this time. One that is missing is odd.
    pub fn at(time: Time) -> Looked {
        Looked(Some(time))
    }

    /// Its time.
    pub fn time(self) -> Option<Time> {
        self.0.filter(|time| !time.is_missing())
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
