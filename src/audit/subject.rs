//! Who a row is about, as a commitment in the log and in the clear beside it, where it can be erased.

use sea_orm::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{id::AccountId, store::entity::audit_subject as row};

const LABEL: &[u8] = b"natter audit subject 1";

/// What keeps a commitment from being guessed, in bytes.
pub(super) type Salt = [u8; 16];

/// An account, or nobody, at an address.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    account: Option<Uuid>,
    address: String,
    salt: Vec<u8>,
    /// Tells nothing without the salt, and fits no other account or address.
    pub(super) commitment: [u8; 32],
}

impl Subject {
    /// The salt has to be random.
    pub(super) fn new(account: Option<AccountId>, address: &str, salt: &Salt) -> Self {
        Self::with_salt(account.map(|account| account.0), address.to_owned(), salt.to_vec())
    }

    /// The one that was stored.
    pub(super) fn stored(row: &row::Model) -> Self {
        Self::with_salt(row.account_id, row.address.clone(), row.salt.clone())
    }

    fn with_salt(account: Option<Uuid>, address: String, salt: Vec<u8>) -> Self {
        let mut hash = Sha256::new_with_prefix(LABEL);
        hash.update(&salt);
        match account {
            Some(account) => {
                hash.update([1]);
                hash.update(account.as_bytes());
            }
            None => hash.update([0]),
        }
        hash.update(&address);
        let commitment = hash.finalize().into();
        Self { account, address, salt, commitment }
    }

    /// The values of its row, in the order of the columns.
    pub(super) fn values(self, seq: i64) -> [Value; 6] {
        let (erasure_key, erasure_mac) = (None::<i64>, None::<Vec<u8>>);
        [
            seq.into(),
            self.account.into(),
            self.address.into(),
            self.salt.into(),
            erasure_key.into(),
            erasure_mac.into(),
        ]
    }
}
