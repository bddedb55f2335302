//! The OpenAPI document, made without opening anything.

use futures_util::FutureExt;
use poem_openapi::{OpenApi, OpenApiService};
use serde_json::{Map, Value, json};

use super::{answer, document_of_image, get_image::ImageApi, get_preview::Api};
use crate::{
    preview::{
        card::Card,
        refusal::{FetchError, Refusal},
        target::UrlRule,
    },
    problem::{self, Problem},
};

/// The version of the worker's contract. A breaking change of it changes the first number.
pub const VERSION: &str = "1.2.0";

/// Operations as an OpenAPI service.
pub(super) fn open_api<T: OpenApi + 'static>(api: T) -> OpenApiService<T, ()> {
    OpenApiService::new(api, "Natter link previews", VERSION)
        .description(
            "Fetches strangers' pages and gives what they say about themselves. Nothing on this network can be \
             reached or learnt through it. Errors are problem details (RFC 9457).",
        )
        .license("Apache-2.0 OR MIT")
}

/// The document as pretty JSON with a newline at its end.
pub fn document() -> String {
    let spec = open_api((Api::described(), ImageApi::described())).spec();
    let mut document: Value = serde_json::from_str(&spec).expect("the framework writes JSON");
    let operation = &mut document["paths"]["/preview"]["get"];
    operation["parameters"][0]["example"] = example_card().url.into();
    operation["responses"] = responses();
    document_of_image::complete(&mut document["paths"]["/image"]["get"]);
    for path in ["/preview", "/image"] {
        let parameters = &mut document["paths"][path]["get"]["parameters"];
        parameters.as_array_mut().expect("the operation has parameters").push(if_none_match());
    }
    format!("{document:#}\n")
}

/// The answers that the operation can give; the framework lists every status of the catalogue.
fn responses() -> Value {
    let refused = Refusal::Url(UrlRule::Scheme);
    Map::from_iter([
        ("200".into(), {
            let mut card = body("The card.", "application/json", "Card", json!(example_card()));
            card["headers"] = cache_headers();
            card
        }),
        (
            "304".into(),
            json!({
                "description": "The card is still the one that `If-None-Match` names.",
                "headers": cache_headers(),
            }),
        ),
        (
            "400".into(),
            problem(
                refused.into(),
                "The URL shows by itself that it is never fetched, is missing or is given twice; or the request is \
                 for another host or comes from a preview. The answer comes at once.",
            ),
        ),
        ("500".into(), problem(Problem::internal(), "A defect in the worker.")),
        ("502".into(), no_preview()),
        ("503".into(), problem(answer::full(), "As many pages as allowed are being fetched already.")),
    ])
    .into()
}

/// The answer for everything that depends on the network.
pub(super) fn no_preview() -> Value {
    problem(
        Refusal::Fetch(FetchError::Deadline).into(),
        "There is no preview. Whatever the reason, the answer is the same and comes at the deadline.",
    )
}

/// An answer that is this problem.
pub(super) fn problem(problem: Problem, description: &str) -> Value {
    let bytes = problem
        .into_response(Some("0198c5d2-0000-7000-8000-000000000001"))
        .into_body()
        .into_bytes()
        .now_or_never();
    let example: Value = bytes
        .and_then(Result::ok)
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .expect("a problem's body is in memory, and JSON");
    body(description, problem::CONTENT_TYPE, "Problem", example)
}

/// The field that the edge answers, and the framework therefore does not know.
fn if_none_match() -> Value {
    json!({
        "name": "If-None-Match",
        "in": "header",
        "description": "The tags of what the caller has; if the card or thumbnail is one of them, the answer is 304.",
        "required": false,
        "schema": {"type": "string"},
        "example": EXAMPLE_TAG,
    })
}

pub(super) const EXAMPLE_TAG: &str = "\"3f0c9a7be1d2845660c7a1f9e2b83d54\"";

/// What a card bears, so that its caller need not ask again too soon, nor be sent what it has.
fn cache_headers() -> Value {
    json!({
        "Cache-Control": {
            "description": "How many seconds the caller may keep the card (`private, max-age=N`), as its page allows; \
                            `no-store` where nobody may, and while an old card is being fetched anew.",
            "schema": {"type": "string"},
            "example": "private, max-age=600",
        },
        "ETag": {
            "description": "Names this card, for `If-None-Match`.",
            "schema": {"type": "string"},
            "example": EXAMPLE_TAG,
        },
    })
}

fn body(description: &str, media_type: &str, schema: &str, example: Value) -> Value {
    let schema = json!({"$ref": format!("#/components/schemas/{schema}")});
    json!({"description": description, "content": {media_type: {"schema": schema, "example": example}}})
}

fn example_card() -> Card {
    Card {
        url: "https://www.example.com/articles/7".into(),
        title: Some("Seven ways to say hello".into()),
        description: Some("From a nod to a speech, with pictures.".into()),
        image: Some("https://www.example.com/pictures/7.jpg".into()),
        site_name: Some("Example".into()),
        canonical: Some("https://www.example.com/articles/7".into()),
        icon: Some("https://www.example.com/favicon.svg".into()),
        kind: Some("article".into()),
        image_width: Some(1200),
        image_height: Some(630),
        image_alt: Some("Two people waving".into()),
    }
}
