//! Whether a connection is working on requests, and since when it is not.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, sleep_until};

/// The requests that a connection is working on. Nobody is told when they change, for they do so with every request: whoever
/// waits looks again when it might be over.
#[derive(Clone)]
pub(super) struct Activity(Arc<Mutex<State>>);

struct State {
    requests: usize,
    /// When the last one began or ended.
    changed: Instant,
}

impl Activity {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(State { requests: 0, changed: Instant::now() })))
    }

    /// A request begins; it is over when the returned value is dropped.
    pub(super) fn begin(&self) -> InProgress {
        self.change(|requests| requests + 1);
        InProgress(self.clone())
    }

    /// Resolves when for as long as `limit` no request was in progress and none began.
    pub(super) async fn idle_for(&self, limit: Duration) {
        let mut until = Instant::now() + limit;
        loop {
            sleep_until(until).await;
            let State { requests, changed } = *self.lock();
            // A request that goes on now ends later than now.
            let earliest = if requests == 0 { changed } else { Instant::now() } + limit;
            if earliest <= until {
                return;
            }
            until = earliest;
        }
    }

    fn change(&self, change: impl FnOnce(usize) -> usize) {
        let mut state = self.lock();
        *state = State { requests: change(state.requests), changed: Instant::now() };
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request in progress.
pub(super) struct InProgress(Activity);

impl Drop for InProgress {
    fn drop(&mut self) {
        self.0.change(|requests| requests - 1);
    }
}

/// The body of an answer: its request is in progress until the last byte is handed over.
pub(super) struct AnswerBody<B> {
    pub(super) body: B,
    pub(super) _in_progress: InProgress,
}

impl<B: Body + Unpin> Body for AnswerBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{advance, sleep, timeout};

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Seconds until it was idle for 10 seconds, asked now.
    async fn idle_after(activity: &Activity) -> u64 {
        let asked = Instant::now();
        timeout(1000 * SECOND, activity.idle_for(10 * SECOND)).await.expect("it is idle one day");
        asked.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn idle_is_counted_from_the_last_change_and_from_the_question() {
        let activity = Activity::new();
        advance(100 * SECOND).await;
        assert_eq!(idle_after(&activity).await, 10, "an old silence does not count");

        let short = activity.begin();
        let later = async {
            sleep(3 * SECOND).await;
            drop(short);
        };
        assert_eq!(tokio::join!(idle_after(&activity), later).0, 13);

        let long = activity.begin();
        let later = async {
            sleep(37 * SECOND).await;
            drop(long);
            sleep(9 * SECOND).await;
            drop(activity.begin());
        };
        assert_eq!(tokio::join!(idle_after(&activity), later).0, 56);
    }
}
