//! Invitations that are not used yet.

use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

use super::entity::invitation as row;
use crate::timestamp::Timestamp;

/// An invitation that is good. Its code cannot be told again.
#[derive(Clone, Debug)]
pub struct Invitation {
    hash: Vec<u8>,
    /// When it was made.
    pub created: Timestamp,
    /// When it ends by itself.
    pub expires: Timestamp,
}

impl Invitation {
    /// What an operator calls it: the first ten bytes of the hash of its code, in hexadecimal digits.
    pub fn name(&self) -> String {
        self.hash.iter().take(10).map(|byte| format!("{byte:02x}")).collect()
    }
}

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

/// Those that are good at `now`, oldest first.
pub async fn list(db: &impl ConnectionTrait, now: Timestamp) -> Result<Vec<Invitation>, DbErr> {
    let rows = row::Entity::find()
        .filter(row::Column::ExpiresAt.gt(now.micros()))
        .order_by_asc(row::Column::CreatedAt)
        .order_by_asc(row::Column::Hash)
        .all(db)
        .await?;
    let invitation = |row: row::Model| Invitation {
        hash: row.hash,
        created: Timestamp::from_micros(row.created_at),
        expires: Timestamp::from_micros(row.expires_at),
    };
    Ok(rows.into_iter().map(invitation).collect())
}

/// Ends an invitation that nobody has used; says whether it was still there.
pub async fn revoke(db: &impl ConnectionTrait, invitation: &Invitation) -> Result<bool, DbErr> {
    let revoked = row::Entity::delete_by_id(invitation.hash.clone()).exec(db).await?;
    Ok(revoked.rows_affected > 0)
}

/// Removes what ended before `now`.
pub async fn sweep(db: &impl ConnectionTrait, now: Timestamp) -> Result<u64, DbErr> {
    let swept = row::Entity::delete_many().filter(row::Column::ExpiresAt.lte(now.micros())).exec(db).await?;
    Ok(swept.rows_affected)
}
