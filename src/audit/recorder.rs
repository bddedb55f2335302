//! Writes the rows of requests.

use std::sync::Arc;

use poem::http::StatusCode;
use sea_orm::{ConnectionTrait, DbErr};

use super::{
    Request, Trail, chain,
    queue::Queue,
    subject::{Salt, Subject},
};
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
pub struct Recorder(Arc<Parts>);

#[derive(Debug)]
struct Parts {
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
    pub(super) request: Arc<Request>,
    /// None in a start row.
    pub(super) status: Option<StatusCode>,
    pub(super) at: Timestamp,
}

impl Recorder {
    /// A recorder for this store.
    pub fn new(store: Store, rings: Arc<KeyRings>, clock: Clock, random: Random, mode: AuditMode) -> Self {
        let ink = Ink { rings, random };
        let queue = Queue::open(store.clone(), ink.clone());
        Self(Arc::new(Parts { store, ink, clock, mode, queue }))
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
        Trail::new(self.clone(), Arc::new(request), self.0.clock.now())
    }

    /// Writes the end row of a request that was refused before it began.
    ///
    /// # Errors
    /// The engine's.
    pub async fn refused(&self, request: Request, status: StatusCode) -> Result<(), DbErr> {
        self.record(vec![self.entry(Arc::new(request), Some(status))]).await
    }

    /// Waits until what was not waited for is written, before the store is closed.
    pub async fn finish(&self) {
        let _ = self.0.queue.write(Vec::new()).await;
    }

    pub(super) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(super) fn ink(&self) -> &Ink {
        &self.0.ink
    }

    /// A row of now.
    pub(super) fn entry(&self, request: Arc<Request>, status: Option<StatusCode>) -> Entry {
        Entry { request, status, at: self.0.clock.now() }
    }

    /// Writes rows that stand by themselves, and waits until they are durable unless the mode says otherwise.
    pub(super) async fn record(&self, entries: Vec<Entry>) -> Result<(), DbErr> {
        match self.0.mode {
            AuditMode::Durable => self.0.queue.write(entries).await,
            AuditMode::Relaxed => self.0.queue.leave(entries).await,
            AuditMode::Nothing => Ok(()),
        }
    }

    /// Adds the end row of an effect to the effect's transaction.
    pub(super) async fn record_in(&self, db: &impl ConnectionTrait, end: &Entry) -> Result<(), DbErr> {
        match self.0.mode {
            AuditMode::Durable | AuditMode::Relaxed => self.0.ink.write(db, &[end]).await,
            AuditMode::Nothing => Ok(()),
        }
    }
}

impl Ink {
    /// The keys of the chain.
    pub(super) fn ring(&self) -> Arc<KeyRing> {
        self.rings.get(RingKind::Audit)
    }

    /// Adds rows to a transaction.
    pub(super) async fn write(&self, db: &impl ConnectionTrait, entries: &[&Entry]) -> Result<(), DbErr> {
        let mut rows: Vec<(row::Model, Subject)> = Vec::with_capacity(entries.len());
        // One call of the system's generator, not one for each row.
        let mut salts: Vec<Salt> = vec![Salt::default(); entries.len()];
        self.random.fill(salts.as_flattened_mut());
        let mut before: Option<&Arc<Request>> = None;
        for (entry, salt) in entries.iter().zip(&salts) {
            // The start and the end of one request are about the same person.
            let same =
                rows.last().filter(|_| before.is_some_and(|before| Arc::ptr_eq(before, &entry.request)));
            let request = &*entry.request;
            let subject = same.map(|(_, subject)| subject.clone());
            let subject = subject.unwrap_or_else(|| Subject::new(request.account, &request.address, salt));
            rows.push((Self::row(entry, &subject), subject));
            before = Some(&entry.request);
        }
        chain::append(db, &self.ring(), chain::ONLY, rows).await
    }

    fn row(entry: &Entry, subject: &Subject) -> row::Model {
        let Entry { request, status, at } = entry;
        row::Model {
            request_id: request.id.0,
            at: at.micros(),
            method: request.method.clone(),
            path: request.path.clone(),
            status: status.map(|status| status.as_u16().cast_signed()),
            subject: subject.commitment.to_vec(),
            // These come with the place in the chain.
            seq: 0,
            chain: chain::ONLY,
            position: 0,
            mac_key: 0,
            mac: Vec::new(),
        }
    }
}
