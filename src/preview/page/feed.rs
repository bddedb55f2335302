//! A feed's own title and description (RSS, Atom), read as a stream like a page.

use lol_html::{comments, element, send, text};

use super::{facts::Facts, reader::Shared};

/// How XML marks text that is not to be read as markup. To an HTML parser it is text, or a strange comment.
const CDATA: [(&str, &str); 2] = [("<![CDATA[", "]]>"), ("[CDATA[", "]]")];

/// Handlers that take what stands before the first entry.
pub(super) fn handlers(
    settings: send::Settings<'static, 'static>,
    facts: &Shared,
) -> send::Settings<'static, 'static> {
    let [title, title_text, text, comment, entry] = std::array::from_fn(|_| facts.clone());
    settings
        .append_element_content_handler(element!("title", move |_| {
            title.lock().open_title();
            Ok(())
        }))
        .append_element_content_handler(text!("title", move |chunk| {
            title_text.lock().title_text(chunk.as_str());
            Ok(())
        }))
        .append_element_content_handler(text!("description, subtitle", move |chunk| {
            text.lock().feed_description(chunk.as_str());
            Ok(())
        }))
        .append_element_content_handler(comments!("description, subtitle", move |found| {
            comment.lock().feed_description(plain(&found.text()));
            Ok(())
        }))
        .append_element_content_handler(element!("item, entry", move |_| {
            entry.lock().end_feed();
            Ok(())
        }))
}

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
