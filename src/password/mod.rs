//! Passwords: what may be one, and Argon2id on a bounded pool.

mod argon;
mod background;
mod hasher;
mod pool;
mod secret;

pub use self::{
    argon::{InvalidParameters, Parameters},
    hasher::Hasher,
    pool::{Busy, Place, PoolSize, Priority},
    secret::{Password, PasswordRefused},
};
