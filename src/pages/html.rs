//! The documentation as HTML: no script, no outside resource, readable without either.

use std::fmt::Write;

use serde_json::Value;

use crate::problem::Kind;

/// The page of all operations.
pub(super) fn operations(document: &Value) -> String {
    let mut body = format!("<p>{}</p>", markup(text(&document["info"]["description"])));
    body += r#"<p>The contract as <a href="/openapi.json">OpenAPI</a>; all <a href="/docs/problems">problems</a>.</p>"#;
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            body += &operation_section(path, method, operation);
        }
    }
    page("Natter API", &body)
}

fn operation_section(path: &str, method: &str, operation: &Value) -> String {
    let mut section = String::new();
    let id = text(&operation["operationId"]);
    let _ = write!(
        section,
        r#"<section id="{id}"><h2>{}</h2><p><code>{} {}</code></p><p>{}</p>"#,
        escape(text(&operation["summary"])),
        method.to_uppercase(),
        escape(path),
        markup(text(&operation["description"])),
    );
    let parameters = operation["parameters"].as_array().into_iter().flatten().map(|parameter| {
        let name = format!("{} ({})", text(&parameter["name"]), text(&parameter["in"]));
        (name, text(&parameter["description"]).to_owned())
    });
    section += &table("Parameters", parameters.collect());
    let example = &operation["requestBody"]["content"]["application/json"]["example"];
    if !example.is_null() {
        let _ = write!(section, "<h3>Request</h3><pre>{}</pre>", escape(&format!("{example:#}")));
    }
    let answers: Vec<_> = operation["responses"].as_object().into_iter().flatten().collect();
    for (status, answer) in &answers {
        let shown = answer["content"].as_object().and_then(|content| content.values().next());
        if let Some(example) = shown.filter(|_| status.starts_with('2')).map(|shown| &shown["example"]) {
            let _ = write!(section, "<h3>Answer {status}</h3><pre>{}</pre>", escape(&format!("{example:#}")));
        }
    }
    let statuses =
        answers.into_iter().map(|(status, answer)| (status.clone(), text(&answer["description"]).to_owned()));
    section += &table("Statuses", statuses.collect());
    section + "</section>"
}

fn table(heading: &str, rows: Vec<(String, String)>) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let rows: String = rows
        .into_iter()
        .map(|(name, meaning)| format!("<tr><th>{}</th><td>{}</td></tr>", escape(&name), markup(&meaning)))
        .collect();
    format!("<h3>{heading}</h3><table>{rows}</table>")
}

/// The page of the catalogue of problems.
pub(super) fn problems() -> String {
    let body: String = Kind::ALL
        .into_iter()
        .map(|kind| {
            format!(
                r#"<section id="{slug}"><h2>{}</h2><p><code>{} {slug}</code></p><p>{}</p></section>"#,
                kind.title(),
                kind.status().as_u16(),
                markup(kind.remedy()),
                slug = kind.slug(),
            )
        })
        .collect();
    page("Natter problems", &format!(r#"<p>What the <code>type</code> of a problem means.</p>{body}"#))
}

fn page(title: &str, body: &str) -> String {
    format!(
        r#"<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title><meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/docs/style.css"></head><body><main><h1>{title}</h1>{body}</main></body></html>"#
    )
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Escapes, and sets what stands between backticks as code.
fn markup(text: &str) -> String {
    let parts = escape(text);
    let mut written = String::new();
    for (index, part) in parts.split('`').enumerate() {
        if index % 2 == 0 {
            written += &part.replace("\n\n", "</p><p>");
        } else {
            let _ = write!(written, "<code>{part}</code>");
        }
    }
    written
}
