//! The audit log, as auditors read it.

mod view;

pub use self::view::ViewLog;
