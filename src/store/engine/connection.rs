//! Where statements go: to a file or to a server, by themselves or in a transaction.

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult,
    Statement,
};
use sea_orm_migration::async_trait::async_trait;

use super::postgres::{Pool, Question, ServerTransaction};

/// Connections to an engine, for single statements.
#[derive(Clone, Debug)]
pub enum Connection {
    /// SQLite.
    #[doc(hidden)]
    File(DatabaseConnection),
    /// PostgreSQL.
    #[doc(hidden)]
    Server(Pool),
}

/// A transaction of an engine. Dropped without a commit, it is undone.
#[derive(Debug)]
pub enum Transaction {
    /// SQLite.
    #[doc(hidden)]
    File(DatabaseTransaction),
    /// PostgreSQL.
    #[doc(hidden)]
    Server(ServerTransaction),
}

impl Connection {
    /// Closes every connection, after what runs on it.
    pub(in crate::store) async fn close(&self) -> Result<(), DbErr> {
        match self {
            Self::File(file) => file.close_by_ref().await,
            Self::Server(pool) => {
                pool.close().await;
                Ok(())
            }
        }
    }
}

impl Transaction {
    /// Whether the engine copies every page that is written after a savepoint.
    pub(in crate::store) fn savepoints_copy(&self) -> bool {
        matches!(self, Self::File(_))
    }

    /// What a statement met, if any did, that is no fault of its own, and that others will meet as well. SQLite's
    /// transaction does not survive it.
    pub(in crate::store) fn trouble(&self) -> Option<String> {
        match self {
            Self::File(_) => None,
            Self::Server(server) => server.trouble(),
        }
    }
}

/// Both take the same questions.
macro_rules! takes_statements {
    ($where:ty) => {
        #[async_trait]
        impl ConnectionTrait for $where {
            fn get_database_backend(&self) -> DbBackend {
                match self {
                    Self::File(_) => DbBackend::Sqlite,
                    Self::Server(_) => DbBackend::Postgres,
                }
            }

            async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
                match self {
                    Self::File(file) => file.execute_raw(statement).await,
                    Self::Server(server) => Ok(server.ask(Question::Execute(&statement)).await?.touched()),
                }
            }

            async fn execute_unprepared(&self, text: &str) -> Result<ExecResult, DbErr> {
                match self {
                    Self::File(file) => file.execute_unprepared(text).await,
                    Self::Server(server) => Ok(server.ask(Question::Script(text)).await?.touched()),
                }
            }

            async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
                match self {
                    Self::File(file) => file.query_one_raw(statement).await,
                    Self::Server(server) => Ok(server.ask(Question::Rows(&statement)).await?.first()),
                }
            }

            async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
                match self {
                    Self::File(file) => file.query_all_raw(statement).await,
                    Self::Server(server) => Ok(server.ask(Question::Rows(&statement)).await?.rows()),
                }
            }
        }
    };
}

takes_statements!(Connection);
takes_statements!(Transaction);
