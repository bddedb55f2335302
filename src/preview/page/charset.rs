//! From bytes to text: byte order mark, header, `<meta>`, then detection.

use std::{
    borrow::Cow,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use lol_html::{Selector, send};

use super::reader::{Handlers, selector};

/// Bytes that are held back to find out the charset of a page whose header names none.
const SNIFFED_BYTES: usize = 8 * 1024;

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
        match label.and_then(|label| Encoding::for_label(label.as_bytes())) {
            Some(encoding) => Self::Known(encoding.new_decoder()),
            None => Self::Unknown(Box::new(Sniffer::new())),
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
                    decode(&mut decoder, &sniffer.held, last, text);
                    *self = Self::Known(decoder);
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

type Scan = send::HtmlRewriter<'static, fn(&[u8])>;

/// Finds out the charset from the first [`SNIFFED_BYTES`] of a page, in whatever pieces they come.
pub struct Sniffer {
    held: Vec<u8>,
    scan: Option<Scan>,
    declared: Arc<Mutex<Option<&'static Encoding>>>,
}

impl Sniffer {
    fn new() -> Self {
        let declared = Arc::default();
        let discard: fn(&[u8]) = |_| {};
        let scan = Some(Scan::new(scan_settings(Arc::clone(&declared)), discard));
        Self { held: Vec::new(), scan, declared }
    }

    /// The charset, as soon as it is declared, or as nothing more is looked at.
    fn guess(&mut self, bytes: &[u8], last: bool) -> Option<&'static Encoding> {
        let sniffed = bytes.len().min(SNIFFED_BYTES.saturating_sub(self.held.len()));
        self.held.extend_from_slice(bytes);
        if let Some(scan) = &mut self.scan {
            // What stands in an unfinished tag is not seen yet; more bytes may follow. It ends where the charset is found.
            if scan.write(&bytes[..sniffed]).is_err() {
                self.scan = None;
            }
        }
        let declared = *self.declared.lock().unwrap_or_else(PoisonError::into_inner);
        declared.or_else(|| (last || self.held.len() >= SNIFFED_BYTES).then(|| self.detect(last)))
    }

    fn detect(&self, last: bool) -> &'static Encoding {
        let sniffed = &self.held[..self.held.len().min(SNIFFED_BYTES)];
        // Most pages are UTF-8, which is told much faster than the detector tells it. The last character may be cut.
        if std::str::from_utf8(sniffed).map_or_else(|error| error.error_len().is_none() && !last, |_| true) {
            return UTF_8;
        }
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        detector.feed(sniffed, last);
        detector.guess(None, Utf8Detection::Allow)
    }
}

static META: LazyLock<Selector> = LazyLock::new(|| selector("meta"));

/// Looks for what `<meta charset>` or `<meta http-equiv=content-type>` declares. A page that could be read so
/// far is no UTF-16, whatever it says (HTML standard, "prescan a byte stream").
fn scan_settings(declared: Arc<Mutex<Option<&'static Encoding>>>) -> send::Settings<'static, 'static> {
    let declare = move |meta: &mut send::Element<'_, '_>| {
        let mut declared = declared.lock().unwrap_or_else(PoisonError::into_inner);
        let label = meta.get_attribute("charset").or_else(|| http_equiv_charset(meta));
        let named = label.and_then(|label| Encoding::for_label(label.as_bytes()));
        let readable = named.map(|named| if named == UTF_16BE || named == UTF_16LE { UTF_8 } else { named });
        *declared = declared.or(readable);
        if declared.is_some() { Err("the charset is found".into()) } else { Ok(()) }
    };
    let handlers = (Cow::Borrowed(&*META), Handlers::default().element(declare));
    send::Settings::new_send().with_strict(false).append_element_content_handler(handlers)
}

fn http_equiv_charset(meta: &send::Element<'_, '_>) -> Option<String> {
    if !meta.get_attribute("http-equiv")?.eq_ignore_ascii_case("content-type") {
        return None;
    }
    let content = meta.get_attribute("content")?.to_ascii_lowercase();
    let (_, label) = content.split_once("charset=")?;
    Some(label.trim_matches(['"', '\'', ' ']).split([';', ' ']).next()?.to_owned())
}
