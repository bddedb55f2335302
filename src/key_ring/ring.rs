//! The keys for one purpose.

use std::slice;

use zeroize::Zeroizing;

use super::{Key, KeyId};
use crate::{random::Random, timestamp::Timestamp};

/// At least one key, newest last: the newest signs, all verify.
#[derive(Debug)]
pub struct KeyRing {
    rest: Vec<Key>,
    newest: Key,
}

impl KeyRing {
    /// A ring of one new key, number 1.
    pub fn generate(random: &Random, now: Timestamp) -> Self {
        Self { rest: Vec::new(), newest: new_key(KeyId(1), random, now) }
    }

    /// The ring of these keys, newest last. `None` if there are none.
    pub(super) fn new(mut keys: Vec<Key>) -> Option<Self> {
        let newest = keys.pop()?;
        Some(Self { rest: keys, newest })
    }

    /// This ring with a new key that signs from now on; its number is one above the highest, or
    /// `None` if there is none above.
    pub fn rotate(mut self, random: &Random, now: Timestamp) -> Option<Self> {
        let highest = self.keys().map(|key| key.id().0).max()?;
        let key = new_key(KeyId(highest.checked_add(1)?), random, now);
        self.rest.push(std::mem::replace(&mut self.newest, key));
        Some(self)
    }

    /// This ring without a key that does not sign any more; `None` if there is none of this number.
    pub(super) fn without(mut self, id: KeyId) -> Option<Self> {
        let place = self.rest.iter().position(|key| key.id() == id)?;
        self.rest.remove(place);
        Some(self)
    }

    /// The key that signs.
    pub fn newest(&self) -> &Key {
        &self.newest
    }

    /// The key of this number, to verify with.
    pub fn get(&self, id: KeyId) -> Option<&Key> {
        self.keys().find(|key| key.id() == id)
    }

    /// Every key, newest last.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.rest.iter().chain(slice::from_ref(&self.newest))
    }

    /// The newest key's MAC of `parts` for `label`, and which key that is; see [`Key::mac`].
    pub fn mac(&self, label: &str, parts: &[&[u8]]) -> (KeyId, [u8; 32]) {
        (self.newest.id(), self.newest.mac(label, parts))
    }

    /// Whether the key of this number made `tag`; `false` if there is none. See [`Key::verify`].
    pub fn verify<const N: usize>(&self, id: KeyId, label: &str, parts: &[&[u8]], tag: &[u8; N]) -> bool {
        self.get(id).is_some_and(|key| key.verify(label, parts, tag))
    }
}

fn new_key(id: KeyId, random: &Random, now: Timestamp) -> Key {
    Key::new(id, now, Zeroizing::new(random.bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_rotation_the_new_key_signs_and_both_verify() {
        let random = Random::seeded(1);
        let ring = KeyRing::generate(&random, Timestamp::default());
        let (old, old_tag) = ring.mac("label", &[b"part"]);

        let ring = ring.rotate(&random, Timestamp::default()).expect("there is a number above 1");
        let (new, new_tag) = ring.mac("label", &[b"part"]);

        assert_eq!((old, new), (KeyId(1), KeyId(2)));
        assert_ne!(old_tag, new_tag);
        assert!(ring.verify(old, "label", &[b"part"], &old_tag));
        assert!(ring.verify(new, "label", &[b"part"], &new_tag));
        assert!(!ring.verify(old, "label", &[b"part"], &new_tag));
        assert!(!ring.verify(KeyId(3), "label", &[b"part"], &new_tag));
    }
}
