//! A feed's own title and description (RSS, Atom), read as a stream like a page.

use std::ops::ControlFlow;

use super::{
    facts::Facts,
    reader::unless_complete,
    tokenizer::{StartTag, TokenSink},
};

/// What is looked for in a feed: what stands before the first entry.
pub(super) struct Feed<'a>(pub(super) &'a mut Facts);

impl TokenSink for Feed<'_> {
    fn start_tag(&mut self, tag: &StartTag<'_>) -> ControlFlow<()> {
        match tag.name() {
            b"title" => self.0.open_title(),
            b"description" | b"subtitle" => self.0.open_description(),
            b"item" | b"entry" => self.0.end_feed(),
            _ => {}
        }
        unless_complete(self.0)
    }

    fn end_tag(&mut self, name: &[u8]) -> ControlFlow<()> {
        if matches!(name, b"title" | b"description" | b"subtitle") {
            self.0.close();
        }
        ControlFlow::Continue(())
    }

    fn text(&mut self, text: &str) {
        self.0.text(text);
    }
}
