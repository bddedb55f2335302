//! What a caller may do: permissions in a space, roles that grant them, scopes that limit a session.

mod permissions;
mod role;
mod scope;

pub use self::{
    permissions::{InvalidPermissions, Permissions},
    role::{Role, UnknownRole},
    scope::{Scope, Scopes, UnknownScope},
};
