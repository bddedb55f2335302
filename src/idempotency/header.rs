//! The header: what it may be, and where it is not taken.

use poem::{
    Request,
    http::{HeaderValue, Method},
};
use poem_openapi::registry::MetaSchema;

use crate::{document::Operation, problem::Problem};

/// The name of the header.
pub const NAME: &str = "Idempotency-Key";

const LONGEST: usize = 255;

/// As the document says it.
pub(super) fn schema() -> MetaSchema {
    MetaSchema {
        min_length: Some(1),
        max_length: Some(LONGEST),
        pattern: Some("^[!-~]+$".into()),
        ..MetaSchema::new("string")
    }
}

/// The key of a request, if it has one.
///
/// # Errors
/// 400 for one that is doubled, too long, or not visible ASCII.
pub(super) fn read(request: &Request) -> Result<Option<String>, Problem> {
    let mut values = request.headers().get_all(NAME).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Problem::invalid_field(NAME, "stands in the request more than once"));
    }
    key(value).map(Some).ok_or_else(|| {
        Problem::invalid_field(
            NAME,
            format!("must have 1 to {LONGEST} characters, all of them visible ASCII"),
        )
    })
}

fn key(value: &HeaderValue) -> Option<String> {
    let bytes = value.as_bytes();
    let is_key = (1..=LONGEST).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic);
    is_key.then(|| value.to_str().ok().map(str::to_owned)).flatten()
}

/// Refuses a key with a POST that has no use for it: whoever sends one counts on what it does. Other methods can be
/// repeated anyway (RFC 9110, section 9.2.2), and ignore it like any header that they do not know.
///
/// # Errors
/// 400.
pub fn refuse_where_none_is_taken(request: &Request, operation: &Operation) -> Result<(), Problem> {
    if operation.method == Method::POST && !operation.takes_key && request.headers().contains_key(NAME) {
        return Err(Problem::invalid_field(NAME, "is not taken by this operation: leave it out"));
    }
    Ok(())
}
