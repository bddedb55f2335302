//! Which links a text has.

use linkify::{LinkFinder, LinkKind};
use url::Url;

/// A message gets cards for this many links at most, the first ones.
const MOST: usize = 5;

/// The http and https links of a text, in its order, each once; five at most.
pub fn links(text: &str) -> Vec<Url> {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    let mut found: Vec<Url> = Vec::new();
    for link in finder.links(text) {
        let Ok(mut url) = Url::parse(link.as_str()) else { continue };
        // What follows the # is for the reader's browser alone.
        url.set_fragment(None);
        if matches!(url.scheme(), "http" | "https") && !found.contains(&url) {
            found.push(url);
        }
        if found.len() == MOST {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_links_in_the_order_of_the_text() {
        let text = "see https://b.example/x, (http://a.example/y(z)) and ftp://c.example or mail me@d.example: \
                    https://b.example/x#part";
        let found: Vec<_> = links(text).into_iter().map(String::from).collect();
        assert_eq!(found, ["https://b.example/x", "http://a.example/y(z)"]);
    }

    #[test]
    fn stops_at_five() {
        let text: String = (0..9).map(|i| format!("https://a.example/{i} ")).collect();
        assert_eq!(links(&text).len(), MOST);
    }
}
