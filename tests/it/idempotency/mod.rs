//! `Idempotency-Key`: what is sent again has its effect once, and is answered as the first time.

mod concurrent;
mod header;
mod judged_afresh;
mod keys;
mod replay;
mod scope;

use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use crate::{
    client::{Answer, Session, path, send, text},
    server::Server,
};

/// A server with a space of alice's, who shares a capability with bob.
pub struct Scene {
    pub server: Server,
    pub alice: Session,
    pub bob: Session,
    /// The answer to its creation.
    pub space: Value,
}

impl Scene {
    pub async fn new() -> Self {
        let server = Server::start();
        let (alice, bob) = (server.user("alice").await, server.user("bob").await);
        let space = alice.create_space("plans").await;
        Self { server, alice, bob, space }
    }

    /// Another good body for each of [these](Self::requests).
    pub fn other_bodies(&self) -> [Value; 4] {
        [
            json!({"name": "a third", "owner": "alice"}),
            json!({"author": "alice", "message": "Hello.", "previews": false}),
            json!({"username": "bob", "roles": ["observer"]}),
            json!({"uri": text(&self.space["messages-rw"]), "user": "bob"}),
        ]
    }

    /// A good request of each operation that takes a key: path, body, and status.
    pub fn requests(&self) -> [(String, Value, u16); 4] {
        let (uri, messages) = (path(&self.space["uri"]), path(&self.space["messages-rwd"]));
        [
            ("/spaces".to_owned(), json!({"name": "another", "owner": "alice"}), 201),
            (messages.to_owned(), json!({"author": "alice", "message": "Hello."}), 201),
            (format!("{uri}/members"), json!({"username": "bob", "roles": ["moderator"]}), 200),
            ("/share".to_owned(), json!({"uri": text(&self.space["messages-r"]), "user": "bob"}), 200),
        ]
    }
}

/// Posts with a key.
pub async fn post(session: &Session, path: &str, key: &str, body: &Value) -> Answer {
    send(session.client.post_request(path, body.to_string()).header("Idempotency-Key", key)).await
}

/// An answer as it has to come again: all of it but the clock's.
pub fn seen(answer: &Answer) -> (u16, HeaderMap, &str) {
    let mut headers = answer.headers.clone();
    headers.remove("date");
    (answer.status.as_u16(), headers, &answer.text)
}
