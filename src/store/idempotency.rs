//! Records of requests that had their effect, for those that are sent again.

use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::entity::idempotency as row;
use crate::{key_ring::KeyId, timestamp::Timestamp};

/// That a request had its effect. It tells nothing without the ring of its MACs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// MAC of account, operation, target and key.
    pub id: [u8; 32],
    /// MAC of the body and the other columns.
    pub body: [u8; 32],
    /// When the effect was.
    pub created: Timestamp,
    /// The key of the capability ring that signed then.
    pub capability_key: KeyId,
}

impl Record {
    fn of(row: &row::Model) -> Option<Self> {
        Some(Self {
            id: row.id.as_slice().try_into().ok()?,
            body: row.body.as_slice().try_into().ok()?,
            created: Timestamp::from_micros(row.created_at),
            capability_key: KeyId(row.capability_key.try_into().ok()?),
        })
    }
}

/// The record with one of these ids.
pub async fn find(
    db: &impl ConnectionTrait,
    ids: impl Iterator<Item = [u8; 32]>,
) -> Result<Option<Record>, DbErr> {
    let ids = ids.map(|id| id.to_vec());
    let row = row::Entity::find().filter(row::Column::Id.is_in(ids)).one(db).await?;
    Ok(row.as_ref().and_then(Record::of))
}

/// Adds a record.
pub async fn insert(db: &impl ConnectionTrait, record: &Record) -> Result<(), DbErr> {
    let row = row::ActiveModel {
        id: Set(record.id.to_vec()),
        body: Set(record.body.to_vec()),
        created_at: Set(record.created.micros()),
        capability_key: Set(record.capability_key.0.into()),
    };
    row::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// Removes a record.
pub async fn remove(db: &impl ConnectionTrait, id: &[u8; 32]) -> Result<(), DbErr> {
    row::Entity::delete_by_id(id.to_vec()).exec(db).await.map(drop)
}

/// Removes those made at `before` or earlier; how many.
pub async fn sweep(db: &impl ConnectionTrait, before: Timestamp) -> Result<u64, DbErr> {
    let old = row::Column::CreatedAt.lte(before.micros());
    Ok(row::Entity::delete_many().filter(old).exec(db).await?.rows_affected)
}
