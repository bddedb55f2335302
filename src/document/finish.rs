//! What the framework's document lacks: session AND capability, the problems that an operation can really give,
//! parameters of the path that a proof reads by itself, closed request bodies, examples.

use poem_openapi::Tags;
use serde_json::{Map, Value, json};

use super::{Tag, answers, examples, security, tidy};
use crate::idempotency;

/// Finishes the framework's document.
pub(super) fn finish(mut document: Value) -> Value {
    document["components"]["securitySchemes"] = security::schemes();
    document["components"]["examples"] = examples::of_problems();
    close_request_bodies(&mut document);
    order_tags(&mut document);
    let schemas = document["components"]["schemas"].clone();
    let Some(paths) = document["paths"].as_object_mut() else { return document };
    for (path, methods) in paths {
        for (method, operation) in methods.as_object_mut().into_iter().flatten() {
            finish_parameters(operation, path);
            security::finish(operation);
            answers::finish(operation, method, path, &schemas);
            examples::add(operation);
        }
    }
    tidy::tidy(&mut document);
    document
}

/// A request body refuses members that it does not know; the document says so.
fn close_request_bodies(document: &mut Value) {
    let mut bodies = Vec::new();
    for methods in document["paths"].as_object().into_iter().flat_map(Map::values) {
        for operation in methods.as_object().into_iter().flat_map(Map::values) {
            let content = &operation["requestBody"]["content"]["application/json"];
            bodies.extend(
                content["schema"]["$ref"]
                    .as_str()
                    .and_then(|name| name.rsplit('/').next())
                    .map(str::to_owned),
            );
        }
    }
    for name in bodies {
        document["components"]["schemas"][&name]["additionalProperties"] = false.into();
    }
}

/// The framework sorts them by name; they tell more in the order in which one meets them.
fn order_tags(document: &mut Value) {
    let place = |tag: &Value| Tag::ALL.iter().position(|known| tag["name"] == known.name());
    if let Some(tags) = document["tags"].as_array_mut() {
        tags.sort_by_key(place);
    }
}

/// A proof reads the path by itself and can tell the framework of one parameter only. Those of the path come first,
/// in its order.
fn finish_parameters(operation: &mut Value, path: &str) {
    let Some(operation) = operation.as_object_mut() else { return };
    let others = operation.entry("parameters").or_insert_with(|| json!([]));
    let Some(others) = others.as_array_mut() else { return };
    let mut ordered = Vec::new();
    for name in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
        let known = others.iter().position(|parameter| parameter["name"] == name);
        ordered.push(known.map_or_else(|| path_parameter(name), |index| others.remove(index)));
    }
    ordered.append(others);
    if let Some(key) = ordered.iter_mut().find(|parameter| parameter["name"] == idempotency::HEADER) {
        key["description"] = IDEMPOTENCY_KEY.into();
    }
    *others = ordered;
}

/// The same wherever it is taken.
const IDEMPOTENCY_KEY: &str = "Makes the request safe to send again: for 24 hours, the same key with the same body, \
    byte for byte, gets the first answer again and changes nothing more, also while the first is still being \
    answered. Its permission is judged afresh, and a request that failed is not remembered. A key counts for its \
    account, operation and space only; take a new random one for each request.";

fn path_parameter(name: &str) -> Value {
    json!({
        "name": name,
        "in": "path",
        "description": format!("The {}.", name.trim_end_matches("_id")),
        "required": true,
        "schema": {"type": "string", "format": "uuid"},
    })
}
