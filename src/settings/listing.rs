//! The effective settings in writing.

use std::fmt;

use figment::{Figment, value::Value};
use url::Url;

use super::known::Known;

/// One effective setting.
#[derive(Debug)]
pub(super) struct Entry {
    key: String,
    value: String,
    source: String,
}

/// `key = value  # source` for each setting: TOML that a file could hold.
#[derive(Debug)]
pub struct Listing<'a>(pub(super) &'a [Entry]);

impl fmt::Display for Listing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Entry { key, value, source } in self.0 {
            writeln!(f, "{key} = {value}  # {source}")?;
        }
        Ok(())
    }
}

pub(super) fn entries(figment: &Figment, known: &Known, source: impl Fn(&str) -> String) -> Vec<Entry> {
    known
        .keys()
        .filter_map(|key| {
            let value = figment.find_value(key).ok()?;
            Some(Entry { key: key.to_owned(), value: shown(&value), source: source(key) })
        })
        .collect()
}

fn shown(value: &Value) -> String {
    match value {
        Value::Array(_, items) => {
            format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", "))
        }
        Value::Bool(_, value) => value.to_string(),
        Value::Num(_, number) => number
            .to_i128()
            .map_or_else(|| number.to_f64().unwrap_or_default().to_string(), |number| number.to_string()),
        // A JSON string is a TOML string.
        other => serde_json::Value::from(redacted(other.as_str().unwrap_or_default())).to_string(),
    }
}

/// Secrets have no place in settings. A password within a URL is the one that people put there all the
/// same.
fn redacted(text: &str) -> String {
    match Url::parse(text) {
        Ok(mut url) if url.password().is_some() => {
            let hidden = url.set_password(Some("redacted")).is_ok();
            if hidden { url.into() } else { "redacted".into() }
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_a_url_is_not_shown() {
        let value = Value::from(vec!["postgres://natter:hunter2@db/natter", "sqlite:data/natter.db"]);
        assert_eq!(shown(&value), r#"["postgres://natter:redacted@db/natter", "sqlite:data/natter.db"]"#);
    }
}
