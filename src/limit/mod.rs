//! How many requests one client, or one account, may make.

mod buckets;

use std::{hash::Hash, time::Duration};

use governor::{
    Quota, RateLimiter,
    clock::{Clock, MonotonicClock},
    middleware::NoOpMiddleware,
};

use self::buckets::Buckets;

/// A limit for each key: an account's id, or a
/// [`ClientNetwork`](crate::client_network::ClientNetwork).
///
/// Its memory is half a mebibyte at most, however many keys come. Time is governor's own
/// (monotonic, so that setting the wall clock lets nobody through or out), and a test's to give.
pub struct Limiter<K: Hash + Eq + Clone, C: Clock = MonotonicClock> {
    limiter: RateLimiter<K, Buckets<K>, C, NoOpMiddleware<C::Instant>>,
}

impl<K: Hash + Eq + Clone> Limiter<K> {
    /// Grants each key `quota`.
    pub fn new(quota: Quota) -> Self {
        Self::with_clock(quota, MonotonicClock)
    }
}

impl<K: Hash + Eq + Clone, C: Clock> Limiter<K, C> {
    /// Grants each key `quota`, by this clock.
    pub fn with_clock(quota: Quota, clock: C) -> Self {
        Self { limiter: RateLimiter::new(quota, Buckets::new(), clock) }
    }

    /// Takes one request from the key's allowance.
    ///
    /// # Errors
    /// How long until the next one is granted, for `Retry-After`. A refused request costs nothing.
    pub fn check(&self, key: &K) -> Result<(), Duration> {
        self.limiter.check_key(key).map_err(|refused| refused.wait_time_from(self.limiter.clock().now()))
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use governor::clock::FakeRelativeClock;

    use super::*;

    const BURST: NonZeroU32 = NonZeroU32::new(20).expect("not zero");

    #[test]
    fn a_burst_then_the_rate_then_the_burst_again() {
        let clock = FakeRelativeClock::default();
        let quota = Quota::with_period(Duration::from_secs(3)).expect("not zero").allow_burst(BURST);
        let limiter = Limiter::with_clock(quota, clock.clone());
        let granted = || (0..100).filter(|_| limiter.check(&1).is_ok()).count();

        assert_eq!(granted(), 20);
        assert_eq!(limiter.check(&1), Err(Duration::from_secs(3)));
        clock.advance(Duration::from_secs(2));
        assert_eq!(limiter.check(&1), Err(Duration::from_secs(1)));
        clock.advance(Duration::from_secs(1));
        assert_eq!(granted(), 1, "refused requests cost nothing");
        clock.advance(Duration::from_secs(3600));
        assert_eq!(granted(), 20);
    }

    #[test]
    fn real_time_is_the_default() {
        let limiter = Limiter::new(Quota::per_hour(NonZeroU32::MIN));
        assert_eq!(limiter.check(&1), Ok(()));
        let wait = limiter.check(&1).expect_err("one an hour");
        assert!(wait > Duration::from_secs(3000) && wait <= Duration::from_secs(3600), "{wait:?}");
    }
}
