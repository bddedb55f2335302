//! Removing the oldest rows of the log, so that it still verifies and nothing else can be missing.
//!
//! The place of the last row that went, and its MAC, are signed with the key of checkpoints: the row after it follows on
//! that MAC. Somebody who can write the database can remove rows, too, but cannot sign that they were to go.

use std::collections::BTreeMap;

use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, sea_query::OnConflict,
};
use uuid::Uuid;

use crate::{
    key_ring::{Key, KeyId, KeyRing},
    store::entity::{audit as row, audit_chain, audit_removal as record, audit_subject},
    timestamp::Timestamp,
};

const LABEL: &str = "natter audit removal 1";

/// What was removed from the beginning of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Removal {
    /// The place of the last row that went.
    pub(super) position: i64,
    /// Its MAC.
    pub(super) mac: Vec<u8>,
    /// The time in it.
    pub(super) at: Timestamp,
}

/// What was removed from each chain; `None` where no key of `ring` signed what the database says.
pub(super) async fn all(
    db: &impl ConnectionTrait,
    ring: &KeyRing,
) -> Result<BTreeMap<Uuid, Option<Removal>>, DbErr> {
    let judged = |stored: record::Model| {
        let key = u32::try_from(stored.key).ok().and_then(|key| ring.get(KeyId(key)));
        let is_signed =
            key.is_some_and(|key| key.is_signed(LABEL, &slices(&parts(&stored)), &stored.signature));
        let removal =
            Removal { position: stored.position, mac: stored.mac, at: Timestamp::from_micros(stored.at) };
        (stored.chain, is_signed.then_some(removal))
    };
    Ok(record::Entity::find().all(db).await?.into_iter().map(judged).collect())
}

/// Removes rows from the beginning of each chain up to the first of `before` or later, at most `limit` of a chain, and
/// signs with `key` that they were removed. Says how many went.
///
/// The transaction has to be the only one that writes to the log.
///
/// # Errors
/// The engine's.
pub async fn remove_before(
    db: &impl ConnectionTrait,
    key: &Key,
    before: Timestamp,
    limit: u64,
) -> Result<usize, DbErr> {
    let mut removed = 0;
    for chain in audit_chain::Entity::find().all(db).await? {
        let oldest = row::Entity::find()
            .filter(row::Column::Chain.eq(chain.chain))
            .order_by_asc(row::Column::Position)
            .limit(limit)
            .all(db)
            .await?;
        // Places are taken in the order of writing, times only nearly: one that is not over stops all after it.
        let over: Vec<_> = oldest.into_iter().take_while(|row| row.at < before.micros()).collect();
        let Some(last) = over.last() else { continue };
        sign(db, key, last).await?;
        let seqs = || over.iter().map(|row| row.seq);
        audit_subject::Entity::delete_many()
            .filter(audit_subject::Column::Seq.is_in(seqs()))
            .exec(db)
            .await?;
        row::Entity::delete_many().filter(row::Column::Seq.is_in(seqs())).exec(db).await?;
        removed += over.len();
    }
    Ok(removed)
}

/// How many removals bear a signature by this key of the checkpoint ring.
///
/// # Errors
/// The engine's.
pub async fn removals_of_key(db: &impl ConnectionTrait, key: KeyId) -> Result<u64, DbErr> {
    record::Entity::find().filter(record::Column::Key.eq(i64::from(key.0))).count(db).await
}

async fn sign(db: &impl ConnectionTrait, key: &Key, last: &row::Model) -> Result<(), DbErr> {
    let mut stored = record::Model {
        chain: last.chain,
        position: last.position,
        mac: last.mac.clone(),
        at: last.at,
        key: key.id().0.into(),
        signature: Vec::new(),
    };
    stored.signature = key.sign(LABEL, &slices(&parts(&stored)));
    let moved = OnConflict::column(record::Column::Chain)
        .update_columns([
            record::Column::Position,
            record::Column::Mac,
            record::Column::At,
            record::Column::Key,
            record::Column::Signature,
        ])
        .to_owned();
    let stored = record::ActiveModel {
        chain: Set(stored.chain),
        position: Set(stored.position),
        mac: Set(stored.mac),
        at: Set(stored.at),
        key: Set(stored.key),
        signature: Set(stored.signature),
    };
    record::Entity::insert(stored).on_conflict(moved).exec_without_returning(db).await.map(drop)
}

fn parts(stored: &record::Model) -> [Vec<u8>; 4] {
    [
        stored.chain.as_bytes().to_vec(),
        stored.position.to_be_bytes().to_vec(),
        stored.mac.clone(),
        stored.at.to_be_bytes().to_vec(),
    ]
}

fn slices(parts: &[Vec<u8>]) -> Vec<&[u8]> {
    parts.iter().map(Vec::as_slice).collect()
}
