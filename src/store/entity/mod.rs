//! One file for each table, the same for every engine.
//!
//! Times are microseconds since the Unix epoch and ids are UUIDs, so that a row means the same on each store.

pub mod account;
pub mod audit;
pub mod audit_chain;
pub mod audit_removal;
pub mod audit_subject;
pub mod capability;
pub mod card;
pub mod idempotency;
pub mod invitation;
pub mod login_attempt;
pub mod member;
pub mod message;
pub mod message_link;
pub mod retired_name;
pub mod session;
pub mod space;
