//! A running worker, and requests to it.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{process::Process, program, world::World};

/// Where it listens: on an address of its own, so that no other connection to loopback is taken for a request
/// to it.
const LISTEN: &str = "127.8.0.1:0";

/// A worker that serves. It ends with this value.
pub struct Worker {
    _process: Process,
    address: String,
}

/// An answer of it.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The header fields, names in lower case.
    pub fields: BTreeMap<String, String>,
    /// The body.
    pub body: Value,
    /// The time from the request to the end of the answer.
    pub took: Duration,
}

impl Worker {
    /// Starts one in this world with these settings, and waits until it serves.
    pub fn start(world: &World, worker: &Path, settings: &[(&str, &str)]) -> Self {
        let mut command = world.command(worker);
        program::serve(&mut command, LISTEN, settings);
        let process = Process::start(&mut command);
        let address = process.logged("serving")["address"].as_str().expect("an address").to_owned();
        Self { _process: process, address }
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Asks for the card of the page at `url`.
    pub fn preview(&self, url: &str) -> Answer {
        let query: String = url::form_urlencoded::byte_serialize(url.as_bytes()).collect();
        self.get(&format!("/preview?url={query}"), &self.address, "")
    }

    /// A request for this path and query, with this `Host` and these further lines of header.
    pub fn get(&self, path: &str, host: &str, fields: &str) -> Answer {
        let begun = Instant::now();
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{fields}\r\n");
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let took = begun.elapsed();
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("a status");
        let fields = lines.filter_map(|line| line.split_once(": "));
        let fields = fields.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
        Answer { status, fields, body: serde_json::from_str(body).expect("JSON"), took }
    }
}

impl Answer {
    /// Without what is another in every answer.
    pub fn likeness(mut self) -> (u16, BTreeMap<String, String>, Value) {
        for name in ["date", "x-request-id"] {
            self.fields.remove(name);
        }
        if let Some(body) = self.body.as_object_mut() {
            body.remove("request_id");
        }
        (self.status, self.fields, self.body)
    }
}
