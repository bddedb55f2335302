//! Slowing down who guesses passwords, without locking out who knows one.

mod failures;
mod standing;
mod subjects;

pub use self::{
    failures::Failures,
    standing::{Counter, Standing},
    subjects::{Subjects, subjects},
};
