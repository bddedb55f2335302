//! The `Authorization` header (RFC 7617, RFC 6750).

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use poem::{Request, http::header};
use zeroize::Zeroizing;

use crate::{
    problem::{Kind, Problem},
    store::session::Session,
};

/// The credentials of a request, judged.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// There were none.
    None,
    /// A name and a password, for `POST /sessions` only; not judged here, since that is what the operation does.
    Basic(Basic),
    /// A live session.
    Session(Session),
}

/// A name and a password. Debug output shows neither: people type passwords into the name field.
#[derive(Clone)]
pub struct Basic {
    /// What was typed as the name; it need not be a possible one.
    pub name: String,
    /// What was typed as the password.
    pub password: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for Basic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Basic")
    }
}

/// The header as it stands in the request.
#[derive(Clone, Debug)]
pub enum Presented {
    /// No header.
    None,
    /// Basic.
    Basic(Basic),
    /// Bearer with this token, which may be anything.
    Bearer(Zeroizing<String>),
    /// Another scheme, or none.
    Unknown,
}

/// Reads the header.
///
/// # Errors
/// 400 if it is doubled or its Basic part cannot be decoded.
pub fn presented(request: &Request) -> Result<Presented, Problem> {
    let malformed = |detail: &'static str| Problem::new(Kind::Malformed, detail);
    let mut values = request.headers().get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(Presented::None) };
    if values.next().is_some() {
        return Err(malformed("The request bears more than one Authorization header."));
    }
    // A scheme with nothing behind it is that scheme with empty credentials.
    let Some((scheme, rest)) = value.to_str().ok().map(|text| text.split_once(' ').unwrap_or((text, "")))
    else {
        return Ok(Presented::Unknown);
    };
    if scheme.eq_ignore_ascii_case("bearer") {
        return Ok(Presented::Bearer(Zeroizing::new(rest.trim().to_owned())));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return Ok(Presented::Unknown);
    }
    let undecodable =
        || malformed("The Basic credentials cannot be decoded (base64 of UTF-8 `name:password`).");
    let decoded = Zeroizing::new(STANDARD.decode(rest.trim()).map_err(|_| undecodable())?);
    let text = std::str::from_utf8(&decoded).map_err(|_| undecodable())?;
    let (name, password) = text.split_once(':').ok_or_else(undecodable)?;
    Ok(Presented::Basic(Basic {
        name: name.to_owned(),
        password: Zeroizing::new(password.as_bytes().to_vec()),
    }))
}
