//! The worker's memory: cards, thumbnails and failures, bounded in bytes. One page is fetched once at a time, however many
//! ask.

mod entry;
mod rendered;
#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use poem::http::HeaderValue;
use quick_cache::{Weighter, sync::Cache};
use tokio::sync::{Semaphore, watch};

use self::entry::Entry;
pub use self::{entry::STALE, rendered::Rendered};
use super::{Ask, FetchError, Fetched, Previewer, Refusal, image::Thumbnailer, target::Target};

/// What an entry takes in the mean, in bytes: from it the number of entries is guessed.
const USUAL_BYTES: usize = 1500;

/// Which card, or which image.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    url: String,
    what: What,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum What {
    /// The card in these languages.
    Card(Option<HeaderValue>),
    /// A thumbnail with at most so many pixels a side.
    Image(u32),
}

impl What {
    fn language(&self) -> Option<&HeaderValue> {
        match self {
            Self::Card(language) => language.as_ref(),
            Self::Image(_) => None,
        }
    }
}

/// Weighs entries in bytes.
#[derive(Clone)]
struct Bytes;

impl Weighter<Key, Entry> for Bytes {
    fn weight(&self, key: &Key, entry: &Entry) -> u64 {
        (key.url.len() + key.what.language().map_or(0, HeaderValue::len) + entry.size()) as u64
    }
}

/// Why there is nothing to show right now.
#[derive(Debug)]
pub enum Nothing {
    /// It is refused, or could not be made.
    Refused(Refusal),
    /// As many pages as allowed are being fetched already.
    Full,
}

/// A card or a thumbnail, and how long it may be kept by who asked for it.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The card, or the thumbnail.
    pub shown: Rendered,
    /// For how long it is fresh; zero if nobody may keep it.
    pub fresh_for: Duration,
    /// Whether it was there already.
    pub from_memory: bool,
}

/// Cards and thumbnails from memory, or else from a bounded number of fetches at once. Clones share them.
#[derive(Clone)]
pub struct CardCache(Arc<Inner>);

struct Inner {
    previewer: Previewer,
    cards: Cache<Key, Entry, Bytes>,
    /// The fetches under way, at most as many as there are places.
    flights: Mutex<HashMap<Key, Flight>>,
    fetches: Arc<Semaphore>,
    thumbnailer: Option<Thumbnailer>,
}

/// A fetch, and what comes of it.
type Flight = watch::Receiver<Option<Entry>>;

/// Is among the flights until it is dropped.
struct UnderWay {
    cache: CardCache,
    key: Key,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.cache.flights().remove(&self.key);
    }
}

impl CardCache {
    /// A memory of at most `max_bytes` in front of `previewer`, which fetches at most `concurrent` pages and images at once.
    /// Without a thumbnailer there are no images.
    pub fn new(
        previewer: Previewer,
        thumbnailer: Option<Thumbnailer>,
        concurrent: usize,
        max_bytes: u64,
    ) -> Self {
        let entries = usize::try_from(max_bytes).unwrap_or(usize::MAX) / USUAL_BYTES;
        let cards = Cache::with_weighter(entries.max(16), max_bytes, Bytes);
        let fetches = Arc::new(Semaphore::new(concurrent));
        Self(Arc::new(Inner { previewer, cards, flights: Mutex::default(), fetches, thumbnailer }))
    }

    /// The longest time that a fetch takes.
    pub fn deadline(&self) -> Duration {
        self.0.previewer.deadline()
    }

    /// The card of the page at `url` in these languages.
    ///
    /// # Errors
    /// [`Nothing`]: refusals by the URL alone come at once and are not remembered, failures are.
    pub async fn card(&self, url: &str, language: Option<HeaderValue>) -> Result<Kept, Nothing> {
        self.what(url, What::Card(language)).await
    }

    /// The image at `url` with at most `size` pixels a side.
    ///
    /// # Errors
    /// As [`card`](Self::card).
    pub async fn image(&self, url: &str, size: u32) -> Result<Kept, Nothing> {
        self.what(url, What::Image(size)).await
    }

    async fn what(&self, url: &str, what: What) -> Result<Kept, Nothing> {
        let target = self.0.previewer.judge(url).map_err(|rule| Nothing::Refused(rule.into()))?;
        let key = Key { url: target.url().to_string(), what };
        let known = self.0.cards.get(&key);
        if let Some(entry) = known.as_ref().filter(|entry| entry.is_usable()) {
            if entry.fresh_for().is_zero() {
                self.refresh(&key, target, entry);
                count("stale");
            } else {
                count("hit");
            }
            return kept(entry, true);
        }
        let mut flight = self.fly(&key, target, known)?;
        let landed = flight.wait_for(Option::is_some).await;
        let entry = landed.ok().and_then(|landed| landed.clone());
        kept(&entry.unwrap_or_else(|| Entry::failure(FetchError::Exchange("it was given up".into()))), false)
    }

    /// Fetches the page anew behind the reader's back, unless somebody does or there is no place. The stale card is better
    /// than none, until it is too old.
    fn refresh(&self, key: &Key, target: Target, entry: &Entry) {
        if entry.begin_refresh() && self.fly(key, target, Some(entry.clone())).is_err() {
            entry.give_up_refresh(Duration::ZERO);
        }
    }

    /// The fetch that is under way, or one that begins now. It goes on when nobody waits for it any more: were another to
    /// begin instead, those who wait would see by the time when it fails.
    fn fly(&self, key: &Key, target: Target, known: Option<Entry>) -> Result<Flight, Nothing> {
        let mut flights = self.flights();
        if let Some(flight) = flights.get(key) {
            count("shared");
            return Ok(flight.clone());
        }
        // One may have landed since.
        if let Some(entry) = self.0.cards.get(key).filter(|entry| !entry.fresh_for().is_zero()) {
            return Ok(watch::channel(Some(entry)).1);
        }
        let place = Arc::clone(&self.0.fetches).try_acquire_owned().map_err(|_| Nothing::Full)?;
        count("miss");
        let (land, flight) = watch::channel(None);
        flights.insert(key.clone(), flight.clone());
        // A runtime that shuts down drops the task at once, which takes it off the flights.
        drop(flights);
        let under_way = UnderWay { cache: self.clone(), key: key.clone() };
        tokio::spawn(async move {
            let UnderWay { cache, key } = &under_way;
            let entry = cache.fetch(key, target, known.clone()).await;
            cache.keep(key, entry.clone(), known);
            drop((place, under_way));
            land.send_replace(Some(entry));
        });
        Ok(flight)
    }

    /// Keeps what was fetched, if that is better than what is known.
    fn keep(&self, key: &Key, entry: Entry, known: Option<Entry>) {
        match (&entry.outcome, known.filter(Entry::is_usable)) {
            (Err(error), Some(stale)) if !error.is_said() => stale.give_up_refresh(error.remembered()),
            _ => {
                self.0.cards.insert(key.clone(), entry);
                // What nobody may keep is for those who are waiting.
                self.0.cards.remove_if(key, |entry| !entry.is_usable());
            }
        }
    }

    fn flights(&self) -> MutexGuard<'_, HashMap<Key, Flight>> {
        self.0.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn fetch(&self, key: &Key, target: Target, known: Option<Entry>) -> Entry {
        let old = known.and_then(|entry| Some((entry.outcome.ok()?, entry.validators)));
        let validators = old.as_ref().and_then(|(_, validators)| validators.clone());
        let ask = Ask { language: key.what.language().cloned(), known: validators.clone() };
        let fetched = match (&key.what, &self.0.thumbnailer) {
            (What::Card(_), _) => self.0.previewer.fetch(target, &ask).await,
            (What::Image(size), Some(thumbnailer)) => {
                self.0.previewer.image(target, &ask, thumbnailer, *size).await
            }
            (What::Image(_), None) => Err(FetchError::NotHtml),
        };
        match (fetched, old) {
            (Ok(Fetched::Card(preview)), _) => Entry::card((&preview.card).into(), preview.lifetime),
            (Ok(Fetched::Image(thumbnail, lifetime)), _) => Entry::card(thumbnail.into(), lifetime),
            (Ok(Fetched::Unchanged(mut lifetime)), Some((card, _))) => {
                lifetime.validators = lifetime.validators.or(validators);
                Entry::card(card, lifetime)
            }
            (Ok(Fetched::Unchanged(_)), None) => Entry::failure(FetchError::Status(304)),
            (Err(error), _) => Entry::failure(error),
        }
    }
}

fn kept(entry: &Entry, from_memory: bool) -> Result<Kept, Nothing> {
    match &entry.outcome {
        Ok(shown) => Ok(Kept { shown: shown.clone(), fresh_for: entry.fresh_for(), from_memory }),
        Err(error) => Err(Nothing::Refused(error.clone().into())),
    }
}

fn count(how: &'static str) {
    metrics::counter!("natter_preview_cache_total", "how" => how).increment(1);
}
