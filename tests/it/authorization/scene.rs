//! What the requests of the table are about: a space with members, messages and capabilities.

use std::collections::BTreeMap;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::table::{Operation, Place};
use crate::{
    client::{Session, bare, text},
    database::Database,
    server::Server,
};

/// A server with a space and people in every relation to it.
pub struct Scene {
    pub server: Server,
    pub database: Database,
    /// By name, each with every scope: `owner`, `moderator`, `member` and `observer` in the space, `deputy`, who is
    /// moderator and member at once, and `stranger`.
    pub people: BTreeMap<&'static str, Session>,
    /// The space and another one of the same owner, each with capability URIs for its places.
    pub space: Capabilities,
    pub other: Capabilities,
    names: Vec<(&'static str, String)>,
}

/// The widest capability URI of each place, for the owner.
pub struct Capabilities {
    pub space: String,
    pub messages: String,
    pub message: String,
    pub second_message: String,
}

const ROLES: [&str; 3] = ["moderator", "member", "observer"];

impl Capabilities {
    async fn of_new_space(owner: &Session, name: &str) -> Self {
        let space = owner.create_space(name).await;
        let messages = text(&space["messages-rwd"]).to_owned();
        let mut posted = Vec::new();
        for number in 1..=2 {
            posted.push(text(&owner.post(&messages, &format!("{name} {number}")).await["uri"]).to_owned());
        }
        let second_message = posted.pop().expect("two");
        let message = posted.pop().expect("two");
        Self { space: text(&space["uri"]).to_owned(), messages, message, second_message }
    }

    /// The one for this place.
    pub fn get(&self, place: Place) -> &str {
        match place {
            Place::Space => &self.space,
            Place::Messages => &self.messages,
            Place::Message => &self.message,
        }
    }
}

impl Scene {
    pub async fn new() -> Self {
        Self::with(&[]).await
    }

    /// One on a server with these settings.
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        let server = Server::start_with(settings);
        let mut people = BTreeMap::new();
        for name in ["owner", "deputy", "moderator", "member", "observer", "stranger"] {
            people.insert(name, server.user(name).await);
        }
        let owner = &people["owner"];
        let space = Capabilities::of_new_space(owner, "plans").await;
        let other = Capabilities::of_new_space(owner, "secrets").await;
        let space_path = bare(&space.space).to_owned();
        for role in ROLES {
            owner.add_member(&space_path, role, role).await;
        }
        let both = json!({"username": "deputy", "roles": ["moderator", "member"]});
        owner.client.post(&format!("{space_path}/members"), &both).await.expect(200);
        assert!(server.command(&["admin", "grant-auditor", "owner"]).0.success());

        let sessions = owner.client.get("/sessions").await.expect(200).json();
        server.visitor().log_in("owner").await;
        let all = owner.client.get("/sessions").await.expect(200).json();
        let newer = all.as_array().expect("a list").iter().find(|one| !has(&sessions, &one["id"]));
        let capabilities = owner.client.get(&format!("{space_path}/capabilities")).await.expect(200).json();
        let names = vec![
            ("{space_id}", last_part(&space.space)),
            ("{message_id}", last_part(&space.message)),
            ("{session_id}", text(&newer.expect("a new session")["id"]).to_owned()),
            ("{capability_id}", text(&capabilities[0]["id"]).to_owned()),
            ("{messages-rwd}", space.messages.clone()),
        ];
        let database = Database::open(server.directory()).await;
        Self { server, database, people, space, other, names }
    }

    pub fn owner(&self) -> &Session {
        &self.people["owner"]
    }

    /// Somebody with every scope but this one.
    pub async fn without_scope(&self, name: &str, scope: &str) -> Session {
        let scopes: Vec<_> = crate::client::ALL_SCOPES.split(' ').filter(|one| *one != scope).collect();
        self.server.visitor().log_in_with(name, &scopes.join(" ")).await
    }

    /// A template with the ids and capabilities of the space in it, about `me`.
    pub fn fill(&self, template: &str, me: &str) -> String {
        let template = template.replace("{me}", me);
        self.names.iter().fold(template, |text, (name, value)| text.replace(name, value))
    }

    /// The request of a row, about `me`, with a session's token if there is one, and with more in the query.
    pub fn request(&self, row: &Operation, me: &str, token: Option<&str>, query: &str) -> RequestBuilder {
        let (method, path) = row.request.split_once(' ').expect("a method and a path");
        let method: Method = method.parse().expect("a method");
        let visitor = self.server.visitor();
        let client = token.map_or(visitor.clone(), |token| visitor.with_token(token));
        let path = format!("{}{query}", self.fill(path, me));
        if method == Method::POST {
            client.post_request(&path, self.fill(row.body, me))
        } else {
            client.request(method, &path)
        }
    }

    /// The request of a row by the owner, with another body.
    pub fn with_body(&self, row: &Operation, body: impl Into<reqwest::Body>) -> RequestBuilder {
        self.request(row, "owner", Some(&self.owner().token), "").body(body)
    }
}

fn has(sessions: &Value, id: &Value) -> bool {
    sessions.as_array().expect("a list").iter().any(|session| session["id"] == *id)
}

fn last_part(uri: &str) -> String {
    bare(uri).rsplit('/').next().expect("a last part").to_owned()
}
