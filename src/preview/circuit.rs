//! A circuit breaker: who did not answer several times running is left alone for a while, then tried once.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep_until},
};

/// Failures running that open the circuit.
const FAILURES: u32 = 5;

/// How long it is open at first; twice as long after each trial that fails.
const PAUSE: Duration = Duration::from_secs(5);

/// The longest that it is open.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Whether somebody may be asked.
#[derive(Debug)]
pub struct Circuit {
    state: Mutex<State>,
    /// While it is open, who has this goes first.
    trial: Arc<Semaphore>,
}

/// The leave to ask once. Whoever asks keeps it until there is an answer, or drops it if there is nothing to ask: while the
/// circuit is open, nobody else has one.
#[derive(Debug, Default)]
#[must_use]
pub struct Leave {
    _trial: Option<OwnedSemaphorePermit>,
}

#[derive(Debug, Default)]
struct State {
    /// Failures since the last success.
    failures: u32,
    /// Until when nobody asks.
    open_until: Option<Instant>,
}

impl Default for Circuit {
    fn default() -> Self {
        Self { state: Mutex::default(), trial: Arc::new(Semaphore::new(1)) }
    }
}

impl Circuit {
    /// Waits until the circuit lets somebody through: at once while it is closed. Of those who wait while it is open, one
    /// goes first, and the others as soon as that one's leave is dropped, if the circuit is closed then.
    pub async fn closed(&self) -> Leave {
        if self.lock().open_until.is_none() {
            return Leave::default();
        }
        // An error would mean that it is closed for good, which it never is.
        let trial = Arc::clone(&self.trial).acquire_owned().await.ok();
        loop {
            let until = self.lock().open_until;
            match until {
                None => return Leave::default(),
                Some(until) if until <= Instant::now() => return Leave { _trial: trial },
                Some(until) => sleep_until(until).await,
            }
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
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn pause(failures: u32) -> Duration {
    let doublings = failures.saturating_sub(FAILURES).min(8);
    (PAUSE * 2_u32.pow(doublings)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::{FutureExt, poll};
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
        let leave = circuit.closed().now_or_never().expect("one tries");
        assert!(circuit.closed().now_or_never().is_none(), "and one alone");
        circuit.succeeded();
        drop(leave);
        assert!(circuit.closed().now_or_never().is_some() && !circuit.is_open());
    }

    #[tokio::test(start_paused = true)]
    async fn who_goes_first_and_has_nothing_to_ask_leaves_the_trial_to_the_next() {
        let circuit = broken();
        advance(PAUSE).await;
        for _ in 0..3 {
            drop(circuit.closed().now_or_never().expect("the trial is still to be had"));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_goes_as_soon_as_the_trial_is_over() {
        let circuit = broken();
        advance(PAUSE).await;
        let leave = circuit.closed().await;
        let mut waiting = pin!(circuit.closed());
        assert!(poll!(&mut waiting).is_pending());
        circuit.succeeded();
        drop(leave);
        assert!(poll!(&mut waiting).is_ready());
    }

    #[tokio::test(start_paused = true)]
    async fn a_trial_that_fails_makes_the_pause_longer() {
        let circuit = broken();
        advance(PAUSE).await;
        let leave = circuit.closed().await;
        circuit.failed();
        drop(leave);
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
