//! A board with something on it, and the requests that are measured on it.

use std::net::SocketAddr;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{connection::Connection, load::Request};

const PASSWORD: &str = "correct horse";

/// Clients that ask at once.
const CLIENTS: usize = 64;

/// Reading a message.
pub const READ: &str = "GET message";
/// Listing fifty.
const LIST: &str = "GET messages (50)";
/// Posting one.
pub const POST: &str = "POST message";
/// The same from one client, so that nobody shares a commit with it.
pub const ALONE: &str = "POST message, one client";

/// Those that log in: more at once only wait.
const LOGINS: usize = 4;

/// One account, one space, fifty messages.
pub struct Board {
    address: SocketAddr,
    token: String,
    message: String,
    messages: String,
}

impl Board {
    /// Fills the board of a fresh server.
    pub fn fill(address: SocketAddr) -> Self {
        let mut board =
            Self { address, token: String::new(), message: String::new(), messages: String::new() };
        let mut connection = Connection::open(address).expect("it listens");
        let mut post = |request: Request| -> Value {
            let (status, body) = connection.ask(&request.bytes).expect("an answer");
            assert_eq!(status, request.status, "{body}");
            serde_json::from_str(&body).expect("JSON")
        };
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        post(board.post("/users", &json!({"username": "alice", "password": PASSWORD})));
        board.token = text(&post(board.log_in())["token"]);
        let space = post(board.post("/spaces", &json!({"name": "plans", "owner": "alice"})));
        board.messages = text(&space["messages-rwd"]);
        for _ in 0..50 {
            board.message = text(&post(board.post_message())["read-only"]);
        }
        board
    }

    /// The same board behind another address.
    pub fn at(self, address: SocketAddr) -> Self {
        Self { address, ..self }
    }

    /// What is measured, by name.
    pub fn requests(&self) -> [(&'static str, Request); 5] {
        [
            (READ, self.get(&self.message)),
            (LIST, self.get(&self.list())),
            (POST, self.post_message()),
            (ALONE, Request { clients: 1, ..self.post_message() }),
            ("POST session (Argon2id)", self.log_in()),
        ]
    }

    /// What is read of it, by name.
    pub fn reads(&self) -> [(&'static str, Request); 3] {
        let timeline = self.messages.replace("/messages", "/timeline");
        let timeline = timeline.split('?').next().unwrap_or_default();
        [
            ("GET timeline (50)", self.get(&format!("{timeline}?limit=50"))),
            (LIST, self.get(&self.list())),
            ("GET message", self.get(&self.message)),
        ]
    }

    /// As many messages however many there are by then.
    fn list(&self) -> String {
        format!("{}&limit=50", self.messages)
    }

    /// A request without any of ours, for the bare handler.
    pub fn bare_request(&self) -> Request {
        Request {
            bytes: b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(),
            status: 200,
            clients: CLIENTS,
        }
    }

    fn get(&self, path: &str) -> Request {
        let Self { address, token, .. } = self;
        let head = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\r\n");
        Request { bytes: head.into_bytes(), status: 200, clients: CLIENTS }
    }

    fn post_message(&self) -> Request {
        self.post(&self.messages, &json!({"author": "alice", "message": "Hello, world! How are you today?"}))
    }

    fn post(&self, path: &str, body: &Value) -> Request {
        self.post_as(&format!("Bearer {}", self.token), path, &body.to_string())
    }

    fn log_in(&self) -> Request {
        let basic = STANDARD.encode(format!("alice:{PASSWORD}"));
        Request { clients: LOGINS, ..self.post_as(&format!("Basic {basic}"), "/sessions", "") }
    }

    fn post_as(&self, credentials: &str, path: &str, body: &str) -> Request {
        // An empty token is no credential at all.
        let authorization = match credentials {
            "Bearer " => String::new(),
            given => format!("Authorization: {given}\r\n"),
        };
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\n{authorization}Content-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        Request { bytes: request.into_bytes(), status: 201, clients: CLIENTS }
    }
}
