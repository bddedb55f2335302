//! `[preview]`: the cards of links.

use std::{ops::RangeInclusive, path::PathBuf, time::Duration};

use serde::Deserialize;
use url::{Host, Url};

use super::value as api_value;
use crate::{
    settings::{Check, FetchSettings, tls, value},
    tls::ClientFiles,
};

/// The cards of links.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreviewsSettings {
    /// The worker that fetches; none where this process does.
    #[serde(deserialize_with = "api_value::service")]
    pub service_url: Option<Url>,
    #[serde(deserialize_with = "tls::file")]
    service_ca_file: Option<PathBuf>,
    #[serde(deserialize_with = "tls::file")]
    service_certificate_file: Option<PathBuf>,
    #[serde(deserialize_with = "tls::file")]
    service_key_file: Option<PathBuf>,
    service_deadline_seconds: u32,
    wait_ms: u32,
    /// How many pages are fetched at once.
    pub concurrent: usize,
    /// The worker's endpoint for images, as readers see it; none: readers see images where they are.
    #[serde(deserialize_with = "api_value::service")]
    pub image_url: Option<Url>,
    image_lifetime_seconds: u32,
    refresh_days: u32,
    fresh_min_seconds: u32,
    fresh_max_seconds: u32,
    /// Hosts that are never fetched, beside our own.
    #[serde(deserialize_with = "value::hosts")]
    pub never_hosts: Vec<Host>,
    /// How this process fetches, where no worker does.
    pub fetch: FetchSettings,
}

impl PreviewsSettings {
    /// Whom to trust as the worker, and what to show it.
    pub fn service_tls(&self) -> ClientFiles {
        let identity = self.service_certificate_file.clone().zip(self.service_key_file.clone());
        ClientFiles { ca: self.service_ca_file.clone(), identity }
    }

    /// How long the worker is waited for.
    pub fn service_deadline(&self) -> Duration {
        Duration::from_secs(self.service_deadline_seconds.into())
    }

    /// How long a read waits for a card that is being fetched.
    pub fn wait(&self) -> Duration {
        Duration::from_millis(self.wait_ms.into())
    }

    /// How long a card is fresh at least and at most, whatever its page says.
    pub fn fresh(&self) -> RangeInclusive<Duration> {
        let [least, most] = [self.fresh_min_seconds, self.fresh_max_seconds].map(u64::from);
        Duration::from_secs(least)..=Duration::from_secs(most)
    }

    /// How long the URL of an image is good at least.
    pub fn image_lifetime(&self) -> Duration {
        Duration::from_secs(self.image_lifetime_seconds.into())
    }

    /// The age of a message from which on its links are not fetched again by themselves; zero: they never are.
    pub fn refresh(&self) -> Duration {
        Duration::from_secs(u64::from(self.refresh_days) * 86_400)
    }

    pub(super) fn check(&self, check: &mut Check<'_>) {
        let (ca, certificate, key) =
            ("preview.service_ca_file", "preview.service_certificate_file", "preview.service_key_file");
        let (has_certificate, has_key) =
            (self.service_certificate_file.is_some(), self.service_key_file.is_some());
        tls::check_pair(check, (certificate, has_certificate), (key, has_key));
        let is_https = self.service_url.as_ref().is_some_and(|url| url.scheme() == "https");
        for (key, is_given) in [(ca, self.service_ca_file.is_some()), (certificate, has_certificate)] {
            check.require(is_https || !is_given, key, "is of no use unless preview.service_url is https");
        }
        check.range("preview.service_deadline_seconds", self.service_deadline_seconds, 1..=75);
        check.range("preview.wait_ms", self.wait_ms, 0..=10_000);
        check.range("preview.concurrent", self.concurrent, 1..=1000);
        check.range("preview.image_lifetime_seconds", self.image_lifetime_seconds, 3600..=31_536_000);
        check.range("preview.refresh_days", self.refresh_days, 0..=36_500);
        check.range("preview.fresh_min_seconds", self.fresh_min_seconds, 1..=31_536_000);
        check.range("preview.fresh_max_seconds", self.fresh_max_seconds, 1..=31_536_000);
        check.require(
            self.fresh_min_seconds <= self.fresh_max_seconds,
            "preview.fresh_max_seconds",
            "has to be at least preview.fresh_min_seconds",
        );
        self.fetch.check("preview.fetch", check);
    }
}
