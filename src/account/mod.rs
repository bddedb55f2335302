//! Accounts: one operation a file.

mod admission;
mod change_password;
mod delete;
mod erase;
mod new_password;
mod own;
mod register;
mod retired_name;

pub use self::{
    change_password::ChangePassword,
    delete::DeleteAccount,
    erase::{EraseError, Orphans, erase},
    new_password::NewPassword,
    own::{is_name_of, own},
    register::Register,
};
