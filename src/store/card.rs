//! Preview cards, and the queue of what is to be fetched: a row per space and URL.

use std::time::Duration;

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict},
};

use uuid::Uuid;

use super::entity::{card as row, message_link};
use crate::{
    id::{MessageId, SpaceId},
    timestamp::Timestamp,
};

/// Where the fetching of a card stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is to be fetched, or being fetched.
    Pending,
    /// It was fetched.
    Fetched,
    /// The last attempt failed.
    Failed,
}

impl State {
    fn number(self) -> i16 {
        match self {
            Self::Pending => 0,
            Self::Fetched => 1,
            Self::Failed => 2,
        }
    }
}

/// A row of the queue that somebody has claimed.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The space.
    pub space: SpaceId,
    /// SHA-256 of the URL.
    pub url_hash: Vec<u8>,
    /// The URL.
    pub url: String,
    /// How often it has failed in a row.
    pub failures: i32,
}

/// Queues a URL of a message, unless it is queued already or its card is not due again.
pub async fn enqueue(
    db: &impl ConnectionTrait,
    (space, message): (SpaceId, MessageId),
    url_hash: [u8; 32],
    url: &str,
    now: Timestamp,
) -> Result<(), DbErr> {
    let fresh = row::ActiveModel {
        space_id: Set(space.0),
        url_hash: Set(url_hash.to_vec()),
        url: Set(url.to_owned()),
        state: Set(State::Pending.number()),
        card: Set(None),
        due_at: Set(now.micros()),
        leased_until: Set(0),
        attempts: Set(0),
    };
    let known = OnConflict::columns([row::Column::SpaceId, row::Column::UrlHash]).do_nothing().to_owned();
    let link = message_link::ActiveModel {
        message_id: Set(message.0),
        url_hash: Set(url_hash.to_vec()),
        space_id: Set(space.0),
    };
    message_link::Entity::insert(link).exec_without_returning(db).await?;
    row::Entity::insert(fresh).on_conflict(known).exec_without_returning(db).await?;
    row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(State::Pending.number()))
        .filter(row::Column::SpaceId.eq(space.0))
        .filter(row::Column::UrlHash.eq(url_hash.to_vec()))
        .filter(row::Column::DueAt.lte(now.micros()))
        .exec(db)
        .await
        .map(drop)
}

/// Claims what has been due longest, for `lease`: if the claimant dies, another one takes it over then.
pub async fn claim(
    db: &impl ConnectionTrait,
    now: Timestamp,
    lease: Duration,
) -> Result<Option<Claim>, DbErr> {
    let due = row::Entity::find()
        .filter(row::Column::State.eq(State::Pending.number()))
        .filter(row::Column::LeasedUntil.lte(now.micros()))
        .order_by_asc(row::Column::DueAt)
        .one(db)
        .await?;
    let Some(due) = due else { return Ok(None) };
    let claimed = row::Entity::update_many()
        .col_expr(row::Column::LeasedUntil, Expr::value((now + lease).micros()))
        .filter(row::Column::SpaceId.eq(due.space_id))
        .filter(row::Column::UrlHash.eq(due.url_hash.clone()))
        .filter(row::Column::LeasedUntil.eq(due.leased_until))
        .exec(db)
        .await?;
    Ok((claimed.rows_affected > 0).then_some(Claim {
        space: SpaceId(due.space_id),
        url_hash: due.url_hash,
        url: due.url,
        failures: due.attempts,
    }))
}

/// Stores what became of a claim, and when it is due again; an earlier card outlives a failure.
pub async fn finish(
    db: &impl ConnectionTrait,
    claim: &Claim,
    card: Option<String>,
    due: Timestamp,
) -> Result<(), DbErr> {
    let (state, attempts) = match card {
        Some(_) => (State::Fetched, 0),
        None => (State::Failed, claim.failures.saturating_add(1)),
    };
    let mut update = row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(state.number()))
        .col_expr(row::Column::Attempts, Expr::value(attempts))
        .col_expr(row::Column::DueAt, Expr::value(due.micros()))
        .col_expr(row::Column::LeasedUntil, Expr::value(0_i64));
    if let Some(card) = card {
        update = update.col_expr(row::Column::Card, Expr::value(card));
    }
    update
        .filter(row::Column::SpaceId.eq(claim.space.0))
        .filter(row::Column::UrlHash.eq(claim.url_hash.clone()))
        .exec(db)
        .await
        .map(drop)
}

/// A card as far as it is known.
#[derive(Clone, Debug)]
pub struct Known {
    /// SHA-256 of the URL.
    pub url_hash: Vec<u8>,
    /// The card as JSON.
    pub card: Option<String>,
    /// Whether it is still to be fetched.
    pub is_pending: bool,
}

/// What is known of these URLs in a space.
pub async fn find(
    db: &impl ConnectionTrait,
    space: SpaceId,
    url_hashes: impl IntoIterator<Item = Vec<u8>>,
) -> Result<Vec<Known>, DbErr> {
    let rows = row::Entity::find()
        .filter(row::Column::SpaceId.eq(space.0))
        .filter(row::Column::UrlHash.is_in(url_hashes))
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Known {
            url_hash: row.url_hash,
            card: row.card,
            is_pending: row.state == State::Pending.number(),
        })
        .collect())
}

/// Names a card: its space, and the SHA-256 of its URL.
pub type Name = (Uuid, Vec<u8>);

/// The cards after `after`, of all spaces, in the order of their names; at most `limit`.
pub async fn page(db: &impl ConnectionTrait, after: Option<Name>, limit: u64) -> Result<Vec<Name>, DbErr> {
    let names = [row::Column::SpaceId, row::Column::UrlHash];
    let mut query = row::Entity::find().select_only().columns(names);
    if let Some((space, url_hash)) = after {
        let name = Expr::tuple(names.map(Expr::col));
        query = query.filter(name.gt(Expr::tuple([Expr::value(space), Expr::value(url_hash)])));
    }
    let query = query.order_by_asc(row::Column::SpaceId).order_by_asc(row::Column::UrlHash);
    query.limit(limit).into_tuple().all(db).await
}

/// Those of these cards whose link no message has any more.
pub async fn unused(db: &impl ConnectionTrait, names: &[Name]) -> Result<Vec<Name>, DbErr> {
    let mut unused = Vec::new();
    for (space, url_hash) in names {
        let link = message_link::Entity::find()
            .filter(message_link::Column::SpaceId.eq(*space))
            .filter(message_link::Column::UrlHash.eq(url_hash.clone()));
        if link.one(db).await?.is_none() {
            unused.push((*space, url_hash.clone()));
        }
    }
    Ok(unused)
}

/// Removes those of these cards whose link no message has; says how many went.
pub async fn remove_unused(db: &impl ConnectionTrait, names: &[Name]) -> Result<usize, DbErr> {
    // Looked at again: a message may have been posted since.
    let unused = unused(db, names).await?;
    for (space, url_hash) in &unused {
        row::Entity::delete_by_id((*space, url_hash.clone())).exec(db).await?;
    }
    Ok(unused.len())
}
