//! Who writes the database, and has no keys, makes neither sessions nor capabilities; who reads it has no tokens.

use std::time::{Duration, Instant};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    client::{password, text, token, trying},
    database::Database,
    server::Server,
};

#[tokio::test]
async fn what_was_edited_behind_the_servers_back_is_not_remembered_for_longer_than_a_second() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let database = Database::open(server.directory()).await;
    alice.client.get("/spaces").await.expect(200);
    database.execute("UPDATE session SET scopes = 4095, mac = zeroblob(32)").await;
    let begun = Instant::now();
    let refused = loop {
        let answer = alice.client.get("/spaces").await;
        if answer.status != 200 || begun.elapsed() > Duration::from_secs(2) {
            break answer;
        }
    };
    refused.expect_problem(401, "invalid-token");
}

#[tokio::test]
async fn a_session_that_was_edited_is_none() {
    let server = Server::start();
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let session = server.visitor().log_in_with("bob", "list_spaces").await;
    let database = Database::open(server.directory()).await;
    let row = "(SELECT max(id) FROM session)";
    let account = |name: &str| format!("(SELECT id FROM account WHERE name = '{name}')");
    session.client.get("/spaces").await.expect(200);
    for (column, value) in [
        ("account_id", account("alice")),
        ("scopes", "scopes | 2048".into()),
        ("scopes", "4095".into()),
        ("scopes", "-1".into()),
        ("expires_at", "expires_at + 1".into()),
        ("created_at", "created_at + 1".into()),
        ("hash", "zeroblob(32)".into()),
        ("mac_key", "mac_key + 1".into()),
        ("mac_key", "-1".into()),
        ("mac", "zeroblob(32)".into()),
        ("mac", "zeroblob(0)".into()),
        ("mac", format!("(SELECT mac FROM session WHERE account_id = {} LIMIT 1)", account("alice"))),
    ] {
        database.execute("CREATE TABLE kept AS SELECT * FROM session").await;
        let changed =
            database.execute(&format!("UPDATE session SET {column} = {value} WHERE id = {row}")).await;
        assert_eq!(changed, 1);
        trying(&format!("{column} = {value}"));
        // The server remembers for a second what it has read, unless something is committed through it.
        alice.create_space(&format!("{column} {value}")).await;
        session.client.get("/spaces").await.expect_problem(401, "invalid-token");
        database.execute("DELETE FROM session").await;
        database.execute("INSERT INTO session SELECT * FROM kept").await;
        database.execute("DROP TABLE kept").await;
        session.client.get("/spaces").await.expect(200);
    }
    alice.client.get("/spaces").await.expect(200);
    bob.client.get("/spaces").await.expect(200);
}

/// The row of one's own session, copied to somebody else's account under the hash of one's own token.
#[tokio::test]
async fn a_session_that_was_copied_to_another_account_is_none() {
    let server = Server::start();
    let _alice = server.user("alice").await;
    let mallory = server.user("mallory").await;
    let database = Database::open(server.directory()).await;
    database
        .execute("CREATE TABLE stolen AS SELECT * FROM session WHERE id = (SELECT max(id) FROM session)")
        .await;
    database.execute("DELETE FROM session WHERE id = (SELECT id FROM stolen)").await;
    database.execute("UPDATE stolen SET account_id = (SELECT id FROM account WHERE name = 'alice')").await;
    database.execute("INSERT INTO session SELECT * FROM stolen").await;
    mallory.client.get("/spaces").await.expect_problem(401, "invalid-token");
    mallory.client.post("/sessions", &serde_json::json!({})).await.expect_problem(401, "invalid-token");
}

#[tokio::test]
async fn a_capability_that_was_edited_is_none() {
    let server = Server::start();
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let space = alice.create_space("plans").await;
    alice.create_space("other").await;
    alice.post(text(&space["messages-rw"]), "hello").await;
    let shared = alice.share(text(&space["messages-r"]), "bob", None).await;
    let database = Database::open(server.directory()).await;
    let row = "(SELECT max(id) FROM capability)";
    for (column, value) in [
        ("account_id", "(SELECT id FROM account WHERE name = 'alice')"),
        ("space_id", "(SELECT id FROM space WHERE name = 'other')"),
        ("permissions", "7"),
        ("permissions", "255"),
        ("target", "0"),
        ("message_id", "(SELECT id FROM message)"),
        ("expires_at", "expires_at + 1"),
        ("created_at", "created_at + 1"),
        ("parent_id", "NULL"),
        ("mac_key", "2"),
        ("mac", "zeroblob(32)"),
        ("mac", "(SELECT mac FROM capability WHERE parent_id IS NULL LIMIT 1)"),
    ] {
        bob.client.get(&shared).await.expect(200);
        database.execute("CREATE TABLE kept AS SELECT * FROM capability").await;
        let changed =
            database.execute(&format!("UPDATE capability SET {column} = {value} WHERE id = {row}")).await;
        assert_eq!(changed, 1);
        trying(&format!("{column} = {value}"));
        // As above.
        server.visitor().log_in("alice").await;
        for session in [&alice, &bob] {
            session.client.get(&shared).await.expect_problem(403, "forbidden");
            let share = serde_json::json!({"uri": shared, "user": "bob"});
            session.client.post("/share", &share).await.expect_problem(403, "forbidden");
        }
        database.execute(&format!("DELETE FROM capability WHERE id = {row}")).await;
        database
            .execute(
                "INSERT INTO capability SELECT * FROM kept WHERE id = (SELECT max(id) FROM kept) ON CONFLICT DO NOTHING",
            )
            .await;
        database.execute("DROP TABLE kept").await;
    }
    bob.client.get(&shared).await.expect(200);
}

#[tokio::test]
async fn no_token_and_no_password_is_in_the_file() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let space = alice.create_space("plans").await;
    let posted = alice.post(text(&space["messages-rw"]), "a message in the clear").await;
    let shared = alice.share(text(&space["messages-r"]), "alice", None).await;
    let mut secrets = vec![password("alice").into_bytes()];
    let capabilities = [text(&space["uri"]), text(&posted["uri"]), &shared].map(token);
    for token in capabilities.into_iter().chain([alice.token.as_str()]) {
        secrets.push(token.as_bytes().to_vec());
        let (_, encoded) = token.split_once('_').expect("a prefix");
        let bytes = URL_SAFE_NO_PAD.decode(encoded).expect("base64url");
        secrets.push(bytes[bytes.len() - 16..].to_vec());
        if token == alice.token {
            secrets.push(bytes[4..36].to_vec());
        }
    }
    let data = server.directory().join("data");
    let stored: Vec<u8> = ["natter.db", "natter.db-wal"]
        .into_iter()
        .flat_map(|name| std::fs::read(data.join(name)).unwrap_or_default())
        .collect();
    let holds = |needle: &[u8]| stored.windows(needle.len()).any(|window| window == needle);
    assert!(holds(b"a message in the clear"), "the search finds what is there");
    for secret in secrets {
        assert!(!holds(&secret), "{}", String::from_utf8_lossy(&secret));
    }
}
