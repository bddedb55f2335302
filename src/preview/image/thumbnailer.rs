//! Reading and decoding beside everything else: a few images at a time.

use std::sync::Arc;

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::spawn_blocking,
};

use super::{NoThumbnail, Thumbnail, thumbnail};
use crate::{
    preview::{fetch::Body, refusal::FetchError},
    settings::ImageSettings,
};

/// Up to so many bytes an image is as a page is, and needs no place: whoever keeps all places taken keeps out large images
/// alone.
const SMALL_BYTES: usize = 256 * 1024;

/// Larger images that are in memory at once, for each decoder.
const LARGE_PER_DECODER: usize = 4;

/// Makes thumbnails in threads of their own, a bounded number at once. Clones share the bounds.
#[derive(Clone, Debug)]
pub struct Thumbnailer {
    large: Arc<Semaphore>,
    decoders: Arc<Semaphore>,
    max_bytes: u64,
    max_pixels: u64,
}

/// The bytes of an image, with its place among the large ones if it is one.
#[derive(Debug)]
pub struct Sent {
    bytes: Vec<u8>,
    place: Option<OwnedSemaphorePermit>,
}

impl Thumbnailer {
    /// One with these bounds.
    pub fn new(settings: &ImageSettings) -> Self {
        Self {
            large: Arc::new(Semaphore::new(settings.decoders * LARGE_PER_DECODER)),
            decoders: Arc::new(Semaphore::new(settings.decoders)),
            max_bytes: settings.max_bytes,
            max_pixels: settings.max_pixels,
        }
    }

    /// The most bytes of an image that is to be made small.
    pub fn max_bytes(&self) -> u64 {
        self.max_bytes
    }

    /// All of `body`. A large one waits for a place, which it has until it is decoded or dropped.
    ///
    /// # Errors
    /// As [`Body::whole`].
    pub async fn read(&self, body: Body) -> Result<Sent, FetchError> {
        let place = Arc::clone(&self.large).acquire_owned();
        let (bytes, place) = body.whole(SMALL_BYTES, place).await?;
        Ok(Sent { bytes, place: place.and_then(Result::ok) })
    }

    /// See [`thumbnail`]. Whoever stops waiting gives no place free: decoding goes on to its end, which the budgets bound.
    ///
    /// # Errors
    /// [`NoThumbnail`]; a panic of a decoder counts as a broken image.
    pub async fn thumbnail(&self, sent: Sent, size: u32) -> Result<Thumbnail, NoThumbnail> {
        let stopped = |what: &str| NoThumbnail::Broken(what.to_owned());
        let decoder =
            Arc::clone(&self.decoders).acquire_owned().await.map_err(|_| stopped("the worker ends"))?;
        let max_pixels = self.max_pixels;
        let decoding = spawn_blocking(move || {
            let Sent { bytes, place } = sent;
            let made = thumbnail(&bytes, size, max_pixels);
            drop((bytes, place, decoder));
            made
        });
        decoding.await.unwrap_or_else(|_| Err(stopped("the decoder panicked")))
    }
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, time::Duration};

    use bytes::Bytes;
    use futures_util::{StreamExt, future::join_all, stream};
    use poem::http;
    use tokio::time::timeout;

    use super::*;
    use crate::preview::fetch::Windows;
    use crate::settings::{Loaded, PreviewSettings, load};

    /// A body of so many bytes, which then comes to its end or does not.
    fn body(length: usize, is_whole: bool) -> Body {
        let sent = stream::iter([Ok::<_, Infallible>(Bytes::from(vec![0; length]))]);
        let rest = stream::pending().take(usize::from(!is_whole));
        let sent = reqwest::Body::wrap_stream(sent.chain(rest));
        Body::of(http::Response::new(sent).into(), 1 << 20, 1 << 20, &Windows::default())
            .expect("it is not coded")
    }

    fn thumbnailer() -> Thumbnailer {
        let loaded: Loaded<PreviewSettings> = load(None, []).expect("the defaults are good");
        Thumbnailer::new(&loaded.settings.image)
    }

    #[tokio::test(start_paused = true)]
    async fn few_large_images_are_in_memory_at_once_and_small_ones_come_through() {
        let second = Duration::from_secs(1);
        let thumbnailer = thumbnailer();
        let slow = (0..LARGE_PER_DECODER).map(|_| thumbnailer.read(body(SMALL_BYTES + 1, false)));
        let slow = join_all(slow);
        {
            let mut slow = std::pin::pin!(slow);
            assert!(timeout(second, &mut slow).await.is_err(), "they take their time");
            let large = thumbnailer.read(body(SMALL_BYTES + 1, true));
            assert!(timeout(second, large).await.is_err(), "there is no place for one more");
            let small = timeout(second, thumbnailer.read(body(SMALL_BYTES, true))).await;
            assert_eq!(small.expect("it needs none").expect("it is whole").bytes.len(), SMALL_BYTES);
        }
        let large = timeout(second, thumbnailer.read(body(SMALL_BYTES + 1, true))).await;
        let large = large.expect("the slow ones are given up").expect("it is whole");
        assert_eq!((large.bytes.len(), large.place.is_some()), (SMALL_BYTES + 1, true));
        let places = || thumbnailer.large.available_permits();
        assert_eq!(places(), LARGE_PER_DECODER - 1);
        assert_eq!(thumbnailer.thumbnail(large, 9).await, Err(NoThumbnail::Format));
        assert_eq!(places(), LARGE_PER_DECODER);
    }
}
