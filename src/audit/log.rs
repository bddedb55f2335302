//! Reading the rows back.

use std::{collections::HashMap, time::Duration};

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{Request, Row};
use crate::{
    id::{AccountId, RequestId},
    store::entity::{audit as row, audit_subject},
    timestamp::Timestamp,
};

/// Rows since `now - period`, newest first, before row `before`; at most `limit`.
pub async fn page(
    db: &impl ConnectionTrait,
    now: Timestamp,
    period: Duration,
    before: Option<i64>,
    limit: u64,
) -> Result<Vec<Row>, DbErr> {
    let mut query = row::Entity::find().filter(row::Column::At.gte(now.minus(period).micros()));
    if let Some(before) = before {
        query = query.filter(row::Column::Seq.lt(before));
    }
    with_subjects(db, query.order_by_desc(row::Column::Seq).limit(limit).all(db).await?).await
}

/// Every row after row `after`, oldest first; at most `limit`.
pub async fn following(db: &impl ConnectionTrait, after: i64, limit: u64) -> Result<Vec<Row>, DbErr> {
    let rows = row::Entity::find()
        .filter(row::Column::Seq.gt(after))
        .order_by_asc(row::Column::Seq)
        .limit(limit)
        .all(db)
        .await?;
    with_subjects(db, rows).await
}

/// Who each of some rows is about; of those that were erased, that they were.
pub(super) async fn subjects(
    db: &impl ConnectionTrait,
    rows: &[row::Model],
) -> Result<HashMap<i64, audit_subject::Model>, DbErr> {
    let seqs = rows.iter().map(|row| row.seq);
    let subjects =
        audit_subject::Entity::find().filter(audit_subject::Column::Seq.is_in(seqs)).all(db).await?;
    Ok(subjects.into_iter().map(|subject| (subject.seq, subject)).collect())
}

async fn with_subjects(db: &impl ConnectionTrait, rows: Vec<row::Model>) -> Result<Vec<Row>, DbErr> {
    let mut subjects = subjects(db, &rows).await?;
    let row = |row: row::Model| {
        let subject = subjects.remove(&row.seq);
        Row {
            seq: row.seq,
            request: Request {
                id: RequestId(row.request_id),
                method: row.method,
                path: row.path,
                account: subject.as_ref().and_then(|subject| subject.account_id).map(AccountId),
                address: subject.map(|subject| subject.address).unwrap_or_default(),
            },
            at: Timestamp::from_micros(row.at),
            status: row.status.map(i16::cast_unsigned),
        }
    };
    Ok(rows.into_iter().map(row).collect())
}
