//! One operation of the document.

use serde_json::Value;

use super::{
    markup::{escape, example, line, paragraphs, table, text},
    schema::Schemas,
};

/// An operation and where it stands in the document.
#[derive(Clone, Copy)]
pub(super) struct Operation<'a> {
    pub path: &'a str,
    pub method: &'a str,
    pub value: &'a Value,
}

impl<'a> Operation<'a> {
    /// Every operation of a document.
    pub(super) fn all(document: &'a Value) -> impl Iterator<Item = Self> {
        document["paths"].as_object().into_iter().flatten().flat_map(|(path, methods)| {
            let methods = methods.as_object().into_iter().flatten();
            methods.map(move |(method, value)| Self { path, method, value })
        })
    }

    pub(super) fn id(self) -> &'a str {
        text(&self.value["operationId"])
    }

    pub(super) fn summary(self) -> &'a str {
        text(&self.value["summary"])
    }

    /// Its method, in its colour.
    pub(super) fn badge(self) -> String {
        format!(r#"<span class="method {0}">{1}</span>"#, self.method, self.method.to_uppercase())
    }

    /// Everything about it.
    pub(super) fn section(self, schemas: Schemas<'a>) -> String {
        let id = self.id();
        // What the caller needs stands in the line above.
        let prose = text(&self.value["description"]).split("\n\n").filter(|paragraph| {
            !paragraph.starts_with("Scope: ") && !paragraph.starts_with("Permission in the space: ")
        });
        [
            format!(
                r##"<section class="operation" id="{id}"><h3><a href="#{id}">{}</a></h3>"##,
                escape(self.summary())
            ),
            format!(r#"<p class="request">{} <code>{}</code></p>"#, self.badge(), escape(self.path)),
            self.needs(),
            paragraphs(prose),
            self.parameters(schemas),
            self.body(schemas),
            example("By hand", &self.by_hand()),
            self.answers(schemas),
            "</section>".to_owned(),
        ]
        .concat()
    }

    fn needs(self) -> String {
        let names: Vec<_> = self.value["security"]
            .as_array()
            .into_iter()
            .flatten()
            .flat_map(|requirement| requirement.as_object().into_iter().flat_map(|named| named.keys()))
            .map(String::as_str)
            .collect();
        let mut needs = Vec::new();
        if names.is_empty() {
            needs.push("Anybody".to_owned());
        }
        if names.contains(&"basic") {
            needs.push("Name and password, or:".to_owned());
        }
        if names.contains(&"session") {
            needs.push(r##"<a href="#sessions">Session</a>"##.to_owned());
        }
        if let Some(scope) = self.value["x-natter-scope"].as_str() {
            needs.push(format!(r##"<a href="#scopes">Scope</a> <code>{scope}</code>"##));
        }
        if let Some(permission) = self.value["x-natter-permission"].as_str() {
            let doors = if names.contains(&"capability") {
                r##"by <a href="#roles">role</a> or <a href="#capabilities">capability</a>"##
            } else {
                r##"by <a href="#roles">role</a> only"##
            };
            needs.push(format!("Permission <code>{permission}</code> {doors}"));
        }
        let items: String = needs.into_iter().map(|need| format!("<li>{need}</li>")).collect();
        format!(r#"<ul class="needs" aria-label="Who may call it">{items}</ul>"#)
    }

    fn parameters(self, schemas: Schemas<'a>) -> String {
        let parameters = self.value["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        if parameters.is_empty() {
            return String::new();
        }
        let rows = parameters.iter().map(|parameter| {
            let required = parameter["required"] == true;
            let optional = if required { "" } else { r#" <span class="quiet">optional</span>"# };
            [
                format!("<code>{}</code>{optional}", escape(text(&parameter["name"]))),
                escape(text(&parameter["in"])),
                schemas.kind(&parameter["schema"]),
                line(text(&parameter["description"])),
            ]
        });
        "<h4>Parameters</h4>".to_owned() + &table(["Name", "In", "Type", "Meaning"], rows)
    }

    fn body(self, schemas: Schemas<'a>) -> String {
        let content = &self.value["requestBody"]["content"]["application/json"];
        if content.is_null() {
            return String::new();
        }
        let schema = schemas.resolve(&content["schema"]);
        let members = schemas.members(schema);
        format!("<h4>Request</h4>{}{members}", paragraphs([text(&schema["description"])]))
    }

    /// A call with curl, with the examples of the document in it.
    fn by_hand(self) -> String {
        let parameters = self.value["parameters"].as_array().into_iter().flatten();
        let mut path = self.path.to_owned();
        for parameter in parameters {
            path = path.replace(&format!("{{{}}}", text(&parameter["name"])), text(&parameter["example"]));
        }
        let names = self.value["security"].to_string();
        let credentials = if names.contains("basic") {
            "-u alice "
        } else if names.contains("session") {
            "-H \"Authorization: Bearer $TOKEN\" "
        } else {
            ""
        };
        let request = &self.value["requestBody"]["content"]["application/json"]["example"];
        let call = match self.method {
            "post" => format!("--json '{request}' "),
            "delete" => "-X DELETE ".to_owned(),
            _ => String::new(),
        };
        format!("curl {credentials}{call}\"$NATTER{path}\"")
    }

    fn answers(self, schemas: Schemas<'a>) -> String {
        let mut shown = String::new();
        let mut problems = Vec::new();
        for (status, answer) in self.value["responses"].as_object().into_iter().flatten() {
            if status.starts_with('2') {
                shown += &success(status, answer, schemas);
            } else {
                problems.push([format!("<strong>{status}</strong>"), kinds(answer)]);
            }
        }
        shown + "<details><summary>Problems</summary>" + &table(["Status", "Type"], problems) + "</details>"
    }
}

fn success<'a>(status: &str, answer: &'a Value, schemas: Schemas<'a>) -> String {
    let mut shown = format!("<h4>Answer {status}</h4>{}", paragraphs([text(&answer["description"])]));
    let headers = answer["headers"].as_object().into_iter().flatten();
    let headers: Vec<_> = headers
        .map(|(name, header)| [format!("<code>{name}</code>"), line(text(&header["description"]))])
        .collect();
    if !headers.is_empty() {
        shown += &table(["Header", "Meaning"], headers);
    }
    let content = &answer["content"]["application/json"];
    shown += &schemas.members(&content["schema"]);
    shown + &example("Example", &format!("{:#}", content["example"]))
}

/// Links to the problems of a status.
fn kinds(answer: &Value) -> String {
    let examples = answer["content"].as_object().into_iter().flat_map(|content| content.values());
    let slugs = examples.flat_map(|content| content["examples"].as_object().into_iter().flatten());
    let links: Vec<_> = slugs
        .map(|(slug, _)| format!(r#"<a href="/docs/problems#{slug}"><code>{slug}</code></a>"#))
        .collect();
    links.join(", ")
}
