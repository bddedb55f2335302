//! Schemas: a request may only ask for less, an answer may only give more.

use serde_json::Value;

use super::operations::members;

/// Who writes the value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The client.
    Request,
    /// The server.
    Response,
}

/// The documents that references lead into.
#[derive(Clone, Copy)]
pub struct Schemas<'a> {
    pub old: &'a Value,
    pub new: &'a Value,
}

/// Bounds from below and from above.
const LEAST: [&str; 3] = ["minLength", "minItems", "minimum"];
const MOST: [&str; 3] = ["maxLength", "maxItems", "maximum"];

impl Schemas<'_> {
    /// Adds what breaks where `old` became `new`.
    pub fn compare(
        self,
        place: &str,
        old: &Value,
        new: &Value,
        direction: Direction,
        found: &mut Vec<String>,
    ) {
        let (old, new) = (resolve(self.old, old), resolve(self.new, new));
        let mut broken = |what: String| found.push(format!("{place}: {what}"));
        for member in ["type", "format", "nullable"] {
            if old[member] != new[member] {
                broken(format!("{member} is {} and was {}", new[member], old[member]));
            }
        }
        // Whether one pattern takes all that another does is hard to say; in neither direction is it safe.
        let is_freer = direction == Direction::Request && new["pattern"].is_null();
        if old["pattern"] != new["pattern"] && !is_freer {
            broken(format!("pattern is {} and was {}", new["pattern"], old["pattern"]));
        }
        // What one side writes, the other has to take.
        let (written, taken) = if direction == Direction::Request { (old, new) } else { (new, old) };
        for (name, is_from_below) in
            LEAST.map(|name| (name, true)).into_iter().chain(MOST.map(|name| (name, false)))
        {
            let (inner, outer) = (written[name].as_f64(), taken[name].as_f64());
            let fits = match (inner, outer) {
                (_, None) => true,
                (None, Some(_)) => false,
                (Some(inner), Some(outer)) if is_from_below => inner >= outer,
                (Some(inner), Some(outer)) => inner <= outer,
            };
            if !fits {
                broken(format!("{name} is {} and was {}", new[name], old[name]));
            }
        }
        if let Some(values) = taken["enum"].as_array() {
            let unknown =
                written["enum"].as_array().map(|all| all.iter().find(|value| !values.contains(value)));
            if unknown != Some(None) {
                broken("enum has other values".into());
            }
        }
        self.compare_objects(place, old, new, direction, found);
        if !old["items"].is_null() {
            self.compare(&format!("{place}[]"), &old["items"], &new["items"], direction, found);
        }
        let parts = |value: &Value| value["allOf"].as_array().cloned().unwrap_or_default();
        let (was, is) = (parts(old), parts(new));
        if was.len() != is.len() {
            found.push(format!("{place}: allOf has another number of parts"));
        }
        for (old, new) in was.iter().zip(&is) {
            self.compare(place, old, new, direction, found);
        }
    }

    fn compare_objects(
        self,
        place: &str,
        old: &Value,
        new: &Value,
        direction: Direction,
        found: &mut Vec<String>,
    ) {
        for (name, member) in members(&old["properties"]) {
            let place = format!("{place}.{name}");
            match new["properties"].get(name) {
                None => found.push(format!("{place}: is gone")),
                Some(now) => self.compare(&place, member, now, direction, found),
            }
        }
        let requires = |schema: &Value, name: &str| {
            schema["required"].as_array().is_some_and(|required| required.iter().any(|known| known == name))
        };
        for (name, _) in members(&new["properties"]) {
            let (was, is) = (requires(old, name), requires(new, name));
            match direction {
                Direction::Request if is && !was => found.push(format!("{place}.{name}: is required now")),
                Direction::Response if was && !is => {
                    found.push(format!("{place}.{name}: is not certain any more"));
                }
                _ => {}
            }
        }
        if direction == Direction::Request
            && new["additionalProperties"] == false
            && old["additionalProperties"] != false
        {
            found.push(format!("{place}: does not take unknown members any more"));
        }
    }
}

fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
        Some(pointer) => document.pointer(pointer).unwrap_or(&Value::Null),
        None => schema,
    }
}
