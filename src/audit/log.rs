//! Writing and reading the rows.

use std::time::Duration;

use poem::http::StatusCode;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, TransactionTrait,
};

use super::{Request, Row};
use crate::{
    id::{AccountId, RequestId},
    store::{Store, entity::audit as row},
    timestamp::Timestamp,
};

/// Writes the end row of a request that was refused before it began, and waits until it is durable.
pub async fn halted(
    store: &Store,
    request: &Request,
    status: StatusCode,
    now: Timestamp,
) -> Result<(), DbErr> {
    let write = store.begin().await?;
    insert(write.db(), request, Some(status), now).await?;
    write.commit().await
}

/// Adds a row to a transaction: a start row without a status, an end row with one.
pub(super) async fn insert(
    db: &impl ConnectionTrait,
    request: &Request,
    status: Option<StatusCode>,
    now: Timestamp,
) -> Result<(), DbErr> {
    let row = row::ActiveModel {
        seq: NotSet,
        request_id: Set(request.id.0),
        at: Set(now.micros()),
        method: Set(request.method.clone()),
        path: Set(request.path.clone()),
        account_id: Set(request.account.map(|account| account.0)),
        status: Set(status.map(|status| status.as_u16().cast_signed())),
        address: Set(request.address.clone()),
    };
    row::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// Rows since `now - period`, newest first, before row `before`; at most `limit`.
pub async fn page(
    db: &(impl ConnectionTrait + TransactionTrait),
    now: Timestamp,
    period: Duration,
    before: Option<i64>,
    limit: u64,
) -> Result<Vec<Row>, DbErr> {
    let mut query = row::Entity::find().filter(row::Column::At.gte(now.minus(period).micros()));
    if let Some(before) = before {
        query = query.filter(row::Column::Seq.lt(before));
    }
    let rows = query.order_by_desc(row::Column::Seq).limit(limit).all(db).await?;
    Ok(rows.into_iter().map(Row::from).collect())
}

impl From<row::Model> for Row {
    fn from(row: row::Model) -> Self {
        Self {
            seq: row.seq,
            request: Request {
                id: RequestId(row.request_id),
                method: row.method,
                path: row.path,
                account: row.account_id.map(AccountId),
                address: row.address,
            },
            at: Timestamp::from_micros(row.at),
            status: row.status.map(i16::cast_unsigned),
        }
    }
}
