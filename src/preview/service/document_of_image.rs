//! What the document says of the operation for images.

use serde_json::{Value, json};

use super::{
    answer,
    document::{EXAMPLE_TAG, no_preview, problem},
    get_image,
};
use crate::{
    preview::image::Unsigned,
    problem::{Kind, Problem},
};

/// Completes the operation.
pub(super) fn complete(operation: &mut Value) {
    let examples = [
        ("url", json!("https://www.example.com/pictures/7.jpg")),
        ("size", json!(640)),
        ("expires", json!(1_795_000_000)),
        ("key", json!(1)),
        ("signature", json!("A".repeat(86))),
    ];
    for parameter in operation["parameters"].as_array_mut().into_iter().flatten() {
        if let Some((_, example)) = examples.iter().find(|(name, _)| parameter["name"] == *name) {
            parameter["example"] = example.clone();
        }
    }
    operation["responses"] = responses();
}

fn responses() -> Value {
    let image = json!({"schema": {"type": "string", "format": "binary"}});
    let refused = get_image::refused(Unsigned);
    json!({
        "200": {
            "description": "The thumbnail, which is made here: JPEG, or PNG where it is transparent.",
            "headers": headers(),
            "content": {"image/jpeg": image, "image/png": image},
        },
        "304": {
            "description": "The thumbnail is still the one that `If-None-Match` names.",
            "headers": headers(),
        },
        "400": problem(
            refused,
            "The URL is not signed, not by a key that is known, or its time is over, which all look the same; or it shows \
             by itself that it is never fetched, a parameter is missing or is given twice, or the request is for \
             another host or comes from a preview. The answer comes at once.",
        ),
        "404": problem(
            Problem::new(Kind::NotFound, "There is nothing here."),
            "The worker shows no images, or not on this listener.",
        ),
        "500": problem(Problem::internal(), "A defect in the worker."),
        "502": no_preview(),
        "503": problem(answer::full(), "As many pages and images as allowed are being fetched already."),
    })
}

fn headers() -> Value {
    json!({
        "Cache-Control": {
            "description": "How many seconds the reader may keep the thumbnail (`private, max-age=N`), as the image's server \
                            allows; `no-store` where nobody may, and while it is being fetched anew.",
            "schema": {"type": "string"},
            "example": "private, max-age=600",
        },
        "Cross-Origin-Resource-Policy": {
            "description": "Pages of any origin may show it.",
            "schema": {"type": "string"},
            "example": "cross-origin",
        },
        "ETag": {
            "description": "Names this thumbnail, for `If-None-Match`.",
            "schema": {"type": "string"},
            "example": EXAMPLE_TAG,
        },
    })
}
