//! What the framework's document lacks: session AND capability, the statuses that an operation can really give,
//! parameters of the path that a proof reads by itself, closed request bodies, examples.

use serde_json::{Map, Value, json};

use super::examples;

/// Finishes the framework's document.
pub(super) fn finish(mut document: Value) -> Value {
    document["components"]["securitySchemes"] = security_schemes();
    close_request_bodies(&mut document);
    let Some(paths) = document["paths"].as_object_mut() else { return document };
    for (path, methods) in paths {
        for (method, operation) in methods.as_object_mut().into_iter().flatten() {
            add_path_parameters(operation, path);
            finish_security(operation);
            keep_possible_statuses(operation, method, path);
            examples::add(operation);
        }
    }
    document
}

fn security_schemes() -> Value {
    json!({
        "basic": {
            "type": "http",
            "scheme": "basic",
            "description": "Name and password, in UTF-8; for POST /sessions only.",
        },
        "session": {
            "type": "http",
            "scheme": "bearer",
            "description": "A session token from POST /sessions. Which scope an operation asks for stands in its \
                            description and in x-natter-scope.",
        },
        "capability": {
            "type": "apiKey",
            "in": "header",
            "name": "Natter-Capability",
            "description": "The access_token of a capability URI, where the address would end up in logs.",
        },
        "access_token": {
            "type": "apiKey",
            "in": "query",
            "name": "access_token",
            "description": "The access_token of a capability URI, where it stands in the URI.",
        },
    })
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

/// A proof reads the path by itself and can tell the framework of one parameter only.
fn add_path_parameters(operation: &mut Value, path: &str) {
    let Some(operation) = operation.as_object_mut() else { return };
    let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
    let Some(parameters) = parameters.as_array_mut() else { return };
    for name in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
        if !parameters.iter().any(|parameter| parameter["name"] == name) {
            parameters.push(json!({
                "name": name,
                "in": "path",
                "description": format!("The {}.", name.trim_end_matches("_id")),
                "required": true,
                "schema": {"type": "string", "format": "uuid"},
            }));
        }
    }
}

/// The framework writes several schemes as alternatives, and a proof names its scope instead of a scheme; a
/// capability goes together with a session.
fn finish_security(operation: &mut Value) {
    let named: Vec<String> = operation["security"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|requirement| requirement.as_object()?.keys().next().cloned())
        .collect();
    if operation["operationId"] == "logIn" {
        operation["security"] = json!([{"basic": []}, {"session": []}]);
        operation["x-natter-scope"] = "full_access".into();
        return;
    }
    let Some(scope) = named.iter().find(|name| *name != "capability") else {
        operation["security"] = json!([]);
        return;
    };
    operation["security"] = if named.iter().any(|name| name == "capability") {
        json!([{"session": []}, {"session": [], "capability": []}, {"session": [], "access_token": []}])
    } else {
        json!([{"session": []}])
    };
    if scope != "session" {
        operation["x-natter-scope"] = scope.as_str().into();
        let description = operation["description"].as_str().unwrap_or_default();
        operation["description"] = format!("{description}\n\nScope: `{scope}`.").trim().into();
    }
}

/// The framework lists every status of the catalogue on every operation; keeps those that can come.
fn keep_possible_statuses(operation: &mut Value, method: &str, path: &str) {
    let is_open = operation["security"].as_array().is_none_or(Vec::is_empty);
    let posts = method == "post";
    let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
    let is_possible = |status: &str| match status {
        "401" => !is_open,
        "403" => true,
        "404" => {
            path.contains("{message_id}")
                || path.contains("{capability_id}")
                || path.contains("{session_id}")
                || ["removeMember", "shareCapability"].contains(&&*id)
        }
        "409" => {
            ["registerUser", "createSpace", "addMember", "removeMember", "deleteAccount"].contains(&&*id)
        }
        "413" | "415" => posts,
        "405" | "502" => false,
        _ => true,
    };
    if let Some(responses) = operation["responses"].as_object_mut() {
        responses.retain(|status, _| status.starts_with('2') || is_possible(status));
        for (status, response) in responses {
            if !status.starts_with('2') && response["description"].as_str().is_none_or(str::is_empty) {
                response["description"] = "A problem.".into();
            }
        }
    }
}
