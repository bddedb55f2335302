//! Spaces.

use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::entity::space as row;
use crate::{id::SpaceId, text::SpaceName, timestamp::Timestamp};

/// A space, as loaded.
pub type Space = row::Model;

/// The space with this id.
pub async fn by_id(db: &impl ConnectionTrait, id: SpaceId) -> Result<Option<Space>, DbErr> {
    row::Entity::find_by_id(id.0).one(db).await
}

/// Several spaces, by id.
pub async fn by_ids(db: &impl ConnectionTrait, ids: &[SpaceId]) -> Result<Vec<Space>, DbErr> {
    row::Entity::find().filter(row::Column::Id.is_in(ids.iter().map(|id| id.0))).all(db).await
}

/// Whether a space has this name.
pub async fn name_taken(db: &impl ConnectionTrait, name: &SpaceName) -> Result<bool, DbErr> {
    Ok(row::Entity::find().filter(row::Column::Name.eq(name.as_str())).one(db).await?.is_some())
}

/// Adds a space. The name has to be free: look first, in the same transaction.
pub async fn insert(
    db: &impl ConnectionTrait,
    id: SpaceId,
    name: &SpaceName,
    now: Timestamp,
) -> Result<(), DbErr> {
    let row = row::ActiveModel {
        id: Set(id.0),
        name: Set(name.as_str().to_owned()),
        created_at: Set(now.micros()),
    };
    row::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// Removes a space with its members, messages, capabilities and cards.
pub async fn remove(db: &impl ConnectionTrait, id: SpaceId) -> Result<(), DbErr> {
    row::Entity::delete_by_id(id.0).exec(db).await.map(drop)
}
