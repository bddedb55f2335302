//! The roles of a space's members.

use std::{fmt, str::FromStr};

use super::Permissions;

/// A member's role in a space. The names stand in requests and in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Everything, and adds members.
    Owner,
    /// Reads and removes.
    Moderator,
    /// Reads and posts.
    Member,
    /// Reads.
    Observer,
}

/// A name that is none of the roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be one of owner, moderator, member and observer")]
pub struct UnknownRole;

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Owner, Self::Moderator, Self::Member, Self::Observer];

    /// What the role permits in its space.
    pub const fn permissions(self) -> Permissions {
        match self {
            Self::Owner => Permissions::ALL,
            Self::Moderator => Permissions::READ_DELETE,
            Self::Member => Permissions::READ_WRITE,
            Self::Observer => Permissions::READ,
        }
    }

    /// The role's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Moderator => "moderator",
            Self::Member => "member",
            Self::Observer => "observer",
        }
    }
}

impl Role {
    /// The number under which the store keeps the role; it never changes.
    pub const fn number(self) -> i16 {
        self as i16
    }

    /// The role with this number.
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.number() == number)
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(name: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.name() == name).ok_or(UnknownRole)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_stable() {
        assert_eq!(Role::ALL.map(Role::number), [0, 1, 2, 3]);
        assert_eq!(Role::from_number(2), Some(Role::Member));
        assert_eq!(Role::from_number(4), None);
    }

    #[test]
    fn names_and_permissions_are_the_contract() {
        for (name, permissions) in
            [("owner", "rwd"), ("moderator", "rd"), ("member", "rw"), ("observer", "r")]
        {
            let role: Role = name.parse().expect(name);
            assert_eq!(role.to_string(), name);
            assert_eq!(role.permissions().to_string(), permissions);
        }
        for name in ["", "Owner", "owner ", "admin"] {
            assert_eq!(name.parse::<Role>(), Err(UnknownRole), "{name:?}");
        }
    }
}
