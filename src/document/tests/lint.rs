//! What every operation owes to whoever reads the document or generates a client from it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{members, operations};
use crate::{
    document::{Tag, document},
    problem::Kind,
};

fn is_blank(value: &Value) -> bool {
    value.as_str().is_none_or(|text| text.trim().is_empty())
}

/// The names of the parameters in the path, in its order.
fn in_path(path: &str) -> Vec<&str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect()
}

#[test]
fn operations_are_described() {
    let document = document();
    let mut ids = BTreeSet::new();
    for operation in operations(&document) {
        let (id, value) = (operation.id, operation.value);
        assert!(ids.insert(id.to_owned()), "{id} stands there twice");
        assert!(id.chars().all(|c| c.is_ascii_alphanumeric()), "{id}");
        assert!(!is_blank(&value["summary"]) && !is_blank(&value["description"]), "{id}");
        assert_eq!(value["tags"].as_array().map(Vec::len), Some(1), "{id}");
        let parameters = value["parameters"].as_array().expect("parameters");
        for parameter in parameters {
            assert!(!is_blank(&parameter["description"]), "{id}: {parameter}");
        }
        let of_path: Vec<_> = parameters
            .iter()
            .take_while(|parameter| parameter["in"] == "path")
            .filter_map(|parameter| parameter["name"].as_str())
            .collect();
        assert_eq!(of_path, in_path(operation.path), "{id}");
        assert_eq!(value["requestBody"].is_object(), operation.method == "post", "{id}");
        for (status, response) in members(&value["responses"]) {
            assert!(!is_blank(&response["description"]), "{id}: {status}");
            let media_types: Vec<_> = members(&response["content"]).map(|(name, _)| name.as_str()).collect();
            let expected =
                if status.starts_with('2') { "application/json" } else { "application/problem+json" };
            assert_eq!(media_types, [expected], "{id}: {status}");
            for (name, header) in members(&response["headers"]) {
                assert!(!is_blank(&header["description"]), "{id}: {status} {name}");
            }
        }
    }
    assert_eq!(ids.len(), crate::document::Index::get().operations().count());
}

#[test]
fn schemas_and_their_members_are_described() {
    let document = document();
    for (name, schema) in members(&document["components"]["schemas"]) {
        assert!(!is_blank(&schema["description"]), "{name}");
        for (member, property) in members(&schema["properties"]) {
            assert!(!is_blank(&property["description"]), "{name}.{member}");
            // No member of ours is ever null: what is absent is left out.
            assert!(property["nullable"].is_null(), "{name}.{member}");
            if member.contains("password") {
                assert_eq!((&property["format"], &property["writeOnly"]), (&"password".into(), &true.into()));
            }
            if ["time", "created", "expires"].contains(&&**member) {
                assert_eq!(property["format"], "date-time", "{name}.{member}");
            }
        }
    }
}

#[test]
fn every_operation_says_who_may_call_it() {
    let document = document();
    let schemes = &document["components"]["securitySchemes"];
    for operation in operations(&document) {
        let requirements = operation.value["security"].as_array().expect("security, if only an empty list");
        let named: BTreeSet<&str> =
            requirements.iter().flat_map(members).map(|(name, _)| name.as_str()).collect();
        assert!(named.iter().all(|name| schemes[name].is_object()), "{}: {named:?}", operation.id);
        assert_eq!(requirements.is_empty(), operation.id == "registerUser", "{}", operation.id);
        assert_eq!(named.contains("basic"), operation.id == "logIn", "{}", operation.id);
        for requirement in requirements {
            let alone = requirement["session"].is_null();
            assert_eq!(alone, !requirement["basic"].is_null(), "{}: {requirement}", operation.id);
        }
        let in_space = operation.path.starts_with("/spaces/");
        assert_eq!(operation.value["x-natter-permission"].is_string(), in_space, "{}", operation.id);
    }
}

/// Languages differ on what a pattern may say; these are understood alike.
#[test]
fn patterns_are_understood_everywhere() {
    fn check(value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(check),
            Value::Object(object) => {
                if let Some(pattern) = object.get("pattern").and_then(Value::as_str) {
                    for odd in [r"\p", r"\P", r"\x", "(?", "[[:", r"\A", r"\z", "&&"] {
                        assert!(!pattern.contains(odd), "{pattern}");
                    }
                    assert!(pattern.starts_with('^') && pattern.ends_with('$'), "{pattern}");
                }
                object.values().for_each(check);
            }
            _ => {}
        }
    }
    check(&document());
}

#[test]
fn the_document_introduces_itself() {
    let document = document();
    for member in ["title", "description", "version"] {
        assert!(!is_blank(&document["info"][member]), "{member}");
    }
    assert_eq!(document["info"]["license"]["name"], env!("CARGO_PKG_LICENSE"));
    assert_eq!(document["servers"][0]["url"], "/");
    let tags = document["tags"].as_array().expect("tags");
    assert_eq!(tags.len(), Tag::ALL.len());
    assert!(tags.iter().all(|tag| !is_blank(&tag["description"])));
}

#[test]
fn a_header_that_goes_with_a_status_is_documented() {
    let document = document();
    for operation in operations(&document) {
        for (status, header) in [("401", "WWW-Authenticate"), ("429", "Retry-After"), ("503", "Retry-After")]
        {
            let header = &operation.value["responses"][status]["headers"][header];
            assert_eq!(header["required"], true, "{}: {status}", operation.id);
        }
        let created = &operation.value["responses"]["201"];
        if created.is_object() && operation.id != "logIn" {
            assert_eq!(created["headers"]["Location"]["required"], true, "{}", operation.id);
        }
    }
}

/// What no operation gives is not offered as an example.
#[test]
fn every_kind_of_problem_is_somebodys() {
    let document = document();
    let given: BTreeSet<&str> = operations(&document)
        .flat_map(|operation| members(&operation.value["responses"]).collect::<Vec<_>>())
        .flat_map(|(_, response)| members(&response["content"]["application/problem+json"]["examples"]))
        .map(|(slug, _)| slug.as_str())
        .collect();
    let mut shown: BTreeSet<&str> =
        members(&document["components"]["examples"]).map(|(slug, _)| slug.as_str()).collect();
    // The one that each operation has of its own.
    shown.insert(Kind::InvalidInput.slug());
    assert_eq!(given, shown);
    let absent: Vec<_> = Kind::ALL.into_iter().filter(|kind| !given.contains(kind.slug())).collect();
    // The first and the last are the preview worker's; the other is never the answer of an operation.
    assert_eq!(absent, [Kind::UrlRefused, Kind::MethodNotAllowed, Kind::NoPreview]);
}
