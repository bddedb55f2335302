//! What is sent, and what is demanded of an answer's header.

use reqwest::{
    Response, StatusCode,
    header::{self, HeaderMap, HeaderValue},
};

use crate::preview::{page::OptOut, refusal::FetchError};

/// How we name ourselves in `Via` (RFC 9110, section 7.6.3).
pub const VIA: HeaderValue = HeaderValue::from_static("1.1 natter-preview");

/// The pseudonym in [`VIA`]: a request that bears it comes from a fetch of ours.
pub const PSEUDONYM: &str = "natter-preview";

/// What is wanted of a page, of an image and of an oEmbed endpoint.
pub const ACCEPT_PAGE: HeaderValue =
    HeaderValue::from_static("text/html,application/xhtml+xml;q=0.9,*/*;q=0.5");
/// See [`ACCEPT_PAGE`].
pub const ACCEPT_IMAGE: HeaderValue = HeaderValue::from_static("image/*");
/// What is wanted of an image that is to be made small: what is decoded here.
pub const ACCEPT_PICTURE: HeaderValue = HeaderValue::from_static("image/webp,image/png,image/jpeg,image/gif");
/// See [`ACCEPT_PAGE`].
pub const ACCEPT_OEMBED: HeaderValue = HeaderValue::from_static("application/json");

/// The header fields of every request: no cookie, no credential, no Referer.
pub fn request_fields(user_agent: HeaderValue) -> HeaderMap {
    HeaderMap::from_iter([
        (header::USER_AGENT, user_agent),
        (header::ACCEPT, ACCEPT_PAGE),
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

/// What an answer is, as far as it can be made into a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// An HTML page.
    Html,
    /// An RSS or Atom feed, or other XML, which shows when it is read.
    Feed,
    /// An image. A drawing (SVG) is a program, and counts as none.
    Image,
    /// A PDF.
    Pdf,
    /// JSON, which only an oEmbed endpoint is asked for.
    Json,
}

/// What the answer is, and the `charset` parameter of its content type, if there is one.
pub fn check_media(response: &Response) -> Result<(Media, Option<String>), FetchError> {
    let content_type = response.headers().get(header::CONTENT_TYPE).ok_or(FetchError::NotHtml)?;
    let content_type = content_type.to_str().map_err(|_| FetchError::NotHtml)?;
    let mut parts = content_type.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let media = match essence.as_str() {
        "text/html" | "application/xhtml+xml" => Media::Html,
        "application/rss+xml"
        | "application/atom+xml"
        | "application/rdf+xml"
        | "application/xml"
        | "text/xml" => Media::Feed,
        "application/pdf" => Media::Pdf,
        "application/json" | "application/json+oembed" | "text/json" | "text/javascript" => Media::Json,
        "image/png"
        | "image/jpeg"
        | "image/jpg"
        | "image/pjpeg"
        | "image/gif"
        | "image/webp"
        | "image/avif"
        | "image/bmp"
        | "image/heic"
        | "image/x-icon"
        | "image/vnd.microsoft.icon" => Media::Image,
        _ => return Err(FetchError::NotHtml),
    };
    Ok((media, parts.find_map(charset)))
}

/// What the answer's header asks those who show it elsewhere to leave out.
pub fn opt_out(response: &Response) -> OptOut {
    let values = response.headers().get_all("x-robots-tag").iter().filter_map(|value| value.to_str().ok());
    values.fold(OptOut::default(), OptOut::and)
}

fn charset(parameter: &str) -> Option<String> {
    let (name, value) = parameter.split_once('=')?;
    name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use hyper::http;

    use super::*;

    #[test]
    fn types_are_known_by_the_names_that_servers_use() {
        let media = |kind: &str| {
            let response = http::Response::builder().header(header::CONTENT_TYPE, kind).body("");
            check_media(&Response::from(response.expect("a response")))
        };
        for (kind, expected) in [
            ("text/html", Media::Html),
            ("application/rss+xml", Media::Feed),
            ("Text/XML", Media::Feed),
            ("application/xml", Media::Feed),
            ("application/rdf+xml", Media::Feed),
            ("image/jpg", Media::Image),
            ("image/pjpeg", Media::Image),
        ] {
            assert_eq!(media(kind), Ok((expected, None)), "{kind}");
            assert_eq!(media(&format!("{kind}; Charset=\"x\"")), Ok((expected, Some("x".into()))), "{kind}");
        }
        for kind in ["image/svg+xml", "text/plain", "application/xslt+xml", ""] {
            assert_eq!(media(kind), Err(FetchError::NotHtml), "{kind}");
        }
    }
}
