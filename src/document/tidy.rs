//! What the framework writes that says nothing, or says it clumsily.

use serde_json::{Map, Value};

/// Leaves out what is the default anyway, joins the lines of a paragraph, and writes bounds as the integers they are.
pub(super) fn tidy(document: &mut Value) {
    match document {
        Value::Array(items) => items.iter_mut().for_each(tidy),
        Value::Object(members) => {
            members.retain(|name, value| !is_default(name, value));
            join_lines(members);
            for name in ["minimum", "maximum"] {
                let whole = members.get(name).and_then(Value::as_f64).filter(|bound| bound.fract() == 0.0);
                if let Some(whole) = whole {
                    members.insert(name.into(), (whole as i64).into());
                }
            }
            members.values_mut().for_each(tidy);
        }
        _ => {}
    }
}

fn is_default(name: &str, value: &Value) -> bool {
    match name {
        "deprecated" => value == false,
        // A query parameter explodes unless told otherwise; with one value in the path there is nothing to explode.
        "explode" => value == true,
        _ => false,
    }
}

fn join_lines(members: &mut Map<String, Value>) {
    if let Some(Value::String(text)) = members.get_mut("description") {
        let paragraphs: Vec<_> = text.split("\n\n").map(|paragraph| paragraph.replace('\n', " ")).collect();
        *text = paragraphs.join("\n\n");
    }
}
