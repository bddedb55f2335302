//! `[preview]`: the cards of links.

use std::time::Duration;

use serde::Deserialize;
use url::{Host, Url};

use super::value as api_value;
use crate::settings::{Check, FetchSettings, value};

/// The cards of links.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreviewsSettings {
    /// The worker that fetches; none where this process does.
    #[serde(deserialize_with = "api_value::service")]
    pub service_url: Option<Url>,
    wait_ms: u32,
    /// How many pages are fetched at once.
    pub concurrent: usize,
    /// Hosts that are never fetched, beside our own.
    #[serde(deserialize_with = "value::hosts")]
    pub never_hosts: Vec<Host>,
    /// How this process fetches, where no worker does.
    pub fetch: FetchSettings,
}

impl PreviewsSettings {
    /// How long a read waits for a card that is being fetched.
    pub fn wait(&self) -> Duration {
        Duration::from_millis(self.wait_ms.into())
    }

    pub(super) fn check(&self, check: &mut Check<'_>) {
        check.range("preview.wait_ms", self.wait_ms, 0..=10_000);
        check.range("preview.concurrent", self.concurrent, 1..=1000);
        self.fetch.check("preview.fetch", check);
    }
}
