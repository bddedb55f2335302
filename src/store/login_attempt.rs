//! Counters of failed logins.

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter,
    sea_query::{Condition, OnConflict},
};

use super::entity::login_attempt as row;
use crate::timestamp::Timestamp;

/// A counter, all zero where there is none.
pub type Attempts = row::Model;

/// The counter of one subject.
pub async fn find(db: &impl ConnectionTrait, subject: &[u8; 32]) -> Result<Attempts, DbErr> {
    let found = row::Entity::find_by_id(subject.to_vec()).one(db).await?;
    Ok(found.unwrap_or_else(|| Attempts {
        subject: subject.to_vec(),
        failures: 0,
        failed_at: 0,
        succeeded_at: 0,
    }))
}

/// Stores a counter.
pub async fn save(db: &impl ConnectionTrait, attempts: Attempts) -> Result<(), DbErr> {
    let row = row::ActiveModel {
        subject: Set(attempts.subject),
        failures: Set(attempts.failures),
        failed_at: Set(attempts.failed_at),
        succeeded_at: Set(attempts.succeeded_at),
    };
    let overwrite = OnConflict::column(row::Column::Subject)
        .update_columns([row::Column::Failures, row::Column::FailedAt, row::Column::SucceededAt])
        .to_owned();
    row::Entity::insert(row).on_conflict(overwrite).exec_without_returning(db).await.map(drop)
}

/// Removes counters that failed last before `failed` and succeeded last before `succeeded`.
pub async fn sweep(db: &impl ConnectionTrait, failed: Timestamp, succeeded: Timestamp) -> Result<u64, DbErr> {
    let stale = Condition::all()
        .add(row::Column::FailedAt.lt(failed.micros()))
        .add(row::Column::SucceededAt.lt(succeeded.micros()));
    Ok(row::Entity::delete_many().filter(stale).exec(db).await?.rows_affected)
}
