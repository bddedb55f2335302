//! The OpenAPI document, made without opening anything.

use poem_openapi::OpenApiService;
use serde_json::Value;

use super::get_preview::Api;

/// The statuses that `GET /preview` gives; a type of answer lists those of the whole catalogue.
const STATUSES: [&str; 5] = ["200", "400", "500", "502", "503"];

/// The operation as an OpenAPI service.
pub fn open_api(api: Api) -> OpenApiService<Api, ()> {
    OpenApiService::new(api, "Natter link previews", env!("CARGO_PKG_VERSION"))
        .description("Fetches strangers' pages and gives what they say about themselves.")
        .license("Apache-2.0 OR MIT")
}

/// The document as pretty JSON with a newline at its end.
pub fn document() -> String {
    let spec = open_api(Api::described()).spec();
    let mut document: Value = serde_json::from_str(&spec).expect("the framework writes JSON");
    let responses = &mut document["paths"]["/preview"]["get"]["responses"];
    if let Some(responses) = responses.as_object_mut() {
        responses.retain(|status, _| STATUSES.contains(&status.as_str()));
    }
    format!("{document:#}\n")
}
