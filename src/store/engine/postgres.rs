//! PostgreSQL: a server that any number of replicas share.

use std::{path::PathBuf, time::Duration};

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, RuntimeErr,
    SqlxPostgresConnector, Statement,
    sqlx::{
        self, Connection, PgPool,
        postgres::{PgConnectOptions, PgPoolOptions, PgSslMode},
    },
};
use tokio::time::{interval, sleep, timeout};

use crate::{
    guarded_file::{self, Readers, Stamp},
    settings::DatabaseServer,
    store::{OpenError, Store},
};

/// How long a request waits for a connection, and a transaction for a lock.
const PATIENCE: Duration = Duration::from_secs(5);

/// A connection that was idle for longer is tried before it is used: the server may have gone meanwhile.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// How often the password's file is looked at.
const WATCH: Duration = Duration::from_secs(2);

/// The longest password.
const PASSWORD_BYTES: u64 = 1024;

/// The advisory locks: any numbers that nobody else uses in this database.
const TURN: i64 = 0x6e61_7474_6572_0001;
const MIGRATION: i64 = 0x6e61_7474_6572_0002;

/// What holds for every connection. A server that waits in vain for us gives the locks back.
const SESSION: [(&str, &str); 4] = [
    ("search_path", "natter,pg_temp"),
    ("statement_timeout", "10s"),
    ("lock_timeout", "5s"),
    ("idle_in_transaction_session_timeout", "10s"),
];

/// Who may do what; the tables and their owner are the migration's.
const GRANTS: &str = include_str!("grants.sql");

pub(super) async fn open(server: DatabaseServer) -> Result<Store, OpenError> {
    let options = options(&server)?;
    let read = pool(server.connections, &options);
    let write = pool(1, &options);
    if let Some(file) = server.password_file.clone() {
        tokio::spawn(follow_password(file, server, [read.clone(), write.clone()]));
    }
    let write = SqlxPostgresConnector::from_sqlx_postgres_pool(write);
    let read = SqlxPostgresConnector::from_sqlx_postgres_pool(read);
    Ok(Store::over(read, write, None))
}

/// Nothing is connected before it is needed: a server that is away makes this one wait, not fail.
fn pool(connections: u32, options: &PgConnectOptions) -> PgPool {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .before_acquire(|connection, state| {
            Box::pin(async move {
                if state.idle_for > TRUSTED_FOR {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_lazy_with(options.clone())
}

fn options(server: &DatabaseServer) -> Result<PgConnectOptions, OpenError> {
    // Whatever the library takes from the environment is said here, too.
    let mut options = PgConnectOptions::new_without_pgpass()
        .host(&server.host)
        .port(server.port)
        .username(&server.user)
        .database(&server.database)
        .application_name("natter-api")
        .password("")
        .ssl_mode(PgSslMode::Disable)
        .options(SESSION);
    if let Some(file) = &server.password_file {
        let password = guarded_file::read(file, Readers::Owner, PASSWORD_BYTES)?;
        let password = String::from_utf8_lossy(&password);
        options = options.password(password.trim_end_matches(['\r', '\n']));
    }
    // The files are read again for each connection.
    if let Some(ca) = &server.ca_file {
        options = options.ssl_mode(PgSslMode::VerifyFull).ssl_root_cert(ca);
    }
    if let (Some(certificate), Some(key)) = (&server.certificate_file, &server.key_file) {
        options = options.ssl_client_cert(certificate).ssl_client_key(key);
    }
    Ok(options)
}

/// New connections take the password that is in the file then.
async fn follow_password(file: PathBuf, server: DatabaseServer, pools: [PgPool; 2]) {
    let mut stamp = Stamp::of(&file);
    let mut ticks = interval(WATCH);
    while !pools[0].is_closed() {
        ticks.tick().await;
        let now = Stamp::of(&file);
        if now == stamp {
            continue;
        }
        match options(&server) {
            Ok(options) => {
                pools.iter().for_each(|pool| pool.set_connect_options(options.clone()));
                tracing::info!("the password of the database is read again");
                stamp = now;
            }
            Err(error) => tracing::error!(%error, "the password of the database stays as it was"),
        }
    }
}

/// Waits until nobody else writes; the transaction's name.
pub(super) async fn take_turn(transaction: &DatabaseTransaction) -> Result<String, DbErr> {
    let lock = "SELECT pg_current_xact_id()::text, pg_advisory_xact_lock($1)";
    let lock = Statement::from_sql_and_values(DbBackend::Postgres, lock, [TURN.into()]);
    let row = transaction.query_one_raw(lock).await?;
    row.ok_or_else(|| lost("the server gave no turn"))?.try_get_by_index(0)
}

/// Whether it was the server that said so, and not a connection that went silent.
pub(super) fn was_answered(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(error))
    | DbErr::Query(RuntimeErr::SqlxError(error))
    | DbErr::Conn(RuntimeErr::SqlxError(error))) = error
    else {
        return false;
    };
    match error.as_ref() {
        // A server that shuts down (class 57) may have committed before it said so.
        sqlx::Error::Database(error) => error.code().is_some_and(|code| !code.starts_with("57")),
        _ => false,
    }
}

/// What became of the transaction of this name, whose commit was not answered because of `error`.
pub(super) async fn outcome(write: &DatabaseConnection, name: &str, error: DbErr) -> Result<(), DbErr> {
    let question = "SELECT pg_xact_status($1::xid8)";
    let question = Statement::from_sql_and_values(DbBackend::Postgres, question, [name.into()]);
    let answer = async {
        loop {
            if let Ok(Some(row)) = write.query_one_raw(question.clone()).await
                && let Ok(Some(status)) = row.try_get_by_index::<Option<String>>(0)
                && status != "in progress"
            {
                return status;
            }
            sleep(Duration::from_millis(100)).await;
        }
    };
    match timeout(PATIENCE, answer).await.as_deref() {
        Ok("committed") => {
            tracing::info!("a commit whose answer was lost was kept");
            Ok(())
        }
        Ok(_) => Err(error),
        Err(_) => {
            tracing::error!(%error, "it is not known whether a commit was kept");
            Err(lost("the database went away during a commit: whether it was kept is not known"))
        }
    }
}

pub(super) async fn discard(write: &DatabaseConnection) {
    if let Ok(Ok(connection)) = timeout(PATIENCE, write.get_postgres_connection_pool().acquire()).await {
        tracing::warn!("the connection that writes is opened anew");
        let _ = timeout(PATIENCE, connection.close()).await;
    }
}

pub(super) async fn migrating(write: &DatabaseConnection) -> Result<(), DbErr> {
    let run = async |statement: &str| write.execute_unprepared(statement).await;
    // Whoever waits for another migration waits as long as that takes.
    run("SET statement_timeout = 0; SET lock_timeout = 0").await?;
    run(&format!("SELECT pg_advisory_lock({MIGRATION})")).await?;
    // A table that requests hold is waited for, but they do not queue behind us for longer.
    run("SET lock_timeout = '5s'; SET ROLE natter_owner").await.map(drop)
}

pub(super) async fn migrated(write: &DatabaseConnection) -> Result<(), DbErr> {
    write.execute_unprepared(GRANTS).await?;
    write.execute_unprepared(&format!("RESET ROLE; SELECT pg_advisory_unlock({MIGRATION})")).await.map(drop)
}

fn lost(what: &str) -> DbErr {
    DbErr::Conn(RuntimeErr::Internal(what.to_owned()))
}
