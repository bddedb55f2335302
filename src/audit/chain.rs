//! Rows as links of a chain: each bears a MAC over itself and over the one before it.

use std::collections::HashMap;

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set},
    ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    sea_query::OnConflict,
};
use uuid::Uuid;

use super::subject::Subject;
use crate::{
    key_ring::{KeyId, KeyRing},
    store::entity::{audit as row, audit_chain as head, audit_subject},
};

const LABEL: &str = "natter audit row 1";

/// The chain of a database that has one writer at a time.
pub const ONLY: Uuid = Uuid::nil();

/// The MAC before the first row of a chain.
pub(super) const GENESIS: [u8; 32] = [0; 32];

/// Adds rows at the end of a chain, in their order, with the MACs that `ring` makes, and beside them who it was.
///
/// The transaction has to be the only one that writes to this chain.
pub(super) async fn append(
    db: &impl ConnectionTrait,
    ring: &KeyRing,
    chain: Uuid,
    entries: Vec<(row::Model, Subject)>,
) -> Result<(), DbErr> {
    let last = head::Entity::find_by_id(chain).one(db).await?;
    let (mut position, mut before) = last.map_or((0, GENESIS.to_vec()), |last| (last.position, last.mac));
    let (mut rows, mut subjects) = (Vec::with_capacity(entries.len()), HashMap::new());
    for (mut row, subject) in entries {
        position += 1;
        (row.chain, row.position) = (chain, position);
        row.subject = subject.commitment().to_vec();
        let (key, mac) = ring.mac(LABEL, &slices(&parts(&row, &before)));
        (row.mac_key, row.mac) = (key.0.into(), mac.to_vec());
        before.clone_from(&row.mac);
        rows.push(row::ActiveModel { seq: NotSet, ..row.into_active_model().reset_all() });
        subjects.insert(position, subject);
    }
    if rows.is_empty() {
        return Ok(());
    }
    let rows = row::Entity::insert_many(rows).exec_with_returning(db).await?;
    let subjects = rows.iter().filter_map(|row| Some(subjects.get(&row.position)?.row(row.seq)));
    audit_subject::Entity::insert_many(subjects).exec_without_returning(db).await?;

    let moved = OnConflict::column(head::Column::Chain)
        .update_columns([head::Column::Position, head::Column::Mac])
        .to_owned();
    let end = head::ActiveModel { chain: Set(chain), position: Set(position), mac: Set(before) };
    head::Entity::insert(end).on_conflict(moved).exec_without_returning(db).await.map(drop)
}

/// Whether a row bears the MAC of itself after a row with the MAC `before`.
pub(super) fn follows(ring: &KeyRing, row: &row::Model, before: &[u8]) -> bool {
    let (Ok(key), Ok(mac)) = (u32::try_from(row.mac_key), <&[u8; 32]>::try_from(row.mac.as_slice())) else {
        return false;
    };
    ring.verify(KeyId(key), LABEL, &slices(&parts(row, before)), mac)
}

fn parts(row: &row::Model, before: &[u8]) -> [Vec<u8>; 9] {
    [
        before.to_vec(),
        row.chain.as_bytes().to_vec(),
        row.position.to_be_bytes().to_vec(),
        row.request_id.as_bytes().to_vec(),
        row.at.to_be_bytes().to_vec(),
        row.method.clone().into_bytes(),
        row.path.clone().into_bytes(),
        row.status.map(|status| status.to_be_bytes().to_vec()).unwrap_or_default(),
        row.subject.clone(),
    ]
}

fn slices(parts: &[Vec<u8>]) -> Vec<&[u8]> {
    parts.iter().map(Vec::as_slice).collect()
}
