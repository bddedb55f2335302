//! What really leaves a program: the packets on the namespace's only interface.

use std::{
    fmt,
    io::{ErrorKind, Read},
    net::{IpAddr, SocketAddr},
};

use socket2::{Domain, Protocol, SockFilter, Socket, Type};

/// Every protocol (`ETH_P_ALL`), in network byte order.
const ALL: u16 = 3_u16.to_be();

const TCP: u8 = 6;
const UDP: u8 = 17;
const ICMP: u8 = 1;
const ICMPV6: u8 = 58;

/// As many packets as the smallest usual buffer of a socket surely holds.
const SURE: usize = 150;

/// Of TCP only attempts to connect are kept (SYN without ACK), so that no transfer fills the buffer; of
/// everything else everything. Offsets are those of the IP header.
const FILTER: [(u16, u8, u8, u32); 16] = [
    (0x30, 0, 0, 0),    // load the version's byte
    (0x74, 0, 0, 4),    // the version
    (0x15, 0, 5, 4),    // IPv4, or on to IPv6
    (0x30, 0, 0, 9),    // load the protocol
    (0x15, 0, 9, 6),    // TCP, or keep
    (0xb1, 0, 0, 0),    // the header's length
    (0x50, 0, 0, 13),   // load TCP's flags
    (0x05, 0, 0, 4),    // on to the flags
    (0x15, 0, 5, 6),    // IPv6, or keep
    (0x30, 0, 0, 6),    // load the next header
    (0x15, 0, 3, 6),    // TCP, or keep
    (0x30, 0, 0, 53),   // load TCP's flags
    (0x54, 0, 0, 0x12), // SYN and ACK
    (0x15, 0, 1, 0x02), // SYN alone, or drop
    (0x06, 0, 0, 128),  // keep
    (0x06, 0, 0, 0),    // drop
];

/// Captures from the moment it is made.
pub struct Capture(Socket);

/// An attempt to reach somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    /// The IP protocol.
    pub protocol: u8,
    /// Who sent it.
    pub from: SocketAddr,
    /// Who is to get it.
    pub to: SocketAddr,
}

impl fmt::Display for Packet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.protocol {
            TCP => write!(f, "{}", self.to),
            UDP => write!(f, "udp {}", self.to),
            other => write!(f, "protocol {other} to {}", self.to.ip()),
        }
    }
}

impl Capture {
    /// Captures all that is sent in this namespace from now on.
    pub fn start() -> Self {
        let socket = Socket::new(Domain::PACKET, Type::DGRAM, Some(Protocol::from(i32::from(ALL))))
            .expect("root of a network namespace may capture");
        let filter = FILTER.map(|(code, jt, jf, k)| SockFilter::new(code, jt, jf, k));
        socket.attach_filter(&filter).expect("the filter is sound");
        socket.set_nonblocking(true).expect("a socket can be non-blocking");
        Self(socket)
    }

    /// The attempts since the last call. A packet is here as soon as it was sent.
    pub fn attempts(&self) -> Vec<Packet> {
        let mut attempts = Vec::new();
        let mut read = 0;
        loop {
            let mut buffer = [0; 128];
            match (&self.0).read(&mut buffer) {
                Ok(length) => attempts.extend(attempt(&buffer[..length])),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => panic!("the capture failed: {error}"),
            }
            read += 1;
        }
        assert!(read < 2 * SURE, "{read} packets: some may have been lost");
        attempts
    }
}

/// The attempt that a packet makes; error messages of ICMP make none.
fn attempt(packet: &[u8]) -> Option<Packet> {
    let (protocol, header, from, to): (u8, usize, IpAddr, IpAddr) = match packet.first()? >> 4 {
        4 => {
            let address = |at: usize| packet[at..at + 4].try_into().map(|octets: [u8; 4]| octets.into());
            (packet[9], usize::from(packet[0] & 15) * 4, address(12).ok()?, address(16).ok()?)
        }
        6 => {
            let address = |at: usize| packet[at..at + 16].try_into().map(|octets: [u8; 16]| octets.into());
            (packet[6], 40, address(8).ok()?, address(24).ok()?)
        }
        _ => return None,
    };
    let payload = &packet[header..];
    let port = |at: usize| u16::from_be_bytes([payload[at], payload[at + 1]]);
    let (from_port, to_port) = match (protocol, payload.first()?) {
        (TCP | UDP, _) => (port(0), port(2)),
        (ICMP, 3 | 11) | (ICMPV6, 0..128) => return None,
        _ => (0, 0),
    };
    Some(Packet { protocol, from: SocketAddr::new(from, from_port), to: SocketAddr::new(to, to_port) })
}
