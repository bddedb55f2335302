//! A running worker.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    onslaught::status,
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
    process: Process,
    address: String,
}

impl Worker {
    /// Starts one in this world with these settings, and waits until it serves.
    pub fn start(world: &World, worker: &Path, settings: &[(&str, &str)]) -> Self {
        Self::of(&mut world.confined(worker), settings)
    }

    /// The same with as much memory as it likes, and places for so many fetches at once.
    pub fn start_for(world: &World, worker: &Path, settings: &[(&str, &str)], at_once: usize) -> Self {
        Self::of(world.command(worker).env("NATTER_HTTP__CONCURRENT", at_once.to_string()), settings)
    }

    fn of(command: &mut Command, settings: &[(&str, &str)]) -> Self {
        program::serve(command, LISTEN, settings);
        let process = Process::start(command);
        let address = process.logged("serving")["address"].as_str().expect("an address").to_owned();
        Self { process, address }
    }

    /// Bytes of its memory, by this line of `/proc/PID/status`.
    pub fn memory(&self, line: &str) -> u64 {
        status(self.process.id(), line)
    }

    /// Begins a new `VmHWM`.
    pub fn forget_peak(&self) {
        fs::write(format!("/proc/{}/clear_refs", self.process.id()), "5").expect("it is our process");
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

/// The number of the key that signs links of images, and the byte that its seed is made of.
pub const KEY: (u32, u8) = (1, 7);

/// A worker that shows images as well.
pub struct ImageWorker {
    worker: Worker,
    images: String,
    keys: PathBuf,
}

impl ImageWorker {
    /// Starts one that knows this public key, with these settings as `SECTION__KEY`.
    pub fn start(world: &World, worker: &Path, public: &[u8], settings: &[(&str, &str)]) -> Self {
        let keys = world.directory().join("image.public");
        write_keys(&keys, &[(KEY.0, public)]);
        let mut command = world.confined(worker);
        command.env("NATTER_IMAGE__PUBLIC_KEYS_FILE", &keys).env("NATTER_IMAGE__LISTEN", LISTEN);
        command.envs(settings.iter().map(|(name, value)| (format!("NATTER_{name}"), value)));
        program::serve(&mut command, LISTEN, &[]);
        let process = Process::start(&mut command);
        let serving = process.logged("serving");
        let address = |member: &str| serving[member].as_str().expect("an address").to_owned();
        let (address, images) = (address("address"), address("images"));
        Self { worker: Worker { process, address }, images, keys }
    }

    /// The worker itself.
    pub fn worker(&self) -> &Worker {
        &self.worker
    }

    /// Where it listens.
    pub fn addresses(&self) -> [&str; 2] {
        [&self.worker.address, &self.images]
    }

    /// Asks the listener for images for this path and query.
    pub fn image(&self, path: &str) -> Answer {
        exchange(&self.images, &format!("GET {path}"), &[&format!("Host: {}", self.images)], "")
    }

    /// Replaces the keys it knows.
    pub fn write_keys(&self, keys: &[(u32, &[u8])]) {
        write_keys(&self.keys, keys);
    }
}

fn write_keys(path: &Path, keys: &[(u32, &[u8])]) {
    let lines: String =
        keys.iter().map(|(id, key)| format!("{id} {}\n", URL_SAFE_NO_PAD.encode(key))).collect();
    let unfinished = path.with_extension("new");
    fs::write(&unfinished, lines).expect("the directory is ours");
    fs::rename(&unfinished, path).expect("the directory is ours");
}
