//! An answer that the document does not know is seen by [`crate::documented`], which holds all of them against it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{client::Answer, documented::check};

#[test]
#[should_panic(expected = "readMessage is not said to answer 409")]
fn a_status_that_is_not_in_the_document_is_seen() {
    check(&Method::GET, MESSAGE, &answer(409, json!({})));
}

#[test]
#[should_panic(expected = "Additional properties are not allowed ('secret' was unexpected)")]
fn a_member_that_is_not_in_the_document_is_seen() {
    let body =
        json!({"author": "alice", "time": "2026-11-22T10:20:30Z", "message": "", "links": [], "secret": 1});
    check(&Method::GET, MESSAGE, &answer(200, body));
}

const MESSAGE: &str =
    "/spaces/01a202c0-80a0-752e-9651-0c5ca6a3a450/messages/01a202c5-8a2b-7e8e-9099-6f031600a35a";

fn answer(status: u16, body: Value) -> Answer {
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("content-type", "application/json".parse().expect("a value"));
    let status = reqwest::StatusCode::from_u16(status).expect("a status");
    Answer { status, headers, text: body.to_string() }
}
