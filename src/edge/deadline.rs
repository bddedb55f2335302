//! Until when a request is answered, whatever the store does.
//!
//! At its deadline an operation is cut off, and what it has written is undone. Two things cannot be cut off: a commit on its
//! way, of which nobody could say what became, and the row that ends the request in the audit. They go on in the
//! request's own task, to their end; the client waits for them for [`GRACE`] and is told then that the outcome is not known.
//! What became of it stands in the audit, and the same `Idempotency-Key` tells it.

use std::{future::Future, pin::pin, task::Poll, time::Duration};

use futures_util::poll;
use tokio::{
    sync::watch,
    time::{Instant, sleep_until, timeout_at},
};

use super::RETRY_AFTER;
use crate::problem::Problem;

/// How much longer than the deadline a client waits for the last row, or a commit.
const GRACE: Duration = Duration::from_secs(1);

/// The deadline of a request, where it is worked on.
pub(super) struct Deadline(watch::Sender<Instant>);

/// The same, where it is waited for.
pub(super) struct Due(watch::Receiver<Instant>);

/// One that ends `after` now.
pub(super) fn deadline(after: Duration) -> (Deadline, Due) {
    let (here, there) = watch::channel(Instant::now() + after);
    (Deadline(here), Due(there))
}

impl Deadline {
    fn at(&self) -> Instant {
        *self.0.borrow()
    }

    /// Waits for something of the client's, which takes `most` at most: that time is not ours.
    pub(super) async fn aside<T>(&self, most: Duration, of_the_client: impl Future<Output = T>) -> T {
        let mut of_the_client = pin!(of_the_client);
        // Mostly it is here already, and to tell whoever waits of a new deadline costs more than to look.
        if let Poll::Ready(got) = poll!(&mut of_the_client) {
            return got;
        }
        let (begun, before) = (Instant::now(), self.at());
        self.0.send_replace(before + most);
        let got = of_the_client.await;
        self.0.send_replace(before + begun.elapsed());
        got
    }

    /// Does what can be cut off at any moment.
    ///
    /// # Errors
    /// 503 at the deadline.
    pub(super) async fn bound<T>(&self, work: impl Future<Output = T>) -> Result<T, Problem> {
        timeout_at(self.at(), work).await.map_err(|_| over())
    }

    /// Does what cannot be cut off while `is_committing`.
    ///
    /// # Errors
    /// 503 at the deadline.
    pub(super) async fn bound_unless<T>(
        &self,
        is_committing: impl Fn() -> bool,
        work: impl Future<Output = T>,
    ) -> Result<T, Problem> {
        let mut work = pin!(work);
        tokio::select! {
            biased;
            done = work.as_mut() => Ok(done),
            () = sleep_until(self.at()) => if is_committing() { Ok(work.await) } else { Err(over()) },
        }
    }
}

impl Due {
    /// Waits for the answer until [`GRACE`] after the deadline.
    ///
    /// # Errors
    /// 503 that says that the outcome is not known.
    pub(super) async fn wait<T>(mut self, answer: impl Future<Output = T>) -> Result<T, Problem> {
        let mut answer = pin!(answer);
        loop {
            let until = *self.0.borrow_and_update() + GRACE;
            tokio::select! {
                biased;
                answer = answer.as_mut() => return Ok(answer),
                Ok(()) = self.0.changed() => {}
                () = sleep_until(until) => {
                    metrics::counter!("natter_unknown_outcomes_total").increment(1);
                    return Err(Problem::unavailable(UNKNOWN, RETRY_AFTER));
                }
            }
        }
    }
}

const UNKNOWN: &str = "The server could not find out in time what became of this. Sent again with the same Idempotency-Key, \
                       it is done once.";

fn over() -> Problem {
    metrics::counter!("natter_deadlines_total").increment(1);
    Problem::unavailable("The server could not do this in time; nothing was changed.", RETRY_AFTER)
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// How long it takes until a request is answered that waits for its client, works, and cannot be cut off at last.
    async fn answered(client: Duration, work: Duration, rest: Duration) -> (Duration, bool) {
        let (deadline, due) = deadline(5 * SECOND);
        let begun = Instant::now();
        let task = tokio::spawn(async move {
            deadline.aside(60 * SECOND, sleep(client)).await;
            let done = deadline.bound(sleep(work)).await;
            sleep(rest).await;
            done.is_ok()
        });
        let known = due.wait(task).await.is_ok();
        (begun.elapsed(), known)
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_of_the_client_is_not_counted_and_the_rest_is() {
        let about = |took: Duration, seconds: u32| took.abs_diff(seconds * SECOND) < SECOND / 10;
        for (client, work, rest, expected, expected_known) in [
            (0, 1, 0, 1, true),
            (50, 1, 0, 51, true),
            (50, 9, 0, 55, true),
            (0, 9, 0, 5, true),
            (0, 9, 9, 6, false),
            (50, 4, 9, 56, false),
            (50, 4, 1, 55, true),
        ] {
            let (took, known) = answered(client * SECOND, work * SECOND, rest * SECOND).await;
            assert!(
                about(took, expected) && known == expected_known,
                "{client} {work} {rest}: {took:?} {known}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_being_committed_is_not_cut_off() {
        for committing in [false, true] {
            let (deadline, _due) = deadline(SECOND);
            let done = deadline.bound_unless(|| committing, sleep(2 * SECOND)).await;
            assert_eq!(done.is_ok(), committing);
        }
    }
}
