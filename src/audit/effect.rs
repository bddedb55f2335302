//! A transaction that cannot be committed without the end row of its request.

use poem::http::StatusCode;
use sea_orm::{DatabaseTransaction, DbErr};

use super::{Request, Trail, log};
use crate::{
    clock::Clock,
    id::AccountId,
    store::{Store, Write},
};

/// What a request changes: a write transaction that ends with the request's end row, or not at all.
#[derive(Debug)]
pub struct Effect {
    write: Write,
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
        trail.ensure_started(store).await?;
        let account = trail.request().account;
        Ok(Self { write: store.begin().await?, trail: trail.clone(), clock: clock.clone(), account })
    }

    /// Where to read and write; nothing is kept before [`commit`](Self::commit).
    pub fn db(&self) -> &DatabaseTransaction {
        self.write.db()
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
        log::insert(self.write.db(), &request, Some(status), self.clock.now()).await?;
        self.trail.commit(self.write).await
    }
}
