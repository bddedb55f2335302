//! A tail that is cut off, and a chain that is made anew.

use std::sync::Arc;

use natter::{
    audit::{Recorder, Request},
    clock::Clock,
    id::RequestId,
    key_ring::KeyRings,
    random::Random,
    settings::AuditMode,
};
use reqwest::StatusCode;

use super::{Copy, Evidence, found, not_found};

#[tokio::test]
async fn a_tail_that_is_cut_off() {
    let evidence = Evidence::new().await;
    let last = evidence.copy().await.last().await;
    for kept in [last - 1, last / 2, 1] {
        let copy = evidence.copy().await;
        copy.cut_after(kept).await;
        found(&copy, "cut off", &format!("rows up to {last}: cut off"));
        not_found(&copy, "the known end fits", false);
    }
    for tables in [&["audit", "audit_subject"][..], &["audit", "audit_subject", "audit_chain"]] {
        let copy = evidence.copy().await;
        for table in tables {
            copy.database.execute(&format!("DELETE FROM {table}")).await;
        }
        found(&copy, "all of it", &format!("rows up to {last}: cut off"));
    }
}

#[tokio::test]
async fn a_known_end_that_is_not_adjusted_is_found_without_an_anchor() {
    let evidence = Evidence::new().await;
    let copy = evidence.copy().await;
    let last = copy.last().await;
    copy.database.execute(&format!("DELETE FROM audit WHERE position = {last}")).await;
    let (content, said) = super::verify(copy.directory(), false);
    assert!(!content && said.contains(&format!("row {last}: not the row")), "{said}");

    let copy = evidence.copy().await;
    copy.database.execute("DELETE FROM audit_chain").await;
    let (content, said) = super::verify(copy.directory(), false);
    assert!(!content && said.contains(&format!("row {last}: not the row")), "{said}");
}

/// Puts as many rows in the place of those after `kept` as were there, with the audit ring and the server's own code.
async fn make_anew(copy: &Copy, kept: i64) {
    let last = copy.last().await;
    copy.cut_after(kept).await;
    let (clock, random) = (Clock::system(), Random::system());
    let rings = KeyRings::open(&copy.directory().join("data/keys"), &random, &clock).expect("the server's");
    let store = copy.store().await;
    let recorder =
        Recorder::new(store.clone(), Arc::new(rings), clock.clone(), random.clone(), AuditMode::Durable);
    for _ in kept..last {
        let forged = Request {
            id: RequestId::new(clock.now(), &random),
            method: "GET".into(),
            path: "/harmless".into(),
            account: None,
            address: "192.0.2.1".into(),
        };
        recorder.refused(forged, StatusCode::OK).await.expect("written");
    }
    store.close().await.expect("closed");
    assert_eq!(copy.last().await, last);
}

#[tokio::test]
async fn a_chain_made_anew_by_somebody_who_has_the_audit_ring() {
    let evidence = Evidence::new().await;
    let last = evidence.copy().await.last().await;
    for kept in [last - 1, last / 2, 1] {
        let copy = evidence.copy().await;
        make_anew(&copy, kept).await;
        found(&copy, "made anew", "the chain was made anew");
        not_found(&copy, "every MAC fits", false);
    }
}

/// What the anchor is for, and what becomes of it where it can be shortened, too.
#[tokio::test]
async fn who_can_shorten_the_anchor_can_cut_the_log() {
    let evidence = Evidence::new().await;
    let copy = evidence.copy().await;
    let mut lines = copy.anchor();
    lines.pop();
    copy.write_anchor(&lines);
    let line: serde_json::Value = serde_json::from_str(lines.last().expect("a line")).expect("JSON");
    copy.cut_after(line["heads"][0]["position"].as_i64().expect("a number")).await;
    not_found(&copy, "both are shorter", true);
}
