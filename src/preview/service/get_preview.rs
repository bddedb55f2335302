//! `GET /preview`: the card of a page.

use std::time::Duration;

use poem::Request;
use poem_openapi::{OpenApi, param::Query, payload::Json};
use tokio::{
    sync::Semaphore,
    time::{Instant, sleep_until},
};

use crate::{
    preview::{Card, Previewer, Refusal},
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
    previewer: Option<Previewer>,
    fetches: Semaphore,
    random: Random,
}

impl Api {
    /// The operation, with at most `concurrent` fetches at one time.
    pub fn new(previewer: Previewer, concurrent: usize) -> Self {
        Self { previewer: Some(previewer), fetches: Semaphore::new(concurrent), random: Random::system() }
    }

    /// The operation as a description only; it fetches nothing.
    pub fn described() -> Self {
        Self { previewer: None, fetches: Semaphore::new(0), random: Random::system() }
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
    ) -> Result<Json<Card>, Problem> {
        check_given_once(request)?;
        let previewer = self.previewer.as_ref().ok_or_else(Problem::internal)?;
        let jitter = Duration::from_millis(u64::from_le_bytes(self.random.bytes()) % JITTER_MILLIS);
        let shown_at = Instant::now() + previewer.deadline() + MARGIN + jitter;
        let outcome = {
            let _place = self.fetches.try_acquire().map_err(|_| full())?;
            previewer.preview(&url).await
        };
        if let Err(Refusal::Fetch(_)) = &outcome {
            sleep_until(shown_at).await;
        }
        Ok(Json(outcome?))
    }
}

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
