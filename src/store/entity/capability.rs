//! Roots of capabilities. Removing one removes those shared from it.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "capability")]
pub struct Model {
    /// CapabilityId.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The root it was shared from.
    pub parent_id: Option<Uuid>,
    /// The only account it works for.
    pub account_id: Uuid,
    /// The space it opens something of.
    pub space_id: Uuid,
    /// What it opens: 0 the space, 1 its messages, 2 one message.
    pub target: i16,
    /// The message, where that is the target.
    pub message_id: Option<Uuid>,
    /// The bits of `Permissions`.
    pub permissions: i16,
    /// Microseconds since the Unix epoch.
    pub created_at: i64,
    /// Microseconds since the Unix epoch.
    pub expires_at: i64,
    /// Which key of the row ring made `mac`.
    pub mac_key: i64,
    /// Over every other column.
    pub mac: Vec<u8>,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
