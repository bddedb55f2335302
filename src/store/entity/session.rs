//! Logins.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// SessionId.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// SHA-256 of the token; the token itself is nowhere.
    #[sea_orm(unique)]
    pub hash: Vec<u8>,
    /// Whose it is.
    pub account_id: Uuid,
    /// The bits of `Scopes`.
    pub scopes: i64,
    /// Microseconds since the Unix epoch.
    pub created_at: i64,
    /// Microseconds since the Unix epoch.
    pub expires_at: i64,
    /// Which key of the row ring made `mac`.
    pub mac_key: i64,
    /// Over every other column: who writes the database makes no sessions.
    pub mac: Vec<u8>,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
