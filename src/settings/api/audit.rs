//! `[audit]`: the audit log.

use serde::Deserialize;

use crate::settings::Check;

/// The audit log.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditSettings {
    /// Entries on one page of `/logs`.
    pub log_page: u32,
}

impl AuditSettings {
    pub(super) fn check(&self, check: &mut Check<'_>) {
        check.range("audit.log_page", self.log_page, 1..=1000);
    }
}
