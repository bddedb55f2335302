//! What only one engine has, each of SQLite's halves beside PostgreSQL's.
//!
//! On both, those who write take turns, so that what is read inside a turn stays true until its end and no operation
//! has to think of another that runs beside it. SQLite does so by itself; on PostgreSQL a turn holds an advisory lock
//! that all replicas share. What is waited for inside is the database alone, and many requests share a turn
//! ([`super::write`]).

mod connection;
mod postgres;
mod sqlite;

use std::{sync::Arc, time::Duration};

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, RuntimeErr, Statement, TransactionTrait,
};

pub use self::connection::{Connection, Transaction};
pub(super) use self::sqlite::{copy_into, damage, open_file, prepare_directory, sqlite_path};
use super::{OpenError, Store};
use crate::settings::DatabaseSettings;

/// A transaction of the engine that writes.
#[derive(Debug)]
pub(super) struct Turn {
    /// Where to write.
    pub(super) transaction: Arc<Transaction>,
    /// The engine's name of it, by which it is known afterwards whether it was kept.
    name: String,
}

/// Opens the file of a sqlite: URL.
pub(super) async fn open_url(url: &str) -> Result<Store, OpenError> {
    sqlite::open(url).await
}

/// Opens the file of a sqlite: URL that nobody else has open, and keeps it from others.
pub(super) async fn open_alone(url: &str) -> Result<Store, OpenError> {
    sqlite::open_alone(url).await
}

/// Opens what the settings name. A server works on a statement for `statement_timeout` at most.
pub(super) async fn open(
    settings: &DatabaseSettings,
    statement_timeout: Duration,
) -> Result<Store, OpenError> {
    match settings.server() {
        Some(server) => postgres::open(server, statement_timeout),
        None => sqlite::open(&settings.url).await,
    }
}

/// Begins to write, once nobody else does.
pub(super) async fn begin(write: &Connection) -> Result<Turn, DbErr> {
    let (transaction, name) = match write {
        Connection::Server(pool) => {
            let (transaction, name) = postgres::begin(pool).await?;
            (Transaction::Server(transaction), name)
        }
        Connection::File(file) => (Transaction::File(sqlite::begin(file).await?), String::new()),
    };
    Ok(Turn { transaction: Arc::new(transaction), name })
}

/// Begins to read what stays as it is at this moment.
pub(super) async fn snapshot(read: &Connection) -> Result<Transaction, DbErr> {
    Ok(match read {
        Connection::Server(pool) => Transaction::Server(postgres::snapshot(pool).await?),
        // There it is so anyway.
        Connection::File(file) => Transaction::File(file.begin().await?),
    })
}

/// Commits a turn that nobody else holds any more.
pub(super) async fn commit(write: &Connection, turn: Turn) -> Result<(), DbErr> {
    let held = || DbErr::Conn(RuntimeErr::Internal("a transaction was kept beyond its turn".into()));
    match (Arc::into_inner(turn.transaction).ok_or_else(held)?, write) {
        (Transaction::Server(transaction), Connection::Server(pool)) => {
            postgres::commit(pool, transaction, &turn.name).await
        }
        (Transaction::File(transaction), _) => transaction.commit().await,
        (Transaction::Server(_), Connection::File(_)) => Err(held()),
    }
}

/// Changes nothing, and yet is written.
pub(super) async fn write_what_is_there(db: &Transaction) -> Result<(), DbErr> {
    match db {
        Transaction::Server(_) => db.execute_unprepared("UPDATE audit_chain SET position = position").await,
        Transaction::File(_) => {
            db.execute_unprepared("UPDATE seaql_migrations SET applied_at = applied_at").await
        }
    }
    .map(drop)
}

/// Has another connection opened for the next transaction: after an error it is not known whether the engine is in one.
pub(super) async fn discard(write: &Connection) {
    match write {
        // It has closed its connection already.
        Connection::Server(_) => {}
        Connection::File(file) => sqlite::discard(file).await,
    }
}

/// Whether there is a table of this name.
pub(super) async fn has_table(db: &Connection, name: &str) -> Result<bool, DbErr> {
    let (backend, question) = match db {
        Connection::Server(_) => {
            (DbBackend::Postgres, "SELECT 1 FROM pg_tables WHERE schemaname = 'natter' AND tablename = $1")
        }
        Connection::File(_) => (DbBackend::Sqlite, "SELECT 1 FROM sqlite_master WHERE name = $1"),
    };
    let question = Statement::from_sql_and_values(backend, question, [name.into()]);
    Ok(db.query_one_raw(question).await?.is_some())
}

/// What to migrate with. Nobody else migrates until [`migrated`].
pub(super) async fn migrating(write: &Connection) -> Result<DatabaseConnection, OpenError> {
    match write {
        Connection::Server(pool) => {
            let migrator = postgres::migrator(pool).await?;
            postgres::migrating(&migrator).await?;
            Ok(migrator)
        }
        // One process has the file.
        Connection::File(file) => Ok(file.clone()),
    }
}

/// Ends what [`migrating`] began, and says who may do what with which table.
pub(super) async fn migrated(write: &Connection, migrator: DatabaseConnection) -> Result<(), DbErr> {
    match write {
        Connection::Server(_) => {
            postgres::migrated(&migrator).await?;
            migrator.close().await
        }
        Connection::File(_) => Ok(()),
    }
}

/// What the role that we are lacks to fill the tables; nothing, if it may.
pub(super) async fn lacks_to_fill(db: &Transaction) -> Result<Vec<String>, DbErr> {
    match db {
        Transaction::Server(_) => {
            let lacking = Statement::from_string(DbBackend::Postgres, postgres::fill::LACKS);
            let rows = db.query_all_raw(lacking).await?;
            let mut lacking =
                rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<Vec<_>, _>>()?;
            lacking.sort();
            Ok(lacking)
        }
        // Whoever has the file may write it.
        Transaction::File(_) => Ok(Vec::new()),
    }
}

/// Begins to fill the tables with rows that have their numbers, and of which one may refer to a later one.
pub(super) async fn fill(db: &Transaction) -> Result<(), DbErr> {
    let begin = match db {
        Transaction::Server(_) => postgres::fill::BEGIN,
        Transaction::File(_) => "PRAGMA defer_foreign_keys = on",
    };
    db.execute_unprepared(begin).await.map(drop)
}

/// Ends what [`fill`] began: new rows get larger numbers than there are.
pub(super) async fn filled(db: &Transaction) -> Result<(), DbErr> {
    match db {
        Transaction::Server(_) => db.execute_unprepared(postgres::fill::END).await.map(drop),
        // It looks at the largest one itself.
        Transaction::File(_) => Ok(()),
    }
}
