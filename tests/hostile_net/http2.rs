//! As much of HTTP/2 as one answer takes (RFC 9113), its header fields written out (RFC 7541, section 6.2.2).

use std::net::{IpAddr, Ipv4Addr};

use crate::reply::{Reply, Step};

/// The site that speaks nothing but HTTP/2.
pub const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(93, 184, 216, 40));

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const CONTINUATION: u8 = 9;

const END_STREAM: u8 = 1;
const ACK: u8 = 1;
const END_HEADERS: u8 = 4;

/// The largest frame that everybody takes.
const FRAME: usize = 16 * 1024;

/// The field `:status: 200` in HPACK's static table.
const STATUS_200: u8 = 0x88;

/// Whether these bytes, after the client's preface, hold the whole header of a request.
pub fn is_request(bytes: &[u8]) -> bool {
    // The first bytes are the rest of the preface: `SM`, empty line.
    let mut frames = bytes.get(6..).unwrap_or_default();
    while let Some((header, rest)) = frames.split_at_checked(9) {
        let length = usize::from(header[0]) << 16 | usize::from(header[1]) << 8 | usize::from(header[2]);
        let Some((_, following)) = rest.split_at_checked(length) else { return false };
        if header[3] == HEADERS {
            return true;
        }
        frames = following;
    }
    false
}

/// A 200 with these header fields and this body, on the client's first stream.
pub fn reply(fields: &[(&str, &str)], body: &str) -> Reply {
    let block: Vec<u8> = fields.iter().flat_map(|(name, value)| literal(name, value)).collect();
    let block = [&[STATUS_200], block.as_slice()].concat();
    let (mut kind, mut left) = (HEADERS, block.as_slice());
    let mut bytes = [frame(SETTINGS, 0, 0, &[]), frame(SETTINGS, ACK, 0, &[])].concat();
    while left.len() > FRAME {
        let (part, rest) = left.split_at(FRAME);
        bytes.extend(frame(kind, 0, 1, part));
        (kind, left) = (CONTINUATION, rest);
    }
    bytes.extend(frame(kind, END_HEADERS, 1, left));
    bytes.extend(frame(DATA, END_STREAM, 1, body.as_bytes()));
    Reply(vec![Step::Send(bytes.into())])
}

fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
    let [_, high, middle, low] = u32::try_from(payload.len()).expect("frames are short").to_be_bytes();
    [&[high, middle, low, kind, flags, 0, 0, 0, stream], payload].concat()
}

/// A field that neither side remembers.
fn literal(name: &str, value: &str) -> Vec<u8> {
    [&[0], string(name).as_slice(), &string(value)].concat()
}

/// A string as it is, its length in a prefix of seven bits (RFC 7541, section 5.1).
fn string(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    if text.len() < 127 {
        bytes.push(text.len() as u8);
    } else {
        let mut rest = text.len() - 127;
        bytes.push(127);
        while rest >= 128 {
            bytes.push((rest % 128) as u8 | 128);
            rest /= 128;
        }
        bytes.push(rest as u8);
    }
    [bytes.as_slice(), text.as_bytes()].concat()
}
