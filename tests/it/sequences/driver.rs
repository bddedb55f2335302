//! Sends the steps of a sequence to a running server, by the paths and URIs that it gave out.

use natter::{
    clock::Clock,
    key_ring::{KeyRing, KeyRings, RingKind},
    random::Random,
    token::CapabilityToken,
};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{
    model::{Model, Seen},
    step::{Action, PEOPLE, Step},
};
use crate::{
    client::{Client, bare, password, send, text, token},
    server::Server,
};

const NAMES: [&str; PEOPLE] = ["alice", "bob", "carol", "dave"];

pub struct Driver {
    server: Server,
    ring: std::sync::Arc<KeyRing>,
    people: Vec<Client>,
    spaces: Vec<String>,
    messages: Vec<String>,
    capabilities: Vec<String>,
    /// Idempotency-Keys that were used.
    keys: usize,
}

impl Driver {
    pub async fn start() -> Self {
        let server = Server::start();
        let mut people = Vec::new();
        for name in NAMES {
            people.push(server.user(name).await.client);
        }
        let keys = server.directory().join("data/keys");
        let rings = KeyRings::open(&keys, &Random::system(), &Clock::system()).expect("key rings");
        let (spaces, messages, capabilities) = Default::default();
        Self {
            server,
            ring: rings.get(RingKind::Capability),
            people,
            spaces,
            messages,
            capabilities,
            keys: 0,
        }
    }

    /// Sends a step; what came back.
    pub async fn send(&mut self, step: &Step) -> Seen {
        let answer = if step.is_repeated() {
            self.keys += 1;
            let keyed = || self.request(step).header("idempotency-key", format!("key-{}", self.keys));
            let (first, again) = (send(keyed()).await, send(keyed()).await);
            assert_eq!(first.status, again.status, "{step:?}: sent again it is answered otherwise");
            if first.status.is_success() {
                assert_eq!(first.json(), again.json(), "{step:?}: sent again it is answered otherwise");
            }
            first
        } else {
            send(self.request(step)).await
        };
        let (status, body) = (answer.status.as_u16(), answer.json());
        if answer.status.is_success() {
            self.remember(step, &body);
        } else {
            let kind = answer.kind();
            answer.expect_problem(status, &kind);
        }
        let count = body.as_array().map(Vec::len).filter(|_| status == 200);
        Seen { status, count }
    }

    fn request(&self, step: &Step) -> RequestBuilder {
        let client = &self.people[step.who];
        let name = NAMES[step.who];
        let space = |number| self.spaces[Model::wrap(number, self.spaces.len()).expect("a space")].as_str();
        let message =
            |number| self.messages[Model::wrap(number, self.messages.len()).expect("a message")].as_str();
        let get = |path: &str| client.request(Method::GET, path);
        let delete = |path: &str| client.request(Method::DELETE, path);
        let post = |path: &str, body: Value| client.post_request(path, body.to_string());
        match &step.what {
            Action::CreateSpace => {
                post("/spaces", json!({"name": format!("{}", self.spaces.len()), "owner": name}))
            }
            Action::DeleteSpace { space: number } => delete(space(*number)),
            Action::ViewSpace { space: number, by } => self.proved(get(space(*number)), *by),
            Action::Post { space: number, by } => {
                let path = format!("{}/messages", space(*number));
                self.proved(post(&path, json!({"author": name, "message": "hello"})), *by)
            }
            Action::List { space: number, by } => {
                self.proved(get(&format!("{}/messages?limit=1000", space(*number))), *by)
            }
            Action::Read { message: number, by } => self.proved(get(message(*number)), *by),
            Action::Delete { message: number, by } => self.proved(delete(message(*number)), *by),
            Action::AddMember { space: number, whom, roles } => post(
                &format!("{}/members", space(*number)),
                json!({"username": NAMES[*whom], "roles": roles}),
            ),
            Action::RemoveMember { space: number, whom } => {
                delete(&format!("{}/members/{}", space(*number), NAMES[*whom]))
            }
            Action::ListMembers { space: number } => get(&format!("{}/members", space(*number))),
            Action::HandOver { space: number, whom } => {
                post(&format!("{}/owner", space(*number)), json!({"username": NAMES[*whom]}))
            }
            Action::Share { capability, whom, permissions } => {
                let mut body = json!({"uri": self.capability(*capability), "user": NAMES[*whom]});
                if let Some(permissions) = permissions {
                    body["perms"] = (*permissions).into();
                }
                post("/share", body)
            }
            Action::Revoke { space: number, capability } => {
                let token = token(self.capability(*capability));
                let root = CapabilityToken::parse(token, &self.ring).expect("one of the server's").root;
                delete(&format!("{}/capabilities/{root}", space(*number)))
            }
            Action::LogOut => delete("/sessions"),
            Action::LogIn { scopes } => {
                let path = format!("/sessions?scope={}", scopes.replace(' ', "+"));
                self.server.visitor().post_request(&path, "").basic_auth(name, Some(password(name)))
            }
            Action::DeleteAccount => delete(&format!("/users/{name}")),
        }
    }

    fn capability(&self, number: usize) -> &str {
        &self.capabilities[Model::wrap(number, self.capabilities.len()).expect("a capability")]
    }

    fn proved(&self, request: RequestBuilder, by: Option<usize>) -> RequestBuilder {
        match by.and_then(|by| Model::wrap(by, self.capabilities.len())) {
            Some(index) => request.header("natter-capability", token(&self.capabilities[index])),
            None => request,
        }
    }

    /// Keeps what an answer gives out, in the order in which the model counts it.
    fn remember(&mut self, step: &Step, body: &Value) {
        match step.what {
            Action::CreateSpace => {
                self.spaces.push(bare(text(&body["uri"])).to_owned());
                self.capabilities.push(text(&body["uri"]).to_owned());
                self.capabilities.push(text(&body["messages-rwd"]).to_owned());
            }
            Action::Post { .. } => {
                self.messages.push(bare(text(&body["uri"])).to_owned());
                self.capabilities.push(text(&body["uri"]).to_owned());
            }
            Action::Share { .. } => self.capabilities.push(text(&body["uri"]).to_owned()),
            Action::LogIn { .. } => {
                self.people[step.who] = self.server.visitor().with_token(text(&body["token"]))
            }
            _ => {}
        }
    }
}
