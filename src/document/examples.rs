//! Examples of each operation's parameters, request and answers. A test holds each against its schema.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use crate::problem::{FieldError, Kind, Problem};

/// `problems` by slug: `detail` and `errors`. `parameters` by name. `operations` by operationId: `request`,
/// `response`, `headers` by name, `invalid` as field and detail, and `parameters` where the common one does not fit.
static EXAMPLES: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("examples.json")).unwrap_or_default());

/// The request that every example of a problem answers.
const REQUEST_ID: &str = "01a202ce-3c40-7301-a18f-b64c8c38fb29";

/// One of each kind of problem, for `components`; what is invalid differs by operation, and stands there.
pub(super) fn of_problems() -> Value {
    let of_kind = |kind: Kind| {
        let detail = EXAMPLES["problems"][kind.slug()].as_str().unwrap_or_default();
        (kind.slug().to_owned(), problem(&Problem::new(kind, detail)))
    };
    let is_shared =
        |kind: &Kind| *kind != Kind::InvalidInput && EXAMPLES["problems"][kind.slug()].is_string();
    Kind::ALL.into_iter().filter(is_shared).map(of_kind).collect()
}

/// Adds the examples of an operation to it.
pub(super) fn add(operation: &mut Value) {
    let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
    let own = &EXAMPLES["operations"][&id];
    for parameter in operation["parameters"].as_array_mut().into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap_or_default();
        let of_own = own["parameters"].get(name);
        parameter["example"] = of_own.unwrap_or(&EXAMPLES["parameters"][name]).clone();
    }
    if let Some(body) = operation["requestBody"]["content"]["application/json"].as_object_mut() {
        body.insert("example".into(), own["request"].clone());
    } else if let Some(operation) = operation.as_object_mut() {
        operation.remove("requestBody");
    }
    for (status, response) in operation["responses"].as_object_mut().into_iter().flatten() {
        if status.starts_with('2') {
            response["content"]["application/json"]["example"] = own["response"].clone();
            let headers = response.get_mut("headers").and_then(Value::as_object_mut);
            for (name, header) in headers.into_iter().flatten() {
                header["example"] = own["headers"][name].clone();
            }
        }
        for content in response["content"].as_object_mut().into_iter().flat_map(Map::values_mut) {
            let examples = content.get_mut("examples");
            if let Some(invalid) = examples.and_then(|all| all.get_mut(Kind::InvalidInput.slug())) {
                *invalid = problem(&Problem::invalid(field_errors(&own["invalid"])));
            }
        }
    }
}

fn field_errors(invalid: &Value) -> Vec<FieldError> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let errors = invalid.as_object().into_iter().flatten();
    errors.map(|(field, detail)| FieldError::new(field, text(detail))).collect()
}

fn problem(problem: &Problem) -> Value {
    use poem_openapi::types::ToJSON;
    json!({
        "summary": problem.kind().title(),
        "description": problem.kind().remedy(),
        "value": problem.document(Some(REQUEST_ID)).to_json(),
    })
}
