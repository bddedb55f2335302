//! Under what the name of a deleted account is kept, so that it is not given out again.

use crate::key_ring::KeyRing;

const LABEL: &str = "natter retired name 1";

/// The HMAC to store.
pub(super) fn hash(ring: &KeyRing, name: &str) -> [u8; 32] {
    ring.mac(LABEL, &[name.as_bytes()]).1
}

/// The HMACs under which it may have been stored: one for each key of the ring.
pub(super) fn possible_hashes(ring: &KeyRing, name: &str) -> Vec<[u8; 32]> {
    ring.keys().map(|key| key.mac(LABEL, &[name.as_bytes()])).collect()
}
