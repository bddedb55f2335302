//! Reads a page as a stream and remembers a few facts. There is no tree, so nothing to nest too deep.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lol_html::{HandlerResult, MemorySettings, element, end_tag, send, text};

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
type Settings = send::Settings<'static, 'static>;

/// The facts, shared with the parser's handlers.
#[derive(Clone, Default)]
pub(super) struct Shared(Arc<Mutex<Facts>>);

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, Facts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reader {
    /// A reader for a page whose header names this charset.
    pub fn new(charset: Option<&str>) -> Self {
        Self::with(charset, page_handlers)
    }

    /// A reader for a feed whose header names this charset. Without one it is UTF-8, as XML is.
    pub fn of_feed(charset: Option<&str>) -> Self {
        Self::with(charset.or(Some("utf-8")), feed::handlers)
    }

    fn with(charset: Option<&str>, handlers: fn(Settings, &Shared) -> Settings) -> Self {
        let facts = Shared::default();
        let discard: fn(&[u8]) = |_| {};
        let memory = MemorySettings::new().with_max_allowed_memory_usage(PARSER_MEMORY);
        let settings = Settings::new_send().with_strict(false).with_memory_settings(memory);
        let parser = Some(Parser::new(handlers(settings, &facts), discard));
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

fn page_handlers(settings: Settings, facts: &Shared) -> Settings {
    let [title, drawing, title_text, meta, link, script, script_text, base, head, body] =
        std::array::from_fn(|_| facts.clone());
    settings
        .append_element_content_handler(element!("title", move |_| {
            title.lock().open_title();
            Ok(())
        }))
        // The parser counts a drawing's title as HTML, since HTML may stand inside it.
        .append_element_content_handler(element!("svg title", move |_| {
            drawing.lock().pass_over_title();
            Ok(())
        }))
        .append_element_content_handler(text!("title", move |chunk| {
            title_text.lock().title_text(chunk.as_str());
            Ok(())
        }))
        .append_element_content_handler(element!("meta", move |element| {
            let (property, name) = (element.get_attribute("property"), element.get_attribute("name"));
            let name = name.filter(|name| property.as_ref() != Some(name));
            for key in property.iter().chain(&name) {
                meta.lock().meta(key, || element.get_attribute("content"));
            }
            Ok(())
        }))
        .append_element_content_handler(element!("link[href]", move |element| {
            if let (Some(rel), Some(href)) = (element.get_attribute("rel"), element.get_attribute("href")) {
                let (kind, sizes) = (element.get_attribute("type"), element.get_attribute("sizes"));
                link.lock().link(&rel, &href, kind.as_deref(), sizes.as_deref());
            }
            Ok(())
        }))
        .append_element_content_handler(element!("script[type='application/ld+json' i]", move |_| {
            script.lock().open_json_ld();
            Ok(())
        }))
        .append_element_content_handler(text!("script[type='application/ld+json' i]", move |chunk| {
            script_text.lock().json_ld_text(chunk.as_str());
            Ok(())
        }))
        .append_element_content_handler(element!("base[href]", move |element| {
            if let Some(href) = element.get_attribute("href") {
                base.lock().base(&href);
            }
            Ok(())
        }))
        .append_element_content_handler(element!("head", move |element| {
            let head = head.clone();
            element.on_end_tag(end_tag!(move |_| end_head(&head)))
        }))
        .append_element_content_handler(element!("body", move |_| end_head(&body)))
}

/// Stops the parser, by an error that nobody is told, where nothing after the head is wanted.
fn end_head(facts: &Shared) -> HandlerResult {
    let mut facts = facts.lock();
    facts.end_head();
    if facts.is_complete() { Err("the page is done with".into()) } else { Ok(()) }
}
