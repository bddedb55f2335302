//! Invitations that are not used yet.

use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::entity::invitation as row;
use crate::timestamp::Timestamp;

/// Stores an invitation under the hash of its code.
pub async fn insert(
    db: &impl ConnectionTrait,
    hash: &[u8; 32],
    now: Timestamp,
    expires: Timestamp,
) -> Result<(), DbErr> {
    let row = row::ActiveModel {
        hash: Set(hash.to_vec()),
        created_at: Set(now.micros()),
        expires_at: Set(expires.micros()),
    };
    row::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// Whether an invitation is good at `now`.
pub async fn is_good(db: &impl ConnectionTrait, hash: &[u8; 32], now: Timestamp) -> Result<bool, DbErr> {
    let row = row::Entity::find_by_id(hash.to_vec()).one(db).await?;
    Ok(row.is_some_and(|row| now.micros() < row.expires_at))
}

/// Uses an invitation up; says whether it was good at `now`.
pub async fn consume(db: &impl ConnectionTrait, hash: &[u8; 32], now: Timestamp) -> Result<bool, DbErr> {
    let used = row::Entity::delete_many()
        .filter(row::Column::Hash.eq(hash.to_vec()))
        .filter(row::Column::ExpiresAt.gt(now.micros()))
        .exec(db)
        .await?;
    Ok(used.rows_affected > 0)
}

/// Removes what ended before `now`.
pub async fn sweep(db: &impl ConnectionTrait, now: Timestamp) -> Result<u64, DbErr> {
    let swept = row::Entity::delete_many().filter(row::Column::ExpiresAt.lte(now.micros())).exec(db).await?;
    Ok(swept.rows_affected)
}
