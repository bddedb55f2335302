//! Writing: transactions take turns, and those that come together wait for the disk together.
//!
//! SQLite has one writer at a time, and a commit that survives a power cut costs a wait for the disk. So the
//! transactions of requests that come at the same time are savepoints inside one transaction of the engine: each is
//! undone by itself if it fails, and none is answered before the engine's commit that has them all.

use sea_orm::{DatabaseConnection, DatabaseTransaction, DbErr, RuntimeErr, TransactionTrait};
use tokio::sync::{mpsc, oneshot};

use super::engine;

/// Transactions that share a commit at most: it bounds how long the first of them waits.
const MOST_TOGETHER: usize = 64;

/// Transactions that wait for their turn at most; further ones wait for a place in the queue.
const QUEUE: usize = 1024;

/// A transaction being written. Dropped, it is undone.
#[derive(Debug)]
pub struct Write {
    // The order of the fields matters: the savepoint is undone before the turn is over.
    savepoint: DatabaseTransaction,
    end: oneshot::Sender<Committed>,
}

type Granted = oneshot::Sender<Result<Write, DbErr>>;
type Committed = oneshot::Sender<Result<(), String>>;

/// The queue for a turn to write.
#[derive(Clone, Debug)]
pub(super) struct Queue(mpsc::Sender<Granted>);

impl Queue {
    /// Opens the queue for a connection that nothing else writes with.
    pub(super) fn open(connection: DatabaseConnection) -> Self {
        let (sender, mut waiting) = mpsc::channel(QUEUE);
        tokio::spawn(async move {
            while let Some(first) = waiting.recv().await {
                write_together(&connection, first, &mut waiting).await;
            }
        });
        Self(sender)
    }

    /// Waits for a turn.
    pub(super) async fn turn(&self) -> Result<Write, DbErr> {
        let (granted, turn) = oneshot::channel();
        self.0.send(granted).await.map_err(|_| gone())?;
        turn.await.map_err(|_| gone())?
    }
}

impl Write {
    /// Where to read and write.
    pub fn db(&self) -> &DatabaseTransaction {
        &self.savepoint
    }

    /// Commits, and returns once what was written survives a power cut.
    ///
    /// # Errors
    /// The engine's; nothing was written then.
    pub async fn commit(self) -> Result<(), DbErr> {
        self.savepoint.commit().await?;
        let (committed, outcome) = oneshot::channel();
        self.end.send(committed).map_err(|_| gone())?;
        let outcome = outcome.await.map_err(|_| gone())?;
        outcome.map_err(|error| DbErr::Conn(RuntimeErr::Internal(error)))
    }
}

/// One transaction of the engine: `first`, and whoever waits by the time it is done.
async fn write_together(
    connection: &DatabaseConnection,
    first: Granted,
    waiting: &mut mpsc::Receiver<Granted>,
) {
    let together = match engine::begin(connection).await {
        Ok(together) => together,
        Err(error) => return drop(first.send(Err(error))),
    };
    let (mut done, mut next, mut turns) = (Vec::new(), Some(first), 0);
    while let Some(granted) = next {
        done.extend(take_turn(&together, granted).await);
        turns += 1;
        next = if turns < MOST_TOGETHER { waiting.try_recv().ok() } else { None };
    }
    metrics::histogram!("natter_store_transactions_per_commit").record(done.len() as f64);
    let outcome = together.commit().await.map_err(|error| error.to_string());
    for committed in done {
        // Whoever stopped waiting does not want to know.
        let _ = committed.send(outcome.clone());
    }
}

/// Whom to tell of the commit, unless the turn was given up.
async fn take_turn(together: &DatabaseTransaction, granted: Granted) -> Option<Committed> {
    let (end, ended) = oneshot::channel();
    let turn = together.begin().await.map(|savepoint| Write { savepoint, end });
    granted.send(turn).ok()?;
    ended.await.ok()
}

fn gone() -> DbErr {
    DbErr::Conn(RuntimeErr::Internal("the database was closed".into()))
}

#[cfg(test)]
mod tests {
    use tokio::task::JoinSet;

    use crate::store::{Store, login_attempt};

    async fn store() -> (tempfile::TempDir, Store) {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let store =
            Store::open(&format!("sqlite:{}/n.db", directory.path().display())).await.expect("opened");
        store.migrate().await.expect("migrated");
        (directory, store)
    }

    async fn write(store: &Store, number: u8, commit: bool) {
        let write = store.begin().await.expect("a turn");
        let mut attempts = login_attempt::find(write.db(), &[number; 32]).await.expect("read");
        attempts.failures = 1;
        login_attempt::save(write.db(), attempts).await.expect("written");
        if commit {
            write.commit().await.expect("committed");
        }
    }

    async fn is_there(store: &Store, number: u8) -> bool {
        login_attempt::find(store.read(), &[number; 32]).await.expect("read").failures == 1
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn each_of_those_that_commit_together_is_kept_or_undone_by_itself() {
        let (_directory, store) = store().await;
        let mut writers = JoinSet::new();
        for number in 0..200 {
            let store = store.clone();
            writers.spawn(async move { write(&store, number, number % 3 != 0).await });
        }
        writers.join_all().await;
        for number in 0..200 {
            assert_eq!(is_there(&store, number).await, number % 3 != 0, "{number}");
        }
    }

    #[tokio::test]
    async fn nothing_shows_before_the_commit_that_answers() {
        let (_directory, store) = store().await;
        let first = store.begin().await.expect("a turn");
        let mut attempts = login_attempt::find(first.db(), &[1; 32]).await.expect("read");
        attempts.failures = 1;
        login_attempt::save(first.db(), attempts).await.expect("written");
        // The second waits for its turn, and both for the engine's commit.
        let (writer, reader) = (store.clone(), store.clone());
        let second = tokio::spawn(async move { write(&writer, 2, true).await });
        assert!(!is_there(&reader, 1).await && !is_there(&reader, 2).await);
        first.commit().await.expect("committed");
        second.await.expect("it does not panic");
        assert!(is_there(&store, 1).await && is_there(&store, 2).await);
    }

    #[tokio::test]
    async fn a_closed_store_refuses() {
        let (_directory, store) = store().await;
        store.clone().close().await.expect("closed");
        store.begin().await.expect_err("it is closed");
    }
}
