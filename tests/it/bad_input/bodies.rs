//! Bodies that break their schema: one offence after another, made from the OpenAPI document.

use serde_json::{Value, json};

use crate::authorization::{
    refused::refuse,
    scene::Scene,
    table::{OPERATIONS, document, documented},
};

/// A value that cannot be taken, and the fields that the problem has to name below the member.
type Offence = (Value, &'static str);

/// Follows references; a described reference is written as `allOf` of one.
fn resolve<'a>(schema: &'a Value, document: &'a Value) -> &'a Value {
    let schema = schema["allOf"].get(0).unwrap_or(schema);
    match schema["$ref"].as_str() {
        Some(name) => &document["components"]["schemas"][name.rsplit('/').next().expect("a name")],
        None => schema,
    }
}

/// Values that a member of this schema cannot have.
fn offences(schema: &Value, document: &Value) -> Vec<Offence> {
    let schema = resolve(schema, document);
    let size = |name: &str| schema[name].as_u64().and_then(|size| usize::try_from(size).ok());
    let others =
        [json!(null), json!(true), json!(7), json!(0.5), json!("x"), json!([]), json!({}), json!([{}])];
    let kind = schema["type"].as_str().expect("a type");
    let mut found: Vec<Offence> = others
        .into_iter()
        .filter(|value| match kind {
            "string" => !value.is_string(),
            "boolean" => !value.is_boolean(),
            "array" => !value.is_array(),
            other => panic!("no offences are known against {other}"),
        })
        .map(|value| (value, ""))
        .collect();
    match kind {
        "string" => {
            found.push((json!("nul\u{0}inside"), ""));
            found.extend(
                size("minLength").filter(|least| *least > 0).map(|least| (json!("a".repeat(least - 1)), "")),
            );
            found.extend(size("maxLength").map(|most| (json!("a".repeat(most + 1)), "")));
            let takes = |pattern: &str| regex::Regex::new(pattern).expect("a pattern").is_match("line\nfeed");
            if schema["pattern"].as_str().is_some_and(|pattern| !takes(pattern)) {
                found.push((json!("line\nfeed"), ""));
            }
            if schema["enum"].is_array() {
                found.push((json!("none of them"), ""));
            }
        }
        "array" => {
            let item = resolve(&schema["items"], document);
            found.extend(offences(item, document).into_iter().map(|(value, _)| (json!([value]), "[0]")));
            found.extend(size("minItems").filter(|least| *least > 0).map(|_| (json!([]), "")));
            let good = item["enum"][0].clone();
            found.extend(size("maxItems").map(|most| (json!(vec![good; most + 1]), "")));
        }
        _ => {}
    }
    found
}

#[tokio::test]
async fn each_offence_is_named() {
    let scene = Scene::new().await;
    let document = document();
    let documented = documented(&document);
    let mut tried = 0;
    for row in OPERATIONS.iter().filter(|row| !row.body.is_empty()) {
        let (.., operation) =
            documented.iter().find(|(id, ..)| *id == row.id).expect("it is in the document");
        let schema = resolve(&operation["requestBody"]["content"]["application/json"]["schema"], &document);
        let good: Value = serde_json::from_str(&scene.fill(row.body, "owner")).expect("JSON");
        let refuse = async |what: &str, body: &Value, fields: &[String]| {
            let what = format!("{} with {what}: {body}", row.id);
            let request = scene.with_body(row, body.to_string());
            let answer = refuse(&scene, &what, request, (400, "invalid-input"), None).await;
            assert_eq!(answer.fields(), fields, "{what}");
        };
        for (name, member) in schema["properties"].as_object().expect("properties") {
            for (value, below) in offences(member, &document) {
                let mut body = good.clone();
                body[name] = value;
                refuse("a bad member", &body, &[format!("{name}{below}")]).await;
                tried += 1;
            }
        }
        let required: Vec<String> = serde_json::from_value(schema["required"].clone()).expect("names");
        for name in &required {
            let mut body = good.clone();
            body.as_object_mut().expect("an object").remove(name);
            refuse("a member missing", &body, std::slice::from_ref(name)).await;
        }
        refuse("nothing in it", &json!({}), &required).await;
        let mut surplus = good.clone();
        surplus["is_admin"] = json!(true);
        refuse("an unknown member", &surplus, &["is_admin".into()]).await;
        for whole in [json!(null), json!([good]), json!("x"), json!(7), json!(true)] {
            refuse("no object", &whole, &["body".into()]).await;
        }
        let two = json!({required[0].as_str(): null, "surplus": 1});
        let names = required.iter().cloned().chain(["surplus".into()]).collect::<Vec<_>>();
        refuse("everything wrong at once", &two, &names).await;
    }
    assert!(tried > 100, "only {tried} offences were found to be tried");
    let log = scene.server.log();
    assert!(!log.contains("pw of") && !log.contains("access_token"), "{log}");
}
