//! Writes the rows of requests.

use std::sync::Arc;

use poem::http::StatusCode;
use sea_orm::{ConnectionTrait, DbErr};

use super::{Request, Trail, chain, late::Late, subject::Subject};
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
    /// Where rows go that are not waited for; absent where every row is.
    late: Option<Late>,
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
        let late = match mode {
            AuditMode::Durable => None,
            AuditMode::Relaxed => Some(Late::open(store.clone(), ink.clone())),
        };
        Self { store, ink, clock, late }
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
        self.record([self.entry(&request, Some(status))]).await
    }

    /// Waits until what was not waited for is written, before the store is closed.
    pub async fn finish(self) {
        if let Some(late) = self.late {
            late.finish().await;
        }
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
    pub(super) async fn record(&self, entries: impl IntoIterator<Item = Entry>) -> Result<(), DbErr> {
        if let Some(late) = &self.late {
            return late.send(entries).await;
        }
        let write = self.store.begin().await?;
        for entry in entries {
            self.ink.write(write.db(), &entry).await?;
        }
        write.commit().await
    }
}

impl Ink {
    /// The keys of the chain.
    pub(super) fn ring(&self) -> Arc<KeyRing> {
        self.rings.get(RingKind::Audit)
    }

    /// Adds a row to a transaction.
    pub(super) async fn write(&self, db: &impl ConnectionTrait, entry: &Entry) -> Result<(), DbErr> {
        let Entry { request, status, at } = entry;
        let subject = Subject::new(request.account, &request.address, &self.random);
        let row = row::Model {
            seq: 0,
            chain: chain::ONLY,
            position: 0,
            request_id: request.id.0,
            at: at.micros(),
            method: request.method.clone(),
            path: request.path.clone(),
            status: status.map(|status| status.as_u16().cast_signed()),
            subject: Vec::new(),
            mac_key: 0,
            mac: Vec::new(),
        };
        chain::append(db, &self.ring(), row, &subject).await
    }
}
