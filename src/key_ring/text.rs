//! A ring as the text of its file.

use std::fmt::Write;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use super::{Key, KeyId, KeyRing};
use crate::timestamp::Timestamp;

/// What is wrong with a ring's text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    Line(usize, &'static str),
    Empty,
}

/// Reads a ring. Lines are counted from 1; no flaw repeats what a line says.
pub(super) fn parse(text: &[u8]) -> Result<KeyRing, Flaw> {
    let mut keys: Vec<Key> = Vec::new();
    for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
        let flaw = |what| Flaw::Line(index + 1, what);
        let line = str::from_utf8(line).map_err(|_| flaw("not UTF-8"))?.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let key = parse_key(line).map_err(flaw)?;
        if keys.iter().any(|other| other.id() == key.id()) {
            return Err(flaw("the id of an earlier line again"));
        }
        keys.push(key);
    }
    KeyRing::new(keys).ok_or(Flaw::Empty)
}

fn parse_key(line: &str) -> Result<Key, &'static str> {
    let fields: Vec<_> = line.split_ascii_whitespace().collect();
    let [id, secret, created] = fields[..] else { return Err("not `id key created`") };
    let id = id
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| id.parse().ok())
        .flatten()
        .ok_or("the id is no number from 0 to 4294967295")?;
    let secret = decode(secret).ok_or("the key is not 32 bytes in base64url without padding")?;
    let created = Timestamp::parse(created).ok_or("the time of creation is not RFC 3339")?;
    Ok(Key::new(KeyId(id), created, secret))
}

fn decode(text: &str) -> Option<Zeroizing<[u8; Key::LENGTH]>> {
    let mut bytes = Zeroizing::new([0; Key::LENGTH]);
    let length = URL_SAFE_NO_PAD.decode_slice(text, bytes.as_mut_slice()).ok()?;
    (length == Key::LENGTH).then_some(bytes)
}

/// Writes a ring so that [`parse`] reads the same one.
pub(super) fn write(ring: &KeyRing) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(128 + 128 * ring.keys().count()));
    text.push_str("# Secret. One key a line: id, 32 bytes in base64url, created. The last one signs.\n");
    for key in ring.keys() {
        let secret = Zeroizing::new(URL_SAFE_NO_PAD.encode(key.secret()));
        let _infallible = writeln!(text, "{} {} {}", key.id(), *secret, key.created());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use proptest::prelude::*;

    const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    const TIME: &str = "2026-11-22T10:20:30Z";

    #[test]
    fn what_is_written_is_read() {
        let random = Random::seeded(3);
        let now = Timestamp::parse(TIME).expect(TIME);
        let ring = KeyRing::generate(&random, now).rotate(&random, now).expect("1 has a successor");
        let again = parse(write(&ring).as_bytes()).expect("a written ring is well-formed");
        let contents =
            |ring: &KeyRing| ring.keys().map(|k| (k.id(), k.created(), *k.secret())).collect::<Vec<_>>();
        assert_eq!(contents(&again), contents(&ring));
    }

    #[test]
    fn comments_blank_lines_and_line_ends_of_windows_are_fine() {
        let ring = parse(format!("# two\r\n\r\n7 {KEY} {TIME}\r\n  0\t{KEY}  {TIME}").as_bytes());
        assert_eq!(ring.expect("well-formed").newest().id(), KeyId(0));
    }

    #[test]
    fn refuses_what_is_malformed_and_says_where() {
        let long = "A".repeat(44);
        let short = "A".repeat(42);
        let trailing_bits = format!("{}B", "A".repeat(42));
        for (line, flaw) in [
            ("1".to_owned(), "not `id key created`"),
            (format!("1 {KEY}"), "not `id key created`"),
            (format!("1 {KEY} {TIME} more"), "not `id key created`"),
            (format!("+1 {KEY} {TIME}"), "the id is no number from 0 to 4294967295"),
            (format!("4294967296 {KEY} {TIME}"), "the id is no number from 0 to 4294967295"),
            (format!("1 {long} {TIME}"), "the key is not 32 bytes in base64url without padding"),
            (format!("1 {short} {TIME}"), "the key is not 32 bytes in base64url without padding"),
            (format!("1 {KEY}= {TIME}"), "the key is not 32 bytes in base64url without padding"),
            (format!("1 {trailing_bits} {TIME}"), "the key is not 32 bytes in base64url without padding"),
            (format!("1 {KEY} yesterday"), "the time of creation is not RFC 3339"),
            (format!("5 {KEY} {TIME}"), "the id of an earlier line again"),
        ] {
            let text = format!("# comment\n5 {KEY} {TIME}\n{line}\n");
            assert_eq!(parse(text.as_bytes()).map(|_| ()), Err(Flaw::Line(3, flaw)), "{line}");
        }
        assert_eq!(parse(b"\n\xff").map(|_| ()), Err(Flaw::Line(2, "not UTF-8")));
    }

    #[test]
    fn refuses_a_ring_without_keys() {
        for text in ["", "\n\n", "# only a comment"] {
            assert_eq!(parse(text.as_bytes()).map(|_| ()), Err(Flaw::Empty));
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&text);
        }
    }
}
