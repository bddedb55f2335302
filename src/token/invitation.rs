//! Invitation codes: each makes one account, known to the store only by its hash.

use std::fmt;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::encoding;
use crate::random::Random;

/// What every invitation starts with, for secret scanners and for our own preview guard.
pub const PREFIX: &str = "ntri_";

const HASH_LABEL: &[u8] = b"natter invitation hash 1";
const LENGTH: usize = 32;

/// 256 random bits. Whoever has it may register; only [`expose`](Self::expose) tells it.
#[derive(Clone)]
pub struct InvitationCode(Zeroizing<[u8; LENGTH]>);

impl InvitationCode {
    /// A new one.
    pub fn generate(random: &Random) -> Self {
        Self(Zeroizing::new(random.bytes()))
    }

    /// Reads what looks like one. Whether it is good only the store knows.
    pub fn parse(text: &str) -> Option<Self> {
        encoding::decode(PREFIX, text).map(Self)
    }

    /// The code as it is given out, once.
    pub fn expose(&self) -> Zeroizing<String> {
        encoding::encode(PREFIX, self.0.as_slice())
    }

    /// The SHA-256 under which the store keeps it: who reads the database has no invitation.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::new().chain_update(HASH_LABEL).chain_update(self.0.as_slice()).finalize().into()
    }
}

impl fmt::Debug for InvitationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InvitationCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_round_trips_and_nothing_else_is_one() {
        let random = Random::seeded(1);
        let (code, other) = (InvitationCode::generate(&random), InvitationCode::generate(&random));
        let text = code.expose();
        assert_eq!((&text[..5], text.len()), ("ntri_", 48));
        assert_eq!(InvitationCode::parse(&text).map(|code| code.hash()), Some(code.hash()));
        assert_ne!(code.hash(), other.hash());
        for bad in [&text[..47], &text[5..], &text.replacen("ntri_", "ntrs_", 1), &format!("{}A", *text), ""]
        {
            assert!(InvitationCode::parse(bad).is_none(), "{bad}");
        }
        assert_eq!(format!("{code:?}"), "InvitationCode(…)");
    }
}
