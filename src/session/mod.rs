//! Sessions: one operation a file.

mod list;
mod log_in;
mod log_out;
pub mod password_check;
mod revoke;

pub use self::{list::ListSessions, log_in::LogIn, log_out::LogOut, revoke::RevokeSession};
