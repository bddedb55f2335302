//! `Idempotency-Key`: a POST that is sent again has its effect once, and is answered as the first time.
//!
//! The first request leaves a record in the transaction of its effect, so that there are both or neither: whoever does
//! not know what became of a request sends it again. Writes take turns, so a repetition that comes while the first is
//! still running finds the record, too. It is authorised like any other request, writes its rows of the audit log, and
//! nothing else. Failures leave no record.
//!
//! A record holds no answer, since answers bear tokens. The ids and times in them come from the [`Occasion`], which a
//! record brings back: the instant, bits that a keyed function makes of the record, and the key that signs
//! capabilities. Where that key was retired meanwhile, its tokens are worth nothing; the repeated answer has them
//! under the newest one.
//!
//! Records stand under HMACs of account, operation with its target, and key, and bind the body by another. When a key
//! of the ring is retired, its records are found no more, as if their time were over.
//!
//! Without the header nothing is recorded, and nothing is repeated: on SQLite the server itself never tries a
//! transaction twice. Where an engine asks for that, the request's id will do as the key.

mod given;
mod header;
mod occasion;
mod recall;
mod record;

use std::time::Duration;

pub use self::{
    given::IdempotencyKey,
    header::{NAME as HEADER, refuse_where_none_is_taken},
    occasion::Occasion,
};

/// For how long a key is remembered.
pub const KEPT: Duration = Duration::from_secs(24 * 3600);
