//! `[log]`: what is logged and how it looks.

use serde::Deserialize;
use tracing_subscriber::EnvFilter;

use super::Check;

/// What is logged and how it looks.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogSettings {
    /// How a line looks.
    pub format: LogFormat,
    /// Directives of `tracing_subscriber::EnvFilter`.
    pub level: String,
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Text on a terminal, JSON otherwise.
    Auto,
    /// For people.
    Text,
    /// An object on each line.
    Json,
}

impl LogSettings {
    pub(super) fn check(&self, check: &mut Check<'_>) {
        check.require(
            EnvFilter::try_new(&self.level).is_ok(),
            "log.level",
            "expected a level (error, warn, info, debug, trace) or directives such as info,natter=debug",
        );
    }
}
