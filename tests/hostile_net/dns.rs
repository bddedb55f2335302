//! The namespace's DNS server: UDP, and TCP for what does not fit. Every answer lives for 0 seconds.

use std::{
    collections::BTreeSet,
    io::{Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, UdpSocket},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use crate::zone::{Finding, Zone};

/// Where the server is.
pub const SERVER: IpAddr = IpAddr::V4(Ipv4Addr::new(9, 9, 9, 9));

const PORT: u16 = 53;

/// The most bytes of an answer over UDP, without and with EDNS.
const PLAIN_BYTES: usize = 512;
const EDNS_BYTES: usize = 1232;

/// A running server.
#[derive(Clone, Default)]
pub struct Dns(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    zone: Zone,
    asked: BTreeSet<String>,
    delay: Duration,
}

impl Dns {
    /// Answers from now on, knowing nothing yet.
    pub fn start() -> Self {
        let dns = Self::default();
        let udp = UdpSocket::bind((SERVER, PORT)).expect("every address is local");
        let tcp = TcpListener::bind((SERVER, PORT)).expect("every address is local");
        let over_udp = dns.clone();
        thread::spawn(move || {
            let mut query = [0; 4096];
            while let Ok((length, client)) = udp.recv_from(&mut query) {
                let Some(answer) = over_udp.answer(&query[..length], true) else { continue };
                let delay = over_udp.lock().delay;
                // A client that has gone in the meantime is no matter.
                if delay.is_zero() {
                    let _ = udp.send_to(&answer, client);
                } else {
                    let udp = udp.try_clone().expect("a socket");
                    thread::spawn(move || {
                        thread::sleep(delay);
                        let _ = udp.send_to(&answer, client);
                    });
                }
            }
        });
        let over_tcp = dns.clone();
        thread::spawn(move || {
            for mut stream in tcp.incoming().flatten() {
                let dns = over_tcp.clone();
                thread::spawn(move || while dns.exchange(&mut stream).is_some() {});
            }
        });
        dns
    }

    /// Adds a record to the zone.
    pub fn add(&self, line: &str) {
        self.lock().zone.add(line);
    }

    /// Lets every answer over UDP take so long.
    #[allow(dead_code, reason = "the bench needs it")]
    pub fn delay(&self, delay: Duration) {
        self.lock().delay = delay;
    }

    /// The names that were asked for, in lower case.
    pub fn asked(&self) -> BTreeSet<String> {
        self.lock().asked.clone()
    }

    /// Whether a packet is between the server and its clients.
    pub fn is_party(from: SocketAddr, to: SocketAddr) -> bool {
        let server = SocketAddr::new(SERVER, PORT);
        from == server || to == server
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn exchange(&self, stream: &mut (impl Read + Write)) -> Option<()> {
        let mut length = [0; 2];
        stream.read_exact(&mut length).ok()?;
        let mut query = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut query).ok()?;
        let answer = self.answer(&query, false)?;
        let length = u16::try_from(answer.len()).expect("the answers of the cases are short enough");
        stream.write_all(&[&length.to_be_bytes(), answer.as_slice()].concat()).ok()
    }

    fn answer(&self, query: &[u8], over_udp: bool) -> Option<Vec<u8>> {
        let (name, kind, end) = question(query)?;
        let mut state = self.lock();
        state.asked.insert(name.clone());
        let (error, records) = match state.zone.find(&name, kind) {
            Finding::Records(records) => (0, records),
            Finding::Error(error) => (error, Vec::new()),
            Finding::Silence => return None,
        };
        let has_edns = query[11] > 0;
        let most = if has_edns { EDNS_BYTES } else { PLAIN_BYTES };
        let answer = message(query, end, error, &records, false);
        let cut = over_udp && answer.len() > most;
        Some(if cut { message(query, end, error, &[], true) } else { answer })
    }
}

/// The name and the type that are asked for, and where the question ends.
fn question(query: &[u8]) -> Option<(String, &'static str, usize)> {
    let mut labels = Vec::new();
    let mut at = 12;
    loop {
        let length = usize::from(*query.get(at)?);
        at += 1;
        if length == 0 {
            break;
        }
        labels.push(String::from_utf8(query.get(at..at + length)?.to_ascii_lowercase()).ok()?);
        at += length;
    }
    let kind = match query.get(at..at + 2)? {
        [0, 1] => "A",
        [0, 28] => "AAAA",
        _ => "other",
    };
    Some((labels.join("."), kind, at + 4))
}

fn message(query: &[u8], end: usize, error: u8, records: &[(String, String, String)], cut: bool) -> Vec<u8> {
    let mut message = query[..2].to_vec();
    // A response, authoritative, to a question that wanted recursion, which is available.
    message.extend([0x85 | u8::from(cut) << 1, 0x80 | error]);
    let count = u16::try_from(records.len()).expect("the zones of the cases are small enough");
    message.extend([0, 1].into_iter().chain(count.to_be_bytes()).chain([0; 4]));
    message.extend(&query[12..end]);
    for (owner, kind, value) in records {
        message.extend(wire_name(owner));
        let (number, data) = match kind.as_str() {
            "A" => (1, address::<Ipv4Addr>(value).octets().to_vec()),
            "AAAA" => (28, address::<Ipv6Addr>(value).octets().to_vec()),
            _ => (5, wire_name(value)),
        };
        let length = u16::try_from(data.len()).expect("names are short");
        // Type, class IN, time to live, data.
        message.extend([0, number, 0, 1, 0, 0, 0, 0].into_iter().chain(length.to_be_bytes()).chain(data));
    }
    message
}

fn address<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("no address: {text}"))
}

fn wire_name(name: &str) -> Vec<u8> {
    let labels = name.split('.').flat_map(|label| {
        let length = u8::try_from(label.len()).expect("labels are short");
        [&[length], label.as_bytes()].concat()
    });
    labels.chain([0]).collect()
}
