//! Bodies that are not JSON, or JSON that different readers read differently.

use serde_json::Value;

use crate::authorization::{
    refused::refuse,
    scene::Scene,
    table::{OPERATIONS, Operation},
};

/// What becomes of a good body so that it is no JSON that we take.
fn broken(good: &str) -> Vec<(&'static str, Vec<u8>)> {
    let rest = good.strip_prefix('{').expect("an object");
    let value: Value = serde_json::from_str(good).expect("JSON");
    let (name, first) = value.as_object().and_then(|members| members.iter().next()).expect("a member");
    let doubled = format!("{{{}: {first},{rest}", Value::from(name.as_str()));
    let replaced = |with: &str| good.replacen(&first.to_string(), with, 1).into_bytes();
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let not_utf_8 = |bytes: &[u8]| [b"{\"", bytes, b"\": 1}"].concat();
    vec![
        ("nothing", Vec::new()),
        ("only space", b" \n".to_vec()),
        ("its end cut off", good.as_bytes()[..good.len() - 1].to_vec()),
        ("something behind it", format!("{good} x").into_bytes()),
        ("itself twice", good.repeat(2).into_bytes()),
        ("a byte order mark", format!("\u{feff}{good}").into_bytes()),
        ("a comma too many", good.replace('}', ",}").into_bytes()),
        ("a comment", format!("// {good}\n{good}").into_bytes()),
        ("single quotes", good.replace('"', "'").into_bytes()),
        ("a form", b"username=alice&password=secret".to_vec()),
        ("UTF-16", good.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("Latin-1", not_utf_8(b"\xe9")),
        ("an overlong encoding", not_utf_8(b"\xc0\xaf")),
        ("an encoded surrogate", not_utf_8(b"\xed\xa0\x80")),
        ("a member twice", doubled.into_bytes()),
        ("a lone high surrogate", replaced(r#""\ud800""#)),
        ("a lone low surrogate", replaced(r#""\udc00 x""#)),
        ("surrogates the wrong way round", replaced(r#""\udc00\ud800""#)),
        ("half an escape", replaced(r#""\u12""#)),
        ("a raw control character", replaced("\"a\tb\"")),
        ("a raw U+0000", replaced("\"a\0b\"")),
        ("no number", replaced("NaN")),
        ("a number beyond measure", replaced("1e999")),
        ("a deep value", replaced(&deep(200))),
        ("only depth", deep(100_000).into_bytes()),
        ("depth without end", "[".repeat(1_000_000).into_bytes()),
    ]
}

#[tokio::test]
async fn what_is_no_json_is_malformed() {
    let scene = Scene::new().await;
    let with_body = |row: &&Operation| !row.body.is_empty();
    for row in OPERATIONS.iter().filter(with_body) {
        for (how, body) in broken(&scene.fill(row.body, "owner")) {
            let what = format!("{} with {how}", row.id);
            refuse(&scene, &what, scene.with_body(row, body), (400, "malformed"), None).await;
        }
    }
}

/// Names are compared as they are meant, not as they are written.
#[tokio::test]
async fn a_member_that_is_doubled_by_an_escape() {
    let scene = Scene::new().await;
    let row = OPERATIONS.iter().find(|row| row.id == "createSpace").expect("a row");
    let body = r#"{"name": "one", "n\u0061me": "two", "owner": "owner"}"#;
    refuse(&scene, "an escaped name", scene.with_body(row, body), (400, "malformed"), None).await;
}
