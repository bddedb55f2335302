//! An anchor that is changed.

use natter::{audit::checkpoint::Checkpoint, key_ring::KeyRing, random::Random, timestamp::Timestamp};
use serde_json::Value;

use super::{Evidence, found, not_found};

/// Every string and number in a checkpoint, one changed in each.
fn edited(line: &str) -> Vec<String> {
    let checkpoint: Value = serde_json::from_str(line).expect("JSON");
    let pointers =
        ["/time", "/previous", "/heads/0/chain", "/heads/0/position", "/heads/0/mac", "/key", "/signature"];
    let edited = pointers.map(|pointer| {
        let mut checkpoint = checkpoint.clone();
        let value = checkpoint.pointer_mut(pointer).unwrap_or_else(|| panic!("there is no {pointer}"));
        *value = match &*value {
            Value::Number(number) => (number.as_i64().expect("an integer") + 1).into(),
            Value::String(text) if text.starts_with('0') => text.replacen('0', "1", 1).into(),
            Value::String(text) => text.chars().rev().collect::<String>().into(),
            other => panic!("{pointer}: {other}"),
        };
        checkpoint.to_string()
    });
    edited.into()
}

#[tokio::test]
async fn a_line_that_was_edited_or_signed_by_somebody_else() {
    let evidence = Evidence::new().await;
    let lines = evidence.copy().await.anchor();
    assert!(lines.len() >= 3);
    let own: Checkpoint = serde_json::from_str(&lines[1]).expect("a checkpoint");
    let ring = KeyRing::generate(&Random::seeded(1), Timestamp::default());
    let foreign = Checkpoint::sign(Timestamp::default(), own.previous, own.heads, ring.newest());
    let foreign = serde_json::to_string(&foreign).expect("JSON");
    let nothing = ["", "{}", "null", "not a checkpoint"].map(str::to_owned);
    for line in edited(&lines[1]).into_iter().chain([foreign]).chain(nothing) {
        let copy = evidence.copy().await;
        let mut lines = lines.clone();
        lines[1].clone_from(&line);
        copy.write_anchor(&lines);
        found(&copy, &line, "line 2 of the anchor: no checkpoint");
    }
}

#[tokio::test]
async fn lines_that_are_missing_or_in_another_order() {
    let evidence = Evidence::new().await;
    let lines = evidence.copy().await.anchor();
    let copy = evidence.copy().await;
    copy.write_anchor(&[&lines[..1], &lines[2..]].concat());
    found(&copy, "removed", "line 2 of the anchor: lines before it are missing");

    let mut swapped = lines.clone();
    swapped.swap(1, 2);
    copy.write_anchor(&swapped);
    found(&copy, "swapped", "line 2 of the anchor: lines before it are missing");

    // The older ones may be kept elsewhere.
    copy.write_anchor(&lines[1..]);
    not_found(&copy, "the beginning is elsewhere", true);
}
