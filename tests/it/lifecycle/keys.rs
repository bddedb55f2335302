//! Rotating keys, and retiring old ones.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::PathBuf,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{admin, audited, refused};
use crate::{
    client::{Session, text},
    process::PATIENCE,
    server::Server,
};

const RINGS: [&str; 7] = ["session", "capability", "row", "name", "audit", "checkpoint", "idempotency"];

fn ring(server: &Server, name: &str) -> PathBuf {
    server.directory().join(format!("data/keys/{name}.keys"))
}

/// The number of the key that made a token.
fn key_of(session: &Session) -> u8 {
    URL_SAFE_NO_PAD.decode(session.token.trim_start_matches("ntrs_")).expect("base64url")[3]
}

/// Asks until it is so: the server looks at its key files every other second.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds().await {
        assert!(Instant::now() < deadline, "{what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Makes the keys of a ring look as if they had been made in the year before.
fn age(server: &Server, name: &str) {
    let path = ring(server, name);
    let text = fs::read_to_string(&path).expect("a ring");
    let aged: Vec<_> = text
        .lines()
        .map(|line| match line.rsplit_once(' ') {
            Some((key, _)) if !line.starts_with('#') => format!("{key} 2025-01-01T00:00:00Z\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    fs::write(&path, aged.concat()).expect("written");
}

#[tokio::test]
async fn every_ring_gets_a_key_and_the_server_goes_on() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let space = alice.create_space("plans").await;
    fs::set_permissions(ring(&server, "session"), fs::Permissions::from_mode(0o400)).expect("it is ours");
    let secrets = |name: &str| {
        let text = fs::read_to_string(ring(&server, name)).expect("a ring");
        let keys = text.lines().filter(|line| !line.starts_with('#'));
        keys.map(|line| line.split(' ').nth(1).expect("a key").to_owned()).collect::<Vec<_>>()
    };
    let before = secrets("session");

    let said = admin(&server, &["rotate-keys"]);
    for name in RINGS {
        assert!(said.contains(&format!("{name}: key 2 signs from now on; still good: 1\n")), "{said}");
        assert_eq!(audited(&server, &format!("rotate-keys {name}")).len(), 2, "{name}");
        assert_eq!(secrets(name).len(), 2);
    }
    let after = secrets("session");
    assert_eq!(after[0], before[0]);
    assert_ne!(after[1], before[0]);
    assert!(after.iter().all(|secret| !said.contains(secret)));
    assert_eq!(fs::metadata(ring(&server, "session")).expect("it is there").mode() & 0o777, 0o400);
    let names = fs::read_dir(server.directory().join("data/keys")).expect("the keys");
    assert!(names.flatten().all(|entry| entry.path().extension().is_some_and(|it| it == "keys")));

    until("the new key is not used", async || key_of(&server.visitor().log_in("alice").await) == 2).await;
    alice.client.get(text(&space["messages-r"])).await.expect(200);
    let said = admin(&server, &["rotate-keys", "session"]);
    assert!(said.contains("session: key 3 signs from now on; still good: 1, 2\n"), "{said}");
    assert!(!said.contains("capability"), "{said}");
    admin(&server, &["verify-audit", "--anchor", "data/audit-checkpoints.jsonl"]);
}

#[tokio::test]
async fn retiring_a_key_says_what_dies_and_does_it_when_told() {
    let server = Server::start();
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let space = alice.create_space("plans").await;
    let capability = text(&space["messages-r"]);
    for (arguments, complaint) in [
        (["session", "1"], "newest"),
        (["session", "7"], "no key 7"),
        (["nothing", "1"], "possible values"),
        (["session", "one"], "invalid value"),
    ] {
        let said = refused(&server, &[&["retire-key"], &arguments[..], &["--yes"]].concat());
        assert!(said.contains(complaint), "{said}");
    }
    admin(&server, &["rotate-keys"]);
    let said = refused(&server, &["retire-key", "session", "1", "--yes"]);
    assert!(said.contains("less than a minute"), "{said}");
    for name in RINGS {
        age(&server, name);
    }

    for (name, expected) in [
        ("session", "at most 2 sessions"),
        ("capability", "2 roots at most"),
        ("row", "2 sessions end\n- 2 roots"),
        ("name", "0 at most"),
        ("audit", "rows of the audit log"),
        ("checkpoint", "cannot know"),
        ("idempotency", "done twice"),
    ] {
        let said = admin(&server, &["retire-key", name, "1"]);
        assert!(said.contains(expected) && said.contains("Nothing was changed"), "{said}");
        let statuses: Vec<_> =
            audited(&server, &format!("retire-key {name} 1")).iter().map(|row| row.0).collect();
        assert!(statuses.ends_with(&[0, 428]), "{statuses:?}");
    }
    alice.client.get(capability).await.expect(200);

    until("the new key is not used", async || key_of(&server.visitor().log_in("bob").await) == 2).await;
    let newer = server.visitor().log_in("bob").await;
    let said = admin(&server, &["retire-key", "session", "1", "--yes"]);
    assert!(said.contains("Key 1 is retired"), "{said}");
    until("the old session goes on", async || alice.client.get("/spaces").await.status == 401).await;
    bob.client.get("/spaces").await.expect_problem(401, "invalid-token");
    newer.client.get("/spaces").await.expect(200);
    let again = server.visitor().log_in("alice").await;
    again.client.get(capability).await.expect(200);

    // The row ring's key takes the capabilities that were made under it, and the sessions.
    admin(&server, &["retire-key", "row", "1", "--yes"]);
    let fresh = async || server.visitor().log_in("alice").await;
    until("the capability goes on", async || fresh().await.client.get(capability).await.status == 403).await;
    assert_eq!(audited(&server, "retire-key row 1").last().map(|row| row.0), Some(200));
}
