//! Names of deleted accounts, as HMACs: a name is not given out again, and nobody can read it here.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "retired_name")]
pub struct Model {
    /// HMAC of the name under a key of the name ring.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: Vec<u8>,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
