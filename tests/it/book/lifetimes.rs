//! How long capabilities live, and what each of them permits.

use std::time::Duration;

use natter::{
    clock::Clock,
    key_ring::{KeyRings, RingKind},
    random::Random,
    timestamp::Timestamp,
    token::{CapabilityToken, Claims},
};

use crate::{
    client::{path, text, token},
    server::Server,
};

const MINUTE: u64 = 60;
const DAY: u64 = 86_400;

#[tokio::test]
async fn capabilities_live_as_long_as_in_the_book() {
    let server = Server::start();
    let alice = server.user("alice").await;
    server.visitor().register("bob").await;
    let space = alice.create_space("plans").await;
    let posted = alice.post(text(&space["messages-rw"]), "hello").await;
    let listed = |uri: &serde_json::Value| {
        let (client, uri) = (alice.client.clone(), text(uri).to_owned());
        async move { text(&client.get(&uri).await.expect(200).json()[0]).to_owned() }
    };
    let shared = alice.share(text(&posted["read-only"]), "bob", None).await;

    let keys = server.directory().join("data/keys");
    let rings = KeyRings::open(&keys, &Random::system(), &Clock::system()).expect("key rings");
    let claims = |uri: &str| -> Claims {
        CapabilityToken::parse(token(uri), &rings.get(RingKind::Capability)).expect("one of the server's")
    };
    for (name, uri, permissions, seconds) in [
        ("the space", text(&space["uri"]), "rwd", 100_000 * DAY),
        ("messages-rwd", text(&space["messages-rwd"]), "rwd", 100_000 * DAY),
        ("messages-rw", text(&space["messages-rw"]), "rw", 100_000 * DAY),
        ("messages-r", text(&space["messages-r"]), "r", 100_000 * DAY),
        ("a message", text(&posted["uri"]), "rd", 5 * MINUTE),
        ("a message, read-only", text(&posted["read-only"]), "r", 365 * DAY),
        ("one of a list, rwd", &listed(&space["messages-rwd"]).await, "rd", 10 * MINUTE),
        ("one of a list, r", &listed(&space["messages-r"]).await, "r", 10 * MINUTE),
        ("one that was shared", &shared, "r", 365 * DAY),
    ] {
        let claims = claims(uri);
        assert_eq!(claims.permissions.to_string(), permissions, "{name}");
        let left = claims.expires.since(Clock::system().now());
        let expected = Duration::from_secs(seconds);
        assert!(left <= expected && left + Duration::from_secs(60) > expected, "{name}: {left:?}");
    }
    assert_eq!(claims(&shared).expires, claims(text(&posted["read-only"])).expires, "as given");
}

/// The expiry is read from the capability itself, not left to the sweep.
#[tokio::test]
async fn an_expired_capability_is_checked_when_it_is_read() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let space = alice.create_space("plans").await;
    let keys = server.directory().join("data/keys");
    let rings = KeyRings::open(&keys, &Random::system(), &Clock::system()).expect("key rings");
    let ring = rings.get(RingKind::Capability);
    let mut claims =
        CapabilityToken::parse(token(text(&space["messages-r"])), &ring).expect("one of the server's");
    let now = Clock::system().now();
    for (expires, status) in [(now + Duration::from_secs(60), 200), (now, 403), (Timestamp::default(), 403)] {
        claims.expires = expires;
        let uri = format!("{}?access_token={}", path(&space["messages-r"]), *claims.mint(&ring).expose());
        alice.client.get(&uri).await.expect(status);
        let share = serde_json::json!({"uri": uri, "user": "alice"});
        alice.client.post("/share", &share).await.expect(status);
    }
}
