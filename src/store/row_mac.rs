//! MACs over rows: who can write the database, and nothing else, makes no sessions and no capabilities.

use std::sync::Arc;

use crate::key_ring::{KeyId, KeyRings, RingKind};

/// Makes and checks the MACs of rows with the keys of the row ring.
#[derive(Clone, Debug)]
pub struct RowMac(Arc<KeyRings>);

impl RowMac {
    /// With these rings.
    pub fn new(rings: Arc<KeyRings>) -> Self {
        Self(rings)
    }

    /// The number of the key used, and the MAC of `parts`, for a row of `table`.
    pub fn make(&self, table: &'static str, parts: &[Vec<u8>]) -> (i64, Vec<u8>) {
        let (key, mac) = self.0.get(RingKind::Row).mac(table, &slices(parts));
        (key.0.into(), mac.to_vec())
    }

    /// Whether `mac` is the one that `key` makes of `parts`.
    pub fn verify(&self, table: &'static str, parts: &[Vec<u8>], key: i64, mac: &[u8]) -> bool {
        let (Ok(key), Ok(mac)) = (u32::try_from(key), <&[u8; 32]>::try_from(mac)) else { return false };
        self.0.get(RingKind::Row).verify(KeyId(key), table, &slices(parts), mac)
    }
}

fn slices(parts: &[Vec<u8>]) -> Vec<&[u8]> {
    parts.iter().map(Vec::as_slice).collect()
}
