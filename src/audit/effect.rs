//! A transaction that cannot be committed without the end row of its request.

use std::sync::Arc;

use poem::http::StatusCode;
use sea_orm::DbErr;

use super::{Request, Trail, erasure};
use crate::{
    id::AccountId,
    store::{Transaction, Write},
};

/// What a request changes: a write transaction that ends with the request's end row, or not at all.
#[derive(Debug)]
pub struct Effect {
    write: Write,
    trail: Trail,
    account: Option<AccountId>,
    address: String,
}

impl Effect {
    /// Begins to write on behalf of a request.
    ///
    /// # Errors
    /// The engine's.
    pub async fn begin(trail: &Trail) -> Result<Self, DbErr> {
        trail.ensure_started().await?;
        let Request { account, address, .. } = trail.request().clone();
        Ok(Self { write: trail.recorder().store().begin().await?, trail: trail.clone(), account, address })
    }

    /// The request on whose behalf this is.
    pub fn request(&self) -> &Request {
        self.trail.request()
    }

    /// Where to read and write; nothing is kept before [`commit`](Self::commit).
    pub fn db(&self) -> &Transaction {
        self.write.db()
    }

    /// Says whose doing it turned out to be, for the end row: of a login the start row cannot know.
    pub fn done_by(&mut self, account: AccountId) {
        self.account = Some(account);
    }

    /// Forgets in the whole audit log who did what `account` did.
    ///
    /// # Errors
    /// The engine's.
    pub async fn erase(&self, account: AccountId) -> Result<(), DbErr> {
        erasure::erase(self.db(), &self.trail.recorder().ink().ring(), account).await
    }

    /// Leaves account and address out of the end row: for the last deed of somebody who is being erased.
    pub fn done_by_nobody(&mut self) {
        (self.account, self.address) = (None, String::new());
    }

    /// Commits the effect together with the end row, which says that the request was answered with `status`.
    ///
    /// # Errors
    /// The engine's; nothing was changed then.
    pub async fn commit(self, status: StatusCode) -> Result<(), DbErr> {
        let recorder = self.trail.recorder();
        let request =
            Request { account: self.account, address: self.address, ..self.trail.request().clone() };
        let end = recorder.entry(Arc::new(request), Some(status));
        recorder.record_in(self.write.db(), &end).await?;
        self.trail.commit(self.write).await
    }
}
