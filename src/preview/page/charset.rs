//! From bytes to text: byte order mark, header, `<meta>`, XML declaration, then detection.

use std::ops::ControlFlow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, mem::decode_latin1};
use htmlize::unescape_attribute;
use memchr::{memchr, memmem};

use super::tokenizer::{Dialect, StartTag, TokenSink, Tokenizer};

/// Bytes that are held back to find out the charset of a page whose header names none.
const SNIFFED_BYTES: usize = 8 * 1024;

/// Bytes that are looked at before the next ones are.
const PIECE: usize = 1024;

/// A page's bytes as text, piece by piece.
pub enum Charset {
    /// Not known yet.
    Unknown(Box<Sniffer>),
    /// Known. A byte order mark still overrides it, which encoding_rs sees to.
    Known(Decoder),
}

impl Charset {
    /// The charset that the header names, or none yet.
    pub fn from_header(label: Option<&str>) -> Self {
        Self::of(Dialect::Html, label)
    }

    /// The charset of a feed whose header names this one, or none: then its own declaration does, or it is UTF-8 (XML 1.0,
    /// section 4.3.3).
    pub fn of_feed(label: Option<&str>) -> Self {
        Self::of(Dialect::Xml, label)
    }

    fn of(dialect: Dialect, label: Option<&str>) -> Self {
        match label.and_then(|label| Encoding::for_label(label.as_bytes())) {
            Some(encoding) => Self::Known(encoding.new_decoder()),
            None => Self::Unknown(Box::new(Sniffer::new(dialect))),
        }
    }

    /// Appends the text of `bytes` to `text`; `last` marks the end of the page. Text may be held back
    /// until the charset is known.
    pub fn decode(&mut self, bytes: &[u8], last: bool, text: &mut String) {
        match self {
            Self::Known(decoder) => decode(decoder, bytes, last, text),
            Self::Unknown(sniffer) => {
                if let Some(encoding) = sniffer.guess(bytes, last) {
                    let mut decoder = encoding.new_decoder();
                    decode(&mut decoder, &sniffer.held, false, text);
                    decode(&mut decoder, bytes, last, text);
                    *self = Self::Known(decoder);
                } else {
                    sniffer.held.extend_from_slice(bytes);
                }
            }
        }
    }
}

fn decode(decoder: &mut Decoder, bytes: &[u8], last: bool, text: &mut String) {
    // Past this many bytes no decoder writes: only on a 32-bit machine could it be none.
    text.reserve(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or_default());
    let _ = decoder.decode_to_string(bytes, text, last);
}

/// Finds out the charset from the first [`SNIFFED_BYTES`] of a page, in whatever pieces they come.
pub struct Sniffer {
    dialect: Dialect,
    held: Vec<u8>,
    /// What of them is not yet done with, each byte a character: tags are ASCII in every charset that a page may declare.
    text: String,
    tokenizer: Tokenizer,
    declared: Declared,
}

impl Sniffer {
    fn new(dialect: Dialect) -> Self {
        let tokenizer = Tokenizer::new(dialect);
        Self { dialect, held: Vec::new(), text: String::new(), tokenizer, declared: Declared(None) }
    }

    /// The charset, as soon as it is declared in these bytes behind those held, or as nothing more is looked at.
    fn guess(&mut self, bytes: &[u8], last: bool) -> Option<&'static Encoding> {
        let sniffed = &bytes[..bytes.len().min(SNIFFED_BYTES - self.held.len())];
        // Most pages declare it early. A feed has no `<meta>` of its own.
        for piece in sniffed.chunks(PIECE).filter(|_| self.dialect == Dialect::Html) {
            self.text.push_str(&decode_latin1(piece));
            match self.tokenizer.read(&self.text, &mut self.declared) {
                ControlFlow::Continue(taken) => drop(self.text.drain(..taken)),
                ControlFlow::Break(()) => return self.declared.0,
            }
        }
        let looked_at = self.held.len() + sniffed.len();
        (last || looked_at == SNIFFED_BYTES).then(|| {
            let beginning = [&self.held, sniffed].concat();
            declared_as_xml(&beginning).unwrap_or_else(|| match self.dialect {
                Dialect::Html => detect(&beginning, last),
                Dialect::Xml => UTF_8,
            })
        })
    }
}

/// What the XML declaration says with which a page may begin (HTML standard, "get an XML encoding").
fn declared_as_xml(beginning: &[u8]) -> Option<&'static Encoding> {
    const NAME: &[u8] = b"encoding";
    let declaration = beginning.strip_prefix(b"<?xml")?;
    let declaration = &declaration[..memchr(b'>', declaration)?];
    let value = declaration[memmem::find(declaration, NAME)? + NAME.len()..].trim_ascii_start();
    let (quote, label) = value.strip_prefix(b"=")?.trim_ascii_start().split_first()?;
    let end = memchr(*quote, label).filter(|_| matches!(quote, b'"' | b'\''))?;
    Encoding::for_label(&label[..end]).map(readable)
}

/// A page that could be read so far is no UTF-16, whatever it says (HTML standard, "prescan a byte stream").
fn readable(named: &'static Encoding) -> &'static Encoding {
    if named == UTF_16BE || named == UTF_16LE { UTF_8 } else { named }
}

/// The charset of the beginning of a page that declares none.
fn detect(sniffed: &[u8], last: bool) -> &'static Encoding {
    // Most pages are UTF-8, which is told much faster than the detector tells it. The last character may be cut.
    if std::str::from_utf8(sniffed).map_or_else(|error| error.error_len().is_none() && !last, |_| true) {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sniffed, last);
    detector.guess(None, Utf8Detection::Allow)
}

/// What `<meta charset>` or `<meta http-equiv=content-type>` declares first.
struct Declared(Option<&'static Encoding>);

impl TokenSink for Declared {
    fn start_tag(&mut self, tag: &StartTag<'_>) -> ControlFlow<()> {
        if tag.name() != b"meta" {
            return ControlFlow::Continue(());
        }
        let label = tag.attribute("charset").map(str::to_owned).or_else(|| http_equiv_charset(tag));
        self.0 = label.and_then(|label| Encoding::for_label(label.as_bytes())).map(readable);
        if self.0.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn end_tag(&mut self, _: &[u8]) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn text(&mut self, _: &str) {}
}

fn http_equiv_charset(meta: &StartTag<'_>) -> Option<String> {
    if !unescape_attribute(meta.attribute("http-equiv")?).eq_ignore_ascii_case("content-type") {
        return None;
    }
    const CHARSET: &str = "charset=";
    let content = unescape_attribute(meta.attribute("content")?);
    let place = content
        .as_bytes()
        .windows(CHARSET.len())
        .position(|part| part.eq_ignore_ascii_case(CHARSET.as_bytes()))?;
    let label = content[place + CHARSET.len()..].trim_matches(['"', '\'', ' ']);
    label.split([';', ' ']).next().map(str::to_owned)
}
