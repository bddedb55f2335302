//! The URLs by which readers see images without revealing themselves to strangers.

use std::{sync::Arc, time::Duration};

use url::Url;

use crate::{
    clock::Clock,
    key_ring::{Key, KeyRing, KeyRings},
    preview::{
        Card,
        image::{ImageLink, LABEL},
    },
    timestamp::Timestamp,
};

/// The size of a card's image, and of its icon, in pixels.
const IMAGE: u32 = 640;
const ICON: u32 = 64;

/// A new key signs once it is so old: by then the worker can have its public half.
const SETTLED_AFTER: Duration = Duration::from_secs(3600);

/// Signs the URLs of images for a worker's endpoint.
#[derive(Clone, Debug)]
pub struct Images {
    endpoint: Url,
    lifetime: Duration,
    rings: Arc<KeyRings>,
    clock: Clock,
}

impl Images {
    /// For the worker's endpoint at `endpoint`, as readers see it. A URL is good for `lifetime` at least and twice as long
    /// at most.
    pub fn new(endpoint: Url, lifetime: Duration, rings: Arc<KeyRings>, clock: Clock) -> Self {
        Self { endpoint, lifetime, rings, clock }
    }

    /// Puts signed URLs of the worker in the place of those of strangers. Without a key there are no images.
    pub fn sign(&self, card: &mut Card) {
        let now = self.clock.now();
        let ring = self.rings.image();
        let signed = |url: Option<String>, size| {
            let link = ImageLink { url: url?, size, expires: expires(now, self.lifetime) };
            let key = signing(ring.as_deref()?, now);
            let parts = link.parts();
            let signature = key.sign(LABEL, &parts.each_ref().map(Vec::as_slice));
            Some(link.signed(&self.endpoint, key.id().0, &signature).into())
        };
        card.image = signed(card.image.take(), IMAGE);
        card.icon = signed(card.icon.take(), ICON);
    }
}

/// The newest key that is old enough, or else the oldest.
fn signing(ring: &KeyRing, now: Timestamp) -> &Key {
    let settled = ring.keys().filter(|key| key.created() + SETTLED_AFTER <= now).last();
    settled.or_else(|| ring.keys().next()).unwrap_or(ring.newest())
}

/// When a URL made now expires, in seconds since the Unix epoch. The same for a whole lifetime, so that what readers
/// keep has the same URL for as long.
fn expires(now: Timestamp, lifetime: Duration) -> u64 {
    let (now, lifetime) = (now.since(Timestamp::default()).as_secs(), lifetime.as_secs().max(1));
    (now / lifetime + 2) * lifetime
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{key_ring::KeyId, random::Random};

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn a_url_is_good_for_one_to_two_lifetimes_and_stays_the_same_meanwhile() {
        let at = |hours: u32| Timestamp::default() + HOUR * hours;
        for (hours, expected) in [(0, 48), (1, 48), (23, 48), (24, 72), (47, 72)] {
            assert_eq!(expires(at(hours), 24 * HOUR), expected * 3600, "{hours}");
        }
    }

    #[test]
    fn a_new_key_signs_once_the_worker_can_know_it() {
        let (random, start) = (Random::seeded(1), Timestamp::default() + HOUR);
        let ring = KeyRing::generate(&random, start);
        assert_eq!(signing(&ring, start).id(), KeyId(1), "the only one signs at once");
        let ring = ring.rotate(&random, start + 2 * HOUR).expect("a number above 1");
        assert_eq!(signing(&ring, start + 2 * HOUR).id(), KeyId(1));
        assert_eq!(signing(&ring, start + 3 * HOUR).id(), KeyId(2));
        let new = KeyRing::generate(&random, start).rotate(&random, start).expect("a number above 1");
        assert_eq!(signing(&new, start).id(), KeyId(1), "the oldest, which has been published longest");
    }
}
