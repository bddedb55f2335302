//! From a URL to its card.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::{
    card::Card,
    fetch::{Fetcher, Page, StartError},
    page::{Reader, assemble},
    refusal::{FetchError, Refusal},
    target::Target,
};
use crate::settings::FetchSettings;

/// Makes cards by fetching pages from this process.
pub struct Previewer {
    fetcher: Fetcher,
    deadline: Duration,
}

impl Previewer {
    /// A previewer with these settings.
    ///
    /// # Errors
    /// If the system has no name servers or root certificates.
    pub fn new(settings: &FetchSettings) -> Result<Self, StartError> {
        Ok(Self { fetcher: Fetcher::new(settings)?, deadline: settings.deadline })
    }

    /// The longest time that [`preview`](Self::preview) takes.
    pub fn deadline(&self) -> Duration {
        self.deadline
    }

    /// The card of the page at `url`.
    ///
    /// # Errors
    /// [`Refusal::Url`] at once for what the URL alone shows; [`Refusal::Fetch`] for everything that
    /// depends on the network, at the deadline at the latest.
    pub async fn preview(&self, url: &str) -> Result<Card, Refusal> {
        let outcome = self.judge_and_fetch(url).await;
        let label = outcome.as_ref().map_or_else(Refusal::id, |_| "card");
        metrics::counter!("natter_preview_outcomes_total", "outcome" => label).increment(1);
        outcome
    }

    async fn judge_and_fetch(&self, url: &str) -> Result<Card, Refusal> {
        let target = self.fetcher.urls().judge_text(url)?;
        let host = target.url().host_str().unwrap_or_default().to_owned();
        let fetched = timeout_at(Instant::now() + self.deadline, self.fetch(target)).await;
        let fetched = fetched.unwrap_or(Err(FetchError::Deadline));
        if let Err(error) = &fetched {
            tracing::info!(host, reason = error.id(), rule = error.rule(), "no preview");
            tracing::debug!(host, %error, "no preview");
        }
        Ok(fetched?)
    }

    async fn fetch(&self, target: Target) -> Result<Card, FetchError> {
        let Page { url, charset, mut body } = self.fetcher.page(target).await?;
        let mut reader = Reader::new(charset.as_deref());
        while let Some(chunk) = body.chunk().await {
            if !reader.read(chunk) {
                break;
            }
        }
        metrics::histogram!("natter_preview_read_bytes").record(body.bytes_sent() as f64);
        Ok(assemble(self.fetcher.urls(), &url, &reader.finish()))
    }
}
