//! What a value's type says against it, in words and without the value.

use figment::error::{Actual, Error, Kind};

/// Why the value was refused. Texts of [`Kind::Message`] come from our own types, which never quote.
pub(super) fn refusal(error: &Error) -> String {
    match &error.kind {
        Kind::Message(text) => text.clone(),
        Kind::InvalidType(found, wanted) => format!("expected {}, found {}", expected(wanted), actual(found)),
        Kind::InvalidValue(_, wanted) => format!("expected {}", expected(wanted)),
        Kind::UnknownVariant(_, names) => format!("expected one of {}", names.join(", ")),
        _ => "cannot be read".into(),
    }
}

fn expected(wanted: &str) -> &str {
    match wanted {
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" | "usize" => "a whole number, 0 or more",
        "a nonzero u32" => "a whole number from 1 to 4294967295",
        "f64" => "a number",
        "a sequence" => "a list",
        "a string" => "text",
        "a boolean" => "true or false",
        _ => wanted,
    }
}

fn actual(found: &Actual) -> &'static str {
    match found {
        Actual::Bool(_) => "true or false",
        Actual::Unsigned(_) | Actual::Signed(_) => "a whole number",
        Actual::Float(_) => "a fraction",
        Actual::Char(_) | Actual::Str(_) => "text",
        Actual::Seq => "a list",
        Actual::Map => "a section",
        _ => "something else",
    }
}
