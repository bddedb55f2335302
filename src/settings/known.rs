//! The keys there are: those of the embedded defaults.

use figment::value::{Dict, Value};

/// Every key and section of one program's settings.
pub(super) struct Known {
    keys: Vec<String>,
    sections: Vec<String>,
}

/// What a key names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    Setting,
    Section,
    Nothing,
}

impl Known {
    /// The keys of the defaults.
    pub(super) fn of(defaults: &Dict) -> Self {
        let mut known = Self { keys: Vec::new(), sections: Vec::new() };
        known.collect("", defaults);
        known
    }

    fn collect(&mut self, section: &str, values: &Dict) {
        for (name, value) in values {
            let key = join(section, name);
            match value {
                Value::Dict(_, inner) => {
                    self.collect(&key, inner);
                    self.sections.push(key);
                }
                _ => self.keys.push(key),
            }
        }
    }

    /// Each key, sorted within its section.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(String::as_str)
    }

    /// What `key` names.
    pub(super) fn named(&self, key: &str) -> Named {
        if self.keys.iter().any(|known| known == key) {
            Named::Setting
        } else if self.sections.iter().any(|known| known == key) {
            Named::Section
        } else {
            Named::Nothing
        }
    }

    /// Each section.
    pub(super) fn sections(&self) -> impl Iterator<Item = &str> {
        self.sections.iter().map(String::as_str)
    }

    /// The setting that a path into the values leads to or into.
    pub(super) fn setting_at(&self, path: &[String]) -> Option<&str> {
        (1..=path.len())
            .map(|length| path[..length].join("."))
            .find_map(|prefix| self.keys().find(|known| *known == prefix))
    }
}

/// Which of `names` looks most like `key`. A setting in the wrong section is known by its own name.
pub(super) fn nearest<'a>(key: &str, names: impl Iterator<Item = &'a str>) -> &'a str {
    let likeness = |name: &str| {
        let own = strsim::normalized_damerau_levenshtein(last(key), last(name));
        strsim::normalized_damerau_levenshtein(key, name).max(own * 0.8)
    };
    names.max_by(|a, b| likeness(a).total_cmp(&likeness(b))).unwrap_or_default()
}

fn last(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or(key)
}

/// The environment variable of a key: `http.listen` is `NATTER_HTTP__LISTEN`.
pub fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__").to_uppercase())
}

/// What the names of all our variables begin with.
pub(super) const PREFIX: &str = "NATTER_";

/// The key `name` in a section (`""` for the top).
pub(super) fn join(section: &str, name: &str) -> String {
    if section.is_empty() { name.to_owned() } else { format!("{section}.{name}") }
}
