//! How hard one site or one address is asked: requests at once, requests a second, and waiting when it asks for it.

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use httpdate::parse_http_date;
use quick_cache::sync::Cache;
use reqwest::{
    Response, StatusCode,
    header::{self, HeaderValue},
};
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
    longest_wait: Duration,
}

/// A place at a destination, until it is dropped.
pub struct Place(#[expect(dead_code, reason = "it is held")] OwnedSemaphorePermit);

struct Destination {
    places: Arc<Semaphore>,
    /// The time between two requests in the long run.
    interval: Duration,
    longest_wait: Duration,
    turns: Mutex<Turns>,
}

struct Turns {
    /// When the next request would come if every one waited its interval (the GCRA's theoretical arrival time).
    next: Instant,
    /// Until when the destination wants to be left alone.
    left_alone: Option<Instant>,
}

impl Destinations {
    /// Destinations of which each name has so many places and turns; an address has four times as many. Nobody waits longer
    /// for a turn than `longest_wait`.
    pub fn new(concurrent: u32, per_second: u32, longest_wait: Duration) -> Self {
        let (names, addresses) = (Cache::new(REMEMBERED), Cache::new(REMEMBERED));
        Self { names, addresses, concurrent, per_second, longest_wait }
    }

    /// Waits for a place and a turn at the host with this name (or literal address).
    ///
    /// # Errors
    /// If the host has asked to be left alone, or has more waiting for it than it may be asked in time.
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
        match response.status() {
            StatusCode::TOO_MANY_REQUESTS => {}
            StatusCode::SERVICE_UNAVAILABLE if said.is_some() => {}
            _ => return,
        }
        let pause = said.and_then(|said| retry_after(said, response.headers().get(header::DATE)));
        let until = Instant::now() + pause.unwrap_or(PAUSE).min(LONGEST_PAUSE);
        let destination = self.of_name(host);
        let mut turns = destination.turns();
        // Of several answers at once the one counts that asks for most.
        turns.left_alone = turns.left_alone.max(Some(until));
    }

    fn of_name(&self, host: &str) -> Arc<Destination> {
        let made = self.names.get_or_insert_with(host, || Ok::<_, FetchError>(self.make(1)));
        made.unwrap_or_else(|_| self.make(1))
    }

    fn make(&self, times: u32) -> Arc<Destination> {
        Arc::new(Destination {
            places: Arc::new(Semaphore::new((self.concurrent * times) as usize)),
            interval: Duration::from_secs(1) / (self.per_second * times),
            longest_wait: self.longest_wait,
            turns: Mutex::new(Turns { next: Instant::now(), left_alone: None }),
        })
    }
}

/// What `Retry-After` asks for, in seconds or as a date (RFC 9110, section 10.2.3). That is of the host's clock, which the
/// answer's own `Date` tells.
fn retry_after(said: &HeaderValue, date: Option<&HeaderValue>) -> Option<Duration> {
    let said = said.to_str().ok()?.trim();
    if let Ok(seconds) = said.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let now = parse_http_date(date?.to_str().ok()?).ok()?;
    Some(parse_http_date(said).ok()?.duration_since(now).unwrap_or_default())
}

impl Destination {
    async fn enter(&self) -> Result<Place, FetchError> {
        self.check_left_alone()?;
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.map_err(|_| FetchError::AskedToWait)?;
        let turn = self.take_turn().ok_or(FetchError::Crowded)?;
        // Even a timer that is due takes up to a millisecond, its finest step.
        if turn > Instant::now() {
            sleep_until(turn).await;
        }
        // It may have asked for that in the meantime.
        self.check_left_alone()?;
        Ok(Place(place))
    }

    fn check_left_alone(&self) -> Result<(), FetchError> {
        let is_left_alone = self.turns().left_alone.is_some_and(|until| Instant::now() < until);
        if is_left_alone { Err(FetchError::AskedToWait) } else { Ok(()) }
    }

    /// When the turn is that has just been taken; none is taken that would come too late.
    fn take_turn(&self) -> Option<Instant> {
        let mut turns = self.turns();
        let now = Instant::now();
        let next = turns.next.max(now);
        let turn = next.checked_sub(self.interval * BURST).unwrap_or(now).max(now);
        if turn > now + self.longest_wait {
            return None;
        }
        turns.next = next + self.interval;
        Some(turn)
    }

    fn turns(&self) -> MutexGuard<'_, Turns> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    const LONGEST_WAIT: Duration = Duration::from_secs(3);

    fn destinations(concurrent: u32, per_second: u32) -> Destinations {
        Destinations::new(concurrent, per_second, LONGEST_WAIT)
    }

    fn answer(status: u16, fields: &[(&'static str, &str)]) -> Response {
        let mut answer = poem::http::Response::new("");
        *answer.status_mut() = StatusCode::from_u16(status).expect("a status");
        let name = |name: &'static str| header::HeaderName::from_static(name);
        answer
            .headers_mut()
            .extend(fields.iter().map(|(key, value)| (name(key), value.parse().expect("a value"))));
        Response::from(answer)
    }

    #[tokio::test(start_paused = true)]
    async fn places_are_given_back_and_hosts_do_not_share_them() {
        let destinations = destinations(2, 1000);
        let first = destinations.name("a.example.com").await.expect("a place");
        let _second = destinations.name("a.example.com").await.expect("a place");
        assert!(destinations.name("a.example.com").now_or_never().is_none(), "the third waits");
        assert!(destinations.name("b.example.com").await.is_ok());
        drop(first);
        assert!(destinations.name("a.example.com").await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_that_is_due_is_not_waited_for() {
        let destinations = destinations(2, 1000);
        // Between two steps of the timers.
        tokio::time::advance(Duration::from_micros(1500)).await;
        let entered = destinations.name("a.example.com").now_or_never();
        assert!(entered.expect("no timer is asked").is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_burst_the_rate_holds() {
        let destinations = destinations(100, 2);
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
        const DATE: (&str, &str) = ("date", "Wed, 25 Nov 2026 12:59:50 GMT");
        for (status, retry, seconds) in [
            (429, Some("7"), 7),
            (429, None, 60),
            (429, Some("999999999999999999999"), 60),
            (429, Some("9999999"), 3600),
            (503, Some("9"), 9),
            (503, Some("Wed, 25 Nov 2026 13:00:00 GMT"), 10),
            (429, Some("Wed, 25 Nov 2026 12:00:00 GMT"), 0),
            (429, Some("tomorrow"), 60),
            (503, None, 0),
            (404, Some("9"), 0),
        ] {
            let destinations = destinations(2, 1000);
            let fields: Vec<_> =
                retry.map(|retry| ("retry-after", retry)).into_iter().chain([DATE]).collect();
            destinations.heed("a.example.com", &answer(status, &fields));
            let left_alone = seconds > 0;
            assert_eq!(destinations.name("a.example.com").await.is_err(), left_alone, "{status} {retry:?}");
            assert!(destinations.name("b.example.com").await.is_ok());
            tokio::time::advance(Duration::from_secs(seconds)).await;
            assert!(destinations.name("a.example.com").await.is_ok(), "{status} {retry:?}");
        }
    }
    #[tokio::test(start_paused = true)]
    async fn the_longest_pause_counts_also_for_those_who_wait_already() {
        let destinations = destinations(1, 1000);
        let place = destinations.name("a.example.com").await.expect("a place");
        let mut waits = std::pin::pin!(destinations.name("a.example.com"));
        assert!(waits.as_mut().now_or_never().is_none());
        for seconds in ["60", "1"] {
            destinations.heed("a.example.com", &answer(429, &[("retry-after", seconds)]));
        }
        drop(place);
        assert!(matches!(waits.await, Err(FetchError::AskedToWait)));
        tokio::time::advance(Duration::from_secs(59)).await;
        assert!(destinations.name("a.example.com").await.is_err());
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(destinations.name("a.example.com").await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn turns_that_come_too_late_are_not_taken() {
        let destinations = destinations(1000, 1);
        let in_time = BURST + 1 + u32::try_from(LONGEST_WAIT.as_secs()).expect("a few");
        let asked = (0..100).map(|_| async { destinations.name("a.example.com").await.is_ok() });
        let turns = futures_util::future::join_all(asked).await;
        assert_eq!(turns.iter().filter(|taken| **taken).count(), in_time as usize);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(destinations.name("a.example.com").await.is_ok(), "the flood leaves no debt behind");
    }
}
