//! Input that cannot be taken: always a problem that says what is wrong, never an effect, a 500 or a hang.

mod bodies;
mod content_type;
mod edges;
mod json;
mod meaning;
mod parameters;
mod random;
mod requests;
mod routes;
mod size;
mod tokens;
