//! `[registration]`: who may register.

use serde::Deserialize;

/// Who may register.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistrationSettings {
    /// Who.
    pub mode: RegistrationMode,
}

/// Who may register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RegistrationMode {
    /// Anybody.
    Open,
    /// Who has an invitation that nobody has used.
    Invitation,
    /// Nobody.
    Closed,
}
