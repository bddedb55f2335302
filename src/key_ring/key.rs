//! One key and the MAC it computes.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{framing::framed, timestamp::Timestamp};

/// A key's number, unique in its ring. It stands in tokens and rows to say which key made the tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub u32);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A 256-bit secret for HMAC-SHA-256. Wiped when dropped; `Debug` shows only its id.
pub struct Key {
    id: KeyId,
    created: Timestamp,
    // On the heap, both of them, so that moving a key leaves no copy behind.
    secret: Box<Zeroizing<[u8; Key::LENGTH]>>,
    /// HMAC once it has taken in the key: half of what a short MAC costs. Wiped when dropped, as every copy of it is.
    keyed: Box<Hmac<Sha256>>,
}

impl Key {
    /// Bytes in a key.
    pub const LENGTH: usize = 32;

    pub(super) fn new(id: KeyId, created: Timestamp, secret: Zeroizing<[u8; Self::LENGTH]>) -> Self {
        let keyed = Hmac::new_from_slice(secret.as_slice()).expect("HMAC takes keys of any length");
        Self { id, created, secret: Box::new(secret), keyed: Box::new(keyed) }
    }

    /// The key's number.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// When the key was made, as its file says.
    pub fn created(&self) -> Timestamp {
        self.created
    }

    /// The MAC of `parts` for the purpose `label`.
    pub fn mac(&self, label: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = Hmac::clone(&self.keyed);
        mac.update(&framed(label, self.id.0, parts));
        mac.finalize().into_bytes().into()
    }

    /// Whether `tag` is the first `N` bytes of the MAC of `parts` for `label`, in constant time.
    /// Tags are 16 to 32 bytes long (RFC 2104 wants half the hash at least).
    pub fn verify<const N: usize>(&self, label: &str, parts: &[&[u8]], tag: &[u8; N]) -> bool {
        const { assert!(N >= 16 && N <= 32, "a tag of 16 to 32 bytes") };
        self.mac(label, parts)[..N].ct_eq(tag).into()
    }

    /// The Ed25519 signature (RFC 8032) of `parts` for the purpose `label`, with the key's bytes as the seed.
    pub fn sign(&self, label: &str, parts: &[&[u8]]) -> Vec<u8> {
        self.key_pair().sign(&framed(label, self.id.0, parts)).as_ref().to_vec()
    }

    /// Whether `signature` is one that [`sign`](Self::sign) makes.
    pub fn is_signed(&self, label: &str, parts: &[&[u8]], signature: &[u8]) -> bool {
        let public = self.key_pair();
        UnparsedPublicKey::new(&ED25519, public.public_key().as_ref())
            .verify(&framed(label, self.id.0, parts), signature)
            .is_ok()
    }

    /// The public half of the key that signs.
    pub fn public(&self) -> [u8; 32] {
        self.key_pair().public_key().as_ref().try_into().expect("an Ed25519 public key has 32 bytes")
    }

    fn key_pair(&self) -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_unchecked(self.secret.as_slice()).expect("any 32 bytes are a seed")
    }

    pub(super) fn secret(&self) -> &[u8; Self::LENGTH] {
        &self.secret
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: u32) -> Key {
        Key::new(KeyId(id), Timestamp::default(), Zeroizing::new([7; 32]))
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        let key = key(1);
        let inputs: [(&str, &[&[u8]]); 6] = [
            ("label", &[b"ab", b"c"]),
            ("label", &[b"a", b"bc"]),
            ("label", &[b"abc"]),
            ("label", &[b"abc", b""]),
            ("labela", &[b"bc"]),
            ("other", &[b"ab", b"c"]),
        ];
        for (i, a) in inputs.iter().enumerate() {
            for (j, b) in inputs.iter().enumerate() {
                assert_eq!(key.mac(a.0, a.1) == key.mac(b.0, b.1), i == j, "{a:?} {b:?}");
            }
        }
    }

    /// It does not compile without.
    #[test]
    fn what_a_key_is_made_of_is_wiped() {
        fn wiped<T: zeroize::ZeroizeOnDrop>() {}
        // HMAC is two of these, and does not say so of itself.
        wiped::<Sha256>();
        wiped::<Zeroizing<[u8; Key::LENGTH]>>();
    }

    #[test]
    fn the_id_is_part_of_the_input() {
        assert_ne!(key(1).mac("label", &[]), key(2).mac("label", &[]));
    }

    #[test]
    fn every_bit_of_a_tag_counts() {
        let key = key(1);
        let tag: [u8; 16] = *key.mac("label", &[b"part"]).first_chunk().expect("32 bytes hold 16");
        assert!(key.verify("label", &[b"part"], &tag));
        for bit in 0..128 {
            let mut flipped = tag;
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(!key.verify("label", &[b"part"], &flipped), "bit {bit}");
        }
    }

    #[test]
    fn debug_tells_only_the_id() {
        assert_eq!(format!("{:?}", key(9)), "Key(9)");
    }
}
