//! Everything that a request is handled with.

use std::{sync::Arc, time::Duration};

use poem::Request;

use crate::{
    audit::Recorder,
    clock::Clock,
    edge::Limits,
    key_ring::{KeyRing, KeyRings, RingKind},
    link::Previews,
    password::Hasher,
    problem::Problem,
    random::Random,
    store::{RowMac, Store},
};

/// The message board: its store, keys, limits and queue. Cheap to clone; every request sees the same one.
#[derive(Clone, Debug)]
pub struct Board(Arc<Parts>);

/// What a board is made of.
#[derive(Debug)]
pub struct Parts {
    /// The store.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// Random bits.
    pub random: Random,
    /// The keys.
    pub rings: Arc<KeyRings>,
    /// The pool that hashes passwords.
    pub hasher: Hasher,
    /// How many requests are heard.
    pub limits: Limits,
    /// The queue of links to be fetched.
    pub previews: Previews,
    /// Writes the audit log.
    pub audit: Recorder,
    /// How long a session lives.
    pub session_lifetime: Duration,
}

impl Board {
    /// A board of these parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The board that handles `request`.
    ///
    /// # Errors
    /// 500 if the request did not come through the edge: a defect, and refused.
    pub fn of(request: &Request) -> Result<Self, Problem> {
        request.data().cloned().ok_or_else(Problem::internal)
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The time.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Random bits.
    pub fn random(&self) -> &Random {
        &self.0.random
    }

    /// The pool that hashes passwords.
    pub fn hasher(&self) -> &Hasher {
        &self.0.hasher
    }

    /// How many requests are heard.
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// The queue of links to be fetched.
    pub fn previews(&self) -> &Previews {
        &self.0.previews
    }

    /// Writes the audit log.
    pub fn audit(&self) -> &Recorder {
        &self.0.audit
    }

    /// How long a session lives.
    pub fn session_lifetime(&self) -> Duration {
        self.0.session_lifetime
    }

    /// The keys of session tokens.
    pub fn session_ring(&self) -> Arc<KeyRing> {
        self.0.rings.get(RingKind::Session)
    }

    /// The keys of capability tokens.
    pub fn capability_ring(&self) -> Arc<KeyRing> {
        self.0.rings.get(RingKind::Capability)
    }

    /// The keys under which names are kept that must not be read.
    pub fn name_ring(&self) -> Arc<KeyRing> {
        self.0.rings.get(RingKind::Name)
    }

    /// The keys under which requests with an `Idempotency-Key` are remembered.
    pub fn idempotency_ring(&self) -> Arc<KeyRing> {
        self.0.rings.get(RingKind::Idempotency)
    }

    /// The MACs over rows.
    pub fn row_macs(&self) -> RowMac {
        RowMac::new(self.0.rings.clone())
    }

    /// Every ring, to be read again when a file changes.
    pub fn rings(&self) -> &Arc<KeyRings> {
        &self.0.rings
    }
}
