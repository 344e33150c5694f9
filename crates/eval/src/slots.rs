//! Hash tables as GNU make has them, for the order it goes through them.
//!
//! It shows where files are taken from the table one after the other, in the data base that `-p` prints, and in the
//! environment of children. Found by experiment with both releases: names are hashed by Bob Jenkins' public-domain
//! `lookup3`, with small changes that are not the same for files and variables; the table begins with a power of two
//! of slots, doubles when 15/16 of them are taken, and a taken slot is passed over for the next.

/// The number of slots of an empty table of files, of global variables, or of an environment.
pub const SLOTS: usize = 1024;

/// What `lookup3` begins with.
const SEED: u32 = 0xdead_beef;

/// What was put into a table of so many slots, in the table's order, and how many slots it has now.
pub fn in_order<T: Copy>(items: impl Iterator<Item = (T, u32)>, slots: usize) -> (Vec<T>, usize) {
    let items: Vec<(T, u32)> = items.collect();
    let mut table = Table { slots: vec![FREE; slots] };
    for (at, (_, hash)) in items.iter().enumerate() {
        table.place(at, *hash);
        table.grow(at + 1, &items);
    }
    let taken = table.slots.iter().filter(|at| **at != FREE);
    (taken.filter_map(|at| items.get(*at as usize)).map(|(item, _)| *item).collect(), table.slots.len())
}

/// What a slot has that nothing is in.
const FREE: u32 = u32::MAX;

/// The numbers of the items that are in the slots: most are free, and looked at twice.
struct Table {
    slots: Vec<u32>,
}

impl Table {
    fn grow<T>(&mut self, taken: usize, items: &[(T, u32)]) {
        let size = self.slots.len();
        if taken < size - size / 16 {
            return;
        }
        for at in std::mem::replace(&mut self.slots, vec![FREE; size * 2]) {
            if let Some((_, hash)) = items.get(at as usize) {
                self.place(at as usize, *hash);
            }
        }
    }

    fn place(&mut self, item: usize, hash: u32) {
        // The size is a power of two, and there is always a free slot.
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        while self.slots.get(at).is_some_and(|slot| *slot != FREE) {
            at = (at + 1) & mask;
        }
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = u32::try_from(item).unwrap_or(FREE);
        }
    }
}

fn word(bytes: &[u8]) -> u32 {
    let byte = |at: usize| u32::from(bytes.get(at).copied().unwrap_or(0)) << (8 * at);
    byte(0) | byte(1) | byte(2) | byte(3)
}

/// The hash of a file's name: the number of bytes in whole words is added at the end.
pub fn file_hash(name: &[u8]) -> u32 {
    let (mut a, mut b, mut c) = (SEED, SEED, SEED);
    let mut rest = name;
    loop {
        let mut words = rest.chunks(4).map(word);
        a = a.wrapping_add(words.next().unwrap_or(0));
        b = b.wrapping_add(words.next().unwrap_or(0));
        c = c.wrapping_add(words.next().unwrap_or(0));
        match rest.split_at_checked(12) {
            Some((_, more)) => {
                (a, b, c) = mix(a, b, c);
                rest = more;
            }
            None => break,
        }
    }
    let words = (name.len() & !3) as u32;
    last(a, b, c).wrapping_add(words)
}

/// The hash of a variable's name: the length is added at the start, and the words that are left over are added so that the last meets `c`.
pub fn variable_hash(name: &[u8]) -> u32 {
    let seed = SEED.wrapping_add(name.len() as u32);
    let (mut a, mut b, mut c) = (seed, seed, seed);
    let mut rest = name;
    while let Some((twelve, more)) = rest.split_at_checked(12).filter(|(_, more)| !more.is_empty()) {
        let mut words = twelve.chunks(4).map(word);
        a = a.wrapping_add(words.next().unwrap_or(0));
        b = b.wrapping_add(words.next().unwrap_or(0));
        c = c.wrapping_add(words.next().unwrap_or(0));
        (a, b, c) = mix(a, b, c);
        rest = more;
    }
    let mut words = rest.chunks(4).map(word).rev();
    c = c.wrapping_add(words.next().unwrap_or(0));
    b = b.wrapping_add(words.next().unwrap_or(0));
    a = a.wrapping_add(words.next().unwrap_or(0));
    last(a, b, c)
}

fn mix(mut a: u32, mut b: u32, mut c: u32) -> (u32, u32, u32) {
    a = a.wrapping_sub(c) ^ c.rotate_left(4);
    c = c.wrapping_add(b);
    b = b.wrapping_sub(a) ^ a.rotate_left(6);
    a = a.wrapping_add(c);
    c = c.wrapping_sub(b) ^ b.rotate_left(8);
    b = b.wrapping_add(a);
    a = a.wrapping_sub(c) ^ c.rotate_left(16);
    c = c.wrapping_add(b);
    b = b.wrapping_sub(a) ^ a.rotate_left(19);
    a = a.wrapping_add(c);
    c = c.wrapping_sub(b) ^ b.rotate_left(4);
    b = b.wrapping_add(a);
    (a, b, c)
}

fn last(mut a: u32, mut b: u32, mut c: u32) -> u32 {
    c = (c ^ b).wrapping_sub(b.rotate_left(14));
    a = (a ^ c).wrapping_sub(c.rotate_left(11));
    b = (b ^ a).wrapping_sub(a.rotate_left(25));
    c = (c ^ b).wrapping_sub(b.rotate_left(16));
    a = (a ^ c).wrapping_sub(c.rotate_left(4));
    b = (b ^ a).wrapping_sub(a.rotate_left(14));
    (c ^ b).wrapping_sub(b.rotate_left(24))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_those_gnu_make_was_seen_to_use() {
        for (name, slot) in
            [("a", 176), ("ab", 974), ("abcd", 621), ("aaaaaaaaa", 408), ("aaaaaaaaaaaaa", 430)]
        {
            assert_eq!(file_hash(name.as_bytes()) & 1023, slot, "{name}");
        }
    }

    #[test]
    fn variables_come_in_the_order_gnu_make_was_seen_to_print_them_in() {
        let names =
            ["VPATH", "O", "MAKE_COMMAND", "@D", ".VARIABLES", "%D", "^D", "%F", ".LOADED", ".INCLUDE_DIRS"];
        let slots = names.map(|name| variable_hash(name.as_bytes()) & 1023);
        assert!(slots.is_sorted(), "{slots:?}");
    }
}
