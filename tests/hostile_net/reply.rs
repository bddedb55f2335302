//! What a site answers: scripted bytes, sound or not.

use std::time::Duration;

use bytes::Bytes;

/// How long a site that keeps a client waiting does so: longer than any deadline of a case.
pub const HOLD: Duration = Duration::from_secs(8);

/// How long a site that is only a little late takes.
const PAUSE: Duration = Duration::from_millis(400);

/// What a site answers, step by step.
#[derive(Clone, Debug)]
pub struct Reply(pub Vec<Step>);

/// One step of an answer.
#[derive(Clone, Debug)]
pub enum Step {
    /// These bytes, which all who are answered share.
    Send(Bytes),
    /// Nothing for so long.
    Wait(Duration),
    /// The same bytes again and again, until the client goes.
    Repeat(Bytes),
}

/// The field that most answers have.
pub const HTML: &str = "Content-Type: text/html; charset=utf-8";

/// A page with this title.
pub fn page(title: &str) -> Reply {
    html(&format!("<title>{title}</title>"))
}

/// A page with this in its head.
pub fn html(head: &str) -> Reply {
    body(&[HTML], format!("<!doctype html><html><head>{head}</head><body></body></html>").as_bytes())
}

/// A 200 with these header fields and this body.
pub fn body(fields: &[&str], body: &[u8]) -> Reply {
    let length = format!("Content-Length: {}", body.len());
    let head = head("200 OK", &[fields, &[&length]].concat());
    Reply(vec![Step::Send([head.as_bytes(), body].concat().into())])
}

/// An answer without a body.
pub fn answer(status: &str, fields: &[&str]) -> Reply {
    raw(&head(status, &[fields, &["Content-Length: 0"]].concat()))
}

/// A redirect.
pub fn redirect(status: u16, location: &str) -> Reply {
    answer(&format!("{status} Elsewhere"), &[&format!("Location: {location}")])
}

/// These bytes and nothing else.
pub fn raw(bytes: &str) -> Reply {
    Reply(vec![Step::Send(bytes.to_owned().into())])
}

/// A page whose length is not told: it ends with the connection.
pub fn open_page(begin: &str) -> Reply {
    raw(&head("200 OK", &[HTML])).send(begin)
}

impl Reply {
    /// Then these bytes.
    pub fn send(mut self, bytes: &str) -> Self {
        self.0.push(Step::Send(bytes.to_owned().into()));
        self
    }

    /// Then a long wait.
    pub fn hold(mut self) -> Self {
        self.0.push(Step::Wait(HOLD));
        self
    }

    /// The same, after a short wait.
    pub fn late(mut self) -> Self {
        self.0.insert(0, Step::Wait(PAUSE));
        self
    }

    /// Then these bytes without an end.
    pub fn repeat(mut self, bytes: &str) -> Self {
        self.0.push(Step::Repeat(bytes.to_owned().into()));
        self
    }
}

fn head(status: &str, fields: &[&str]) -> String {
    let fields: String = fields.iter().map(|field| format!("{field}\r\n")).collect();
    format!("HTTP/1.1 {status}\r\n{fields}Connection: close\r\n\r\n")
}
