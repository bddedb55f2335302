//! Decoding beside everything else: a few images at a time.

use std::sync::Arc;

use tokio::{sync::Semaphore, task::spawn_blocking};

use super::{NoThumbnail, Thumbnail, thumbnail};
use crate::settings::ImageSettings;

/// Makes thumbnails in threads of their own, a bounded number at once. Clones share the bound.
#[derive(Clone, Debug)]
pub struct Thumbnailer {
    places: Arc<Semaphore>,
    max_bytes: u64,
    max_pixels: u64,
}

impl Thumbnailer {
    /// One with these bounds.
    pub fn new(settings: &ImageSettings) -> Self {
        Self {
            places: Arc::new(Semaphore::new(settings.decoders)),
            max_bytes: settings.max_bytes,
            max_pixels: settings.max_pixels,
        }
    }

    /// The most bytes of an image that is to be made small.
    pub fn max_bytes(&self) -> u64 {
        self.max_bytes
    }

    /// See [`thumbnail`]. Whoever stops waiting gives no place free: decoding goes on to its end, which the budgets bound.
    ///
    /// # Errors
    /// [`NoThumbnail`]; a panic of a decoder counts as a broken image.
    pub async fn thumbnail(&self, bytes: Vec<u8>, size: u32) -> Result<Thumbnail, NoThumbnail> {
        let stopped = |what: &str| NoThumbnail::Broken(what.to_owned());
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| stopped("the worker ends"))?;
        let max_pixels = self.max_pixels;
        let decoding = spawn_blocking(move || {
            let made = thumbnail(&bytes, size, max_pixels);
            drop(place);
            made
        });
        decoding.await.unwrap_or_else(|_| Err(stopped("the decoder panicked")))
    }
}
