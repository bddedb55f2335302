//! The query string.

use poem::Request;
use url::form_urlencoded;

use crate::{
    caller::CAPABILITY_PARAMETER,
    document::Operation,
    problem::{FieldError, Kind, Problem},
};

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

/// Refuses parameters that the operation does not know: whoever writes `scopes` for `scope` would get a session with
/// other scopes than they asked for.
///
/// # Errors
/// 400 naming each.
pub(super) fn refuse_unknown(query: &[(String, String)], operation: &Operation) -> Result<(), Problem> {
    let known =
        |name: &str| name == CAPABILITY_PARAMETER || operation.query.iter().any(|known| known == name);
    let unknown: Vec<_> = query
        .iter()
        .filter(|(name, _)| !known(name))
        .map(|(name, _)| FieldError::new(shown(name), "is unknown here"))
        .collect();
    if unknown.is_empty() { Ok(()) } else { Err(Problem::invalid(unknown)) }
}

/// A name that a client made up, fit to be shown.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(64).collect()
}
