//! From bytes to text: byte order mark, header, `<meta>`, then detection.

use std::sync::{Arc, Mutex, PoisonError};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use lol_html::{element, send};

/// Bytes that are held back to find out the charset of a page whose header names none.
const SNIFFED_BYTES: usize = 8 * 1024;

/// A page's bytes as text, piece by piece.
pub enum Charset {
    /// Not known yet: the bytes so far.
    Unknown(Vec<u8>),
    /// Known. A byte order mark still overrides it, which encoding_rs sees to.
    Known(Decoder),
}

impl Charset {
    /// The charset that the header names, or none yet.
    pub fn from_header(label: Option<&str>) -> Self {
        match label.and_then(|label| Encoding::for_label(label.as_bytes())) {
            Some(encoding) => Self::Known(encoding.new_decoder()),
            None => Self::Unknown(Vec::new()),
        }
    }

    /// Appends the text of `bytes` to `text`; `last` marks the end of the page. Text may be held back
    /// until the charset is known.
    pub fn decode(&mut self, bytes: &[u8], last: bool, text: &mut String) {
        match self {
            Self::Known(decoder) => decode(decoder, bytes, last, text),
            Self::Unknown(held) => {
                held.extend_from_slice(bytes);
                if let Some(encoding) = guess(held, last) {
                    let mut decoder = encoding.new_decoder();
                    decode(&mut decoder, held, last, text);
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

fn guess(held: &[u8], last: bool) -> Option<&'static Encoding> {
    if let Some(encoding) = declared(held) {
        return Some(encoding);
    }
    (last || held.len() >= SNIFFED_BYTES).then(|| detect(held, last))
}

fn detect(held: &[u8], last: bool) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(held, last);
    detector.guess(None, Utf8Detection::Allow)
}

/// What `<meta charset>` or `<meta http-equiv=content-type>` declares. A page that could be read so
/// far is no UTF-16, whatever it says (HTML standard, "prescan a byte stream").
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let found = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&found);
    let settings = send::Settings::new_send().with_strict(false).append_element_content_handler(element!(
        "meta",
        move |meta| {
            let mut found = seen.lock().unwrap_or_else(PoisonError::into_inner);
            let label = meta.get_attribute("charset").or_else(|| http_equiv_charset(meta));
            *found = found.or_else(|| label.and_then(|label| Encoding::for_label(label.as_bytes())));
            Ok(())
        }
    ));
    // What stands in an unfinished tag is not seen yet; more bytes may follow.
    let mut rewriter = send::HtmlRewriter::new(settings, |_: &[u8]| {});
    rewriter.write(bytes).ok()?;
    let encoding = (*found.lock().unwrap_or_else(PoisonError::into_inner))?;
    Some(if encoding == UTF_16BE || encoding == UTF_16LE { UTF_8 } else { encoding })
}

fn http_equiv_charset(meta: &send::Element<'_, '_>) -> Option<String> {
    if !meta.get_attribute("http-equiv")?.eq_ignore_ascii_case("content-type") {
        return None;
    }
    let content = meta.get_attribute("content")?.to_ascii_lowercase();
    let (_, label) = content.split_once("charset=")?;
    Some(label.trim_matches(['"', '\'', ' ']).split([';', ' ']).next()?.to_owned())
}
