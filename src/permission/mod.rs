//! What a caller may do: permissions in a space, roles that grant them, scopes that limit a session.

mod permissions;
mod role;
mod role_name;
mod scope;

pub use self::{
    permissions::{InvalidPermissions, Permissions},
    role::{Role, UnknownRole},
    role_name::RoleName,
    scope::{Scope, Scopes, UnknownScope},
};
