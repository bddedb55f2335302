use std::{cell::RefCell, ops::ControlFlow};

use lol_html::{HtmlRewriter, Settings, doc_text, element};
use proptest::prelude::*;

use super::{Dialect, MAX_TAG_BYTES, StartTag, TokenSink, Tokenizer, tag::MAX_NAME_BYTES};

/// Tokens as text: `{name|attribute=value}`, `{/name}` if they are wanted, and text as it is.
struct Tokens {
    found: String,
    end_tags: bool,
}

fn start_tag<'a>(name: &str, attributes: impl Iterator<Item = (String, &'a str)>) -> String {
    let attributes: String = attributes.map(|(name, value)| format!("|{name}={value}")).collect();
    format!("{{{name}{attributes}}}")
}

impl TokenSink for Tokens {
    fn start_tag(&mut self, tag: &StartTag<'_>) -> ControlFlow<()> {
        let attributes = tag.attributes().map(|(name, value)| (name.to_ascii_lowercase(), value));
        self.found.push_str(&start_tag(&String::from_utf8_lossy(tag.name()), attributes));
        if tag.name() == b"enough" { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn end_tag(&mut self, name: &[u8]) -> ControlFlow<()> {
        if self.end_tags {
            self.found.push_str(&format!("{{/{}}}", String::from_utf8_lossy(name)));
        }
        ControlFlow::Continue(())
    }

    fn text(&mut self, text: &str) {
        self.found.push_str(text);
    }
}

fn tokens<'a>(dialect: Dialect, pieces: impl IntoIterator<Item = &'a str>) -> String {
    tokenize(dialect, pieces, Tokens { found: String::new(), end_tags: true })
}

fn tokenize<'a>(dialect: Dialect, pieces: impl IntoIterator<Item = &'a str>, mut tokens: Tokens) -> String {
    let (mut tokenizer, mut held) = (Tokenizer::new(dialect), String::new());
    for piece in pieces {
        held.push_str(piece);
        match tokenizer.read(&held, &mut tokens) {
            ControlFlow::Continue(taken) => drop(held.drain(..taken)),
            ControlFlow::Break(()) => return tokens.found,
        }
    }
    tokenizer.end(&held, &mut tokens);
    tokens.found
}

/// The characters of a text one by one.
fn characters(text: &str) -> impl Iterator<Item = &str> {
    text.char_indices().map(|(at, character)| &text[at..at + character.len_utf8()])
}

fn check(dialect: Dialect, cases: &[(&str, &str)]) {
    for (page, expected) in cases {
        assert_eq!(tokens(dialect, [*page]), *expected, "{page}");
        assert_eq!(tokens(dialect, characters(page)), *expected, "{page}, character by character");
    }
}

#[test]
fn tags_are_read_as_the_standard_has_them() {
    check(
        Dialect::Html,
        &[
            ("a<P>b</P >c", "a{p}b{/p}c"),
            ("<a b=1 C='2\"' d=\"3'\" e f= g>", "{a|b=1|c=2\"|d=3'|e=|f=g}"),
            ("<a b=1/c d=e\"f>", "{a|b=1/c|d=e\"f}"),
            ("<a\tb\n=\u{c}c\r>", "{a|b=c}"),
            ("<a b='1'c='2'>", "{a|b=1|c=2}"),
            ("<a b='>'>c", "{a|b=>}c"),
            ("<a b=>c", "{a|b=}c"),
            ("<a =b=c>", "{a|=b=c}"),
            ("<a=b \">\">", "{a=b|\"=}\">"),
            ("<a b\"=c>", "{a|b\"=c}"),
            ("<a/><b / c/d/>", "{a}{b|c=|d=}"),
            ("<a é='日本'>", "{a|é=日本}"),
            ("</a b='>'>c", "{/a}c"),
            ("<an-element-of-a-long-name b>", "{|b=}"),
            ("<a b='>", ""),
            ("a<", "a<"),
            ("a < b <3 <é", "a < b <3 <é"),
        ],
    );
}

#[test]
fn what_is_no_tag_is_passed_over() {
    check(
        Dialect::Html,
        &[
            ("<!DOCTYPE html SYSTEM '>'>a", "'>a"),
            ("<?xml version='1.0'?>a", "a"),
            ("a</>b</ c>d<!e>f<!>g", "abdfg"),
            ("<!-- <p> > -- > - -->a", "a"),
            ("<!-->a", "a"),
            ("<!--->a", "a"),
            ("<!---->a", "a"),
            ("<!--->-->a", "-->a"),
            ("<!--!>-->a", "a"),
            ("<!----!>a", "a"),
            ("<!--a--!>b", "b"),
            ("<!--a--!b>-->c", "c"),
            ("<!-a-->b", "b"),
            ("<!--a", ""),
            ("<![CDATA[a>b]]>", "b]]>"),
        ],
    );
}

#[test]
fn text_without_markup_ends_at_its_own_end_tag() {
    check(
        Dialect::Html,
        &[
            ("<title>a<b></i></titles></title/>c<d>", "{title}a<b></i></titles>{/title}c{d}"),
            ("<TextArea><p></TEXTAREA\n><p>", "{textarea}<p>{/textarea}{p}"),
            ("<style><!-- </style> --><p>", "{style}<!-- {/style} -->{p}"),
            ("<noscript><p></noscript>", "{noscript}<p>{/noscript}"),
            ("<xmp><p></xmp><iframe><p></iframe>", "{xmp}<p>{/xmp}{iframe}<p>{/iframe}"),
            (
                "<noembed><p></noembed><noframes><p></noframes>",
                "{noembed}<p>{/noembed}{noframes}<p>{/noframes}",
            ),
            ("<title>a</titl", "{title}a</titl"),
            ("<plaintext><p></plaintext>", "{plaintext}<p></plaintext>"),
            ("<style/>a</style>", "{style}a{/style}"),
        ],
    );
}

#[test]
fn a_script_ends_where_a_browser_ends_it() {
    check(
        Dialect::Html,
        &[
            ("<script>a<b></c></script >d", "{script}a<b></c>{/script}d"),
            ("<script><!-- </script>a", "{script}<!-- {/script}a"),
            ("<script><!-- <script> </script> a </script>b", "{script}<!-- <script> </script> a {/script}b"),
            ("<script><!-- <script> --> </script>a", "{script}<!-- <script> --> {/script}a"),
            ("<script><!--><script></script>a", "{script}<!--><script>{/script}a"),
            ("<script><!---><script></script>a", "{script}<!---><script>{/script}a"),
            ("<script><!-- <scripts></script>a", "{script}<!-- <scripts>{/script}a"),
            ("<script><script></script>a", "{script}<script>{/script}a"),
            ("<script><!-a--<!--b", "{script}<!-a--<!--b"),
        ],
    );
}

#[test]
fn a_drawing_has_rules_of_its_own() {
    check(
        Dialect::Html,
        &[
            ("<svg><title><b></title></svg><title><b>", "{svg}{title}{b}{/title}{/svg}{title}<b>"),
            ("<svg><style/><b></svg>", "{svg}{style}{/style}{b}{/svg}"),
            ("<svg><style><b></style></svg>", "{svg}{style}<b>{/style}{/svg}"),
            ("<svg><![CDATA[<b>]]]></svg><![CDATA[<b>]]>", "{svg}<b>]{/svg}]]>"),
            ("<svg/><title><b></title>", "{svg}{title}<b>{/title}"),
        ],
    );
}

#[test]
fn in_xml_all_markup_is_markup() {
    check(
        Dialect::Xml,
        &[
            ("<title>a<b>c</title>", "{title}a{b}c{/title}"),
            ("<title><![CDATA[a <b> & c]]>]]</title>", "{title}a <b> & c]]{/title}"),
            ("<script/><title/>a", "{script}{/script}{title}{/title}a"),
            ("<![CDATA[a]]", "a]]"),
        ],
    );
}

#[test]
fn what_is_not_wanted_is_not_read() {
    check(Dialect::Html, &[("a<enough>b<c>", "a{enough}")]);
}

#[test]
fn a_tag_that_is_too_long_is_passed_over() {
    let tag = |value: usize| format!("<p a='>{}'>b<i>", "x".repeat(value));
    let long = tag(MAX_TAG_BYTES * 3);
    let markup = tag(0).find("b<i>").expect("the end");
    let (longest, longer) = (tag(MAX_TAG_BYTES - markup), tag(MAX_TAG_BYTES - markup + 1));
    for piece in [1000, MAX_TAG_BYTES - 1, MAX_TAG_BYTES, MAX_TAG_BYTES + 1, long.len() - 10, long.len()] {
        let read = |page: &str| {
            let pieces =
                page.as_bytes().chunks(piece).map(|piece| std::str::from_utf8(piece).expect("ASCII"));
            tokens(Dialect::Html, pieces)
        };
        assert_eq!(read(&long), "b{i}", "in pieces of {piece} bytes");
        assert_eq!(read(&longer), "b{i}", "in pieces of {piece} bytes");
        assert!(read(&longest).starts_with("{p|a=>x"), "in pieces of {piece} bytes");
    }
    let script = long.replace("<p", "<script").replace("<i>", "<i></script>");
    let pieces = script.as_bytes().chunks(1000).map(|piece| std::str::from_utf8(piece).expect("ASCII"));
    assert_eq!(
        tokens(Dialect::Html, pieces),
        "b<i>{/script}",
        "what follows is a script's text all the same"
    );
    let name = format!("<{}script>b", "x".repeat(MAX_TAG_BYTES));
    let pieces =
        name.as_bytes().chunks(MAX_TAG_BYTES + 1).map(|piece| std::str::from_utf8(piece).expect("ASCII"));
    assert_eq!(tokens(Dialect::Html, pieces), "b", "the end of a name is no name");
}

/// Start tags and text as lol_html reads them.
fn lol_html_tokens(page: &str) -> String {
    let found = RefCell::new(String::new());
    let settings = Settings::new()
        .with_strict(false)
        .append_element_content_handler(element!("*", |element| {
            let attributes: Vec<_> =
                element.attributes().iter().map(|found| (found.name(), found.value())).collect();
            let attributes = attributes.iter().map(|(name, value)| (name.clone(), value.as_str()));
            let name = Some(element.tag_name()).filter(|name| name.len() <= MAX_NAME_BYTES);
            found.borrow_mut().push_str(&start_tag(&name.unwrap_or_default(), attributes));
            Ok(())
        }))
        .append_document_content_handler(doc_text!(|text| {
            found.borrow_mut().push_str(text.as_str());
            Ok(())
        }));
    let mut parser = HtmlRewriter::new(settings, |_: &[u8]| {});
    parser.write(page.as_bytes()).and_then(|()| parser.end()).expect("it is read");
    found.into_inner()
}

/// Pages of parts that mean something to a tokenizer. Drawings have a test of their own: here the two differ.
fn page() -> impl Strategy<Value = String> {
    let parts = [
        "<title>",
        "</title>",
        "<textarea>",
        "</textarea>",
        "<style>",
        "</style >",
        "<script>",
        "</script>",
        "<!--",
        "-->",
        "--!>",
        "<script",
        "</script",
        "<noscript>",
        "</noscript>",
        "<p",
        "<P a=1",
        "</p",
        "<meta ",
        "name=d",
        " content='x>",
        "\"",
        "'",
        "=",
        " ",
        "/",
        ">",
        "<",
        "</",
        "<!",
        "<?",
        "-",
        "!",
        "a",
        "é",
        "日本",
        "\n",
        "&amp;",
        "<![CDATA[",
        "]]>",
        "<title",
        "</title",
    ];
    prop::collection::vec(prop::sample::select(parts.to_vec()), 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn tokens_do_not_depend_on_the_pieces(page in page(), dialect in prop::sample::select(vec![Dialect::Html, Dialect::Xml])) {
        prop_assert_eq!(tokens(dialect, characters(&page)), tokens(dialect, [page.as_str()]));
    }

    #[test]
    fn lol_html_reads_the_same(page in page()) {
        let tokens = Tokens { found: String::new(), end_tags: false };
        prop_assert_eq!(tokenize(Dialect::Html, [page.as_str()], tokens), lol_html_tokens(&page));
    }
}
