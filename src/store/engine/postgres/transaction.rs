//! A transaction on a server.

use std::{fmt, sync::OnceLock};

use sea_orm::{DbErr, QueryResult, RuntimeErr};
use tokio::sync::Mutex;

use super::{
    lost,
    pool::{Lease, Pool},
    question::{Answer, Question},
};

/// Dropped without a commit, it is undone.
pub struct ServerTransaction {
    lease: Mutex<Option<Lease>>,
    trouble: OnceLock<String>,
}

impl ServerTransaction {
    /// Begins with these statements; the row that the last of them gives, if it gives one.
    pub(super) async fn begin(pool: &Pool, statements: &str) -> Result<(Self, Option<QueryResult>), DbErr> {
        let (lease, answer) = pool.lease().await?.ask(Question::Texts(statements)).await;
        Ok((Self { lease: Mutex::new(lease), trouble: OnceLock::new() }, answer?.first()))
    }

    pub(in crate::store::engine) async fn ask(&self, question: Question<'_>) -> Result<Answer, DbErr> {
        let mut place = self.lease.lock().await;
        let lease = place.take().ok_or_else(gone)?;
        let (lease, answer) = lease.ask(question).await;
        *place = lease;
        if let Err(error) = &answer
            && is_of_the_server(error)
        {
            let _ = self.trouble.set(error.to_string());
        }
        answer
    }

    /// What a statement met that is no fault of its own.
    pub(in crate::store::engine) fn trouble(&self) -> Option<String> {
        self.trouble.get().cloned()
    }

    pub(super) async fn commit(self) -> Result<(), DbErr> {
        let lease = self.lease.into_inner().ok_or_else(gone)?;
        let (lease, committed) = lease.ask(Question::Script("COMMIT")).await;
        if let (Some(lease), Ok(_)) = (lease, &committed) {
            lease.give_back();
        }
        committed.map(drop)
    }
}

/// The server takes no writes: it is read-only, full (class 53), or its disk fails (58).
fn is_of_the_server(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) = error
    else {
        return false;
    };
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| ["25006", "53", "58"].iter().any(|class| code.starts_with(class)))
}

fn gone() -> DbErr {
    lost("the connection was lost earlier in this transaction")
}

impl fmt::Debug for ServerTransaction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ServerTransaction")
    }
}
