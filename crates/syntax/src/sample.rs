//! Lists that were read, kept to compare others with piece by piece.
//!
//! What records list is alike over long stretches: where a line was met before, the fifty after it mostly are what followed it
//! then. Two texts are compared many bytes at a time, where going from line to line means one look at memory after the other.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// A line in [`crate::list::Lists`]. Whether it only counts if its file is there can be told from its number: most lines count in
/// any case, and are not looked at for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineId(pub u32);

impl LineId {
    /// The number of the line in that place.
    pub(crate) fn new(index: usize, if_there: bool) -> Option<LineId> {
        let index = u32::try_from(index).ok()?.checked_mul(2)?;
        Some(LineId(index | u32::from(if_there)))
    }

    /// The place of the line: they have it in the order they were met.
    pub fn index(self) -> usize {
        (self.0 >> 1) as usize
    }

    /// It stands in the list only if the file is there: `$(wildcard name)`.
    pub fn if_there(self) -> bool {
        self.0 & 1 == 1
    }
}

/// Where in one of the [`Samples`] the line stands that follows another one. 0 for nowhere.
#[derive(Debug, Default)]
pub(crate) struct Following(AtomicU64);

impl Following {
    fn set(&self, sample: usize, at: usize) {
        if let (Ok(sample), Ok(at)) = (u32::try_from(sample + 1), u32::try_from(at)) {
            self.0.store(u64::from(sample) << 32 | u64::from(at), Ordering::Release);
        }
    }

    fn get(&self) -> Option<(usize, usize)> {
        let both = self.0.load(Ordering::Acquire);
        Some((usize::try_from(both >> 32).ok()?.checked_sub(1)?, (both & u64::from(u32::MAX)) as usize))
    }
}

/// A list: its text, the numbers of its lines, and where each begins and the last ends.
struct Sample {
    text: Box<[u8]>,
    ids: Box<[LineId]>,
    starts: Box<[u32]>,
}

/// All lists that are kept.
#[derive(Default)]
pub(crate) struct Samples {
    all: boxcar::Vec<Sample>,
    bytes: AtomicUsize,
}

/// So many bytes of text are kept. Those of a kernel are known by a fraction of it.
const MOST: usize = 4 << 20;

impl Samples {
    /// The lines `text` begins with as far as they are those that follow at `place`, and how long they are.
    pub(crate) fn run(&self, place: &Following, text: &[u8]) -> Option<(&[LineId], usize)> {
        let (sample, at) = place.get()?;
        let Sample { text: known, ids, starts } = self.all.get(sample)?;
        let begin = *starts.get(at)? as usize;
        let end = begin + common(known.get(begin..)?, text);
        // The last line that is whole.
        let count = starts.get(at + 1..)?.partition_point(|start| *start as usize <= end);
        let last = *starts.get(at + count)? as usize;
        (count > 0).then_some((ids.get(at..at + count)?, last - begin))
    }

    /// Keeps a list, if there is room: `text` is that of the lines `ids`. Gives each line's place to `follows`, with which of
    /// the list's lines it is that follows.
    pub(crate) fn keep<'a>(
        &self,
        text: &[u8],
        ids: &[LineId],
        first: &Following,
        following: impl Fn(LineId) -> &'a Following,
    ) {
        if self.bytes.fetch_add(text.len(), Ordering::Relaxed).saturating_add(text.len()) > MOST {
            self.bytes.fetch_sub(text.len(), Ordering::Relaxed);
            return;
        }
        let ends = memchr::memchr_iter(b'\n', text).map(|end| end as u32 + 1);
        let starts = std::iter::once(0).chain(ends).collect();
        let sample = self.all.push(Sample { text: text.into(), ids: ids.into(), starts });
        first.set(sample, 0);
        for (at, id) in ids.iter().enumerate() {
            following(*id).set(sample, at + 1);
        }
    }
}

/// How many bytes two texts have in common at their beginning.
fn common(a: &[u8], b: &[u8]) -> usize {
    let (wide, _) = a.as_chunks::<64>();
    let (with, _) = b.as_chunks::<64>();
    let same = 64 * wide.iter().zip(with).take_while(|(a, b)| a == b).count();
    let rest = a.iter().skip(same).zip(b.iter().skip(same));
    same + rest.take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_texts_have_in_common() {
        let text: Vec<u8> = (0..200).collect();
        for at in [0, 1, 63, 64, 65, 128, 199] {
            let mut other = text.clone();
            other[at] = 255;
            assert_eq!(common(&text, &other), at);
            assert_eq!(common(&text, &text[..at]), at);
        }
    }

    #[test]
    fn a_run_ends_with_the_last_whole_line_that_is_the_same() {
        let samples = Samples::default();
        let places: Vec<Following> = (0..3).map(|_| Following::default()).collect();
        let start = Following::default();
        assert!(samples.run(&start, b"aa\n").is_none());
        let ids = [LineId(0), LineId(1), LineId(2)];
        samples.keep(b"aa\nbb\ncc\n", &ids, &start, |id| &places[id.0 as usize]);
        assert_eq!(samples.run(&start, b"aa\nbb\ncc\n\nx"), Some((&ids[..], 9)));
        assert_eq!(samples.run(&start, b"aa\nbb\ncd\n"), Some((&ids[..2], 6)));
        assert_eq!(samples.run(&places[0], b"bb\ncc"), Some((&ids[1..2], 3)));
        assert_eq!(samples.run(&places[0], b"bbb\n"), None);
        assert_eq!(samples.run(&places[2], b"aa\n"), None);
    }

    #[test]
    fn no_more_is_kept_than_there_is_room_for() {
        let samples = Samples::default();
        let (start, place) = (Following::default(), Following::default());
        let text = [vec![b'a'; MOST], vec![b'\n']].concat();
        samples.keep(&text, &[LineId(1)], &start, |_| &place);
        assert!(samples.run(&start, &text).is_none());
        samples.keep(b"a\n", &[LineId(1)], &start, |_| &place);
        assert!(samples.run(&start, b"a\n").is_some());
    }
}
