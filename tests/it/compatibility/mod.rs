//! The contract stays compatible with the blessed one: what a client of `openapi/blessed/` sends is still taken, and
//! what it gets back it still understands.

mod operations;
mod schemas;
mod seen;

use std::{fs, path::Path};

use serde_json::Value;

use self::operations::breaks;

fn document(file: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi").join(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("openapi/{file}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("openapi/{file}: {error}"))
}

#[test]
fn the_contract_breaks_no_client() {
    for file in ["natter-api.json", "natter-preview.json"] {
        let broken = breaks(&document(&format!("blessed/{file}")), &document(file));
        assert!(
            broken.is_empty(),
            "openapi/{file} breaks clients of openapi/blessed/{file}:\n- {}\nKeep what they rely on. Or else raise the \
             first number of the version, write the documents, and bless them: .ci/bless-contract",
            broken.join("\n- ")
        );
    }
}
