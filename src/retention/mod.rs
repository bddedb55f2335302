//! Removing what is past its time: messages, rows of the audit log, and cards of links that no message has any more.
//!
//! In small transactions, so that whoever writes never waits for more than one of them.

#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use sea_orm::DbErr;
use tokio::time::{MissedTickBehavior, interval};

use crate::{
    audit,
    clock::Clock,
    key_ring::{KeyRings, RingKind},
    settings::RetentionSettings,
    store::{Store, card, message},
};

/// How often it is looked whether something is past its time.
const EVERY: Duration = Duration::from_secs(600);

/// Rows that one transaction removes at most: some milliseconds' work.
const BATCH: u64 = 500;

/// Removes what is past its time.
#[derive(Debug)]
pub struct Retention {
    store: Store,
    rings: Arc<KeyRings>,
    clock: Clock,
    messages: Option<Duration>,
    audit: Option<Duration>,
    batch: u64,
}

/// How many rows went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Messages.
    pub messages: usize,
    /// Rows of the audit log.
    pub audit: usize,
    /// Cards.
    pub cards: usize,
}

impl Retention {
    /// In this store, as these settings say. The newest key for checkpoints signs for rows of the audit log.
    pub fn new(store: Store, rings: Arc<KeyRings>, clock: Clock, settings: &RetentionSettings) -> Self {
        Self { store, rings, clock, messages: settings.messages(), audit: settings.audit(), batch: BATCH }
    }

    /// Works until it is dropped.
    pub async fn run(self) {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            match self.sweep().await {
                Ok(removed) if removed == Removed::default() => {}
                Ok(Removed { messages, audit, cards }) => {
                    tracing::info!(messages, audit, cards, "removed what was past its time");
                }
                Err(error) => tracing::warn!(%error, "what is past its time cannot be removed"),
            }
        }
    }

    /// Removes what is past its time now.
    ///
    /// # Errors
    /// The engine's; what was removed before stays removed.
    pub async fn sweep(&self) -> Result<Removed, DbErr> {
        // Cards last: those of messages that have just gone are among them.
        Ok(Removed {
            messages: self.sweep_messages().await?,
            audit: self.sweep_audit().await?,
            cards: self.sweep_cards().await?,
        })
    }

    async fn sweep_messages(&self) -> Result<usize, DbErr> {
        let Some(kept) = self.messages else { return Ok(0) };
        let (before, mut removed) = (self.clock.now().minus(kept), 0);
        loop {
            let write = self.store.begin().await?;
            let batch = message::remove_before(write.db(), before, self.batch).await?;
            write.commit().await?;
            removed += batch;
            if batch == 0 {
                return Ok(removed);
            }
        }
    }

    async fn sweep_audit(&self) -> Result<usize, DbErr> {
        let Some(kept) = self.audit else { return Ok(0) };
        let (before, mut removed) = (self.clock.now().minus(kept), 0);
        loop {
            let ring = self.rings.get(RingKind::Checkpoint);
            let write = self.store.begin().await?;
            let batch = audit::remove_before(write.db(), ring.newest(), before, self.batch).await?;
            write.commit().await?;
            removed += batch;
            if batch == 0 {
                return Ok(removed);
            }
        }
    }

    async fn sweep_cards(&self) -> Result<usize, DbErr> {
        let (mut after, mut removed) = (None, 0);
        loop {
            // Found by reading, which keeps nobody from writing; most of the time there are none.
            let page = card::page(self.store.read(), after, self.batch).await?;
            let Some(last) = page.last() else { return Ok(removed) };
            after = Some(last.clone());
            let unused = card::unused(self.store.read(), &page).await?;
            if !unused.is_empty() {
                let write = self.store.begin().await?;
                removed += card::remove_unused(write.db(), &unused).await?;
                write.commit().await?;
            }
        }
    }
}
