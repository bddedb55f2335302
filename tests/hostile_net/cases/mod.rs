//! Every case.

mod board;
mod client;
mod differential;
mod dns;
mod egress;
mod harness;
mod http;
mod image;
mod manners;
mod name;
mod nat64;
mod parser;
mod readme;
mod redirect;
pub mod resource;
mod second_stage;
mod service;

use crate::case::Case;

/// All cases, by group.
pub fn all() -> Vec<Case> {
    [
        harness::cases(),
        parser::cases(),
        name::cases(),
        dns::cases(),
        redirect::cases(),
        http::cases(),
        second_stage::cases(),
        client::cases(),
        resource::cases(),
        manners::cases(),
        service::cases(),
        image::cases(),
        differential::cases(),
        nat64::cases(),
        egress::cases(),
        board::cases(),
        readme::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
