//! A transaction that cannot be committed without the end row of its request.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use poem::http::StatusCode;
use sea_orm::{DatabaseTransaction, DbErr};

use super::{Request, log};
use crate::{clock::Clock, id::AccountId, store::Store};

/// The audit of the request being handled, from its start row on.
#[derive(Clone, Debug)]
pub struct Trail {
    request: Arc<Request>,
    ended: Arc<AtomicBool>,
}

impl Trail {
    /// The trail of a request whose start row is durable.
    pub fn new(request: Request) -> Self {
        Self { request: Arc::new(request), ended: Arc::default() }
    }

    /// The request.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// Whether an effect has committed the end row.
    pub fn has_ended(&self) -> bool {
        self.ended.load(Ordering::SeqCst)
    }
}

/// What a request changes: a write transaction that ends with the request's end row, or not at all.
#[derive(Debug)]
pub struct Effect {
    transaction: DatabaseTransaction,
    trail: Trail,
    clock: Clock,
    account: Option<AccountId>,
}

impl Effect {
    /// Begins to write on behalf of a request.
    ///
    /// # Errors
    /// The engine's.
    pub async fn begin(store: &Store, trail: &Trail, clock: &Clock) -> Result<Self, DbErr> {
        let account = trail.request().account;
        Ok(Self { transaction: store.begin().await?, trail: trail.clone(), clock: clock.clone(), account })
    }

    /// Where to read and write; nothing is kept before [`commit`](Self::commit).
    pub fn db(&self) -> &DatabaseTransaction {
        &self.transaction
    }

    /// Says whose doing it turned out to be, for the end row: of a login the start row cannot know.
    pub fn done_by(&mut self, account: AccountId) {
        self.account = Some(account);
    }

    /// Commits the effect together with the end row, which says that the request was answered with `status`.
    ///
    /// # Errors
    /// The engine's; nothing was changed then.
    pub async fn commit(self, status: StatusCode) -> Result<(), DbErr> {
        let request = Request { account: self.account, ..self.trail.request().clone() };
        log::end(&self.transaction, &request, status, self.clock.now()).await?;
        self.transaction.commit().await?;
        self.trail.ended.store(true, Ordering::SeqCst);
        Ok(())
    }
}
