//! A running `natter-api`, and a user of it.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{
    process::Process,
    program,
    wire::{Answer, exchange},
    world::World,
};

/// The user's name and password.
const USER: (&str, &str) = ("alice", "correct horse battery staple");

/// What the user wants to do.
const SCOPES: &str = "create_space%20post_message%20read_message%20list_messages";

/// A board with one user and one space. It ends with this value.
pub struct Board {
    _process: Process,
    address: String,
    admin: String,
    token: String,
    messages: String,
}

impl Board {
    /// Starts one in this world with these settings.
    pub fn start(world: &World, settings: &[(&str, &str)]) -> Self {
        let mut command = world.command(env!("CARGO_BIN_EXE_natter-api"));
        program::board(&mut command, settings);
        let process = Process::start(&mut command);
        let serving = process.logged("serving");
        let text = |member: &str| serving[member].as_str().expect("an address").to_owned();
        let (token, messages) = (String::new(), String::new());
        let mut board =
            Self { _process: process, address: text("address"), admin: text("admin"), token, messages };
        board.move_in();
        board
    }

    /// Where it listens: for the public, and for the operator.
    pub fn addresses(&self) -> [&str; 2] {
        [&self.address, &self.admin]
    }

    /// Posts a message; its path.
    pub fn post(&self, text: &str) -> String {
        let message = json!({"author": USER.0, "message": text});
        path(&self.send("POST", &self.messages, &message).expect(201).json()["uri"])
    }

    /// The cards of the message at this path.
    pub fn links(&self, message: &str) -> Value {
        self.send("GET", message, &Value::Null).expect(200).json()["links"].clone()
    }

    /// What it says of itself to its operator.
    pub fn ready(&self) -> Answer {
        exchange(&self.admin, "GET /ready", &[&format!("Host: {}", self.admin)], "")
    }

    /// The number of links that were fetched or refused.
    pub fn settled(&self) -> u64 {
        let host = format!("Host: {}", self.admin);
        let metrics = exchange(&self.admin, "GET /metrics", &[&host], "").expect(200).text;
        let counts = metrics.lines().filter(|line| line.starts_with("natter_previews_total{"));
        counts.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
    }

    /// Registers, logs in and makes a space.
    fn move_in(&mut self) {
        let (name, password) = USER;
        self.send("POST", "/users", &json!({"username": name, "password": password})).expect(201);
        let basic = format!("Authorization: Basic {}", STANDARD.encode(format!("{name}:{password}")));
        let path_of_login = format!("/sessions?scope={SCOPES}");
        let session = self.send_with(&basic, "POST", &path_of_login, &Value::Null).expect(201).json();
        session["token"].as_str().expect("a token").clone_into(&mut self.token);
        let space = self.send("POST", "/spaces", &json!({"name": "links", "owner": name})).expect(201).json();
        self.messages = path(&space["messages-rw"]);
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        let authorization = match self.token.as_str() {
            "" => String::new(),
            token => format!("Authorization: Bearer {token}"),
        };
        self.send_with(&authorization, method, path, body)
    }

    fn send_with(&self, authorization: &str, method: &str, path: &str, body: &Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let host = format!("Host: {}", self.address);
        let mut fields = vec![host.as_str(), "Content-Type: application/json"];
        fields.extend(Some(authorization).filter(|field| !field.is_empty()));
        exchange(&self.address, &format!("{method} {path}"), &fields, &body)
    }
}

/// The path of a capability URI, without its query: a role works with a session alone.
fn path(uri: &Value) -> String {
    let uri = uri.as_str().expect("a URI");
    uri.split('?').next().unwrap_or_default().to_owned()
}
