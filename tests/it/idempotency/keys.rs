//! Later starts, and other keys of the server's.

use std::{fs, path::Path};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use natter::key_ring::RingKind;

use super::{Scene, post, seen};
use crate::{
    client::{Answer, Session, text, token},
    database::Database,
    server::Server,
};

/// Adds a second key to a ring, which signs from the next start on.
fn rotate(directory: &Path, ring: RingKind) {
    let file = directory.join("data/keys").join(ring.file_name());
    let line = format!("2 {} 2026-11-22T10:20:30Z\n", URL_SAFE_NO_PAD.encode([ring as u8 + 1; 32]));
    let content = fs::read_to_string(&file).expect("a ring") + &line;
    fs::write(file, content).expect("written");
}

/// Removes the first key of a ring.
fn retire(directory: &Path, ring: RingKind) {
    let file = directory.join("data/keys").join(ring.file_name());
    let content = fs::read_to_string(&file).expect("a ring");
    let rest = content.lines().filter(|line| !line.starts_with("1 "));
    fs::write(file, rest.collect::<Vec<_>>().join("\n") + "\n").expect("written");
}

async fn all(scene: &Scene, alice: &Session) -> Vec<Answer> {
    let mut answers = Vec::new();
    for (path, body, status) in scene.requests() {
        answers.push(post(alice, &path, "k", &body).await.expect(status));
    }
    answers
}

#[tokio::test]
async fn after_a_restart_and_a_rotation_the_first_answer_comes_again() {
    let mut scene = Scene::new().await;
    let first = all(&scene, &scene.alice).await;
    for rotated in [&[][..], &RingKind::ALL] {
        let (directory, _) = scene.server.stop();
        rotated.iter().for_each(|ring| rotate(directory.path(), *ring));
        scene.server = Server::start_in(directory, &[]);
        let alice = scene.server.visitor().with_token(&scene.alice.token);
        let alice = Session { client: alice, ..scene.alice.clone() };
        let again = all(&scene, &alice).await;
        for (first, again) in first.iter().zip(&again) {
            assert_eq!(seen(first), seen(again));
        }
    }
}

#[tokio::test]
async fn after_the_retirement_of_a_key_the_answer_has_tokens_that_work() {
    let mut scene = Scene::new().await;
    let first = all(&scene, &scene.alice).await;
    let database = Database::open(scene.server.directory()).await;
    let before = database.snapshot().await;
    let (directory, _) = scene.server.stop();
    rotate(directory.path(), RingKind::Capability);
    retire(directory.path(), RingKind::Capability);
    scene.server = Server::start_in(directory, &[]);
    let alice = scene.server.visitor().with_token(&scene.alice.token);
    let alice = Session { client: alice, ..scene.alice.clone() };
    let [created, said, added, _] = scene.requests();
    for ((path, body, status), first) in [created, said, added].into_iter().zip(&first) {
        let again = post(&alice, &path, "k", &body).await.expect(status).json();
        let (was, is) = (first.json()["uri"].clone(), again["uri"].clone());
        if is.is_string() {
            assert_ne!(was, is);
            alice.client.get(text(&was)).await.expect_problem(403, "forbidden");
            alice.client.get(text(&is)).await.expect(200);
        }
    }
    assert!(before == database.snapshot().await);
}

#[tokio::test]
async fn neither_key_nor_body_nor_answer_can_be_found_in_the_database() {
    let scene = Scene::new().await;
    let mut secrets = Vec::new();
    for (number, (path, body, status)) in scene.requests().into_iter().enumerate() {
        let key = format!("a-key-to-look-for-{number}");
        let answer = post(&scene.alice, &path, &key, &body).await.expect(status).json();
        secrets.extend([key.into_bytes(), body.to_string().into_bytes(), answer.to_string().into_bytes()]);
        for uri in answer.as_object().expect("an object").values().filter_map(|value| value.as_str()) {
            if uri.contains("?access_token=") {
                let token = token(uri);
                let bytes = URL_SAFE_NO_PAD.decode(token.trim_start_matches("ntrc_")).expect("base64url");
                let tag = bytes[bytes.len() - 16..].to_vec();
                secrets.extend([token.as_bytes().to_vec(), bytes, tag]);
            }
        }
    }
    assert!(secrets.len() > 20);
    // The write-ahead log has what the file has not got yet.
    let files = ["natter.db", "natter.db-wal"].map(|name| scene.server.directory().join("data").join(name));
    let contents = files.map(|file| fs::read(file).expect("readable")).concat();
    let contains = |text: &[u8]| contents.windows(text.len()).any(|window| window == text);
    assert!(contains(b"Hello."), "what is looked through is the database");
    for secret in secrets {
        assert!(!contains(&secret), "{}", String::from_utf8_lossy(&secret));
    }
}
