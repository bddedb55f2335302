//! Connections that are kept for the next statement.
//!
//! The library's own pool waits for a server that has gone silent as long as TCP does. Here every wait has a bound, and
//! a statement that has not ended takes its connection with it, be it that the bound is over or that nobody waits any
//! more: the connection is closed at once, and the server undoes what was begun on it.

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use sea_orm::{
    DbErr,
    sqlx::{Connection, PgConnection},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::{
    connect::connect,
    lost,
    question::{Answer, Question},
};
use crate::settings::DatabaseServer;

/// How long anybody waits for a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// A connection that was idle for longer is tried before it is used: the server may have gone meanwhile.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// How long that takes at most, and saying goodbye.
const ROUND_TRIP: Duration = Duration::from_secs(1);

/// How much longer than the server itself we wait for the end of a statement.
const ON_THE_WAY: Duration = Duration::from_secs(1);

/// Connections to one server, of which a given number is in use at once. Cheap to clone.
#[derive(Clone)]
pub struct Pool(Arc<Inner>);

struct Inner {
    server: DatabaseServer,
    statement_timeout: Duration,
    places: Arc<Semaphore>,
    idle: Mutex<Vec<Idle>>,
    /// The number of the host that let us in last.
    host: AtomicUsize,
}

struct Idle {
    connection: PgConnection,
    since: Instant,
}

/// A connection in use. Dropped, it is closed.
pub(super) struct Lease {
    connection: PgConnection,
    pool: Pool,
    _place: OwnedSemaphorePermit,
}

impl Pool {
    /// Nothing is connected before it is needed: a server that is away makes this one wait, not fail.
    pub(super) fn new(server: DatabaseServer, most: u32, statement_timeout: Duration) -> Self {
        Self(Arc::new(Inner {
            server,
            statement_timeout,
            places: Arc::new(Semaphore::new(most as usize)),
            idle: Mutex::new(Vec::new()),
            host: AtomicUsize::new(0),
        }))
    }

    /// The server, and how long it works on a statement.
    pub(super) fn server(&self) -> (&DatabaseServer, Duration) {
        (&self.0.server, self.0.statement_timeout)
    }

    /// A connection that answers, within [`PATIENCE`].
    pub(super) async fn lease(&self) -> Result<Lease, DbErr> {
        let found = async {
            let places = Arc::clone(&self.0.places);
            let place = places.acquire_owned().await.map_err(|_| lost("the database was closed"))?;
            let connection = match self.kept().await {
                Some(connection) => connection,
                None => self.another().await?,
            };
            Ok(Lease { connection, pool: self.clone(), _place: place })
        };
        let late =
            |_| lost(format!("no connection to the database came free within {} s", PATIENCE.as_secs()));
        timeout(PATIENCE, found).await.map_err(late)?
    }

    async fn kept(&self) -> Option<PgConnection> {
        let Idle { mut connection, since } = self.idle().pop()?;
        if since.elapsed() > TRUSTED_FOR
            && !matches!(timeout(ROUND_TRIP, connection.ping()).await, Ok(Ok(())))
        {
            // Those that were idle for longer are no better.
            self.idle().clear();
            return None;
        }
        Some(connection)
    }

    async fn another(&self) -> Result<PgConnection, DbErr> {
        let Inner { server, statement_timeout, host, .. } = self.0.as_ref();
        let (connection, number) = connect(server, host.load(Ordering::Relaxed), *statement_timeout).await?;
        host.store(number, Ordering::Relaxed);
        Ok(connection)
    }

    /// One statement by itself.
    pub(in crate::store::engine) async fn ask(&self, question: Question<'_>) -> Result<Answer, DbErr> {
        let (lease, answer) = self.lease().await?.ask(question).await;
        if let Some(lease) = lease {
            lease.give_back();
        }
        answer
    }

    /// Lets nobody use it any more, and takes leave of the server.
    pub(in crate::store) async fn close(&self) {
        self.0.places.close();
        let idle = std::mem::take(&mut *self.idle());
        for Idle { connection, .. } in idle {
            if timeout(ROUND_TRIP, connection.close()).await.is_err() {
                return;
            }
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lease {
    /// Asks, and comes back with the answer if it can be used further. Dropped meanwhile, it is closed.
    pub(super) async fn ask(mut self, question: Question<'_>) -> (Option<Self>, Result<Answer, DbErr>) {
        let bound = self.pool.0.statement_timeout + ON_THE_WAY;
        match timeout(bound, question.put(&mut self.connection)).await {
            Ok(Ok(answer)) => (Some(self), Ok(answer)),
            Ok(Err(failure)) => (failure.leaves_the_connection_whole().then_some(self), Err(failure.into())),
            Err(_) => {
                (None, Err(lost(format!("the database has not answered within {} s", bound.as_secs()))))
            }
        }
    }

    /// Keeps the connection for others. It has to be in no transaction.
    pub(super) fn give_back(self) {
        let Self { connection, pool, _place } = self;
        if !pool.0.places.is_closed() {
            pool.idle().push(Idle { connection, since: Instant::now() });
        }
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Pool").field("hosts", &self.0.server.hosts).finish_non_exhaustive()
    }
}
