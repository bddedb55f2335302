//! Requests that came with an `Idempotency-Key` and had their effect.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency")]
pub struct Model {
    /// HMAC of account, operation, target and key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Vec<u8>,
    /// HMAC of the request's body and every other column.
    pub body: Vec<u8>,
    /// Microseconds since the Unix epoch.
    pub created_at: i64,
    /// Which key of the capability ring signed the tokens of the answer.
    pub capability_key: i64,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
