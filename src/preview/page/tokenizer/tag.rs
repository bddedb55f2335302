//! One tag: its name, its attributes, its end.

use std::ops::Range;

use memchr::memchr;

/// The most bytes of a name that has a meaning to a reader of pages and feeds.
pub(super) const MAX_NAME_BYTES: usize = 16;

/// The most attributes of a tag that are kept.
const MAX_ATTRIBUTES: usize = 64;

/// A start tag.
#[derive(Clone, Copy)]
pub struct StartTag<'a> {
    text: &'a str,
    name: &'a [u8],
    attributes: &'a [Attribute],
    in_drawing: bool,
}

impl<'a> StartTag<'a> {
    /// Its name in lower case, or nothing where it is too long to have a meaning.
    pub fn name(&self) -> &'a [u8] {
        self.name
    }

    /// Its attributes, name and value, as they stand; the value of one without is empty.
    pub fn attributes(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let text = self.text;
        self.attributes.iter().map(|Attribute { name, value }| (&text[name.clone()], &text[value.clone()]))
    }

    /// The value of the first attribute of this name, in any case.
    pub fn attribute(&self, name: &str) -> Option<&'a str> {
        self.attributes().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Whether it stands in an `<svg>`.
    pub fn is_in_drawing(&self) -> bool {
        self.in_drawing
    }
}

/// Where a name and a value stand in the text of their tag.
struct Attribute {
    name: Range<usize>,
    value: Range<usize>,
}

/// A tag as far as it was read. Its text is given from its `<` on, longer each time.
#[derive(Default)]
pub(super) struct Tag {
    state: State,
    /// How far its text was read.
    at: usize,
    /// Where the name or value begins that is being read.
    begun: usize,
    attribute_name: Range<usize>,
    attributes: Vec<Attribute>,
    name: [u8; MAX_NAME_BYTES],
    name_bytes: usize,
    is_end: bool,
    is_self_closing: bool,
    is_passed_over: bool,
}

/// The states of the standard, of which some that differ by what a validator says are one.
#[derive(Clone, Copy, Default)]
enum State {
    #[default]
    TagName,
    BeforeAttributeName,
    AttributeName,
    AfterAttributeName,
    BeforeValue,
    Quoted(u8),
    Unquoted,
    SelfClosing,
}

impl Tag {
    /// Begins to read a tag.
    pub(super) fn begin(&mut self, is_end: bool) {
        let begun = if is_end { "</".len() } else { "<".len() };
        (self.state, self.at, self.begun) = (State::TagName, begun, begun);
        self.attributes.clear();
        self.name_bytes = 0;
        (self.is_end, self.is_self_closing, self.is_passed_over) = (is_end, false, false);
    }

    /// Its attributes are not wanted: from here on its text is given without what came before.
    pub(super) fn pass_over(&mut self) {
        self.is_passed_over = true;
        self.at = 0;
    }

    pub(super) fn is_passed_over(&self) -> bool {
        self.is_passed_over
    }

    pub(super) fn is_end(&self) -> bool {
        self.is_end
    }

    pub(super) fn is_self_closing(&self) -> bool {
        self.is_self_closing
    }

    pub(super) fn name(&self) -> &[u8] {
        &self.name[..self.name_bytes]
    }

    /// What the tag says; nothing where it was passed over.
    pub(super) fn start_tag<'a>(&'a self, text: &'a str, in_drawing: bool) -> Option<StartTag<'a>> {
        let tag = StartTag { text, name: self.name(), attributes: &self.attributes, in_drawing };
        (!self.is_passed_over).then_some(tag)
    }

    /// Reads on. Returns where the tag has ended, or nothing if it has not.
    pub(super) fn scan(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = self.at;
        let end = loop {
            // What the state passes over ends at `at`, where the next one begins.
            at = match self.state {
                State::TagName => skip_to(bytes, at, |byte| is_space(byte) || matches!(byte, b'/' | b'>')),
                State::AttributeName => {
                    skip_to(bytes, at, |byte| is_space(byte) || matches!(byte, b'/' | b'>' | b'='))
                }
                State::BeforeAttributeName | State::AfterAttributeName | State::BeforeValue => {
                    skip_to(bytes, at, |byte| !is_space(byte))
                }
                State::Quoted(quote) => memchr(quote, &bytes[at..]).map_or(bytes.len(), |value| at + value),
                State::Unquoted => skip_to(bytes, at, |byte| is_space(byte) || byte == b'>'),
                State::SelfClosing => at,
            };
            let Some(&byte) = bytes.get(at) else { break None };
            match (self.state, byte) {
                (State::TagName, _) => {
                    self.keep_name(&bytes[self.begun.min(at)..at]);
                    self.state = State::BeforeAttributeName;
                }
                (State::BeforeAttributeName, b'>') => break Some(at + 1),
                (State::BeforeAttributeName, b'/') => {
                    at += 1;
                    self.state = State::SelfClosing;
                }
                (State::BeforeAttributeName, _) => {
                    self.begun = at;
                    // Whatever it is: a name may begin with `=`.
                    at += 1;
                    self.state = State::AttributeName;
                }
                (State::AttributeName, _) => {
                    self.attribute_name = self.begun..at;
                    at += usize::from(byte == b'=');
                    self.state = if byte == b'=' { State::BeforeValue } else { State::AfterAttributeName };
                }
                (State::AfterAttributeName, b'=') => {
                    at += 1;
                    self.state = State::BeforeValue;
                }
                (State::AfterAttributeName, _) | (State::BeforeValue, b'>') => self.keep_attribute(at..at),
                (State::BeforeValue, b'"' | b'\'') => {
                    at += 1;
                    self.begun = at;
                    self.state = State::Quoted(byte);
                }
                (State::BeforeValue, _) => {
                    self.begun = at;
                    self.state = State::Unquoted;
                }
                (State::Quoted(_), _) => {
                    self.keep_attribute(self.begun..at);
                    at += 1;
                }
                (State::Unquoted, _) => self.keep_attribute(self.begun..at),
                (State::SelfClosing, _) => {
                    self.is_self_closing = byte == b'>';
                    self.state = State::BeforeAttributeName;
                }
            }
        };
        self.at = at;
        end
    }

    fn keep_name(&mut self, name: &[u8]) {
        if let Some(kept) = self.name.get_mut(..name.len()).filter(|_| !self.is_passed_over) {
            kept.copy_from_slice(name);
            kept.make_ascii_lowercase();
            self.name_bytes = name.len();
        }
    }

    fn keep_attribute(&mut self, value: Range<usize>) {
        if !self.is_passed_over && self.attributes.len() < MAX_ATTRIBUTES {
            self.attributes.push(Attribute { name: self.attribute_name.clone(), value });
        }
        self.state = State::BeforeAttributeName;
    }
}

/// Where behind `at` the first byte stands that is wanted; behind the last one if none is.
fn skip_to(bytes: &[u8], at: usize, wanted: impl Fn(u8) -> bool) -> usize {
    bytes[at..].iter().position(|byte| wanted(*byte)).map_or(bytes.len(), |found| at + found)
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | 0x0C | b'\r' | b' ')
}
