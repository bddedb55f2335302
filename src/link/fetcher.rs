//! Fetches what is queued, behind the reader's back.

use std::{sync::Arc, time::Duration};

use sea_orm::DbErr;
use tokio::{sync::Semaphore, time::timeout};

use crate::{
    board::Board,
    preview::Source,
    random::Random,
    store::card::{self, Claim},
    timestamp::Timestamp,
};

/// How long a claim lasts: longer than a fetch can take.
const LEASE: Duration = Duration::from_secs(60);

/// How often the queue is looked at without being woken, for what another process queued or left behind.
const PATROL: Duration = Duration::from_secs(15);

/// How long a card is shown before another post of its link has it fetched again.
const FRESH: Duration = Duration::from_secs(86_400);

/// The first pause after a failure; it doubles with each.
const BACK_OFF: Duration = Duration::from_secs(60);

/// The share of a pause that is added at random, so that not everything comes due at once.
const JITTER: f64 = 0.1;

/// Fetches queued links, a bounded number at once.
#[derive(Debug)]
pub struct Fetcher {
    board: Board,
    source: Arc<Source>,
    places: Arc<Semaphore>,
}

impl Fetcher {
    /// A fetcher for the queue of `board` that fetches `concurrent` links at once.
    pub fn new(board: Board, source: Source, concurrent: usize) -> Self {
        Self { board, source: Arc::new(source), places: Arc::new(Semaphore::new(concurrent)) }
    }

    /// Works until it is dropped. A fetch that is cut off is taken up again when its lease ends.
    pub async fn run(self) {
        loop {
            if let Err(error) = self.work_off().await {
                tracing::warn!(%error, "the queue of previews cannot be read");
            }
            let _ = timeout(PATROL, self.board.previews().queued()).await;
        }
    }

    /// Claims and fetches until nothing is due.
    async fn work_off(&self) -> Result<(), DbErr> {
        while let Ok(place) = Arc::clone(&self.places).acquire_owned().await {
            // What is queued stays queued, for another process or for later.
            self.source.available().await;
            let Some(claim) = self.claim().await? else { return Ok(()) };
            let (board, source) = (self.board.clone(), Arc::clone(&self.source));
            tokio::spawn(async move {
                if let Err(error) = fetch(&board, &source, &claim).await {
                    tracing::warn!(%error, "a preview cannot be stored");
                }
                board.previews().finish();
                drop(place);
            });
        }
        Ok(())
    }

    async fn claim(&self) -> Result<Option<Claim>, DbErr> {
        let transaction = self.board.store().begin().await?;
        let claim = card::claim(transaction.db(), self.board.clock().now(), LEASE).await?;
        transaction.commit().await?;
        Ok(claim)
    }
}

async fn fetch(board: &Board, source: &Source, claim: &Claim) -> Result<(), DbErr> {
    let card = source.preview(&claim.url).await.ok().and_then(|card| serde_json::to_string(&card).ok());
    metrics::counter!("natter_previews_total", "outcome" => if card.is_some() { "card" } else { "none" })
        .increment(1);
    let share = f64::from(u32::from_le_bytes(Random::system().bytes())) / f64::from(u32::MAX);
    let due = next_due(card.is_some(), claim.failures, board.clock().now(), share);
    let transaction = board.store().begin().await?;
    card::finish(transaction.db(), claim, card, due).await?;
    transaction.commit().await
}

/// When a post of the link has it fetched again. `share`, from 0 to 1 at random, spreads what was fetched at once over a
/// tenth of the time.
fn next_due(succeeded: bool, failures: i32, now: Timestamp, share: f64) -> Timestamp {
    let doublings = u32::try_from(failures).unwrap_or(0).min(10);
    let wait = if succeeded { FRESH } else { (BACK_OFF * 2_u32.pow(doublings)).min(FRESH) };
    now + wait.mul_f64(1.0 + share * JITTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_back_off_up_to_a_day() {
        let now = Timestamp::default();
        let pauses =
            [0, 1, 2, 10, i32::MAX].map(|failures| next_due(false, failures, now, 0.0).since(now).as_secs());
        assert_eq!(pauses, [60, 120, 240, 61_440, 61_440]);
        assert_eq!(next_due(true, 3, now, 0.0).since(now), FRESH);
        assert_eq!(next_due(true, 3, now, 1.0).since(now), FRESH + FRESH / 10);
        assert_eq!(next_due(false, 0, now, 0.5).since(now).as_secs(), 63);
    }
}
