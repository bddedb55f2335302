//! Messages. Their only door asks for the proof that the caller may pass; a proof of too little does not compile.

use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use uuid::Uuid;

use super::{Store, entity::message as row};
use crate::{
    authorization::{Authorised, Operator, SpacePolicy},
    id::{AccountId, MessageId, SpaceId},
    permission::Permissions,
    text::MessageText,
    timestamp::Timestamp,
};

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Sorts by time.
    pub id: MessageId,
    /// Who posted it.
    pub author: AccountId,
    /// When.
    pub posted: Timestamp,
    /// What.
    pub text: String,
    /// What the sender said about previews, if anything.
    pub previews: Option<bool>,
}

impl From<row::Model> for Message {
    fn from(row: row::Model) -> Self {
        Self {
            id: MessageId(row.id),
            author: AccountId(row.author_id),
            posted: Timestamp::from_micros(row.posted_at),
            text: row.text,
            previews: row.previews,
        }
    }
}

/// Which messages a page shows.
#[derive(Clone, Copy, Debug)]
pub enum Range {
    /// Posted at this time or later, oldest first; with the second, after that message.
    Since(Timestamp, Option<MessageId>),
    /// After this message, oldest first.
    After(MessageId),
    /// Before this message, or the newest; newest first.
    Before(Option<MessageId>),
}

/// One message of the space that `proof` opens.
pub async fn find<P: SpacePolicy>(
    db: &impl ConnectionTrait,
    proof: &Authorised<P>,
    id: MessageId,
) -> Result<Option<Message>, DbErr> {
    const { assert!(Permissions::READ.is_subset(P::NEEDS), "reading needs r") };
    let row = row::Entity::find_by_id(id.0).filter(row::Column::SpaceId.eq(proof.space().0)).one(db).await?;
    Ok(row.map(Message::from))
}

/// As [`find`], by what is remembered of the moment at which the request came.
pub async fn recall<P: SpacePolicy>(
    store: &Store,
    proof: &Authorised<P>,
    id: MessageId,
) -> Result<Option<Message>, DbErr> {
    store.memory.messages.recall(proof.moment(), (proof.space(), id), || find(store.read(), proof, id)).await
}

/// Messages of the space that `proof` opens; at most `limit`.
pub async fn page<P: SpacePolicy>(
    db: &impl ConnectionTrait,
    proof: &Authorised<P>,
    range: Range,
    limit: u64,
) -> Result<Vec<Message>, DbErr> {
    const { assert!(Permissions::READ.is_subset(P::NEEDS), "reading needs r") };
    let query = row::Entity::find().filter(row::Column::SpaceId.eq(proof.space().0));
    let query = match range {
        Range::Since(since, after) => query
            .filter(row::Column::PostedAt.gte(since.micros()))
            .filter(row::Column::Id.gt(after.unwrap_or(MessageId::first_at(since)).0))
            .order_by_asc(row::Column::Id),
        Range::After(after) => query.filter(row::Column::Id.gt(after.0)).order_by_asc(row::Column::Id),
        Range::Before(Some(before)) => {
            query.filter(row::Column::Id.lt(before.0)).order_by_desc(row::Column::Id)
        }
        Range::Before(None) => query.order_by_desc(row::Column::Id),
    };
    Ok(query.limit(limit).all(db).await?.into_iter().map(Message::from).collect())
}

/// Adds a message to the space that `proof` opens.
pub async fn insert<P: SpacePolicy>(
    db: &impl ConnectionTrait,
    proof: &Authorised<P>,
    id: MessageId,
    text: &MessageText,
    previews: Option<bool>,
    now: Timestamp,
) -> Result<(), DbErr> {
    const { assert!(Permissions::WRITE.is_subset(P::NEEDS), "posting needs w") };
    let row = row::ActiveModel {
        id: Set(id.0),
        space_id: Set(proof.space().0),
        author_id: Set(proof.session().account.0),
        posted_at: Set(now.micros()),
        text: Set(text.as_str().to_owned()),
        previews: Set(previews),
    };
    row::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// Removes a message of the space that `proof` opens; says whether there was one.
pub async fn remove<P: SpacePolicy>(
    db: &impl ConnectionTrait,
    proof: &Authorised<P>,
    id: MessageId,
) -> Result<bool, DbErr> {
    const { assert!(Permissions::DELETE.is_subset(P::NEEDS), "removing needs d") };
    let removed = row::Entity::delete_many()
        .filter(row::Column::Id.eq(id.0))
        .filter(row::Column::SpaceId.eq(proof.space().0))
        .exec(db)
        .await?;
    Ok(removed.rows_affected > 0)
}

/// What an account has posted anywhere, after message `after`, oldest first; at most `limit`. With each its space.
pub async fn by_author(
    db: &impl ConnectionTrait,
    _operator: &Operator,
    author: AccountId,
    after: Option<MessageId>,
    limit: u64,
) -> Result<Vec<(SpaceId, Message)>, DbErr> {
    let mut query = row::Entity::find().filter(row::Column::AuthorId.eq(author.0));
    if let Some(after) = after {
        query = query.filter(row::Column::Id.gt(after.0));
    }
    let rows = query.order_by_asc(row::Column::Id).limit(limit).all(db).await?;
    Ok(rows.into_iter().map(|row| (SpaceId(row.space_id), Message::from(row))).collect())
}

/// Removes messages posted before `before`, the oldest first, at most `limit`; says how many went. Shows nothing of
/// them.
pub async fn remove_before(db: &impl ConnectionTrait, before: Timestamp, limit: u64) -> Result<usize, DbErr> {
    let oldest = row::Entity::find()
        .select_only()
        .column(row::Column::Id)
        .filter(row::Column::Id.lt(MessageId::first_at(before).0))
        .order_by_asc(row::Column::Id)
        .limit(limit)
        .into_tuple::<Uuid>()
        .all(db)
        .await?;
    row::Entity::delete_many().filter(row::Column::Id.is_in(oldest.iter().copied())).exec(db).await?;
    Ok(oldest.len())
}

/// Whether a message stands in a space: for sharing, which shows nothing of it.
pub async fn exists(db: &impl ConnectionTrait, space: SpaceId, id: MessageId) -> Result<bool, DbErr> {
    let row = row::Entity::find_by_id(id.0).filter(row::Column::SpaceId.eq(space.0)).one(db).await?;
    Ok(row.is_some())
}
