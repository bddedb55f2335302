//! The body: its type, its size, and how long it may take.

use std::time::Duration;

use poem::{
    Body, Request,
    error::ReadBodyError,
    http::{Method, header},
};
use tokio::time::timeout;

use crate::problem::{Kind, Problem};

/// Holds a POST's content type against `application/json`, with or without parameters, in any case.
///
/// # Errors
/// 415. Decided before credentials, with a body or without.
pub(super) fn is_json(request: &Request) -> Result<(), Problem> {
    let mut types = request.headers().get_all(header::CONTENT_TYPE).iter();
    let essence = types.next().and_then(|value| value.to_str().ok()?.split(';').next()).unwrap_or_default();
    if types.next().is_none() && essence.trim().eq_ignore_ascii_case("application/json") {
        Ok(())
    } else {
        Err(Problem::new(Kind::UnsupportedMediaType, "Every POST is Content-Type: application/json."))
    }
}

/// Reads the body of a POST into memory, counting, within `deadline`; the bodies of other methods are not looked at.
///
/// # Errors
/// 413 for more than `most` bytes, 400 for what does not arrive, or not in time.
pub(super) async fn buffer(request: &mut Request, most: usize, deadline: Duration) -> Result<(), Problem> {
    let body = request.take_body();
    if request.method() != Method::POST {
        return Ok(());
    }
    let announced =
        request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let too_large = || Problem::new(Kind::TooLarge, format!("The body has more than {most} bytes."));
    if announced.is_some_and(|length: usize| length > most) {
        return Err(too_large());
    }
    // Boxed, since most requests have no body, and would carry the room for reading one about.
    match timeout(deadline, Box::pin(body.into_bytes_limit(most))).await {
        Ok(Ok(bytes)) => request.set_body(Body::from_bytes(bytes)),
        Ok(Err(ReadBodyError::PayloadTooLarge)) => return Err(too_large()),
        Ok(Err(_)) | Err(_) => {
            return Err(Problem::new(Kind::Malformed, "The body did not arrive whole and in time."));
        }
    }
    Ok(())
}
