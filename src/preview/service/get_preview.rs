//! `GET /preview`: the card of a page.

use std::time::Duration;

use poem::{
    Request,
    http::{HeaderValue, header},
};
use poem_openapi::{OpenApi, param::Query, payload::Response};
use tokio::time::{Instant, sleep_until};

use super::card_json::CardJson;
use crate::{
    preview::{
        Refusal,
        cache::{CardCache, Kept, NoCard},
    },
    problem::Problem,
    random::Random,
};

/// How long after the deadline a failure shows, so that one cut off by the deadline looks the same as
/// one that was known early.
const MARGIN: Duration = Duration::from_millis(50);

/// At most so many milliseconds later still, at random, so that the moment says nothing about the reason.
const JITTER_MILLIS: u64 = 64;

/// When a client that found the service full should try again.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Where the operation is.
pub(super) const PATH: &str = "/preview";

/// The worker's one operation.
pub struct Api {
    /// Absent where only the document is made.
    cards: Option<CardCache>,
    random: Random,
}

impl Api {
    /// The operation, with these cards.
    pub fn new(cards: CardCache) -> Self {
        Self { cards: Some(cards), random: Random::system() }
    }

    /// The operation as a description only; it fetches nothing.
    pub fn described() -> Self {
        Self { cards: None, random: Random::system() }
    }
}

#[OpenApi]
impl Api {
    /// Get the card of a page
    ///
    /// Fetches the page at `url` and gives what the page says about itself. A URL that shows by itself
    /// that it is never fetched is refused at once with 400. Everything that depends on the network
    /// gives the same 502 at the same moment, so that the service cannot be used to scan a network.
    #[oai(path = "/preview", method = "get", operation_id = "getPreview")]
    async fn get_preview(
        &self,
        request: &Request,
        /// The page's URL: http or https, with a public host, on the scheme's usual port.
        url: Query<String>,
        /// The languages wanted of the page, as the value of an Accept-Language field; sites may heed it.
        lang: Query<Option<String>>,
    ) -> Result<Response<CardJson>, Problem> {
        check_given_once(request)?;
        let language = lang.0.as_deref().map(language).transpose()?;
        let cards = self.cards.as_ref().ok_or_else(Problem::internal)?;
        let begun = Instant::now();
        match cards.card(&url, language).await {
            Ok(kept) => Ok(answer(kept)),
            Err(NoCard::Full) => Err(full()),
            Err(NoCard::Refused(refusal)) => {
                if let Refusal::Fetch(_) = refusal {
                    let jitter =
                        Duration::from_millis(u64::from_le_bytes(self.random.bytes()) % JITTER_MILLIS);
                    let shown_at = begun + cards.deadline() + MARGIN + jitter;
                    sleep_until(shown_at).await;
                }
                Err(refusal.into())
            }
        }
    }
}

/// The card with the time that its caller may keep it, and a tag to ask with whether it is still the same.
fn answer(kept: Kept) -> Response<CardJson> {
    let lifetime = match kept.fresh_for.as_secs() {
        0 => HeaderValue::from_static("no-store"),
        seconds => HeaderValue::from_str(&format!("private, max-age={seconds}")).expect("digits fit a field"),
    };
    Response::new(CardJson { json: kept.card.json, from_memory: kept.from_memory })
        .header(header::CACHE_CONTROL, lifetime)
        .header(header::ETAG, kept.card.tag)
}

/// A list of languages as RFC 9110, section 12.5.4, has it, as far as its characters show.
fn language(text: &str) -> Result<HeaderValue, Problem> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '*' | ',' | ';' | '=' | '.' | ' ');
    let well_formed = (1..=MAX_LANGUAGE).contains(&text.len()) && text.chars().all(fits);
    let value = HeaderValue::from_str(&text.to_ascii_lowercase()).ok().filter(|_| well_formed);
    value.ok_or_else(|| Problem::invalid_field("lang", "has to be languages, such as \"de, en;q=0.5\""))
}

/// The most bytes of languages.
const MAX_LANGUAGE: usize = 64;

/// The problem where no place for another fetch is left.
pub(super) fn full() -> Problem {
    Problem::unavailable("As many pages as allowed are being fetched already.", RETRY_AFTER)
}

/// Of two values one part of a system may judge the first and another fetch the second.
fn check_given_once(request: &Request) -> Result<(), Problem> {
    let query = request.uri().query().unwrap_or_default();
    match url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "url").count() {
        1 => Ok(()),
        _ => Err(Problem::invalid_field("url", "has to be given once")),
    }
}
