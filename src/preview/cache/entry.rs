//! What is kept of one page.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::Rendered;
use crate::preview::{FetchError, Lifetime, Validators};

/// A card is shown for at least so long, unless its page forbids keeping it, and fetched anew after at most so long.
const FRESH: std::ops::RangeInclusive<Duration> = Duration::from_secs(60)..=Duration::from_secs(86_400);

/// How long a card is still shown while it is fetched anew behind the reader's back (RFC 5861).
pub const STALE: Duration = Duration::from_secs(3600);

/// What an entry takes beside its texts, in bytes, roughly.
const OVERHEAD: usize = 512;

/// What is kept of one page. Clones share the card.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The card, or why there is none.
    pub outcome: Result<Rendered, FetchError>,
    /// By what the page is asked for again.
    pub validators: Option<Validators>,
    kept: Instant,
    fresh: Duration,
    stale: Duration,
    refresh: Arc<Mutex<Refresh>>,
}

/// Whether a card is being fetched anew.
#[derive(Clone, Copy, Debug, Default)]
enum Refresh {
    /// Whoever asks next begins.
    #[default]
    Due,
    /// Somebody does.
    UnderWay,
    /// The last attempt came to nothing; the next begins then.
    Later(Instant),
}

impl Entry {
    /// A card with its page's lifetime.
    pub fn card(card: Rendered, lifetime: Lifetime) -> Self {
        let fresh = lifetime.fresh.clamp(*FRESH.start(), *FRESH.end());
        let fresh = if lifetime.storable { fresh } else { Duration::ZERO };
        let stale = if lifetime.storable && lifetime.may_be_stale { STALE } else { Duration::ZERO };
        Self::new(Ok(card), lifetime.validators, fresh, stale)
    }

    /// A failure, remembered for as long as its kind is likely to last.
    pub fn failure(error: FetchError) -> Self {
        let fresh = error.remembered();
        Self::new(Err(error), None, fresh, Duration::ZERO)
    }

    fn new(
        outcome: Result<Rendered, FetchError>,
        validators: Option<Validators>,
        fresh: Duration,
        stale: Duration,
    ) -> Self {
        Self { outcome, validators, kept: Instant::now(), fresh, stale, refresh: Arc::default() }
    }

    /// How long it is still fresh.
    pub fn fresh_for(&self) -> Duration {
        self.fresh.saturating_sub(self.kept.elapsed())
    }

    /// Whether it may be shown, fresh or while it is being fetched anew.
    pub fn is_usable(&self) -> bool {
        self.kept.elapsed() < self.fresh + self.stale
    }

    /// Whether the caller is the one to fetch it anew. The first that asks is.
    pub fn begin_refresh(&self) -> bool {
        let mut refresh = self.refresh();
        let begins = match *refresh {
            Refresh::Due => true,
            Refresh::UnderWay => false,
            Refresh::Later(then) => then <= Instant::now(),
        };
        if begins {
            *refresh = Refresh::UnderWay;
        }
        begins
    }

    /// The fetch came to nothing: somebody else may try after this time.
    pub fn give_up_refresh(&self, pause: Duration) {
        *self.refresh() = Refresh::Later(Instant::now() + pause);
    }

    fn refresh(&self) -> MutexGuard<'_, Refresh> {
        self.refresh.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bytes that it takes, roughly.
    pub fn size(&self) -> usize {
        let validators = self.validators.as_ref().map_or(0, Validators::size);
        let card = self.outcome.as_ref().map_or(0, |card| card.body.len() + card.tag.len());
        OVERHEAD + card + validators
    }
}
