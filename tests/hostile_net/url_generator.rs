//! URLs that somebody who means harm would try, made up at random from the same seed every time.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Makes URLs, and the names in them with what DNS says about each.
pub struct Generator {
    state: u64,
    seed: u8,
    names: u16,
    /// Lines for DNS, since the last call of [`Self::records`].
    records: Vec<String>,
}

/// Addresses that nobody may reach.
const FORBIDDEN: [[u8; 4]; 10] = [
    [127, 0, 0, 1],
    [127, 8, 9, 10],
    [10, 0, 0, 1],
    [10, 255, 1, 2],
    [172, 16, 0, 1],
    [192, 168, 1, 1],
    [169, 254, 169, 254],
    [168, 63, 129, 16],
    [100, 100, 100, 200],
    [0, 0, 0, 0],
];

const SCHEMES: [&str; 14] = [
    "http://",
    "http://",
    "http://",
    "https://",
    "https://",
    "HTTP://",
    "http:",
    "http:/",
    "http:\\\\",
    "https:///",
    "ftp://",
    "//",
    "gopher://",
    "",
];
const USERS: [&str; 10] = ["", "", "", "", "", "", "", "@", "user@", "93.184.216.66:80@"];
const PORTS: [&str; 12] = ["", "", "", "", "", ":80", ":443", ":", ":080", ":8080", ":6379", ":65616"];
const TAILS: [&str; 14] = [
    "",
    "/",
    "/a?b=c#d",
    "?q",
    "#f",
    "\\x",
    "/..//x",
    "/@10.0.0.1/",
    "#@10.0.0.1/",
    "?@127.0.0.1",
    ";x",
    "/%00",
    "\t/",
    "/ü?ü",
];
const SPECIAL: [&str; 10] = [
    "localhost",
    "LOCALHOST.",
    "metadata.google.internal",
    "kubernetes.default.svc.cluster.local",
    "router",
    "a.test",
    "1.0.0.127.in-addr.arpa",
    "x.onion",
    "printer.local",
    "a..example.com",
];

impl Generator {
    /// A generator with this seed; each has addresses of its own.
    pub fn new(seed: u8) -> Self {
        Self {
            state: 0x9e37_79b9_7f4a_7c15 ^ (u64::from(seed) << 32 | 1),
            seed,
            names: 0,
            records: Vec::new(),
        }
    }

    /// What DNS has to know about the names made since the last call.
    pub fn records(&mut self) -> Vec<String> {
        std::mem::take(&mut self.records)
    }

    /// The next URL.
    pub fn url(&mut self) -> String {
        let (scheme, user, port) = (self.one(&SCHEMES), self.one(&USERS), self.one(&PORTS));
        let (host, tail) = (self.host(), self.one(&TAILS));
        format!("{scheme}{user}{host}{port}{tail}")
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        // xorshift64*, by Vigna.
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        (self.state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % end
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).expect("it is below the length")]
    }

    fn host(&mut self) -> String {
        match self.below(10) {
            0..=4 => self.name(),
            5..=6 => {
                let address = self.ipv4();
                self.spelled(address)
            }
            7..=8 => self.ipv6(),
            _ => self.one(&SPECIAL).to_owned(),
        }
    }

    fn name(&mut self) -> String {
        self.names += 1;
        let [high, low] = self.names.to_be_bytes();
        let name = format!("n{}.s{}.example.com", self.names, self.seed);
        let public = Ipv4Addr::new(93, 186 + self.seed, high, low);
        let public6 = Ipv6Addr::new(0x2606, 0x4700, u16::from(self.seed), 0, 0, 0, 1, self.names);
        let forbidden = Ipv4Addr::from(self.one(&FORBIDDEN));
        let lines = match self.below(9) {
            0..=2 => vec![format!("{name} A {public}")],
            3 => vec![format!("{name} AAAA {public6}")],
            4 => vec![format!("{name} A {forbidden}")],
            5 => vec![format!("{name} A {public}"), format!("{name} A {forbidden}")],
            6 => vec![format!("{name} A {public}"), format!("{name} AAAA {}", forbidden.to_ipv6_mapped())],
            7 => vec![format!("{name} A {public} then {forbidden}")],
            _ => Vec::new(),
        };
        self.records.extend(lines);
        match self.below(6) {
            0 => name.to_uppercase(),
            1 => format!("{name}."),
            2 => name.replacen("example", "ex%61mple", 1),
            3 => name.replacen('.', "\u{3002}", 1),
            _ => name,
        }
    }

    fn ipv4(&mut self) -> Ipv4Addr {
        if self.below(4) == 0 {
            let low = u8::try_from(self.below(256)).expect("it is below 256");
            Ipv4Addr::new(93, 190 + self.seed, 7, low)
        } else {
            self.one(&FORBIDDEN).into()
        }
    }

    /// An IPv4 address in one of the notations that parsers know.
    fn spelled(&mut self, address: Ipv4Addr) -> String {
        let [a, b, c, d] = address.octets();
        let number = u32::from(address);
        match self.below(10) {
            0 => number.to_string(),
            1 => format!("{number:#x}"),
            2 => format!("0{number:o}"),
            3 => format!("{a}.{b}.{}", u16::from_be_bytes([c, d])),
            4 => format!("{a:#x}.{b:#o}.{c}.{d}").replace("0o", "0"),
            5 => format!("{a}.{b}.{c}.{d}."),
            6 => format!("{a}.{b}.{c}.{d}").replace('1', "%31"),
            7 => format!("{a}.{b}.{c}.{d}").replace('1', "１").replace('2', "②"),
            8 => (u64::from(number) + (1 << 32)).to_string(),
            _ => format!("{a}.{b}.{c}.{d}"),
        }
    }

    fn ipv6(&mut self) -> String {
        let inner = self.ipv4();
        let [a, b, c, d] = inner.octets();
        let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        match self.below(14) {
            0 => format!("[::ffff:{inner}]"),
            1 => format!("[::ffff:{high:x}:{low:x}]"),
            2 => format!("[::{inner}]"),
            3 => format!("[64:ff9b::{inner}]"),
            4 => format!("[64:ff9b:1::{inner}]"),
            5 => format!("[2002:{high:x}:{low:x}::1]"),
            6 => format!("[2606:4700::5efe:{inner}]"),
            7 => format!("[::ffff:0:{inner}]"),
            8 => "[::1]".to_owned(),
            9 => "[fd00:ec2::254]".to_owned(),
            10 => "[fe80::1%25eth0]".to_owned(),
            11 => "[v1.fe80::1]".to_owned(),
            12 => format!("[2001:0:{high:x}:{low:x}::1]"),
            _ => format!("[2606:4700:ff:{}::{low:x}]", self.seed),
        }
    }
}
