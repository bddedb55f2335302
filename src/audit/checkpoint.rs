//! Signed heads of the audit chains, written every second where the database cannot reach them.
//!
//! Who can write the database and has the audit ring can make a new chain; not one that fits the checkpoints written
//! before. The signature (Ed25519) is over the time, each head, and the signature of the checkpoint before, not over the
//! line's text.

mod sink;
mod writer;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, QueryOrder};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::{
    sink::Sink,
    writer::{CheckpointError, Checkpoints},
};
use crate::{
    key_ring::{Key, KeyId, KeyRing},
    store::entity::audit_chain as head,
    timestamp::Timestamp,
};

const LABEL: &str = "natter audit checkpoint 1";

/// The end of a chain at some time: its last place is also the number of rows it has had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The chain.
    pub chain: Uuid,
    /// The place of its last row.
    pub position: i64,
    /// The MAC of that row, in base64url.
    pub mac: String,
}

/// The heads of all chains, signed. As JSON, a line of the sink.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// When it was signed (RFC 3339).
    pub time: String,
    /// The signature of the checkpoint before; empty in the first of a series.
    pub previous: String,
    /// The head of each chain.
    pub heads: Vec<Head>,
    /// Which key of the checkpoint ring signed it.
    pub key: u32,
    /// Ed25519, in base64url.
    pub signature: String,
}

impl Checkpoint {
    /// Signs heads as they are at `time`, after the checkpoint with the signature `previous`.
    pub fn sign(time: Timestamp, previous: String, heads: Vec<Head>, key: &Key) -> Self {
        let mut signed =
            Self { time: time.to_string(), previous, heads, key: key.id().0, signature: String::new() };
        signed.signature = URL_SAFE_NO_PAD.encode(key.sign(LABEL, &slices(&signed.parts())));
        signed
    }

    /// Whether a key of the ring signed this.
    pub fn is_signed(&self, ring: &KeyRing) -> bool {
        let (Some(key), Ok(signature)) = (ring.get(KeyId(self.key)), URL_SAFE_NO_PAD.decode(&self.signature))
        else {
            return false;
        };
        key.is_signed(LABEL, &slices(&self.parts()), &signature)
    }

    fn parts(&self) -> Vec<Vec<u8>> {
        let of_all = [self.time.clone().into_bytes(), self.previous.clone().into_bytes()];
        let of_head = |head: &Head| {
            [
                head.chain.as_bytes().to_vec(),
                head.position.to_be_bytes().to_vec(),
                head.mac.clone().into_bytes(),
            ]
        };
        of_all.into_iter().chain(self.heads.iter().flat_map(of_head)).collect()
    }
}

fn slices(parts: &[Vec<u8>]) -> Vec<&[u8]> {
    parts.iter().map(Vec::as_slice).collect()
}

/// The heads of all chains as they are.
pub async fn heads(db: &impl ConnectionTrait) -> Result<Vec<Head>, DbErr> {
    let rows = head::Entity::find().order_by_asc(head::Column::Chain).all(db).await?;
    let head = |row: head::Model| Head {
        chain: row.chain,
        position: row.position,
        mac: URL_SAFE_NO_PAD.encode(row.mac),
    };
    Ok(rows.into_iter().map(head).collect())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::random::Random;

    #[test]
    fn a_signature_fits_nothing_else() {
        let ring = KeyRing::generate(&Random::seeded(1), Timestamp::default());
        let heads = vec![Head { chain: Uuid::nil(), position: 7, mac: "AAAA".into() }];
        let checkpoint = Checkpoint::sign(Timestamp::default(), "before".into(), heads, ring.newest());
        assert!(checkpoint.is_signed(&ring));
        let line = serde_json::to_string(&checkpoint).expect("JSON");
        assert_eq!(serde_json::from_str::<Checkpoint>(&line).expect("its own line"), checkpoint);

        let mut later = checkpoint.clone();
        later.time = (Timestamp::default() + Duration::from_secs(1)).to_string();
        let mut shorter = checkpoint.clone();
        shorter.heads[0].position = 6;
        let mut none = checkpoint.clone();
        none.heads.clear();
        let mut after_another = checkpoint.clone();
        after_another.previous.clear();
        for forged in [later, shorter, none, after_another] {
            assert!(!forged.is_signed(&ring), "{forged:?}");
        }
        assert!(!checkpoint.is_signed(&KeyRing::generate(&Random::seeded(2), Timestamp::default())));
    }
}
