//! Counters of failed logins, by HMAC of what was attempted.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "login_attempt")]
pub struct Model {
    /// HMAC of the account name, the address, or both.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: Vec<u8>,
    /// Since the last success, less what decayed.
    pub failures: i64,
    /// The last failure, in microseconds since the Unix epoch; 0 if none.
    pub failed_at: i64,
    /// The last success, likewise.
    pub succeeded_at: i64,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
