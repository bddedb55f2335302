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

/// PostgreSQL's (its documentation, appendix A) by class or whole: the connection, the login, no such database, resources,
/// an operator's intervention, the system; a transaction that was read-only, idle for too long, or in another's way.
const AWAY_STATES: [&str; 12] =
    ["08", "28", "3D", "53", "57", "58", "25006", "25P03", "25P04", "40001", "40P01", "55P03"];

fn is_away_code(code: &str) -> bool {
    // Those of PostgreSQL have five characters, those of SQLite four digits at most.
    if code.len() == 5 {
        return AWAY_STATES.iter().any(|state| code.starts_with(state));
    }
    code.parse::<u32>().is_ok_and(|code| AWAY.contains(&(code & 0xFF)))
}

fn is_away(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => {
            match error.as_ref() {
                sqlx::Error::Database(error) => error.code().is_some_and(|code| is_away_code(&code)),
                sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::Protocol(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed => true,
                _ => false,
            }
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_away_code;

    #[test]
    fn what_passes_by_itself_is_told_from_defects() {
        for away in ["5", "517", "13", "08006", "57P01", "53300", "25006", "40P01", "55P03"] {
            assert!(is_away_code(away), "{away}");
        }
        for defect in ["1", "2067", "42501", "42P01", "23505", "22021"] {
            assert!(!is_away_code(defect), "{defect}");
        }
    }
}
