//! Capability tokens: stateless, narrowed without the store, worth nothing as a bearer token.
//!
//! The server alone makes them, so in place of a macaroon's chain of caveats a token carries what
//! is left after all narrowing, under one MAC. The store knows only the *root*: the revocable row
//! that says whose capability this is and in which space.

mod claims;
mod target;

use std::fmt;

use zeroize::Zeroizing;

pub use self::{claims::Claims, target::Target};
use super::encoding::{self, TAG_LENGTH};
use crate::key_ring::{Key, KeyId, KeyRing};

/// What every capability token starts with.
pub const PREFIX: &str = "ntrc_";

const LABEL: &str = "natter capability token 1";
const SIGNED: usize = 4 + claims::LENGTH;
const LENGTH: usize = SIGNED + TAG_LENGTH;

/// A signed capability: key id, claims, tag. Only [`expose`](Self::expose) tells it.
#[derive(Clone)]
pub struct CapabilityToken(Zeroizing<[u8; LENGTH]>);

impl CapabilityToken {
    fn sign(claims: &Claims, key: &Key) -> Self {
        let mut bytes = Zeroizing::new([0; LENGTH]);
        bytes[..4].copy_from_slice(&key.id().0.to_be_bytes());
        bytes[4..SIGNED].copy_from_slice(&claims.to_bytes());
        let mac = key.mac(LABEL, &[&bytes[..SIGNED]]);
        bytes[SIGNED..].copy_from_slice(&mac[..TAG_LENGTH]);
        Self(bytes)
    }

    /// The claims of a token that a key of `ring` signed. `None` for anything else, down to the
    /// last bit. The caller still compares the expiry with the clock and looks up the root.
    pub fn parse(text: &str, ring: &KeyRing) -> Option<Claims> {
        let bytes = encoding::decode::<LENGTH>(PREFIX, text)?;
        let (signed, tag) = bytes.split_last_chunk::<TAG_LENGTH>()?;
        let (key, claims) = signed.split_first_chunk()?;
        let key = KeyId(u32::from_be_bytes(*key));
        if !ring.verify(key, LABEL, &[signed], tag) {
            return None;
        }
        Claims::from_bytes(claims.try_into().ok()?)
    }

    /// The token as the client is given it.
    pub fn expose(&self) -> Zeroizing<String> {
        encoding::encode(PREFIX, self.0.as_slice())
    }
}

impl fmt::Debug for CapabilityToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CapabilityToken(…)")
    }
}

#[cfg(test)]
mod tests;
