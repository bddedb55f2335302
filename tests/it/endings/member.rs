//! Removing members and leaving.

use serde_json::json;

use crate::{
    client::{Session, path, text},
    server::Server,
};

async fn members(session: &Session, space: &str) -> Vec<String> {
    let listed = session.client.get(&format!("{space}/members")).await.expect(200).json();
    let entries = listed.as_array().expect("a list").iter();
    entries.map(|entry| format!("{} {}", text(&entry["username"]), entry["roles"])).collect()
}

#[tokio::test]
async fn a_removed_member_s_links_end_with_all_that_was_shared_from_them() {
    let server = Server::start();
    let (alice, bob, carol) =
        (server.user("alice").await, server.user("bob").await, server.user("carol").await);
    let space = alice.create_space("plans").await;
    let uri = path(&space["uri"]);
    alice.add_member(uri, "bob", "member").await;
    let given = alice.share(text(&space["messages-rw"]), "bob", None).await;
    let passed = bob.share(&given, "carol", None).await;
    let own = bob.post(&given, "mine").await;
    let listed = carol.client.get(&passed).await.expect(200).json()[0].clone();
    let other_space = bob.create_space("other").await;

    alice.client.delete(&format!("{uri}/members/bob")).await.expect(200);
    for uri in [&given, text(&own["uri"]), text(&own["read-only"]), path(&own["uri"])] {
        bob.client.get(uri).await.expect_problem(403, "forbidden");
    }
    for uri in [&passed, text(&listed)] {
        carol.client.get(uri).await.expect_problem(403, "forbidden");
    }
    // What was said stays, and so does what the member has elsewhere.
    alice.client.get(path(&own["uri"])).await.expect(200);
    bob.client.get(text(&other_space["messages-r"])).await.expect(200);
    assert_eq!(members(&alice, uri).await, [r#"alice ["owner"]"#]);
    alice.client.delete(&format!("{uri}/members/bob")).await.expect_problem(404, "not-found");
}

#[tokio::test]
async fn members_leave_and_only_owners_remove_others() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let uri = path(&alice.create_space("plans").await["uri"]).to_owned();
    let mut people = Vec::new();
    for (name, role) in [("bob", "moderator"), ("carol", "member"), ("dave", "observer")] {
        people.push(server.user(name).await);
        alice.add_member(&uri, name, role).await;
    }
    for session in &people {
        for other in ["alice", "bob", "carol", "dave", "nobody"].iter().filter(|name| **name != session.name)
        {
            let remove = session.client.delete(&format!("{uri}/members/{other}")).await;
            remove.expect_problem(403, "forbidden");
        }
    }
    for session in &people {
        session.client.delete(&format!("{uri}/members/{}", session.name)).await.expect(200);
        session.client.get(&uri).await.expect_problem(403, "forbidden");
        let spaces = session.client.get("/spaces").await.expect(200).json();
        assert_eq!(spaces, json!([]));
    }
    assert_eq!(members(&alice, &uri).await, [r#"alice ["owner"]"#]);
}

#[tokio::test]
async fn other_roles_take_effect_at_once() {
    let server = Server::start();
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let space = alice.create_space("plans").await;
    let (uri, messages) = (path(&space["uri"]), path(&space["messages-rwd"]));
    let body = json!({"author": "bob", "message": "x"});
    for (role, reads, posts, deletes) in [
        ("observer", 200, 403, 403),
        ("member", 200, 201, 403),
        ("moderator", 200, 403, 200),
        ("owner", 200, 201, 200),
    ] {
        let message = alice.post(messages, "hello").await["uri"].clone();
        alice.add_member(uri, "bob", role).await;
        assert!(members(&bob, uri).await.contains(&format!(r#"bob ["{role}"]"#)));
        bob.client.get(messages).await.expect(reads);
        bob.client.post(messages, &body).await.expect(posts);
        bob.client.delete(path(&message)).await.expect(deletes);
    }
    let both = json!({"username": "bob", "roles": ["moderator", "member"]});
    alice.client.post(&format!("{uri}/members"), &both).await.expect(200);
    let posted = bob.post(messages, "mine").await["uri"].clone();
    bob.client.delete(path(&posted)).await.expect(200);
}
