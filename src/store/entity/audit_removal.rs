//! Up to where the rows of each audit chain were removed because their time was over.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_removal")]
pub struct Model {
    /// The chain.
    #[sea_orm(primary_key, auto_increment = false)]
    pub chain: Uuid,
    /// The place of the last row that was removed; all before it were as well.
    pub position: i64,
    /// The MAC of that row: the next one follows on it.
    pub mac: Vec<u8>,
    /// The time in that row, in microseconds since the Unix epoch.
    pub at: i64,
    /// Which key of the checkpoint ring signed this.
    pub key: i64,
    /// Over every other column but `key`: who writes the database removes nothing unseen.
    pub signature: Vec<u8>,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
