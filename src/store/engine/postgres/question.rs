//! One exchange with the server.

use sea_orm::{
    DbErr, ExecResult, QueryResult, RuntimeErr, Statement,
    sqlx::{
        self, AssertSqlSafe, PgConnection, Postgres,
        postgres::{PgQueryResult, PgRow},
        query::Query,
    },
};
use sea_query_sqlx::SqlxValues;

/// What the server is asked.
#[derive(Clone, Copy, Debug)]
pub(in crate::store::engine) enum Question<'a> {
    /// A statement that gives no rows.
    Execute(&'a Statement),
    /// A statement that gives rows.
    Rows(&'a Statement),
    /// Statements without values; how many rows they touched.
    Script(&'a str),
    /// Statements without values; what rows they give, as texts.
    Texts(&'a str),
}

/// What it said.
#[derive(Default)]
pub(in crate::store::engine) struct Answer {
    touched: PgQueryResult,
    rows: Vec<PgRow>,
}

/// What it did not do, and to what kind of question.
pub(super) struct Failure {
    error: sqlx::Error,
    executing: bool,
}

impl Question<'_> {
    pub(super) async fn put(self, connection: &mut PgConnection) -> Result<Answer, Failure> {
        let touched = |touched| Answer { touched, rows: Vec::new() };
        let rows = |rows| Answer { touched: PgQueryResult::default(), rows };
        let executing = matches!(self, Self::Execute(_) | Self::Script(_));
        match self {
            Self::Execute(statement) => bound(statement).execute(connection).await.map(touched),
            Self::Rows(statement) => bound(statement).fetch_all(connection).await.map(rows),
            Self::Script(text) => sqlx::raw_sql(AssertSqlSafe(text)).execute(connection).await.map(touched),
            Self::Texts(text) => sqlx::raw_sql(AssertSqlSafe(text)).fetch_all(connection).await.map(rows),
        }
        .map_err(|error| Failure { error, executing })
    }
}

/// The values go beside the text, never into it.
fn bound(statement: &Statement) -> Query<'_, Postgres, SqlxValues> {
    let values = statement.values.clone().unwrap_or_else(|| sea_orm::sea_query::Values(Vec::new()));
    sqlx::query_with(AssertSqlSafe(statement.sql.as_str()), SqlxValues(values))
}

impl Answer {
    pub(in crate::store::engine) fn touched(self) -> ExecResult {
        self.touched.into()
    }

    pub(in crate::store::engine) fn rows(self) -> Vec<QueryResult> {
        self.rows.into_iter().map(QueryResult::from).collect()
    }

    pub(in crate::store::engine) fn first(self) -> Option<QueryResult> {
        self.rows.into_iter().next().map(QueryResult::from)
    }
}

impl Failure {
    /// Whether the server refused this one thing, and hears us further.
    pub(super) fn leaves_the_connection_whole(&self) -> bool {
        match &self.error {
            // Class 57: somebody ended the session or the server; 25P: it was ended for being idle.
            sqlx::Error::Database(error) => {
                error.code().is_some_and(|code| !code.starts_with("57") && !code.starts_with("25P"))
            }
            _ => false,
        }
    }
}

impl From<Failure> for DbErr {
    fn from(Failure { error, executing }: Failure) -> Self {
        let error = RuntimeErr::SqlxError(error.into());
        if executing { Self::Exec(error) } else { Self::Query(error) }
    }
}
