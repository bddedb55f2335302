//! What only one engine has, each of SQLite's halves beside PostgreSQL's.
//!
//! On both, those who write take turns, so that what is read inside a turn stays true until its end and no operation
//! has to think of another that runs beside it. SQLite does so by itself; on PostgreSQL a turn holds an advisory lock
//! that all replicas share. What is waited for inside is the database alone, and many requests share a turn
//! ([`super::write`]).

mod postgres;
mod sqlite;

use std::sync::Arc;

use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, IsolationLevel,
    RuntimeErr, TransactionTrait,
};

pub(super) use self::sqlite::{copy_into, damage, open_file, prepare_directory, sqlite_path};
use super::{OpenError, Store};
use crate::settings::DatabaseSettings;

/// A transaction of the engine that writes.
#[derive(Debug)]
pub(super) struct Turn {
    /// Where to write.
    pub(super) transaction: Arc<DatabaseTransaction>,
    /// The engine's name of it, by which it is known afterwards whether it was kept.
    name: Option<String>,
}

/// Opens the file of a sqlite: URL.
pub(super) async fn open_url(url: &str) -> Result<Store, OpenError> {
    sqlite::open(url).await
}

/// Opens what the settings name.
pub(super) async fn open(settings: &DatabaseSettings) -> Result<Store, OpenError> {
    match settings.server() {
        Some(server) => postgres::open(server).await,
        None => sqlite::open(&settings.url).await,
    }
}

/// Begins to write, once nobody else does.
pub(super) async fn begin(write: &DatabaseConnection) -> Result<Turn, DbErr> {
    let (transaction, name) = match write.get_database_backend() {
        DbBackend::Postgres => {
            let transaction = write.begin().await?;
            let name = postgres::take_turn(&transaction).await?;
            (transaction, Some(name))
        }
        _ => (sqlite::begin(write).await?, None),
    };
    Ok(Turn { transaction: Arc::new(transaction), name })
}

/// Begins to read what stays as it is at this moment.
pub(super) async fn snapshot(read: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    match read.get_database_backend() {
        DbBackend::Postgres => {
            let (level, mode) = (IsolationLevel::RepeatableRead, AccessMode::ReadOnly);
            read.begin_with_config(Some(level), Some(mode)).await
        }
        // There it is so anyway.
        _ => read.begin().await,
    }
}

/// Commits a turn that nobody else holds any more. Where the connection is lost meanwhile, the engine is asked afterwards
/// what became of it.
pub(super) async fn commit(write: &DatabaseConnection, turn: Turn) -> Result<(), DbErr> {
    let held = || DbErr::Conn(RuntimeErr::Internal("a transaction was kept beyond its turn".into()));
    let committed = Arc::into_inner(turn.transaction).ok_or_else(held)?.commit().await;
    match (committed, turn.name) {
        (Err(error), Some(name)) if !postgres::was_answered(&error) => {
            postgres::outcome(write, &name, error).await
        }
        (outcome, _) => outcome,
    }
}

/// Changes nothing, and yet is written.
pub(super) async fn write_what_is_there(db: &DatabaseTransaction) -> Result<(), DbErr> {
    match db.get_database_backend() {
        DbBackend::Postgres => db.execute_unprepared("UPDATE audit_chain SET position = position").await,
        _ => db.execute_unprepared("UPDATE seaql_migrations SET applied_at = applied_at").await,
    }
    .map(drop)
}

/// Closes the connection that writes, and another is opened for the next transaction: after an error it is not known
/// whether the engine is in a transaction.
pub(super) async fn discard(write: &DatabaseConnection) {
    match write.get_database_backend() {
        DbBackend::Postgres => postgres::discard(write).await,
        _ => sqlite::discard(write).await,
    }
}

/// Lets nobody else migrate until [`migrated`].
pub(super) async fn migrating(write: &DatabaseConnection) -> Result<(), DbErr> {
    match write.get_database_backend() {
        DbBackend::Postgres => postgres::migrating(write).await,
        // One process has the file.
        _ => Ok(()),
    }
}

/// Ends what [`migrating`] began, and says who may do what with which table.
pub(super) async fn migrated(write: &DatabaseConnection) -> Result<(), DbErr> {
    match write.get_database_backend() {
        DbBackend::Postgres => postgres::migrated(write).await,
        _ => Ok(()),
    }
}
