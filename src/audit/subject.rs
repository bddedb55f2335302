//! Who a row is about, as a commitment in the log and in the clear beside it, where it can be erased.

use sea_orm::ActiveValue::Set;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{id::AccountId, random::Random, store::entity::audit_subject as row};

const LABEL: &[u8] = b"natter audit subject 1";

/// An account, or nobody, at an address.
#[derive(Debug)]
pub(super) struct Subject {
    account: Option<Uuid>,
    address: String,
    salt: Vec<u8>,
}

impl Subject {
    pub(super) fn new(account: Option<AccountId>, address: &str, random: &Random) -> Self {
        Self {
            account: account.map(|account| account.0),
            address: address.to_owned(),
            salt: random.bytes::<16>().to_vec(),
        }
    }

    /// The one that was stored.
    pub(super) fn stored(row: &row::Model) -> Self {
        Self { account: row.account_id, address: row.address.clone(), salt: row.salt.clone() }
    }

    /// Tells nothing without the salt, and fits no other account or address.
    pub(super) fn commitment(&self) -> [u8; 32] {
        let mut hash = Sha256::new_with_prefix(LABEL);
        hash.update(&self.salt);
        match self.account {
            Some(account) => hash.update([&[1], account.as_bytes().as_slice()].concat()),
            None => hash.update([0]),
        }
        hash.update(&self.address);
        hash.finalize().into()
    }

    pub(super) fn row(&self, seq: i64) -> row::ActiveModel {
        row::ActiveModel {
            seq: Set(seq),
            account_id: Set(self.account),
            address: Set(self.address.clone()),
            salt: Set(self.salt.clone()),
            erasure_key: Set(None),
            erasure_mac: Set(None),
        }
    }
}
