//! Writes the rows of requests.

use std::sync::Arc;

use poem::http::StatusCode;
use sea_orm::{ConnectionTrait, DbErr};

use super::{Request, Trail, chain, queue::Queue, subject::Subject};
use crate::{
    clock::Clock,
    key_ring::{KeyRing, KeyRings, RingKind},
    random::Random,
    settings::AuditMode,
    store::{Store, entity::audit as row},
    timestamp::Timestamp,
};

/// Writes the audit log. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Recorder {
    store: Store,
    ink: Ink,
    clock: Clock,
    mode: AuditMode,
    queue: Queue,
}

/// What rows are made with.
#[derive(Clone, Debug)]
pub(super) struct Ink {
    rings: Arc<KeyRings>,
    random: Random,
}

/// A row to be written.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) request: Request,
    /// None in a start row.
    pub(super) status: Option<StatusCode>,
    pub(super) at: Timestamp,
}

impl Recorder {
    /// A recorder for this store.
    pub fn new(store: Store, rings: Arc<KeyRings>, clock: Clock, random: Random, mode: AuditMode) -> Self {
        let ink = Ink { rings, random };
        let queue = Queue::open(store.clone(), ink.clone());
        Self { store, ink, clock, mode, queue }
    }

    /// Begins the audit of a request that may have an effect: its start row is written first.
    ///
    /// # Errors
    /// The engine's; the request must not go on then.
    pub async fn start(&self, request: Request) -> Result<Trail, DbErr> {
        let trail = self.reading(request);
        trail.ensure_started().await?;
        Ok(trail)
    }

    /// Begins the audit of a request that only reads: it has no effect that its start row would have to come before,
    /// so both rows are written at the end, together.
    pub fn reading(&self, request: Request) -> Trail {
        Trail::new(self.clone(), request, self.clock.now())
    }

    /// Writes the end row of a request that was refused before it began.
    ///
    /// # Errors
    /// The engine's.
    pub async fn refused(&self, request: Request, status: StatusCode) -> Result<(), DbErr> {
        self.record(vec![self.entry(&request, Some(status))]).await
    }

    /// Waits until what was not waited for is written, before the store is closed.
    pub async fn finish(&self) {
        let _ = self.queue.write(Vec::new()).await;
    }

    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    pub(super) fn ink(&self) -> &Ink {
        &self.ink
    }

    /// A row of now.
    pub(super) fn entry(&self, request: &Request, status: Option<StatusCode>) -> Entry {
        Entry { request: request.clone(), status, at: self.clock.now() }
    }

    /// Writes rows that stand by themselves, and waits until they are durable unless the mode says otherwise.
    pub(super) async fn record(&self, entries: Vec<Entry>) -> Result<(), DbErr> {
        match self.mode {
            AuditMode::Durable => self.queue.write(entries).await,
            AuditMode::Relaxed => self.queue.leave(entries).await,
        }
    }
}

impl Ink {
    /// The keys of the chain.
    pub(super) fn ring(&self) -> Arc<KeyRing> {
        self.rings.get(RingKind::Audit)
    }

    /// Adds rows to a transaction.
    pub(super) async fn write(
        &self,
        db: &impl ConnectionTrait,
        entries: impl IntoIterator<Item = &Entry>,
    ) -> Result<(), DbErr> {
        let entries = entries.into_iter().map(|entry| self.row(entry)).collect();
        chain::append(db, &self.ring(), chain::ONLY, entries).await
    }

    fn row(&self, entry: &Entry) -> (row::Model, Subject) {
        let Entry { request, status, at } = entry;
        let row = row::Model {
            request_id: request.id.0,
            at: at.micros(),
            method: request.method.clone(),
            path: request.path.clone(),
            status: status.map(|status| status.as_u16().cast_signed()),
            // These come with the place in the chain.
            seq: 0,
            chain: chain::ONLY,
            position: 0,
            subject: Vec::new(),
            mac_key: 0,
            mac: Vec::new(),
        };
        (row, Subject::new(request.account, &request.address, &self.random))
    }
}
