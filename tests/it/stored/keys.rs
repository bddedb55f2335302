//! Key files: who may read them, and how a running server follows them.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use natter::key_ring::RingKind;

use crate::{
    client::{Client, text},
    process::PATIENCE,
    server::{Server, refuses_to_start},
};

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
}

/// Waits until the server answers this request with that status: it looks at its key files every other second.
async fn until(client: &Client, path: &str, status: u16) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = client.get(path).await;
        if answer.status == status {
            return;
        }
        assert!(Instant::now() < deadline, "still {}: {}", answer.status, answer.text);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn they_are_made_for_their_owner_only() {
    let server = Server::start();
    let mode = |path: &Path| fs::metadata(path).expect("it is there").mode() & 0o777;
    let data = server.directory().join("data");
    assert_eq!(mode(&data.join("keys")), 0o700);
    for ring in RingKind::ALL.map(RingKind::file_name) {
        assert_eq!(mode(&data.join("keys").join(ring)), 0o600, "{ring}");
    }
    assert_eq!((mode(&data), mode(&data.join("natter.db"))), (0o700, 0o600));
}

#[tokio::test]
async fn files_that_others_may_touch_are_refused_at_start() {
    let (directory, _) = Server::start().stop();
    let keys = directory.path().join("data/keys");
    for ring in RingKind::ALL.map(RingKind::file_name) {
        for mode in [0o640, 0o604, 0o620, 0o602] {
            set_mode(&keys.join(ring), mode);
            let (status, said) = refuses_to_start(directory.path(), &[]);
            assert!(!status.success(), "{ring} {mode:o}");
            assert!(said.contains(ring), "{said}");
        }
        set_mode(&keys.join(ring), 0o600);
    }
    set_mode(&keys, 0o777);
    let (status, said) = refuses_to_start(directory.path(), &[]);
    assert!(!status.success() && said.contains("keys"), "{said}");
    set_mode(&keys, 0o700);

    let ring = keys.join("session.keys");
    let good = fs::read_to_string(&ring).expect("a ring");
    for bad in ["", "# nothing\n", "1 short 2026-11-22T10:20:30Z\n", &format!("{good}{good}"), "\u{0}"] {
        fs::write(&ring, bad).expect("written");
        let (status, said) = refuses_to_start(directory.path(), &[]);
        assert!(!status.success() && said.contains("session.keys"), "{bad:?}: {said}");
        let key = good.lines().last().and_then(|line| line.split(' ').nth(1)).expect("a key");
        assert!(!said.contains(key), "no key is shown");
    }
    fs::write(&ring, good).expect("written");
    Server::start_in(directory, &[]);
}

#[tokio::test]
async fn a_running_server_follows_its_rings() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let space = alice.create_space("plans").await;
    let capability = text(&space["messages-r"]);
    let file = server.directory().join("data/keys/session.keys");
    let old = fs::read_to_string(&file).expect("a ring");
    let new = format!("2 {} 2026-11-22T10:20:30Z\n", URL_SAFE_NO_PAD.encode([7; 32]));

    // A key is added: it signs from now on, and the old one still verifies.
    fs::write(&file, format!("{old}{new}")).expect("written");
    let deadline = Instant::now() + PATIENCE;
    let bob = loop {
        let session = server.visitor().log_in("alice").await;
        let bytes = URL_SAFE_NO_PAD.decode(session.token.trim_start_matches("ntrs_")).expect("base64url");
        if bytes[..4] == [0, 0, 0, 2] {
            break session;
        }
        assert!(Instant::now() < deadline, "the ring is not read again");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    for client in [&alice.client, &bob.client] {
        client.get(capability).await.expect(200);
    }

    // A file that others may read is not followed, and what there was stays.
    fs::write(&file, &new).expect("written");
    set_mode(&file, 0o644);
    server.logged("the keys stay as they were");
    alice.client.get("/spaces").await.expect(200);

    // The old key is removed: what it signed ends, and nothing else.
    set_mode(&file, 0o600);
    until(&alice.client, "/spaces", 401).await;
    bob.client.get(capability).await.expect(200);
    let again = server.visitor().log_in("alice").await;
    again.client.get(capability).await.expect(200);

    // Capabilities have a ring of their own.
    let file = server.directory().join("data/keys/capability.keys");
    fs::write(&file, format!("9 {} 2026-11-22T10:20:30Z\n", URL_SAFE_NO_PAD.encode([9; 32])))
        .expect("written");
    until(&again.client, capability, 403).await;
    again.client.get("/spaces").await.expect(200);
}
