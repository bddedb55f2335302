//! What an operation asks of its caller, as a type that each operation declares beside its handler.

use crate::{
    permission::{Permissions, Scope},
    token::Target,
};

/// What an operation asks of the session.
pub trait Policy: Send + Sync + 'static {
    /// The scope that the session must have; none where any session will do.
    const SCOPE: Option<Scope>;
}

/// What an operation asks in a space.
pub trait SpacePolicy: Policy {
    /// What of the space it works on.
    const PLACE: Place;
    /// What the caller must be permitted there.
    const NEEDS: Permissions;
    /// What may prove it.
    const DOORS: Doors;
}

/// What of a space an operation works on; decides which capabilities fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The space itself: `/spaces/{space_id}`.
    Space,
    /// Its messages together: `/spaces/{space_id}/messages`.
    Messages,
    /// One message: `/spaces/{space_id}/messages/{message_id}`.
    Message,
}

/// What may prove a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doors {
    /// A role; or, if one is given, a capability alone.
    RolesOrCapability,
    /// A role only: a capability that is given is refused.
    Roles,
    /// The role of owner only: a member who is a moderator too may read, write and delete, and owns nothing.
    Owner,
}

impl Place {
    /// The target that a capability must have for this request.
    pub(super) fn target(self, message: Option<crate::id::MessageId>) -> Option<Target> {
        match (self, message) {
            (Self::Space, None) => Some(Target::Space),
            (Self::Messages, None) => Some(Target::Messages),
            (Self::Message, Some(id)) => Some(Target::Message(id)),
            _ => None,
        }
    }
}
