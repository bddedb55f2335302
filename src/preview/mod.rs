//! Link previews: a guarded fetch of a stranger's page, and what the page says about itself.
//!
//! The order in which a URL meets the guards: [`target`] judges the URL alone, [`fetch`] resolves the
//! host, judges every address with [`address`], dials exactly those, and walks redirects through the
//! same door; [`page`] reads the head of the page as a stream.

pub mod address;
mod cache;
pub mod command;
pub mod fetch;
pub mod image;
pub mod page;
pub mod service;
pub mod target;

mod card;
mod circuit;
mod previewer;
mod refusal;
mod source;
mod worker_client;

pub use self::{
    card::Card,
    fetch::{Ask, Lifetime, StartError, Validators},
    previewer::{Fetched, Preview, Previewer},
    refusal::{FetchError, Refusal},
    source::{Seen, Source},
    worker_client::WorkerClient,
};
