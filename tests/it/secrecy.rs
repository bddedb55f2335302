//! A full run with the log at its most talkative: no password, token, capability or key is found in anything the
//! server says about itself.

use std::fs;

use serde_json::json;

use crate::{
    authorization::{scene::Scene, table::OPERATIONS},
    client::{Client, password, send, text, token},
    server::Server,
};

/// Every session token, capability token and password that an answer or a request of the run held.
#[derive(Default)]
struct Secrets(Vec<String>);

impl Secrets {
    /// Takes every token in a text.
    fn take(&mut self, text: &str) {
        for prefix in ["ntrs_", "ntrc_"] {
            for (start, _) in text.match_indices(prefix) {
                let token =
                    text[start..].split(|c: char| !c.is_ascii_alphanumeric() && !"_-".contains(c)).next();
                self.0.extend(token.map(str::to_owned));
            }
        }
    }
}

/// Everything once as it should be, with each token that comes of it.
async fn succeed(scene: &Scene, secrets: &mut Secrets) {
    for row in OPERATIONS.iter().filter(|row| !row.request.starts_with("DELETE") && row.id != "handOverSpace")
    {
        let answer = send(scene.request(row, "owner", Some(&scene.owner().token), "")).await;
        secrets.take(&answer.text);
    }
    for uri in [&scene.space.space, &scene.space.messages, &scene.space.message, &scene.other.messages] {
        secrets.take(uri);
        secrets.take(&scene.owner().client.get(uri).await.text);
    }
    for row in OPERATIONS.iter().filter(|row| row.request.starts_with("DELETE") || row.id == "handOverSpace")
    {
        let session = scene.server.visitor().log_in_with("moderator", crate::client::ALL_SCOPES).await;
        secrets.take(&session.token);
        send(scene.request(row, "owner", Some(&session.token), "")).await;
    }
}

/// Paths and queries with a secret in them.
fn paths(secret: &str) -> Vec<String> {
    vec![
        format!("/{secret}"),
        format!("/spaces/{secret}"),
        format!("/users/{secret}/password"),
        format!("/spaces?limit={secret}"),
        format!("/spaces?{secret}=1&{secret}=2"),
        format!("/spaces?access_token={secret}"),
        format!("/sessions?scope={secret}"),
        format!("/logs?before={secret}"),
        format!("/docs?{secret}"),
    ]
}

/// Secrets in every place where they do not belong.
async fn misplace(server: &Server, visitor: &Client, secret: &str) {
    let escaped: String = secret.bytes().map(|byte| format!("%{byte:02x}")).collect();
    for path in [escaped.as_str(), secret].into_iter().flat_map(paths) {
        visitor.get(&path).await;
        visitor.post(&path, &json!({secret: secret, "username": secret, "password": secret})).await;
        let _ = send(visitor.post_request(&path, format!(r#"{{"password": "{secret}""#))).await;
    }
    for header in
        ["authorization", "natter-capability", "host", "origin", "content-type", "x-forwarded-for", "cookie"]
    {
        let value = if header == "authorization" { format!("Bearer {secret}") } else { secret.to_owned() };
        send(visitor.request(reqwest::Method::GET, "/spaces").header(header, value)).await;
    }
    let login = || visitor.post_request("/sessions", "");
    send(login().basic_auth(secret, Some("x"))).await;
    send(login().basic_auth("owner", Some(secret))).await;
    send(login().header("authorization", format!("Basic {secret}"))).await;
    let named = reqwest::Method::from_bytes(secret.replace(' ', "-").as_bytes());
    if let Ok(method) = named {
        send(visitor.request(method, "/spaces")).await;
    }
    server.command(&["admin", "grant-auditor", "nobody"]);
}

#[tokio::test]
async fn nothing_secret_is_said() {
    let scene = Scene::with(&[("NATTER_LOG__LEVEL", "trace")]).await;
    let server = &scene.server;
    let mut secrets = Secrets::default();
    for (name, session) in &scene.people {
        secrets.0.extend([password(name), session.token.clone()]);
    }
    succeed(&scene, &mut secrets).await;
    secrets.0.extend(["quite a secret".to_owned(), "another secret".to_owned()]);
    let other_server = Server::start();
    let elsewhere = other_server.user("owner").await;
    let foreign = text(&elsewhere.create_space("elsewhere").await["uri"]).to_owned();
    for secret in ["a-misplaced-password", &elsewhere.token, token(&foreign)] {
        misplace(server, &server.visitor(), secret).await;
        misplace(server, &scene.people["stranger"].client, secret).await;
        secrets.0.push(secret.to_owned());
    }
    let auditor = server.visitor().log_in("observer").await;
    assert!(server.command(&["admin", "grant-auditor", "observer"]).0.success());
    let audit = auditor.client.get("/logs?limit=1000").await.expect(200).text;
    secrets.0.push(auditor.token);

    let keys = server.directory().join("data/keys");
    for file in fs::read_dir(keys).expect("the keys") {
        let ring = fs::read_to_string(file.expect("a file").path()).expect("a ring");
        let keys =
            ring.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split(' ').nth(1));
        secrets.0.extend(keys.map(str::to_owned));
    }
    assert!(secrets.0.len() > 40, "only {} secrets were collected", secrets.0.len());

    let admin = Client::new(&server.admin);
    let mut said = vec![("the audit", audit), ("the metrics", admin.get("/metrics").await.expect(200).text)];
    for page in ["/docs", "/docs/problems", "/openapi.json"] {
        said.push((page, server.visitor().get(page).await.expect(200).text));
    }
    said.push(("readiness", admin.get("/ready").await.text));
    let (_, settings, _) = server.command(&["settings"]);
    said.push(("the settings", settings));
    let (_, log) = scene.server.stop();
    assert!(log.contains("natter") && log.lines().count() > 100, "there is a log to search: {log}");
    said.push(("the log", log));
    for (place, text) in &said {
        for secret in &secrets.0 {
            let short = &secret[..secret.len().min(30)];
            let line = text.lines().find(|line| line.contains(short));
            assert!(line.is_none(), "{secret} stands in {place}: {line:?}");
        }
        // Pages show made-up ones as examples; nothing else shows any.
        let shows_examples = place.starts_with('/');
        assert!(shows_examples || !text.contains("ntrs_") && !text.contains("ntrc_"), "{place}");
    }
}
