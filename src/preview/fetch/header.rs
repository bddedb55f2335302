//! What is sent, and what is demanded of an answer's header.

use reqwest::{
    Response, StatusCode,
    header::{self, HeaderMap, HeaderValue},
};

use crate::preview::refusal::FetchError;

/// How we name ourselves in `Via` (RFC 9110, section 7.6.3).
pub const VIA: HeaderValue = HeaderValue::from_static("1.1 natter-preview");

/// The pseudonym in [`VIA`]: a request that bears it comes from a fetch of ours.
pub const PSEUDONYM: &str = "natter-preview";

/// The header fields of every request: no cookie, no credential, no Referer.
pub fn request_fields(user_agent: HeaderValue) -> HeaderMap {
    HeaderMap::from_iter([
        (header::USER_AGENT, user_agent),
        (header::ACCEPT, HeaderValue::from_static("text/html,application/xhtml+xml;q=0.9")),
        (header::ACCEPT_ENCODING, HeaderValue::from_static("gzip, br, zstd, deflate")),
        (header::VIA, VIA),
    ])
}

/// The HTTP client bounds the number of fields and, in HTTP/2, their bytes; this bounds HTTP/1 too.
pub fn check_size(response: &Response, max_bytes: u32) -> Result<(), FetchError> {
    let bytes: usize = response.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if bytes > max_bytes as usize { Err(FetchError::HeaderTooLarge) } else { Ok(()) }
}

/// Only a plain 200 is a page.
pub fn check_status(response: &Response) -> Result<(), FetchError> {
    match response.status() {
        StatusCode::OK => Ok(()),
        status => Err(FetchError::Status(status.as_u16())),
    }
}

/// Only HTML is read. Gives the `charset` parameter of the content type, if there is one.
pub fn check_html(response: &Response) -> Result<Option<String>, FetchError> {
    let content_type = response.headers().get(header::CONTENT_TYPE).ok_or(FetchError::NotHtml)?;
    let content_type = content_type.to_str().map_err(|_| FetchError::NotHtml)?;
    let mut parts = content_type.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    if !matches!(essence.as_str(), "text/html" | "application/xhtml+xml") {
        return Err(FetchError::NotHtml);
    }
    Ok(parts.find_map(charset))
}

fn charset(parameter: &str) -> Option<String> {
    let (name, value) = parameter.split_once('=')?;
    name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"').to_owned())
}
