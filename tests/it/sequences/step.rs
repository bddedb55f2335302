//! One step of a sequence. People, spaces, messages and capabilities are numbers; those that do not exist yet wrap
//! around to some that do.

use proptest::{prelude::*, sample::select};

use crate::client::ALL_SCOPES;

/// How many people there are.
pub const PEOPLE: usize = 4;

/// What sessions may be for: mostly everything.
pub const SCOPES: [&str; 3] = [
    ALL_SCOPES,
    "list_spaces list_messages read_message post_message create_space",
    "manage_space manage_account add_member list_members delete_message",
];

/// What proves a permission: the caller's roles, or a capability.
pub type Capability = Option<usize>;

/// What somebody does.
#[derive(Clone, Debug)]
pub struct Step {
    pub who: usize,
    pub what: Action,
    /// Whether it is sent again, with the same `Idempotency-Key`, where it takes one.
    pub twice: bool,
}

#[derive(Clone, Debug)]
pub enum Action {
    CreateSpace,
    DeleteSpace { space: usize },
    ViewSpace { space: usize, by: Capability },
    Post { space: usize, by: Capability },
    List { space: usize, by: Capability },
    Read { message: usize, by: Capability },
    Delete { message: usize, by: Capability },
    AddMember { space: usize, whom: usize, roles: Vec<&'static str> },
    RemoveMember { space: usize, whom: usize },
    ListMembers { space: usize },
    HandOver { space: usize, whom: usize },
    Share { capability: usize, whom: usize, permissions: Option<&'static str> },
    Revoke { space: usize, capability: usize },
    LogOut,
    LogIn { scopes: &'static str },
    DeleteAccount,
}

impl Action {
    /// The scope that a session needs for it, if it needs any.
    pub fn scope(&self) -> Option<&'static str> {
        match self {
            Self::CreateSpace => Some("create_space"),
            Self::ViewSpace { .. } => Some("list_spaces"),
            Self::Post { .. } => Some("post_message"),
            Self::List { .. } => Some("list_messages"),
            Self::Read { .. } => Some("read_message"),
            Self::Delete { .. } => Some("delete_message"),
            Self::AddMember { .. } => Some("add_member"),
            Self::ListMembers { .. } => Some("list_members"),
            Self::DeleteSpace { .. }
            | Self::RemoveMember { .. }
            | Self::HandOver { .. }
            | Self::Revoke { .. } => Some("manage_space"),
            Self::DeleteAccount => Some("manage_account"),
            Self::Share { .. } | Self::LogOut | Self::LogIn { .. } => None,
        }
    }
}

impl Step {
    /// Whether it is sent twice. A repetition is judged like any request, and whoever has changed their own roles may not be
    /// allowed to any more.
    pub fn is_repeated(&self) -> bool {
        let takes_key = match &self.what {
            Action::CreateSpace | Action::Post { .. } | Action::Share { .. } => true,
            Action::AddMember { whom, .. } => *whom != self.who,
            _ => false,
        };
        self.twice && takes_key
    }
}

/// A random step; what builds something up is likelier than what tears it down.
pub fn step() -> impl Strategy<Value = Step> {
    let number = 0..1000_usize;
    let by = || prop::option::weighted(0.6, 0..1000_usize);
    let roles = select(vec![
        vec!["owner"],
        vec!["moderator"],
        vec!["member"],
        vec!["observer"],
        vec!["member", "moderator"],
    ]);
    let permissions = prop::option::of(select(vec!["r", "w", "d", "rd", "rw", "rwd"]));
    let person = || 0..PEOPLE;
    let action = prop_oneof![
        8 => Just(Action::CreateSpace),
        2 => number.clone().prop_map(|space| Action::DeleteSpace { space }),
        4 => (number.clone(), by()).prop_map(|(space, by)| Action::ViewSpace { space, by }),
        16 => (number.clone(), by()).prop_map(|(space, by)| Action::Post { space, by }),
        8 => (number.clone(), by()).prop_map(|(space, by)| Action::List { space, by }),
        12 => (number.clone(), by()).prop_map(|(message, by)| Action::Read { message, by }),
        6 => (number.clone(), by()).prop_map(|(message, by)| Action::Delete { message, by }),
        12 => (number.clone(), person(), roles)
            .prop_map(|(space, whom, roles)| Action::AddMember { space, whom, roles }),
        6 => (number.clone(), person()).prop_map(|(space, whom)| Action::RemoveMember { space, whom }),
        4 => number.clone().prop_map(|space| Action::ListMembers { space }),
        4 => (number.clone(), person()).prop_map(|(space, whom)| Action::HandOver { space, whom }),
        16 => (number.clone(), person(), permissions).prop_map(|(capability, whom, permissions)| Action::Share {
            capability,
            whom,
            permissions
        }),
        4 => (number.clone(), number).prop_map(|(space, capability)| Action::Revoke { space, capability }),
        1 => Just(Action::LogOut),
        6 => prop_oneof![10 => Just(SCOPES[0]), 1 => Just(SCOPES[1]), 1 => Just(SCOPES[2])]
            .prop_map(|scopes| Action::LogIn { scopes }),
        1 => Just(Action::DeleteAccount),
    ];
    (person(), action, any::<bool>()).prop_map(|(who, what, twice)| Step { who, what, twice })
}
