//! Operations: what is called, with what, by whom.

use std::collections::BTreeSet;

use serde_json::Value;

use super::schemas::{Direction, Schemas};

/// Everything in `new` that breaks a client of `old`.
pub fn breaks(old: &Value, new: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (path, methods) in members(&old["paths"]) {
        for (method, operation) in members(methods) {
            let place = format!("{} {path}", method.to_uppercase());
            let now = &new["paths"][path][method];
            if now.is_null() {
                found.push(format!("{place}: is gone"));
            } else {
                Comparison { schemas: Schemas { old, new }, found: &mut found }
                    .operation(&place, operation, now);
            }
        }
    }
    for (name, scheme) in members(&old["components"]["securitySchemes"]) {
        let now = &new["components"]["securitySchemes"][name];
        for member in ["type", "scheme", "in", "name"] {
            if scheme[member] != now[member] {
                found.push(format!("security scheme {name}: {member} is another one"));
            }
        }
    }
    found
}

struct Comparison<'a> {
    schemas: Schemas<'a>,
    found: &'a mut Vec<String>,
}

impl Comparison<'_> {
    fn operation(&mut self, place: &str, old: &Value, new: &Value) {
        for member in ["operationId", "x-natter-scope", "x-natter-permission"] {
            if old[member] != new[member] {
                self.broken(place, format!("{member} is another one"));
            }
        }
        self.security(place, &old["security"], &new["security"]);
        self.parameters(place, &old["parameters"], &new["parameters"]);
        self.request(&format!("{place}: request"), &old["requestBody"], &new["requestBody"]);
        for (status, response) in members(&old["responses"]) {
            let place = format!("{place}: {status}");
            let now = &new["responses"][status];
            if !now.is_null() {
                self.response(&place, response, now);
            } else if status.starts_with('2') {
                self.broken(&place, "is gone".into());
            }
        }
        for (status, _) in members(&new["responses"]) {
            if status.starts_with('2') && old["responses"][status].is_null() {
                self.broken(&format!("{place}: {status}"), "is a success that clients do not know".into());
            }
        }
    }

    /// Whoever could call it still can: each way in has one left that asks for no more.
    fn security(&mut self, place: &str, old: &Value, new: &Value) {
        let ways = |value: &Value| -> Vec<BTreeSet<String>> {
            let ways = value.as_array().into_iter().flatten();
            ways.map(|way| members(way).map(|(name, _)| name.clone()).collect()).collect()
        };
        let (old, new) = (ways(old), ways(new));
        if old.is_empty() && !new.is_empty() {
            self.broken(place, "needs credentials now".into());
        }
        for way in old {
            if !new.is_empty() && !new.iter().any(|now| now.is_subset(&way)) {
                self.broken(place, format!("does not take {way:?} any more"));
            }
        }
    }

    fn parameters(&mut self, place: &str, old: &Value, new: &Value) {
        let find = |list: &Value, like: &Value| {
            let mut list = list.as_array().into_iter().flatten();
            list.find(|known| known["name"] == like["name"] && known["in"] == like["in"]).cloned()
        };
        for parameter in old.as_array().into_iter().flatten() {
            let place = format!("{place}: parameter {}", parameter["name"]);
            match find(new, parameter) {
                None => self.broken(&place, "is gone".into()),
                Some(now) => {
                    if now["required"] == true && parameter["required"] != true {
                        self.broken(&place, "is required now".into());
                    }
                    self.schema(&place, &parameter["schema"], &now["schema"], Direction::Request);
                }
            }
        }
        for parameter in new.as_array().into_iter().flatten() {
            if parameter["required"] == true && find(old, parameter).is_none() {
                self.broken(
                    &format!("{place}: parameter {}", parameter["name"]),
                    "is new and required".into(),
                );
            }
        }
    }

    fn request(&mut self, place: &str, old: &Value, new: &Value) {
        if new["required"] == true && old["required"] != true {
            self.broken(place, "is required now".into());
        }
        self.content(place, &old["content"], &new["content"], Direction::Request);
    }

    fn response(&mut self, place: &str, old: &Value, new: &Value) {
        self.content(place, &old["content"], &new["content"], Direction::Response);
        for (name, header) in members(&old["headers"]) {
            let now = &new["headers"][name];
            if now.is_null() || header["required"] == true && now["required"] != true {
                self.broken(place, format!("the header {name} is not certain any more"));
            } else {
                self.schema(
                    &format!("{place} {name}"),
                    &header["schema"],
                    &now["schema"],
                    Direction::Response,
                );
            }
        }
    }

    fn content(&mut self, place: &str, old: &Value, new: &Value, direction: Direction) {
        for (media_type, content) in members(old) {
            match new.get(media_type) {
                None => self.broken(place, format!("{media_type} is gone")),
                Some(now) => self.schema(place, &content["schema"], &now["schema"], direction),
            }
        }
    }

    fn schema(&mut self, place: &str, old: &Value, new: &Value, direction: Direction) {
        self.schemas.compare(place, old, new, direction, self.found);
    }

    fn broken(&mut self, place: &str, what: String) {
        self.found.push(format!("{place}: {what}"));
    }
}

pub(super) fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}
