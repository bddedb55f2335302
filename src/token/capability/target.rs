//! The one path of a capability.

use uuid::Uuid;

/// The exact path, inside the space of the root, that a capability is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// `/spaces/ID`
    Space,
    /// `/spaces/ID/messages`
    Messages,
    /// `/spaces/ID/messages/MESSAGE`
    Message(Uuid),
}

impl Target {
    /// Whether a capability for `self` may become one for `other`: the same path, or a message of
    /// the messages. From the space itself nothing follows, as in the book.
    pub fn covers(self, other: Self) -> bool {
        self == other || matches!((self, other), (Self::Messages, Self::Message(_)))
    }

    /// The kind, and the message's id or zeros.
    pub(super) fn to_bytes(self) -> (u8, [u8; 16]) {
        match self {
            Self::Space => (1, [0; 16]),
            Self::Messages => (2, [0; 16]),
            Self::Message(id) => (3, id.into_bytes()),
        }
    }

    pub(super) fn from_bytes(kind: u8, id: [u8; 16]) -> Option<Self> {
        match (kind, Uuid::from_bytes(id)) {
            (1, id) if id.is_nil() => Some(Self::Space),
            (2, id) if id.is_nil() => Some(Self::Messages),
            (3, id) => Some(Self::Message(id)),
            _ => None,
        }
    }
}
