//! What lies on the disk: rows that were tampered with, key files, the schema, the audit log, settings.

mod audit;
mod keys;
mod rows;
mod schema;
mod settings;
