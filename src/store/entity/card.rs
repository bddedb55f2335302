//! Preview cards: a row per space and URL, which is also the queue of what is to be fetched.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "card")]
pub struct Model {
    /// The space whose messages link there; cards are not shared between spaces.
    #[sea_orm(primary_key, auto_increment = false)]
    pub space_id: Uuid,
    /// SHA-256 of the URL.
    #[sea_orm(primary_key, auto_increment = false)]
    pub url_hash: Vec<u8>,
    /// As it stands in the message.
    #[sea_orm(column_type = "Text")]
    pub url: String,
    /// 0 to be fetched at once, 1 to be fetched again when it is due, 2 not to be fetched again by itself.
    pub state: i16,
    /// The card as JSON, once fetched.
    #[sea_orm(column_type = "Text", nullable)]
    pub card: Option<String>,
    /// What the worker names the card by, as an `ETag` field.
    #[sea_orm(column_type = "Text", nullable)]
    pub tag: Option<String>,
    /// When it is to be fetched (again), in microseconds since the Unix epoch.
    pub due_at: i64,
    /// Until when whoever claimed it is fetching it; 0 if nobody is.
    pub leased_until: i64,
    /// Failures in a row.
    pub attempts: i32,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
