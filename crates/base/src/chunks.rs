//! A list that grows without moving what is in it.

use std::ops::{Index, IndexMut};

/// How many elements a chunk holds.
const CHUNK: usize = 1024;

/// Elements in the order they were added, in chunks that stay where they are. A [`Vec`] that outgrows its memory is copied, and
/// for a moment there twice: of a makefile with 100,000 targets that moment was the most memory the process ever had.
/// (boxcar, which is for lists that several threads add to, has a flag with each element.)
#[derive(Debug)]
pub struct Chunks<T> {
    /// All are full but the last one. The first grows as it is needed: most makefiles have few targets.
    chunks: Vec<Vec<T>>,
}

impl<T> Default for Chunks<T> {
    fn default() -> Chunks<T> {
        Chunks { chunks: Vec::new() }
    }
}

impl<T> Chunks<T> {
    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.chunks.last().map_or(0, |last| (self.chunks.len() - 1) * CHUNK + last.len())
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// Adds an element behind all others.
    pub fn push(&mut self, element: T) {
        match self.chunks.last_mut() {
            Some(last) if last.len() < CHUNK => last.push(element),
            last => {
                let mut chunk = Vec::with_capacity(if last.is_some() { CHUNK } else { 0 });
                chunk.push(element);
                self.chunks.push(chunk);
            }
        }
    }

    /// The element at `at`, counted from 0.
    pub fn get(&self, at: usize) -> Option<&T> {
        self.chunks.get(at / CHUNK)?.get(at % CHUNK)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, at: usize) -> Option<&mut T> {
        self.chunks.get_mut(at / CHUNK)?.get_mut(at % CHUNK)
    }

    /// All elements in their order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flatten()
    }

    /// All elements from the one at `start` on, to be changed.
    pub fn iter_mut_from(&mut self, start: usize) -> impl Iterator<Item = &mut T> {
        let first = (start / CHUNK).min(self.chunks.len());
        self.chunks[first..].iter_mut().flatten().skip(start - first * CHUNK)
    }
}

impl<T> Index<usize> for Chunks<T> {
    type Output = T;
    fn index(&self, at: usize) -> &T {
        &self.chunks[at / CHUNK][at % CHUNK]
    }
}

impl<T> IndexMut<usize> for Chunks<T> {
    fn index_mut(&mut self, at: usize) -> &mut T {
        &mut self.chunks[at / CHUNK][at % CHUNK]
    }
}

#[cfg(test)]
mod tests {
    use super::{CHUNK, Chunks};

    fn numbers(count: usize) -> Chunks<usize> {
        let mut all = Chunks::default();
        (0..count).for_each(|n| all.push(n));
        all
    }

    #[test]
    fn elements_are_where_they_were_added() {
        for count in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK] {
            let mut all = numbers(count);
            assert_eq!((all.len(), all.is_empty()), (count, count == 0));
            assert!(all.iter().copied().eq(0..count));
            assert!((0..count).all(|at| all[at] == at));
            assert_eq!(all.get_mut(count), None);
        }
    }

    #[test]
    fn those_from_one_on_can_be_changed() {
        for start in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 5, 2 * CHUNK + 6, 9 * CHUNK] {
            let mut all = numbers(2 * CHUNK + 6);
            all.iter_mut_from(start).for_each(|n| *n = 0);
            assert!((0..all.len()).all(|at| all[at] == if at < start { at } else { 0 }), "from {start}");
        }
    }

    #[test]
    fn an_element_stays_where_it_is_when_others_are_added() {
        let mut all = numbers(CHUNK + 1);
        let places = [0, CHUNK - 1, CHUNK].map(|at| &raw const all[at]);
        (0..9 * CHUNK).for_each(|n| all.push(n));
        assert_eq!([0, CHUNK - 1, CHUNK].map(|at| &raw const all[at]), places);
    }
}
