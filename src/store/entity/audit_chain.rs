//! The last link of each audit chain.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_chain")]
pub struct Model {
    /// Names the chain: one for each writer.
    #[sea_orm(primary_key, auto_increment = false)]
    pub chain: Uuid,
    /// The place of its last row.
    pub position: i64,
    /// The MAC of its last row.
    pub mac: Vec<u8>,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
