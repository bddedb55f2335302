//! The queue's state in this process: waking the fetcher, and waiting for it.

use std::{sync::Arc, time::Duration};

use tokio::sync::{Notify, watch};

use super::{Guard, Images};
use crate::preview::Card;

/// Joins those who post, those who fetch and those who read.
#[derive(Clone, Debug)]
pub struct Previews {
    guard: Guard,
    images: Option<Images>,
    wait: Duration,
    queued: Arc<Notify>,
    finished: watch::Sender<()>,
}

impl Previews {
    /// With this guard; readers wait `wait` at most for a card that is being fetched, and see images by signed URLs of the
    /// worker, or where they are.
    pub fn new(guard: Guard, images: Option<Images>, wait: Duration) -> Self {
        Self { guard, images, wait, queued: Arc::default(), finished: watch::Sender::new(()) }
    }

    /// Which links are fetched.
    pub fn guard(&self) -> &Guard {
        &self.guard
    }

    /// The card as readers see it.
    pub fn shown(&self, mut card: Card) -> Card {
        if let Some(images) = &self.images {
            images.sign(&mut card);
        }
        card
    }

    /// How long a reader waits at most.
    pub fn wait(&self) -> Duration {
        self.wait
    }

    /// Tells the fetcher that there is something in the queue.
    pub fn wake(&self) {
        self.queued.notify_one();
    }

    /// Until there may be something in the queue.
    pub async fn queued(&self) {
        self.queued.notified().await;
    }

    /// Tells readers that a card was finished.
    pub fn finish(&self) {
        self.finished.send_replace(());
    }

    /// To be told of cards finished from now on.
    pub fn subscribe(&self) -> watch::Receiver<()> {
        self.finished.subscribe()
    }
}
