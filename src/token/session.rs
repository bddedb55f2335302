//! Session tokens: opaque, known to the store only by their hash.

use std::fmt;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::encoding::{self, TAG_LENGTH};
use crate::{
    key_ring::{KeyId, KeyRing},
    random::Random,
};

/// What every session token starts with, for secret scanners and for our own preview guard.
pub const PREFIX: &str = "ntrs_";

const LABEL: &str = "natter session token 1";
const HASH_LABEL: &[u8] = b"natter session hash 1";
const RANDOM_LENGTH: usize = 32;
const SIGNED: usize = 4 + RANDOM_LENGTH;
const LENGTH: usize = SIGNED + TAG_LENGTH;

/// A bearer token: key id, 256 random bits, and a tag that refuses forgeries without the store.
///
/// Whoever has it is its account; only [`expose`](Self::expose) tells it.
#[derive(Clone)]
pub struct SessionToken(Zeroizing<[u8; LENGTH]>);

impl SessionToken {
    /// A new token under the newest key of the [`Session`](crate::key_ring::RingKind::Session) ring.
    pub fn generate(ring: &KeyRing, random: &Random) -> Self {
        let key = ring.newest();
        let mut bytes = Zeroizing::new([0; LENGTH]);
        bytes[..4].copy_from_slice(&key.id().0.to_be_bytes());
        bytes[4..SIGNED].copy_from_slice(Zeroizing::new(random.bytes::<RANDOM_LENGTH>()).as_slice());
        let mac = key.mac(LABEL, &[&bytes[..SIGNED]]);
        bytes[SIGNED..].copy_from_slice(&mac[..TAG_LENGTH]);
        Self(bytes)
    }

    /// Reads a token that a key of `ring` made. `None` for anything else, down to the last bit.
    /// Whether the session still lives only the store knows.
    pub fn parse(text: &str, ring: &KeyRing) -> Option<Self> {
        let bytes = encoding::decode::<LENGTH>(PREFIX, text)?;
        let (signed, tag) = bytes.split_last_chunk::<TAG_LENGTH>()?;
        let key = KeyId(u32::from_be_bytes(*signed.first_chunk()?));
        ring.verify(key, LABEL, &[signed], tag).then_some(Self(bytes))
    }

    /// The token as the client is given it, once.
    pub fn expose(&self) -> Zeroizing<String> {
        encoding::encode(PREFIX, self.0.as_slice())
    }

    /// The SHA-256 under which the store keeps the session: who reads the database has no tokens.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::new().chain_update(HASH_LABEL).chain_update(self.0.as_slice()).finalize().into()
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::{timestamp::Timestamp, token::every_bit_flip};
    use proptest::prelude::*;

    fn ring(seed: u64) -> KeyRing {
        KeyRing::generate(&Random::seeded(seed), Timestamp::default())
    }

    #[test]
    fn a_token_round_trips_and_survives_a_rotation() {
        let random = Random::seeded(2);
        let token = SessionToken::generate(&ring(1), &random);
        let text = token.expose();
        assert!(text.starts_with("ntrs_"));
        assert_eq!(text.len(), 75);

        let rotated = ring(1).rotate(&random, Timestamp::default()).expect("1 has a successor");
        let parsed = SessionToken::parse(&text, &rotated).expect("the old key verifies");
        assert_eq!(parsed.hash(), token.hash());
        assert_eq!(parsed.expose(), text);
        let newer = SessionToken::generate(&rotated, &random);
        assert!(SessionToken::parse(&newer.expose(), &rotated).is_some());
        assert!(SessionToken::parse(&newer.expose(), &ring(1)).is_none(), "an unknown key");
        assert_ne!(newer.hash(), token.hash());
    }

    #[test]
    fn no_two_are_alike() {
        let (ring, random) = (ring(1), Random::seeded(2));
        let tokens: HashSet<_> = (0..100).map(|_| SessionToken::generate(&ring, &random).hash()).collect();
        assert_eq!(tokens.len(), 100);
    }

    #[test]
    fn every_bit_counts() {
        let ring = ring(1);
        let token = SessionToken::generate(&ring, &Random::seeded(2));
        for flipped in every_bit_flip(PREFIX, token.0.as_slice()) {
            assert!(SessionToken::parse(&flipped, &ring).is_none(), "{flipped}");
        }
    }

    #[test]
    fn only_the_one_text_is_taken() {
        let ring = ring(1);
        let text = SessionToken::generate(&ring, &Random::seeded(2)).expose();
        for end in 0..text.len() {
            assert!(SessionToken::parse(&text[..end], &ring).is_none(), "cut at {end}");
        }
        for other in [
            format!("{}A", *text),
            format!("{}=", *text),
            format!("{}==", *text),
            format!(" {}", *text),
            format!("{}\n", *text),
            text.replacen("ntrs_", "ntrc_", 1),
            text.replacen("ntrs_", "NTRS_", 1),
            text.replacen("ntrs_", "", 1),
            format!("{}é", &text[..text.len() - 2]),
        ] {
            assert!(SessionToken::parse(&other, &ring).is_none(), "{other}");
        }
        // 52 bytes end in a digit of which only two bits count; the other fifteen texts for each
        // value are not the token.
        let last = text.chars().last().expect("not empty");
        for digit in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".chars() {
            let other = format!("{}{digit}", &text[..text.len() - 1]);
            assert_eq!(SessionToken::parse(&other, &ring).is_some(), digit == last, "{digit}");
        }
    }

    #[test]
    fn debug_shows_nothing_of_it() {
        let token = SessionToken::generate(&ring(1), &Random::seeded(2));
        assert_eq!(format!("{token:?}"), "SessionToken(…)");
    }

    proptest! {
        #[test]
        fn nothing_else_is_a_token(text in "(ntrs_)?[-_A-Za-z0-9]{0,80}", any in any::<String>(), other in 2..u64::MAX) {
            prop_assert!(SessionToken::parse(&text, &ring(1)).is_none());
            prop_assert!(SessionToken::parse(&any, &ring(1)).is_none());
            let foreign = SessionToken::generate(&ring(other), &Random::seeded(other));
            prop_assert!(SessionToken::parse(&foreign.expose(), &ring(1)).is_none());
        }
    }
}
