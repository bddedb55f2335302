//! Fetches what is queued, behind the reader's back.

use std::{sync::Arc, time::Duration};

use sea_orm::DbErr;
use tokio::{sync::Semaphore, time::timeout};
use url::Url;

use super::{Schedule, Verdict};
use crate::{
    board::Board,
    preview::{Refusal, Seen, Source},
    random::Random,
    store::card::{self, Claim, Finding},
};

/// How long a claim lasts: longer than a fetch can take, by whatever deadline can be set.
const LEASE: Duration = Duration::from_secs(90);

/// How often at least the queue is looked at without being woken, for what another process queued or left behind, and for what
/// has come due again.
const PATROL: Duration = Duration::from_secs(15);

/// How soon the queue is looked at again after it could not be read.
const AGAIN: Duration = Duration::from_secs(1);

/// Fetches queued links, a bounded number at once.
#[derive(Debug)]
pub struct Fetcher {
    board: Board,
    source: Arc<Source>,
    places: Arc<Semaphore>,
    schedule: Schedule,
}

impl Fetcher {
    /// A fetcher for the queue of `board` that fetches `concurrent` links at once, and again by `schedule`.
    pub fn new(board: Board, source: Source, concurrent: usize, schedule: Schedule) -> Self {
        Self { board, source: Arc::new(source), places: Arc::new(Semaphore::new(concurrent)), schedule }
    }

    /// Works until it is dropped. A fetch that is cut off is taken up again when its lease ends.
    pub async fn run(self) {
        // As often as something can come due.
        let patrol = PATROL.min(self.schedule.soonest());
        loop {
            let pause = match self.work_off().await {
                Ok(()) => patrol,
                Err(error) => {
                    tracing::warn!(%error, "the queue of previews cannot be read");
                    patrol.min(AGAIN)
                }
            };
            let _ = timeout(pause, self.board.previews().queued()).await;
        }
    }

    /// Claims and fetches until nothing is due.
    async fn work_off(&self) -> Result<(), DbErr> {
        while let Ok(place) = Arc::clone(&self.places).acquire_owned().await {
            // What is queued stays queued, for another process or for later.
            let leave = self.source.available().await;
            let Some(claim) = self.claim().await? else { return Ok(()) };
            let (board, source) = (self.board.clone(), Arc::clone(&self.source));
            let schedule = self.schedule.clone();
            tokio::spawn(async move {
                if let Err(error) = fetch(&board, &source, &schedule, &claim).await {
                    tracing::warn!(%error, "a preview cannot be stored");
                }
                board.previews().finish();
                drop((leave, place));
            });
        }
        Ok(())
    }

    async fn claim(&self) -> Result<Option<Claim>, DbErr> {
        let transaction = self.board.store().begin().await?;
        let claim =
            card::claim(transaction.db(), self.board.clock().now(), LEASE, self.schedule.age()).await?;
        transaction.commit().await?;
        Ok(claim)
    }
}

async fn fetch(board: &Board, source: &Source, schedule: &Schedule, claim: &Claim) -> Result<(), DbErr> {
    let url = Url::parse(&claim.url).ok();
    // The hosts that are ours may be others than when it was posted.
    let verdict = url.map_or(Verdict::Never, |url| board.previews().guard().judge(&url));
    let found = match verdict {
        Verdict::Never => Err(None),
        Verdict::Fetch | Verdict::OnlyIfAsked => {
            source.preview(&claim.url, claim.tag.as_deref()).await.map_err(Some)
        }
    };
    metrics::counter!("natter_previews_total", "outcome" => outcome(&found)).increment(1);
    let share = f64::from(u32::from_le_bytes(Random::system().bytes())) / f64::from(u32::MAX);
    let now = board.clock().now();
    let due = match &found {
        Ok(seen) => schedule.after_card(seen.fresh, now, share),
        Err(_) => schedule.after_failure(claim.failures, now, share),
    };
    // What looks as if it worked only once was asked for once.
    let age = if verdict == Verdict::Fetch { schedule.age() } else { Duration::ZERO };
    let transaction = board.store().begin().await?;
    card::finish(transaction.db(), claim, finding(found), due, age).await?;
    transaction.commit().await
}

/// What a source has seen, or why it has not; nothing if it was not asked.
type Found = Result<Seen, Option<Refusal>>;

fn outcome(found: &Found) -> &'static str {
    match found {
        Ok(Seen { card: Some(_), .. }) => "card",
        Ok(Seen { card: None, .. }) => "unchanged",
        Err(_) => "none",
    }
}

fn finding(found: Found) -> Finding {
    match found {
        Ok(Seen { card: Some(card), tag, .. }) => {
            serde_json::to_string(&card).map_or(Finding::Nothing, |card| Finding::Card(card, tag))
        }
        Ok(Seen { card: None, .. }) => Finding::Unchanged,
        Err(Some(Refusal::Fetch(_))) => Finding::Nothing,
        Err(Some(Refusal::Url(_)) | None) => Finding::Never,
    }
}
