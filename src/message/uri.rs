//! The URI under which a reader of a space's messages finds one of them.

use crate::{
    authorization::{Authorised, Grant, SpacePolicy},
    capability::{self, Lifetime},
    id::MessageId,
    permission::Permissions,
    token::Target,
};

/// With a role, the plain path: the role opens it. With a capability, a URI with a narrower one for ten minutes,
/// made without the store; none where nothing would be left of its permissions.
pub(super) fn uri<P: SpacePolicy>(reader: &Authorised<P>, id: MessageId) -> Option<String> {
    let (board, space, target) = (reader.board(), reader.space(), Target::Message(id));
    match reader.grant() {
        Grant::Roles(_) => Some(capability::path(space, target)),
        Grant::Capability { claims, .. } => {
            let permissions = Permissions::READ_DELETE.intersection(reader.grant().permissions());
            let expires = claims.expires.min(board.clock().now() + Lifetime::LISTED);
            claims
                .narrow(target, permissions, expires)
                .map(|child| capability::uri(board.capability_ring().newest(), space, &child))
        }
    }
}
