//! Random requests at every operation: whatever comes, the answer is no 5xx and comes soon.
//!
//! `PROPTEST_CASES` makes the run longer.

use proptest::{prelude::*, sample::select, test_runner::TestRunner};
use serde_json::Value;

use crate::{
    authorization::{scene::Scene, table::OPERATIONS},
    wire,
};

/// A request, as far as it is left to chance.
#[derive(Clone, Debug)]
struct Attempt {
    row: usize,
    who: Option<usize>,
    method: Option<String>,
    segments: Vec<(usize, String)>,
    query: Vec<(String, String)>,
    capability: Option<String>,
    body: Option<Vec<u8>>,
    member: Option<(String, Value)>,
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[!-~]{0,12}", "(%[0-9a-fA-F]{2}){1,4}", "[a-z]{1,3}", Just("\u{1f600}".to_owned()), ".{0,6}"]
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        select(vec!["owner", "member", "rwd", "r"]).prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| prop::collection::vec(inner, 0..4).prop_map(Value::from))
}

fn attempt() -> impl Strategy<Value = Attempt> {
    let method = select(vec!["GET", "POST", "DELETE", "HEAD", "PUT", "OPTIONS"]).prop_map(str::to_owned);
    let name = prop_oneof![
        select(vec!["since", "after", "before", "limit", "scope", "access_token"]).prop_map(str::to_owned),
        text(),
    ];
    (
        0..OPERATIONS.len(),
        prop::option::weighted(0.8, 0..6_usize),
        prop::option::weighted(0.2, method),
        prop::collection::vec((0..5_usize, text()), 0..2),
        prop::collection::vec((name, text()), 0..3),
        prop::option::weighted(0.1, text()),
        prop::option::weighted(0.2, prop::collection::vec(any::<u8>(), 0..200)),
        prop::option::weighted(0.7, ("[a-z_]{1,16}", json())),
    )
        .prop_map(|(row, who, method, segments, query, capability, body, member)| Attempt {
            row,
            who,
            method,
            segments,
            query,
            capability,
            body,
            member,
        })
}

/// Without what would end the request line or a header, or make it none.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_graphic() && !"\"#<>\\^`{|}".contains(*c)).collect()
}

fn bytes(scene: &Scene, attempt: &Attempt) -> (String, Vec<u8>) {
    let row = &OPERATIONS[attempt.row];
    let (method, template) = row.request.split_once(' ').expect("a method and a path");
    let mut path: Vec<String> = scene.fill(template, "owner").split('/').map(str::to_owned).collect();
    for (index, segment) in &attempt.segments {
        let index = index % path.len();
        path[index] = plain(segment);
    }
    let pairs = attempt.query.iter().map(|(name, value)| format!("{}={}", plain(name), plain(value)));
    let target =
        format!("/{}?{}", path.join("/").trim_start_matches('/'), pairs.collect::<Vec<_>>().join("&"));
    let mut head = format!(
        "{} {target} HTTP/1.1\nHost: {}\nContent-Type: application/json\n",
        attempt.method.as_deref().unwrap_or(method),
        scene.server.address
    );
    if let Some(who) = attempt.who {
        let token = &scene.people.values().nth(who).expect("six people").token;
        head += &format!("Authorization: Bearer {token}\n");
    }
    if let Some(capability) = &attempt.capability {
        head += &format!("Natter-Capability: {}\n", plain(capability));
    }
    let body = attempt.body.clone().unwrap_or_else(|| {
        let mut body = serde_json::from_str(&scene.fill(row.body, "owner")).unwrap_or(Value::Null);
        if let (Some(members), Some((name, value))) = (body.as_object_mut(), &attempt.member) {
            let known = members.keys().next().cloned().unwrap_or_default();
            members.insert(if name.len() > 8 { known } else { name.clone() }, value.clone());
        }
        body.to_string().into_bytes()
    });
    head += &format!("Content-Length: {}", body.len());
    (head, body)
}

#[test]
fn no_request_breaks_the_server() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let scene = runtime.block_on(Scene::new());
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(400);
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let outcome = TestRunner::new(config).run(&attempt(), |attempt| {
        let (head, body) = bytes(&scene, &attempt);
        let answer = wire::send(&scene.server.address, &head, &body);
        prop_assert!(answer.status.as_u16() < 500, "{}: {}", answer.status, answer.text);
        if answer.status.is_client_error() && !head.starts_with("HEAD") {
            let (status, kind) = (answer.status.as_u16(), answer.kind());
            answer.expect_problem(status, &kind);
        }
        Ok(())
    });
    outcome.expect("every answer is a proper one");
    let log = scene.server.log();
    assert!(!log.contains("panicked") && !log.contains("ERROR"), "{log}");
}
