//! The audit log: rows are added and never changed.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit")]
pub struct Model {
    /// Order of writing.
    #[sea_orm(primary_key)]
    pub seq: i64,
    /// The chain it is a link of.
    pub chain: Uuid,
    /// Its place in the chain, from 1 on without gaps.
    pub position: i64,
    /// The same in the start and the end row of one request.
    pub request_id: Uuid,
    /// Microseconds since the Unix epoch.
    pub at: i64,
    /// The HTTP method.
    pub method: String,
    /// The route pattern with the ids it was parsed into; never what the client typed.
    pub path: String,
    /// The HTTP status; none in a start row.
    pub status: Option<i16>,
    /// The commitment to who it was: what the row of `audit_subject` with this `seq` hashes to.
    pub subject: Vec<u8>,
    /// Which key of the audit ring made `mac`.
    pub mac_key: i64,
    /// Over every other column but `seq`, and over the MAC of the row before it in the chain.
    pub mac: Vec<u8>,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
