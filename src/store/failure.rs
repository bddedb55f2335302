//! What a failure of the engine means to a client.

use std::time::Duration;

use sea_orm::{DbErr, RuntimeErr, SqlErr, sqlx};

use crate::problem::{Kind, Problem};

/// A name that somebody else took a moment earlier is 409; an engine that is busy, full, read-only or away is 503,
/// and nothing was changed; anything else is a defect of ours.
impl From<DbErr> for Problem {
    fn from(error: DbErr) -> Self {
        if let Some(SqlErr::UniqueConstraintViolation(_)) = error.sql_err() {
            return Self::new(Kind::NameTaken, "This name was taken a moment ago.");
        }
        tracing::error!(%error, "the store failed");
        if is_away(&error) {
            Self::unavailable("The store cannot be used right now.", Duration::from_secs(1))
        } else {
            Self::internal()
        }
    }
}

/// SQLite's result codes (sqlite.org/rescode.html) by their lowest byte: busy, locked, read-only, I/O, full,
/// cannot open.
const AWAY: [u32; 6] = [5, 6, 8, 10, 13, 14];

fn is_away(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => {
            match error.as_ref() {
                sqlx::Error::Database(error) => error
                    .code()
                    .and_then(|code| code.parse::<u32>().ok())
                    .is_some_and(|code| AWAY.contains(&(code & 0xFF))),
                sqlx::Error::Io(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed => true,
                _ => false,
            }
        }
        _ => false,
    }
}
