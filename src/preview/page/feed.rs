//! A feed's own title and description (RSS, Atom), read as a stream like a page.

#[cfg(test)]
mod tests;

use std::ops::ControlFlow;

use super::{
    facts::Facts,
    markup::is_inline,
    reader::unless_complete,
    tokenizer::{StartTag, TokenSink},
};

/// What is looked for in a feed: what stands before the first entry.
#[derive(Default)]
pub(super) struct Feed {
    pub(super) facts: Facts,
    format: Option<Format>,
    title: Writing,
    description: Writing,
}

#[derive(Clone, Copy)]
enum Format {
    Rss,
    Atom,
}

/// What a text is once the feed's own references are decoded.
#[derive(Clone, Copy, Default)]
enum Writing {
    /// The text itself.
    #[default]
    Plain,
    /// Text without tags that has references of HTML in many feeds.
    Escaped,
    /// HTML.
    Html,
}

impl Writing {
    /// As a text construct of Atom says (RFC 4287, section 3.1); tags of XHTML are the feed's own.
    fn of(tag: &StartTag<'_>) -> Self {
        match tag.attribute("type") {
            Some("html" | "text/html") => Self::Html,
            _ => Self::Plain,
        }
    }

    /// The text in HTML.
    fn to_html(self, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Escaped => htmlize::unescape(text).replace('<', "&lt;"),
            Self::Html => htmlize::unescape(text).into_owned(),
        }
    }
}

impl Feed {
    /// The facts, the texts of which are HTML.
    pub(super) fn finish(mut self) -> Facts {
        let writings = [self.title, self.description];
        for (text, writing) in self.facts.texts_mut().into_iter().zip(writings) {
            *text = writing.to_html(text);
        }
        self.facts
    }

    /// The first tag says whether it is a feed at all.
    fn open(&mut self, root: &[u8]) {
        match root {
            b"rss" | b"rdf:rdf" => self.format = Some(Format::Rss),
            b"feed" => self.format = Some(Format::Atom),
            _ => self.facts.end(),
        }
    }
}

impl TokenSink for Feed {
    fn start_tag(&mut self, tag: &StartTag<'_>) -> ControlFlow<()> {
        match (self.format, tag.name()) {
            (None, root) => self.open(root),
            (Some(format), b"title") if self.facts.open_title() => {
                self.title = match format {
                    Format::Rss => Writing::Escaped,
                    Format::Atom => Writing::of(tag),
                }
            }
            (Some(Format::Rss), b"description") if self.facts.open_description() => {
                self.description = Writing::Html;
            }
            (Some(Format::Atom), b"subtitle") if self.facts.open_description() => {
                self.description = Writing::of(tag);
            }
            (_, b"item" | b"entry") => self.facts.end(),
            (_, name) if !is_inline(name) => self.facts.text(" "),
            _ => {}
        }
        unless_complete(&self.facts)
    }

    fn end_tag(&mut self, name: &[u8]) -> ControlFlow<()> {
        if matches!(name, b"title" | b"description" | b"subtitle") {
            self.facts.close();
        }
        ControlFlow::Continue(())
    }

    fn text(&mut self, text: &str) {
        self.facts.text(text);
    }

    fn cdata(&mut self, text: &str) {
        self.facts.text(&text.replace('&', "&amp;").replace('<', "&lt;"));
    }
}
