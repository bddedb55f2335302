//! What was found in a page's head, as it stands there.

use std::collections::HashMap;

/// The `<meta>` names and properties that are kept: Open Graph, Twitter, plain HTML.
const META: [&str; 18] = [
    "og:title",
    "og:description",
    "og:image",
    "og:image:url",
    "og:image:secure_url",
    "og:image:width",
    "og:image:height",
    "og:image:alt",
    "og:site_name",
    "og:type",
    "og:url",
    "twitter:title",
    "twitter:description",
    "twitter:image",
    "twitter:image:src",
    "twitter:image:alt",
    "description",
    "application-name",
];

/// The `<link>` relations that are kept.
const LINKS: [&str; 4] = ["canonical", "icon", "apple-touch-icon", "image_src"];

/// The most bytes kept of one value, before decoding. Longer ones are cut.
const MAX_VALUE_BYTES: usize = 8 * 1024;

/// The first value of each kind. Values are raw: character references are not yet decoded.
#[derive(Debug, Default)]
pub struct Facts {
    metas: HashMap<&'static str, String>,
    links: HashMap<&'static str, String>,
    base: Option<String>,
    title: String,
    reading_title: bool,
    images: usize,
    head_ended: bool,
    complete: bool,
}

impl Facts {
    /// Takes a `<meta>` with this name or property.
    pub fn meta(&mut self, key: &str, content: &str) {
        if self.complete {
            return;
        }
        let key = key.trim().to_ascii_lowercase();
        if key == "og:image" {
            self.images += 1;
        }
        // Structured properties belong to the image before them; ours is the first.
        if self.images > 1 && key.starts_with("og:image:") {
            return;
        }
        keep(&mut self.metas, &META, &key, content);
    }

    /// Takes a `<link>` with this relation, which may be several words.
    pub fn link(&mut self, relation: &str, href: &str) {
        if self.complete {
            return;
        }
        for word in relation.split_ascii_whitespace() {
            keep(&mut self.links, &LINKS, &word.to_ascii_lowercase(), href);
        }
    }

    /// Takes a `<base href>`; the first one counts.
    pub fn base(&mut self, href: &str) {
        if !self.complete {
            self.base.get_or_insert_with(|| cut(href).to_owned());
        }
    }

    /// A `<title>` begins. The first one that says something counts.
    pub fn open_title(&mut self) {
        self.reading_title = !self.complete && self.document_title().is_none();
        if self.reading_title {
            self.title.clear();
        }
    }

    /// The `<title>` that has just begun is that of a drawing.
    pub fn pass_over_title(&mut self) {
        self.reading_title = false;
    }

    /// Text inside a `<title>`, which may come in pieces.
    pub fn title_text(&mut self, text: &str) {
        if self.reading_title {
            let kept = &text[..text.floor_char_boundary(MAX_VALUE_BYTES - self.title.len())];
            self.title.push_str(kept);
            // After the first character that is left out none is taken, wherever the pieces begin.
            self.reading_title = kept.len() == text.len();
        }
    }

    /// The head is over. With title and Open Graph in it the page is done with: what the body says no longer
    /// counts. Some large sites have their Open Graph far down in the body; then all of the page is read.
    pub fn end_head(&mut self) {
        if !self.head_ended {
            self.head_ended = true;
            self.complete = self.document_title().is_some() && self.meta_value("og:title").is_some();
        }
    }

    /// Whether nothing more is taken.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// The content of the first `<meta>` with this key.
    pub fn meta_value(&self, key: &str) -> Option<&str> {
        self.metas.get(key).map(String::as_str)
    }

    /// The target of the first `<link>` with this relation.
    pub fn link_target(&self, relation: &str) -> Option<&str> {
        self.links.get(relation).map(String::as_str)
    }

    /// The target of `<base>`.
    pub fn base_target(&self) -> Option<&str> {
        self.base.as_deref()
    }

    /// The text of `<title>`.
    pub fn document_title(&self) -> Option<&str> {
        Some(self.title.as_str()).filter(|title| !title.trim().is_empty())
    }
}

fn keep(values: &mut HashMap<&'static str, String>, keys: &[&'static str], key: &str, value: &str) {
    let known = keys.iter().find(|known| **known == key);
    if let Some(known) = known.filter(|_| !value.trim().is_empty()) {
        values.entry(known).or_insert_with(|| cut(value).to_owned());
    }
}

fn cut(value: &str) -> &str {
    &value[..value.floor_char_boundary(MAX_VALUE_BYTES)]
}
