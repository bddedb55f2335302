//! `[limits]`: rate limits.

use std::{num::NonZeroU32, time::Duration};

use serde::Deserialize;

use crate::settings::Check;

/// Rate limits.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitsSettings {
    /// Requests a second of one account.
    pub account_requests_per_second: NonZeroU32,
    /// Registrations at once from one address.
    pub registrations_per_address: NonZeroU32,
    registration_refill_seconds: u32,
    /// Refused requests at once from one address.
    pub refusals_per_address: NonZeroU32,
    /// How many more of those are allowed each second.
    pub refusal_refill_per_second: NonZeroU32,
}

impl LimitsSettings {
    /// The time until one more registration is allowed.
    pub fn registration_refill(&self) -> Duration {
        Duration::from_secs(self.registration_refill_seconds.into())
    }

    pub(super) fn check(&self, check: &mut Check<'_>) {
        check.range("limits.registration_refill_seconds", self.registration_refill_seconds, 1..=24 * 3600);
    }
}
