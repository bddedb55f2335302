//! What a record is called, and what it binds: HMACs, so that the store tells neither keys nor bodies.

use std::sync::Arc;

use crate::{
    audit,
    id::AccountId,
    key_ring::{Key, KeyId, KeyRing},
    random::Random,
    store::idempotency::Record,
    timestamp::Timestamp,
};

const NAME_LABEL: &str = "natter idempotency name 1";
const BODY_LABEL: &str = "natter idempotency body 1";
const BITS_LABEL: &str = "natter idempotency bits 1";

/// Whose key it is, and for what.
pub(super) struct Named<'a> {
    pub(super) ring: Arc<KeyRing>,
    /// The account, and operation and target as method and path with the ids in it.
    pub(super) request: &'a audit::Request,
    /// The header.
    pub(super) key: &'a str,
}

impl Named<'_> {
    /// The ids of the records that it may have left: one for each key of the ring.
    pub(super) fn possible_ids(&self) -> impl Iterator<Item = [u8; 32]> {
        self.ring.keys().map(|key| self.id(key))
    }

    /// A new record, and the bits that go with it.
    pub(super) fn record(&self, body: &[u8], created: Timestamp, capability_key: KeyId) -> (Record, Random) {
        let key = self.ring.newest();
        let mut record = Record { id: self.id(key), body: [0; 32], created, capability_key };
        record.body = key.mac(BODY_LABEL, &[&facts(&record), body]);
        (record, self.bits(key, &record))
    }

    /// The bits that went with a record. `None` if it was made for another body, or edited.
    pub(super) fn bits_of(&self, record: &Record, body: &[u8]) -> Option<Random> {
        let key = self.ring.keys().find(|key| self.id(key) == record.id)?;
        key.verify(BODY_LABEL, &[&facts(record), body], &record.body).then(|| self.bits(key, record))
    }

    fn id(&self, key: &Key) -> [u8; 32] {
        let account = self.request.account.map(|AccountId(id)| id).unwrap_or_default();
        let (method, path) = (self.request.method.as_bytes(), self.request.path.as_bytes());
        key.mac(NAME_LABEL, &[account.as_bytes(), method, path, self.key.as_bytes()])
    }

    fn bits(&self, key: &Key, record: &Record) -> Random {
        let (ring, key, facts) = (self.ring.clone(), key.id(), facts(record));
        Random::keyed(move |block| {
            let key = ring.get(key).unwrap_or(ring.newest());
            key.mac(BITS_LABEL, &[&facts, &block.to_be_bytes()])
        })
    }
}

/// All of a record but the MAC over it.
fn facts(record: &Record) -> Vec<u8> {
    let (created, capability_key) =
        (record.created.micros().to_be_bytes(), record.capability_key.0.to_be_bytes());
    [record.id.as_slice(), &created, &capability_key].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::RequestId;

    fn ring() -> KeyRing {
        KeyRing::generate(&Random::seeded(1), Timestamp::default())
    }

    fn request(account: u128, path: &str) -> audit::Request {
        audit::Request {
            id: RequestId(uuid::Uuid::from_u128(9)),
            method: "POST".into(),
            path: path.into(),
            account: Some(AccountId(uuid::Uuid::from_u128(account))),
            address: "127.0.0.1".into(),
        }
    }

    fn first_bytes(random: &Random) -> [u8; 40] {
        random.bytes()
    }

    #[test]
    fn a_record_is_found_by_its_own_account_operation_and_key_only() {
        let (one, others) = (request(1, "/spaces"), [request(2, "/spaces"), request(1, "/share")]);
        let named = |request, key| Named { ring: Arc::new(ring()), request, key };
        let id = named(&one, "k").possible_ids().next().expect("one key");
        assert_eq!(named(&one, "k").record(b"{}", Timestamp::default(), KeyId(1)).0.id, id);
        assert!(named(&one, "k2").possible_ids().all(|other| other != id));
        for other in &others {
            assert!(named(other, "k").possible_ids().all(|other| other != id));
        }
    }

    #[test]
    fn bits_come_again_for_the_same_body_and_an_unedited_record_only() {
        let request = request(1, "/spaces");
        let named = Named { ring: Arc::new(ring()), request: &request, key: "k" };
        let (record, bits) = named.record(b"{}", Timestamp::from_micros(5), KeyId(1));
        let again = named.bits_of(&record, b"{}").expect("the same body");
        assert_eq!(first_bytes(&bits), first_bytes(&again));
        assert!(named.bits_of(&record, b"{ }").is_none());
        for edited in [
            Record { created: Timestamp::from_micros(6), ..record },
            Record { capability_key: KeyId(2), ..record },
            Record { id: [0; 32], ..record },
        ] {
            assert!(named.bits_of(&edited, b"{}").is_none());
        }
        let (later, other) = named.record(b"{}", Timestamp::from_micros(6), KeyId(1));
        assert_eq!(later.id, record.id);
        assert_ne!(first_bytes(&other), first_bytes(&named.bits_of(&record, b"{}").expect("the same body")));
    }

    #[test]
    fn a_record_outlives_a_rotation_and_not_the_retirement_of_its_key() {
        let request = request(1, "/spaces");
        let named = |ring| Named { ring: Arc::new(ring), request: &request, key: "k" };
        let (record, bits) = named(ring()).record(b"{}", Timestamp::default(), KeyId(1));
        let rotated =
            named(ring().rotate(&Random::seeded(2), Timestamp::default()).expect("a number above 1"));
        assert!(rotated.possible_ids().any(|id| id == record.id));
        let again = rotated.bits_of(&record, b"{}").expect("the same body");
        assert_eq!(first_bytes(&bits), first_bytes(&again));
        let other = named(KeyRing::generate(&Random::seeded(2), Timestamp::default()));
        assert!(other.possible_ids().all(|id| id != record.id));
    }
}
