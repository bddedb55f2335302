//! Reads a page as a stream and remembers a few facts.

use std::ops::ControlFlow;

use htmlize::unescape_attribute;

use super::{
    charset::Charset,
    facts::Facts,
    feed::Feed,
    tokenizer::{Dialect, StartTag, TokenSink, Tokenizer},
};

/// Reads one page.
pub struct Reader {
    charset: Charset,
    /// What was decoded and is not yet done with.
    text: String,
    tokenizer: Tokenizer,
    sink: Sink,
}

/// What takes the tokens.
enum Sink {
    Page(Page),
    Feed(Feed),
}

impl Reader {
    /// A reader for a page whose header names this charset.
    pub fn new(charset: Option<&str>) -> Self {
        Self::of(Dialect::Html, Charset::from_header(charset), Sink::Page(Page::default()))
    }

    /// A reader for a feed whose header names this charset.
    pub fn of_feed(charset: Option<&str>) -> Self {
        Self::of(Dialect::Xml, Charset::of_feed(charset), Sink::Feed(Feed::default()))
    }

    fn of(dialect: Dialect, charset: Charset, sink: Sink) -> Self {
        Self { charset, text: String::new(), tokenizer: Tokenizer::new(dialect), sink }
    }

    /// Reads on. Returns whether more of the page is wanted.
    pub fn read(&mut self, bytes: &[u8]) -> bool {
        self.tokenize(bytes, false);
        !self.is_complete()
    }

    /// The facts, at the end of the page or where reading stopped.
    pub fn finish(mut self) -> Facts {
        self.tokenize(&[], true);
        match self.sink {
            Sink::Page(page) => page.0,
            Sink::Feed(feed) => feed.finish(),
        }
    }

    fn is_complete(&self) -> bool {
        match &self.sink {
            Sink::Page(page) => page.0.is_complete(),
            Sink::Feed(feed) => feed.facts.is_complete(),
        }
    }

    fn tokenize(&mut self, bytes: &[u8], last: bool) {
        if self.is_complete() {
            return;
        }
        self.charset.decode(bytes, last, &mut self.text);
        match &mut self.sink {
            Sink::Page(page) => tokenize(&mut self.tokenizer, &mut self.text, last, page),
            Sink::Feed(feed) => tokenize(&mut self.tokenizer, &mut self.text, last, feed),
        }
    }
}

fn tokenize(tokenizer: &mut Tokenizer, text: &mut String, last: bool, sink: &mut impl TokenSink) {
    if let ControlFlow::Continue(taken) = tokenizer.read(text, sink) {
        text.drain(..taken);
        if last {
            tokenizer.end(text, sink);
        }
    }
}

/// What is looked for in a page.
#[derive(Default)]
struct Page(Facts);

impl TokenSink for Page {
    fn start_tag(&mut self, tag: &StartTag<'_>) -> ControlFlow<()> {
        match tag.name() {
            b"meta" => meta(&mut self.0, tag),
            b"link" => {
                if let Some(relation) = tag.attribute("rel") {
                    self.0.link(&unescape_attribute(relation), |name| tag.attribute(name));
                }
            }
            b"title" if !tag.is_in_drawing() => drop(self.0.open_title()),
            b"script" if tag.attribute("type").is_some_and(is_json_ld) => self.0.open_json_ld(),
            b"base" => self.0.base(tag.attribute("href")),
            b"body" => self.0.end_head(),
            _ => {}
        }
        unless_complete(&self.0)
    }

    fn end_tag(&mut self, name: &[u8]) -> ControlFlow<()> {
        match name {
            b"title" | b"script" => self.0.close(),
            b"head" => self.0.end_head(),
            _ => {}
        }
        unless_complete(&self.0)
    }

    fn text(&mut self, text: &str) {
        self.0.text(text);
    }
}

/// Where nothing more is taken, nothing more is read.
pub(super) fn unless_complete(facts: &Facts) -> ControlFlow<()> {
    if facts.is_complete() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

/// Takes what a `<meta>` says. One pass over its attributes is faster than to ask for each.
fn meta(facts: &mut Facts, meta: &StartTag<'_>) {
    let [mut property, mut name, mut content] = [None; 3];
    for (attribute, value) in meta.attributes() {
        let place = match attribute.len() {
            8 if attribute.eq_ignore_ascii_case("property") => &mut property,
            4 if attribute.eq_ignore_ascii_case("name") => &mut name,
            7 if attribute.eq_ignore_ascii_case("content") => &mut content,
            _ => continue,
        };
        place.get_or_insert(value);
    }
    for key in property.into_iter().chain(name.filter(|name| property != Some(name))) {
        facts.meta(&unescape_attribute(key), content);
    }
}

fn is_json_ld(kind: &str) -> bool {
    unescape_attribute(kind).trim_ascii().eq_ignore_ascii_case("application/ld+json")
}
