//! Which message has which link whose card was queued, so that a card that no message has any more can go.

use sea_orm::entity::prelude::*;

/// A row. It goes with its message.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "message_link")]
pub struct Model {
    /// The message.
    #[sea_orm(primary_key, auto_increment = false)]
    pub message_id: Uuid,
    /// SHA-256 of the URL.
    #[sea_orm(primary_key, auto_increment = false)]
    pub url_hash: Vec<u8>,
    /// The message's space: together with the hash it names the card.
    pub space_id: Uuid,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
