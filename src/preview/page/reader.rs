//! Reads a page as a stream and remembers a few facts. There is no tree, so nothing to nest too deep.

use std::{
    borrow::Cow,
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
};

use lol_html::{
    HandlerResult, MemorySettings, Selector,
    html_content::{Attribute, TextChunk},
    send,
    send::Element,
};

use super::{charset::Charset, facts::Facts, feed};

/// The most memory that the parser may take for one page, in bytes: its longest tag, roughly.
const PARSER_MEMORY: usize = 256 * 1024;

/// Reads one page.
pub struct Reader {
    charset: Charset,
    text: String,
    parser: Option<Parser>,
    facts: Shared,
}

type Parser = send::HtmlRewriter<'static, fn(&[u8])>;

/// Something that is looked for in a page, and what takes it. Selectors are compiled once, which takes as long as to read
/// some tags.
pub(super) type Wanted = (Selector, fn(&Shared) -> Handlers);
pub(super) type Handlers = send::ElementContentHandlers<'static>;

/// The facts, shared with the parser's handlers.
#[derive(Clone, Default)]
pub(super) struct Shared(Arc<Mutex<Facts>>);

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, Facts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes each start tag.
    pub(super) fn on_tag(&self, take: fn(&mut Facts, &Element<'_, '_>)) -> Handlers {
        let facts = self.clone();
        Handlers::default().element(move |element: &mut Element<'_, '_>| {
            take(&mut facts.lock(), element);
            Ok(())
        })
    }

    /// Takes each start tag, and the text behind it, which may come in pieces.
    pub(super) fn on_text(&self, open: fn(&mut Facts), take: fn(&mut Facts, &str)) -> Handlers {
        let [facts, text] = [self.clone(), self.clone()];
        Handlers::default()
            .element(move |_: &mut Element<'_, '_>| {
                open(&mut facts.lock());
                Ok(())
            })
            .text(move |chunk: &mut TextChunk<'_>| {
                take(&mut text.lock(), chunk.as_str());
                Ok(())
            })
    }
}

impl Reader {
    /// A reader for a page whose header names this charset.
    pub fn new(charset: Option<&str>) -> Self {
        Self::with(charset, &*PAGE)
    }

    /// A reader for a feed whose header names this charset. Without one it is UTF-8, as XML is.
    pub fn of_feed(charset: Option<&str>) -> Self {
        Self::with(charset.or(Some("utf-8")), &*feed::FEED)
    }

    fn with(charset: Option<&str>, wanted: &'static [Wanted]) -> Self {
        let facts = Shared::default();
        let discard: fn(&[u8]) = |_| {};
        let memory = MemorySettings::new().with_max_allowed_memory_usage(PARSER_MEMORY);
        let mut settings = send::Settings::new_send().with_strict(false).with_memory_settings(memory);
        for (selector, handlers) in wanted {
            settings = settings.append_element_content_handler((Cow::Borrowed(selector), handlers(&facts)));
        }
        let parser = Some(Parser::new(settings, discard));
        Self { charset: Charset::from_header(charset), text: String::new(), parser, facts }
    }

    /// Reads on. Returns whether more of the page is wanted.
    pub fn read(&mut self, bytes: &[u8]) -> bool {
        self.parse(bytes, false);
        self.parser.is_some() && !self.facts.lock().is_complete()
    }

    /// The facts, at the end of the page or where reading stopped.
    pub fn finish(mut self) -> Facts {
        self.parse(&[], true);
        if let Some(parser) = self.parser.take() {
            // Ending flushes what stands after the last whole tag; an error leaves what was found.
            let _ = parser.end();
        }
        std::mem::take(&mut *self.facts.lock())
    }

    fn parse(&mut self, bytes: &[u8], last: bool) {
        let Some(parser) = &mut self.parser else { return };
        self.text.clear();
        self.charset.decode(bytes, last, &mut self.text);
        if let Err(error) = parser.write(self.text.as_bytes()) {
            if !self.facts.lock().is_complete() {
                // Over the memory limit: what was found before stands.
                tracing::debug!(%error, "a page was read in part");
            }
            self.parser = None;
        }
    }
}

static PAGE: LazyLock<[Wanted; 8]> = LazyLock::new(|| {
    [
        (selector("title"), |facts| facts.on_text(Facts::open_title, Facts::title_text)),
        // The parser counts a drawing's title as HTML, since HTML may stand inside it.
        (selector("svg title"), |facts| facts.on_tag(|facts, _| facts.pass_over_title())),
        (selector("meta"), |facts| facts.on_tag(meta)),
        (selector("link"), |facts| {
            facts.on_tag(|facts, link| {
                if let Some(relation) = link.get_attribute("rel") {
                    facts.link(&relation, |name| link.get_attribute(name));
                }
            })
        }),
        (selector("script[type='application/ld+json' i]"), |facts| {
            facts.on_text(Facts::open_json_ld, Facts::json_ld_text)
        }),
        (selector("base"), |facts| facts.on_tag(|facts, base| facts.base(|| base.get_attribute("href")))),
        (selector("head"), |facts| {
            let facts = facts.clone();
            Handlers::default().element(move |head: &mut Element<'_, '_>| {
                let facts = facts.clone();
                head.on_end_tag(Box::new(move |_| end_head(&facts)))
            })
        }),
        (selector("body"), |facts| {
            let facts = facts.clone();
            Handlers::default().element(move |_: &mut Element<'_, '_>| end_head(&facts))
        }),
    ]
});

pub(super) fn selector(text: &str) -> Selector {
    text.parse().expect("it is a selector")
}

/// Takes what a `<meta>` says. One pass over its attributes is much faster than to ask for each.
fn meta(facts: &mut Facts, meta: &Element<'_, '_>) {
    let [mut property, mut name, mut content] = [None; 3];
    for attribute in meta.attributes() {
        let place = match attribute.name().as_str() {
            "property" => &mut property,
            "name" => &mut name,
            "content" => &mut content,
            _ => continue,
        };
        place.get_or_insert(attribute);
    }
    let [property, name] = [property, name].map(|key| key.map(Attribute::value));
    let name = name.filter(|name| property.as_ref() != Some(name));
    for key in property.iter().chain(&name) {
        facts.meta(key, || content.map(Attribute::value));
    }
}

/// Stops the parser, by an error that nobody is told, where nothing after the head is wanted.
fn end_head(facts: &Shared) -> HandlerResult {
    let mut facts = facts.lock();
    facts.end_head();
    if facts.is_complete() { Err("the page is done with".into()) } else { Ok(()) }
}
