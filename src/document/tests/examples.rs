//! Each example is held against its own schema; an operation without one is red.

use jsonschema::Draft;
use serde_json::{Value, json};

use super::{members, operations};
use crate::{document::document, problem::Kind};

/// Why `value` does not fit `schema`; also for a member that the schema does not know.
fn misfit(document: &Value, schema: &Value, value: &Value) -> Option<String> {
    let mut components = document["components"].clone();
    for (_, schema) in components["schemas"].as_object_mut().expect("there are schemas") {
        if schema["type"] == "object" {
            schema["additionalProperties"] = false.into();
        }
    }
    let schema = json!({"allOf": [schema], "components": components});
    let options = jsonschema::options().with_draft(Draft::Draft4).should_validate_formats(true);
    let validator = options.build(&schema).expect("a schema");
    validator.iter_errors(value).next().map(|error| format!("{}: {error}", error.instance_path()))
}

/// Every example of the document with its schema and a name for it.
fn examples(document: &Value) -> Vec<(String, &Value, &Value)> {
    let mut found = Vec::new();
    for operation in operations(document) {
        let id = operation.id;
        for parameter in operation.value["parameters"].as_array().expect("parameters") {
            let name = format!("{id}: parameter {}", parameter["name"]);
            found.push((name, &parameter["schema"], &parameter["example"]));
        }
        for (_, content) in members(&operation.value["requestBody"]["content"]) {
            found.push((format!("{id}: request"), &content["schema"], &content["example"]));
        }
        for (status, response) in members(&operation.value["responses"]) {
            for (name, header) in members(&response["headers"]) {
                found.push((format!("{id}: {status} {name}"), &header["schema"], &header["example"]));
            }
            for (_, content) in members(&response["content"]) {
                if status.starts_with('2') {
                    found.push((format!("{id}: {status}"), &content["schema"], &content["example"]));
                }
                for (slug, example) in members(&content["examples"]) {
                    let reference =
                        example["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
                    let example = reference.map_or(example, |pointer| {
                        document.pointer(pointer).unwrap_or_else(|| panic!("{id}: {pointer} is missing"))
                    });
                    let name = format!("{id}: {status} {slug}");
                    assert_eq!(example["value"]["type"], format!("/docs/problems#{slug}"), "{name}");
                    assert_eq!(example["value"]["status"].to_string(), *status, "{name}");
                    found.push((name, &content["schema"], &example["value"]));
                }
            }
        }
    }
    found
}

#[test]
fn every_example_is_there_and_fits_its_schema() {
    let document = document();
    let examples = examples(&document);
    assert!(examples.len() > 300, "{}", examples.len());
    let wrong: Vec<_> = examples
        .into_iter()
        .filter_map(|(name, schema, value)| {
            let misfit =
                if value.is_null() { Some("is missing".into()) } else { misfit(&document, schema, value) };
            misfit.map(|misfit| format!("{name}: {misfit}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The check above can fail.
#[test]
fn a_misfit_is_seen() {
    let document = document();
    let schema = json!({"$ref": "#/components/schemas/Message"});
    let good = json!({"author": "alice", "time": "2026-11-22T10:20:30Z", "message": "", "links": []});
    assert_eq!(misfit(&document, &schema, &good), None);
    for (member, value) in
        [("time", json!("yesterday")), ("links", json!([{}])), ("author", json!(null)), ("other", json!(1))]
    {
        let mut bad = good.clone();
        bad[member] = value;
        assert!(misfit(&document, &schema, &bad).is_some(), "{bad}");
    }
}

#[test]
fn ids_and_tokens_in_examples_look_like_ours_and_are_none() {
    let document = document();
    let text = document.to_string();
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    for prefix in ["ntrs_", "ntrc_", "ntri_"] {
        let tokens: Vec<_> = text.match_indices(prefix).map(|(at, _)| &text[at + prefix.len()..]).collect();
        assert!(!tokens.is_empty(), "{prefix}");
        for rest in tokens {
            let token = &rest[..rest.find(|c| !is_of_token(c)).unwrap_or(rest.len())];
            assert!(token.is_empty() || token.starts_with("EXAMPLE-EXAMPLE-"), "{token}");
        }
    }
    let ids = text
        .split(|c: char| !is_of_token(c))
        .filter_map(|word| uuid::Uuid::try_parse(word).ok().zip(Some(word)));
    for (id, word) in ids {
        assert_eq!((id.get_version_num(), id.to_string().as_str()), (7, word));
    }
}

#[test]
fn invalid_input_names_what_the_operation_has() {
    let document = document();
    for operation in operations(&document) {
        let example = &operation.value["responses"]["400"]["content"]["application/problem+json"]["examples"]
            [Kind::InvalidInput.slug()];
        let errors = example["value"]["errors"].as_array().unwrap_or_else(|| panic!("{}", operation.id));
        let parameters = operation.value["parameters"].as_array().expect("parameters");
        let body = operation.value["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str();
        let members = &document["components"]["schemas"]
            [body.and_then(|name| name.rsplit('/').next()).unwrap_or_default()]["properties"];
        for field in errors.iter().filter_map(|error| error["field"].as_str()) {
            let name = field.split('[').next().unwrap_or(field);
            let is_known = parameters.iter().any(|parameter| parameter["name"] == name)
                || !members[name].is_null()
                // Any parameter may stand in a query once.
                || parameters.is_empty() && name == "utm_source";
            assert!(is_known, "{}: {field}", operation.id);
        }
    }
}
