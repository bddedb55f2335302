//! Tokens: a recognisable prefix and, in base64url, a payload with its tag.
//!
//! Sessions and capabilities have different prefixes and key rings, so that neither is ever good
//! where the other is asked for. Invitations have a prefix, and no tag: they are looked up.

pub mod capability;
mod encoding;
pub mod invitation;
pub mod session;

pub use self::{
    capability::{CapabilityToken, Claims, Target},
    invitation::InvitationCode,
    session::SessionToken,
};

/// The token of `bytes` with each of its bits flipped in turn.
#[cfg(test)]
fn every_bit_flip(prefix: &str, bytes: &[u8]) -> Vec<String> {
    (0..bytes.len() * 8)
        .map(|bit| {
            let mut flipped = bytes.to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            encoding::encode(prefix, &flipped).to_string()
        })
        .collect()
}
