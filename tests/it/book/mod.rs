//! The book's wire contract: what is kept of it, one test for each promise, and what is not kept, likewise.

mod capabilities;
mod keep;
mod lifetimes;
mod links;
mod not_kept;
mod refresh;
mod scopes;
