//! What the answers of both operations have in common: how long they are good, and when failures show.

use std::time::Duration;

use poem::{Request, http::HeaderValue};
use poem_openapi::registry::{MetaMediaType, MetaResponse, MetaResponses, MetaSchemaRef};
use tokio::time::{Instant, sleep_until};

use crate::{
    preview::{
        Refusal,
        cache::{Kept, Nothing},
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

/// The one answer that shows something, as the document has it.
pub(super) fn described(content_type: &'static str, schema: MetaSchemaRef) -> MetaResponses {
    let response = MetaResponse {
        description: "",
        status: Some(200),
        status_range: None,
        content: vec![MetaMediaType { content_type, schema }],
        headers: Vec::new(),
    };
    MetaResponses { responses: vec![response] }
}

/// The `Cache-Control` of what is shown.
pub(super) fn lifetime(kept: &Kept) -> HeaderValue {
    match kept.fresh_for.as_secs() {
        0 => HeaderValue::from_static("no-store"),
        seconds => HeaderValue::from_str(&format!("private, max-age={seconds}")).expect("digits fit a field"),
    }
}

/// Why there is nothing to show, once that may be said: what depends on the network is said when the deadline of what was
/// `begun` then is over.
pub(super) async fn late(nothing: Nothing, begun: Instant, deadline: Duration) -> Problem {
    let refusal = match nothing {
        Nothing::Full => return full(),
        Nothing::Refused(refusal) => refusal,
    };
    if let Refusal::Fetch(_) = refusal {
        let jitter = Duration::from_millis(u64::from_le_bytes(Random::system().bytes()) % JITTER_MILLIS);
        sleep_until(begun + deadline + MARGIN + jitter).await;
    }
    refusal.into()
}

/// The problem where no place for another fetch is left.
pub(super) fn full() -> Problem {
    Problem::unavailable("As many pages as allowed are being fetched already.", RETRY_AFTER)
}

/// Of two values one part of a system may judge the first and another fetch the second.
pub(super) fn check_given_once(request: &Request, parameter: &str) -> Result<(), Problem> {
    let query = request.uri().query().unwrap_or_default();
    match url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == parameter).count() {
        1 => Ok(()),
        _ => Err(Problem::invalid_field(parameter, "has to be given once")),
    }
}
