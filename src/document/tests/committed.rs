//! The committed documents: `NATTER_WRITE_DOCS=1 cargo test --lib up_to_date` writes them.

use std::{env, fs, path::Path};

use crate::{document, preview};

#[test]
fn openapi_is_up_to_date() {
    for (file, text) in [
        ("openapi/natter-api.json", document::text()),
        ("openapi/natter-preview.json", preview::service::document()),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        if env::var_os("NATTER_WRITE_DOCS").is_some() {
            fs::write(&path, &text).unwrap_or_else(|error| panic!("{file}: {error}"));
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == text,
            "{file} is not what the program prints: run NATTER_WRITE_DOCS=1 cargo test --lib up_to_date, and commit it"
        );
    }
}
