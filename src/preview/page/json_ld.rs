//! What a page says about itself in JSON-LD (schema.org).

use std::{iter, slice};

use serde_json::Value;

use super::image::pixels_of_json;

/// Types whose name, description and image are those of the page. Those of an organisation, a person or a list of
/// crumbs are not.
const CONTENT: [&str; 26] = [
    "Article",
    "AdvertiserContentArticle",
    "AnalysisNewsArticle",
    "BackgroundNewsArticle",
    "BlogPosting",
    "Book",
    "Course",
    "Dataset",
    "DiscussionForumPosting",
    "Event",
    "LiveBlogPosting",
    "Movie",
    "MusicAlbum",
    "MusicRecording",
    "NewsArticle",
    "OpinionNewsArticle",
    "PodcastEpisode",
    "Product",
    "QAPage",
    "Recipe",
    "ReportageNewsArticle",
    "ReviewNewsArticle",
    "ScholarlyArticle",
    "SoftwareApplication",
    "TechArticle",
    "VideoObject",
];

/// Nodes of one script that are looked at.
const MAX_NODES: usize = 64;

/// The parts of a card that JSON-LD may give, raw: neither cleaned nor judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JsonLd {
    /// `headline`, or `name`.
    pub title: Option<String>,
    /// `description`.
    pub description: Option<String>,
    /// The first `image` that has a URL, or else `thumbnailUrl`.
    pub image: Option<String>,
    /// Its width and height, if it is an object that says them.
    pub size: Option<(u32, u32)>,
    /// The name of the `publisher`.
    pub site_name: Option<String>,
}

/// What the first node of a content type says in these scripts. What is no JSON says nothing; nesting beyond what
/// the parser follows (128) is no JSON to it.
pub fn read<'a>(scripts: impl IntoIterator<Item = &'a str>) -> JsonLd {
    let documents =
        scripts.into_iter().filter_map(|script| serde_json::from_str::<Value>(script.trim()).ok());
    documents.into_iter().find_map(|document| Nodes::of(&document).content()).unwrap_or_default()
}

/// The nodes of one script: the document itself or its elements, and those of their `@graph`.
struct Nodes<'a>(Vec<&'a Value>);

impl<'a> Nodes<'a> {
    fn of(document: &'a Value) -> Self {
        let top = elements(document);
        let graphs = top.iter().filter_map(|node| node["@graph"].as_array()).flatten();
        Self(top.iter().chain(graphs).take(MAX_NODES).collect())
    }

    /// What the first node of a content type says.
    fn content(&self) -> Option<JsonLd> {
        let node = self.0.iter().find(|node| is_content(&node["@type"]))?;
        let mut images =
            [&node["image"], &node["thumbnailUrl"]].into_iter().flat_map(|images| self.meant(images));
        let (image, size) = images.find_map(image).unzip();
        Some(JsonLd {
            title: text(&node["headline"]).or_else(|| text(&node["name"])),
            description: text(&node["description"]),
            image,
            size: size.flatten(),
            site_name: self.meant(&node["publisher"]).find_map(|publisher| text(&publisher["name"])),
        })
    }

    /// What a value means: its elements, and behind each the nodes that it names by their `@id`.
    fn meant(&self, value: &'a Value) -> impl Iterator<Item = &'a Value> {
        elements(value).iter().take(MAX_NODES).flat_map(|element| {
            let id = element["@id"].as_str();
            let named = self.0.iter().copied().filter(move |node| id.is_some() && node["@id"].as_str() == id);
            iter::once(element).chain(named)
        })
    }
}

/// The elements of a list; anything else is the one element of its own.
fn elements(value: &Value) -> &[Value] {
    value.as_array().map_or_else(|| slice::from_ref(value), Vec::as_slice)
}

fn is_content(kind: &Value) -> bool {
    let named = |kind: &Value| {
        kind.as_str().is_some_and(|kind| CONTENT.contains(&kind.rsplit(['/', ':']).next().unwrap_or(kind)))
    };
    named(kind) || kind.as_array().is_some_and(|kinds| kinds.iter().any(named))
}

/// The URL of an image, and its size if it says it.
fn image(value: &Value) -> Option<(String, Option<(u32, u32)>)> {
    let url = [value, &value["url"], &value["contentUrl"]].into_iter().find_map(text)?;
    Some((url, pixels_of_json(&value["width"]).zip(pixels_of_json(&value["height"]))))
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::{JsonLd, read};

    #[test]
    fn a_node_of_content_speaks_for_the_page_wherever_it_stands() {
        let node = r#"{"@type":"NewsArticle","headline":"h","name":"n","description":"d","image":["/i.png"],
                       "publisher":{"@type":"Organization","name":"p"}}"#;
        let expected = JsonLd {
            title: Some("h".into()),
            description: Some("d".into()),
            image: Some("/i.png".into()),
            size: None,
            site_name: Some("p".into()),
        };
        let organisation = r#"{"@type":"Organization","name":"o"}"#;
        for script in [
            node.to_owned(),
            format!("[{organisation},{node}]"),
            format!(r#"{{"@context":"x","@graph":[{organisation},{node}]}}"#),
            node.replace(r#""NewsArticle""#, r#"["Thing","https://schema.org/Article"]"#),
        ] {
            assert_eq!(read([script.as_str()]), expected, "{script}");
            assert_eq!(read(["no json", organisation, &script]), expected, "{script}");
        }
    }

    #[test]
    fn what_is_not_content_says_nothing() {
        let deep = "[".repeat(100_000);
        for script in ["", "null", "[]", "{}", r#"{"@type":"Person","name":"x"}"#, "{\"@type\":", &deep] {
            assert_eq!(read([script]), JsonLd::default());
        }
        let odd = r#"{"@type":"Article","headline":7,"name":" ","image":{"url":[]},"publisher":"x"}"#;
        assert_eq!(read([odd]), JsonLd::default());
    }

    #[test]
    fn an_image_object_has_its_size() {
        let found =
            read([r#"{"@type":"Product","name":"n","image":{"url":"/i","width":"12px","height":7}}"#]);
        assert_eq!((found.image.as_deref(), found.size), (Some("/i"), Some((12, 7))));
    }

    #[test]
    fn what_a_node_names_stands_elsewhere_in_the_graph() {
        let graph = r##"{"@context":"https://schema.org","@graph":[
            {"@type":"Article","@id":"https://s/#article","headline":"h","publisher":{"@id":"https://s/#organization"},
             "image":{"@id":"https://s/#primaryimage"},"thumbnailUrl":"https://s/t.jpg"},
            {"@type":"ImageObject","@id":"https://s/#primaryimage","url":"https://s/i.jpg","width":1200,"height":675},
            {"@type":"Organization","@id":"https://s/#organization","name":"o"}]}"##;
        let found = read([graph]);
        assert_eq!((found.image.as_deref(), found.size), (Some("https://s/i.jpg"), Some((1200, 675))));
        assert_eq!(found.site_name.as_deref(), Some("o"));
        let found =
            read([graph.replace("ImageObject", "Thing").replace(r#""url":"https://s/i.jpg","#, "").as_str()]);
        assert_eq!((found.image.as_deref(), found.size), (Some("https://s/t.jpg"), None));
    }

    #[test]
    fn the_first_image_with_a_url_counts() {
        for images in [
            r#"["","/i.png"]"#,
            r#"[{"name":"n"},{"contentUrl":"/i.png"}]"#,
            r#"[],"thumbnailUrl":["/i.png"]"#,
        ] {
            let found = read([format!(r#"{{"@type":"Product","image":{images}}}"#).as_str()]);
            assert_eq!(found.image.as_deref(), Some("/i.png"), "{images}");
        }
    }
}
