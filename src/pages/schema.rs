//! Schemas of the document, for people.

use std::collections::BTreeSet;

use serde_json::Value;

use super::markup::{escape, line, table, text};

/// The schemas of a document.
#[derive(Clone, Copy)]
pub(super) struct Schemas<'a>(&'a Value);

impl<'a> Schemas<'a> {
    pub(super) fn of(document: &'a Value) -> Self {
        Self(&document["components"]["schemas"])
    }

    /// The schema that is meant: itself, or what it refers to.
    pub(super) fn resolve(self, schema: &'a Value) -> &'a Value {
        name(schema).map_or(schema, |name| &self.0[name])
    }

    /// The members of an object, or of the objects in a list; nothing for what has none.
    pub(super) fn members(self, schema: &'a Value) -> String {
        let schema = self.resolve(schema);
        let object = if schema["items"].is_object() { self.resolve(&schema["items"]) } else { schema };
        let members: Vec<_> = object["properties"].as_object().into_iter().flatten().collect();
        if members.is_empty() {
            return String::new();
        }
        let is_required = |member: &str| {
            object["required"].as_array().is_some_and(|required| required.iter().any(|name| name == member))
        };
        let rows = members.into_iter().map(|(member, schema)| {
            let optional = if is_required(member) { "" } else { r#" <span class="quiet">optional</span>"# };
            [
                format!("<code>{}</code>{optional}", escape(member)),
                self.kind(schema),
                line(text(&self.resolve_description(schema))),
            ]
        });
        table(["Member", "Type", "Meaning"], rows)
    }

    /// What kind of value fits: `string (uuid)`, `integer, 1 to 1000`.
    pub(super) fn kind(self, schema: &'a Value) -> String {
        if let Some(name) = name(schema) {
            return format!(r##"<a href="#object-{name}">{name}</a>"##);
        }
        if let Some(part) = schema["allOf"].get(0) {
            return self.kind(part);
        }
        if schema["items"].is_object() {
            return format!("array of {}", self.kind(&schema["items"]));
        }
        let mut kind = text(&schema["type"]).to_owned();
        if let Some(format) = schema["format"].as_str() {
            kind += &format!(" ({format})");
        }
        let bound = |name: &str| schema[name].as_i64();
        match (bound("minimum"), bound("maximum")) {
            (Some(least), Some(most)) => kind += &format!(", {least} to {most}"),
            (Some(least), None) => kind += &format!(", {least} or more"),
            _ => {}
        }
        match (bound("minLength"), bound("maxLength")) {
            (Some(least), Some(most)) => kind += &format!(", {least} to {most} long"),
            (None, Some(most)) => kind += &format!(", at most {most} long"),
            _ => {}
        }
        if let Some(default) = schema.get("default") {
            kind += &format!(", by default {default}");
        }
        let matching =
            schema["pattern"].as_str().map(|pattern| format!(", <code>{}</code>", escape(pattern)));
        escape(&kind) + &matching.unwrap_or_default()
    }

    /// The schemas that others refer to, by name: what is described once.
    pub(super) fn shared(self) -> Vec<(&'a str, &'a Value)> {
        let mut names = BTreeSet::from(["Problem"]);
        for schema in self.0.as_object().into_iter().flat_map(|schemas| schemas.values()) {
            for member in schema["properties"].as_object().into_iter().flat_map(|members| members.values()) {
                names.extend(name(member).or_else(|| name(&member["items"])));
            }
        }
        names.into_iter().map(|name| (name, &self.0[name])).collect()
    }

    fn resolve_description(self, schema: &'a Value) -> Value {
        match &schema["description"] {
            Value::Null => self.resolve(schema)["description"].clone(),
            description => description.clone(),
        }
    }
}

fn name(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}
