//! Every answer that a test gets is held against the document: its status, its headers, its body to the last member.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use jsonschema::{Draft, Validator};
use natter::document::{self, Found, Index};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::Answer;

/// The document, with objects that have no other members than it says: what it does not know, no answer has.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let mut document = document::document();
    for (_, schema) in document["components"]["schemas"].as_object_mut().expect("there are schemas") {
        if schema["type"] == "object" {
            schema["additionalProperties"] = false.into();
        }
    }
    document
});

/// Panics unless the document says that `method` on `path` can be answered like this. What is no operation is not
/// judged.
#[track_caller]
pub fn check(method: &Method, path: &str, answer: &Answer) {
    let Found::Operation(operation, _) = Index::get().find(method, path) else { return };
    let id = operation.id;
    let status = answer.status.as_str();
    let name = operation.method.as_str().to_lowercase();
    let response = &DOCUMENT["paths"][&operation.pattern][&name]["responses"][status];
    assert!(response.is_object(), "{id} is not said to answer {status}: {}", answer.text);

    for (header, meaning) in response["headers"].as_object().into_iter().flatten() {
        let is_there = answer.headers.contains_key(header.as_str());
        assert!(is_there || meaning["required"] != true, "{id}: {status} comes without {header}");
    }
    let (media_type, content) =
        response["content"].as_object().and_then(|content| content.iter().next()).expect("a body");
    let given = answer.header("content-type").and_then(|given| given.split(';').next());
    assert_eq!(given, Some(media_type.as_str()), "{id}: {status}");
    if *method == Method::HEAD {
        return;
    }
    let validator = validator(&format!("{id} {status}"), &content["schema"]);
    let misfits: Vec<_> = validator
        .iter_errors(&answer.json())
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(misfits.is_empty(), "{id}: {status}: {}\n{}", misfits.join("\n"), answer.text);
}

fn validator(name: &str, schema: &Value) -> Arc<Validator> {
    static KNOWN: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let make = || {
        let schema = json!({"allOf": [schema], "components": {"schemas": DOCUMENT["components"]["schemas"]}});
        let options = jsonschema::options().with_draft(Draft::Draft4).should_validate_formats(true);
        Arc::new(options.build(&schema).expect("a schema"))
    };
    known.entry(name.to_owned()).or_insert_with(make).clone()
}
