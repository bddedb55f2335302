//! What a page says about itself: a streaming reader, and the card made of what it found.

mod assemble;
pub mod charset;
mod facts;
mod feed;
mod image;
pub mod json_ld;
mod markup;
pub mod oembed;
mod opt_out;
mod pdf;
mod reader;
mod text;
mod tokenizer;

#[cfg(test)]
mod tests;

use url::Url;

pub use self::{
    assemble::{assemble, assemble_texts, oembed_endpoint},
    facts::Facts,
    image::dimensions,
    opt_out::OptOut,
    pdf::PdfReader,
    reader::Reader,
};
use super::{card::Card, target::UrlPolicy};

/// Bytes of a saved page that are read at a time.
const CHUNK: usize = 8 * 1024;

/// The card of a page that is already here, as if it had come from `url`.
pub fn extract(policy: &UrlPolicy, url: &Url, charset: Option<&str>, page: &[u8]) -> Card {
    let mut reader = Reader::new(charset);
    for chunk in page.chunks(CHUNK) {
        if !reader.read(chunk) {
            break;
        }
    }
    assemble(policy, url, &reader.finish())
}
