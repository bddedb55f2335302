//! The query string.

use poem::Request;
use url::form_urlencoded;

use crate::problem::{FieldError, Kind, Problem};

/// The parameters of a request.
///
/// # Errors
/// 400 for text that is not UTF-8, and for a parameter that stands there twice: readers differ on which counts.
pub(super) fn parse(request: &Request) -> Result<Vec<(String, String)>, Problem> {
    let query = request.uri().query().unwrap_or_default();
    if percent_encoding::percent_decode_str(query).decode_utf8().is_err() {
        return Err(Problem::new(Kind::Malformed, "The query string is not UTF-8."));
    }
    let parameters: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let doubled: Vec<_> = parameters
        .iter()
        .enumerate()
        .filter(|(index, (name, _))| parameters[..*index].iter().any(|(earlier, _)| earlier == name))
        .map(|(_, (name, _))| FieldError::new(shown(name), "stands in the query more than once"))
        .collect();
    let null = parameters
        .iter()
        .filter(|(name, value)| name.contains('\0') || value.contains('\0'))
        .map(|(name, _)| FieldError::new(shown(name), "must not contain U+0000"));
    let errors: Vec<_> = doubled.into_iter().chain(null).collect();
    if errors.is_empty() { Ok(parameters) } else { Err(Problem::invalid(errors)) }
}

/// A name that a client made up, fit to be shown.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(64).collect()
}
