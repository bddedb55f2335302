//! Holds a JSON value against the schema in our own OpenAPI document and names every offence.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex, PoisonError},
};

use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
use regex::Regex;
use serde_json::Value;

use crate::problem::FieldError;

/// The `format` of strings whose `maxLength` counts UTF-16 code units, as the book's Java does.
pub const UTF_16: &str = "utf-16";

/// The `format` of passwords, whose `maxLength` counts bytes of UTF-8.
pub const PASSWORD: &str = "password";

/// Every offence of `value` against `schema`, each with the path of its member; empty if there is none.
///
/// Judges what our request schemas use: type, required, additionalProperties, enum, minLength, maxLength,
/// pattern, maxItems and minItems; besides, U+0000 is refused in every string, since no store and no log
/// should ever have to carry it.
pub fn violations(value: &Value, schema: &MetaSchemaRef, registry: &Registry) -> Vec<FieldError> {
    let mut found = Vec::new();
    check(value, resolve(schema, registry), registry, "", &mut found);
    found
}

fn resolve<'a>(schema: &'a MetaSchemaRef, registry: &'a Registry) -> Option<&'a MetaSchema> {
    match schema {
        MetaSchemaRef::Inline(schema) => Some(schema),
        MetaSchemaRef::Reference(name) => registry.schemas.get(name),
    }
}

fn check(
    value: &Value,
    schema: Option<&MetaSchema>,
    registry: &Registry,
    path: &str,
    found: &mut Vec<FieldError>,
) {
    let Some(schema) = schema else { return };
    // A described reference to another schema is written as `allOf`.
    for part in &schema.all_of {
        check(value, resolve(part, registry), registry, path, found);
    }
    let offence = match (schema.ty, value) {
        ("string", Value::String(text)) => string_offence(text, schema),
        ("array", Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                let schema = schema.items.as_deref().and_then(|items| resolve(items, registry));
                check(item, schema, registry, &format!("{path}[{index}]"), found);
            }
            items_offence(items.len(), schema)
        }
        ("object", Value::Object(members)) => {
            check_members(members, schema, registry, path, found);
            None
        }
        ("boolean", Value::Bool(_)) | ("number", Value::Number(_)) | ("", _) => None,
        ("integer", Value::Number(number)) if !number.is_f64() => None,
        (expected, _) => Some(format!("must be {} {expected}", article(expected))),
    };
    if let Some(offence) = offence {
        found.push(FieldError::new(if path.is_empty() { "body" } else { path }, offence));
    }
}

fn check_members(
    members: &serde_json::Map<String, Value>,
    schema: &MetaSchema,
    registry: &Registry,
    path: &str,
    found: &mut Vec<FieldError>,
) {
    let at = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    for (name, property) in &schema.properties {
        match members.get(*name) {
            Some(value) => check(value, resolve(property, registry), registry, &at(name), found),
            None if schema.required.contains(name) => found.push(FieldError::new(at(name), "is missing")),
            None => {}
        }
    }
    for name in members.keys() {
        if !schema.properties.iter().any(|(known, _)| known == name) {
            let known: Vec<_> = schema.properties.iter().map(|(known, _)| *known).collect();
            let shown: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
            found.push(FieldError::new(
                at(&shown),
                format!("is unknown here; known are {}", known.join(", ")),
            ));
        }
    }
}

fn string_offence(text: &str, schema: &MetaSchema) -> Option<String> {
    if text.contains('\0') {
        return Some("must not contain U+0000".into());
    }
    if !schema.enum_items.is_empty() && !schema.enum_items.iter().any(|item| item == text) {
        let known: Vec<_> = schema.enum_items.iter().filter_map(Value::as_str).collect();
        return Some(format!("must be one of {}", known.join(", ")));
    }
    if schema.min_length.is_some_and(|least| text.chars().count() < least) {
        return schema.min_length.map(|least| format!("must have {least} characters or more"));
    }
    let (length, unit) = match schema.format {
        Some(UTF_16) => (text.encode_utf16().count(), "UTF-16 code units"),
        Some(PASSWORD) => (text.len(), "bytes of UTF-8"),
        _ => (text.chars().count(), "characters"),
    };
    if let Some(most) = schema.max_length.filter(|most| length > *most) {
        return Some(format!("must have {most} {unit} or fewer"));
    }
    let pattern = schema.pattern.as_deref()?;
    (!matches(pattern, text)).then(|| format!("must match {pattern}"))
}

/// Whether `text` matches one of our schemas' patterns; each is compiled once.
fn matches(pattern: &str, text: &str) -> bool {
    static COMPILED: LazyLock<Mutex<HashMap<String, Regex>>> = LazyLock::new(Mutex::default);
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(regex) = compiled.get(pattern) {
        return regex.is_match(text);
    }
    // The patterns are our own constants: one that does not compile refuses everything, its test included.
    Regex::new(pattern).is_ok_and(|regex| compiled.entry(pattern.into()).or_insert(regex).is_match(text))
}

fn items_offence(length: usize, schema: &MetaSchema) -> Option<String> {
    if let Some(least) = schema.min_items.filter(|least| length < *least) {
        return Some(format!("must have {least} items or more"));
    }
    schema.max_items.filter(|most| length > *most).map(|most| format!("must have {most} items or fewer"))
}

fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'i', 'o']) { "an" } else { "a" }
}

#[cfg(test)]
mod tests {
    use poem_openapi::{Object, types::Type};
    use serde_json::json;

    use super::*;

    /// A body with one of everything.
    #[derive(Object)]
    #[oai(deny_unknown_fields)]
    struct Everything {
        #[oai(validator(min_length = 2, max_length = 4, pattern = "^[a-z]+$"))]
        name: String,
        #[oai(validator(max_items = 2))]
        list: Option<Vec<String>>,
        flag: bool,
        count: Option<u32>,
    }

    fn fields(value: &Value) -> Vec<String> {
        let mut registry = Registry::new();
        Everything::register(&mut registry);
        violations(value, &Everything::schema_ref(), &registry).into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn names_every_offence_at_once() {
        assert_eq!(fields(&json!({"name": "ab", "flag": true})), Vec::<String>::new());
        assert_eq!(
            fields(&json!({"name": 1, "list": ["a", 2, "c"], "count": 1.5, "other": 0})),
            ["name", "list[1]", "list", "flag", "count", "other"]
        );
        for name in ["a", "abcde", "A1", "ab\0", ""] {
            assert_eq!(fields(&json!({"name": name, "flag": true})), ["name"], "{name:?}");
        }
        assert_eq!(fields(&json!(null)), ["body"]);
        assert_eq!(fields(&json!({"name": null, "flag": null})), ["name", "flag"]);
    }
}
