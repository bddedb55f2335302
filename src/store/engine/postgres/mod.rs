//! PostgreSQL: a server that any number of replicas share.

mod connect;
pub(super) mod fill;
mod pool;
mod question;
mod transaction;

use std::time::Duration;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbErr, RuntimeErr, SqlxPostgresConnector,
    sqlx::{self, postgres::PgPoolOptions},
};
use tokio::time::{sleep, timeout};

pub(super) use self::{pool::Pool, question::Question, transaction::ServerTransaction};
use crate::{
    settings::DatabaseServer,
    store::{OpenError, Store},
};

/// How long it is asked what became of a commit: longer than the server lets a transaction lie that it hears no more of.
const RESOLVED_WITHIN: Duration = Duration::from_secs(6);

/// The advisory locks: any numbers that nobody else uses in this database.
const TURN: i64 = 0x6e61_7474_6572_0001;
const MIGRATION: i64 = 0x6e61_7474_6572_0002;

/// The server's life: it ends with a crash, of the whole server (its start) or of a session (what it counts begins anew,
/// since PostgreSQL 15). A transaction that was not durable by then is forgotten, and its number given to another one.
const LIFE: &str = "concat(pg_postmaster_start_time(), ' ', (SELECT stats_reset FROM pg_stat_bgwriter))";

/// Who may do what; the tables and their owner are the migration's.
const GRANTS: &str = include_str!("../grants.sql");

pub(super) fn open(server: DatabaseServer, statement_timeout: Duration) -> Result<Store, OpenError> {
    // Files that cannot be used are told of at once, and not with the first request.
    connect::options(&server, 0, statement_timeout)?;
    let read = Pool::new(server.clone(), server.connections, statement_timeout);
    let write = super::Connection::Server(Pool::new(server, 1, statement_timeout));
    let read = super::Connection::Server(read);
    Ok(Store::over(read, write, None))
}

/// Waits until nobody else writes; the transaction and its name, which is its number and the server's [`LIFE`].
pub(super) async fn begin(pool: &Pool) -> Result<(ServerTransaction, String), DbErr> {
    let begin =
        format!("BEGIN; SELECT concat(pg_current_xact_id(), ' ', {LIFE}), pg_advisory_xact_lock({TURN})");
    let (transaction, row) = ServerTransaction::begin(pool, &begin).await?;
    let name = row.ok_or_else(|| lost("the server gave no turn"))?.try_get_by_index(0)?;
    Ok((transaction, name))
}

pub(super) async fn snapshot(pool: &Pool) -> Result<ServerTransaction, DbErr> {
    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    Ok(ServerTransaction::begin(pool, begin).await?.0)
}

/// Where the connection is lost meanwhile, the server is asked afterwards what became of the transaction of this name.
pub(super) async fn commit(pool: &Pool, transaction: ServerTransaction, name: &str) -> Result<(), DbErr> {
    match transaction.commit().await {
        Err(error) if !was_answered(&error) => outcome(pool, name, error).await,
        answered => answered,
    }
}

/// Whether it was the server that said so, and not a connection that went silent.
fn was_answered(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) = error
    else {
        return false;
    };
    match error.as_ref() {
        // A server that shuts down (class 57) may have committed before it said so.
        sqlx::Error::Database(error) => error.code().is_some_and(|code| !code.starts_with("57")),
        _ => false,
    }
}

async fn outcome(pool: &Pool, name: &str, error: DbErr) -> Result<(), DbErr> {
    // A session that still has the transaction is not waited for, unless it has committed and tells its standbys.
    let (number, life) = name.split_once(' ').unwrap_or((name, ""));
    let question = format!(
        "SELECT CASE WHEN pg_xact_status('{number}'::xid8) <> 'committed' OR {LIFE} = '{life}' \
         THEN pg_xact_status('{number}'::xid8) ELSE 'committed in another life' END, \
         count(pg_terminate_backend(pid)) FROM pg_stat_activity \
         WHERE backend_xid = '{number}'::xid8::xid AND wait_event IS DISTINCT FROM 'SyncRep'"
    );
    let answer = async {
        loop {
            if let Ok(answer) = pool.ask(Question::Texts(&question)).await
                && let Some(Ok(Some(status))) =
                    answer.first().map(|row| row.try_get_by_index::<Option<String>>(0))
                && status != "in progress"
            {
                return status;
            }
            sleep(Duration::from_millis(100)).await;
        }
    };
    match timeout(RESOLVED_WITHIN, answer).await.as_deref() {
        Ok("committed") => {
            tracing::info!("a commit whose answer was lost was kept");
            Ok(())
        }
        Ok("aborted") => Err(error),
        // By another transaction of this number, or by this one: the record tells it, where there is one.
        Ok(_) | Err(_) => {
            tracing::error!(%error, "it is not known whether a commit was kept");
            Err(lost("the database went away during a commit: whether it was kept is not known"))
        }
    }
}

/// The library's own connection, which migrations take.
pub(super) async fn migrator(pool: &Pool) -> Result<DatabaseConnection, OpenError> {
    let (server, statement_timeout) = pool.server();
    let (connection, host) = connect::connect(server, 0, statement_timeout).await?;
    drop(connection);
    let options = connect::options(server, host, statement_timeout)?;
    let one = PgPoolOptions::new().max_connections(1).connect_lazy_with(options);
    Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(one))
}

pub(super) async fn migrating(migrator: &DatabaseConnection) -> Result<(), DbErr> {
    let run = async |statement: &str| migrator.execute_unprepared(statement).await;
    // Whoever waits for another migration waits as long as that takes.
    run("SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0")
        .await?;
    run(&format!("SELECT pg_advisory_lock({MIGRATION})")).await?;
    // A table that requests hold is waited for, but they do not queue behind us for longer.
    run("SET lock_timeout = '5s'; SET ROLE natter_owner").await.map(drop)
}

pub(super) async fn migrated(migrator: &DatabaseConnection) -> Result<(), DbErr> {
    migrator.execute_unprepared(GRANTS).await?;
    migrator
        .execute_unprepared(&format!("RESET ROLE; SELECT pg_advisory_unlock({MIGRATION})"))
        .await
        .map(drop)
}

fn lost(what: impl Into<String>) -> DbErr {
    DbErr::Conn(RuntimeErr::Internal(what.into()))
}
