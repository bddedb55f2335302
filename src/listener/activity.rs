//! Whether a connection is working on requests, and since when it is not.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http_body::{Body, Frame, SizeHint};
use tokio::{sync::watch, time};

/// The number of requests that a connection is working on.
#[derive(Clone, Default)]
pub(super) struct Activity(Arc<watch::Sender<usize>>);

impl Activity {
    /// A request begins; it is over when the returned value is dropped.
    pub(super) fn begin(&self) -> InProgress {
        self.0.send_modify(|requests| *requests += 1);
        InProgress(self.clone())
    }

    /// Resolves when for as long as `limit` no request was in progress and none began.
    pub(super) async fn idle_for(&self, limit: Duration) {
        let mut requests = self.0.subscribe();
        loop {
            let idle = *requests.borrow_and_update() == 0;
            let change = requests.changed();
            if !idle {
                // An error would mean that the sender is gone; we hold it.
                let _ = change.await;
            } else if time::timeout(limit, change).await.is_err() {
                return;
            }
        }
    }
}

/// A request in progress.
pub(super) struct InProgress(Activity);

impl Drop for InProgress {
    fn drop(&mut self) {
        self.0.0.send_modify(|requests| *requests -= 1);
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
