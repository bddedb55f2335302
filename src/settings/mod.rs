//! Settings: embedded defaults, then a TOML file, then the environment.
//!
//! Every setting has a default in the TOML text that a program embeds, so that text is also the list of
//! all keys: what it does not name is refused, with the nearest key. A setting `key` of `[section]` is
//! the variable `NATTER_SECTION__KEY`. All faults are reported together. Secrets never stand in settings,
//! only the names of the files that hold them.

mod admin;
#[cfg(feature = "api")]
mod api;
mod environment;
mod fault;
mod fetch;
mod image;
mod known;
mod layer;
mod listing;
mod load;
mod log;
#[cfg(all(test, feature = "api"))]
mod page;
mod preview;
mod refusal;
#[cfg(all(test, feature = "api"))]
mod tests;
mod tls;
mod value;

#[cfg(feature = "api")]
pub use self::api::{
    ApiSettings, AuditMode, AuditSettings, DatabaseServer, DatabaseSettings, HttpSettings, KeysSettings,
    LimitsSettings, PasswordsSettings, PreviewsSettings, RegistrationMode, RegistrationSettings,
    RetentionSettings, SessionsSettings,
};
pub use self::{
    admin::AdminSettings,
    fault::{Check, Fault, Faults},
    fetch::FetchSettings,
    image::ImageSettings,
    known::variable,
    listing::Listing,
    load::{Loaded, load},
    log::{LogFormat, LogSettings},
    preview::{PreviewHttpSettings, PreviewSettings},
};

/// The settings of one program.
///
/// The structs behind it deny unknown fields and give no field a serde default: together with the
/// embedded text this makes every key known, documented and present.
pub trait Settings: serde::de::DeserializeOwned {
    /// The embedded TOML texts, each with the section it stands under (`""` for the top).
    const DEFAULTS: &'static [(&'static str, &'static str)];

    /// Reports what no single value's type can tell: ranges, and values that contradict each other.
    fn check(&self, check: &mut Check<'_>);
}
