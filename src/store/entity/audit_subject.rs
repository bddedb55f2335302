//! Who it was: apart from the audit log, so that a person can be erased and the log still verifies.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_subject")]
pub struct Model {
    /// The row of the audit log.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// Whose session it was.
    pub account_id: Option<Uuid>,
    /// The client.
    pub address: String,
    /// Random, so that nobody finds out by trying who was erased. Gone with who it was.
    pub salt: Vec<u8>,
    /// Where it was erased: which key of the audit ring made `erasure_mac`.
    pub erasure_key: Option<i64>,
    /// Over the row's commitment, so that nobody but the server takes a person from the log unseen.
    pub erasure_mac: Option<Vec<u8>>,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
