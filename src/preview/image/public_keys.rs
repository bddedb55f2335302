//! The keys that image links are signed with, as far as the worker knows them: the public halves, from a file.
//!
//! The file is text, one key a line, `#` for comments; `natter-api image-keys` prints it:
//!
//! ```text
//! # id  Ed25519 public key (32 bytes, base64url)
//! 1     11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo
//! ```

use std::path::{Path, PathBuf};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{ED25519, UnparsedPublicKey};

use super::ImageLink;
use crate::{
    guarded_file::{self, Readers},
    timestamp::Timestamp,
    tls::{Followed, TlsError},
};

/// More than a thousand keys.
const LARGEST: u64 = 64 * 1024;

/// Stands in where the key is not known, so that the work is the same: the first public key of RFC 8032, section 7.1.
const NOBODY: [u8; 32] = *b"\xd7\x5a\x98\x01\x82\xb1\x0a\xb7\xd5\x4b\xfe\xd3\xc9\x64\x07\x3a\
    \x0e\xe1\x72\xf3\xda\xa6\x23\x25\xaf\x02\x1a\x68\xf7\x07\x51\x1a";

/// The public keys whose image links are good.
#[derive(Debug)]
pub struct PublicKeys(Vec<(u32, [u8; 32])>);

/// The link is not signed, not by a key that is known, or its time is over; which of them is not said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the image's URL is not signed with a key that is known, or its time is over")]
pub struct Unsigned;

impl PublicKeys {
    /// The keys in this file, which are read again when it changes.
    ///
    /// # Errors
    /// Where others can write the file, and where it holds something else than keys.
    pub fn follow(path: PathBuf) -> Result<Followed<Self>, TlsError> {
        Followed::open(vec![path.clone()], move || Self::read(&path))
    }

    fn read(path: &Path) -> Result<Self, TlsError> {
        let text = guarded_file::read(path, Readers::Anyone, LARGEST)?;
        Self::parse(&text).map_err(|(line, flaw)| TlsError::ImageKeys { path: path.to_owned(), line, flaw })
    }

    /// The keys of a text.
    ///
    /// # Errors
    /// The line, counted from 1, and what is wrong with it.
    pub fn parse(text: &[u8]) -> Result<Self, (usize, &'static str)> {
        let mut keys: Vec<(u32, [u8; 32])> = Vec::new();
        for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
            let flaw = |what| (index + 1, what);
            let line = str::from_utf8(line).map_err(|_| flaw("not UTF-8"))?.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (id, key) = parse_key(line).map_err(flaw)?;
            if keys.iter().any(|(other, _)| *other == id) {
                return Err(flaw("the id of an earlier line again"));
            }
            keys.push((id, key));
        }
        if keys.is_empty() { Err((1, "there is no key")) } else { Ok(Self(keys)) }
    }

    /// Whether the link is signed by the key of this number, and its time is not over. Takes the same work whatever is
    /// wrong.
    ///
    /// # Errors
    /// [`Unsigned`], for whatever reason.
    pub fn check(
        &self,
        link: &ImageLink,
        key: u32,
        signature: &[u8],
        now: Timestamp,
    ) -> Result<(), Unsigned> {
        let known = self.0.iter().find(|(id, _)| *id == key).map(|(_, public)| public);
        let public = UnparsedPublicKey::new(&ED25519, known.unwrap_or(&NOBODY));
        let is_signed = public.verify(&link.message(key), signature).is_ok();
        let seconds = u64::try_from(now.micros() / 1_000_000).unwrap_or(u64::MAX);
        if is_signed && known.is_some() && seconds < link.expires { Ok(()) } else { Err(Unsigned) }
    }
}

fn parse_key(line: &str) -> Result<(u32, [u8; 32]), &'static str> {
    let fields: Vec<_> = line.split_ascii_whitespace().collect();
    let [id, key] = fields[..] else { return Err("not `id key`") };
    let is_number = id.bytes().all(|byte| byte.is_ascii_digit());
    let id = id.parse().ok().filter(|_| is_number).ok_or("the id is no number from 0 to 4294967295")?;
    let key = URL_SAFE_NO_PAD.decode(key).ok().and_then(|key| key.try_into().ok());
    Ok((id, key.ok_or("the key is not 32 bytes in base64url without padding")?))
}

#[cfg(test)]
mod tests {
    use ring::signature::{Ed25519KeyPair, KeyPair};

    use super::{super::LABEL, *};
    use crate::framing::framed;

    const SECRET: [u8; 32] = [7; 32];

    /// What signs for [`NOBODY`], as everybody knows.
    const NOBODYS: [u8; 32] = *b"\x9d\x61\xb1\x9d\xef\xfd\x5a\x60\xba\x84\x4a\xf4\x92\xec\x2c\xc4\
        \x44\x49\xc5\x69\x7b\x32\x69\x19\x70\x3b\xac\x03\x1c\xae\x7f\x60";

    fn pair(seed: [u8; 32]) -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_unchecked(&seed).expect("any 32 bytes are a seed")
    }

    fn keys() -> PublicKeys {
        let line = format!("# ours\n3 {}\n", URL_SAFE_NO_PAD.encode(pair(SECRET).public_key()));
        PublicKeys::parse(line.as_bytes()).expect("a key")
    }

    fn link() -> ImageLink {
        ImageLink { url: "https://www.example.com/a.png".into(), size: 640, expires: 1_000 }
    }

    fn sign(link: &ImageLink, label: &str, key: u32, seed: [u8; 32]) -> Vec<u8> {
        let parts = link.parts();
        pair(seed).sign(&framed(label, key, &parts.each_ref().map(Vec::as_slice))).as_ref().to_vec()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn a_signature_covers_url_size_expiry_and_key_and_ends() {
        let good = sign(&link(), LABEL, 3, SECRET);
        assert_eq!(keys().check(&link(), 3, &good, at(999)), Ok(()));
        assert_eq!(keys().check(&link(), 3, &good, at(1_000)), Err(Unsigned), "its time is over");
        for other in [
            ImageLink { url: "https://www.example.com/b.png".into(), ..link() },
            ImageLink { size: 641, ..link() },
            ImageLink { expires: 1_001, ..link() },
        ] {
            assert_eq!(keys().check(&other, 3, &good, at(0)), Err(Unsigned), "{other:?}");
        }
        for (key, signature) in [
            (4, good.clone()),
            (4, sign(&link(), LABEL, 4, SECRET)),
            (4, sign(&link(), LABEL, 4, NOBODYS)),
            (3, sign(&link(), LABEL, 3, [8; 32])),
            (3, sign(&link(), "checkpoint", 3, SECRET)),
            (3, Vec::new()),
            (3, vec![0; 64]),
        ] {
            assert_eq!(keys().check(&link(), key, &signature, at(0)), Err(Unsigned), "{key} {signature:?}");
        }
    }

    #[test]
    fn every_bit_of_a_signature_counts() {
        let good = sign(&link(), LABEL, 3, SECRET);
        for bit in 0..512 {
            let mut flipped = good.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(keys().check(&link(), 3, &flipped, at(0)), Err(Unsigned), "bit {bit}");
        }
    }

    #[test]
    fn refuses_what_is_malformed_and_says_where() {
        let key = "A".repeat(43);
        for (line, flaw) in [
            ("1".to_owned(), "not `id key`"),
            (format!("1 {key} 2026"), "not `id key`"),
            (format!("+1 {key}"), "the id is no number from 0 to 4294967295"),
            (format!("1 {key}A"), "the key is not 32 bytes in base64url without padding"),
            (format!("5 {key}"), "the id of an earlier line again"),
        ] {
            let text = format!("# comment\n5 {key}\n{line}\n");
            assert_eq!(PublicKeys::parse(text.as_bytes()).map(|_| ()), Err((3, flaw)), "{line}");
        }
        assert!(PublicKeys::parse(b"# nothing\n").is_err());
    }
}
