//! Messages.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "message")]
pub struct Model {
    /// MessageId; sorts by time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Where it stands.
    pub space_id: Uuid,
    /// Who posted it.
    pub author_id: Uuid,
    /// Microseconds since the Unix epoch.
    pub posted_at: i64,
    /// As sent.
    #[sea_orm(column_type = "Text")]
    pub text: String,
    /// What the sender said about previews, if anything.
    pub previews: Option<bool>,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
