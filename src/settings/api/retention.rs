//! `[retention]`: how long things are kept.

use std::time::Duration;

use serde::Deserialize;

use crate::settings::Check;

/// A hundred years.
const MOST: u32 = 36_500;

/// How long things are kept.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionSettings {
    messages_days: u32,
    audit_days: u32,
}

impl RetentionSettings {
    /// How long messages are kept; none for ever.
    pub fn messages(&self) -> Option<Duration> {
        days(self.messages_days)
    }

    /// How long rows of the audit log are kept; none for ever.
    pub fn audit(&self) -> Option<Duration> {
        days(self.audit_days)
    }

    pub(super) fn check(&self, check: &mut Check<'_>) {
        check.range("retention.messages_days", self.messages_days, 0..=MOST);
        check.range("retention.audit_days", self.audit_days, 0..=MOST);
    }
}

fn days(days: u32) -> Option<Duration> {
    (days > 0).then(|| Duration::from_secs(u64::from(days) * 86_400))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_days_are_for_ever() {
        assert_eq!([days(0), days(2)], [None, Some(Duration::from_secs(172_800))]);
    }
}
