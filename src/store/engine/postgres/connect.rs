//! A connection to the one server of a list that takes writes.

use std::{path::Path, time::Duration};

use sea_orm::{
    DbErr, RuntimeErr,
    sqlx::{
        self, ConnectOptions, PgConnection, Row,
        postgres::{PgConnectOptions, PgSslMode},
    },
};
use tokio::time::timeout;

use super::lost;
use crate::{
    guarded_file::{self, GuardedFileError, Readers},
    settings::DatabaseServer,
};

/// How long a server may take until a connection to it is ready.
const READY_WITHIN: Duration = Duration::from_secs(2);

/// The longest password.
const PASSWORD_BYTES: u64 = 1024;

/// Statements that are kept prepared on a connection.
const PREPARED: usize = 256;

/// What holds for every connection. A server that waits in vain for us gives the locks back, and one that has lost us
/// without a word notices.
const SESSION: [(&str, &str); 8] = [
    ("search_path", "natter,pg_temp"),
    ("lock_timeout", "4s"),
    ("idle_in_transaction_session_timeout", "5s"),
    ("client_connection_check_interval", "2s"),
    ("tcp_keepalives_idle", "10"),
    ("tcp_keepalives_interval", "5"),
    ("tcp_keepalives_count", "3"),
    ("tcp_user_timeout", "15s"),
];

/// A connection to the first of the hosts that takes writes, beginning with number `first`; the host's number.
pub(super) async fn connect(
    server: &DatabaseServer,
    first: usize,
    statement_timeout: Duration,
) -> Result<(PgConnection, usize), DbErr> {
    let mut failure = lost("database.url names no host");
    for number in (0..server.hosts.len()).map(|step| (first + step) % server.hosts.len()) {
        match to_host(server, number, statement_timeout).await {
            Ok(connection) => return Ok((connection, number)),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

async fn to_host(
    server: &DatabaseServer,
    number: usize,
    statement_timeout: Duration,
) -> Result<PgConnection, DbErr> {
    let (host, port) = &server.hosts[number];
    let options = options(server, number, statement_timeout).map_err(|error| lost(error.to_string()))?;
    let ready = async {
        let mut connection = options.connect().await.map_err(unreachable)?;
        // A standby answers, too, but lags behind and takes no writes.
        let is_standby = sqlx::query("SELECT pg_is_in_recovery()").fetch_one(&mut connection);
        let is_standby = is_standby.await.and_then(|row| row.try_get(0)).map_err(unreachable)?;
        if is_standby { Err(lost(format!("{host}:{port} is a standby"))) } else { Ok(connection) }
    };
    let late = |_| lost(format!("{host}:{port} did not let us in within {} s", READY_WITHIN.as_secs()));
    timeout(READY_WITHIN, ready).await.map_err(late)?
}

fn unreachable(error: sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(error.into()))
}

/// What to tell a host of ours. The files are read for each connection: a new password or certificate is taken then.
pub(super) fn options(
    server: &DatabaseServer,
    number: usize,
    statement_timeout: Duration,
) -> Result<PgConnectOptions, GuardedFileError> {
    let (host, port) = &server.hosts[number];
    // Whatever the library takes from the environment is said here, too.
    let mut options = PgConnectOptions::new_without_pgpass()
        .host(host)
        .port(*port)
        .username(&server.user)
        .database(&server.database)
        .application_name("natter-api")
        .password("")
        .ssl_mode(PgSslMode::Disable)
        .statement_cache_capacity(PREPARED)
        .options(SESSION)
        .options([("statement_timeout", format!("{}ms", statement_timeout.as_millis()))])
        .disable_statement_logging();
    if let Some(file) = &server.password_file {
        options = options.password(&password(file)?);
    }
    if let Some(ca) = &server.ca_file {
        options = options.ssl_mode(PgSslMode::VerifyFull).ssl_root_cert(ca);
    }
    if let (Some(certificate), Some(key)) = (&server.certificate_file, &server.key_file) {
        options = options.ssl_client_cert(certificate).ssl_client_key(key);
    }
    Ok(options)
}

fn password(file: &Path) -> Result<String, GuardedFileError> {
    let password = guarded_file::read(file, Readers::Owner, PASSWORD_BYTES)?;
    Ok(String::from_utf8_lossy(&password).trim_end_matches(['\r', '\n']).to_owned())
}
