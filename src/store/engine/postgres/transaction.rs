//! A transaction on a server.

use std::fmt;

use sea_orm::{DbErr, QueryResult};
use tokio::sync::Mutex;

use super::{
    lost,
    pool::{Lease, Pool},
    question::{Answer, Question},
};

/// Dropped without a commit, it is undone.
pub struct ServerTransaction(Mutex<Option<Lease>>);

impl ServerTransaction {
    /// Begins with these statements; the row that the last of them gives, if it gives one.
    pub(super) async fn begin(pool: &Pool, statements: &str) -> Result<(Self, Option<QueryResult>), DbErr> {
        let (lease, answer) = pool.lease().await?.ask(Question::Texts(statements)).await;
        Ok((Self(Mutex::new(lease)), answer?.first()))
    }

    pub(in crate::store::engine) async fn ask(&self, question: Question<'_>) -> Result<Answer, DbErr> {
        let mut place = self.0.lock().await;
        let lease = place.take().ok_or_else(gone)?;
        let (lease, answer) = lease.ask(question).await;
        *place = lease;
        answer
    }

    pub(super) async fn commit(self) -> Result<(), DbErr> {
        let lease = self.0.into_inner().ok_or_else(gone)?;
        let (lease, committed) = lease.ask(Question::Script("COMMIT")).await;
        if let (Some(lease), Ok(_)) = (lease, &committed) {
            lease.give_back();
        }
        committed.map(drop)
    }
}

fn gone() -> DbErr {
    lost("the connection was lost earlier in this transaction")
}

impl fmt::Debug for ServerTransaction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ServerTransaction")
    }
}
