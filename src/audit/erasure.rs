//! Taking a person out of the log: what was done stays, and that it was the server who took the person out.
//!
//! In place of the person stands a MAC over the row's commitment. Whoever can write the database can remove a person,
//! too, but not so that it looks like this.

use std::collections::HashMap;

use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};

use super::subject::Subject;
use crate::{
    id::AccountId,
    key_ring::{KeyId, KeyRing},
    store::entity::{audit, audit_subject as row},
};

const LABEL: &str = "natter audit erased 1";

/// Rows that are erased by one statement: engines bound how many values it may have.
const TOGETHER: u64 = 1000;

/// What stands beside a row of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beside {
    /// Whom it was written for.
    Subject,
    /// That the server has erased who it was.
    Erased,
    /// Somebody else, or nothing.
    SomethingElse,
}

/// What `row` is beside a row of the log with this commitment.
pub(super) fn beside(ring: &KeyRing, row: Option<&row::Model>, commitment: &[u8]) -> Beside {
    match row {
        Some(row) if is_erased(ring, row, commitment) => Beside::Erased,
        Some(row) if is_subject(row, commitment) => Beside::Subject,
        _ => Beside::SomethingElse,
    }
}

fn is_subject(row: &row::Model, commitment: &[u8]) -> bool {
    row.erasure_key.is_none() && row.erasure_mac.is_none() && Subject::stored(row).commitment == commitment
}

fn is_erased(ring: &KeyRing, row: &row::Model, commitment: &[u8]) -> bool {
    let key = row.erasure_key.and_then(|key| u32::try_from(key).ok());
    let mac = row.erasure_mac.as_deref().and_then(|mac| mac.try_into().ok());
    let is_sealed =
        key.zip(mac).is_some_and(|(key, mac)| ring.verify::<32>(KeyId(key), LABEL, &[commitment], mac));
    is_sealed && row.account_id.is_none() && row.address.is_empty() && row.salt.is_empty()
}

/// Forgets who did what `account` did.
///
/// What somebody has put beside a row as if it were this account goes as well, and is seen to be missing.
pub(super) async fn erase(
    db: &impl ConnectionTrait,
    ring: &KeyRing,
    account: AccountId,
) -> Result<(), DbErr> {
    let of_account = || row::Entity::find().filter(row::Column::AccountId.eq(account.0)).limit(TOGETHER);
    loop {
        let subjects = of_account().all(db).await?;
        let seqs: Vec<_> = subjects.iter().map(|subject| subject.seq).collect();
        if seqs.is_empty() {
            return Ok(());
        }
        let rows =
            audit::Entity::find().filter(audit::Column::Seq.is_in(seqs.iter().copied())).all(db).await?;
        let commitments: HashMap<_, _> = rows.into_iter().map(|row| (row.seq, row.subject)).collect();
        row::Entity::delete_many().filter(row::Column::Seq.is_in(seqs)).exec(db).await?;
        let erased: Vec<_> = subjects
            .iter()
            .filter_map(|subject| Some((subject, commitments.get(&subject.seq)?)))
            .filter(|(subject, commitment)| is_subject(subject, commitment))
            .map(|(subject, commitment)| sealed(ring, subject.seq, commitment))
            .collect();
        if !erased.is_empty() {
            row::Entity::insert_many(erased).exec_without_returning(db).await?;
        }
    }
}

fn sealed(ring: &KeyRing, seq: i64, commitment: &[u8]) -> row::ActiveModel {
    let (key, mac) = ring.mac(LABEL, &[commitment]);
    row::ActiveModel {
        seq: Set(seq),
        account_id: Set(None),
        address: Set(String::new()),
        salt: Set(Vec::new()),
        erasure_key: Set(Some(key.0.into())),
        erasure_mac: Set(Some(mac.to_vec())),
    }
}
