//! Roots and the URIs made from them.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DbErr};

use crate::{
    board::Board,
    caller::CAPABILITY_PARAMETER,
    id::{AccountId, CapabilityId, SpaceId},
    idempotency::Occasion,
    key_ring::Key,
    permission::Permissions,
    store::capability::{self, Root},
    token::{Claims, Target},
};

/// How long capabilities live; the book's lifetimes.
#[derive(Clone, Copy, Debug)]
pub struct Lifetime;

impl Lifetime {
    /// Of a space and of its messages: 100,000 days.
    pub const SPACE: Duration = Duration::from_secs(100_000 * 86_400);
    /// Of a message, to read: 365 days.
    pub const MESSAGE: Duration = Duration::from_secs(365 * 86_400);
    /// Of a message, for its author to delete: 5 minutes.
    pub const MESSAGE_DELETE: Duration = Duration::from_secs(300);
    /// Of a message in a list: 10 minutes.
    pub const LISTED: Duration = Duration::from_secs(600);
}

/// A new root for `account`, living from now on for `lifetime`. It counts once it is [stored](store).
pub fn new_root(
    occasion: &Occasion,
    account: AccountId,
    space: SpaceId,
    target: Target,
    permissions: Permissions,
    lifetime: Duration,
) -> Root {
    let now = occasion.now();
    Root {
        id: CapabilityId::new(now, occasion.random()),
        parent: None,
        account,
        space,
        target,
        permissions,
        created: now,
        expires: now + lifetime,
    }
}

/// Stores roots.
pub async fn store<'a>(
    db: &impl ConnectionTrait,
    board: &Board,
    roots: impl IntoIterator<Item = &'a Root>,
) -> Result<(), DbErr> {
    for root in roots {
        capability::insert(db, &board.row_macs(), root).await?;
    }
    Ok(())
}

/// The path that a target of a space stands for.
pub fn path(space: SpaceId, target: Target) -> String {
    match target {
        Target::Space => format!("/spaces/{space}"),
        Target::Messages => format!("/spaces/{space}/messages"),
        Target::Message(message) => format!("/spaces/{space}/messages/{message}"),
    }
}

/// The capability URI for what `root` opens, with these permissions, for `lifetime` from now on at most.
///
/// Permissions that the root does not have are left out.
pub fn relative_uri(
    occasion: &Occasion,
    root: &Root,
    permissions: Permissions,
    lifetime: Duration,
) -> String {
    let claims = Claims {
        root: root.id,
        target: root.target,
        permissions: permissions.intersection(root.permissions),
        expires: root.expires.min(occasion.now() + lifetime),
    };
    uri(occasion.capability_key(), root.space, &claims)
}

/// The capability URI with these claims in this space, signed by a key of the capability ring.
pub fn uri(key: &Key, space: SpaceId, claims: &Claims) -> String {
    let token = claims.mint_under(key);
    format!("{}?{CAPABILITY_PARAMETER}={}", path(space, claims.target), *token.expose())
}
