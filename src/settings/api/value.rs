//! Texts that only the API's settings hold.

use serde::{Deserialize, Deserializer, de::Error};
use url::Url;

use crate::settings::value::list;

/// Origins as browsers write them (RFC 6454, section 6.2): scheme, host, port unless it is the default.
pub(super) fn origins<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    list(deserializer, "an origin without a path, such as https://app.example.org", |text| {
        let url = Url::parse(text).ok().filter(is_web)?;
        let bare = url.path() == "/" && !text.ends_with('/') && is_plain(&url);
        bare.then(|| url.origin().ascii_serialization())
    })
}

/// The base URL of a service; empty for none.
pub(super) fn service<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Url>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    Url::parse(&text).ok().filter(|url| is_web(url) && is_plain(url)).map(Some).ok_or_else(|| {
        D::Error::custom("expected an http or https URL without user, query and fragment, or nothing")
    })
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.has_host()
}

fn is_plain(url: &Url) -> bool {
    url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none()
}
