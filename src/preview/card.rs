//! What a page says about itself, as one small object.

use poem_openapi::Object;
use serde::{Deserialize, Serialize};

/// What a linked page says about itself. Parts that the page lacks are left out.
///
/// Texts come from a stranger: plain text without control and bidirectional formatting characters, of
/// bounded length, never HTML. URLs are absolute, http or https, and lead to a public host as far as
/// the URL alone shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Object, Serialize, Deserialize)]
#[oai(skip_serializing_if_is_none)]
pub struct Card {
    /// The page's URL, after redirects.
    pub url: String,
    /// The page's title, at most 200 characters as a reader counts them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// A sentence or two about the page, at most 500 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The URL of an image for the page. Of the image itself at most the first bytes were fetched, for its size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// The name of the site, at most 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site_name: Option<String>,
    /// The page's preferred URL, if it is on the same site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canonical: Option<String>,
    /// The URL of the site's icon. The icon itself was not fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// What the page is about in Open Graph's terms, for example `article` or `video.movie`.
    #[oai(rename = "type")]
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The image's width in pixels, as the page claims, or else as the image's first bytes say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_width: Option<u32>,
    /// The image's height in pixels, as the page claims, or else as the image's first bytes say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_height: Option<u32>,
    /// What the image shows, in words, at most 300 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_alt: Option<String>,
}
