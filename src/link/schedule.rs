//! When a link is fetched again.

use std::{ops::RangeInclusive, time::Duration};

use crate::timestamp::Timestamp;

/// The first pause after a failure; it doubles with each.
const BACK_OFF: Duration = Duration::from_secs(60);

/// The longest pause after a failure, a day.
const LONGEST: Duration = Duration::from_secs(86_400);

/// The share of a pause that is added at random, so that what was fetched at once does not come due at once.
const JITTER: f64 = 0.1;

/// When a link is fetched again.
#[derive(Clone, Debug)]
pub struct Schedule {
    fresh: RangeInclusive<Duration>,
    age: Duration,
}

impl Schedule {
    /// A schedule by which a card is fresh for at least and at most so long, whatever its page says, and the links of
    /// messages older than `age` are not fetched again.
    pub fn new(fresh: RangeInclusive<Duration>, age: Duration) -> Self {
        Self { fresh, age }
    }

    /// The age of a message from which on its links are not fetched again by themselves; zero: they never are.
    pub fn age(&self) -> Duration {
        self.age
    }

    /// The shortest time after which a card comes due again.
    pub fn soonest(&self) -> Duration {
        *self.fresh.start()
    }

    /// When a card comes due of which its page says that it is fresh for `fresh`. `share`, from 0 to 1 at random, spreads
    /// what was fetched at once over a tenth of the time.
    pub fn after_card(&self, fresh: Duration, now: Timestamp, share: f64) -> Timestamp {
        jittered(now, fresh.clamp(*self.fresh.start(), *self.fresh.end()), share)
    }

    /// When a link comes due that has failed so many times running before.
    pub fn after_failure(&self, failures: i32, now: Timestamp, share: f64) -> Timestamp {
        let doublings = u32::try_from(failures).unwrap_or(0).min(11);
        jittered(now, (BACK_OFF * 2_u32.pow(doublings)).min(LONGEST), share)
    }
}

fn jittered(now: Timestamp, wait: Duration, share: f64) -> Timestamp {
    now + wait.mul_f64(1.0 + share * JITTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn schedule() -> Schedule {
        Schedule::new(HOUR..=10 * HOUR, 70 * HOUR)
    }

    #[test]
    fn failures_back_off_up_to_a_day() {
        let now = Timestamp::default();
        let pauses = [0, 1, 2, 10, 11, i32::MAX]
            .map(|failures| schedule().after_failure(failures, now, 0.0).since(now).as_secs());
        assert_eq!(pauses, [60, 120, 240, 61_440, 86_400, 86_400]);
        assert_eq!(schedule().after_failure(0, now, 0.5).since(now).as_secs(), 63);
    }

    #[test]
    fn a_card_is_fresh_as_its_page_says_within_bounds_and_a_tenth_more_at_most() {
        let now = Timestamp::default();
        for (said, hours) in [(Duration::ZERO, 1), (2 * HOUR, 2), (99 * HOUR, 10)] {
            assert_eq!(schedule().after_card(said, now, 0.0).since(now), hours * HOUR);
            assert_eq!(schedule().after_card(said, now, 1.0).since(now), (hours * HOUR).mul_f64(1.1));
        }
    }
}
