//! The settings of the API.

mod audit;
mod database;
mod http;
mod keys;
mod limits;
mod passwords;
mod previews;
mod registration;
mod retention;
mod sessions;
mod value;

use serde::Deserialize;

pub use self::{
    audit::{AuditMode, AuditSettings},
    database::{DatabaseServer, DatabaseSettings},
    http::HttpSettings,
    keys::KeysSettings,
    limits::LimitsSettings,
    passwords::PasswordsSettings,
    previews::PreviewsSettings,
    registration::{RegistrationMode, RegistrationSettings},
    retention::RetentionSettings,
    sessions::SessionsSettings,
};
use super::{AdminSettings, Check, LogSettings, Settings, fetch};

/// Everything that can be set for `natter-api`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiSettings {
    /// The public listener.
    pub http: HttpSettings,
    /// The admin listener.
    pub admin: AdminSettings,
    /// The store.
    pub database: DatabaseSettings,
    /// The key rings.
    pub keys: KeysSettings,
    /// Logins.
    pub sessions: SessionsSettings,
    /// Who may register.
    pub registration: RegistrationSettings,
    /// Password hashing.
    pub passwords: PasswordsSettings,
    /// Rate limits.
    pub limits: LimitsSettings,
    /// The audit log.
    pub audit: AuditSettings,
    /// How long things are kept.
    pub retention: RetentionSettings,
    /// Link previews.
    pub preview: PreviewsSettings,
    /// The log.
    pub log: LogSettings,
}

impl Settings for ApiSettings {
    const DEFAULTS: &'static [(&'static str, &'static str)] =
        &[("", include_str!("../api.default.toml")), ("preview.fetch", fetch::DEFAULTS)];

    fn check(&self, check: &mut Check<'_>) {
        self.http.check(check);
        check.require(
            self.http.listen != self.admin.listen || self.http.listen.port() == 0,
            "admin.listen",
            "has to differ from http.listen",
        );
        self.database.check(check);
        self.keys.check(check);
        self.sessions.check(check);
        self.passwords.check(check);
        self.limits.check(check);
        self.retention.check(check);
        self.preview.check(check);
        self.log.check(check);
    }
}
