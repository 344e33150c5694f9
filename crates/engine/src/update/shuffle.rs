//! `--shuffle`: another order for prerequisites and goals, to find rules that rely on the one they are written in.

use std::hash::BuildHasher;

use bstr::ByteSlice;
use fastrand::Rng;
use rkbuild_eval::options::Options;
use rustc_hash::FxBuildHasher;

/// The order asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shuffle {
    /// As written.
    Identity,
    /// Last to first.
    Reverse,
    /// One that follows from this seed.
    Seed(u64),
}

impl Shuffle {
    /// What the options ask for.
    pub fn of(options: &Options) -> Shuffle {
        match options.shuffle.as_ref().map(|mode| mode.as_slice()) {
            Some(b"reverse") => Shuffle::Reverse,
            Some(mode) => {
                let seed = mode.to_str().ok().and_then(|mode| mode.parse().ok());
                seed.map_or(Shuffle::Identity, Shuffle::Seed)
            }
            None => Shuffle::Identity,
        }
    }

    /// Puts what belongs to `name` in order. The same seed and name give the same order, whatever else is built.
    pub fn apply<T>(self, name: &[u8], items: &mut [T]) {
        match self {
            Shuffle::Identity => {}
            Shuffle::Reverse => items.reverse(),
            Shuffle::Seed(seed) => Rng::with_seed(FxBuildHasher.hash_one((seed, name))).shuffle(items),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_one_order_for_a_name() {
        let order = |seed, name: &[u8]| {
            let mut all: Vec<u32> = (0..20).collect();
            Shuffle::Seed(seed).apply(name, &mut all);
            all
        };
        assert_eq!(order(7, b"all"), order(7, b"all"));
        assert_ne!(order(7, b"all"), order(8, b"all"));
        assert_ne!(order(7, b"all"), (0..20).collect::<Vec<u32>>());
    }
}
