//! Values from environment variables.

use std::ffi::OsString;

use figment::{
    providers::{Format, Toml},
    value::{Dict, Value},
};

use super::{
    Faults,
    known::{Known, PREFIX, nearest, variable},
    layer::Layer,
};

/// A layer for each variable that names a setting; every other `NATTER_` variable is a fault.
///
/// A setting whose default is text takes the variable as it is; any other reads it as a TOML value.
pub(super) fn layers(
    environment: impl IntoIterator<Item = (OsString, OsString)>,
    known: &Known,
    defaults: &Dict,
    faults: &mut Faults,
) -> Vec<Layer> {
    let ours: Vec<(String, OsString)> = environment
        .into_iter()
        .map(|(name, value)| (name.to_string_lossy().into_owned(), value))
        .filter(|(name, _)| name.starts_with(PREFIX))
        .collect();
    let services: Vec<String> =
        ours.iter().filter_map(|(name, _)| name.strip_suffix("_SERVICE_HOST").map(str::to_owned)).collect();

    let mut layers = Vec::new();
    for (name, value) in ours {
        let source = format!("environment {name}").escape_debug().to_string();
        let Some(key) = known.keys().find(|key| variable(key) == name) else {
            if !is_service_link(&name, &services) {
                let key = name[PREFIX.len()..].to_lowercase().replace("__", ".");
                let nearest = variable(nearest(&key, known.keys()));
                let detail = format!("there is no such setting; the nearest is {nearest}");
                faults.push(key.escape_debug().to_string(), source, detail);
            }
            continue;
        };
        let Ok(text) = value.into_string() else {
            faults.push(key, source, "is not UTF-8");
            continue;
        };
        let value = match Value::from(defaults.clone()).find(key) {
            Some(Value::String(..)) => Value::from(text),
            _ => toml_value(&text).unwrap_or_else(|| Value::from(text)),
        };
        layers.push(Layer::single(source, key, value));
    }
    layers
}

/// What Kubernetes (and Docker links) put into every container beside a service of that name:
/// `NATTER_API_SERVICE_PORT` and its like say nothing about us.
fn is_service_link(name: &str, services: &[String]) -> bool {
    services.iter().any(|service| {
        name.strip_prefix(service.as_str())
            .is_some_and(|rest| rest.starts_with("_SERVICE_") || rest.starts_with("_PORT"))
            && !name.contains("__")
    })
}

fn toml_value(text: &str) -> Option<Value> {
    let document: Dict = Toml::from_str(&format!("value = {text}")).ok()?;
    // A second member means that the text had a line of its own.
    (document.len() == 1).then(|| document.into_values().next())?
}
