//! The database under a running server, as somebody sees it who has the file.

use std::path::Path;

use crate::postgres;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

/// What clients can change. The audit and the counters of failed logins grow with every request.
const TABLES: [&str; 9] = [
    "account",
    "invitation",
    "retired_name",
    "session",
    "space",
    "member",
    "message",
    "capability",
    "idempotency",
];

/// The open file, and the query that writes every row of these tables as text.
pub struct Database {
    connection: DatabaseConnection,
    everything: String,
}

impl Database {
    /// Opens the database of a server that runs, or ran, in `directory`.
    pub async fn open(directory: &Path) -> Self {
        if let Some(name) = postgres::name(directory) {
            let url = postgres::shared().superuser_url(&name);
            let connection = sea_orm::Database::connect(
                sea_orm::ConnectOptions::new(url).max_connections(1).sqlx_logging(false).to_owned(),
            );
            let connection = connection.await.expect("it opens");
            connection.execute_unprepared("SET search_path = natter, words").await.expect("set");
            let parts = TABLES.map(|table| format!("SELECT '{table} ' || row::text FROM {table} AS row"));
            return Self { connection, everything: parts.join(" UNION ALL ") + " ORDER BY 1" };
        }
        Self::open_file(&directory.join("data/natter.db")).await
    }

    /// Opens another file with the same tables.
    pub async fn open_file(path: &Path) -> Self {
        let url = format!("sqlite:{}?mode=rw", path.display());
        let connection = sea_orm::Database::connect(url).await.expect("it opens");
        let mut database = Self { connection, everything: String::new() };
        let mut parts = Vec::new();
        for table in TABLES {
            let columns = format!(
                r#"SELECT group_concat('quote("' || name || '")', ' || ''|'' || ') FROM pragma_table_info('{table}')"#
            );
            let row = database.texts(&columns).await.pop().expect("the table has columns");
            parts.push(format!("SELECT '{table} ' || {row} FROM {table}"));
        }
        database.everything = parts.join(" UNION ALL ") + " ORDER BY 1";
        database
    }

    /// Closes it, so that nothing of it is left beside the file.
    pub async fn close(self) {
        self.connection.close().await.expect("it closes");
    }

    /// The first column of each row that `query` finds.
    pub async fn texts(&self, query: &str) -> Vec<String> {
        let statement = Statement::from_string(self.connection.get_database_backend(), query);
        let rows = self.connection.query_all_raw(statement).await.expect(query);
        rows.iter().map(|row| row.try_get_by_index(0).expect("a text")).collect()
    }

    /// Changes something; how many rows it touched.
    pub async fn execute(&self, statement: &str) -> u64 {
        self.connection.execute_unprepared(statement).await.expect(statement).rows_affected()
    }

    /// The names of a table's columns.
    pub async fn columns(&self, table: &str) -> Vec<String> {
        self.texts(&match self.connection.get_database_backend() {
            DbBackend::Postgres => format!(
                "SELECT column_name::text FROM information_schema.columns \
                 WHERE table_schema = 'natter' AND table_name = '{table}'"
            ),
            _ => format!("SELECT name FROM pragma_table_info('{table}')"),
        })
        .await
    }

    /// The first column of the only row that `query` finds.
    pub async fn number(&self, query: &str) -> i64 {
        let texts = self.texts(&format!("SELECT CAST(({query}) AS TEXT)")).await;
        texts[0].parse().expect("a number")
    }

    /// Every row that clients can change.
    pub async fn snapshot(&self) -> Vec<String> {
        self.texts(&self.everything).await
    }
}
