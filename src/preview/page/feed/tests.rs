use proptest::prelude::*;

use crate::preview::{
    Card,
    page::{Reader, assemble_texts},
};

/// What is found of the feed when it comes in these pieces.
fn feed_of<'a>(charset: Option<&str>, pieces: impl IntoIterator<Item = &'a [u8]>) -> Card {
    let url = "https://www.site.example.com/feed".parse().expect("a URL");
    let mut reader = Reader::of_feed(charset);
    for piece in pieces {
        if !reader.read(piece) {
            break;
        }
    }
    assemble_texts(&url, &reader.finish(), "feed")
}

fn feed(text: &[u8]) -> Card {
    feed_of(None, [text])
}

#[test]
fn a_feed_says_its_title_and_description() {
    for text in [
        "<?xml version='1.0'?><rss><channel><title>t &amp; u</title><description>d</description><item><title>no</title>\
         <description>no</description></item></channel></rss>",
        "<rss><channel><title><![CDATA[t & u]]></title><description><![CDATA[d]]></description><item></item></channel></rss>",
        "<feed><title>t &amp; u</title><subtitle>d</subtitle><entry><title>no</title></entry></feed>",
        "<rss><channel><script/><title type=x>t <b>&amp;</b> u</title><description/>\
         <description>d</description><image><title>no</title><description>no</description></image><item/>",
    ] {
        let found = feed(text.as_bytes());
        assert_eq!(
            (found.title.as_deref(), found.description.as_deref()),
            (Some("t & u"), Some("d")),
            "{text}"
        );
        assert_eq!(found.kind.as_deref(), Some("feed"));
    }
}

#[test]
fn xml_that_is_no_feed_says_nothing() {
    for text in
        ["<urlset><title>t</title></urlset>", "<html><rss><title>t</title>", "<title>t</title>", "rss"]
    {
        assert_eq!(feed(text.as_bytes()).title, None, "{text}");
    }
    let rdf = b"<?xml version='1.0'?><!-- c --><rdf:RDF><channel><title>t</title></channel><item/>";
    assert_eq!(feed(rdf).title.as_deref(), Some("t"));
}

#[test]
fn the_texts_of_a_feed_are_shown_without_their_markup() {
    let texts = |text: &str| {
        let found = feed(text.as_bytes());
        (found.title.unwrap_or_default(), found.description.unwrap_or_default())
    };
    let podcast = "A podcast about maps & more.";
    let html = "<p>A podcast about <b>maps</b> &amp; more.</p>";
    let escaped = html.replace('&', "&amp;").replace('<', "&lt;");
    for description in
        [format!("<![CDATA[{html}]]>"), escaped.clone(), html.to_owned(), podcast.replace('&', "&amp;")]
    {
        let rss = format!("<rss><title>AT&amp;T</title><description>{description}</description><item/>");
        assert_eq!(texts(&rss), ("AT&T".into(), podcast.into()), "{rss}");
    }
    for (title, expected) in [
        ("Tom &amp;amp; Jerry", "Tom & Jerry"),
        ("<![CDATA[Tom &amp; Jerry]]>", "Tom & Jerry"),
        ("<![CDATA[It&#8217;s 1 < 2]]>", "It’s 1 < 2"),
        ("Drawing on &lt;canvas&gt;", "Drawing on <canvas>"),
    ] {
        assert_eq!(texts(&format!("<rss><title>{title}</title><item/>")).0, expected, "{title}");
    }
    let atom = |kind: &str, text: &str| {
        texts(&format!("<feed><title {kind}>{text}</title><subtitle {kind}>{text}</subtitle><entry/>"))
    };
    for (kind, text, expected) in [
        ("type='html'", "Tom &amp;amp; Jerry", "Tom & Jerry"),
        ("type='html'", &escaped, podcast),
        ("type='xhtml'", &format!("<div>{html}</div>"), podcast),
        ("type='xhtml'", "<p>a</p><p>b</p>", "a b"),
        ("type='text'", "On &lt;canvas&gt; &amp;amp; co", "On <canvas> &amp; co"),
        ("", "<![CDATA[On <canvas> &amp; co]]>", "On <canvas> &amp; co"),
    ] {
        assert_eq!(atom(kind, text), (expected.into(), expected.into()), "{kind} {text}");
    }
    let long = format!("<rss><title>t</title><description>{}", "&lt;p&gt;a ".repeat(10_000));
    assert!(texts(&long).1.starts_with("a a a"), "a cut text too");
}

#[test]
fn the_charset_of_xml_is_that_of_its_declaration() {
    let title = |charset, declaration: &str| {
        let rss = [declaration.as_bytes(), b"<rss><title>\xcf\xf0\xe8\xe2\xe5\xf2</title><item/>"].concat();
        let whole = feed_of(charset, [rss.as_slice()]).title;
        assert_eq!(feed_of(charset, rss.chunks(1)).title, whole, "{declaration}");
        whole.unwrap_or_default()
    };
    for declaration in [
        "<?xml version=\"1.0\" encoding=\"windows-1251\"?>",
        "<?xml version='1.0' encoding = 'CP1251' standalone='yes'?>\n",
    ] {
        assert_eq!(title(None, declaration), "Привет", "{declaration}");
        assert_ne!(title(Some("utf-8"), declaration), "Привет", "the header has the last word");
    }
    for other in ["", "<?xml?>", "<?xml encoding=windows-1251?>", "<?xml?><!-- encoding='windows-1251' -->"] {
        assert_eq!(title(None, other), "\u{fffd}".repeat(6), "without one it is UTF-8: {other}");
    }
    let utf_16 = "<?xml encoding='utf-16'?><rss><title>日</title><item/>";
    assert_eq!(feed(utf_16.as_bytes()).title.as_deref(), Some("日"));
}

/// Feeds, well-formed and not.
fn feed_text() -> impl Strategy<Value = String> {
    let parts = [
        "<title>",
        "<title type='html'>",
        "</title>",
        "<description>",
        "</description>",
        "<subtitle type=html>",
        "</subtitle>",
        "<![CDATA[",
        "<title><![CDATA[",
        "<description><![CDATA[a &lt;p&gt;]]>",
        "]]>",
        "<p>",
        "&lt;p&gt;",
        "&amp;amp;",
        "&amp",
        ";",
        "<",
        ">",
        "]",
        "é",
        " ",
        "a",
        "<item>",
    ];
    let root =
        prop::sample::select(vec!["<rss>", "<feed>", "<?xml encoding='windows-1251'?><rss>", "<a>", ""]);
    (root, prop::collection::vec(prop::sample::select(parts.to_vec()), 0..24))
        .prop_map(|(root, parts)| format!("{root}{}", parts.concat()))
}

proptest! {
    #[test]
    fn the_card_of_a_feed_does_not_depend_on_the_pieces(
        feed in feed_text(),
        charset in prop::sample::select(vec![None, Some("utf-8")]),
    ) {
        let whole = feed_of(charset, [feed.as_bytes()]);
        prop_assert_eq!(feed_of(charset, feed.as_bytes().chunks(1)), whole.clone());
        prop_assert_eq!(feed_of(charset, feed.as_bytes().chunks(7)), whole);
    }
}
