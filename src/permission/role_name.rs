//! Roles as they stand in requests and answers.

use poem_openapi::Enum;

use super::Role;

/// A role in a space: an owner may read, write and delete, and manages the space; a moderator may read and delete, a
/// member read and write, an observer read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename = "Role", rename_all = "snake_case")]
pub enum RoleName {
    /// [`Role::Owner`].
    Owner,
    /// [`Role::Moderator`].
    Moderator,
    /// [`Role::Member`].
    Member,
    /// [`Role::Observer`].
    Observer,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Owner => Self::Owner,
            RoleName::Moderator => Self::Moderator,
            RoleName::Member => Self::Member,
            RoleName::Observer => Self::Observer,
        }
    }
}

impl From<Role> for RoleName {
    fn from(role: Role) -> Self {
        match role {
            Role::Owner => Self::Owner,
            Role::Moderator => Self::Moderator,
            Role::Member => Self::Member,
            Role::Observer => Self::Observer,
        }
    }
}
