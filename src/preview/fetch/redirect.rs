//! Where an answer sends us.

use reqwest::{Response, StatusCode, header};
use url::Url;

use crate::preview::{
    refusal::FetchError,
    target::{Target, UrlPolicy},
};

/// The next hop, if the answer is a redirect. `Refresh` fields and `<meta http-equiv=refresh>` are none.
pub fn next_hop(policy: &UrlPolicy, from: &Url, response: &Response) -> Result<Option<Target>, FetchError> {
    if !is_redirect(response.status()) {
        return Ok(None);
    }
    let mut locations = response.headers().get_all(header::LOCATION).iter();
    let (Some(location), None) = (locations.next(), locations.next()) else {
        return Err(FetchError::RedirectNowhere);
    };
    let location = str::from_utf8(location.as_bytes()).map_err(|_| FetchError::RedirectNowhere)?;
    policy.judge_reference(from, location).map(Some).map_err(FetchError::RedirectRefused)
}

/// The redirects of the Fetch standard. 300, 304, 305 and 306 lead nowhere.
fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Whether a redirect leads there for good.
pub fn is_permanent(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 308)
}
