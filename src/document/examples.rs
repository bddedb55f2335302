//! An example of each operation's request and answer. A test holds each against its schema.

use std::sync::LazyLock;

use serde_json::Value;

/// By operationId: `parameters`, `request` and `response`.
static EXAMPLES: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("examples.json")).unwrap_or_default());

/// Adds the examples of an operation to it.
pub(super) fn add(operation: &mut Value) {
    let Some(example) = operation["operationId"].as_str().map(|id| &EXAMPLES[id]) else { return };
    for parameter in operation["parameters"].as_array_mut().into_iter().flatten() {
        let value = parameter["name"].as_str().map(|name| &EXAMPLES["parameters"][name]);
        if let Some(value) = value.filter(|value| !value.is_null()) {
            parameter["example"] = value.clone();
        }
    }
    let body = &mut operation["requestBody"];
    if body.is_object() {
        body["content"]["application/json"]["example"] = example["request"].clone();
    } else if let Some(operation) = operation.as_object_mut() {
        operation.remove("requestBody");
    }
    for (status, response) in operation["responses"].as_object_mut().into_iter().flatten() {
        for (_, content) in response["content"].as_object_mut().into_iter().flatten() {
            content["example"] =
                if status.starts_with('2') { example["response"].clone() } else { problem(status) };
        }
    }
}

fn problem(status: &str) -> Value {
    EXAMPLES["problems"][status].clone()
}
