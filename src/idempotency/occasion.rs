//! When something is done, and what it is made of.

use std::sync::Arc;

use crate::{
    key_ring::{Key, KeyId, KeyRing},
    random::Random,
    store::idempotency::Record,
    timestamp::Timestamp,
};

/// The instant, the bits and the key that an effect is made with: those of now, or once more those of the first time.
/// The same questions in the same order get the same answers.
#[derive(Debug)]
pub struct Occasion {
    is_first: bool,
    now: Timestamp,
    random: Random,
    capability_ring: Arc<KeyRing>,
    capability_key: KeyId,
}

impl Occasion {
    pub(super) fn new(now: Timestamp, random: Random, capability_ring: Arc<KeyRing>) -> Self {
        let capability_key = capability_ring.newest().id();
        Self { is_first: true, now, random, capability_ring, capability_key }
    }

    pub(super) fn again(record: &Record, random: Random, capability_ring: Arc<KeyRing>) -> Self {
        let Record { created, capability_key, .. } = *record;
        Self { is_first: false, now: created, random, capability_ring, capability_key }
    }

    /// Whether the effect is still to be written.
    pub fn is_first(&self) -> bool {
        self.is_first
    }

    /// The time, or the time of the first.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Random bits, or those of the first.
    pub fn random(&self) -> &Random {
        &self.random
    }

    /// The key that signs capabilities, or signed those of the first unless it was retired since.
    pub fn capability_key(&self) -> &Key {
        self.capability_ring.get(self.capability_key).unwrap_or(self.capability_ring.newest())
    }
}
