//! A running worker.

use std::path::Path;

use crate::{
    process::Process,
    program,
    wire::{Answer, exchange},
    world::World,
};

/// Where it listens: on an address of its own, so that no other connection to loopback is taken for a request
/// to it.
const LISTEN: &str = "127.8.0.1:0";

/// A worker that serves. It ends with this value.
pub struct Worker {
    _process: Process,
    address: String,
}

impl Worker {
    /// Starts one in this world with these settings, and waits until it serves.
    pub fn start(world: &World, worker: &Path, settings: &[(&str, &str)]) -> Self {
        let mut command = world.confined(worker);
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
        self.get(&format!("/preview?url={query}"), &self.address, &[])
    }

    /// A request for this path and query, with this `Host` and these further lines of header.
    pub fn get(&self, path: &str, host: &str, fields: &[&str]) -> Answer {
        let host = format!("Host: {host}");
        exchange(&self.address, &format!("GET {path}"), &[&[host.as_str()], fields].concat(), "")
    }
}
