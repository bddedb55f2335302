//! Preview cards, and the queue of what is to be fetched: a row per space and URL.

#[cfg(test)]
mod tests;

use std::time::Duration;

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
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
    /// It is to be fetched at once, or being fetched.
    Pending,
    /// It is fetched again when it is due.
    Scheduled,
    /// It stays as it is, until its link is posted again.
    Settled,
}

impl State {
    fn number(self) -> i16 {
        match self {
            Self::Pending => 0,
            Self::Scheduled => 1,
            Self::Settled => 2,
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
    /// What the card that there is was named by, to ask whether it is still the same.
    pub tag: Option<String>,
}

/// What became of a claim.
#[derive(Clone, Debug)]
pub enum Finding {
    /// A card, as JSON, with what it is named by.
    Card(String, Option<String>),
    /// The card is still the one that there is.
    Unchanged,
    /// There is none now.
    Nothing,
    /// There never will be one.
    Never,
}

/// The most rows in one claim of which it turns out that they need no fetching any more.
const SETTLED_AT_ONCE: usize = 100;

/// Queues a URL of a message: what is new or due, at once; everything else when it is due.
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
        tag: Set(None),
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
    let is_due = row::Column::DueAt.lte(now.micros());
    let state = Expr::case(is_due.clone(), State::Pending.number()).finally(State::Scheduled.number());
    row::Entity::update_many()
        .col_expr(row::Column::State, state.into())
        .filter(row::Column::SpaceId.eq(space.0))
        .filter(row::Column::UrlHash.eq(url_hash.to_vec()))
        .filter(is_due.or(row::Column::State.eq(State::Settled.number())))
        .exec(db)
        .await
        .map(drop)
}

/// Claims for `lease` what was posted first, or else what has been due longest to be fetched again: if the claimant dies,
/// another one takes it over then. What no message of the last `age` links to is not fetched again.
pub async fn claim(
    db: &impl ConnectionTrait,
    now: Timestamp,
    lease: Duration,
    age: Duration,
) -> Result<Option<Claim>, DbErr> {
    for _ in 0..SETTLED_AT_ONCE {
        let posted = next(db, State::Pending, now).await?;
        let (due, age) = match posted {
            Some(row) => (row, None),
            None => match next(db, State::Scheduled, now).await? {
                Some(row) => (row, Some(age)),
                None => return Ok(None),
            },
        };
        let name = (due.space_id, due.url_hash);
        let newest = newest_link(db, &name).await?;
        let is_wanted = newest.is_some_and(|newest| age.is_none_or(|age| is_younger(newest, now, age)));
        let change = match is_wanted {
            true => (row::Column::LeasedUntil, Expr::value((now + lease).micros())),
            false => (row::Column::State, Expr::value(State::Settled.number())),
        };
        let changed = row::Entity::update_many()
            .col_expr(change.0, change.1)
            .filter(is(&name))
            .filter(row::Column::LeasedUntil.eq(due.leased_until))
            .exec(db)
            .await?;
        if is_wanted {
            return Ok((changed.rows_affected > 0).then_some(Claim {
                space: SpaceId(name.0),
                url_hash: name.1,
                url: due.url,
                failures: due.attempts,
                tag: due.tag.filter(|_| due.card.is_some()),
            }));
        }
    }
    Ok(None)
}

/// The row of this state that has been due longest and that nobody has claimed.
async fn next(db: &impl ConnectionTrait, state: State, now: Timestamp) -> Result<Option<row::Model>, DbErr> {
    row::Entity::find()
        .filter(row::Column::State.eq(state.number()))
        .filter(row::Column::DueAt.lte(now.micros()))
        .filter(row::Column::LeasedUntil.lte(now.micros()))
        .order_by_asc(row::Column::DueAt)
        .one(db)
        .await
}

/// The newest message that links there; the ids of messages sort by time.
async fn newest_link(db: &impl ConnectionTrait, (space, url_hash): &Name) -> Result<Option<Uuid>, DbErr> {
    let links = message_link::Entity::find().select_only().column(message_link::Column::MessageId);
    links
        .filter(message_link::Column::SpaceId.eq(*space))
        .filter(message_link::Column::UrlHash.eq(url_hash.clone()))
        .order_by_desc(message_link::Column::MessageId)
        .limit(1)
        .into_tuple()
        .one(db)
        .await
}

/// Whether a message is younger than `age` at `time`.
fn is_younger(message: Uuid, time: Timestamp, age: Duration) -> bool {
    !age.is_zero() && message >= MessageId::first_at(time.minus(age)).0
}

fn is((space, url_hash): &Name) -> Condition {
    Condition::all().add(row::Column::SpaceId.eq(*space)).add(row::Column::UrlHash.eq(url_hash.clone()))
}

/// Stores what became of a claim. It is fetched again when it is due, provided that a message links to it then that is
/// younger than `age`. An earlier card outlives a failure.
pub async fn finish(
    db: &impl ConnectionTrait,
    claim: &Claim,
    finding: Finding,
    due: Timestamp,
    age: Duration,
) -> Result<(), DbErr> {
    let name = (claim.space.0, claim.url_hash.clone());
    let newest = newest_link(db, &name).await?;
    let again = newest.is_some_and(|newest| is_younger(newest, due, age));
    let state = match finding {
        Finding::Never => State::Settled,
        _ if again => State::Scheduled,
        _ => State::Settled,
    };
    let failures = match finding {
        Finding::Card(..) | Finding::Unchanged => 0,
        Finding::Nothing | Finding::Never => claim.failures.saturating_add(1),
    };
    let mut update = row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(state.number()))
        .col_expr(row::Column::Attempts, Expr::value(failures))
        .col_expr(row::Column::DueAt, Expr::value(due.micros()))
        .col_expr(row::Column::LeasedUntil, Expr::value(0_i64));
    if let Finding::Card(card, tag) = finding {
        update = update
            .col_expr(row::Column::Card, Expr::value(card))
            .col_expr(row::Column::Tag, Expr::value(tag));
    }
    update.filter(is(&name)).exec(db).await.map(drop)
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
