//! Takes a page apart into tags and text as it comes: the tokenization of the HTML standard (section 13.2.5), with as
//! much of what its tree construction tells the tokenizer as decides what is text. There is no tree, so nothing to nest
//! too deep.
//!
//! Our own, since a card needs few tags of a page: a general parser takes more than twice as long over them (see
//! `docs/preview.md`). It is held to lol_html's reading in the tests.

mod raw_text;
mod tag;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;

use memchr::{memchr, memchr_iter, memmem};

pub use self::tag::StartTag;
use self::{
    raw_text::{Escape, RawText, names},
    tag::Tag,
};

/// The most bytes of a tag, which are held until its end has come; a longer one is passed over.
const MAX_TAG_BYTES: usize = 64 * 1024;

/// What a page is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Some elements hold text without markup, and CDATA sections stand in drawings alone.
    Html,
    /// All markup is markup, and CDATA sections are text.
    Xml,
}

/// What takes a page's tokens. Names are in lower case; the empty name is any that is too long to have a meaning.
pub trait TokenSink {
    /// A start tag. Breaks if nothing more of the page is wanted.
    fn start_tag(&mut self, tag: &StartTag<'_>) -> ControlFlow<()>;

    /// An end tag. Breaks if nothing more of the page is wanted.
    fn end_tag(&mut self, name: &[u8]) -> ControlFlow<()>;

    /// Text, which may come in pieces, with its character references as they stand.
    fn text(&mut self, text: &str);

    /// Text in which nothing is a character reference, which may come in pieces too.
    fn cdata(&mut self, text: &str) {
        self.text(text);
    }
}

/// Where in a page the tokenizer is.
pub struct Tokenizer {
    dialect: Dialect,
    state: State,
    tag: Tag,
    /// How many `<svg>` are open. The title of a drawing is not the page's.
    drawings: usize,
}

#[derive(Clone, Copy)]
enum State {
    Data,
    /// In a tag, whose text is held from its `<` on.
    Tag,
    Comment,
    /// In markup that means nothing, such as a document type: to the next `>`.
    BogusComment,
    Cdata,
    RawText(RawText),
    Script(Escape),
    /// Behind `<plaintext>`, which nothing ends.
    Plaintext,
}

/// How far a piece of text was read.
enum Step {
    /// So many bytes are done with.
    Taken(usize),
    /// The same, and what the rest is shows when more has come.
    Held(usize),
    /// The sink wants nothing more.
    Enough,
}

impl Tokenizer {
    /// A tokenizer at the beginning of a page.
    pub fn new(dialect: Dialect) -> Self {
        Self { dialect, state: State::Data, tag: Tag::default(), drawings: 0 }
    }

    /// Reads on. Returns how many bytes are done with: what follows them is to be given again, with more behind it, or to
    /// [`Self::end`]. Breaks if the sink did.
    pub fn read(&mut self, text: &str, sink: &mut impl TokenSink) -> ControlFlow<(), usize> {
        let mut taken = 0;
        while taken < text.len() {
            let rest = &text[taken..];
            let step = match self.state {
                State::Data => self.data(rest, sink),
                State::Tag => self.tag(rest, sink),
                State::Comment => self.comment(rest),
                State::BogusComment => self.bogus_comment(rest),
                State::Cdata => self.cdata(rest, sink),
                State::RawText(element) => self.raw_text(element, rest, sink),
                State::Script(escape) => self.script(escape, rest, sink),
                State::Plaintext => {
                    sink.text(rest);
                    Step::Taken(rest.len())
                }
            };
            match step {
                Step::Taken(bytes) => taken += bytes,
                Step::Held(bytes) => return ControlFlow::Continue(taken + bytes),
                Step::Enough => return ControlFlow::Break(()),
            }
        }
        ControlFlow::Continue(taken)
    }

    /// The page ends behind this text, which was held until now. A tag that has no end is none.
    pub fn end(&mut self, held: &str, sink: &mut impl TokenSink) {
        match self.state {
            State::Tag | State::Comment | State::BogusComment => {}
            State::Data if held.starts_with("<!") => {}
            State::Cdata => sink.cdata(held),
            State::Data | State::RawText(_) | State::Script(_) | State::Plaintext => sink.text(held),
        }
    }

    fn data(&mut self, rest: &str, sink: &mut impl TokenSink) -> Step {
        let Some(text) = memchr(b'<', rest.as_bytes()) else {
            sink.text(rest);
            return Step::Taken(rest.len());
        };
        if text > 0 {
            sink.text(&rest[..text]);
        }
        let markup = &rest.as_bytes()[text..];
        let (state, open) = match markup {
            [_, first, ..] if first.is_ascii_alphabetic() => (State::Tag, 0),
            [_, b'/', first, ..] if first.is_ascii_alphabetic() => (State::Tag, 0),
            [_, b'/', b'>', ..] => (State::Data, 3),
            [_] | [_, b'/'] => return Step::Held(text),
            [_, b'/' | b'?', ..] => (State::BogusComment, 2),
            [_, b'!', ..] => match self.declaration(markup) {
                Some(declaration) => declaration,
                None => return Step::Held(text),
            },
            _ => {
                sink.text("<");
                (State::Data, 1)
            }
        };
        if let State::Tag = state {
            self.tag.begin(markup[1] == b'/');
        }
        self.state = state;
        Step::Taken(text + open)
    }

    /// What `<!` begins, and its length; `None` if that is not yet known.
    fn declaration(&self, markup: &[u8]) -> Option<(State, usize)> {
        const COMMENT: &[u8] = b"<!--";
        const CDATA: &[u8] = b"<![CDATA[";
        if let Some(comment) = markup.strip_prefix(COMMENT) {
            return match comment {
                [b'>', ..] => Some((State::Data, 5)),
                [b'-', b'>', ..] => Some((State::Data, 6)),
                [] | [b'-'] => None,
                _ => Some((State::Comment, COMMENT.len())),
            };
        }
        let has_cdata = self.dialect == Dialect::Xml || self.drawings > 0;
        if has_cdata && markup.starts_with(CDATA) {
            return Some((State::Cdata, CDATA.len()));
        }
        if COMMENT.starts_with(markup) || has_cdata && CDATA.starts_with(markup) {
            return None;
        }
        Some((State::BogusComment, 2))
    }

    fn tag(&mut self, rest: &str, sink: &mut impl TokenSink) -> Step {
        let Some(end) = self.tag.scan(rest.as_bytes()) else {
            if rest.len() < MAX_TAG_BYTES && !self.tag.is_passed_over() {
                return Step::Held(0);
            }
            self.tag.pass_over();
            return Step::Taken(rest.len());
        };
        // In one piece it may have come whole.
        if end > MAX_TAG_BYTES {
            self.tag.pass_over();
        }
        self.state = State::Data;
        let name = self.tag.name();
        let flow = if self.tag.is_end() {
            if name == b"svg" {
                self.drawings = self.drawings.saturating_sub(1);
            }
            sink.end_tag(name)
        } else {
            let is_empty = self.tag.is_self_closing() && (self.dialect == Dialect::Xml || self.drawings > 0);
            if self.dialect == Dialect::Html && !is_empty {
                self.state = self.state_within(name);
            }
            if name == b"svg" && !self.tag.is_self_closing() {
                self.drawings += 1;
            }
            let mut flow = match self.tag.start_tag(rest, self.drawings > 0) {
                Some(tag) => sink.start_tag(&tag),
                None => ControlFlow::Continue(()),
            };
            if is_empty && flow.is_continue() {
                flow = sink.end_tag(name);
            }
            flow
        };
        if flow.is_break() { Step::Enough } else { Step::Taken(end) }
    }

    /// How the content of an element of HTML is read (section 13.2.6, as with scripts).
    fn state_within(&self, name: &[u8]) -> State {
        if name == b"script" {
            return State::Script(Escape::None);
        }
        if name == b"plaintext" {
            return State::Plaintext;
        }
        match RawText::of(name) {
            Some(RawText::TITLE) if self.drawings > 0 => State::Data,
            Some(element) => State::RawText(element),
            None => State::Data,
        }
    }

    fn comment(&mut self, rest: &str) -> Step {
        let bytes = rest.as_bytes();
        let ends = |end: &usize| bytes[..*end].ends_with(b"--") || bytes[..*end].ends_with(b"--!");
        match memchr_iter(b'>', bytes).find(ends) {
            Some(end) => {
                self.state = State::Data;
                Step::Taken(end + 1)
            }
            None => {
                let dashes =
                    bytes.iter().rev().take(3).take_while(|byte| matches!(byte, b'-' | b'!')).count();
                Step::Held(bytes.len() - dashes)
            }
        }
    }

    fn bogus_comment(&mut self, rest: &str) -> Step {
        match memchr(b'>', rest.as_bytes()) {
            Some(end) => {
                self.state = State::Data;
                Step::Taken(end + 1)
            }
            None => Step::Taken(rest.len()),
        }
    }

    fn cdata(&mut self, rest: &str, sink: &mut impl TokenSink) -> Step {
        const END: &str = "]]>";
        let bytes = rest.as_bytes();
        match memmem::find(bytes, END.as_bytes()) {
            Some(end) => {
                self.state = State::Data;
                sink.cdata(&rest[..end]);
                Step::Taken(end + END.len())
            }
            None => {
                let brackets = bytes.iter().rev().take(2).take_while(|byte| **byte == b']').count();
                let text = bytes.len() - brackets;
                sink.cdata(&rest[..text]);
                Step::Held(text)
            }
        }
    }

    fn raw_text(&mut self, element: RawText, rest: &str, sink: &mut impl TokenSink) -> Step {
        let bytes = rest.as_bytes();
        for text in memchr_iter(b'<', bytes) {
            match names(&bytes[text..], element.end_tag()) {
                Some(false) => {}
                end => {
                    sink.text(&rest[..text]);
                    return self.end_tag_at(text, end);
                }
            }
        }
        sink.text(rest);
        Step::Taken(bytes.len())
    }

    fn script(&mut self, escape: Escape, rest: &str, sink: &mut impl TokenSink) -> Step {
        let (text, escape, end) = escape.read(rest.as_bytes());
        sink.text(&rest[..text]);
        self.state = State::Script(escape);
        self.end_tag_at(text, end)
    }

    /// Behind so much text stands an end tag, something else, or what is not yet known.
    fn end_tag_at(&mut self, text: usize, is_end_tag: Option<bool>) -> Step {
        match is_end_tag {
            Some(true) => {
                self.tag.begin(true);
                self.state = State::Tag;
                Step::Taken(text)
            }
            Some(false) => Step::Taken(text),
            None => Step::Held(text),
        }
    }
}
