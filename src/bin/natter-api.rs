//! The message board API.

fn main() {}
