//! The check can fail, and does not fail for what is harmless.

use serde_json::{Value, json};

use super::{document, operations::breaks};

const SCHEMAS: &str = "/components/schemas";

/// What breaks when the API's document is changed like this.
fn after(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let old = document("natter-api.json");
    let mut new = old.clone();
    change(&mut new);
    assert_ne!(old, new, "the change changes nothing");
    breaks(&old, &new)
}

fn at<'a>(document: &'a mut Value, pointer: &str) -> &'a mut Value {
    document.pointer_mut(pointer).unwrap_or_else(|| panic!("there is no {pointer}"))
}

fn remove(document: &mut Value, pointer: &str, name: &str) {
    at(document, pointer).as_object_mut().expect("an object").remove(name);
}

fn set(document: &mut Value, pointer: &str, name: &str, value: Value) {
    at(document, pointer)[name] = value;
}

#[test]
fn a_client_is_broken_by() {
    let message = "/paths/~1spaces~1{space_id}~1messages";
    let cases: [(&str, Vec<String>); 16] = [
        ("GET /logs: is gone", after(|new| remove(new, "/paths", "/logs"))),
        (
            "GET /spaces/{space_id}/messages/{message_id}: 200.links: is gone",
            after(|new| remove(new, &format!("{SCHEMAS}/Message/properties"), "links")),
        ),
        (
            "GET /spaces/{space_id}/messages/{message_id}: 200.links[].title: type is \"integer\" and was \"string\"",
            after(|new| set(new, &format!("{SCHEMAS}/Card/properties/title"), "type", json!("integer"))),
        ),
        (
            "GET /spaces/{space_id}/messages/{message_id}: 200.time: is not certain any more",
            after(|new| {
                set(new, &format!("{SCHEMAS}/Message"), "required", json!(["author", "message", "links"]))
            }),
        ),
        (
            "POST /spaces/{space_id}/messages: request.topic: is required now",
            after(|new| {
                let schema = at(new, &format!("{SCHEMAS}/NewMessage"));
                schema["properties"]["topic"] = json!({"type": "string"});
                schema["required"] = json!(["author", "message", "topic"]);
            }),
        ),
        (
            "POST /spaces/{space_id}/messages: request.previews: is gone",
            after(|new| remove(new, &format!("{SCHEMAS}/NewMessage/properties"), "previews")),
        ),
        (
            "POST /spaces/{space_id}/messages: request.message: maxLength is 100 and was 1024",
            after(|new| {
                set(new, &format!("{SCHEMAS}/NewMessage/properties/message"), "maxLength", json!(100))
            }),
        ),
        (
            "POST /users: request.username: pattern is \"^[a-z]+$\" and was \"^[a-zA-Z][a-zA-Z0-9]{1,29}$\"",
            after(|new| {
                set(
                    new,
                    &format!("{SCHEMAS}/Registration/properties/username"),
                    "pattern",
                    json!("^[a-z]+$"),
                );
            }),
        ),
        (
            "POST /spaces/{space_id}/members: request.roles[]: enum has other values",
            after(|new| set(new, &format!("{SCHEMAS}/Role"), "enum", json!(["owner", "member"]))),
        ),
        (
            "GET /spaces: 200[].roles[]: enum has other values",
            after(|new| {
                let roles = json!(["owner", "moderator", "member", "observer", "janitor"]);
                set(new, &format!("{SCHEMAS}/Role"), "enum", roles);
            }),
        ),
        (
            "GET /spaces/{space_id}/messages: parameter \"since\": is required now",
            after(|new| set(new, &format!("{message}/get/parameters/1"), "required", json!(true))),
        ),
        (
            "GET /spaces/{space_id}/messages: does not take {\"capability\", \"session\"} any more",
            after(|new| {
                set(
                    new,
                    &format!("{message}/get"),
                    "security",
                    json!([{"basic": []}, {"session": [], "x": []}]),
                )
            }),
        ),
        (
            "POST /users: needs credentials now",
            after(|new| set(new, "/paths/~1users/post", "security", json!([{"session": []}]))),
        ),
        (
            "POST /spaces/{space_id}/messages: x-natter-scope is another one",
            after(|new| set(new, &format!("{message}/post"), "x-natter-scope", json!("manage_space"))),
        ),
        (
            "POST /spaces/{space_id}/messages: 201: the header Location is not certain any more",
            after(|new| remove(new, &format!("{message}/post/responses/201"), "headers")),
        ),
        (
            "POST /spaces/{space_id}/messages: 201: is gone",
            after(|new| remove(new, &format!("{message}/post/responses"), "201")),
        ),
    ];
    for (expected, found) in cases {
        assert!(
            found.iter().any(|broken| broken == expected),
            "{expected}\nis not in:\n{}",
            found.join("\n")
        );
    }
}

#[test]
fn no_client_is_broken_by() {
    let harmless = [
        after(|new| set(new, "/paths", "/new", json!({"get": {"operationId": "new"}}))),
        after(|new| set(new, "/info", "description", json!("other words"))),
        after(|new| set(new, &format!("{SCHEMAS}/Message/properties"), "edited", json!({"type": "string"}))),
        after(|new| {
            set(new, &format!("{SCHEMAS}/NewMessage/properties"), "topic", json!({"type": "string"}))
        }),
        after(|new| set(new, &format!("{SCHEMAS}/NewMessage/properties/message"), "maxLength", json!(4096))),
        after(|new| {
            set(new, "/paths/~1logs/get/responses", "418", json!({"description": "short and stout"}))
        }),
        after(|new| remove(new, "/paths/~1logs/get/responses", "503")),
    ];
    for (index, broken) in harmless.into_iter().enumerate() {
        assert_eq!(broken, Vec::<String>::new(), "change {index}");
    }
}
