//! Reading the settings of a program from all their sources.

use std::{ffi::OsString, path::Path};

use figment::{Figment, value::Value};

use super::{
    Check, Faults, Listing, Settings, environment,
    known::Known,
    layer::Layer,
    listing::{self, Entry},
    refusal::refusal,
};

/// Settings that can be taken, and where each came from.
#[derive(Debug)]
pub struct Loaded<T> {
    /// The settings.
    pub settings: T,
    entries: Vec<Entry>,
}

impl<T> Loaded<T> {
    /// What the command `settings` prints: a line of TOML for each setting, with its source.
    pub fn listing(&self) -> Listing<'_> {
        Listing(&self.entries)
    }
}

/// Reads the defaults of `T`, then `file`, then the variables whose names begin with `NATTER_`; the last
/// to name a setting wins. Nothing is created or written.
///
/// # Errors
/// Every fault of every source together: a file that cannot be read, unknown keys and variables, values
/// of a wrong type, and values that [`Settings::check`] refuses.
pub fn load<T: Settings>(
    file: Option<&Path>,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Loaded<T>, Faults> {
    let mut faults = Faults::default();
    let defaults = Layer::defaults::<T>();
    let known = Known::of(&defaults.values);

    let mut figment = Figment::from(&defaults);
    if let Some(layer) = file.and_then(|path| Layer::file(path, &known, &mut faults)) {
        figment = figment.merge(layer);
    }
    for layer in environment::layers(environment, &known, &defaults.values, &mut faults) {
        figment = figment.merge(layer);
    }

    let settings: Option<T> = extract(&figment, &defaults, &known, &mut faults);
    let source_of = |key: &str| source(&figment, key);
    if let Some(settings) = &settings {
        settings.check(&mut Check { source_of: &source_of, faults: &mut faults });
    }
    match settings {
        Some(settings) if faults.is_empty() => {
            let entries = listing::entries(&figment, &known, source_of);
            Ok(Loaded { settings, entries })
        }
        _ => Err(faults),
    }
}

/// The settings, with the default in the place of each value that has a wrong type: so the next wrong
/// value shows as well, and what can be checked is checked.
fn extract<T: Settings>(
    figment: &Figment,
    defaults: &Layer,
    known: &Known,
    faults: &mut Faults,
) -> Option<T> {
    let mut repaired = figment.clone();
    for _ in 0..=known.keys().count() {
        let error = match repaired.extract() {
            Ok(settings) => return Some(settings),
            Err(error) => error,
        };
        let key = known.setting_at(&error.path);
        let shown = key.map_or_else(|| error.path.join("."), str::to_owned);
        faults.push(&shown, source(figment, &shown), refusal(&error));
        let default = Value::from(defaults.values.clone()).find(key?)?;
        repaired = repaired.merge(Layer::single("default", key?, default));
    }
    None
}

fn source(figment: &Figment, key: &str) -> String {
    figment.find_metadata(key).map_or_else(|| "default".into(), |metadata| metadata.name.to_string())
}
