//! The audit of one request, from its start row to its end row.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use poem::http::StatusCode;
use sea_orm::DbErr;

use super::{Request, log};
use crate::{store::Store, timestamp::Timestamp};

/// The audit of the request being handled. Clones share it.
#[derive(Clone, Debug)]
pub struct Trail(Arc<State>);

#[derive(Debug)]
struct State {
    request: Request,
    begun: Timestamp,
    /// Whether the start row is durable.
    started: AtomicBool,
    /// Whether the end row is durable.
    ended: AtomicBool,
}

impl Trail {
    /// Of a request that only reads: it has no effect that its start row would have to come before, so both rows are
    /// written at the end, together.
    pub fn of_reading(request: Request, now: Timestamp) -> Self {
        let (started, ended) = (AtomicBool::new(false), AtomicBool::new(false));
        Self(Arc::new(State { request, begun: now, started, ended }))
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

    /// Says that the end row is durable.
    pub(super) fn has_ended(&self) {
        self.0.ended.store(true, Ordering::SeqCst);
    }
}
