//! One counter of failed attempts.

use std::time::Duration;

use crate::timestamp::Timestamp;

/// Failed attempts lately; forgotten after 15 minutes without another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    /// How many.
    pub count: u32,
    /// When the last one was.
    pub last: Timestamp,
}

impl Failures {
    const FORGOTTEN_AFTER: Duration = Duration::from_secs(15 * 60);
    const LONGEST_WAIT: Duration = Duration::from_secs(60);

    /// The counter with one more failure now.
    ///
    /// Store this *before* the password is verified, and [take it back](Self::taken_back) if it was
    /// right: attempts sent at once would else all see the same count.
    #[must_use]
    pub fn another(self, now: Timestamp) -> Self {
        Self { count: self.current(now).saturating_add(1), last: now }
    }

    /// The counter without the failure that made `before` into `counted`. What others added in the
    /// meantime stays.
    #[must_use]
    pub fn taken_back(self, counted: Self, before: Self) -> Self {
        let last = if self.last == counted.last { before.last } else { self.last };
        Self { count: self.count.saturating_sub(1), last }
    }

    /// How long the next attempt has to wait: nothing for the first `free` failures, then 1 s after
    /// the last one, doubling with each up to 60 s.
    pub(super) fn wait(self, free: u32, now: Timestamp) -> Duration {
        let Some(doublings) = self.current(now).checked_sub(free) else { return Duration::ZERO };
        let whole = 1_u64
            .checked_shl(doublings)
            .map_or(Self::LONGEST_WAIT, |seconds| Duration::from_secs(seconds).min(Self::LONGEST_WAIT));
        whole.saturating_sub(self.distance(now))
    }

    fn current(self, now: Timestamp) -> u32 {
        if self.distance(now) < Self::FORGOTTEN_AFTER { self.count } else { 0 }
    }

    /// Either way, so that a clock which was wrong for a while locks nobody out until it is passed.
    fn distance(self, now: Timestamp) -> Duration {
        now.since(self.last).max(self.last.since(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::default() + Duration::from_secs(1_800_000_000 + seconds)
    }

    #[test]
    fn the_wait_doubles_from_one_second_to_a_minute() {
        let waits: Vec<_> =
            (0..14).map(|count| Failures { count, last: at(0) }.wait(5, at(0)).as_secs()).collect();
        assert_eq!(waits, [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(Failures { count: u32::MAX, last: at(0) }.wait(5, at(0)), Duration::from_secs(60));
    }

    #[test]
    fn the_wait_runs_off_and_the_count_is_forgotten() {
        let failures = Failures { count: 8, last: at(0) };
        assert_eq!(failures.wait(5, at(3)), Duration::from_secs(5));
        assert_eq!(failures.wait(5, at(8)), Duration::ZERO);
        assert_eq!(failures.another(at(899)).count, 9);
        assert_eq!(failures.another(at(900)), Failures { count: 1, last: at(900) });
    }

    #[test]
    fn a_clock_that_was_ahead_locks_nobody_out() {
        let failures = Failures { count: 50, last: at(1_000_000) };
        assert_eq!(failures.wait(5, at(0)), Duration::ZERO);
    }

    fn failures() -> impl Strategy<Value = Failures> {
        (prop_oneof![0..80_u32, any::<u32>()], 0..2000_u64)
            .prop_map(|(count, last)| Failures { count, last: at(last) })
    }

    proptest! {
        #[test]
        fn more_failures_never_wait_less(one in failures(), free in 0..30_u32, now in 0..4000_u64) {
            let wait = one.wait(free, at(now));
            prop_assert!(wait <= Duration::from_secs(60));
            let more = Failures { count: one.count.saturating_add(1), ..one };
            prop_assert!(more.wait(free, at(now)) >= wait);
            prop_assert!(one.wait(free + 1, at(now)) <= wait);
        }

        #[test]
        fn waiting_as_told_is_enough(one in failures(), free in 0..30_u32, now in 2000..4000_u64) {
            let wait = one.wait(free, at(now));
            prop_assert_eq!(one.wait(free, at(now) + wait), Duration::ZERO);
            if wait > Duration::ZERO {
                let too_early = at(now) + wait.saturating_sub(Duration::from_micros(1));
                prop_assert!(one.wait(free, too_early) > Duration::ZERO);
            }
        }

        #[test]
        fn an_attempt_that_is_taken_back_leaves_no_trace(before in failures(), gap in 0..3000_u64, free in 0..30_u32) {
            let now = at(2000 + gap);
            let counted = before.another(now);
            let after = counted.taken_back(counted, before);
            prop_assert_eq!(after.wait(free, now), before.wait(free, now));
            prop_assert_eq!(after.current(now), before.current(now).min(u32::MAX - 1));
        }

        #[test]
        fn taking_back_leaves_what_others_added(before in failures(), others in 1..10_u32) {
            prop_assume!(before.count < 1000);
            let counted = before.another(at(2000));
            let meanwhile = (0..others).fold(counted, |counter, _| counter.another(at(2001)));
            let after = meanwhile.taken_back(counted, before);
            prop_assert_eq!(after, Failures { count: counted.count + others - 1, last: at(2001) });
        }
    }
}
