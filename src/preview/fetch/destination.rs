//! How hard one site or one address is asked: requests at once, requests a second, and waiting when it asks for it.

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use quick_cache::sync::Cache;
use reqwest::{Response, StatusCode, header};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep_until},
};

use crate::preview::refusal::FetchError;

/// Destinations that are remembered; those least in use are forgotten first.
const REMEMBERED: usize = 8192;

/// Requests that may follow each other at once before the rate holds.
const BURST: u32 = 10;

/// An address may stand for many sites, so it is asked this much harder than one name.
const PER_ADDRESS: u32 = 4;

/// How long a site is left alone that asks for it without saying how long.
const PAUSE: Duration = Duration::from_secs(60);

/// The longest that a site may ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// Places and turns at every destination.
pub struct Destinations {
    names: Cache<String, Arc<Destination>>,
    addresses: Cache<IpAddr, Arc<Destination>>,
    concurrent: u32,
    per_second: u32,
}

/// A place at a destination, until it is dropped.
pub struct Place(#[expect(dead_code, reason = "it is held")] OwnedSemaphorePermit);

struct Destination {
    places: Arc<Semaphore>,
    /// The time between two requests in the long run.
    interval: Duration,
    turns: Mutex<Turns>,
}

struct Turns {
    /// When the next request would come if every one waited its interval (the GCRA's theoretical arrival time).
    next: Instant,
    /// Until when the destination wants to be left alone.
    left_alone: Option<Instant>,
}

impl Destinations {
    /// Destinations of which each name has so many places and turns; an address has four times as many.
    pub fn new(concurrent: u32, per_second: u32) -> Self {
        Self { names: Cache::new(REMEMBERED), addresses: Cache::new(REMEMBERED), concurrent, per_second }
    }

    /// Waits for a place and a turn at the host with this name (or literal address).
    ///
    /// # Errors
    /// If the host has asked to be left alone.
    pub async fn name(&self, host: &str) -> Result<Place, FetchError> {
        self.of_name(host).enter().await
    }

    /// The same at an address.
    pub async fn address(&self, address: IpAddr) -> Result<Place, FetchError> {
        let make = || self.make(PER_ADDRESS);
        let found = self.addresses.get_or_insert_with(&address, || Ok::<_, FetchError>(make()))?;
        found.enter().await
    }

    /// Takes note of an answer by which the host asks to be left alone: 429, or 503 with `Retry-After`.
    pub fn heed(&self, host: &str, response: &Response) {
        let said = response.headers().get(header::RETRY_AFTER);
        // As a date it is one to honour too, but not to trust another's clock for: the usual pause will do.
        let seconds = said.and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let pause = match response.status() {
            StatusCode::TOO_MANY_REQUESTS => seconds.map_or(PAUSE, Duration::from_secs),
            StatusCode::SERVICE_UNAVAILABLE if said.is_some() => seconds.map_or(PAUSE, Duration::from_secs),
            _ => return,
        };
        self.of_name(host).turns().left_alone = Some(Instant::now() + pause.min(LONGEST_PAUSE));
    }

    fn of_name(&self, host: &str) -> Arc<Destination> {
        let made = self.names.get_or_insert_with(host, || Ok::<_, FetchError>(self.make(1)));
        made.unwrap_or_else(|_| self.make(1))
    }

    fn make(&self, times: u32) -> Arc<Destination> {
        Arc::new(Destination {
            places: Arc::new(Semaphore::new((self.concurrent * times) as usize)),
            interval: Duration::from_secs(1) / (self.per_second * times),
            turns: Mutex::new(Turns { next: Instant::now(), left_alone: None }),
        })
    }
}

impl Destination {
    async fn enter(&self) -> Result<Place, FetchError> {
        let now = Instant::now();
        if self.turns().left_alone.is_some_and(|until| now < until) {
            return Err(FetchError::AskedToWait);
        }
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.map_err(|_| FetchError::AskedToWait)?;
        let turn = self.take_turn();
        sleep_until(turn).await;
        Ok(Place(place))
    }

    /// When the turn is that has just been taken.
    fn take_turn(&self) -> Instant {
        let mut turns = self.turns();
        let now = Instant::now();
        let next = turns.next.max(now);
        turns.next = next + self.interval;
        next.checked_sub(self.interval * BURST).unwrap_or(now).max(now)
    }

    fn turns(&self) -> MutexGuard<'_, Turns> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn places_are_given_back_and_hosts_do_not_share_them() {
        let destinations = Destinations::new(2, 1000);
        let first = destinations.name("a.example.com").await.expect("a place");
        let _second = destinations.name("a.example.com").await.expect("a place");
        assert!(destinations.name("a.example.com").now_or_never().is_none(), "the third waits");
        assert!(destinations.name("b.example.com").await.is_ok());
        drop(first);
        assert!(destinations.name("a.example.com").await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_burst_the_rate_holds() {
        let destinations = Destinations::new(100, 2);
        let begun = Instant::now();
        for _ in 0..=BURST {
            destinations.name("a.example.com").await.expect("a turn");
        }
        assert_eq!(begun.elapsed().as_millis(), 0);
        for _ in 0..4 {
            destinations.name("a.example.com").await.expect("a turn");
        }
        assert_eq!(begun.elapsed().as_millis(), 2000);
        let begun = Instant::now();
        destinations.name("b.example.com").await.expect("a turn");
        assert_eq!(begun.elapsed().as_millis(), 0, "another host has turns of its own");
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_for_it_is_left_alone() {
        let answer = |status: u16, retry: Option<&str>| {
            let mut answer = poem::http::Response::new("");
            *answer.status_mut() = StatusCode::from_u16(status).expect("a status");
            answer
                .headers_mut()
                .extend(retry.map(|retry| (header::RETRY_AFTER, retry.parse().expect("a value"))));
            Response::from(answer)
        };
        for (status, retry, seconds) in [
            (429, Some("7"), 7),
            (429, None, 60),
            (429, Some("999999999999999999999"), 60),
            (429, Some("9999999"), 3600),
            (503, Some("9"), 9),
            (503, Some("Wed, 25 Nov 2026 13:00:00 GMT"), 60),
            (503, None, 0),
            (404, Some("9"), 0),
        ] {
            let destinations = Destinations::new(2, 1000);
            destinations.heed("a.example.com", &answer(status, retry));
            let left_alone = seconds > 0;
            assert_eq!(destinations.name("a.example.com").await.is_err(), left_alone, "{status} {retry:?}");
            assert!(destinations.name("b.example.com").await.is_ok());
            tokio::time::advance(Duration::from_secs(seconds)).await;
            assert!(destinations.name("a.example.com").await.is_ok(), "{status} {retry:?}");
        }
    }
}
