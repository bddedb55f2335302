//! Capability URIs: making them, sharing, listing, revoking.

mod list;
mod mint;
mod revoke;
mod share;

pub use self::{
    list::ListCapabilities,
    mint::{Lifetime, new_root, path, relative_uri, store, uri},
    revoke::RevokeCapability,
    share::Share,
};
