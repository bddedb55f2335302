//! A feed's own title and description (RSS, Atom), read as a stream like a page.

use std::sync::LazyLock;

use lol_html::html_content::{Comment, TextChunk};

use super::{
    facts::Facts,
    reader::{Handlers, Wanted, selector},
};

/// How XML marks text that is not to be read as markup. To an HTML parser it is text, or a strange comment.
const CDATA: [(&str, &str); 2] = [("<![CDATA[", "]]>"), ("[CDATA[", "]]")];

/// What stands before the first entry.
pub(super) static FEED: LazyLock<[Wanted; 3]> = LazyLock::new(|| {
    [
        (selector("title"), |facts| facts.on_text(Facts::open_title, Facts::title_text)),
        (selector("description, subtitle"), |facts| {
            let [text, comment] = [facts.clone(), facts.clone()];
            Handlers::default()
                .text(move |chunk: &mut TextChunk<'_>| {
                    text.lock().feed_description(chunk.as_str());
                    Ok(())
                })
                .comments(move |found: &mut Comment<'_>| {
                    comment.lock().feed_description(plain(&found.text()));
                    Ok(())
                })
        }),
        (selector("item, entry"), |facts| facts.on_tag(|facts, _| facts.end_feed())),
    ]
});

/// The text within a CDATA section; other text as it is.
pub(super) fn plain(text: &str) -> &str {
    let text = text.trim();
    let inner = CDATA.iter().find_map(|(open, close)| {
        let inner = text.strip_prefix(open)?;
        Some(inner.strip_suffix(close).unwrap_or(inner))
    });
    inner.unwrap_or(text)
}

impl Facts {
    /// Text of a feed's description, which may come in pieces.
    fn feed_description(&mut self, text: &str) {
        self.append_meta("description", text);
    }
}
