//! The Internet of one case: a DNS server, sites, canaries everywhere else, and a witness of all packets.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs,
    net::IpAddr,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

use tempfile::TempDir;

use crate::{
    authority::Authority,
    capture::{Capture, Packet},
    dns::{self, Dns},
    namespace, program,
    reply::Reply,
    sites::Sites,
};

/// Where `news.example.com` is.
pub const NEWS: &str = "93.184.216.34";
/// Where `other.example.net` is.
pub const OTHER: &str = "93.184.216.35";
/// Where `six.example.com` is.
pub const SIX: &str = "2606:2800:220:1::34";
/// An address that looks public, so that no judgement of addresses keeps anybody from it: a canary.
pub const TRAP: &str = "93.184.216.66";

/// The bytes of memory that no page may drive a worker beyond.
const MEMORY: u32 = 64 << 20;

/// What DNS knows in every case. The search domain would lead any name to a canary.
const ZONE: [&str; 6] = [
    "news.example.com A 93.184.216.34",
    "other.example.net A 93.184.216.35",
    "six.example.com AAAA 2606:2800:220:1::34",
    "h2.example.com A 93.184.216.40",
    "wrong-certificate.example.com A 93.184.216.34",
    "*.search.example.org A 93.184.216.66",
];

/// What `/etc/hosts` claims in every case: it would lead to a canary.
const HOSTS: &str = "127.0.0.1 localhost\n\
                     93.184.216.66 news.example.com only-in-hosts.example.com\n\
                     127.0.0.1 inside.example.com\n";

/// The Internet of one case. It exists as long as this process, which has a namespace of its own.
pub struct World {
    dns: Dns,
    sites: Sites,
    capture: Capture,
    directory: TempDir,
    certificate: String,
}

impl World {
    /// Turns the namespace that this process is in into that Internet.
    pub fn make() -> Self {
        let directory = TempDir::new().expect("a temporary directory");
        let file = |name: &str, text: &str| -> PathBuf {
            let path = directory.path().join(name);
            fs::write(&path, text).expect("the directory is ours");
            path
        };
        let authority = Arc::new(Authority::new());
        let certificate = file("ca.pem", &authority.pem()).to_str().expect("paths are UTF-8").to_owned();
        let resolv_conf = format!("nameserver {}\nsearch search.example.org\noptions ndots:5\n", dns::SERVER);
        namespace::prepare(&file("resolv.conf", &resolv_conf), &file("hosts", HOSTS));
        let world = Self {
            dns: Dns::start(),
            sites: Sites::start(authority),
            capture: Capture::start(),
            directory,
            certificate,
        };
        for line in ZONE {
            world.dns.add(line);
        }
        for site in [NEWS, OTHER, SIX] {
            world.page(site, "/favicon.ico", crate::reply::answer("404 Not Found", &[]));
        }
        world
    }

    /// The directory that the programs of this world work in.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Adds a record to DNS, as a line of [`crate::zone::Zone`].
    pub fn record(&self, line: &str) {
        self.dns.add(line);
    }

    /// Lets every answer of DNS take so long from now on.
    #[allow(dead_code, reason = "the bench needs it")]
    pub fn dns_delay(&self, delay: Duration) {
        self.dns.delay(delay);
    }

    /// The certificate of the world's authority, as PEM.
    #[allow(dead_code, reason = "the bench needs it")]
    pub fn certificate(&self) -> Vec<u8> {
        fs::read(&self.certificate).expect("the directory is ours")
    }

    /// Lets the site at this address answer requests for `path`.
    pub fn page(&self, address: &str, path: &str, reply: Reply) {
        let address: IpAddr = address.parse().expect("an address");
        self.sites.add(address, path, reply);
    }

    /// A program of this world: it trusts the world's authority and works in the world's directory.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        program::cleanse(&mut command);
        command.current_dir(self.directory.path()).env("SSL_CERT_FILE", &self.certificate);
        command
    }

    /// The same with little memory.
    pub fn confined(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = self.command("prlimit");
        command.arg(format!("--data={MEMORY}")).arg("--").arg(program);
        command
    }

    /// Whom anybody tried to reach since the last call, the DNS server left out: `ADDRESS:PORT`, and the
    /// protocol before it where it is not TCP.
    pub fn dialled(&self) -> BTreeSet<String> {
        let with_dns = |packet: &Packet| Dns::is_party(packet.from, packet.to);
        let attempts = self.capture.attempts().into_iter().filter(|packet| !with_dns(packet));
        attempts.map(|packet| packet.to_string()).collect()
    }

    /// The same without connections to a program of the case itself.
    pub fn dialled_beside(&self, own: &str) -> BTreeSet<String> {
        self.dialled().into_iter().filter(|address| address != own).collect()
    }

    /// The names that DNS was asked for, but for the one by which programs ask whether this network translates.
    pub fn asked(&self) -> BTreeSet<String> {
        let mut asked = self.dns.asked();
        asked.remove("ipv4only.arpa");
        asked
    }

    /// The requests that reached sites and canaries.
    pub fn requests(&self) -> Vec<String> {
        self.sites.requests()
    }

    /// How many requests waited for their answers at once, at most.
    pub fn most_open(&self) -> usize {
        self.sites.most_open()
    }

    /// The bytes that clients took from sites and canaries.
    pub fn sent(&self) -> usize {
        self.sites.sent()
    }
}
