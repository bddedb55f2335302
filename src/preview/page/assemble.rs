//! From the facts of a page to its card: Open Graph first, then Twitter, JSON-LD, and plain HTML. Only `<title>` comes
//! before JSON-LD, whose headline is on some large sites that of something else, and the plain description before
//! Twitter's, which repeats it or is the beginning of the text.

use std::cell::OnceCell;

use url::Url;

use super::{
    facts::Facts,
    image::pixels,
    json_ld::{self, JsonLd},
    markup::without_tags,
    text::clean,
};
use crate::preview::{
    card::Card,
    target::{Target, TargetHost, UrlPolicy},
};

pub(super) const TITLE_CHARACTERS: usize = 200;
const DESCRIPTION_CHARACTERS: usize = 500;
pub(super) const NAME_CHARACTERS: usize = 100;
const ALT_CHARACTERS: usize = 300;
const TYPE_CHARACTERS: usize = 50;

/// The card of the page at `url`. References are resolved and judged by `policy`; what is refused is
/// left out.
pub fn assemble(policy: &UrlPolicy, url: &Url, facts: &Facts) -> Card {
    let sources = Sources { policy, base: base(policy, url, facts), facts, json_ld: OnceCell::new() };
    let (image, key) = sources.image().unzip();
    let (image_width, image_height) = sources.image_size(key).unzip();
    let mut card = Card {
        url: url.as_str().to_owned(),
        title: sources.title(),
        description: sources.description(),
        site_name: sources.site_name(),
        canonical: sources.canonical(url),
        icon: sources.icon(),
        kind: sources.first_text(&["og:type"], TYPE_CHARACTERS),
        image_width: image_width.flatten(),
        image_height: image_height.flatten(),
        image_alt: sources.image_alt(key),
        image,
    };
    facts.opt_out().apply(&mut card);
    card
}

/// The card of what is at `url` and has nothing but texts: a feed, a PDF. They may be HTML.
pub fn assemble_texts(url: &Url, facts: &Facts, kind: &str) -> Card {
    let cleaned = |html: Option<&str>, most| clean(&htmlize::unescape(without_tags(html?)), most);
    Card {
        url: url.as_str().to_owned(),
        title: cleaned(facts.document_title(), TITLE_CHARACTERS),
        description: cleaned(facts.meta_value("description"), DESCRIPTION_CHARACTERS),
        kind: Some(kind.to_owned()),
        ..Card::default()
    }
}

/// Where the oEmbed endpoint that the page names is, if it may be asked.
pub fn oembed_endpoint(policy: &UrlPolicy, url: &Url, facts: &Facts) -> Option<Target> {
    policy.judge_reference(&base(policy, url, facts), &reference(facts.oembed_target()?)).ok()
}

/// What references are relative to: `<base>` where it is itself a URL that could be fetched.
fn base(policy: &UrlPolicy, url: &Url, facts: &Facts) -> Url {
    facts
        .base_target()
        .and_then(|href| policy.judge_reference(url, &reference(href)).ok())
        .map_or_else(|| url.clone(), |target| target.url().clone())
}

/// A reference in an attribute as the URL parser takes it: decoded and trimmed.
fn reference(raw: &str) -> String {
    htmlize::unescape_attribute(raw).trim().to_owned()
}

struct Sources<'a> {
    policy: &'a UrlPolicy,
    base: Url,
    facts: &'a Facts,
    /// Parsed only for a card that lacks something: many pages have a lot of it.
    json_ld: OnceCell<JsonLd>,
}

/// Where an image was found that stands in JSON-LD.
const JSON_LD: &str = "json-ld";

impl Sources<'_> {
    fn json_ld(&self) -> &JsonLd {
        self.json_ld.get_or_init(|| json_ld::read(self.facts.json_ld_scripts()))
    }

    fn title(&self) -> Option<String> {
        self.first_text(&["og:title", "twitter:title"], TITLE_CHARACTERS)
            .or_else(|| clean(&htmlize::unescape(self.facts.document_title()?), TITLE_CHARACTERS))
            .or_else(|| of_json_ld(self.json_ld().title.as_ref(), TITLE_CHARACTERS))
    }

    fn description(&self) -> Option<String> {
        self.first_text(&["og:description", "description", "twitter:description"], DESCRIPTION_CHARACTERS)
            .or_else(|| clean(&of_html(self.json_ld().description.as_ref()?), DESCRIPTION_CHARACTERS))
    }

    fn site_name(&self) -> Option<String> {
        self.first_text(&["og:site_name"], NAME_CHARACTERS)
            .or_else(|| of_json_ld(self.json_ld().site_name.as_ref(), NAME_CHARACTERS))
            .or_else(|| self.first_text(&["application-name"], NAME_CHARACTERS))
    }

    /// The image, and what it was found under.
    fn image(&self) -> Option<(String, &'static str)> {
        ["og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src"]
            .into_iter()
            .find_map(|key| Some((self.resolve(self.facts.meta_value(key)?)?, key)))
            .or_else(|| Some((self.resolve_plain(self.json_ld().image.as_deref()?)?, JSON_LD)))
            .or_else(|| Some((self.link("image_src")?, "image_src")))
    }

    /// The size that stands where the image was found: Open Graph's and JSON-LD's are those of their own image.
    fn image_size(&self, key: Option<&str>) -> Option<(Option<u32>, Option<u32>)> {
        match key? {
            JSON_LD => {
                let (width, height) = self.json_ld().size?;
                Some((Some(width), Some(height)))
            }
            key if key.starts_with("og:") => {
                let side = |key| pixels(&htmlize::unescape_attribute(self.facts.meta_value(key)?));
                Some((side("og:image:width"), side("og:image:height")))
            }
            _ => None,
        }
    }

    fn image_alt(&self, key: Option<&str>) -> Option<String> {
        match key? {
            key if key.starts_with("og:") => {
                self.first_text(&["og:image:alt", "twitter:image:alt"], ALT_CHARACTERS)
            }
            key if key.starts_with("twitter:") => self.first_text(&["twitter:image:alt"], ALT_CHARACTERS),
            _ => None,
        }
    }

    fn icon(&self) -> Option<String> {
        self.facts.icons().find_map(|raw| self.resolve(raw))
    }

    /// The canonical URL, only if it stays on the page's own site: a page does not speak for others.
    fn canonical(&self, url: &Url) -> Option<String> {
        let raw = self.facts.link_target("canonical").or_else(|| self.facts.meta_value("og:url"))?;
        let target = self.policy.judge_reference(&self.base, &reference(raw)).ok()?;
        let TargetHost::Name(name) = target.host() else { return None };
        (site(name) == site(url.host_str()?)).then(|| target.url().as_str().to_owned())
    }

    fn link(&self, relation: &str) -> Option<String> {
        self.facts.link_target(relation).and_then(|raw| self.resolve(raw))
    }

    fn resolve(&self, raw: &str) -> Option<String> {
        self.resolve_plain(&reference(raw))
    }

    /// The same for a reference that does not come from an attribute.
    fn resolve_plain(&self, reference: &str) -> Option<String> {
        let target = self.policy.judge_reference(&self.base, reference.trim()).ok()?;
        Some(target.url().as_str().to_owned())
    }

    fn first_text(&self, keys: &[&str], max_characters: usize) -> Option<String> {
        keys.iter()
            .filter_map(|key| self.facts.meta_value(key))
            .find_map(|raw| clean(&htmlize::unescape_attribute(raw), max_characters))
    }
}

/// Text of JSON-LD, in which many sites write character references as if it were HTML.
fn of_json_ld(text: Option<&String>, max_characters: usize) -> Option<String> {
    clean(&htmlize::unescape(text?.as_str()), max_characters)
}

/// The text of what is HTML on some sites, escaped on others.
fn of_html(text: &str) -> String {
    let html = if text.contains('<') { text.into() } else { htmlize::unescape(text) };
    htmlize::unescape(without_tags(&html)).into_owned()
}

/// A host without its `www.`, which names the same site by custom.
fn site(host: &str) -> &str {
    host.strip_prefix("www.").unwrap_or(host)
}
