//! Accounts. A deleted one leaves no row here, only its name in `retired_name`.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    /// AccountId.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The user name; everything else refers to `id`.
    #[sea_orm(unique)]
    pub name: String,
    /// Argon2id, in PHC string form.
    pub password: String,
    /// Whether it may read the audit log.
    pub auditor: bool,
    /// Whether nobody can log in to it.
    pub disabled: bool,
    /// Microseconds since the Unix epoch.
    pub created_at: i64,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
