//! The page of all operations: no script, no outside resource, readable without either.

use std::fmt::Write;

use serde_json::Value;

use super::{
    introduction::{SECTIONS, introduction},
    markup::{escape, line, page, paragraphs, text},
    operation::Operation,
    schema::Schemas,
};

pub(super) fn operations(document: &Value) -> String {
    let operations: Vec<_> = Operation::all(document).collect();
    let schemas = Schemas::of(document);
    let info = &document["info"];
    let mut navigation = String::from("<ul>");
    let mut body = format!(
        r#"{}<p>Version {} of the contract: <a href="/openapi.json">OpenAPI document</a>, <a href="/docs/problems">catalogue of problems</a>.</p>"#,
        paragraphs(text(&info["description"]).split("\n\n")),
        escape(text(&info["version"])),
    );
    for (id, title) in SECTIONS {
        let _ = write!(navigation, r##"<li><a href="#{id}">{title}</a></li>"##);
    }
    body += &introduction(&operations);
    for tag in document["tags"].as_array().into_iter().flatten() {
        let name = escape(text(&tag["name"]));
        let of_tag: Vec<_> =
            operations.iter().filter(|operation| operation.value["tags"][0] == tag["name"]).collect();
        let links: String = of_tag.iter().map(|operation| link(operation)).collect();
        let _ = write!(navigation, r##"<li><a href="#tag-{name}">{name}</a><ul>{links}</ul></li>"##);
        let sections: String = of_tag.iter().map(|operation| operation.section(schemas)).collect();
        let _ = write!(
            body,
            r#"<section id="tag-{name}"><h2>{name}</h2><p>{}</p>{sections}</section>"#,
            line(text(&tag["description"])),
        );
    }
    navigation +=
        r##"<li><a href="#objects">Objects</a></li><li><a href="/docs/problems">Problems</a></li></ul>"##;
    page("Natter API", &navigation, &(body + &objects(schemas)))
}

fn link(operation: &Operation<'_>) -> String {
    let (id, summary) = (operation.id(), escape(operation.summary()));
    format!(r##"<li><a href="#{id}">{}<span>{summary}</span></a></li>"##, operation.badge())
}

/// What stands in several answers.
fn objects(schemas: Schemas<'_>) -> String {
    let mut shown = String::from(r#"<section id="objects"><h2>Objects</h2>"#);
    for (name, schema) in schemas.shared() {
        let values: Vec<_> = schema["enum"].as_array().into_iter().flatten().map(text).collect();
        let values = if values.is_empty() {
            String::new()
        } else {
            format!("<p>One of <code>{}</code>.</p>", values.join("</code>, <code>"))
        };
        let _ = write!(
            shown,
            r#"<section class="operation" id="object-{name}"><h3>{name}</h3>{}{values}{}</section>"#,
            paragraphs(text(&schema["description"]).split("\n\n")),
            schemas.members(schema),
        );
    }
    shown + "</section>"
}
