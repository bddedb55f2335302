//! Who may do what: every operation of the OpenAPI document against every way of not being allowed to.
//!
//! [`table`] says what each operation asks for, [`scene`] is what the requests are about, [`refused`] tries
//! everything that must not work, and [`permitted`] shows that the same requests do work with the right caller.

mod capabilities;
mod permitted;
pub mod refused;
pub mod scene;
pub mod table;
