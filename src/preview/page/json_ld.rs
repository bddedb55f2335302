//! What a page says about itself in JSON-LD (schema.org).

use serde_json::Value;

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
    /// The first `image`, or `thumbnailUrl`.
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
    documents.into_iter().find_map(|document| content_node(&document).map(of_node)).unwrap_or_default()
}

/// The first node of a content type: the document itself, an element of it, or one of its `@graph`.
fn content_node(document: &Value) -> Option<&Value> {
    let top: Vec<&Value> = document.as_array().map_or_else(|| vec![document], |list| list.iter().collect());
    let graphs = top.iter().filter_map(|node| node["@graph"].as_array()).flatten();
    top.iter().copied().chain(graphs).take(MAX_NODES).find(|node| is_content(&node["@type"]))
}

fn is_content(kind: &Value) -> bool {
    let named = |kind: &Value| {
        kind.as_str().is_some_and(|kind| CONTENT.contains(&kind.rsplit(['/', ':']).next().unwrap_or(kind)))
    };
    named(kind) || kind.as_array().is_some_and(|kinds| kinds.iter().any(named))
}

fn of_node(node: &Value) -> JsonLd {
    let image = first(&node["image"]).or_else(|| first(&node["thumbnailUrl"]));
    JsonLd {
        title: text(&node["headline"]).or_else(|| text(&node["name"])),
        description: text(&node["description"]),
        size: image.and_then(|image| Some((pixels(&image["width"])?, pixels(&image["height"])?))),
        image: image.and_then(|image| {
            text(image).or_else(|| text(&image["url"])).or_else(|| text(&image["contentUrl"]))
        }),
        site_name: first(&node["publisher"]).and_then(|publisher| text(&publisher["name"])),
    }
}

fn first(value: &Value) -> Option<&Value> {
    match value {
        Value::Null => None,
        Value::Array(list) => list.first(),
        other => Some(other),
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned)
}

/// A number, or a text such as `1200` or `1200px`.
fn pixels(value: &Value) -> Option<u32> {
    let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
    number.or_else(|| value.as_str()?.trim_end_matches("px").trim().parse().ok())
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
}
