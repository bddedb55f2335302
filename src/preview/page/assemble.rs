//! From the facts of a page to its card: Open Graph first, then Twitter, then plain HTML.

use url::Url;

use super::{facts::Facts, text::clean};
use crate::preview::{
    card::Card,
    target::{TargetHost, UrlPolicy},
};

const TITLE_CHARACTERS: usize = 200;
const DESCRIPTION_CHARACTERS: usize = 500;
const NAME_CHARACTERS: usize = 100;
const ALT_CHARACTERS: usize = 300;
const TYPE_CHARACTERS: usize = 50;

/// The largest width or height that is believed, in pixels.
const MAX_PIXELS: u32 = 65_535;

/// The card of the page at `url`. References are resolved and judged by `policy`; what is refused is
/// left out.
pub fn assemble(policy: &UrlPolicy, url: &Url, facts: &Facts) -> Card {
    let sources = Sources { policy, base: base(policy, url, facts), facts };
    let (image, key) = sources.image().unzip();
    // Open Graph's size and text are those of its own image.
    let of_open_graph = key.is_some_and(|key: &str| key.starts_with("og:"));
    let alt: &[&str] = match key {
        Some(_) if of_open_graph => &["og:image:alt", "twitter:image:alt"],
        Some(key) if key.starts_with("twitter:") => &["twitter:image:alt"],
        _ => &[],
    };
    Card {
        url: url.to_string(),
        title: sources.title(),
        description: sources
            .first_text(&["og:description", "twitter:description", "description"], DESCRIPTION_CHARACTERS),
        site_name: sources.first_text(&["og:site_name", "application-name"], NAME_CHARACTERS),
        canonical: sources.canonical(url),
        icon: sources.link("icon").or_else(|| sources.link("apple-touch-icon")),
        kind: sources.first_text(&["og:type"], TYPE_CHARACTERS),
        image_width: sources.pixels("og:image:width").filter(|_| of_open_graph),
        image_height: sources.pixels("og:image:height").filter(|_| of_open_graph),
        image_alt: sources.first_text(alt, ALT_CHARACTERS),
        image,
    }
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
}

impl Sources<'_> {
    fn title(&self) -> Option<String> {
        self.first_text(&["og:title", "twitter:title"], TITLE_CHARACTERS).or_else(|| {
            let title = htmlize::unescape(self.facts.document_title()?);
            clean(&title, TITLE_CHARACTERS)
        })
    }

    /// The image, and what it was found under.
    fn image(&self) -> Option<(String, &'static str)> {
        ["og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src"]
            .into_iter()
            .find_map(|key| Some((self.resolve(self.facts.meta_value(key)?)?, key)))
            .or_else(|| Some((self.link("image_src")?, "image_src")))
    }

    /// The canonical URL, only if it stays on the page's own site: a page does not speak for others.
    fn canonical(&self, url: &Url) -> Option<String> {
        let raw = self.facts.link_target("canonical").or_else(|| self.facts.meta_value("og:url"))?;
        let target = self.policy.judge_reference(&self.base, &reference(raw)).ok()?;
        let TargetHost::Name(name) = target.host() else { return None };
        (site(name) == site(url.host_str()?)).then(|| target.url().to_string())
    }

    fn link(&self, relation: &str) -> Option<String> {
        self.facts.link_target(relation).and_then(|raw| self.resolve(raw))
    }

    fn resolve(&self, raw: &str) -> Option<String> {
        let target = self.policy.judge_reference(&self.base, &reference(raw)).ok()?;
        Some(target.url().to_string())
    }

    fn first_text(&self, keys: &[&str], max_characters: usize) -> Option<String> {
        keys.iter()
            .filter_map(|key| self.facts.meta_value(key))
            .find_map(|raw| clean(&htmlize::unescape_attribute(raw), max_characters))
    }

    fn pixels(&self, key: &str) -> Option<u32> {
        let pixels = self.facts.meta_value(key)?.trim().trim_end_matches("px").parse().ok()?;
        (1..=MAX_PIXELS).contains(&pixels).then_some(pixels)
    }
}

/// A host without its `www.`, which names the same site by custom.
fn site(host: &str) -> &str {
    host.strip_prefix("www.").unwrap_or(host)
}
