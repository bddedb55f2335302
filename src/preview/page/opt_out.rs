//! What a page asks those who show it elsewhere to leave out: `X-Robots-Tag` and `<meta name=robots>`.

use crate::preview::card::Card;

/// The name by which a page can address us alone.
const AGENT: &str = "natter-preview";

/// Directives that have a value behind a colon; before any other colon stands the name of an agent.
const VALUED: [&str; 4] = ["max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"];

/// Parts of a card that its page does not want shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OptOut {
    /// No text of the page: `nosnippet`, `max-snippet:0`.
    text: bool,
    /// No image of the page: `noimageindex`, `max-image-preview:none`.
    image: bool,
}

impl OptOut {
    /// Reads one field value or one attribute; values for other agents are passed over. `noindex` is a word to
    /// search engines and says nothing about a link that somebody posted.
    #[must_use]
    pub fn and(mut self, directives: &str) -> Self {
        let mut ours = true;
        for part in directives.split(',') {
            let part = part.trim().to_ascii_lowercase();
            let (mut name, mut value) = part.split_once(':').unwrap_or((&part, ""));
            // No agent has a space in its name. A date has, behind whose comma its time would be taken for one.
            let is_agent = !VALUED.contains(&name.trim()) && !name.trim().contains(char::is_whitespace);
            if part.contains(':') && is_agent {
                ours = name.trim() == AGENT;
                (name, value) = value.split_once(':').unwrap_or((value, ""));
            }
            match (name.trim(), value.trim()) {
                ("nosnippet", _) | ("max-snippet", "0") => self.text |= ours,
                ("noimageindex", _) | ("max-image-preview", "none") => self.image |= ours,
                _ => {}
            }
        }
        self
    }

    /// What either of them does not want shown.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self { text: self.text || other.text, image: self.image || other.image }
    }

    /// Whether no image is to be shown.
    pub fn wants_no_image(self) -> bool {
        self.image
    }

    /// Takes out of the card what is not to be shown.
    pub fn apply(self, card: &mut Card) {
        if self.text {
            card.description = None;
        }
        if self.image {
            (card.image, card.image_alt, card.image_width, card.image_height) = (None, None, None, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::OptOut;

    #[test]
    fn directives_for_all_and_for_us_count() {
        let read = |directives| {
            let found = OptOut::default().and(directives);
            (found.text, found.image)
        };
        for (directives, expected) in [
            ("", (false, false)),
            ("noindex, nofollow", (false, false)),
            ("noindex, NoSnippet", (true, false)),
            ("noimageindex", (false, true)),
            ("max-snippet:0, max-image-preview: none", (true, true)),
            ("max-snippet:50, max-image-preview:large", (false, false)),
            ("otherbot: nosnippet, noimageindex", (false, false)),
            ("otherbot: nosnippet, natter-preview: noimageindex", (false, true)),
            ("natter-preview: max-snippet: 0", (true, false)),
            ("unavailable_after: Wed, 25 Jun 2025 15:00:00 GMT, nosnippet", (true, false)),
            ("otherbot: unavailable_after: Wed, 25 Jun 2025 15:00:00 GMT, nosnippet", (false, false)),
        ] {
            assert_eq!(read(directives), expected, "{directives}");
        }
    }
}
