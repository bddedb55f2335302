//! The audit log: rows are added and never changed.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit")]
pub struct Model {
    /// Order of writing.
    #[sea_orm(primary_key)]
    pub seq: i64,
    /// The same in the start and the end row of one request.
    pub request_id: Uuid,
    /// Microseconds since the Unix epoch.
    pub at: i64,
    /// The HTTP method.
    pub method: String,
    /// The route pattern with the ids it was parsed into; never what the client typed.
    pub path: String,
    /// Whose session it was.
    pub account_id: Option<Uuid>,
    /// The HTTP status; none in a start row.
    pub status: Option<i16>,
    /// The client.
    pub address: String,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
