//! One source of values: the defaults, the file, or one variable.

use std::{fs, path::Path};

use figment::{
    Metadata, Profile, Provider,
    providers::{Format, Toml},
    value::{Dict, Map, Value},
};

use super::{
    Faults, Settings,
    known::{Known, Named, join, nearest},
};

/// Values from one source. figment remembers for each value which layer it came from.
pub(super) struct Layer {
    source: String,
    pub(super) values: Dict,
}

impl Layer {
    /// The embedded defaults of a program.
    pub(super) fn defaults<T: Settings>() -> Self {
        let mut defaults = Self { source: "default".into(), values: Dict::new() };
        for (section, text) in T::DEFAULTS {
            let values: Dict = Toml::from_str(text).expect("the embedded defaults are TOML");
            let path: Vec<&str> = section.split('.').filter(|name| !name.is_empty()).collect();
            let mut place = &mut defaults.values;
            for name in path {
                let inner = place.entry(name.to_owned()).or_insert_with(|| Dict::new().into());
                let Value::Dict(_, inner) = inner else { unreachable!("{section} is a section") };
                place = inner;
            }
            place.extend(values);
        }
        defaults
    }

    /// The file at `path`, without the keys that are not known: those are faults.
    pub(super) fn file(path: &Path, known: &Known, faults: &mut Faults) -> Option<Self> {
        let source = format!("file {}", path.display());
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                faults.push("the whole file", source, format!("cannot be read: {error}"));
                return None;
            }
        };
        match Toml::from_str::<Dict>(&text) {
            Ok(mut values) => {
                prune(&mut values, "", known, &source, faults);
                Some(Self { source, values })
            }
            Err(error) => {
                // Its Display would quote the line, and with it perhaps a secret.
                let start = error.span().map_or(0, |span| span.start);
                let line = text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
                faults.push("the whole file", source, format!("is not TOML from line {line} on"));
                None
            }
        }
    }

    /// One value under its full key.
    pub(super) fn single(source: impl Into<String>, key: &str, value: Value) -> Self {
        Self {
            source: source.into(),
            values: figment::util::nest(key, value).into_dict().unwrap_or_default(),
        }
    }
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.source.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Map::from([(Profile::Default, self.values.clone())]))
    }
}

fn prune(values: &mut Dict, section: &str, known: &Known, source: &str, faults: &mut Faults) {
    values.retain(|name, value| {
        let key = join(section, name);
        // A quoted name with a dot in it is one name, not a path.
        let named = if name.contains('.') { Named::Nothing } else { known.named(&key) };
        match (named, value) {
            (Named::Setting, _) => return true,
            (Named::Section, Value::Dict(_, inner)) => {
                prune(inner, &key, known, source, faults);
                return true;
            }
            (Named::Section, _) => faults.push(key, source, "is a section, not a setting"),
            (Named::Nothing, _) => {
                let nearest = nearest(&key, known.keys().chain(known.sections()));
                let detail = format!("there is no such setting; the nearest is {nearest}");
                faults.push(key.escape_debug().to_string(), source, detail);
            }
        }
        false
    });
}
