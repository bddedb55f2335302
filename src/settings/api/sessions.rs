//! `[sessions]`: logins.

use std::time::Duration;

use serde::Deserialize;

use crate::settings::Check;

/// Logins.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionsSettings {
    lifetime_seconds: u32,
}

impl SessionsSettings {
    /// How long a session lasts after login.
    pub fn lifetime(&self) -> Duration {
        Duration::from_secs(self.lifetime_seconds.into())
    }

    pub(super) fn check(&self, check: &mut Check<'_>) {
        check.range("sessions.lifetime_seconds", self.lifetime_seconds, 1..=365 * 24 * 3600);
    }
}
