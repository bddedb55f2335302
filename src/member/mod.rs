//! Members of a space and their roles: one operation a file.

mod add;
mod list;
mod remove;

pub use self::{add::AddMember, list::ListMembers, remove::RemoveMember};
