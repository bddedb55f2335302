//! Slowing down who guesses passwords, without locking out who knows one.

mod failures;
mod gates;
mod standing;
mod subjects;

pub use self::{
    failures::Failures,
    gates::{Crowded, Gates, Turn},
    standing::{Counter, Standing},
    subjects::{Subjects, subjects},
};
