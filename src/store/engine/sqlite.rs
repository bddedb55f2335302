//! SQLite: a file, opened by one server and its administrator's commands.

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
    sync::Arc,
    time::Duration,
};

use sea_orm::{
    AccessMode, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction,
    DbBackend, DbErr, IsolationLevel, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
    sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use super::Connection;
use crate::store::{OpenError, Store, edition::Edition, hold::Hold};

/// How many reads run at once.
const READERS: u32 = 8;

/// How long a request waits for a connection, and a connection for another process's lock.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) async fn open(url: &str) -> Result<Store, OpenError> {
    let (mut hold, mut edition) = (None, None);
    if let Some(path) = sqlite_path(url) {
        let unusable = |source| OpenError::Directory {
            directory: path.parent().unwrap_or(Path::new(".")).display().to_string(),
            source,
        };
        prepare_directory(path).map_err(unusable)?;
        let held = Hold::shared(path).map_err(unusable)?;
        hold = Some(Arc::new(held.ok_or_else(|| OpenError::BeingReplaced(path.to_owned()))?));
        prepare_file(path).map_err(unusable)?;
        edition = Some(Edition::of(path).map_err(unusable)?);
    }
    Ok(Store { _hold: hold, ..connected(url, edition, |options| options).await? })
}

/// Opens a file that is there, alone.
pub(super) async fn open_alone(url: &str) -> Result<Store, OpenError> {
    let path = sqlite_path(url).filter(|path| path.is_file());
    let path = path.ok_or_else(|| OpenError::NotThere(url.to_owned()))?;
    let hold = Hold::alone(path)
        .map_err(|source| OpenError::Directory { directory: path.display().to_string(), source })?;
    let hold = hold.ok_or_else(|| OpenError::InUse(path.to_owned()))?;
    Ok(Store { _hold: Some(Arc::new(hold)), ..open_file(path).await? })
}

/// Opens a file that nobody else opens: one that is being restored, or replaced.
pub(in crate::store) async fn open_file(path: &Path) -> Result<Store, OpenError> {
    let path = path.to_owned();
    Ok(connected("sqlite:named-below", None, move |options| options.filename(&path)).await?)
}

async fn connected(
    url: &str,
    edition: Option<Edition>,
    place: impl Fn(SqliteConnectOptions) -> SqliteConnectOptions + Clone + Send + Sync + 'static,
) -> Result<Store, DbErr> {
    let write = connect(url, 1, place.clone()).await?;
    let read = connect(url, READERS, move |options| place(options).pragma("query_only", "on")).await?;
    Ok(Store::over(Connection::File(read), Connection::File(write), edition))
}

/// The statement that copies a database into an empty file, as it is at one moment.
pub(in crate::store) fn copy_into(path: &str) -> Statement {
    Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO ?", [path.into()])
}

/// What is broken in the file of a database; nothing, if it is whole.
pub(in crate::store) async fn damage(connection: &Connection) -> Result<Vec<String>, DbErr> {
    let rows = |pragma| connection.query_all_raw(Statement::from_string(DbBackend::Sqlite, pragma));
    let mut found = Vec::new();
    for row in rows("PRAGMA integrity_check(10)").await? {
        found.push(row.try_get_by_index::<String>(0)?);
    }
    found.retain(|line| line != "ok");
    for row in rows("PRAGMA foreign_key_check").await?.into_iter().take(10) {
        let table: String = row.try_get_by_index(0)?;
        found.push(format!("a row of {table} refers to one that is not there"));
    }
    Ok(found)
}

async fn connect(
    url: &str,
    connections: u32,
    particular: impl Fn(SqliteConnectOptions) -> SqliteConnectOptions + Clone + Send + Sync + 'static,
) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |options| {
            particular(
                options
                    .journal_mode(SqliteJournalMode::Wal)
                    // An answer is given only for what survives a power cut.
                    .synchronous(SqliteSynchronous::Full)
                    .foreign_keys(true)
                    .busy_timeout(PATIENCE)
                    // What is deleted is gone from the file too.
                    .pragma("secure_delete", "on"),
            )
        });
    Database::connect(options).await
}

/// On SQLite a transaction that will write says so at once, so that two never wait for each other.
pub(super) async fn begin(write: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    write
        .begin_with_options(TransactionOptions {
            isolation_level: None::<IsolationLevel>,
            access_mode: None::<AccessMode>,
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        })
        .await
}

/// Closes the connection that writes, and another is opened for the next transaction: after an error the library does
/// not know whether SQLite is in a transaction, and would go on in one that is never committed.
pub(super) async fn discard(write: &DatabaseConnection) {
    match write.get_sqlite_connection_pool().acquire().await {
        Ok(connection) => {
            tracing::warn!("the connection that writes is opened anew");
            if let Err(error) = connection.close().await {
                tracing::warn!(%error, "the connection that wrote cannot be closed properly");
            }
        }
        Err(error) => tracing::warn!(%error, "there is no connection that writes"),
    }
}

/// The file of a sqlite: URL; none for a database in memory.
pub(in crate::store) fn sqlite_path(url: &str) -> Option<&Path> {
    let rest = url.strip_prefix("sqlite:")?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let path = rest.split('?').next().unwrap_or(rest);
    (!path.is_empty() && path != ":memory:").then(|| Path::new(path))
}

/// Makes the directory of a database (0700) if it is missing.
pub(in crate::store) fn prepare_directory(path: &Path) -> io::Result<()> {
    match path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        Some(directory) => fs::DirBuilder::new().recursive(true).mode(0o700).create(directory),
        None => Ok(()),
    }
}

/// Makes the file (0600) if it is missing: the messages are nobody else's.
fn prepare_file(path: &Path) -> io::Result<()> {
    fs::OpenOptions::new().append(true).create(true).mode(0o600).open(path).map(drop)
}
