//! The audit log: every request leaves a start row and an end row.
//!
//! The start row is durable before any effect of the request. An effect and its end row commit together
//! ([`Effect`]); what has no effect gets its end row from the edge ([`Trail::end`]), before the answer leaves. If a
//! row cannot be written, the request fails with 503 and nothing happened. (In the relaxed mode nobody waits for rows
//! that stand by themselves.)
//!
//! Rows are links of a chain under a key that the database does not have ([`chain`]); every second its head is signed
//! and written where rows cannot reach it ([`checkpoint`]); [`verify`] holds the one against the other.

mod chain;
pub mod checkpoint;
mod effect;
mod erasure;
mod log;
mod queue;
mod recorder;
mod removal;
mod subject;
mod trail;
pub mod verify;

pub use self::{
    effect::Effect,
    log::{about, count_of_key, following, page},
    recorder::Recorder,
    removal::{removals_of_key, remove_before},
    trail::Trail,
};
use crate::{
    id::{AccountId, RequestId},
    timestamp::Timestamp,
};

/// What both rows of a request say.
#[derive(Clone, Debug)]
pub struct Request {
    /// One id for both rows, the log and the error body.
    pub id: RequestId,
    /// The HTTP method.
    pub method: String,
    /// The route pattern, with the ids it was parsed into.
    pub path: String,
    /// Whose session it is; of an administration command, whom it is about.
    pub account: Option<AccountId>,
    /// The client's address.
    pub address: String,
}

/// A row as it is read back.
#[derive(Clone, Debug)]
pub struct Row {
    /// Order of writing.
    pub seq: i64,
    /// The request; without account and address where the person was erased.
    pub request: Request,
    /// When it was written.
    pub at: Timestamp,
    /// The HTTP status; none in a start row.
    pub status: Option<u16>,
}
