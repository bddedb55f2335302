//! Writing: transactions take turns, and those that come together wait for the disk together.
//!
//! There is one writer at a time, and a commit that survives a power cut costs a wait for the disk. So the transactions of
//! requests that come to this server at the same time are savepoints inside one transaction of the engine: each is
//! undone by itself if it fails, and none is answered before the engine's commit that has them all. Rows of the audit log
//! that come first go without a savepoint where one is costly.
//!
//! An error can take the engine out of its transaction (SQLite rolls back when the disk is full), where what is written
//! next would be committed by itself, or never. So every savepoint's end is asked for here, by name; if one is missing,
//! none of those that share the transaction is kept, and the connection is not used again.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use sea_orm::{ConnectionTrait, DbErr, RuntimeErr};
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

use super::{
    edition::Edition,
    engine::{self, Connection, Transaction},
};

/// Transactions that share a commit at most: it bounds how long the first of them waits.
const MOST_TOGETHER: usize = 64;

/// No more join those that share a commit once it has gone on for this long: the first of them waits for the last, and with
/// a slow way to the engine each takes its time.
const LONGEST_TOGETHER: Duration = Duration::from_secs(1);

/// Transactions that wait for their turn at most; further ones wait for a place in the queue.
const QUEUE: usize = 1024;

/// How long anybody waits for a turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// A transaction being written. Dropped, it is undone.
#[derive(Debug)]
pub struct Write {
    // The order of the fields matters: the transaction is let go of before the turn is over.
    together: Arc<Transaction>,
    end: oneshot::Sender<Committed>,
}

/// What a turn is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Whatever.
    Anything,
    /// Rows of the audit log alone, committed by their writer only if no statement met an error.
    Log,
}

type Granted = (Kind, oneshot::Sender<Result<Write, DbErr>>);
type Committed = oneshot::Sender<Result<(), String>>;

/// The queue for a turn to write.
#[derive(Clone, Debug)]
pub(super) struct Queue {
    sender: mpsc::Sender<Granted>,
    health: Arc<Mutex<Health>>,
}

/// How the last write went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Health {
    /// It was kept, or there was none.
    Good,
    /// It failed, for this reason.
    Failed(String),
    /// It failed, and somebody has asked since.
    Doubtful,
}

impl Queue {
    /// Opens the queue for a connection that nothing else writes with.
    pub(super) fn open(connection: Connection, edition: Option<Edition>) -> Self {
        let (sender, mut waiting) = mpsc::channel(QUEUE);
        let health = Arc::new(Mutex::new(Health::Good));
        let known = health.clone();
        tokio::spawn(async move {
            while let Some(first) = waiting.recv().await {
                match write_together(&connection, edition.as_ref(), first, &mut waiting).await {
                    Some(Ok(())) => *lock(&known) = Health::Good,
                    Some(Err(reason)) => *lock(&known) = Health::Failed(reason),
                    None => {}
                }
            }
        });
        Self { sender, health }
    }

    /// How the last transaction went that had something to write.
    pub(super) fn health(&self) -> Health {
        let mut health = lock(&self.health);
        match &*health {
            Health::Failed(_) => std::mem::replace(&mut *health, Health::Doubtful),
            other => other.clone(),
        }
    }

    /// Waits for a turn, within [`PATIENCE`].
    pub(super) async fn turn(&self, kind: Kind) -> Result<Write, DbErr> {
        let (granted, turn) = oneshot::channel();
        let turn = async {
            self.sender.send((kind, granted)).await.map_err(|_| gone())?;
            turn.await.map_err(|_| gone())?
        };
        let late = |_| {
            let text = format!("there was no turn to write within {} s", PATIENCE.as_secs());
            DbErr::Conn(RuntimeErr::Internal(text))
        };
        timeout(PATIENCE, turn).await.map_err(late)?
    }
}

impl Write {
    /// Where to read and write.
    pub fn db(&self) -> &Transaction {
        &self.together
    }

    /// Commits, and returns once what was written survives a power cut.
    ///
    /// # Errors
    /// The engine's; nothing was written then.
    pub async fn commit(self) -> Result<(), DbErr> {
        let Self { together, end } = self;
        drop(together);
        let (committed, outcome) = oneshot::channel();
        end.send(committed).map_err(|_| gone())?;
        let outcome = outcome.await.map_err(|_| gone())?;
        outcome.map_err(|error| DbErr::Conn(RuntimeErr::Internal(error)))
    }
}

/// One transaction of the engine: `first`, and whoever waits by the time it is done. Says whether it was kept, or
/// else why not, unless nobody wrote anything.
async fn write_together(
    connection: &Connection,
    edition: Option<&Edition>,
    first: Granted,
    waiting: &mut mpsc::Receiver<Granted>,
) -> Option<Result<(), String>> {
    let turn = match engine::begin(connection).await {
        Ok(turn) => turn,
        Err(error) => {
            // Whoever waits already would wait as long, one after the other.
            let waited = std::iter::from_fn(|| waiting.try_recv().ok()).take(QUEUE);
            let said = error.to_string();
            for (_, granted) in waited {
                drop(granted.send(Err(DbErr::Conn(RuntimeErr::Internal(said.clone())))));
            }
            drop(first.1.send(Err(error)));
            engine::discard(connection).await;
            return Some(Err(said));
        }
    };
    let mut done = Vec::<(Kind, Committed)>::new();
    let mut trouble = None;
    let outcome = match take_turns(&turn.transaction, first, waiting, &mut done).await {
        Ok(()) => {
            trouble = turn.transaction.trouble();
            engine::commit(connection, turn).await
        }
        Err(error) => {
            // It has the connection.
            drop(turn);
            Err(error)
        }
    };
    metrics::histogram!("natter_store_transactions_per_commit").record(done.len() as f64);
    if outcome.is_err() {
        engine::discard(connection).await;
    }
    if let Some(edition) = edition.filter(|_| done.iter().any(|(kind, _)| *kind == Kind::Anything)) {
        edition.end();
    }
    let (wrote, outcome) = (!done.is_empty(), outcome.map_err(|error| error.to_string()));
    for (_, committed) in done {
        // Whoever stopped waiting does not want to know.
        let _ = committed.send(outcome.clone());
    }
    match trouble {
        // Those who met it were undone by themselves, and others with nothing to write were not.
        Some(trouble) => Some(Err(trouble)),
        None => (wrote || outcome.is_err()).then_some(outcome),
    }
}

/// Lets `first` write, and whoever waits by the time it is done. An error means that the whole transaction is lost.
async fn take_turns(
    together: &Arc<Transaction>,
    first: Granted,
    waiting: &mut mpsc::Receiver<Granted>,
    done: &mut Vec<(Kind, Committed)>,
) -> Result<(), DbErr> {
    let begun = Instant::now();
    done.extend(match first {
        (Kind::Log, granted) if together.savepoints_copy() => {
            take_first_turn_of_log(together, granted).await?
        }
        first => take_turn(together, first).await?,
    });
    for _ in 1..MOST_TOGETHER {
        if begun.elapsed() > LONGEST_TOGETHER {
            break;
        }
        let Ok(next) = waiting.try_recv() else { break };
        done.extend(take_turn(together, next).await?);
    }
    Ok(())
}

/// As [`take_turn`], without a savepoint: nobody has written before, so the whole transaction may be lost with these rows.
async fn take_first_turn_of_log(
    together: &Arc<Transaction>,
    granted: oneshot::Sender<Result<Write, DbErr>>,
) -> Result<Option<(Kind, Committed)>, DbErr> {
    let (end, ended) = oneshot::channel();
    if granted.send(Ok(Write { together: together.clone(), end })).is_err() {
        return Ok(None);
    }
    let undone = |_| {
        DbErr::Conn(RuntimeErr::Internal("rows of the audit log could not be written: see the log".into()))
    };
    ended.await.map(|committed| Some((Kind::Log, committed))).map_err(undone)
}

/// Whom to tell of the commit, unless the turn was given up. An error means that the whole transaction is lost.
async fn take_turn(
    together: &Arc<Transaction>,
    (kind, granted): Granted,
) -> Result<Option<(Kind, Committed)>, DbErr> {
    let run = async |statement| together.execute_unprepared(statement).await;
    if let Err(error) = run("SAVEPOINT turn").await {
        drop(granted.send(Err(DbErr::Conn(RuntimeErr::Internal(error.to_string())))));
        return Err(error);
    }
    let (end, ended) = oneshot::channel();
    let committed = match granted.send(Ok(Write { together: together.clone(), end })) {
        Ok(()) => ended.await.ok(),
        // Whoever waited for the turn has gone.
        Err(_) => None,
    };
    if committed.is_none() {
        run("ROLLBACK TO turn").await?;
    }
    match (run("RELEASE turn").await, committed) {
        (Ok(_), committed) => Ok(committed.map(|committed| (kind, committed))),
        (Err(error), committed) => {
            if let Some(committed) = committed {
                let _ = committed.send(Err(error.to_string()));
            }
            Err(error)
        }
    }
}

fn lock(health: &Mutex<Health>) -> MutexGuard<'_, Health> {
    health.lock().unwrap_or_else(PoisonError::into_inner)
}

fn gone() -> DbErr {
    DbErr::Conn(RuntimeErr::Internal("the database was closed".into()))
}

#[cfg(test)]
mod tests {
    use sea_orm::ConnectionTrait;
    use tokio::task::JoinSet;

    use crate::store::{Store, Write, login_attempt};

    async fn store() -> (tempfile::TempDir, Store) {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let store =
            Store::open(&format!("sqlite:{}/n.db", directory.path().display())).await.expect("opened");
        store.migrate().await.expect("migrated");
        (directory, store)
    }

    async fn put(write: &Write, number: u8) {
        let mut attempts = login_attempt::find(write.db(), &[number; 32]).await.expect("read");
        attempts.failures = 1;
        login_attempt::save(write.db(), attempts).await.expect("written");
    }

    async fn write(store: &Store, number: u8, commit: bool) {
        let write = store.begin().await.expect("a turn");
        put(&write, number).await;
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
        put(&first, 1).await;
        // The second waits for its turn, and both for the engine's commit.
        let (writer, reader) = (store.clone(), store.clone());
        let second = tokio::spawn(async move { write(&writer, 2, true).await });
        assert!(!is_there(&reader, 1).await && !is_there(&reader, 2).await);
        first.commit().await.expect("committed");
        second.await.expect("it does not panic");
        assert!(is_there(&store, 1).await && is_there(&store, 2).await);
    }

    /// What an engine does by itself when the disk is full.
    async fn lose_the_transaction(store: &Store) {
        let write = store.begin().await.expect("a turn");
        write.db().execute_unprepared("ROLLBACK").await.expect("rolled back");
    }

    #[tokio::test]
    async fn when_the_transaction_is_lost_nobody_is_told_otherwise_and_the_next_one_is_kept() {
        let (_directory, store) = store().await;
        for number in 0..3 {
            let first = store.begin().await.expect("a turn");
            put(&first, number).await;
            // The other waits before the first is done, so that they share a transaction.
            let ((), outcome) = tokio::join!(lose_the_transaction(&store), first.commit());
            outcome.expect_err("it is lost");
            assert!(!is_there(&store, number).await);
            store.probe().await.expect_err("a write has failed");
            store.probe().await.expect("one that is tried goes well");

            let lost = store.begin().await.expect("a turn");
            lost.db().execute_unprepared("ROLLBACK").await.expect("rolled back");
            lost.commit().await.expect_err("it is lost");

            write(&store, number + 100, true).await;
            assert!(is_there(&store, number + 100).await, "for another connection, too");
        }
    }

    #[tokio::test]
    async fn rows_of_the_log_that_are_lost_take_nobody_with_them() {
        let (_directory, store) = store().await;
        for number in 0..3 {
            let log = store.begin_log().await.expect("a turn");
            put(&log, number).await;
            let ((), ()) = tokio::join!(write(&store, number + 100, true), async { drop(log) });
            assert!(!is_there(&store, number).await, "it was given up");
            assert!(is_there(&store, number + 100).await);
        }
    }

    #[tokio::test]
    async fn a_closed_store_refuses() {
        let (_directory, store) = store().await;
        store.clone().close().await.expect("closed");
        store.begin().await.expect_err("it is closed");
    }
}
