//! What ends with what: members, owners, spaces, messages, accounts, passwords, sessions.

mod account;
mod member;
mod message;
mod owner;
mod password;
mod session;
mod space;
