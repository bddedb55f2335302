//! What an operation asks of its caller, as the document says it.

use serde_json::{Value, json};

use crate::permission::Permissions;

/// The ways to say who one is.
pub(super) fn schemes() -> Value {
    json!({
        "basic": {
            "type": "http",
            "scheme": "basic",
            "description": "Name and password, in UTF-8; for `POST /sessions` only.",
        },
        "session": {
            "type": "http",
            "scheme": "bearer",
            "description": "A session token from `POST /sessions`. Which scope an operation asks for stands in its \
                            description and in `x-natter-scope`.",
        },
        "capability": {
            "type": "apiKey",
            "in": "header",
            "name": "Natter-Capability",
            "description": "The `access_token` of a capability URI. It goes together with a session of the \
                            capability's own user, and decides alone. Who follows a capability URI as it is sends \
                            it in the query and leaves this header out: the two together are refused.",
        },
    })
}

/// The framework writes several schemes as alternatives, and a proof names its scope and permission in place of a
/// scheme; a capability goes together with a session.
pub(super) fn finish(operation: &mut Value) {
    let named: Vec<String> = operation["security"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|requirement| requirement.as_object()?.keys().next().cloned())
        .collect();
    if operation["operationId"] == "logIn" {
        operation["security"] = json!([{"basic": []}, {"session": []}]);
        operation["x-natter-scope"] = "full_access".into();
        return say(operation, "By a session: scope `full_access`.");
    }
    let Some(scope) = named.first() else {
        operation["security"] = json!([]);
        return;
    };
    let takes_capability = named.iter().any(|name| name == "capability");
    operation["security"] = if takes_capability {
        json!([{"session": []}, {"session": [], "capability": []}])
    } else {
        json!([{"session": []}])
    };
    if scope == "session" {
        say(operation, "Scope: none; any session will do.");
    } else {
        operation["x-natter-scope"] = scope.as_str().into();
        say(operation, &format!("Scope: `{scope}`."));
    }
    if named.iter().any(|name| name == "owner") {
        operation["x-natter-permission"] = "owner".into();
        return say(operation, "By an owner of the space only.");
    }
    if let Some(permission) = named.iter().find(|name| name.parse::<Permissions>().is_ok()) {
        operation["x-natter-permission"] = permission.as_str().into();
        let doors = if takes_capability { "by a role or a capability" } else { "by a role only" };
        say(operation, &format!("Permission in the space: `{permission}`, {doors}."));
    }
}

fn say(operation: &mut Value, sentence: &str) {
    let description = operation["description"].as_str().unwrap_or_default();
    operation["description"] = format!("{description}\n\n{sentence}").trim().into();
}
