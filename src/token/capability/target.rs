//! The one path of a capability.

use uuid::Uuid;

use crate::id::MessageId;

/// The exact path, inside the space of the root, that a capability is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// `/spaces/ID`
    Space,
    /// `/spaces/ID/messages`
    Messages,
    /// `/spaces/ID/messages/MESSAGE`
    Message(MessageId),
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
            Self::Message(id) => (3, id.0.into_bytes()),
        }
    }

    /// Takes any message id with a kind that has none: the whole is compared with what
    /// [`to_bytes`](Self::to_bytes) makes of it.
    pub(super) fn from_bytes(kind: u8, id: [u8; 16]) -> Option<Self> {
        match kind {
            1 => Some(Self::Space),
            2 => Some(Self::Messages),
            3 => Some(Self::Message(MessageId(Uuid::from_bytes(id)))),
            _ => None,
        }
    }
}
