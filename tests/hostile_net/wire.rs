//! Requests to the programs under test, as thin as they can be: one connection each.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use serde_json::Value;

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The header fields, names in lower case.
    pub fields: BTreeMap<String, String>,
    /// The body, as far as it is text.
    pub text: String,
    /// The bytes of the body.
    pub length: usize,
    /// The time from the request to the end of the answer.
    pub took: Duration,
}

/// Sends a request: `METHOD TARGET`, lines of header with `Host` among them, and a body.
pub fn exchange(address: &str, request: &str, fields: &[&str], body: &str) -> Answer {
    let begun = Instant::now();
    let mut stream = TcpStream::connect(address).expect("it listens");
    let fields: String = fields.iter().map(|field| format!("{field}\r\n")).collect();
    let length = body.len();
    let head = format!("{request} HTTP/1.1\r\n{fields}Connection: close\r\nContent-Length: {length}\r\n\r\n");
    stream.write_all([head.as_bytes(), body.as_bytes()].concat().as_slice()).expect("it reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    let took = begun.elapsed();
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head and a body");
    let (head, body) = (String::from_utf8_lossy(&answer[..end]), &answer[end + 4..]);
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("a status");
    let fields = lines.filter_map(|line| line.split_once(": "));
    let fields = fields.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    Answer { status, fields, text: String::from_utf8_lossy(body).into_owned(), length: body.len(), took }
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Itself, if it has this status.
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }
}
