//! Erasing a person.

use super::{admin, audited, refused};
use crate::{
    client::{password, path, send, text},
    database::Database,
    server::Server,
};

#[tokio::test]
async fn what_a_person_left_goes_and_the_audit_still_verifies() {
    let server = Server::start();
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let shared_space = alice.create_space("plans").await;
    alice.add_member(path(&shared_space["uri"]), "bob", "member").await;
    let given = alice.share(text(&shared_space["messages-rw"]), "bob", None).await;
    let said = bob.post(&given, "by bob").await;
    let alone = bob.create_space("alone").await;
    let of_alone = bob.share(text(&alone["messages-r"]), "alice", None).await;
    let database = Database::open(server.directory()).await;
    let id = database.texts("SELECT hex(id) FROM account WHERE name = 'bob'").await.remove(0);
    let about = format!(
        "SELECT CAST(count(*) AS TEXT) FROM audit_subject WHERE hex(account_id) = '{id}' AND address <> ''"
    );
    assert_ne!(database.texts(&about).await, ["0"]);

    admin(&server, &["erase", "bob"]);
    bob.client.get("/spaces").await.expect_problem(401, "invalid-token");
    alice.client.get(&of_alone).await.expect_problem(403, "forbidden");
    alice.client.get(path(&said["uri"])).await.expect_problem(404, "not-found");
    assert_eq!(database.texts(&about).await, ["0"]);
    let rows = database.snapshot().await;
    assert!(!rows.iter().any(|row| row.contains("'bob'") || row.contains("'alone'") || row.contains(&id)));
    let again = serde_json::json!({"username": "bob", "password": "another secret"});
    server.visitor().post("/users", &again).await.expect_problem(409, "name-taken");
    let login = server.visitor().post_request("/sessions", "").basic_auth("bob", Some(password("bob")));
    send(login).await.expect_problem(401, "unauthenticated");
    // The command's own rows do not say who it was either.
    assert_eq!(audited(&server, "erase"), [(0, String::new()), (200, String::new())]);
}

#[tokio::test]
async fn spaces_that_others_use_are_listed_and_only_deleted_when_asked() {
    let server = Server::start();
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let mut uris = Vec::new();
    for name in ["plans", "secrets"] {
        let uri = path(&bob.create_space(name).await["uri"]).to_owned();
        bob.add_member(&uri, "alice", "member").await;
        uris.push(uri);
    }
    let together = path(&bob.create_space("together").await["uri"]).to_owned();
    bob.add_member(&together, "alice", "owner").await;

    let complaint = refused(&server, &["erase", "bob"]);
    for expected in ["plans", "secrets", "--delete-spaces"] {
        assert!(complaint.contains(expected), "{complaint}");
    }
    assert!(!complaint.contains("together"), "it has another owner: {complaint}");
    bob.client.get("/spaces").await.expect(200);

    admin(&server, &["erase", "bob", "--delete-spaces"]);
    for uri in &uris {
        alice.client.get(uri).await.expect_problem(403, "forbidden");
    }
    alice.client.get(&together).await.expect(200);
    let rows = audited(&server, "erase");
    assert_eq!(rows.iter().map(|row| row.0).collect::<Vec<_>>(), [0, 409, 0, 200]);
}
