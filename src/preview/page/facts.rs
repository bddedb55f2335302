//! What was found in a page, a feed or a packet, as it stands there.

use htmlize::unescape_attribute;

use super::opt_out::OptOut;

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

/// The `<link>` relations that are kept; the alternate one is the oEmbed endpoint.
const LINKS: [&str; 5] = ["canonical", "icon", "apple-touch-icon", "image_src", "alternate"];

/// The most bytes kept of one value, before decoding. Longer ones are cut.
const MAX_VALUE_BYTES: usize = 8 * 1024;

/// The most bytes kept of one script of JSON-LD; of a longer one nothing is kept, for its end would be missing.
const MAX_JSON_LD_BYTES: usize = 64 * 1024;

/// The most scripts of JSON-LD that are kept.
const MAX_JSON_LD_SCRIPTS: usize = 4;

/// The most icons that are kept.
const MAX_ICONS: usize = 16;

/// The most tags that are looked at; a page with more has said enough.
const MAX_TAGS: usize = 4096;

/// The size of icon that is preferred, in pixels: what a client shows, on a fine screen.
const ICON_PIXELS: u32 = 64;

/// The size of an `apple-touch-icon` that does not say it.
const TOUCH_ICON_PIXELS: u32 = 180;

/// What icons are that no thumbnail is made of, by their type and by the end of their path.
const UNDECODED_TYPES: [&str; 3] = ["image/svg+xml", "image/x-icon", "image/vnd.microsoft.icon"];
const UNDECODED_ENDS: [&str; 2] = [".svg", ".ico"];

/// The first value of each kind, and what all the directives for robots say. Values are raw: character references are not
/// yet decoded.
#[derive(Debug, Default)]
pub struct Facts {
    metas: Values,
    links: Values,
    icons: Vec<Icon>,
    json_ld: Vec<String>,
    base: Option<String>,
    opt_out: OptOut,
    title: String,
    reading: Reading,
    images: usize,
    tags: usize,
    head_ended: bool,
    complete: bool,
}

/// Values by key. They are few, so to look through them is faster than to hash.
type Values = Vec<(&'static str, String)>;

/// What the text is that comes next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Reading {
    #[default]
    Nothing,
    Title,
    JsonLd,
    /// The description of a feed.
    Description,
}

/// An icon that the page names.
#[derive(Debug)]
struct Icon {
    href: String,
    /// Its size in pixels, if the page says it.
    pixels: Option<u32>,
    /// Whether a thumbnail can be made of it, as far as the page shows.
    is_decoded: bool,
}

impl Facts {
    /// Takes a `<meta>` with this name or property, decoded, and this content.
    pub fn meta(&mut self, key: &str, content: Option<&str>) {
        if self.is_over() {
            return;
        }
        let Some(content) = content else { return };
        let key = key.trim_ascii();
        let Some(key) = META.into_iter().find(|known| known.eq_ignore_ascii_case(key)) else {
            // Other than with the rest, each of them counts: they add up.
            if key.eq_ignore_ascii_case("robots") {
                self.opt_out = self.opt_out.and(&unescape_attribute(content));
            }
            return;
        };
        if key == "og:image" {
            self.images += 1;
        }
        // Structured properties belong to the image before them; ours is the first.
        if self.images > 1 && key.starts_with("og:image:") {
            return;
        }
        keep(&mut self.metas, key, content);
    }

    /// Takes a `<link>` with this relation, decoded, which may be several words. Other attributes are asked for only if it
    /// is of use.
    pub fn link<'a>(&mut self, relation: &str, attribute: impl Fn(&str) -> Option<&'a str>) {
        if self.is_over() {
            return;
        }
        // Each relation once, however often a tag repeats it: attributes may be long.
        let mut named = [false; LINKS.len()];
        for word in relation.split_ascii_whitespace() {
            if let Some(place) = LINKS.iter().position(|known| known.eq_ignore_ascii_case(word)) {
                named[place] = true;
            }
        }
        for (known, _) in LINKS.into_iter().zip(named).filter(|(_, named)| *named) {
            if known == "alternate"
                && !attribute("type").is_some_and(|kind| is_oembed(&unescape_attribute(kind)))
            {
                continue;
            }
            let Some(href) = attribute("href").filter(|href| !is_blank(href)) else { continue };
            let usual = match known {
                "icon" => None,
                "apple-touch-icon" => Some(TOUCH_ICON_PIXELS),
                _ => {
                    keep(&mut self.links, known, href);
                    continue;
                }
            };
            if self.icons.len() < MAX_ICONS {
                let href = cut(href);
                let pixels = attribute("sizes").and_then(|sizes| icon_pixels(&unescape_attribute(sizes)));
                let is_decoded = is_decoded(attribute("type"), &unescape_attribute(&href));
                self.icons.push(Icon { href, pixels: pixels.or(usual), is_decoded });
            }
        }
    }

    /// A script of JSON-LD begins.
    pub fn open_json_ld(&mut self) {
        if !self.is_over() && self.json_ld.len() < MAX_JSON_LD_SCRIPTS {
            self.reading = Reading::JsonLd;
            self.json_ld.push(String::new());
        }
    }

    /// Whether nothing more is taken; counts the tag that asks.
    fn is_over(&mut self) -> bool {
        self.tags += 1;
        self.complete |= self.tags > MAX_TAGS;
        self.complete
    }

    /// The description of a feed or a document begins. The first one that says something counts.
    /// Returns whether it may be this one.
    pub(super) fn open_description(&mut self) -> bool {
        let opens = !self.is_over() && self.meta_value("description").is_none_or(is_blank);
        if opens {
            self.reading = Reading::Description;
            place(&mut self.metas, "description").clear();
        }
        opens
    }

    /// The title and the description, to be written in another way.
    pub(super) fn texts_mut(&mut self) -> [&mut String; 2] {
        [&mut self.title, place(&mut self.metas, "description")]
    }

    /// Nothing more is taken.
    pub(super) fn end(&mut self) {
        self.complete = true;
    }

    /// Takes a `<base href>`; the first one counts.
    pub fn base(&mut self, href: Option<&str>) {
        if !self.is_over() && self.base.is_none() {
            self.base = href.map(cut);
        }
    }

    /// A `<title>` begins. The first one that says something counts. Returns whether it may be this one.
    pub fn open_title(&mut self) -> bool {
        let opens = !self.complete && self.document_title().is_none();
        if opens {
            self.reading = Reading::Title;
            self.title.clear();
        }
        opens
    }

    /// Text, which may come in pieces.
    pub fn text(&mut self, text: &str) {
        let whole = match self.reading {
            Reading::Nothing => return,
            Reading::Title => append(&mut self.title, text),
            Reading::Description => append(place(&mut self.metas, "description"), text),
            Reading::JsonLd => self.json_ld.last_mut().is_none_or(|script| {
                let fits = script.len() + text.len() <= MAX_JSON_LD_BYTES;
                if fits {
                    script.push_str(text);
                } else {
                    *script = String::new();
                }
                fits
            }),
        };
        // After the first character that is left out none is taken, wherever the pieces begin.
        if !whole {
            self.reading = Reading::Nothing;
        }
    }

    /// The element is over whose text was taken.
    pub fn close(&mut self) {
        self.reading = Reading::Nothing;
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
        value(&self.metas, key)
    }

    /// The target of the first `<link>` with this relation.
    pub fn link_target(&self, relation: &str) -> Option<&str> {
        value(&self.links, relation)
    }

    /// The targets of the page's icons, the one that fits best first: the smallest of those that are large enough,
    /// then those whose size is not said, then the largest. Behind all of them, in the same order, stand those that a
    /// thumbnail cannot be made of.
    pub fn icons(&self) -> impl Iterator<Item = &str> {
        let mut icons: Vec<_> = self.icons.iter().collect();
        icons.sort_by_key(|icon| {
            let size = match icon.pixels {
                Some(pixels) if pixels >= ICON_PIXELS => (0, pixels),
                None => (1, 0),
                Some(pixels) => (2, u32::MAX - pixels),
            };
            (!icon.is_decoded, size)
        });
        icons.into_iter().map(|icon| icon.href.as_str())
    }

    /// The oEmbed endpoint that the page names for itself.
    pub fn oembed_target(&self) -> Option<&str> {
        self.link_target("alternate")
    }

    /// The page's scripts of JSON-LD.
    pub fn json_ld_scripts(&self) -> impl Iterator<Item = &str> {
        self.json_ld.iter().map(String::as_str)
    }

    /// What the page wants left out.
    pub fn opt_out(&self) -> OptOut {
        self.opt_out
    }

    /// The target of `<base>`.
    pub fn base_target(&self) -> Option<&str> {
        self.base.as_deref()
    }

    /// The text of `<title>`.
    pub fn document_title(&self) -> Option<&str> {
        Some(self.title.as_str()).filter(|title| !is_blank(title))
    }
}

fn value<'a>(values: &'a Values, key: &str) -> Option<&'a str> {
    values.iter().find(|(known, _)| *known == key).map(|(_, value)| value.as_str())
}

/// The value of the `<meta>` of this key, which is there behind the call.
fn place<'a>(metas: &'a mut Values, key: &'static str) -> &'a mut String {
    let at = metas.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
        metas.push((key, String::new()));
        metas.len() - 1
    });
    &mut metas[at].1
}

/// Appends as much as is kept of one value. Returns whether that was all.
fn append(value: &mut String, text: &str) -> bool {
    let kept = &text[..text.floor_char_boundary(MAX_VALUE_BYTES.saturating_sub(value.len()))];
    value.push_str(kept);
    kept.len() == text.len()
}

/// Keeps the first value of each key that says something.
fn keep(values: &mut Values, key: &'static str, found: &str) {
    if !is_blank(found) && value(values, key).is_none() {
        values.push((key, cut(found)));
    }
}

fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}

fn cut(value: &str) -> String {
    value[..value.floor_char_boundary(MAX_VALUE_BYTES)].to_owned()
}

fn is_oembed(kind: &str) -> bool {
    kind.trim().eq_ignore_ascii_case("application/json+oembed")
}

/// The larger side of the largest of the `sizes` of an icon, such as `16x16 32x32`.
fn icon_pixels(sizes: &str) -> Option<u32> {
    let size = |word: &str| word.to_ascii_lowercase().split_once('x')?.0.parse().ok();
    sizes.split_ascii_whitespace().take(MAX_ICONS).filter_map(size).max()
}

fn is_decoded(kind: Option<&str>, href: &str) -> bool {
    let path = href.split(['?', '#']).next().unwrap_or_default().trim_end().to_ascii_lowercase();
    let kind = unescape_attribute(kind.unwrap_or_default()).trim().to_ascii_lowercase();
    !UNDECODED_ENDS.iter().any(|end| path.ends_with(end)) && !UNDECODED_TYPES.contains(&kind.as_str())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::Facts;

    #[test]
    fn the_attributes_of_a_link_are_read_a_few_times_however_long_its_relation_is() {
        for relation in ["icon ", "alternate ", "icon canonical x "] {
            let reads = Cell::new(0);
            let attribute = |_: &str| {
                reads.set(reads.get() + 1);
                Some(" ")
            };
            Facts::default().link(&relation.repeat(10_000), attribute);
            assert!(reads.get() < 9, "{relation}: {}", reads.get());
        }
    }
}
