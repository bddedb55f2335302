//! State for any number of keys in memory of a fixed size.

use std::{
    hash::{BuildHasher, Hash, RandomState},
    marker::PhantomData,
    sync::OnceLock,
};

use governor::{
    nanos::Nanos,
    state::{InMemoryState, NotKeyed, StateStore},
};

/// Sixteen bits of a keyed hash: two busy keys share an allowance once in 65,536 pairs.
const COUNT: usize = 1 << 16;

/// Buckets that are made at once, four kibibytes: those that no key has needed yet take no memory.
const SHELF: usize = 1 << 9;

/// A key's state is in the bucket its keyed hash names, so nobody can choose whose bucket to share.
///
/// A map of keys would need pruning, a cap, and a rule for keys beyond it, which many addresses
/// with one request each would soon make the rule for everybody. To use up these buckets takes
/// each of them at its full rate.
pub(super) struct Buckets<K, S = RandomState> {
    shelves: Box<[OnceLock<Box<[InMemoryState]>>]>,
    hasher: S,
    keys: PhantomData<fn(&K)>,
}

impl<K, S: Default> Buckets<K, S> {
    pub(super) fn new() -> Self {
        let shelves = (0..COUNT / SHELF).map(|_| OnceLock::new()).collect();
        Self { shelves, hasher: S::default(), keys: PhantomData }
    }
}

impl<K: Hash, S: BuildHasher> StateStore for Buckets<K, S> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let index = self.hasher.hash_one(key) as usize % COUNT;
        let shelf = self.shelves[index / SHELF]
            .get_or_init(|| (0..SHELF).map(|_| InMemoryState::default()).collect());
        shelf[index % SHELF].measure_and_replace(&NotKeyed::NonKey, decide)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        hash::{BuildHasherDefault, DefaultHasher},
        num::NonZeroU32,
    };

    use governor::{Quota, RateLimiter, clock::FakeRelativeClock, middleware::NoOpMiddleware};

    use super::*;

    /// With a hash that is the same in every run, since a random one makes two keys meet at times.
    type Repeatable = Buckets<u32, BuildHasherDefault<DefaultHasher>>;

    #[test]
    fn keys_have_allowances_of_their_own_and_memory_stays_the_same() {
        let quota = Quota::per_hour(NonZeroU32::MIN);
        let limiter: RateLimiter<_, _, _, NoOpMiddleware<Nanos>> =
            RateLimiter::new(quota, Repeatable::new(), FakeRelativeClock::default());
        let granted = (0..1000).filter(|key| limiter.check_key(key).is_ok()).count();
        assert!(granted > 980, "{granted} of 1000 keys had an allowance of their own");
        assert!((0..1000).all(|key| limiter.check_key(&key).is_err()));

        let after_a_flood = (1000..1_001_000).filter(|key| limiter.check_key(key).is_ok()).count();
        assert_eq!(granted + after_a_flood, COUNT, "each bucket grants what one key may have");
        let made: usize = limiter
            .into_state_store()
            .shelves
            .iter()
            .filter_map(OnceLock::get)
            .map(|shelf| shelf.len())
            .sum();
        assert_eq!(made, COUNT);
    }

    #[test]
    fn what_nobody_needs_takes_no_memory() {
        let limiter: RateLimiter<_, _, _, NoOpMiddleware<Nanos>> = RateLimiter::new(
            Quota::per_hour(NonZeroU32::MIN),
            Repeatable::new(),
            FakeRelativeClock::default(),
        );
        assert!(limiter.check_key(&1).is_ok() && limiter.check_key(&1).is_err());
        let made = limiter.into_state_store().shelves.iter().filter(|shelf| shelf.get().is_some()).count();
        assert_eq!(made, 1);
    }
}
