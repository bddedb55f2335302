//! The audit of one request, from its start row to its end row.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use poem::http::StatusCode;
use sea_orm::DbErr;

use super::{Request, log};
use crate::{
    store::{Store, Write},
    timestamp::Timestamp,
};

/// The audit of the request being handled. Clones share it.
#[derive(Clone, Debug)]
pub struct Trail(Arc<State>);

#[derive(Debug)]
struct State {
    request: Request,
    begun: Timestamp,
    /// Whether the start row is durable.
    started: AtomicBool,
    /// Whether the end row is being made durable together with an effect.
    committing: AtomicBool,
    /// Whether the end row is durable.
    ended: AtomicBool,
}

impl Trail {
    /// Of a request that only reads: it has no effect that its start row would have to come before, so both rows are
    /// written at the end, together.
    pub fn of_reading(request: Request, now: Timestamp) -> Self {
        let [started, committing, ended] = std::array::from_fn(|_| AtomicBool::new(false));
        Self(Arc::new(State { request, begun: now, started, committing, ended }))
    }

    /// Of a request that may have an effect: writes the start row, and waits until it is durable.
    ///
    /// # Errors
    /// The engine's; the request must not go on then.
    pub async fn start(store: &Store, request: Request, now: Timestamp) -> Result<Self, DbErr> {
        let trail = Self::of_reading(request, now);
        trail.ensure_started(store).await?;
        Ok(trail)
    }

    /// Writes the end row of a request without effect, and waits until it is durable. An effect has written its own.
    ///
    /// # Errors
    /// The engine's; the request must not be answered as if it had gone well then.
    pub async fn end(&self, store: &Store, status: StatusCode, now: Timestamp) -> Result<(), DbErr> {
        if self.0.ended.load(Ordering::SeqCst) {
            return Ok(());
        }
        let write = store.begin().await?;
        if !self.0.started.load(Ordering::SeqCst) {
            log::insert(write.db(), self.request(), None, self.0.begun).await?;
        }
        log::insert(write.db(), self.request(), Some(status), now).await?;
        write.commit().await
    }

    /// Whether an effect is being committed, so that what becomes of it is not known yet.
    pub fn is_committing(&self) -> bool {
        self.0.committing.load(Ordering::SeqCst)
    }

    /// The request.
    pub(super) fn request(&self) -> &Request {
        &self.0.request
    }

    /// Makes the start row durable, where it is not.
    pub(super) async fn ensure_started(&self, store: &Store) -> Result<(), DbErr> {
        if self.0.started.load(Ordering::SeqCst) {
            return Ok(());
        }
        let write = store.begin().await?;
        log::insert(write.db(), self.request(), None, self.0.begun).await?;
        write.commit().await?;
        self.0.started.store(true, Ordering::SeqCst);
        Ok(())
    }

    /// Commits an effect that has written the end row.
    pub(super) async fn commit(&self, effect: Write) -> Result<(), DbErr> {
        self.0.committing.store(true, Ordering::SeqCst);
        let committed = effect.commit().await;
        self.0.committing.store(false, Ordering::SeqCst);
        self.0.ended.store(committed.is_ok(), Ordering::SeqCst);
        committed
    }
}
