//! What a capability token says.

use uuid::Uuid;

use super::{CapabilityToken, Target};
use crate::{
    id::CapabilityId,
    key_ring::{Key, KeyRing},
    permission::Permissions,
    timestamp::Timestamp,
};

/// Root 16, kind of target 1, message id 16, permissions 1, expiry in microseconds 8.
pub(super) const LENGTH: usize = 16 + 1 + 16 + 1 + 8;

/// What a capability permits. The user and the space it is for stand in the root's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The revocable row from which this capability and all it was narrowed to come.
    pub root: CapabilityId,
    /// The one path it is for.
    pub target: Target,
    /// What may be done there; never empty in a valid token.
    pub permissions: Permissions,
    /// From this time on it is worth nothing.
    pub expires: Timestamp,
}

impl Claims {
    /// Signs the claims with the newest key of the
    /// [`Capability`](crate::key_ring::RingKind::Capability) ring. The same claims and key give the
    /// same token.
    pub fn mint(&self, ring: &KeyRing) -> CapabilityToken {
        self.mint_under(ring.newest())
    }

    /// Signs the claims with a key of that ring which may be an older one, to make a token once more.
    pub fn mint_under(&self, key: &Key) -> CapabilityToken {
        CapabilityToken::sign(self, key)
    }

    /// The claims of a child under the same root. `None` if it would be for another path, permit
    /// more, permit nothing, or live longer than this one.
    pub fn narrow(&self, target: Target, permissions: Permissions, expires: Timestamp) -> Option<Self> {
        let narrower = self.target.covers(target)
            && permissions.is_subset(self.permissions)
            && !permissions.is_empty()
            && expires <= self.expires;
        narrower.then_some(Self { root: self.root, target, permissions, expires })
    }

    pub(super) fn to_bytes(self) -> [u8; LENGTH] {
        let (kind, message) = self.target.to_bytes();
        let mut bytes = [0; LENGTH];
        bytes[..16].copy_from_slice(self.root.0.as_bytes());
        bytes[16] = kind;
        bytes[17..33].copy_from_slice(&message);
        bytes[33] = self.permissions.bits();
        bytes[34..].copy_from_slice(&self.expires.micros().to_be_bytes());
        bytes
    }

    /// `None` unless [`to_bytes`](Self::to_bytes) of the result gives the same bytes.
    pub(super) fn from_bytes(bytes: &[u8; LENGTH]) -> Option<Self> {
        let (root, rest) = bytes.split_first_chunk()?;
        let (kind, rest) = rest.split_first()?;
        let (message, rest) = rest.split_first_chunk()?;
        let (permissions, rest) = rest.split_first()?;
        let expires = Timestamp::from_micros(i64::from_be_bytes(rest.try_into().ok()?));
        let claims = Self {
            root: CapabilityId(Uuid::from_bytes(*root)),
            target: Target::from_bytes(*kind, *message)?,
            permissions: Permissions::from_bits(*permissions).filter(|set| !set.is_empty())?,
            expires,
        };
        (claims.to_bytes() == *bytes).then_some(claims)
    }
}
