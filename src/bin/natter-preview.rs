//! The link-preview worker.

fn main() {}
