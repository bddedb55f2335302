//! A circuit breaker: who did not answer several times running is left alone for a while, then tried once.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, sleep_until};

/// Failures running that open the circuit.
const FAILURES: u32 = 5;

/// How long it is open at first; twice as long after each trial that fails.
const PAUSE: Duration = Duration::from_secs(5);

/// The longest that it is open.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Whether somebody may be asked.
#[derive(Debug, Default)]
pub struct Circuit(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Failures since the last success.
    failures: u32,
    /// Until when nobody asks.
    open_until: Option<Instant>,
}

impl Circuit {
    /// Waits until the circuit lets somebody through: at once while it is closed. Of those who wait while it is open, one
    /// goes first, and the others as soon as it is known how that went.
    pub async fn closed(&self) {
        loop {
            let until = {
                let mut state = self.lock();
                match state.open_until {
                    None => return,
                    Some(until) if until <= Instant::now() => {
                        // This one tries; the others wait for as long as a trial may take.
                        state.open_until = Some(Instant::now() + LONGEST_PAUSE.min(pause(state.failures)));
                        return;
                    }
                    Some(until) => until,
                }
            };
            sleep_until(until).await;
        }
    }

    /// Whether nobody is let through.
    pub fn is_open(&self) -> bool {
        self.lock().open_until.is_some_and(|until| Instant::now() < until)
    }

    /// They answered.
    pub fn succeeded(&self) {
        *self.lock() = State::default();
    }

    /// They did not.
    pub fn failed(&self) {
        let mut state = self.lock();
        state.failures = state.failures.saturating_add(1);
        if state.failures >= FAILURES {
            state.open_until = Some(Instant::now() + pause(state.failures));
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn pause(failures: u32) -> Duration {
    let doublings = failures.saturating_sub(FAILURES).min(8);
    (PAUSE * 2_u32.pow(doublings)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use tokio::time::advance;

    use super::*;

    fn broken() -> Circuit {
        let circuit = Circuit::default();
        for _ in 0..FAILURES {
            assert!(!circuit.is_open());
            circuit.failed();
        }
        circuit
    }

    #[tokio::test(start_paused = true)]
    async fn after_failures_running_nobody_asks_until_one_has_tried() {
        let circuit = broken();
        assert!(circuit.is_open() && circuit.closed().now_or_never().is_none());
        advance(PAUSE).await;
        assert!(circuit.closed().now_or_never().is_some(), "one tries");
        assert!(circuit.closed().now_or_never().is_none(), "and one alone");
        circuit.succeeded();
        assert!(circuit.closed().now_or_never().is_some() && !circuit.is_open());
    }

    #[tokio::test(start_paused = true)]
    async fn a_trial_that_fails_makes_the_pause_longer() {
        let circuit = broken();
        advance(PAUSE).await;
        circuit.closed().await;
        circuit.failed();
        advance(PAUSE).await;
        assert!(circuit.is_open());
        advance(PAUSE).await;
        assert!(!circuit.is_open());
        for _ in 0..100 {
            circuit.failed();
        }
        advance(LONGEST_PAUSE).await;
        assert!(!circuit.is_open(), "never longer than the longest");
    }

    #[tokio::test(start_paused = true)]
    async fn a_success_in_between_keeps_it_closed() {
        let circuit = Circuit::default();
        for _ in 0..100 {
            circuit.failed();
            circuit.succeeded();
        }
        assert!(!circuit.is_open());
    }
}
