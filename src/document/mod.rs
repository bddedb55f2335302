//! The contract: assembles the operations and their OpenAPI document. Needs no database.

mod answers;
mod api;
mod examples;
mod finish;
mod index;
mod security;
#[cfg(test)]
mod tests;
mod tidy;

use poem_openapi::{LicenseObject, Object, OpenApiService, ServerObject, Tags};
use serde_json::Value;

pub use self::{
    api::Api,
    index::{Found, Index, Operation},
};

/// The API's version. A breaking change of the contract changes the first number.
pub const VERSION: &str = "1.0.0";

/// How the document groups the operations.
#[derive(Clone, Copy, Debug, Tags)]
pub enum Tag {
    /// Registering, changing the password, leaving.
    Accounts,
    /// Logging in and out.
    Sessions,
    /// Where messages stand.
    Spaces,
    /// Who may do what in a space.
    Members,
    /// What people say, with cards of what they link to.
    Messages,
    /// Links that open one path to one account.
    Capabilities,
    /// Who did what.
    Audit,
}

impl Tag {
    /// Every tag, in the order in which one meets what it stands for.
    pub const ALL: [Self; 7] = [
        Self::Accounts,
        Self::Sessions,
        Self::Spaces,
        Self::Members,
        Self::Messages,
        Self::Capabilities,
        Self::Audit,
    ];
}

/// Done, and nothing to tell: an empty object.
#[derive(Clone, Copy, Debug, Object)]
pub struct Done {}

/// The operations, ready to be routed.
pub fn service() -> OpenApiService<Api, ()> {
    OpenApiService::new(Api, "Natter", VERSION)
        .description(
            "A secure message board. Log in with `POST /sessions` and send the token as `Authorization: Bearer \
             TOKEN`. A capability URI opens one path to one account and works together with a session of that \
             account; given, it decides alone. Errors are problem details (RFC 9457).",
        )
        .license(LicenseObject::new("Apache-2.0 OR MIT").url("https://spdx.org/licenses/"))
        .server(ServerObject::new("/").description("The server that gave this document."))
}

/// The OpenAPI document.
pub fn document() -> Value {
    finish::finish(serde_json::from_str(&service().spec()).unwrap_or_default())
}

/// The OpenAPI document as it is committed and served.
pub fn text() -> String {
    format!("{:#}\n", document())
}
