//! The document as those read it who generate clients from it.

mod committed;
mod examples;
mod lint;

use serde_json::Value;

/// An operation of a document.
struct Operation<'a> {
    path: &'a str,
    method: &'a str,
    id: &'a str,
    value: &'a Value,
}

fn operations(document: &Value) -> impl Iterator<Item = Operation<'_>> {
    let paths = document["paths"].as_object().expect("there are paths");
    paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().expect("a path has operations");
        methods.iter().map(move |(method, value)| {
            let id = value["operationId"].as_str().expect("an operationId");
            Operation { path, method, id, value }
        })
    })
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}
