//! One step of a sequence. People, spaces, messages and capabilities are numbers; those that do not exist yet wrap
//! around to some that do.

use proptest::{prelude::*, sample::select};

/// How many people there are.
pub const PEOPLE: usize = 4;

/// What proves a permission: the caller's roles, or a capability.
pub type Capability = Option<usize>;

/// What somebody does.
#[derive(Clone, Debug)]
pub struct Step {
    pub who: usize,
    pub what: Action,
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
    LogIn,
    DeleteAccount,
}

/// A random step; what builds something up is likelier than what tears it down.
pub fn step() -> impl Strategy<Value = Step> {
    let any = 0..1000_usize;
    let by = || prop::option::weighted(0.4, 0..1000_usize);
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
        4 => Just(Action::CreateSpace),
        1 => any.clone().prop_map(|space| Action::DeleteSpace { space }),
        2 => (any.clone(), by()).prop_map(|(space, by)| Action::ViewSpace { space, by }),
        8 => (any.clone(), by()).prop_map(|(space, by)| Action::Post { space, by }),
        4 => (any.clone(), by()).prop_map(|(space, by)| Action::List { space, by }),
        6 => (any.clone(), by()).prop_map(|(message, by)| Action::Read { message, by }),
        3 => (any.clone(), by()).prop_map(|(message, by)| Action::Delete { message, by }),
        6 => (any.clone(), person(), roles)
            .prop_map(|(space, whom, roles)| Action::AddMember { space, whom, roles }),
        3 => (any.clone(), person()).prop_map(|(space, whom)| Action::RemoveMember { space, whom }),
        2 => any.clone().prop_map(|space| Action::ListMembers { space }),
        2 => (any.clone(), person()).prop_map(|(space, whom)| Action::HandOver { space, whom }),
        8 => (any.clone(), person(), permissions).prop_map(|(capability, whom, permissions)| Action::Share {
            capability,
            whom,
            permissions
        }),
        2 => (any.clone(), any).prop_map(|(space, capability)| Action::Revoke { space, capability }),
        1 => Just(Action::LogOut),
        3 => Just(Action::LogIn),
        1 => Just(Action::DeleteAccount),
    ];
    (person(), action).prop_map(|(who, what)| Step { who, what })
}
