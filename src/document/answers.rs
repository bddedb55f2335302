//! What an operation can answer: its own answer, and exactly the problems it can really give.

use serde_json::{Map, Value, json};

use crate::{
    idempotency,
    problem::{CONTENT_TYPE, Kind},
};

/// The framework gives every operation every status of the catalogue; makes it those that can come, with their
/// headers.
pub(super) fn finish(operation: &mut Value, method: &str, path: &str, schemas: &Value) {
    let kinds: Vec<_> =
        Kind::ALL.into_iter().filter(|kind| is_possible(*kind, operation, method, path)).collect();
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    responses.retain(|status, _| status.starts_with('2'));
    responses.values_mut().for_each(|response| finish_success(response, schemas));
    for kind in &kinds {
        let status = kind.status().as_u16();
        let of_status = || kinds.iter().copied().filter(|other| other.status().as_u16() == status);
        responses.entry(status.to_string()).or_insert_with(|| problem(of_status()));
    }
}

/// Whether an operation can give a kind of problem. What the edge finds wrong can happen to every operation.
fn is_possible(kind: Kind, operation: &Value, method: &str, path: &str) -> bool {
    let id = operation["operationId"].as_str().unwrap_or_default();
    match kind {
        Kind::Malformed
        | Kind::InvalidInput
        | Kind::InvalidHost
        | Kind::Unauthenticated
        | Kind::InvalidToken
        | Kind::OriginNotAllowed
        | Kind::RateLimited
        | Kind::Internal
        | Kind::Unavailable => true,
        Kind::InsufficientScope => operation["x-natter-scope"].is_string(),
        Kind::Forbidden => !["registerUser", "logIn"].contains(&id),
        Kind::NotFound => {
            ["{message_id}", "{capability_id}", "{session_id}"].iter().any(|part| path.ends_with(part))
                || ["removeMember", "shareCapability"].contains(&id)
        }
        Kind::NameTaken => ["registerUser", "createSpace"].contains(&id),
        Kind::OwnerNeeded => ["addMember", "removeMember", "deleteAccount"].contains(&id),
        Kind::IdempotencyMismatch => takes_key(operation),
        Kind::TooLarge | Kind::UnsupportedMediaType => method == "post",
        Kind::UrlRefused | Kind::MethodNotAllowed | Kind::NoPreview => false,
    }
}

fn takes_key(operation: &Value) -> bool {
    let parameters = operation["parameters"].as_array();
    parameters.into_iter().flatten().any(|parameter| parameter["name"] == idempotency::HEADER)
}

fn finish_success(response: &mut Value, schemas: &Value) {
    let content: Map<String, Value> = response["content"]
        .as_object()
        .into_iter()
        .flat_map(Map::values)
        .map(|content| ("application/json".to_owned(), content.clone()))
        .collect();
    if response["description"].as_str().is_none_or(str::is_empty) {
        let schema = content.values().next().and_then(|content| content["schema"]["$ref"].as_str());
        let name = schema.and_then(|schema| schema.rsplit('/').next()).unwrap_or_default();
        response["description"] = schemas[name]["description"].clone();
    }
    response["content"] = content.into();
    if let Some(headers) = response["headers"].as_object() {
        // The framework shouts.
        let headers: Map<_, _> =
            headers.iter().map(|(name, header)| (capitalised(name), header.clone())).collect();
        response["headers"] = headers.into();
    }
}

/// `LOCATION` as `Location`.
fn capitalised(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let words = lower.split('-').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + rest
    });
    words.collect::<Vec<_>>().join("-")
}

fn problem(kinds: impl Iterator<Item = Kind> + Clone) -> Value {
    let titles: Vec<_> = kinds.clone().map(|kind| format!("{} (`{}`)", kind.title(), kind.slug())).collect();
    let examples: Map<_, _> = kinds
        .clone()
        .map(|kind| {
            let reference = format!("#/components/examples/{}", kind.slug());
            (kind.slug().to_owned(), json!({"$ref": reference}))
        })
        .collect();
    let headers: Map<_, _> = kinds.flat_map(headers).collect();
    let mut response = json!({"description": titles.join("; ") + "."});
    if !headers.is_empty() {
        response["headers"] = headers.into();
    }
    response["content"][CONTENT_TYPE] =
        json!({"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples});
    response
}

fn headers(kind: Kind) -> Option<(String, Value)> {
    let challenge = |required, description, example| {
        let header = json!({
            "description": description,
            "required": required,
            "schema": {"type": "string"},
            "example": example,
        });
        Some(("WWW-Authenticate".to_owned(), header))
    };
    match kind {
        Kind::Unauthenticated | Kind::InvalidToken => challenge(
            true,
            "The challenge of RFC 6750; with `error=\"invalid_token\"` where a token was sent.",
            r#"Bearer error="invalid_token""#,
        ),
        Kind::InsufficientScope => challenge(
            false,
            "The scope that the session lacks (RFC 6750), if it lacks one.",
            r#"Bearer error="insufficient_scope",scope="create_space""#,
        ),
        Kind::RateLimited | Kind::Unavailable => {
            let header = json!({
                "description": "In how many seconds to try again.",
                "required": true,
                "schema": {"type": "integer", "minimum": 1},
                "example": 1,
            });
            Some(("Retry-After".to_owned(), header))
        }
        _ => None,
    }
}
