use std::fmt::Write;

use proptest::prelude::*;
use url::Url;

use super::{Reader, assemble, extract};
use crate::{
    preview::{Card, target::UrlPolicy},
    settings::FetchSettings,
};

const PAGE: &str = "https://www.site.example.com/a/b?c";

fn policy() -> UrlPolicy {
    UrlPolicy::from(&FetchSettings::defaults())
}

fn page_url() -> Url {
    PAGE.parse().expect("a URL")
}

fn of_bytes(charset: Option<&str>, page: &[u8]) -> Card {
    extract(&policy(), &page_url(), charset, page)
}

fn card(page: &str) -> Card {
    of_bytes(Some("utf-8"), page.as_bytes())
}

/// What is found of the page when it comes in these pieces.
fn of_pieces<'a>(charset: Option<&str>, pieces: impl IntoIterator<Item = &'a [u8]>) -> Card {
    let mut reader = Reader::new(charset);
    for piece in pieces {
        if !reader.read(piece) {
            break;
        }
    }
    assemble(&policy(), &page_url(), &reader.finish())
}

#[test]
fn a_page_that_says_nothing_has_a_card_with_its_url() {
    assert_eq!(card(""), Card { url: PAGE.into(), ..Card::default() });
}

#[test]
fn open_graph_comes_before_twitter_and_twitter_before_html_but_for_the_description() {
    let html = "<title>html</title><meta name=description content='d html'><meta name=application-name content=n>\
                <link rel=image_src href=/html.png>";
    let twitter = "<meta name=twitter:title content=twitter><meta name=twitter:description content='d twitter'>\
                   <meta name=twitter:image content=/twitter.png><meta name=twitter:image:alt content='a twitter'>";
    let open_graph = "<meta property=og:title content=og><meta property=og:description content='d og'>\
                      <meta property=og:image content=/og.png><meta property=og:image:alt content='a og'>\
                      <meta property=og:site_name content=s><meta property=og:type content=article>";
    for (page, title, description, alt) in [
        (html.to_owned(), "html", "d html", None),
        (twitter.to_owned(), "twitter", "d twitter", Some("a twitter")),
        (format!("{html}{twitter}"), "twitter", "d html", Some("a twitter")),
        (format!("{html}{twitter}{open_graph}"), "og", "d og", Some("a og")),
    ] {
        let card = card(&page);
        assert_eq!(card.title.as_deref(), Some(title));
        assert_eq!(card.description.as_deref(), Some(description));
        assert_eq!(card.image, Some(format!("https://www.site.example.com/{title}.png")));
        assert_eq!(card.image_alt.as_deref(), alt);
        let site_name = if page == twitter { None } else { Some(if title == "og" { "s" } else { "n" }) };
        assert_eq!(card.site_name.as_deref(), site_name);
        assert_eq!(card.kind.as_deref(), (title == "og").then_some("article"));
    }
}

#[test]
fn the_first_of_each_that_says_something_counts() {
    let card = card(
        "<title> </title><title>one</title><title>two</title><meta name=description content=' '>\
         <meta name=description content=d1><meta name=description content=d2>\
         <meta property=og:image content=/1.png><meta property=og:image:width content=10>\
         <meta property=og:image content=/2.png><meta property=og:image:width content=20>\
         <meta property=og:image:height content=20><link rel=icon href=/1.ico><link rel=icon href=/2.ico>",
    );
    assert_eq!(card.title.as_deref(), Some("one"));
    assert_eq!(card.description.as_deref(), Some("d1"));
    assert_eq!(card.image.as_deref(), Some("https://www.site.example.com/1.png"));
    assert_eq!((card.image_width, card.image_height), (Some(10), None), "each image has a size of its own");
    assert_eq!(card.icon.as_deref(), Some("https://www.site.example.com/1.ico"));
}

#[test]
fn names_are_read_in_any_case_and_from_either_attribute() {
    let card = card(
        "<META NAME=Description CONTENT=d><meta name=OG:Title content=t>\
         <meta name=twitter:image property=og:image content=/i.png><meta property=og:image:width content=7px>",
    );
    assert_eq!((card.title.as_deref(), card.description.as_deref()), (Some("t"), Some("d")));
    assert_eq!((card.image.is_some(), card.image_width), (true, Some(7)));
}

#[test]
fn the_size_of_a_refused_image_is_not_that_of_another() {
    let card = card(
        "<meta property=og:image content=http://10.0.0.1/i.png><meta property=og:image:width content=10>\
         <meta property=og:image:alt content=og><meta name=twitter:image content=/t.png>",
    );
    assert_eq!(card.image.as_deref(), Some("https://www.site.example.com/t.png"));
    assert_eq!((card.image_width, card.image_alt), (None, None));
}

#[test]
fn references_are_relative_to_the_base_and_judged() {
    let image = |base: &str, reference: &str| {
        card(&format!("<base href='{base}'><meta property=og:image content='{reference}'>")).image
    };
    let cases = [
        ("", "i.png", Some("https://www.site.example.com/a/i.png")),
        ("/x/", "i.png", Some("https://www.site.example.com/x/i.png")),
        ("https://cdn.example.net/", " i.png?a&amp;b ", Some("https://cdn.example.net/i.png?a&b")),
        ("https://cdn.example.net/", "//img.example.net/i", Some("https://img.example.net/i")),
        // A base that is refused is none.
        ("http://127.0.0.1/", "i.png", Some("https://www.site.example.com/a/i.png")),
        ("javascript:x", "i.png", Some("https://www.site.example.com/a/i.png")),
        ("", "http://169.254.169.254/i.png", None),
        ("", "http://localhost/i.png", None),
        ("", "https://user@img.example.net/i.png", None),
        ("", "https://img.example.net:8080/i.png", None),
        ("", "data:image/png;base64,AAAA", None),
        ("", "javascript:alert(1)", None),
    ];
    for (base, reference, expected) in cases {
        assert_eq!(image(base, reference).as_deref(), expected, "{base} {reference}");
    }
    let twice = card("<base href=https://one.example.net/><base href=/two/><link rel=icon href=i>");
    assert_eq!(twice.icon.as_deref(), Some("https://one.example.net/i"));
}

#[test]
fn the_canonical_url_stays_on_the_site() {
    let canonical = |html: &str| card(html).canonical;
    let link = |href: &str| canonical(&format!("<link rel=canonical href='{href}'>"));
    assert_eq!(link("/a").as_deref(), Some("https://www.site.example.com/a"));
    assert_eq!(link("https://site.example.com/a").as_deref(), Some("https://site.example.com/a"));
    assert_eq!(link("https://other.example.com/a"), None);
    assert_eq!(link("https://site.example.com.evil.example.net/a"), None);
    assert_eq!(link("http://8.8.8.8/"), None);
    let open_graph = "<meta property=og:url content=/og>";
    assert_eq!(canonical(open_graph).as_deref(), Some("https://www.site.example.com/og"));
}

#[test]
fn an_icon_is_any_link_that_says_so() {
    let icon = |html: &str| card(html).icon.unwrap_or_default();
    assert!(icon("<link rel='shortcut ICON' href=/s.ico>").ends_with("/s.ico"));
    assert!(icon("<link rel=icon href=/i.png><link rel=apple-touch-icon href=/t.png>").ends_with("/t.png"));
    assert!(icon("<link rel=icon href=data:,><link rel=apple-touch-icon href=/t.png>").ends_with("/t.png"));
    assert_eq!(icon("<link rel=mask-icon href=/m.svg><link rel=icon>"), "");
}

#[test]
fn the_icon_that_fits_best_is_chosen() {
    let icon = |html: &str| card(html).icon.unwrap_or_default();
    let sizes = "<link rel=icon sizes=16x16 href=/16><link rel=icon sizes='32x32 128x128' href=/128>\
                 <link rel=icon sizes=512x512 href=/512><link rel=icon sizes=any href=/any>";
    assert!(icon(sizes).ends_with("/128"));
    assert!(icon(&sizes.replace("128", "8").replace("512", "9")).ends_with("/any"));
    let touch = "<link rel=apple-touch-icon href=/t.png>";
    assert!(icon(&format!("{touch}{sizes}")).ends_with("/128"));
    assert!(icon(&format!("{sizes}{touch}").replace("128", "8")).ends_with("/t.png"));
}

#[test]
fn an_icon_that_no_thumbnail_is_made_of_is_the_last_resort() {
    let icon = |html: &str| card(html).icon.unwrap_or_default();
    let drawings = "<link rel=icon href=/favicon.ico sizes=64x64><link rel=icon href=/icon.svg type=image/svg+xml>\
                    <link rel=icon href='/i&#x2E;SVG?v=1' sizes=64x64><link rel=icon type='image&#x2F;x-icon' href=/x>";
    assert!(icon(drawings).ends_with("/favicon.ico"));
    for other in [
        "<link rel=icon href=/i.png>",
        "<link rel=icon sizes=16x16 href=/i.png>",
        "<link rel=apple-touch-icon href=/i.png>",
    ] {
        assert!(icon(&format!("{drawings}{other}")).ends_with("/i.png"), "{other}");
    }
}

#[test]
fn json_ld_comes_after_the_texts_of_html_and_twitter() {
    let script = r#"<script type="Application/LD+json">{"@type":"Article","headline":"ld &amp; co","description":"d ld",
        "image":{"url":"/ld.png","width":3,"height":4},"publisher":{"name":"p"}}</script>"#;
    let html = "<title>html</title><meta name=description content=d>";
    let found = card(&format!("{script}{html}"));
    assert_eq!((found.title.as_deref(), found.description.as_deref()), (Some("html"), Some("d")));
    let found = card(script);
    assert_eq!((found.title.as_deref(), found.description.as_deref()), (Some("ld & co"), Some("d ld")));
    assert_eq!((found.image_width, found.site_name.as_deref()), (Some(3), Some("p")));
    assert!(found.image.is_some_and(|image| image.ends_with("/ld.png")));
    let found = card(&format!("{script}<meta name=twitter:title content=tw>"));
    assert_eq!(found.title.as_deref(), Some("tw"));
    let private = script.replace("/ld.png", "http://10.0.0.1/");
    assert_eq!((card(&private).image, card(&private).image_width), (None, None));
    for html in ["<p>d<br>&amp; <b>ld</b></p>", "&lt;p&gt;d &amp;amp; ld&lt;/p&gt;", "d &amp; ld"] {
        let found = card(&script.replace("d ld", html));
        assert_eq!(found.description.as_deref(), Some("d & ld"), "{html}");
    }
    let long = script.replace("d ld", &"x".repeat(70_000));
    assert_eq!(card(&long).title, None, "too long a script says nothing");
}

#[test]
fn what_the_page_wants_left_out_is_left_out() {
    let found = card(
        "<meta name=robots content='nosnippet, noimageindex'><title>t</title><meta name=description content=d>\
                      <meta property=og:image content=/i.png><meta property=og:image:width content=3>",
    );
    assert_eq!((found.title.as_deref(), found.description, found.image), (Some("t"), None, None));
    assert_eq!(found.image_width, None);
    for robots in [
        "<meta name=robots content='index, max-image-preview:large'><meta name=Robots content='nosnippet, noimageindex'>",
        "<meta name=robots content=nosnippet><meta name=robots content=noimageindex>",
        "<meta name=robots content='noimageindex&#x2C;&#x20;nosnippet'>",
    ] {
        let found = card(&format!(
            "{robots}<meta name=description content=d><meta property=og:image content=/i.png>"
        ));
        assert_eq!((found.description, found.image), (None, None), "{robots}");
    }
}

#[test]
fn character_references_are_decoded_before_text_is_cleaned() {
    let card = card(
        "<title>Tom &amp; J&eacute;r&#244;me &lt;b&gt; &#x202e;txt&#0;&NotEqualTilde;</title>\
         <meta name=description content='a &quot;b&quot; &copy=1 &copy; c&#10;d&#x2066;'>",
    );
    assert_eq!(card.title.as_deref(), Some("Tom & Jérôme <b> txt\u{fffd}≂̸"));
    assert_eq!(card.description.as_deref(), Some("a \"b\" &copy=1 © c d"));
}

#[test]
fn attributes_are_read_decoded_whichever_they_are() {
    // Some frameworks write every character but letters as a reference.
    let card = card(
        "<meta property='og&#x3A;title' content='a&#x20;b'><meta name='descrip&#116;ion' content='c&#x20;d'>\
         <meta property='og&#x3A;image' content='&#x2F;k'><meta property='og&#x3A;image&#x3A;width' content='7&#x20;px'>\
         <link rel='shortcut&#x20;icon' sizes='64&#x78;64' href='&#x2F;i'><link rel=icon sizes=32x32 href=/j>\
         <script type='application&#x2F;ld&#x2B;json'>{\"@type\":\"Article\",\"publisher\":{\"name\":\"p\"}}</script>",
    );
    assert_eq!((card.title.as_deref(), card.description.as_deref()), (Some("a b"), Some("c d")));
    assert_eq!(card.icon.as_deref(), Some("https://www.site.example.com/i"));
    assert_eq!(card.image.as_deref(), Some("https://www.site.example.com/k"));
    assert_eq!((card.image_width, card.site_name.as_deref()), (Some(7), Some("p")));
    let charset = b"<meta http-equiv='Content&#x2D;Type' content='text&#x2F;html&#x3B;&#x20;charset&#x3D;koi8-r'><title>\xf2</title>";
    assert_eq!(of_bytes(None, charset).title.as_deref(), Some("Р"));
}

#[test]
fn only_the_title_of_the_page_is_its_title() {
    let drawing = "<svg><title>drawing</title></svg>";
    assert_eq!(card(drawing).title, None);
    assert_eq!(card(&format!("{drawing}<title>page</title>")).title.as_deref(), Some("page"));
    assert_eq!(card(&format!("<title>page</title>{drawing}")).title.as_deref(), Some("page"));
    let in_body = "<head></head><body><p>text</p><title>late</title>";
    assert_eq!(card(in_body).title.as_deref(), Some("late"));
    for hidden in
        ["<!-- <title>no</title> -->", "<script>'<title>no</title>'</script>", "<textarea><title>no"]
    {
        assert_eq!(card(hidden).title, None, "{hidden}");
    }
    assert_eq!(card("<title>a <b>tag</b>").title.as_deref(), Some("a <b>tag</b>"));
}

#[test]
fn reading_stops_at_a_full_head_and_goes_on_past_an_empty_one() {
    let full = "<head><title>t</title><meta property=og:title content=o></head>";
    let mut reader = Reader::new(Some("utf-8"));
    assert!(!reader.read(full.as_bytes()), "the head says it all");
    // What comes in the same piece as the head's end is the body's word all the same.
    let late = "<body><meta name=description content=late><link rel=icon href=/late><base href=/late>";
    assert_eq!(card(&format!("{full}{late}")), card(full));

    let mut reader = Reader::new(Some("utf-8"));
    assert!(reader.read(b"<head><title>t</title></head><body><meta property=og:title content=o>"));
    assert!(reader.read(b"<meta property=og:image content=/i.png><meta property=og:description content=d>"));
    let late = assemble(&policy(), &page_url(), &reader.finish());
    assert_eq!((late.title.as_deref(), late.description.as_deref()), (Some("o"), Some("d")));
    assert!(late.image.is_some(), "Open Graph in the body is read to its end");
}

#[test]
fn a_page_that_is_cut_anywhere_gives_what_it_said_before() {
    let page = "<title>t</title><meta name=description content=d><link rel=icon href=/i>";
    for end in 0..=page.len() {
        let card = card(&page[..end]);
        assert_eq!(card.description.is_some(), end >= page.find("<link").expect("a link"), "{end}");
        assert_eq!(card.icon.is_some(), end == page.len(), "{end}");
        assert_eq!(card.title.is_some(), end >= "<title>t".len(), "{end}");
    }
}

#[test]
fn the_charset_is_that_of_the_mark_the_header_the_page_or_the_text() {
    let title = |charset, bytes: &[u8]| of_bytes(charset, bytes).title.unwrap_or_default();
    let latin = b"<title>caf\xe9</title>";
    assert_eq!(title(Some("iso-8859-1"), latin), "café");
    assert_eq!(title(Some("nonsense"), latin), "café", "an unknown label is none");
    assert_eq!(title(None, b"<meta charset=windows-1251><title>\xcf\xf0\xe8\xe2\xe5\xf2</title>"), "Привет");
    let http_equiv =
        b"<meta http-equiv=Content-Type content='text/html; Charset=\"Shift_JIS\"'><title>\x93\xfa</title>";
    assert_eq!(title(None, http_equiv), "日");
    assert_eq!(title(Some("utf-8"), b"<meta charset=windows-1251><title>caf\xc3\xa9</title>"), "café");
    assert_eq!(title(Some("windows-1251"), "\u{feff}<title>café</title>".as_bytes()), "café");
    for (mark, big) in [(b"\xff\xfe", false), (b"\xfe\xff", true)] {
        let units = "<title>日</title>".encode_utf16();
        let text = units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() });
        assert_eq!(title(None, &mark.iter().copied().chain(text).collect::<Vec<_>>()), "日");
    }
    assert_eq!(
        title(None, b"<meta charset=utf-16><title>caf\xc3\xa9</title>"),
        "café",
        "it can be read: no UTF-16"
    );
    assert_eq!(title(None, "<title>日本語</title>".as_bytes()), "日本語");
    assert_eq!(title(None, b"<title>caf\xe9 cr\xe8me</title>"), "café crème");
    assert_eq!(title(None, b"<title>caf\xc3\xa9 cr\xe8me</title>"), "cafÃ© crème", "not all of it is UTF-8");
    let xml = b"<?xml version='1.0' encoding='windows-1251'?><title>\xcf\xf0</title>";
    assert_eq!(title(None, xml), "Пр");
    let both =
        b"<?xml version='1.0' encoding='windows-1251'?><meta charset=iso-8859-1><title>caf\xe9</title>";
    assert_eq!(title(None, both), "café", "<meta> comes first");
    let far = format!("<!-- {} --><title>日本語</title>", " ".repeat(10_000));
    assert_eq!(title(None, far.as_bytes()), "日本語", "nothing but ASCII may still become UTF-8");
}

#[test]
fn what_is_too_large_is_cut_or_passed_over() {
    let long = "x".repeat(50_000);
    let page =
        format!("<title>t</title><meta name=description content='{long}'><link rel=icon href=/{long}>");
    let found = card(&page);
    assert_eq!(found.description.map(|text| text.chars().count()), Some(500));
    assert_eq!(found.icon, None, "no URL is that long");
    assert_eq!(card(&format!("<title>{long}")).title.map(|text| text.chars().count()), Some(200));

    // A tag beyond what is held of one is passed over.
    let huge =
        |tag| format!("<title>t</title><{tag} content='{}'><link rel=icon href=/i>", "x".repeat(1 << 20));
    assert_eq!(card(&huge("meta name=description")), card("<title>t</title><link rel=icon href=/i>"));
}

#[test]
fn nesting_costs_nothing_and_tags_have_a_budget() {
    let deep = "<div><svg><g><math>".repeat(50_000);
    assert_eq!(card(&format!("<title>t</title>{deep}")).title.as_deref(), Some("t"));
    let metas = |count: usize| {
        (0..count).fold(String::new(), |mut page, number| {
            write!(page, "<meta name=k{number} content=v>").expect("a String takes it");
            page
        })
    };
    assert_eq!(card(&format!("{}<title>t</title>", metas(4000))).title.as_deref(), Some("t"));
    assert_eq!(card(&format!("{}<title>t</title>", metas(5000))).title, None, "the tags have a budget");
}

#[test]
fn a_title_longer_than_is_kept_is_cut_at_the_same_place_in_any_pieces() {
    let page = format!("<title>{}é{}end", " ".repeat(8191), "x".repeat(10));
    let whole = of_pieces(Some("utf-8"), [page.as_bytes()]);
    assert_eq!(whole, of_pieces(Some("utf-8"), page.as_bytes().chunks(1)));
    assert_eq!(whole, of_pieces(Some("utf-8"), page.as_bytes().chunks(100)));
}

/// Pieces of pages, well-formed and not.
fn page_part() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        "<head>",
        "</head>",
        "<body>",
        "<title>",
        "</title>",
        "<svg>",
        "</svg>",
        "<!--",
        "-->",
        "<script>",
        "</script>",
        "<meta charset=windows-1252>",
        "<meta charset=utf-8>",
        "<meta property=og:title content='o&amp;'>",
        "<meta name=description content=\"d&eacute\">",
        "<meta property=og:image content=/i.png>",
        "<meta property=og:image:width content=3>",
        "<link rel='icon canonical' href=/l>",
        "<base href=/b/>",
        "<meta name=twitter:title content=",
        "&amp",
        "&#x1F600;",
        "é",
        "日本",
        "\u{feff}",
        "'",
        ">",
        "\0",
        "\r\n",
    ]);
    prop_oneof![
        8 => known.prop_map(|part| part.as_bytes().to_vec()),
        2 => "[a-z<>&=' ]{0,20}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..8),
        1 => (0usize..5000).prop_map(|length| vec![b' '; length]),
    ]
}

fn page() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(page_part(), 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn the_card_does_not_depend_on_the_pieces(
        page in page(),
        charset in prop::sample::select(vec![None, Some("utf-8"), Some("windows-1252"), Some("utf-16le")]),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(page.len() + 1)).collect();
        cuts.extend([0, page.len()]);
        cuts.sort_unstable();
        let pieces = cuts.windows(2).map(|pair| &page[pair[0]..pair[1]]);
        let whole = of_pieces(charset, [page.as_slice()]);
        prop_assert_eq!(of_pieces(charset, pieces), whole.clone());
        prop_assert_eq!(of_pieces(charset, page.chunks(1)), whole);
    }

    #[test]
    fn no_bytes_panic_and_texts_are_clean(page in prop_oneof![page(), prop::collection::vec(any::<u8>(), 0..2000)]) {
        let card = of_bytes(None, &page);
        for text in [&card.title, &card.description, &card.site_name, &card.kind].into_iter().flatten() {
            let unclean = text.contains(|c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c));
            prop_assert!(!unclean, "{:?}", text);
        }
    }
}
