//! Generates the table from the registries and fails when the committed one differs.

use std::{env, fs, path::Path};

use super::table::SOURCE;

const IPV4: &str = include_str!("registry/iana-ipv4-special-registry-1.csv");
const IPV6: &str = include_str!("registry/iana-ipv6-special-registry-1.csv");
const OTHER: &str = include_str!("registry/other-sources.csv");

/// Blocks of translated IPv4 addresses. Everything else in the registries is denied.
const EMBEDDED: [&str; 2] = ["::ffff:0:0/96", "64:ff9b::/96"];

fn generate() -> String {
    let mut lines: Vec<_> = OTHER.lines().map(str::to_owned).collect();
    for (registry, text) in [("iana-ipv4-special-registry", IPV4), ("iana-ipv6-special-registry", IPV6)] {
        for record in csv::Reader::from_reader(text.as_bytes()).records() {
            let record = record.expect("the registry is CSV");
            let name = record[1].replace('"', "");
            let source = record[2].split_whitespace().collect::<Vec<_>>().join(" ");
            let source = source.replace("][", " ").replace(['[', ']'], "").replace(',', "");
            for block in record[0].split(", ") {
                // A footnote such as ` [2]` may follow the block.
                let prefix = block.split(' ').next().expect("a split has a first part");
                let verdict = if EMBEDDED.contains(&prefix) { "embedded" } else { "deny" };
                lines.push(format!("{prefix},{name},{registry} {source},{verdict}"));
            }
        }
    }
    lines.join("\n") + "\n"
}

#[test]
fn the_table_is_what_the_registries_give() {
    let generated = generate();
    if env::var_os("UPDATE_ADDRESS_TABLE").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/preview/address/special-purpose.csv");
        fs::write(path, &generated).expect("the table can be written");
    }
    assert_eq!(SOURCE, generated, "run again with UPDATE_ADDRESS_TABLE=1 and build once more");
}
