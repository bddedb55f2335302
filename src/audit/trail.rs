//! The audit of one request, from its start row to its end row.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use poem::http::StatusCode;
use sea_orm::DbErr;

use super::{Recorder, Request, recorder::Entry};
use crate::{
    store::{Transaction, Write},
    timestamp::Timestamp,
};

/// The audit of the request being handled. Clones share it.
#[derive(Clone, Debug)]
pub struct Trail(Arc<State>);

#[derive(Debug)]
struct State {
    recorder: Recorder,
    request: Arc<Request>,
    begun: Timestamp,
    /// Whether the start row is written.
    started: AtomicBool,
    /// Whether the end row is being made durable together with an effect.
    committing: AtomicBool,
    /// Whether the end row is written.
    ended: AtomicBool,
}

impl Trail {
    pub(super) fn new(recorder: Recorder, request: Arc<Request>, begun: Timestamp) -> Self {
        let [started, committing, ended] = std::array::from_fn(|_| AtomicBool::new(false));
        Self(Arc::new(State { recorder, request, begun, started, committing, ended }))
    }

    /// Writes the end row of a request without effect. An effect has written its own.
    ///
    /// # Errors
    /// The engine's; the request must not be answered as if it had gone well then.
    pub async fn end(&self, status: StatusCode) -> Result<(), DbErr> {
        let state = &self.0;
        if state.ended.load(Ordering::SeqCst) {
            return Ok(());
        }
        let start = (!state.started.load(Ordering::SeqCst)).then(|| self.start_row());
        let end = state.recorder.entry(state.request.clone(), Some(status));
        state.recorder.record(start.into_iter().chain([end]).collect()).await
    }

    /// Writes the end row into another database that has the start row already, with whatever else its transaction writes.
    ///
    /// # Errors
    /// The engine's.
    pub async fn end_there(&self, db: &Transaction, status: StatusCode) -> Result<(), DbErr> {
        let recorder = self.recorder();
        let end = recorder.entry(self.0.request.clone(), Some(status));
        recorder.record_in(db, &end).await
    }

    /// Whether an effect is being committed, so that what becomes of it is not known yet.
    pub fn is_committing(&self) -> bool {
        self.0.committing.load(Ordering::SeqCst)
    }

    pub(super) fn recorder(&self) -> &Recorder {
        &self.0.recorder
    }

    pub(super) fn request(&self) -> &Request {
        &self.0.request
    }

    /// Writes the start row, unless it is.
    pub(super) async fn ensure_started(&self) -> Result<(), DbErr> {
        if !self.0.started.load(Ordering::SeqCst) {
            self.0.recorder.record(vec![self.start_row()]).await?;
            self.0.started.store(true, Ordering::SeqCst);
        }
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

    fn start_row(&self) -> Entry {
        Entry { request: self.0.request.clone(), status: None, at: self.0.begun }
    }
}
