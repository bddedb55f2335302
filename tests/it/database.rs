//! The database under a running server, as somebody sees it who has the file.

use std::path::Path;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

/// What clients can change. The audit and the counters of failed logins grow with every request.
const TABLES: [&str; 8] =
    ["account", "invitation", "retired_name", "session", "space", "member", "message", "capability"];

/// The open file, and for each table an expression that writes a row as text.
pub struct Database {
    connection: DatabaseConnection,
    rows: Vec<(&'static str, String)>,
}

impl Database {
    /// Opens the database of a server that runs, or ran, in `directory`.
    pub async fn open(directory: &Path) -> Self {
        Self::open_file(&directory.join("data/natter.db")).await
    }

    /// Opens another file with the same tables.
    pub async fn open_file(path: &Path) -> Self {
        let url = format!("sqlite:{}?mode=rw", path.display());
        let connection = sea_orm::Database::connect(url).await.expect("it opens");
        let mut database = Self { connection, rows: Vec::new() };
        for table in TABLES {
            let columns = format!(
                r#"SELECT group_concat('quote("' || name || '")', ' || ''|'' || ') FROM pragma_table_info('{table}')"#
            );
            let row = database.texts(&columns).await.pop().expect("the table has columns");
            database.rows.push((table, row));
        }
        database
    }

    /// Closes it, so that nothing of it is left beside the file.
    pub async fn close(self) {
        self.connection.close().await.expect("it closes");
    }

    /// The first column of each row that `query` finds.
    pub async fn texts(&self, query: &str) -> Vec<String> {
        let statement = Statement::from_string(DbBackend::Sqlite, query);
        let rows = self.connection.query_all_raw(statement).await.expect(query);
        rows.iter().map(|row| row.try_get_by_index(0).expect("a text")).collect()
    }

    /// Changes something; how many rows it touched.
    pub async fn execute(&self, statement: &str) -> u64 {
        self.connection.execute_unprepared(statement).await.expect(statement).rows_affected()
    }

    /// Every row that clients can change.
    pub async fn snapshot(&self) -> Vec<String> {
        let mut all = Vec::new();
        for (table, row) in &self.rows {
            all.extend(self.texts(&format!("SELECT '{table} ' || {row} FROM {table} ORDER BY 1")).await);
        }
        all
    }
}
