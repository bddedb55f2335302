//! HTML as text.

use std::{borrow::Cow, ops::ControlFlow};

use super::tokenizer::{Dialect, StartTag, TokenSink, Tokenizer};

/// Elements that stand within a word or a line; between others there is a space.
const INLINE: [&[u8]; 20] = [
    b"a", b"abbr", b"b", b"bdi", b"bdo", b"cite", b"code", b"em", b"font", b"i", b"mark", b"q", b"s",
    b"small", b"span", b"strong", b"sub", b"sup", b"u", b"wbr",
];

/// Whether an element of this name stands within a word or a line.
pub(super) fn is_inline(name: &[u8]) -> bool {
    INLINE.contains(&name)
}

/// The text of HTML, with its character references as they stand.
pub(super) fn without_tags(html: &str) -> Cow<'_, str> {
    if !html.contains('<') {
        return html.into();
    }
    let (mut tokenizer, mut text) = (Tokenizer::new(Dialect::Html), Text::default());
    if let ControlFlow::Continue(taken) = tokenizer.read(html, &mut text) {
        tokenizer.end(&html[taken..], &mut text);
    }
    text.shown.into()
}

#[derive(Default)]
struct Text {
    shown: String,
    /// It is in a script or a style sheet.
    is_hidden: bool,
}

impl Text {
    fn space(&mut self, name: &[u8]) {
        if !is_inline(name) {
            self.shown.push(' ');
        }
    }
}

impl TokenSink for Text {
    fn start_tag(&mut self, tag: &StartTag<'_>) -> ControlFlow<()> {
        self.is_hidden = matches!(tag.name(), b"script" | b"style");
        self.space(tag.name());
        ControlFlow::Continue(())
    }

    fn end_tag(&mut self, name: &[u8]) -> ControlFlow<()> {
        self.is_hidden = false;
        self.space(name);
        ControlFlow::Continue(())
    }

    fn text(&mut self, text: &str) {
        if !self.is_hidden {
            self.shown.push_str(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::without_tags;

    #[test]
    fn text_remains_and_blocks_are_apart() {
        for (html, expected) in [
            ("a &amp; b", "a &amp; b"),
            ("<p>a</p><p>b<br>c</p>", " a  b c "),
            ("<b>m</b>aps, <a href='>'>on</a> foot", "maps, on foot"),
            ("1 < 2 <3", "1 < 2 <3"),
            ("a<script>b</script><style>c</style>d<!-- e -->", "a    d"),
            ("a <b", "a "),
        ] {
            assert_eq!(without_tags(html), expected, "{html}");
        }
    }
}
