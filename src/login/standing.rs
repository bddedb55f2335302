//! Whether the next attempt to log in is heard at all.

use std::time::Duration;

use super::Failures;
use crate::timestamp::Timestamp;

/// What is counted: the account by its name, the client's network, or both together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Counter {
    /// Attempts on one account from anywhere.
    Account,
    /// Attempts from one network on any account.
    Address,
    /// Attempts on one account from one network.
    Pair,
}

impl Counter {
    /// How many failures cost no wait: 20 for an address, which many may share, else 5.
    fn free(self) -> u32 {
        match self {
            Self::Account | Self::Pair => 5,
            Self::Address => 20,
        }
    }
}

/// What the store remembers of an account's name, a network and the pair of both. The same for
/// names that no account has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The account's failures.
    pub account: Failures,
    /// The network's failures.
    pub address: Failures,
    /// The pair's failures.
    pub pair: Failures,
    /// When the pair last succeeded.
    pub succeeded: Option<Timestamp>,
}

impl Standing {
    const TRUSTED_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);

    /// Whether the pair succeeded within the last 30 days.
    pub fn is_trusted(&self, now: Timestamp) -> bool {
        self.succeeded.is_some_and(|then| now.since(then) < Self::TRUSTED_FOR)
    }

    /// The counters that judge this attempt, and on which it counts if it fails.
    ///
    /// A trusted pair has only its own, so that no stranger's failures, be they on the account or
    /// from behind the same gateway, lock its user out. Everybody else has the account's and the
    /// network's. Success ends the pair's failures and the account's stay.
    pub fn counters(&self, now: Timestamp) -> &'static [Counter] {
        if self.is_trusted(now) { &[Counter::Pair] } else { &[Counter::Account, Counter::Address] }
    }

    /// Whether an attempt may be made now. Asked before any hashing; a refused attempt counts
    /// nowhere.
    ///
    /// # Errors
    /// How long to wait, for `Retry-After`.
    pub fn check(&self, now: Timestamp) -> Result<(), Duration> {
        let waits =
            self.counters(now).iter().map(|counter| self.failures(*counter).wait(counter.free(), now));
        waits.max().filter(|wait| !wait.is_zero()).map_or(Ok(()), Err)
    }

    fn failures(&self, counter: Counter) -> Failures {
        match counter {
            Counter::Account => self.account,
            Counter::Address => self.address,
            Counter::Pair => self.pair,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DAY: u64 = 24 * 60 * 60;

    fn now() -> Timestamp {
        Timestamp::default() + Duration::from_secs(1_800_000_000)
    }

    fn failed(count: u32) -> Failures {
        Failures { count, last: now() }
    }

    fn days_ago(days: u64) -> Option<Timestamp> {
        Some(now().minus(Duration::from_secs(days * DAY)))
    }

    #[test]
    fn a_stranger_waits_for_the_account_and_the_address() {
        let stranger = Standing::default();
        for (standing, expected) in [
            (stranger, Ok(())),
            (Standing { account: failed(4), address: failed(19), pair: failed(99), ..stranger }, Ok(())),
            (Standing { account: failed(5), ..stranger }, Err(1)),
            (Standing { address: failed(20), ..stranger }, Err(1)),
            (Standing { account: failed(7), address: failed(21), ..stranger }, Err(4)),
        ] {
            assert_eq!(standing.check(now()), expected.map_err(Duration::from_secs), "{standing:?}");
        }
    }

    #[test]
    fn a_trusted_pair_waits_only_for_itself() {
        let flooded = Standing { account: failed(99), address: failed(99), ..Standing::default() };
        let trusted = Standing { succeeded: days_ago(29), ..flooded };
        assert_eq!(trusted.check(now()), Ok(()));
        assert_eq!(trusted.counters(now()), [Counter::Pair]);
        let guessing = Standing { pair: failed(6), ..trusted };
        assert_eq!(guessing.check(now()), Err(Duration::from_secs(2)));
        let lapsed = Standing { succeeded: days_ago(30), ..flooded };
        assert_eq!(lapsed.check(now()), Err(Duration::from_secs(60)));
        assert_eq!(lapsed.counters(now()), [Counter::Account, Counter::Address]);
    }

    proptest! {
        /// Guesses in one hour, by a stranger who is as quick as the rules allow.
        #[test]
        fn an_hour_of_guessing_one_account_is_under_seventy_guesses(step in 1..1_000_000_u64) {
            let mut standing = Standing::default();
            let (mut time, end) = (now(), now() + Duration::from_secs(3600));
            let mut guesses = 0;
            while time < end {
                match standing.check(time) {
                    Ok(()) => {
                        guesses += 1;
                        standing.account = standing.account.another(time);
                    }
                    Err(wait) => time = time + wait.max(Duration::from_micros(step)),
                }
            }
            prop_assert!((60..70).contains(&guesses), "{}", guesses);
        }
    }
}
