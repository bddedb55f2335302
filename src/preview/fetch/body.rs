//! The body as a stream of plain bytes, within its budgets.

use std::{
    io,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use async_compression::{
    tokio::bufread::{BrotliDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder},
    zstd::DParameter,
};
use bytes::Bytes;
use futures_util::{StreamExt, future};
use reqwest::{Response, header};
use tokio::io::{AsyncBufRead, AsyncRead, AsyncReadExt, BufReader, Take};
use tokio_util::io::StreamReader;

use super::{
    destination::Place,
    window::{Window, Windows},
};
use crate::preview::refusal::FetchError;

/// Bytes that are handed on at a time.
const CHUNK: usize = 8 * 1024;

/// The most plain bytes for one byte as sent. Pages have 3 to 30, one bomb's layer 1000 and more.
const MAX_RATIO: u64 = 200;

/// Plain bytes from which on the ratio is judged.
const UNJUDGED_BYTES: u64 = 256 * 1024;

/// zstd windows are at most 8 MiB on the web (RFC 9659, section 3).
const ZSTD_WINDOW_LOG: u32 = 23;

/// An answer's body, decompressed as it comes.
pub struct Body {
    plain: Take<Pin<Box<dyn AsyncRead + Send>>>,
    sent: Arc<AtomicU64>,
    /// The stream broke before its end.
    broken: Arc<AtomicBool>,
    max_compressed: u64,
    max_inflated: u64,
    plain_bytes: u64,
    /// It was cut short here.
    is_cut: bool,
    buffer: Box<[u8; CHUNK]>,
    /// What the decoder looks back on, if that is more than a little.
    window: Option<Window>,
    places: Vec<Place>,
}

impl Body {
    /// The body of `response`. It ends after `max_compressed` bytes as sent or `max_inflated` plain
    /// ones, whichever comes first, or where there is no more room among `windows`.
    ///
    /// # Errors
    /// For a content coding that is not taken, and for more than one.
    pub fn of(
        response: Response,
        max_compressed: u64,
        max_inflated: u64,
        windows: &Windows,
    ) -> Result<Self, FetchError> {
        let coding = content_coding(&response)?;
        let sent = Arc::new(AtomicU64::new(0));
        let broken = Arc::new(AtomicBool::new(false));
        let (counter, breaks) = (Arc::clone(&sent), Arc::clone(&broken));
        // A stream that breaks ends here: as an error it would take along what the decoder still holds.
        let stream = response.bytes_stream().scan((), move |(), chunk| {
            let chunk = chunk.inspect_err(|error| tracing::debug!(%error, "a page was cut short")).ok();
            breaks.fetch_or(chunk.is_none(), Ordering::Relaxed);
            counter.fetch_add(chunk.as_ref().map_or(0, Bytes::len) as u64, Ordering::Relaxed);
            future::ready(chunk.map(Ok::<_, io::Error>))
        });
        let raw = BufReader::new(StreamReader::new(Box::pin(stream)).take(max_compressed));
        let plain = decoder(coding, raw).take(max_inflated);
        let buffer = Box::new([0; CHUNK]);
        Ok(Self {
            plain,
            sent,
            broken,
            max_compressed,
            max_inflated,
            plain_bytes: 0,
            is_cut: false,
            buffer,
            window: coding.looks_back().then(|| windows.open()),
            places: Vec::new(),
        })
    }

    /// Keeps these places at the destination for as long as the body is read.
    pub fn holding(self, places: Vec<Place>) -> Self {
        Self { places, ..self }
    }

    /// The next bytes, or `None` at the end, at a budget's end, or where the stream breaks: a page
    /// that was cut short may have said enough.
    pub async fn chunk(&mut self) -> Option<&[u8]> {
        match self.plain.read(self.buffer.as_mut_slice()).await {
            Ok(0) => self.end(),
            Ok(_) if self.is_bomb() => {
                tracing::debug!("a page was cut short: it inflates too far");
                self.is_cut = true;
                self.end()
            }
            Ok(length) => {
                self.plain_bytes += length as u64;
                if self.window.as_mut().is_some_and(|window| !window.grow(self.plain_bytes)) {
                    tracing::debug!("a page was cut short: too many large ones are being read");
                    self.is_cut = true;
                    return self.end();
                }
                self.buffer.get(..length)
            }
            Err(error) => {
                tracing::debug!(%error, "a page was cut short");
                self.is_cut = true;
                self.end()
            }
        }
    }

    /// Hands it on for as long as it is wanted.
    pub async fn read_while(&mut self, mut take: impl FnMut(&[u8]) -> bool) {
        while let Some(chunk) = self.chunk().await {
            if !take(chunk) {
                break;
            }
        }
    }

    /// All of it, with what it was given: beyond `small` bytes it is read once there is `room`.
    ///
    /// # Errors
    /// [`FetchError::NotWhole`] if it broke, or reached a budget.
    pub async fn whole<R>(
        mut self,
        small: usize,
        room: impl Future<Output = R>,
    ) -> Result<(Vec<u8>, Option<R>), FetchError> {
        let (mut bytes, mut room, mut given) = (Vec::new(), pin!(room), None);
        let most = usize::try_from(self.max_inflated).unwrap_or(usize::MAX);
        while let Some(chunk) = self.chunk().await {
            if given.is_none() && bytes.len() + chunk.len() > small {
                given = Some(room.as_mut().await);
                // At once: what grows by and by is there twice while it is moved.
                bytes.reserve_exact(most.saturating_sub(bytes.len()));
            }
            bytes.extend_from_slice(chunk);
        }
        let is_over = bytes.len() as u64 >= self.max_inflated || self.bytes_sent() >= self.max_compressed;
        if is_over || self.is_cut || self.broken.load(Ordering::Relaxed) {
            Err(FetchError::NotWhole)
        } else {
            Ok((bytes, given))
        }
    }

    /// Whether more has been inflated from what was sent than any page needs.
    fn is_bomb(&self) -> bool {
        self.plain_bytes > UNJUDGED_BYTES.max(self.bytes_sent().saturating_mul(MAX_RATIO))
    }

    fn end(&mut self) -> Option<&[u8]> {
        self.places.clear();
        self.window = None;
        None
    }

    /// Bytes taken from the network so far.
    pub fn bytes_sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }
}

#[derive(Clone, Copy)]
enum Coding {
    Identity,
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

impl Coding {
    /// Whether it refers to more than a few bytes before.
    fn looks_back(self) -> bool {
        match self {
            // DEFLATE's window has 32 KiB.
            Self::Identity | Self::Gzip | Self::Deflate => false,
            Self::Brotli | Self::Zstd => true,
        }
    }
}

fn content_coding(response: &Response) -> Result<Coding, FetchError> {
    let mut values = response.headers().get_all(header::CONTENT_ENCODING).iter();
    let (value, None) = (values.next(), values.next()) else { return Err(FetchError::ContentCoding) };
    let Some(value) = value else { return Ok(Coding::Identity) };
    match value.as_bytes().trim_ascii().to_ascii_lowercase().as_slice() {
        b"" | b"identity" => Ok(Coding::Identity),
        b"gzip" | b"x-gzip" => Ok(Coding::Gzip),
        b"deflate" => Ok(Coding::Deflate),
        b"br" => Ok(Coding::Brotli),
        b"zstd" => Ok(Coding::Zstd),
        // Chained codings are how bombs multiply.
        _ => Err(FetchError::ContentCoding),
    }
}

fn decoder(coding: Coding, raw: impl AsyncBufRead + Send + 'static) -> Pin<Box<dyn AsyncRead + Send>> {
    match coding {
        Coding::Identity => Box::pin(raw),
        Coding::Gzip => Box::pin(GzipDecoder::new(raw)),
        Coding::Deflate => Box::pin(ZlibDecoder::new(raw)),
        Coding::Brotli => Box::pin(BrotliDecoder::new(raw)),
        Coding::Zstd => {
            let mut decoder = ZstdDecoder::with_params(raw, &[DParameter::window_log_max(ZSTD_WINDOW_LOG)]);
            // Servers send a frame whenever they flush; the content is that of all (RFC 8878, section 3).
            decoder.multiple_members(true);
            Box::pin(decoder)
        }
    }
}
